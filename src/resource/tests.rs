use serde_json::{Map, Value, json};

use super::*;
use crate::quirks::{Deviation, Deviations, Quirks, UnknownAttributes};
use crate::schema::ENTERPRISE_USER;

fn users() -> ResourceType {
    ResourceType::user().with_extension(ENTERPRISE_USER)
}

fn lenient() -> Quirks {
    Quirks {
        boolean_strings: true,
        wrap_single_values: true,
        unwrap_singleton_arrays: true,
        scalar_as_complex_value: true,
        empty_strings: true,
        accept_unknown_schemas: true,
        ..Quirks::STRICT
    }
}

fn object(body: Value) -> Map<String, Value> {
    match body {
        Value::Object(object) => object,
        _ => panic!("a body is an object"),
    }
}

/// Takes in a body with the right `schemas`.
fn decoder(
    quirks: Quirks,
    secrets: bool,
    body: Value,
) -> Result<(Value, Vec<Deviation>), ValueError> {
    let users = users();
    let mut body = object(body);
    let extensions = users.extensions().iter().map(|extension| extension.schema.uri().as_str());
    let all: Vec<&str> = std::iter::once(users.schema().uri().as_str()).chain(extensions).collect();
    body.entry("schemas").or_insert(json!(all));
    let mut deviations = Deviations::default();
    let decoder = ResourceDecoder::new(&users).with_quirks(quirks).with_secrets(secrets);
    let stored = decoder.decode(body, &mut deviations)?.resource.into_object();
    Ok((stored.into(), deviations.into_vec()))
}

#[track_caller]
fn taken(quirks: Quirks, body: Value) -> Value {
    decoder(quirks, false, body).expect("a good body").0
}

#[track_caller]
fn refused(quirks: Quirks, body: Value) -> String {
    let error = decoder(quirks, false, body).expect_err("a bad body");
    format!("{} {}", error.scim_type(), error)
}

#[test]
fn a_host_sets_by_paths() {
    let types = ResourceType::user().with_extension(ENTERPRISE_USER);
    let uri = ENTERPRISE_USER.schema().uri().to_string();
    let in_it = |name: &str| format!("{uri}:{name}");
    let mut user = Resource::default();
    for (path, value) in [
        ("USERNAME", json!("bjensen")),
        ("urn:ietf:params:scim:schemas:core:2.0:User:name.familyName", json!("Jensen")),
        ("name.givenName", json!("Barbara")),
        ("emails", json!([{ "value": "a", "type": null }, { "type": null }, null])),
        (&in_it("department"), json!("Sales")),
        (&in_it("manager.value"), json!("26")),
    ] {
        user.set_path(&types, path, value).expect(path);
    }
    let expected = json!({
        "userName": "bjensen", "name": { "familyName": "Jensen", "givenName": "Barbara" }, "emails": [{ "value": "a" }],
        uri.as_str(): { "department": "Sales", "manager": { "value": "26" } }
    });
    assert_eq!(Value::from(user.attributes().clone()), expected);
    for (path, value) in [
        ("name.GIVENNAME", Some(json!("Barbara"))),
        (&in_it("manager.value"), Some(json!("26"))),
        (&uri, Some(expected[&uri].clone())),
        ("emails.value", Some(json!([{ "value": "a" }]))),
        ("title", None),
    ] {
        assert_eq!(user.get_path(&types, path), Ok(value.map(Into::into).as_ref()), "{path}");
    }
    for path in ["name.given", "nothing", "department", "a b", "", "urn:x:User:title"] {
        let unknown = Err(ValueError::new(path, ValueErrorKind::Unknown));
        assert_eq!(user.set_path(&types, path, "x"), unknown, "{path}");
        assert_eq!(user.get_path(&types, path).map(drop), unknown, "{path}");
    }
    assert_eq!(
        user.set_path(&types, "emails.value", "x"),
        Err(ValueError::new("emails", ValueErrorKind::NotArray))
    );
    for path in [
        "name.givenName",
        "name.familyName",
        "emails",
        &in_it("department"),
        &in_it("manager.value"),
        "title",
    ] {
        user.set_path(&types, path, Value::Null).expect(path);
    }
    assert_eq!(Value::from(user.attributes().clone()), json!({ "userName": "bjensen" }));
    user.set_path(&types, &uri, json!({ "department": "Sales", "division": "" , "manager": {} }))
        .expect("an extension");
    assert_eq!(user.attributes()[&*uri], json!({ "department": "Sales", "division": "" }));
}

