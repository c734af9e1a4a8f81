//! What changes nothing is judged by value (RFC 7644, Section 3.5.2.1; S-3.1-15).

use scimwire::Quirks;
use scimwire::hooks::Hooks;
use serde_json::{Value, json};

use support::writes::provider::{Kept, Provider, Setup, add, id, replace};
use support::writes::recorder::Recorder;
use support::writes::samples::{asset_with, bjensen, user};
use support::writes::whole_store::WholeStore;

fn providers() -> Vec<(Provider, Recorder)> {
    let settings = [
        (Quirks::STRICT, Kept::Apart),
        (Quirks::LENIENT, Kept::Apart),
        (Quirks::STRICT, Kept::Whole(WholeStore::default())),
    ];
    let provider = |(quirks, kept)| {
        let recorder = Recorder::default();
        let hooks: std::sync::Arc<dyn Hooks> = std::sync::Arc::new(recorder.clone());
        (Provider::new(Setup { quirks, kept, hooks: Some(hooks), ..Setup::default() }), recorder)
    };
    settings.into_iter().map(provider).collect()
}

/// What is stored of an asset, and other words for it.
fn words() -> Vec<(&'static str, Value, Vec<Value>)> {
    let elements =
        |text: &str| json!([{ "kind": text, "value": 22 }, { "kind": "http", "value": 80 }]);
    vec![
        ("weight", json!(2), vec![json!(2.0), json!(2e0), json!(20e-1)]),
        ("weight", json!(0.5), vec![json!(5e-1), json!(0.50)]),
        (
            "bought",
            json!("2011-05-13T04:42:34Z"),
            vec![
                json!("2011-05-13T06:42:34+02:00"),
                json!("2011-05-13T04:42:34.000Z"),
                json!("2011-05-13T04:42:34"),
            ],
        ),
        (
            "bought",
            json!("2011-05-13T00:00:00Z"),
            vec![json!("2011-05-12T24:00:00Z"), json!("2011-05-12T22:30:00-01:30")],
        ),
        ("label", json!("Straße 7"), vec![json!("STRASSE 7"), json!("straße 7")]),
        ("tags", json!(["Rack", "New"]), vec![json!(["RACK", "new"]), json!(["new", "rack"])]),
        ("key", json!("AQI="), vec![json!("AQI")]),
        (
            "badge",
            json!({ "number": 7, "holder": "Ann" }),
            vec![json!({ "number": 7, "holder": "ANN" })],
        ),
        (
            "ports",
            elements("ssh"),
            vec![
                elements("SSH"),
                json!([{ "kind": "HTTP", "value": 80, "primary": false }, { "kind": "ssh", "value": 22 }]),
            ],
        ),
    ]
}

/// What is another value, however close.
fn others() -> Vec<(&'static str, Value, Vec<Value>)> {
    vec![
        ("weight", json!(2), vec![json!(2.000_000_1), json!(-2)]),
        (
            "bought",
            json!("2011-05-13T04:42:34Z"),
            vec![json!("2011-05-13T04:42:34+02:00"), json!("2011-05-13T04:42:34.001Z")],
        ),
        ("label", json!("Rack"), vec![json!("Rack "), json!("Racks")]),
        ("tags", json!(["a", "b"]), vec![json!(["A"]), json!(["A", "C"])]),
        ("manual", json!("https://example.com/a"), vec![json!("https://example.com/A")]),
        ("badge", json!({ "number": 7 }), vec![json!({ "number": 8 })]),
    ]
}

#[tokio::test]
async fn a_value_that_is_there_in_other_words_is_not_added() {
    // RFC 7644, Section 3.5.2.1: with few values, and with so many that an index tells.
    let texts = |letter: &str, count: usize| {
        (0..count).map(|number| json!(format!("{letter}{number}"))).collect::<Value>()
    };
    let ports = |kind: &str, count: usize| {
        (0..count).map(|number| json!({ "kind": kind, "value": number })).collect::<Value>()
    };
    for (provider, recorder) in providers() {
        for count in [2, 40] {
            let stored = json!({ "tags": texts("t", count), "ports": ports("ssh", count) });
            let path = provider.made("/Assets", &asset_with(&format!("A{count}"), stored)).await;
            recorder.all();
            for (name, words) in [("tags", texts("T", count)), ("ports", ports("SSH", count))] {
                provider.unchanged(&path, add(name, words.clone())).await;
                provider.unchanged(&path, add(name, words[1].clone())).await;
                provider.unchanged(&path, json!([{ "op": "add", "value": { name: words } }])).await;
            }
            recorder.none();
            let operations = [
                add("tags", json!(["T0", "x", "X"])),
                add("ports", json!([{ "kind": "SSH", "value": 999 }])),
            ]
            .map(|operations| operations[0].clone());
            let patched = provider.patched(&path, json!(operations)).await;
            let counts = ["tags", "ports"].map(|name| patched[name].as_array().map_or(0, Vec::len));
            assert_eq!(counts, [count + 1, count + 1], "{}", patched["tags"]);
        }
        let mut ann = user("ann");
        ann["emails"] = json!([{ "value": "Ann@example.com", "type": "work" }]);
        let path = provider.made("/Users", &ann).await;
        provider
            .unchanged(
                &path,
                add(
                    "emails",
                    json!([{ "value": "ann@EXAMPLE.com", "type": "Work", "primary": false }]),
                ),
            )
            .await;
    }
}

