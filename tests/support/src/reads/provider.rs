//! A service provider in process, and requests as short as tests want to say them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use http::{HeaderMap, Request};
use scimwire::auth::RequestContext;
use scimwire::dispatch::{Clock, Features, Limits, RequestReport};
use scimwire::hooks::Hooks;
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::store::Pushdown;
use scimwire::{Dispatcher, MemoryDirectory, Quirks};
use serde_json::{Value, json};

use super::samples::{device_type, devices, people};
use super::shapes::Shaped;
use crate::databases::{Kind, LazyDirectory, kind_asked_for};

pub const BASE: &str = "https://example.com/scim/v2";

const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// What a service provider is made of; strict, and with stores that page by themselves, unless said
/// otherwise.
pub struct Setup {
    pub quirks: Quirks,
    pub limits: Limits,
    pub features: Features,
    pub pushdown: Pushdown,
    pub hooks: Option<Arc<dyn Hooks>>,
    pub base_url: &'static str,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            quirks: Quirks::STRICT,
            limits: Limits::default(),
            features: Features::default(),
            pushdown: Pushdown::Full,
            hooks: None,
            base_url: BASE,
        }
    }
}

/// A service provider of users, groups and devices, its clock, and who asks.
#[derive(Clone)]
pub struct Provider {
    dispatcher: Dispatcher,
    pub clock: TestClock,
    cx: RequestContext,
}

impl Provider {
    pub fn new(setup: Setup) -> Self {
        let groups = ResourceType::group().with_unique("displayName");
        Self::serving(
            [ResourceType::user().with_extension(ENTERPRISE_USER), groups, device_type()],
            setup,
        )
    }

    /// A service provider of these types instead.
    pub fn serving(types: impl IntoIterator<Item = ResourceType>, setup: Setup) -> Self {
        let (directory, kind) = (MemoryDirectory::new(), kind_asked_for());
        let database = LazyDirectory::new(kind, false);
        let clock = TestClock::default();
        let mut builder = Dispatcher::builder(setup.base_url).unauthenticated();
        for resource_type in types {
            builder = if setup.pushdown == Pushdown::Full && kind != Kind::Memory {
                builder.store(database.store(resource_type))
            } else {
                let store = Shaped::new(
                    directory.store(resource_type.clone()),
                    resource_type.clone(),
                    setup.pushdown,
                );
                builder.store(store)
            };
        }
        builder = builder
            .quirks(setup.quirks)
            .limits(setup.limits)
            .features(setup.features)
            .clock(clock.clone());
        if let Some(hooks) = setup.hooks {
            builder = builder.hooks(hooks);
        }
        let dispatcher = builder.build().expect("the types are consistent");
        Self { dispatcher, clock, cx: RequestContext::new("example") }
    }

    pub fn strict() -> Self {
        Self::new(Setup::default())
    }

    pub fn lenient() -> Self {
        Self::new(Setup { quirks: Quirks::LENIENT, ..Setup::default() })
    }

    /// Strict, with the people of the samples.
    pub async fn of_people() -> Self {
        Self::strict().with_all("/Users", people()).await
    }

    /// Strict, with the devices of the samples.
    pub async fn of_devices() -> Self {
        Self::strict().with_all("/Devices", devices()).await
    }

    pub async fn with_all(self, endpoint: &str, resources: Vec<Value>) -> Self {
        for resource in resources {
            self.create(endpoint, resource).await;
        }
        self
    }

    /// Strict, with features that a test switches.
    pub fn with_features(switch: impl FnOnce(&mut Features)) -> Self {
        let mut setup = Setup::default();
        switch(&mut setup.features);
        Self::new(setup)
    }

    /// The same service provider, asked by somebody else.
    pub fn asked_by(&self, cx: RequestContext) -> Self {
        Self { cx, ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, operations: Value) -> Answer {
        self.send("PATCH", path, Some(json!({ "schemas": [PATCH_OP], "Operations": operations })))
            .await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None).await
    }

    /// POST to the `.search` of an endpoint, with these parameters.
    pub async fn search(&self, endpoint: &str, mut parameters: Value) -> Answer {
        parameters["schemas"] = json!([SEARCH_REQUEST]);
        self.post(&format!("{}/.search", endpoint.trim_end_matches('/')), parameters).await
    }

