//! The host's say in changes: before a resource is made, while it is changed, before it is deleted.

use std::sync::Arc;

use async_trait::async_trait;
use http::StatusCode;
use scimwire::auth::RequestContext;
use scimwire::hooks::{
    CreateDecision, CreateEvent, DeleteDecision, DeleteEvent, Hooks, UpdateEvent,
};
use scimwire::store::{Change, ChangeKind};
use scimwire::{Dispatcher, Error, Resource, ResourceType, ScimType};
use serde_json::{Value, json};

use support::databases::{LazyDirectory, kind_asked_for};
use support::writes::hooks::Deactivating;
use support::writes::provider::{BASE, Provider, add, at, id, message, replace, version};
use support::writes::recorder::Recorder;
use support::writes::samples::{ASSET, ENTERPRISE, asset, asset_with, bjensen, group, user};

/// A host that fills in, refuses, takes over, changes and keeps, by the names of things; and hears
/// what came of it.
#[derive(Clone, Default)]
struct Host(Recorder);

#[async_trait]
impl Hooks for Host {
    async fn before_create(&self, event: &mut CreateEvent<'_>) -> Result<CreateDecision, Error> {
        let CreateEvent { resource_type, resource, cx, .. } = event;
        assert_eq!(cx.tenant().as_str(), "example");
        match resource.get_str("externalId") {
            Some("refuse") => {
                return Err(Error::new(StatusCode::FORBIDDEN, "no more seats"));
            }
            Some("taken") => {
                return Err(Error::scim(ScimType::Uniqueness, "the mail system has one"));
            }
            Some(text) if text.starts_with("adopt ") => {
                return Ok(CreateDecision::link(&text["adopt ".len()..]));
            }
            _ => {}
        }
        if resource_type.name() == "Asset" {
            resource.set("state", "new");
            let name = resource.get_str("name").unwrap_or("unnamed").to_owned();
            resource.set("name", name);
        }
        Ok(CreateDecision::Create)
    }

    fn before_update(&self, event: &mut UpdateEvent<'_>) -> Result<(), Error> {
        let UpdateEvent { before, after, cx, .. } = event;
        if cx.extensions.get::<Unconditional>().is_some() {
            return Err(Error::new(StatusCode::PRECONDITION_REQUIRED, "send If-Match"));
        }
        match after.get_str("title") {
            Some("refuse") => return Err(Error::scim(ScimType::InvalidValue, "not that title")),
            Some("shout") => after.set("title", "SHOUT"),
            Some("as before") => **after = before.clone(),
            Some("nobody") => drop(after.remove("userName")),
            _ => {}
        }
        if before.get_str("displayName") == Some("Fixed") {
            return Err(Error::new(StatusCode::FORBIDDEN, "this group stays as it is"));
        }
        Ok(())
    }

    async fn before_delete(&self, event: &DeleteEvent<'_>) -> Result<DeleteDecision, Error> {
        let DeleteEvent { id, cx, .. } = event;
        if cx.principal() == Some("guest") {
            return Err(Error::new(StatusCode::FORBIDDEN, format!("{id} stays")));
        }
        Ok(DeleteDecision::Delete)
    }

    async fn after_commit(&self, change: &Change, cx: &RequestContext) {
        self.0.after_commit(change, cx).await;
    }
}

/// A request that does not say which version it expects.
#[derive(Clone)]
struct Unconditional;

fn host() -> (Provider, Recorder) {
    let host = Host::default();
    (Provider::under(host.clone()), host.0)
}

#[tokio::test]
async fn the_host_fills_in_what_it_owns() {
    // P-3.3-04, P-3.3-07
    let (provider, recorder) = host();
    let made = provider.create("/Assets", &asset_with("A1", json!({ "state": "mine" }))).await;
    assert_eq!((&made["state"], provider.read(&at(&made)).await), (&json!("new"), made.clone()));
    assert_eq!(recorder.one().operation, ChangeKind::Create);
    let unnamed =
        provider.create("/Assets", &json!({ "schemas": [ASSET], "sites": ["Berlin"] })).await;
    assert_eq!(unnamed["name"], "unnamed");
    provider.post("/Assets", &json!({ "schemas": [ASSET] })).await.refused("invalidValue");
    // What the host has set, no client changes.
    let replaced = provider.put(&at(&made), &asset("A1")).await.ok();
    assert_eq!(replaced["state"], "new");
}

