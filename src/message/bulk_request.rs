//! Many operations in one request (RFC 7644, Section 3.7).

use std::collections::HashSet;
use std::fmt;

use super::bulk_id::BulkId;
use super::{MessageError, expect_schema, take, whole_number};
use crate::shown::Shown;
use crate::value::{Object, Value};

/// The schema of a bulk request.
pub const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// Operations that a client sends together, as it wrote them (RFC 7644, Section 3.7).
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRequest {
    /// The number of failures after which to stop, at least 1; `None` to process all operations.
    pub fail_on_errors: Option<u64>,
    /// The operations.
    pub operations: Vec<BulkOperation>,
}

/// A request to one resource or resource type, as the client wrote it. Its `Debug` leaves the data
/// out: they are personal.
#[derive(Clone, PartialEq)]
pub struct BulkOperation {
    /// `POST`, `PUT`, `PATCH` or `DELETE`; clients write it in any case.
    pub method: String,
    /// The name of the resource that the operation creates.
    pub bulk_id: Option<BulkId>,
    /// The version that is to be changed, as in `If-Match`.
    pub version: Option<String>,
    /// The path of the request, below the base URL.
    pub path: Option<String>,
    /// The body that the request would have.
    pub data: Option<Value>,
}

impl BulkRequest {
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
            return Err(MessageError::syntax("`Operations` has to be an array"));
        };
        let operations =
            operations.into_iter().enumerate().map(|(index, operation)| read(index, operation));
        let operations: Vec<BulkOperation> = operations.collect::<Result<_, _>>()?;
        let mut seen = HashSet::with_capacity(operations.len());
        match operations
            .iter()
            .filter_map(|operation| operation.bulk_id.as_ref())
            .find(|bulk_id| !seen.insert(*bulk_id))
        {
            Some(bulk_id) => Err(MessageError::syntax(format!(
                "two operations have the bulkId `{}`",
                Shown(bulk_id.as_str())
            ))),
            None => Ok(Self { fail_on_errors, operations }),
        }
    }
}

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
            _ => Err(MessageError::value("`failOnErrors` has to be a whole number of at least 1")),
        },
    }
}

fn read(index: usize, operation: Value) -> Result<BulkOperation, MessageError> {
    let Value::Object(mut operation) = operation else {
        return Err(MessageError::syntax(format!("operation {index} is not an object")));
    };
    let mut text = |name: &str| match take(&mut operation, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(String::from(text))),
        Some(_) => {
            Err(MessageError::syntax(format!("operation {index}: `{name}` has to be a string")))
        }
    };
    let Some(method) = text("method")? else {
        return Err(MessageError::syntax(format!("operation {index}: `method` is missing")));
    };
    let bulk_id = text("bulkId")?.and_then(BulkId::new);
    let (version, path) = (text("version")?, text("path")?);
    let data = take(&mut operation, "data").filter(|data| !data.is_null());
    Ok(BulkOperation { method, bulk_id, version, path, data })
}
