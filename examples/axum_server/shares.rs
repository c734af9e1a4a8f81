//! Limits the concurrent requests of a tenant, so that one cannot starve the others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use scimwire::auth::{AuthError, RequestContext, Tenant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time;

/// The `Retry-After` for a client that has waited in vain.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The requests of tenants that are under way. Only tenants that there are come in: a stranger
/// leaves nothing behind.
pub(crate) struct Shares {
    at_once: usize,
    longest_wait: Duration,
    by_tenant: Mutex<HashMap<Tenant, Arc<Semaphore>>>,
}

/// The place of a request among those of its tenant, as long as its context is there.
#[derive(Clone)]
struct Share {
    _permit: Arc<OwnedSemaphorePermit>,
}

impl Shares {
    /// So many requests at once for each tenant; others wait so long at most.
    pub(crate) fn new(at_once: usize, longest_wait: Duration) -> Self {
        Self {
            at_once: at_once.clamp(1, Semaphore::MAX_PERMITS),
            longest_wait,
            by_tenant: Mutex::default(),
        }
    }

    /// Waits for the permit of a request.
    ///
    /// # Errors
    ///
    /// - [`AuthError::Busy`]: the others of its tenant take too long.
    pub(crate) async fn take(&self, cx: RequestContext) -> Result<RequestContext, AuthError> {
        let semaphore = self.of(cx.tenant());
        if let Ok(permit) = Arc::clone(&semaphore).try_acquire_owned() {
            return Ok(cx.with_data(Share { _permit: Arc::new(permit) }));
        }
        match time::timeout(self.longest_wait, semaphore.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(cx.with_data(Share { _permit: Arc::new(permit) })),
            // Nobody closes the semaphore.
            Ok(Err(_)) | Err(_) => Err(AuthError::Busy { retry_after: RETRY_AFTER }),
        }
    }

    fn of(&self, tenant: &Tenant) -> Arc<Semaphore> {
        let mut by_tenant = self.by_tenant.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(semaphore) = by_tenant.get(tenant) {
            return Arc::clone(semaphore);
        }
        // Those of whom no request is under way need none, a tenant that is gone among them.
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

    fn cx(tenant: &str) -> RequestContext {
        RequestContext::new(tenant)
    }

    #[tokio::test]
    async fn a_tenant_waits_for_itself_alone() {
        let shares = Shares::new(2, Duration::ZERO);
        let (first, second) = (
            shares.take(cx("one")).await.expect("a place"),
            shares.take(cx("one")).await.expect("a place"),
        );
        assert!(matches!(shares.take(cx("one")).await, Err(AuthError::Busy { .. })));
        shares.take(cx("two")).await.expect("others are served");
        drop(first.clone());
        assert!(
            matches!(shares.take(cx("one")).await, Err(AuthError::Busy { .. })),
            "the request is still under way"
        );
        drop(first);
        shares.take(cx("one")).await.expect("a place is free");
        drop(second);
    }

    #[tokio::test]
    async fn nothing_is_kept_of_tenants_that_ask_no_more() {
        let shares = Shares::new(1, Duration::ZERO);
        let under_way = shares.take(cx("busy")).await.expect("a place");
        for number in 0..100 {
            shares.take(cx(&format!("tenant-{number}"))).await.expect("a place");
        }
        assert!(shares.by_tenant.lock().expect("no panic").len() <= 2);
        assert!(matches!(shares.take(cx("busy")).await, Err(AuthError::Busy { .. })));
        drop(under_way);
    }
}
