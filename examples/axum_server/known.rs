//! A cache of records, used only if no other process can change them.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many are kept; then all are to be read again.
const MOST: usize = 100_000;

/// The cached rows of one table, by key.
pub(crate) struct Known<K, T>(Mutex<Read<K, T>>);

struct Read<K, T> {
    rows: HashMap<K, T>,
    /// Another one after each change.
    change: u64,
}

impl<K, T> Default for Known<K, T> {
    fn default() -> Self {
        Self(Mutex::new(Read { rows: HashMap::new(), change: 0 }))
    }
}

/// A reading that has begun.
pub(crate) struct Reading {
    change: u64,
}

/// A change that goes on.
pub(crate) struct Change<'k, K: Eq + Hash, T: Copy>(&'k Known<K, T>);

impl<K: Eq + Hash, T: Copy> Drop for Change<'_, K, T> {
    fn drop(&mut self) {
        self.0.forget();
    }
}

impl<K: Eq + Hash, T: Copy> Known<K, T> {
    pub(crate) fn get<Q>(&self, key: &Q) -> Option<T>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        self.lock().rows.get(key).copied()
    }

    pub(crate) fn begin(&self) -> Reading {
        Reading { change: self.lock().change }
    }

    /// Keeps what was read, unless something has changed since the reading began.
    pub(crate) fn keep(&self, reading: &Reading, key: K, row: T) {
        let mut read = self.lock();
        if read.change != reading.change {
            return;
        }
        if read.rows.len() >= MOST {
            read.rows.clear();
        }
        read.rows.insert(key, row);
    }

    /// Begins a change: all is to be read again, now and once it has ended, whatever came of it.
    pub(crate) fn change(&self) -> Change<'_, K, T> {
        self.forget();
        Change(self)
    }

    fn forget(&self) {
        let mut read = self.lock();
        read.change += 1;
        read.rows.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Read<K, T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_change_has_ended_is_not_kept() {
        let known = Known::default();
        let keep = |reading: &Reading| known.keep(reading, "example", 1);
        keep(&known.begin());
        assert!(known.get("example").is_some());
        let before = known.begin();
        let change = known.change();
        assert!(known.get("example").is_none());
        keep(&before);
        assert!(known.get("example").is_none());
        let meanwhile = known.begin();
        keep(&meanwhile);
        drop(change);
        keep(&meanwhile);
        assert!(known.get("example").is_none());
    }
}
