//! Paging by index and by cursor (RFC 7644, Section 3.4.2.4; RFC 9865).

use super::sort::SortKey;

/// A page of the results.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Page {
    /// Paging by index: skips `start - 1` results.
    Index {
        /// The index of the first result, from 1.
        start: usize,
        /// The most results on the page.
        count: usize,
    },
    /// Paging by cursor: starts after a position, so that concurrent writes cause no gaps or
    /// duplicates.
    Cursor {
        /// The position of the last result of the page before; none is the beginning.
        after: Option<Position>,
        /// The most results on the page.
        count: usize,
    },
}

/// The position of a resource in the order of a query: its sort key, then its id.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Position {
    /// The sort key; `None` if the query has no sort, or the resource no value.
    pub key: Option<SortKey>,
    /// The id, which breaks ties.
    pub id: String,
}

impl Position {
    /// Returns the position of the resource of that id, with the key that it is sorted by.
    pub fn new(key: Option<SortKey>, id: impl Into<String>) -> Self {
        Self { key, id: id.into() }
    }
}

impl Page {
    /// The most results on the page.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Index { count, .. } | Self::Cursor { count, .. } => *count,
        }
    }
}
