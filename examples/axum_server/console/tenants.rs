//! Which tenants there are; a new one, and one less.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use scimwire::message::SearchRequest;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Console;
use super::directory::Kind;
use super::error::ConsoleError;
use crate::options;
use crate::tenants::AddError;

#[derive(Deserialize)]
pub(super) struct Named {
    name: String,
}

/// Each tenant, and what an identity provider asks for.
pub(super) async fn list(State(console): State<Arc<Console>>) -> Result<Json<Value>, ConsoleError> {
    let tenants: Vec<Value> =
        console.tenants.names().await?.iter().map(|name| console.told(name)).collect();
    Ok(Json(json!({ "tenants": tenants })))
}

pub(super) async fn create(
    State(console): State<Arc<Console>>,
    Json(Named { name }): Json<Named>,
) -> Result<(StatusCode, Json<Value>), ConsoleError> {
    let refused = |status, words: String| ConsoleError::Refused(status, words);
    options::tenant_name(&name)
        .map_err(|words| refused(StatusCode::BAD_REQUEST, words.to_owned()))?;
    match console.tenants.add(&name).await {
        Ok(()) => Ok((StatusCode::CREATED, Json(console.told(&name)))),
        Err(AddError::Taken) => {
            Err(refused(StatusCode::CONFLICT, format!("A tenant `{name}` already exists.")))
        }
        Err(AddError::Alike(other)) => {
            let words = format!("A tenant `{other}` already exists. Names are case-insensitive.");
            Err(refused(StatusCode::CONFLICT, words))
        }
        Err(AddError::Deletion) => Err(refused(
            StatusCode::CONFLICT,
            format!("A tenant `{name}` is being deleted. Try again in a moment."),
        )),
        Err(AddError::Store(err)) => Err(err.into()),
    }
}

/// One of them, and what would be deleted with it.
pub(super) async fn one(
    State(console): State<Arc<Console>>,
    Path(tenant): Path<String>,
) -> Result<Json<Value>, ConsoleError> {
    let cx = console.context(&tenant).await?;
    let mut told = console.told(&tenant);
    for (name, kind) in [("users", Kind::Users), ("groups", Kind::Groups)] {
        let mut none = SearchRequest::default();
        none.count = Some(0);
        told[name] = json!(console.resources(kind).query(none, &cx).await?.total_results);
    }
    Ok(Json(told))
}

/// Lets nobody of the tenant in any more, and deletes all that is kept of it. The administrator who
/// asks for it has typed the name.
pub(super) async fn close(
    State(console): State<Arc<Console>>,
    Path(tenant): Path<String>,
    typed: Option<Json<Named>>,
) -> Result<StatusCode, ConsoleError> {
    console.context(&tenant).await?;
    if typed.is_none_or(|Json(typed)| typed.name != tenant) {
        let words =
            format!("Nothing was deleted: type the name of the tenant, `{tenant}`, to confirm.");
        return Err(ConsoleError::Refused(StatusCode::BAD_REQUEST, words));
    }
    if console.deletion.close(&tenant).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ConsoleError::NotFound)
    }
}

impl Console {
    fn told(&self, name: &str) -> Value {
        json!({ "name": name, "url": self.public_url.scim_of(name), "sharedUrl": self.public_url.scim() })
    }
}
