//! Groups in groups, and the groups of users (RFC 7643, Sections 4.1.2 and 4.2).

use std::collections::BTreeSet;

use scimwire::schema::Schema;
use scimwire::{Dispatcher, Quirks, ResourceType};
use serde_json::{Value, json};

use support::databases::{LazyDirectory, kind_asked_for};
use support::writes::provider::{BASE, Provider, add, at, id, members, remove, replace, version};
use support::writes::recorder::Recorder;
use support::writes::samples::{group, user};

/// The groups of a user: name, direct or not.
async fn groups_of(provider: &Provider, user: &str) -> BTreeSet<(String, String)> {
    let read = provider.read(&format!("/Users/{user}")).await;
    let groups = read["groups"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let found: BTreeSet<_> =
        groups.iter().map(|group| (text(&group["display"]), text(&group["type"]))).collect();
    assert_eq!(found.len(), groups.len(), "each group once: {groups:?}");
    for group in &groups {
        assert_eq!(group["$ref"], format!("{BASE}/Groups/{}", text(&group["value"])));
    }
    found
}

fn set(groups: &[(&str, &str)]) -> BTreeSet<(String, String)> {
    groups.iter().map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned())).collect()
}

async fn made(provider: &Provider, name: &str, members: &[&str]) -> String {
    id(&provider.create("/Groups", &group(name, members)).await).to_owned()
}

#[tokio::test]
async fn groups_are_direct_or_indirect() {
    // S-4.1.2-09, P-3.1-02
    let provider = Provider::strict();
    let ann = provider.user("ann").await;
    let inner = made(&provider, "inner", &[&ann]).await;
    let middle = made(&provider, "middle", &[&inner]).await;
    let outer = made(&provider, "outer", &[&middle]).await;
    made(&provider, "other", &[]).await;
    assert_eq!(
        groups_of(&provider, &ann).await,
        set(&[("inner", "direct"), ("middle", "indirect"), ("outer", "indirect")])
    );
    // In a group by itself and by another, it is in it by itself.
    provider.patched(&format!("/Groups/{outer}"), add("members", json!([{ "value": ann }]))).await;
    assert_eq!(
        groups_of(&provider, &ann).await,
        set(&[("inner", "direct"), ("middle", "indirect"), ("outer", "direct")])
    );
    let read = provider.read(&format!("/Groups/{outer}")).await;
    let types: BTreeSet<&str> = read["members"]
        .as_array()
        .expect("members")
        .iter()
        .map(|one| one["type"].as_str().expect("a type"))
        .collect();
    assert_eq!(types, BTreeSet::from(["Group", "User"]));
    assert_eq!(read["members"][0]["$ref"], format!("{BASE}/Groups/{middle}"));
    // What a group is called is what its members see.
    provider.patched(&format!("/Groups/{middle}"), replace("displayName", json!("centre"))).await;
    assert!(
        groups_of(&provider, &ann).await.contains(&("centre".to_owned(), "indirect".to_owned()))
    );
    provider.patched(&format!("/Groups/{inner}"), remove("members")).await;
    assert_eq!(groups_of(&provider, &ann).await, set(&[("outer", "direct")]));
}

#[tokio::test]
async fn cycles_end() {
    // P-3.1-02
    let provider = Provider::strict();
    let ann = provider.user("ann").await;
    let one = made(&provider, "one", &[&ann]).await;
    let two = made(&provider, "two", &[&one]).await;
    let three = made(&provider, "three", &[&two]).await;
    for (group, member) in [(&one, &three), (&one, &one)] {
        provider
            .patched(&format!("/Groups/{group}"), add("members", json!([{ "value": member }])))
            .await;
    }
    assert_eq!(
        groups_of(&provider, &ann).await,
        set(&[("one", "direct"), ("two", "indirect"), ("three", "indirect")])
    );
    let found = provider.read(&format!("/Users?filter=groups.value%20eq%20%22{three}%22")).await;
    assert_eq!(found["totalResults"], 1);
    provider.delete(&format!("/Groups/{two}")).await;
    assert_eq!(groups_of(&provider, &ann).await, set(&[("one", "direct")]));
}

#[tokio::test]
async fn a_deleted_user_is_no_member() {
    // P-3.6-07, P-3.6-03
    let provider = Provider::strict();
    let (ann, bob) = (provider.user("ann").await, provider.user("bob").await);
    let groups = [provider.group("one", &[&ann, &bob]).await, provider.group("two", &[&ann]).await];
    let before = provider.read(&groups[0]).await;
    provider.delete(&format!("/Users/{ann}")).await;
    let after = provider.read(&groups[0]).await;
    assert_eq!(members(&after), [bob.as_str()]);
    assert_ne!(version(&after), version(&before), "who has read the group reads it again");
    assert_eq!(provider.read(&groups[1]).await.get("members"), None);
    let found = provider.read(&format!("/Groups?filter=members.value%20eq%20%22{ann}%22")).await;
    assert_eq!(found["totalResults"], 0);
    // Somebody new of the same name is somebody else.
    let again = provider.create("/Users", &user("ann")).await;
    assert_eq!(again.get("groups"), None);
}

