//! Changes made by hand, for tests and benchmarks of a store.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::context::Tenant;
use crate::error::Error;
use crate::patch::{PatchPlan, Replacement};
use crate::resource::Resource;
use crate::schema::ResourceType;
use crate::store::Update;

/// The dispatcher makes the changes that a store gets. With the feature `testkit`, a test can make
/// them, too.
#[cfg_attr(docsrs, doc(cfg(feature = "testkit")))]
impl Update {
    /// Creates the change of a PATCH.
    #[must_use]
    pub fn patch(
        resource_type: Arc<ResourceType>,
        tenant: Tenant,
        plan: PatchPlan,
        now: DateTime<Utc>,
    ) -> Self {
        Self::of_patch(resource_type, tenant, plan, now)
    }

    /// Creates the change of a PUT.
    #[must_use]
    pub fn put(
        resource_type: Arc<ResourceType>,
        tenant: Tenant,
        replacement: Replacement,
        now: DateTime<Utc>,
    ) -> Self {
        Self::of_put(resource_type, tenant, replacement, now)
    }

    /// Sets a hook that runs when the change is applied, with the states before and after it. It
    /// may modify the latter, or reject the change.
    #[must_use]
    pub fn with_hook(
        self,
        hook: impl Fn(&Resource, &mut Resource) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Self {
        self.hooked(Box::new(hook))
    }
}
