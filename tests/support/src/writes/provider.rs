//! A service provider in process, and requests as short as tests want to say them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::{HeaderMap, Request};
use scimwire::auth::RequestContext;
use scimwire::dispatch::{Clock, Features, Limits, PatchResponse, RequestReport};
use scimwire::hooks::Hooks;
use scimwire::{Dispatcher, Quirks};
use serde_json::{Value, json};

use super::recorder::Recorder;
use super::samples::{group, types, user};
use super::whole_store::WholeStore;
use crate::databases::{LazyDirectory, kind_asked_for};

pub const BASE: &str = "https://example.com/scim/v2";
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// Where the resources are.
#[derive(Clone, Default)]
pub enum Kept {
    /// In a directory that keeps members apart from their groups.
    #[default]
    Apart,
    /// The same, where deleted members stay in their groups.
    Dangling,
    /// Each with all that it holds.
    Whole(WholeStore),
}

/// What a service provider is made of; strict unless said otherwise.
pub struct Setup {
    pub quirks: Quirks,
    pub features: Features,
    pub hooks: Option<Arc<dyn Hooks>>,
    pub kept: Kept,
    pub limits: Limits,
}

impl Default for Setup {
    fn default() -> Self {
        let (features, limits) = (Features::default(), Limits::default());
        Self { quirks: Quirks::STRICT, features, hooks: None, kept: Kept::default(), limits }
    }
}

/// A service provider of users, groups, assets and lockers, and who asks.
#[derive(Clone)]
pub struct Provider {
    dispatcher: Dispatcher,
    cx: RequestContext,
}

impl Provider {
    pub fn new(setup: Setup) -> Self {
        let directory = LazyDirectory::new(kind_asked_for(), matches!(setup.kept, Kept::Dangling));
        let mut builder = Dispatcher::builder(BASE).unauthenticated();
        for resource_type in types() {
            builder = match &setup.kept {
                Kept::Apart | Kept::Dangling => builder.store(directory.store(resource_type)),
                Kept::Whole(store) => {
                    let table = store.of(&resource_type);
                    builder.store(table)
                }
            };
        }
        builder =
            builder.quirks(setup.quirks).features(setup.features).limits(setup.limits).clock(Still);
        if let Some(hooks) = setup.hooks {
            builder = builder.hooks(hooks);
        }
        let dispatcher = builder.build().expect("the types are consistent");
        Self { dispatcher, cx: RequestContext::new("example") }
    }

    /// A service provider that is there already.
    pub fn of(dispatcher: Dispatcher) -> Self {
        Self { dispatcher, cx: RequestContext::new("example") }
    }

    pub fn strict() -> Self {
        Self::new(Setup::default())
    }

    pub fn lenient() -> Self {
        Self::new(Setup { quirks: Quirks::LENIENT, ..Setup::default() })
    }

    /// Strict, with a hook.
    pub fn under(hooks: impl Hooks) -> Self {
        Self::new(Setup { hooks: Some(Arc::new(hooks)), ..Setup::default() })
    }

    /// Strict, and what the host hears.
    pub fn heard() -> (Self, Recorder) {
        let recorder = Recorder::default();
        (Self::under(recorder.clone()), recorder)
    }

    /// Strict, with that answer to PATCH.
    pub fn answering(patch_response: PatchResponse) -> Self {
        let mut features = Features::default();
        features.patch_response = patch_response;
        Self::new(Setup { features, ..Setup::default() })
    }

    /// Strict, with passwords, in a store that keeps them.
    pub fn with_secrets() -> (Self, WholeStore) {
        let (store, mut features) = (WholeStore::default(), Features::default());
        features.change_password = true;
        (Self::new(Setup { features, kept: Kept::Whole(store.clone()), ..Setup::default() }), store)
    }

