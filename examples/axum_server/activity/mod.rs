//! What went over the wire lately, for the console: each SCIM request with its answer, what was
//! read differently from how it was sent, and what it changed. It is kept in memory, so many
//! requests and so much of each, and gone when the server ends.

mod capture_body;
mod changes;
mod middleware;
mod raw;
mod redact;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::Stream;
use futures_util::stream;
use scimwire::auth::Tenant;
use serde::Serialize;
use tokio::sync::watch;

use crate::hooks::events::Told;
use raw::Raw;
use redact::Mask;

pub(crate) use changes::Trace;
pub(crate) use middleware::Recorded;

/// How many requests are kept for each tenant, and how many bytes of them; older ones are dropped.
const KEPT: usize = 200;
const KEPT_BYTES: usize = 4 << 20;

/// How many bytes are kept for all tenants; then the oldest of all are dropped.
const ALL_BYTES: usize = 64 << 20;

/// The requests of all tenants.
#[derive(Default)]
pub(crate) struct ActivityLog {
    kept: Mutex<Kept>,
    /// The number of the last request; those who follow wait for it to grow.
    last_seq: watch::Sender<u64>,
}

#[derive(Default)]
struct Kept {
    by_tenant: HashMap<Option<Tenant>, Requests>,
    bytes: usize,
}

/// The requests of a tenant, oldest first.
#[derive(Default)]
struct Requests {
    exchanges: VecDeque<Arc<Entry>>,
    bytes: usize,
}

/// A request and its answer as they are kept.
struct Entry {
    seq: u64,
    bytes: usize,
    raw: Raw,
    mask: Mask,
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
    /// The tenant; `None` if authentication failed.
    pub(crate) tenant: Option<String>,
    /// The `User-Agent` of the client.
    pub(crate) client: String,
    pub(crate) address: String,
    pub(crate) method: String,
    /// With the query, in which nothing secret stands.
    pub(crate) path: String,
    pub(crate) status: u16,
    pub(crate) micros: u64,
    /// The numbers of deviations from the RFC and of changes.
    pub(crate) noticed: usize,
    pub(crate) changed: usize,
}

/// One message: a request or a response.
#[derive(Default, Serialize)]
pub(crate) struct Message {
    pub(crate) headers: Vec<(String, String)>,
    /// The body, or as much of it as is kept.
    pub(crate) body: String,
    /// Its length in bytes.
    pub(crate) length: usize,
    pub(crate) cut: bool,
}

/// A deviation from the RFC, in words.
#[derive(Clone, Serialize)]
pub(crate) struct Departure {
    pub(crate) rule: &'static str,
    pub(crate) words: String,
}

impl ActivityLog {
    /// Adds one, with the next number.
    fn push(&self, raw: Raw, mask: &Mask) {
        let (bytes, mask) = (raw.bytes(), mask.clone());
        let mut kept = self.lock();
        let seq = *self.last_seq.borrow() + 1;
        kept.push(Arc::new(Entry { seq, bytes, raw, mask }));
        self.last_seq.send_replace(seq);
    }

    /// What an administrator of the tenant sees, newest first: its own requests, and those that
    /// were not let in and may have been meant for it.
    pub(crate) fn of(&self, tenant: &Tenant) -> Vec<Summary> {
        let kept = self.lock();
        let own = kept.of(Some(tenant));
        let strangers = kept.of(None).filter(|entry| entry.raw.is_seen_by(tenant));
        let found: Vec<Arc<Entry>> = own.chain(strangers).cloned().collect();
        drop(kept);
        let mut found: Vec<_> = found.iter().map(|entry| entry.raw.summary(entry.seq)).collect();
        found.sort_by_key(|summary| std::cmp::Reverse(summary.seq));
        found
    }

    /// One of them.
    pub(crate) fn get(&self, tenant: &Tenant, seq: u64) -> Option<Exchange> {
        let entry = self.behind(tenant, seq.checked_sub(1)?).filter(|entry| entry.seq == seq)?;
        Some(entry.raw.exchange(seq, &entry.mask))
    }

    /// Each as it comes, from the one behind `seq`; from now on without it, or where it is of a
    /// server that has ended.
    pub(crate) fn follow(
        self: Arc<Self>,
        tenant: Tenant,
        seq: Option<u64>,
    ) -> impl Stream<Item = Summary> {
        let last_seq = self.last_seq.subscribe();
        let newest = *last_seq.borrow();
        let seq = seq.map_or(newest, |seq| seq.min(newest));
        stream::unfold(
            (self, tenant, last_seq, seq),
            async |(log, tenant, mut last_seq, mut seq)| {
                loop {
                    // Fails only when there is no log any more.
                    let newest = *last_seq.wait_for(|last| *last > seq).await.ok()?;
                    let Some(entry) = log.behind(&tenant, seq) else {
                        // It was another tenant's.
                        seq = newest;
                        continue;
                    };
                    seq = entry.seq;
                    return Some((entry.raw.summary(seq), (log, tenant, last_seq, seq)));
                }
            },
        )
    }

    /// Nothing is kept of a tenant that is gone.
    pub(crate) fn forget(&self, tenant: &Tenant) {
        let mut kept = self.lock();
        let forgotten = kept.by_tenant.remove(&Some(tenant.clone()));
        kept.bytes -= forgotten.map_or(0, |requests| requests.bytes);
    }

    /// The first behind `seq` that the tenant's administrator sees and that is still kept.
    fn behind(&self, tenant: &Tenant, seq: u64) -> Option<Arc<Entry>> {
        let kept = self.lock();
        let first = |of: &Option<Tenant>| {
            let requests = &kept.by_tenant.get(of)?.exchanges;
            let start = requests.partition_point(|entry| entry.seq <= seq);
            requests.iter().skip(start).find(|entry| entry.raw.is_seen_by(tenant)).cloned()
        };
        let found = [first(&Some(tenant.clone())), first(&None)];
        found.into_iter().flatten().min_by_key(|entry| entry.seq)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn of(&self, tenant: Option<&Tenant>) -> impl Iterator<Item = &Arc<Entry>> {
        self.by_tenant.get(&tenant.cloned()).into_iter().flat_map(|requests| &requests.exchanges)
    }

    fn push(&mut self, entry: Arc<Entry>) {
        let bytes = entry.bytes;
        let requests = self.by_tenant.entry(entry.raw.answered.tenant.clone()).or_default();
        requests.exchanges.push_back(entry);
        requests.bytes += bytes;
        self.bytes += bytes;
        while requests.exchanges.len() > KEPT || requests.bytes > KEPT_BYTES {
            self.bytes -= requests.drop_oldest();
        }
        while self.bytes > ALL_BYTES && self.drop_oldest() {}
    }

    /// Drops the oldest of all; false where there is none.
    fn drop_oldest(&mut self) -> bool {
        let seq =
            |requests: &Requests| requests.exchanges.front().map_or(u64::MAX, |entry| entry.seq);
        let Some(oldest) = self.by_tenant.values_mut().min_by_key(|requests| seq(requests)) else {
            return false;
        };
        let dropped = oldest.drop_oldest();
        self.bytes -= dropped;
        dropped > 0
    }
}

impl Requests {
    /// How many bytes that were.
    fn drop_oldest(&mut self) -> usize {
        let bytes = self.exchanges.pop_front().map_or(0, |entry| entry.bytes);
        self.bytes -= bytes;
        bytes
    }
}
