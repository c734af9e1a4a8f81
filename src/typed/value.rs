//! Conversions of Rust types from and to the values of attributes.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};

use super::field::FieldKind;
use crate::resource::{Version, decode_certificate};
use crate::schema::parse_date_time;
use crate::value::Value;

/// Attributes of type `string` or `reference`, for [`FieldValue`].
#[derive(Clone, Copy, Debug)]
pub enum StringAttribute {}

/// Attributes of type `boolean`, for [`FieldValue`].
#[derive(Clone, Copy, Debug)]
pub enum BooleanAttribute {}

/// Attributes of type `dateTime`, for [`FieldValue`].
#[derive(Clone, Copy, Debug)]
pub enum DateTimeAttribute {}

/// Attributes of type `binary`, for [`FieldValue`].
#[derive(Clone, Copy, Debug)]
pub enum BinaryAttribute {}

/// `meta.version`, for [`FieldValue`].
#[derive(Clone, Copy, Debug)]
pub enum VersionAttribute {}

/// A type that can store the values of an attribute of type `A`. Implement it for types of your
/// own, such as an enum for `userType`.
///
/// ```
/// use scimwire::typed::{FieldKind, FieldValue, StringAttribute};
/// use scimwire::value::Value;
///
/// #[derive(Clone, Copy, PartialEq, Debug)]
/// enum Employment {
///     Employee,
///     Contractor,
/// }
///
/// impl FieldValue<StringAttribute> for Employment {
///     const KIND: FieldKind = FieldKind::Text;
///
///     fn to_value(&self) -> Value {
///         match self {
///             Self::Employee => "Employee".into(),
///             Self::Contractor => "Contractor".into(),
///         }
///     }
///
///     fn from_value(value: &Value) -> Option<Self> {
///         match value.as_str()? {
///             "Employee" => Some(Self::Employee),
///             "Contractor" => Some(Self::Contractor),
///             _ => None,
///         }
///     }
/// }
/// assert_eq!(Employment::from_value(&"Employee".into()), Some(Employment::Employee));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot store a `{A}`",
    label = "this type does not fit the attribute",
    note = "string and reference: `String`; boolean: `bool`; dateTime: `chrono::DateTime<Utc>`, `NaiveDateTime` or `String`; \
            binary: `Vec<u8>` or `String`; `meta.version`: an integer or `String`; each of them in an `Option`, too",
    note = "for another type, implement `FieldValue`, or convert it by serde: `#[scim(\"..\", serde)]`"
)]
pub trait FieldValue<A>: Sized {
    /// The kind of values.
    const KIND: FieldKind;

    /// `true` if there is always a value, as in a `NOT NULL` column.
    const REQUIRED: bool = true;

    /// Returns the value for a resource; null if there is none.
    fn to_value(&self) -> Value;

    /// Reads the value of a resource; `None` if the type cannot hold it.
    fn from_value(value: &Value) -> Option<Self>;

    /// Returns the value of a resource without the attribute; `None` if it has to have one.
    #[must_use]
    fn absent() -> Option<Self> {
        None
    }
}

impl<A, T: FieldValue<A>> FieldValue<A> for Option<T> {
    const KIND: FieldKind = T::KIND;
    const REQUIRED: bool = false;

    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::to_value)
    }

    fn from_value(value: &Value) -> Option<Self> {
        T::from_value(value).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

macro_rules! texts {
    ($($type:ty),*) => {$(
        impl FieldValue<StringAttribute> for $type {
            const KIND: FieldKind = FieldKind::Text;

            fn to_value(&self) -> Value {
                Value::from(&**self)
            }

            fn from_value(value: &Value) -> Option<Self> {
                value.as_str().map(Into::into)
            }
        }
    )*};
}

texts!(String, Box<str>, Arc<str>);

impl FieldValue<BooleanAttribute> for bool {
    const KIND: FieldKind = FieldKind::Boolean;

    fn to_value(&self) -> Value {
        Value::Bool(*self)
    }

    fn from_value(value: &Value) -> Option<Self> {
        value.as_bool()
    }
}

impl FieldValue<DateTimeAttribute> for DateTime<Utc> {
    const KIND: FieldKind = FieldKind::Instant;

    fn to_value(&self) -> Value {
        self.to_rfc3339_opts(SecondsFormat::Micros, true).into()
    }

    fn from_value(value: &Value) -> Option<Self> {
        parse_date_time(value.as_str()?)
    }
}

/// In UTC.
impl FieldValue<DateTimeAttribute> for NaiveDateTime {
    const KIND: FieldKind = FieldKind::Instant;

    fn to_value(&self) -> Value {
        self.and_utc().to_value()
    }

    fn from_value(value: &Value) -> Option<Self> {
        DateTime::from_value(value).map(|instant| instant.naive_utc())
    }
}

/// As in RFC 3339, in UTC and with microseconds.
impl FieldValue<DateTimeAttribute> for String {
    const KIND: FieldKind = FieldKind::Instant;

    fn to_value(&self) -> Value {
        parse_date_time(self).map_or(Value::Null, |instant| instant.to_value())
    }

    fn from_value(value: &Value) -> Option<Self> {
        DateTime::from_value(value)
            .map(|instant| instant.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl FieldValue<BinaryAttribute> for Vec<u8> {
    const KIND: FieldKind = FieldKind::Binary;

    fn to_value(&self) -> Value {
        STANDARD.encode(self).into()
    }

    fn from_value(value: &Value) -> Option<Self> {
        decode_certificate(value.as_str()?)
    }
}

/// In base64.
impl FieldValue<BinaryAttribute> for String {
    const KIND: FieldKind = FieldKind::Text;

    fn to_value(&self) -> Value {
        self.as_str().into()
    }

    fn from_value(value: &Value) -> Option<Self> {
        value.as_str().map(Into::into)
    }
}

macro_rules! versions {
    ($($type:ty),*) => {$(
        impl FieldValue<VersionAttribute> for $type {
            const KIND: FieldKind = FieldKind::Integer;

            fn to_value(&self) -> Value {
                Version::numbered(u64::try_from(*self).unwrap_or_default()).as_str().into()
            }

            fn from_value(value: &Value) -> Option<Self> {
                Version::unchecked(value.as_str()?).opaque_tag().parse().ok()
            }
        }
    )*};
}

versions!(i32, i64, u32, u64);

/// As an entity tag, such as `W/"3"`.
impl FieldValue<VersionAttribute> for String {
    const KIND: FieldKind = FieldKind::Text;

    fn to_value(&self) -> Value {
        self.as_str().into()
    }

    fn from_value(value: &Value) -> Option<Self> {
        value.as_str().map(Into::into)
    }
}
