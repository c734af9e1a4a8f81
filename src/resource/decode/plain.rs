//! Values that arrive in stored form, which are kept without a conversion. Most values that clients
//! send are.

use super::ResourceDecoder;
use super::repeats::may_repeat;
use super::scalars::{fits, has_zone};
use super::values::is_primary;
use crate::schema::{Attribute, AttributeType, Container, is_uri_reference, parse_date_time};
use crate::value::{Name, Object, Value};

impl ResourceDecoder<'_> {
    /// Returns `true` if each member of a body but `schemas` is as it is kept.
    pub(super) fn is_plain(self, body: &Object) -> bool {
        body.iter().all(|(key, value)| match self.resource_type.by_key(key) {
            Some(Container::Attribute(attribute)) => {
                attribute.name() == "schemas" || self.is_plain_value(attribute, value)
            }
            Some(Container::Extension(schema)) => {
                let is_known = |(key, value): (&Name, &Value)| {
                    schema.by_key(key).is_some_and(|known| self.is_plain_value(known, value))
                };
                value
                    .as_object()
                    .is_some_and(|object| !object.is_empty() && object.iter().all(is_known))
            }
            None => false,
        })
    }

    /// Returns `true` if the value of an attribute, or of a sub-attribute, is one that is kept, as
    /// it is.
    pub(super) fn is_plain_value(self, attribute: &Attribute, value: &Value) -> bool {
        if !self.takes(attribute) {
            return false;
        }
        if !attribute.is_multi_valued() {
            return self.is_plain_element(attribute, value);
        }
        let Some(values) = value.as_array().filter(|values| !values.is_empty()) else {
            return false;
        };
        values.iter().all(|value| self.is_plain_element(attribute, value))
            && !may_repeat(attribute, values)
            && values.iter().filter(|value| is_primary(value)).count() <= 1
    }

    fn is_plain_element(self, attribute: &Attribute, value: &Value) -> bool {
        match (attribute.attribute_type(), value) {
            (AttributeType::Complex, Value::Object(object)) => {
                self.is_plain_object(attribute, object)
            }
            (AttributeType::String, Value::String(text)) => {
                !text.is_empty() && is_spelled(attribute, text)
            }
            (AttributeType::Reference, Value::String(text)) => {
                !text.is_empty() && is_spelled(attribute, text) && is_uri_reference(text)
            }
            (AttributeType::DateTime, Value::String(text)) => {
                has_zone(text) && parse_date_time(text).is_some()
            }
            (AttributeType::Binary, Value::String(text)) if text.is_empty() => false,
            (kind, value) => fits(kind, value),
        }
    }

    fn is_plain_object(self, attribute: &Attribute, object: &Object) -> bool {
        let refers = attribute.is_resource_reference();
        let is_known = |(key, value): (&Name, &Value)| {
            attribute.sub_by_key(key).is_some_and(|sub| {
                !(refers && sub.name() == "$ref") && self.is_plain_value(sub, value)
            })
        };
        !object.is_empty()
            && object.iter().all(is_known)
            && (!refers || object.get("value").is_some_and(Value::is_string))
    }
}

/// RFC 7643, Section 2.4: as the schema has it, if it says so.
fn is_spelled(attribute: &Attribute, text: &str) -> bool {
    let canonical = attribute.canonical_values();
    canonical.is_empty() || canonical.iter().any(|known| *known == text)
}
