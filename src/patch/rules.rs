//! Choices where the RFC leaves room or clients depart from it. The engine reads them; who sends
//! what stands in [`quirks`](crate::quirks).

use crate::resource::{Repair, ValueRules};

/// How changes are read. The default is the RFC's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rules {
    /// How values are read that are not quite of their attribute's type.
    pub values: ValueRules,
    /// Whether `"True"` in a value filter is `true`.
    pub boolean_strings_in_filters: bool,
    /// What `replace` does when a value filter chooses nothing.
    pub no_match: NoMatch,
    /// What `remove` does with a `value`.
    pub listed_values: ListedValues,
    /// What a path-less value does with read-only attributes.
    pub read_only_echo: ReadOnlyEcho,
    /// Whether an attribute of an extension can be named without its URN, where only one has it.
    pub bare_extension_attributes: bool,
    /// What `remove` with a condition for a path means: `schemas eq "urn:example"`.
    pub condition_paths: ConditionPaths,
    /// Whether an attribute that no schema defines is ignored in a path.
    pub ignore_unknown_paths: bool,
    /// Whether white space around a path is passed over; otherwise it is `invalidPath`.
    pub padded_paths: bool,
    /// What a message without operations means.
    pub no_operations: NoOperations,
    /// What PUT does with attributes that the body leaves out.
    pub omitted: Omitted,
    /// Whether `replace` of a whole element keeps the sub-attributes that the `eq` terms of the
    /// filter say and the value does not name; otherwise the value is the whole element (RFC 7644,
    /// Section 3.5.2.3).
    pub keep_described: bool,
    /// Whether an attribute that the resource type left out has no value and takes none; otherwise
    /// no schema defines it.
    pub left_out_attributes: bool,
    /// Whether the URN of a schema and the name of an attribute may have a dot between them.
    pub joined_urns: bool,
}

/// What `replace` does when a value filter chooses nothing, and what `add` and `replace` do with a
/// sub-attribute of an attribute without values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoMatch {
    /// It fails with `noTarget` (RFC 7644, Section 3.5.2.3).
    #[default]
    Fail,
    /// It makes the element that the filter describes by no more than `type`, `primary` and
    /// `display`; without a filter, one with the sub-attribute, unless that says only what kind of
    /// value it is. Never one that refers to a resource.
    Create,
}

/// What `remove` does with a `value`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListedValues {
    /// It removes the values that are listed.
    #[default]
    Remove,
    /// It is refused: `remove` takes no value (RFC 7644, Section 3.5.2.2).
    Refuse,
}

/// What a path-less value does with read-only attributes, which clients echo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReadOnlyEcho {
    /// They have to be as they are.
    #[default]
    Compare,
    /// They are ignored, whatever their value.
    Ignore,
}

/// What `remove` with a condition for a path means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConditionPaths {
    /// The values that satisfy it.
    #[default]
    Select,
    /// It is refused with `invalidPath`.
    Refuse,
}

/// What a message without operations means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoOperations {
    /// It is refused with `invalidSyntax` (RFC 7644, Section 3.5.2).
    #[default]
    Refuse,
    /// Nothing changes.
    Nothing,
}

/// What PUT does with attributes that the body leaves out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Omitted {
    /// They lose their value.
    #[default]
    Clear,
    /// Booleans keep theirs, since they have no empty value; others lose it.
    KeepBooleans,
    /// They keep their value.
    Keep,
}

/// Something in a change that was put right; each names the operation, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatchRepair {
    /// A value.
    Value(usize, Repair),
    /// A key of a path-less value was read as a path.
    KeyAsPath(usize, String),
    /// A read-only attribute in a path-less value was ignored.
    ReadOnly(usize, String),
    /// The values that a `remove` lists are removed, and no others.
    ListedValues(usize, String),
    /// An attribute of an extension was named without its URN.
    BareExtensionAttribute(usize, String),
    /// An unknown attribute in a path was ignored.
    UnknownPath(usize, String),
    /// An element was made where there was none that the path names.
    Create(usize, String),
    /// Of an element that was replaced, what the value filter says stayed.
    KeptDescribed(usize, String),
    /// A new primary value took that from another one.
    Primary(usize, String),
    /// There was white space around a path.
    PaddedPath(usize, String),
    /// There were no operations.
    NoOperations,
}
