//! Resources that refer to each other (RFC 7644, Section 3.7.1): created, then changed; all of
//! them, or none.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::StatusCode;
use scimwire::auth::RequestContext;
use scimwire::hooks::{
    CreateDecision, CreateEvent, DeleteDecision, DeleteEvent, Hooks, UpdateEvent,
};
use scimwire::schema::{Schema, SchemaExtension};
use scimwire::store::{Change, ChangeKind};
use scimwire::{Error, ResourceType, ScimType};
use serde_json::{Value, json};

use support::reads::jobs::{made, message, post, results, room, statuses, with_rooms};
use support::reads::provider::{BASE, Provider, Setup, id};
use support::reads::samples::{ENTERPRISE, USER, group, user};

fn reports_to(name: &str, manager: &str) -> Value {
    json!({ "schemas": [USER, ENTERPRISE], "userName": name, ENTERPRISE: { "manager": { "value": manager }, "department": "Tours" } })
}

async fn stored(provider: &Provider, endpoint: &str, results: &[Value]) -> Vec<Value> {
    let mut stored = Vec::new();
    for result in results {
        stored.push(provider.get(&format!("{endpoint}/{}", made(result))).await.ok());
    }
    stored
}

#[tokio::test]
async fn two_groups_are_members_of_each_other() {
    // P-3.7.1-01, A-60
    let provider = Provider::strict();
    let operations = [
        post("/Groups", "qwerty", group("Group A", &["bulkId:ytrewq", "26118915"])),
        post("/Groups", "ytrewq", group("Group B", &["bulkId:qwerty"])),
    ];
    let answer = provider.bulk(&operations).await;
    let groups = stored(&provider, "/Groups", &answer).await;
    let values = |group: &Value| -> Vec<String> {
        let members = group["members"].as_array().expect("members").iter();
        let mut values: Vec<String> =
            members.map(|member| member["value"].as_str().expect("an id").to_owned()).collect();
        values.sort_by_key(|value| value == "26118915");
        values
    };
    assert_eq!(values(&groups[0]), [made(&answer[1]), "26118915"]);
    assert_eq!(values(&groups[1]), [made(&answer[0])]);
    // Only what had to wait has changed since, and the answer knows.
    let versions: Vec<&Value> = answer.iter().map(|result| &result["version"]).collect();
    assert_eq!(versions, ["W/\"1\"", "W/\"2\""]);
    assert_eq!(versions, [&groups[0]["meta"]["version"], &groups[1]["meta"]["version"]]);
}

#[tokio::test]
async fn the_answer_shows_the_circle_closed() {
    // P-3.7.1-01, P-3.9-11
    let provider = Provider::strict();
    let circle = [
        post("/Users", "a", reports_to("ann", "bulkId:b")),
        post("/Users", "b", reports_to("bob", "bulkId:a")),
    ];
    let answer = provider
        .post(&format!("/Bulk?attributes={ENTERPRISE}:manager.value"), message(&circle))
        .await;
    let results = results(answer.ok());
    for (one, other) in [(&results[0], &results[1]), (&results[1], &results[0])] {
        assert_eq!(one["response"][ENTERPRISE]["manager"]["value"], made(other));
        assert_eq!(one["response"].get("userName"), None);
    }
}

#[tokio::test]
async fn one_refers_to_itself() {
    // P-3.7.1-01
    let provider = Provider::strict();
    let answer = provider
        .bulk(&[
            post("/Users", "a", reports_to("ann", "bulkId:a")),
            post("/Groups", "g", group("G", &["bulkId:g"])),
        ])
        .await;
    let ann = provider.get(&format!("/Users/{}", made(&answer[0]))).await.ok();
    assert_eq!(ann[ENTERPRISE]["manager"]["value"], ann["id"]);
    assert_eq!(ann[ENTERPRISE]["department"], "Tours");
    let group = provider.get(&format!("/Groups/{}", made(&answer[1]))).await.ok();
    assert_eq!(group["members"][0]["value"], group["id"]);
}

