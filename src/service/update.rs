//! The way of every change of a resource that is there: PUT, PATCH, or the application's.

use std::sync::Arc;

use super::outcome::Failure;
use super::{Call, Endpoint};
use crate::hooks::{Hooks, MemberDecision, UpdateEvent};
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
        let update = Update::of_put(resource_type, tenant, replacement, self.service.clock.now());
        self.update(endpoint, id, update).await
    }

    /// Makes a change and tells the hooks, which may leave out members and is asked inside the
    /// transaction.
    pub(super) async fn update(
        &mut self,
        endpoint: &Endpoint,
        id: &str,
        update: Update,
    ) -> Result<Change, Failure> {
        let update = match self.accepted_members(endpoint, &update.added_member_ids()).await? {
            MemberDecision::Ignore(ids) => update.leaving_out(&ids),
            MemberDecision::Accept => update,
        };
        let update = update
            .with_precondition(self.precondition.clone())
            .with_budget(self.budget.clone())
            .with_max_bytes(self.service.limits.max_resource_bytes);
        let update =
            if self.service.has_hooks { self.with_hooks(update, endpoint) } else { update };
        let change = endpoint.store.update(id, &update, self.cx).await?;
        self.deviations.append(update.into_deviations());
        if change.is_unchanged() {
            self.deviations.push(Deviation::NoOp);
            return Ok(change);
        }
        Ok(self.report(change).await)
    }

    /// Has the hooks see the change before it is made.
    fn with_hooks(&self, update: Update, endpoint: &Endpoint) -> Update {
        let (hooks, cx) = (Arc::clone(&self.service.hooks), self.cx.clone());
        let resource_type = Arc::clone(&endpoint.resource_type);
        update.hooked(Box::new(move |before: &Resource, after: &mut Resource| {
            hooks.before_update(&mut UpdateEvent::new(&resource_type, before, after, &cx))
        }))
    }
}
