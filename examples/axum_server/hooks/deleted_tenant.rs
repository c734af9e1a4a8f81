//! Nothing is changed for a tenant that has been deleted, not even by a request that was let in
//! before that.

use std::sync::Arc;

use async_trait::async_trait;
use scimwire::Error;
use scimwire::auth::{AuthError, RequestContext};
use scimwire::hooks::{ChangeGuard, Hooks};

use crate::tenants::Tenants;

/// Asks again, when a change begins.
pub(super) struct TenantGone {
    tenants: Arc<Tenants>,
}

impl TenantGone {
    pub(super) fn new(tenants: Arc<Tenants>) -> Self {
        Self { tenants }
    }
}

#[async_trait]
impl Hooks for TenantGone {
    async fn begin(&self, cx: &RequestContext) -> Result<ChangeGuard, Error> {
        match self.tenants.settings(cx.tenant().as_str()).await? {
            Some(_) => Ok(ChangeGuard::default()),
            None => Err(AuthError::invalid_token().into()),
        }
    }
}
