//! Somebody who has signed in to the console, without a browser.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::support::demo::Demo;
use crate::support::http::{Client, Response};

pub(crate) const PASSWORD: &str = "a-password-for-tests";

/// Two tenants, and a console with a password that is known.
pub(crate) const FLAGS: &[&str] =
    &["--tenant", "one=token-1", "--tenant", "two=token-2", "--admin-password", PASSWORD];

/// A session.
pub(crate) struct Administrator {
    address: SocketAddr,
    pub(crate) cookie: String,
    pub(crate) forgery_token: String,
}

impl Administrator {
    pub(crate) async fn sign_in(demo: &Demo) -> Self {
        let answer = try_password(demo.address(), PASSWORD).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let set = answer.header("Set-Cookie").expect("a cookie");
        let cookie = set.split(';').next().expect("a name and a value").to_owned();
        let forgery_token = body(&answer)["csrfToken"].as_str().expect("a word").to_owned();
        Self { address: demo.address(), cookie, forgery_token }
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.send("GET", path, None).await
    }

    /// Deletes a tenant whose name was typed.
    pub(crate) async fn delete_tenant(&self, name: &str) -> Response {
        self.send("DELETE", &format!("/tenants/{name}"), Some(&json!({ "name": name }))).await
    }

    /// What a page would send to a path below `/console/api`.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Response {
        let headers =
            [("Cookie", self.cookie.as_str()), ("X-CSRF-Token", self.forgery_token.as_str())];
        api(self.address, method, path, &headers, body).await
    }
}

pub(crate) async fn try_password(address: SocketAddr, password: &str) -> Response {
    api(address, "POST", "/session", &[], Some(&json!({ "password": password }))).await
}

pub(crate) async fn api(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Response {
    let mut headers = headers.to_vec();
    if body.is_some() {
        headers.push(("Content-Type", "application/json"));
    }
    let body = body.map(Value::to_string);
    send(address, method, &format!("/console/api{path}"), &headers, body.as_deref()).await
}

/// What an identity provider sends.
pub(crate) async fn scim(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: &str,
    body: Option<&Value>,
) -> Response {
    let token = format!("Bearer {token}");
    let headers = [("Authorization", token.as_str()), ("Content-Type", "application/scim+json")];
    send(
        address,
        method,
        &format!("/scim/v2{path}"),
        &headers,
        body.map(Value::to_string).as_deref(),
    )
    .await
}

pub(crate) async fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
) -> Response {
    let answer = Client::new(address).send(method, path, headers, body.map(str::as_bytes)).await;
    answer.unwrap_or_else(|err| panic!("{method} {path}: {err}"))
}

pub(crate) fn user(name: &str) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "active": true })
}

/// Provisions a user, and says its id.
pub(crate) async fn provision(address: SocketAddr, token: &str, name: &str) -> String {
    let made = scim(address, "POST", "/Users", token, Some(&user(name))).await;
    assert_eq!(made.status, 201, "{}", made.text());
    body(&made)["id"].as_str().expect("an id").to_owned()
}

#[track_caller]
pub(crate) fn body(answer: &Response) -> Value {
    answer.json().unwrap_or_else(|| panic!("not JSON: {}", answer.text()))
}
