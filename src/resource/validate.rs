//! Checks of every stored resource (RFC 7643, Sections 2.4, 6 and 7).

use std::sync::Arc;

use super::Resource;
use super::decode::is_primary;
use super::error::{ValueError, ValueErrorKind};
use crate::schema::{
    Attribute, AttributeType, Mutability, ResolvedPath, ResourceType, SchemaExtension,
};
use crate::value::{Name, Object, Value};

/// Checks that required attributes have a value, that no attribute has two primary values, and that
/// closed ones have canonical values.
///
/// # Errors
///
/// - a required attribute or extension is missing;
/// - two values of an attribute are the primary one;
/// - a value of a closed attribute is none of the canonical ones.
pub fn validate(resource: &Resource, resource_type: &ResourceType) -> Result<(), ValueError> {
    check_object(None, resource_type.schema().attributes(), resource.attributes())?;
    resource_type.extensions().iter().try_for_each(|extension| check_extension(extension, resource))
}

/// Checks the attributes and extensions that changed: others may stay as they were stored, even if
/// a schema has become stricter since.
///
/// # Errors
///
/// - as [`validate`](validate()).
pub(crate) fn check_changed(
    resource: &Resource,
    resource_type: &ResourceType,
    changed: &[ResolvedPath],
) -> Result<(), ValueError> {
    for path in changed {
        match path.extension() {
            None => check_attribute(None, path.attribute(), resource.attributes())?,
            Some(schema) => {
                let extension = resource_type.extension(schema.uri().as_str());
                extension.map_or(Ok(()), |extension| check_extension(extension, resource))?;
            }
        }
    }
    Ok(())
}

fn check_extension(extension: &SchemaExtension, resource: &Resource) -> Result<(), ValueError> {
    let uri = extension.schema.uri().as_str();
    match resource.attributes().get_kept(extension.schema.key()).and_then(Value::as_object) {
        Some(object) => match check_object(Some(uri), extension.schema.attributes(), object) {
            Err(err)
                if err.kind() == ValueErrorKind::Required
                    && !extension.required
                    && is_of_host(extension, object) =>
            {
                Ok(())
            }
            checked => checked,
        },
        None if extension.required => Err(ValueError::new(uri, ValueErrorKind::RequiredExtension)),
        None => Ok(()),
    }
}

/// Returns `true` if clients have no part in the extension: then it is as if it were not there, and
/// asks them for nothing.
fn is_of_host(extension: &SchemaExtension, object: &Object) -> bool {
    let attribute = |name: &Name| extension.schema.attribute(name);
    object
        .keys()
        .filter_map(attribute)
        .all(|attribute| attribute.mutability() == Mutability::ReadOnly)
}

fn check_object(
    container: Option<&str>,
    attributes: &[Arc<Attribute>],
    object: &Object,
) -> Result<(), ValueError> {
    attributes.iter().try_for_each(|attribute| check_attribute(container, attribute, object))
}

fn check_attribute(
    container: Option<&str>,
    attribute: &Attribute,
    object: &Object,
) -> Result<(), ValueError> {
    let place = |name: &str| match container {
        Some(container) => format!("{container}:{name}"),
        None => name.to_owned(),
    };
    match object.get_kept(attribute.key()) {
        None if must_be_sent(attribute) => {
            Err(ValueError::new(place(attribute.name()), ValueErrorKind::Required))
        }
        None => Ok(()),
        Some(value) if is_blank(value) && must_be_sent(attribute) => {
            Err(ValueError::new(place(attribute.name()), ValueErrorKind::Required))
        }
        Some(value) if attribute.attribute_type() == AttributeType::Complex => {
            check_complex(&place, attribute, value)
        }
        Some(value) if attribute.is_closed() && !is_canonical(attribute, value) => {
            Err(ValueError::new(place(attribute.name()), ValueErrorKind::NotCanonical))
        }
        Some(_) => Ok(()),
    }
}

fn check_complex(
    place: &dyn Fn(&str) -> String,
    attribute: &Attribute,
    value: &Value,
) -> Result<(), ValueError> {
    let elements = match value {
        Value::Array(elements) => elements.as_slice(),
        value => std::slice::from_ref(value),
    };
    if attribute.is_multi_valued()
        && elements.iter().filter(|element| is_primary(element)).count() > 1
    {
        return Err(ValueError::new(place(attribute.name()), ValueErrorKind::Primary));
    }
    for sub in attribute.sub_attributes().iter().filter(|sub| sub.is_closed()) {
        let mut values = elements.iter().filter_map(|element| element.get_kept(sub.key()));
        if values.any(|value| !is_canonical(sub, value)) {
            let name = format!("{}.{}", attribute.name(), sub.name());
            return Err(ValueError::new(place(&name), ValueErrorKind::NotCanonical));
        }
    }
    for sub in attribute.sub_attributes().iter().filter(|sub| must_be_sent(sub)) {
        if elements.iter().any(|element| element.get_kept(sub.key()).is_none_or(is_blank)) {
            let name = format!("{}.{}", attribute.name(), sub.name());
            return Err(ValueError::new(place(&name), ValueErrorKind::Required));
        }
    }
    Ok(())
}

/// A value that a filter described, or a hook set, was not decoded.
fn is_canonical(attribute: &Attribute, value: &Value) -> bool {
    match value {
        Value::String(text) => attribute.canonical_value(text).is_some(),
        Value::Array(values) => values.iter().all(|value| is_canonical(attribute, value)),
        _ => false,
    }
}

/// RFC 7643, Section 4.1.1 asks for a "non-empty" `userName`, and Section 4.2 says of "required"
/// that it does so of any attribute. A text of white space only says no more than an empty one.
fn is_blank(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// RFC 7643, Section 7: what the service provider sets is not asked of clients.
#[must_use]
pub fn must_be_sent(attribute: &Attribute) -> bool {
    attribute.is_required() && attribute.mutability() != Mutability::ReadOnly
}
