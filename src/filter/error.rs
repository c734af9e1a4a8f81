//! Text that is no filter.

use std::fmt;
use std::ops::Range;

use crate::error::{Error, ScimType};
use crate::shown::Shown;

/// A syntax error in a filter, and its position.
///
/// ```
/// use scimwire::filter::Filter;
///
/// let error = "userName zz \"x\"".parse::<Filter>().unwrap_err();
/// assert_eq!(error.to_string(), "expected an operator at column 10, found `zz`");
/// assert_eq!(error.span(), 9..11);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    kind: ParseErrorKind,
    span: Range<usize>,
    filter: Box<str>,
}

/// The token that the parser expected, or the limit that was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// A condition: an attribute, `not`, or `(`.
    ExpectedCondition,
    /// The name of an attribute.
    ExpectedAttribute,
    /// `pr` or a comparison operator.
    ExpectedOperator,
    /// A JSON literal.
    ExpectedValue,
    /// `(` after `not`.
    ExpectedGroup,
    /// `)`.
    ExpectedClosingParenthesis,
    /// `]`.
    ExpectedClosingBracket,
    /// A sub-attribute after `].`.
    ExpectedSubAttribute,
    /// `and`, `or`, or the end.
    ExpectedEnd,
    /// A bracket inside a bracket, or after a sub-attribute.
    UnexpectedBracket,
    /// A string that does not end, or has a bad escape or a control character in it.
    BadString,
    /// A number that JSON does not have, or that is too large.
    BadNumber,
    /// The text is longer than the limit.
    TooLong,
    /// It nests deeper than the limit.
    TooDeep,
    /// It has more comparisons than the limit.
    TooManyTerms,
}

impl ParseError {
    /// The error for `kind` at the byte `start` of `filter`, where the offending word begins.
    pub(super) fn new(kind: ParseErrorKind, filter: &str, start: usize) -> Self {
        let rest = filter.get(start..).unwrap_or_default();
        let length = rest.find([' ', '(', ')', '[', ']']).unwrap_or(rest.len());
        let length =
            if length == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { length };
        Self { kind, span: start..start + length, filter: filter.into() }
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> ParseErrorKind {
        self.kind
    }

    /// The bytes of the filter that are not as expected; empty at its end.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The text that was read.
    #[must_use]
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// Returns the position of the error, counted in characters from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.filter.get(..self.span.start).map_or(1, |before| before.chars().count() + 1)
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = match self.kind {
            ParseErrorKind::TooLong => {
                return f.write_str("the filter is too long: split it into several requests");
            }
            ParseErrorKind::TooDeep => {
                return write!(
                    f,
                    "the filter is nested too deeply at column {}: use fewer parentheses",
                    self.column()
                );
            }
            ParseErrorKind::TooManyTerms => {
                return f.write_str(
                    "the filter has too many comparisons: split it into several requests",
                );
            }
            ParseErrorKind::ExpectedCondition => "a condition",
            ParseErrorKind::ExpectedAttribute => "an attribute",
            ParseErrorKind::ExpectedOperator => "an operator",
            ParseErrorKind::ExpectedValue => {
                "a value (a string in double quotes, a number, true, false or null)"
            }
            ParseErrorKind::ExpectedGroup => "`(` after `not`",
            ParseErrorKind::ExpectedClosingParenthesis => "`)`",
            ParseErrorKind::ExpectedClosingBracket => "`]`",
            ParseErrorKind::ExpectedSubAttribute => "a sub-attribute",
            ParseErrorKind::ExpectedEnd => "`and`, `or` or the end of the filter",
            ParseErrorKind::UnexpectedBracket => "no bracket",
            ParseErrorKind::BadString => "a JSON string",
            ParseErrorKind::BadNumber => "a JSON number",
        };
        write!(f, "expected {expected} at column {}", self.column())?;
        match self.filter.get(self.span.clone()) {
            None | Some("") => Ok(()),
            Some(found) => write!(f, ", found `{}`", Shown(found)),
        }
    }
}

impl std::error::Error for ParseError {}

impl From<ParseError> for Error {
    fn from(err: ParseError) -> Self {
        Self::scim(ScimType::InvalidFilter, err.to_string())
    }
}
