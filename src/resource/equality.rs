//! Equality of values, however they are written (RFC 7643, Sections 2.2 and 2.3).

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::is_unassigned;
use crate::schema::{Attribute, AttributeType, Returned, bytes, case_fold, parse_date_time};
use crate::value::{Name, Number, Object, Value};

/// Up to this many values are compared each with each; beyond, as they are sorted.
const FEW: usize = 16;

/// The meaning of a value, without its notation. Several values have an order, so that they can be
/// compared as a set.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Said {
    Nothing,
    Truth(bool),
    Amount(Number),
    Time(DateTime<Utc>),
    Bytes(Vec<u8>),
    Text(String),
    Several(Vec<Self>),
    Parts(Vec<(Name, Self)>),
}

/// Returns `true` if an attribute says the same of two resources: numbers and times by what they
/// are, and text by the attribute's rule for upper and lower case. Of passwords each character
/// counts, whatever their schema says.
pub(crate) fn same_by_value(
    attribute: &Attribute,
    one: Option<&Value>,
    other: Option<&Value>,
) -> bool {
    same(attribute, one.unwrap_or(&Value::Null), other.unwrap_or(&Value::Null))
}

/// Returns `true` if two values have the same [meaning](Said), which is not made for that.
fn same(attribute: &Attribute, one: &Value, other: &Value) -> bool {
    match (one, other) {
        (one, other) if is_unassigned(one) || is_unassigned(other) => {
            is_unassigned(one) && is_unassigned(other)
        }
        (Value::String(one), Value::String(other)) => same_text(attribute, one, other),
        (Value::Array(one), Value::Array(other)) if one.len() > FEW => {
            Said::several(attribute, one) == Said::several(attribute, other)
        }
        (Value::Array(one), Value::Array(other)) => same_values(attribute, one, other),
        (Value::Object(one), Value::Object(other)) => same_parts(attribute, one, other),
        (one, other) => one == other,
    }
}

fn same_text(attribute: &Attribute, one: &str, other: &str) -> bool {
    one == other
        || match attribute.attribute_type() {
            // Whatever their case, they would be the same only if each letter were.
            AttributeType::String | AttributeType::Reference
                if one.is_ascii() && other.is_ascii() =>
            {
                !is_exact(attribute) && one.eq_ignore_ascii_case(other)
            }
            _ => Said::of_text(attribute, one) == Said::of_text(attribute, other),
        }
}

/// Returns `true` if each of one can be paired with one of the others.
fn same_values(attribute: &Attribute, one: &[Value], other: &[Value]) -> bool {
    let mut unmatched: Vec<&Value> = other.iter().collect();
    one.len() == other.len()
        && one.iter().all(|value| {
            let found = unmatched.iter().position(|other| same(attribute, value, other));
            found.map(|found| unmatched.swap_remove(found)).is_some()
        })
}

fn same_parts(attribute: &Attribute, one: &Object, other: &Object) -> bool {
    let is_stated = |(name, part): &(&Name, &Value)| match sub(attribute, name) {
        Some(_) => !is_unassigned(part) && !is_default(name, part),
        None => true,
    };
    let stated = |object: &Object| object.iter().filter(is_stated).count();
    stated(one) == stated(other)
        && one.iter().filter(is_stated).all(|(name, part)| {
            other.get_kept(name).is_some_and(|other| match sub(attribute, name) {
                Some(sub) => same(sub, part, other),
                // Attributes that no schema defines keep their spelling.
                None => {
                    let [one, other] = [part, other].map(Value::to_string);
                    one == other
                }
            })
        })
}

/// The sub-attribute of that name; most are spelled as the schema has them.
fn sub<'a>(attribute: &'a Attribute, name: &Name) -> Option<&'a Arc<Attribute>> {
    attribute.sub_by_key(name).or_else(|| attribute.sub_attribute(name))
}

/// RFC 7643, Section 2.4: no `primary` is the same as `primary: false`.
fn is_default(name: &str, part: &Value) -> bool {
    name == "primary" && *part == Value::Bool(false)
}

/// Returns `true` if each character of a text counts. Those of passwords do, whatever their schema
/// says.
fn is_exact(attribute: &Attribute) -> bool {
    attribute.returned() == Returned::Never || attribute.is_case_exact()
}

impl Said {
    pub(super) fn of(attribute: &Attribute, value: &Value) -> Self {
        match value {
            value if is_unassigned(value) => Self::Nothing,
            Value::Null => Self::Nothing,
            Value::Bool(value) => Self::Truth(*value),
            Value::Number(number) => Self::Amount(number.into()),
            Value::String(text) => Self::of_text(attribute, text),
            Value::Array(elements) => Self::several(attribute, elements),
            Value::Object(object) => {
                let parts = object.iter().map(|(name, part)| match attribute.sub_attribute(name) {
                    Some(_) if is_default(name, part) => (name.clone(), Self::Nothing),
                    Some(sub) => (name.clone(), Self::of(sub, part)),
                    None => (name.clone(), Self::Text(part.to_string())),
                });
                let stated = parts.filter(|(_, said)| *said != Self::Nothing);
                let mut stated: Vec<(Name, Self)> = stated.collect();
                stated.sort_unstable();
                Self::Parts(stated)
            }
        }
    }

    fn several(attribute: &Attribute, elements: &[Value]) -> Self {
        let mut elements: Vec<Self> =
            elements.iter().map(|element| Self::of(attribute, element)).collect();
        elements.sort_unstable();
        Self::Several(elements)
    }

    fn of_text(attribute: &Attribute, text: &str) -> Self {
        let exact = || Self::Text(text.to_owned());
        match attribute.attribute_type() {
            _ if attribute.returned() == Returned::Never => exact(),
            AttributeType::DateTime => parse_date_time(text).map_or_else(exact, Self::Time),
            AttributeType::Binary => bytes(text).map_or_else(exact, Self::Bytes),
            AttributeType::String | AttributeType::Reference if !is_exact(attribute) => {
                Self::Text(case_fold(text).into_owned())
            }
            _ => exact(),
        }
    }
}

#[cfg(test)]
mod tests;
