//! A PATCH is applied or refused, and one that is refused changes nothing; no password is stored or
//! shown. The input is the JSON of a user, a line break, and the body of the PATCH.
#![no_main]

use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use http::{Method, Request, Response, StatusCode};
use libfuzzer_sys::fuzz_target;
use scimwire::dispatch::Bytes;
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::{Dispatcher, MemoryStore};
use serde_json::Value;

const BJENSEN: &str = r#"{"userName":"bjensen","emails":[{"type":"work","value":"bjensen@example.com","primary":true}],
    "name":{"familyName":"Jensen"},"active":true,"password":"t1meMa$heen"}"#;

static SCIM: LazyLock<Dispatcher> = LazyLock::new(|| {
    let users = ResourceType::user().with_extension(ENTERPRISE_USER);
    Dispatcher::builder("https://example.com/scim/v2")
        .store(MemoryStore::new(users))
        .unauthenticated()
        .build()
        .expect("the resource type is consistent")
});

fuzz_target!(|input: &str| {
    let (user, patch) = input.split_once('\n').unwrap_or((BJENSEN, input));
    let mut created = send(Method::POST, "/Users", user);
    if created.status() != StatusCode::CREATED {
        created = send(Method::POST, "/Users", BJENSEN);
    }
    let created: Value = serde_json::from_slice(created.body()).expect("the answer is JSON");
    let path = format!("/Users/{}", created["id"].as_str().expect("a resource has an id"));
    let before = send(Method::GET, &path, "");
    let changed = send(Method::PATCH, &path, patch);
    let after = send(Method::GET, &path, "");
    assert!(!changed.status().is_server_error(), "{}", String::from_utf8_lossy(changed.body()));
    if !changed.status().is_success() {
        assert_eq!(before.body(), after.body());
    }
    let shown: Value = serde_json::from_slice(after.body()).expect("the answer is JSON");
    assert_eq!(shown.get("password"), None);
    assert_eq!(send(Method::DELETE, &path, "").status(), StatusCode::NO_CONTENT);
});

fn send(method: Method, path: &str, body: &str) -> Response<Bytes> {
    let request = Request::builder()
        .method(method)
        .uri(format!("/scim/v2{path}"))
        .body(body)
        .expect("a request");
    match pin!(SCIM.dispatch(request)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(response) => response,
        Poll::Pending => panic!("a store in memory has nothing to wait for"),
    }
}
