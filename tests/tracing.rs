//! What an operator sees of requests: spans and events of `tracing` (RFC 7644, Section 7.5.2).
//!
//! A binary of its own: whether anybody listens to a callsite is remembered for the whole process,
//! so a test that hears nothing, beside these, could make them deaf.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, Once};

use async_trait::async_trait;
use http::Request;
use scimwire::auth::RequestContext;
use scimwire::dispatch::{Features, RequestReport};
use scimwire::query::{Projection, Query};
use scimwire::store::{Change, Precondition, Pushdown, StorePage, StoreQuery, Update};
use scimwire::{
    Dispatcher, MemoryStore, Quirks, Resource, ResourceStore, ResourceType, StoreError,
};
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::{LevelFilter, dynamic_filter_fn};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::{Layer, Registry};

use support::reads::provider::BASE;
use support::reads::samples::USER;

type Fields = BTreeMap<String, String>;

/// Writes down each span when it ends, and each event.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Written>>);

#[derive(Default)]
struct Written {
    open: BTreeMap<u64, Fields>,
    spans: Vec<Fields>,
    events: Vec<(Level, Fields)>,
}

/// Writes what a thread does into the log of the test that runs on it.
struct ByThread;

thread_local! {
    static OF_THIS_THREAD: RefCell<(LevelFilter, Log)> =
        RefCell::new((LevelFilter::OFF, Log::default()));
}

fn of_this_thread() -> (LevelFilter, Log) {
    OF_THIS_THREAD.with_borrow(Clone::clone)
}

impl Log {
    /// Writes down what this thread does from now on, up to a level.
    fn up_to(level: LevelFilter) -> Self {
        static LISTENING: Once = Once::new();
        LISTENING.call_once(|| {
            let heard = dynamic_filter_fn(|told, _| *told.level() <= of_this_thread().0);
            let subscriber = Registry::default().with(ByThread.with_filter(heard));
            tracing::subscriber::set_global_default(subscriber).expect("nobody else listens");
        });
        let log = Self::default();
        OF_THIS_THREAD.set((level, log.clone()));
        log
    }

    fn written(&self) -> std::sync::MutexGuard<'_, Written> {
        self.0.lock().expect("no panic while it is held")
    }

    /// The span that ended last.
    fn last(&self) -> Fields {
        self.written().spans.last().cloned().expect("a span")
    }

    /// All there is, as text.
    fn text(&self) -> String {
        let written = self.written();
        format!("{:?} {:?}", written.spans, written.events)
    }
}

impl<S: Subscriber> Layer<S> for ByThread {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let mut fields =
            Fields::from([("span".to_owned(), attributes.metadata().name().to_owned())]);
        attributes.record(&mut Visitor(&mut fields));
        of_this_thread().1.written().open.insert(id.into_u64(), fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let log = of_this_thread().1;
        values.record(&mut Visitor(log.written().open.entry(id.into_u64()).or_default()));
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::new();
        event.record(&mut Visitor(&mut fields));
        of_this_thread().1.written().events.push((*event.metadata().level(), fields));
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        let log = of_this_thread().1;
        let mut written = log.written();
        let ended = written.open.remove(&id.into_u64());
        written.spans.extend(ended);
    }
}

struct Visitor<'f>(&'f mut Fields);

impl Visit for Visitor<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.0.insert(field.name().to_owned(), value.to_string());
    }
}

fn scim() -> Dispatcher {
    let users = ResourceType::user();
    let mut features = Features::default();
    features.me = true;
    let builder = Dispatcher::builder(BASE).store(MemoryStore::new(users));
    let mut quirks = Quirks::STRICT;
    quirks.boolean_strings = true;
    builder.unauthenticated().features(features).quirks(quirks).build().expect("all is there")
}

async fn send(
    scim: &Dispatcher,
    cx: &RequestContext,
    method: &str,
    path: &str,
    body: &Value,
) -> Value {
    let request =
        Request::builder().method(method).uri(format!("/scim/v2{path}")).extension(cx.clone());
    let request = request
        .header("authorization", "Bearer s3cret")
        .header("content-type", "application/scim+json");
    let response = scim.dispatch(request.body(body.to_string()).expect("a request")).await;
    serde_json::from_slice(response.body()).unwrap_or_default()
}

