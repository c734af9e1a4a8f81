//! Requests to the demo server, as short as tests want to say them.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::support::http::{Client, Response};

/// Two tenants, and the admin view.
pub(crate) const FLAGS: &[&str] =
    &["--tenant", "one=token-1", "--tenant", "two=token-2", "--admin-key", "key"];

const SCIM_USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

pub(crate) fn user(name: &str) -> Value {
    json!({ "schemas": [SCIM_USER], "userName": name, "active": true })
}

pub(crate) async fn create_user(address: SocketAddr, base: &str, token: &str) -> Value {
    let created = post(address, &format!("{base}/Users"), token, &user("bjensen")).await;
    assert_eq!(created.status, 201, "{}", created.text());
    body(&created)
}

pub(crate) async fn get(address: SocketAddr, path: &str, token: &str) -> Response {
    send(address, "GET", path, &[("Authorization", &format!("Bearer {token}"))], None).await
}

pub(crate) async fn post(address: SocketAddr, path: &str, token: &str, body: &Value) -> Response {
    write_to(address, "POST", path, token, body).await
}

pub(crate) async fn put(address: SocketAddr, path: &str, token: &str, body: &Value) -> Response {
    write_to(address, "PUT", path, token, body).await
}

async fn write_to(
    address: SocketAddr,
    method: &str,
    path: &str,
    token: &str,
    body: &Value,
) -> Response {
    let token = format!("Bearer {token}");
    let headers = [("Authorization", token.as_str()), ("Content-Type", "application/scim+json")];
    send(address, method, path, &headers, Some(body.to_string().as_bytes())).await
}

pub(crate) async fn admin(address: SocketAddr, path: &str) -> Response {
    send(address, "GET", path, &[("X-Admin-Key", "key")], None).await
}

/// What the administrator sends to a path below `/admin/api/tenants`.
pub(crate) async fn administer(
    address: SocketAddr,
    method: &str,
    path: &str,
    body: &Value,
) -> Response {
    let path = format!("/admin/api/tenants/{path}");
    let headers = [("X-Admin-Key", "key"), ("Content-Type", "application/json")];
    send(address, method, &path, &headers, Some(body.to_string().as_bytes())).await
}

pub(crate) async fn patch(
    address: SocketAddr,
    path: &str,
    token: &str,
    operations: &Value,
) -> Response {
    let message = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
    write_to(address, "PATCH", path, token, &message).await
}

pub(crate) async fn delete(address: SocketAddr, path: &str, token: &str) -> Response {
    send(address, "DELETE", path, &[("Authorization", &format!("Bearer {token}"))], None).await
}

pub(crate) async fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&[u8]>,
) -> Response {
    let answer = Client::new(address).send(method, path, headers, body).await;
    answer.unwrap_or_else(|err| panic!("{method} {path}: {err}"))
}

#[track_caller]
pub(crate) fn body(answer: &Response) -> Value {
    answer.json().unwrap_or_else(|| panic!("not JSON: {}", answer.text()))
}

#[track_caller]
pub(crate) fn assert_scim_error(answer: &Response, status: u16) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("Content-Type").as_deref(), Some("application/scim+json"));
    let error = body(answer);
    assert_eq!(error["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    assert_eq!(error["status"], status.to_string());
}
