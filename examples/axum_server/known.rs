//! A cache of records: as good as the [stamp](Stamp) of their tables.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::stamp::Stamp;

/// So many are kept; then all are to be read again.
const MOST: usize = 100_000;

/// The cached rows of one table, by key.
pub(crate) struct Known<K, T>(Mutex<Read<K, T>>);

struct Read<K, T> {
    rows: HashMap<K, T>,
    /// The state of the tables in which the rows were read, or a later one.
    stamp: Stamp,
}

impl<K, T> Default for Known<K, T> {
    fn default() -> Self {
        Self(Mutex::new(Read { rows: HashMap::new(), stamp: Stamp::default() }))
    }
}

impl<K: Eq + Hash, T: Clone> Known<K, T> {
    /// The row as it was read when the tables had this stamp, or later.
    pub(crate) fn get<Q>(&self, key: &Q, stamp: Stamp) -> Option<T>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let read = self.lock();
        if read.stamp == stamp { read.rows.get(key).cloned() } else { None }
    }

    /// Keeps a row that was read after the tables had this stamp.
    pub(crate) fn keep(&self, key: K, row: T, stamp: Stamp) {
        let mut read = self.lock();
        if read.stamp != stamp || read.rows.len() >= MOST {
            read.rows.clear();
            read.stamp = stamp;
        }
        read.rows.insert(key, row);
    }

    fn lock(&self) -> MutexGuard<'_, Read<K, T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_as_good_as_their_stamp() {
        let known = Known::default();
        let [before, after] = ["1", "2"].map(|digits| Stamp::parse(digits).expect("digits"));
        known.keep("example", 1, before);
        assert_eq!(known.get("example", before), Some(1));
        assert_eq!(known.get("example", after), None);
        known.keep("other", 2, after);
        assert_eq!((known.get("example", after), known.get("other", after)), (None, Some(2)));
        assert_eq!(known.get("example", before), None, "who asks late reads");
    }
}
