//! What a switch of more than two positions can be.

/// What becomes of attributes that no schema defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownAttributes {
    /// They are left out.
    Ignore,
    /// The request is refused with `invalidSyntax`.
    Refuse,
}

/// What `remove` does with a `value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedValues {
    /// It removes the values that are listed.
    Remove,
    /// It is refused: `remove` takes no value (RFC 7644, Section 3.5.2.2).
    Refuse,
}

/// What `remove` with a condition for a path means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionPaths {
    /// The values that satisfy it.
    Select,
    /// It is refused with `invalidPath`.
    Refuse,
}

/// What a message without operations means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoOperations {
    /// It is refused with `invalidSyntax` (RFC 7644, Section 3.5.2).
    Refuse,
    /// Nothing changes.
    Nothing,
}

/// What PUT does with attributes that the body leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Omitted {
    /// They lose their value.
    Clear,
    /// Booleans keep theirs, since they have no empty value; others lose it.
    KeepBooleans,
    /// They keep their value.
    Keep,
}