fn bjensen() -> Value {
    json!({ "schemas": [USER], "userName": "bjensen", "password": "t1meMa$heen", "emails": [{ "value": "babs@jensen.org" }] })
}

#[tokio::test]
async fn each_request_is_a_span() {
    let log = Log::up_to(LevelFilter::INFO);
    let (scim, cx) = (scim(), RequestContext::new("example"));
    let made = send(&scim, &cx, "POST", "/Users", &bjensen()).await;
    let id = made["id"].as_str().expect("an id").to_owned();
    let me = cx.clone().with_me("User", &id);
    let one = format!("/Users/{id}");
    let patch = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "Replace", "path": "active", "value": "False" }]
    });
    let search = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"] });
    let (user, mut changed) = (Some("User"), bjensen());
    changed["title"] = json!("Tour Guide");
    for (cx, method, path, body, expected) in [
        (
            &cx,
            "GET",
            one.as_str(),
            &Value::Null,
            (Some("read"), user, Some(id.as_str()), "200", None),
        ),
        (&cx, "HEAD", &one, &Value::Null, (Some("read"), user, Some(&id), "200", None)),
        (&me, "GET", "/Me", &Value::Null, (Some("read"), user, Some(&id), "200", None)),
        (&cx, "PUT", &one, &changed, (Some("replace"), user, Some(&id), "200", None)),
        (
            &cx,
            "PATCH",
            &one,
            &patch,
            (Some("patch"), user, Some(&id), "200", Some("boolean_strings op_case")),
        ),
        (&cx, "GET", "/Users", &Value::Null, (Some("list"), user, None, "200", None)),
        (&cx, "POST", "/Users/.search", &search, (Some("search"), user, None, "200", None)),
        (&cx, "GET", "/Schemas", &Value::Null, (Some("discover"), None, None, "200", None)),
        (&cx, "OPTIONS", "/Users", &Value::Null, (Some("options"), user, None, "204", None)),
        (&cx, "GET", "/Nothing", &Value::Null, (None, None, None, "404", None)),
        (&cx, "GET", "/Users/bjensen", &Value::Null, (Some("read"), user, None, "404", None)),
        (&cx, "BREW", "/Users", &Value::Null, (None, user, None, "405", None)),
        (&cx, "DELETE", &one, &Value::Null, (Some("delete"), user, Some(&id), "204", None)),
    ] {
        send(&scim, cx, method, path, body).await;
        let span = log.last();
        let field = |name: &str| span.get(name).map(String::as_str);
        let told = (
            field("operation"),
            field("resource_type"),
            field("id"),
            field("status").expect("a status"),
            field("deviations"),
        );
        assert_eq!(told, expected, "{method} {path}");
        assert_eq!(
            (field("span"), field("tenant")),
            (Some("scim"), Some("example")),
            "{method} {path}"
        );
        assert_eq!(field("method"), Some(if method == "BREW" { "other" } else { method }));
        assert!(
            field("duration").is_some_and(|duration| duration.ends_with('s')),
            "{method} {path}"
        );
    }
    let written = log.written();
    assert_eq!(written.spans.len(), written.events.len(), "one event for each request");
    assert!(written.events.iter().all(|(level, _)| *level == Level::INFO));
}

#[tokio::test]
async fn how_much_of_a_search_the_store_did_is_told() {
    let log = Log::up_to(LevelFilter::INFO);
    let (users, groups) = (ResourceType::user(), ResourceType::group());
    let builder = Dispatcher::builder(BASE).store(Laddered(MemoryStore::new(users)));
    let builder = builder.store(MemoryStore::new(groups));
    let scim = builder.unauthenticated().build().expect("all is there");
    for (path, expected, word) in [
        ("/Users?filter=title%20pr", Some(Pushdown::None), Some("none")),
        ("/Users?filter=userName%20eq%20%22b%22", Some(Pushdown::Partial), Some("partial")),
        ("/Users?sortBy=title", Some(Pushdown::Filter), Some("filter")),
        ("/Users", Some(Pushdown::Full), Some("full")),
        ("/Groups?filter=displayName%20pr", Some(Pushdown::Full), Some("full")),
        ("/?filter=title%20pr", Some(Pushdown::None), Some("none")),
        ("/Users/2819c223", None, None),
        ("/Users?filter=title", None, None),
    ] {
        let request = Request::get(format!("/scim/v2{path}")).body("").expect("a request");
        let response = scim.dispatch(request).await;
        let report = response.extensions().get::<RequestReport>().expect("a report");
        assert_eq!(report.pushdown, expected, "{path}");
        assert_eq!(log.last().get("pushdown").map(String::as_str), word, "{path}");
    }
}

