//! An operation of a bulk request obeys what a single request obeys (RFC 7644, Section 3.7).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use scimwire::auth::{Permissions, RequestContext};
use scimwire::dispatch::{Features, RequestReport};
use scimwire::hooks::{DeleteDecision, DeleteEvent, Hooks};
use scimwire::query::Projection;
use scimwire::store::{Change, ChangeKind, Precondition, StorePage, StoreQuery, Update};
use scimwire::{
    Dispatcher, Error, MemoryStore, Quirks, Resource, ResourceStore, ResourceType, StoreError,
};
use serde_json::{Value, json};

use support::reads::jobs::{delete, made, message, patch, post, put, results, statuses};
use support::reads::provider::{BASE, Provider, Setup, id};
use support::reads::samples::{USER, group, people, user};

/// Keeps users called `root`, and hears of all changes.
#[derive(Clone, Default)]
struct Host(Arc<Mutex<Vec<(ChangeKind, String)>>>);

#[async_trait]
impl Hooks for Host {
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
            .push((change.operation, change.resource_type.name().to_owned()));
    }
}

#[tokio::test]
async fn who_may_not_write_may_not_send_many() {
    // P-3.7-16
    let provider = Provider::of_people().await;
    let reader = RequestContext::new("example").with_permissions(Permissions::read_only());
    let answer =
        provider.asked_by(reader).post("/Bulk", message(&[post("/Users", "a", user("ann"))])).await;
    assert_eq!(answer.status, 403);
    assert_eq!(provider.get("/Users").await.ok()["totalResults"], 4);
}

#[tokio::test]
async fn the_host_has_its_say_in_each() {
    // P-3.7-16
    let host = Host::default();
    let provider = Provider::new(Setup { hooks: Some(Arc::new(host.clone())), ..Setup::default() });
    let operations = [
        post("/Users", "a", user("ann")),
        post("/Groups", "g", group("Guides", &["bulkId:a"])),
        put("/Users/bulkId:a", user("ann")),
        patch("/Users/bulkId:a", json!([{ "op": "add", "path": "title", "value": "Guide" }])),
        delete("/Users/bulkId:a"),
    ];
    let guest = provider.asked_by(RequestContext::new("example").with_principal("guest"));
    let results = guest.bulk(&operations).await;
    assert_eq!(statuses(&results), ["201", "201", "200", "200", "403"]);
    let heard = std::mem::take(&mut *host.0.lock().expect("no panic while it is held"));
    let expected =
        [(ChangeKind::Create, "User"), (ChangeKind::Create, "Group"), (ChangeKind::Update, "User")];
    assert_eq!(heard, expected.map(|(operation, name)| (operation, name.to_owned())));
}

#[tokio::test]
async fn what_is_switched_off_stays_off() {
    // P-3.7-16, A-75
    let mut features = Features::default();
    features.patch = false;
    let provider = Provider::new(Setup { features, ..Setup::default() });
    let without_groups =
        provider.asked_by(RequestContext::new("example").hide_resource_type("Group"));
    let results = without_groups
        .bulk(&[
            post("/Users", "a", user("ann")),
            patch("/Users/bulkId:a", json!([{ "op": "add", "path": "title", "value": "Guide" }])),
            post("/Groups", "g", group("Guides", &[])),
            delete("/Groups/1"),
        ])
        .await;
    assert_eq!(statuses(&results), ["201", "501", "404", "404"]);
    assert_eq!(results[3].get("location"), None);
    // A circle is closed all the same: that is no PATCH of the client's.
    let circle = [
        post("/Groups", "g", group("G", &["bulkId:h"])),
        post("/Groups", "h", group("H", &["bulkId:g"])),
    ];
    assert_eq!(statuses(&provider.bulk(&circle).await), ["201", "201"]);
}

