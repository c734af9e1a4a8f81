//! Looks at the elements of a multi-valued attribute: at those that an index names, or at all of
//! them.

use super::error::PatchErrorKind;
use super::index::Index;
use super::target::Done;
use crate::budget::{EvalBudget, of_text, weight};
use crate::resource::{ValueError, ValueErrorKind, same_element};
use crate::schema::{Attribute, case_fold, folding};
use crate::value::Value;

/// RFC 7644, Section 3.5.2: a value that becomes the primary one takes that from all others.
pub(super) fn keep_one_primary(
    attribute: &Attribute,
    elements: &mut [Value],
    touched: &[usize],
    index: &mut Index,
    budget: &EvalBudget,
) -> Result<Done, PatchErrorKind> {
    let is_primary = |element: &Value| element.get("primary") == Some(&Value::Bool(true));
    let mut new =
        touched.iter().copied().filter(|index| elements.get(*index).is_some_and(is_primary));
    let (Some(kept), another) = (new.next(), new.next()) else {
        return Ok(Done::AsAsked);
    };
    if another.is_some() {
        return Err(PatchErrorKind::Value(ValueError::new(
            attribute.name(),
            ValueErrorKind::Primary,
        )));
    }
    let others = index.primary.replace(kept).map(|known| vec![known]);
    let mut moved = Vec::new();
    each_place(elements.len(), others, budget, |place| {
        if place == kept || !elements.get(place).is_some_and(is_primary) {
            return;
        }
        index.forget(attribute, elements, place);
        if let Some(primary) = elements.get_mut(place).and_then(|one| one.get_mut("primary")) {
            *primary = Value::Bool(false);
            moved.push(place);
        }
    })?;
    index.note_each(attribute, elements, &moved);
    Ok(if moved.is_empty() { Done::AsAsked } else { Done::MovedPrimary })
}

/// Returns `true` if a value is there already.
pub(super) fn is_there(
    attribute: &Attribute,
    elements: &[Value],
    value: &Value,
    wanted: usize,
    index: &mut Index,
    budget: &EvalBudget,
) -> Result<bool, PatchErrorKind> {
    if let Some(identities) = index.identities(attribute, elements, wanted, budget)? {
        budget.spend(weight(value))?;
        return Ok(identities.has(attribute, elements, value));
    }
    budget.spend_on(|| comparing_all(elements, value))?;
    Ok(elements.iter().any(|element| same_element(attribute, element, value)))
}

/// Returns the cost of comparing each of `elements` with `value`: each element, and all their text.
pub(super) fn comparing_all(elements: &[Value], value: &Value) -> u64 {
    let each = 1 + text_of(value);
    elements.iter().fold(0, |sum: u64, element| sum.saturating_add(each + text_of(element)))
}

/// Returns the cost of the text of a value in a comparison: text beyond ASCII is folded.
fn text_of(value: &Value) -> u64 {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) if text.is_ascii() => of_text(text),
        Value::String(text) => folding(text),
        Value::Array(values) => values.iter().map(text_of).sum(),
        Value::Object(object) => object.values().map(text_of).sum(),
    }
}

/// Calls `look` with some places, or with all of them.
pub(super) fn each_place(
    count: usize,
    places: Option<Vec<usize>>,
    budget: &EvalBudget,
    look: impl FnMut(usize),
) -> Result<(), PatchErrorKind> {
    match places {
        Some(places) => places.into_iter().for_each(look),
        None => {
            budget.spend_values(count)?;
            (0..count).for_each(look);
        }
    }
    Ok(())
}

/// Returns `true` if an element is the one that a removal lists: by its id where it names a
/// resource, else by all that is given.
pub(super) fn is_listed(attribute: &Attribute, element: &Value, listed: &Value) -> bool {
    match (element, listed) {
        (Value::Object(element), Value::Object(listed)) => {
            if attribute.is_resource_reference() && listed.contains_key("value") {
                return element.get("value") == listed.get("value");
            }
            listed.iter().all(|(name, value)| {
                match (attribute.sub_attribute(name), element.get(name)) {
                    (Some(sub), Some(current)) => same_scalar(sub, current, value),
                    _ => false,
                }
            })
        }
        (element, listed) => same_scalar(attribute, element, listed),
    }
}

fn same_scalar(attribute: &Attribute, one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) if !attribute.is_case_exact() => {
            case_fold(one) == case_fold(other)
        }
        (one, other) => one == other,
    }
}
