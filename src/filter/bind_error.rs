//! Errors of filters that do not fit the schema.

use std::fmt;

use super::ast::CompareOp;
use crate::error::{Error, ScimType};
use crate::schema::{AttributeType, SchemaError};
use crate::shown::Shown;

/// A filter that does not fit the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindError {
    path: String,
    kind: BindErrorKind,
    /// The error of an inconsistent resource type.
    problem: Option<Box<SchemaError>>,
}

/// The reason for which a filter does not fit the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BindErrorKind {
    /// No schema defines the attribute.
    Unknown,
    /// The attribute is never returned, so it cannot be searched (RFC 7643, Section 7).
    Hidden,
    /// The attribute is complex and has no `value` to compare.
    Complex,
    /// A value filter needs a multi-valued complex attribute, and this is not one.
    NotMultiValued,
    /// The operator does not support the type (RFC 7644, Table 3).
    Operator(CompareOp, AttributeType),
    /// The operand is not of the attribute's type.
    Operand(AttributeType),
    /// Only `eq` and `ne` support null.
    Null(CompareOp),
    /// The resource type is inconsistent; the source says why.
    ResourceType,
}

impl BindError {
    pub(super) fn new(path: impl fmt::Display, kind: BindErrorKind) -> Self {
        Self { path: path.to_string(), kind, problem: None }
    }

    /// The attribute, as far as it is known.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the reason for which the filter does not fit.
    #[must_use]
    pub fn kind(&self) -> BindErrorKind {
        self.kind
    }
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.to_string();
        let path = Shown(&path);
        match self.kind {
            BindErrorKind::Unknown => {
                write!(f, "attribute `{path}` is not defined for this resource type")
            }
            BindErrorKind::Hidden => write!(f, "attribute `{path}` cannot be used in a filter"),
            BindErrorKind::Complex => {
                write!(f, "attribute `{path}` is complex: compare one of its sub-attributes")
            }
            BindErrorKind::NotMultiValued => {
                write!(f, "attribute `{path}` is single-valued: remove the filter in brackets")
            }
            BindErrorKind::Operator(op, kind) => {
                write!(f, "operator `{op}` cannot be used with `{path}`, which is {kind}")
            }
            BindErrorKind::Operand(kind) => {
                write!(f, "attribute `{path}` is {kind}: compare it with a value of that type")
            }
            BindErrorKind::Null(op) => write!(f, "operator `{op}` cannot be used with `null`"),
            BindErrorKind::ResourceType => f.write_str("the resource type is invalid"),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.problem.as_deref().map(|problem| problem as &(dyn std::error::Error + 'static))
    }
}

impl From<SchemaError> for BindError {
    fn from(problem: SchemaError) -> Self {
        let path = problem.path().to_owned();
        Self { path, kind: BindErrorKind::ResourceType, problem: Some(Box::new(problem)) }
    }
}

impl From<BindError> for Error {
    fn from(err: BindError) -> Self {
        match err.kind {
            BindErrorKind::ResourceType => Self::invalid_resource_type(),
            _ => Self::scim(ScimType::InvalidFilter, err.to_string()),
        }
    }
}
