//! When tokens were last used: noted by requests, and written after them, by none of them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use scimwire::auth::{Tenant, TokenRecord};

/// How long notes are gathered before they are written.
pub(super) const DELAY: Duration = Duration::from_secs(1);

/// How stale the stored time of the last use may become before it is written again.
const STEP: TimeDelta = TimeDelta::minutes(1);

/// Notes of the use of tokens.
#[derive(Default)]
pub(super) struct LastUsed(Mutex<Notes>);

#[derive(Default)]
struct Notes {
    /// The time of each token's last note, whatever came of it.
    noted: HashMap<Key, DateTime<Utc>>,
    /// Those that are yet to be written.
    waiting: Vec<Key>,
}

/// The token and its tenant.
pub(super) type Key = (Tenant, String);

impl LastUsed {
    /// Notes a use, unless one was noted a moment ago. True for the first of those that wait: they
    /// are to be [taken](Self::take) later.
    pub(super) fn note(&self, record: &TokenRecord, at: DateTime<Utc>) -> bool {
        let mut notes = self.lock();
        let key = (record.tenant.clone(), record.id.clone());
        if notes.noted.get(&key).is_some_and(|noted| at - *noted < STEP) {
            return false;
        }
        notes.noted.insert(key.clone(), at);
        notes.waiting.push(key);
        notes.waiting.len() == 1
    }

    /// Takes what is due to be written.
    pub(super) fn take(&self, now: DateTime<Utc>) -> Vec<(Key, DateTime<Utc>)> {
        let mut notes = self.lock();
        let waiting = std::mem::take(&mut notes.waiting);
        let taken = waiting
            .into_iter()
            .filter_map(|key| notes.noted.get(&key).copied().map(|at| (key, at)))
            .collect();
        notes.noted.retain(|_, at| now - *at < STEP);
        taken
    }

    /// What was noted of a token lately.
    pub(super) fn of(&self, record: &TokenRecord) -> Option<DateTime<Utc>> {
        self.lock().noted.get(&(record.tenant.clone(), record.id.clone())).copied()
    }

    fn lock(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use scimwire::auth::TokenHash;

    use super::*;

    fn record(id: &str) -> TokenRecord {
        TokenRecord::new(id, TokenHash::from([0; 32]), "example", DateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_use_is_written_once_a_step() {
        let (notes, start) = (LastUsed::default(), DateTime::UNIX_EPOCH);
        let at = |seconds| start + TimeDelta::seconds(seconds);
        assert!(notes.note(&record("a"), at(0)), "the first has it written");
        assert!(!notes.note(&record("b"), at(0)) && !notes.note(&record("a"), at(1)));
        let key = |id: &str| (Tenant::from("example"), id.to_owned());
        assert_eq!(notes.take(at(1)), [(key("a"), at(0)), (key("b"), at(0))]);
        assert!(
            !notes.note(&record("a"), at(59)) && notes.take(at(59)).is_empty(),
            "whatever came of it"
        );
        assert_eq!(notes.of(&record("a")), Some(at(0)));
        assert!(notes.note(&record("a"), at(60)));
        assert_eq!(notes.take(at(61)), [(key("a"), at(60))]);
        assert_eq!(notes.of(&record("b")), None, "what was written long ago is forgotten");
    }
}
