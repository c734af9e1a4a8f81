//! Values that do not fit their attribute, by whatever way they come (RFC 7643, Section 2.3).

use serde_json::{Value, json};

use support::writes::provider::Provider;
use support::writes::samples::{WARRANTY, asset, asset_with};

/// Attributes and values that are not of their type.
fn wrong() -> Vec<(&'static str, Value)> {
    let mut wrong = Vec::new();
    let table = [
        ("label", json!([5, true, { "value": "x" }, ["x"], ["x", "y"]])),
        ("active", json!(["true", "False", 1, 0, "", [true], {}])),
        ("slots", json!([1.0, 1.5, "1", true, [1], {}, 1e3, 18_446_744_073_709_551_616_f64])),
        ("weight", json!(["0.1", true, [0.1], {}])),
        (
            "bought",
            json!([
                "yesterday",
                "2011-05-13",
                1_305_261_754,
                "2011-13-13T04:42:34Z",
                "2011-05-13T25:42:34Z",
                "",
                true,
                ["2011-05-13T04:42:34Z"]
            ]),
        ),
        ("key", json!(["%%%", "A", "AQ=D", 5, ["AQI="], {}])),
        ("manual", json!([5, true, ["https://example.com"], { "value": "https://example.com" }])),
        ("tags", json!([{ "value": "x" }, [5], ["a", 5], [["x"]], [{ "value": "x" }], [true]])),
        ("counts", json!([["1"], [1.5], [[1]], [1, "2"]])),
        (
            "badge",
            json!(["x", 5, true, [{ "number": 1 }], { "number": "1" }, { "number": 1.5 }, { "holder": 5 }, { "holder": ["x"] }, { "holder": {} }]),
        ),
        (
            "ports",
            json!([["ssh"], [5], [[{ "kind": "ssh" }]], [{ "kind": 5 }], [{ "kind": "a", "value": "22" }], [{ "kind": "a", "open": "yes" }],
            [{ "kind": "a", "since": "now" }], [{ "kind": "a" }, "b"], [{ "kind": "a", "primary": true }, { "kind": "b", "primary": true }]]),
        ),
        (
            WARRANTY,
            json!(["x", 5, [{ "until": "2012-08-01T21:32:44Z" }], { "until": 5 }, { "until": "soon" }, { "until": "2012-08-01T21:32:44Z", "terms": 5 }]),
        ),
    ];
    for (name, values) in table {
        wrong
            .extend(values.as_array().expect("an array").iter().map(|value| (name, value.clone())));
    }
    wrong
}

#[tokio::test]
async fn in_a_new_resource() {
    // P-3.3-09, P-3.12-11
    let provider = Provider::strict();
    for (name, value) in wrong() {
        let answer = provider.post("/Assets", &asset_with("A1", json!({ name: value }))).await;
        assert_eq!(answer.body["scimType"], "invalidValue", "{name}: {value}: {}", answer.body);
        assert!(answer.refused("invalidValue").contains(name));
        assert_eq!(provider.total("/Assets").await, 0);
    }
}

#[tokio::test]
async fn in_a_replacement() {
    // P-3.5.1-13, P-3.12-11
    let provider = Provider::strict();
    let path = provider.made("/Assets", &asset_with("A1", json!({ "slots": 1 }))).await;
    let before = provider.read(&path).await;
    for (name, value) in wrong() {
        let answer = provider.put(&path, &asset_with("A2", json!({ name: value }))).await;
        assert_eq!(answer.body["scimType"], "invalidValue", "{name}: {value}: {}", answer.body);
        assert_eq!(provider.read(&path).await, before);
    }
}

#[tokio::test]
async fn in_an_operation() {
    // P-3.5.2-12, P-3.5.2-14, P-3.12-11
    let provider = Provider::strict();
    let path = provider.made("/Assets", &asset("A1")).await;
    let good = json!({ "op": "add", "path": "note", "value": "x" });
    for (name, value) in wrong() {
        for op in ["add", "replace"] {
            for operation in [
                json!({ "op": op, "path": name, "value": value }),
                json!({ "op": op, "value": { name: value } }),
            ] {
                let detail =
                    provider.refuses(&path, json!([good, operation]), "invalidValue").await;
                assert!(detail.starts_with("operation 1: "), "{operation}: {detail}");
            }
        }
    }
}

#[tokio::test]
async fn in_a_part() {
    // P-3.5.2-12
    let provider = Provider::strict();
    let path = provider
        .made(
            "/Assets",
            &asset_with("A1", json!({ "ports": [{ "kind": "a" }], "badge": { "number": 1 } })),
        )
        .await;
    let parts = [
        ("badge.number", json!("1")),
        ("badge.number", json!([1])),
        ("badge.holder", json!({ "value": "x" })),
        ("ports.value", json!("22")),
        ("ports[kind eq \"a\"].value", json!(1.5)),
        ("ports[kind eq \"a\"].open", json!("true")),
        ("ports[kind eq \"a\"].since", json!("now")),
        ("ports[kind eq \"a\"]", json!("x")),
        ("ports[kind eq \"a\"]", json!(5)),
        ("ports[kind eq \"a\"]", json!({ "value": "22" })),
        ("ports[kind eq \"a\"]", json!([{ "kind": "b" }, { "kind": "c" }])),
        ("ports[kind eq \"new\"].value", json!("22")),
    ];
    for (name, value) in parts {
        for op in ["add", "replace"] {
            provider
                .refuses(&path, json!([{ "op": op, "path": name, "value": value }]), "invalidValue")
                .await;
        }
    }
}

#[tokio::test]
async fn one_simple_value_replaces_no_list() {
    // P-3.5.2-12, A-99
    let provider = Provider::strict();
    let path = provider.made("/Assets", &asset("A1")).await;
    for (name, value) in [
        ("tags", json!("x")),
        ("counts", json!(1)),
        ("ports", json!({ "kind": "a" })),
        ("tags", json!(5)),
    ] {
        provider
            .refuses(
                &path,
                json!([{ "op": "replace", "path": name, "value": value }]),
                "invalidValue",
            )
            .await;
        provider
            .post("/Assets", &asset_with("A2", json!({ name: value })))
            .await
            .refused("invalidValue");
    }
}

#[tokio::test]
async fn values_of_the_right_type_are_kept_as_they_are() {
    // P-3.5.2-12, P-3.8-07
    let provider = Provider::strict();
    let path = provider.made("/Assets", &asset("A1")).await;
    let right = [
        ("label", json!("x\u{1F600}\n\"")),
        ("active", json!(false)),
        ("slots", json!(-9_007_199_254_740_993_i64)),
        ("slots", json!(18_446_744_073_709_551_615_u64)),
        ("weight", json!(0.1)),
        ("weight", json!(100)),
        ("bought", json!("2011-05-13T04:42:34Z")),
        ("bought", json!("2011-05-13T06:42:34.5+02:00")),
        ("key", json!("AQID")),
        ("manual", json!("https://example.com/manual")),
        ("manual", json!("../manual")),
        ("tags", json!(["a", ""])),
        ("counts", json!([3, 1, 2])),
        ("badge", json!({ "number": 7, "holder": "bjensen" })),
        (
            "ports",
            json!([{ "kind": "ssh", "value": 22, "open": true, "since": "2011-05-13T04:42:34Z", "mac": "x", "primary": false }]),
        ),
    ];
    for (name, value) in right {
        let patched = provider
            .patched(&path, json!([{ "op": "replace", "path": name, "value": value }]))
            .await;
        assert_eq!(patched[name], value);
    }
}
