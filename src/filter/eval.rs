//! Runs bound filters on resources. All that is not about values was decided when the filter was
//! bound.

use std::cmp::Ordering;

use super::ast::CompareOp;
use super::bound::{BoundFilter, Comparison, Operand};
use super::run::Run;
use crate::budget::{BudgetExceeded, EvalBudget, Purse, of_text, units};
use crate::resource::Resource;
use crate::schema::{ResourceUrls, bytes};
use crate::value::{List, Name, Object, Value};

/// The cost of parsing as much of a URL as costs one unit elsewhere.
const LOCATION: u64 = 8;

/// More values than the processor has at hand; and what it costs to fetch one of them, beside the
/// look at it.
const AT_HAND: usize = 256;
const FETCH: u64 = 3;

impl BoundFilter {
    /// Returns `true` if the resource satisfies the filter.
    #[must_use]
    pub fn matches(&self, resource: &Resource) -> bool {
        self.matches_within(resource, &EvalBudget::unlimited()).unwrap_or_default()
    }

    /// Returns `true` if the resource satisfies the filter, as long as the budget lasts. Text that
    /// several terms compare is folded once.
    ///
    /// # Errors
    ///
    /// - the budget is spent.
    pub fn matches_within(
        &self,
        resource: &Resource,
        budget: &EvalBudget,
    ) -> Result<bool, BudgetExceeded> {
        let mut purse = Purse::new(budget);
        let holds = self.matches_paid(resource, &mut purse)?;
        purse.charge()?;
        Ok(holds)
    }

    /// Returns `true` if the resource satisfies the filter; for one of many resources.
    pub(crate) fn matches_paid(
        &self,
        resource: &Resource,
        purse: &mut Purse<'_>,
    ) -> Result<bool, BudgetExceeded> {
        self.run(Subject::Resource(resource), purse)
    }

    /// Returns `true` if an element of a multi-valued attribute satisfies the filter.
    ///
    /// # Errors
    ///
    /// - the budget is spent.
    pub fn matches_element(
        &self,
        element: &Value,
        budget: &EvalBudget,
    ) -> Result<bool, BudgetExceeded> {
        let mut purse = Purse::new(budget);
        let holds = self.run(Subject::Element(element), &mut purse)?;
        purse.charge()?;
        Ok(holds)
    }

    fn run(&self, subject: Subject<'_>, purse: &mut Purse<'_>) -> Result<bool, BudgetExceeded> {
        let mut run = Run::new(*purse);
        let holds = self.holds(subject, &mut run)?;
        *purse = run.purse;
        Ok(holds)
    }

