//! Values in canonical form, of attributes and of their sub-attributes.

use super::repeats::remove_repeats;
use super::scalars::{boolean, canonical_text, fits, in_a_zone};
use super::{Decoding, Place, is_secret};
use crate::quirks::Deviation;
use crate::resource::error::{ValueError, ValueErrorKind};
use crate::resource::is_unassigned;
use crate::schema::{Attribute, AttributeType, Returned};
use crate::value::{List, Name, Object, Value};

impl Decoding<'_> {
    pub(super) fn values(
        &mut self,
        place: Place<'_>,
        attribute: &Attribute,
        value: Value,
    ) -> Result<Option<Value>, ValueError> {
        let (refers, is_list) = (attribute.is_resource_reference(), value.is_array());
        let values = match value {
            Value::Array(values) => values,
            Value::Null => return Ok(None),
            Value::String(text)
                if text.is_empty() && self.decoder.quirks.empty_strings && !refers =>
            {
                self.deviations.push(Deviation::EmptyString(place.to_string()));
                return Ok(None);
            }
            value if self.decoder.quirks.wrap_single_values => {
                self.deviations.push(Deviation::WrappedSingleValue(place.to_string()));
                [value].into()
            }
            _ => return Err(ValueError::new(place, ValueErrorKind::NotArray)),
        };
        let is_empty = is_list && values.iter().all(|value| says_nothing(attribute, value));
        let mut canonical = List::with_capacity(values.len());
        for value in values {
            if value.is_array() {
                return Err(ValueError::new(
                    place,
                    ValueErrorKind::Type(attribute.attribute_type()),
                ));
            }
            let nameless = is_nameless(attribute, &value);
            let read = self.single(place, attribute, value)?;
            // Who is listed by id cannot be listed without one.
            if nameless || read.as_ref().is_some_and(|value| refers && has_no_id(value)) {
                return Err(ValueError::new(format!("{place}.value"), ValueErrorKind::Required));
            }
            canonical.extend(read);
        }
        // What was to name resources and names none is a mistake, and no empty list: nobody goes
        // for it.
        if refers && !is_empty && canonical.is_empty() {
            return Err(ValueError::new(format!("{place}.value"), ValueErrorKind::Required));
        }
        remove_repeats(attribute, &mut canonical);
        if canonical.iter().filter(|value| is_primary(value)).count() > 1 {
            return Err(ValueError::new(place, ValueErrorKind::Primary));
        }
        Ok(if canonical.is_empty() { None } else { Some(Value::Array(canonical)) })
    }

    pub(super) fn single(
        &mut self,
        place: Place<'_>,
        attribute: &Attribute,
        value: Value,
    ) -> Result<Option<Value>, ValueError> {
        let mismatch = || ValueError::new(place, ValueErrorKind::Type(attribute.attribute_type()));
        match (attribute.attribute_type(), value) {
            (_, Value::Null) => Ok(None),
            (_, Value::Array(values)) => self.unwrap_singleton_arrays(place, attribute, values),
            (_, Value::String(text)) if text.is_empty() && self.decoder.quirks.empty_strings => {
                self.deviations.push(Deviation::EmptyString(place.to_string()));
                Ok(None)
            }
            (AttributeType::Complex, Value::Object(object)) => {
                self.complex(place, attribute, object)
            }
            (AttributeType::Complex, value) => {
                self.scalar_as_complex_value(place, attribute, value)
            }
            (_, Value::Object(object)) => self.complex_value_as_scalar(place, attribute, object),
            (AttributeType::Boolean, Value::String(text))
                if self.decoder.quirks.boolean_strings =>
            {
                let value = boolean(&text).ok_or_else(mismatch)?;
                self.deviations.push(Deviation::BooleanString(place.to_string()));
                Ok(Some(Value::Bool(value)))
            }
            (AttributeType::DateTime, Value::String(text)) => {
                in_a_zone(text).map(Some).ok_or_else(mismatch)
            }
            (AttributeType::Reference, Value::String(text)) => {
                self.reference(place, attribute, text)
            }
            (AttributeType::String, Value::String(text)) => canonical_text(place, attribute, text),
            (kind, value) if fits(kind, &value) => Ok(Some(value)),
            _ => Err(mismatch()),
        }
    }

    fn complex(
        &mut self,
        place: Place<'_>,
        attribute: &Attribute,
        object: Object,
    ) -> Result<Option<Value>, ValueError> {
        let mut canonical = self.sub_values(place, attribute, object)?;
        canonical.retain(|_, value| !is_unassigned(value));
        Ok(if canonical.is_empty() { None } else { Some(Value::Object(canonical)) })
    }

    /// The sub-attributes in canonical form, with null for those that the client unassigns.
    pub(super) fn sub_values(
        &mut self,
        place: Place<'_>,
        attribute: &Attribute,
        object: Object,
    ) -> Result<Object, ValueError> {
        let mut parts = Object::new();
        for (key, value) in object {
            let Some(sub) = attribute.sub_attribute(&key) else {
                self.unknown(format!("{place}.{key}"))?;
                continue;
            };
            // What a `$ref` beside a `value` says follows from the value (RFC 7643, Section 2.4).
            if attribute.is_resource_reference() && sub.name() == "$ref" {
                self.note(Deviation::Reference(place.to_string()));
                continue;
            }
            if !self.decoder.takes(sub) {
                self.check_unwanted(sub, |decoding| {
                    decoding.sub_value(place.container, attribute, sub, value)
                })?;
                continue;
            }
            let value = self.sub_value(place.container, attribute, sub, value)?;
            let (name, sub) = (self.canonical(key, sub), sub.name());
            if parts.insert(name, value.unwrap_or_default()).is_some() {
                let place = Place { sub: Some(sub), ..place };
                return Err(ValueError::new(place, ValueErrorKind::Duplicate));
            }
        }
        Ok(parts)
    }

    fn unwrap_singleton_arrays(
        &mut self,
        place: Place<'_>,
        attribute: &Attribute,
        mut values: List,
    ) -> Result<Option<Value>, ValueError> {
        match (values.pop(), values.is_empty()) {
            // RFC 7643, Section 2.5: the empty array is no value.
            (None, _) => Ok(None),
            // Nobody sends a list of passwords and means one.
            (Some(value), true)
                if self.decoder.quirks.unwrap_singleton_arrays
                    && !value.is_array()
                    && !is_secret(attribute) =>
            {
                self.deviations.push(Deviation::UnwrappedSingletonArray(place.to_string()));
                self.single(place, attribute, value)
            }
            _ => Err(ValueError::new(place, ValueErrorKind::Array)),
        }
    }

    /// Reads an object with nothing but a `value` as that value. A secret has to be sent as text.
    fn complex_value_as_scalar(
        &mut self,
        place: Place<'_>,
        attribute: &Attribute,
        object: Object,
    ) -> Result<Option<Value>, ValueError> {
        let is_read =
            self.decoder.quirks.complex_value_as_scalar && attribute.returned() != Returned::Never;
        let mut members = object.into_iter().filter(|_| is_read);
        match (members.next(), members.next()) {
            (Some((key, value)), None)
                if key.eq_ignore_ascii_case("value") && !value.is_object() && !value.is_array() =>
            {
                self.note(Deviation::ComplexValueAsScalar(place.to_string()));
                self.single(place, attribute, value)
            }
            _ => Err(ValueError::new(place, ValueErrorKind::Type(attribute.attribute_type()))),
        }
    }

    fn scalar_as_complex_value(
        &mut self,
        place: Place<'_>,
        attribute: &Attribute,
        value: Value,
    ) -> Result<Option<Value>, ValueError> {
        let is_read = value.is_string() && self.decoder.quirks.scalar_as_complex_value;
        match attribute.sub_attribute("value").filter(|sub| is_read && self.decoder.takes(sub)) {
            Some(sub) => {
                self.note(Deviation::ScalarAsComplexValue(place.to_string()));
                let value = self.sub_value(place.container, attribute, sub, value)?;
                Ok(value.map(|value| Value::Object(Object::from([(sub.key(), value)]))))
            }
            None => Err(ValueError::new(place, ValueErrorKind::Type(AttributeType::Complex))),
        }
    }
}

pub(in crate::resource) fn is_primary(value: &Value) -> bool {
    value.get("primary") == Some(&Value::Bool(true))
}

/// Returns `true` if a value names a resource by its URL alone, which follows from the id and says
/// nothing by itself.
fn is_nameless(attribute: &Attribute, value: &Value) -> bool {
    let has = |object: &Object, name: &str| {
        let is_named =
            |key: &str| attribute.sub_attribute(key).is_some_and(|sub| sub.name() == name);
        object.iter().any(|(key, value)| is_named(key) && !is_unassigned(value))
    };
    let names = |object: &Object| has(object, "$ref") && !has(object, "value");
    attribute.is_resource_reference() && value.as_object().is_some_and(names)
}

/// No value, in the RFC's own words (RFC 7643, Section 2.5).
fn says_nothing(attribute: &Attribute, value: &Value) -> bool {
    let is_no_part = |(key, part): (&Name, &Value)| {
        attribute.sub_attribute(key).is_some() && is_unassigned(part)
    };
    is_unassigned(value) || value.as_object().is_some_and(|object| object.iter().all(is_no_part))
}

fn has_no_id(value: &Value) -> bool {
    value.get("value").and_then(Value::as_str).is_none_or(str::is_empty)
}
