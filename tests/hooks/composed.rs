//! Several hooks as one, changes that take turns, and what a host does of its own accord.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use http::StatusCode;
use scimwire::auth::RequestContext;
use scimwire::hooks::{
    ChangeGuard, CreateDecision, CreateEvent, DeleteDecision, DeleteEvent, Hooks, UpdateEvent,
};
use scimwire::message::{PatchOperation, SearchRequest};
use scimwire::service::Resources;
use scimwire::store::{Change, ChangeKind, EntityTags, Precondition};
use scimwire::{
    Dispatcher, Error, MemoryDirectory, MemoryStore, Resource, ResourceType, StoreError,
};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::task::yield_now;

use support::databases::{Kind, kind_asked_for};
use support::writes::provider::{Provider, Setup, at, id, replace, version};
use support::writes::recorder::{Heard, Recorder};
use support::writes::samples::{ENTERPRISE, bjensen, group, types, user};
use support::writes::whole_store::WholeStore;

fn under(hooks: Vec<Arc<dyn Hooks>>) -> Provider {
    Provider::under(hooks)
}

fn cx() -> RequestContext {
    RequestContext::new("example")
}

/// Writes its mark into titles; adopts, keeps and refuses those who are marked for it.
struct Marks(&'static str);

impl Marks {
    fn mark(&self, resource: &mut Resource) -> Result<(), Error> {
        let title = resource.get_str("title").unwrap_or_default().to_owned();
        if title == format!("refuse {}", self.0) {
            return Err(Error::new(StatusCode::FORBIDDEN, format!("{} says no", self.0)));
        }
        resource.set("title", format!("{title}{}", self.0));
        Ok(())
    }
}

#[async_trait]
impl Hooks for Marks {
    async fn before_create(&self, event: &mut CreateEvent<'_>) -> Result<CreateDecision, Error> {
        let CreateEvent { resource, .. } = event;
        self.mark(resource)?;
        let adopts = resource
            .get_str("nickName")
            .and_then(|name| name.strip_prefix(self.0))
            .map(str::to_owned);
        Ok(adopts.map_or(CreateDecision::Create, CreateDecision::link))
    }

    fn before_update(&self, event: &mut UpdateEvent<'_>) -> Result<(), Error> {
        let UpdateEvent { after, .. } = event;
        self.mark(after)
    }

    async fn before_delete(&self, event: &DeleteEvent<'_>) -> Result<DeleteDecision, Error> {
        let DeleteEvent { cx, .. } = event;
        match cx.principal() {
            Some(principal) if principal == format!("guest of {}", self.0) => {
                Err(Error::new(StatusCode::FORBIDDEN, format!("{} says no", self.0)))
            }
            Some(principal) if principal == self.0 => Ok(DeleteDecision::Deactivate),
            _ => Ok(DeleteDecision::Delete),
        }
    }
}

#[tokio::test]
async fn several_policies_have_their_say_one_after_the_other() {
    let (first, last) = (Recorder::default(), Recorder::default());
    let provider = under(vec![
        Arc::new(first.clone()),
        Arc::new(Marks("a")),
        Arc::new(Marks("b")),
        Arc::new(last.clone()),
    ]);
    let made = provider.create("/Users", &user("bjensen")).await;
    assert_eq!(made["title"], "ab");
    assert_eq!(provider.patched(&at(&made), replace("title", json!("x"))).await["title"], "xab");
    for refuses in ["refuse a", "refuse xa"] {
        let mut body = user("jsmith");
        body["title"] = json!(refuses);
        let answer = provider.post("/Users", &body).await;
        assert_eq!(answer.status, if refuses == "refuse a" { 403 } else { 201 });
    }
    let detail =
        provider.patch(&at(&made), &replace("title", json!("refuse a"))).await.failed(403, None);
    assert_eq!(detail, "a says no");
    assert_eq!(first.all().len(), 3);
    assert_eq!(last.all().len(), 3);

    // The first that takes over ends it, so that the second leaves no mark.
    let mut body = user("bjensen");
    body["nickName"] = json!(format!("a{}", id(&made)));
    let adopted = provider.post("/Users", &body).await;
    assert_eq!(
        (adopted.status, &adopted.body["id"], &adopted.body["title"]),
        (201, &made["id"], &json!("aab"))
    );

    for (principal, status) in [("guest of a", 403), ("guest of b", 403), ("b", 204), ("a", 204)] {
        let answer = provider.asked_by(cx().with_principal(principal)).delete(&at(&made)).await;
        assert_eq!(answer.status, status, "{principal}");
    }
    assert_eq!(provider.read(&at(&made)).await["active"], false);
    assert_eq!(provider.delete(&at(&made)).await.status, 204);
    provider.get(&at(&made)).await.failed(404, None);
}

/// Hears every other change late; with a lock, in order all the same.
#[derive(Clone, Default)]
struct Slow {
    lock: Option<Arc<Mutex<()>>>,
    turns: Arc<AtomicUsize>,
    heard: Recorder,
}

#[async_trait]
impl Hooks for Slow {
    async fn begin(&self, cx: &RequestContext) -> Result<ChangeGuard, Error> {
        if cx.principal() == Some("guest") {
            return Err(Error::new(StatusCode::TOO_MANY_REQUESTS, "not so fast"));
        }
        self.turns.fetch_add(1, Ordering::Relaxed);
        match &self.lock {
            Some(lock) => {
                Ok(ChangeGuard::default()
                    .and(ChangeGuard::new(Arc::clone(lock).lock_owned().await)))
            }
            None => Ok(ChangeGuard::default()),
        }
    }

    async fn after_commit(&self, change: &Change, cx: &RequestContext) {
        if change.is_activation() {
            for _ in 0..100 {
                yield_now().await;
            }
        }
        self.heard.after_commit(change, cx).await;
    }
}

/// Which version each of two concurrent changes came to, in the order in which the host heard of
/// them.
async fn heard_versions(slow: &Slow) -> Vec<String> {
    let provider = Provider::under(slow.clone());
    let mut body = user("bjensen");
    body["active"] = json!(false);
    let path = provider.made("/Users", &body).await;
    slow.heard.all();
    let (on, off) = (replace("active", json!(true)), replace("title", json!("Guide")));
    tokio::join!(provider.patch(&path, &on), provider.patch(&path, &off));
    slow.heard.all().into_iter().map(|change| Heard::from(change).version).collect()
}

#[tokio::test]
async fn changes_that_take_turns_are_heard_in_their_order() {
    let in_order = Slow { lock: Some(Arc::default()), ..Slow::default() };
    assert_eq!(heard_versions(&in_order).await, ["W/\"2\"", "W/\"3\""]);
    // Without a lock they overtake each other, unless a database keeps them apart.
    if kind_asked_for() == Kind::Memory {
        assert_eq!(heard_versions(&Slow::default()).await, ["W/\"3\"", "W/\"2\""]);
    }
}

#[tokio::test]
async fn every_change_takes_its_turn_and_nothing_else_does() {
    let slow = Slow { lock: Some(Arc::default()), ..Slow::default() };
    let provider = Provider::under(slow.clone());
    let made = provider.create("/Users", &bjensen()).await;
    let path = at(&made);
    let turns = || slow.turns.swap(0, Ordering::Relaxed);
    assert_eq!(turns(), 1);
    provider.read(&path).await;
    provider.read("/Users").await;
    provider.read("/Schemas").await;
    provider
        .post(
            "/Users/.search",
            &json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"] }),
        )
        .await
        .ok();
    assert_eq!(turns(), 0);
    provider.put(&path, &bjensen()).await.ok();
    provider.patched(&path, replace("title", json!("x"))).await;
    assert_eq!(provider.delete(&path).await.status, 204);
    assert_eq!(turns(), 3);
    // Each operation its own, and what closes a circle another.
    let create = |name: &str, member: &str| json!({ "method": "POST", "path": "/Groups", "bulkId": name, "data": group(name, &[&format!("bulkId:{member}")]) });
    let bulk = |operations: Value| json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations });
    provider.post("/Bulk", &bulk(json!([create("a", "b"), create("b", "a")]))).await.ok();
    assert_eq!(turns(), 3);
    assert_eq!(provider.total("/Groups").await, 2);

    let guest = provider.asked_by(cx().with_principal("guest"));
    guest.post("/Users", &bjensen()).await.failed(429, None);
    guest.delete("/Groups/x").await.failed(429, None);
    let refused = guest.post("/Bulk", &bulk(json!([create("c", "c")]))).await.ok();
    assert_eq!(refused["Operations"][0]["status"], "429");
    assert_eq!((provider.total("/Users").await, provider.total("/Groups").await), (0, 2));
    assert_eq!(guest.read("/Users").await["totalResults"], 0);
}