    /// The same service provider, asked by somebody else.
    pub fn asked_by(&self, cx: RequestContext) -> Self {
        Self { cx, ..self.clone() }
    }

    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/scim/v2{path}"))
            .extension(self.cx.clone());
        request = request.header("content-type", "application/scim+json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.dispatcher.dispatch(request.body(body).expect("a request")).await;
        let (head, body) = response.into_parts();
        let report = head.extensions.get::<RequestReport>().expect("a report");
        let rules = report.deviations.iter().map(|deviation| deviation.rule()).collect();
        let body = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&body).expect("JSON")
        };
        Answer { status: head.status.as_u16(), headers: head.headers, body, rules }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[], body.to_string()).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send("PUT", path, &[], body.to_string()).await
    }

    pub async fn patch(&self, path: &str, operations: &Value) -> Answer {
        self.send("PATCH", path, &[], message(operations)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, &[], "").await
    }

    /// The resource as it is read.
    pub async fn read(&self, path: &str) -> Value {
        self.get(path).await.ok()
    }

    /// The resource as it was created.
    pub async fn create(&self, endpoint: &str, resource: &Value) -> Value {
        let answer = self.post(endpoint, resource).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body
    }

    /// The path of a new resource.
    pub async fn made(&self, endpoint: &str, resource: &Value) -> String {
        at(&self.create(endpoint, resource).await)
    }

    /// The id of a new user.
    pub async fn user(&self, name: &str) -> String {
        id(&self.create("/Users", &user(name)).await).to_owned()
    }

    /// The path of a new group.
    pub async fn group(&self, name: &str, members: &[&str]) -> String {
        self.made("/Groups", &group(name, members)).await
    }

    pub async fn total(&self, endpoint: &str) -> u64 {
        self.read(endpoint).await["totalResults"].as_u64().expect("a number")
    }

    /// The resource after a PATCH, as the answer and a later GET have it.
    pub async fn patched(&self, path: &str, operations: Value) -> Value {
        let answer = self.patch(path, &operations).await;
        assert_eq!(answer.status, 200, "{operations}: {}", answer.body);
        assert_eq!(
            answer.headers["etag"],
            answer.body["meta"]["version"].as_str().expect("a version")
        );
        assert_eq!(
            answer.body,
            self.read(path).await,
            "{operations}: what was answered, and what is read"
        );
        answer.body
    }

    /// A PATCH succeeds, and nothing changes, the version least of all.
    pub async fn unchanged(&self, path: &str, operations: Value) {
        let before = self.read(path).await;
        assert_eq!(self.patched(path, operations.clone()).await, before, "{operations}");
    }

    /// A PATCH is refused, and nothing changes. The detail.
    pub async fn refuses(&self, path: &str, operations: Value, scim_type: &str) -> String {
        self.refuses_body(path, message(&operations), scim_type).await
    }

    /// The same, for any body.
    pub async fn refuses_body(
        &self,
        path: &str,
        body: impl AsRef<[u8]>,
        scim_type: &str,
    ) -> String {
        let before = self.read(path).await;
        let text: String = String::from_utf8_lossy(body.as_ref()).chars().take(400).collect();
        let answer = self.send("PATCH", path, &[], body).await;
        assert_eq!(
            (answer.status, &answer.body["scimType"]),
            (400, &json!(scim_type)),
            "{text}: {}",
            answer.body
        );
        assert_eq!(self.read(path).await, before, "{text}");
        answer.refused(scim_type)
    }
}

/// The answer to a request.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
    /// The rules by which the request was read that departed from the RFC.
    pub rules: Vec<&'static str>,
}

impl Answer {
    /// The body of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// The detail of an error with status 400 and this type.
    #[track_caller]
    pub fn refused(&self, scim_type: &str) -> String {
        self.failed(400, Some(scim_type))
    }

    /// The detail of an error of that form.
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

    /// The entity tag of an answer without a body.
    #[track_caller]
    pub fn no_content(&self) -> &str {
        assert_eq!((self.status, &self.body), (204, &Value::Null));
        self.headers["etag"].to_str().expect("a tag")
    }
}

/// A time that does not pass.
struct Still;

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_312_234_364, 0).expect("a time")
    }
}

/// The body of a PATCH.
pub fn message(operations: &Value) -> String {
    json!({ "schemas": [PATCH_OP], "Operations": operations }).to_string()
}

#[expect(clippy::needless_pass_by_value, reason = "literals read better than references to them")]
pub fn add(path: &str, value: Value) -> Value {
    json!([{ "op": "add", "path": path, "value": value }])
}

#[expect(clippy::needless_pass_by_value, reason = "literals read better than references to them")]
pub fn replace(path: &str, value: Value) -> Value {
    json!([{ "op": "replace", "path": path, "value": value }])
}

pub fn remove(path: &str) -> Value {
    json!([{ "op": "remove", "path": path }])
}

/// The path of a resource.
pub fn at(resource: &Value) -> String {
    let location = resource["meta"]["location"].as_str().expect("a location");
    location.strip_prefix(BASE).expect("a location of ours").to_owned()
}

pub fn id(resource: &Value) -> &str {
    resource["id"].as_str().expect("an id")
}

pub fn version(resource: &Value) -> &str {
    resource["meta"]["version"].as_str().expect("a version")
}

/// The ids of the members of a group.
pub fn members(group: &Value) -> Vec<&str> {
    let members = group["members"].as_array().map(Vec::as_slice).unwrap_or_default();
    members.iter().map(|member| member["value"].as_str().expect("an id")).collect()
}
