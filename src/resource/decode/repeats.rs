//! Values that stand twice.

use std::collections::HashSet;

use super::FEW;
use crate::resource::identities::{Identities, equal_but_primary};
use crate::schema::Attribute;
use crate::value::{List, Value};

/// RFC 7643, Section 2.4: a value stands once.
pub(super) fn remove_repeats(attribute: &Attribute, values: &mut List) {
    if attribute.is_resource_reference() {
        return remove_repeated_ids(values);
    }
    if values.len() > FEW {
        let (mut known, mut kept) = (Identities::default(), List::with_capacity(values.len()));
        for value in values.drain(..) {
            if !known.has_equal(attribute, &kept, &value) {
                known.note(attribute, &value, kept.len());
                kept.push(value);
            }
        }
        *values = kept;
        return;
    }
    let mut place = 0;
    while let Some(value) = values.get(place) {
        if values.iter().take(place).any(|other| equal_but_primary(other, value)) {
            values.remove(place);
        } else {
            place += 1;
        }
    }
}

/// Returns `true` if a value may occur twice, and `false` if none does.
pub(super) fn may_repeat(attribute: &Attribute, values: &[Value]) -> bool {
    if attribute.is_resource_reference() {
        return repeats_an_id(values);
    }
    let repeats = |(place, value): (usize, &Value)| {
        values.iter().skip(place + 1).any(|other| equal_but_primary(other, value))
    };
    values.len() > FEW || values.iter().enumerate().any(repeats)
}

/// Returns `true` if two values name one resource.
fn repeats_an_id(values: &[Value]) -> bool {
    if values.len() < 2 {
        return false;
    }
    let mut seen = HashSet::with_capacity(values.len());
    !values.iter().all(|value| seen.insert(value.get("value").and_then(Value::as_str)))
}

/// Leaves the first of those that name one resource.
fn remove_repeated_ids(values: &mut List) {
    if repeats_an_id(values) {
        let mut seen = HashSet::with_capacity(values.len());
        values.retain(|value| {
            seen.insert(value.get("value").and_then(Value::as_str).map(str::to_owned))
        });
    }
}
