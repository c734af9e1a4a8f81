//! Limits the concurrent statements and transactions of a tenant, so that none takes all
//! connections.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::database::DatabaseError;
use scimwire::auth::Tenant;

/// The places of tenants. They are the same for all stores of a directory.
#[derive(Debug)]
pub(super) struct Shares {
    at_once: usize,
    acquire_timeout: Duration,
    by_tenant: Mutex<HashMap<Tenant, Arc<Semaphore>>>,
}

/// A place among those of a tenant, until it is dropped.
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Shares {
    /// Creates this many places for each tenant, at least one. A request that finds none waits this
    /// long at most.
    pub(super) fn new(at_once: u32, acquire_timeout: Duration) -> Self {
        let at_once =
            usize::try_from(at_once).unwrap_or(usize::MAX).clamp(1, Semaphore::MAX_PERMITS);
        Self { at_once, acquire_timeout, by_tenant: Mutex::default() }
    }

    /// Waits for the others of the tenant, and for nobody else.
    pub(super) async fn take(&self, tenant: &Tenant) -> Result<Place, DatabaseError> {
        match timeout(self.acquire_timeout, self.of(tenant).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Place { _permit: permit }),
            // Nobody closes the semaphore.
            Ok(Err(_)) | Err(_) => Err(DatabaseError::Crowded),
        }
    }

    fn of(&self, tenant: &Tenant) -> Arc<Semaphore> {
        let mut by_tenant = self.by_tenant.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(semaphore) = by_tenant.get(tenant) {
            return Arc::clone(semaphore);
        }
        // Nothing is kept of tenants that ask no more.
        by_tenant.retain(|_, semaphore| {
            semaphore.available_permits() < self.at_once || Arc::strong_count(semaphore) > 1
        });
        let semaphore = Arc::new(Semaphore::new(self.at_once));
        by_tenant.insert(tenant.clone(), Arc::clone(&semaphore));
        semaphore
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_tenant_waits_for_itself_alone() {
        let shares = Shares::new(2, Duration::ZERO);
        let (one, other) = (Tenant::from("one"), Tenant::from("other"));
        let (first, second) =
            (shares.take(&one).await.expect("a place"), shares.take(&one).await.expect("a place"));
        assert!(matches!(shares.take(&one).await, Err(DatabaseError::Crowded)));
        shares.take(&other).await.expect("others are served");
        drop(first);
        shares.take(&one).await.expect("a place is free");
        drop(second);
    }

    #[tokio::test]
    async fn whoever_waits_is_next() {
        let shares = Shares::new(1, Duration::from_secs(3600));
        let tenant = Tenant::from("one");
        let first = shares.take(&tenant).await.expect("a place");
        let mut next = Box::pin(shares.take(&tenant));
        assert!(
            std::future::poll_fn(|context| std::task::Poll::Ready(
                next.as_mut().poll(context).is_pending()
            ))
            .await
        );
        drop(first);
        next.await.expect("a place is free");
    }

    #[tokio::test]
    async fn nothing_is_kept_of_tenants_that_ask_no_more() {
        let shares = Shares::new(1, Duration::ZERO);
        let busy = Tenant::from("busy");
        let under_way = shares.take(&busy).await.expect("a place");
        for number in 0..100 {
            shares.take(&Tenant::from(format!("tenant-{number}"))).await.expect("a place");
        }
        assert!(shares.by_tenant.lock().expect("no panic").len() <= 2);
        assert!(matches!(shares.take(&busy).await, Err(DatabaseError::Crowded)));
        drop(under_way);
    }
}
