//! Runs bound filters on resources. All that is not about values was decided when the filter was bound.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::bound::{BoundFilter, Comparison, Operand};
use super::syntax::CompareOp;
use crate::error::{Error, ScimType};
use crate::resource::Resource;
use crate::schema::{Locations, bytes, fold, fold_contains, fold_ends_with, fold_starts_with, folds_equal, instant, prepare};

/// How many values a filter may still look at; it bounds the cost of value filters on large attributes.
#[derive(Clone, Debug)]
pub struct Budget(u64);

impl Budget {
    /// A budget of that many values.
    #[must_use]
    pub fn new(values: u64) -> Self {
        Self(values)
    }

    pub(crate) fn spend(&mut self, values: usize) -> Result<(), BudgetError> {
        self.0 = self.0.checked_sub(values as u64).ok_or(BudgetError(()))?;
        Ok(())
    }
}

/// The filter would look at more values than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the filter has to look at too many values: ask for fewer resources or a simpler condition")]
pub struct BudgetError(());

impl From<BudgetError> for Error {
    fn from(err: BudgetError) -> Self {
        Self::typed(ScimType::TooMany, err.to_string())
    }
}

impl BoundFilter {
    /// Whether the resource satisfies the filter.
    #[must_use]
    pub fn matches(&self, resource: &Resource) -> bool {
        // No resource has that many values.
        self.matches_within(resource, &mut Budget(u64::MAX)).unwrap_or_default()
    }

    /// Whether the resource satisfies the filter, as long as the budget lasts.
    ///
    /// # Errors
    ///
    /// - the budget is spent.
    pub fn matches_within(&self, resource: &Resource, budget: &mut Budget) -> Result<bool, BudgetError> {
        self.holds(Subject::Resource(resource), budget)
    }

    /// Whether an element of a multi-valued attribute satisfies the filter.
    ///
    /// # Errors
    ///
    /// - the budget is spent.
    pub fn matches_element(&self, element: &Value, budget: &mut Budget) -> Result<bool, BudgetError> {
        self.holds(Subject::Element(element), budget)
    }

