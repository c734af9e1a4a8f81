//! What the ready-made stores do not keep.

use std::sync::Arc;

use serde_json::Value;

use crate::resource::{Resource, is_unassigned};
use crate::schema::{Attribute, ResourceType, Returned};

/// Takes away what is never returned. RFC 7643, Section 9.2: a password is not kept in clear, and the stores of this crate
/// have no other way.
pub(crate) fn forget_secrets(resource_type: &ResourceType, resource: &mut Resource) {
    let mut forgotten = false;
    for attribute in secret(resource_type.schema().attributes()) {
        if let Some(value) = resource.remove(attribute.name()) {
            resource.set(attribute.name(), without_secrets(attribute, value));
            forgotten = true;
        }
    }
    for extension in resource_type.extensions() {
        let uri = extension.schema.uri().as_str();
        for attribute in secret(extension.schema.attributes()) {
            let Some(Value::Object(container)) = resource.object_mut().get_mut(uri) else {
                continue;
            };
            if let Some(value) = container.remove(attribute.name()) {
                let left = without_secrets(attribute, value);
                container.extend((!is_unassigned(&left)).then(|| (attribute.name().to_owned(), left)));
                forgotten = true;
            }
            if container.is_empty() {
                resource.remove(uri);
            }
        }
    }
    if forgotten {
        resource.settle_schemas(resource_type);
    }
}

fn secret(attributes: &[Arc<Attribute>]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().map(AsRef::as_ref).filter(|attribute| attribute.holds_secrets())
}

fn without_secrets(attribute: &Attribute, mut value: Value) -> Value {
    let is_secret = |attribute: &Attribute| attribute.returned() == Returned::Never;
    if is_secret(attribute) {
        return Value::Null;
    }
    let elements = match &mut value {
        Value::Array(elements) => elements.as_mut_slice(),
        value => std::slice::from_mut(value),
    };
    for element in elements.iter_mut().filter_map(Value::as_object_mut) {
        element.retain(|name, _| attribute.sub_attribute(name).is_none_or(|sub| !is_secret(sub)));
    }
    value
}
