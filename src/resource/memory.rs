//! The memory of values, estimated.

use super::Resource;
use crate::value::{Name, Number, Object, Text, Value};

/// The memory of an element of an array, which grows by half more than it needs on average.
pub(crate) const ELEMENT: usize = size_of::<Value>() * 3 / 2;

/// The memory of a member of an object, and the initial capacity in members.
const MEMBER: usize = size_of::<(Name, Value)>();
const ROOM: usize = 4;

/// The block of an object with few members.
const SMALL: usize = of_block(2 * size_of::<usize>() + ROOM * MEMBER);

/// The least that an element takes which is an object.
pub(crate) const OBJECT: usize = ELEMENT + SMALL;

/// The number of bytes of text that the value itself holds.
const TEXT: usize = size_of::<Text>();

/// Returns the heap memory of a block of this size.
const fn of_block(bytes: usize) -> usize {
    let whole = (bytes + 8).next_multiple_of(16);
    if whole > 32 { whole } else { 32 }
}

/// Returns the heap memory of a text.
pub(crate) fn of_text_block(text: &str) -> usize {
    if text.len() > TEXT { of_block(text.len()) } else { 0 }
}

/// Returns the heap memory of a number.
pub(crate) fn of_number_block(number: &Number) -> usize {
    number.as_written().map_or(0, |text| of_block(TEXT) + of_text_block(text))
}

/// Returns the memory of a member of this name besides its value, in an object with so many
/// members: a full object doubles its size.
pub(crate) fn of_member(there: usize, name: &Name) -> usize {
    let own = if name.is_known() { 0 } else { of_block(TEXT) + of_text_block(name) };
    let growth = match there {
        0 => SMALL,
        there if there >= ROOM && there.is_power_of_two() => there * MEMBER,
        _ => 0,
    };
    own + growth
}

impl Resource {
    /// Returns the memory of its values in bytes, counted as for
    /// [`JsonLimits::max_memory`](crate::message::JsonLimits::max_memory).
    #[must_use]
    pub fn memory(&self) -> usize {
        if let Some(known) = self.memory.get().and_then(|known| usize::try_from(known).ok()) {
            return known;
        }
        let memory = of_object(&self.attributes);
        self.memory.set(u64::try_from(memory).unwrap_or_default());
        memory
    }
}

fn of_object(object: &Object) -> usize {
    let of_each =
        |(there, (name, value)): (usize, (&Name, &Value))| of_member(there, name) + of_value(value);
    object.iter().enumerate().map(of_each).sum()
}

fn of_value(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) => 0,
        Value::Number(number) => of_number_block(number),
        Value::String(text) => of_text_block(text),
        Value::Array(values) => values.iter().map(|value| ELEMENT + of_value(value)).sum(),
        Value::Object(object) => of_object(object),
    }
}
