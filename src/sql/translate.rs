//! Filters as conditions.

use std::cell::Cell;
use std::sync::Arc;

use super::column::Column;
use super::compare::Compared;
use super::elements::ElementTable;
use super::mapping::ColumnSource;
use super::statement::Sql;
use crate::filter::{BoundFilter, CompareOp, Comparison, Operand};
use crate::schema::{AttributeType, ResolvedPath};

/// A filter as a condition for a WHERE clause.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Condition {
    /// The condition, and what to bind.
    pub sql: Sql,
    /// `true` if it holds for just those resources that satisfy the filter. Else it holds for some
    /// more, and a store says [`Pushdown::Partial`](crate::store::Pushdown).
    pub exact: bool,
}

/// An attribute has no column, or SQL cannot say what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("attribute `{path}` has no column for this condition")]
pub struct UnmappedAttribute {
    path: String,
}

impl UnmappedAttribute {
    pub(super) fn new(path: &ResolvedPath) -> Self {
        Self { path: path.to_string() }
    }

    /// The attribute, by its canonical path.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

/// Says a filter as a condition.
///
/// # Errors
///
/// - an attribute has no column, or SQL cannot say what is asked of it.
pub fn translate(
    filter: &BoundFilter,
    columns: &impl ColumnSource,
) -> Result<Condition, UnmappedAttribute> {
    let translation = Translation { columns, exact: Cell::new(true), places: Cell::new(PLACES) };
    let sql = translation.condition(&Place::Resource, Side::Above, filter)?;
    Ok(Condition { sql, exact: translation.exact.get() })
}

/// The maximum number of index ranges for text beyond ASCII in a statement, since databases limit
/// parameters.
const PLACES: usize = 500;

pub(super) struct Translation<'c> {
    pub(super) columns: &'c dyn ColumnSource,
    exact: Cell<bool>,
    /// The remaining number of index ranges.
    places: Cell<usize>,
}

/// The scope in which names are resolved.
pub(super) enum Place<'e> {
    /// Attributes of the resource.
    Resource,
    /// Sub-attributes of one value of a multi-valued attribute.
    Element(&'e ElementTable),
}

/// On which side of the truth a condition may be where it cannot be exact: true too often, or,
/// within a negation, too rarely.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Above,
    Below,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Above => Self::Below,
            Self::Below => Self::Above,
        }
    }
}

