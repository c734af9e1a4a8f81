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

#[tokio::test]
async fn bodies_that_are_no_json_objects() {
    let server = Server::start(&[]).await;
    for body in NO_OBJECTS.lines().chain(["", " ", "\u{feff}{}", "{\"a\": \"\t\"}"]) {
        server.refuses_body(body.as_bytes(), "invalidSyntax").await;
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn values_of_the_wrong_type() {
    let server = Server::start(&[]).await;
    let wrong = json!({
        "userName": [5, ["bjensen2"], {}, null],
        "active": ["yes", 1, 18_446_744_073_709_551_615_u64],
        "name": ["Jensen", { "familyName": 5 }],
        "emails": ["b@example.com", { "value": "b@example.com" }, [5], [[{ "value": "b" }]], [{ "value": ["b"] }]],
        "x509Certificates": [[{ "value": "%%%" }]],
    });
    for (name, values) in wrong.as_object().expect("an object") {
        for value in values.as_array().expect("values") {
            let mut user = json!({ "schemas": [USER], "userName": "other" });
            user[name] = value.clone();
            for (method, path) in [("POST", "/Users"), ("PUT", &server.user)] {
                assert_error(
                    &server.json(method, path, &user).await,
                    400,
                    Some("invalidValue"),
                    &user.to_string(),
                );
            }
        }
    }
    for schemas in
        [json!("x"), json!([5]), json!({}), json!([]), json!(null), json!(["urn:example:none"])]
    {
        let user = json!({ "schemas": schemas, "userName": "other" });
        assert_error(
            &server.json("POST", "/Users", &user).await,
            400,
            Some("invalidSyntax"),
            &user.to_string(),
        );
    }
    let wrong =
        json!(["x", {}, [5], [{ "path": "title" }], [{ "op": 5 }], [{ "op": "add", "path": 5 }]]);
    for operations in wrong.as_array().expect("values") {
        let patch = json!({ "schemas": [PATCH_OP], "Operations": operations });
        assert_error(
            &server.json("PATCH", &server.user, &patch).await,
            400,
            Some("invalidSyntax"),
            &patch.to_string(),
        );
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn names_that_stand_twice() {
    let server = Server::start(&[]).await;
    for members in [
        "\"userName\": \"a\", \"userName\": \"b\"",
        "\"userName\": \"a\", \"USERNAME\": \"b\"",
        "\"userName\": \"a\", \"username\": null",
        "\"userName\": \"a\", \"name\": {\"givenName\": \"a\", \"givenName\": \"b\"}",
        "\"userName\": \"a\", \"name\": {\"givenName\": \"a\", \"GIVENNAME\": \"b\"}",
        "\"userName\": \"a\", \"emails\": [{\"value\": \"a\", \"Value\": \"b\"}]",
        "\"userName\": \"a\", \"SCHEMAS\": [\"urn:ietf:params:scim:schemas:core:2.0:User\"]",
        "\"userName\": \"a\", \"unknown\": {\"x\": 1, \"x\": 2}",
        "\"userName\": \"a\", \"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\": {}, \
         \"URN:ietf:params:scim:schemas:extension:enterprise:2.0:User\": {}",
    ] {
        let body = format!("{{\"schemas\": [\"{USER}\"], {members}}}");
        for (method, path) in [("POST", "/Users"), ("PUT", &server.user)] {
            assert_error(
                &server.raw(method, path, body.as_bytes()).await,
                400,
                Some("invalidSyntax"),
                &body,
            );
        }
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn names_of_messages_that_stand_twice() {
    let server = Server::start(&[]).await;
    let mut requests = Vec::new();
    let remove = "{\"op\": \"remove\", \"path\": \"title\"}";
    for patch in [
        format!("\"Operations\": [{remove}], \"Operations\": []"),
        format!("\"Operations\": [{remove}], \"operations\": []"),
        "\"Operations\": [{\"op\": \"remove\", \"OP\": \"add\", \"path\": \"title\"}]".to_owned(),
        "\"Operations\": [{\"op\": \"remove\", \"path\": \"title\", \"Path\": \"nickName\"}]"
            .to_owned(),
        "\"Operations\": [{\"op\": \"replace\", \"value\": {\"title\": \"a\", \"TITLE\": \"b\"}}]"
            .to_owned(),
    ] {
        requests.push((
            "PATCH",
            server.user.as_str(),
            format!("{{\"schemas\": [\"{PATCH_OP}\"], {patch}}}"),
        ));
    }
    for parameters in
        ["\"filter\": \"title pr\", \"FILTER\": \"nickName pr\"", "\"count\": 1, \"Count\": 2"]
    {
        requests.push((
            "POST",
            "/Users/.search",
            format!("{{\"schemas\": [\"{SEARCH_REQUEST}\"], {parameters}}}"),
        ));
    }
    let mut taken = Vec::new();
    for (method, path, body) in requests {
        let answer = server.raw(method, path, body.as_bytes()).await;
        if answer.status < 400 {
            taken.push(body);
        } else {
            assert_error(&answer, 400, Some("invalidSyntax"), &body);
        }
    }
    assert!(taken.is_empty(), "taken as they are:\n{}", taken.join("\n"));
    server.is_unharmed().await;
}

#[tokio::test]
async fn text_that_is_no_unicode() {
    let server = Server::start(&[]).await;
    for text in ["\\ud800", "\\udc00", "\\ud83d x", "\\ud800\\ud800", "\\uD83D\\u0041"] {
        server
            .refuses_body(
                format!("{{\"schemas\": [\"{USER}\"], \"userName\": \"{text}\"}}").as_bytes(),
                "invalidSyntax",
            )
            .await;
        server
            .refuses_body(
                format!("{{\"schemas\": [\"{USER}\"], \"{text}\": 1}}").as_bytes(),
                "invalidSyntax",
            )
            .await;
    }
    for bytes in [&b"\xff"[..], b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\xaf"]
    {
        let mut body = format!("{{\"schemas\": [\"{USER}\"], \"userName\": \"").into_bytes();
        body.extend(bytes);
        body.extend(b"\"}");
        server.refuses_body(&body, "invalidSyntax").await;
    }
    for path in ["/Users/%FF", "/Users/%C0%AF", "/%FF", "/Users/%ED%A0%80"] {
        assert_error(&server.send("GET", path, &[TOKEN], None).await, 404, None, path);
    }
    let lone = "/Users?filter=userName%20eq%20%22%5Cud800%22";
    assert_error(&server.send("GET", lone, &[TOKEN], None).await, 400, Some("invalidFilter"), lone);
    server.is_unharmed().await;
}

#[tokio::test]
async fn filters_that_are_no_unicode() {
    let server = Server::start(&[]).await;
    for bytes in ["%FF", "%C3%28", "%ED%A0%80"] {
        let path = format!("/Users?filter=userName%20ne%20%22{bytes}%22");
        assert_error(
            &server.send("GET", &path, &[TOKEN], None).await,
            400,
            Some("invalidFilter"),
            &path,
        );
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn json_that_nests_without_end() {
    let server = Server::start(&[]).await;
    for depth in [200, 10_000, 1_000_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
            let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            let body = format!(
                "{{\"schemas\": [\"{USER}\"], \"userName\": \"other\", \"emails\": {deep}}}"
            );
            server.refuses_body(body.as_bytes(), "invalidSyntax").await;
            server.refuses_body(open.repeat(depth).as_bytes(), "invalidSyntax").await;
        }
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn filters_that_nest_without_end() {
    let server = Server::start(&[]).await;
    for open in ["[", "(", "not (", "emails[", "a["] {
        for filter in [
            open.repeat(100_000),
            format!("{}title pr{}", open.repeat(100_000), ")".repeat(100_000)),
        ] {
            let body = json!({ "schemas": [SEARCH_REQUEST], "filter": filter });
            for path in ["/Users/.search", "/.search"] {
                assert_error(
                    &server.json("POST", path, &body).await,
                    400,
                    Some("invalidFilter"),
                    open,
                );
            }
        }
        // As much as fits into a head.
        let sendable = open.replace(' ', "%20").repeat(30_000 / open.replace(' ', "%20").len());
        let answer = server.send("GET", &format!("/Users?filter={sendable}"), &[TOKEN], None).await;
        assert_error(&answer, 400, Some("invalidFilter"), open);
        let path = format!("emails[{}", open.repeat(100_000));
        let patch =
            json!({ "schemas": [PATCH_OP], "Operations": [{ "op": "remove", "path": path }] });
        let answer = server.json("PATCH", &server.user, &patch).await;
        let scim_type =
            answer.json().expect("JSON")["scimType"].as_str().unwrap_or_default().to_owned();
        assert!(
            matches!(scim_type.as_str(), "invalidFilter" | "invalidPath"),
            "{open}: {}",
            answer.text()
        );
        assert_error(&answer, 400, Some(&scim_type), open);
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn urls_that_no_http_server_reads() {
    let server = Server::start(&[]).await;
    for open in ["[", "(", "x"] {
        let mut stream =
            TcpStream::connect(server.demo.address()).await.expect("it takes connections");
        let head = format!(
            "GET /scim/v2/Users?filter={} HTTP/1.1\r\nHost: example.com\r\nAuthorization: Bearer token-1\r\n\r\n",
            open.repeat(100_000)
        );
        stream.write_all(head.as_bytes()).await.expect("the request goes out");
        let mut start = [0; 12];
        stream.read_exact(&mut start).await.expect("an answer");
        let start = String::from_utf8_lossy(&start).into_owned();
        assert!(["400", "414", "431"].iter().any(|status| start.ends_with(status)), "{start}");
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn bodies_beyond_the_limit() {
    const LIMIT: usize = 10 * 1024 * 1024;
    let server = Server::start(&[]).await;
    for (method, path) in [
        ("POST", "/Users"),
        ("PUT", &server.user),
        ("PATCH", &server.user),
        ("POST", "/Users/.search"),
    ] {
        // Nothing of the body is sent: who announces so much is answered at once.
        let head = format!(
            "{method} /scim/v2{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-1\r\n"
        );
        let head = format!("{head}Content-Length: {}\r\n\r\n", LIMIT + 1);
        let mut stream =
            TcpStream::connect(server.demo.address()).await.expect("it takes connections");
        stream.write_all(head.as_bytes()).await.expect("the request goes out");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer, and the end");
        assert!(
            answer.starts_with("HTTP/1.1 413 ") && answer.contains("\"status\":\"413\""),
            "{method} {path}: {answer}"
        );
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn numbers_beyond_all_bounds() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bad-input-devices.json");
    let attributes =
        json!([{ "name": "slots", "type": "integer" }, { "name": "weight", "type": "decimal" }]);
    let types = json!({
        "schemas": [{ "id": "urn:example:schemas:Device", "attributes": attributes }],
        "resourceTypes": [{ "name": "Device", "endpoint": "/Devices", "schema": "urn:example:schemas:Device" }],
    });
    fs::write(&file, types.to_string()).expect("the target folder can be written");
    let server =
        Server::start(&["--resource-types", file.to_str().expect("a path that is text")]).await;
    for (name, number, scim_type) in [
        ("slots", "18446744073709551616", "invalidValue"),
        ("slots", "-9223372036854775809", "invalidValue"),
        ("slots", "1e30", "invalidValue"),
        ("slots", "1.5", "invalidValue"),
        ("slots", "1e400", "invalidSyntax"),
        ("weight", "-1e400", "invalidSyntax"),
        ("slots", "1e99999999999999999999", "invalidSyntax"),
    ] {
        let body =
            format!("{{\"schemas\": [\"urn:example:schemas:Device\"], \"{name}\": {number}}}");
        assert_error(
            &server.raw("POST", "/Devices", body.as_bytes()).await,
            400,
            Some(scim_type),
            &body,
        );
    }
    for parameters in ["\"count\": 1e30", "\"startIndex\": 1.5", "\"count\": -1e30"] {
        let body = format!("{{\"schemas\": [\"{SEARCH_REQUEST}\"], {parameters}}}");
        assert_error(
            &server.raw("POST", "/Users/.search", body.as_bytes()).await,
            400,
            Some("invalidValue"),
            &body,
        );
    }
    for filter in
        ["slots%20eq%201e400", "weight%20lt%20-1e99999999999999999999", "slots%20eq%20%2B1"]
    {
        let path = format!("/Devices?filter={filter}");
        assert_error(
            &server.send("GET", &path, &[TOKEN], None).await,
            400,
            Some("invalidFilter"),
            filter,
        );
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn strangers() {
    let server = Server::start(&[]).await;
    let user = json!({ "schemas": [USER], "userName": "other" }).to_string();
    for route in [
        "GET ",
        "GET /Users",
        "POST /Users",
        "GET /ServiceProviderConfig",
        "GET /Nothing",
        "DELETE /Users/1",
    ] {
        let (method, path) = route.split_once(' ').expect("a method and a path");
        let missing = server.send(method, path, &[SCIM], Some(user.as_bytes())).await;
        let mut answers = vec![missing];
        for credential in CREDENTIALS.split('|') {
            answers.push(
                server
                    .send(
                        method,
                        path,
                        &[("Authorization", credential), SCIM],
                        Some(user.as_bytes()),
                    )
                    .await,
            );
        }
        for answer in answers {
            assert_error(&answer, 401, None, &format!("{method} {path}"));
            assert!(
                answer
                    .header("WWW-Authenticate")
                    .is_some_and(|challenge| challenge.starts_with("Bearer")),
                "{route}"
            );
        }
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn paths_to_nowhere() {
    let server = Server::start(&[]).await;
    let id = server.user.trim_start_matches("/Users/");
    let encoded_slash = format!("/Users%2F{id}");
    let wrong_type = format!("/Groups/{id}");
    let too_deep = format!("{}/emails", server.user);
    for path in NOWHERE.split_whitespace().chain([encoded_slash.as_str(), &wrong_type, &too_deep]) {
        assert_error(&server.send("GET", path, &[TOKEN], None).await, 404, None, path);
    }
    for path in ["/Users/..", "/%2e%2e/Users/x", &encoded_slash, "/Users/nobody"] {
        assert_error(&server.send("DELETE", path, &[TOKEN], None).await, 404, None, path);
    }
    assert_error(&server.send("GET", "/Me", &[TOKEN], None).await, 501, None, "/Me");
    // Empty segments do not count, since base URLs are pasted with and without a slash at the end.
    for path in ["//Users", "/Users/", "///Users//"] {
        let answer = server.send("GET", path, &[TOKEN], None).await;
        assert_eq!(answer.json().expect("JSON")["totalResults"], 1, "{path}");
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn methods_that_go_with_no_path() {
    let server = Server::start(&[]).await;
    for (method, path, allowed) in [
        ("PUT", "/Users", &["GET", "POST"][..]),
        ("DELETE", "/Users", &["GET", "POST"]),
        ("PATCH", "/Groups", &["GET", "POST"]),
        ("POST", &server.user, &["GET", "PUT", "PATCH", "DELETE"]),
        ("GET", "/Users/.search", &["POST"]),
        ("DELETE", "/.search", &["POST"]),
        ("GET", "/Bulk", &["POST"]),
        ("POST", "", &["GET"]),
        ("DELETE", "", &["GET"]),
        ("PUT", "/ServiceProviderConfig", &["GET"]),
        ("POST", "/Schemas", &["GET"]),
        ("DELETE", "/ResourceTypes/User", &["GET"]),
        ("TRACE", "/Users", &["GET", "POST"]),
        ("BREW", &server.user, &["GET", "PUT", "PATCH", "DELETE"]),
    ] {
        let answer = server.send(method, path, &[TOKEN, SCIM], Some(b"{}")).await;
        assert_error(&answer, 405, None, &format!("{method} {path}"));
        let allow = answer.header("Allow").expect("which methods are allowed");
        let mut named: Vec<&str> = allow
            .split(',')
            .map(str::trim)
            .filter(|name| !matches!(*name, "HEAD" | "OPTIONS"))
            .collect();
        let mut expected = allowed.to_vec();
        named.sort_unstable();
        expected.sort_unstable();
        assert_eq!(named, expected, "{method} {path}");
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn media_types_that_nobody_reads() {
    let server = Server::start(&[]).await;
    let user = json!({ "schemas": [USER], "userName": "other" }).to_string();
    for kind in MEDIA_TYPES.split_whitespace() {
        for (method, path) in [
            ("POST", "/Users"),
            ("PUT", &server.user),
            ("PATCH", &server.user),
            ("POST", "/.search"),
        ] {
            let answer = server
                .send(method, path, &[TOKEN, ("Content-Type", kind)], Some(user.as_bytes()))
                .await;
            assert_error(&answer, 415, None, &format!("{method} as {kind}"));
        }
    }
    for accept in ["text/html", "application/xml", "image/*", "application/scim+json;q=0"] {
        for (method, path) in
            [("GET", "/Users"), ("GET", &server.user), ("GET", "/Schemas"), ("POST", "/Users")]
        {
            let answer = server
                .send(method, path, &[TOKEN, SCIM, ("Accept", accept)], Some(user.as_bytes()))
                .await;
            assert_error(&answer, 406, None, &format!("{method} {path} for {accept}"));
        }
    }
    server.is_unharmed().await;
}
