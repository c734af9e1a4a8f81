//! U+0000, which databases cannot store. All stores of this project reject it, so that you can move
//! between them.

use super::error::StoreError;
use crate::error::{Error, ScimType};
use crate::value::{Object, Value};

/// The error for a client that sends it.
pub fn reject_nul() -> StoreError {
    Error::scim(ScimType::InvalidValue, "strings must not contain U+0000").into()
}

/// # Errors
///
/// - a text of the object has U+0000 in it.
pub(crate) fn refuse_nul(object: &Object) -> Result<(), StoreError> {
    // Values came through the limit of JSON nesting.
    if object.values().any(has_nul) { Err(reject_nul()) } else { Ok(()) }
}

pub(crate) fn has_nul(value: &Value) -> bool {
    match value {
        // Without an early end, so that many bytes are looked at together.
        Value::String(text) => text.bytes().fold(false, |found, byte| found | (byte == 0)),
        Value::Array(values) => values.iter().any(has_nul),
        Value::Object(object) => object.values().any(has_nul),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