#[test]
fn what_a_host_sets_holds_nothing_unassigned() {
    for (value, expected) in [
        (json!({ "givenName": null }), None),
        (
            json!({ "givenName": null, "familyName": "Jensen" }),
            Some(json!({ "familyName": "Jensen" })),
        ),
        (json!([{ "value": null }, { "value": "a", "type": [] }]), Some(json!([{ "value": "a" }]))),
        (json!({ "list": [{ "values": [null, {}] }] }), None),
        (json!(""), Some(json!(""))),
        (json!([null]), None),
    ] {
        let mut user = Resource::default();
        user.set("name", "before");
        user.set("name", value.clone());
        assert_eq!(user.get("name"), expected.map(Into::into).as_ref(), "{value}");
    }
}

#[test]
fn names_become_canonical() {
    // A-62, S-3-05
    let body = json!({ "USERNAME": "a", "Name": { "GIVENNAME": "b" }, "URN:ietf:params:scim:schemas:extension:enterprise:2.0:user": { "DEPARTMENT": "c" } });
    let expected = json!({ "userName": "a", "name": { "givenName": "b" }, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "c" } });
    assert_eq!(taken(Quirks::STRICT, body), expected);
}

#[test]
fn unassigned_is_one_state() {
    // S-2.5-01, S-2.5-02, S-2.5-03, S-2.5-04
    let body = json!({ "userName": "a", "title": null, "emails": [], "name": { "givenName": null }, "roles": [null, {}] });
    assert_eq!(taken(Quirks::STRICT, body), json!({ "userName": "a" }));
}

