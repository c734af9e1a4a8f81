//! What can be wrong with a value, and what is put right.

use std::fmt;

use crate::error::{Error, ScimType};
use crate::schema::AttributeType;
use crate::shown::Shown;

/// How values are read that are not quite of their attribute's type. The default is the RFC's: they
/// are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ValueRules {
    /// `"True"` for `true`, in any case.
    pub boolean_strings: bool,
    /// `{..}` for `[{..}]`, `"x"` for `["x"]`: one value, where there can be several.
    pub one_for_many: bool,
    /// `["x"]` for `"x"`: an array of one, where there can only be one.
    pub array_for_one: bool,
    /// `"26118915"` for `{"value": "26118915"}`: the value, where a complex attribute belongs,
    /// alone or in a list.
    pub value_for_complex: bool,
    /// `{"value": "x"}` for `"x"`: an object with nothing but a value, where a simple attribute
    /// belongs.
    pub complex_for_value: bool,
    /// `""` unassigns an attribute.
    pub empty_strings: bool,
    /// Text that is no URI, where one belongs.
    pub any_references: bool,
    /// Schema URIs that the resource type does not have are ignored, and a missing `schemas` means
    /// the base schema.
    pub any_schemas: bool,
    /// What becomes of attributes that no schema defines.
    pub unknown_attributes: UnknownAttributes,
    /// Attributes that [`ResourceType::keeping`](crate::ResourceType::keeping) left out are
    /// ignored, whatever becomes of others.
    pub left_out_attributes: bool,
    /// Whether attributes that nobody may read, such as `password`, are taken over. Otherwise they
    /// are ignored.
    pub secrets: bool,
    /// Whether attributes that are read-only for clients are taken over: by the host's own hand.
    /// Otherwise they are ignored.
    pub read_only: bool,
}

/// What becomes of attributes that no schema defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum UnknownAttributes {
    /// They are left out.
    #[default]
    Ignore,
    /// The request is refused with `invalidSyntax`.
    Refuse,
}

/// Something in a body that was put right; each names the attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repair {
    /// A boolean came as text.
    BooleanString(String),
    /// One value came where there can be several.
    OneForMany(String),
    /// An array of one came where there can only be one value.
    ArrayForOne(String),
    /// A value came where a complex attribute belongs.
    ValueForComplex(String),
    /// An object with a value came where a simple attribute belongs.
    ComplexForValue(String),
    /// An empty string was read as no value.
    EmptyString(String),
    /// Text that is no URI was taken over as a reference.
    NoReference(String),
    /// A schema URI that the resource type does not have was left out.
    UnknownSchema(String),
    /// `schemas` did not name the base schema.
    MissingSchema(String),
    /// An attribute that no schema defines was left out.
    UnknownAttribute(String),
    /// The URI of a schema and the name of its attribute were joined by a dot.
    JoinedUrn(String),
    /// An attribute that the schema has and the host does not keep was read as one without a value.
    LeftOut(String),
    /// The name of an attribute was not spelled as in the schema.
    Name {
        /// As it came.
        came: String,
        /// As the schema spells it.
        read: String,
    },
    /// A `$ref` beside a `value` was left out, since it follows from that.
    Reference(String),
    /// In a filter, a complex attribute was compared by its `value`.
    ComparedByValue(String),
    /// In a filter, or as a key of a body, an attribute of an extension was named without the
    /// extension.
    BareExtensionAttribute(String),
    /// A key of a body was read as a path.
    KeyAsPath(String),
}

/// A value that does not fit its attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueError {
    place: String,
    kind: ValueErrorKind,
}

/// Why a value does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueErrorKind {
    /// It is not of the attribute's type.
    Type(AttributeType),
    /// It is none of the canonical values, and the host accepts no others.
    NotCanonical,
    /// It is not an array.
    NotArray,
    /// It is an array.
    Array,
    /// There has to be one.
    Required,
    /// A required extension is missing.
    RequiredExtension,
    /// More than one value is the primary one (RFC 7643, Section 2.4).
    Primary,
    /// It stands twice under names that differ only in case.
    Duplicate,
    /// No schema defines it.
    Unknown,
    /// `schemas` is not an array of URIs.
    Schemas,
    /// `schemas` lacks the base schema, or an extension that the resource has.
    MissingSchema,
    /// `schemas` names one that the resource type does not have.
    UnknownSchema,
}

impl ValueError {
    /// What is wrong with the value at `place`.
    #[must_use]
    pub fn new(place: impl fmt::Display, kind: ValueErrorKind) -> Self {
        Self { place: place.to_string(), kind }
    }

    /// The attribute, or the schema.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Why the value does not fit.
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
            | ValueErrorKind::Primary => ScimType::InvalidValue,
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
        let place = Shown(&self.place);
        match self.kind {
            ValueErrorKind::Type(expected) => {
                write!(f, "attribute `{place}` takes {}", in_words(expected))
            }
            ValueErrorKind::NotCanonical => {
                write!(
                    f,
                    "attribute `{place}` takes its canonical values only; the schema lists them"
                )
            }
            ValueErrorKind::NotArray => write!(f, "attribute `{place}` takes an array of values"),
            ValueErrorKind::Array => write!(f, "attribute `{place}` takes one value, not an array"),
            ValueErrorKind::Required => write!(f, "attribute `{place}` is required"),
            ValueErrorKind::RequiredExtension => write!(f, "extension `{place}` is required"),
            ValueErrorKind::Primary => {
                write!(f, "only one value of `{place}` can be the primary one")
            }
            ValueErrorKind::Duplicate => write!(f, "attribute `{place}` is given twice"),
            ValueErrorKind::Unknown => write!(f, "attribute `{place}` is not defined"),
            ValueErrorKind::Schemas => write!(f, "`{place}` takes an array of schema URIs"),
            ValueErrorKind::MissingSchema => write!(f, "`schemas` has to name `{place}`"),
            ValueErrorKind::UnknownSchema => {
                write!(f, "schema `{place}` does not belong to this resource type")
            }
        }
    }
}

impl std::error::Error for ValueError {}

impl From<ValueError> for Error {
    fn from(err: ValueError) -> Self {
        Self::typed(err.scim_type(), err.to_string())
    }
}

fn in_words(kind: AttributeType) -> &'static str {
    match kind {
        AttributeType::String => "a string",
        AttributeType::Boolean => "true or false",
        AttributeType::Decimal => "a number",
        AttributeType::Integer => "a whole number",
        AttributeType::DateTime => "a date and time such as \"2011-05-13T04:42:34Z\"",
        AttributeType::Binary => "bytes in base64",
        AttributeType::Reference => "a URI",
        AttributeType::Complex => "an object",
    }
}
