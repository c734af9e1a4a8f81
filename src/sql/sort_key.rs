//! Values as text that compares, byte by byte, as the values do: for columns beside the data that
//! SQL can search and index.

use chrono::{DateTime, Utc};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::filter::Operand;
use crate::query::SortKey;
use crate::schema::{
    Attribute, AttributeType, bytes, case_fold, parse_date_time, prepare_username,
};
use crate::value::Value;

/// Returns the value for a [`Column::key`](super::Column::key): text whose byte order is the order
/// of the attribute's values, with case folded unless it matters, timestamps in UTC, and numbers
/// ordered by size. `None` for a value of another type.
///
/// ```
/// use scimwire::schema::ResourceType;
/// use scimwire::sql::sort_key;
///
/// let users = ResourceType::user();
/// let user_name = users.schema().attribute("userName").expect("it is in the schema");
/// assert_eq!(sort_key(user_name, &"BJensen".into()).as_deref(), Some("bjensen"));
/// ```
#[must_use]
pub fn sort_key(attribute: &Attribute, value: &Value) -> Option<String> {
    match (attribute.attribute_type(), value) {
        (AttributeType::Boolean, Value::Bool(value)) => Some(of_boolean(*value)),
        (AttributeType::Integer | AttributeType::Decimal, Value::Number(number)) => {
            Some(number.sortable())
        }
        (AttributeType::DateTime, Value::String(text)) => parse_date_time(text).map(of_instant),
        (AttributeType::Binary, Value::String(text)) => bytes(text).map(|bytes| of_bytes(&bytes)),
        (AttributeType::String | AttributeType::Reference, Value::String(text))
            if attribute.is_case_exact() =>
        {
            Some(text.to_string())
        }
        (AttributeType::String | AttributeType::Reference, Value::String(text)) => {
            Some(case_fold(text).into_owned())
        }
        _ => None,
    }
}

/// Returns the key for a lookup: like [`sort_key`], with identifiers
/// [prepared](crate::schema::prepare_username) for comparison.
#[must_use]
pub fn lookup_key(attribute: &Attribute, value: &Value) -> Option<String> {
    match value {
        Value::String(text) if attribute.is_identifier() => {
            Some(prepare_username(text).into_owned())
        }
        value => sort_key(attribute, value),
    }
}

/// Returns the key of an operand; `None` for the URL of a resource.
#[must_use]
pub fn of_operand(operand: &Operand) -> Option<String> {
    match operand {
        Operand::Boolean(value) => Some(of_boolean(*value)),
        Operand::Number(number) => Some(number.sortable()),
        Operand::Instant(instant) => Some(of_instant(*instant)),
        Operand::Binary(bytes) => Some(of_bytes(bytes)),
        Operand::Exact(text) => Some(text.to_string()),
        Operand::Folded { folded, .. } => Some(folded.to_string()),
        Operand::Identifier { prepared, .. } => Some(prepared.to_string()),
        Operand::Location { .. } => None,
    }
}

pub(super) fn of_sort_key(key: &SortKey) -> String {
    match key {
        SortKey::Boolean(value) => of_boolean(*value),
        SortKey::Number(number) => number.sortable(),
        SortKey::Instant(instant) => of_instant(*instant),
        SortKey::Text(text) => text.clone(),
    }
}

fn of_boolean(value: bool) -> String {
    if value { "1" } else { "0" }.to_owned()
}

fn of_bytes(bytes: &[u8]) -> String {
    STANDARD_NO_PAD.encode(bytes)
}

/// Seconds, moved so far that none are negative, and nanoseconds.
fn of_instant(instant: DateTime<Utc>) -> String {
    const LONG_AGO: i64 = 100_000_000_000_000;
    format!("{:015}.{:010}", instant.timestamp() + LONG_AGO, instant.timestamp_subsec_nanos())
}
