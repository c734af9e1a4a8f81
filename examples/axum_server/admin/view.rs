//! A user with its groups, and a group with its members, each with where it came from.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use scimwire::Resource;
use scimwire::auth::RequestContext;
use scimwire::value::{List, Value};
use serde_json::json;

use super::Admin;
use super::error::AdminError;
use crate::hooks::origin::Origin;

pub(super) async fn user(
    State(admin): State<Arc<Admin>>,
    Path((tenant, id)): Path<(String, String)>,
) -> Result<Json<serde_json::Value>, AdminError> {
    let cx = admin.context(&tenant).await?;
    admin.user(&id, &cx).await.map(Json)
}

pub(super) async fn group(
    State(admin): State<Arc<Admin>>,
    Path((tenant, id)): Path<(String, String)>,
) -> Result<Json<serde_json::Value>, AdminError> {
    let cx = admin.context(&tenant).await?;
    admin.group(&id, &cx).await.map(Json)
}

impl Admin {
    pub(super) async fn user(
        &self,
        id: &str,
        cx: &RequestContext,
    ) -> Result<serde_json::Value, AdminError> {
        let user = self.users.get(id, cx).await?;
        let account = self.ledger.account(id, cx).await?;
        let origins = self.ledger.groups_of(id, cx).await?;
        // Groups of groups are not the user's own memberships.
        let direct = values(&user, "groups").iter().filter(|group| group["type"] != "indirect");
        let groups: Vec<_> =
            direct.map(|group| membership(&group["value"], &group["display"], &origins)).collect();
        Ok(json!({
            "id": user.id(),
            "externalId": user.external_id(),
            "userName": user.get_str("userName"),
            "displayName": user.get_str("displayName"),
            "active": user.is_active(),
            "origin": account.origin,
            "quotaGb": account.quota_gb,
            "groups": groups,
        }))
    }

    pub(super) async fn group(
        &self,
        id: &str,
        cx: &RequestContext,
    ) -> Result<serde_json::Value, AdminError> {
        let group = self.groups.get(id, cx).await?;
        let account = self.ledger.account(id, cx).await?;
        let origins = self.ledger.members_of(id, cx).await?;
        let mut members = Vec::new();
        for member in values(&group, "members") {
            let display = match &member["display"] {
                Value::Null => self.display_name(&member["value"], cx).await,
                display => display.clone(),
            };
            members.push(membership(&member["value"], &display, &origins));
        }
        Ok(json!({
            "id": group.id(),
            "externalId": group.external_id(),
            "displayName": group.get_str("displayName"),
            "origin": account.origin,
            "members": members,
        }))
    }

    /// How a user is called, where the client did not say; null where nobody of that id is known.
    async fn display_name(&self, id: &Value, cx: &RequestContext) -> Value {
        let user = self.users.get(id.as_str().unwrap_or_default(), cx).await;
        user.ok()
            .and_then(|user| user.get("displayName").or_else(|| user.get("userName")).cloned())
            .unwrap_or_default()
    }
}

fn values<'r>(resource: &'r Resource, name: &str) -> &'r [Value] {
    resource.get(name).and_then(Value::as_array).map(List::as_slice).unwrap_or_default()
}

fn membership(id: &Value, display: &Value, origins: &HashMap<String, Origin>) -> serde_json::Value {
    let origin = id.as_str().and_then(|id| origins.get(id)).copied().unwrap_or_default();
    json!({ "id": id, "display": display, "origin": origin })
}
