//! Changes that cannot be made.

use std::fmt;

use crate::budget::BudgetExceeded;
use crate::error::{Error, ScimType};
use crate::filter::{BindError, ParseError};
use crate::resource::ValueError;
use crate::schema::SchemaError;
use crate::shown::Shown;

use super::path::PathError;

/// An operation that could not be applied; the resource is unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PatchError {
    /// Index of the operation, from 0; none where the change as a whole is wrong.
    pub operation: Option<usize>,
    /// The kind of the error.
    pub kind: PatchErrorKind,
}

/// A fault of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatchErrorKind {
    /// `op` is none of `add`, `remove`, `replace`.
    Op(String),
    /// There are no operations.
    EmptyPatch,
    /// The path is malformed.
    Path(PathError),
    /// The part of the path in brackets is malformed.
    Filter(ParseError),
    /// The part of the path in brackets does not fit the attribute.
    Bind(BindError),
    /// The path names no attribute.
    UnknownPath(String),
    /// A value filter stands at an attribute with one value.
    NotMultiValued(String),
    /// `remove` has no path.
    NoPath,
    /// The path yields nothing to operate on.
    NoTarget(String),
    /// `add` or `replace` has no value.
    NoValue,
    /// A path-less value is no object.
    NotObject,
    /// `remove` has a value.
    RemoveWithValue,
    /// The value does not fit the attribute.
    Value(ValueError),
    /// The attribute is read-only.
    ReadOnly(String),
    /// The attribute is immutable, and has another value.
    Immutable(String),
    /// The attribute is required, and cannot be removed.
    Required(String),
    /// The operations look at too many values.
    Budget(BudgetExceeded),
    /// The resource type is inconsistent.
    ResourceType(Box<SchemaError>),
}

impl PatchError {
    pub(crate) fn new(operation: usize, kind: impl Into<PatchErrorKind>) -> Self {
        Self { operation: Some(operation), kind: kind.into() }
    }
}

impl PatchErrorKind {
    /// The kind of failure, in the RFC's words.
    #[must_use]
    pub fn scim_type(&self) -> ScimType {
        match self {
            Self::Op(_) | Self::EmptyPatch => ScimType::InvalidSyntax,
            Self::Path(_) | Self::UnknownPath(_) | Self::NotMultiValued(_) => ScimType::InvalidPath,
            Self::Filter(_) | Self::Bind(_) => ScimType::InvalidFilter,
            Self::NoPath | Self::NoTarget(_) => ScimType::NoTarget,
            Self::NoValue | Self::NotObject | Self::RemoveWithValue | Self::ResourceType(_) => {
                ScimType::InvalidValue
            }
            Self::Value(err) => err.scim_type(),
            Self::ReadOnly(_) | Self::Immutable(_) | Self::Required(_) => ScimType::Mutability,
            Self::Budget(_) => ScimType::TooMany,
        }
    }

    /// The sentence for the client, with the cause in it.
    fn detail(&self) -> String {
        match self {
            Self::Path(err) => err.to_string(),
            Self::Filter(err) => format!("path: {err}"),
            Self::Bind(err) => format!("path: {err}"),
            Self::Value(err) => err.to_string(),
            kind => kind.to_string(),
        }
    }
}

impl fmt::Display for PatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Place(self.operation), self.kind)
    }
}

/// The start of a sentence, which says of which operation it is.
struct Place(Option<usize>);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |operation| write!(f, "operation {operation}: "))
    }
}

impl fmt::Display for PatchErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Op(_) => f.write_str("`op` must be `add`, `remove` or `replace`"),
            Self::EmptyPatch => f.write_str("`Operations` is empty: send at least one operation"),
            Self::Path(_) => f.write_str("the path is malformed"),
            Self::Filter(_) => f.write_str("the filter in the path is malformed"),
            Self::Bind(_) => f.write_str("the filter in the path is not valid for the attribute"),
            Self::UnknownPath(path) => write!(f, "path `{}` does not name an attribute of this resource type", Shown(path)),
            Self::NotMultiValued(path) => {
                write!(f, "attribute `{}` is single-valued: remove the filter in brackets", Shown(path))
            }
            Self::NoPath => f.write_str("`remove` requires a `path`"),
            Self::NoTarget(path) => write!(f, "path `{}` does not match any value", Shown(path)),
            Self::NoValue => f.write_str("`add` and `replace` require a `value`"),
            Self::NotObject => f.write_str("without a `path`, `value` must be an object"),
            Self::RemoveWithValue => f.write_str("`remove` does not accept a `value`: select values with a filter in `path`"),
            Self::Value(_) => f.write_str("the value is not valid for the attribute"),
            Self::ReadOnly(path) => write!(f, "attribute `{}` is read-only", Shown(path)),
            Self::Immutable(path) => write!(f, "attribute `{}` is immutable and already has a different value", Shown(path)),
            Self::Required(path) => write!(f, "attribute `{}` is required and cannot be removed", Shown(path)),
            Self::ResourceType(_) => f.write_str("the resource type is invalid"),
            Self::Budget(_) => {
                f.write_str("the request exceeds the evaluation limit: send fewer operations, or use simpler filters")
            }
        }
    }
}

impl std::error::Error for PatchError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.kind.source()
    }
}

impl std::error::Error for PatchErrorKind {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Path(err) => Some(err),
            Self::Filter(err) => Some(err),
            Self::Bind(err) => Some(err),
            Self::Value(err) => Some(err),
            Self::Budget(err) => Some(err),
            Self::ResourceType(err) => Some(err.as_ref()),
            _ => None,
        }
    }
}

impl From<ValueError> for PatchErrorKind {
    fn from(err: ValueError) -> Self {
        Self::Value(err)
    }
}

impl From<BindError> for PatchErrorKind {
    fn from(err: BindError) -> Self {
        Self::Bind(err)
    }
}

impl From<BudgetExceeded> for PatchErrorKind {
    fn from(err: BudgetExceeded) -> Self {
        Self::Budget(err)
    }
}

impl From<PatchError> for Error {
    fn from(err: PatchError) -> Self {
        if matches!(err.kind, PatchErrorKind::ResourceType(_)) {
            return Self::invalid_resource_type();
        }
        let detail = format!("{}{}", Place(err.operation), err.kind.detail());
        Self::scim(err.kind.scim_type(), detail)
    }
}
