//! What the terms of a filter share while it runs on one resource: what it costs, and text that was
//! folded.

use std::borrow::Cow;
use std::collections::HashMap;

use super::eval::{ordering_holds, text_holds};
use super::syntax::CompareOp;
use crate::budget::{Budget, BudgetError, units};
use crate::schema::{
    SHORT, fold, fold_contains, fold_ends_with, fold_starts_with, folding, folds_equal, prepare,
};

/// So much is spent before the budget is asked: its count is shared, and dearer than the look at a
/// value.
const AT_ONCE: u64 = 256;

/// So many places and bytes to look for cost a unit, where a part is looked for place by place.
const PLACES: usize = 1024;

/// A filter on its way through one resource.
pub(super) struct Run<'r, 'b> {
    budget: &'b Budget,
    /// What was not yet taken from the budget.
    due: u64,
    /// Text with case folded, by where the resource has it.
    folded: HashMap<(usize, usize), Cow<'r, str>>,
    prepared: HashMap<(usize, usize), Cow<'r, str>>,
}

impl<'r, 'b> Run<'r, 'b> {
    pub(super) fn new(budget: &'b Budget) -> Self {
        Self { budget, due: 0, folded: HashMap::new(), prepared: HashMap::new() }
    }

    pub(super) fn spend(&mut self, units: u64) -> Result<(), BudgetError> {
        self.due = self.due.saturating_add(units);
        if self.due < AT_ONCE { Ok(()) } else { self.settle() }
    }

    /// Takes from the budget what is due.
    pub(super) fn settle(&mut self) -> Result<(), BudgetError> {
        self.budget.spend(std::mem::take(&mut self.due))
    }

    pub(super) fn folded_holds(
        &mut self,
        op: CompareOp,
        text: &'r str,
        folded: &str,
    ) -> Result<bool, BudgetError> {
        if !text.is_ascii() || (op == CompareOp::Co && text.len() > SHORT) {
            let text = self.folded(text)?;
            return Ok(text_holds(op, text, folded));
        }
        Ok(match op {
            CompareOp::Eq => folds_equal(text, folded),
            CompareOp::Co => {
                self.spend(units(text.len().saturating_mul(folded.len()) / PLACES))?;
                fold_contains(text, folded)
            }
            CompareOp::Sw => fold_starts_with(text, folded),
            CompareOp::Ew => fold_ends_with(text, folded),
            CompareOp::Ne | CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le => {
                let lower = text.bytes().map(|byte| byte.to_ascii_lowercase());
                ordering_holds(op, lower.cmp(folded.bytes()))
            }
        })
    }

    pub(super) fn is_prepared(
        &mut self,
        text: &'r str,
        prepared: &str,
    ) -> Result<bool, BudgetError> {
        if text.is_ascii() {
            return Ok(text.eq_ignore_ascii_case(prepared));
        }
        if !self.prepared.contains_key(&place(text)) {
            self.spend(folding(text).saturating_mul(2))?;
        }
        Ok(*self.prepared.entry(place(text)).or_insert_with(|| prepare(text)) == prepared)
    }

    /// The text with case folded: by the first term that asks, for all that follow.
    fn folded(&mut self, text: &'r str) -> Result<&str, BudgetError> {
        if !self.folded.contains_key(&place(text)) {
            self.spend(folding(text))?;
        }
        Ok(self.folded.entry(place(text)).or_insert_with(|| fold(text)))
    }
}

/// Where text is; two texts at one place are one.
fn place(text: &str) -> (usize, usize) {
    (text.as_ptr().addr(), text.len())
}
