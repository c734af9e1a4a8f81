//! JSON as SCIM wants it: no name twice, not too deep (RFC 7643, Section 2.1; RFC 8259, Section 4).

use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use http::StatusCode;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::budget::of_text;
use crate::error::{Error, ScimType};
use crate::resource::{ELEMENT, of_member, of_text_block};
use crate::value::{List, Name, Object, Value};

/// Limits on a JSON text, checked while it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JsonLimits {
    /// The maximum nesting of arrays and objects; the parser itself stops at 127. 32 by default.
    pub depth: usize,
    /// The maximum number of values of one array, such as the members of a group; beyond it is 413.
    /// 100,000 by default.
    pub values: usize,
    /// The maximum number of members of one object; beyond it is 413. 1,000 by default.
    pub members: usize,
    /// The maximum number of values in a body, counting each member of an object and each value of
    /// an array; beyond it is 413. 600,000 by default.
    pub total: usize,
    /// The maximum memory of the parsed values of a body, in bytes; beyond it is 413. An object
    /// takes some 200 bytes, however small it is. 48 MiB by default: 150,000 e-mail addresses, each
    /// with a type.
    pub memory: usize,
}

impl Default for JsonLimits {
    fn default() -> Self {
        let memory = 48 * 1024 * 1024;
        Self { depth: 32, values: 100_000, members: 1_000, total: 600_000, memory }
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
    /// An object has a member twice, perhaps under names that differ in case (RFC 7643, Section
    /// 2.1).
    #[error(
        "the body has a member twice in one object, whatever the case: line {line}, column {column}"
    )]
    Duplicate {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It nests deeper than the limit.
    #[error("the body nests too deep: leave out what is no attribute")]
    TooDeep,
    /// An array has more values than the limit.
    #[error("the body has an array of more than {most} values: send them in several requests")]
    TooManyValues {
        /// The limit.
        most: usize,
    },
    /// An object has more members than the limit.
    #[error(
        "the body has an object of more than {most} members: leave out those that are no attributes"
    )]
    TooManyMembers {
        /// The limit.
        most: usize,
    },
    /// There are more values in all than the limit.
    #[error("the body has more than {most} values: send them in several requests")]
    TooMuch {
        /// The limit.
        most: usize,
    },
    /// The values take more memory than the limit.
    #[error(
        "the values of the body take more than {most} bytes of memory: send them in several requests"
    )]
    TooLarge {
        /// The limit.
        most: usize,
    },
}

impl From<JsonError> for Error {
    fn from(err: JsonError) -> Self {
        match err {
            JsonError::TooManyValues { .. }
            | JsonError::TooManyMembers { .. }
            | JsonError::TooMuch { .. }
            | JsonError::TooLarge { .. } => {
                Self::status_only(StatusCode::PAYLOAD_TOO_LARGE, err.to_string())
            }
            JsonError::Syntax { .. }
            | JsonError::NotObject
            | JsonError::Duplicate { .. }
            | JsonError::TooDeep => Self::typed(ScimType::InvalidSyntax, err.to_string()),
        }
    }
}

/// Reads a JSON object.
///
/// # Errors
///
/// - the text is not JSON, or no object;
/// - an object in it has a member twice;
/// - it nests too deep, or has too many values.
pub fn parse_object(text: &[u8], limits: JsonLimits) -> Result<Object, JsonError> {
    parse_known(text, limits, Known::members(&|_| true)).map(|(object, _)| object)
}

/// Which members of an object are read.
#[derive(Clone, Copy)]
pub(crate) struct Known<'t> {
    pub(crate) is_known: &'t dyn Fn(&str) -> bool,
    /// A member of which only some members are read in turn, those of each element if it is an
    /// array.
    pub(crate) inside: Option<(&'t str, &'t Self)>,
}

impl<'t> Known<'t> {
    /// All of these.
    pub(crate) fn members(is_known: &'t dyn Fn(&str) -> bool) -> Self {
        Self { is_known, inside: None }
    }
}