#[tokio::test]
async fn tenants_stay_apart() {
    // P-6-02, P-3.7-16
    let provider = Provider::strict();
    let ours = provider.create("/Users", user("ann")).await;
    let path = format!("/Users/{}", id(&ours));
    let theirs = provider.asked_by(RequestContext::new("other"));
    let operations = [
        put(&path, user("eve")),
        patch(&path, json!([{ "op": "add", "path": "title", "value": "Guide" }])),
        delete(&path),
        post("/Users", "ann", user("ann")),
        post("/Groups", "g", group("Guides", &["bulkId:ann", id(&ours)])),
    ];
    let answer = theirs.bulk(&operations).await;
    assert_eq!(statuses(&answer), ["404", "404", "404", "201", "201"]);
    // A name of one request means nothing in another.
    let unknown = provider.bulk(&[post("/Groups", "g", group("Guides", &["bulkId:ann"]))]).await;
    assert_eq!(statuses(&unknown), ["400"]);
    assert_eq!(provider.get(&path).await.ok(), ours);
    assert_eq!(provider.get("/Groups").await.ok()["totalResults"], 0);
    assert_ne!(made(&answer[3]), id(&ours));
}

#[tokio::test]
async fn departures_are_reported_by_operation() {
    // P-3.7-16
    let provider = Provider::new(Setup { quirks: Quirks::LENIENT, ..Setup::default() });
    let mut ann = user("ann");
    ann["active"] = json!("True");
    let change = json!([{ "op": "Replace", "path": "active", "value": "False" }]);
    let mut lower = patch("/Users/bulkId:a", change);
    lower["method"] = json!("Patch");
    let answer = provider.post("/Bulk", message(&[lower, post("/Users", "a", ann)])).await;
    let found: Vec<(&str, String)> =
        answer.report.deviations.iter().map(|found| (found.rule(), found.to_string())).collect();
    let expected = [
        ("method_case", "bulk operation 0: `method`: accepted in another case"),
        ("op_case", "bulk operation 0: operation 0: `op`: accepted in another case"),
        (
            "boolean_strings",
            "bulk operation 0: operation 0: `active`: string interpreted as a boolean",
        ),
        ("boolean_strings", "bulk operation 1: `active`: string interpreted as a boolean"),
    ];
    assert_eq!(found, expected.map(|(rule, text)| (rule, text.to_owned())));
    assert_eq!(statuses(&results(answer.ok())), ["200", "201"]);
    // By the book, each of them is refused as it would be alone.
    let strict = Provider::strict();
    let mut bob = user("bob");
    bob["active"] = json!("True");
    assert_eq!(
        statuses(
            &strict.bulk(&[post("/Users", "b", bob), post("/Users", "c", user("carl"))]).await
        ),
        ["400", "201"]
    );
}

#[tokio::test]
async fn uniqueness_holds_between_operations() {
    // P-3.7-16, A-54
    let provider = Provider::strict();
    let results =
        provider.bulk(&[post("/Users", "a", user("ann")), post("/Users", "b", user("ANN"))]).await;
    assert_eq!(statuses(&results), ["201", "409"]);
    assert_eq!(results[1]["response"]["scimType"], "uniqueness");
}

#[tokio::test]
async fn ids_are_no_names() {
    // S-3.1-05
    let provider = Provider::strict();
    let operations: Vec<Value> = (0..20)
        .map(|index| post("/Users", &format!("{index}"), user(&format!("user{index}"))))
        .collect();
    for result in provider.bulk(&operations).await {
        assert!(!made(&result).to_ascii_lowercase().contains("bulkid"));
    }
    let named = provider
        .create("/Users", json!({ "schemas": [USER], "userName": "ann", "id": "bulkId:ann" }))
        .await;
    assert!(!id(&named).contains("bulkId"));
}

