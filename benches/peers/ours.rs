//! The side of scimwire in the benches.

use std::sync::Arc;

use scimwire::filter::{FilterBinder, BoundFilter, Filter};
use scimwire::message::PatchOp;
use scimwire::patch::{Plan, PatchBinder};
use scimwire::resource::Resource;
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use serde_json::{Value, json};

pub(crate) fn user_type() -> Arc<ResourceType> {
    Arc::new(ResourceType::user().with_extension(ENTERPRISE_USER))
}

pub(crate) fn stored(document: &Value) -> Resource {
    Resource::from_object(document.as_object().expect("a resource is an object").clone())
}

pub(crate) fn bound(users: &ResourceType, text: &str) -> BoundFilter {
    let filter: Filter = text.parse().expect("a filter");
    FilterBinder::new(users).bind(&filter).expect("its attributes are those of users")
}

/// The body of a PATCH.
pub(crate) fn body(operations: Value) -> Value {
    let schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    json!({ "schemas": [schema], "Operations": operations })
}

pub(crate) fn message(body: &Value) -> PatchOp {
    let body = body.as_object().expect("a message is an object").clone();
    PatchOp::from_object(body.into(), 10_000).expect("a PATCH")
}

pub(crate) fn plan(resource_type: &Arc<ResourceType>, message: PatchOp) -> Plan {
    PatchBinder::new(Arc::clone(resource_type)).bind(message).expect("its paths are known")
}

/// The body of a PATCH as scim-kit reads it.
pub(crate) fn kit(body: &Value) -> scim_kit::PatchOp {
    serde_json::from_value(body.clone()).expect("a PATCH")
}
