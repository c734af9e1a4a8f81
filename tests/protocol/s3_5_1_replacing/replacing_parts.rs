//! PUT and what it may not change (RFC 7644, Section 3.5.1): immutable attributes, and those that
//! cannot be read.

use serde_json::{Value, json};

use support::writes::provider::{Provider, add, at, id};
use support::writes::samples::{WARRANTY, asset, asset_with};

const UNTIL: &str = "2012-08-01T21:32:44Z";

fn fixed() -> Value {
    let attributes = json!({
        "serial": "S-1",
        "makers": ["Acme", "Umbrella"],
        "badge": { "number": 1, "chip": "c1" },
        WARRANTY: { "until": UNTIL, "contract": "K-1" },
    });
    asset_with("A1", attributes)
}

#[tokio::test]
async fn an_immutable_value_stays() {
    // P-3.5.1-05, P-3.5.1-13
    let provider = Provider::strict();
    let made = provider.create("/Assets", &fixed()).await;
    assert_eq!(provider.put(&at(&made), &fixed()).await.ok(), made);
    for (pointer, value) in [
        ("serial", json!("S-2")),
        ("makers", json!(["Acme"])),
        ("makers", json!(["Acme", "Initech"])),
    ] {
        let mut body = fixed();
        body[pointer] = value;
        body["label"] = json!("changed");
        let detail = provider.put(&at(&made), &body).await.refused("mutability");
        assert!(detail.contains(pointer), "{detail}");
        assert_eq!(provider.read(&at(&made)).await, made);
    }
    let mut body = fixed();
    body[WARRANTY]["contract"] = json!("K-2");
    provider.put(&at(&made), &body).await.refused("mutability");
    assert_eq!(provider.read(&at(&made)).await, made);
}

#[tokio::test]
async fn an_immutable_part_stays() {
    // P-3.5.1-05
    let provider = Provider::strict();
    let made = provider.create("/Assets", &fixed()).await;
    let mut body = fixed();
    body["badge"]["chip"] = json!("c2");
    provider.put(&at(&made), &body).await.refused("mutability");
    assert_eq!(provider.read(&at(&made)).await, made);
}

#[tokio::test]
async fn the_order_of_immutable_values_does_not_count() {
    // P-3.5.1-05
    let provider = Provider::strict();
    let made = provider.create("/Assets", &fixed()).await;
    let mut body = fixed();
    body["makers"] = json!(["Umbrella", "Acme"]);
    assert_eq!(provider.put(&at(&made), &body).await.ok(), made);
}

#[tokio::test]
async fn an_immutable_attribute_without_a_value_gets_one() {
    // P-3.5.1-06
    let provider = Provider::strict();
    let path =
        provider.made("/Assets", &asset_with("A1", json!({ "badge": { "number": 1 } }))).await;
    let replaced = provider.put(&path, &fixed()).await.ok();
    for name in ["serial", "makers", "badge", WARRANTY] {
        assert_eq!(replaced[name], fixed()[name]);
    }
}

#[tokio::test]
async fn an_omitted_immutable_attribute_is_kept() {
    // A-31, P-3.5.1-12
    let provider = Provider::strict();
    let path = provider.made("/Assets", &fixed()).await;
    let mut body = fixed();
    for name in ["serial", "makers"] {
        body.as_object_mut().expect("an object").remove(name);
    }
    body[WARRANTY] = json!({ "until": UNTIL });
    let replaced = provider.put(&path, &body).await.ok();
    assert_eq!(
        (&replaced["serial"], &replaced["makers"]),
        (&json!("S-1"), &json!(["Acme", "Umbrella"]))
    );
    assert_eq!(replaced[WARRANTY]["contract"], "K-1");
}

