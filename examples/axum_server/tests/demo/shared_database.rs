//! Several processes over one database: what one of them has changed holds in all of them, from
//! the next request on.

use std::net::SocketAddr;

use serde_json::{Value, json};
use support::databases::{Cluster, bin_folder};
use tempfile::TempDir;

use crate::oauth::post_form;
use crate::requests::{admin, administer, body, get, patch, send};
use crate::support::demo::Demo;

const PASSWORD: &str = "desp2-aj95d-mzuj7-9tqvs";
const USERS: &str = "/scim/v2/Users";
const CONSOLE: &str = "/console/api";

#[tokio::test]
async fn changes_hold_in_all_processes_over_a_sqlite_file() {
    let folder = TempDir::new().expect("a folder");
    let database = format!("sqlite:{}", folder.path().join("scim.db").display());
    changes_hold_in_all_processes(&database).await;
}

#[tokio::test]
async fn changes_hold_in_all_processes_over_a_postgresql_database() {
    let Some(bin) = bin_folder() else {
        assert!(std::env::var_os("SCIMWIRE_REQUIRE_POSTGRES").is_none(), "no PostgreSQL is here");
        eprintln!("PostgreSQL is not installed: what needs it is left out");
        return;
    };
    let cluster = Cluster::start(&bin, &[]);
    changes_hold_in_all_processes(&cluster.new_database().await).await;
}

async fn changes_hold_in_all_processes(database: &str) {
    let start = || {
        Demo::start(&[
            "--database",
            database,
            "--admin-key",
            "key",
            "--admin-password",
            PASSWORD,
            "--tenant",
            "one=token-1",
        ])
    };
    let (first, second) = (start(), start());
    let at = [first.address(), second.address()];
    for (by, other) in [(at[0], at[1]), (at[1], at[0])] {
        let administrator = Administrator::sign_in(by).await;
        settings_hold(by, other).await;
        tokens_hold(&administrator, other).await;
        access_tokens_hold(&administrator, other).await;
    }
    tenants_hold(at[0], at[1]).await;
}

/// The status of a request to each process; the tenant and the token are in the caches of both
/// afterwards.
async fn statuses(at: [SocketAddr; 2], token: &str) -> [u16; 2] {
    [get(at[0], USERS, token).await.status, get(at[1], USERS, token).await.status]
}

async fn settings_hold(by: SocketAddr, other: SocketAddr) {
    for (settings, status) in [
        (json!({ "enabled": false }), 403),
        (json!({ "enabled": true }), 200),
        (json!({ "access": "oauth" }), 401),
        (json!({ "access": "bearer" }), 200),
    ] {
        let set = administer(by, "PUT", "one/settings", &settings).await;
        assert_eq!(set.status, 200, "{}", set.text());
        assert_eq!(statuses([other, by], "token-1").await, [status; 2], "{settings}");
    }
    for (groups, status) in [(false, 404), (true, 200)] {
        administer(by, "PUT", "one/settings", &json!({ "groups": groups })).await;
        assert_eq!(get(other, "/scim/v2/Groups", "token-1").await.status, status, "{groups}");
    }
}

async fn tokens_hold(administrator: &Administrator, other: SocketAddr) {
    let by = administrator.at;
    let made = administrator.send("POST", "/tenants/one/tokens", &json!({})).await;
    let token = text(&made, "token");
    assert_eq!(statuses([other, by], token).await, [200; 2]);
    assert_eq!(statuses([other, by], token).await, [200; 2], "from the cache");
    let id = text(&made["record"], "id");
    administrator.send("DELETE", &format!("/tenants/one/tokens/{id}"), &Value::Null).await;
    assert_eq!(statuses([other, by], token).await, [401; 2]);
}

async fn access_tokens_hold(administrator: &Administrator, other: SocketAddr) {
    let by = administrator.at;
    let client = administrator.send("POST", "/tenants/one/clients", &json!({})).await;
    let credentials =
        [("client_id", text(&client["client"], "id")), ("client_secret", text(&client, "secret"))];
    let form = [&credentials[..], &[("grant_type", "client_credentials")]].concat();
    let token = body(&post_form(by, "/oauth/token", &[], &form).await);
    let token = text(&token, "access_token");
    assert_eq!(statuses([other, by], token).await, [200; 2]);
    let form = [&credentials[..], &[("token", token)]].concat();
    assert_eq!(post_form(by, "/oauth/revoke", &[], &form).await.status, 200);
    assert_eq!(statuses([other, by], token).await, [401; 2]);
}

/// A tenant that is deleted lets nobody in, and changes nothing.
async fn tenants_hold(by: SocketAddr, other: SocketAddr) {
    let administrator = Administrator::sign_in(by).await;
    administrator.send("POST", "/tenants", &json!({ "name": "two" })).await;
    let made = administrator.send("POST", "/tenants/two/tokens", &json!({})).await;
    let token = text(&made, "token");
    assert_eq!(statuses([other, by], token).await, [200; 2]);
    administrator.send("DELETE", "/tenants/two", &json!({ "name": "two" })).await;
    assert_eq!(statuses([other, by], token).await, [401; 2]);
    let nothing = patch(other, &format!("{USERS}/1"), token, &json!([])).await;
    assert_eq!(nothing.status, 401);
    assert_eq!(admin(other, "/admin/api/tenants/two/settings").await.status, 404);
}

/// An administrator who has signed in.
struct Administrator {
    at: SocketAddr,
    cookie: String,
    forgery_token: String,
}

impl Administrator {
    async fn sign_in(at: SocketAddr) -> Self {
        let password = json!({ "password": PASSWORD }).to_string();
        let headers = [("Content-Type", "application/json")];
        let path = format!("{CONSOLE}/session");
        let answer = send(at, "POST", &path, &headers, Some(password.as_bytes())).await;
        let cookie = answer.header("Set-Cookie").expect("a cookie");
        let cookie = cookie.split(';').next().expect("a first part").to_owned();
        let forgery_token = text(&self::body(&answer), "csrfToken").to_owned();
        Self { at, cookie, forgery_token }
    }

    async fn send(&self, method: &str, path: &str, content: &Value) -> Value {
        let headers = [
            ("Content-Type", "application/json"),
            ("X-CSRF-Token", self.forgery_token.as_str()),
            ("Cookie", self.cookie.as_str()),
        ];
        let path = format!("{CONSOLE}{path}");
        let content = content.to_string();
        let answer = send(self.at, method, &path, &headers, Some(content.as_bytes())).await;
        assert!(answer.status < 300, "{method} {path}: {}", answer.text());
        answer.json().unwrap_or_default()
    }
}

#[track_caller]
fn text<'v>(answer: &'v Value, name: &str) -> &'v str {
    answer[name].as_str().unwrap_or_else(|| panic!("no {name}: {answer}"))
}
