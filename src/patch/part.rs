//! The changes that a step makes to one element of a multi-valued attribute, and those that it may
//! not make.

use std::sync::Arc;

use super::error::PatchErrorKind;
use super::index::Index;
use super::plan::{Action, StepTarget};
use super::target::Slot;
use crate::budget::EvalBudget;
use crate::schema::{Attribute, Mutability};
use crate::value::{Object, Value};

pub(super) fn set_element(
    target: &StepTarget,
    element: &mut Value,
    value: &Value,
    action: &Action,
    swap: bool,
    budget: &EvalBudget,
) -> Result<(), PatchErrorKind> {
    match (element, &target.sub, value) {
        (element @ Value::Object(_), Some(sub), _) => change_part(element, sub, action, budget),
        (Value::Object(object), None, Value::Object(parts)) if !swap => {
            merge_parts(&target.attribute, object, parts)
        }
        (Value::Object(object), None, Value::Object(record)) => {
            swap_element(target, object, record)
        }
        (element, _, value) => {
            element.clone_from(value);
            Ok(())
        }
    }
}

/// Changes a sub-attribute of one value.
pub(super) fn change_part(
    element: &mut Value,
    sub: &Attribute,
    action: &Action,
    budget: &EvalBudget,
) -> Result<(), PatchErrorKind> {
    let Value::Object(object) = element else {
        return Ok(());
    };
    let mut index = Index::default();
    Slot::new(object, sub).apply(action, || &mut index, budget)?;
    if let Some(Value::Array(values)) = object.get_mut(sub.name()) {
        index.close_gaps(values);
    }
    Ok(())
}

/// RFC 7644, Section 3.5.2.3: the whole record is replaced; what clients may not change stays.
fn swap_element(
    target: &StepTarget,
    element: &mut Object,
    record: &Object,
) -> Result<(), PatchErrorKind> {
    let attribute = &target.attribute;
    let is_kept = |sub| target.filter.as_ref().is_some_and(|filter| filter.keeps.contains(sub));
    let mut swapped = record.clone();
    for sub in attribute.sub_attributes() {
        let Some(current) = element.get_kept(sub.key()) else {
            continue;
        };
        match sub.mutability() {
            // What the host itself sets is in the record.
            Mutability::ReadOnly => {
                swapped.entry(sub.name()).or_insert_with(|| current.clone());
            }
            Mutability::Immutable
                if record.get_kept(sub.key()).is_some_and(|value| value != current) =>
            {
                return Err(immutable(attribute, sub));
            }
            // What was set once and is left out stays, as with PUT.
            Mutability::Immutable => drop(swapped.insert(sub.name().to_owned(), current.clone())),
            _ if is_kept(sub) => {
                swapped.entry(sub.name()).or_insert_with(|| current.clone());
            }
            Mutability::ReadWrite | Mutability::WriteOnly => {}
        }
    }
    *element = swapped;
    Ok(())
}

/// Sets sub-attributes one by one; null unassigns.
pub(super) fn merge_parts(
    attribute: &Attribute,
    object: &mut Object,
    parts: &Object,
) -> Result<(), PatchErrorKind> {
    for (name, part) in parts {
        let Some(sub) = attribute.sub_attribute(name) else {
            continue;
        };
        let mut slot = Slot::new(object, sub);
        let result = if part.is_null() { slot.unassign() } else { slot.set(part) };
        result.map_err(|_| immutable(attribute, sub))?;
    }
    Ok(())
}

pub(super) fn immutable(attribute: &Attribute, sub: &Arc<Attribute>) -> PatchErrorKind {
    PatchErrorKind::Immutable(format!("{}.{}", attribute.name(), sub.name()))
}