/// Adopts the user of that id, and counts.
#[derive(Clone, Default)]
struct Adopts {
    id: Arc<std::sync::Mutex<Option<String>>>,
    heard: Recorder,
    adopted: Recorder,
}

#[async_trait]
impl Hooks for Adopts {
    async fn before_create(&self, _event: &mut CreateEvent<'_>) -> Result<CreateDecision, Error> {
        let id = self.id.lock().expect("no panic while it is held").clone();
        Ok(id.map_or(CreateDecision::Create, CreateDecision::link))
    }

    async fn after_commit(&self, change: &Change, cx: &RequestContext) {
        self.heard.after_commit(change, cx).await;
    }

    async fn after_link(&self, change: &Change, cx: &RequestContext) {
        self.adopted.after_commit(change, cx).await;
    }
}

#[tokio::test]
async fn an_adoption_is_heard_even_if_it_changes_nothing() {
    // P-3.3-14
    let adopts = Adopts::default();
    let provider = under(vec![Arc::new(Arc::new(adopts.clone()))]);
    let made = provider.create("/Users", &bjensen()).await;
    *adopts.id.lock().expect("no panic while it is held") = Some(id(&made).to_owned());
    adopts.heard.one();
    adopts.adopted.none();
    assert_eq!(provider.post("/Users", &bjensen()).await.status, 201);
    adopts.heard.none();
    let adopted = adopts.adopted.one();
    assert_eq!(
        (adopted.id.as_str(), adopted.version.as_str(), adopted.paths.len()),
        (id(&made), version(&made), 0)
    );
    let mut body = user("bjensen");
    body["title"] = json!("Guide");
    let changed = provider.post("/Users", &body).await.body;
    let (heard, adopted) = (adopts.heard.one(), adopts.adopted.one());
    assert_eq!(heard, adopted);
    assert_eq!((heard.operation, heard.version.as_str()), (ChangeKind::Update, version(&changed)));
    // Nothing was adopted where that failed.
    provider
        .send("POST", "/Users", &[("if-match", "\"x\"")], bjensen().to_string())
        .await
        .failed(412, None);
    adopts.heard.none();
    adopts.adopted.none();
}

