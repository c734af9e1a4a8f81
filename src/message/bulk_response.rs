//! Bulk responses (RFC 7644, Section 3.7.3).

use http::StatusCode;
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Deserialize, Serialize, Serializer};

use super::bulk_id::BulkId;
use super::{MessageError, named};
use crate::resource::Version;
use crate::value::Value;

/// The schema of the answer to a bulk request.
pub const BULK_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// The answer to a bulk request: what came of each operation that was processed, in the order of
/// the request.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "ResponseBody")]
#[non_exhaustive]
pub struct BulkResponse {
    /// The results.
    pub operations: Vec<BulkResult>,
}

/// The result of one operation.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "ResultBody")]
#[non_exhaustive]
pub struct BulkResult {
    /// The method, as the client wrote it.
    pub method: String,
    /// The client's name for the resource, where it gave one.
    pub bulk_id: Option<BulkId>,
    /// The version of the resource afterwards.
    pub version: Option<Version>,
    /// The URL of the resource; `None` if a POST failed.
    pub location: Option<String>,
    /// The status of the answer that a single request would have got.
    pub status: StatusCode,
    /// Its body: always of a failure.
    pub response: Option<Value>,
}

/// The members of an answer.
#[derive(Deserialize)]
struct ResponseBody {
    schemas: Vec<String>,
    #[serde(rename = "Operations")]
    operations: Vec<BulkResult>,
}

/// The members of a result.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResultBody {
    method: String,
    bulk_id: Option<String>,
    version: Option<String>,
    location: Option<String>,
    status: String,
    response: Option<Value>,
}

impl BulkResponse {
    /// Creates an answer from its results.
    #[must_use]
    pub fn new(operations: impl IntoIterator<Item = BulkResult>) -> Self {
        Self { operations: operations.into_iter().collect() }
    }
}

impl BulkResult {
    /// Creates a result with nothing but a method and a status.
    #[must_use]
    pub fn new(method: impl Into<String>, status: StatusCode) -> Self {
        Self {
            method: method.into(),
            bulk_id: None,
            version: None,
            location: None,
            status,
            response: None,
        }
    }
}

impl TryFrom<ResponseBody> for BulkResponse {
    type Error = MessageError;

    fn try_from(body: ResponseBody) -> Result<Self, MessageError> {
        named(&body.schemas, BULK_RESPONSE)?;
        Ok(Self { operations: body.operations })
    }
}

impl TryFrom<ResultBody> for BulkResult {
    type Error = MessageError;

    fn try_from(body: ResultBody) -> Result<Self, MessageError> {
        let status = body.status.parse();
        Ok(Self {
            method: body.method,
            bulk_id: body.bulk_id.and_then(BulkId::new),
            version: body.version.as_deref().map(Version::unchecked),
            location: body.location,
            status: status
                .map_err(|_| MessageError::value("`status` is not a valid HTTP status code"))?,
            response: body.response,
        })
    }
}

impl Serialize for BulkResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_struct("BulkResponse", 2)?;
        body.serialize_field("schemas", &[BULK_RESPONSE])?;
        body.serialize_field("Operations", &self.operations)?;
        body.end()
    }
}

impl Serialize for BulkResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut result = serializer.serialize_map(None)?;
        result.serialize_entry("method", &self.method)?;
        if let Some(bulk_id) = &self.bulk_id {
            result.serialize_entry("bulkId", bulk_id.as_str())?;
        }
        if let Some(version) = &self.version {
            result.serialize_entry("version", version.as_str())?;
        }
        if let Some(location) = &self.location {
            result.serialize_entry("location", location)?;
        }
        result.serialize_entry("status", self.status.as_str())?;
        if let Some(response) = &self.response {
            result.serialize_entry("response", response)?;
        }
        result.end()
    }
}
