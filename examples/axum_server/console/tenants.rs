//! Which tenants there are; a new one, and one less.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Console;
use super::error::ConsoleError;
use crate::options;
use crate::tenants::AddError;

#[derive(Deserialize)]
pub(super) struct Named {
    name: String,
}

/// Each tenant, and what an identity provider asks for.
pub(super) async fn list(State(console): State<Arc<Console>>) -> Result<Json<Value>, ConsoleError> {
    let tenants: Vec<Value> = console.tenants.names().await?.iter().map(|name| console.told(name)).collect();
    Ok(Json(json!({ "tenants": tenants })))
}

pub(super) async fn create(
    State(console): State<Arc<Console>>,
    Json(Named { name }): Json<Named>,
) -> Result<(StatusCode, Json<Value>), ConsoleError> {
    let refused = |status, words: String| ConsoleError::Refused(status, words);
    options::tenant_name(&name).map_err(|words| refused(StatusCode::BAD_REQUEST, words.to_owned()))?;
    match console.tenants.add(&name).await {
        Ok(()) => Ok((StatusCode::CREATED, Json(console.told(&name)))),
        Err(AddError::Taken) => Err(refused(StatusCode::CONFLICT, format!("There is a tenant `{name}` already."))),
        Err(AddError::Closing) => {
            Err(refused(StatusCode::CONFLICT, format!("A tenant `{name}` is just being deleted. Try again in a moment.")))
        }
        Err(AddError::Store(err)) => Err(err.into()),
    }
}

/// Lets nobody of the tenant in any more, and deletes all that is kept of it.
pub(super) async fn close(State(console): State<Arc<Console>>, Path(tenant): Path<String>) -> Result<StatusCode, ConsoleError> {
    if console.closing.close(&tenant).await? { Ok(StatusCode::NO_CONTENT) } else { Err(ConsoleError::NotFound) }
}

impl Console {
    fn told(&self, name: &str) -> Value {
        json!({ "name": name, "url": self.public_url.scim_of(name), "sharedUrl": self.public_url.scim() })
    }
}
