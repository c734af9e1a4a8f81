//! Terms joined by `or` about the values of one attribute, put together: the values are looked at
//! once for all of them.

use std::borrow::Cow;

use super::translate::{Translation, selects_few};
use crate::filter::{BoundFilter, Operand};
use crate::schema::ResolvedPath;

impl Translation<'_> {
    /// The terms, those about values of the same attribute as one. A value that satisfies any of
    /// them satisfies that.
    pub(super) fn siblings<'f>(&self, terms: &'f [BoundFilter]) -> Vec<Cow<'f, BoundFilter>> {
        let mut groups: Vec<(Option<ResolvedPath>, Vec<&'f BoundFilter>)> = Vec::new();
        for term in terms {
            let attribute = self.scanned(term);
            match groups.iter_mut().find(|(known, _)| attribute.is_some() && *known == attribute) {
                Some((_, siblings)) => siblings.push(term),
                None => groups.push((attribute, vec![term])),
            }
        }
        let together = |(attribute, siblings): (Option<ResolvedPath>, Vec<&'f BoundFilter>)| match (
            attribute, &*siblings,
        ) {
            (Some(path), [_, _, ..]) => {
                let any = siblings.into_iter().map(|term| asked_of_value(term).clone()).collect();
                vec![Cow::Owned(BoundFilter::Element {
                    path,
                    filter: Box::new(BoundFilter::Or(any)),
                })]
            }
            _ => siblings.into_iter().map(Cow::Borrowed).collect(),
        };
        groups.into_iter().flat_map(together).collect()
    }

    /// The multi-valued attribute whose values a term has looked at one by one; `None` if an index
    /// may do better.
    fn scanned(&self, term: &BoundFilter) -> Option<ResolvedPath> {
        let path = match term {
            BoundFilter::Element { path, .. } => path,
            BoundFilter::Compare(comparison) if comparison.path.attribute().is_multi_valued() => {
                &comparison.path
            }
            _ => return None,
        };
        let elements = self.columns.elements(path)?;
        let asked = asked_of_value(term);
        let is_scanned =
            self.has_no_lookup(asked) && !elements.is_found_by_index(selects_few(asked));
        is_scanned.then(|| path.without_sub())
    }

    fn has_no_lookup(&self, filter: &BoundFilter) -> bool {
        match filter {
            BoundFilter::And(terms) | BoundFilter::Or(terms) => {
                terms.iter().all(|term| self.has_no_lookup(term))
            }
            BoundFilter::Not(term) => self.has_no_lookup(term),
            // URLs are found by the id in them.
            BoundFilter::Compare(comparison) => {
                !matches!(comparison.operand, Operand::Location { .. })
                    && self.columns.lookup(comparison).is_none()
            }
            BoundFilter::Present(_) | BoundFilter::Never => true,
            BoundFilter::Element { .. } => false,
        }
    }
}

/// Returns the condition of a term on each value of an attribute.
fn asked_of_value(term: &BoundFilter) -> &BoundFilter {
    match term {
        BoundFilter::Element { filter, .. } => filter,
        term => term,
    }
}
