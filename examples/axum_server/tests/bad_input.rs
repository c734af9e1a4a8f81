//! What nobody should send, over real HTTP against the demo server: each request is answered with a
//! SCIM error, and afterwards the server is alive and what it keeps is unchanged.
//!
//! `cargo test` builds the server before it; `cargo test --test bad_input` does not, and wants
//! `cargo build --example axum_server` first.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use support::demo::Demo;
use support::http::{Client, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[expect(dead_code, reason = "transcripts are for `tests/idp.rs`")]
mod support;

mod bad_input {
    mod bodies;
    mod requests;
}

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const TOKEN: (&str, &str) = ("Authorization", "Bearer token-1");
const SCIM: (&str, &str) = ("Content-Type", "application/scim+json");

/// Bodies that are no JSON objects, one a line.
const NO_OBJECTS: &str = r#"{
}
{]
{"schemas"
{"schemas":}
{'schemas': []}
{"a": 1,}
{"a": 1} x
{"a": 01}
{"a": +1}
{"a": NaN}
{"a": 1e400}
{"a": "\x"}
{"a": tru}
null
true
5
"text"
[]
[{}]
userName=bjensen
<user/>"#;

/// Paths that lead nowhere.
const NOWHERE: &str = "/Nothing /users /Users/1/2/3 /Users/.. /Users/. /Users/../Groups /%2e%2e/Users /Users/%2e%2e /Users/%2E \
    /Users/%2e%2e%2fGroups /Users/%00 /Users/%0d%0aX:%20y /Users/..; /Users/..%5c /Schemas/urn:none /ResourceTypes/None \
    /ServiceProviderConfig/x";

/// Credentials of nobody.
const CREDENTIALS: &str = "|Bearer|Bearer |Bearer token-2|Bearer TOKEN-1|Bearer token-1x|Bearer token|token-1|Basic dG9rZW4tMQ==|Basic token-1";

/// Media types that are not JSON.
const MEDIA_TYPES: &str = "text/plain application/xml application/x-www-form-urlencoded multipart/form-data;boundary=x \
    application/jsonx json";

/// A demo server with a user and a group, and what it said of them.
struct Server {
    demo: Demo,
    user: String,
    listing: Value,
}

impl Server {
    async fn start(flags: &[&str]) -> Self {
        let demo =
            Demo::start(&[&["--tenant", "one=token-1", "--quirks", "strict"], flags].concat());
        let mut server = Self { demo, user: String::new(), listing: Value::Null };
        let user = json!({ "schemas": [USER], "userName": "bjensen", "title": "Tour Guide", "emails": [{ "value": "b@example.com" }] });
        let created = server.json("POST", "/Users", &user).await;
        assert_eq!(created.status, 201, "{}", created.text());
        server.user =
            format!("/Users/{}", created.json().expect("JSON")["id"].as_str().expect("an id"));
        let group = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Tour Guides" });
        assert_eq!(server.json("POST", "/Groups", &group).await.status, 201);
        server.listing = server.list().await;
        server
    }

    async fn list(&self) -> Value {
        let answer = self.send("GET", "/?sortBy=id", &[TOKEN], None).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json().expect("JSON")
    }

    async fn json(&self, method: &str, path: &str, body: &Value) -> Response {
        self.raw(method, path, body.to_string().as_bytes()).await
    }

    async fn raw(&self, method: &str, path: &str, body: &[u8]) -> Response {
        self.send(method, path, &[TOKEN, SCIM], Some(body)).await
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Response {
        let answer = Client::new(self.demo.address())
            .send(method, &format!("/scim/v2{path}"), headers, body)
            .await;
        answer.unwrap_or_else(|err| {
            panic!("{method} {}: {err}\n{}", shortened(path), self.demo.last_words())
        })
    }

    /// The body is refused as a new user, as a replacement, as a PATCH and as a search.
    async fn refuses_body(&self, body: &[u8], scim_type: &str) {
        for (method, path) in
            [("POST", "/Users"), ("PUT", &self.user), ("PATCH", &self.user), ("POST", "/.search")]
        {
            let answer = self.raw(method, path, body).await;
            assert_error(
                &answer,
                400,
                Some(scim_type),
                &format!("{method} {}", shortened(&String::from_utf8_lossy(body))),
            );
        }
    }

    /// The server is alive, and keeps what it kept.
    async fn is_unharmed(&self) {
        assert_eq!(self.list().await, self.listing);
    }
}

#[track_caller]
fn assert_error(answer: &Response, status: u16, scim_type: Option<&str>, what: &str) {
    let text = answer.text();
    assert_eq!(answer.status, status, "{what}: {}", shortened(&text));
    assert_eq!(answer.header("Content-Type").as_deref(), Some("application/scim+json"), "{what}");
    let body = answer.json().unwrap_or_else(|| panic!("{what}: not JSON: {}", shortened(&text)));
    assert_eq!(
        body["schemas"],
        json!(["urn:ietf:params:scim:api:messages:2.0:Error"]),
        "{what}: {body}"
    );
    assert_eq!(body["status"], status.to_string(), "{what}: {body}");
    assert_eq!(body.get("scimType").and_then(Value::as_str), scim_type, "{what}: {body}");
    assert!(
        body["detail"].as_str().is_some_and(|detail| !detail.is_empty() && detail.len() < 1_000),
        "{what}: {body}"
    );
}

fn shortened(text: &str) -> String {
    text.chars().take(200).collect()
}
