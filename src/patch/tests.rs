#![expect(clippy::needless_pass_by_value, reason = "literals read better than references to them")]

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::error::Error;
use crate::filter::EvalBudget;
use crate::message::{PatchOp, PatchOperation};
use crate::quirks::{
    Deviations, EmptyPatch, FilterAsPath, OmittedAttributes, Quirks, RemoveWithValue,
};
use crate::resource::Resource;
use crate::schema::{ENTERPRISE_USER, ResourceType, Schema};

fn users() -> ResourceType {
    ResourceType::user().with_extension(ENTERPRISE_USER)
}

fn bind(
    resource_type: ResourceType,
    quirks: Quirks,
    operations: Value,
) -> Result<PatchPlan, PatchError> {
    let operations =
        operations.as_array().expect("an array").iter().map(|operation| PatchOperation {
            op: operation["op"].as_str().unwrap_or_default().to_owned(),
            path: operation.get("path").and_then(Value::as_str).map(str::to_owned),
            value: operation.get("value").map(Into::into),
        });
    let message = PatchOp { operations: operations.collect() };
    PatchBinder::new(resource_type).with_quirks(quirks).bind(message)
}

fn stored(body: &Value) -> Resource {
    Resource::from_object(body.as_object().expect("an object").clone())
}

fn run(
    resource_type: ResourceType,
    quirks: Quirks,
    before: &Value,
    operations: Value,
) -> Result<Value, PatchError> {
    let mut after = bind(resource_type, quirks, operations)?.apply(stored(before))?;
    after.remove("schemas");
    Ok(Value::from(after.into_object()))
}

#[track_caller]
fn patched(before: Value, operations: Value) -> Value {
    run(users(), Quirks::STRICT, &before, operations).expect("a patch that applies")
}

#[track_caller]
fn refused(before: Value, operations: Value) -> String {
    let error =
        run(users(), Quirks::STRICT, &before, operations).expect_err("a patch that does not apply");
    format!("{} {}", error.kind.scim_type(), Error::from(error).detail())
}

#[test]
fn null_unassigns_a_part() {
    // P-3.5.2.3-09
    let before = json!({ "name": { "givenName": "a", "familyName": "b" } });
    let after = patched(
        before,
        json!([{ "op": "replace", "path": "name", "value": { "familyName": null } }]),
    );
    assert_eq!(after, json!({ "name": { "givenName": "a" } }));
}

#[test]
fn no_reference_is_made_of_what_it_refers_to() {
    // T3, A-35, A-37: with an id in `value`, and without.
    let reference =
        |name: &str, to: &str| json!({ "name": name, "type": "reference", "referenceTypes": [to] });
    let links = |name: &str, parts: Vec<Value>| {
        let parts: Vec<Value> = parts
            .into_iter()
            .chain([json!({ "name": "type" }), json!({ "name": "display" })])
            .collect();
        json!({ "name": name, "type": "complex", "multiValued": true, "subAttributes": parts })
    };
    let attributes = [
        links("owners", vec![json!({ "name": "value" }), reference("$ref", "User")]),
        links("links", vec![reference("$ref", "User")]),
        links("homes", vec![reference("value", "User")]),
        links("pages", vec![reference("value", "external")]),
    ];
    let schema = json!({ "id": "urn:example:Device", "attributes": attributes });
    let devices =
        || ResourceType::new("Device", Schema::try_from(schema.clone()).expect("a schema"));
    let quirks = Quirks { create_on_no_match: true, ..Quirks::STRICT };
    let set = |op: &str, path: &str, value: Value| {
        run(devices(), quirks, &json!({}), json!([{ "op": op, "path": path, "value": value }]))
    };
    for op in ["add", "replace"] {
        for (path, value) in [
            ("owners[type eq \"a\"].value", json!("1")),
            ("links[type eq \"a\"].$ref", json!("../Users/1")),
            ("links[display eq \"a\"]", json!({ "$ref": "../Users/1" })),
            ("links[type eq \"a\"].display", json!("b")),
            ("links.$ref", json!("../Users/1")),
            ("homes[type eq \"a\"].value", json!("../Users/1")),
            ("homes.value", json!("../Users/1")),
        ] {
            let error = set(op, path, value).expect_err(path);
            assert_eq!(error.kind.scim_type().as_str(), "noTarget", "{op} {path}");
        }
        let made = set(op, "pages[type eq \"a\"].value", json!("https://example.com"));
        assert_eq!(made, Ok(json!({ "pages": [{ "type": "a", "value": "https://example.com" }] })));
    }
}

