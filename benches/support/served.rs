//! A service provider over a store in memory, without a runtime: its futures are ready at once.
#![allow(dead_code, reason = "each bench uses a part of it")]

use std::env;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use http::{Method, Request, Response, StatusCode};
use scimwire::dispatch::{Bytes, Features, Limits, PatchResponse};
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::{Dispatcher, MemoryDirectory, MemoryStore};
use serde_json::Value;

/// A dispatcher, and the stores behind it.
pub(crate) struct Served {
    pub(crate) scim: Dispatcher,
    pub(crate) users: MemoryStore,
    pub(crate) user_type: Arc<ResourceType>,
}

impl Served {
    /// PATCH answers 204, so that a bench of changes does not measure how answers are written.
    pub(crate) fn new() -> Self {
        Self::with(Limits::default())
    }

    pub(crate) fn with(limits: Limits) -> Self {
        let user_type = Arc::new(ResourceType::user().with_extension(ENTERPRISE_USER));
        let group_type = Arc::new(ResourceType::group());
        let directory = MemoryDirectory::new();
        let users = directory.store(Arc::clone(&user_type));
        let mut features = Features::default();
        features.patch_response = PatchResponse::NoContent;
        let scim = Dispatcher::builder("https://example.com/scim/v2")
            .store(users.clone())
            .store(directory.store(group_type))
            .unauthenticated()
            .features(features)
            .limits(limits)
            .build()
            .expect("the resource types are consistent");
        Self { scim, users, user_type }
    }

    pub(crate) fn answer(&self, request: Request<Vec<u8>>) -> Response<Bytes> {
        now(self.scim.dispatch(request))
    }

    /// Makes a resource, and returns its id.
    pub(crate) fn create(&self, endpoint: &str, body: &Value) -> String {
        let response = self.answer(request(Method::POST, endpoint, body.to_string().into_bytes()));
        assert_eq!(
            response.status(),
            StatusCode::CREATED,
            "{}",
            String::from_utf8_lossy(response.body())
        );
        json(&response)["id"].as_str().expect("a resource has an id").to_owned()
    }
}

/// How long so many requests take, from the request to the end of the response, one after the other
/// as a server has them: in a batch, what is not yet freed would count too.
pub(crate) fn answers(
    served: &Served,
    times: u64,
    mut request: impl FnMut() -> Request<Vec<u8>>,
) -> Duration {
    let measured = (0..times).map(|_| {
        let request = request();
        let start = Instant::now();
        drop(served.answer(request));
        start.elapsed()
    });
    measured.sum()
}

/// The outcome of a future that waits for nothing.
pub(crate) fn now<O>(future: impl Future<Output = O>) -> O {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("a store in memory has nothing to wait for"),
    }
}

/// A request below the base URL.
pub(crate) fn request(method: Method, path: &str, body: impl Into<Vec<u8>>) -> Request<Vec<u8>> {
    let uri = format!("/scim/v2{path}");
    Request::builder().method(method).uri(uri).body(body.into()).expect("the path is a valid URI")
}

pub(crate) fn get(path: &str) -> Request<Vec<u8>> {
    request(Method::GET, path, Vec::new())
}

pub(crate) fn json(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).expect("the answer is JSON")
}

/// A number from the environment, for a quick run.
pub(crate) fn size(variable: &str, usual: usize) -> usize {
    env::var(variable).ok().map_or(usual, |text| text.parse().expect("the size is a number"))
}
