//! Switches with more than two positions.

/// The treatment of attributes that no schema defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownAttributes {
    /// They are left out.
    Ignore,
    /// The request is refused with `invalidSyntax`.
    Reject,
}

/// The meaning of a `value` in `remove`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RemoveWithValue {
    /// It removes the values that are listed.
    Remove,
    /// It is refused: `remove` takes no value (RFC 7644, Section 3.5.2.2).
    Reject,
}

/// The meaning of a condition as the path of `remove`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FilterAsPath {
    /// The values that satisfy it.
    Select,
    /// It is refused with `invalidPath`.
    Reject,
}

/// The meaning of a message without operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmptyPatch {
    /// It is refused with `invalidSyntax` (RFC 7644, Section 3.5.2).
    Reject,
    /// Nothing changes.
    Nothing,
}

/// The effect of PUT on attributes that the body omits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OmittedAttributes {
    /// They lose their value.
    Clear,
    /// Booleans keep theirs, since they have no empty value; others lose it.
    KeepBooleans,
    /// They keep their value.
    Keep,
}
