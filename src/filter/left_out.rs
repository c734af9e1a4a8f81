//! Attributes that the schema has and the host does not keep: no resource has a value of them.

use super::ast::Filter;
use super::bind::{Binding, FilterBinder, Names, resolve_element};
use super::bound::{BoundFilter, Operand};
use crate::attr::AttrPath;
use crate::schema::ResolvedPath;

impl FilterBinder<'_> {
    /// Returns `true` if a filter on the elements names something that was left out, and reads it
    /// so.
    pub(crate) fn names_left_out(&self, path: &ResolvedPath, filter: &Filter) -> bool {
        let before = self.resource_type.before_leaving_out(path);
        before.is_some_and(|before| {
            self.quirks.left_out_attributes && names_more_of(&before, path, filter)
        })
    }
}

impl Binding<'_> {
    /// The attribute that a name means among those that were left out.
    pub(super) fn left_out(&self, path: &AttrPath) -> Option<ResolvedPath> {
        let FilterBinder { resource_type, quirks, .. } = self.binder;
        match self.names {
            Names::Resource => {
                resource_type.left_out(path, quirks.unqualified_extension_attributes)
            }
            Names::Element(parent) => {
                resolve_element(&resource_type.before_leaving_out(parent)?, path)
            }
        }
    }

    /// Returns the result of a comparison whose attribute has no value.
    pub(super) fn of_no_value(&self, comparison: BoundFilter) -> BoundFilter {
        match comparison {
            BoundFilter::Not(comparison) => {
                BoundFilter::Not(Box::new(self.of_no_value(*comparison)))
            }
            // RFC 7643, Section 2.4: no `primary` is the same as `primary: false`.
            BoundFilter::Compare(comparison)
                if comparison.operand == Operand::Boolean(false)
                    && comparison.path.leaf().name() == "primary" =>
            {
                self.of_no_primary(&comparison.path)
            }
            _ => BoundFilter::Never,
        }
    }

    /// Each element is no primary one; whether there is one is another question.
    fn of_no_primary(&self, path: &ResolvedPath) -> BoundFilter {
        if matches!(self.names, Names::Element(_)) {
            return BoundFilter::Not(Box::new(BoundFilter::Never));
        }
        let whole = path.without_sub().to_string().parse().ok();
        match whole.and_then(|whole| self.binder.resource_type.resolve(&whole)) {
            Some(kept) if path.sub_attribute().is_some() => BoundFilter::Present(kept),
            _ => BoundFilter::Never,
        }
    }
}

/// Returns `true` if a filter names a sub-attribute that `before` has, and `kept` has not.
fn names_more_of(before: &ResolvedPath, kept: &ResolvedPath, filter: &Filter) -> bool {
    match filter {
        Filter::And(terms) | Filter::Or(terms) => {
            terms.iter().any(|term| names_more_of(before, kept, term))
        }
        Filter::Not(filter) => names_more_of(before, kept, filter),
        Filter::Present(name) | Filter::Compare { path: name, .. } => {
            resolve_element(kept, name).is_none() && resolve_element(before, name).is_some()
        }
        Filter::ValuePath { .. } => false,
    }
}