#[tokio::test]
async fn the_host_refuses_a_new_resource() {
    // P-3.3-06
    let (provider, recorder) = host();
    for (text, status, scim_type) in [("refuse", 403, None), ("taken", 409, Some("uniqueness"))] {
        let mut body = bjensen();
        body["externalId"] = json!(text);
        provider.post("/Users", &body).await.failed(status, scim_type);
        assert_eq!(provider.total("/Users").await, 0);
    }
    recorder.none();
}

#[tokio::test]
async fn the_host_names_the_resource_that_is_there() {
    // P-3.3-01, P-3.3-02, P-3.3-14
    let (provider, recorder) = host();
    let known = provider.create("/Users", &bjensen()).await;
    recorder.all();
    let mut body = user("bjensen");
    body["externalId"] = json!(format!("adopt {}", id(&known)));
    let answer = provider.post("/Users", &body).await;
    assert_eq!((answer.status, &answer.body["id"]), (201, &known["id"]));
    assert_eq!(answer.headers["location"], known["meta"]["location"].as_str().expect("a location"));
    assert_eq!(answer.headers["etag"], version(&answer.body));
    assert_eq!(
        (&answer.body["title"], &answer.body["externalId"]),
        (&known["title"], &body["externalId"])
    );
    assert_eq!(answer.body, provider.read(&at(&known)).await);
    assert_eq!(provider.total("/Users").await, 1);
    let heard = recorder.one();
    assert_eq!(
        (heard.operation, heard.id.as_str(), heard.version.as_str()),
        (ChangeKind::Update, id(&known), version(&answer.body))
    );
    // The same again changes nothing.
    assert_eq!(provider.post("/Users", &body).await.body, answer.body);
    recorder.none();
    body["externalId"] = json!("adopt 2819c223");
    provider.post("/Users", &body).await.failed(404, None);
    recorder.none();
}

#[tokio::test]
async fn the_host_changes_what_comes_of_a_change() {
    // P-3.5.2-21, P-3.5.2-22
    let (provider, recorder) = host();
    let path = provider.made("/Users", &bjensen()).await;
    recorder.all();
    assert_eq!(provider.patched(&path, replace("title", json!("shout"))).await["title"], "SHOUT");
    assert_eq!(recorder.one().paths, ["title"]);
    // What the host makes of it is what was there.
    provider.unchanged(&path, replace("title", json!("shout"))).await;
    provider
        .unchanged(
            &path,
            json!([replace("title", json!("as before"))[0], add("nickName", json!("x"))[0]]),
        )
        .await;
    recorder.none();
    let mut body = bjensen();
    body["title"] = json!("shout");
    assert_eq!(provider.put(&path, &body).await.ok()["title"], "SHOUT");
    recorder.none();
    // What the host makes of it is checked like all else.
    provider.refuses(&path, replace("title", json!("nobody")), "invalidValue").await;
    recorder.none();
}

/// Hires and dismisses those whose title says so: the extension is the host's to add and to remove.
struct Staff;

impl Staff {
    fn derive(resource: &mut Resource) {
        match resource.get_str("title") {
            Some("hire") => resource.set(ENTERPRISE, json!({ "department": "Sales" })),
            Some("dismiss") => drop(resource.remove(ENTERPRISE)),
            _ => {}
        }
    }
}

#[async_trait]
impl Hooks for Staff {
    async fn before_create(&self, event: &mut CreateEvent<'_>) -> Result<CreateDecision, Error> {
        let CreateEvent { resource, .. } = event;
        Self::derive(resource);
        Ok(CreateDecision::Create)
    }

    fn before_update(&self, event: &mut UpdateEvent<'_>) -> Result<(), Error> {
        let UpdateEvent { after, .. } = event;
        Self::derive(after);
        Ok(())
    }
}