#[tokio::test]
async fn a_deleted_group_has_no_members() {
    // P-3.6-07, P-3.6-03
    let provider = Provider::strict();
    let ann = provider.user("ann").await;
    let inner = made(&provider, "inner", &[&ann]).await;
    let middle = made(&provider, "middle", &[&inner]).await;
    let outer = provider.group("outer", &[&middle]).await;
    provider.delete(&format!("/Groups/{middle}")).await;
    assert_eq!(groups_of(&provider, &ann).await, set(&[("inner", "direct")]));
    assert_eq!(provider.read(&outer).await.get("members"), None);
    provider.delete(&format!("/Groups/{inner}")).await;
    assert_eq!(provider.read(&format!("/Users/{ann}")).await.get("groups"), None);
    // The name is free, and nobody is in the new group.
    let new = provider.create("/Groups", &group("inner", &[])).await;
    assert_eq!((new.get("members"), provider.read(&at(&new)).await.get("members")), (None, None));
}

#[tokio::test]
async fn groups_are_changed_through_groups_only() {
    // S-4.1.2-09, P-3.5.2-10, P-3.5.1-07
    let provider = Provider::strict();
    let ann = provider.user("ann").await;
    let group = made(&provider, "inner", &[]).await;
    let path = format!("/Users/{ann}");
    let groups = json!([{ "value": group }]);
    provider.refuses(&path, add("groups", groups.clone()), "mutability").await;
    let mut body = user("ann");
    body["groups"] = groups;
    assert_eq!(provider.put(&path, &body).await.ok().get("groups"), None);
    assert_eq!(provider.read(&format!("/Groups/{group}")).await.get("members"), None);
}

const TEAM: &str = "urn:example:schemas:Team";

/// Teams: each has members, and shows in which teams it is.
fn teams(quirks: Quirks) -> (Provider, Recorder) {
    let reference = |name: &str, mutability: &str, of_parts: &str| {
        json!({ "name": name, "type": "complex", "multiValued": true, "mutability": mutability, "subAttributes": [
            { "name": "value", "type": "string", "caseExact": true, "mutability": of_parts },
            { "name": "$ref", "type": "reference", "referenceTypes": ["Team"], "mutability": of_parts },
            { "name": "type", "type": "string", "mutability": of_parts },
            { "name": "display", "type": "string", "mutability": of_parts }
        ] })
    };
    let name = json!({ "name": "displayName", "type": "string", "required": true, "uniqueness": "server" });
    let attributes = [
        name,
        reference("members", "readWrite", "immutable"),
        reference("memberOf", "readOnly", "readOnly"),
    ];
    let schema = Schema::try_from(json!({ "id": TEAM, "name": "Team", "attributes": attributes }))
        .expect("a schema");
    let teams = ResourceType::new("Team", schema);
    let store = LazyDirectory::new(kind_asked_for(), false).store(teams);
    let builder = Dispatcher::builder(BASE).store(store).unauthenticated();
    let recorder = Recorder::default();
    let builder = builder.quirks(quirks).hooks(recorder.clone());
    (Provider::of(builder.build().expect("the type is consistent")), recorder)
}

async fn team(provider: &Provider, name: &str, members: &[&str]) -> String {
    let mut team = group(name, members);
    team["schemas"] = json!([TEAM]);
    id(&provider.create("/Teams", &team).await).to_owned()
}