#[test]
fn an_operation_is_named_by_its_index() {
    let operations =
        json!([{ "op": "add", "path": "title", "value": "x" }, { "op": "remove", "path": "nope" }]);
    assert_eq!(
        refused(json!({}), operations),
        "invalidPath operation 1: path `nope` does not name an attribute of this resource type"
    );
    assert_eq!(
        refused(json!({}), json!([])),
        "invalidSyntax `Operations` is empty: send at least one operation"
    );
}

#[test]
fn immutable_attributes_are_set_once() {
    // S-7-10, P-3.5.2-11
    let schema = json!({ "id": "urn:example:Badge", "attributes": [{ "name": "number", "type": "integer", "mutability": "immutable" }] });
    let badges = || ResourceType::new("Badge", Schema::try_from(schema.clone()).expect("a schema"));
    let set = |before: Value, value: Value| {
        run(
            badges(),
            Quirks::STRICT,
            &before,
            json!([{ "op": "replace", "path": "number", "value": value }]),
        )
    };
    assert_eq!(set(json!({}), json!(1)), Ok(json!({ "number": 1 })));
    assert_eq!(set(json!({ "number": 1 }), json!(1)), Ok(json!({ "number": 1 })));
    let error = set(json!({ "number": 1 }), json!(2)).expect_err("immutable");
    assert_eq!(error.kind, PatchErrorKind::Immutable("number".into()));
    assert!(set(json!({ "number": 1 }), json!(null)).is_err());
}

#[test]
fn an_immutable_attribute_is_not_changed_through_a_part_of_it_either() {
    // P-3.5.2-11
    let fixed = |name: &str, kind: &str, several: bool| {
        json!({ "name": name, "type": kind, "multiValued": several, "mutability": "immutable",
                "subAttributes": [{ "name": "value" }, { "name": "note" }] })
    };
    let mut names = fixed("names", "string", true);
    names.as_object_mut().expect("an object").remove("subAttributes");
    let schema = json!({ "id": "urn:example:Fixed", "attributes": [fixed("owner", "complex", false), fixed("keys", "complex", true), names] });
    let resource_type =
        || ResourceType::new("Fixed", Schema::try_from(schema.clone()).expect("a schema"));
    let before =
        json!({ "owner": { "value": "a" }, "keys": [{ "value": "a" }], "names": ["a", "b"] });
    let run = |operation: Value| run(resource_type(), Quirks::STRICT, &before, json!([operation]));
    for operation in [
        json!({ "op": "replace", "path": "owner.value", "value": "b" }),
        json!({ "op": "add", "path": "owner.note", "value": "b" }),
        json!({ "op": "remove", "path": "owner.value" }),
        json!({ "op": "replace", "path": "keys[value eq \"a\"]", "value": { "value": "b" } }),
        json!({ "op": "add", "path": "keys[note eq \"b\"].value", "value": "x" }),
        json!({ "op": "add", "path": "keys.note", "value": "x" }),
        json!({ "op": "remove", "path": "keys[value eq \"a\"]" }),
        json!({ "op": "replace", "path": "names[value eq \"a\"]", "value": "c" }),
        json!({ "op": "remove", "path": "names[value sw \"a\"]" }),
    ] {
        let error = run(operation.clone()).expect_err(&operation.to_string());
        assert_eq!(error.kind.scim_type().as_str(), "mutability", "{operation}");
    }
    for operation in [
        json!({ "op": "replace", "path": "owner.value", "value": "a" }),
        json!({ "op": "remove", "path": "owner.note" }),
        json!({ "op": "remove", "path": "names[value eq \"z\"]" }),
    ] {
        assert_eq!(run(operation.clone()).as_ref(), Ok(&before), "{operation}");
    }
}

