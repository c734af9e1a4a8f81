//! Rewrites of messages that are JSON yet.

use crate::message::search_request::names;
use crate::message::{PATCH_OP, member, names_schema, whole_number};
use crate::quirks::{Deviation, Deviations};
use crate::value::{Object, Value};

/// The byte order mark of UTF-8, which editors and some libraries write.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A body behind a byte order mark.
pub(crate) fn without_byte_order_mark<'b>(body: &'b [u8], deviations: &mut Deviations) -> &'b [u8] {
    let text = body.strip_prefix(BYTE_ORDER_MARK);
    deviations.extend(text.map(|_| Deviation::ByteOrderMark));
    text.unwrap_or(body)
}

/// `{"Operations": []}`, `{"schemas": "urn:example", "Operations": []}`: which message it is
/// follows from where it was sent.
pub(crate) fn assume_schema(body: &mut Object, schema: &'static str, deviations: &mut Deviations) {
    match member(body, "schemas") {
        Some(schemas) if names_schema(schemas, schema) || !are_uris(schemas) => return,
        Some(schemas) => *schemas = [schema].into(),
        None => drop(body.insert("schemas", [schema].into())),
    }
    deviations.push(Deviation::MessageSchema(schema));
}

/// More names than any list has that is meant; a longer text is not taken apart, and so refused.
const LISTED_NAMES: usize = 1_000;

/// `{"attributes": "userName,emails"}` in a search.
pub(crate) fn comma_lists(body: &mut Object, deviations: &mut Deviations) {
    for parameter in ["attributes", "excludedAttributes"] {
        if let Some(list) = member(body, parameter)
            && let Value::String(text) = list
            && text.bytes().filter(|byte| *byte == b',').count() < LISTED_NAMES
        {
            *list = names(text).into();
            deviations.push(Deviation::CommaList(parameter));
        }
    }
}

/// `{"failOnErrors": 0}` in a bulk request.
pub(crate) fn no_errors(body: &mut Object, deviations: &mut Deviations) {
    if let Some(errors) = member(body, "failOnErrors")
        && whole_number(errors) == Some(0)
    {
        *errors = Value::Null;
        deviations.push(Deviation::ZeroFailOnErrors);
    }
}

/// `{"method": "PATCH", "data": [{"op": "remove", "path": "title"}]}` in a bulk request: operations
/// without their message.
pub(crate) fn bare_operations(data: &mut Value, deviations: &mut Deviations) {
    if data.is_array() {
        let operations = data.take();
        *data = Object::from([("schemas", [PATCH_OP].into()), ("Operations", operations)]).into();
        deviations.push(Deviation::BareOperations);
    }
}

/// Nothing, a text, or a list of texts.
fn are_uris(schemas: &Value) -> bool {
    match schemas {
        Value::Null | Value::String(_) => true,
        Value::Array(uris) => uris.iter().all(Value::is_string),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}
