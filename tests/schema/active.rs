//! Who may come in: a user without a value for `active` (RFC 7643, Section 4.1.1). Nothing but an
//! explicit true activates.

use scimwire::Quirks;
use scimwire::policy::Policy;
use serde_json::{Value, json};

use support::writes::provider::{Answer, Provider, Setup, add, id, remove, replace, version};
use support::writes::recorder::Recorder;
use support::writes::samples::{USER, asset_with, user};

/// A service provider, what its host hears, and whether it is the lenient one.
fn both() -> [(Provider, Recorder, bool); 2] {
    [Quirks::STRICT, Quirks::LENIENT].map(|quirks| {
        let recorder = Recorder::default();
        let policy: std::sync::Arc<dyn Policy> = std::sync::Arc::new(recorder.clone());
        let provider = Provider::new(Setup { quirks, policy: Some(policy), ..Setup::default() });
        (provider, recorder, quirks == Quirks::LENIENT)
    })
}

/// Ways to take the value of `active` away by PATCH; the second half is read in LENIENT only.
fn patches() -> Vec<(Value, bool)> {
    let pathless = |op: &str, value: Value| json!([{ "op": op, "value": { "active": value } }]);
    let of_both = [
        remove("active"),
        remove("ACTIVE"),
        remove(&format!("{USER}:active")),
        json!([{ "op": "remove", "path": "active", "value": null }]),
        replace("active", json!(null)),
        replace("active", json!([])),
        add("active", json!(null)),
        add("active", json!([])),
        pathless("replace", json!(null)),
        pathless("replace", json!([])),
        pathless("add", json!(null)),
        json!([{ "op": "replace", "value": { format!("{USER}:active"): null } }]),
        // Off and away in one request.
        json!([replace("active", json!(false))[0], remove("active")[0]]),
        json!([remove("active")[0], replace("active", json!(null))[0]]),
    ];
    let lenient = [
        replace("active", json!("")),
        add("active", json!("")),
        pathless("replace", json!("")),
        pathless("add", json!("")),
    ];
    of_both
        .map(|operations| (operations, false))
        .into_iter()
        .chain(lenient.map(|operations| (operations, true)))
        .collect()
}

/// Bodies of PUT that give `active` no value.
fn bodies(name: &str) -> Vec<(Value, bool)> {
    let with = |active: Value| {
        let mut body = user(name);
        body["active"] = active;
        body
    };
    vec![
        (user(name), false),
        (with(json!(null)), false),
        (with(json!([])), false),
        (with(json!("")), true),
    ]
}

/// Whom a filter finds, by name.
async fn found(provider: &Provider, filter: &str) -> Vec<String> {
    let filter = filter.replace(' ', "%20").replace('"', "%22");
    let listed = provider.read(&format!("/Users?filter={filter}")).await;
    let resources = listed["Resources"].as_array().expect("resources");
    resources.iter().map(|user| user["userName"].as_str().expect("a name").to_owned()).collect()
}

/// The user is as before, for whoever asks.
async fn stays(provider: &Provider, before: &Value, given: &Value) {
    let active = before["active"].as_bool().expect("a state");
    let name = before["userName"].as_str().expect("a name");
    assert_eq!(&provider.read(&format!("/Users/{}", id(before))).await, before, "{given}");
    let of_name = |state: bool| format!("userName eq \"{name}\" and active eq {state}");
    assert_eq!(found(provider, &of_name(active)).await, [name], "{given}");
    assert!(found(provider, &of_name(!active)).await.is_empty(), "{given}");
}

#[tokio::test]
async fn a_patch_that_unassigns_it_changes_nothing() {
    for (provider, recorder, lenient) in both() {
        for state in [false, true] {
            let mut body = user(&format!("user who is {state}"));
            body["active"] = json!(state);
            let before = provider.create("/Users", &body).await;
            recorder.all();
            for (operations, _) in patches().iter().filter(|(_, of_lenient)| lenient || !of_lenient)
            {
                // Somebody who is on is switched off by a false, whatever follows.
                if state && operations.to_string().contains("false") {
                    continue;
                }
                let answer = provider.patch(&format!("/Users/{}", id(&before)), operations).await;
                assert_eq!((answer.status, &answer.body), (200, &before), "{operations}");
                stays(&provider, &before, operations).await;
                recorder.none();
                assert!(
                    answer.rules.contains(&"omitted") || operations[0]["op"] == "add",
                    "{operations}: {:?}",
                    answer.rules
                );
            }
        }
    }
}

#[tokio::test]
async fn who_is_switched_off_by_one_operation_stays_so_after_the_next() {
    for (provider, recorder, _) in both() {
        let path = provider.made("/Users", &user("bjensen")).await;
        recorder.all();
        for away in [
            remove("active"),
            replace("active", json!(null)),
            json!([{ "op": "add", "value": { "active": null } }]),
        ] {
            let off =
                provider.patched(&path, json!([replace("active", json!(false))[0], away[0]])).await;
            assert_eq!(
                (&off["active"], recorder.one().deactivated),
                (&json!(false), true),
                "{away}"
            );
            let on =
                provider.patched(&path, json!([away[0], replace("active", json!(true))[0]])).await;
            assert_eq!((&on["active"], recorder.one().activated), (&json!(true), true), "{away}");
        }
    }
}

