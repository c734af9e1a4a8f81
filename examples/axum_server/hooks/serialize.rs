//! One change of a tenant after the other, so that events are in the order of changes, and rules
//! see no half of two changes.
//!
//! This holds within one process. Several over one database take a lock of the database here, by
//! the tenant.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use scimwire::Error;
use scimwire::auth::{RequestContext, Tenant};
use scimwire::hooks::{ChangeGuard, Hooks};

/// A lock for each tenant.
#[derive(Default)]
pub(super) struct OneByOne {
    locks: Mutex<HashMap<Tenant, Arc<tokio::sync::Mutex<()>>>>,
}

#[async_trait]
impl Hooks for OneByOne {
    async fn begin(&self, cx: &RequestContext) -> Result<ChangeGuard, Error> {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(locks.entry(cx.tenant().clone()).or_default())
        };
        Ok(ChangeGuard::new(lock.lock_owned().await))
    }
}