/// The teams of a team: name, direct or not.
async fn teams_of(provider: &Provider, team: &str) -> BTreeSet<(String, String)> {
    let read = provider.read(&format!("/Teams/{team}")).await;
    let teams = read["memberOf"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let found: BTreeSet<_> =
        teams.iter().map(|team| (text(&team["display"]), text(&team["type"]))).collect();
    assert_eq!(found.len(), teams.len(), "each team once: {teams:?}");
    found
}

#[tokio::test]
async fn what_has_members_and_is_one_ends_in_a_circle() {
    // P-3.1-02, S-4.1.2-08: nothing is in itself by way of others; in itself it is where it is
    // listed in it.
    let (provider, _) = teams(Quirks::STRICT);
    let one = team(&provider, "one", &[]).await;
    let two = team(&provider, "two", &[&one]).await;
    let three = team(&provider, "three", &[&two, "stranger"]).await;
    let path = format!("/Teams/{one}");
    let closing = provider.patched(&path, add("members", json!([{ "value": three }]))).await;
    assert_eq!(members(&closing), [three.as_str()]);
    for (of, expected) in [
        (&one, set(&[("two", "direct"), ("three", "indirect")])),
        (&two, set(&[("three", "direct"), ("one", "indirect")])),
        (&three, set(&[("one", "direct"), ("two", "indirect")])),
    ] {
        assert_eq!(teams_of(&provider, of).await, expected);
        let read = provider.read(&format!("/Teams/{of}")).await;
        let list = provider.read(&format!("/Teams?filter=id%20eq%20%22{of}%22")).await;
        assert_eq!(list["Resources"], json!([read]));
        // Who is in what is asked by its own column, beside that of the members.
        let only = provider.read(&format!("/Teams/{of}?attributes=memberOf")).await;
        assert_eq!((&only["memberOf"], only.get("members")), (&read["memberOf"], None));
        let without = provider.read(&format!("/Teams/{of}?excludedAttributes=memberOf")).await;
        assert_eq!((&without["members"], without.get("memberOf")), (&read["members"], None));
        for (filter, found) in [("memberOf.value", 2), ("members.value", 1)] {
            let list = provider.read(&format!("/Teams?filter={filter}%20eq%20%22{of}%22")).await;
            assert_eq!(list["totalResults"], found, "{filter}");
        }
    }
    // What is listed in itself is in itself, and in the others still by way of others.
    provider.patched(&path, add("members", json!([{ "value": one }]))).await;
    let itself = set(&[("one", "direct"), ("two", "direct"), ("three", "indirect")]);
    assert_eq!(teams_of(&provider, &one).await, itself);
    assert_eq!(teams_of(&provider, &two).await, set(&[("three", "direct"), ("one", "indirect")]));
    // Opened, the circle is a chain.
    provider.patched(&path, remove("members")).await;
    assert_eq!(teams_of(&provider, &one).await, set(&[("two", "direct"), ("three", "indirect")]));
    assert_eq!(
        (teams_of(&provider, &two).await, teams_of(&provider, &three).await),
        (set(&[("three", "direct")]), set(&[]))
    );
    assert_eq!(provider.delete(&format!("/Teams/{two}")).await.status, 204);
    assert_eq!(
        (teams_of(&provider, &one).await, teams_of(&provider, &three).await),
        (set(&[]), set(&[]))
    );
}

/// What a client that has read the team sends back with a change.
fn echoing(read: &Value, name: &str, members: Option<Value>) -> Value {
    let mut value = json!({ "memberOf": read["memberOf"], "displayName": name });
    if let Some(members) = members {
        value["members"] = members;
    }
    json!([{ "op": "add", "value": value }])
}

#[tokio::test]
async fn where_it_is_listed_may_be_echoed_beside_members() {
    // P-3.5.2-10, A-32
    let (provider, recorder) = teams(Quirks::STRICT);
    let one = team(&provider, "one", &["stranger"]).await;
    let two = team(&provider, "two", &[&one]).await;
    let three = team(&provider, "three", &[&two]).await;
    let path = format!("/Teams/{one}");
    let read = provider.read(&path).await;
    let above = set(&[("two", "direct"), ("three", "indirect")]);
    let echo = |op: &str| json!([{ "op": op, "value": { "memberOf": read["memberOf"] } }]);
    provider.unchanged(&path, echo("add")).await;
    provider.unchanged(&path, echo("replace")).await;
    // Alone, beside members that are put in unseen, and beside a change that has to see them.
    let joined = json!([{ "value": three }]);
    let seen = json!([
        echoing(&read, "first", None)[0],
        { "op": "add", "path": "members[value eq \"stranger\"].display", "value": "Ann" }
    ]);
    for (operations, name, listed) in [
        (echoing(&read, "one more", None), "one more", vec!["stranger"]),
        (echoing(&read, "another", Some(joined)), "another", vec!["stranger", &*three]),
        (seen, "first", vec!["stranger", &*three]),
    ] {
        let patched = provider.patched(&path, operations).await;
        assert_eq!((&patched["displayName"], members(&patched)), (&json!(name), listed));
        assert_eq!(teams_of(&provider, &one).await, above);
    }
    // What is not so is refused, and nothing is changed with it.
    for wrong in
        [json!([]), json!([{ "value": two, "type": "indirect" }]), json!([{ "value": one }])]
    {
        for members in [None, Some(json!([{ "value": "other" }]))] {
            let read = json!({ "memberOf": wrong });
            provider.refuses(&path, echoing(&read, "x", members), "mutability").await;
        }
    }
    // It is shown, and not kept.
    recorder.all();
    provider.patched(&path, replace("displayName", json!("last"))).await;
    let before = recorder.all().pop().and_then(|change| change.before);
    assert_eq!(before.map(|before| before.get("memberOf").cloned()), Some(None));
    provider.patched(&format!("/Teams/{two}"), remove("members")).await;
    assert_eq!(provider.read(&path).await.get("memberOf"), None);
    assert_eq!(teams_of(&provider, &one).await, set(&[]));
}

#[tokio::test]
async fn what_is_echoed_beside_members_is_passed_over() {
    let (provider, _) = teams(Quirks::LENIENT);
    let one = team(&provider, "one", &["stranger"]).await;
    team(&provider, "two", &[&one]).await;
    let path = format!("/Teams/{one}");
    for echo in [json!([]), json!([{ "value": "nobody" }])] {
        let joined = json!([{ "value": "other" }]);
        let read = json!({ "memberOf": echo });
        let patched = provider.patched(&path, echoing(&read, "one", Some(joined))).await;
        assert_eq!(members(&patched), ["stranger", "other"]);
        assert_eq!(teams_of(&provider, &one).await, set(&[("two", "direct")]));
    }
}
