//! Many operations in one request (RFC 7644, Section 3.7).

use std::collections::HashSet;
use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::bulk_id::BulkId;
use super::{MessageError, expect_schema, reads_as, take, whole_number};
use crate::shown::Shown;
use crate::value::{Object, Value};

/// The schema of a bulk request.
pub const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// Operations that a client sends together, as it wrote them (RFC 7644, Section 3.7).
///
/// ```
/// use scimwire::message::{BulkOperation, BulkRequest};
/// use serde_json::json;
///
/// let create = BulkOperation::post("/Users", "qwerty", json!({ "userName": "bjensen" }));
/// let message = BulkRequest::new([create, BulkOperation::delete("/Users/2819c223")]);
/// let body = serde_json::to_value(&message)?;
/// assert_eq!(body["Operations"][0]["bulkId"], "qwerty");
/// assert_eq!(serde_json::from_value::<BulkRequest>(body)?, message);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BulkRequest {
    /// The number of failures after which to stop, at least 1; `None` to process all operations.
    pub fail_on_errors: Option<u64>,
    /// The operations.
    pub operations: Vec<BulkOperation>,
}

/// A request to one resource or resource type, as the client wrote it. Its `Debug` leaves the data
/// out: they are personal.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BulkOperation {
    /// `POST`, `PUT`, `PATCH` or `DELETE`; clients write it in any case.
    pub method: String,
    /// The name of the resource that the operation creates.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "BulkId::as_name")]
    pub bulk_id: Option<BulkId>,
    /// The version that is to be changed, as in `If-Match`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The path of the request, below the base URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The body that the request would have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

impl BulkRequest {
    /// Creates a message from its operations, all of which are processed.
    #[must_use]
    pub fn new(operations: impl IntoIterator<Item = BulkOperation>) -> Self {
        Self { fail_on_errors: None, operations: operations.into_iter().collect() }
    }

    /// Reads the message from a body.
    ///
    /// # Errors
    ///
    /// - `schemas` does not name the message;
    /// - `Operations` is missing, or no array;
    /// - `failOnErrors` is no whole number of at least 1;
    /// - an operation is no object, or has no `method`, or has a member of the wrong type;
    /// - two operations have one `bulkId`.
    pub fn from_object(mut body: Object) -> Result<Self, MessageError> {
        expect_schema(&mut body, BULK_REQUEST)?;
        let fail_on_errors = fail_on_errors(take(&mut body, "failOnErrors"))?;
        let Some(Value::Array(operations)) = take(&mut body, "Operations") else {
            return Err(MessageError::syntax("`Operations` must be an array"));
        };
        let operations = operations
            .into_iter()
            .enumerate()
            .map(|(index, operation)| read(format_args!("operation {index}"), operation));
        let operations: Vec<BulkOperation> = operations.collect::<Result<_, _>>()?;
        let mut seen = HashSet::with_capacity(operations.len());
        match operations
            .iter()
            .filter_map(|operation| operation.bulk_id.as_ref())
            .find(|bulk_id| !seen.insert(*bulk_id))
        {
            Some(bulk_id) => Err(MessageError::syntax(format!(
                "`bulkId` `{}` is not unique: give each operation its own",
                Shown(bulk_id.as_str())
            ))),
            None => Ok(Self { fail_on_errors, operations }),
        }
    }
}

impl BulkOperation {
    /// Creates an operation with nothing but a method.
    #[must_use]
    pub fn new(method: impl Into<String>) -> Self {
        Self { method: method.into(), bulk_id: None, version: None, path: None, data: None }
    }

    /// Creates a resource. Others refer to it by `bulk_id`; an empty one is left out.
    #[must_use]
    pub fn post(
        path: impl Into<String>,
        bulk_id: impl Into<String>,
        data: impl Into<Value>,
    ) -> Self {
        Self { bulk_id: BulkId::new(bulk_id), ..Self::with_data("POST", path, data) }
    }

    /// Replaces a resource.
    #[must_use]
    pub fn put(path: impl Into<String>, data: impl Into<Value>) -> Self {
        Self::with_data("PUT", path, data)
    }

    /// Changes a resource; `data` is a [`PatchOp`](super::PatchOp).
    #[must_use]
    pub fn patch(path: impl Into<String>, data: impl Into<Value>) -> Self {
        Self::with_data("PATCH", path, data)
    }

    /// Deletes a resource.
    #[must_use]
    pub fn delete(path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..Self::new("DELETE") }
    }

    fn with_data(method: &str, path: impl Into<String>, data: impl Into<Value>) -> Self {
        Self { path: Some(path.into()), data: Some(data.into()), ..Self::new(method) }
    }
}

impl Serialize for BulkRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = 2 + usize::from(self.fail_on_errors.is_some());
        let mut body = serializer.serialize_struct("BulkRequest", members)?;
        body.serialize_field("schemas", &[BULK_REQUEST])?;
        match self.fail_on_errors {
            Some(errors) => body.serialize_field("failOnErrors", &errors)?,
            None => body.skip_field("failOnErrors")?,
        }
        body.serialize_field("Operations", &self.operations)?;
        body.end()
    }
}

reads_as!(BulkRequest, Object, |body| Self::from_object(body));
reads_as!(BulkOperation, Value, |operation| read(format_args!("the operation"), operation));

impl fmt::Debug for BulkOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("BulkOperation");
        shown
            .field("method", &self.method)
            .field("bulk_id", &self.bulk_id)
            .field("version", &self.version);
        shown.field("path", &self.path).finish_non_exhaustive()
    }
}

fn fail_on_errors(value: Option<Value>) -> Result<Option<u64>, MessageError> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match whole_number(&value).map(u64::try_from) {
            Some(Ok(errors @ 1..)) => Ok(Some(errors)),
            _ => Err(MessageError::value("`failOnErrors` must be an integer of at least 1")),
        },
    }
}

/// Reads an operation; errors call it by its `place`.
fn read(place: fmt::Arguments<'_>, operation: Value) -> Result<BulkOperation, MessageError> {
    let Value::Object(mut operation) = operation else {
        return Err(MessageError::syntax(format!("{place} is not an object")));
    };
    let mut text = |name: &str| match take(&mut operation, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(String::from(text))),
        Some(_) => Err(MessageError::syntax(format!("{place}: `{name}` must be a string"))),
    };
    let Some(method) = text("method")? else {
        return Err(MessageError::syntax(format!("{place}: `method` is missing")));
    };
    let bulk_id = text("bulkId")?.and_then(BulkId::new);
    let (version, path) = (text("version")?, text("path")?);
    let data = take(&mut operation, "data").filter(|data| !data.is_null());
    Ok(BulkOperation { method, bulk_id, version, path, data })
}
