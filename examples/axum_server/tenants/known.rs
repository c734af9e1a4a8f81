//! Settings that were read before, where no other process can have changed them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Settings;

/// What is set for the tenants that were asked about.
#[derive(Default)]
pub(super) struct Known(Mutex<Read>);

#[derive(Default)]
struct Read {
    settings: HashMap<String, Settings>,
    /// Another one after each change.
    change: u64,
}

/// A reading that has begun.
pub(super) struct Reading {
    change: u64,
}

/// A change that goes on.
pub(super) struct Change<'k>(&'k Known);

impl Drop for Change<'_> {
    fn drop(&mut self) {
        self.0.forget();
    }
}

impl Known {
    pub(super) fn get(&self, name: &str) -> Option<Settings> {
        self.lock().settings.get(name).copied()
    }

    pub(super) fn begin(&self) -> Reading {
        Reading { change: self.lock().change }
    }

    /// Keeps what was read, unless something has changed since the reading began.
    pub(super) fn keep(&self, reading: &Reading, name: &str, settings: Settings) {
        let mut read = self.lock();
        if read.change == reading.change {
            read.settings.insert(name.to_owned(), settings);
        }
    }

    /// Begins a change: all is to be read again, now and once it has ended, whatever came of it.
    pub(super) fn change(&self) -> Change<'_> {
        self.forget();
        Change(self)
    }

    fn forget(&self) {
        let mut read = self.lock();
        read.change += 1;
        read.settings.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Read> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_change_has_ended_is_not_kept() {
        let known = Known::default();
        let keep = |reading: &Reading| known.keep(reading, "example", Settings::default());
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
