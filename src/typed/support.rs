//! Functions for generated code. Not for use by hand, and not covered by semantic versioning.

use std::fmt::Display;
use std::hash::Hasher;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use siphasher::sip::SipHasher13;

use super::value::FieldValue;
use crate::resource::{
    Resource, ValueError, ValueErrorKind, Version, is_unassigned, without_nulls,
};
use crate::schema::{ENTERPRISE_USER, SchemaExtension, parse_date_time, prepare_password};
use crate::value::{List, Object};

pub use crate::schema::{ElementSlot, ResourceType};
pub use crate::value::Value;

/// The place of a field's value in a resource.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The attribute, for errors.
    pub path: &'static str,
    /// The URI of the extension; `None` for the base schema.
    pub extension: Option<&'static str>,
    /// The attribute.
    pub attribute: &'static str,
    /// The sub-attribute; `None` for the whole attribute.
    pub sub: Option<&'static str>,
    /// The element of a multi-valued attribute.
    pub element: Option<Element>,
}

/// An element of a multi-valued attribute that a field stores.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    /// The `type`.
    pub kind: Option<&'static str>,
    /// `true` if it is shown as the primary one.
    pub primary: bool,
    /// `true` if the struct stores no other element of the attribute.
    pub only: bool,
}

impl Element {
    fn is(&self, element: &Value) -> bool {
        let kind = element.get("type").and_then(Value::as_str);
        match (self.kind, kind) {
            (Some(ours), Some(kind)) => ours.eq_ignore_ascii_case(kind),
            (ours, kind) => ours.is_none() && kind.is_none(),
        }
    }

    /// Finds the element; one of another type stands in if the struct stores no more than one.
    fn find<'v>(&self, elements: &'v [Value]) -> Option<&'v Value> {
        let is_primary = |element: &&Value| element.get("primary") == Some(&Value::Bool(true));
        let stand_in = || {
            if !self.only {
                return None;
            }
            elements.iter().find(is_primary).or_else(|| elements.first())
        };
        elements.iter().find(|element| self.is(element)).or_else(stand_in)
    }
}

/// Sets the value of a field.
pub fn write(object: &mut Object, place: &Place, value: Value) {
    if is_unassigned(&value) {
        return;
    }
    let object = match place.extension {
        Some(uri) => child(object, uri),
        None => Some(object),
    };
    let parent = match (place.element, place.sub) {
        (Some(element), _) => {
            object.and_then(|object| element_of(object, place.attribute, element))
        }
        (None, Some(_)) => object.and_then(|object| child(object, place.attribute)),
        (None, None) => object,
    };
    let name = match (place.element, place.sub) {
        (_, Some(sub)) => sub,
        (Some(_), None) => "value",
        (None, None) => place.attribute,
    };
    if let Some(parent) = parent {
        parent.insert(name, value);
    }
}

fn child<'o>(object: &'o mut Object, name: &str) -> Option<&'o mut Object> {
    match object.entry(name).or_insert_with(|| Value::Object(Object::new())) {
        Value::Object(child) => Some(child),
        _ => None,
    }
}

fn element_of<'o>(object: &'o mut Object, name: &str, element: Element) -> Option<&'o mut Object> {
    let Value::Array(elements) = object.entry(name).or_insert_with(|| Value::Array(List::new()))
    else {
        return None;
    };
    let known = elements.as_slice().iter().position(|known| element.is(known));
    let index = known.unwrap_or_else(|| {
        let mut made = Object::new();
        if let Some(kind) = element.kind {
            made.insert("type", kind.into());
        }
        if element.primary {
            made.insert("primary", true.into());
        }
        elements.push(Value::Object(made));
        elements.len() - 1
    });
    match elements.as_mut_slice().get_mut(index) {
        Some(Value::Object(element)) => Some(element),
        _ => None,
    }
}

/// Returns the value of a field.
#[must_use]
pub fn read<'r>(resource: &'r Resource, place: &Place) -> Option<&'r Value> {
    let value = match place.extension {
        Some(uri) => resource.get(uri)?.get(place.attribute)?,
        None => resource.get(place.attribute)?,
    };
    match place.element {
        Some(element) => element.find(value.as_array()?)?.get(place.sub.unwrap_or("value")),
        None => match place.sub {
            Some(sub) => value.get(sub),
            None => Some(value),
        },
    }
}

/// Reads the value of a simple attribute, or the default if it has none.
///
/// # Errors
///
/// - there is none, and the type needs one;
/// - the type cannot hold it.
pub fn simple<A, T: FieldValue<A>>(
    resource: &Resource,
    place: &Place,
    default: Option<&Value>,
) -> Result<T, ValueError> {
    match read(resource, place).or(default) {
        Some(value) => {
            let prepared = prepared(value, place);
            let value = prepared.as_ref().unwrap_or(value);
            T::from_value(value).ok_or_else(|| unsupported(place))
        }
        None => T::absent().ok_or_else(|| required(place)),
    }
}

/// Returns the value, unless it is empty text, which stands for no value if that is the default.
#[must_use]
pub fn without_empty_text(value: Value) -> Value {
    if value == "" { Value::Null } else { value }
}

