//! The evaluation budget of a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, ScimType};
use crate::value::{Name, Object, Value};

/// So many bytes cost as much as a look at one value.
const BYTES: usize = 64;

/// The evaluation budget of a request. Clones share it.
///
/// The unit is unspecified: today it is about one value that is evaluated, or 64 bytes of text that
/// are compared, folded or copied. What a request costs may change in any release, so leave room in
/// your own limits, and do not rely on the exact point at which a request is rejected with
/// `tooMany`.
///
/// The dispatcher makes one for each request, from
/// [`Limits::eval_budget`](crate::dispatch::Limits::eval_budget), and hands it to stores in
/// [`StoreQuery`](crate::store::StoreQuery) and [`Update`](crate::store::Update). What an
/// application does itself has an [unlimited](Self::unlimited) one.
///
/// ```
/// use scimwire::filter::EvalBudget;
///
/// let budget = EvalBudget::new(5);
/// let part = budget.clone();
/// assert!(part.spend(3).is_ok());
/// assert_eq!(budget.remaining(), Some(2));
/// assert!(budget.spend(3).is_err());
/// assert!(part.spend(1).is_err(), "what failed once fails from then on");
/// ```
#[derive(Clone, Debug)]
pub struct EvalBudget(Option<Arc<AtomicU64>>);

impl EvalBudget {
    /// A budget of that many units.
    #[must_use]
    pub fn new(work: u64) -> Self {
        Self(Some(Arc::new(AtomicU64::new(work))))
    }

    /// A budget that is never spent.
    #[must_use]
    pub const fn unlimited() -> Self {
        Self(None)
    }

    /// Spends this many units. If fewer are left, all of them are gone, and what follows fails,
    /// too.
    ///
    /// # Errors
    ///
    /// - the budget is spent.
    pub fn spend(&self, units: u64) -> Result<(), BudgetExceeded> {
        let Some(left) = &self.0 else {
            return Ok(());
        };
        let taken =
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(units));
        if taken.is_err() {
            left.store(0, Ordering::Relaxed);
            return Err(BudgetExceeded(()));
        }
        Ok(())
    }

    /// Takes what it costs to look at so many values, or to copy them.
    pub(crate) fn spend_values(&self, values: usize) -> Result<(), BudgetExceeded> {
        self.spend(units(values))
    }

    /// Takes what `cost` says; where there is no limit, nobody asks it.
    pub(crate) fn spend_on(&self, cost: impl FnOnce() -> u64) -> Result<(), BudgetExceeded> {
        if self.0.is_some() { self.spend(cost()) } else { Ok(()) }
    }

    /// Returns the remaining units; `None` if there is no limit.
    #[must_use]
    pub fn remaining(&self) -> Option<u64> {
        self.0.as_ref().map(|left| left.load(Ordering::Relaxed))
    }
}

/// So much is spent before the budget is asked: its count is shared, and dearer than the look at a
/// value.
const AT_ONCE: u64 = 256;

/// Pays for many small evaluations, and charges the budget now and then.
#[derive(Clone, Copy)]
pub(crate) struct Purse<'b> {
    budget: &'b EvalBudget,
    /// The units not yet charged to the budget.
    due: u64,
}

impl<'b> Purse<'b> {
    pub(crate) fn new(budget: &'b EvalBudget) -> Self {
        Self { budget, due: 0 }
    }

    pub(crate) fn spend(&mut self, units: u64) -> Result<(), BudgetExceeded> {
        self.due = self.due.saturating_add(units);
        if self.due < AT_ONCE { Ok(()) } else { self.charge() }
    }

    /// Takes from the budget what is due: at the end, too.
    pub(crate) fn charge(&mut self) -> Result<(), BudgetExceeded> {
        self.budget.spend(std::mem::take(&mut self.due))
    }
}

/// The request causes more work than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the request exceeds the evaluation limit: use a simpler filter, or one that compares `id`, `userName` or another unique attribute; send fewer operations or values per request"
)]
pub struct BudgetExceeded(());

impl From<BudgetExceeded> for Error {
    fn from(err: BudgetExceeded) -> Self {
        Self::scim(ScimType::TooMany, err.to_string())
    }
}

/// Returns the cost of evaluating text, besides the value itself.
pub(crate) fn of_text(text: &str) -> u64 {
    units(text.len() / BYTES)
}

/// Returns the cost of evaluating or copying a whole value.
pub(crate) fn weight(value: &Value) -> u64 {
    match value {
        Value::Null | Value::Bool(_) => 1,
        Value::Number(number) => 1 + number.as_written().map_or(0, of_text),
        Value::String(text) => 1 + of_text(text),
        Value::Array(values) => values.iter().fold(1, |sum, value| sum + weight(value)),
        Value::Object(object) => weight_of(object),
    }
}

/// Returns the cost of evaluating or copying a whole object.
pub(crate) fn weight_of(object: &Object) -> u64 {
    object.iter().fold(1, |sum, (name, value)| sum + weight_of_member(name, value))
}

/// Returns the cost of one member of an object.
pub(crate) fn weight_of_member(name: &Name, value: &Value) -> u64 {
    // The name of an attribute is short, and no client has chosen it: it is not looked at.
    if name.is_known() { weight(value) } else { of_text(name) + weight(value) }
}

pub(crate) fn units(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
