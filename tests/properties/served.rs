//! A service provider over a store in memory, in process; its futures are ready at once.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use http::{Method, Request, Response, StatusCode};
use scimwire::auth::RequestContext;
use scimwire::dispatch::{Bytes, Features};
use scimwire::query::Projection;
use scimwire::schema::ResourceType;
use scimwire::{Dispatcher, MemoryDirectory, MemoryStore, Quirks, ResourceStore};
use serde_json::{Map, Value, json};

use super::samples::USERS;

pub(crate) struct Served {
    scim: Dispatcher,
    pub(crate) users: MemoryStore,
    pub(crate) groups: MemoryStore,
    pub(crate) group_type: Arc<ResourceType>,
}

impl Served {
    pub(crate) fn new(quirks: Quirks) -> Self {
        let group_type = Arc::new(ResourceType::group());
        let directory = MemoryDirectory::new();
        let (users, groups) =
            (directory.store(Arc::clone(&USERS)), directory.store(Arc::clone(&group_type)));
        // Secrets are taken, so that there is something to leak.
        let mut features = Features::default();
        features.change_password = true;
        let scim = Dispatcher::builder("https://example.com/scim/v2")
            .store(users.clone())
            .store(groups.clone())
            .unauthenticated()
            .quirks(quirks)
            .features(features)
            .build()
            .expect("the resource types are consistent");
        Self { scim, users, groups, group_type }
    }

    /// Makes a user of each body, and returns their ids.
    pub(crate) fn with_users(
        quirks: Quirks,
        bodies: Vec<Map<String, Value>>,
    ) -> (Self, Vec<String>) {
        let served = Self::new(quirks);
        let ids = bodies
            .into_iter()
            .filter_map(|body| served.create("/Users", &Value::Object(body)))
            .collect();
        (served, ids)
    }

    pub(crate) fn send(&self, method: Method, path: &str, body: &Value) -> Response<Bytes> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder().method(method).uri(format!("/scim/v2{path}"));
        now(self.scim.dispatch(request.body(body).expect("the path is a valid URI")))
    }

    pub(crate) fn get(&self, path: &str) -> Response<Bytes> {
        self.send(Method::GET, path, &Value::Null)
    }

    /// Makes a resource, and returns its id, unless a unique value of it is taken.
    pub(crate) fn create(&self, endpoint: &str, body: &Value) -> Option<String> {
        let response = self.send(Method::POST, endpoint, body);
        match response.status() {
            StatusCode::CREATED => {
                Some(read(&response)["id"].as_str().expect("a resource has an id").to_owned())
            }
            StatusCode::CONFLICT => None,
            status => panic!("{status} {}: {body}", read(&response)),
        }
    }

    /// A user as the store keeps it.
    pub(crate) fn stored_user(&self, path: &str) -> Value {
        let id = path.trim_start_matches("/Users/");
        let user = now(self.users.get(id, &Projection::default(), &RequestContext::new("default")))
            .expect("it is there");
        Value::from(user.attributes().clone())
    }

    pub(crate) fn patch(&self, path: &str, operations: &[Value]) -> Response<Bytes> {
        let message = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
        self.send(Method::PATCH, path, &message)
    }
}

/// The outcome of a future that waits for nothing.
pub(crate) fn now<O>(future: impl Future<Output = O>) -> O {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("a store in memory has nothing to wait for"),
    }
}

pub(crate) fn read(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).expect("the answer is JSON")
}

/// The ids on a page of results.
pub(crate) fn ids(page: &Value) -> Vec<String> {
    let resources = page["Resources"].as_array().expect("a list");
    resources.iter().map(|resource| resource["id"].as_str().expect("an id").to_owned()).collect()
}
