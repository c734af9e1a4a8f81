//! How much memory values take, as far as that can be said of them.

use serde_json::{Map, Value};

use super::Resource;

/// What an element takes in an array, which grows by half more than it needs on average.
pub(crate) const ELEMENT: usize = size_of::<Value>() * 3 / 2;

/// How many members a node of an object has room for, and how many it has at least where there are
/// several nodes.
const NODE_MEMBERS: usize = 11;
const HALF_NODE: usize = 6;

/// What a node of an object takes, however few members it has.
const NODE: usize = NODE_MEMBERS * (size_of::<String>() + size_of::<Value>()) + 24;

/// The least that an element takes which is an object.
pub(crate) const OBJECT: usize = ELEMENT + NODE;

/// What a block of so many bytes takes of the heap.
pub(crate) fn of_block(bytes: usize) -> usize {
    if bytes == 0 { 0 } else { (bytes + 8).next_multiple_of(16).max(32) }
}

/// What a member of this name takes beside its value, where its object has so many already.
pub(crate) fn of_member(there: usize, name: &str) -> usize {
    let is_first_of_node = there == 0 || there > NODE_MEMBERS && there.is_multiple_of(HALF_NODE);
    of_block(name.len()) + if is_first_of_node { NODE } else { 0 }
}

impl Resource {
    /// How much memory its values take, in bytes, counted as
    /// [`JsonLimits::memory`](crate::message::JsonLimits::memory) is.
    #[must_use]
    pub fn memory(&self) -> usize {
        of_object(&self.attributes)
    }
}

fn of_object(object: &Map<String, Value>) -> usize {
    let of_each = |(there, (name, value)): (usize, (&String, &Value))| {
        of_member(there, name) + of_value(value)
    };
    object.iter().enumerate().map(of_each).sum()
}

fn of_value(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => of_block(text.len()),
        Value::Array(values) => values.iter().map(|value| ELEMENT + of_value(value)).sum(),
        Value::Object(object) => of_object(object),
    }
}
