//! The fields of a struct, as a neutral description of columns.

/// A field of a struct that a [`ScimResource`](super::ScimResource) is derived for: its attribute,
/// and the column that may store it.
///
/// ```
/// use scimwire::typed::{Field, FieldKind};
///
/// const LOGIN: Field = Field::new("userName", "login", FieldKind::Text).with_required(true);
/// assert_eq!((LOGIN.path, LOGIN.column, LOGIN.required), ("userName", "login", true));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The attribute: `userName`, `name.givenName`, `emails`, or
    /// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager`.
    pub path: &'static str,
    /// The name of the column: that of the field, unless `column = ".."` sets it.
    pub column: &'static str,
    /// The kind of values.
    pub kind: FieldKind,
    /// `true` unless the field is an `Option`.
    pub required: bool,
    /// `true` if no two resources of a tenant share a value.
    pub unique: bool,
    /// The `type` of the element of a multi-valued attribute that the field stores.
    pub element_type: Option<&'static str>,
    /// `true` if the field stores the primary element.
    pub primary: bool,
    /// `true` if the field is the id.
    pub id: bool,
}

/// The kind of values that a [`Field`] stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldKind {
    /// Text.
    Text,
    /// Integers.
    Integer,
    /// Numbers with a fraction.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// Points in time.
    Instant,
    /// UUIDs.
    Uuid,
    /// Bytes.
    Binary,
    /// A complex value, or a list of values, as JSON.
    Json,
    /// The ids of several resources, such as members; usually in a table of their own.
    References,
    /// A type of your application.
    Other,
}

impl Field {
    /// Returns a field that is optional and not unique.
    #[must_use]
    pub const fn new(path: &'static str, column: &'static str, kind: FieldKind) -> Self {
        Self {
            path,
            column,
            kind,
            required: false,
            unique: false,
            element_type: None,
            primary: false,
            id: false,
        }
    }

    /// Says that the field always has a value.
    #[must_use]
    pub const fn with_required(self, required: bool) -> Self {
        Self { required, ..self }
    }

    /// Says that no two resources of a tenant share a value.
    #[must_use]
    pub const fn with_unique(self, unique: bool) -> Self {
        Self { unique, ..self }
    }

    /// Sets the `type` of the element that the field stores.
    #[must_use]
    pub const fn with_element_type(self, element_type: &'static str) -> Self {
        Self { element_type: Some(element_type), ..self }
    }

    /// Says that the field stores the primary element.
    #[must_use]
    pub const fn with_primary(self, primary: bool) -> Self {
        Self { primary, ..self }
    }

    /// Says that the field is the id.
    #[must_use]
    pub const fn with_id(self, id: bool) -> Self {
        Self { id, ..self }
    }
}