/// A user of that name.
fn named(name: &str) -> Resource {
    let mut user = Resource::default();
    user.set("userName", name);
    user
}

#[tokio::test]
async fn what_the_host_does_itself_is_checked_and_told() {
    let recorder = Recorder::default();
    let store = MemoryStore::new(ResourceType::user());
    let users = Resources::new(store).with_hooks(recorder.clone());
    let made = users.create(named("bjensen"), &cx()).await.expect("a user");
    assert_eq!((made.operation, recorder.one().id), (ChangeKind::Create, made.id.clone()));
    let read = users.get(&made.id, &cx()).await.expect("the user");
    assert_eq!(
        (read.meta().expect("meta").resource_type.as_str(), read.version().is_some()),
        ("User", true)
    );

    let refused =
        users.create(Resource::default(), &cx()).await.expect_err("a user without a name");
    assert!(matches!(refused, StoreError::Rejected(_)), "{refused}");
    let refused = users.create(named("BJensen"), &cx()).await.expect_err("a name that is taken");
    assert!(matches!(refused, StoreError::Conflict { .. }), "{refused}");
    let refused = users
        .set_attribute(&made.id, "nothing", 1, &cx())
        .await
        .expect_err("an attribute that is not there");
    assert!(matches!(refused, StoreError::Rejected(_)), "{refused}");
    let missing = users.delete("2819c223", &cx()).await.expect_err("nobody");
    assert!(matches!(missing, StoreError::NotFound), "{missing}");
    let elsewhere =
        users.get(&made.id, &RequestContext::new("other")).await.expect_err("of another tenant");
    assert!(matches!(elsewhere, StoreError::NotFound), "{elsewhere}");
    recorder.none();

    assert!(
        users
            .set_attribute(&made.id, "active", false, &cx())
            .await
            .expect("a change")
            .is_deactivation()
    );
    assert!(recorder.one().deactivated);
    assert!(
        users
            .set_attribute(&made.id, "active", false, &cx())
            .await
            .expect("no change")
            .is_unchanged()
    );
    recorder.none();
    users
        .add_value(&made.id, "emails", json!({ "value": "bjensen@example.com" }), &cx())
        .await
        .expect("a change");
    assert_eq!(recorder.one().paths, ["emails"]);
    let remove = PatchOperation::remove("emails");
    users.patch(&made.id, vec![remove], &cx()).await.expect("a change");
    assert_eq!(recorder.one().paths, ["emails"]);
    users.delete(&made.id, &cx()).await.expect("the user is there");
    assert_eq!(recorder.one().operation, ChangeKind::Delete);
}