#[test]
fn a_sub_attribute_can_have_several_values() {
    // P-3.5.2.1-05, P-3.5.2.1-06, P-3.5.2.2-07
    let several = json!([{ "name": "value" }, { "name": "codes", "multiValued": true }]);
    let schema = json!({ "id": "urn:example:Desk", "attributes": [
        { "name": "place", "type": "complex", "subAttributes": several },
        { "name": "doors", "type": "complex", "multiValued": true, "subAttributes": several }
    ] });
    let resource_type =
        || ResourceType::new("Desk", Schema::try_from(schema.clone()).expect("a schema"));
    let before = json!({ "place": { "codes": ["a"] }, "doors": [{ "value": "x", "codes": ["a", "b"] }, { "value": "y" }] });
    for (operation, place, doors) in [
        (
            json!({ "op": "add", "path": "place.codes", "value": "b" }),
            json!(["a", "b"]),
            json!(["a", "b"]),
        ),
        (
            json!({ "op": "add", "path": "place.codes", "value": ["a"] }),
            json!(["a"]),
            json!(["a", "b"]),
        ),
        (
            json!({ "op": "add", "path": "doors[value eq \"x\"].codes", "value": "c" }),
            json!(["a"]),
            json!(["a", "b", "c"]),
        ),
        (
            json!({ "op": "remove", "path": "doors[value eq \"x\"].codes", "value": ["a"] }),
            json!(["a"]),
            json!(["b"]),
        ),
        (
            json!({ "op": "remove", "path": "doors.codes", "value": { "Codes": ["b"] } }),
            json!(["a"]),
            json!(["a"]),
        ),
        (
            json!({ "op": "remove", "path": "place.codes", "value": "z" }),
            json!(["a"]),
            json!(["a", "b"]),
        ),
    ] {
        let after =
            run(resource_type(), Quirks::STRICT, &before, json!([operation])).expect("it applies");
        assert_eq!(
            (&after["place"]["codes"], &after["doors"][0]["codes"]),
            (&place, &doors),
            "{operation}"
        );
    }
}

#[test]
fn texts_that_become_equal_stand_once() {
    // S-2.4-06
    let tags = json!([{ "name": "tags", "multiValued": true }]);
    let schema = json!({ "id": "urn:example:Desk", "attributes": tags });
    let desks = ResourceType::new("Desk", Schema::try_from(schema).expect("a schema"));
    let before = json!({ "tags": ["a", "b", "c"] });
    let operations = json!([{ "op": "replace", "path": "tags[value eq \"a\" or value eq \"c\"]", "value": "b" }]);
    assert_eq!(run(desks, Quirks::STRICT, &before, operations), Ok(json!({ "tags": ["b"] })));
}

#[test]
fn the_work_of_all_operations_is_bounded() {
    // P-3.12-05
    let before = json!({ "emails": [{ "value": "a" }, { "value": "b" }, { "value": "c" }] });
    let apply = |operation: Value, count: usize| {
        let plan =
            bind(users(), Quirks::STRICT, Value::from(vec![operation; count])).expect("it binds");
        plan.apply_within(stored(&before), &EvalBudget::new(30), &mut Deviations::default())
            .map(drop)
            .map_err(|err| err.kind.scim_type().as_str().to_owned())
    };
    for operation in [
        json!({ "op": "add", "path": "emails", "value": [{ "value": "a" }] }),
        json!({ "op": "remove", "path": "emails[value eq \"x\"]" }),
    ] {
        assert_eq!(apply(operation.clone(), 10), Ok(()), "{operation}");
        assert_eq!(apply(operation.clone(), 11), Err("tooMany".to_owned()), "{operation}");
    }
}

#[test]
fn what_is_echoed_may_be_spelled_in_any_case() {
    // S-2.1-02, A-32
    let before = json!({ "id": "7", "meta": { "resourceType": "User" }, "groups": [{ "value": "g", "display": "G" }] });
    for value in [
        json!({ "META": { "ResourceType": "User", "LOCATION": "https://example.com/7" } }),
        json!({ "Groups": [{ "VALUE": "g", "$REF": "x" }] }),
    ] {
        assert_eq!(
            patched(before.clone(), json!([{ "op": "replace", "value": value }])),
            before,
            "{value}"
        );
    }
    for value in
        [json!({ "meta": { "resourcetype": "Group" } }), json!({ "meta": { "nobodyKnows": "x" } })]
    {
        let refusal = refused(before.clone(), json!([{ "op": "replace", "value": value }]));
        assert_eq!(refusal, "mutability operation 0: attribute `meta` is read-only");
    }
}

