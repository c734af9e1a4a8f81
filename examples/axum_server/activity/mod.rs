//! What went over the wire lately, for the console: each SCIM request with its answer, what was read differently from how it
//! was sent, and what it changed. It is kept in memory, so many requests and so much of each, and gone when the server ends.

mod mask;
mod record;
mod tee;
mod trace;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::Stream;
use futures_util::stream;
use scimwire::auth::Tenant;
use serde::Serialize;
use tokio::sync::watch;

use crate::base_url;
use crate::policy::events::Told;

pub(crate) use mask::Mask;
pub(crate) use record::{Recorder, record};
pub(crate) use trace::Trace;

/// How many requests are kept for each tenant; older ones are dropped.
const KEPT: usize = 200;

/// The requests of all tenants.
#[derive(Default)]
pub(crate) struct ActivityLog {
    by_tenant: Mutex<HashMap<Option<Tenant>, VecDeque<Arc<Exchange>>>>,
    /// The number of the last request; those who follow wait for it to grow.
    last_seq: watch::Sender<u64>,
}

/// A request and its answer, without secrets.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Exchange {
    #[serde(flatten)]
    pub(crate) summary: Summary,
    pub(crate) request: Message,
    pub(crate) answer: Message,
    pub(crate) deviations: Vec<Departure>,
    pub(crate) changes: Vec<Told>,
}

/// A line of the list.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    /// Grows from request to request.
    pub(crate) seq: u64,
    pub(crate) time: String,
    /// Whose request it was; none where nobody was let in.
    pub(crate) tenant: Option<String>,
    /// How the client calls itself.
    pub(crate) client: String,
    pub(crate) address: String,
    pub(crate) method: String,
    /// With the query, in which nothing secret stands.
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) micros: u64,
    /// How many departures from the RFC, and how many changes.
    pub(crate) noticed: usize,
    pub(crate) changed: usize,
}

/// What was sent in one direction.
#[derive(Default, Serialize)]
pub(crate) struct Message {
    pub(crate) headers: Vec<(String, String)>,
    /// The body, or as much of it as is kept.
    pub(crate) body: String,
    /// How long it was, in bytes.
    pub(crate) length: usize,
    pub(crate) cut: bool,
}

/// Where a request departed from the RFC, in words.
#[derive(Serialize)]
pub(crate) struct Departure {
    pub(crate) rule: &'static str,
    pub(crate) words: String,
}

impl ActivityLog {
    /// Adds what `exchange` makes of the next number.
    fn push(&self, tenant: Option<Tenant>, exchange: impl FnOnce(u64) -> Exchange) {
        let mut kept = self.lock();
        let seq = *self.last_seq.borrow() + 1;
        let requests = kept.entry(tenant).or_default();
        requests.push_back(Arc::new(exchange(seq)));
        if requests.len() > KEPT {
            requests.pop_front();
        }
        self.last_seq.send_replace(seq);
    }

    /// What an administrator of the tenant sees, newest first: its own requests, and those that were not let in and may have
    /// been meant for it.
    pub(crate) fn of(&self, tenant: &Tenant) -> Vec<Summary> {
        let kept = self.lock();
        let own = kept.get(&Some(tenant.clone())).into_iter().flatten();
        let strangers = kept.get(&None).into_iter().flatten().filter(|exchange| exchange.is_seen_by(tenant));
        let mut found: Vec<_> = own.chain(strangers).map(|exchange| exchange.summary.clone()).collect();
        found.sort_by_key(|summary| std::cmp::Reverse(summary.seq));
        found
    }

    /// One of them.
    pub(crate) fn get(&self, tenant: &Tenant, seq: u64) -> Option<Arc<Exchange>> {
        self.behind(tenant, seq.checked_sub(1)?).filter(|exchange| exchange.summary.seq == seq)
    }

    /// Each as it comes, from the one behind `seq`; from now on without it, or where it is of a server that has ended.
    pub(crate) fn follow(self: Arc<Self>, tenant: Tenant, seq: Option<u64>) -> impl Stream<Item = Summary> {
        let last_seq = self.last_seq.subscribe();
        let newest = *last_seq.borrow();
        let seq = seq.map_or(newest, |seq| seq.min(newest));
        stream::unfold((self, tenant, last_seq, seq), async |(log, tenant, mut last_seq, mut seq)| {
            loop {
                // Fails only when there is no log any more.
                let newest = *last_seq.wait_for(|last| *last > seq).await.ok()?;
                let Some(exchange) = log.behind(&tenant, seq) else {
                    // It was another tenant's.
                    seq = newest;
                    continue;
                };
                let summary = exchange.summary.clone();
                seq = summary.seq;
                return Some((summary, (log, tenant, last_seq, seq)));
            }
        })
    }

    /// Nothing is kept of a tenant that is gone.
    pub(crate) fn forget(&self, tenant: &Tenant) {
        self.lock().remove(&Some(tenant.clone()));
    }

    /// The first behind `seq` that the tenant's administrator sees and that is still kept.
    fn behind(&self, tenant: &Tenant, seq: u64) -> Option<Arc<Exchange>> {
        let kept = self.lock();
        let first = |of: &Option<Tenant>| {
            let requests = kept.get(of)?;
            let start = requests.partition_point(|exchange| exchange.summary.seq <= seq);
            requests.iter().skip(start).find(|exchange| exchange.is_seen_by(tenant)).cloned()
        };
        let found = [first(&Some(tenant.clone())), first(&None)];
        found.into_iter().flatten().min_by_key(|exchange| exchange.summary.seq)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Option<Tenant>, VecDeque<Arc<Exchange>>>> {
        self.by_tenant.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Exchange {
    /// Those without a tenant are seen by whomever they may have been meant for.
    fn is_seen_by(&self, tenant: &Tenant) -> bool {
        let meant = self.summary.tenant.as_deref().or_else(|| base_url::tenant_in(&self.summary.path));
        meant.is_none_or(|meant| meant == tenant.as_str())
    }
}
