//! The message of PATCH (RFC 7644, Section 3.5.2).

use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::{MessageError, expect_schema, reads_as, take};
use crate::value::{List, Object, Text, Value};

/// The schema of a PATCH message.
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// The body of a PATCH, as the client sent it (RFC 7644, Section 3.5.2).
///
/// ```
/// use scimwire::message::{PatchOp, PatchOperation};
///
/// let message = PatchOp::new([PatchOperation::replace("active", false)]);
/// let body = serde_json::to_value(&message)?;
/// assert_eq!(body["Operations"][0]["op"], "replace");
/// assert_eq!(serde_json::from_value::<PatchOp>(body)?, message);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PatchOp {
    /// The operations, in the order in which they apply.
    pub operations: Vec<PatchOperation>,
}

/// An operation of a PATCH, as the client sent it. `Debug` omits the value, which is personal data
/// and may be a password.
#[derive(Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PatchOperation {
    /// `add`, `remove` or `replace`; clients write it in any case.
    pub op: String,
    /// The path of the target; `None` means the resource itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The value. `None` and `null` are different.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

impl PatchOp {
    /// Creates a message from its operations.
    #[must_use]
    pub fn new(operations: impl IntoIterator<Item = PatchOperation>) -> Self {
        Self { operations: operations.into_iter().collect() }
    }

    /// Reads the message from a body; no more than `most` operations.
    ///
    /// # Errors
    ///
    /// - `schemas` does not name the message;
    /// - `Operations` is missing, no array, or longer than `most`;
    /// - an operation is no object, or its `op` or `path` no string.
    pub fn from_object(mut body: Object, most: usize) -> Result<Self, MessageError> {
        expect_schema(&mut body, PATCH_OP)?;
        let Some(Value::Array(operations)) = take(&mut body, "Operations") else {
            return Err(MessageError::syntax("`Operations` must be an array"));
        };
        if operations.len() > most {
            return Err(MessageError::syntax(format!(
                "a request can have at most {most} operations: split it into several requests"
            )));
        }
        let operations = operations
            .into_iter()
            .enumerate()
            .map(|(index, operation)| read(format_args!("operation {index}"), operation));
        Ok(Self { operations: operations.collect::<Result<_, _>>()? })
    }
}

impl PatchOperation {
    /// Creates an operation from its members.
    ///
    /// ```
    /// use scimwire::message::PatchOperation;
    /// use serde_json::json;
    ///
    /// let whole = PatchOperation::new("add", None, Some(json!({ "title": "Manager" }).into()));
    /// assert_eq!(whole.path, None);
    /// ```
    #[must_use]
    pub fn new(op: impl Into<String>, path: Option<String>, value: Option<Value>) -> Self {
        Self { op: op.into(), path, value }
    }

    /// Adds a value at a path.
    #[must_use]
    pub fn add(path: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::new("add", Some(path.into()), Some(value.into()))
    }

    /// Removes everything at a path.
    #[must_use]
    pub fn remove(path: impl Into<String>) -> Self {
        Self::new("remove", Some(path.into()), None)
    }

    /// Replaces the value at a path.
    #[must_use]
    pub fn replace(path: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::new("replace", Some(path.into()), Some(value.into()))
    }
}

impl Serialize for PatchOp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_struct("PatchOp", 2)?;
        body.serialize_field("schemas", &[PATCH_OP])?;
        body.serialize_field("Operations", &self.operations)?;
        body.end()
    }
}

reads_as!(PatchOp, Object, |body| Self::from_object(body, usize::MAX));
reads_as!(PatchOperation, Value, |operation| read(format_args!("the operation"), operation));

/// The path and the value of an operation that is not read yet.
type Parts<'b> = (Option<&'b mut Text>, Option<&'b mut Value>);

/// The path and the value of each operation in a body that is not read yet; none of what is
/// malformed.
pub(crate) fn paths_and_values(body: &mut Object) -> Vec<Parts<'_>> {
    let operations = body.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case("Operations"));
    let operations =
        operations.and_then(|(_, operations)| operations.as_array_mut()).map(List::as_mut_slice);
    operations.unwrap_or_default().iter_mut().filter_map(Value::as_object_mut).map(parts).collect()
}

impl fmt::Debug for PatchOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PatchOperation")
            .field("op", &self.op)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Reads an operation; errors call it by its `place`.
fn read(place: fmt::Arguments<'_>, operation: Value) -> Result<PatchOperation, MessageError> {
    let Value::Object(mut operation) = operation else {
        return Err(MessageError::syntax(format!("{place} is not an object")));
    };
    let Some(Value::String(op)) = take(&mut operation, "op") else {
        return Err(MessageError::syntax(format!(
            "{place}: `op` must be `add`, `remove` or `replace`"
        )));
    };
    let path = match take(&mut operation, "path") {
        None | Some(Value::Null) => None,
        Some(Value::String(path)) => Some(String::from(path)),
        Some(_) => {
            return Err(MessageError::syntax(format!("{place}: `path` must be a string")));
        }
    };
    Ok(PatchOperation { op: op.into(), path, value: take(&mut operation, "value") })
}

fn parts(operation: &mut Object) -> Parts<'_> {
    let (mut path, mut value) = (None, None);
    for (name, member) in operation {
        if name.eq_ignore_ascii_case("value") {
            value = Some(member);
        } else if let (true, Value::String(text)) = (name.eq_ignore_ascii_case("path"), member) {
            path = Some(text);
        }
    }
    (path, value)
}