/// Returns `true` if a name is one of these, in any case.
pub(crate) fn is_among(names: &[&str], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Parses a body, and skips the values of unknown members: they become null. They are counted, and
/// must be JSON. The number is the weight of the result.
pub(crate) fn parse_known(
    text: &[u8],
    limits: JsonLimits,
    known: Known<'_>,
) -> Result<(Object, u64), JsonError> {
    let count = Count {
        limits,
        left: Cell::new(limits.total),
        memory: Cell::new(limits.memory),
        weight: Cell::new(0),
        trouble: Cell::new(Trouble::None),
    };
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let reader = Reader { depth: limits.depth, count: &count, known: Some(known) };
    let value =
        reader.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    match (value, count.trouble.get()) {
        (Ok(Value::Object(object)), _) => Ok((object, count.weight.get())),
        (Ok(_), _) => Err(JsonError::NotObject),
        (Err(_), Trouble::TooDeep) => Err(JsonError::TooDeep),
        (Err(_), Trouble::TooManyValues) => Err(JsonError::TooManyValues { most: limits.values }),
        (Err(_), Trouble::TooManyMembers) => {
            Err(JsonError::TooManyMembers { most: limits.members })
        }
        (Err(_), Trouble::TooMuch) => Err(JsonError::TooMuch { most: limits.total }),
        (Err(_), Trouble::TooLarge) => Err(JsonError::TooLarge { most: limits.memory }),
        (Err(err), Trouble::Duplicate) => {
            Err(JsonError::Duplicate { line: err.line(), column: err.column() })
        }
        (Err(err), Trouble::None) => {
            Err(JsonError::Syntax { line: err.line(), column: err.column() })
        }
    }
}

/// An error of the visitor that serde has no variant for.
#[derive(Clone, Copy)]
enum Trouble {
    None,
    Duplicate,
    TooDeep,
    TooManyValues,
    TooManyMembers,
    TooMuch,
    TooLarge,
}

/// The remaining limits of the body.
struct Count {
    limits: JsonLimits,
    left: Cell<usize>,
    memory: Cell<usize>,
    weight: Cell<u64>,
    trouble: Cell<Trouble>,
}

impl Count {
    fn refuse<E: serde::de::Error>(&self, trouble: Trouble) -> E {
        self.trouble.set(trouble);
        E::custom("beyond a limit")
    }

    /// Counts what a value that is built weighs, beside those in it, and the memory of its text.
    fn built<E: serde::de::Error>(&self, text: &str) -> Result<(), E> {
        self.weight.set(self.weight.get() + 1 + of_text(text));
        self.takes(of_text_block(text))
    }

    /// Counts what a name weighs, and the memory of a member, where its object has so many already.
    fn named<E: serde::de::Error>(&self, there: usize, name: &Name) -> Result<(), E> {
        self.weight.set(self.weight.get() + of_text(name));
        self.takes(of_member(there, name))
    }

    /// Counts memory.
    fn takes<E: serde::de::Error>(&self, bytes: usize) -> Result<(), E> {
        let left = self.memory.get().checked_sub(bytes);
        self.memory.set(left.ok_or_else(|| self.refuse(Trouble::TooLarge))?);
        Ok(())
    }

    /// Counts one more value, where its array or object has so many already.
    fn one_more<E: serde::de::Error>(
        &self,
        there: usize,
        most: usize,
        beyond: Trouble,
    ) -> Result<(), E> {
        if there == most {
            return Err(self.refuse(beyond));
        }
        let left = self.left.get().checked_sub(1).ok_or_else(|| self.refuse(Trouble::TooMuch))?;
        self.left.set(left);
        Ok(())
    }

    fn value<E: serde::de::Error>(&self, there: usize) -> Result<(), E> {
        self.one_more(there, self.limits.values, Trouble::TooManyValues)
    }

    fn member<E: serde::de::Error>(&self, there: usize) -> Result<(), E> {
        self.one_more(there, self.limits.members, Trouble::TooManyMembers)
    }
}

/// Reads a value.
#[derive(Clone, Copy)]
struct Reader<'t> {
    depth: usize,
    count: &'t Count,
    /// Which members are read; all of them where nothing is said.
    known: Option<Known<'t>>,
}

impl<'t> Reader<'t> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => Err(self.count.refuse(Trouble::TooDeep)),
        }
    }

    fn knows(self, name: &str) -> bool {
        self.known.is_none_or(|known| (known.is_known)(name))
    }

    /// Reads the value of a member.
    fn within(self, name: &str) -> Self {
        let step = |known: Known<'t>| {
            let (member, inside) = known.inside?;
            if member.eq_ignore_ascii_case(name) { Some(*inside) } else { None }
        };
        Self { known: self.known.and_then(step), ..self }
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let value = deserializer.deserialize_any(self)?;
        self.count.built(value.as_str().unwrap_or_default())?;
        Ok(value)
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
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let inside = self.deeper()?;
        let mut values = List::new();
        while let Some(value) = elements.next_element_seed(inside)? {
            self.count.value(values.len())?;
            self.count.takes(ELEMENT)?;
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inside = self.deeper()?;
        let mut object = Object::new();
        while let Some(name) = members.next_key::<Name>()? {
            self.count.member(object.len())?;
            self.count.named(object.len(), &name)?;
            let value = if self.knows(&name) {
                members.next_value_seed(inside.within(&name))?
            } else {
                members.next_value_seed(Passing(inside))?;
                self.count.built("")?;
                Value::Null
            };
            if object.insert(name, value).is_some() {
                return Err(self.count.refuse(Trouble::Duplicate));
            }
        }
        if repeats_a_name(object.keys().map(Name::as_str)) {
            return Err(self.count.refuse(Trouble::Duplicate));
        }
        Ok(Value::Object(object))
    }
}

/// Passes over a value: what is nobody's is not built.
#[derive(Clone, Copy)]
struct Passing<'t>(Reader<'t>);

impl<'de> DeserializeSeed<'de> for Passing<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Passing<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let (inside, mut there) = (Self(self.0.deeper()?), 0);
        while elements.next_element_seed(inside)?.is_some() {
            self.0.count.value(there)?;
            there += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let (inside, mut names) = (Self(self.0.deeper()?), Vec::new());
        while let Some(name) = members.next_key::<Name>()? {
            self.0.count.member(names.len())?;
            members.next_value_seed(inside)?;
            names.push(name);
        }
        if repeats_a_name(names.iter().map(Name::as_str)) {
            Err(self.0.count.refuse(Trouble::Duplicate))
        } else {
            Ok(())
        }
    }
}

/// Up to this many names are compared each with each.
const FEW: usize = 16;

/// Returns `true` if two names differ in nothing but case.
fn repeats_a_name<'n>(names: impl ExactSizeIterator<Item = &'n str> + Clone) -> bool {
    if names.len() > FEW {
        let mut known = HashSet::with_capacity(names.len());
        return !names.into_iter().all(|name| known.insert(name.to_ascii_lowercase()));
    }
    names.clone().enumerate().any(|(place, name)| {
        names.clone().skip(place + 1).any(|other| other.eq_ignore_ascii_case(name))
    })
}
