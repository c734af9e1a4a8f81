//! The pace of statements in SQLite: how much each may cost, how long it may run, and how it gives
//! way to others.
//!
//! The thread of a connection checks this itself at intervals while a statement runs. So nothing
//! has to be sent to it before each statement, and a statement also ends when its caller is gone.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::queue::{Permit, Permits};
use scimwire::filter::EvalBudget;

/// The steps of SQLite's virtual machine between two checks, usually a tenth of a millisecond or
/// less.
pub(super) const STEPS: i32 = 500;

/// The cost of these steps in units of the budget, one each.
const COST: u64 = 500;

/// A statement that runs longer than this is a long one.
const SHORT: Duration = Duration::from_millis(10);

/// The state of the statement on one connection.
#[derive(Debug)]
pub(super) struct Pace {
    /// Those that take long wait for each other. What writes waits for nobody: others wait for it.
    permits: Option<Arc<Permits>>,
    under_way: Mutex<Option<Statement>>,
    /// The number of statements so far.
    count: AtomicU64,
}

#[derive(Debug)]
struct Statement {
    number: u64,
    began: Instant,
    /// For how long it has waited for its permit, which does not count.
    waited: Duration,
    limit: Option<Duration>,
    budget: EvalBudget,
    permit: Option<Permit>,
}

/// A statement under way. Once it is dropped, nothing may go on.
pub(super) struct Running<'p>(&'p Pace);

/// The action of a statement after a check.
enum Next {
    End,
    GoOn,
    /// It has taken long, and lets others through.
    Yield,
    /// It has taken long, and may go on with a new permit; the one it had is over.
    Wait(u64, Option<Permit>),
}

impl Pace {
    pub(super) fn new(permits: Option<Arc<Permits>>) -> Arc<Self> {
        Arc::new(Self { permits, under_way: Mutex::default(), count: AtomicU64::default() })
    }

    /// For a statement that begins now.
    pub(super) fn begin(&self, limit: Option<Duration>, budget: &EvalBudget) -> Running<'_> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let (began, waited, budget) = (Instant::now(), Duration::ZERO, budget.clone());
        *self.lock() = Some(Statement { number, began, waited, limit, budget, permit: None });
        Running(self)
    }

    /// Returns `true` if the statement may go on, once others were let through. The thread that
    /// runs it asks.
    pub(super) fn goes_on(&self) -> bool {
        let next = self
            .lock()
            .as_mut()
            .map_or(Next::End, |statement| statement.next(self.permits.is_some()));
        match next {
            Next::End => false,
            Next::GoOn => true,
            Next::Yield => {
                thread::yield_now();
                true
            }
            Next::Wait(number, over) => {
                drop(over);
                self.wait(number)
            }
        }
    }

    fn wait(&self, number: u64) -> bool {
        let since = Instant::now();
        let is_wanted = || self.lock().as_ref().is_some_and(|statement| statement.number == number);
        let Some(permit) = self.permits.as_ref().and_then(|permits| permits.take(is_wanted)) else {
            return false;
        };
        let mut under_way = self.lock();
        let Some(statement) = under_way.as_mut().filter(|statement| statement.number == number)
        else {
            // A waiting caller checks under the lock of permits whether it is wanted: that one
            // comes first.
            drop(under_way);
            drop(permit);
            return false;
        };
        statement.waited += since.elapsed();
        statement.permit = Some(permit);
        true
    }

    fn lock(&self) -> MutexGuard<'_, Option<Statement>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Statement {
    fn next(&mut self, waits: bool) -> Next {
        let ran = self.began.elapsed().saturating_sub(self.waited);
        if self.limit.is_some_and(|limit| ran >= limit) || self.budget.spend(COST).is_err() {
            return Next::End;
        }
        match &self.permit {
            _ if ran < SHORT => Next::GoOn,
            Some(permit) if !permit.is_over() => Next::Yield,
            _ if waits => Next::Wait(self.number, self.permit.take()),
            _ => Next::Yield,
        }
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let ended = self.0.lock().take();
        // Without the lock, for the same reason.
        drop(ended);
        if let Some(permits) = &self.0.permits {
            permits.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Option<Duration> = Some(Duration::from_secs(3600));

    #[test]
    fn a_statement_ends_when_it_is_told_to() {
        let steps = EvalBudget::new(3 * COST);
        let unlimited = EvalBudget::unlimited();
        for (limit, budget, looks) in [
            (LONG, &steps, 3),
            (None, &EvalBudget::new(COST - 1), 0),
            (Some(Duration::ZERO), &unlimited, 0),
        ] {
            let pace = Pace::new(None);
            let running = pace.begin(limit, budget);
            let went_on = (0..10).take_while(|_| pace.goes_on()).count();
            assert_eq!(went_on, looks, "{limit:?}, {budget:?}");
            drop(running);
        }
        assert_eq!(steps.remaining(), Some(0), "what follows fails too");
    }

    #[test]
    fn what_nobody_waits_for_ends() {
        let pace = Pace::new(None);
        let running = pace.begin(None, &EvalBudget::unlimited());
        assert!(pace.goes_on());
        drop(running);
        assert!(!pace.goes_on());
    }

    #[test]
    fn what_takes_long_waits_for_its_turn_as_long_as_it_is_wanted() {
        let permits = Permits::new(1);
        let pace = Pace::new(Some(Arc::clone(&permits)));
        let taken = permits.take(|| true).expect("nobody else runs");
        let running = begun_long_ago(&pace);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| pace.goes_on());
            drop(running);
            assert!(!waiting.join().expect("no panic"), "nobody wants it");
        });
        drop(taken);
        let running = begun_long_ago(&pace);
        assert!(pace.goes_on());
        let has_permit =
            || pace.lock().as_ref().is_some_and(|statement| statement.permit.is_some());
        assert!(has_permit());
        drop(running);
        permits.take(|| true).expect("the permit ends with the statement");
    }

    fn begun_long_ago(pace: &Pace) -> Running<'_> {
        let running = pace.begin(LONG, &EvalBudget::unlimited());
        if let Some(statement) = pace.lock().as_mut() {
            statement.began = Instant::now().checked_sub(SHORT).unwrap_or(statement.began);
        }
        running
    }
}