#[tokio::test]
async fn schemas_follow_the_extensions_that_the_host_adds_and_removes() {
    // S-3-01, S-3-03, S-3.3-04
    let provider = Provider::under(Staff);
    for (title, hired) in [("hire", true), ("dismiss", false)] {
        let is_settled = async |after: Value| {
            let is_named =
                after["schemas"].as_array().is_some_and(|uris| uris.contains(&json!(ENTERPRISE)));
            assert_eq!(
                (after.get(ENTERPRISE).is_some(), is_named),
                (hired, hired),
                "{title}: {after}"
            );
            assert_eq!(provider.read(&at(&after)).await, after, "{title}");
            let filter =
                format!("id%20eq%20%22{}%22%20and%20schemas%20eq%20%22{ENTERPRISE}%22", id(&after));
            let found = provider.read(&format!("/Users?filter={filter}")).await;
            assert_eq!(found["totalResults"], u64::from(hired), "{title}");
        };
        // Of two, one has the extension from the client.
        for body in [bjensen(), user("jsmith")] {
            let titled = |title: &str| {
                let mut body = body.clone();
                body["title"] = json!(title);
                body
            };
            let made = provider.create("/Users", &titled(title)).await;
            is_settled(made.clone()).await;
            assert_eq!(provider.delete(&at(&made)).await.status, 204);
            let path = provider.made("/Users", &titled("none")).await;
            is_settled(provider.put(&path, &titled(title)).await.ok()).await;
            provider.put(&path, &titled("none")).await.ok();
            is_settled(provider.patched(&path, replace("title", json!(title))).await).await;
            assert_eq!(provider.delete(&path).await.status, 204);
        }
    }
}

#[tokio::test]
async fn the_host_refuses_a_change() {
    // P-3.5.2-14, P-3.5.1-13
    let (provider, recorder) = host();
    let path = provider.made("/Users", &bjensen()).await;
    let fixed = provider.create("/Groups", &group("Fixed", &["a"])).await;
    recorder.all();
    provider
        .refuses(
            &path,
            json!([replace("nickName", json!("x"))[0], replace("title", json!("refuse"))[0]]),
            "invalidValue",
        )
        .await;
    let before = provider.read(&path).await;
    let mut body = bjensen();
    body["title"] = json!("refuse");
    provider.put(&path, &body).await.refused("invalidValue");
    assert_eq!(provider.read(&path).await, before);
    provider.patch(&at(&fixed), &add("members", json!([{ "value": "b" }]))).await.failed(403, None);
    provider
        .patch(&at(&fixed), &replace("members[value sw \"a\"].display", json!("b")))
        .await
        .failed(403, None);
    provider.put(&at(&fixed), &group("Free", &[])).await.failed(403, None);
    assert_eq!(provider.read(&at(&fixed)).await, fixed);
    recorder.none();
}

#[tokio::test]
async fn the_host_keeps_what_is_to_be_deleted() {
    // P-3.6-04
    let (provider, recorder) = host();
    let made = provider.create("/Users", &bjensen()).await;
    recorder.all();
    let guest = provider.asked_by(RequestContext::new("example").with_principal("guest"));
    let detail = guest.delete(&at(&made)).await.failed(403, None);
    assert_eq!(detail, format!("{} stays", id(&made)));
    assert_eq!(provider.read(&at(&made)).await, made);
    recorder.none();
    assert_eq!(provider.delete(&at(&made)).await.status, 204);
    assert_eq!(recorder.one().operation, ChangeKind::Delete);
}

/// Switches off and hears.
struct Both(Recorder);

#[async_trait]
impl Hooks for Both {
    async fn before_delete(&self, event: &DeleteEvent<'_>) -> Result<DeleteDecision, Error> {
        Deactivating.before_delete(event).await
    }

    async fn after_commit(&self, change: &Change, cx: &RequestContext) {
        self.0.after_commit(change, cx).await;
    }
}

