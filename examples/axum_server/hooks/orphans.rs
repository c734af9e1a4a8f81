//! Users whom the identity provider has removed from their last group.

use std::sync::Arc;

use async_trait::async_trait;
use clap::ValueEnum;
use scimwire::auth::RequestContext;
use scimwire::hooks::Hooks;
use scimwire::service::Resources;
use scimwire::store::Change;
use scimwire::value::{List, Value};
use scimwire::{Resource, StoreError};
use serde::{Deserialize, Serialize};

use super::log_failure;
use super::origin::Origin;
use crate::provenance::Ledger;
use crate::tenants::Tenants;

/// The action for a user of origin `IDP` whose last membership from an identity provider was
/// removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Orphans {
    /// Keep the user unchanged.
    #[default]
    Keep,
    /// Deactivate the user.
    Deactivate,
    /// Delete the user.
    Delete,
}

/// Follows what is set for the tenant. Memberships of origin `LOCAL` or `JIT` are the host's own:
/// they make nobody an orphan when they end, and keep nobody from becoming one.
pub(super) struct OrphanRule {
    users: Resources,
    tenants: Arc<Tenants>,
    ledger: Arc<Ledger>,
}

impl OrphanRule {
    pub(super) fn new(users: Resources, tenants: Arc<Tenants>, ledger: Arc<Ledger>) -> Self {
        Self { users, tenants, ledger }
    }

    async fn follow(&self, change: &Change, cx: &RequestContext) -> Result<(), StoreError> {
        let orphans = self.tenants.settings_of(cx).await?.orphans;
        if orphans == Orphans::Keep {
            return Ok(());
        }
        let of_host = self.ledger.members_of(&change.id, cx).await?;
        for member in change.members.removed.iter().filter(|member| !of_host.contains_key(*member))
        {
            if !self.is_orphan(member, cx).await? {
                continue;
            }
            let done = match orphans {
                Orphans::Keep => Ok(()),
                Orphans::Deactivate => {
                    self.users.set_attribute(member, "active", false, cx).await.map(drop)
                }
                Orphans::Delete => self.users.delete(member, cx).await.map(drop),
            };
            match done {
                Ok(()) | Err(StoreError::NotFound) => {}
                Err(err) => return Err(err),
            }
        }
        Ok(())
    }

    async fn is_orphan(&self, member: &str, cx: &RequestContext) -> Result<bool, StoreError> {
        let user = match self.users.get(member, cx).await {
            Ok(user) => user,
            // Groups can be members too, and so can who never was there.
            Err(StoreError::NotFound) => return Ok(false),
            Err(err) => return Err(err),
        };
        if self.ledger.account(member, cx).await?.origin != Origin::Idp {
            return Ok(false);
        }
        let of_host = self.ledger.groups_of(member, cx).await?;
        Ok(groups(&user).all(|group| of_host.contains_key(group)))
    }
}

#[async_trait]
impl Hooks for OrphanRule {
    async fn after_commit(&self, change: &Change, cx: &RequestContext) {
        if !change.members.removed.is_empty() {
            log_failure("orphans", self.follow(change, cx).await);
        }
    }
}

/// The groups that list the user, without those that list these.
fn groups(user: &Resource) -> impl Iterator<Item = &str> {
    let groups =
        user.get("groups").and_then(Value::as_array).map(List::as_slice).unwrap_or_default();
    let direct = groups.iter().filter(|group| group["type"] != "indirect");
    direct.filter_map(|group| group["value"].as_str())
}
