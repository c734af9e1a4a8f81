//! Changes: what fails changes nothing, what succeeds leaves a resource in canonical form, what is
//! undone is as before.

use std::sync::Arc;

use http::{Method, StatusCode};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use scimwire::Quirks;
use scimwire::message::{PatchOp, PatchOperation};
use scimwire::patch::PatchBinder;
use scimwire::resource::Resource;
use serde_json::{Map, Value, json};

use super::samples::{BADGE, ENTERPRISE, USER, USERS, body, config, texts, user};
use super::served::{Served, read};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_patch_that_fails_changes_nothing(body in body(), operations in vec(operation(), 1..5), lenient in any::<bool>()) {
        patched(body, &operations, lenient)?;
    }

    #[test]
    fn one_operation_that_fails_undoes_the_others(
        body in body(), mut operations in vec(operation(), 1..4), failing in select(FAILING), place in any::<Index>(),
    ) {
        let failing = serde_json::from_str(failing).expect("an operation");
        operations.insert(place.index(operations.len() + 1), failing);
        prop_assert!(!patched(body, &operations, false)?.is_success());
    }

    #[test]
    fn undone_it_is_as_before(mut user in user(), operation in changing()) {
        // Every user has a value there, and no operation takes it away.
        if user.get("active").is_none() {
            user.set("active", true);
        }
        let Ok(changed) = apply(user.clone(), vec![operation.clone()]) else { return Ok(()) };
        let path = operation.path.expect("the path of an attribute");
        let old = USERS.resolve(&path.parse().expect("an attribute path")).and_then(|path| user.value(&path).cloned());
        let remove = PatchOperation::remove(path.clone());
        // Not by `add`, which leaves out what is there already: a client may have put it there
        // twice.
        let replace = old.map(|old| PatchOperation::replace(path, old));
        let undone = apply(changed, [remove].into_iter().chain(replace).collect()).expect("what was there fits");
        prop_assert_eq!(Value::from(undone.into_object()), Value::from(user.into_object()));
    }

    #[test]
    fn putting_back_what_was_read_changes_nothing(body in body(), lenient in any::<bool>()) {
        let (served, path) = one_user(body, lenient);
        // What is returned on request has to be asked for, or PUT takes it away.
        let hint = format!("{path}?excludedAttributes=nosuch");
        let before = served.get(&hint);
        let put = served.send(Method::PUT, &path, &read(&before));
        prop_assert_eq!(put.status(), StatusCode::OK, "{}", read(&put));
        prop_assert_eq!(read(&served.get(&hint)), read(&before));
    }
}

/// Operations that fail whatever there is.
const FAILING: &[&str] = &[
    r#"{"op":"replace","path":"nosuch","value":"a"}"#,
    r#"{"op":"replace","path":"id","value":"a"}"#,
    r#"{"op":"remove","path":"userName"}"#,
    r#"{"op":"replace","path":"emails[type eq \"nosuch\"].value","value":"a"}"#,
    r#"{"op":"replace","path":"emails[type eq","value":"a"}"#,
    r#"{"op":"add","path":"active","value":{"a":1}}"#,
    r#"{"op":"add","path":"emails","value":[{"value":"x","primary":true},{"value":"y","primary":true}]}"#,
    r#"{"op":"remove"}"#,
    r#"{"op":"move","path":"title","value":"a"}"#,
    r#"{"op":"add","path":"title"}"#,
    r#"{"op":"replace","path":"meta.created","value":"2011-05-13T04:42:34Z"}"#,
];

