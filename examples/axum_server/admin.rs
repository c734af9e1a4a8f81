//! The host's own view of its users, groups and events: JSON, outside SCIM, for whoever has the admin key.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use scimwire::auth::{RequestContext, Tenant, TokenHash};
use scimwire::query::Projection;
use scimwire::{Error, MemoryStore, Resource, ResourceStore, Secret, StoreError};
use serde_json::{Value, json};
use tracing::error;

use crate::events::{Event, EventLog};
use crate::provider::Provider;
use crate::tenants::Tenants;

/// What the admin view looks at.
struct Admin {
    key: TokenHash,
    tenants: Arc<Tenants>,
    users: MemoryStore,
    groups: MemoryStore,
    events: Arc<EventLog>,
}

/// Whose it is: everything here came over SCIM, so far.
const ORIGIN: &str = "IDP";

/// The admin view, if there is a key to open it.
pub(crate) fn router(provider: &Provider) -> Option<Router> {
    let admin = Arc::new(Admin {
        key: provider.admin_key?,
        tenants: Arc::clone(&provider.tenants),
        users: provider.users.clone(),
        groups: provider.groups.clone(),
        events: Arc::clone(&provider.events),
    });
    let router = Router::new()
        .route("/tenants/{tenant}/events", get(events))
        .route("/tenants/{tenant}/users/{id}", get(user))
        .route("/tenants/{tenant}/groups/{id}", get(group))
        .fallback(async || AdminError::NotFound)
        .layer(middleware::from_fn_with_state(Arc::clone(&admin), require_key));
    Some(router.with_state(admin))
}

async fn require_key(State(admin): State<Arc<Admin>>, request: Request, next: Next) -> Response {
    let key = request.headers().get("X-Admin-Key").and_then(|key| key.to_str().ok());
    match key {
        Some(key) if TokenHash::of(&Secret::from(key)) == admin.key => next.run(request).await,
        _ => AdminError::Key.into_response(),
    }
}

async fn events(State(admin): State<Arc<Admin>>, Path(tenant): Path<String>) -> Result<Json<Vec<Event>>, AdminError> {
    let cx = admin.context(&tenant)?;
    Ok(Json(admin.events.of(cx.tenant())))
}

async fn user(State(admin): State<Arc<Admin>>, Path((tenant, id)): Path<(String, String)>) -> Result<Json<Value>, AdminError> {
    let cx = admin.context(&tenant)?;
    let user = admin.users.get(&id, &Projection::default(), &cx).await?;
    let groups = values(&user, "groups").iter();
    // Groups of groups are not the user's own memberships.
    let direct = groups.filter(|group| group["type"] != "indirect");
    let groups: Vec<Value> = direct.map(|group| membership(&group["value"], &group["display"])).collect();
    Ok(Json(json!({
        "id": user.id(),
        "externalId": user.external_id(),
        "userName": user.text("userName"),
        "displayName": user.text("displayName"),
        // Who was never deactivated is active.
        "active": user.get("active") != Some(&Value::Bool(false)),
        "origin": ORIGIN,
        "quotaGb": null,
        "groups": groups,
    })))
}

async fn group(State(admin): State<Arc<Admin>>, Path((tenant, id)): Path<(String, String)>) -> Result<Json<Value>, AdminError> {
    let cx = admin.context(&tenant)?;
    let group = admin.groups.get(&id, &Projection::default(), &cx).await?;
    let mut members = Vec::new();
    for member in values(&group, "members") {
        let display = match &member["display"] {
            Value::Null => admin.display_name(&member["value"], &cx).await,
            display => display.clone(),
        };
        members.push(membership(&member["value"], &display));
    }
    Ok(Json(json!({
        "id": group.id(),
        "externalId": group.external_id(),
        "displayName": group.text("displayName"),
        "origin": ORIGIN,
        "members": members,
    })))
}

impl Admin {
    /// The context in which the host asks its own stores for a tenant.
    fn context(&self, tenant: &str) -> Result<RequestContext, AdminError> {
        self.tenants.settings(tenant).ok_or(AdminError::NotFound)?;
        Ok(RequestContext::new(Tenant::from(tenant)))
    }

    /// How a user is called, where the client did not say; null where nobody of that id is known.
    async fn display_name(&self, id: &Value, cx: &RequestContext) -> Value {
        let user = self.users.get(id.as_str().unwrap_or_default(), &Projection::default(), cx).await;
        user.ok().and_then(|user| user.get("displayName").or_else(|| user.get("userName")).cloned()).unwrap_or_default()
    }
}

fn values<'r>(resource: &'r Resource, name: &str) -> &'r [Value] {
    resource.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn membership(id: &Value, display: &Value) -> Value {
    json!({ "id": id, "display": display, "origin": ORIGIN })
}

/// Why the admin view has nothing to show.
enum AdminError {
    Key,
    NotFound,
    Store(StoreError),
}

impl From<StoreError> for AdminError {
    fn from(err: StoreError) -> Self {
        match err {
            StoreError::NotFound => Self::NotFound,
            err => Self::Store(err),
        }
    }
}

impl IntoResponse for AdminError {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::Key => (StatusCode::UNAUTHORIZED, "send the admin key: `X-Admin-Key: KEY`".to_owned()),
            Self::NotFound => (StatusCode::NOT_FOUND, "there is nothing at this path".to_owned()),
            Self::Store(err) => {
                error!(error = &err as &dyn std::error::Error, "the store failed");
                let err = Error::from(err);
                (err.status(), err.detail().to_owned())
            }
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}
