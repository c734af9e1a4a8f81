//! Detects changes of the tables of tenants and tokens since their rows were cached, whichever
//! process has changed them.
//!
//! A stamp stands in a table of its own, and the database replaces it with each change. A request
//! asks for it once, instead of reading its token and its tenant; those that come while it is read
//! share the next reading. So whatever was changed before a request came is seen by it.

use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// The state of the tables: another one after each change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamp(u128);

impl Stamp {
    /// Reads the hexadecimal digits that stand in the table.
    pub(crate) fn parse(digits: &str) -> Option<Self> {
        u128::from_str_radix(digits, 16).ok().map(Self)
    }
}

/// The changes of tables that no other process can reach.
#[derive(Default)]
pub(crate) struct OwnChanges(AtomicU64);

/// A change that goes on.
pub(crate) struct OwnChange<'c>(&'c OwnChanges);

impl OwnChanges {
    /// Begins a change: what was cached before is out of date, and so is what is read until it has
    /// ended, with or without success.
    pub(crate) fn begin(&self) -> OwnChange<'_> {
        self.advance();
        OwnChange(self)
    }

    pub(crate) fn stamp(&self) -> Stamp {
        Stamp(self.0.load(Ordering::SeqCst).into())
    }

    fn advance(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Drop for OwnChange<'_> {
    fn drop(&mut self) {
        self.0.advance();
    }
}

/// Readings of the stamp that requests share.
#[derive(Default)]
pub(crate) struct SharedReading(Mutex<State>);

#[derive(Default)]
struct State {
    is_running: bool,
    /// Those for whom a reading is yet to begin.
    waiting: Vec<oneshot::Sender<Option<Stamp>>>,
    last: Option<Stamp>,
}

/// The reading that a request waits for.
pub(crate) struct Asked {
    pub(crate) outcome: Outcome,
    /// `true` if nobody reads: the request has to begin [readings](SharedReading::start).
    pub(crate) is_first: bool,
}

/// Becomes what a reading has found that began after the request had asked; `None` if it failed. An
/// error says that the reading was cut off.
pub(crate) type Outcome = oneshot::Receiver<Option<Stamp>>;

impl SharedReading {
    /// Requests a reading that begins after this call.
    pub(crate) fn ask(&self) -> Asked {
        let (sender, outcome) = oneshot::channel();
        let mut state = self.lock();
        state.waiting.push(sender);
        Asked { outcome, is_first: !mem::replace(&mut state.is_running, true) }
    }

    /// Begins to read, for as long as requests wait.
    pub(crate) fn start(self: &Arc<Self>) -> Running {
        Running { shared: Arc::clone(self), has_ended: false }
    }

    /// The last reading.
    pub(crate) fn last(&self) -> Option<Stamp> {
        self.lock().last
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to read. It goes from the request that began to a task, where others wait for more.
pub(crate) struct Running {
    shared: Arc<SharedReading>,
    has_ended: bool,
}

/// The requests that one reading is for.
pub(crate) struct Waiting(Vec<oneshot::Sender<Option<Stamp>>>);

impl Running {
    /// Those for whom the next reading is; `None`, and it has ended.
    pub(crate) fn next(&mut self) -> Option<Waiting> {
        let mut state = self.shared.lock();
        if state.waiting.is_empty() {
            state.is_running = false;
            self.has_ended = true;
            return None;
        }
        Some(Waiting(mem::take(&mut state.waiting)))
    }

    /// Lets them go on with what was found.
    pub(crate) fn settle(&self, waiting: Waiting, found: Option<Stamp>) {
        if found.is_some() {
            self.shared.lock().last = found;
        }
        for sender in waiting.0 {
            // Its client may have gone.
            let _ = sender.send(found);
        }
    }
}

/// Where it is cut off, as by a client that has gone, nobody waits in vain: their senders go, and
/// they ask again.
impl Drop for Running {
    fn drop(&mut self) {
        if !self.has_ended {
            let mut state = self.shared.lock();
            state.is_running = false;
            state.waiting.clear();
        }
    }
}

#[cfg(test)]
mod tests;
