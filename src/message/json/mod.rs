//! JSON as SCIM wants it: no name twice, not too deep (RFC 7643, Section 2.1; RFC 8259, Section 4).

mod count;
mod read;
mod scan;

use http::StatusCode;

use crate::error::{Error, ScimType};
use crate::value::{Name, Object, Value};

use read::Reader;

/// Limits on a JSON text, checked while it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JsonLimits {
    /// The maximum nesting of arrays and objects; the parser itself stops at 127. 32 by default.
    pub max_depth: usize,
    /// The maximum number of values of one array, such as the members of a group; beyond it is 413.
    /// 100,000 by default.
    pub max_values: usize,
    /// The maximum number of members of one object; beyond it is 413. 1,000 by default.
    pub max_members: usize,
    /// The maximum number of values in a body, counting each member of an object and each value of
    /// an array; beyond it is 413. 600,000 by default.
    pub max_total_members: usize,
    /// The maximum memory of the parsed values of a body, in bytes; beyond it is 413. An object
    /// takes some 200 bytes, however small it is. 48 MiB by default: 150,000 e-mail addresses, each
    /// with a type.
    pub max_memory: usize,
}

impl Default for JsonLimits {
    fn default() -> Self {
        let max_memory = 48 * 1024 * 1024;
        Self {
            max_depth: 32,
            max_values: 100_000,
            max_members: 1_000,
            max_total_members: 600_000,
            max_memory,
        }
    }
}

impl JsonLimits {
    /// No limits but that of the parser itself: for text that does not come from a client, such as
    /// a stored document.
    #[must_use]
    pub fn unlimited() -> Self {
        const NONE: usize = usize::MAX;
        Self {
            max_depth: NONE,
            max_values: NONE,
            max_members: NONE,
            max_total_members: NONE,
            max_memory: NONE,
        }
    }
}

/// A body that is not a JSON object, or an ambiguous one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// It is not JSON.
    #[error("the body is not valid JSON: line {line}, column {column}")]
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
        "the body has an object with a duplicate member (names are case-insensitive): line {line}, column {column}"
    )]
    Duplicate {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// It nests deeper than the limit.
    #[error("the body is nested too deeply: omit values that are not attributes")]
    TooDeep,
    /// An array has more values than the limit.
    #[error("the body has an array of more than {most} values: split it into several requests")]
    TooManyValues {
        /// The limit.
        most: usize,
    },
    /// An object has more members than the limit.
    #[error(
        "the body has an object of more than {most} members: omit those that are not attributes"
    )]
    TooManyMembers {
        /// The limit.
        most: usize,
    },
    /// There are more values in all than the limit.
    #[error("the body has more than {most} values: split it into several requests")]
    TooMuch {
        /// The limit.
        most: usize,
    },
    /// The values take more memory than the limit.
    #[error(
        "the values in the body take more than {most} bytes of memory: split it into several requests"
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
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, err.to_string())
            }
            JsonError::Syntax { .. }
            | JsonError::NotObject
            | JsonError::Duplicate { .. }
            | JsonError::TooDeep => Self::scim(ScimType::InvalidSyntax, err.to_string()),
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

/// A filter on the members of an object that are read.
#[derive(Clone, Copy)]
pub(crate) struct Known<'t> {
    pub(crate) is_known: &'t dyn Fn(&Name) -> bool,
    /// A member of which only some members are read in turn, those of each element if it is an
    /// array.
    pub(crate) inside: Option<(&'t str, &'t Self)>,
}

impl<'t> Known<'t> {
    /// All of these.
    pub(crate) fn members(is_known: &'t dyn Fn(&Name) -> bool) -> Self {
        Self { is_known, inside: None }
    }

    /// Returns the filter for the value of a member; `None` reads all members.
    fn within(self, name: &str) -> Option<Self> {
        let (member, inside) = self.inside?;
        if member.eq_ignore_ascii_case(name) { Some(*inside) } else { None }
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
    let utf8 = std::str::from_utf8(text)
        .map_err(|err| Trouble::Syntax.at(text, err.valid_up_to(), limits))?;
    let mut reader = Reader::new(utf8, limits);
    match reader.document(known) {
        Ok(Value::Object(object)) => Ok((object, reader.weight())),
        Ok(_) => Err(JsonError::NotObject),
        Err(trouble) => Err(trouble.at(text, reader.at(), limits)),
    }
}

/// The reason for which parsing stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    Syntax,
    Duplicate,
    TooDeep,
    TooManyValues,
    TooManyMembers,
    TooMuch,
    TooLarge,
}

impl Trouble {
    /// The error, where it was noticed after so many bytes.
    fn at(self, text: &[u8], read: usize, limits: JsonLimits) -> JsonError {
        let before = text.get(..read).unwrap_or(text);
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let column = 1 + before.iter().rev().take_while(|byte| **byte != b'\n').count();
        match self {
            Self::Syntax => JsonError::Syntax { line, column },
            Self::Duplicate => JsonError::Duplicate { line, column },
            Self::TooDeep => JsonError::TooDeep,
            Self::TooManyValues => JsonError::TooManyValues { most: limits.max_values },
            Self::TooManyMembers => JsonError::TooManyMembers { most: limits.max_members },
            Self::TooMuch => JsonError::TooMuch { most: limits.max_total_members },
            Self::TooLarge => JsonError::TooLarge { most: limits.max_memory },
        }
    }
}

#[cfg(test)]
mod tests;
