//! Errors of schemas and schema documents.

use std::fmt;
use std::sync::Arc;

/// A schema or resource type that was refused, with the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaError {
    path: String,
    kind: SchemaErrorKind,
}

/// The kind of an error in a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaErrorKind {
    /// The text is not JSON; the source says why.
    Json(InvalidJson),
    /// The text has more bytes than these.
    TooLarge(usize),
    /// The JSON value has another type.
    Expected(&'static str),
    /// A value is missing.
    Missing,
    /// Schema documents have no such member.
    UnknownMember,
    /// The word is not one of these.
    UnknownWord(Vec<&'static str>),
    /// The id of a schema is not a URN.
    InvalidUri,
    /// The name does not follow `ATTRNAME` (RFC 7643, Section 2.1).
    InvalidName,
    /// The name means something else already (RFC 7643, Section 3.1; RFC 7644, Section 3.2).
    Reserved(String),
    /// The id of a resource type is not its name.
    InvalidId,
    /// A complex attribute is inside a complex attribute (RFC 7643, Section 2.3.8).
    NestedComplex,
    /// An attribute that is not complex has sub-attributes (RFC 7643, Section 1.2).
    SimpleWithSubAttributes,
    /// A complex attribute has no sub-attributes (RFC 7643, Section 7).
    NoSubAttributes,
    /// A sub-attribute of that name is of another type (RFC 7643, Section 2.4).
    Predefined(&'static str),
    /// An attribute that is no reference has reference types (RFC 7643, Section 7).
    ReferenceTypes,
    /// Canonical values of something else than a string or reference.
    CanonicalValues,
    /// The attribute has no canonical values to choose from.
    NoCanonicalValues,
    /// Values of that type cannot be unique (RFC 7643, Sections 2.3.2, 2.3.6 and 2.3.8).
    Uniqueness,
    /// The same name is defined twice.
    Duplicate(String),
    /// Two schemas have one URI and differ: that of the first resource type, or a schema of the
    /// RFC, and that of the second.
    Conflicting(String, String),
    /// The attribute does not exist.
    Unknown(String),
    /// The kept attributes lack a required one, or one that others depend on.
    Required(String),
    /// The attribute cannot have that default.
    Default(String),
    /// The attribute cannot have these element slots, with the remedy.
    Slots(String, &'static str),
    /// The schema does not exist.
    UnknownSchema(String),
    /// No resource type uses the schema.
    UnusedSchema,
    /// The endpoint is not `/` and a name.
    Endpoint,
    /// The resource type is there already, with this value.
    Immutable(String),
}

/// The reason for which a text is not JSON.
#[derive(Clone, Debug)]
pub struct InvalidJson(Arc<serde_json::Error>);

impl InvalidJson {
    pub(super) fn new(err: serde_json::Error) -> Self {
        Self(Arc::new(err))
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.0.line()
    }

    /// The column, from 1, in bytes.
    #[must_use]
    pub fn column(&self) -> usize {
        self.0.column()
    }
}

/// By what they say.
impl PartialEq for InvalidJson {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_string() == other.0.to_string()
    }
}

impl Eq for InvalidJson {}

impl fmt::Display for InvalidJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for InvalidJson {}

impl SchemaError {
    pub(crate) fn new(place: impl Into<String>, kind: SchemaErrorKind) -> Self {
        Self { path: place.into(), kind }
    }

    /// Returns the place: a path into the document, such as `schemas[0].attributes[3].type`, or the
    /// argument of a builder. Empty for the document as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> &SchemaErrorKind {
        &self.kind
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => self.kind.fmt(f),
            place => write!(f, "`{place}`: {}", self.kind),
        }
    }
}

impl std::error::Error for SchemaError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            SchemaErrorKind::Json(err) => Some(err),
            _ => None,
        }
    }
}

/// The remedy of [`SchemaErrorKind::Default`].
const OF_DEFAULT: &str = "use a value of its type, and a single-valued attribute that is writable, readable and not unique";

impl fmt::Display for SchemaErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(err) => {
                write!(f, "not valid JSON: line {} column {}", err.line(), err.column())
            }
            Self::TooLarge(limit) => write!(f, "larger than {limit} bytes"),
            Self::Expected(what) => write!(f, "expected {what}"),
            Self::Missing => f.write_str("missing"),
            Self::UnknownMember => f.write_str("unknown member"),
            Self::UnknownWord(words) => write!(f, "expected one of `{}`", words.join("`, `")),
            Self::InvalidUri => {
                f.write_str("invalid schema id: use a URN such as `urn:example:schemas:Device`")
            }
            Self::InvalidName => f.write_str(
                "invalid name: use a letter or `$`, then letters, digits, `-`, `_` and `$`",
            ),
            Self::Reserved(name) => write!(f, "`{name}` is reserved: use another name"),
            Self::InvalidId => f.write_str("the id of a resource type must equal its name"),
            Self::NestedComplex => f.write_str("a complex attribute cannot contain another one"),
            Self::SimpleWithSubAttributes => {
                f.write_str("only complex attributes can have sub-attributes")
            }
            Self::NoSubAttributes => f.write_str("a complex attribute requires sub-attributes"),
            Self::Predefined(kind) => {
                write!(f, "a sub-attribute of this name must be a single-valued {kind}")
            }
            Self::ReferenceTypes => f.write_str("only references can have reference types"),
            Self::CanonicalValues => {
                f.write_str("only strings and references can have canonical values")
            }
            Self::NoCanonicalValues => {
                f.write_str("the attribute has no canonical values to enforce")
            }
            Self::Uniqueness => f.write_str("attributes of this type cannot be unique"),
            Self::Duplicate(name) => write!(f, "`{name}` is defined twice"),
            Self::Conflicting(one, other) => {
                write!(
                    f,
                    "two different schemas have this URI, one in `{one}` and one in `{other}`"
                )
            }
            Self::Unknown(name) => write!(f, "`{name}` is not defined"),
            Self::Required(name) => {
                write!(f, "`{name}` is required: name it in `retain_attributes`")
            }
            Self::Default(name) => write!(f, "`{name}` cannot have this default: {OF_DEFAULT}"),
            Self::Slots(name, remedy) => write!(f, "`{name}` cannot have these elements: {remedy}"),
            Self::UnknownSchema(uri) => {
                write!(f, "unknown schema `{uri}`: add it to `schemas`")
            }
            Self::UnusedSchema => {
                f.write_str("no resource type uses this schema: name it in `resourceTypes`")
            }
            Self::Endpoint => f.write_str("an endpoint must be `/` followed by a name"),
            Self::Immutable(value) => {
                write!(f, "this resource type already exists, with `{value}`")
            }
        }
    }
}
