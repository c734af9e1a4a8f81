//! Rewrites: messages repaired before they are bound.

use serde_json::{Map, Value};

use super::Deviation;
use crate::message::PatchOperation;
use crate::schema::{AttributeType, ResourceType};

/// `{"op": "Replace"}`
pub(crate) fn lower_op(index: usize, operation: &mut PatchOperation) -> Option<Deviation> {
    let lower = operation.op.to_ascii_lowercase();
    (lower != operation.op).then(|| {
        operation.op = lower;
        Deviation::OpCase { operation: index }
    })
}

/// A new resource without `active`, where its type has that.
pub(crate) fn activate(resource_type: &ResourceType, body: &mut Map<String, Value>) -> Option<Deviation> {
    let attribute = resource_type.schema().attribute("active").filter(|active| active.kind() == AttributeType::Boolean)?;
    let given = body.keys().any(|key| attribute.attr_name().is(key));
    (!given).then(|| {
        body.insert(attribute.name().to_owned(), Value::Bool(true));
        Deviation::ActiveByDefault
    })
}