/// Sends a PATCH; if it is refused, all is as before, and if not, the answer is what is stored, in
/// canonical form.
fn patched(
    body: Map<String, Value>,
    operations: &[Value],
    lenient: bool,
) -> Result<StatusCode, TestCaseError> {
    let (served, path) = one_user(body, lenient);
    let before = served.get(&path);
    let answer = served.patch(&path, operations);
    let after = served.get(&path);
    prop_assert!(!answer.status().is_server_error(), "{}", read(&answer));
    if answer.status().is_success() {
        let mut stored = served.stored_user(&path);
        stored["schemas"] = read(&after)["schemas"].clone();
        is_canonical(&stored)?;
        let (unchanged, same) =
            (before.headers()["etag"] == after.headers()["etag"], before.body() == after.body());
        prop_assert_eq!(unchanged, same, "the version says whether something changed");
    } else {
        prop_assert_eq!(read(&before), read(&after));
        prop_assert_eq!(before.headers(), after.headers());
    }
    Ok(answer.status())
}

fn one_user(mut body: Map<String, Value>, lenient: bool) -> (Served, String) {
    let served = Served::new(if lenient { Quirks::LENIENT } else { Quirks::STRICT });
    body.insert("userName".to_owned(), json!("bjensen"));
    let id = served.create("/Users", &Value::Object(body)).expect("it is the first user");
    (served, format!("/Users/{id}"))
}

/// RFC 7643, Sections 2.4, 2.5 and 3: nothing empty, one primary value, `schemas` says what is
/// there.
fn is_canonical(user: &Value) -> Result<(), TestCaseError> {
    prop_assert!(user["userName"].as_str().is_some_and(|name| !name.is_empty()), "{}", user);
    let object = user.as_object().expect("a resource is an object");
    let held: Vec<&str> = [USER, ENTERPRISE, BADGE]
        .into_iter()
        .filter(|uri| *uri == USER || object.contains_key(*uri))
        .collect();
    prop_assert_eq!(&user["schemas"], &json!(held));
    for (name, value) in object {
        is_assigned(value, name)?;
        let primary = value
            .as_array()
            .into_iter()
            .flatten()
            .filter(|element| element["primary"] == json!(true));
        prop_assert!(primary.count() <= 1, "`{}`: {}", name, value);
    }
    Ok(())
}