#[test]
fn what_clients_may_not_set_is_left_out() {
    // S-3.1-04, S-3.1-10, S-4.1.2-06, S-4.3-02, P-3.3-04
    let body = json!({
        "id": "1", "meta": { "version": "x" }, "groups": [{ "value": "g" }], "password": "t1meMa$heen", "userName": "a",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":
            { "manager": { "value": "m", "displayName": "M", "$ref": "../Users/m" } }
    });
    let extension = json!({ "manager": { "value": "m" } });
    let expected = json!({ "userName": "a", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": extension });
    assert_eq!(taken(Quirks::STRICT, body), expected);
    assert_eq!(
        decoder(Quirks::STRICT, true, json!({ "password": "t1meMa$heen" })).expect("a good body").0,
        json!({ "password": "t1meMa$heen" })
    );
}

#[test]
fn values_have_to_be_of_their_type() {
    // S-2.3.1-01, S-2.4-01, P-3.3-09
    let cases = [
        (json!({ "userName": 5 }), "invalidValue attribute `userName` must be a string"),
        (json!({ "active": "true" }), "invalidValue attribute `active` must be a boolean"),
        (json!({ "active": 1 }), "invalidValue attribute `active` must be a boolean"),
        (json!({ "name": "x" }), "invalidValue attribute `name` must be an object"),
        (
            json!({ "title": ["a", "b"] }),
            "invalidValue attribute `title` must be a single value, not an array",
        ),
        (json!({ "emails": { "value": "a" } }), "invalidValue attribute `emails` must be an array"),
        (json!({ "emails": ["a"] }), "invalidValue attribute `emails` must be an object"),
        (
            json!({ "emails": [[{ "value": "a" }]] }),
            "invalidValue attribute `emails` must be an object",
        ),
        (
            json!({ "emails": [{ "primary": "yes" }] }),
            "invalidValue attribute `emails.primary` must be a boolean",
        ),
        (
            json!({ "x509Certificates": [{ "value": "!" }] }),
            "invalidValue attribute `x509Certificates.value` must be a base64 string",
        ),
        (
            json!({ "emails": [{ "value": "a", "primary": true }, { "value": "b", "primary": true }] }),
            "invalidValue only one value of `emails` can be primary",
        ),
        (
            json!({ "userName": "a", "USERNAME": "b" }),
            "invalidSyntax attribute `userName` is specified twice",
        ),
        (
            json!({ "name": { "givenName": "a", "GivenName": null } }),
            "invalidSyntax attribute `name.givenName` is specified twice",
        ),
        (json!({ "schemas": "x" }), "invalidSyntax `schemas` must be an array of schema URIs"),
        (
            json!({ "schemas": [] }),
            "invalidSyntax `schemas` must contain `urn:ietf:params:scim:schemas:core:2.0:User`",
        ),
        (
            json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:example:x"] }),
            "invalidSyntax schema `urn:example:x` does not belong to this resource type",
        ),
        (
            json!({ "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": [] }),
            "invalidValue attribute `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User` must be an object",
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(refused(Quirks::STRICT, body), expected);
    }
}

#[test]
fn numbers_and_dates_of_a_schema_of_ones_own() {
    // S-2.3.3-01, S-2.3.4-01, S-2.3.5-01, A-73
    let schema = json!({ "id": "urn:example:Badge", "attributes": [
        { "name": "number", "type": "integer" }, { "name": "weight", "type": "decimal" }, { "name": "since", "type": "dateTime" }
    ] });
    let badges =
        ResourceType::new("Badge", crate::schema::Schema::try_from(schema).expect("a schema"));
    let fits = |name: &str, value: Value| {
        let attribute = badges.schema().attribute(name).expect("the attribute");
        let decoder = ResourceDecoder::new(&badges).with_quirks(lenient());
        let read = |decoding: &mut Decoding<'_>| decoding.value(None, attribute, value.into());
        decoder.read(&mut Deviations::default(), read).is_ok()
    };
    for value in [json!(1), json!(-1), json!(u64::MAX)] {
        assert!(fits("number", value));
    }
    for value in [json!(1.0), json!(1e3), json!("1"), json!(true)] {
        assert!(!fits("number", value));
    }
    assert!(
        fits("weight", json!(1.5)) && fits("weight", json!(1)) && !fits("weight", json!("1.5"))
    );
    assert!(fits("since", json!("2011-05-13T04:42:34Z")) && !fits("since", json!("2011-05-13")));
}

#[test]
fn tolerances_repair_and_report() {
    let cases = [
        (
            json!({ "active": "False" }),
            json!({ "active": false }),
            Deviation::BooleanString("active".into()),
        ),
        (
            json!({ "emails": { "value": "a" } }),
            json!({ "emails": [{ "value": "a" }] }),
            Deviation::WrappedSingleValue("emails".into()),
        ),
        (
            json!({ "title": ["a"] }),
            json!({ "title": "a" }),
            Deviation::UnwrappedSingletonArray("title".into()),
        ),
        (json!({ "title": "" }), json!({}), Deviation::EmptyString("title".into())),
        (
            json!({ "schemas": [] }),
            json!({}),
            Deviation::MissingSchema("urn:ietf:params:scim:schemas:core:2.0:User".into()),
        ),
        (json!({ "nope": 1 }), json!({}), Deviation::UnknownAttribute("nope".into())),
        (
            json!({ "name": { "nope": 1 } }),
            json!({}),
            Deviation::UnknownAttribute("name.nope".into()),
        ),
    ];
    for (body, expected, deviation) in cases {
        let (stored, deviations) = decoder(lenient(), false, body).expect("a good body");
        assert_eq!((stored, deviations), (expected, vec![deviation]));
    }
    assert_eq!(
        refused(lenient(), json!({ "active": "maybe" })),
        "invalidValue attribute `active` must be a boolean"
    );
    let refusing = Quirks { unknown_attributes: UnknownAttributes::Reject, ..Quirks::STRICT };
    assert_eq!(
        refused(refusing, json!({ "nope": 1 })),
        "invalidSyntax attribute `nope` is not defined"
    );
}

#[test]
fn values_stand_once() {
    // S-2.4-06, S-2.4-07
    let emails = json!([{ "value": "a", "type": "work" }, { "value": "a", "type": "work" }, { "value": "a", "type": "home" }]);
    let stored = taken(Quirks::STRICT, json!({ "emails": emails }));
    assert_eq!(stored["emails"].as_array().map(Vec::len), Some(2));
    let many: Vec<Value> =
        (0..100).map(|number| json!({ "value": format!("{}", number % 50) })).collect();
    let stored = taken(Quirks::STRICT, json!({ "roles": many }));
    assert_eq!(stored["roles"].as_array().map(Vec::len), Some(50));
    for count in [2, 40] {
        let same: Vec<Value> = (0..count)
            .map(|number| {
                if number % 2 == 0 {
                    json!({ "value": "a" })
                } else {
                    json!({ "value": "a", "primary": false })
                }
            })
            .collect();
        assert_eq!(
            taken(Quirks::STRICT, json!({ "roles": same }))["roles"],
            json!([{ "value": "a" }]),
            "no primary is false"
        );
    }
}

#[test]
fn required_attributes_are_demanded() {
    // S-4.1.1-02, S-6-07, S-6-08, P-3.3-07
    let check_user = |body: Value| {
        let resource = Resource::from_object(object(body));
        validate(&resource, &users()).map_err(|err| err.to_string())
    };
    assert_eq!(check_user(json!({})), Err("attribute `userName` is required".into()));
    assert_eq!(
        check_user(json!({ "userName": "" })),
        Err("attribute `userName` is required".into())
    );
    assert_eq!(check_user(json!({ "userName": "a" })), Ok(()));
    let mut extension: crate::schema::SchemaExtension = ENTERPRISE_USER.into();
    extension.required = true;
    let strict = ResourceType::user().with_extension(extension);
    let user = Resource::from_object(object(json!({ "userName": "a" })));
    assert_eq!(
        validate(&user, &strict).map_err(|err| err.kind()),
        Err(ValueErrorKind::RequiredExtension)
    );
}

#[test]
fn changed_paths_tell_parts_of_single_values_and_wholes_of_many() {
    let resource = |body: Value| Resource::from_object(object(body));
    let changed = |before: Value, after: Value| -> Vec<String> {
        changed_paths(&resource(before), &resource(after), &users())
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    let before = json!({ "name": { "givenName": "a", "familyName": "b" }, "emails": [{ "value": "a" }, { "value": "b" }], "id": "1", "groups": [] });
    let after = json!({ "name": { "givenName": "a", "familyName": "c" }, "emails": [{ "value": "b" }], "externalId": "x",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "d" }, "id": "2", "groups": [{ "value": "g" }] });
    let expected = [
        "externalId",
        "name.familyName",
        "emails",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    ];
    assert_eq!(changed(before, after), expected);
    let order = (
        json!({ "emails": [{ "value": "a" }, { "value": "b" }] }),
        json!({ "emails": [{ "value": "b" }, { "value": "a", "primary": false }] }),
    );
    assert_eq!(changed(order.0, order.1), Vec::<String>::new());
}

#[test]
fn versions_rise_and_time_does_too() {
    // S-3.1-14, S-3.1-15, S-3.1-18
    let now = crate::schema::parse_date_time("2011-05-13T04:42:34Z").expect("an instant");
    let first = Meta::new("User", now);
    assert_eq!((first.created, first.version.as_str()), (first.last_modified, "W/\"1\""));
    let second = first.changed(now);
    assert!(second.last_modified > first.last_modified && second.created == first.created);
    assert_eq!(second.version.as_str(), "W/\"2\"");
    assert_ne!(Version::unchecked("\"abc\"").next(), Version::unchecked("\"abc\""));
    assert_eq!(Version::unchecked("W/\"a\""), Version::unchecked("\"a\""));
}

#[test]
fn what_is_taken_away_is_not_shown_until_it_is_given() {
    //
    let now = crate::schema::parse_date_time("2011-05-13T04:42:34Z").expect("an instant");
    let meta = Meta::new("User", now);
    let mut user = Resource::default();
    user.set_meta(&meta);
    user.show_activity(false);
    assert!(user.shows_activity(), "there is nothing to take away");
    user.set("active", false);
    for give in [
        (|user| user.set("active", false)) as fn(&mut Resource),
        |user| user.put("active", true),
        |user| user.set_path(&users(), "ACTIVE", false).expect("it is there"),
    ] {
        user.show_activity(false);
        let kept = Resource::from_object(user.clone().into_object());
        user.set_meta(&meta.changed(now));
        user.touch(&users(), now);
        user.set_path(&users(), "title", "Guide").expect("it is there");
        assert_eq!((kept.shows_activity(), user.shows_activity()), (false, false));
        assert!(user.meta().is_some());
        give(&mut user);
        assert!(user.shows_activity());
    }
}

#[test]
fn debug_shows_no_values() {
    // S-9.3-01
    let mut user = Resource::default();
    user.set("userName", "bjensen");
    user.set("password", "t1meMa$heen");
    let shown = format!("{user:?}");
    assert!(!shown.contains("bjensen") && !shown.contains("t1me"), "{shown}");
}

#[test]
fn who_is_listed_by_id_has_one() {
    // S-4.2-03
    let groups = ResourceType::group();
    let listed = |quirks: Quirks, member: Value| {
        let uri = groups.schema().uri().as_str();
        let body = json!({ "schemas": [uri], "displayName": "Guides", "members": [{ "value": "1" }, member] });
        let stored = ResourceDecoder::new(&groups)
            .with_quirks(quirks)
            .resource(object(body))
            .map_err(|err| err.to_string())?;
        Ok::<_, String>(
            stored
                .get("members")
                .and_then(|members| members.as_array())
                .map_or(0, |members| members.len()),
        )
    };
    let missing = || Err("attribute `members.value` is required".to_owned());
    for nobody in [
        json!({ "display": "x" }),
        json!({ "$ref": "Users/2" }),
        json!({ "$REF": "Users/2", "Value": null }),
    ] {
        assert_eq!(listed(Quirks::STRICT, nobody.clone()), missing(), "{nobody}");
        assert_eq!(listed(lenient(), nobody.clone()), missing(), "{nobody}");
    }
    for nothing in [json!({}), json!(null), json!({ "$ref": null, "value": null })] {
        assert_eq!(listed(Quirks::STRICT, nothing.clone()), Ok(1), "{nothing}");
    }
    assert_eq!(listed(Quirks::STRICT, json!({ "value": "" })), missing());
    assert_eq!(listed(lenient(), json!({ "value": "" })), Ok(1), "an empty text is no value");
}

#[test]
fn a_text_sets_no_value_that_clients_may_not_set() {
    let document = json!({ "id": "urn:example:schemas:Door", "attributes": [
        { "name": "lock", "type": "complex", "subAttributes": [{ "name": "value", "type": "string", "mutability": "readOnly" }] },
        { "name": "keys", "type": "complex", "multiValued": true, "subAttributes": [{ "name": "value", "type": "string" }] }
    ] });
    let doors = ResourceType::new("Door", crate::schema::Schema::try_from(document).unwrap());
    let take = |body: Value| {
        ResourceDecoder::new(&doors)
            .with_quirks(lenient())
            .resource(object(body))
            .map(|door| json!(door.attributes()))
    };
    for text in [json!("x"), json!(["x"])] {
        let refused = take(json!({ "lock": text })).unwrap_err();
        assert_eq!(
            (refused.path(), refused.kind()),
            ("lock", ValueErrorKind::Type(crate::schema::AttributeType::Complex))
        );
        assert_eq!(take(json!({ "keys": text })).unwrap()["keys"], json!([{ "value": "x" }]));
    }
}
