//! JSON as SCIM wants it: no name twice, not too deep (RFC 7643, Section 2.1; RFC 8259, Section 4).

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use http::StatusCode;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::{Error, ScimType};

/// Limits on a JSON text, checked while it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JsonLimits {
    /// How deep arrays and objects may nest; beyond 127 the parser's own limit counts. 32 by default.
    pub depth: usize,
    /// How many values one array may have, such as the members of a group; beyond it is 413. 100,000 by default.
    pub values: usize,
}

impl Default for JsonLimits {
    fn default() -> Self {
        Self { depth: 32, values: 100_000 }
    }
}

/// A body that is no JSON object, or one that cannot be trusted to mean one thing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// It is not JSON.
    #[error("the body is not JSON: line {line}, column {column}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It is JSON, but no object.
    #[error("the body is not a JSON object")]
    NotObject,
    /// An object has a member twice, perhaps under names that differ in case (RFC 7643, Section 2.1).
    #[error("the body has a member twice in one object, whatever the case: line {line}, column {column}")]
    Duplicate {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It nests deeper than the limit.
    #[error("the body nests too deep")]
    TooDeep,
    /// An array has more values than the limit.
    #[error("the body has an array of more than {most} values: send them in several requests")]
    TooManyValues {
        /// The limit.
        most: usize,
    },
}

impl From<JsonError> for Error {
    fn from(err: JsonError) -> Self {
        match err {
            JsonError::TooManyValues { .. } => Self::status_only(StatusCode::PAYLOAD_TOO_LARGE, err.to_string()),
            JsonError::Syntax { .. } | JsonError::NotObject | JsonError::Duplicate { .. } | JsonError::TooDeep => {
                Self::typed(ScimType::InvalidSyntax, err.to_string())
            }
        }
    }
}

/// Reads a JSON object.
///
/// # Errors
///
/// - the text is not JSON, or no object;
/// - an object in it has a member twice;
/// - it nests too deep.
pub fn parse_object(text: &[u8], limits: JsonLimits) -> Result<Map<String, Value>, JsonError> {
    let trouble = Cell::new(Trouble::None);
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let reader = Reader { depth: limits.depth, values: limits.values, trouble: &trouble };
    let value = reader.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    match (value, trouble.get()) {
        (Ok(Value::Object(object)), _) => Ok(object),
        (Ok(_), _) => Err(JsonError::NotObject),
        (Err(_), Trouble::TooDeep) => Err(JsonError::TooDeep),
        (Err(_), Trouble::TooManyValues) => Err(JsonError::TooManyValues { most: limits.values }),
        (Err(err), Trouble::Duplicate) => Err(JsonError::Duplicate { line: err.line(), column: err.column() }),
        (Err(err), Trouble::None) => Err(JsonError::Syntax { line: err.line(), column: err.column() }),
    }
}

/// What the visitor saw that serde's own error has no variant for.
#[derive(Clone, Copy)]
enum Trouble {
    None,
    Duplicate,
    TooDeep,
    TooManyValues,
}

#[derive(Clone, Copy)]
struct Reader<'t> {
    depth: usize,
    values: usize,
    trouble: &'t Cell<Trouble>,
}

impl Reader<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => {
                self.trouble.set(Trouble::TooDeep);
                Err(E::custom("too deep"))
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let inside = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = elements.next_element_seed(inside)? {
            if values.len() == self.values {
                self.trouble.set(Trouble::TooManyValues);
                return Err(A::Error::custom("too many values"));
            }
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inside = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inside)?;
            if object.insert(name, value).is_some() {
                self.trouble.set(Trouble::Duplicate);
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        if repeats_a_name(&object) {
            self.trouble.set(Trouble::Duplicate);
            return Err(A::Error::custom("a member stands twice"));
        }
        Ok(Value::Object(object))
    }
}

/// Up to this many names are compared each with each.
const FEW: usize = 16;

/// Whether two names differ in nothing but case.
fn repeats_a_name(object: &Map<String, Value>) -> bool {
    if object.len() > FEW {
        let mut names = HashSet::with_capacity(object.len());
        return !object.keys().all(|name| names.insert(name.to_ascii_lowercase()));
    }
    object.keys().enumerate().any(|(place, name)| object.keys().skip(place + 1).any(|other| other.eq_ignore_ascii_case(name)))
}
