//! A change of members comes to the same, whether it is made without reading them or on the whole
//! group.

use serde_json::{Value, json};

use support::writes::provider::{
    Kept, Provider, Setup, add, id, members, remove, replace, version,
};
use support::writes::recorder::Recorder;
use support::writes::samples::group;
use support::writes::whole_store::WholeStore;

/// Changes of the members `a`, `b` and `c`, and who is a member then.
fn changes() -> Vec<(Value, &'static str)> {
    let member = |id: &str| json!({ "value": id });
    let listed =
        |ids: &str| json!(ids.chars().map(|id| member(&id.to_string())).collect::<Vec<_>>());
    let remove_listed =
        |ids: &str| json!({ "op": "remove", "path": "members", "value": listed(ids) });
    let add_one = |ids: &str| add("members", listed(ids))[0].clone();
    let remove_one = |id: &str| remove(&format!("members[value eq \"{id}\"]"))[0].clone();
    let all = || remove("members")[0].clone();
    vec![
        (json!([add_one("d")]), "abcd"),
        (json!([add_one("b")]), "abc"),
        (json!([add_one("bdd")]), "abcd"),
        (json!([{ "op": "add", "value": { "members": listed("de") } }]), "abcde"),
        (json!([{ "op": "add", "path": "members", "value": member("d") }]), "abcd"),
        (json!([remove_one("a")]), "bc"),
        (json!([remove_one("x")]), "abc"),
        (remove("members[value eq \"a\" or value eq \"c\" or value eq \"x\"]"), "b"),
        (json!([remove_listed("ab")]), "c"),
        (json!([remove_listed("")]), "abc"),
        (json!([{ "op": "remove", "path": "members", "value": { "members": listed("a") } }]), "bc"),
        (json!([all()]), ""),
        (replace("members", listed("bd")), "bd"),
        (replace("members", listed("abc")), "abc"),
        (replace("members", json!([])), ""),
        (replace("members", json!(null)), ""),
        (
            json!([{ "op": "replace", "value": { "members": listed("cd"), "externalId": "1" } }]),
            "cd",
        ),
        (json!([all(), add_one("bd")]), "bd"),
        (json!([add_one("d"), remove_one("d")]), "abc"),
        (json!([remove_one("a"), add_one("a")]), "abc"),
        (json!([all(), add_one("abc")]), "abc"),
        (json!([add_one("de"), remove_one("d"), remove_listed("a"), add_one("f")]), "bcef"),
        (json!([replace("members", listed("d"))[0], add_one("a"), remove_one("d")]), "a"),
        (json!([remove_one("a"), replace("members", listed("a"))[0]]), "a"),
        (json!([add_one("d"), { "op": "replace", "path": "externalId", "value": "1" }]), "abcd"),
        (json!([{ "op": "replace", "path": "displayName", "value": "Group" }]), "abc"),
    ]
}

/// The same operations, in a way that needs the members.
fn on_the_whole(operations: &Value) -> Value {
    let mut operations = operations.as_array().expect("an array").clone();
    operations.push(remove("members[value eq \"nobody\" and value pr]")[0].clone());
    json!(operations)
}

/// All that a change comes to: members, other attributes, the version, and what was heard.
async fn outcome(kept: Kept, ids: &[String], operations: &Value) -> Value {
    let recorder = Recorder::default();
    let provider = Provider::new(Setup {
        kept,
        hooks: Some(std::sync::Arc::new(recorder.clone())),
        ..Setup::default()
    });
    let initial: Vec<&str> = ids.iter().take(3).map(String::as_str).collect();
    let made = provider.create("/Groups", &group("Group", &initial)).await;
    recorder.all();
    let path = format!("/Groups/{}", id(&made));
    let after = provider.patched(&path, operations.clone()).await;
    let mut ids = members(&after);
    ids.sort_unstable();
    let heard: Vec<String> = recorder
        .all()
        .into_iter()
        .map(support::writes::recorder::Heard::from)
        .map(|mut heard| {
            heard.id.clear();
            format!("{heard:?}")
        })
        .collect();
    json!({ "members": ids.concat(), "externalId": after["externalId"], "version": version(&after), "heard": heard })
}

