//! A value filter that chooses nothing makes no identities: no members, no addresses that had gone
//! (T3, A-35, A-37).

use std::sync::Arc;

use scimwire::Quirks;
use scimwire::hooks::Hooks;
use serde_json::{Value, json};

use support::writes::hooks::Knows;
use support::writes::provider::{Kept, Provider, Setup, add, id, members, remove, replace};
use support::writes::recorder::Recorder;
use support::writes::samples::{ASSET, asset, user};
use support::writes::whole_store::WholeStore;

/// Paths that name a stranger, or nobody, among the members, and what is set there.
fn strangers(stranger: &str) -> Vec<(String, Value)> {
    vec![
        (format!("members[value eq \"{stranger}\"].display"), json!("Ann")),
        (format!("members[value eq \"{stranger}\" and type eq \"User\"].display"), json!("Ann")),
        (format!("members[value eq \"{stranger}\"].value"), json!(stranger)),
        (format!("members[value eq \"{stranger}\"]"), json!({ "display": "Ann" })),
        (format!("members[value eq \"{stranger}\"]"), json!({ "value": stranger, "type": "User" })),
        ("members[value eq \"\"].display".to_owned(), json!("Ann")),
        ("members[type eq \"Group\"].value".to_owned(), json!(stranger)),
        ("members[display eq \"Nobody\"]".to_owned(), json!({ "value": stranger })),
        ("members[type eq \"Group\" and display eq \"Nobody\"].value".to_owned(), json!(stranger)),
    ]
}

#[tokio::test]
async fn a_filter_puts_nobody_into_a_group() {
    for (quirks, kept) in [
        (Quirks::STRICT, Kept::Apart),
        (Quirks::LENIENT, Kept::Apart),
        (Quirks::LENIENT, Kept::Whole(WholeStore::default())),
    ] {
        let (recorder, knows) = (Recorder::default(), Knows::default());
        let hooks: Vec<Arc<dyn Hooks>> = vec![Arc::new(recorder.clone()), Arc::new(knows)];
        let provider =
            Provider::new(Setup { quirks, kept, hooks: Some(Arc::new(hooks)), ..Setup::default() });
        let (ann, stranger) = (provider.user("ann").await, provider.user("stranger").await);
        for of_nobody in [false, true] {
            let there: &[&str] = if of_nobody { &[] } else { &[&ann] };
            let path = provider.group(&format!("Tours {of_nobody}"), there).await;
            recorder.all();
            for (target, value) in strangers(&stranger) {
                for operations in [
                    replace(&target, value.clone()),
                    add(&target, value.clone()),
                    pathless(&target, &value),
                ] {
                    provider.refuses(&path, operations, "noTarget").await;
                }
            }
            recorder.none();
            assert_eq!(members(&provider.read(&path).await), there);
        }
        let stranger = provider.read(&format!("/Users/{stranger}")).await;
        assert_eq!(stranger.get("groups"), None);
    }
}

