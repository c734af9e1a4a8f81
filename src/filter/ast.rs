//! The syntax tree of filters: what the client wrote, without parentheses (RFC 7644, Figure 1).

use std::fmt;
use std::str::FromStr;

use super::error::ParseError;
use super::options::ParseOptions;
use super::parse;
use crate::attr::AttrPath;
use crate::quirks::Deviations;
use crate::value::{Number, Text};

/// A filter as the client wrote it: names in any case, types unchecked (RFC 7644, Section 3.4.2.2).
///
/// `Display` is the inverse of parsing.
///
/// The variants are complete, so that you can match on all of them: another one would be a new
/// major version of this crate.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// All of them hold; at least two.
    And(Vec<Self>),
    /// One of them holds; at least two.
    Or(Vec<Self>),
    /// It does not hold.
    Not(Box<Self>),
    /// The attribute has a value: `pr`.
    Present(AttrPath),
    /// A value compares with another.
    Compare {
        /// The attribute.
        path: AttrPath,
        /// The operator.
        op: CompareOp,
        /// The value to compare with.
        value: CompValue,
    },
    /// One element of a multi-valued attribute satisfies the whole of a filter: `emails[type eq
    /// "work"]`.
    ValuePath {
        /// The attribute.
        path: AttrPath,
        /// The filter; its names are those of sub-attributes.
        filter: Box<Self>,
    },
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    ///
    /// - the text is not a filter: the error says where, and what was expected;
    /// - it is beyond a limit.
    pub fn parse(text: &str, options: &ParseOptions) -> Result<Self, ParseError> {
        Self::parse_with(text, options, &mut Deviations::default())
    }

    /// Reads a filter, and takes note of what was tolerated.
    ///
    /// # Errors
    ///
    /// - as [`Filter::parse`].
    pub fn parse_with(
        text: &str,
        options: &ParseOptions,
        deviations: &mut Deviations,
    ) -> Result<Self, ParseError> {
        deviations.unless_refused(|deviations| parse::filter(text, options, deviations))
    }
}

impl FromStr for Filter {
    type Err = ParseError;

    /// Reads a filter by the grammar, within the default limits.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text, &ParseOptions::default())
    }
}

macro_rules! compare_ops {
    ($($(#[$doc:meta])* $variant:ident = $text:literal;)*) => {
        /// A comparison operator (RFC 7644, Table 3).
        ///
        /// The RFC closes the list, so that you can match on all of them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum CompareOp { $($(#[$doc])* $variant,)* }

        impl CompareOp {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The operator as it is written, in lower case.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Returns the operator of that name, in any case.
            pub(crate) fn read(text: &str) -> Option<Self> {
                let letters: [u8; 2] = text.as_bytes().try_into().ok()?;
                let letters = letters.map(|letter| letter.to_ascii_lowercase());
                $(if letters == *$text.as_bytes() {
                    return Some(Self::$variant);
                })*
                None
            }
        }
    };
}

compare_ops! {
    /// Equal.
    Eq = "eq";
    /// Not equal: no value is equal.
    Ne = "ne";
    /// Contains.
    Co = "co";
    /// Starts with.
    Sw = "sw";
    /// Ends with.
    Ew = "ew";
    /// Greater than.
    Gt = "gt";
    /// Greater than or equal to.
    Ge = "ge";
    /// Less than.
    Lt = "lt";
    /// Less than or equal to.
    Le = "le";
}

impl fmt::Display for CompareOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CompareOp {
    type Err = CompareOpError;

    /// Reads an operator, in any case.
    fn from_str(text: &str) -> Result<Self, CompareOpError> {
        Self::read(text).ok_or(CompareOpError(()))
    }
}

impl TryFrom<String> for CompareOp {
    type Error = CompareOpError;

    fn try_from(text: String) -> Result<Self, CompareOpError> {
        text.parse()
    }
}

/// An error for text that is not a comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected `eq`, `ne`, `co`, `sw`, `ew`, `gt`, `ge`, `lt` or `le`")]
pub struct CompareOpError(());

/// The operand of a comparison: a JSON literal (`compValue` in RFC 7644, Figure 1).
///
/// The RFC closes the list, so that you can match on all of them.
#[derive(Clone, Debug, PartialEq)]
pub enum CompValue {
    /// `null`: `eq null` means that there is no value.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Number(Number),
    /// A string, with its escapes read.
    String(Text),
}