/// A resource that [`Laddered`] fails to read.
const FAILS: &str = "2819c223-fails";

/// A store that does less than it could, each rung of the ladder for a query of its own.
struct Laddered(MemoryStore);

#[async_trait]
impl ResourceStore for Laddered {
    fn resource_type(&self) -> &Arc<ResourceType> {
        self.0.resource_type()
    }

    async fn create(
        &self,
        resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.0.create(resource, cx).await
    }

    async fn get(
        &self,
        id: &str,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        if id == FAILS {
            return Err(StoreError::other("the disk is full"));
        }
        self.0.get(id, projection, cx).await
    }

    async fn select(
        &self,
        selection: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        self.0.select(selection, cx).await
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.0.update(id, update, cx).await
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.0.delete(id, expected, cx).await
    }

    fn pushdown(&self, query: &Query) -> Pushdown {
        match (&query.filter, &query.sort) {
            (Some(filter), _) if filter.mentions("title") => Pushdown::None,
            (Some(_), _) => Pushdown::Partial,
            (None, Some(_)) => Pushdown::Filter,
            (None, None) => Pushdown::Full,
        }
    }
}

#[tokio::test]
async fn nothing_personal_is_told_unless_asked_for() {
    // P-7.5.2-02
    let log = Log::up_to(LevelFilter::INFO);
    let (scim, cx) = (scim(), RequestContext::new("example"));
    let filter = "userName%20eq%20%22bjensen%22";
    for (method, path, body) in [
        ("POST", "/Users", bjensen()),
        ("POST", "/Users", bjensen()),
        (
            "POST",
            "/Users",
            json!({ "schemas": [USER], "userName": ["bjensen"], "bjensen": "babs@jensen.org" }),
        ),
        ("GET", &format!("/Users?filter={filter}"), Value::Null),
        ("GET", &format!("/Users?filter={filter}%20bjensen"), Value::Null),
        ("GET", "/Users?cursor=bjensen&sortBy=bjensen&attributes=bjensen", Value::Null),
        ("GET", "/Users/bjensen", Value::Null),
        ("DELETE", "/Users/bjensen?x=bjensen", Value::Null),
        ("GET", "/bjensen", Value::Null),
        ("BJENSEN", "/Users", Value::Null),
    ] {
        send(&scim, &cx, method, path, &body).await;
    }
    let text = log.text();
    for personal in ["bjensen", "BJENSEN", "babs", "t1meMa", "s3cret", "userName", "filter", "%20"]
    {
        assert!(!text.contains(personal), "{personal}: {text}");
    }
    assert_eq!(log.written().spans.len(), 10);
}

#[tokio::test]
async fn departures_are_told_at_debug() {
    let log = Log::up_to(LevelFilter::DEBUG);
    let (scim, cx) = (scim(), RequestContext::new("example"));
    let mut body = bjensen();
    body["active"] = json!("True");
    send(&scim, &cx, "POST", "/Users", &body).await;
    let written = log.written();
    let (level, told) = written.events.first().expect("an event");
    assert_eq!((*level, told["rule"].as_str()), (Level::DEBUG, "boolean_strings"));
    assert!(told["what"].contains("`active`: string interpreted as a boolean"), "{told:?}");
    assert!(!format!("{:?}", written.events).contains("s3cret"));
}

#[tokio::test]
async fn what_fails_in_the_store_is_told_as_an_error() {
    // P-3.12-15
    let log = Log::up_to(LevelFilter::ERROR);
    let users = ResourceType::user();
    let store = Laddered(MemoryStore::new(users.clone()));
    let builder = Dispatcher::builder(BASE).store(store).unauthenticated();
    let scim = builder.build().expect("all is there");
    send(&scim, &RequestContext::new("example"), "GET", &format!("/Users/{FAILS}"), &Value::Null)
        .await;
    let written = log.written();
    let [(Level::ERROR, told)] = written.events.as_slice() else {
        panic!("one error: {:?}", written.events);
    };
    assert_eq!(
        (told["error"].as_str(), told["message"].as_str()),
        ("the disk is full", "the store failed")
    );
}