#[tokio::test]
async fn a_put_that_gives_it_no_value_changes_nothing() {
    for (provider, recorder, lenient) in both() {
        for state in [false, true] {
            let name = format!("user who is {state}");
            let mut body = user(&name);
            body["active"] = json!(state);
            let before = provider.create("/Users", &body).await;
            recorder.all();
            for (body, _) in bodies(&name).iter().filter(|(_, of_lenient)| lenient || !of_lenient) {
                let answer = provider.put(&format!("/Users/{}", id(&before)), body).await;
                assert_eq!((answer.status, &answer.body), (200, &before), "{body}");
                stays(&provider, &before, body).await;
                recorder.none();
            }
        }
    }
}

#[tokio::test]
async fn nor_does_it_come_back_in_bulk_or_beside_other_changes() {
    for (provider, recorder, lenient) in both() {
        let mut body = user("bjensen");
        body["active"] = json!(false);
        let before = provider.create("/Users", &body).await;
        let path = format!("/Users/{}", id(&before));
        recorder.all();
        let chosen = |(given, of_lenient): (Value, bool)| (lenient || !of_lenient).then_some(given);
        let mut operations: Vec<Value> = patches()
            .into_iter()
            .filter_map(chosen)
            .map(|operations| patch(&path, &operations))
            .collect();
        operations.extend(
            bodies("bjensen")
                .into_iter()
                .filter_map(chosen)
                .map(|body| json!({ "method": "PUT", "path": path, "data": body })),
        );
        for result in bulk(&provider, &operations).await {
            assert_eq!(result["status"], "200", "{result}");
        }
        recorder.none();
        stays(&provider, &before, &json!("in bulk")).await;
        // What changes beside it is heard, and is all that changes.
        let both = json!([remove("active")[0], replace("title", json!("Guide"))[0]]);
        let changed = provider.patch(&path, &both).await.ok();
        let heard = recorder.one();
        assert_eq!(
            (heard.activated, heard.deactivated, heard.paths),
            (false, false, vec!["title".to_owned()])
        );
        assert_eq!((&changed["active"], &changed["title"]), (&json!(false), &json!("Guide")));
        assert_ne!(version(&changed), version(&before));
        // Only true activates.
        provider.patched(&path, replace("active", json!(true))).await;
        assert!(recorder.one().activated);
        assert_eq!(found(&provider, "active eq true").await, ["bjensen"]);
    }
}

#[tokio::test]
async fn in_strict_mode_text_is_no_way_to_unassign_it() {
    let provider = Provider::strict();
    let path = provider.made("/Users", &user("bjensen")).await;
    for (operations, _) in patches().iter().filter(|(_, of_lenient)| *of_lenient) {
        provider.refuses(&path, operations.clone(), "invalidValue").await;
    }
    for (body, _) in bodies("bjensen").iter().filter(|(_, of_lenient)| *of_lenient) {
        provider.put(&path, body).await.refused("invalidValue");
    }
}

#[tokio::test]
async fn who_is_created_without_it_is_active_for_all_who_ask() {
    for (provider, recorder, lenient) in both() {
        for (number, (body, of_lenient)) in bodies("").into_iter().enumerate() {
            if of_lenient && !lenient {
                continue;
            }
            let mut body = body;
            body["userName"] = json!(format!("user {number}"));
            let made = provider.create("/Users", &body).await;
            let stored =
                recorder.all().pop().and_then(|change| change.after).expect("the new state");
            assert_eq!(
                (&made["active"], stored.is_active(), stored.get("active")),
                (&json!(true), true, Some(&json!(true)))
            );
            assert!(stored.view::<scimwire::resource::User>().expect("a user").is_active());
            stays(&provider, &made, &body).await;
            let path = format!("/Users/{}", id(&made));
            // It is no activation to say so once more.
            provider.unchanged(&path, replace("active", json!(true))).await;
            recorder.none();
            provider.patched(&path, replace("active", json!(false))).await;
            assert!(recorder.one().deactivated);
        }
    }
}

#[tokio::test]
async fn what_other_schemas_call_active_is_not_given_back_either() {
    for (provider, recorder, _) in both() {
        let made = provider.create("/Assets", &asset_with("A1", json!({ "active": false }))).await;
        recorder.all();
        let path = format!("/Assets/{}", id(&made));
        provider.unchanged(&path, remove("active")).await;
        recorder.none();
    }
    // Whether it is given when nobody says so, is for that schema to say.
    assert_eq!(
        Provider::strict().create("/Assets", &asset_with("A2", json!({}))).await.get("active"),
        None
    );
}

fn patch(path: &str, operations: &Value) -> Value {
    json!({ "method": "PATCH", "path": path, "data": { "schemas": [support::writes::provider::PATCH_OP], "Operations": operations } })
}

async fn bulk(provider: &Provider, operations: &[Value]) -> Vec<Value> {
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
    let answer: Answer =
        provider.post("/Bulk", &json!({ "schemas": schemas, "Operations": operations })).await;
    answer.ok()["Operations"].as_array().expect("results").clone()
}