#[tokio::test]
async fn with_and_without_reading_the_members() {
    // P-3.5.2.1-05, P-3.5.2.1-08, P-3.5.2.2-03, P-3.5.2.2-04, P-3.5.2.2-07, P-3.5.2.3-03,
    // P-3.14-08, A-40, A-43, A-100
    let ids: Vec<String> = "abc".chars().map(String::from).collect();
    for (operations, expected) in changes() {
        let apart = outcome(Kept::Apart, &ids, &operations).await;
        assert_eq!(apart["members"], expected, "{operations}");
        let unchanged = expected == "abc" && apart["externalId"].is_null();
        assert_eq!(
            apart["heard"].as_array().map(Vec::len),
            Some(usize::from(!unchanged)),
            "{operations}: {apart}"
        );
        assert_eq!(apart["version"] == "W/\"1\"", unchanged, "{operations}: {apart}");
        assert_eq!(
            outcome(Kept::Apart, &ids, &on_the_whole(&operations)).await,
            apart,
            "on the whole: {operations}"
        );
        let whole = Kept::Whole(WholeStore::default());
        assert_eq!(
            outcome(whole, &ids, &operations).await,
            apart,
            "in a store of whole groups: {operations}"
        );
    }
}

#[tokio::test]
async fn members_whose_type_is_known() {
    // P-3.5.2-22, P-3.14-08
    let recorder = Recorder::default();
    let provider = Provider::under(recorder.clone());
    let (ann, bob) = (provider.user("ann").await, provider.user("bob").await);
    let path = provider.group("Tour Guides", &[&ann, &bob]).await;
    let read = provider.read(&path).await;
    assert_eq!(read["members"][0]["type"], "User");
    recorder.all();
    let back = json!([
        { "op": "remove", "path": format!("members[value eq \"{ann}\"]") },
        { "op": "add", "path": "members", "value": [{ "value": ann }] },
    ]);
    for operations in [back.clone(), on_the_whole(&back)] {
        let answer = provider.patch(&path, &operations).await.ok();
        assert_eq!(version(&answer), version(&read), "{operations}");
        recorder.none();
    }
}

#[tokio::test]
async fn a_member_cannot_become_another() {
    // S-4.2-02, P-3.5.2-11
    let provider = Provider::strict();
    let (ann, bob) = (provider.user("ann").await, provider.user("bob").await);
    let path = provider.group("Tour Guides", &[&ann]).await;
    let target = format!("members[value eq \"{ann}\"]");
    for op in ["add", "replace"] {
        for (sub, value) in [("value", json!(bob)), ("type", json!("Group"))] {
            let operations =
                json!([{ "op": op, "path": format!("{target}.{sub}"), "value": value }]);
            provider.refuses(&path, operations, "mutability").await;
        }
        provider
            .refuses(
                &path,
                json!([{ "op": op, "path": target, "value": { "value": bob } }]),
                "mutability",
            )
            .await;
        provider
            .refuses(
                &path,
                json!([{ "op": op, "path": "members.value", "value": bob }]),
                "mutability",
            )
            .await;
    }
    provider.refuses(&path, remove(&format!("{target}.value")), "mutability").await;
    provider.unchanged(&path, replace(&format!("{target}.value"), json!(ann))).await;
}

#[tokio::test]
async fn the_reference_of_a_member_cannot_become_another() {
    //
    let provider = Provider::strict();
    let ann = provider.user("ann").await;
    let path = provider.group("Tour Guides", &[&ann]).await;
    let target = format!("members[value eq \"{ann}\"].$ref");
    provider
        .refuses(
            &path,
            replace(&target, json!("https://example.com/scim/v2/Users/2819c223")),
            "mutability",
        )
        .await;
}

#[tokio::test]
async fn a_member_may_take_the_place_of_itself() {
    //
    let provider = Provider::strict();
    let ann = provider.user("ann").await;
    let path = provider.group("Tour Guides", &[&ann, "b"]).await;
    provider.unchanged(&path, replace("members[value eq \"b\"]", json!({ "value": "b" }))).await;
    provider
        .unchanged(&path, replace(&format!("members[value eq \"{ann}\"]"), json!({ "value": ann })))
        .await;
}