#[tokio::test]
async fn an_omitted_immutable_part_is_kept() {
    //
    let provider = Provider::strict();
    let path = provider.made("/Assets", &fixed()).await;
    let mut body = fixed();
    body["badge"] = json!({ "number": 2 });
    assert_eq!(
        provider.put(&path, &body).await.ok()["badge"],
        json!({ "number": 2, "chip": "c1" })
    );
}

#[tokio::test]
async fn an_omitted_secret_is_kept() {
    // P-3.5.1-11, A-30
    let (provider, store) = Provider::with_secrets();
    let secrets =
        json!({ "pin": "1234", "code": "5678", WARRANTY: { "until": UNTIL, "pin": "9999" } });
    let made = provider.create("/Assets", &asset_with("A1", secrets)).await;
    let body = asset_with("A1", json!({ "label": "changed", WARRANTY: { "until": UNTIL } }));
    assert_eq!(provider.put(&at(&made), &body).await.ok()["label"], "changed");
    let kept = store.kept(id(&made));
    assert_eq!(
        (&kept["pin"], &kept["code"], &kept[WARRANTY]["pin"]),
        (&json!("1234"), &json!("5678"), &json!("9999"))
    );
}

#[tokio::test]
async fn an_omitted_secret_part_is_kept() {
    // P-3.5.1-11
    let (provider, store) = Provider::with_secrets();
    let made = provider
        .create("/Assets", &asset_with("A1", json!({ "badge": { "number": 1, "secret": "1234" } })))
        .await;
    provider.put(&at(&made), &asset_with("A1", json!({ "badge": { "number": 2 } }))).await.ok();
    assert_eq!(store.kept(id(&made))["badge"], json!({ "number": 2, "secret": "1234" }));
}

#[tokio::test]
async fn secrets_are_never_answered() {
    // P-3.5.1-11
    let (provider, _) = Provider::with_secrets();
    let body =
        asset_with("A1", json!({ "pin": "1234", "badge": { "number": 1, "secret": "1234" } }));
    let path = provider.made("/Assets", &body).await;
    let answers = [
        provider.put(&path, &body).await.ok(),
        provider.patched(&path, add("pin", json!("4321"))).await,
        provider.read(&format!("{path}?attributes=pin,badge.secret")).await,
    ];
    for answer in answers {
        assert_eq!((answer.get("pin"), answer["badge"].get("secret")), (None, None), "{answer}");
    }
}

#[tokio::test]
async fn write_only_values_are_never_answered() {
    // S-7-11, P-3.5.1-02
    let (provider, _) = Provider::with_secrets();
    let made = provider.create("/Assets", &asset_with("A1", json!({ "code": "5678" }))).await;
    assert_eq!(made.get("code"), None, "{made}");
    assert_eq!(
        provider.put(&at(&made), &asset_with("A1", json!({ "code": "1" }))).await.ok().get("code"),
        None
    );
}

#[tokio::test]
async fn attributes_returned_on_request_are_answered_when_the_request_names_them() {
    //
    let provider = Provider::strict();
    let noted = asset_with("A1", json!({ "note": "blue" }));
    let made = provider.create("/Assets", &noted).await;
    let path = at(&made);
    assert_eq!(made["note"], "blue");
    assert_eq!(provider.read(&path).await.get("note"), None);
    assert_eq!(provider.read(&format!("{path}?attributes=note")).await["note"], "blue");
    assert_eq!(provider.put(&path, &noted).await.ok()["note"], "blue");
    let named = [
        json!([{ "op": "replace", "path": "note", "value": "green" }]),
        json!([{ "op": "add", "value": { "NOTE": "red" } }]),
        json!([{ "op": "add", "path": "note", "value": "red" }]),
    ];
    for (operations, expected) in named.into_iter().zip(["green", "red", "red"]) {
        assert_eq!(provider.patch(&path, &operations).await.ok()["note"], expected);
    }
    assert_eq!(provider.patch(&path, &add("label", json!("x"))).await.ok().get("note"), None);
    assert_eq!(provider.create("/Assets", &asset("A2")).await.get("note"), None);
}
