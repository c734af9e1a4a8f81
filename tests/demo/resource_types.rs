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
    assert_eq!((&events[0]["event"], &events[0]["resourceType"]), (&json!("device.created"), &json!("Device")));
}

#[test]
fn bad_files_of_resource_types_are_refused_with_the_place() {
    let changed = |change: fn(&mut Value)| {
        let mut document = devices();
        change(&mut document);
        document.to_string()
    };
    for (name, text, place) in [
        ("cut", "{\"schemas\": [".to_owned(), "line 1 column 13"),
        ("key", changed(|file| file["resources"] = json!([])), "unknown field `resources`"),
        ("type", changed(|file| file["schemas"][0]["attributes"][0]["type"] = json!("text")), "`urn:example:schemas:Device`"),
        ("name", changed(|file| file["schemas"][0]["attributes"][0]["name"] = json!("a b")), "`a b`"),
        (
            "uri",
            changed(|file| file["resourceTypes"][0]["schema"] = json!("urn:example:x")),
            "there is no schema `urn:example:x`",
        ),
        ("extension", changed(|file| file["schemas"][1]["id"] = json!("urn:example:y")), "`urn:example:schemas:Place`"),
        (
            "unused",
            changed(|file| file["resourceTypes"] = json!([])),
            "schema `urn:example:schemas:Device`: no resource type uses it",
        ),
        ("endpoint", changed(|file| file["resourceTypes"][0]["endpoint"] = json!("Devices/")), "`Device`"),
        ("taken", changed(|file| file["resourceTypes"][0]["endpoint"] = json!("/Users")), "`Device`"),
    ] {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bad-{name}.json"));
        fs::write(&file, text).expect("the target folder can be written");
        let file = file.to_str().expect("a path that is text");
        refuses(&["--resource-types", file], place);
        refuses(&["--resource-types", file], &format!("`--resource-types {file}`"));
    }
    refuses(&["--resource-types", "no-such-file.json"], "`--resource-types no-such-file.json`: it cannot be read");
    let twice = write("twice.json", &devices());
    refuses(&["--resource-types", &twice, "--resource-types", &twice], &format!("`--resource-types {twice}`: `Device`"));
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
