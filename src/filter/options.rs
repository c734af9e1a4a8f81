//! Options of the parsers of filters and paths.

use super::limits::FilterLimits;
use crate::quirks::Quirks;

/// Options of [`Filter::parse_with`](super::Filter::parse_with) and
/// [`patch::Path::parse_with`](crate::patch::Path::parse_with). By default the grammar of the RFC,
/// within the default limits.
///
/// ```
/// use scimwire::Quirks;
/// use scimwire::filter::{Filter, ParseOptions};
///
/// let filter = "active eq True";
/// assert!(Filter::parse(filter, &ParseOptions::default()).is_err());
/// let lenient = ParseOptions::default().with_quirks(Quirks::LENIENT);
/// assert!(Filter::parse(filter, &lenient).is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseOptions {
    /// The limits, of a path those of the filter in brackets.
    pub limits: FilterLimits,
    /// The tolerances beyond the grammar.
    pub quirks: Quirks,
}

impl ParseOptions {
    /// Sets the limits.
    #[must_use]
    pub fn with_limits(self, limits: FilterLimits) -> Self {
        Self { limits, ..self }
    }

    /// Sets the tolerances beyond the grammar.
    #[must_use]
    pub fn with_quirks(self, quirks: Quirks) -> Self {
        Self { quirks, ..self }
    }
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self { limits: FilterLimits::default(), quirks: Quirks::STRICT }
    }
}
