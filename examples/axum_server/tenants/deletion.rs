//! Deletion a tenant: its requests are let in no more, and then all that is kept of it is deleted.

use std::sync::Arc;

use scimwire::auth::{RequestContext, Tenant};
use scimwire::filter::EvalBudget;
use scimwire::query::{Page, Query};
use scimwire::store::{Precondition, execute};
use scimwire::{ResourceStore, StoreError};
use tracing::{error, info};

use crate::activity::ActivityLog;
use crate::hooks::AllHooks;
use crate::hooks::events::EventLog;
use crate::record_store::Records;
use crate::tenants::Tenants;

/// How many resources are read at a time.
const PAGE: usize = 200;

/// All that knows something of tenants.
#[derive(Clone)]
pub(crate) struct Deletion {
    stores: Vec<Arc<dyn ResourceStore>>,
    records: Arc<Records>,
    tenants: Arc<Tenants>,
    hooks: Arc<dyn scimwire::hooks::Hooks>,
    events: Arc<EventLog>,
    activity: Arc<ActivityLog>,
}

impl Deletion {
    pub(crate) fn new(
        stores: Vec<Arc<dyn ResourceStore>>,
        records: Arc<Records>,
        tenants: &Arc<Tenants>,
        hooks: &AllHooks,
        events: &Arc<EventLog>,
        activity: &Arc<ActivityLog>,
    ) -> Self {
        Self {
            stores,
            records,
            tenants: Arc::clone(tenants),
            hooks: Arc::clone(&hooks.all) as Arc<dyn scimwire::hooks::Hooks>,
            events: Arc::clone(events),
            activity: Arc::clone(activity),
        }
    }

    /// Closes a tenant; false if there is none of that name.
    pub(crate) async fn close(&self, name: &str) -> Result<bool, StoreError> {
        let cx = RequestContext::new(Tenant::from(name));
        {
            // The change that is being made is finished, and the next one sees that there is no
            // tenant.
            let Ok(_guard) = self.hooks.begin(&cx).await else {
                return Ok(false);
            };
            if !self.tenants.begin_to_close(name).await? {
                return Ok(false);
            }
        }
        self.empty(&cx).await?;
        self.tenants.end_closing(name).await?;
        Ok(true)
    }

    /// Brings to its end what an earlier process had begun.
    pub(crate) async fn run(self) {
        let deletion = async || {
            for name in self.tenants.closing().await? {
                self.empty(&RequestContext::new(Tenant::from(name.as_str()))).await?;
                self.tenants.end_closing(&name).await?;
                info!(tenant = name, "interrupted deletion completed");
            }
            Ok::<_, StoreError>(())
        };
        if let Err(err) = deletion().await {
            error!(
                error = &err as &dyn std::error::Error,
                "the tenant could not be deleted: the deletion is retried at the next start"
            );
        }
    }

    async fn empty(&self, cx: &RequestContext) -> Result<(), StoreError> {
        for store in &self.stores {
            empty(&**store, cx).await?;
        }
        self.records.forget(cx.tenant()).await?;
        self.events.forget(cx.tenant());
        self.activity.forget(cx.tenant());
        Ok(())
    }
}

/// Deletes the resources of the tenant.
async fn empty(store: &dyn ResourceStore, cx: &RequestContext) -> Result<(), StoreError> {
    let page = Page::Cursor { after: None, count: PAGE };
    let query = Query::new(page);
    loop {
        let found = execute::select(store, &query, &EvalBudget::unlimited(), cx).await?;
        if found.resources.is_empty() {
            return Ok(());
        }
        for resource in found.resources {
            match store.delete(resource.id(), &Precondition::default(), cx).await {
                Ok(_) | Err(StoreError::NotFound) => {}
                Err(err) => return Err(err),
            }
        }
    }
}