#[tokio::test]
async fn the_host_changes_only_what_nobody_has_changed_since() {
    let users = Resources::new(MemoryStore::new(ResourceType::user()));
    let made = users.create(named("bjensen"), &cx()).await.expect("a user");
    let read = made.after.expect("a state").version().expect("a version");
    let conditional = users.with_precondition(Precondition::if_match(read));
    let changed = conditional
        .set_attribute(&made.id, "nickName", "Babs", &cx())
        .await
        .expect("nobody was faster");
    for late in [
        conditional.set_attribute(&made.id, "nickName", "Barb", &cx()).await.map(drop),
        conditional.delete(&made.id, &cx()).await.map(drop),
    ] {
        assert!(matches!(late, Err(StoreError::VersionMismatch)), "{late:?}");
    }
    assert_eq!(
        users.get(&made.id, &cx()).await.expect("it is there").get_str("nickName"),
        Some("Babs")
    );
    let current =
        Precondition::if_match(changed.after.expect("a state").version().expect("a version"));
    users.with_precondition(current).delete(&made.id, &cx()).await.expect("it is of that version");
}

#[tokio::test]
async fn the_host_reads_all_of_its_tenant() {
    let users = Resources::new(MemoryStore::new(ResourceType::user()));
    assert!(users.list(&cx()).await.expect("a list").is_empty());
    for number in 0..1001 {
        users.create(named(&format!("user {number}")), &cx()).await.expect("a user");
    }
    users.create(named("another's"), &RequestContext::new("other")).await.expect("a user");
    let all = users.list(&cx()).await.expect("a list");
    let names: std::collections::HashSet<_> =
        all.iter().filter_map(|user| user.get_str("userName")).collect();
    assert_eq!((all.len(), names.len(), names.contains("another's")), (1001, 1001, false));
}

/// Parameters in a URL.
fn parameters(query: &str) -> SearchRequest {
    SearchRequest::from_query(query).expect("parameters")
}

