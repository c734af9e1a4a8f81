//! Bulk responses (RFC 7644, Section 3.7.3).

use http::StatusCode;
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use super::bulk_id::BulkId;
use crate::resource::Version;
use crate::value::Value;

/// The schema of the answer to a bulk request.
pub const BULK_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/// The answer to a bulk request: what came of each operation that was processed, in the order of
/// the request.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkResponse {
    /// The results.
    pub operations: Vec<BulkResult>,
}

/// The result of one operation.
#[derive(Clone, Debug, PartialEq)]
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
