//! The tokens of a tenant. One is shown when it is made, and never again: only its hash is kept.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use chrono::{DateTime, SecondsFormat, Utc};
use http::StatusCode;
use scimwire::auth::{Tenant, TokenGrant, TokenRecord};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Console;
use super::error::ConsoleError;

const DAY: Duration = Duration::from_secs(24 * 3600);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Wanted {
    #[serde(default)]
    lifetime: Lifetime,
    #[serde(default)]
    others: Others,
}

/// The lifetime of a new token.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Lifetime {
    NinetyDays,
    #[default]
    OneYear,
    NoEnd,
}

/// What happens to existing tokens when a new one is created.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Others {
    /// Nobody is shut out who did not have to be: they are revoked once the new one is in use.
    #[default]
    Stay,
    /// So that identity providers go on while the new one is pasted.
    EndInADay,
    EndNow,
}

impl Lifetime {
    fn of(&self, grant: TokenGrant) -> TokenGrant {
        match self {
            Self::NinetyDays => grant.expires_in(90 * DAY),
            Self::OneYear => grant.expires_in(365 * DAY),
            Self::NoEnd => grant.never_expires(),
        }
    }
}

impl Others {
    /// When they end, if they do.
    fn after(&self) -> Option<Duration> {
        match self {
            Self::EndNow => Some(Duration::ZERO),
            Self::EndInADay => Some(DAY),
            Self::Stay => None,
        }
    }
}

pub(super) async fn list(
    State(console): State<Arc<Console>>,
    Path(tenant): Path<String>,
) -> Result<Json<Value>, ConsoleError> {
    let cx = console.context(&tenant).await?;
    let live = console.live_tokens(cx.tenant()).await?;
    let mut tokens = Vec::with_capacity(live.len());
    for record in &live {
        let mut token = told(record);
        token["given"] = console.tenants.is_given(record).await.into();
        tokens.push(token);
    }
    Ok(Json(json!({ "tokens": tokens })))
}

pub(super) async fn generate(
    State(console): State<Arc<Console>>,
    Path(tenant): Path<String>,
    Json(wanted): Json<Wanted>,
) -> Result<(StatusCode, Json<Value>), ConsoleError> {
    let cx = console.context(&tenant).await?;
    let before = console.live_tokens(cx.tenant()).await?;
    let tokens = console.tenants.tokens();
    let issued = tokens.issue(wanted.lifetime.of(TokenGrant::new(cx.tenant().clone()))).await?;
    if let Some(after) = wanted.others.after() {
        for old in before {
            tokens.expire(cx.tenant(), &old.id, after).await?;
        }
    }
    Ok((
        StatusCode::CREATED,
        Json(json!({ "token": issued.secret.expose(), "record": told(&issued.record) })),
    ))
}

pub(super) async fn revoke(
    State(console): State<Arc<Console>>,
    Path((tenant, id)): Path<(String, String)>,
) -> Result<StatusCode, ConsoleError> {
    let cx = console.context(&tenant).await?;
    console.tenants.tokens().revoke(cx.tenant(), &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Console {
    /// The tokens that are good now.
    async fn live_tokens(&self, tenant: &Tenant) -> Result<Vec<TokenRecord>, ConsoleError> {
        let now = DateTime::<Utc>::from(std::time::SystemTime::now());
        let mut records = self.tenants.tokens().list(tenant).await?;
        records.retain(|record| record.is_valid_at(now));
        Ok(records)
    }
}

fn told(record: &TokenRecord) -> Value {
    let text = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    json!({
        "id": record.id,
        "created": text(record.created_at),
        "expires": record.expires_at.map(text),
        "lastUsed": record.last_used_at.map(text),
    })
}
