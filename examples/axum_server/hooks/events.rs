//! What changed, told as events: the host's own side of provisioning, where it would send a mail or
//! end a session. They are kept in memory, and gone when the server ends; a host that must not lose
//! any writes them to a table of its own.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::Stream;
use futures_util::stream;
use scimwire::auth::{RequestContext, Tenant};
use scimwire::hooks::Hooks;
use scimwire::store::{Change, ChangeKind, MemberChange};
use serde::Serialize;
use tokio::sync::watch;

use super::origin::Origin;
use crate::activity::Trace;

/// How many events are kept for a tenant, and how many bytes of them; older ones are dropped.
const KEPT_EVENTS: usize = 10_000;
const KEPT_BYTES: usize = 16 << 20;

/// The most events shown for one user or group.
const SHOWN_EVENTS: usize = 100;

/// The events of all tenants, oldest first.
#[derive(Default)]
pub(crate) struct EventLog {
    tenants: Mutex<HashMap<Tenant, History>>,
    /// Changes with each event; those who follow wait for that.
    told: watch::Sender<()>,
}

#[derive(Default)]
struct History {
    events: VecDeque<Told>,
    bytes: usize,
    /// The number of the last event.
    last_seq: u64,
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

/// An event, and what the console shows beside it.
#[derive(Clone, Serialize)]
pub(crate) struct Told {
    #[serde(flatten)]
    event: Event,
    time: String,
    by: Origin,
    /// The name of the user or group, if known.
    name: Option<String>,
}

/// The details of an event; usually none.
#[derive(Clone, Default, Serialize)]
struct Details {
    paths: Vec<String>,
    added: Vec<String>,
    removed: Vec<String>,
}

impl Event {
    fn is_about(&self, id: &str) -> bool {
        let Details { added, removed, .. } = &self.details;
        self.resource_id == id || added.iter().chain(removed).any(|member| member == id)
    }
}

impl EventLog {
    /// The events of a tenant, oldest first.
    pub(crate) fn of(&self, tenant: &Tenant) -> Vec<Event> {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants
            .get(tenant)
            .map(|history| history.events.iter().map(|told| told.event.clone()).collect())
            .unwrap_or_default()
    }

    /// The events of one user or group, including its memberships, newest first.
    pub(crate) fn about(&self, tenant: &Tenant, id: &str) -> Vec<Told> {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let told = tenants.get(tenant).into_iter().flat_map(|history| &history.events);
        told.rev().filter(|told| told.event.is_about(id)).take(SHOWN_EVENTS).cloned().collect()
    }

    /// Nothing is kept of a tenant that is gone.
    pub(crate) fn forget(&self, tenant: &Tenant) {
        self.tenants.lock().unwrap_or_else(PoisonError::into_inner).remove(tenant);
    }

    /// The events of a tenant as they come, from the one behind `seq`; from now on without it, or
    /// where it is of a server that has ended.
    pub(crate) fn follow(
        self: Arc<Self>,
        tenant: Tenant,
        seq: Option<u64>,
    ) -> impl Stream<Item = Event> {
        let told = self.told.subscribe();
        let newest = self.newest(&tenant);
        let seq = seq.map_or(newest, |seq| seq.min(newest));
        stream::unfold((self, tenant, told, seq), async |(log, tenant, mut told, seq)| {
            loop {
                if let Some(event) = log.behind(&tenant, seq) {
                    let seq = event.seq;
                    return Some((event, (log, tenant, told, seq)));
                }
                // Fails only when there is no log any more.
                told.changed().await.ok()?;
            }
        })
    }

    fn newest(&self, tenant: &Tenant) -> u64 {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        tenants.get(tenant).map_or(0, |history| history.last_seq)
    }

    /// The first event behind `seq` that is still kept.
    fn behind(&self, tenant: &Tenant, seq: u64) -> Option<Event> {
        let tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let events = &tenants.get(tenant)?.events;
        events
            .get(events.partition_point(|told| told.event.seq <= seq))
            .map(|told| told.event.clone())
    }
}

#[async_trait]
impl Hooks for EventLog {
    async fn after_commit(&self, change: &Change, cx: &RequestContext) {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let history = tenants.entry(change.tenant.clone()).or_default();
        for (verb, details) in told_by(change) {
            history.push(change, verb, details, cx);
        }
        self.told.send_replace(());
    }
}

impl History {
    fn push(&mut self, change: &Change, verb: &str, details: Details, cx: &RequestContext) {
        let resource_type = change.resource_type.name().to_owned();
        let seq = self.last_seq + 1;
        let event = Event {
            seq,
            event: format!("{}.{verb}", resource_type.to_lowercase()),
            resource_type,
            resource_id: change.id.clone(),
            details,
        };
        let time =
            DateTime::<Utc>::from(SystemTime::now()).to_rfc3339_opts(SecondsFormat::Millis, true);
        let told = Told { event, time, by: Origin::of(cx), name: name_of(change) };
        Trace::note(cx, &told);
        self.bytes += told.bytes();
        self.events.push_back(told);
        self.last_seq = seq;
        // The newest event stays, however large it is: it has not been delivered yet.
        while self.events.len() > KEPT_EVENTS || self.bytes > KEPT_BYTES && self.events.len() > 1 {
            self.bytes -= self.events.pop_front().map_or(0, |told| told.bytes());
        }
    }
}

impl Told {
    /// About how much memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let Details { paths, added, removed } = &self.event.details;
        let texts =
            paths.iter().chain(added).chain(removed).map(|text| size_of::<String>() + text.len());
        size_of::<Self>() + texts.sum::<usize>()
    }
}

fn name_of(change: &Change) -> Option<String> {
    let state = change.after.as_deref().or(change.before.as_deref())?;
    let name = state.get_str("displayName").or_else(|| state.get_str("userName"));
    name.map(str::to_owned)
}

/// What a change tells: the second half of the events' names, and their details.
fn told_by(change: &Change) -> Vec<(&'static str, Details)> {
    let mut told = Vec::new();
    match change.operation {
        ChangeKind::Create => told.push(("created", Details::default())),
        // The memberships that ended with it go without saying.
        ChangeKind::Delete => return vec![("deleted", Details::default())],
        ChangeKind::Update if change.is_activation() => {
            told.push(("reactivated", Details::default()))
        }
        ChangeKind::Update if change.is_deactivation() => {
            told.push(("deactivated", Details::default()))
        }
        _ => {}
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
