//! Values of attributes: JSON, made for resources.
//!
//! A [`Value`] takes 24 bytes; short text is in it, and an [`Object`] is one block of memory, with
//! names that are kept once for the whole process. It converts from and to `serde_json::Value`, and
//! reads like it:
//!
//! ```
//! use scimwire::value::Value;
//! use serde_json::json;
//!
//! let user = Value::from(json!({ "userName": "bjensen", "emails": [{ "value": "b@example.com" }] }));
//! assert_eq!(user["userName"], "bjensen");
//! assert_eq!(user.pointer("/emails/0/value").and_then(Value::as_str), Some("b@example.com"));
//! assert_eq!(user["emails"], json!([{ "value": "b@example.com" }]));
//! ```

mod convert;
mod deserialize;
mod list;
mod name;
mod number;
mod object;
mod serialize;
mod text;
mod write;

use std::ops::{Index, IndexMut};

pub use list::{IntoIter, List};
pub use name::Name;
pub use number::{Number, NumberError};
pub use object::{Entry, Object};
pub use text::Text;
pub(crate) use write::{Out, Room, plain_length, quote, write, write_name};

/// A JSON value. Objects are equal whatever the order of their members, and numbers if they say the
/// same: `1.0` is `1`. The variants are complete, since they are those of JSON.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub enum Value {
    /// `null`, which stands for what is unassigned (RFC 7643, Section 2.5).
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    String(Text),
    /// Several values.
    Array(List),
    /// Values with names.
    Object(Object),
}

/// The value of a missing member.
static NULL: Value = Value::Null;

impl Value {
    /// The value in its place, which is null from now on.
    #[must_use]
    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// The text, if it is text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// Returns the boolean; `None` if it is another type.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn as_number(&self) -> Option<&Number> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    /// The number, if it is written as a whole one that fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::as_i64)
    }

    /// The number, if it is written as a whole one that fits.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        self.as_number().and_then(Number::as_u64)
    }

    /// The number, as near as may be.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.as_number().and_then(Number::as_f64)
    }

    /// The values, if it is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&List> {
        if let Self::Array(values) = self { Some(values) } else { None }
    }

    /// The values, to change them.
    #[must_use]
    pub fn as_array_mut(&mut self) -> Option<&mut List> {
        if let Self::Array(values) = self { Some(values) } else { None }
    }

    /// The members, if it is an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// The members, to change them.
    #[must_use]
    pub fn as_object_mut(&mut self) -> Option<&mut Object> {
        if let Self::Object(object) = self { Some(object) } else { None }
    }

    /// Returns `true` if it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns `true` if it is `true` or `false`.
    #[must_use]
    pub fn is_boolean(&self) -> bool {
        matches!(self, Self::Bool(_))
    }

    /// Returns `true` if it is a number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    /// Returns `true` if it is written as a whole number that fits.
    #[must_use]
    pub fn is_i64(&self) -> bool {
        self.as_i64().is_some()
    }

    /// Returns `true` if it is written as a whole number that fits.
    #[must_use]
    pub fn is_u64(&self) -> bool {
        self.as_u64().is_some()
    }

    /// Returns `true` if it is text.
    #[must_use]
    pub fn is_string(&self) -> bool {
        matches!(self, Self::String(_))
    }

    /// Returns `true` if it is an array.
    #[must_use]
    pub fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    /// Returns `true` if it is an object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// A member of an object, by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// A member of an object by a name that is kept, mostly without a look at text.
    pub(crate) fn get_kept(&self, name: &Name) -> Option<&Self> {
        self.as_object()?.get_kept(name)
    }

    /// A member of an object, to change it.
    #[must_use]
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Self> {
        self.as_object_mut()?.get_mut(name)
    }

    /// Returns the value that a JSON pointer selects, such as `/emails/0/value` (RFC 6901).
    #[must_use]
    pub fn pointer(&self, pointer: &str) -> Option<&Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        pointer.strip_prefix('/')?.split('/').try_fold(self, |value, step| match value {
            Self::Object(object) => object.get(&step.replace("~1", "/").replace("~0", "~")),
            Self::Array(values) => values.get(place(step)?),
            _ => None,
        })
    }
}

/// A place in an array as a pointer has it: `array-index = %x30 / ( %x31-39 *(%x30-39) )` (RFC
/// 6901, Section 4).
fn place(step: &str) -> Option<usize> {
    if step.starts_with('+') || (step.starts_with('0') && step != "0") {
        return None;
    }
    step.parse().ok()
}

/// The member, or null where there is none.
impl Index<&str> for Value {
    type Output = Self;

    fn index(&self, name: &str) -> &Self {
        self.get(name).unwrap_or(&NULL)
    }
}

/// The member, made where there is none: `user["title"] = "Manager".into()`. It panics if the value
/// is neither an object nor null.
impl IndexMut<&str> for Value {
    fn index_mut(&mut self, name: &str) -> &mut Self {
        if self.is_null() {
            *self = Self::Object(Object::new());
        }
        #[expect(clippy::panic, reason = "as said above")]
        match self {
            Self::Object(object) => object.entry(name).or_insert(Self::Null),
            other => panic!("no member `{name}` can be set in {other}"),
        }
    }
}

/// The value at a place of an array, or null where there is none.
impl Index<usize> for Value {
    type Output = Self;

    fn index(&self, place: usize) -> &Self {
        self.as_array().and_then(|values| values.get(place)).unwrap_or(&NULL)
    }
}

#[cfg(test)]
mod tests;