#[tokio::test]
async fn what_is_said_of_members_is_kept() {
    // A-65, P-3.5.2.1-05
    for kept in [Kept::Apart, Kept::Whole(WholeStore::default())] {
        let provider = Provider::new(Setup { kept, ..Setup::default() });
        let path = provider.group("Tour Guides", &["a"]).await;
        let named = json!({ "value": "b", "display": "Bob", "type": "User" });
        let patched = provider.patched(&path, add("members", json!([named]))).await;
        assert_eq!(
            (&patched["members"][1]["display"], &patched["members"][1]["type"]),
            (&json!("Bob"), &json!("User"))
        );
        // A name may be given to whom had none.
        let patched =
            provider.patched(&path, add("members[value eq \"a\"].display", json!("Ann"))).await;
        assert_eq!(patched["members"][0]["display"], "Ann");
        let patched = provider.patched(&path, remove("members[value eq \"a\"]")).await;
        assert_eq!(patched["members"].as_array().map(Vec::len), Some(1));
        assert_eq!(patched["members"][0]["display"], "Bob");
    }
}

#[tokio::test]
async fn a_member_that_goes_and_comes_back_is_called_as_it_came() {
    // P-3.5.2.1-07, A-65
    for kept in [Kept::Apart, Kept::Whole(WholeStore::default())] {
        let provider = Provider::new(Setup { kept, ..Setup::default() });
        let path = provider.group("Tour Guides", &["a", "b"]).await;
        let again = |display: &str| {
            json!([
                { "op": "remove", "path": "members[value eq \"a\"]" },
                { "op": "add", "path": "members", "value": [{ "value": "a", "display": display }] }
            ])
        };
        for display in ["one", "two"] {
            let before = provider.read(&path).await;
            let patched = provider.patched(&path, again(display)).await;
            let member = patched["members"]
                .as_array()
                .expect("members")
                .iter()
                .find(|member| member["value"] == "a");
            assert_eq!(member.map(|member| &member["display"]), Some(&json!(display)));
            assert_ne!(patched["meta"]["version"], before["meta"]["version"], "{display}");
        }
    }
}

#[tokio::test]
async fn a_member_without_a_value_is_nobody() {
    // P-3.1-02, P-3.5.2-12
    for kept in [Kept::Apart, Kept::Whole(WholeStore::default())] {
        let provider = Provider::new(Setup { kept, ..Setup::default() });
        let path = provider.group("Tour Guides", &["a"]).await;
        let operations = json!([
            { "op": "add", "path": "members", "value": [{ "display": "nobody" }] },
            { "op": "add", "path": "externalId", "value": "1" },
        ]);
        let answer = provider.patch(&path, &operations).await;
        if answer.status == 200 {
            assert_eq!(
                answer.body,
                provider.read(&path).await,
                "what was answered, and what is read"
            );
        } else {
            answer.refused("invalidValue");
        }
    }
}

#[tokio::test]
async fn a_put_sets_the_members() {
    // P-3.5.1-02, P-3.5.1-03, P-3.14-08
    for kept in [Kept::Apart, Kept::Whole(WholeStore::default())] {
        let recorder = Recorder::default();
        let hooks = Some(std::sync::Arc::new(recorder.clone()) as _);
        let provider = Provider::new(Setup { kept, hooks, ..Setup::default() });
        let path = provider.group("Group", &["a", "b", "c"]).await;
        recorder.all();
        for ids in ["abc", "bd", "bd", "", "a"] {
            let ids: Vec<String> = ids.chars().map(String::from).collect();
            let before = provider.read(&path).await;
            let body = group("Group", &ids.iter().map(String::as_str).collect::<Vec<_>>());
            let after = provider.put(&path, &body).await.ok();
            assert_eq!(members(&after), ids);
            assert_eq!(after, provider.read(&path).await);
            let same = members(&before) == ids;
            assert_eq!(version(&after) == version(&before), same);
            assert_eq!(recorder.all().len(), usize::from(!same));
        }
    }
}
