//! At most one value of an attribute is the primary one (RFC 7643, Section 2.4; RFC 7644, Section
//! 3.5.2).

use serde_json::{Value, json};

use support::writes::provider::{Provider, add, replace};
use support::writes::samples::{asset, asset_with, bjensen};

fn two() -> Value {
    json!([{ "value": "a", "primary": true }, { "value": "b", "primary": true }])
}

fn primaries(resource: &Value) -> Vec<&str> {
    let emails = resource["emails"].as_array().expect("e-mail addresses");
    emails
        .iter()
        .filter(|email| email["primary"] == true)
        .map(|email| email["value"].as_str().expect("a value"))
        .collect()
}

#[tokio::test]
async fn the_new_primary_value_takes_that_from_the_old() {
    // P-3.5.2-18, S-2.4-03
    let provider = Provider::strict();
    let changes = [
        add("emails", json!([{ "value": "new@example.com", "primary": true }])),
        add("emails", json!({ "value": "new@example.com", "primary": true })),
        json!([{ "op": "add", "value": { "emails": [{ "value": "new@example.com", "primary": true }] } }]),
        add("emails[type eq \"new\"]", json!({ "value": "new@example.com", "primary": true })),
        add("emails[type eq \"new\" and primary eq true].value", json!("new@example.com")),
    ];
    for (index, operations) in changes.into_iter().enumerate() {
        let mut resource = bjensen();
        resource["userName"] = json!(format!("bjensen{index}"));
        let path = provider.made("/Users", &resource).await;
        let patched = provider.patched(&path, operations).await;
        assert_eq!(primaries(&patched), ["new@example.com"]);
        assert_eq!(
            patched["emails"][0],
            json!({ "value": "bjensen@example.com", "type": "work", "primary": false })
        );
    }
    let set = ["add", "replace"]
        .map(|op| json!([{ "op": op, "path": "emails[type eq \"home\"].primary", "value": true }]));
    let merge =
        json!([{ "op": "add", "path": "emails[type eq \"home\"]", "value": { "primary": true } }]);
    for (index, operations) in set.into_iter().chain([merge]).enumerate() {
        let mut resource = bjensen();
        resource["userName"] = json!(format!("jensen{index}"));
        let path = provider.made("/Users", &resource).await;
        assert_eq!(primaries(&provider.patched(&path, operations).await), ["babs@jensen.org"]);
    }
}

#[tokio::test]
async fn the_next_operation_sees_one_primary_value() {
    // P-3.5.2-18, P-3.5.2-13
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let operations = json!([
        { "op": "replace", "path": "emails[type eq \"home\"].primary", "value": true },
        { "op": "add", "path": "emails[primary eq true].display", "value": "the one" },
        { "op": "add", "path": "emails[primary eq false].display", "value": "another" },
    ]);
    let patched = provider.patched(&path, operations).await;
    assert_eq!(
        (&patched["emails"][0]["display"], &patched["emails"][1]["display"]),
        (&json!("another"), &json!("the one"))
    );
}

#[tokio::test]
async fn two_primary_values_at_once_are_refused() {
    // A-44, P-3.3-09
    let provider = Provider::strict();
    let mut twice = bjensen();
    twice["emails"] = two();
    provider.post("/Users", &twice).await.refused("invalidValue");
    assert_eq!(provider.total("/Users").await, 0);
    let path = provider.made("/Users", &bjensen()).await;
    let before = provider.read(&path).await;
    provider.put(&path, &twice).await.refused("invalidValue");
    assert_eq!(provider.read(&path).await, before);
    for op in ["add", "replace"] {
        for operation in [
            json!({ "op": op, "path": "emails", "value": two() }),
            json!({ "op": op, "value": { "emails": two() } }),
        ] {
            let detail = provider.refuses(&path, json!([operation]), "invalidValue").await;
            assert!(detail.starts_with("operation 0: "), "{detail}");
        }
    }
    // Nor may a filter choose several.
    provider.refuses(&path, replace("emails[value pr].primary", json!(true)), "invalidValue").await;
    provider.refuses(&path, replace("emails.primary", json!(true)), "invalidValue").await;
}

#[tokio::test]
async fn each_attribute_has_its_own_primary_value() {
    // P-3.5.2-18
    let provider = Provider::strict();
    let mut resource = bjensen();
    resource["phoneNumbers"] = json!([{ "value": "555-555-8377", "primary": true }]);
    let path = provider.made("/Users", &resource).await;
    let patched =
        provider.patched(&path, replace("emails[type eq \"home\"].primary", json!(true))).await;
    assert_eq!(patched["phoneNumbers"], resource["phoneNumbers"]);
    // A schema of the host's has the same rule.
    let ports = json!([{ "kind": "a", "primary": true }, { "kind": "b" }]);
    let path = provider.made("/Assets", &asset_with("A1", json!({ "ports": ports }))).await;
    let patched =
        provider.patched(&path, replace("ports[kind eq \"b\"].primary", json!(true))).await;
    assert_eq!(
        patched["ports"],
        json!([{ "kind": "a", "primary": false }, { "kind": "b", "primary": true }])
    );
    provider
        .post(
            "/Assets",
            &asset_with("A2", json!({ "ports": [{ "kind": "a", "primary": true }, { "kind": "b", "primary": true }] })),
        )
        .await
        .refused("invalidValue");
    provider.create("/Assets", &asset("A2")).await;
}
