//! Stores of structs: the test kit, and what the adapter adds.

#[path = "typed/lossy.rs"]
mod lossy;
#[path = "typed/rows.rs"]
mod rows;

use std::sync::atomic::Ordering;

use scimwire::dispatch::{Features, Limits};
use scimwire::testkit::{self, Stores};
use scimwire::typed::TypedResources;
use scimwire::{Dispatcher, ResourceStore};
use serde_json::{Value, json};

use rows::{Account, Database, Team};

fn accounts(database: &Database) -> TypedResources<Account, Database> {
    TypedResources::new(database.clone())
}

fn teams(database: &Database) -> TypedResources<Team, Database> {
    TypedResources::new(database.clone())
}

#[tokio::test]
async fn a_store_of_structs_passes_the_test_kit() {
    let factory = || async {
        let database = Database::default();
        let stores = Stores::new().store(accounts(&database));
        stores.store(teams(&database)).cases(100)
    };
    testkit::run_all(&factory).await;
}

struct Service {
    database: Database,
    scim: Dispatcher,
}

impl Service {
    fn new() -> Self {
        let database = Database::default();
        let teams = teams(&database);
        Self::with_teams(database, teams)
    }

    fn with_teams(database: Database, teams: impl ResourceStore) -> Self {
        let mut features = Features::default();
        features.change_password = true;
        let mut limits = Limits::default();
        limits.max_page_memory = 20_000;
        let scim = Dispatcher::builder("https://example.com/scim/v2")
            .store(accounts(&database))
            .store(teams)
            .features(features)
            .limits(limits)
            .unauthenticated()
            .build()
            .expect("the types are consistent");
        Self { database, scim }
    }

    async fn send(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("/scim/v2{path}"))
            .body(body.to_string())
            .expect("a request");
        let response = self.scim.dispatch(request).await;
        let status = response.status().as_u16();
        (status, serde_json::from_slice(response.body()).unwrap_or_default())
    }

    async fn create(&self) -> Value {
        let (status, body) = self.send("POST", "/Users", user()).await;
        assert_eq!(status, 201, "{body}");
        body
    }
}

fn user() -> Value {
    json!({
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        ],
        "userName": "bjensen",
        "active": true,
        "password": "t1meMa$heen",
        "emails": [
            { "value": "home@example.com", "type": "home" },
            { "value": "bjensen@example.com", "type": "work", "primary": true },
        ],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "employeeNumber": "701984" },
    })
}

fn patch(operation: &Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation] })
}

#[tokio::test]
async fn one_element_is_stored_and_what_was_stored_is_returned() {
    let service = Service::new();
    let created = service.create().await;
    let work = json!([{ "type": "work", "primary": true, "value": "bjensen@example.com" }]);
    assert_eq!((&created["emails"], &created["password"]), (&work, &Value::Null));
    assert_eq!(service.database.rows().account(1).password, Some(rows::Hash(11)));
    let other = json!({ "op": "add", "path": "emails", "value": [{ "value": "x@example.com", "type": "other" }] });
    let (status, unchanged) = service.send("PATCH", "/Users/1", patch(&other)).await;
    assert_eq!((status, &unchanged["meta"]), (200, &created["meta"]), "there is no column for it");
}

#[tokio::test]
async fn a_password_stays_unless_another_one_is_sent() {
    let service = Service::new();
    service.create().await;
    let title = json!({ "op": "replace", "path": "title", "value": "Tour Guide" });
    assert_eq!(service.send("PATCH", "/Users/1", patch(&title)).await.0, 200);
    assert_eq!(service.database.rows().account(1).password, Some(rows::Hash(11)));
    let password = json!({ "op": "replace", "path": "password", "value": "four" });
    let (status, changed) = service.send("PATCH", "/Users/1", patch(&password)).await;
    assert_eq!((status, &changed["meta"]["version"]), (200, &json!("W/\"3\"")));
    assert_eq!(service.database.rows().account(1).password, Some(rows::Hash(4)));
}

#[tokio::test]
async fn a_lost_change_is_applied_again_and_not_for_ever() {
    let service = Service::new();
    service.create().await;
    let title = |title: &str| patch(&json!({ "op": "replace", "path": "title", "value": title }));
    for (lost, expected) in [(0, 200), (15, 200), (16, 503)] {
        service.database.lost.store(lost, Ordering::Relaxed);
        let (status, body) = service.send("PATCH", "/Users/1", title(&lost.to_string())).await;
        assert_eq!(status, expected, "{body}");
    }
    for (lost, expected) in [(16, 503), (15, 204)] {
        service.database.lost.store(lost, Ordering::Relaxed);
        assert_eq!(service.send("DELETE", "/Users/1", Value::Null).await.0, expected);
    }
}

#[tokio::test]
async fn ids_and_values_that_the_struct_cannot_hold_are_refused() {
    let service = Service::new();
    service.create().await;
    for id in ["01", "+1", "x", "99999999999999999999"] {
        assert_eq!(service.send("GET", &format!("/Users/{id}"), Value::Null).await.0, 404, "{id}");
    }
    let manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
    let unknown = json!({ "op": "add", "path": manager, "value": { "value": "boss" } });
    let (status, body) = service.send("PATCH", "/Users/1", patch(&unknown)).await;
    assert_eq!((status, &body["scimType"]), (400, &json!("invalidValue")));
    assert!(body["detail"].as_str().is_some_and(|detail| detail.contains("manager")), "{body}");
    let (status, body) = service.send("POST", "/Users", user()).await;
    assert_eq!((status, &body["scimType"]), (409, &json!("uniqueness")));
}

#[tokio::test]
async fn a_page_ends_where_its_memory_does() {
    let service = Service::new();
    for number in 0..3 {
        let team = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": format!("{number}").repeat(9_000),
        });
        assert_eq!(service.send("POST", "/Groups", team).await.0, 201);
    }
    let (_, page) = service.send("GET", "/Groups", Value::Null).await;
    let shown = page["Resources"].as_array().map(Vec::len);
    assert_eq!((&page["totalResults"], shown), (&json!(3), Some(2)));
    let (_, rest) = service.send("GET", "/Groups?startIndex=3", Value::Null).await;
    assert_eq!(rest["Resources"][0]["id"], "3");
}

#[tokio::test]
async fn what_the_struct_cannot_store_makes_no_version() {
    let database = Database::default();
    let teams = TypedResources::<lossy::Named, _>::new(database.clone());
    let service = Service::with_teams(database, teams);
    let team = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Guides" });
    let (_, before) = service.send("POST", "/Groups", team).await;
    for (operation, is_stored) in [
        (json!({ "op": "replace", "path": "displayName", "value": "Tour Guides" }), false),
        (json!({ "op": "replace", "path": "externalId", "value": "7" }), true),
    ] {
        let (status, _) = service.send("PATCH", "/Groups/1", patch(&operation)).await;
        let (_, after) = service.send("GET", "/Groups/1", Value::Null).await;
        assert!(status == 200 || status == 204, "{status}");
        assert_eq!(after["displayName"], "Guides");
        assert_eq!(after["meta"] != before["meta"], is_stored, "{operation}");
    }
}
