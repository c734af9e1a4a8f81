//! Resource types from files.

use std::fs;
use std::path::Path;
use std::process;

use serde_json::{Value, json};

use crate::process::refuses;
use crate::requests::{FLAGS, admin, assert_scim_error, body, get, post};
use crate::support::demo::Demo;

#[tokio::test]
async fn further_resource_types_are_served_and_told_like_users() {
    let file = write("devices.json", &devices());
    let demo = Demo::start(&[FLAGS, &["--resource-types", &file]].concat());
    let types = body(&get(demo.address(), "/scim/v2/ResourceTypes/Device", "token-1").await);
    assert_eq!((&types["endpoint"], &types["description"]), (&json!("/Devices"), &json!("Things")));
    let device = json!({ "serial": "A1", "urn:example:schemas:Place": { "room": "12" } });
    let created = body(&post(demo.address(), "/scim/v2/Devices", "token-1", &device).await);
    assert_eq!(created["urn:example:schemas:Place"]["room"], "12", "{created}");
    let found = get(demo.address(), "/scim/v2/Devices?filter=serial+eq+%22A1%22", "token-1").await;
    assert_eq!(body(&found)["totalResults"], 1);
    assert_scim_error(&post(demo.address(), "/scim/v2/Devices", "token-1", &json!({})).await, 400);
    let events = body(&admin(demo.address(), "/admin/api/tenants/one/events").await);
    assert_eq!(
        (&events[0]["event"], &events[0]["resourceType"]),
        (&json!("device.created"), &json!("Device"))
    );
}

#[test]
fn bad_files_of_resource_types_are_refused_with_the_place() {
    for (name, text, place) in bad_files() {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bad-{name}.json"));
        fs::write(&file, text).expect("the target folder can be written");
        let file = file.to_str().expect("a path that is text");
        refuses(&["--resource-types", file], place);
        refuses(&["--resource-types", file], &format!("`--resource-types {file}`"));
    }
}

/// Files with one fault each: name, text, and a part of the message.
fn bad_files() -> [(&'static str, String, &'static str); 11] {
    let changed = |change: fn(&mut Value)| {
        let mut document = devices();
        change(&mut document);
        document.to_string()
    };
    [
        ("cut", "{\"schemas\": [".to_owned(), "line 1 column 13"),
        ("key", changed(|file| file["resources"] = json!([])), "`resources`: unknown member"),
        (
            "type",
            changed(|file| file["schemas"][0]["attributes"][0]["type"] = json!("text")),
            "`schemas[0].attributes[0].type`: expected one of",
        ),
        (
            "name",
            changed(|file| file["schemas"][0]["attributes"][0]["name"] = json!("a b")),
            "`schemas[0].attributes[0].name`",
        ),
        (
            "uri",
            changed(|file| file["resourceTypes"][0]["schema"] = json!("urn:example:x")),
            "`resourceTypes[0].schema`: unknown schema `urn:example:x`",
        ),
        (
            "extension",
            changed(|file| file["schemas"][1]["id"] = json!("urn:example:y")),
            "`resourceTypes[0].schemaExtensions[0].schema`: unknown schema `urn:example:schemas:Place`",
        ),
        (
            "unused",
            changed(|file| file["resourceTypes"] = json!([])),
            "`schemas[0]`: no resource type uses this schema",
        ),
        (
            "endpoint",
            changed(|file| file["resourceTypes"][0]["endpoint"] = json!("Devices/")),
            "`resourceTypes[0].endpoint`",
        ),
        (
            "taken",
            changed(|file| file["resourceTypes"][0]["endpoint"] = json!("/Users")),
            "`resourceTypes[0].endpoint`",
        ),
        (
            "reserved",
            changed(|file| file["resourceTypes"][0]["endpoint"] = json!("/Schemas")),
            "`resourceTypes[0].endpoint`",
        ),
        ("large", " ".repeat(2 << 20), "larger than 1048576 bytes"),
    ]
}

#[test]
fn a_missing_file_and_one_resource_type_twice_are_refused() {
    refuses(
        &["--resource-types", "no-such-file.json"],
        "`--resource-types no-such-file.json`: cannot read the file",
    );
    let mut other = devices();
    other["resourceTypes"][0]["endpoint"] = json!("/Things");
    let (one, other) = (write("one.json", &devices()), write("other.json", &other));
    let message = format!(
        "`--resource-types {other}`: `resourceTypes[0].endpoint`: this resource type already exists"
    );
    refuses(&["--resource-types", &one, "--resource-types", &other], &message);
}

#[tokio::test]
async fn files_extend_users_and_groups() {
    let badge = json!({
        "schemas": [{ "id": "urn:example:schemas:Badge", "attributes": [
            { "name": "number", "type": "integer", "required": true },
            { "name": "color", "canonicalValues": ["red", "green"] }
        ] }],
        "resourceTypes": [
            { "name": "User", "schemaExtensions": [{ "schema": "urn:example:schemas:Badge" }],
              "canonicalValuesOnly": ["urn:example:schemas:Badge:color"] },
            { "name": "Group", "schemaExtensions": [{ "schema": "urn:example:schemas:Badge", "required": true }] }
        ]
    });
    let file = write("badge.json", &badge);
    let demo = Demo::start(&[FLAGS, &["--resource-types", &file]].concat());
    let users = body(&get(demo.address(), "/scim/v2/ResourceTypes/User", "token-1").await);
    let extensions = users["schemaExtensions"].as_array().map(Vec::len);
    assert_eq!((&users["endpoint"], extensions), (&json!("/Users"), Some(2)), "{users}");
    let with_badge = |name: &str, badge: Value| json!({ "userName": name, "displayName": name, "urn:example:schemas:Badge": badge });
    let user = post(
        demo.address(),
        "/scim/v2/Users",
        "token-1",
        &with_badge("a", json!({ "number": 7, "color": "RED" })),
    )
    .await;
    assert_eq!(body(&user)["urn:example:schemas:Badge"], json!({ "number": 7, "color": "red" }));
    for wrong in [
        json!({ "color": "red" }),
        json!({ "number": 7, "color": "blue" }),
        json!({ "number": "7" }),
    ] {
        assert_scim_error(
            &post(demo.address(), "/scim/v2/Users", "token-1", &with_badge("b", wrong)).await,
            400,
        );
    }
    assert_eq!(
        post(demo.address(), "/scim/v2/Users", "token-1", &json!({ "userName": "c" })).await.status,
        201
    );
    assert_scim_error(
        &post(demo.address(), "/scim/v2/Groups", "token-1", &json!({ "displayName": "c" })).await,
        400,
    );
    let group = post(
        demo.address(),
        "/scim/v2/Groups",
        "token-1",
        &with_badge("d", json!({ "number": 1 })),
    )
    .await;
    assert_eq!(group.status, 201, "{}", group.text());
}

fn devices() -> Value {
    let text = |name: &str, required: bool| json!({ "name": name, "type": "string", "required": required });
    json!({
        "schemas": [
            { "id": "urn:example:schemas:Device", "name": "Device", "attributes": [text("serial", true)] },
            { "id": "urn:example:schemas:Place", "name": "Place", "attributes": [text("room", false)] },
        ],
        "resourceTypes": [{
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": "Device", "name": "Device", "endpoint": "/Devices", "description": "Things",
            "schema": "urn:example:schemas:Device",
            "schemaExtensions": [{ "schema": "urn:example:schemas:Place", "required": false }],
        }],
    })
}

fn write(name: &str, document: &Value) -> String {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", process::id()));
    fs::write(&file, document.to_string()).expect("the target folder can be written");
    file.to_str().expect("a path that is text").to_owned()
}
