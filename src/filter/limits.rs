//! Limits on the size of a filter.

/// Limits on a filter, checked while it is read, so that its cost is bounded before it is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilterLimits {
    /// The length of the text, in bytes. 16 KiB by default.
    pub max_bytes: usize,
    /// The maximum nesting of parentheses, brackets and `not`. 40 by default.
    pub max_depth: usize,
    /// The maximum number of comparisons; a lookup of 200 ids is within it. 256 by default.
    pub max_terms: usize,
}

impl Default for FilterLimits {
    fn default() -> Self {
        Self { max_bytes: 16 * 1024, max_depth: 40, max_terms: 256 }
    }
}
