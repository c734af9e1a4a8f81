//! What goes over the wire on failure (RFC 7644, Section 3.12), and what does not.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use http::{Request, Response};
use scimwire::auth::{AuthError, Authenticate, Permissions, RequestContext};
use scimwire::dispatch::{Bytes, RequestReport};
use scimwire::query::Projection;
use scimwire::resource::{Meta, Version};
use scimwire::store::{Change, Precondition, StoreError, StorePage, StoreQuery, Update};
use scimwire::{Dispatcher, Error, Resource, ResourceStore, ResourceType, ScimType};
use serde_json::{Value, json};

use support::reads::provider::{BASE, Provider, Setup, escaped, id};
use support::reads::samples::{people, user};

type Headers<'h> = &'h [(&'h str, &'h str)];

static USERS: LazyLock<Arc<ResourceType>> = LazyLock::new(|| Arc::new(ResourceType::user()));

/// A store that fails in one way, whatever it is asked.
struct Failing(fn() -> StoreError);

#[async_trait]
impl ResourceStore for Failing {
    fn resource_type(&self) -> &Arc<ResourceType> {
        &USERS
    }

    async fn create(&self, _: Resource, _: &RequestContext) -> Result<Arc<Resource>, StoreError> {
        Err(self.0())
    }

    async fn get(
        &self,
        _: &str,
        _: &Projection,
        _: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        Err(self.0())
    }

    async fn select(&self, _: StoreQuery<'_>, _: &RequestContext) -> Result<StorePage, StoreError> {
        Err(self.0())
    }

    async fn update(&self, _: &str, _: &Update, _: &RequestContext) -> Result<Change, StoreError> {
        Err(self.0())
    }

    async fn delete(
        &self,
        _: &str,
        _: &Precondition,
        _: &RequestContext,
    ) -> Result<Change, StoreError> {
        Err(self.0())
    }
}

/// A store whose ids and versions would break out of a header.
struct Crafted;

impl Crafted {
    fn resource(mut resource: Resource) -> Resource {
        resource.set_id("1\r\nSet-Cookie: a=b");
        let mut meta = Meta::new("User", chrono::DateTime::UNIX_EPOCH);
        meta.version = Version::unchecked("W/\"1\"\r\nX-Other: 1");
        resource.set_meta(&meta);
        resource
    }
}

#[async_trait]
impl ResourceStore for Crafted {
    fn resource_type(&self) -> &Arc<ResourceType> {
        &USERS
    }

    async fn create(
        &self,
        resource: Resource,
        _: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        Ok(Arc::new(Self::resource(resource)))
    }

    async fn get(
        &self,
        _: &str,
        _: &Projection,
        _: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        let Value::Object(object) = user("bjensen") else {
            return Err(StoreError::NotFound);
        };
        Ok(Arc::new(Self::resource(Resource::from_object(object))))
    }

    async fn select(&self, _: StoreQuery<'_>, _: &RequestContext) -> Result<StorePage, StoreError> {
        Ok(StorePage::default())
    }

    async fn update(&self, _: &str, _: &Update, _: &RequestContext) -> Result<Change, StoreError> {
        Err(StoreError::NotFound)
    }

    async fn delete(
        &self,
        _: &str,
        _: &Precondition,
        _: &RequestContext,
    ) -> Result<Change, StoreError> {
        Err(StoreError::NotFound)
    }
}

/// Lets nobody in, for one reason.
struct Closed(fn() -> AuthError);

#[async_trait]
impl Authenticate for Closed {
    async fn authenticate(&self, _: &http::request::Parts) -> Result<RequestContext, AuthError> {
        Err(self.0())
    }
}

fn over(store: impl ResourceStore) -> Dispatcher {
    Dispatcher::builder(BASE).store(store).unauthenticated().build().expect("all is there")
}

fn closed(reason: fn() -> AuthError) -> Dispatcher {
    let builder = Dispatcher::builder(BASE).store(Failing(|| StoreError::NotFound));
    builder.authenticator(Closed(reason)).build().expect("all is there")
}

async fn send(scim: &Dispatcher, method: &str, path: &str) -> Response<Bytes> {
    let body = user("bjensen").to_string();
    scim.dispatch(Request::builder().method(method).uri(path).body(body).expect("a request")).await
}

#[track_caller]
fn error(response: &Response<Bytes>) -> Value {
    let body: Value = serde_json::from_slice(response.body()).expect("an error is JSON");
    assert_eq!(body["status"], response.status().as_str());
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    body
}

