//! Attributes that the schema has and the host does not keep: no resource has a value of them.

use super::bind::{Binder, Names, resolve_element};
use super::bound::{BoundFilter, Operand};
use crate::attr::AttrPath;
use crate::schema::ResolvedPath;

impl Binder<'_> {
    /// The attribute that a name means among those that were left out.
    pub(super) fn left_out(&self, names: Names<'_>, path: &AttrPath) -> Option<ResolvedPath> {
        match names {
            Names::Resource => self.resource_type.left_out(path, self.bare_extension_attributes),
            Names::Element(parent) => {
                resolve_element(&self.resource_type.before_leaving_out(parent)?, path)
            }
        }
    }

    /// What a comparison comes to where its attribute has no value.
    pub(super) fn of_no_value(&self, names: Names<'_>, comparison: BoundFilter) -> BoundFilter {
        match comparison {
            BoundFilter::Not(comparison) => {
                BoundFilter::Not(Box::new(self.of_no_value(names, *comparison)))
            }
            // RFC 7643, Section 2.4: no `primary` is the same as `primary: false`.
            BoundFilter::Compare(comparison)
                if comparison.operand == Operand::Boolean(false)
                    && comparison.path.last().name() == "primary" =>
            {
                self.of_no_primary(names, &comparison.path)
            }
            _ => BoundFilter::Nothing,
        }
    }

    /// Each element is no primary one; whether there is one is another question.
    fn of_no_primary(&self, names: Names<'_>, path: &ResolvedPath) -> BoundFilter {
        if matches!(names, Names::Element(_)) {
            return BoundFilter::Not(Box::new(BoundFilter::Nothing));
        }
        let whole = path.whole().to_string().parse().ok();
        match whole.and_then(|whole| self.resource_type.resolve(&whole)) {
            Some(kept) if path.sub().is_some() => BoundFilter::Present(kept),
            _ => BoundFilter::Nothing,
        }
    }
}
