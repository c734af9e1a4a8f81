//! The hooks of the demo: one file for each rule, combined here.

mod account_size;
mod deleted_tenant;
mod department_groups;
pub(crate) mod events;
mod just_in_time;
pub(crate) mod origin;
pub(crate) mod orphans;
mod serialize;

use std::sync::Arc;

use scimwire::hooks::Hooks;
use scimwire::service::Resources;
use scimwire::{ResourceStore, StoreError};
use tracing::error;

use crate::provenance::Ledger;
use crate::tenants::Tenants;
use account_size::AccountSize;
use deleted_tenant::TenantGone;
use department_groups::DepartmentGroups;
use events::EventLog;
use just_in_time::JustInTime;
use origin::NoteOrigin;
use orphans::OrphanRule;
use serialize::OneByOne;

/// All hooks, and the host's own hands that they share.
pub(crate) struct AllHooks {
    /// The rules for changes by clients and by the administrator.
    pub(crate) all: Arc<Vec<Arc<dyn Hooks>>>,
    /// The administrator's hand on users.
    pub(crate) users: Resources,
    /// The administrator's hand on groups.
    pub(crate) groups: Resources,
}

impl AllHooks {
    pub(crate) fn new(
        users: &Arc<dyn ResourceStore>,
        groups: &Arc<dyn ResourceStore>,
        tenants: &Arc<Tenants>,
        ledger: &Arc<Ledger>,
        events: &Arc<EventLog>,
    ) -> Self {
        let access = |store: &Arc<dyn ResourceStore>| Resources::new(Arc::clone(store));
        let events: Arc<dyn Hooks> = Arc::clone(events) as Arc<dyn Hooks>;
        let origin: Arc<dyn Hooks> = Arc::new(NoteOrigin::new(Arc::clone(ledger)));
        // Changes made by a rule are recorded here, and not passed to rules again.
        let told = Arc::new(vec![Arc::clone(&events), Arc::clone(&origin)]);
        let (ruled_users, ruled_groups) =
            (access(users).with_hooks(Arc::clone(&told)), access(groups).with_hooks(told));

        let account_size = Arc::new(AccountSize::new(Arc::clone(tenants), Arc::clone(ledger)));
        let just_in_time =
            JustInTime::new(ruled_users.clone(), Arc::clone(ledger), Arc::clone(&account_size));
        let orphans = OrphanRule::new(ruled_users, Arc::clone(tenants), Arc::clone(ledger));
        let all: Arc<Vec<Arc<dyn Hooks>>> = Arc::new(vec![
            Arc::new(OneByOne::default()),
            Arc::new(TenantGone::new(Arc::clone(tenants))),
            // What was done comes before what follows from it.
            events,
            Arc::new(just_in_time),
            account_size,
            Arc::new(DepartmentGroups::new(ruled_groups, Arc::clone(tenants))),
            // Asks whose a membership was, before that is forgotten.
            Arc::new(orphans),
            origin,
        ]);
        let (users, groups) = (
            access(users).with_hooks(Arc::clone(&all)),
            access(groups).with_hooks(Arc::clone(&all)),
        );
        Self { all, users, groups }
    }
}

/// The change is made and cannot be refused any more: what fails now is for the operator.
fn log_failure(rule: &str, result: Result<(), StoreError>) {
    if let Err(err) = result {
        error!(rule, error = &err as &dyn std::error::Error, "provisioning rule failed");
    }
}
