//! Values that stand twice.

use std::collections::HashSet;

use super::FEW;
use crate::resource::identities::{Identities, equal_but_primary};
use crate::schema::Attribute;
use crate::value::{List, Value};

/// RFC 7643, Section 2.4: a value stands once.
pub(super) fn remove_repeats(attribute: &Attribute, values: &mut List) {
    if attribute.refers_by_value() {
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

/// Leaves the first of those that name one resource.
fn remove_repeated_ids(values: &mut List) {
    let mut seen = HashSet::with_capacity(if values.len() > 1 { values.len() } else { 0 });
    let mut fresh =
        values.iter().map(|value| seen.insert(value.get("value").and_then(Value::as_str)));
    if values.len() > 1 && !fresh.all(|fresh| fresh) {
        let mut seen = HashSet::with_capacity(values.len());
        values.retain(|value| {
            seen.insert(value.get("value").and_then(Value::as_str).map(str::to_owned))
        });
    }
}