#[tokio::test]
async fn the_same_value_in_other_words_changes_nothing() {
    for (provider, recorder) in providers() {
        for (number, (name, stored, words)) in words().into_iter().enumerate() {
            let before = provider
                .create("/Assets", &asset_with(&format!("A{number}"), json!({ name: stored })))
                .await;
            let path = format!("/Assets/{}", id(&before));
            recorder.all();
            for value in words {
                provider.unchanged(&path, replace(name, value.clone())).await;
                provider
                    .unchanged(&path, json!([{ "op": "replace", "value": { name: value } }]))
                    .await;
                let body = asset_with(&format!("a{number}"), json!({ name: value }));
                let put = provider.put(&path, &body).await;
                assert!(put.rules.contains(&"unchanged"), "{name} {value}: {:?}", put.rules);
                assert_eq!(put.ok(), before, "{name}: {value}");
                recorder.none();
            }
        }
    }
}

#[tokio::test]
async fn another_value_is_a_change() {
    for (provider, recorder) in providers() {
        for (number, (name, stored, others)) in others().into_iter().enumerate() {
            for (round, value) in others.into_iter().enumerate() {
                let asset = asset_with(&format!("A{number}.{round}"), json!({ name: stored }));
                let before = provider.create("/Assets", &asset).await;
                recorder.all();
                let after = provider
                    .patched(&format!("/Assets/{}", id(&before)), replace(name, value.clone()))
                    .await;
                assert_ne!(after["meta"]["version"], before["meta"]["version"], "{name}: {value}");
                assert_eq!(after[name], value);
                recorder.one();
            }
        }
    }
}

#[tokio::test]
async fn beside_a_change_it_is_stored_as_it_is_sent() {
    for (provider, recorder) in providers() {
        let before = provider.create("/Users", &bjensen()).await;
        recorder.all();
        let path = format!("/Users/{}", id(&before));
        provider.unchanged(&path, replace("userName", json!("BJensen"))).await;
        recorder.none();
        let operations =
            json!([replace("userName", json!("BJensen"))[0], replace("title", json!("Guide"))[0]]);
        let after = provider.patched(&path, operations).await;
        assert_eq!((&after["userName"], &after["title"]), (&json!("BJensen"), &json!("Guide")));
        assert_eq!(recorder.one().paths, ["title", "userName"]);
    }
}

#[tokio::test]
async fn where_case_counts_another_case_is_another_value() {
    for (provider, _) in providers() {
        let mut body = user("bjensen");
        body["externalId"] = json!("a7");
        let before = provider.create("/Users", &body).await;
        let path = format!("/Users/{}", id(&before));
        assert_eq!(
            provider.patched(&path, replace("externalId", json!("A7"))).await["externalId"],
            "A7"
        );
    }
}

#[tokio::test]
async fn what_is_set_once_may_be_said_again_in_other_words() {
    for (provider, _) in providers() {
        let asset = asset_with("A1", json!({ "makers": ["Acme"], "badge": { "chip": "X7" } }));
        let before = provider.create("/Assets", &asset).await;
        let path = format!("/Assets/{}", id(&before));
        provider.unchanged(&path, replace("makers", json!(["ACME"]))).await;
        let again = asset_with("A1", json!({ "makers": ["acme"], "badge": { "chip": "x7" } }));
        assert_eq!(provider.put(&path, &again).await.ok(), before);
        provider.refuses(&path, replace("makers", json!(["Other"])), "mutability").await;
    }
}

#[tokio::test]
async fn of_a_password_each_character_counts() {
    let (provider, _) = Provider::with_secrets();
    let mut body = user("bjensen");
    body["password"] = json!("t1meMa$heen");
    let before = provider.create("/Users", &body).await;
    let path = format!("/Users/{}", id(&before));
    let after = provider.patched(&path, replace("password", json!("T1MEMA$HEEN"))).await;
    assert_ne!(after["meta"]["version"], before["meta"]["version"]);
}
