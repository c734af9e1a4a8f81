//! The size of the account that a user gets when provisioned. It stands in the host's own ledger,
//! so no SCIM request changes it; nor does another size for those who come later.

use std::sync::Arc;

use async_trait::async_trait;
use scimwire::StoreError;
use scimwire::auth::RequestContext;
use scimwire::hooks::Hooks;
use scimwire::store::{Change, ChangeKind};

use super::log_failure;
use super::origin::Origin;
use crate::provenance::Ledger;
use crate::tenants::Tenants;

/// Gives newly provisioned users the size that is set for their tenant at that moment.
pub(super) struct AccountSize {
    tenants: Arc<Tenants>,
    ledger: Arc<Ledger>,
}

impl AccountSize {
    pub(super) fn new(tenants: Arc<Tenants>, ledger: Arc<Ledger>) -> Self {
        Self { tenants, ledger }
    }

    /// Gives a user an account, unless there is one already.
    pub(super) async fn provision(
        &self,
        user: &str,
        cx: &RequestContext,
    ) -> Result<(), StoreError> {
        match self.tenants.settings_of(cx).await?.quota_gb {
            Some(size) => self.ledger.note_quota(user, size, cx).await,
            None => Ok(()),
        }
    }
}

#[async_trait]
impl Hooks for AccountSize {
    async fn after_commit(&self, change: &Change, cx: &RequestContext) {
        let is_new =
            change.operation == ChangeKind::Create && change.resource_type.name() == "User";
        if is_new && Origin::of(cx) == Origin::Idp {
            log_failure("account size", self.provision(&change.id, cx).await);
        }
    }
}