#[tokio::test]
async fn the_host_reads_as_clients_do() {
    let users = Resources::new(MemoryStore::new(ResourceType::user()));
    for name in ["bjensen", "jsmith", "mandy"] {
        let mut user = named(name);
        user.set("password", "t1meMa$heen");
        user.set("title", "Tour Guide");
        users.create(user, &cx()).await.expect("a user");
    }
    for (query, total, shown) in [
        ("attributes=userName&sortBy=userName", 3, json!(["bjensen", "jsmith", "mandy"])),
        ("sortBy=userName&sortOrder=descending&count=1", 3, json!(["mandy"])),
        ("sortBy=userName&startIndex=2&count=1", 3, json!(["jsmith"])),
        ("filter=userName%20sw%20%22j%22", 1, json!(["jsmith"])),
        ("count=0", 3, json!([])),
    ] {
        let page = users.query(parameters(query), &cx()).await.expect(query);
        let names: Vec<&Value> = page.resources.iter().map(|user| &user["userName"]).collect();
        assert_eq!((page.total_results, json!(names)), (Some(total), shown), "{query}");
        assert!(page.resources.iter().all(|user| user.get("password").is_none()), "{query}");
    }
    let refused = users.query(parameters("filter=nothing%20pr"), &cx()).await;
    assert!(matches!(refused, Err(StoreError::Rejected(_))), "no such attribute");

    let found = users.find_by("userName", "mandy", &cx()).await.expect("a user");
    let version = found[0].version().expect("a version");
    let stale = users.with_precondition(
        Precondition::default().with_if_none_match(EntityTags::List(vec![version])),
    );
    let shown = stale.represent(found[0].id(), parameters("excludedAttributes=title"), &cx()).await;
    let shown = shown.expect("the user, whatever is expected of changes");
    assert_eq!(shown["userName"], "mandy");
    assert_eq!((shown.get("title"), shown.get("password")), (None, None));
    let missing = users.represent("2819c223", SearchRequest::default(), &cx()).await;
    assert!(matches!(missing, Err(StoreError::NotFound)), "nobody");
}