    fn holds(&self, subject: Subject<'_>, budget: &mut Budget) -> Result<bool, BudgetError> {
        match self {
            Self::And(terms) => {
                for term in terms {
                    if !term.holds(subject, budget)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Or(terms) => {
                for term in terms {
                    if term.holds(subject, budget)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Not(term) => Ok(!term.holds(subject, budget)?),
            Self::Present(path) => {
                budget.spend(1)?;
                let sub = path.sub().map(|sub| sub.name());
                Ok(subject.attribute(path).is_some_and(|value| is_present(value, sub)))
            }
            Self::Compare(comparison) => comparison.holds(subject, budget),
            Self::Element { path, filter } => {
                let elements = subject.attribute(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                for element in elements {
                    if filter.holds(Subject::Element(element), budget)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Nothing => Ok(false),
        }
    }
}

/// What a filter runs on.
#[derive(Clone, Copy)]
enum Subject<'r> {
    Resource(&'r Resource),
    /// One value of a multi-valued attribute.
    Element(&'r Value),
}

impl<'r> Subject<'r> {
    /// The value of the attribute of `path`, whatever its sub-attribute; inside brackets that is the element.
    fn attribute(self, path: &crate::schema::ResolvedPath) -> Option<&'r Value> {
        match self {
            Self::Element(element) => Some(element),
            Self::Resource(resource) => {
                let object = match path.extension() {
                    Some(extension) => resource.get(extension.uri().as_str())?.as_object()?,
                    None => resource.attributes(),
                };
                object.get(path.attribute().name())
            }
        }
    }
}

impl Comparison {
    fn holds(&self, subject: Subject<'_>, budget: &mut Budget) -> Result<bool, BudgetError> {
        if let Operand::Location { url, locations } = &self.operand {
            budget.spend(1)?;
            return Ok(self.holds_for_location(subject, url, locations));
        }
        let Some(value) = subject.attribute(&self.path) else {
            return Ok(false);
        };
        match (value, self.path.sub()) {
            (Value::Array(elements), Some(sub)) => {
                budget.spend(elements.len())?;
                Ok(elements.iter().any(|element| self.sub_holds(element, sub.name())))
            }
            (value, Some(sub)) => {
                budget.spend(1)?;
                Ok(self.sub_holds(value, sub.name()))
            }
            (Value::Array(elements), None) => {
                budget.spend(elements.len())?;
                Ok(elements.iter().any(|element| self.test(element)))
            }
            (value, None) => {
                budget.spend(1)?;
                Ok(self.test(value))
            }
        }
    }

    fn sub_holds(&self, element: &Value, sub: &str) -> bool {
        match element.get(sub) {
            Some(Value::Array(values)) => values.iter().any(|value| self.test(value)),
            Some(value) => self.test(value),
            // RFC 7643, Section 2.4: no `primary` is the same as `primary: false`.
            None => self.operand == Operand::Boolean(false) && sub == "primary",
        }
    }

    fn test(&self, value: &Value) -> bool {
        match (&self.operand, value) {
            (Operand::Folded { folded, .. }, Value::String(text)) => folded_holds(self.op, text, folded),
            (Operand::Identifier { prepared, .. }, Value::String(text)) => is_prepared(text, prepared),
            (Operand::Exact(operand), Value::String(text)) => text_holds(self.op, text, operand),
            (Operand::Boolean(operand), Value::Bool(value)) => value == operand,
            (Operand::Number(operand), Value::Number(value)) => ordering_holds(self.op, operand.compare(value).reverse()),
            (Operand::Instant(operand), Value::String(text)) => {
                instant(text).is_some_and(|value| ordering_holds(self.op, value.cmp(operand)))
            }
            (Operand::Binary(operand), Value::String(text)) => bytes(text).as_ref() == Some(operand),
            _ => false,
        }
    }

    fn holds_for_location(&self, subject: Subject<'_>, operand: &str, locations: &Locations) -> bool {
        let holds = |url: String| match self.op {
            CompareOp::Eq => locations.same(&url, operand),
            op => text_holds(op, &url, operand),
        };
        let of_object = |value: &Map<String, Value>| locations.of_reference(self.path.attribute(), value).is_some_and(holds);
        match (subject, subject.attribute(&self.path)) {
            (Subject::Resource(resource), Some(Value::Object(meta))) if self.path.attribute().name() == "meta" => {
                let resource_type = meta.get("resourceType").and_then(Value::as_str).unwrap_or_default();
                locations.of(resource_type, resource.id()).is_some_and(holds)
            }
            (_, Some(Value::Array(elements))) => elements.iter().filter_map(Value::as_object).any(of_object),
            (_, Some(Value::Object(value))) => of_object(value),
            _ => false,
        }
    }
}

fn is_prepared(text: &str, prepared: &str) -> bool {
    if text.is_ascii() { text.eq_ignore_ascii_case(prepared) } else { prepare(text) == prepared }
}

fn folded_holds(op: CompareOp, text: &str, folded: &str) -> bool {
    match op {
        CompareOp::Eq => folds_equal(text, folded),
        CompareOp::Co => fold_contains(text, folded),
        CompareOp::Sw => fold_starts_with(text, folded),
        CompareOp::Ew => fold_ends_with(text, folded),
        CompareOp::Ne | CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le => {
            ordering_holds(op, fold(text).as_ref().cmp(folded))
        }
    }
}

fn text_holds(op: CompareOp, text: &str, operand: &str) -> bool {
    match op {
        CompareOp::Eq => text == operand,
        CompareOp::Co => text.contains(operand),
        CompareOp::Sw => text.starts_with(operand),
        CompareOp::Ew => text.ends_with(operand),
        CompareOp::Ne | CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le => ordering_holds(op, text.cmp(operand)),
    }
}

fn ordering_holds(op: CompareOp, ordering: Ordering) -> bool {
    match op {
        CompareOp::Eq => ordering.is_eq(),
        CompareOp::Ne => ordering.is_ne(),
        CompareOp::Gt => ordering.is_gt(),
        CompareOp::Ge => ordering.is_ge(),
        CompareOp::Lt => ordering.is_lt(),
        CompareOp::Le => ordering.is_le(),
        // Parts of numbers and instants are refused when a filter is bound.
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => false,
    }
}

/// RFC 7644, Table 3: "has a non-empty or non-null value", or for complex attributes "one of the sub-attributes has".
fn is_present(value: &Value, sub: Option<&str>) -> bool {
    match (value, sub) {
        (Value::Array(elements), _) => elements.iter().any(|element| is_present(element, sub)),
        (Value::Object(object), Some(sub)) => object.get(sub).is_some_and(|value| is_present(value, None)),
        (Value::Object(object), None) => object.values().any(|value| is_present(value, None)),
        (Value::String(text), None) => !text.is_empty(),
        (Value::Null, _) | (_, Some(_)) => false,
        (Value::Bool(_) | Value::Number(_), None) => true,
    }
}
