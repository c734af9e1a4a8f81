//! What the host hears of changes: each once, and none where nothing changed.

use scimwire::store::ChangeKind;
use serde_json::{Value, json};

use support::writes::provider::{Provider, add, at, id, remove, replace, version};
use support::writes::recorder::Heard;
use support::writes::samples::{ENTERPRISE, bjensen, group, user};

/// What an update of `resource` says that changes these attributes, and nothing about members.
fn updated(resource_type: &str, after: &Value, paths: &[&str]) -> Heard {
    Heard {
        operation: ChangeKind::Update,
        resource_type: resource_type.to_owned(),
        id: id(after).to_owned(),
        version: version(after).to_owned(),
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        added: Vec::new(),
        removed: Vec::new(),
        rewritten: false,
        activated: false,
        deactivated: false,
    }
}

/// Operations; who joins by them, and who leaves; and which other attributes change.
type Step<'s> = (Value, &'s [&'s str], &'s [&'s str], &'s [&'s str]);

#[tokio::test]
async fn creation_and_deletion_are_heard() {
    // P-3.3-01, P-3.6-01
    let (provider, recorder) = Provider::heard();
    let made = provider.create("/Users", &bjensen()).await;
    assert_eq!(
        recorder.one(),
        Heard { operation: ChangeKind::Create, ..updated("User", &made, &[]) }
    );
    provider.delete(&at(&made)).await;
    assert_eq!(
        recorder.one(),
        Heard { operation: ChangeKind::Delete, ..updated("User", &made, &[]) }
    );
    let made = provider.create("/Groups", &group("Tour Guides", &["b", "a", "a"])).await;
    let members = vec!["a".to_owned(), "b".to_owned()];
    let created = Heard {
        operation: ChangeKind::Create,
        added: members.clone(),
        ..updated("Group", &made, &[])
    };
    assert_eq!(recorder.one(), created);
    provider.delete(&at(&made)).await;
    assert_eq!(
        recorder.one(),
        Heard { operation: ChangeKind::Delete, removed: members, ..updated("Group", &made, &[]) }
    );
}

#[tokio::test]
async fn what_fails_is_not_heard() {
    // P-3.5.2-14, P-3.5.1-13
    let (provider, recorder) = Provider::heard();
    let path = provider.made("/Users", &bjensen()).await;
    provider.user("jsmith").await;
    recorder.all();
    provider.post("/Users", &user("bjensen")).await.failed(409, Some("uniqueness"));
    provider.post("/Users", &json!({})).await.refused("invalidSyntax");
    provider.put(&path, &user("jsmith")).await.failed(409, Some("uniqueness"));
    provider.put("/Users/x", &user("x")).await.failed(404, None);
    provider
        .patch(&path, &replace("userName", json!("jsmith")))
        .await
        .failed(409, Some("uniqueness"));
    provider
        .patch(&path, &json!([replace("title", json!("x"))[0], remove("userName")[0]]))
        .await
        .refused("mutability");
    provider.delete("/Users/x").await.failed(404, None);
    provider.send("DELETE", &path, &[("if-match", "\"x\"")], "").await.failed(412, None);
    provider.read(&path).await;
    recorder.none();
}

#[tokio::test]
async fn changed_attributes_are_named() {
    // P-3.5.2-13, P-3.5.2-22
    let (provider, recorder) = Provider::heard();
    let path = provider.made("/Users", &bjensen()).await;
    recorder.all();
    let department = format!("{ENTERPRISE}:department");
    let cases: [(Value, &[&str]); 9] = [
        (replace("title", json!("Guide")), &["title"]),
        (
            replace("name", json!({ "givenName": "Babs", "familyName": "Jensen" })),
            &["name.givenName"],
        ),
        (
            json!([{ "op": "add", "value": { "nickName": "Babs", "title": "Guide" } }]),
            &["nickName"],
        ),
        (add("emails", json!([{ "value": "x@example.com" }])), &["emails"]),
        (replace("emails[type eq \"home\"].primary", json!(true)), &["emails"]),
        (replace(&department, json!("Sales")), &[&department]),
        (remove("externalId"), &["externalId"]),
        (
            json!([remove("name.middleName")[0], remove("addresses")[0]]),
            &["addresses", "name.middleName"],
        ),
        (
            json!([
                replace("title", json!("x"))[0],
                replace("title", json!("Guide"))[0],
                remove("nickName")[0]
            ]),
            &["nickName"],
        ),
    ];
    for (operations, paths) in cases {
        let after = provider.patched(&path, operations).await;
        assert_eq!(recorder.one(), updated("User", &after, paths));
    }
    let replaced = provider.put(&path, &user("jensen")).await.ok();
    let heard = recorder.one();
    assert!(
        heard.paths.contains(&"userName".to_owned()) && heard.paths.contains(&"emails".to_owned()),
        "{heard:?}"
    );
    assert_eq!((heard.version.as_str(), heard.operation), (version(&replaced), ChangeKind::Update));
}

#[tokio::test]
async fn the_states_before_and_after_are_there() {
    // P-3.1-02
    let (provider, recorder) = Provider::heard();
    let made = provider.create("/Users", &bjensen()).await;
    provider.patched(&at(&made), replace("title", json!("Guide"))).await;
    provider.delete(&at(&made)).await;
    let [created, updated, deleted] = recorder.all().try_into().expect("three changes");
    let title = |state: &Option<std::sync::Arc<scimwire::Resource>>| {
        state.as_ref().and_then(|state| state.get_str("title").map(str::to_owned))
    };
    let (old, new) = (Some("Tour Guide".to_owned()), Some("Guide".to_owned()));
    assert_eq!((title(&created.before), title(&created.after)), (None, old.clone()));
    assert_eq!((title(&updated.before), title(&updated.after)), (old, new.clone()));
    assert_eq!((title(&deleted.before), title(&deleted.after)), (new, None));
    assert!([created, updated, deleted].iter().all(|change| change.id == id(&made)));
}

#[tokio::test]
async fn switching_on_and_off_is_heard() {
    // P-3.5.2.3-02
    let (provider, recorder) = Provider::heard();
    let path = provider.made("/Users", &user("bjensen")).await;
    recorder.all();
    let steps = [
        (replace("active", json!(false)), false, true),
        (replace("title", json!("x")), false, false),
        (replace("active", json!(true)), true, false),
        (add("active", json!(false)), false, true),
        (json!([{ "op": "replace", "value": { "active": true, "title": "y" } }]), true, false),
    ];
    for (operations, activated, deactivated) in steps {
        provider.patched(&path, operations.clone()).await;
        let heard = recorder.one();
        assert_eq!((heard.activated, heard.deactivated), (activated, deactivated), "{operations}");
    }
    let mut body = user("bjensen");
    body["active"] = json!(false);
    provider.put(&path, &body).await.ok();
    assert!(recorder.one().deactivated);
    // Who is created inactive was not switched off.
    body["userName"] = json!("jsmith");
    provider.create("/Users", &body).await;
    let heard = recorder.one();
    assert_eq!(
        (heard.operation, heard.activated, heard.deactivated),
        (ChangeKind::Create, false, false)
    );
}

#[tokio::test]
async fn who_joins_and_who_leaves_is_heard() {
    // P-3.5.2.1-05, P-3.5.2.2-04
    let (provider, recorder) = Provider::heard();
    let path = provider.group("Tour Guides", &["a", "b"]).await;
    recorder.all();
    let listed =
        |ids: &[&str]| json!(ids.iter().map(|id| json!({ "value": id })).collect::<Vec<_>>());
    let steps: [Step<'_>; 8] = [
        (add("members", listed(&["c", "b"])), &["c"], &[], &[]),
        (remove("members[value eq \"a\"]"), &[], &["a"], &[]),
        (replace("members", listed(&["c", "d"])), &["d"], &["b"], &[]),
        (
            json!([add("members", listed(&["e"]))[0], replace("displayName", json!("Guides"))[0]]),
            &["e"],
            &[],
            &["displayName"],
        ),
        (
            json!([remove("members")[0], add("members", listed(&["e", "f"]))[0]]),
            &["f"],
            &["c", "d"],
            &[],
        ),
        (
            json!([
                add("members", listed(&["g"]))[0],
                remove("members[value eq \"g\" or value eq \"f\"]")[0]
            ]),
            &[],
            &["f"],
            &[],
        ),
        (remove("members[value sw \"e\"]"), &[], &["e"], &[]),
        (add("members", listed(&["a"])), &["a"], &[], &[]),
    ];
    for (operations, added, removed, paths) in steps {
        let after = provider.patched(&path, operations).await;
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(
            recorder.one(),
            Heard {
                added: owned(added),
                removed: owned(removed),
                ..updated("Group", &after, paths)
            }
        );
    }
}

#[tokio::test]
async fn nothing_is_heard_where_nothing_changes() {
    // P-3.5.2-22, P-3.5.2.1-08, P-3.5.2.2-07, P-3.14-08
    let (provider, recorder) = Provider::heard();
    let user = provider.made("/Users", &bjensen()).await;
    let path = provider.group("Tour Guides", &["a", "b"]).await;
    recorder.all();
    let member = json!([{ "value": "a" }]);
    let nothing = [
        (&path, add("members", member.clone())),
        (&path, remove("members[value eq \"x\"]")),
        (&path, replace("displayName", json!("Tour Guides"))),
        (&path, replace("members", json!([{ "value": "b" }, { "value": "a" }]))),
        (
            &path,
            json!([
                add("members", json!([{ "value": "c" }]))[0],
                remove("members[value eq \"c\"]")[0]
            ]),
        ),
        (&path, json!([remove("members[value eq \"a\"]")[0], add("members", member.clone())[0]])),
        (
            &path,
            json!([{ "op": "add", "value": { "displayName": "Tour Guides", "members": member } }]),
        ),
        (&user, replace("active", json!(true))),
        (&user, replace("title", json!("Tour Guide"))),
        (&user, json!([add("nickName", json!("x"))[0], remove("nickName")[0]])),
        (&user, remove("photos")),
    ];
    for (path, operations) in nothing {
        provider.unchanged(path, operations).await;
        recorder.none();
    }
    for (path, body) in [
        (&user, bjensen()),
        (&path, group("Tour Guides", &["a", "b"])),
        (&path, group("Tour Guides", &["b", "a"])),
    ] {
        let before = provider.read(path).await;
        assert_eq!(provider.put(path, &body).await.ok(), before);
        recorder.none();
    }
}

#[tokio::test]
async fn who_is_a_user_and_was_read_is_not_heard_again() {
    // P-3.5.2-22, P-3.14-08
    let (provider, recorder) = Provider::heard();
    let ann = provider.user("ann").await;
    let path = provider.group("Tour Guides", &[&ann]).await;
    let read = provider.read(&path).await;
    recorder.all();
    provider.put(&path, &read).await.ok();
    recorder.none();
}

#[tokio::test]
async fn answers_without_a_body_are_heard_too() {
    // P-3.5.2-20
    let (provider, recorder) = Provider::heard();
    let ids: Vec<String> = (0..150).map(|number| number.to_string()).collect();
    let path =
        provider.group("Tour Guides", &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    recorder.all();
    let answer =
        provider.patch(&path, &add("members", json!([{ "value": "x" }, { "value": "7" }]))).await;
    let heard = recorder.one();
    assert_eq!(
        (heard.version.as_str(), heard.added.as_slice()),
        (answer.no_content(), ["x".to_owned()].as_slice())
    );
    provider.patch(&path, &add("members", json!([{ "value": "x" }]))).await.no_content();
    recorder.none();
}
