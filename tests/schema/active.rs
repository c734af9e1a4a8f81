//! Who may come in: a user without a value for `active` (RFC 7643, Section 4.1.1). Nothing but an
//! explicit true activates.

use scimwire::Quirks;
use scimwire::hooks::{Hooks, UpdateEvent};
use serde_json::{Value, json};

use support::writes::provider::{Answer, Provider, Setup, add, id, remove, replace, version};
use support::writes::recorder::Recorder;
use support::writes::samples::{USER, asset_with, user};

/// A service provider, what its host hears, and whether it is the lenient one.
fn both() -> [(Provider, Recorder, bool); 2] {
    [Quirks::STRICT, Quirks::LENIENT].map(|quirks| {
        let recorder = Recorder::default();
        let hooks: std::sync::Arc<dyn Hooks> = std::sync::Arc::new(recorder.clone());
        let provider = Provider::new(Setup { quirks, hooks: Some(hooks), ..Setup::default() });
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
        json!([remove("active")[0], replace("active", json!(null))[0]]),
    ];
    let lenient = [
        replace("active", json!("")),
        add("active", json!("")),
        pathless("replace", json!("")),
        pathless("add", json!("")),
    ];
    let of_both = of_both.map(|operations| (operations, false));
    of_both.into_iter().chain(lenient.map(|operations| (operations, true))).collect()
}

/// Bodies of PUT that take the value of `active` away.
fn bodies(name: &str) -> Vec<(Value, bool)> {
    [(json!(null), false), (json!([]), false), (json!(""), true)]
        .map(|(active, of_lenient)| (with(name, active), of_lenient))
        .into()
}

/// A user with a value for `active`.
fn with(name: &str, active: Value) -> Value {
    let mut body = user(name);
    body["active"] = active;
    body
}

/// All ways to take it away from the user at `path`, as operations of a bulk request.
fn ways(path: &str, name: &str, lenient: bool) -> Vec<Value> {
    let patches =
        patches().into_iter().map(|(given, of_lenient)| (patch(path, &given), of_lenient));
    let put = |body: Value| json!({ "method": "PUT", "path": path, "data": body });
    let puts = bodies(name).into_iter().map(|(body, of_lenient)| (put(body), of_lenient));
    let read = patches.chain(puts).filter(|(_, of_lenient)| lenient || !of_lenient);
    read.map(|(way, _)| way).collect()
}

/// Whom a filter finds, by name.
async fn found(provider: &Provider, filter: &str) -> Vec<String> {
    let filter = filter.replace(' ', "%20").replace('"', "%22");
    let listed = provider.read(&format!("/Users?filter={filter}")).await;
    let resources = listed["Resources"].as_array().expect("resources");
    resources.iter().map(|user| user["userName"].as_str().expect("a name").to_owned()).collect()
}

/// Filters answer by the state, also where no value is shown.
async fn finds(provider: &Provider, name: &str, state: bool, given: &Value) {
    for (condition, expected) in [
        (format!("active eq {state}"), true),
        (format!("active ne {state}"), false),
        (format!("active eq {}", !state), false),
        ("active pr".to_owned(), true),
        ("active eq null".to_owned(), false),
    ] {
        let found = found(provider, &format!("userName eq \"{name}\" and {condition}")).await;
        assert_eq!(!found.is_empty(), expected, "{given}: {condition}");
    }
}

/// All but the metadata and `active`.
fn rest(user: &Value) -> Value {
    let mut rest = user.clone();
    let object = rest.as_object_mut().expect("a user");
    object.retain(|name, _| name != "meta" && name != "active");
    rest
}

/// The value of `active` is gone from all that clients see; the state is as before, for whoever
/// asks.
async fn is_taken_away(
    (provider, recorder): (&Provider, &Recorder),
    before: &Value,
    answer: &Value,
    given: &Value,
) {
    let state = before["active"].as_bool().expect("a state");
    let path = format!("/Users/{}", id(before));
    assert_eq!((answer.get("active"), rest(answer)), (None, rest(before)), "{given}");
    assert_ne!(version(answer), version(before), "{given}");
    let modified = |user: &Value| user["meta"]["lastModified"].as_str().expect("a time").to_owned();
    assert!(modified(answer) > modified(before), "{given}");
    assert_eq!(&provider.read(&path).await, answer, "{given}");
    let chosen = provider.read(&format!("{path}?attributes=active,meta")).await;
    assert_eq!((chosen.get("active"), &chosen["meta"]), (None, &answer["meta"]), "{given}");
    assert_eq!(provider.read("/Users").await["Resources"], json!([answer]), "{given}");
    finds(provider, before["userName"].as_str().expect("a name"), state, given).await;
    let change = recorder.all().pop().expect("a change");
    let paths: Vec<String> = change.paths.iter().map(ToString::to_string).collect();
    let heard = (change.is_activation(), change.is_deactivation(), paths);
    assert_eq!(heard, (false, false, vec!["active".to_owned()]), "{given}");
    for resource in [change.before, change.after].into_iter().flatten() {
        let view = resource.deserialize::<scimwire::resource::User>().expect("a user");
        let states = [resource.is_active(), view.is_active(), view.active == Some(true)];
        assert_eq!(states, [state; 3], "{given}");
    }
}

#[tokio::test]
async fn a_value_that_is_taken_away_is_not_shown_and_the_state_stays() {
    //
    for (provider, recorder, lenient) in both() {
        for state in [false, true] {
            let name = format!("user who is {state}");
            let path = provider.made("/Users", &with(&name, json!(state))).await;
            for way in ways(&path, &name, lenient) {
                // Given again it is shown again, and nobody was switched on or off.
                let before = provider.patched(&path, replace("active", json!(state))).await;
                assert_eq!(before["active"], state, "{way}");
                let told = recorder.all();
                assert!(
                    !told.iter().any(|told| told.is_activation() || told.is_deactivation()),
                    "{way}"
                );
                let answer = sent(&provider, &way).await;
                assert!(answer.rules.contains(&"put_omitted"), "{way}: {:?}", answer.rules);
                let answer = answer.ok();
                is_taken_away((&provider, &recorder), &before, &answer, &way).await;
                // Once more it changes nothing, whichever way.
                for other in ways(&path, &name, lenient) {
                    assert_eq!(sent(&provider, &other).await.ok(), answer, "{way}, {other}");
                }
                // Nor does what says nothing of it.
                assert_eq!(provider.put(&path, &user(&name)).await.ok(), answer, "{way}");
                recorder.none();
            }
            provider.delete(&path).await;
            recorder.all();
        }
    }
}

#[tokio::test]
async fn only_an_explicit_true_activates() {
    for (provider, recorder, lenient) in both() {
        let path = provider.made("/Users", &with("bjensen", json!(false))).await;
        for way in ways(&path, "bjensen", lenient) {
            sent(&provider, &way).await.ok();
            recorder.all();
            let titled = provider.patched(&path, replace("title", json!(way.to_string()))).await;
            assert_eq!(titled.get("active"), None, "{way}: what says nothing of it shows nothing");
            let heard = recorder.one();
            assert_eq!((heard.activated, heard.paths), (false, vec!["title".to_owned()]), "{way}");
            let on = provider.patched(&path, replace("active", json!(true))).await;
            assert_eq!((&on["active"], recorder.one().activated), (&json!(true), true), "{way}");
            let off = provider.put(&path, &with("bjensen", json!(false))).await.ok();
            assert_eq!(
                (&off["active"], recorder.one().deactivated),
                (&json!(false), true),
                "{way}"
            );
        }
    }
}

#[tokio::test]
async fn a_put_that_does_not_mention_it_changes_nothing() {
    for (provider, recorder, _) in both() {
        for state in [false, true] {
            let name = format!("user who is {state}");
            let before = provider.create("/Users", &with(&name, json!(state))).await;
            recorder.all();
            let answer = provider.put(&format!("/Users/{}", id(&before)), &user(&name)).await;
            assert_eq!((answer.status, &answer.body), (200, &before));
            finds(&provider, &name, state, &json!("PUT")).await;
            recorder.none();
        }
    }
}

#[tokio::test]
async fn who_is_switched_off_by_one_operation_stays_so_after_the_next() {
    for (provider, recorder, _) in both() {
        let path = provider.made("/Users", &user("bjensen")).await;
        recorder.all();
        for away in [remove("active"), replace("active", json!(null))] {
            let off = replace("active", json!(false))[0].clone();
            let off = provider.patched(&path, json!([off, away[0]])).await;
            assert_eq!((off.get("active"), recorder.one().deactivated), (None, true), "{away}");
            finds(&provider, "bjensen", false, &away).await;
            let on = replace("active", json!(true))[0].clone();
            let on = provider.patched(&path, json!([away[0], on])).await;
            assert_eq!((&on["active"], recorder.one().activated), (&json!(true), true), "{away}");
        }
    }
}

#[tokio::test]
async fn nor_does_it_come_back_in_bulk_or_beside_other_changes() {
    for (provider, recorder, lenient) in both() {
        let before = provider.create("/Users", &with("bjensen", json!(false))).await;
        let path = format!("/Users/{}", id(&before));
        recorder.all();
        for result in bulk(&provider, &ways(&path, "bjensen", lenient)).await {
            assert_eq!(result["status"], "200", "{result}");
        }
        assert!(!recorder.one().activated);
        let after = provider.read(&path).await;
        assert_eq!((after.get("active"), rest(&after)), (None, rest(&before)));
        finds(&provider, "bjensen", false, &json!("in bulk")).await;
        // What changes beside it is heard, too.
        provider.patched(&path, replace("active", json!(false))).await;
        recorder.all();
        let both = json!([remove("active")[0], replace("title", json!("Guide"))[0]]);
        let changed = provider.patched(&path, both).await;
        let heard = recorder.one();
        assert_eq!(
            (heard.activated, heard.deactivated, heard.paths),
            (false, false, vec!["active".to_owned(), "title".to_owned()])
        );
        assert_eq!((changed.get("active"), &changed["title"]), (None, &json!("Guide")));
        // Only true activates.
        provider.patched(&path, replace("active", json!(true))).await;
        assert!(recorder.one().activated);
        assert_eq!(found(&provider, "active eq true").await, ["bjensen"]);
    }
}

#[tokio::test]
async fn where_that_is_kept_is_out_of_the_reach_of_clients() {
    let kept = "meta.activeUnassigned";
    for (provider, recorder, _) in both() {
        let path = provider.made("/Users", &with("bjensen", json!(false))).await;
        recorder.all();
        for operations in [remove(kept), add(kept, json!(true)), replace(kept, json!(true))] {
            let answer = provider.patch(&path, &operations).await;
            assert_eq!(answer.status, 400, "{operations}: {}", answer.body);
        }
        let filtered = provider.get(&format!("/Users?filter={kept}%20pr")).await;
        assert_eq!(filtered.status, 400, "{}", filtered.body);
        let mut body = with("bjensen", json!(false));
        body["meta"] = json!({ "activeUnassigned": true });
        let put = provider.put(&path, &body).await.ok();
        assert_eq!(put["active"], false);
        body["userName"] = json!("jsmith");
        assert_eq!(provider.create("/Users", &body).await["active"], false);
        recorder.all();
        // Not shown, either.
        provider.patched(&path, remove("active")).await;
        for asked in ["", "?attributes=meta", &format!("?attributes={kept}")] {
            let shown = provider.read(&format!("{path}{asked}")).await;
            assert!(!shown.to_string().contains("activeUnassigned"), "{shown}");
        }
    }
}

/// Says or takes away who may come in, as the title says.
struct Titled;

#[async_trait::async_trait]
impl Hooks for Titled {
    fn before_update(&self, event: &mut UpdateEvent<'_>) -> Result<(), scimwire::Error> {
        let UpdateEvent { after, .. } = event;
        match after.get_str("title") {
            Some("said") => after.set("active", false),
            Some("gone") => drop(after.remove("active")),
            _ => {}
        }
        Ok(())
    }
}

#[tokio::test]
async fn what_the_host_takes_away_or_gives_is_the_same() {
    let provider = Provider::under(Titled);
    let path = provider.made("/Users", &with("bjensen", json!(false))).await;
    for (title, shown) in [("gone", None), ("", None), ("said", Some(&json!(false)))] {
        let answer = provider.patched(&path, replace("title", json!(title))).await;
        assert_eq!(answer.get("active"), shown, "{title}");
        finds(&provider, "bjensen", false, &json!(title)).await;
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
        let silent = std::iter::once((user(""), false));
        for (number, (body, of_lenient)) in silent.chain(bodies("")).enumerate() {
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
                (&json!(true), true, Some(&true.into()))
            );
            assert!(stored.deserialize::<scimwire::resource::User>().expect("a user").is_active());
            finds(&provider, &format!("user {number}"), true, &body).await;
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
        assert_eq!(provider.patched(&path, remove("active")).await.get("active"), None);
        assert!(!recorder.one().activated);
        let found = provider.read("/Assets?filter=active%20eq%20false").await;
        assert_eq!(found["totalResults"], 1);
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

/// Sends one operation of a bulk request by itself.
async fn sent(provider: &Provider, operation: &Value) -> Answer {
    let path = operation["path"].as_str().expect("a path");
    if operation["method"] == "PUT" {
        provider.put(path, &operation["data"]).await
    } else {
        provider.patch(path, &operation["data"]["Operations"]).await
    }
}

async fn bulk(provider: &Provider, operations: &[Value]) -> Vec<Value> {
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
    let answer: Answer =
        provider.post("/Bulk", &json!({ "schemas": schemas, "Operations": operations })).await;
    answer.ok()["Operations"].as_array().expect("results").clone()
}
