//! The administrator's console: pages in the browser, and the JSON that they ask for. What it
//! changes it changes by the admin view, which is nested here behind a session in place of the key.

mod activity;
mod assets;
mod clients;
mod connection_test;
mod directory;
mod error;
mod login_throttle;
mod password;
mod session;
mod sign_in;
mod tenants;
mod tokens;

use std::sync::Arc;

use axum::routing::{delete, get, post, put};
use axum::{Router, middleware};
use scimwire::auth::{RequestContext, Tenant};
use scimwire::service::Resources;

use crate::activity::ActivityLog;
use crate::admin;
use crate::hooks::events::EventLog;
use crate::oauth::OAuth;
use crate::provenance::Ledger;
use crate::provider::Provider;
use crate::public_url::PublicUrl;
use crate::tenants::Tenants;
use crate::tenants::deletion::Deletion;
use error::ConsoleError;

pub(crate) use sign_in::{NotSignedIn, SignIn};

/// The state of the console.
struct Console {
    sign_in: Arc<SignIn>,
    public_url: PublicUrl,
    tenants: Arc<Tenants>,
    groups: Resources,
    users: Resources,
    ledger: Arc<Ledger>,
    events: Arc<EventLog>,
    activity: Arc<ActivityLog>,
    deletion: Deletion,
    /// The SCIM endpoint, as identity providers reach it.
    scim: Router,
    oauth: Arc<OAuth>,
}

/// The console; `scim` is what its tests are sent to.
pub(crate) fn router(
    provider: &Provider,
    public_url: &PublicUrl,
    sign_in: Arc<SignIn>,
    scim: Router,
    oauth: Arc<OAuth>,
) -> Router {
    let console = Arc::new(Console {
        sign_in,
        public_url: public_url.clone(),
        tenants: Arc::clone(&provider.tenants),
        groups: provider.hooks.groups.clone(),
        users: provider.hooks.users.clone(),
        ledger: Arc::clone(&provider.ledger),
        events: Arc::clone(&provider.events),
        activity: Arc::clone(&provider.activity),
        deletion: provider.deletion.clone(),
        scim,
        oauth,
    });
    let behind_session = Router::new()
        .route("/tenants", get(tenants::list).post(tenants::create))
        .route("/tenants/{tenant}", get(tenants::one).delete(tenants::close))
        .route("/tenants/{tenant}/tokens", get(tokens::list).post(tokens::generate))
        .route("/tenants/{tenant}/tokens/{id}", delete(tokens::revoke))
        .route("/tenants/{tenant}/clients", get(clients::list).post(clients::make))
        .route("/tenants/{tenant}/clients/{id}", put(clients::redirect).delete(clients::delete))
        .route("/tenants/{tenant}/clients/{id}/secret", post(clients::rotate))
        .route("/tenants/{tenant}/clients/{id}/grants", delete(clients::revoke))
        .route("/tenants/{tenant}/test", post(connection_test::run))
        .route("/tenants/{tenant}/directory/{kind}", get(directory::list))
        .route("/tenants/{tenant}/directory/{kind}/{id}", get(directory::one))
        .route("/tenants/{tenant}/directory/groups/{id}/members", get(directory::members))
        .route("/tenants/{tenant}/activity", get(activity::list))
        .route("/tenants/{tenant}/activity/stream", get(activity::stream))
        .route("/tenants/{tenant}/activity/{seq}", get(activity::one))
        .with_state(Arc::clone(&console))
        .merge(admin::routes(provider))
        .layer(middleware::from_fn_with_state(Arc::clone(&console), session::require));
    let api = Router::new()
        .route("/session", get(sign_in::who).post(sign_in::open).delete(sign_in::close))
        .with_state(console)
        .merge(behind_session)
        .fallback(async || ConsoleError::NotFound)
        .layer(middleware::map_response(error::in_json))
        .layer(middleware::map_response(assets::keep_to_yourself));
    assets::router().nest("/console/api", api).layer(middleware::map_response(assets::guard))
}

impl Console {
    /// The context in which the host asks for a tenant, if there is one of that name.
    async fn context(&self, tenant: &str) -> Result<RequestContext, ConsoleError> {
        self.tenants
            .settings(tenant)
            .await?
            .ok_or_else(|| ConsoleError::NoTenant(tenant.to_owned()))?;
        Ok(RequestContext::new(Tenant::from(tenant)))
    }
}
