//! Protocol messages: what stands in bodies besides resources (RFC 7644, Section 8.2).
//!
//! Each implements `Serialize` and `Deserialize`, for clients and tests. A server reads bodies with
//! [`parse_object`] and `from_object`, which have limits; `Deserialize` has none.

mod bulk_id;
mod bulk_request;
mod bulk_response;
mod json;
mod list_response;
pub(crate) mod patch_op;
pub(crate) mod search_request;

use std::fmt;

use crate::error::{Error, ScimType};
use crate::value::{List, Object, Value};

pub use bulk_id::BulkId;
pub use bulk_request::{BULK_REQUEST, BulkOperation, BulkRequest};
pub use bulk_response::{BULK_RESPONSE, BulkResponse, BulkResult};
pub use json::{JsonError, JsonLimits, parse_object};
pub(crate) use json::{Known, is_among, parse_known};
pub use list_response::{LIST_RESPONSE, ListResponse};
pub use patch_op::{PATCH_OP, PatchOp, PatchOperation};
pub use search_request::{SEARCH_REQUEST, SearchRequest};

/// Reads a message with serde, by the code that reads the bodies of clients, without its limits:
/// text from outside belongs into [`parse_object`] first.
macro_rules! reads_as {
    ($message:ty, $form:ty, |$body:ident| $read:expr) => {
        impl<'de> serde::Deserialize<'de> for $message {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let $body = <$form as serde::Deserialize>::deserialize(deserializer)?;
                $read.map_err(serde::de::Error::custom)
            }
        }
    };
}
use reads_as;

/// A body that is not the message it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageError {
    scim_type: ScimType,
    detail: String,
}

impl MessageError {
    fn syntax(detail: impl Into<String>) -> Self {
        Self { scim_type: ScimType::InvalidSyntax, detail: detail.into() }
    }

    fn value(detail: impl Into<String>) -> Self {
        Self { scim_type: ScimType::InvalidValue, detail: detail.into() }
    }
}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for MessageError {}

impl From<MessageError> for Error {
    fn from(err: MessageError) -> Self {
        Self::scim(err.scim_type, err.detail)
    }
}

/// Takes a member whose name is `name` in any case.
fn take(body: &mut Object, name: &str) -> Option<Value> {
    if let Some(value) = body.remove(name) {
        return Some(value);
    }
    let key = body.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
    body.remove(&key)
}

/// The member whose name is `name` in any case.
pub(crate) fn member<'b>(body: &'b mut Object, name: &str) -> Option<&'b mut Value> {
    body.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// A whole number: `2.0` is as good as `2` (RFC 8259, Section 6). One that no integer holds is
/// none.
pub(crate) fn whole_number(value: &Value) -> Option<i64> {
    let number = value.as_number()?;
    if !number.is_whole() {
        return number.to_string().strip_suffix(".0")?.parse().ok();
    }
    Some(number.as_i64().unwrap_or(i64::MAX))
}

/// Returns `true` if the `schemas` of a message name its schema.
pub(crate) fn names_schema(schemas: &Value, schema: &str) -> bool {
    let uris = schemas.as_array().map(List::as_slice).unwrap_or_default();
    uris.iter().filter_map(Value::as_str).any(|uri| uri.eq_ignore_ascii_case(schema))
}

/// RFC 7644, Section 8.2: each message names its schema.
fn expect_schema(body: &mut Object, schema: &str) -> Result<(), MessageError> {
    let named = take(body, "schemas").is_some_and(|schemas| names_schema(&schemas, schema));
    if named {
        Ok(())
    } else {
        Err(MessageError::syntax(format!("`schemas` must contain `{schema}`")))
    }
}

/// Checks that the `schemas` of an answer name its schema.
fn named(schemas: &[String], schema: &str) -> Result<(), MessageError> {
    if schemas.iter().any(|uri| uri.eq_ignore_ascii_case(schema)) {
        Ok(())
    } else {
        Err(MessageError::syntax(format!("`schemas` must contain `{schema}`")))
    }
}
