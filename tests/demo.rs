//! The demo server from outside: what its command line accepts and refuses, who is let in, how it starts and ends. What it
//! answers to identity providers is in `tests/idp.rs`.
//!
//! `cargo test` builds the server before it; `cargo test --test demo` does not, and wants
//! `cargo build --example axum_server` first.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use support::demo::Demo;
use support::http::{Client, Response};

#[expect(dead_code, reason = "transcripts are for `tests/idp.rs`")]
mod support;

const PATIENCE: Duration = Duration::from_secs(30);

/// Two tenants, and the admin view.
const FLAGS: &[&str] = &["--tenant", "one=token-1", "--tenant", "two=token-2", "--admin-key", "key"];

const SCIM_USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

#[test]
fn flags_that_it_does_not_understand_are_refused() {
    let not_sendable = "a token or key is made of ASCII letters, digits and signs, without spaces";
    for (flags, message) in [
        (&["--quota-gb", "250"][..], "unexpected argument '--quota-gb'"),
        (&["--department-groups"], "unexpected argument '--department-groups'"),
        (&["--orphans", "delete"], "unexpected argument '--orphans'"),
        (&["--listen", "nowhere"], "cannot listen on `nowhere`"),
        (&["--database", "sqlite:demo.db"], "this database is not there yet: use `memory`"),
        (&["--database", "postgres://localhost/demo"], "this database is not there yet: use `memory`"),
        (&["--database", "paper"], "no such database: use `memory`"),
        (&["--public-url", "example.com"], "write scheme and host without a path"),
        (&["--public-url", "ftp://example.com"], "write scheme and host without a path"),
        (&["--public-url", "https://example.com/demo"], "write scheme and host without a path"),
        (&["--public-url", "https://example.com?a=b"], "write scheme and host without a path"),
        (&["--quirks", "harsh"], "invalid value 'harsh'"),
        (&["--max-results", "0"], "invalid value '0'"),
        (&["--tenant", "one"], "write NAME=TOKEN"),
        (&["--tenant", "a/b=token"], "the name of a tenant is made of letters"),
        (&["--tenant", "=token"], "the name of a tenant is made of letters"),
        (&["--tenant", "one="], not_sendable),
        (&["--tenant", "one=a b"], not_sendable),
        (&["--admin-key", ""], not_sendable),
        (&["--tenant", "one=a", "--tenant", "one=b"], "the tenant `one` is given twice"),
        (&["--tenant", "one=a", "--tenant", "two=a"], "a token of the tenant `two` is given twice"),
        (&["--tenant", "one=a", "--oauth-token", "one=a"], "a token of the tenant `one` is given twice"),
        (&["--disable-tenant", "one"], "`--disable-tenant one`: there is no such tenant; add `--tenant one=TOKEN`"),
        (&["--no-groups", "one"], "`--no-groups one`: there is no such tenant"),
        (&["--oauth-token", "one=a"], "`--oauth-token one`: there is no such tenant"),
        (&["--oauth-token", "demo=a,expires_in=soon"], "write `expires_in=SECONDS` after the comma"),
        (&["--oauth-token", "demo=a,scope=scim"], "write `expires_in=SECONDS` after the comma"),
    ] {
        refuses(flags, message);
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("some loopback port is free");
    let address = taken.local_addr().expect("a bound listener has an address").to_string();
    refuses(&["--listen", &address], &format!("cannot listen on `{address}`"));
}

#[tokio::test]
async fn without_flags_it_prints_all_that_a_client_needs() {
    let mut server = Server::start();
    let welcome = server.welcome();
    let word_after = |name: &str| {
        let line = welcome.iter().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name}: {welcome:?}"));
        line.trim().to_owned()
    };
    let (url, token) = (word_after("Tenant URL"), word_after("Token"));
    // What a shell makes of it: no word but the header has a space.
    let line = word_after("curl -H ");
    let (header, curl_url) = line.strip_prefix('\'').and_then(|line| line.split_once("' ")).expect("a quoted header and a URL");
    assert_eq!(header, format!("Authorization: Bearer {token}"));
    assert_eq!(curl_url, format!("{url}/Users"));

    let path = curl_url.strip_prefix(&format!("http://{}", address(&url))).expect("it is reached where it listens");
    let answer = get(address(&url), path, &token).await;
    assert_eq!((answer.status, body(&answer)["totalResults"].clone()), (200, json!(0)));
    assert!(token.len() >= 43, "256 bits in base64: {token}");
    assert_ne!(Server::start().token(), token, "each run has a token of its own");
}

