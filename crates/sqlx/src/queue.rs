//! Permits for statements that take long: few run at a time, one after the other, so that what is
//! short finds a free core.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The time for which a permit is exclusive. If no other request waits, the next one begins at
/// once.
const SLICE: Duration = Duration::from_millis(50);

/// The places of those that run.
#[derive(Debug)]
pub(super) struct Permits {
    at_once: usize,
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Queue {
    running: usize,
    /// The numbers of those who wait, in their order.
    waiting: VecDeque<u64>,
    next: u64,
}

/// A place among those that run, until it is dropped.
#[derive(Debug)]
pub(super) struct Permit {
    permits: Arc<Permits>,
    began: Instant,
}

impl Permits {
    /// So many run at once, and at least one.
    pub(super) fn new(at_once: usize) -> Arc<Self> {
        Arc::new(Self { at_once: at_once.max(1), queue: Mutex::default(), changed: Condvar::new() })
    }

    /// Blocks until the caller gets a permit; `None` once it is not `wanted` any more, which
    /// [`wake`](Self::wake) makes it check.
    pub(super) fn take(self: &Arc<Self>, wanted: impl Fn() -> bool) -> Option<Permit> {
        let mut queue = self.lock();
        let number = queue.next;
        queue.next = queue.next.wrapping_add(1);
        queue.waiting.push_back(number);
        while wanted() {
            if queue.running < self.at_once && queue.waiting.front() == Some(&number) {
                queue.waiting.pop_front();
                queue.running += 1;
                return Some(Permit { permits: Arc::clone(self), began: Instant::now() });
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.waiting.retain(|waiting| *waiting != number);
        // It may have been the first.
        self.changed.notify_all();
        None
    }

    /// Makes all waiting callers check whether they still want a permit.
    pub(super) fn wake(&self) {
        let _queue = self.lock();
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// Returns `true` if it is time for another one.
    pub(super) fn is_over(&self) -> bool {
        self.began.elapsed() >= SLICE
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.permits.lock().running -= 1;
        self.permits.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn whoever_waits_is_next() {
        let permits = Permits::new(1);
        let first = permits.take(|| true).expect("nobody else runs");
        let (second, asked) = (AtomicBool::new(false), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                let permit = permits.take(|| {
                    asked.store(true, Ordering::SeqCst);
                    true
                });
                second.store(true, Ordering::SeqCst);
                drop(permit);
            });
            while !asked.load(Ordering::SeqCst) {
                thread::yield_now();
            }
            assert!(!second.load(Ordering::SeqCst), "two run at once");
            drop(first);
            let third = permits.take(|| true).expect("it is wanted");
            assert!(second.load(Ordering::SeqCst), "the third came before the second");
            drop(third);
        });
    }

    #[test]
    fn whoever_is_not_wanted_any_more_lets_others_through() {
        let permits = Permits::new(1);
        let first = permits.take(|| true).expect("nobody else runs");
        let (wanted, asked) = (AtomicBool::new(true), AtomicBool::new(false));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                permits.take(|| {
                    asked.store(true, Ordering::SeqCst);
                    wanted.load(Ordering::SeqCst)
                })
            });
            while !asked.load(Ordering::SeqCst) {
                thread::yield_now();
            }
            wanted.store(false, Ordering::SeqCst);
            permits.wake();
            assert!(waiting.join().expect("no panic").is_none());
        });
        assert!(permits.take(|| false).is_none());
        drop(first);
        permits.take(|| true).expect("those who have gone keep no place");
    }
}