#[tokio::test]
async fn the_host_switches_off_what_is_to_be_deleted() {
    // P-3.6-04, P-3.14-05
    let recorder = Recorder::default();
    let provider = Provider::under(Arc::new(Both(recorder.clone())));
    let made = provider.create("/Users", &bjensen()).await;
    let path = at(&made);
    recorder.all();
    provider.send("DELETE", &path, &[("if-match", "\"x\"")], "").await.failed(412, None);
    assert_eq!(provider.read(&path).await, made);
    recorder.none();
    let answer = provider.send("DELETE", &path, &[("if-match", version(&made))], "").await;
    let heard = recorder.one();
    assert_eq!(
        (heard.operation, heard.deactivated, heard.paths.as_slice()),
        (ChangeKind::Update, true, ["active".to_owned()].as_slice())
    );
    assert_eq!(
        (answer.no_content(), &provider.read(&path).await["active"]),
        (heard.version.as_str(), &json!(false))
    );
    provider.delete(&path).await.no_content();
    recorder.none();
}

#[tokio::test]
async fn the_host_demands_a_version() {
    // P-3.14-10
    let (provider, _) = host();
    let made = provider.create("/Users", &bjensen()).await;
    let path = at(&made);
    let mut cx = RequestContext::new("example");
    cx = cx.with_data(Unconditional);
    let unconditional = provider.asked_by(cx);
    unconditional.patch(&path, &replace("title", json!("x"))).await.failed(428, None);
    unconditional.put(&path, &user("jensen")).await.failed(428, None);
    assert_eq!(provider.read(&path).await, made);
    let conditional = [("if-match", version(&made))];
    assert_eq!(
        provider
            .send("PATCH", &path, &conditional, message(&replace("title", json!("x"))))
            .await
            .status,
        200
    );
}

/// Sets what the title names, right or wrong.
struct Careless;

impl Careless {
    fn set(resource: &mut Resource) {
        match resource.get_str("title") {
            Some("closed") => resource.set("userType", "Nobody"),
            Some("closed part") => {
                resource.set("emails", json!([{ "value": "a", "type": "nowhere" }]))
            }
            Some("primary") => resource.set(
                "emails",
                json!([{ "value": "a", "primary": true }, { "value": "b", "primary": true }]),
            ),
            Some("right") => resource.set("userType", "Employee"),
            _ => {}
        }
    }
}

#[async_trait]
impl Hooks for Careless {
    async fn before_create(&self, event: &mut CreateEvent<'_>) -> Result<CreateDecision, Error> {
        let CreateEvent { resource, .. } = event;
        Self::set(resource);
        Ok(CreateDecision::Create)
    }

    fn before_update(&self, event: &mut UpdateEvent<'_>) -> Result<(), Error> {
        let UpdateEvent { after, .. } = event;
        Self::set(after);
        Ok(())
    }
}

#[tokio::test]
async fn what_the_host_sets_is_checked_like_all_else() {
    // S-2.3.1-02, S-2.4-03, P-3.5.2-22: it did not come by way of a body.
    let users = ResourceType::user()
        .with_canonical_values("userType", ["Employee"])
        .enforce_canonical_values("userType")
        .enforce_canonical_values("emails.type");
    let store = LazyDirectory::new(kind_asked_for(), false).store(users.clone());
    let builder = Dispatcher::builder(BASE).store(store).unauthenticated().hooks(Careless);
    let provider = Provider::of(builder.build().expect("all is there"));
    let titled = |title: &str| {
        let mut user = user("bjensen");
        user["title"] = json!(title);
        user
    };
    let path = provider.made("/Users", &titled("right")).await;
    let before = provider.read(&path).await;
    assert_eq!(before["userType"], "Employee");
    for title in ["closed", "closed part", "primary"] {
        provider.post("/Users", &titled(title)).await.refused("invalidValue");
        provider.put(&path, &titled(title)).await.refused("invalidValue");
        provider.refuses(&path, replace("title", json!(title)), "invalidValue").await;
    }
    assert_eq!((provider.read(&path).await, provider.total("/Users").await), (before, 1));
}
