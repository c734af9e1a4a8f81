//! What our stores do not keep.

use serde_json::Value;

use crate::resource::{Resource, is_unassigned};
use crate::schema::{Attribute, ResourceType, Returned};

/// RFC 7643, Section 9.2: a password is not kept in clear, and our stores have no other way.
pub(crate) fn forget_secrets(resource_type: &ResourceType, resource: &mut Resource) {
    for attribute in resource_type.schema().attributes() {
        let value = resource.get(attribute.name()).filter(|_| holds_secrets(attribute)).cloned();
        if let Some(value) = value {
            resource.set(attribute.name(), without_secrets(attribute, value));
        }
    }
    for extension in resource_type.extensions() {
        let uri = extension.schema.uri().as_str();
        let secret: Vec<_> = extension.schema.attributes().iter().filter(|attribute| holds_secrets(attribute)).collect();
        if secret.is_empty() {
            continue;
        }
        let Some(Value::Object(mut object)) = resource.get(uri).cloned() else {
            continue;
        };
        for attribute in secret {
            if let Some(value) = object.remove(attribute.name()) {
                let left = without_secrets(attribute, value);
                object.extend((!is_unassigned(&left)).then(|| (attribute.name().to_owned(), left)));
            }
        }
        resource.set(uri, object);
    }
    resource.settle_schemas(resource_type);
}

fn is_secret(attribute: &Attribute) -> bool {
    attribute.returned() == Returned::Never
}

fn holds_secrets(attribute: &Attribute) -> bool {
    is_secret(attribute) || attribute.sub_attributes().iter().any(|sub| is_secret(sub))
}

fn without_secrets(attribute: &Attribute, mut value: Value) -> Value {
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
