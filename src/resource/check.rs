//! What has to hold for every stored resource (RFC 7643, Sections 2.4, 6 and 7).

use serde_json::{Map, Value};

use super::Resource;
use super::intake::is_primary;
use super::value::{ValueError, ValueErrorKind};
use crate::schema::{Attribute, AttributeType, Mutability, ResourceType};

/// Checks that required attributes have a value, that no attribute has two primary values, and that closed ones have
/// canonical values.
///
/// # Errors
///
/// - a required attribute or extension is missing;
/// - two values of an attribute are the primary one;
/// - a value of a closed attribute is none of the canonical ones.
pub fn check(resource: &Resource, resource_type: &ResourceType) -> Result<(), ValueError> {
    check_object(None, resource_type.schema().attributes(), resource.attributes())?;
    for extension in resource_type.extensions() {
        let uri = extension.schema.uri().as_str();
        match resource.get(uri).and_then(Value::as_object) {
            Some(object) => check_object(Some(uri), extension.schema.attributes(), object)?,
            None if extension.required => return Err(ValueError::new(uri, ValueErrorKind::RequiredExtension)),
            None => {}
        }
    }
    Ok(())
}

fn check_object(
    container: Option<&str>,
    attributes: &[std::sync::Arc<Attribute>],
    object: &Map<String, Value>,
) -> Result<(), ValueError> {
    for attribute in attributes {
        let place = |name: &str| match container {
            Some(container) => format!("{container}:{name}"),
            None => name.to_owned(),
        };
        match object.get(attribute.name()) {
            None if is_demanded(attribute) => return Err(ValueError::new(place(attribute.name()), ValueErrorKind::Required)),
            None => {}
            // RFC 7643, Section 4.1.1: a required name "MUST" be "non-empty".
            Some(Value::String(text)) if text.is_empty() && is_demanded(attribute) => {
                return Err(ValueError::new(place(attribute.name()), ValueErrorKind::Required));
            }
            Some(value) if attribute.kind() == AttributeType::Complex => check_complex(&place, attribute, value)?,
            Some(value) if attribute.closed() && !is_canonical(attribute, value) => {
                return Err(ValueError::new(place(attribute.name()), ValueErrorKind::NotCanonical));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn check_complex(place: &dyn Fn(&str) -> String, attribute: &Attribute, value: &Value) -> Result<(), ValueError> {
    let elements = match value {
        Value::Array(elements) => elements.as_slice(),
        value => std::slice::from_ref(value),
    };
    if attribute.multi_valued() && elements.iter().filter(|element| is_primary(element)).count() > 1 {
        return Err(ValueError::new(place(attribute.name()), ValueErrorKind::Primary));
    }
    for sub in attribute.sub_attributes().iter().filter(|sub| sub.closed()) {
        let mut values = elements.iter().filter_map(|element| element.get(sub.name()));
        if values.any(|value| !is_canonical(sub, value)) {
            let name = format!("{}.{}", attribute.name(), sub.name());
            return Err(ValueError::new(place(&name), ValueErrorKind::NotCanonical));
        }
    }
    for sub in attribute.sub_attributes().iter().filter(|sub| is_demanded(sub)) {
        if elements.iter().any(|element| element.get(sub.name()).is_none()) {
            let name = format!("{}.{}", attribute.name(), sub.name());
            return Err(ValueError::new(place(&name), ValueErrorKind::Required));
        }
    }
    Ok(())
}

/// A value that a filter described, or a policy set, did not pass the intake.
fn is_canonical(attribute: &Attribute, value: &Value) -> bool {
    match value {
        Value::String(text) => attribute.canonical_value(text).is_some(),
        Value::Array(values) => values.iter().all(|value| is_canonical(attribute, value)),
        _ => false,
    }
}

/// RFC 7643, Section 7: what the service provider sets is not asked of clients.
fn is_demanded(attribute: &Attribute) -> bool {
    attribute.required() && attribute.mutability() != Mutability::ReadOnly
}
