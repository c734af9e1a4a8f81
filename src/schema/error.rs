//! Definitions that cannot be served.

use std::fmt;

/// A schema or resource type that was refused, with the place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{place}`: {kind}")]
pub struct SchemaError {
    place: String,
    kind: SchemaErrorKind,
}

/// What is wrong with a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaErrorKind {
    /// The document is not of the form of RFC 7643, Section 7; the text says where.
    Document(String),
    /// The id of a schema is no URN.
    Uri,
    /// The name does not follow `ATTRNAME` (RFC 7643, Section 2.1).
    Name,
    /// A complex attribute stands inside a complex attribute (RFC 7643, Section 2.3.8).
    NestedComplex,
    /// An attribute that is not complex has sub-attributes (RFC 7643, Section 1.2).
    SimpleWithSubAttributes,
    /// An attribute that is no reference has reference types (RFC 7643, Section 7).
    ReferenceTypes,
    /// The same name is defined twice.
    Duplicate(String),
    /// A name that another schema of the same resource type uses for the container of an extension.
    Unknown(String),
    /// The endpoint is not `/` and a name.
    Endpoint,
}

impl SchemaError {
    pub(crate) fn new(place: impl Into<String>, kind: SchemaErrorKind) -> Self {
        Self { place: place.into(), kind }
    }

    /// The schema, resource type or attribute that was refused.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What is wrong with it.
    #[must_use]
    pub fn kind(&self) -> &SchemaErrorKind {
        &self.kind
    }
}

impl fmt::Display for SchemaErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(reason) => write!(f, "not a definition: {reason}"),
            Self::Uri => f.write_str("the id is no URN"),
            Self::Name => f.write_str("a name is a letter or `$`, then letters, digits, `-`, `_` and `$`"),
            Self::NestedComplex => f.write_str("a complex attribute cannot stand inside another"),
            Self::SimpleWithSubAttributes => f.write_str("only a complex attribute has sub-attributes"),
            Self::ReferenceTypes => f.write_str("only a reference has reference types"),
            Self::Duplicate(name) => write!(f, "`{name}` is defined twice"),
            Self::Unknown(name) => write!(f, "`{name}` is not defined"),
            Self::Endpoint => f.write_str("an endpoint is `/` and a name"),
        }
    }
}
