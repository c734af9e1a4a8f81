//! Rewrites: messages repaired before they are bound.

pub(crate) mod message;
pub(crate) mod parameters;

use crate::message::PatchOperation;
use crate::patch::PatchPlan;
use crate::quirks::{Deviation, Deviations, OmittedAttributes};
use crate::resource::Resource;
use crate::schema::{ResolvedPath, ResourceType};
use crate::value::Value;

/// `{"op": "Replace"}`
pub(crate) fn lower_op(operation: &mut PatchOperation, deviations: &mut Deviations) {
    if operation.op.bytes().any(|byte| byte.is_ascii_uppercase()) {
        operation.op.make_ascii_lowercase();
        deviations.push(Deviation::OpCase);
    }
}

/// `{"op": "add", "path": "", "value": {"title": "x"}}`
pub(crate) fn blank_path(operation: &mut PatchOperation, deviations: &mut Deviations) {
    // White space beside a value that cannot stand without a path is a path that was written wrong.
    let is_object = operation.value.as_ref().is_some_and(Value::is_object);
    let blank =
        operation.path.take_if(|path| path.is_empty() || is_object && path.trim().is_empty());
    deviations.extend(blank.map(|_| Deviation::BlankPath));
}

/// `//Users/`
pub(crate) fn path(path: &str, deviations: &mut Deviations) {
    if path.len() > 1 && (path.ends_with('/') || path.contains("//")) {
        deviations.push(Deviation::RedundantSlashes);
    }
}

/// A PUT that gives `active` no value, where its type has that: the state stays as it was.
///
/// RFC 7644, Section 3.5.1 leaves to the service provider what is made of an attribute that is left
/// out, but not of null.
pub(crate) fn kept(
    resource_type: &ResourceType,
    wanted: &Resource,
    cleared: &[ResolvedPath],
    omitted: OmittedAttributes,
    deviations: &mut Deviations,
) {
    let Some(active) = resource_type.activity() else { return };
    let is_cleared =
        cleared.iter().any(|path| path.extension().is_none() && path.attribute() == active);
    if (is_cleared || omitted != OmittedAttributes::Clear)
        && wanted.get_kept(active.key()).is_none()
    {
        deviations.push(Deviation::ActiveKept);
    }
}

/// A PATCH that takes the value of `active` away: the state stays as it was.
pub(crate) fn not_unassigned(
    resource_type: &ResourceType,
    plan: &PatchPlan,
    deviations: &mut Deviations,
) {
    if resource_type.activity().is_some_and(|active| plan.unassigns(active)) {
        deviations.push(Deviation::ActiveKept);
    }
}

/// A new resource that gives `active` no value, where its type has that; says whether it is one.
pub(crate) fn activate(
    resource_type: &ResourceType,
    resource: &mut Resource,
    deviations: &mut Deviations,
) -> bool {
    let assumed = resource.activate_by_default(resource_type);
    if assumed {
        deviations.push(Deviation::ActiveByDefault);
    }
    assumed
}

#[cfg(test)]
mod tests;
