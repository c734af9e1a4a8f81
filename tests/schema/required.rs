//! What the host asks of each resource (RFC 7643, Section 7): never left out, and never taken away.

use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::{Dispatcher, Quirks};
use serde_json::{Value, json};

use support::databases::{LazyDirectory, kind_asked_for};
use support::writes::provider::{BASE, Provider, id, remove, replace};
use support::writes::samples::{ENTERPRISE, USER, user};

/// Users of whom `active`, the family name and the department may not be missing.
fn provider(quirks: Quirks) -> Provider {
    let users = ResourceType::user().with_extension(ENTERPRISE_USER);
    let department = format!("{ENTERPRISE}:department");
    let users =
        users.with_required("active").with_required("name.familyName").with_required(&department);
    let store = LazyDirectory::new(kind_asked_for(), false).store(users);
    let builder = Dispatcher::builder(BASE).unauthenticated().quirks(quirks).store(store);
    Provider::of(builder.build().expect("the type is consistent"))
}

fn with(changes: &[(&str, Value)]) -> Value {
    let mut body = user("ann");
    body["active"] = json!(false);
    for (name, value) in changes {
        body[*name] = value.clone();
    }
    if body.get(ENTERPRISE).is_some() {
        body["schemas"] = json!([USER, ENTERPRISE]);
    }
    body
}

fn without(name: &str) -> Value {
    let mut body = with(&[]);
    body.as_object_mut().expect("an object").remove(name);
    body
}

#[tokio::test]
async fn it_is_published() {
    let schema =
        provider(Quirks::STRICT).read("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User").await;
    let attributes = schema["attributes"].as_array().expect("attributes");
    let required: Vec<&Value> =
        attributes.iter().filter(|it| it["required"] == true).map(|it| &it["name"]).collect();
    assert_eq!(required, ["userName", "active"]);
    let name = attributes.iter().find(|it| it["name"] == "name").expect("a name");
    assert!(
        name["subAttributes"]
            .as_array()
            .expect("parts")
            .iter()
            .any(|it| it["name"] == "familyName" && it["required"] == true)
    );
}

#[tokio::test]
async fn nobody_is_made_without_it() {
    for (body, strict, lenient) in [
        (without("active"), 400, 201),
        (with(&[("active", json!(null))]), 400, 201),
        (with(&[("name", json!({ "givenName": "Ann" }))]), 400, 400),
        (with(&[(ENTERPRISE, json!({ "costCenter": "7" }))]), 400, 400),
        // What is not there has no parts.
        (with(&[]), 201, 201),
        (
            with(&[
                ("name", json!({ "familyName": "Lee" })),
                (ENTERPRISE, json!({ "department": "d" })),
            ]),
            201,
            201,
        ),
    ] {
        for (quirks, expected) in [(Quirks::STRICT, strict), (Quirks::LENIENT, lenient)] {
            let answer = provider(quirks).post("/Users", &body).await;
            assert_eq!(answer.status, expected, "{body}: {}", answer.body);
            if expected == 400 {
                assert_eq!(answer.body["scimType"], "invalidValue", "{body}");
            } else if body["active"] != false {
                assert_eq!(answer.body["active"], true, "{body}");
            }
        }
    }
}

#[tokio::test]
async fn nobody_loses_it() {
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let provider = provider(quirks);
        let parts = [
            ("name", json!({ "familyName": "Lee", "givenName": "Ann" })),
            (ENTERPRISE, json!({ "department": "d" })),
        ];
        let made = provider.create("/Users", &with(&parts)).await;
        let path = format!("/Users/{}", id(&made));
        for operations in [
            remove("active"),
            replace("active", json!(null)),
            replace("active", json!([])),
            json!([{ "op": "replace", "value": { "active": null } }]),
            remove("name.familyName"),
            replace("name", json!({ "givenName": "Ann", "familyName": null })),
            remove(&format!("{ENTERPRISE}:department")),
        ] {
            let answer = provider.patch(&path, &operations).await;
            assert_eq!(answer.status, 400, "{operations}: {}", answer.body);
            assert_eq!(provider.read(&path).await, made, "{operations}");
        }
        let answer = provider.put(&path, &with(&[("name", json!({ "givenName": "Ann" }))])).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
        // T21: a PUT that does not say who may come in leaves that as it was.
        let answer = provider.put(&path, &without("active")).await;
        let expected =
            if quirks == Quirks::STRICT { (400, None) } else { (200, Some(&json!(false))) };
        assert_eq!((answer.status, answer.body.get("active")), expected, "{}", answer.body);
        let answer = provider.put(&path, &with(&[("active", json!(null))])).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
        let answer = provider.patch(&path, &replace("active", json!(true))).await;
        assert_eq!(answer.body["active"], true, "{}", answer.body);
    }
}

#[test]
fn an_attribute_that_is_not_there_cannot_be_required() {
    let users = ResourceType::user().with_required("shoeSize");
    let store = scimwire::MemoryStore::new(users);
    assert!(Dispatcher::builder(BASE).unauthenticated().store(store).build().is_err());
}
