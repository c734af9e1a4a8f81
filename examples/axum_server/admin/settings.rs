//! Reading and changing the settings of a tenant.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde::{Deserialize, Deserializer};

use super::Admin;
use super::error::AdminError;
use crate::hooks::orphans::Orphans;
use crate::tenants::{Access, Settings};

/// The settings to change; others stay as they are.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Change {
    enabled: Option<bool>,
    groups: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    quota_gb: Option<Option<u32>>,
    department_groups: Option<bool>,
    orphans: Option<Orphans>,
    access: Option<Access>,
    /// The version that was seen: who has seen another than the last is refused.
    version: Option<u64>,
}

pub(super) async fn read(
    State(admin): State<Arc<Admin>>,
    Path(tenant): Path<String>,
) -> Result<Json<Settings>, AdminError> {
    admin.tenants.settings(&tenant).await?.map(Json).ok_or(AdminError::NotFound)
}

pub(super) async fn write(
    State(admin): State<Arc<Admin>>,
    Path(tenant): Path<String>,
    body: Bytes,
) -> Result<Json<Settings>, AdminError> {
    admin.context(&tenant).await?;
    let change: Change = serde_json::from_slice(&body)
        .map_err(|err| AdminError::Body(format!("invalid settings: {err}")))?;
    let set = admin.tenants.set(&tenant, change.version, |settings| change.apply(settings)).await;
    set.map(Json).map_err(AdminError::from)
}

impl Change {
    fn apply(&self, settings: &mut Settings) {
        *settings = Settings {
            version: settings.version,
            enabled: self.enabled.unwrap_or(settings.enabled),
            groups: self.groups.unwrap_or(settings.groups),
            quota_gb: self.quota_gb.unwrap_or(settings.quota_gb),
            department_groups: self.department_groups.unwrap_or(settings.department_groups),
            orphans: self.orphans.unwrap_or(settings.orphans),
            access: self.access.unwrap_or(settings.access),
        };
    }
}

/// Tells an explicit null, which removes the limit, from an absent member.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u32>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
