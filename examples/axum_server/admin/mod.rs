//! The administration API: users, groups, settings and events of a tenant as JSON, for callers with
//! the admin key.

mod change;
mod error;
mod feed;
mod settings;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use scimwire::Secret;
use scimwire::auth::{RequestContext, Tenant, TokenHash};
use scimwire::service::Resources;

use crate::hooks::events::EventLog;
use crate::provenance::Ledger;
use crate::provider::Provider;
use crate::tenants::Tenants;
use error::AdminError;

/// The state of the admin view.
struct Admin {
    tenants: Arc<Tenants>,
    users: Resources,
    groups: Resources,
    ledger: Arc<Ledger>,
    events: Arc<EventLog>,
}

/// The admin view, if there is a key to open it.
pub(crate) fn router(provider: &Provider) -> Option<Router> {
    let key = provider.admin_key?;
    Some(routes(provider).layer(middleware::from_fn_with_state(key, require_key)))
}

/// The admin view without a lock: who nests it decides who comes in.
pub(crate) fn routes(provider: &Provider) -> Router {
    let admin = Arc::new(Admin {
        tenants: Arc::clone(&provider.tenants),
        users: provider.hooks.users.clone(),
        groups: provider.hooks.groups.clone(),
        ledger: Arc::clone(&provider.ledger),
        events: Arc::clone(&provider.events),
    });
    Router::new()
        .route("/tenants/{tenant}/events", get(feed::events))
        .route("/tenants/{tenant}/settings", get(settings::read).put(settings::write))
        .route("/tenants/{tenant}/users", post(change::create_user))
        .route("/tenants/{tenant}/users/{id}", get(view::user))
        .route("/tenants/{tenant}/groups", post(change::create_group))
        .route("/tenants/{tenant}/groups/{id}", get(view::group))
        .route(
            "/tenants/{tenant}/groups/{id}/members/{member}",
            put(change::join).delete(change::leave),
        )
        .fallback(async || AdminError::NotFound)
        .with_state(admin)
}

async fn require_key(State(expected): State<TokenHash>, request: Request, next: Next) -> Response {
    let key = request.headers().get("X-Admin-Key").and_then(|key| key.to_str().ok());
    match key {
        Some(key) if TokenHash::new(&Secret::from(key)) == expected => next.run(request).await,
        _ => AdminError::Key.into_response(),
    }
}

impl Admin {
    /// The context in which the host asks its own stores for a tenant.
    async fn context(&self, tenant: &str) -> Result<RequestContext, AdminError> {
        self.tenants.settings(tenant).await?.ok_or(AdminError::NotFound)?;
        Ok(RequestContext::new(Tenant::from(tenant)))
    }
}
