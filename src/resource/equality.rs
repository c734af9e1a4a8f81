//! Equality of values, however they are written (RFC 7643, Sections 2.2 and 2.3).

use chrono::{DateTime, Utc};

use super::is_unassigned;
use crate::schema::{Attribute, AttributeType, Returned, bytes, case_fold, parse_date_time};
use crate::value::{Name, Number, Value};

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
    Said::of(attribute, one.unwrap_or(&Value::Null))
        == Said::of(attribute, other.unwrap_or(&Value::Null))
}

impl Said {
    pub(super) fn of(attribute: &Attribute, value: &Value) -> Self {
        match value {
            value if is_unassigned(value) => Self::Nothing,
            Value::Null => Self::Nothing,
            Value::Bool(value) => Self::Truth(*value),
            Value::Number(number) => Self::Amount(number.into()),
            Value::String(text) => Self::of_text(attribute, text),
            Value::Array(elements) => {
                let mut elements: Vec<Self> =
                    elements.iter().map(|element| Self::of(attribute, element)).collect();
                elements.sort_unstable();
                Self::Several(elements)
            }
            Value::Object(object) => {
                // RFC 7643, Section 2.4: no `primary` is the same as `primary: false`.
                let is_default =
                    |name: &str, said: &Self| name == "primary" && *said == Self::Truth(false);
                let parts = object.iter().map(|(name, part)| match attribute.sub_attribute(name) {
                    Some(sub) => (name.clone(), Self::of(sub, part)),
                    None => (name.clone(), Self::Text(part.to_string())),
                });
                let stated =
                    parts.filter(|(name, said)| *said != Self::Nothing && !is_default(name, said));
                let mut stated: Vec<(Name, Self)> = stated.collect();
                stated.sort_unstable();
                Self::Parts(stated)
            }
        }
    }

    fn of_text(attribute: &Attribute, text: &str) -> Self {
        let exact = || Self::Text(text.to_owned());
        match attribute.attribute_type() {
            _ if attribute.returned() == Returned::Never => exact(),
            AttributeType::DateTime => parse_date_time(text).map_or_else(exact, Self::Time),
            AttributeType::Binary => bytes(text).map_or_else(exact, Self::Bytes),
            AttributeType::String | AttributeType::Reference if !attribute.is_case_exact() => {
                Self::Text(case_fold(text).into_owned())
            }
            _ => exact(),
        }
    }
}
