//! Simple values: texts, booleans, times, references.

use super::{Decoding, Place};
use crate::quirks::Deviation;
use crate::resource::error::{ValueError, ValueErrorKind};
use crate::schema::{Attribute, AttributeType, bytes, is_uri_reference, parse_date_time};
use crate::value::{Text, Value};

impl Decoding<'_> {
    /// RFC 7643, Section 2.3.7: an absolute or a relative URI.
    pub(super) fn reference(
        &mut self,
        place: Place<'_>,
        attribute: &Attribute,
        text: Text,
    ) -> Result<Option<Value>, ValueError> {
        if !is_uri_reference(&text) {
            if !self.decoder.quirks.accept_invalid_references {
                return Err(ValueError::new(place, ValueErrorKind::Type(AttributeType::Reference)));
            }
            self.deviations.push(Deviation::InvalidReference(place.to_string()));
        }
        canonical_text(place, attribute, text)
    }
}

/// RFC 7643, Section 2.4: a value that is canonical but for its case is spelled as the schema has
/// it.
pub(super) fn canonical_text(
    place: Place<'_>,
    attribute: &Attribute,
    text: Text,
) -> Result<Option<Value>, ValueError> {
    if attribute.canonical_values().is_empty() {
        return Ok(Some(Value::String(text)));
    }
    match attribute.canonical_value(&text) {
        Some(canonical) if canonical != text => Ok(Some(canonical.into())),
        None if attribute.is_closed() => Err(ValueError::new(place, ValueErrorKind::NotCanonical)),
        Some(_) | None => Ok(Some(Value::String(text))),
    }
}

pub(super) fn fits(kind: AttributeType, value: &Value) -> bool {
    match (kind, value) {
        (AttributeType::Boolean, Value::Bool(_)) | (AttributeType::Decimal, Value::Number(_)) => {
            true
        }
        // RFC 7643, Section 2.3.4: no fraction and no exponent.
        (AttributeType::Integer, Value::Number(number)) => number.is_whole(),
        (AttributeType::Binary, Value::String(text)) => bytes(text).is_some(),
        _ => false,
    }
}

/// A dateTime without a zone is in UTC, and says so from then on.
pub(super) fn in_a_zone(text: Text) -> Option<Value> {
    parse_date_time(&text)?;
    Some(Value::String(if has_zone(&text) { text } else { format!("{text}Z").into() }))
}

/// Returns `true` if a dateTime says in which zone it is.
pub(super) fn has_zone(text: &str) -> bool {
    let time = text.get(10..).unwrap_or_default();
    time.ends_with('Z') || time.contains(['+', '-'])
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}