    /// The resource as it was created.
    pub async fn create(&self, endpoint: &str, resource: Value) -> Value {
        let answer = self.post(endpoint, resource).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body
    }

    /// GET of a list, with the filter.
    pub async fn filter(&self, endpoint: &str, filter: &str) -> Answer {
        self.get(&format!("{endpoint}?filter={}", escaped(filter))).await
    }

    /// Each filter of the table finds just the resources of these names, in the order of their
    /// creation.
    pub async fn finds(&self, endpoint: &str, table: &[(&str, &[&str])]) {
        for (filter, names) in table {
            let answer = self.filter(endpoint, filter).await;
            assert_eq!(answer.names(), *names, "{filter}: {}", answer.body);
            assert_eq!(answer.body["totalResults"], names.len(), "{filter}");
        }
    }

    /// Each filter is refused with `invalidFilter`.
    pub async fn refuses(&self, endpoint: &str, filters: &[&str]) {
        for filter in filters {
            let answer = self.filter(endpoint, filter).await;
            assert_eq!(answer.body["scimType"], "invalidFilter", "{filter}: {}", answer.body);
            assert!(!answer.refused("invalidFilter").is_empty(), "{filter}");
        }
    }

    pub async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let body = body.map_or_else(String::new, |body| body.to_string());
        self.raw(
            method,
            &format!("/scim/v2{path}"),
            &[("content-type", "application/scim+json")],
            body,
        )
        .await
    }

    /// A request to a path below the host, with these headers and no others.
    pub async fn raw(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        let mut request =
            Request::builder().method(method).uri(sendable(path)).extension(self.cx.clone());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.dispatcher.dispatch(request.body(body).expect("a request")).await;
        let (head, body) = response.into_parts();
        let report =
            head.extensions.get::<RequestReport>().cloned().expect("each response has one");
        let body = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&body).expect("JSON")
        };
        Answer { status: head.status.as_u16(), headers: head.headers, body, report }
    }
}

/// The answer to a request.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
    pub report: RequestReport,
}

impl Answer {
    /// The body of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// The detail of an error body with status 400 and this type.
    #[track_caller]
    pub fn refused(&self, scim_type: &str) -> String {
        self.failed(400, Some(scim_type))
    }

    /// The detail of an error body with this status and type.
    #[track_caller]
    pub fn failed(&self, status: u16, scim_type: Option<&str>) -> String {
        let body = &self.body;
        assert_eq!((self.status, &body["status"]), (status, &json!(status.to_string())), "{body}");
        assert_eq!(
            (&body["schemas"], body["scimType"].as_str()),
            (&json!([ERROR]), scim_type),
            "{body}"
        );
        assert_eq!(self.headers["content-type"], "application/scim+json");
        body["detail"].as_str().expect("a detail").to_owned()
    }

    /// What the resources on the page are called.
    #[track_caller]
    pub fn names(&self) -> Vec<&str> {
        self.resources().iter().map(name).collect()
    }

    #[track_caller]
    pub fn resources(&self) -> &[Value] {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body["Resources"].as_array().expect("the resources of a page")
    }

    pub fn next_cursor(&self) -> Option<&str> {
        self.body.get("nextCursor").map(|cursor| cursor.as_str().expect("a cursor is text"))
    }
}

/// The time that a test says it is.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub fn set(&self, time: &str) {
        let time: DateTime<Utc> = time.parse().expect("a time");
        self.0.store(time.timestamp(), Ordering::Relaxed);
    }

    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Default for TestClock {
    fn default() -> Self {
        let clock = Self(Arc::default());
        clock.set("2011-08-01T21:32:44Z");
        clock
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::Relaxed), 0).expect("a time")
    }
}

/// What a resource is called, whatever its type.
pub fn name(resource: &Value) -> &str {
    let names = ["userName", "displayName", "serial", "id"];
    names.iter().find_map(|name| resource[*name].as_str()).expect("a name")
}

pub fn id(resource: &Value) -> &str {
    resource["id"].as_str().expect("an id")
}

/// The value of a query parameter, with all escaped that means something in a URL.
pub fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// A path and query, with what cannot stand in a URL escaped.
fn sendable(path: &str) -> String {
    let plain = |byte: u8| {
        byte.is_ascii_graphic()
            && !matches!(
                byte,
                b'"' | b'<' | b'>' | b'[' | b']' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
            )
    };
    path.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
