//! The way of every change of a resource that is there: PUT, PATCH, or the application's.

use std::sync::Arc;

use super::outcome::Failure;
use super::{Call, Endpoint};
use crate::hooks::{Joining, Policy};
use crate::patch::Replacement;
use crate::quirks::Deviation;
use crate::resource::Resource;
use crate::store::{Change, Update};

impl Call<'_> {
    pub(super) async fn put(
        &mut self,
        endpoint: &Endpoint,
        id: &str,
        replacement: Replacement,
    ) -> Result<Change, Failure> {
        let (resource_type, tenant) = (Arc::clone(&endpoint.resource_type), self.cx.tenant.clone());
        let update = Update::put(resource_type, tenant, replacement, self.service.clock.now());
        self.update(endpoint, id, update).await
    }

    /// Makes a change and tells the policy, which may leave out members and is asked inside the
    /// transaction.
    pub(super) async fn update(
        &mut self,
        endpoint: &Endpoint,
        id: &str,
        update: Update,
    ) -> Result<Change, Failure> {
        let update = match self.joining(endpoint, &update.joining()).await? {
            Joining::Without(ids) => update.leaving_out(&ids),
            Joining::All => update,
        };
        let update = update
            .expecting(self.precondition.clone())
            .within(self.budget.clone())
            .up_to(self.service.limits.resource_bytes);
        let update =
            if self.service.has_policy { self.with_policy(update, endpoint) } else { update };
        let change = endpoint.store.update(id, &update, self.cx).await?;
        self.deviations.append(update.into_deviations());
        if change.is_unchanged() {
            self.deviations.push(Deviation::Unchanged);
            return Ok(change);
        }
        Ok(self.tell(change).await)
    }

    /// Has the policy see the change before it is made.
    fn with_policy(&self, update: Update, endpoint: &Endpoint) -> Update {
        let (policy, cx) = (Arc::clone(&self.service.policy), self.cx.clone());
        let resource_type = Arc::clone(&endpoint.resource_type);
        update.with_hook(Box::new(move |before: &Resource, after: &mut Resource| {
            Policy::updating(policy.as_ref(), &resource_type, before, after, &cx)
        }))
    }
}