#[tokio::test]
async fn me_is_a_resource_too() {
    // P-3.7-16, P-3.7-05
    let provider =
        Provider::with_features(|features| features.me = true).with_all("/Users", people()).await;
    let own = id(&provider.get("/Users").await.resources()[0]).to_owned();
    let operations = [
        patch("/Me", json!([{ "op": "add", "path": "title", "value": "Guide" }])),
        post("/Me", "a", user("ann")),
    ];
    assert_eq!(statuses(&provider.bulk(&operations).await), ["404", "404"]);
    let results = provider
        .asked_by(RequestContext::new("example").with_me("User", &own))
        .bulk(&operations)
        .await;
    assert_eq!(statuses(&results), ["200", "405"]);
    assert_eq!(results[0]["location"], format!("{BASE}/Users/{own}"));
    assert_eq!(provider.get(&format!("/Users/{own}")).await.ok()["title"], "Guide");
}

#[tokio::test]
async fn a_version_is_demanded_of_each() {
    // P-3.7-07, P-3.7-16
    let provider = Provider::with_features(|features| features.if_match_required = true);
    let mut versioned = delete("/Users/bulkId:a");
    versioned["version"] = json!("W/\"1\"");
    let results = provider
        .bulk(&[post("/Users", "a", user("ann")), delete("/Users/bulkId:a"), versioned])
        .await;
    assert_eq!(statuses(&results), ["201", "428", "204"]);
    // A circle is closed without one: nobody could know the version.
    let circle = [
        post("/Groups", "g", group("G", &["bulkId:h"])),
        post("/Groups", "h", group("H", &["bulkId:g"])),
    ];
    assert_eq!(statuses(&provider.bulk(&circle).await), ["201", "201"]);
}

/// A store whose database is away.
#[derive(Debug)]
struct Away(Arc<ResourceType>);

#[async_trait]
impl ResourceStore for Away {
    fn resource_type(&self) -> &Arc<ResourceType> {
        &self.0
    }

    async fn create(&self, _: Resource, _: &RequestContext) -> Result<Arc<Resource>, StoreError> {
        Err(StoreError::other("no connection to db.internal"))
    }

    async fn get(
        &self,
        _: &str,
        _: &Projection,
        _: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        Err(StoreError::other("no connection to db.internal"))
    }

    async fn select(&self, _: StoreQuery<'_>, _: &RequestContext) -> Result<StorePage, StoreError> {
        Err(StoreError::other("no connection to db.internal"))
    }

    async fn update(&self, _: &str, _: &Update, _: &RequestContext) -> Result<Change, StoreError> {
        Err(StoreError::other("no connection to db.internal"))
    }

    async fn delete(
        &self,
        _: &str,
        _: &Precondition,
        _: &RequestContext,
    ) -> Result<Change, StoreError> {
        Err(StoreError::Unavailable { retry_after: Duration::from_secs(5) })
    }
}

#[tokio::test]
async fn a_database_that_fails_fails_the_operation() {
    // P-3.7-16, P-3.7-12
    let (users, groups) = (ResourceType::user(), ResourceType::group());
    let scim = Dispatcher::builder(BASE)
        .store(Away(Arc::new(users)))
        .store(MemoryStore::new(groups))
        .unauthenticated()
        .build()
        .expect("the types are consistent");
    let operations = [
        post("/Users", "a", user("ann")),
        delete("/Users/1"),
        post("/Groups", "g", group("Guides", &[])),
    ];
    let request = http::Request::post("/scim/v2/Bulk")
        .body(message(&operations).to_string())
        .expect("a request");
    // A host may run it on any thread.
    let response =
        tokio::spawn(async move { scim.dispatch(request).await }).await.expect("it ends");
    let report =
        response.extensions().get::<RequestReport>().cloned().expect("each response has one");
    assert_eq!(report.error.expect("the host hears").to_string(), "no connection to db.internal");
    let body = String::from_utf8(response.into_body().into()).expect("text");
    assert!(!body.contains("db.internal"), "{body}");
    let results = results(serde_json::from_str(&body).expect("JSON"));
    assert_eq!(statuses(&results)[0], "500");
    assert_eq!(statuses(&results)[2], "201");
    assert!(["429", "503"].contains(&statuses(&results)[1]), "{body}");
    let statuses: Vec<String> =
        report.operations.iter().map(|status| status.as_u16().to_string()).collect();
    assert_eq!(statuses, support::reads::jobs::statuses(&results));
}