/// Returns a password as it is compared and hashed (RFC 8265, Section 4).
fn prepared(value: &Value, place: &Place) -> Option<Value> {
    let is_password = place.extension.is_none() && place.attribute == "password";
    let text = value.as_str().filter(|_| is_password)?;
    Some(prepare_password(text).as_ref().into())
}

/// Serializes a value.
pub fn json<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).map_or(Value::Null, |value| without_nulls(value.into()))
}

/// Deserializes the value of an attribute; null if it has none.
///
/// # Errors
///
/// - the type cannot hold it.
pub fn from_json<T: DeserializeOwned>(resource: &Resource, place: &Place) -> Result<T, ValueError> {
    match read(resource, place) {
        Some(value) => T::deserialize(value).map_err(|_| unsupported(place)),
        None => T::deserialize(&Value::Null)
            .or_else(|_| T::deserialize(&Value::Array(List::new())))
            .map_err(|_| required(place)),
    }
}

/// Returns the text of an id.
pub fn key<T: Display>(id: &T) -> Value {
    id.to_string().into()
}

/// Reads the id of another resource.
///
/// # Errors
///
/// - there is none;
/// - it is not an id of that type.
pub fn from_key<T: FromStr + Display>(resource: &Resource, place: &Place) -> Result<T, ValueError> {
    from_optional_key(resource, place)?.ok_or_else(|| required(place))
}

/// Reads the id of another resource, if there is one.
///
/// # Errors
///
/// - it is not an id of that type.
pub fn from_optional_key<T: FromStr + Display>(
    resource: &Resource,
    place: &Place,
) -> Result<Option<T>, ValueError> {
    read(resource, place).map(|value| parse_key(value, place)).transpose()
}

fn parse_key<T: FromStr + Display>(value: &Value, place: &Place) -> Result<T, ValueError> {
    let parsed = value.as_str().and_then(|text| parse_id(text));
    parsed.ok_or_else(|| unsupported(place))
}

/// Parses an id that is written as this crate writes it: not `007` for 7.
#[must_use]
pub fn parse_id<T: FromStr + Display>(text: &str) -> Option<T> {
    text.parse().ok().filter(|id: &T| id.to_string() == text)
}

/// Returns an element for each value, or id of another resource.
pub fn elements<T: Display>(values: &[T]) -> Value {
    let element = |value: &T| Value::Object(Object::from([("value", key(value))]));
    Value::Array(values.iter().map(element).collect())
}

/// Reads the `value` of each element, once.
///
/// # Errors
///
/// - one of them is not of that type.
pub fn from_elements<T: FromStr + Display>(
    resource: &Resource,
    place: &Place,
) -> Result<Vec<T>, ValueError> {
    let elements = read(resource, place).and_then(Value::as_array).into_iter().flatten();
    elements
        .filter_map(|element| element.get("value"))
        .map(|value| parse_key(value, place))
        .collect()
}

/// Reads the id of a resource; the default if it has none yet.
///
/// # Errors
///
/// - it is not an id of that type.
pub fn id<T: FromStr + Display + Default>(resource: &Resource) -> Result<T, ValueError> {
    match resource.id() {
        "" => Ok(T::default()),
        id => parse_id(id).ok_or_else(|| ValueError::new("id", ValueErrorKind::Unsupported)),
    }
}

/// Makes a resource of attributes, with a version if no field stores one.
#[must_use]
pub fn finish(mut object: Object, id: &impl Display, name: &str) -> Resource {
    object.insert("id", key(id));
    let last_modified = |meta: &Value| parse_date_time(meta.get("lastModified")?.as_str()?);
    let meta = object.get("meta");
    let version = match meta.and_then(|meta| meta.get("version")) {
        Some(version) => version.clone(),
        None => match meta.and_then(last_modified) {
            Some(instant) => Version::numbered(instant.timestamp_micros().unsigned_abs()),
            None => Version::numbered(checksum(&object)),
        }
        .as_str()
        .into(),
    };
    if let Some(meta) = child(&mut object, "meta") {
        meta.insert("resourceType", name.into());
        meta.insert("version", version);
    }
    Resource::from_object(object)
}

fn checksum(object: &Object) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(&serde_json::to_vec(object).unwrap_or_default());
    hasher.finish()
}

/// Returns the enterprise extension.
#[must_use]
pub fn enterprise(required: bool) -> SchemaExtension {
    SchemaExtension::from(ENTERPRISE_USER).with_required(required)
}

/// Requires an attribute, and what it is part of.
#[must_use]
pub fn require(resource_type: ResourceType, place: &Place, required: bool) -> ResourceType {
    if !required {
        return resource_type;
    }
    let name = match place.extension {
        Some(uri) => format!("{uri}:{}", place.attribute),
        None => place.attribute.to_owned(),
    };
    let sub = place.sub.or(place.element.map(|_| "value"));
    let resource_type = resource_type.with_required(&name);
    match sub {
        Some(sub) => resource_type.with_required(&format!("{name}.{sub}")),
        None => resource_type,
    }
}

fn required(place: &Place) -> ValueError {
    ValueError::new(place.path, ValueErrorKind::Required)
}

fn unsupported(place: &Place) -> ValueError {
    ValueError::new(place.path, ValueErrorKind::Unsupported)
}