#[tokio::test]
async fn a_long_circle_is_closed() {
    // P-3.7.1-01, A-60
    let provider = Provider::strict();
    let count = 1000;
    let circle: Vec<Value> = (0..count)
        .map(|index| {
            post(
                "/Users",
                &index.to_string(),
                reports_to(&format!("user{index}"), &format!("bulkId:{}", (index + 1) % count)),
            )
        })
        .collect();
    let answer = provider.bulk(&circle).await;
    let users = stored(&provider, "/Users", &answer).await;
    for (index, user) in users.iter().enumerate() {
        assert_eq!(user[ENTERPRISE]["manager"]["value"], made(&answer[(index + 1) % count]));
    }
    // One of them had to wait for another, and was changed.
    assert_eq!(users.iter().filter(|user| user["meta"]["version"] != "W/\"1\"").count(), 1);
}

#[tokio::test]
async fn every_form_of_reference_can_wait() {
    // P-3.7.1-01, A-59
    let provider = with_rooms(false);
    let one = json!({
        "exit": "bulkId:b",
        "BESIDE": "bulkId:a",
        "doors": ["bulkId:a", "https://example.com/scim/v2/Rooms/7", "bulkId:b"],
    });
    let answer = provider
        .bulk(&[
            post("/Rooms", "a", room("A", one)),
            post("/Rooms", "b", room("B", json!({ "doors": ["bulkId:a"] }))),
        ])
        .await;
    let (a, b) = (made(&answer[0]), made(&answer[1]));
    let rooms = stored(&provider, "/Rooms", &answer).await;
    assert_eq!((&rooms[0]["exit"], &rooms[0]["beside"]), (&json!(b), &json!(a)));
    let mut doors: Vec<&str> =
        rooms[0]["doors"].as_array().expect("doors").iter().filter_map(Value::as_str).collect();
    doors.sort_by_key(|door| (door.starts_with("https"), *door == b));
    assert_eq!(doors, [a, b, "https://example.com/scim/v2/Rooms/7"]);
    assert_eq!(rooms[1]["doors"], json!([a]));
}

#[tokio::test]
async fn a_circle_opens_where_nothing_is_required() {
    // P-3.7.1-01
    let provider = with_rooms(true);
    let hub = provider
        .bulk(&[post("/Rooms", "x", room("Out", json!({ "exit": "https://example.com/street" })))])
        .await;
    let street = made(&hub[0]);
    let operations = [
        post("/Rooms", "a", room("A", json!({ "exit": "bulkId:b" }))),
        post("/Rooms", "b", room("B", json!({ "exit": street, "beside": "bulkId:a" }))),
    ];
    let answer = provider.bulk(&operations).await;
    let rooms = stored(&provider, "/Rooms", &answer).await;
    assert_eq!(
        (&rooms[0]["exit"], &rooms[1]["beside"]),
        (&json!(made(&answer[1])), &json!(made(&answer[0])))
    );
}

#[tokio::test]
async fn a_circle_of_what_is_required_is_a_conflict() {
    // P-3.7.1-01, P-3.7.2-03, A-46
    let provider = with_rooms(true);
    let operations = [
        post("/Rooms", "a", room("A", json!({ "exit": "bulkId:b" }))),
        post("/Rooms", "b", room("B", json!({ "exit": "bulkId:a" }))),
        post("/Rooms", "c", room("C", json!({ "exit": "bulkId:c" }))),
        post("/Rooms", "d", room("D", json!({ "exit": "bulkId:a" }))),
        post("/Rooms", "e", room("E", json!({ "exit": "https://example.com/street" }))),
    ];
    let answer = provider.bulk(&operations).await;
    assert_eq!(statuses(&answer), ["409", "409", "409", "409", "201"]);
    assert!(answer[..4].iter().all(|result| result["response"]["status"] == "409" && result.get("location").is_none()));
    assert_eq!(provider.get("/Rooms").await.names(), [made(&answer[4])]);
}

/// Refuses what is titled so when it is made or changed, adopts, and hears of the rest.
#[derive(Clone, Default)]
struct Doorkeeper(Arc<Mutex<Vec<(ChangeKind, String)>>>);

#[async_trait]
impl Hooks for Doorkeeper {
    async fn before_create(&self, event: &mut CreateEvent<'_>) -> Result<CreateDecision, Error> {
        let CreateEvent { resource, .. } = event;
        match resource.get_str("title") {
            Some(text) if text.starts_with("adopt ") => {
                Ok(CreateDecision::link(&text["adopt ".len()..]))
            }
            _ => Ok(CreateDecision::Create),
        }
    }

