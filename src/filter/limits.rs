//! How large a filter may be.

/// Limits on a filter, checked while it is read, so that its cost is bounded before it is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilterLimits {
    /// The length of the text, in bytes. 16 KiB by default.
    pub bytes: usize,
    /// How deep parentheses, brackets and `not` may nest. 40 by default.
    pub depth: usize,
    /// How many comparisons there may be; a lookup of 200 ids passes. 256 by default.
    pub terms: usize,
}

impl Default for FilterLimits {
    fn default() -> Self {
        Self { bytes: 16 * 1024, depth: 40, terms: 256 }
    }
}
