//! What changed, told as events: the host's own side of provisioning, where it would send a mail or end a session. They are
//! kept in memory, and gone when the server ends; a host that must not lose any writes them to a table of its own.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures_util::Stream;
use futures_util::stream;
use scimwire::auth::{RequestContext, Tenant};
use scimwire::policy::Policy;
use scimwire::store::{Change, MemberChange, Operation};
use serde::Serialize;
use tokio::sync::watch;

/// How many events are kept for a tenant; older ones are dropped.
const KEPT_EVENTS: usize = 10_000;

/// The events of all tenants, oldest first.
#[derive(Default)]
pub(crate) struct EventLog {
    tenants: Mutex<HashMap<Tenant, History>>,
}

#[derive(Default)]
struct History {
    events: VecDeque<Event>,
    /// The number of the last event; those who follow wait for it to grow.
    last_seq: watch::Sender<u64>,
}

/// Something that became different.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    /// Grows from event to event within a tenant.
    pub(crate) seq: u64,
    /// Such as `user.created`.
    pub(crate) event: String,
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

    /// The events of a tenant as they come, from the one behind `seq`; from now on without it, or where it is of a server that
    /// has ended.
    pub(crate) fn follow(self: Arc<Self>, tenant: Tenant, seq: Option<u64>) -> impl Stream<Item = Event> {
        let last_seq = {
            let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
            tenants.entry(tenant.clone()).or_default().last_seq.subscribe()
        };
        let newest = *last_seq.borrow();
        let seq = seq.map_or(newest, |seq| seq.min(newest));
        stream::unfold((self, tenant, last_seq, seq), async |(log, tenant, mut last_seq, seq)| {
            // Fails only when there is no log any more.
            last_seq.wait_for(|last| *last > seq).await.ok()?;
            let event = log.behind(&tenant, seq)?;
            let seq = event.seq;
            Some((event, (log, tenant, last_seq, seq)))
        })
    }

    /// The first event behind `seq` that is still kept.
    fn behind(&self, tenant: &Tenant, seq: u64) -> Option<Event> {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let events = &tenants.get(tenant)?.events;
        events.get(events.partition_point(|event| event.seq <= seq)).cloned()
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
        let seq = *self.last_seq.borrow() + 1;
        self.events.push_back(Event {
            seq,
            event: format!("{}.{verb}", resource_type.to_lowercase()),
            resource_type,
            resource_id: change.id.clone(),
            details,
        });
        if self.events.len() > KEPT_EVENTS {
            self.events.pop_front();
        }
        self.last_seq.send_replace(seq);
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