    fn before_update(&self, event: &mut UpdateEvent<'_>) -> Result<(), Error> {
        let UpdateEvent { before, .. } = event;
        match before.get_str("title") {
            Some("fixed") => Err(Error::scim(ScimType::Mutability, "this one stays as it is")),
            _ => Ok(()),
        }
    }

    async fn before_delete(&self, event: &DeleteEvent<'_>) -> Result<DeleteDecision, Error> {
        let DeleteEvent { cx, .. } = event;
        match cx.principal() {
            Some("guest") => Err(Error::new(StatusCode::FORBIDDEN, "guests delete nothing")),
            _ => Ok(DeleteDecision::Delete),
        }
    }

    async fn after_commit(&self, change: &Change, _: &RequestContext) {
        self.0
            .lock()
            .expect("no panic while it is held")
            .push((change.operation, change.id.clone()));
    }
}

fn titled(mut user: Value, title: &str) -> Value {
    user["title"] = json!(title);
    user
}

#[tokio::test]
async fn a_circle_that_cannot_be_closed_leaves_nothing() {
    // P-3.7.1-01, P-3.7.2-03
    let taken = reports_to("bjensen", "bulkId:a");
    let nameless = json!({ "schemas": [USER, ENTERPRISE], ENTERPRISE: { "manager": { "value": "bulkId:a" } } });
    let unknown = reports_to("bob", "bulkId:nobody");
    for (first, second, expected) in [
        // The second one fails when it is created,
        (reports_to("ann", "bulkId:b"), taken, ["409", "409"]),
        (reports_to("ann", "bulkId:b"), nameless, ["409", "400"]),
        // or when it is changed; the first one fails when it is created,
        (
            reports_to("ann", "bulkId:b"),
            titled(reports_to("bob", "bulkId:a"), "fixed"),
            ["409", "400"],
        ),
        (
            json!({ "schemas": [USER, ENTERPRISE], ENTERPRISE: { "manager": { "value": "bulkId:b" } } }),
            reports_to("bob", "bulkId:a"),
            ["400", "409"],
        ),
        // or the second one was wrong from the start, and there is no circle.
        (reports_to("ann", "bulkId:b"), unknown, ["409", "400"]),
    ] {
        let hooks = Doorkeeper::default();
        let provider =
            Provider::new(Setup { hooks: Some(Arc::new(hooks.clone())), ..Setup::default() });
        provider.create("/Users", user("bjensen")).await;
        let answer = provider
            .bulk(&[
                post("/Users", "a", first),
                post("/Users", "b", second),
                post("/Groups", "c", group("C", &["bulkId:a"])),
            ])
            .await;
        assert_eq!(statuses(&answer[..2]), expected, "{answer:?}");
        assert_eq!(answer[2]["status"], "409");
        assert!(answer.iter().all(|result| result.get("location").is_none()), "{answer:?}");
        assert_eq!(provider.get("/Users").await.names(), ["bjensen"]);
        // The host hears that what was made is gone.
        let heard = std::mem::take(&mut *hooks.0.lock().expect("no panic while it is held"));
        let made = heard.iter().filter(|(operation, _)| *operation == ChangeKind::Create).skip(1);
        for (_, id) in made {
            assert!(heard.contains(&(ChangeKind::Delete, id.clone())), "{heard:?}");
        }
    }
}

#[tokio::test]
async fn what_was_there_before_is_never_taken_back() {
    // P-3.7.1-01
    let provider =
        Provider::new(Setup { hooks: Some(Arc::new(Doorkeeper::default())), ..Setup::default() });
    let there = provider.create("/Users", user("bjensen")).await;
    let adopting = titled(reports_to("bjensen", "bulkId:b"), &format!("adopt {}", id(&there)));
    let failing = json!({ "schemas": [USER, ENTERPRISE], ENTERPRISE: { "manager": { "value": "bulkId:a" } } });
    let answer =
        provider.bulk(&[post("/Users", "b", failing), post("/Users", "a", adopting.clone())]).await;
    assert_eq!(statuses(&answer), ["400", "409"]);
    assert_eq!(provider.get("/Users").await.names(), ["bjensen"]);
    let answer = provider
        .bulk(&[post("/Users", "a", adopting), post("/Users", "b", reports_to("bob", "bulkId:a"))])
        .await;
    let users = stored(&provider, "/Users", &answer).await;
    assert_eq!(users[0]["id"], there["id"]);
    assert_ne!(users[0]["meta"]["version"], there["meta"]["version"]);
    assert_eq!(users[0][ENTERPRISE]["manager"]["value"], users[1]["id"]);
}

