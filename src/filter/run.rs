//! The state that the terms of a filter share while it runs on one resource: its cost, and folded
//! text.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::ast::CompareOp;
use super::eval::{ordering_holds, text_holds};
use super::instants::Instants;
use crate::budget::{BudgetExceeded, Purse, units};
use crate::schema::{
    SHORT, case_fold, fold_contains, fold_ends_with, fold_starts_with, folding, folds_equal,
    prepare_username,
};

/// So many places and bytes to look for cost a unit, where a part is looked for place by place.
const PLACES: usize = 512;

/// The cost of parsing an instant, besides that of reading its text.
const INSTANT: u64 = 4;

/// The cost of finding text that was folded before, unless it was the last one.
const KNOWN: u64 = 1;

/// From so many bytes on, a search that is prepared first pays off.
const PREPARED: usize = 48;

/// A filter on its way through one resource.
pub(super) struct Run<'r, 'b> {
    /// Other resources are paid from it, too.
    pub(super) purse: Purse<'b>,
    folded: Texts<'r>,
    prepared: Texts<'r>,
    instants: Instants,
}

/// Text that was folded or prepared, by where the resource has it. Most resources have none: it
/// takes a word until there is one.
#[derive(Default)]
struct Texts<'r>(Option<Box<Made<'r>>>);

#[derive(Default)]
struct Made<'r> {
    texts: Vec<Cow<'r, str>>,
    numbers: HashMap<Place, usize>,
    /// The one that was asked for last: all terms in brackets ask about one value before they ask
    /// about the next.
    last: Option<(Place, usize)>,
}

/// The address of a text, and its length; two texts at one address are one.
pub(super) type Place = (usize, usize);

impl<'r, 'b> Run<'r, 'b> {
    pub(super) fn new(purse: Purse<'b>) -> Self {
        Self {
            purse,
            folded: Texts::default(),
            prepared: Texts::default(),
            instants: Instants::default(),
        }
    }

    pub(super) fn spend(&mut self, units: u64) -> Result<(), BudgetExceeded> {
        self.purse.spend(units)
    }

    pub(super) fn folded_holds(
        &mut self,
        op: CompareOp,
        text: &'r str,
        folded: &str,
    ) -> Result<bool, BudgetExceeded> {
        if let Some(text) = self.folded.last(text) {
            return Ok(folded_text_holds(op, text, folded));
        }
        if !text.is_ascii() || (op == CompareOp::Co && text.len() > SHORT) {
            let text = self.folded(text)?;
            return Ok(folded_text_holds(op, text, folded));
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
    ) -> Result<bool, BudgetExceeded> {
        if text.is_ascii() {
            return Ok(text.eq_ignore_ascii_case(prepared));
        }
        if self.prepared.last(text).is_none() {
            self.spend(KNOWN)?;
            if !self.prepared.find(text) {
                self.spend(folding(text).saturating_mul(2))?;
                self.prepared.keep(text, prepare_username(text));
            }
        }
        Ok(self.prepared.last(text) == Some(prepared))
    }

    /// The instant of a text: parsed by the first term that asks, for all that follow.
    pub(super) fn instant(
        &mut self,
        text: &'r str,
    ) -> Result<Option<DateTime<Utc>>, BudgetExceeded> {
        if let Some(instant) = self.instants.find(text) {
            return Ok(instant);
        }
        self.spend(INSTANT)?;
        Ok(self.instants.parse(text))
    }

    /// The text with case folded: by the first term that asks, for all that follow.
    fn folded(&mut self, text: &'r str) -> Result<&str, BudgetExceeded> {
        self.spend(KNOWN)?;
        if !self.folded.find(text) {
            self.spend(folding(text))?;
            self.folded.keep(text, case_fold(text));
        }
        Ok(self.folded.last(text).unwrap_or(text))
    }
}

impl<'r> Texts<'r> {
    /// Returns the folded text, if it is the one that was asked for last.
    fn last(&self, text: &str) -> Option<&str> {
        let made = self.0.as_ref()?;
        let (place, number) = made.last?;
        if place == place_of(text) { made.texts.get(number).map(AsRef::as_ref) } else { None }
    }

    /// Makes the text the last one, if it is known.
    fn find(&mut self, text: &str) -> bool {
        let Some(made) = &mut self.0 else {
            return false;
        };
        let place = place_of(text);
        made.last = made.numbers.get(&place).map(|number| (place, *number));
        made.last.is_some()
    }

    fn keep(&mut self, text: &str, became: Cow<'r, str>) {
        let made = self.0.get_or_insert_default();
        let (place, number) = (place_of(text), made.texts.len());
        made.texts.push(became);
        made.numbers.insert(place, number);
        made.last = Some((place, number));
    }
}

pub(super) fn place_of(text: &str) -> Place {
    (text.as_ptr().addr(), text.len())
}

/// Returns `true` if folded text compares as asked. Most text is too short for a search that is
/// prepared first.
fn folded_text_holds(op: CompareOp, text: &str, folded: &str) -> bool {
    match folded.as_bytes().first() {
        Some(first) if op == CompareOp::Co && text.len() < PREPARED => {
            let begins_here =
                |place: &[u8]| place.first() == Some(first) && place == folded.as_bytes();
            text.as_bytes().windows(folded.len()).any(begins_here)
        }
        _ => text_holds(op, text, folded),
    }
}
