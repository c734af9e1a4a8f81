//! The path grammar of PATCH (RFC 7644, Figure 7).

use std::fmt;
use std::str::FromStr;

use super::error::PatchErrorKind;
use crate::attr::{AttrName, AttrPath};
use crate::filter::parse::{Reading, bracketed, fault};
use crate::filter::words::skip_spaces;
use crate::filter::{Filter, ParseOptions};
use crate::quirks::Deviations;
use crate::shown::Shown;

/// The target of an operation, as the client wrote it: `PATH = attrPath / valuePath [subAttr]`.
///
/// ```
/// use scimwire::patch::Path;
///
/// let path: Path = r#"addresses[type eq "work"].streetAddress"#.parse().unwrap();
/// assert_eq!(path.sub.map(|sub| sub.to_string()).as_deref(), Some("streetAddress"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Path {
    /// The attribute.
    pub attribute: AttrPath,
    /// The filter that selects some of its values.
    pub filter: Option<Filter>,
    /// The sub-attribute of the selected values.
    pub sub: Option<AttrName>,
}

/// Text that is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("path `{}`: expected {expected} at column {column}", Shown(path))]
pub struct PathError {
    path: String,
    expected: &'static str,
    /// Where, counted in characters from 1.
    column: usize,
}

/// Returns the error for white space around a path, which the grammar does not allow.
pub(super) fn padded(path: &str) -> Option<PatchErrorKind> {
    let is_padded = path.starts_with(char::is_whitespace) || path.ends_with(char::is_whitespace);
    is_padded.then(|| expected("no whitespace around the path", path, path))
}

/// The path without the values in it, for reports: those may be personal data.
pub(super) fn without_values(path: &str) -> String {
    let plain = path
        .trim_start()
        .find(['[', ' ', '"'])
        .and_then(|end| path.trim_start().split_at_checked(end));
    match (plain, path.rsplit_once(']')) {
        (None, _) => path.to_owned(),
        (Some((name, rest)), Some((_, sub)))
            if rest.starts_with('[') && !sub.contains([' ', '"']) =>
        {
            format!("{name}[..]{sub}")
        }
        (Some((name, _)), _) => format!("{name} .."),
    }
}

impl Path {
    /// Returns the path of an attribute, without filter and without sub-attribute of its own.
    #[must_use]
    pub fn new(attribute: AttrPath) -> Self {
        Self { attribute, filter: None, sub: None }
    }

    /// Sets the filter that selects values of the attribute, or removes it with `None`.
    #[must_use]
    pub fn with_filter(self, filter: impl Into<Option<Filter>>) -> Self {
        Self { filter: filter.into(), ..self }
    }

    /// Sets the sub-attribute of the selected values, or removes it with `None`.
    #[must_use]
    pub fn with_sub(self, sub: impl Into<Option<AttrName>>) -> Self {
        Self { sub: sub.into(), ..self }
    }

    /// Reads a path.
    ///
    /// # Errors
    ///
    /// - [`PatchErrorKind::Path`]: the text is not a path;
    /// - [`PatchErrorKind::Filter`]: what stands in brackets is not a filter.
    pub fn parse(text: &str, options: &ParseOptions) -> Result<Self, PatchErrorKind> {
        Self::parse_with(text, options, &mut Deviations::default())
    }

    /// Reads a path, and takes note of what was tolerated in the filter in brackets.
    ///
    /// # Errors
    ///
    /// - as [`Path::parse`].
    pub fn parse_with(
        text: &str,
        options: &ParseOptions,
        deviations: &mut Deviations,
    ) -> Result<Self, PatchErrorKind> {
        if text.len() > options.limits.max_bytes {
            return Err(PatchErrorKind::Path(PathError {
                path: "...".into(),
                expected: "a shorter path",
                column: 1,
            }));
        }
        let start = skip_spaces(text);
        let Some((attribute, rest)) = AttrPath::read(start) else {
            return Err(expected("an attribute", text, start));
        };
        let (filter, rest) = match rest.strip_prefix('[') {
            None => (None, rest),
            Some(_) if attribute.sub.is_some() => {
                return Err(expected("no bracket after a sub-attribute", text, rest));
            }
            Some(inside) if !inside.contains(']') => {
                return Err(expected("a closing bracket", text, &text[text.len()..]));
            }
            Some(_) => {
                let (rest, filter) = deviations.unless_refused(|deviations| {
                    let (mut reading, scope) = Reading::new(text, options, deviations);
                    let read = bracketed(&mut reading, scope, rest);
                    read.map_err(|err| PatchErrorKind::Filter(fault(&err, text).into_error(text)))
                })?;
                (Some(filter), rest)
            }
        };
        let (sub, rest) = match rest.strip_prefix('.') {
            None => (None, rest),
            Some(after) => {
                let Some((name, rest)) = AttrName::read(after) else {
                    return Err(expected("a sub-attribute", text, after));
                };
                (Some(name), rest)
            }
        };
        match skip_spaces(rest) {
            "" => Ok(Self { attribute, filter, sub }),
            rest => Err(expected("the end of the path", text, rest)),
        }
    }
}

impl FromStr for Path {
    type Err = PatchErrorKind;

    /// Reads a path by the grammar, within the default limits.
    fn from_str(text: &str) -> Result<Self, PatchErrorKind> {
        Self::parse(text, &ParseOptions::default())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.attribute)?;
        if let Some(filter) = &self.filter {
            write!(f, "[{filter}]")?;
        }
        match &self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

fn expected(expected: &'static str, path: &str, at: &str) -> PatchErrorKind {
    let before = path.len() - at.len();
    let column = path.get(..before).map_or(1, |before| before.chars().count() + 1);
    let path = path
        .chars()
        .take(200)
        .map(|character| if character.is_control() { '\u{fffd}' } else { character })
        .collect();
    PatchErrorKind::Path(PathError { path, expected, column })
}
