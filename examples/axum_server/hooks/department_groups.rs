//! A group for each department: who comes into a department comes into its group, and keeps the
//! others.

use std::sync::Arc;

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::hooks::Hooks;
use scimwire::service::Resources;
use scimwire::store::Change;
use scimwire::{Resource, StoreError};
use serde_json::json;

use super::log_failure;
use super::origin::Origin;
use crate::tenants::Tenants;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// Puts users into the group with the name of their department, and makes it if there is none.
pub(super) struct DepartmentGroups {
    groups: Resources,
    tenants: Arc<Tenants>,
}

impl DepartmentGroups {
    pub(super) fn new(groups: Resources, tenants: Arc<Tenants>) -> Self {
        Self { groups, tenants }
    }

    async fn follow(&self, change: &Change, cx: &RequestContext) -> Result<(), StoreError> {
        match new_department(change) {
            Some(department) if self.tenants.settings_of(cx).await?.department_groups => {
                self.join(department, &change.id, &Origin::Local.context(cx)).await
            }
            _ => Ok(()),
        }
    }

    async fn join(
        &self,
        department: &str,
        user: &str,
        cx: &RequestContext,
    ) -> Result<(), StoreError> {
        let group = match self.find(department, cx).await? {
            Some(group) => group,
            None => self.make(department, cx).await?,
        };
        self.groups.add_value(&group, "members", json!({ "value": user }), cx).await.map(drop)
    }

    async fn find(
        &self,
        department: &str,
        cx: &RequestContext,
    ) -> Result<Option<String>, StoreError> {
        let groups = self.groups.find_by("displayName", department, cx).await?;
        Ok(groups.first().map(|group| group.id().to_owned()))
    }

    async fn make(&self, department: &str, cx: &RequestContext) -> Result<String, StoreError> {
        let mut group = Resource::default();
        group.set("displayName", department);
        match self.groups.create(group, cx).await {
            Ok(change) => Ok(change.id),
            // Another process was faster.
            Err(StoreError::Conflict { .. }) => {
                self.find(department, cx).await?.ok_or(StoreError::NotFound)
            }
            Err(err) => Err(err),
        }
    }
}

#[async_trait]
impl Hooks for DepartmentGroups {
    async fn after_commit(&self, change: &Change, cx: &RequestContext) {
        log_failure("department groups", self.follow(change, cx).await);
    }
}

/// The department that a user has come into.
fn new_department(change: &Change) -> Option<&str> {
    let department = department(change.after.as_deref()?)?;
    (change.before.as_deref().and_then(self::department) != Some(department)).then_some(department)
}

fn department(user: &Resource) -> Option<&str> {
    let department = user.get(ENTERPRISE)?.get("department")?.as_str()?.trim();
    (!department.is_empty()).then_some(department)
}
