//! The processor time of a thread. Elapsed time also counts while the system runs other threads.

use std::cell::Cell;
use std::fs;
use std::time::{Duration, Instant};

/// The time after which a reading is repeated. Reading takes a few microseconds.
const GOOD: Duration = Duration::from_millis(10);

thread_local! {
    static READING: Cell<Option<Reading>> = const { Cell::new(None) };
}

#[derive(Clone, Copy)]
struct Reading {
    at: Instant,
    /// `None` if the system does not provide it.
    used: Option<Duration>,
}

/// Reads the time of this thread before work, unless it was read a moment ago.
pub(crate) fn begin(now: Instant) {
    let is_good = |reading: &Reading| now.saturating_duration_since(reading.at) < GOOD;
    if READING.get().filter(is_good).is_none() {
        READING.set(Some(Reading { at: now, used: used() }));
    }
}

/// Returns the time used since the reading before the work; `None` if the system does not provide
/// it.
pub(crate) fn since_begin() -> Option<Duration> {
    used()?.checked_sub(READING.get()?.used?)
}

/// Reads the time from Linux, in nanoseconds, up to its last tick.
fn used() -> Option<Duration> {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_counts() {
        begin(Instant::now());
        if since_begin().is_none() {
            // This system does not provide it.
            return;
        }
        while since_begin() == Some(Duration::ZERO) {
            std::hint::spin_loop();
        }
    }
}