#[cfg(unix)]
#[tokio::test]
async fn signals_end_it_well_and_soon() {
    for signal in ["-TERM", "-INT"] {
        let mut server = Server::start();
        let welcome = server.welcome();
        let address = address(welcome[0].trim_start_matches("Tenant URL").trim());
        let mut idle = Client::new(address);
        assert_eq!(idle.send("GET", "/", &[], None).await.expect("an answer").status, 200);
        let _silent = TcpStream::connect(address).expect("it takes connections");
        let begun = Instant::now();
        let sent = Command::new("kill").args([signal, &server.process.id().to_string()]).status();
        assert!(sent.expect("there is a `kill`").success());
        let status = wait(&mut server.process).unwrap_or_else(|| panic!("it goes on after {signal}"));
        assert!(status.success(), "{signal}: {status}");
        assert!(begun.elapsed() < Duration::from_secs(4), "{signal}: it took {:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn the_token_tells_the_tenant_and_the_path_has_to_agree() {
    let demo = Demo::start(FLAGS);
    let created = create_user(demo.address(), "/t/one/scim/v2", "token-1").await;
    let location = format!("http://{}/t/one/scim/v2/Users/{}", demo.address(), created["id"].as_str().expect("an id"));
    assert_eq!(created["meta"]["location"], location.as_str());

    for (base, token, total) in [("/scim/v2", "token-1", 1), ("/scim/v2", "token-2", 0), ("/t/two/scim/v2", "token-2", 0)] {
        let answer = get(demo.address(), &format!("{base}/Users"), token).await;
        assert_eq!(body(&answer)["totalResults"], total, "{base} {token}");
    }
    for (base, token) in
        [("/t/one/scim/v2", "token-2"), ("/t/none/scim/v2", "token-1"), ("/scim/v2", "token-3"), ("/scim/v2", "")]
    {
        let answer = get(demo.address(), &format!("{base}/Users"), token).await;
        assert_scim_error(&answer, 401);
        let challenge = answer.header("WWW-Authenticate").expect("a challenge");
        assert!(challenge.starts_with("Bearer"), "{challenge}");
        assert!(!answer.text().contains("one") && !answer.text().contains("two"), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_disabled_tenant_is_refused_and_others_are_not() {
    let demo = Demo::start(&[FLAGS, &["--disable-tenant", "one", "--oauth-token", "one=oauth"]].concat());
    for path in ["/scim/v2/Users", "/t/one/scim/v2/Users", "/scim/v2/ServiceProviderConfig"] {
        for token in ["token-1", "oauth"] {
            assert_scim_error(&get(demo.address(), path, token).await, 403);
        }
    }
    assert_eq!(get(demo.address(), "/scim/v2/Users", "token-2").await.status, 200);
}

#[tokio::test]
async fn an_access_token_is_good_until_it_expires() {
    let tokens = ["--oauth-token", "one=live,expires_in=3600", "--oauth-token", "one=dead,expires_in=0"];
    let demo = Demo::start(&[FLAGS, &tokens, &["--oauth-token", "two=for=good"]].concat());
    create_user(demo.address(), "/scim/v2", "token-1").await;
    assert_eq!(body(&get(demo.address(), "/scim/v2/Users", "live").await)["totalResults"], 1);
    assert_eq!(body(&get(demo.address(), "/t/two/scim/v2/Users", "for=good").await)["totalResults"], 0);
    let expired = get(demo.address(), "/scim/v2/Users", "dead").await;
    assert_scim_error(&expired, 401);
    let challenge = expired.header("WWW-Authenticate").expect("a challenge");
    assert!(challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_token\""), "{challenge}");
}

#[tokio::test]
async fn a_bare_token_is_taken_only_when_allowed() {
    let headers = [("Authorization", "token-1")];
    let strict = Demo::start(FLAGS);
    assert_scim_error(&send(strict.address(), "GET", "/scim/v2/Users", &headers, None).await, 401);
    let lenient = Demo::start(&[FLAGS, &["--allow-bare-token"]].concat());
    assert_eq!(send(lenient.address(), "GET", "/scim/v2/Users", &headers, None).await.status, 200);
    for wrong in ["token-3", "Basic token-1", "Bearer"] {
        let headers = [("Authorization", wrong)];
        assert_scim_error(&send(lenient.address(), "GET", "/scim/v2/Users", &headers, None).await, 401);
    }
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let header = format!("{scheme} token-1");
        let headers = [("Authorization", header.as_str())];
        assert_eq!(send(lenient.address(), "GET", "/scim/v2/Users", &headers, None).await.status, 200, "{scheme}");
    }
}

#[tokio::test]
async fn groups_are_hidden_from_a_tenant_without_them() {
    let demo = Demo::start(&[FLAGS, &["--no-groups", "one"]].concat());
    for base in ["/scim/v2", "/t/one/scim/v2"] {
        assert_scim_error(&get(demo.address(), &format!("{base}/Groups"), "token-1").await, 404);
        assert_eq!(body(&get(demo.address(), &format!("{base}/ResourceTypes"), "token-1").await)["totalResults"], 1);
    }
    assert_eq!(body(&get(demo.address(), "/scim/v2/ResourceTypes", "token-2").await)["totalResults"], 2);
}

#[tokio::test]
async fn the_admin_view_opens_only_to_its_key() {
    let demo = Demo::start(FLAGS);
    let user = create_user(demo.address(), "/scim/v2", "token-1").await;
    let user_path = format!("/admin/api/tenants/one/users/{}", user["id"].as_str().expect("an id"));
    for path in ["/admin/api/tenants/one/events", user_path.as_str(), "/admin/api/nothing"] {
        for headers in [&[][..], &[("X-Admin-Key", "")], &[("X-Admin-Key", "keys")], &[("Authorization", "Bearer token-1")]] {
            let answer = send(demo.address(), "GET", path, headers, None).await;
            assert_eq!(answer.status, 401, "{path} {headers:?}");
            assert!(!answer.text().contains("bjensen"));
        }
    }
    let view = admin(demo.address(), &user_path).await;
    assert_eq!(view.status, 200);
    for (name, value) in
        [("userName", json!("bjensen")), ("active", json!(true)), ("origin", json!("IDP")), ("quotaGb", json!(null))]
    {
        assert_eq!(body(&view).get(name), Some(&value), "{name}");
    }
    let elsewhere = user_path.replace("/one/", "/two/");
    for path in [elsewhere.as_str(), "/admin/api/tenants/none/events", "/admin/api/tenants/one/groups/1"] {
        assert_eq!(admin(demo.address(), path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn without_a_key_there_is_no_admin_view() {
    let demo = Demo::start(&["--tenant", "one=token-1"]);
    assert_eq!(admin(demo.address(), "/admin/api/tenants/one/events").await.status, 404);
}

#[tokio::test]
async fn events_are_those_of_the_tenant_in_the_order_of_their_numbers() {
    let demo = Demo::start(FLAGS);
    let user = create_user(demo.address(), "/scim/v2", "token-1").await;
    create_user(demo.address(), "/scim/v2", "token-2").await;
    let id = user["id"].as_str().expect("an id");
    let group = json!({ "displayName": "Tours", "members": [{ "value": id }] });
    let group = post(demo.address(), "/scim/v2/Groups", "token-1", &group).await;
    let group = body(&group);
    let off = json!({ "userName": "bjensen", "active": false, "name": { "givenName": "Barbara" } });
    let path = format!("/scim/v2/Users/{id}");
    for _ in 0..2 {
        assert_eq!(put(demo.address(), &path, "token-1", &off).await.status, 200);
    }
    let deleted = send(demo.address(), "DELETE", &path, &[("Authorization", "Bearer token-1")], None).await;
    assert_eq!(deleted.status, 204);

    let events = body(&admin(demo.address(), "/admin/api/tenants/one/events").await);
    let event = |seq: u64, event: &str, resource_type: &str, id: &Value, paths: Value, added: Value| {
        json!({
            "seq": seq, "event": event, "resourceType": resource_type, "resourceId": id,
            "paths": paths, "added": added, "removed": []
        })
    };
    let none = || json!([]);
    let expected = json!([
        event(1, "user.created", "User", &user["id"], none(), none()),
        event(2, "group.created", "Group", &group["id"], none(), none()),
        event(3, "group.members_changed", "Group", &group["id"], none(), json!([id])),
        event(4, "user.deactivated", "User", &user["id"], none(), none()),
        event(5, "user.updated", "User", &user["id"], json!(["name.givenName"]), none()),
        event(6, "user.deleted", "User", &user["id"], none(), none()),
    ]);
    assert_eq!(events, expected);
    let of_others = body(&admin(demo.address(), "/admin/api/tenants/two/events").await);
    assert_eq!(of_others.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn the_admin_view_names_members_and_direct_groups() {
    let demo = Demo::start(FLAGS);
    let user = create_user(demo.address(), "/scim/v2", "token-1").await;
    let group = |name: &str, member: &Value| json!({ "displayName": name, "members": [{ "value": member }] });
    let inner = body(&post(demo.address(), "/scim/v2/Groups", "token-1", &group("Inner", &user["id"])).await);
    post(demo.address(), "/scim/v2/Groups", "token-1", &group("Outer", &inner["id"])).await;

    let id = |resource: &Value| resource["id"].as_str().expect("an id").to_owned();
    let view = body(&admin(demo.address(), &format!("/admin/api/tenants/one/users/{}", id(&user))).await);
    assert_eq!(view["groups"], json!([{ "id": inner["id"], "display": "Inner", "origin": "IDP" }]));
    let view = body(&admin(demo.address(), &format!("/admin/api/tenants/one/groups/{}", id(&inner))).await);
    assert_eq!(view["members"], json!([{ "id": user["id"], "display": "bjensen", "origin": "IDP" }]));
    assert_eq!((&view["displayName"], &view["origin"]), (&json!("Inner"), &json!("IDP")));
}

#[tokio::test]
async fn pages_quirks_and_public_url_are_as_the_flags_say() {
    let flags = ["--max-results", "2", "--quirks", "strict", "--public-url", "https://scim.example.com/"];
    let demo = Demo::start(&[FLAGS, &flags].concat());
    let config = body(&get(demo.address(), "/scim/v2/ServiceProviderConfig", "token-1").await);
    assert_eq!(config["filter"]["maxResults"], 2);
    for name in ["a", "b", "c"] {
        let created = post(demo.address(), "/scim/v2/Users", "token-1", &user(name)).await;
        assert_eq!(created.status, 201);
        let location = created.header("Location").expect("a location");
        assert!(location.starts_with("https://scim.example.com/scim/v2/Users/"), "{location}");
    }
    let page = body(&get(demo.address(), "/scim/v2/Users?count=100", "token-1").await);
    assert_eq!((&page["totalResults"], &page["itemsPerPage"]), (&json!(3), &json!(2)));
    let page = body(&get(demo.address(), "/scim/v2/Users", "token-1").await);
    assert_eq!(page["itemsPerPage"], 2, "a page without `count` is no larger than the largest");
    let mut quoted_boolean = user("d");
    quoted_boolean["active"] = json!("True");
    assert_scim_error(&post(demo.address(), "/scim/v2/Users", "token-1", &quoted_boolean).await, 400);
    let lenient = Demo::start(FLAGS);
    assert_eq!(post(lenient.address(), "/scim/v2/Users", "token-1", &quoted_boolean).await.status, 201);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_a_scim_error() {
    const LIMIT: usize = 10 * 1024 * 1024;
    let demo = Demo::start(FLAGS);
    let headers = [("Authorization", "Bearer token-1"), ("Content-Type", "application/scim+json")];
    for (length, status) in [(LIMIT, 400), (LIMIT + 1, 413), (LIMIT + 2, 413)] {
        let spaces = vec![b' '; length];
        let answer = send(demo.address(), "POST", "/scim/v2/Users", &headers, Some(&spaces)).await;
        assert_scim_error(&answer, status);
    }
}

#[tokio::test]
async fn everything_under_the_base_is_scim_and_nothing_else_is() {
    let demo = Demo::start(FLAGS);
    for path in ["/scim/v2/Nothing", "/scim/v2/Users/1/2", "/t/one/scim/v2/Nothing", "/scim/v2/%00", "/scim/v2/Users/%FF"] {
        assert_scim_error(&get(demo.address(), path, "token-1").await, 404);
    }
    for base in ["/scim/v2", "/scim/v2/", "/t/one/scim/v2"] {
        let answer = get(demo.address(), base, "token-1").await;
        assert_eq!(answer.header("Content-Type").as_deref(), Some("application/scim+json"), "{base}");
    }
    for path in ["/nothing", "/scim", "/scim/v20/Users", "/t/one", "/t/scim/v2/Users", "//scim/v2/Users", "/Users"] {
        let answer = get(demo.address(), path, "token-1").await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.header("Content-Type").is_some_and(|kind| kind.starts_with("text/plain")), "{path}");
    }
    let front = send(demo.address(), "GET", "/", &[], None).await;
    assert_eq!(front.status, 200);
    assert!(front.text().contains("SCIM 2.0") && front.text().contains("/scim/v2"));
}

#[tokio::test]
async fn the_log_tells_requests_without_personal_data() {
    let demo = Demo::start(FLAGS);
    let mut quoted_boolean = user("bjensen");
    quoted_boolean["active"] = json!("True");
    post(demo.address(), "/t/one/scim/v2/Users", "token-1", &quoted_boolean).await;
    get(demo.address(), "/scim/v2/Users?filter=userName+eq+%22bjensen%22", "token-1").await;
    let log = demo.last_words();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("method=")).collect();
    assert_eq!(lines.len(), 2, "{log}");
    for part in
        ["method=POST", "path=\"/t/one/scim/v2/Users\"", "status=201", "duration=", "tenant=\"one\"", "`active`: a string"]
    {
        assert!(lines[0].contains(part), "{part}: {log}");
    }
    for part in ["method=GET", "path=\"/scim/v2/Users\"", "status=200"] {
        assert!(lines[1].contains(part), "{part}: {log}");
    }
    assert!(!lines[1].contains("deviations"), "{log}");
    for secret in ["bjensen", "token-1", "filter"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[tokio::test]
async fn further_resource_types_are_served_and_told_like_users() {
    let file = write("devices.json", &devices());
    let demo = Demo::start(&[FLAGS, &["--resource-types", &file]].concat());
    let types = body(&get(demo.address(), "/scim/v2/ResourceTypes/Device", "token-1").await);
    assert_eq!((&types["endpoint"], &types["description"]), (&json!("/Devices"), &json!("Things")));
    let device = json!({ "serial": "A1", "urn:example:schemas:Place": { "room": "12" } });
    let created = body(&post(demo.address(), "/scim/v2/Devices", "token-1", &device).await);
    assert_eq!(created["urn:example:schemas:Place"]["room"], "12", "{created}");
    let found = get(demo.address(), "/scim/v2/Devices?filter=serial+eq+%22A1%22", "token-1").await;
    assert_eq!(body(&found)["totalResults"], 1);
    assert_scim_error(&post(demo.address(), "/scim/v2/Devices", "token-1", &json!({})).await, 400);
    let events = body(&admin(demo.address(), "/admin/api/tenants/one/events").await);
    assert_eq!((&events[0]["event"], &events[0]["resourceType"]), (&json!("device.created"), &json!("Device")));
}

#[test]
fn bad_files_of_resource_types_are_refused_with_the_place() {
    let changed = |change: fn(&mut Value)| {
        let mut document = devices();
        change(&mut document);
        document.to_string()
    };
    for (name, text, place) in [
        ("cut", "{\"schemas\": [".to_owned(), "line 1 column 13"),
        ("key", changed(|file| file["resources"] = json!([])), "unknown field `resources`"),
        ("type", changed(|file| file["schemas"][0]["attributes"][0]["type"] = json!("text")), "`urn:example:schemas:Device`"),
        ("name", changed(|file| file["schemas"][0]["attributes"][0]["name"] = json!("a b")), "`a b`"),
        (
            "uri",
            changed(|file| file["resourceTypes"][0]["schema"] = json!("urn:example:x")),
            "there is no schema `urn:example:x`",
        ),
        ("extension", changed(|file| file["schemas"][1]["id"] = json!("urn:example:y")), "`urn:example:schemas:Place`"),
        (
            "unused",
            changed(|file| file["resourceTypes"] = json!([])),
            "schema `urn:example:schemas:Device`: no resource type uses it",
        ),
        ("endpoint", changed(|file| file["resourceTypes"][0]["endpoint"] = json!("Devices/")), "`Device`"),
        ("taken", changed(|file| file["resourceTypes"][0]["endpoint"] = json!("/Users")), "`Device`"),
    ] {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bad-{name}.json"));
        fs::write(&file, text).expect("the target folder can be written");
        let file = file.to_str().expect("a path that is text");
        refuses(&["--resource-types", file], place);
        refuses(&["--resource-types", file], &format!("`--resource-types {file}`"));
    }
    refuses(&["--resource-types", "no-such-file.json"], "`--resource-types no-such-file.json`: it cannot be read");
    let twice = write("twice.json", &devices());
    refuses(&["--resource-types", &twice, "--resource-types", &twice], &format!("`--resource-types {twice}`: `Device`"));
}

fn devices() -> Value {
    let text = |name: &str, required: bool| json!({ "name": name, "type": "string", "required": required });
    json!({
        "schemas": [
            { "id": "urn:example:schemas:Device", "name": "Device", "attributes": [text("serial", true)] },
            { "id": "urn:example:schemas:Place", "name": "Place", "attributes": [text("room", false)] },
        ],
        "resourceTypes": [{
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": "Device", "name": "Device", "endpoint": "/Devices", "description": "Things",
            "schema": "urn:example:schemas:Device",
            "schemaExtensions": [{ "schema": "urn:example:schemas:Place", "required": false }],
        }],
    })
}

fn user(name: &str) -> Value {
    json!({ "schemas": [SCIM_USER], "userName": name, "active": true })
}

async fn create_user(address: SocketAddr, base: &str, token: &str) -> Value {
    let created = post(address, &format!("{base}/Users"), token, &user("bjensen")).await;
    assert_eq!(created.status, 201, "{}", created.text());
    body(&created)
}

async fn get(address: SocketAddr, path: &str, token: &str) -> Response {
    send(address, "GET", path, &[("Authorization", &format!("Bearer {token}"))], None).await
}

async fn post(address: SocketAddr, path: &str, token: &str, body: &Value) -> Response {
    write_to(address, "POST", path, token, body).await
}

async fn put(address: SocketAddr, path: &str, token: &str, body: &Value) -> Response {
    write_to(address, "PUT", path, token, body).await
}

async fn write_to(address: SocketAddr, method: &str, path: &str, token: &str, body: &Value) -> Response {
    let token = format!("Bearer {token}");
    let headers = [("Authorization", token.as_str()), ("Content-Type", "application/scim+json")];
    send(address, method, path, &headers, Some(body.to_string().as_bytes())).await
}

async fn admin(address: SocketAddr, path: &str) -> Response {
    send(address, "GET", path, &[("X-Admin-Key", "key")], None).await
}

async fn send(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Response {
    let answer = Client::new(address).send(method, path, headers, body).await;
    answer.unwrap_or_else(|err| panic!("{method} {path}: {err}"))
}

#[track_caller]
fn body(answer: &Response) -> Value {
    answer.json().unwrap_or_else(|| panic!("not JSON: {}", answer.text()))
}

#[track_caller]
fn assert_scim_error(answer: &Response, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("Content-Type").as_deref(), Some("application/scim+json"));
    let error = body(answer);
    assert_eq!(error["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    assert_eq!(error["status"], status.to_string());
}

/// Fails unless the server ends by itself and says why.
#[track_caller]
fn refuses(flags: &[&str], message: &str) {
    let listens = if flags.contains(&"--listen") { &[][..] } else { &["--listen", "127.0.0.1:0"] };
    let mut process = command().args(listens).args(flags).spawn().expect("the demo is a program");
    let ended = wait(&mut process);
    let Output { stderr, .. } = process.wait_with_output().expect("its output can be read");
    let (said, status) = (String::from_utf8_lossy(&stderr), ended.unwrap_or_else(|| panic!("{flags:?} are accepted")));
    assert!(!status.success() && status.code().is_some(), "{flags:?}: {status}");
    assert!(said.contains(message), "{flags:?}: expected `{message}`, got:\n{said}");
}

/// The server as a newcomer starts it, on a port that the system chooses.
struct Server {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Server {
    fn start() -> Self {
        let mut process =
            command().args(["--listen", "127.0.0.1:0"]).stderr(Stdio::null()).spawn().expect("the demo is a program");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        Self { process, output }
    }

    /// The lines that it prints, up to the last.
    fn welcome(&mut self) -> Vec<String> {
        let lines = self.output.by_ref().lines().map(|line| line.expect("text"));
        let mut welcome = Vec::new();
        for line in lines {
            let last = line.starts_with("curl ");
            welcome.push(line);
            if last {
                return welcome;
            }
        }
        panic!("no `curl` line: {welcome:?}");
    }

    fn token(&mut self) -> String {
        let welcome = self.welcome();
        let line = welcome.iter().find_map(|line| line.strip_prefix("Token"));
        line.expect("a token").trim().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only where the process has ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn address(url: &str) -> SocketAddr {
    let address = url.strip_prefix("http://").and_then(|url| url.split('/').next());
    address.and_then(|address| address.parse().ok()).unwrap_or_else(|| panic!("no address: {url}"))
}

fn command() -> Command {
    let mut command = Command::new(binary());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// How the process ended; none, and an end to it, if it goes on.
fn wait(process: &mut Child) -> Option<std::process::ExitStatus> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(status) = process.try_wait().expect("a process of ours can be asked") {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(20));
    }
    let _ = process.kill();
    None
}

fn write(name: &str, document: &Value) -> String {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
    fs::write(&file, document.to_string()).expect("the target folder can be written");
    file.to_str().expect("a path that is text").to_owned()
}

/// The example stands beside the folder of the test that is running.
fn binary() -> PathBuf {
    let test = env::current_exe().expect("a running test has a path");
    let folder = test.ancestors().nth(2).expect("tests are built into `<profile>/deps`");
    folder.join("examples").join(format!("axum_server{}", env::consts::EXE_SUFFIX))
}