#[tokio::test]
async fn a_value_that_has_gone_is_not_brought_back() {
    for provider in [Provider::strict(), Provider::lenient()] {
        let mut ann = user("ann");
        ann["emails"] = json!([{ "value": "gone@example.com", "type": "work" }, { "value": "a@example.com", "type": "home" }]);
        ann["roles"] = json!([{ "value": "Member" }]);
        let path = provider.made("/Users", &ann).await;
        provider.patched(&path, remove("emails[value eq \"gone@example.com\"]")).await;
        provider.patched(&path, remove("roles[value eq \"Member\"]")).await;
        for (target, value) in [
            ("emails[value eq \"gone@example.com\"].type", json!("work")),
            ("emails[value eq \"gone@example.com\"].primary", json!(true)),
            ("emails[value eq \"gone@example.com\" and type eq \"work\"].display", json!("Ann")),
            ("emails[value eq \"gone@example.com\"].value", json!("gone@example.com")),
            ("emails[value eq \"\"].type", json!("work")),
            ("roles[value eq \"Member\"]", json!({ "display": "x" })),
            ("addresses[streetAddress eq \"1 Main St\"].type", json!("work")),
            ("addresses[type eq \"work\" and locality eq \"Hollywood\"].country", json!("US")),
        ] {
            provider.refuses(&path, replace(target, value.clone()), "noTarget").await;
            provider
                .refuses(
                    &path,
                    json!([{ "op": "replace", "value": { target: value } }]),
                    "noTarget",
                )
                .await;
        }
        // Nor by `add`, which else makes what a filter describes.
        for (target, value) in [
            ("emails[value eq \"gone@example.com\"].type", json!("work")),
            ("emails[value eq \"gone@example.com\" and type eq \"work\"].display", json!("Ann")),
            ("emails[value eq \"gone@example.com\"].value", json!("gone@example.com")),
            ("emails[value eq \"gone@example.com\"]", json!({ "type": "work" })),
            ("emails[value eq \"\"].type", json!("work")),
            ("roles[value eq \"Member\"]", json!({ "value": "Member", "display": "x" })),
        ] {
            let without_path = json!([{ "op": "add", "value": { target: value } }]);
            for operations in [add(target, value), without_path] {
                provider.refuses(&path, operations, "noTarget").await;
            }
        }
        let home = json!([{ "value": "a@example.com", "type": "home" }]);
        let left = provider.read(&path).await;
        assert_eq!((&left["emails"], left.get("roles")), (&home, None));
    }
}

#[tokio::test]
async fn of_what_kind_a_value_is_may_be_described() {
    for (target, value, attribute, made) in [
        (
            "emails[type eq \"work\"].value",
            json!("a"),
            "emails",
            json!([{ "type": "work", "value": "a" }]),
        ),
        (
            "phoneNumbers[primary eq true].value",
            json!("1"),
            "phoneNumbers",
            json!([{ "primary": true, "value": "1" }]),
        ),
        (
            "roles[display eq \"Guide\"].value",
            json!("7"),
            "roles",
            json!([{ "display": "Guide", "value": "7" }]),
        ),
        (
            "roles[type eq \"a\" and primary eq true and display eq \"Guide\"]",
            json!({ "value": "7" }),
            "roles",
            json!([{ "type": "a", "primary": true, "display": "Guide", "value": "7" }]),
        ),
        (
            "addresses[type eq \"work\"].formatted",
            json!("x"),
            "addresses",
            json!([{ "type": "work", "formatted": "x" }]),
        ),
    ] {
        let (strict, lenient) = (Provider::strict(), Provider::lenient());
        let path = strict.made("/Users", &user("ann")).await;
        strict.refuses(&path, replace(target, value.clone()), "noTarget").await;
        let path = lenient.made("/Users", &user("ann")).await;
        let answer = lenient.patch(&path, &replace(target, value.clone())).await;
        assert_eq!((answer.status, &answer.body[attribute]), (200, &made), "{target}");
        assert!(answer.rules.contains(&"create_on_no_match"), "{target}: {:?}", answer.rules);
    }
}

#[tokio::test]
async fn the_rule_is_of_the_schema_and_of_bulk_too() {
    let provider = Provider::lenient();
    let made = provider.create("/Assets", &asset("A1")).await;
    let group = provider.group("Tours", &[]).await;
    let patch = |path: &str, target: &str, value: Value| {
        let data = json!({ "schemas": [support::writes::provider::PATCH_OP], "Operations": replace(target, value) });
        json!({ "method": "PATCH", "path": path, "data": data })
    };
    let operations = [
        patch(
            &format!("/Assets/{}", id(&made)),
            &format!("{ASSET}:ports[kind eq \"ssh\"].value"),
            json!(22),
        ),
        patch(&group, "members[value eq \"x\"].display", json!("Ann")),
        patch(&group, "members[value eq \"\"].display", json!("Ann")),
    ];
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
    let answer =
        provider.post("/Bulk", &json!({ "schemas": schemas, "Operations": operations })).await.ok();
    for result in answer["Operations"].as_array().expect("results") {
        assert_eq!(
            (&result["status"], &result["response"]["scimType"]),
            (&json!("400"), &json!("noTarget")),
            "{result}"
        );
    }
}

/// The same operation with the path as a key.
fn pathless(target: &str, value: &Value) -> Value {
    json!([{ "op": "replace", "value": { target: value } }])
}
