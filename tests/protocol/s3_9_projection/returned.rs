//! Attributes that are returned always, on request or never (RFC 7643, Section 7; RFC 7644, Section
//! 3.9).

use serde_json::{Value, json};

use support::reads::provider::{Provider, id};
use support::reads::samples::{PLACE, device};

/// A device with all of them.
fn badged() -> Value {
    device(
        "A1",
        json!({
            "asset": "kept",
            "note": "on request",
            "pin": "pin-4711",
            "badge": { "number": 7, "place": "desk", "color": "red", "note": "on request", "pin": "pin-0815" },
            PLACE: { "room": "12", "hint": "on request" }
        }),
    )
}

async fn with(provider: &Provider, path: &str, parameters: &str) -> Value {
    let mut device = provider.get(&format!("{path}?{parameters}")).await.ok();
    let object = device.as_object_mut().expect("a resource");
    for name in ["id", "schemas", "meta", "serial"] {
        object.remove(name);
    }
    device
}

#[tokio::test]
async fn parts_of_a_resource_are_returned_as_the_schema_says() {
    let provider = Provider::strict();
    let path = format!("/Devices/{}", id(&provider.create("/Devices", badged()).await));
    let hint = format!("attributes={PLACE}:hint");
    let place = format!("attributes={PLACE}");
    for (parameters, expected) in [
        // P-3.4-01
        (
            "",
            json!({ "asset": "kept", "badge": { "number": 7, "place": "desk", "color": "red" }, PLACE: { "room": "12" } }),
        ),
        // P-3.9-01, P-3.9-05
        ("attributes=serial", json!({ "asset": "kept" })),
        ("attributes=note", json!({ "asset": "kept", "note": "on request" })),
        (
            "attributes=badge",
            json!({ "asset": "kept", "badge": { "number": 7, "place": "desk", "color": "red" } }),
        ),
        (
            "attributes=badge.number",
            json!({ "asset": "kept", "badge": { "number": 7, "color": "red" } }),
        ),
        (
            "attributes=badge.note",
            json!({ "asset": "kept", "badge": { "note": "on request", "color": "red" } }),
        ),
        (
            "attributes=badge,badge.note",
            json!({ "asset": "kept", "badge": { "number": 7, "place": "desk", "color": "red", "note": "on request" } }),
        ),
        // P-3.9-07
        (&place, json!({ "asset": "kept", PLACE: { "room": "12" } })),
        (&hint, json!({ "asset": "kept", PLACE: { "hint": "on request" } })),
        // P-3.9-08
        ("attributes=pin,badge.pin", json!({ "asset": "kept", "badge": { "color": "red" } })),
        // P-3.4.2.5-02
        ("excludedAttributes=asset,badge", json!({ "asset": "kept", PLACE: { "room": "12" } })),
        (
            "excludedAttributes=badge.color",
            json!({ "asset": "kept", "badge": { "number": 7, "place": "desk", "color": "red" }, PLACE: { "room": "12" } }),
        ),
    ] {
        assert_eq!(with(&provider, &path, parameters).await, expected, "{parameters}");
    }
}

#[tokio::test]
async fn what_is_returned_on_request_is_not_requested_by_excluding_something_else() {
    // P-3.9-02
    let provider = Provider::strict();
    let path = format!("/Devices/{}", id(&provider.create("/Devices", badged()).await));
    let left = with(&provider, &path, "excludedAttributes=badge.number").await;
    assert_eq!(left["badge"], json!({ "place": "desk", "color": "red" }));
    let left = with(&provider, &path, "excludedAttributes=asset").await;
    assert_eq!(left.get("note"), None);
}

#[tokio::test]
async fn what_is_never_returned_is_in_no_answer() {
    // P-3.9-08
    let provider = Provider::strict();
    let created = provider.post("/Devices?attributes=pin,badge.pin,badge", badged()).await;
    let path = format!("/Devices/{}", id(&created.body));
    let mut answers = vec![
        created,
        provider.put(&path, badged()).await,
        provider.get("/Devices?attributes=pin").await,
    ];
    let pin = json!({ "op": "replace", "path": "pin", "value": "pin-4711" });
    let operations = json!([pin, { "op": "add", "path": "badge.pin", "value": "pin-0815" }]);
    answers.push(provider.patch(&path, operations.clone()).await);
    answers.push(provider.patch(&format!("{path}?attributes=pin"), operations).await);
    for answer in answers {
        let text = answer.body.to_string();
        assert!(
            answer.status < 300 && !text.contains("pin-4711") && !text.contains("pin-0815"),
            "{text}"
        );
    }
    provider.refuses("/Devices", &["pin eq \"pin-4711\"", "pin pr", "badge.pin sw \"p\""]).await;
    provider.get("/Devices?sortBy=pin").await.refused("invalidValue");
}
