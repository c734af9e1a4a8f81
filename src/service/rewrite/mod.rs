//! Rewrites: messages repaired before they are bound.

pub(crate) mod message;
pub(crate) mod parameters;

use crate::message::{PatchOperation, SearchRequest};
use crate::patch::{Omitted, Plan};
use crate::quirks::Deviation;
use crate::resource::Resource;
use crate::schema::ResourceType;

/// `{"op": "Replace"}`
pub(crate) fn lower_op(index: usize, operation: &mut PatchOperation) -> Option<Deviation> {
    let lower = operation.op.to_ascii_lowercase();
    (lower != operation.op).then(|| {
        operation.op = lower;
        Deviation::OpCase { operation: index }
    })
}

/// `{"op": "add", "path": "", "value": {"title": "x"}}`
pub(crate) fn blank_path(index: usize, operation: &mut PatchOperation) -> Option<Deviation> {
    // White space beside a value that cannot stand without a path is a path that was written wrong.
    let is_object = operation.value.as_ref().is_some_and(serde_json::Value::is_object);
    let blank =
        operation.path.take_if(|path| path.is_empty() || is_object && path.trim().is_empty());
    blank.map(|_| Deviation::BlankPath { operation: index })
}

/// `/Users/?FILTER=title+pr&utm=x&`
pub(crate) fn query(query: &str) -> Vec<Deviation> {
    let mut deviations = Vec::new();
    if query.split('&').any(str::is_empty) && !query.is_empty() {
        deviations.push(Deviation::EmptyParameter);
    }
    if query.contains('+') {
        deviations.push(Deviation::PlusForSpace);
    }
    for (name, _) in form_urlencoded::parse(query.as_bytes()) {
        match SearchRequest::PARAMETERS.iter().find(|known| known.eq_ignore_ascii_case(&name)) {
            Some(known) if *known == name => {}
            Some(known) => {
                deviations.push(Deviation::ParameterName { came: name.into_owned(), read: known })
            }
            None => deviations.push(Deviation::UnknownParameter(name.into_owned())),
        }
    }
    deviations
}

/// `//Users/`
pub(crate) fn path(path: &str) -> Option<Deviation> {
    (path.len() > 1 && (path.ends_with('/') || path.contains("//"))).then_some(Deviation::Slashes)
}

/// A PUT that gives `active` no value, where its type has that: the state stays as it was.
///
/// RFC 7644, Section 3.5.1 leaves to the service provider what is made of an attribute that is left
/// out, but not of null.
pub(crate) fn kept(
    resource_type: &ResourceType,
    wanted: &Resource,
    cleared: &[(Option<String>, String)],
    omitted: Omitted,
) -> Option<Deviation> {
    let active = resource_type.activity()?;
    let is_cleared =
        cleared.iter().any(|(container, name)| container.is_none() && name == active.name());
    let kept = (is_cleared || omitted != Omitted::Clear) && wanted.get(active.name()).is_none();
    kept.then_some(Deviation::ActiveKept)
}

/// A PATCH that takes the value of `active` away: the state stays as it was.
pub(crate) fn not_unassigned(resource_type: &ResourceType, plan: &Plan) -> Option<Deviation> {
    let active = resource_type.activity()?;
    plan.unassigns(active).then_some(Deviation::ActiveKept)
}

/// A new resource that gives `active` no value, where its type has that.
pub(crate) fn activate(resource_type: &ResourceType, resource: &mut Resource) -> Option<Deviation> {
    resource.activate_by_default(resource_type).then_some(Deviation::ActiveByDefault)
}

#[cfg(test)]
mod tests;