#[tokio::test]
async fn a_circle_that_fails_counts_its_operations() {
    // P-3.7-13
    let provider = Provider::strict();
    let circle = [
        post("/Users", "a", reports_to("ann", "bulkId:b")),
        post(
            "/Users",
            "b",
            json!({ "schemas": [USER, ENTERPRISE], ENTERPRISE: { "manager": { "value": "bulkId:a" } } }),
        ),
        post("/Users", "c", user("carl")),
    ];
    for (fail_on_errors, expected) in
        [(1, &["409", "400"][..]), (2, &["409", "400"]), (3, &["409", "400", "201"])]
    {
        let answer = provider.bulk_until(json!(fail_on_errors), &circle).await;
        assert_eq!(statuses(&results(answer.ok())), expected);
    }
}

#[tokio::test]
async fn what_cannot_be_taken_back_is_told() {
    // P-3.7.1-01
    let provider =
        Provider::new(Setup { hooks: Some(Arc::new(Doorkeeper::default())), ..Setup::default() });
    let guest = provider.asked_by(RequestContext::new("example").with_principal("guest"));
    let nameless = json!({ "schemas": [USER, ENTERPRISE], ENTERPRISE: { "manager": { "value": "bulkId:b" } } });
    let answer = guest
        .bulk(&[post("/Users", "a", nameless), post("/Users", "b", reports_to("bob", "bulkId:a"))])
        .await;
    assert_eq!(statuses(&answer), ["400", "409"]);
    assert_eq!(answer[0].get("location"), None);
    let location = answer[1]["location"].as_str().expect("it is there").trim_start_matches(BASE);
    assert_eq!(provider.get(location).await.ok()["userName"], "bob");
}

#[tokio::test]
async fn a_circle_with_a_wrong_operation_is_not_begun() {
    // P-3.7.1-01, P-3.7.2-03
    let elsewhere = post("/Users", "x", json!({ "schemas": [USER] }));
    for (member, status) in [("bulkId:nobody", "400"), ("bulkId:x", "409")] {
        let hooks = Doorkeeper::default();
        let provider =
            Provider::new(Setup { hooks: Some(Arc::new(hooks.clone())), ..Setup::default() });
        let circle = [
            post("/Groups", "g", group("G", &["bulkId:h"])),
            post("/Groups", "h", group("H", &["bulkId:g", member])),
        ];
        let [one, other] = circle;
        let answer = provider.bulk(&[one, other, elsewhere.clone()]).await;
        assert_eq!(statuses(&answer), ["409", status, "400"]);
        assert!(
            answer[1]["response"]["detail"]
                .as_str()
                .is_some_and(|detail| detail.contains(&format!("`{member}`")))
        );
        assert!(hooks.0.lock().expect("no panic while it is held").is_empty());
    }
}

#[tokio::test]
async fn what_a_required_extension_holds_is_required() {
    // P-3.7.1-01
    let read = |document| Schema::try_from(document).expect("a schema");
    let (step, lease) = ("urn:example:schemas:Step", "urn:example:schemas:Lease");
    let next = json!({ "name": "next", "type": "reference", "referenceTypes": ["Step"] });
    let extension = SchemaExtension::new(read(json!({ "id": lease, "attributes": [next] })))
        .with_required(true);
    let schema =
        read(json!({ "id": step, "attributes": [{ "name": "displayName", "type": "string" }] }));
    let provider = Provider::serving(
        [ResourceType::new("Step", schema).with_extension(extension)],
        Setup::default(),
    );
    let to = |name: &str, next: &str| json!({ "schemas": [step, lease], "displayName": name, lease: { "next": next } });
    let circle =
        [post("/Steps", "a", to("A", "bulkId:b")), post("/Steps", "b", to("B", "bulkId:a"))];
    assert_eq!(statuses(&provider.bulk(&circle).await), ["409", "409"]);
    let chain = [post("/Steps", "a", to("A", "bulkId:b")), post("/Steps", "b", to("B", "none"))];
    assert_eq!(statuses(&provider.bulk(&chain).await), ["201", "201"]);
}
