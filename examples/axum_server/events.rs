//! What changed, told as events: the host's own side of provisioning, where it would send a mail or end a session.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use scimwire::auth::{RequestContext, Tenant};
use scimwire::policy::Policy;
use scimwire::store::{Change, MemberChange, Operation};
use serde::Serialize;

/// How many events are kept for a tenant; older ones are dropped.
const KEPT_EVENTS: usize = 10_000;

/// The events of all tenants, oldest first.
#[derive(Default)]
pub(crate) struct EventLog {
    tenants: Mutex<HashMap<Tenant, History>>,
}

#[derive(Default)]
struct History {
    last_seq: u64,
    events: VecDeque<Event>,
}

/// Something that became different.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    /// Grows from event to event within a tenant.
    seq: u64,
    /// Such as `user.created`.
    event: String,
    resource_type: String,
    resource_id: String,
    #[serde(flatten)]
    details: Details,
}

/// What an event tells besides that it happened; most often nothing.
#[derive(Clone, Default, Serialize)]
struct Details {
    paths: Vec<String>,
    added: Vec<String>,
    removed: Vec<String>,
}

impl EventLog {
    /// The events of a tenant, oldest first.
    pub(crate) fn of(&self, tenant: &Tenant) -> Vec<Event> {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants.get(tenant).map(|history| history.events.iter().cloned().collect()).unwrap_or_default()
    }
}

#[async_trait]
impl Policy for EventLog {
    async fn changed(&self, change: &Change, _cx: &RequestContext) {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let history = tenants.entry(change.tenant.clone()).or_default();
        for (verb, details) in told_by(change) {
            history.push(change, verb, details);
        }
    }
}

impl History {
    fn push(&mut self, change: &Change, verb: &str, details: Details) {
        let resource_type = change.resource_type.name().to_owned();
        self.last_seq += 1;
        self.events.push_back(Event {
            seq: self.last_seq,
            event: format!("{}.{verb}", resource_type.to_lowercase()),
            resource_type,
            resource_id: change.id.clone(),
            details,
        });
        if self.events.len() > KEPT_EVENTS {
            self.events.pop_front();
        }
    }
}

/// What a change tells: the second half of the events' names, and their details.
fn told_by(change: &Change) -> Vec<(&'static str, Details)> {
    let mut told = Vec::new();
    match change.operation {
        Operation::Create => told.push(("created", Details::default())),
        // The memberships that ended with it go without saying.
        Operation::Delete => return vec![("deleted", Details::default())],
        Operation::Update if change.activated() => told.push(("reactivated", Details::default())),
        Operation::Update if change.deactivated() => told.push(("deactivated", Details::default())),
        Operation::Update => {}
    }
    let paths = change.paths.iter().map(ToString::to_string);
    let paths: Vec<String> = paths.filter(|path| path != "active").collect();
    if !paths.is_empty() {
        told.push(("updated", Details { paths, ..Details::default() }));
    }
    let MemberChange { added, removed, .. } = change.members.clone();
    if !added.is_empty() || !removed.is_empty() {
        told.push(("members_changed", Details { added, removed, ..Details::default() }));
    }
    told
}