fn is_assigned(value: &Value, name: &str) -> Result<(), TestCaseError> {
    match value {
        Value::Null => prop_assert!(false, "`{}` holds null", name),
        Value::Array(values) => {
            prop_assert!(!values.is_empty(), "`{}` is empty", name);
            values.iter().try_for_each(|value| is_assigned(value, name))?;
        }
        Value::Object(object) => {
            prop_assert!(!object.is_empty(), "`{}` is empty", name);
            object.iter().try_for_each(|(name, value)| is_assigned(value, name))?;
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    Ok(())
}

fn apply(user: Resource, operations: Vec<PatchOperation>) -> Result<Resource, String> {
    let binder = PatchBinder::new(Arc::clone(&USERS));
    let plan = binder.bind(PatchOp::new(operations)).map_err(|err| err.to_string())?;
    plan.apply(user).map_err(|err| err.to_string())
}

/// An operation on one attribute, or on one sub-attribute of a complex one, that has an inverse.
fn changing() -> BoxedStrategy<PatchOperation> {
    let paths = vec![
        "title".to_owned(),
        "externalId".to_owned(),
        "active".to_owned(),
        "name".to_owned(),
        "name.familyName".to_owned(),
        "emails".to_owned(),
        "addresses".to_owned(),
        format!("{ENTERPRISE}:employeeNumber"),
        format!("{ENTERPRISE}:manager"),
        format!("{BADGE}:tags"),
        format!("{BADGE}:number"),
        format!("{BADGE}:locks"),
    ];
    let operation = (select(vec!["add", "replace", "remove"]), select(paths), value());
    operation
        .prop_map(|(op, path, value)| {
            PatchOperation::new(op, Some(path), (op != "remove").then(|| value.into()))
        })
        .boxed()
}

/// An operation that may fit, or not.
fn operation() -> BoxedStrategy<Value> {
    let op = prop_oneof![8 => select(vec!["add", "replace", "remove"]), 1 => select(vec!["Add", "REPLACE", "move"])];
    let parts = (op, option::weighted(0.85, path()), option::weighted(0.8, value()));
    parts
        .prop_map(|(op, path, value)| {
            let mut operation = json!({ "op": op });
            if let Some(path) = path {
                operation["path"] = path.into();
            }
            if let Some(value) = value {
                operation["value"] = value;
            }
            operation
        })
        .boxed()
}

fn path() -> BoxedStrategy<String> {
    let core = vec![
        "userName",
        "title",
        "active",
        "externalId",
        "name",
        "name.familyName",
        "NAME.givenname",
        "emails",
        "emails.value",
        "emails.primary",
        r#"emails[type eq "work"]"#,
        r#"emails[type eq "work"].value"#,
        r#"emails[type eq "home"].primary"#,
        r#"emails[primary eq true]"#,
        r#"emails[type eq "other" and value eq "b@example.com"].display"#,
        r#"emails[not (type eq "work")].type"#,
        "addresses",
        r#"addresses[country pr].locality"#,
        "photos",
        "x509Certificates",
        "schemas",
        r#"schemas[value eq "urn:example:schemas:2.0:Badge"]"#,
        "id",
        "meta",
        "meta.created",
        "password",
        "groups",
        "nosuch",
        "name.nosuch",
        "emails[",
        "a.b.c",
        "",
        " ",
        USER,
        ENTERPRISE,
        BADGE,
        "department",
        "members",
    ];
    let of_badge = vec![
        "number",
        "weight",
        "issued",
        "tags",
        r#"tags[value eq "ab"]"#,
        "codes",
        "codes[value gt 1]",
        "locks",
        "locks.level",
        "pin",
        "hint",
        r#"locks[value eq "a"].level"#,
        r#"locks[level ge 1]"#,
        r#"locks[value eq "a"].secret"#,
    ];
    prop_oneof![
        4 => select(core).prop_map(str::to_owned),
        2 => select(of_badge).prop_map(|path| format!("{BADGE}:{path}")),
        1 => select(vec!["employeeNumber", "manager", "manager.value", "manager.displayName"]).prop_map(|path| format!("{ENTERPRISE}:{path}")),
    ]
    .boxed()
}

fn value() -> BoxedStrategy<Value> {
    let element = || {
        let parts =
            (texts(), option::of(select(vec!["work", "home", "other"])), option::of(any::<bool>()));
        parts.prop_map(
            |(value, kind, primary)| json!({ "value": value, "type": kind, "primary": primary }),
        )
    };
    let fixed = vec![
        json!(null),
        json!(true),
        json!("False"),
        json!(1),
        json!(1.5),
        json!([]),
        json!({}),
        json!("2011-05-13T04:42:34Z"),
        json!([null]),
        json!({ "familyName": "Jensen", "givenName": null }),
        json!({ "country": "US" }),
        json!([{ "country": "US" }, { "locality": "Hollywood" }]),
        json!({ "title": "a", "active": false }),
        json!({ "emails": [{ "value": "a" }] }),
        json!({ "nosuch": 1, "title": "b" }),
        json!({ "name.familyName": "x" }),
        json!({ BADGE: { "number": 1 } }),
        json!({ format!("{BADGE}:tags"): ["a"] }),
        json!({ "pin": "1" }),
        json!(["a", "ab"]),
        json!([1, 7]),
        json!({ "value": "26118915" }),
        json!({ "id": "other" }),
        json!({ "TITLE": "a", "title": "b" }),
        json!({ "employeeNumber": "1", "manager": null }),
        json!([{ "level": 1 }, { "value": "a", "level": 7 }]),
        json!([["a"]]),
    ];
    prop_oneof![4 => select(fixed), 2 => texts(), 2 => element(), 2 => vec(element(), 0..3).prop_map(Value::Array)].boxed()
}