impl Translation<'_> {
    /// Translates a condition. An SQL NULL, from a missing value, counts as false; negation has to
    /// ensure that.
    fn condition(
        &self,
        place: &Place<'_>,
        side: Side,
        filter: &BoundFilter,
    ) -> Result<Sql, UnmappedAttribute> {
        let all = |terms: &[BoundFilter], separator| {
            let terms = terms
                .iter()
                .map(|term| self.condition(place, side, term))
                .collect::<Result<_, _>>()?;
            Ok(Sql::join(terms, separator))
        };
        match filter {
            BoundFilter::And(terms) if terms.is_empty() => Ok(Sql::new("TRUE")),
            BoundFilter::Or(terms) if terms.is_empty() => Ok(Sql::new("FALSE")),
            BoundFilter::And(terms) => all(terms, " AND "),
            BoundFilter::Or(terms) if matches!(place, Place::Resource) => {
                let terms = self.siblings(terms);
                let terms = terms
                    .iter()
                    .map(|term| self.condition(place, side, term))
                    .collect::<Result<_, _>>()?;
                Ok(Sql::join(terms, " OR "))
            }
            BoundFilter::Or(terms) => all(terms, " OR "),
            BoundFilter::Not(term) => {
                let term = self.condition(place, side.other(), term)?;
                Ok(Sql::new("NOT coalesce(").push_sql(term).push(", FALSE)"))
            }
            BoundFilter::Present(path) => self.present(place, side, path),
            BoundFilter::Compare(comparison) => self.compare(place, side, comparison),
            BoundFilter::Element { path, filter } => self.element(side, path, filter),
            BoundFilter::Never => Ok(Sql::new("FALSE")),
        }
    }

    fn present(
        &self,
        place: &Place<'_>,
        side: Side,
        path: &ResolvedPath,
    ) -> Result<Sql, UnmappedAttribute> {
        if path.leaf().attribute_type() != AttributeType::Complex {
            return self.of_values(place, path, false, |column| Ok(column.present()));
        }
        // RFC 7644, Table 3: a complex attribute is there when one of its sub-attributes is.
        let attribute = path.attribute();
        let derived = |name: &str| {
            name == "$ref" && attribute.is_resource_reference()
                || name == "location" && attribute.name() == "meta"
        };
        let subs = attribute
            .sub_attributes()
            .iter()
            .filter(|sub| sub.is_readable() && !derived(sub.name()));
        let subs = subs.map(|sub| {
            ResolvedPath::new(
                path.extension().cloned(),
                Arc::clone(attribute),
                Some(Arc::clone(sub)),
            )
        });
        let conditions: Vec<_> = subs.map(|sub| self.present(place, side, &sub)).collect();
        let all_known = conditions.iter().all(Result::is_ok);
        let conditions: Vec<Sql> = conditions.into_iter().flatten().collect();
        if conditions.is_empty() {
            return Err(UnmappedAttribute::new(path));
        }
        if all_known {
            return Ok(Sql::join(conditions, " OR "));
        }
        // A sub-attribute without a column may have a value too.
        self.approximate();
        match (side, place) {
            (Side::Below, _) => Ok(Sql::join(conditions, " OR ")),
            (Side::Above, Place::Resource) if attribute.is_multi_valued() => {
                let elements =
                    self.columns.elements(path).ok_or_else(|| UnmappedAttribute::new(path))?;
                any_part(&elements, false, |_| Ok(Sql::new("TRUE")))
            }
            (Side::Above, Place::Resource | Place::Element(_)) => Ok(Sql::new("TRUE")),
        }
    }

    fn compare(
        &self,
        place: &Place<'_>,
        side: Side,
        comparison: &Comparison,
    ) -> Result<Sql, UnmappedAttribute> {
        if let (Place::Resource, Some(lookup)) = (place, self.columns.lookup(comparison)) {
            return Ok(lookup);
        }
        let path = &comparison.path;
        if let Operand::Location { url, locations } = &comparison.operand {
            return self.location(place, side, comparison, (url, locations));
        }
        // RFC 7643, Section 2.4: no `primary` is the same as `primary: false`.
        let absent_too = comparison.operand == Operand::Boolean(false)
            && path.sub_attribute().is_some_and(|sub| sub.name() == "primary");
        if absent_too && !path.attribute().is_multi_valued() {
            return Err(UnmappedAttribute::new(path));
        }
        self.of_values(place, path, compares_with_few(comparison), |column| {
            let condition = self.compare_column(side, column, comparison)?;
            Ok(if absent_too {
                Sql::new(format!("({} IS NULL OR ", column.sql)).push_sql(condition).push(")")
            } else {
                condition
            })
        })
    }

    fn compare_column(
        &self,
        side: Side,
        column: &Column,
        comparison: &Comparison,
    ) -> Result<Sql, UnmappedAttribute> {
        let dialect = self.columns.dialect();
        let compared = column.compare(dialect, comparison.op, &comparison.operand);
        match compared.ok_or_else(|| UnmappedAttribute::new(&comparison.path))? {
            Compared::Exact(condition) => Ok(condition),
            Compared::OfAscii(compared) => {
                self.approximate();
                Ok(match side {
                    Side::Above => compared.within(&self.places).above(dialect, &column.sql),
                    Side::Below => compared.below(dialect, &column.sql),
                })
            }
        }
    }

    /// One element satisfies the filter. What an index says of the elements comes first: it holds
    /// as well.
    fn element(
        &self,
        side: Side,
        path: &ResolvedPath,
        filter: &BoundFilter,
    ) -> Result<Sql, UnmappedAttribute> {
        let elements = self.columns.elements(path).ok_or_else(|| UnmappedAttribute::new(path))?;
        let found = any_part(&elements, selects_few(filter), |part| {
            self.condition(&Place::Element(part), side, filter)
        })?;
        let mut all: Vec<Sql> = Vec::new();
        if side == Side::Above {
            let terms = match filter {
                BoundFilter::And(terms) => terms.as_slice(),
                term => std::slice::from_ref(term),
            };
            all.extend(terms.iter().filter_map(|term| match term {
                BoundFilter::Compare(comparison) if comparison.op == CompareOp::Eq => {
                    self.columns.lookup(comparison)
                }
                _ => None,
            }));
        }
        all.push(found);
        Ok(Sql::join(all, " AND "))
    }

    /// A condition on a value at `path`: on one of them where there are several.
    pub(super) fn of_values(
        &self,
        place: &Place<'_>,
        path: &ResolvedPath,
        are_few: bool,
        condition: impl Fn(&Column) -> Result<Sql, UnmappedAttribute>,
    ) -> Result<Sql, UnmappedAttribute> {
        let unmapped = || UnmappedAttribute::new(path);
        if path.sub_attribute().is_some_and(|sub| sub.is_multi_valued()) {
            return Err(unmapped());
        }
        match place {
            Place::Element(elements) => condition(elements.of(path).ok_or_else(unmapped)?),
            Place::Resource if path.attribute().is_multi_valued() => {
                let elements = self.columns.elements(path).ok_or_else(unmapped)?;
                any_part(&elements, are_few, |part| condition(part.of(path).ok_or_else(unmapped)?))
            }
            Place::Resource => condition(&self.columns.column(path).ok_or_else(unmapped)?),
        }
    }

    pub(super) fn approximate(&self) {
        self.exact.set(false);
    }
}

/// An element of one of the parts satisfies the condition on elements of that part.
fn any_part(
    elements: &ElementTable,
    are_few: bool,
    condition: impl Fn(&ElementTable) -> Result<Sql, UnmappedAttribute>,
) -> Result<Sql, UnmappedAttribute> {
    let exists = |part: &ElementTable| Ok(part.exists(condition(part)?, are_few));
    match elements.parts() {
        [] => Ok(Sql::new("FALSE")),
        [only] => exists(only),
        parts => Ok(Sql::join(parts.iter().map(exists).collect::<Result<_, _>>()?, " OR ")),
    }
}

/// Returns `true` if few elements can be expected to satisfy a filter, so that an index on what it
/// compares is of use.
pub(super) fn selects_few(filter: &BoundFilter) -> bool {
    match filter {
        BoundFilter::And(terms) => terms.iter().any(selects_few),
        BoundFilter::Or(terms) => !terms.is_empty() && terms.iter().all(selects_few),
        BoundFilter::Compare(comparison) => compares_with_few(comparison),
        BoundFilter::Not(_)
        | BoundFilter::Present(_)
        | BoundFilter::Element { .. }
        | BoundFilter::Never => false,
    }
}

/// Of a `type` or of `primary`, any value is that of many.
fn compares_with_few(comparison: &Comparison) -> bool {
    let is_of_many = matches!(comparison.operand, Operand::Boolean(_))
        || !comparison.path.leaf().canonical_values().is_empty();
    matches!(comparison.op, CompareOp::Eq | CompareOp::Sw) && !is_of_many
}
