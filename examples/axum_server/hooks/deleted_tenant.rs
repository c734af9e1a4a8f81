//! Nothing is changed for a tenant that has been deleted, not even by a request that was let in
//! before that.

use std::sync::Arc;

use async_trait::async_trait;
use scimwire::Error;
use scimwire::auth::{AuthError, RequestContext};
use scimwire::hooks::{Policy, Turn};

use crate::tenants::Tenants;

/// Asks again, once it is the turn of a change.
pub(super) struct TenantGone {
    tenants: Arc<Tenants>,
}

impl TenantGone {
    pub(super) fn new(tenants: Arc<Tenants>) -> Self {
        Self { tenants }
    }
}

#[async_trait]
impl Policy for TenantGone {
    async fn turn(&self, cx: &RequestContext) -> Result<Turn, Error> {
        match self.tenants.settings(cx.tenant().as_str()).await? {
            Some(_) => Ok(Turn::default()),
            None => Err(AuthError::invalid_token().into()),
        }
    }
}
