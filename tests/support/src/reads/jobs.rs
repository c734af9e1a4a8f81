//! Bulk requests, as short as tests want to say them.

use scimwire::ResourceType;
use scimwire::schema::Schema;
use serde_json::{Value, json};

use super::provider::{Answer, Provider, Setup};

pub const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
pub const BULK_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
pub const ROOM: &str = "urn:example:schemas:Room";

impl Provider {
    /// The results of a bulk request that is processed.
    pub async fn bulk(&self, operations: &[Value]) -> Vec<Value> {
        results(self.post("/Bulk", message(operations)).await.ok())
    }

    /// The answer to a bulk request that stops after some failures.
    pub async fn bulk_until(&self, fail_on_errors: Value, operations: &[Value]) -> Answer {
        let mut message = message(operations);
        message["failOnErrors"] = fail_on_errors;
        self.post("/Bulk", message).await
    }
}

pub fn message(operations: &[Value]) -> Value {
    json!({ "schemas": [BULK_REQUEST], "Operations": operations })
}

/// The operations in the answer to a bulk request.
pub fn results(mut answer: Value) -> Vec<Value> {
    assert_eq!(answer["schemas"], json!([BULK_RESPONSE]));
    let Value::Array(results) = answer["Operations"].take() else {
        panic!("the operations are an array")
    };
    results
}

pub fn post(path: &str, bulk_id: &str, data: Value) -> Value {
    let mut operation = json!({ "method": "POST", "path": path, "bulkId": bulk_id });
    operation["data"] = data;
    operation
}

pub fn put(path: &str, data: Value) -> Value {
    let mut operation = json!({ "method": "PUT", "path": path });
    operation["data"] = data;
    operation
}

/// A PATCH of these operations.
pub fn patch(path: &str, operations: Value) -> Value {
    let mut operation =
        json!({ "method": "PATCH", "path": path, "data": { "schemas": [PATCH_OP] } });
    operation["data"]["Operations"] = operations;
    operation
}

pub fn delete(path: &str) -> Value {
    json!({ "method": "DELETE", "path": path })
}

/// The status of each result.
pub fn statuses(results: &[Value]) -> Vec<&str> {
    results.iter().map(|result| result["status"].as_str().expect("a status is text")).collect()
}

/// The id in the location of a result.
#[track_caller]
pub fn made(result: &Value) -> &str {
    assert_eq!(result["status"], "201", "{result}");
    located(result)
}

#[track_caller]
pub fn located(result: &Value) -> &str {
    result["location"].as_str().expect("a location").rsplit('/').next().expect("an id")
}

/// A room; it may lead to others, and one of them may be required.
pub fn room(name: &str, mut attributes: Value) -> Value {
    attributes["schemas"] = json!([ROOM]);
    attributes["name"] = json!(name);
    attributes
}

/// Strict, with users and rooms; `required` says whether each has to have an `exit`.
pub fn with_rooms(required: bool) -> Provider {
    let schema = json!({
        "id": ROOM,
        "name": "Room",
        "attributes": [
            { "name": "name", "type": "string", "required": true, "uniqueness": "server" },
            { "name": "exit", "type": "reference", "referenceTypes": ["Room"], "required": required },
            { "name": "beside", "type": "reference", "referenceTypes": ["Room"] },
            { "name": "doors", "type": "reference", "referenceTypes": ["Room"], "multiValued": true },
            { "name": "plan", "type": "reference", "referenceTypes": ["external"] },
            { "name": "keeper", "type": "complex", "subAttributes": [
                { "name": "value", "type": "string" },
                { "name": "$ref", "type": "reference", "referenceTypes": ["User"] },
                { "name": "since", "type": "string" }
            ] },
            { "name": "holders", "type": "complex", "multiValued": true, "subAttributes": [
                { "name": "person", "type": "reference", "referenceTypes": ["User"] },
                { "name": "value", "type": "string" }
            ] }
        ]
    });
    let rooms = ResourceType::new("Room", Schema::try_from(schema).expect("a schema"));
    Provider::serving([ResourceType::user(), rooms], Setup::default())
}
