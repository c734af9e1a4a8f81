//! The OAuth 2 clients of a tenant. A secret is shown when it is made, and never again: only its
//! hash is kept.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use chrono::{DateTime, SecondsFormat, Utc};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Console;
use super::error::ConsoleError;
use crate::oauth::Listed;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Its redirect URIs; `okta:APP` stands for several.
    #[serde(default)]
    redirects: Vec<String>,
}

/// The clients, and what an identity provider asks for besides.
pub(super) async fn list(
    State(console): State<Arc<Console>>,
    Path(tenant): Path<String>,
) -> Result<Json<Value>, ConsoleError> {
    let cx = console.context(&tenant).await?;
    let clients = console.oauth.clients_of(cx.tenant()).await?;
    let endpoint = |name| console.public_url.join(&format!("/t/{tenant}/oauth/{name}"));
    Ok(Json(json!({
        "authorizationEndpoint": endpoint("authorize"),
        "tokenEndpoint": endpoint("token"),
        "clients": clients.iter().map(told).collect::<Vec<_>>(),
    })))
}

pub(super) async fn make(
    State(console): State<Arc<Console>>,
    Path(tenant): Path<String>,
    Json(wanted): Json<Wanted>,
) -> Result<(StatusCode, Json<Value>), ConsoleError> {
    let cx = console.context(&tenant).await?;
    let (client, secret) = console.oauth.make_client(cx.tenant(), &wanted.redirects).await?;
    Ok((StatusCode::CREATED, Json(json!({ "secret": secret.expose(), "client": told(&client) }))))
}

pub(super) async fn redirect(
    State(console): State<Arc<Console>>,
    Path((tenant, id)): Path<(String, String)>,
    Json(wanted): Json<Wanted>,
) -> Result<Json<Value>, ConsoleError> {
    let cx = console.context(&tenant).await?;
    let client = console.oauth.redirect_client(cx.tenant(), &id, &wanted.redirects).await?;
    Ok(Json(told(&client)))
}

pub(super) async fn rotate(
    State(console): State<Arc<Console>>,
    Path((tenant, id)): Path<(String, String)>,
) -> Result<Json<Value>, ConsoleError> {
    let cx = console.context(&tenant).await?;
    let secret = console.oauth.rotate_client(cx.tenant(), &id).await?;
    Ok(Json(json!({ "id": id, "secret": secret.expose() })))
}

pub(super) async fn revoke(
    State(console): State<Arc<Console>>,
    Path((tenant, id)): Path<(String, String)>,
) -> Result<StatusCode, ConsoleError> {
    let cx = console.context(&tenant).await?;
    console.oauth.revoke_client(cx.tenant(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn delete(
    State(console): State<Arc<Console>>,
    Path((tenant, id)): Path<(String, String)>,
) -> Result<StatusCode, ConsoleError> {
    let cx = console.context(&tenant).await?;
    console.oauth.delete_client(cx.tenant(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn told(client: &Listed) -> Value {
    let text = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    json!({
        "id": client.id,
        "given": client.given,
        "created": client.created.map(text),
        "lastUsed": client.last_used.map(text),
        "redirects": client.redirects,
        "grants": client.grants,
    })
}