#[tokio::test]
async fn the_host_finds_all_that_there_are() {
    let users = Resources::new(MemoryStore::new(ResourceType::user()));
    for number in 0..1001 {
        let mut user = named(&format!("user {number}"));
        user.set("nickName", if number == 7 { "the \"one\" \\ only" } else { "many" });
        users.create(user, &cx()).await.expect("a user");
    }
    let found = |attribute: &'static str, text: &'static str| {
        let users = &users;
        async move { users.find_by(attribute, text, &cx()).await.expect("an attribute").len() }
    };
    assert_eq!(found("nickName", "Many").await, 1000);
    assert_eq!(found("nickname", "the \"one\" \\ only").await, 1);
    assert_eq!(found("userName", "USER 1000").await, 1);
    assert_eq!(found("userName", "").await, 0);
    let matching =
        async |filter: &str| users.search(&filter.parse().expect("a filter"), &cx()).await;
    let some =
        matching(r#"userName eq "user 3" or userName eq "user 900" or userName eq "nobody""#)
            .await
            .expect("a filter");
    assert_eq!(
        some.iter().filter_map(|user| user.get_str("userName")).collect::<Vec<_>>(),
        ["user 3", "user 900"]
    );
    assert_eq!(matching(r#"not (nickName eq "many")"#).await.expect("a filter").len(), 1);
    assert!(matches!(matching("colour pr").await, Err(StoreError::Rejected(_))));
    for wrong in ["nothing", "name", "a b", ""] {
        let refused = users.find_by(wrong, "x", &cx()).await.expect_err(wrong);
        assert!(matches!(refused, StoreError::Rejected(_)), "{wrong}: {refused}");
    }
}

#[tokio::test]
async fn the_host_takes_its_turn_and_keeps_secrets() {
    let slow = Slow { lock: Some(Arc::default()), ..Slow::default() };
    let store = WholeStore::default();
    let users = Resources::new(store.of(&ResourceType::user())).with_hooks(slow.clone());
    let mut user = named("bjensen");
    user.set("password", "t1meMa$heen");
    let made = users.create(user, &cx()).await.expect("a user");
    assert_eq!(store.kept(&made.id)["password"], "t1meMa$heen");
    let [heard] = slow.heard.all().try_into().expect("one change");
    assert!(
        [heard, made.clone()].iter().all(|change| change
            .after
            .as_ref()
            .is_some_and(|after| after.get("password").is_none()))
    );
    users.set_attribute(&made.id, "title", "x", &cx()).await.expect("a change");
    users.delete(&made.id, &cx()).await.err();
    assert_eq!(slow.turns.load(Ordering::Relaxed), 3);
    let refused =
        users.create(named("jsmith"), &cx().with_principal("guest")).await.expect_err("no turn");
    assert!(matches!(refused, StoreError::Rejected(err) if err.status() == 429));
}

/// Puts whoever has a department into the group of that name.
struct Departments {
    groups: Resources,
}

#[async_trait]
impl Hooks for Departments {
    async fn after_commit(&self, change: &Change, cx: &RequestContext) {
        let department = change
            .after
            .as_ref()
            .and_then(|after| after.get(ENTERPRISE)?.get("department")?.as_str());
        let Some(department) = department else { return };
        let found = self.groups.find_by("displayName", department, cx).await.expect("an attribute");
        let group = match found.first() {
            Some(group) => group.id().to_owned(),
            None => {
                let mut group = Resource::default();
                group.set("displayName", department);
                self.groups.create(group, cx).await.expect("a group").id
            }
        };
        self.groups
            .add_value(&group, "members", json!({ "value": change.id }), cx)
            .await
            .expect("a member");
    }
}

#[tokio::test]
async fn a_policy_reacts_with_changes_of_its_own() {
    let (store, recorder) = (WholeStore::default(), Recorder::default());
    let [_, group_type, ..] = types();
    let groups = Resources::new(store.of(&group_type)).with_hooks(recorder.clone());
    let hooks: Vec<Arc<dyn Hooks>> =
        vec![Arc::new(recorder.clone()), Arc::new(Departments { groups })];
    let kept = support::writes::provider::Kept::Whole(store);
    let provider = Provider::new(Setup { hooks: Some(Arc::new(hooks)), kept, ..Setup::default() });
    let made = provider.create("/Users", &bjensen()).await;
    let told: Vec<(ChangeKind, String)> = recorder
        .all()
        .into_iter()
        .map(|change| (change.operation, change.resource_type.name().to_owned()))
        .collect();
    let told_of = |operation, name: &str| (operation, name.to_owned());
    assert_eq!(
        told,
        [
            told_of(ChangeKind::Create, "User"),
            told_of(ChangeKind::Create, "Group"),
            told_of(ChangeKind::Update, "Group")
        ]
    );
    let groups = provider.read("/Groups").await;
    let group = &groups["Resources"][0];
    assert_eq!(
        (&group["displayName"], &group["members"][0]["value"]),
        (&json!("Tour Operations"), &made["id"])
    );
    // What was done already is not done again.
    provider.patched(&at(&made), replace("title", json!("Guide"))).await;
    assert_eq!(recorder.one().resource_type, "User");
}

#[tokio::test]
async fn the_answer_to_a_post_shows_what_the_host_made_of_it() {
    // P-3.1-02
    let [user_type, group_type, ..] = types();
    let directory = MemoryDirectory::new();
    let groups = Resources::new(directory.store(group_type.clone()));
    let scim = Dispatcher::builder("https://example.com/scim/v2")
        .store(directory.store(user_type))
        .store(directory.store(group_type))
        .unauthenticated()
        .hooks(Departments { groups })
        .build()
        .expect("the types are consistent");
    for (query, shown) in [
        ("", Some("Tour Operations")),
        ("?attributes=groups", Some("Tour Operations")),
        ("?attributes=title", None),
    ] {
        let user = json!({ "userName": format!("of {query}"), ENTERPRISE: { "department": "Tour Operations" } });
        let request = http::Request::post(format!("/scim/v2/Users{query}"))
            .body(user.to_string())
            .expect("a request");
        let answer = scim.dispatch(request).await;
        assert_eq!(answer.status(), 201);
        let made: Value = serde_json::from_slice(answer.body()).expect("JSON");
        assert_eq!(made["groups"][0]["display"].as_str(), shown, "{made}");
    }
}