#[tokio::test]
async fn each_status_stands_for_one_thing() {
    // P-3.12-14; nothing is moved, so that 307 and 308 are not among them.
    let mut setup = Setup::default();
    setup.limits.max_body_bytes = 3000;
    let provider = Provider::new(setup);
    let made = provider.create("/Users", people().remove(0)).await;
    let path = format!("/scim/v2/Users/{}", id(&made));
    let tag = made["meta"]["version"].as_str().expect("a version");
    let (long, ann) = (" ".repeat(3001), user("ann").to_string());
    let users = "/scim/v2/Users";
    let taken = user("BJensen").to_string();
    let requests: &[(u16, &str, &str, Headers<'_>, &str)] = &[
        (200, "GET", &path, &[], ""),
        (201, "POST", users, &[], &ann),
        (304, "GET", &path, &[("if-none-match", tag)], ""),
        (400, "POST", users, &[], "{"),
        (404, "GET", "/scim/v2/Users/2819c223", &[], ""),
        (405, "PUT", users, &[], ""),
        (406, "GET", users, &[("accept", "text/html")], ""),
        (409, "POST", users, &[], &taken),
        (412, "DELETE", &path, &[("if-match", "\"x\"")], ""),
        (413, "POST", users, &[], &long),
        (415, "POST", users, &[("content-type", "text/plain")], &ann),
        (501, "GET", "/scim/v2/Me", &[], ""),
        (204, "DELETE", &path, &[], ""),
        (404, "DELETE", &path, &[], ""),
    ];
    for (status, method, path, headers, body) in requests {
        let answer = provider.raw(method, path, headers, body).await;
        assert_eq!(answer.status, *status, "{method} {path}: {}", answer.body);
        if answer.status >= 400 {
            assert_eq!(answer.body["status"], status.to_string());
        }
    }
    let may = |read, write| {
        let mut permissions = Permissions::default();
        (permissions.read, permissions.write) = (read, write);
        provider.asked_by(RequestContext::new("example").with_permissions(permissions))
    };
    may(true, false).post("/Users", user("bob")).await.failed(403, None);
    may(false, true).get("/Users").await.failed(403, None);
    let demanding = Provider::with_features(|features| features.if_match_required = true);
    demanding.delete("/Users/2819c223").await.failed(428, None);
}

#[tokio::test]
async fn what_the_host_fails_with_has_its_status() {
    // P-3.12-14, A-74
    let too_many =
        || StoreError::Rejected(Error::new(http::StatusCode::TOO_MANY_REQUESTS, "slow down"));
    let busy = || StoreError::Unavailable { retry_after: Duration::from_millis(1500) };
    let conflict = || StoreError::Conflict { attribute: "userName".to_owned() };
    let stores: [(u16, fn() -> StoreError); 5] = [
        (429, too_many),
        (503, busy),
        (409, conflict),
        (500, || StoreError::other("the disk is full")),
        (400, || Error::scim(ScimType::TooMany, "too many of them").into()),
    ];
    for (status, failure) in stores {
        let scim = over(Failing(failure));
        for (method, path) in [
            ("GET", "/Users"),
            ("GET", "/Users/1"),
            ("POST", "/Users"),
            ("PUT", "/Users/1"),
            ("DELETE", "/Users/1"),
        ] {
            let response = send(&scim, method, path).await;
            assert_eq!(response.status(), status, "{method} {path}");
            error(&response);
            let retry =
                response.headers().get("retry-after").map(|value| value.to_str().expect("digits"));
            assert_eq!(retry.is_some(), status == 503, "{retry:?}");
        }
    }
    for (status, reason) in [
        (401, AuthError::missing_credentials as fn() -> AuthError),
        (403, AuthError::tenant_disabled),
        (503, || AuthError::unavailable("x")),
    ] {
        let response = send(&closed(reason), "GET", "/Users").await;
        assert_eq!(response.status(), status);
        error(&response);
        assert_eq!(response.headers().contains_key("www-authenticate"), status == 401);
    }
}

#[tokio::test]
async fn a_busy_store_is_never_to_be_asked_again_at_once() {
    // P-3.12-14: whole seconds are all that the header can say (RFC 9110, Section 10.2.3), and none
    // of them means now.
    let stores: [(u64, fn() -> StoreError); 5] = [
        (1, || StoreError::Unavailable { retry_after: Duration::ZERO }),
        (1, || StoreError::Unavailable { retry_after: Duration::from_nanos(1) }),
        (1, || StoreError::Unavailable { retry_after: Duration::from_millis(999) }),
        (1, || StoreError::Unavailable { retry_after: Duration::from_secs(1) }),
        (90, || StoreError::Unavailable { retry_after: Duration::from_secs(90) }),
    ];
    for (seconds, failure) in stores {
        let scim = over(Failing(failure));
        for (method, path) in
            [("GET", "/Users"), ("GET", "/Users/1"), ("POST", "/Users"), ("DELETE", "/Users/1")]
        {
            let response = send(&scim, method, path).await;
            assert_eq!(response.status(), 503);
            assert_eq!(response.headers()["retry-after"], seconds.to_string(), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn what_a_store_says_stays_in_the_house() {
    // P-3.12-15
    let scim = over(Failing(|| {
        StoreError::other("SELECT * FROM users: password authentication failed for scim@db-7")
    }));
    for method in ["GET", "PUT", "DELETE"] {
        let response = send(&scim, method, "/Users/2819c223").await;
        let body = error(&response).to_string();
        assert_eq!(response.status(), 500);
        for secret in ["SELECT", "password", "db-7", "StoreError", "2819c223", ".rs"] {
            assert!(!body.contains(secret), "{secret}: {body}");
        }
        let report = response.extensions().get::<RequestReport>().expect("a report");
        assert!(
            report.error.as_ref().is_some_and(|source| source.to_string().contains("SELECT")),
            "the host is told"
        );
    }
}

#[tokio::test]
async fn nothing_breaks_out_of_a_header() {
    // P-7.7-01
    let scim = over(Crafted);
    for (method, path) in [("POST", "/Users"), ("GET", "/Users/1")] {
        let response = send(&scim, method, path).await;
        assert!(response.status().is_success());
        for (name, value) in response.headers() {
            assert!(
                matches!(name.as_str(), "content-type" | "content-location" | "location"),
                "{name}"
            );
            assert!(value.as_bytes().iter().all(u8::is_ascii_graphic), "{name}: {value:?}");
        }
        assert_eq!(
            response.headers()["location"],
            format!("{BASE}/Users/1%0D%0ASet-Cookie:%20a=b")
        );
    }
}

#[tokio::test]
async fn details_are_one_line_whatever_the_client_wrote() {
    // P-3.12-03, P-7.7-01
    let provider = Provider::of_people().await;
    let path = format!("/Users/{}", id(&provider.get("/Users").await.resources()[0]));
    let trick = "a\r\nlevel=INFO forged\u{1b}[2J\u{2028}\u{85}b";
    let mut answers = vec![
        provider.filter("/Users", &format!("{trick} eq \"x\"")).await,
        provider.filter("/Users", &format!("userName {trick} \"x\"")).await,
        provider.filter("/Users", &format!("urn:{trick}:x eq \"x\"")).await,
        provider.get(&format!("/Users?sortBy={}", escaped(trick))).await,
        provider.get(&format!("/Users?count={}", escaped(trick))).await,
        provider.get(&format!("/Users?cursor={}", escaped(trick))).await,
        provider.post("/Users", json!({ "schemas": [trick], "userName": "x" })).await,
        provider.post("/Users", json!({ "schemas": trick, "userName": "x" })).await,
    ];
    for operation in [
        json!({ "op": trick, "path": "title", "value": "x" }),
        json!({ "op": "add", "path": trick, "value": "x" }),
        json!({ "op": "add", "path": format!("emails[{trick}]"), "value": "x" }),
        json!({ "op": "add", "path": format!("urn:{trick}:x"), "value": "x" }),
        json!({ "op": "add", "path": "active", "value": trick }),
        json!({ "op": "add", "value": { trick: "x" } }),
        json!({ "op": "add", "value": { "name": { trick: "x" } } }),
    ] {
        answers.push(provider.patch(&path, json!([operation])).await);
    }
    for (number, answer) in answers.iter().enumerate().filter(|(_, answer)| answer.status != 200) {
        let detail = answer.body["detail"].as_str().expect("one string");
        let forges = |character: char| {
            character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
        };
        assert!(!detail.contains(forges), "{number}: {detail:?}");
    }
    assert!(
        answers.iter().filter(|answer| answer.status == 400).count() > 10,
        "most of them are refused"
    );
}

#[tokio::test]
async fn text_that_means_two_things_is_refused() {
    // P-7.7-01, P-3.3-15
    let provider = Provider::strict();
    let schemas = "\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"]";
    for (members, scim_type) in [
        ("\"userName\":\"\\ud800\"", "invalidSyntax"),
        ("\"userName\":\"\\udc00\\ud800\"", "invalidSyntax"),
        ("\"\\ud800\":1,\"userName\":\"a\"", "invalidSyntax"),
        ("\"userName\":\"a\",\"userName\":\"b\"", "invalidSyntax"),
        ("\"userName\":\"a\",\"username\":\"b\"", "invalidSyntax"),
        ("\"userName\":\"a\",\"\\u0075serName\":\"b\"", "invalidSyntax"),
        ("\"userName\":\"a\",\"x\":{\"y\":1,\"Y\":2}", "invalidSyntax"),
        ("\"userName\":18446744073709551616", "invalidValue"),
        ("\"userName\":1e400", "invalidSyntax"),
        ("\"userName\":\"a\",\"x\":-1e999", "invalidSyntax"),
        ("\"userName\":\"a\u{0}\"", "invalidSyntax"),
        ("\"userName\":\"a\",", "invalidSyntax"),
    ] {
        let body = format!("{{{schemas},{members}}}");
        provider.raw("POST", "/scim/v2/Users", &[], body).await.refused(scim_type);
    }
    for (number, status) in [
        ("18446744073709551615", 201),
        ("18446744073709551616", 400),
        ("-9223372036854775809", 400),
    ] {
        let body = format!(
            "{{\"schemas\":[\"urn:example:schemas:Device\"],\"serial\":\"{number}\",\"slots\":{number}}}"
        );
        assert_eq!(
            provider.raw("POST", "/scim/v2/Devices", &[], body).await.status,
            status,
            "{number}"
        );
    }
    assert_eq!(provider.get("/Users").await.ok()["totalResults"], 0);
}