    fn holds<'r>(
        &self,
        subject: Subject<'r>,
        run: &mut Run<'r, '_>,
    ) -> Result<bool, BudgetExceeded> {
        match self {
            Self::And(terms) => {
                for term in terms {
                    if !term.holds(subject, run)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Or(terms) => {
                for term in terms {
                    if term.holds(subject, run)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Not(term) => Ok(!term.holds(subject, run)?),
            Self::Present(path) => {
                let value = subject.attribute(path);
                run.spend(units(value.and_then(Value::as_array).map_or(1, List::len)).max(1))?;
                let sub = path.sub_attribute().map(|sub| sub.name());
                Ok(value.is_some_and(|value| is_present(value, sub)))
            }
            Self::Compare(comparison) => comparison.holds(subject, run),
            Self::Element { path, filter } => {
                let elements = subject
                    .attribute(path)
                    .and_then(Value::as_array)
                    .map(List::as_slice)
                    .unwrap_or_default();
                let fetch = fetching(elements);
                for element in elements {
                    run.spend(fetch)?;
                    if filter.holds(Subject::Element(element), run)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Never => Ok(false),
        }
    }
}

/// The resource or element that a filter runs on.
#[derive(Clone, Copy)]
enum Subject<'r> {
    Resource(&'r Resource),
    /// One value of a multi-valued attribute.
    Element(&'r Value),
}

impl<'r> Subject<'r> {
    /// The value of the attribute of `path`, whatever its sub-attribute; inside brackets that is
    /// the element.
    fn attribute(self, path: &crate::schema::ResolvedPath) -> Option<&'r Value> {
        match self {
            Self::Element(element) => Some(element),
            Self::Resource(resource) => {
                let object = match path.extension() {
                    Some(extension) => {
                        resource.attributes().get_kept(extension.key())?.as_object()?
                    }
                    None => resource.attributes(),
                };
                object.get_kept(path.attribute().key())
            }
        }
    }
}

impl Comparison {
    fn holds<'r>(
        &self,
        subject: Subject<'r>,
        run: &mut Run<'r, '_>,
    ) -> Result<bool, BudgetExceeded> {
        if let Operand::Location { url, locations } = &self.operand {
            let elements =
                subject.attribute(&self.path).and_then(Value::as_array).map_or(1, List::len);
            // The URL of each is made, and taken apart like the one that was asked for.
            let each = 1 + of_text(url).saturating_mul(LOCATION);
            run.spend(units(elements.max(1)).saturating_mul(each))?;
            return Ok(self.holds_for_location(subject, url, locations));
        }
        let Some(value) = subject.attribute(&self.path) else {
            // That it is not there was a look, too.
            run.spend(1)?;
            return Ok(false);
        };
        let elements = value.as_array().map_or(std::slice::from_ref(value), List::as_slice);
        let fetch = fetching(elements);
        for element in elements {
            run.spend(fetch)?;
            let holds = match self.path.sub_attribute() {
                Some(sub) => self.sub_holds(element, sub.key(), run)?,
                None => self.test(element, run)?,
            };
            if holds {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn sub_holds<'r>(
        &self,
        element: &'r Value,
        sub: &Name,
        run: &mut Run<'r, '_>,
    ) -> Result<bool, BudgetExceeded> {
        match element.as_object().and_then(|object| object.get_kept(sub)) {
            Some(Value::Array(values)) => {
                for value in values {
                    if self.test(value, run)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Some(value) => self.test(value, run),
            None => {
                run.spend(1)?;
                // RFC 7643, Section 2.4: no `primary` is the same as `primary: false`.
                Ok(self.operand == Operand::Boolean(false) && *sub == "primary")
            }
        }
    }

    fn test<'r>(&self, value: &'r Value, run: &mut Run<'r, '_>) -> Result<bool, BudgetExceeded> {
        run.spend(1 + value.as_str().map_or(0, of_text))?;
        Ok(match (&self.operand, value) {
            (Operand::Folded { folded, .. }, Value::String(text)) => {
                run.folded_holds(self.op, text, folded)?
            }
            (Operand::Identifier { prepared, .. }, Value::String(text)) => {
                run.is_prepared(text, prepared)?
            }
            (Operand::Exact(operand), Value::String(text)) => text_holds(self.op, text, operand),
            (Operand::Boolean(operand), Value::Bool(value)) => value == operand,
            (Operand::Number(operand), Value::Number(value)) => {
                run.spend(operand.as_written().map_or(0, of_text))?;
                ordering_holds(self.op, value.cmp(operand))
            }
            (Operand::Instant(operand), Value::String(text)) => {
                let instant = run.instant(text)?;
                instant.is_some_and(|value| ordering_holds(self.op, value.cmp(operand)))
            }
            (Operand::Binary(operand), Value::String(text)) => {
                bytes(text).as_ref() == Some(operand)
            }
            _ => false,
        })
    }

    fn holds_for_location(
        &self,
        subject: Subject<'_>,
        operand: &str,
        locations: &ResourceUrls,
    ) -> bool {
        let holds = |url: String| match self.op {
            CompareOp::Eq => locations.same(&url, operand),
            op => text_holds(op, &url, operand),
        };
        let of_object = |value: &Object| {
            locations.of_reference(self.path.attribute(), value).is_some_and(holds)
        };
        match (subject, subject.attribute(&self.path)) {
            (Subject::Resource(resource), Some(Value::Object(meta)))
                if self.path.attribute().name() == "meta" =>
            {
                let resource_type =
                    meta.get("resourceType").and_then(Value::as_str).unwrap_or_default();
                locations.url_of(resource_type, resource.id()).is_some_and(holds)
            }
            (_, Some(Value::Array(elements))) => {
                elements.iter().filter_map(Value::as_object).any(of_object)
            }
            (_, Some(Value::Object(value))) => of_object(value),
            _ => false,
        }
    }
}

/// Returns the cost of reading each of some values.
fn fetching(elements: &[Value]) -> u64 {
    if elements.len() > AT_HAND { FETCH } else { 0 }
}

pub(super) fn text_holds(op: CompareOp, text: &str, operand: &str) -> bool {
    match op {
        CompareOp::Eq => text == operand,
        CompareOp::Co => text.contains(operand),
        CompareOp::Sw => text.starts_with(operand),
        CompareOp::Ew => text.ends_with(operand),
        CompareOp::Ne | CompareOp::Gt | CompareOp::Ge | CompareOp::Lt | CompareOp::Le => {
            ordering_holds(op, text.cmp(operand))
        }
    }
}

pub(super) fn ordering_holds(op: CompareOp, ordering: Ordering) -> bool {
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

/// RFC 7644, Table 3: "has a non-empty or non-null value", or for complex attributes "one of the
/// sub-attributes has".
fn is_present(value: &Value, sub: Option<&str>) -> bool {
    match (value, sub) {
        (Value::Array(elements), _) => elements.iter().any(|element| is_present(element, sub)),
        (Value::Object(object), Some(sub)) => {
            object.get(sub).is_some_and(|value| is_present(value, None))
        }
        (Value::Object(object), None) => object.values().any(|value| is_present(value, None)),
        (Value::String(text), None) => !text.is_empty(),
        (Value::Null, _) | (_, Some(_)) => false,
        (Value::Bool(_) | Value::Number(_), None) => true,
    }
}
