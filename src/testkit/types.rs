//! Resource types with attributes of every kind.

use std::sync::Arc;

use serde_json::json;

use crate::schema::{ENTERPRISE_USER, ResourceType, Schema};

/// Users with the enterprise extension, and another one that has what the RFC's schemas lack:
/// attributes of every data type, single and multi-valued, case exact, unique, returned on request,
/// and never returned.
///
/// For stores that take any resource type.
#[must_use]
pub fn users() -> Arc<ResourceType> {
    let kinds = Schema::try_from(json!({
        "id": "urn:example:scimwire:2.0:Kinds",
        "name": "Kinds",
        "attributes": [
            { "name": "number", "type": "integer" },
            { "name": "weight", "type": "decimal" },
            { "name": "issued", "type": "dateTime" },
            { "name": "image", "type": "binary" },
            { "name": "remote", "type": "boolean" },
            { "name": "home", "type": "reference", "referenceTypes": ["external"] },
            { "name": "serial", "type": "string", "caseExact": true },
            { "name": "card", "type": "string", "caseExact": true, "uniqueness": "server" },
            { "name": "tags", "type": "string", "multiValued": true },
            { "name": "codes", "type": "integer", "multiValued": true },
            { "name": "hint", "type": "string", "returned": "request" },
            { "name": "pin", "type": "string", "returned": "never", "mutability": "writeOnly" },
            { "name": "place", "type": "complex", "subAttributes": [
                { "name": "room", "type": "string" },
                { "name": "floor", "type": "integer" },
            ]},
            { "name": "locks", "type": "complex", "multiValued": true, "subAttributes": [
                { "name": "value", "type": "string" },
                { "name": "level", "type": "integer" },
                { "name": "since", "type": "dateTime" },
                { "name": "secret", "type": "string", "returned": "never", "mutability": "writeOnly" },
            ]},
        ],
    }));
    match kinds {
        Ok(kinds) => {
            Arc::new(ResourceType::user().with_extension(ENTERPRISE_USER).with_extension(kinds))
        }
        Err(err) => panic!("the schema is consistent: {err}"),
    }
}

/// Groups. For stores that take any resource type.
#[must_use]
pub fn groups() -> Arc<ResourceType> {
    Arc::new(ResourceType::group())
}