#[test]
fn the_primary_value_is_one() {
    // P-3.5.2-18
    let before = json!({ "emails": [{ "value": "a", "primary": true }, { "value": "b" }] });
    let after = patched(
        before.clone(),
        json!([{ "op": "add", "path": "emails", "value": [{ "value": "c", "primary": true }] }]),
    );
    assert_eq!(
        after["emails"],
        json!([{ "value": "a", "primary": false }, { "value": "b" }, { "value": "c", "primary": true }])
    );
    let both = json!([{ "op": "replace", "path": "emails[value pr].primary", "value": true }]);
    assert_eq!(
        refused(before, both),
        "invalidValue operation 0: only one value of `emails` can be primary"
    );
}

#[test]
fn a_condition_selects_in_place_of_a_path() {
    //
    let before = json!({ "userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "d" } });
    let condition = "schemas eq \"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"";
    let after = patched(before.clone(), json!([{ "op": "remove", "path": condition }]));
    assert_eq!(after, json!({ "userName": "a" }));
    let quirks = Quirks { filter_as_path: FilterAsPath::Reject, ..Quirks::STRICT };
    assert!(run(users(), quirks, &before, json!([{ "op": "remove", "path": condition }])).is_err());
    assert!(
        refused(before, json!([{ "op": "remove", "path": "schemas" }])).starts_with("mutability")
    );
}

#[test]
fn quirks_choose() {
    let work = json!([{ "op": "replace", "path": "emails[type eq \"work\"].value", "value": "a" }]);
    let creating = Quirks { create_on_no_match: true, ..Quirks::STRICT };
    assert_eq!(
        run(users(), creating, &json!({}), work.clone()),
        Ok(json!({ "emails": [{ "type": "work", "value": "a" }] }))
    );
    assert!(refused(json!({}), work).starts_with("noTarget"));

    let listed = json!([{ "op": "remove", "path": "roles", "value": [{ "value": "a" }] }]);
    let before = json!({ "roles": [{ "value": "a" }, { "value": "b" }] });
    assert_eq!(patched(before.clone(), listed.clone()), json!({ "roles": [{ "value": "b" }] }));
    let refusing = Quirks { remove_with_value: RemoveWithValue::Reject, ..Quirks::STRICT };
    assert!(run(users(), refusing, &before, listed).is_err());

    let department = json!([{ "op": "add", "path": "department", "value": "d" }]);
    let bare = Quirks { unqualified_extension_attributes: true, ..Quirks::STRICT };
    assert!(run(users(), bare, &json!({}), department.clone()).is_ok());
    assert!(refused(json!({}), department).starts_with("invalidPath"));

    let echo = json!([{ "op": "replace", "value": { "meta": { "version": "x" }, "title": "t" } }]);
    let ignoring = Quirks { ignore_read_only: true, ..Quirks::STRICT };
    assert_eq!(
        run(users(), ignoring, &json!({ "meta": { "version": "y" } }), echo.clone())
            .map(|after| after["title"].clone()),
        Ok(json!("t"))
    );
    assert!(refused(json!({ "meta": { "version": "y" } }), echo).starts_with("mutability"));

    let nothing = Quirks { empty_patch: EmptyPatch::Nothing, ..Quirks::STRICT };
    assert_eq!(run(users(), nothing, &json!({}), json!([])), Ok(json!({})));
}

#[test]
fn numbers_describe_an_element_too() {
    let schema = json!({ "id": "urn:example:Site", "attributes": [{ "name": "rooms", "type": "complex", "multiValued": true,
        "subAttributes": [{ "name": "number", "type": "integer" }, { "name": "label" }] }] });
    let sites = ResourceType::new("Site", Schema::try_from(schema).expect("a schema"));
    let operations = json!([{ "op": "add", "path": "rooms[number eq 5].label", "value": "x" }]);
    assert_eq!(
        run(sites, Quirks::STRICT, &json!({}), operations),
        Ok(json!({ "rooms": [{ "number": 5, "label": "x" }] }))
    );
}

/// Keys: each has a list that is set once, an attribute with parts that is, and elements that the
/// host has a part in.
fn keys() -> ResourceType {
    let schema = json!({ "id": "urn:example:Key", "attributes": [
        { "name": "makers", "multiValued": true, "mutability": "immutable" },
        { "name": "codes", "multiValued": true, "caseExact": true },
        { "name": "labels", "multiValued": true },
        { "name": "origin", "type": "complex", "mutability": "immutable", "subAttributes": [{ "name": "city" }, { "name": "shop" }] },
        { "name": "doors", "type": "complex", "multiValued": true, "subAttributes": [
            { "name": "value" }, { "name": "display" }, { "name": "opened", "mutability": "readOnly" } ] },
        { "name": "members", "type": "complex", "multiValued": true, "subAttributes": [
            { "name": "value", "mutability": "immutable" }, { "name": "display" },
            { "name": "$ref", "type": "reference", "referenceTypes": ["Key"] } ] }
    ] });
    ResourceType::new("Key", Schema::try_from(schema).expect("a schema"))
}

#[test]
fn what_is_set_once_and_what_is_listed() {
    // P-3.5.2-11, P-3.5.2.3-06, A-31, A-40, A-100
    let before = json!({
        "makers": ["Acme", "Umbrella"], "codes": ["a", "A"], "labels": ["a", "b"], "origin": { "city": "Bonn" },
        "doors": [{ "value": "n", "opened": "today" }, { "value": "s", "display": "South" }],
        "members": [{ "value": "1", "display": "x" }, { "value": "2", "display": "y" }, { "value": "3" }]
    });
    let cases = [
        ("remove", "makers", json!(["Acme"]), None),
        ("remove", "makers", json!(["Initech"]), Some(json!(["Acme", "Umbrella"]))),
        ("add", "origin", json!({ "city": "Ulm" }), None),
        ("replace", "origin", json!({ "shop": "x" }), None),
        ("replace", "origin", json!({ "city": "Bonn", "shop": "x" }), None),
        ("replace", "origin", json!({ "city": "Bonn" }), Some(json!({ "city": "Bonn" }))),
        ("remove", "codes", json!(["A"]), Some(json!(["a"]))),
        ("remove", "labels", json!(["A"]), Some(json!(["b"]))),
        (
            "replace",
            "doors[value eq \"n\"]",
            json!({ "value": "w" }),
            Some(json!([{ "value": "w", "opened": "today" }, before["doors"][1]])),
        ),
        (
            "remove",
            "doors",
            json!([{ "value": "n", "display": "North" }]),
            Some(before["doors"].clone()),
        ),
        (
            "remove",
            "doors",
            json!([{ "value": "s", "display": "SOUTH" }]),
            Some(json!([before["doors"][0]])),
        ),
        // Who has an id is listed by that, whatever is said besides; who has none, by what is said.
        (
            "remove",
            "members",
            json!([{ "value": "1", "display": "z" }, { "display": "Y" }]),
            Some(json!([{ "value": "3" }])),
        ),
    ];
    for (op, path, value, expected) in cases {
        let operations = json!([{ "op": op, "path": path, "value": value }]);
        let after = run(keys(), Quirks::STRICT, &before, operations.clone());
        let name = path.split('[').next().unwrap_or_default();
        match (after, expected) {
            (Ok(after), Some(expected)) => assert_eq!(after[name], expected, "{operations}"),
            (Err(err), None) => {
                assert_eq!(err.kind.scim_type(), crate::ScimType::Mutability, "{operations}")
            }
            (after, _) => panic!("{operations}: {after:?}"),
        }
    }
}

#[test]
fn two_values_of_one_part_describe_no_element() {
    //
    for filter in [
        "value eq \"n\" and value eq \"s\"",
        "display eq \"x\" and (value eq \"n\" and display eq \"x\")",
    ] {
        let operations =
            json!([{ "op": "add", "path": format!("doors[{filter}].display"), "value": "x" }]);
        let refused =
            run(keys(), Quirks::STRICT, &json!({}), operations).expect_err("nothing is described");
        assert_eq!(refused.kind.scim_type(), crate::ScimType::NoTarget, "{filter}");
    }
}

#[test]
fn member_changes_are_deltas() {
    let delta = |operations: Value| {
        bind(ResourceType::group(), Quirks::STRICT, operations)
            .expect("a good patch")
            .member_delta()
    };
    let members =
        |ids: &[&str]| -> Vec<Value> { ids.iter().map(|id| json!({ "value": id })).collect() };
    let add = |ids: &[&str]| json!({ "op": "add", "path": "members", "value": members(ids) });
    let filter = json!({ "op": "remove", "path": "members[value eq \"a\" or value eq \"b\"]" });
    let wanted = |ids: &[&str]| members(ids).iter().map(Into::into).collect();
    let list = json!({ "op": "remove", "path": "members", "value": members(&["a"]) });
    let all = json!({ "op": "remove", "path": "members" });
    let replace = json!({ "op": "replace", "value": { "members": members(&["x", "y", "x"]), "displayName": "n" } });
    let ids = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    let cases = [
        (
            json!([add(&["a", "b"])]),
            MemberDelta { replace: false, add: wanted(&["a", "b"]), remove: vec![] },
        ),
        (json!([filter]), MemberDelta { replace: false, add: vec![], remove: ids(&["a", "b"]) }),
        (
            json!([add(&["a", "c"]), list]),
            MemberDelta { replace: false, add: wanted(&["c"]), remove: ids(&["a"]) },
        ),
        (
            json!([list, add(&["a"])]),
            MemberDelta { replace: false, add: wanted(&["a"]), remove: ids(&["a"]) },
        ),
        (
            json!([all, add(&["a"])]),
            MemberDelta { replace: true, add: wanted(&["a"]), remove: vec![] },
        ),
        (json!([replace]), MemberDelta { replace: true, add: wanted(&["x", "y"]), remove: vec![] }),
    ];
    for (operations, expected) in cases {
        assert_eq!(delta(operations.clone()), Some(expected), "{operations}");
    }
    let not_a_delta = [
        json!([{ "op": "remove", "path": "members[type eq \"User\"]" }]),
        json!([{ "op": "replace", "path": "displayName", "value": "x" }]),
    ];
    for operations in not_a_delta {
        assert_eq!(delta(operations.clone()), None, "{operations}");
    }
}

#[test]
fn put_goes_by_mutability() {
    // P-3.5.1-02, P-3.5.1-03, P-3.5.1-05, P-3.5.1-06, P-3.5.1-11, P-3.5.1-12
    let schema = json!({ "id": "urn:example:T", "attributes": [
        { "name": "free" }, { "name": "fixed", "mutability": "immutable" }, { "name": "ours", "mutability": "readOnly" },
        { "name": "secret", "mutability": "writeOnly", "returned": "never" }, { "name": "flag", "type": "boolean" }
    ] });
    let things = Arc::new(ResourceType::new("Thing", Schema::try_from(schema).expect("a schema")));
    let put = |omitted, before: &Value, wanted: &Value| {
        let replacement = Replacement::new(Arc::clone(&things), stored(wanted), omitted);
        replacement.apply(stored(before)).map(|mut after| {
            after.remove("schemas");
            Value::from(after.into_object())
        })
    };
    let before = json!({ "free": "a", "fixed": "b", "ours": "c", "secret": "d", "flag": false, "externalId": "e" });
    assert_eq!(
        put(OmittedAttributes::Clear, &before, &json!({})),
        Ok(json!({ "fixed": "b", "ours": "c", "secret": "d" }))
    );
    assert_eq!(
        put(OmittedAttributes::KeepBooleans, &before, &json!({})),
        Ok(json!({ "fixed": "b", "ours": "c", "secret": "d", "flag": false }))
    );
    assert_eq!(put(OmittedAttributes::Keep, &before, &json!({})), Ok(before.clone()));
    assert_eq!(
        put(OmittedAttributes::Clear, &json!({}), &json!({ "fixed": "x" })),
        Ok(json!({ "fixed": "x" }))
    );
    assert_eq!(
        put(OmittedAttributes::Clear, &before, &json!({ "fixed": "x" })).map_err(|err| err.kind),
        Err(PatchErrorKind::Immutable("fixed".into()))
    );
}

#[test]
fn values_in_bodies_follow_the_quirks() {
    let quirks = Quirks {
        boolean_strings: true,
        scalar_as_complex_value: true,
        unwrap_singleton_arrays: true,
        ..Quirks::STRICT
    };
    let manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
    let expected = json!({ "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "manager": { "value": "m" } } });
    for value in [json!("m"), json!([{ "value": "m" }])] {
        let operations = json!([{ "op": "add", "path": manager, "value": value }]);
        assert_eq!(run(users(), quirks, &json!({}), operations), Ok(expected.clone()));
    }
}
