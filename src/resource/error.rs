//! Errors of values.

use std::fmt;

use crate::error::{Error, ScimType};
use crate::schema::{AttributeType, SchemaError};
use crate::shown::Shown;

/// A value that does not fit its attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueError {
    path: String,
    kind: ValueErrorKind,
    /// The error of an inconsistent resource type.
    problem: Option<Box<SchemaError>>,
}

/// The reason for which a value is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueErrorKind {
    /// The value is not of the attribute's type.
    Type(AttributeType),
    /// The value is not canonical, and the attribute accepts only its canonical values.
    NotCanonical,
    /// The value is not an array.
    NotArray,
    /// The value is an array.
    Array,
    /// A required attribute has no value.
    Required,
    /// A required extension is missing.
    RequiredExtension,
    /// More than one value is primary (RFC 7643, Section 2.4).
    Primary,
    /// The object names it twice, in different case.
    Duplicate,
    /// No schema defines the attribute.
    Unknown,
    /// `schemas` is not an array of URIs.
    Schemas,
    /// `schemas` lacks the base schema, or an extension that the resource has.
    MissingSchema,
    /// `schemas` names one that the resource type does not have.
    UnknownSchema,
    /// It is not an object.
    NotObject,
    /// The value cannot be stored, such as a text that is not an id.
    Unsupported,
    /// The resource type is inconsistent; the source says why.
    ResourceType,
}

impl ValueError {
    /// Creates the error of the value at `place`.
    #[must_use]
    pub fn new(place: impl fmt::Display, kind: ValueErrorKind) -> Self {
        Self { path: place.to_string(), kind, problem: None }
    }

    /// The attribute, or the schema.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the reason for which the value is invalid.
    #[must_use]
    pub fn kind(&self) -> ValueErrorKind {
        self.kind
    }

    /// The kind of failure, in the RFC's words.
    #[must_use]
    pub fn scim_type(&self) -> ScimType {
        match self.kind {
            ValueErrorKind::Type(_)
            | ValueErrorKind::NotCanonical
            | ValueErrorKind::NotArray
            | ValueErrorKind::Array
            | ValueErrorKind::Required
            | ValueErrorKind::RequiredExtension
            | ValueErrorKind::Primary
            | ValueErrorKind::NotObject
            | ValueErrorKind::Unsupported
            | ValueErrorKind::ResourceType => ScimType::InvalidValue,
            ValueErrorKind::Duplicate
            | ValueErrorKind::Unknown
            | ValueErrorKind::Schemas
            | ValueErrorKind::MissingSchema
            | ValueErrorKind::UnknownSchema => ScimType::InvalidSyntax,
        }
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = Shown(&self.path);
        match self.kind {
            ValueErrorKind::Type(expected) => {
                write!(f, "attribute `{place}` must be {}", in_words(expected))
            }
            ValueErrorKind::NotCanonical => {
                write!(f, "attribute `{place}` must be one of the canonical values in its schema")
            }
            ValueErrorKind::NotArray => write!(f, "attribute `{place}` must be an array"),
            ValueErrorKind::Array => {
                write!(f, "attribute `{place}` must be a single value, not an array")
            }
            ValueErrorKind::Required => write!(f, "attribute `{place}` is required"),
            ValueErrorKind::RequiredExtension => write!(f, "extension `{place}` is required"),
            ValueErrorKind::Primary => {
                write!(f, "only one value of `{place}` can be primary")
            }
            ValueErrorKind::Duplicate => write!(f, "attribute `{place}` is specified twice"),
            ValueErrorKind::Unknown => write!(f, "attribute `{place}` is not defined"),
            ValueErrorKind::Schemas => write!(f, "`{place}` must be an array of schema URIs"),
            ValueErrorKind::MissingSchema => write!(f, "`schemas` must contain `{place}`"),
            ValueErrorKind::UnknownSchema => {
                write!(f, "schema `{place}` does not belong to this resource type")
            }
            ValueErrorKind::NotObject => write!(f, "`{place}` takes an object"),
            ValueErrorKind::Unsupported => {
                write!(f, "the value of attribute `{place}` cannot be stored")
            }
            ValueErrorKind::ResourceType => f.write_str("the resource type is invalid"),
        }
    }
}

impl std::error::Error for ValueError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.problem.as_deref().map(|problem| problem as &(dyn std::error::Error + 'static))
    }
}

impl From<SchemaError> for ValueError {
    fn from(problem: SchemaError) -> Self {
        let path = problem.path().to_owned();
        Self { path, kind: ValueErrorKind::ResourceType, problem: Some(Box::new(problem)) }
    }
}

impl From<ValueError> for Error {
    fn from(err: ValueError) -> Self {
        match err.kind {
            ValueErrorKind::ResourceType => Self::invalid_resource_type(),
            _ => Self::scim(err.scim_type(), err.to_string()),
        }
    }
}

fn in_words(kind: AttributeType) -> &'static str {
    match kind {
        AttributeType::String => "a string",
        AttributeType::Boolean => "a boolean",
        AttributeType::Decimal => "a number",
        AttributeType::Integer => "an integer",
        AttributeType::DateTime => "a date and time such as \"2011-05-13T04:42:34Z\"",
        AttributeType::Binary => "a base64 string",
        AttributeType::Reference => "a URI",
        AttributeType::Complex => "an object",
    }
}
