//! What differs between two states of a resource.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::Resource;
use crate::schema::{Attribute, AttributeType, Mutability, ResolvedPath, ResourceType, Schema};

/// Up to this many values are compared with each of the others; more of them, by their text.
const FEW: usize = 16;

/// The values among `new` that are not among `old`, nor twice among themselves.
pub(crate) fn fresh_values(attribute: &Attribute, old: &[Value], new: &[Value]) -> Vec<Value> {
    if new.len() > FEW {
        let mut known: HashSet<String> = old.iter().map(|value| identity(attribute, value)).collect();
        return new.iter().filter(|value| known.insert(identity(attribute, value))).cloned().collect();
    }
    let mut fresh: Vec<Value> = Vec::new();
    for value in new {
        if !old.iter().chain(&fresh).any(|other| same_element(attribute, other, value)) {
            fresh.push(value.clone());
        }
    }
    fresh
}

/// Text that two elements share just when they are the same one.
pub(super) fn identity(attribute: &Attribute, value: &Value) -> String {
    match (value.get("value"), value) {
        (Some(id), _) if attribute.refers_by_value() => id.to_string(),
        (_, Value::Object(object)) => {
            let stated: Vec<_> = object.iter().filter(|(name, value)| !is_default(name, value)).collect();
            format!("{stated:?}")
        }
        (_, value) => value.to_string(),
    }
}

/// Whether two elements of a multi-valued attribute are the same one: those that name a resource by its id are, when the
/// ids are; others when all of them is equal.
fn same_element(attribute: &Attribute, one: &Value, other: &Value) -> bool {
    match (one.get("value"), other.get("value")) {
        (Some(one), Some(other)) if attribute.refers_by_value() => one == other,
        _ => equal_but_primary(one, other),
    }
}

/// RFC 7643, Section 2.4: no `primary` is the same as `primary: false`.
pub(super) fn equal_but_primary(one: &Value, other: &Value) -> bool {
    if one == other {
        return true;
    }
    let (Some(one), Some(other)) = (one.as_object(), other.as_object()) else {
        return false;
    };
    let stated = |object: &Map<String, Value>| object.iter().filter(|(name, value)| !is_default(name, value)).count();
    stated(one) == stated(other)
        && one.iter().filter(|(name, value)| !is_default(name, value)).all(|(name, value)| other.get(name) == Some(value))
}

fn is_default(name: &str, value: &Value) -> bool {
    name == "primary" && value == &Value::Bool(false)
}

/// The attributes that differ: a sub-attribute of a single-valued complex attribute by itself, a multi-valued attribute as
/// a whole. `id`, `schemas`, `meta` and what the service provider derives are not among them.
pub(crate) fn changed_paths(before: &Resource, after: &Resource, resource_type: &ResourceType) -> Vec<ResolvedPath> {
    let mut paths = Vec::new();
    let (old, new) = (before.attributes(), after.attributes());
    if let Some(external_id) = Schema::common().attribute("externalId")
        && old.get("externalId") != new.get("externalId")
    {
        paths.push(ResolvedPath::new(None, Arc::clone(external_id), None));
    }
    compare_objects(&mut paths, None, resource_type.schema(), old, new);
    let empty = Map::new();
    for extension in resource_type.extensions() {
        let uri = extension.schema.uri().as_str();
        let (old, new) = (old.get(uri), new.get(uri));
        if old != new {
            let old = old.and_then(Value::as_object).unwrap_or(&empty);
            let new = new.and_then(Value::as_object).unwrap_or(&empty);
            compare_objects(&mut paths, Some(&extension.schema), &extension.schema, old, new);
        }
    }
    paths
}

fn compare_objects(
    paths: &mut Vec<ResolvedPath>,
    extension: Option<&Arc<Schema>>,
    schema: &Schema,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
) {
    let differing = differing(old, new);
    if differing.is_empty() {
        return;
    }
    for attribute in schema.attributes().iter().filter(|attribute| differing.contains(&attribute.name())) {
        let (old, new) = (old.get(attribute.name()), new.get(attribute.name()));
        let same = match (old, new) {
            (Some(old), Some(new)) => same_value(attribute, old, new),
            (old, new) => old == new,
        };
        if same || is_derived(attribute) {
            continue;
        }
        if attribute.kind() == AttributeType::Complex && !attribute.multi_valued() {
            let differing = attribute
                .sub_attributes()
                .iter()
                .filter(|sub| old.and_then(|value| value.get(sub.name())) != new.and_then(|value| value.get(sub.name())));
            paths
                .extend(differing.map(|sub| ResolvedPath::new(extension.cloned(), Arc::clone(attribute), Some(Arc::clone(sub)))));
        } else {
            paths.push(ResolvedPath::new(extension.cloned(), Arc::clone(attribute), None));
        }
    }
}

/// The names whose values are not equal. A change leaves most names where they were, so that they need not be looked up.
fn differing<'o>(old: &'o Map<String, Value>, new: &'o Map<String, Value>) -> Vec<&'o str> {
    if old.keys().eq(new.keys()) {
        let pairs = old.iter().zip(new.values());
        return pairs.filter(|((_, old), new)| old != new).map(|((name, _), _)| name.as_str()).collect();
    }
    let changed = old.iter().filter(|(name, value)| new.get(*name) != Some(value)).map(|(name, _)| name.as_str());
    let come = new.keys().filter(|name| !old.contains_key(*name)).map(String::as_str);
    changed.chain(come).collect()
}

/// Whether the service provider works the attribute out from elsewhere, as `groups` of a user.
fn is_derived(attribute: &Attribute) -> bool {
    attribute.refers_by_value() && attribute.mutability() == Mutability::ReadOnly
}

/// Whether an attribute has the same values: the order of several does not count (RFC 7643, Section 2.4).
pub(crate) fn same_value(attribute: &Attribute, old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Array(old), Value::Array(new)) if attribute.multi_valued() => {
            old == new || (old.len() == new.len() && same_set(attribute, old, new))
        }
        (old, new) => old == new,
    }
}

fn same_set(attribute: &Attribute, old: &[Value], new: &[Value]) -> bool {
    if attribute.refers_by_value() {
        let by_id: HashMap<&Value, &Value> = old.iter().filter_map(|value| Some((value.get("value")?, value))).collect();
        return new.iter().all(|value| value.get("value").and_then(|id| by_id.get(id)) == Some(&value));
    }
    if old.len() > FEW {
        let sorted = |values: &[Value]| {
            let mut texts: Vec<String> = values.iter().map(|value| identity(attribute, value)).collect();
            texts.sort_unstable();
            texts
        };
        return sorted(old) == sorted(new);
    }
    let mut unmatched: Vec<&Value> = old.iter().collect();
    new.iter().all(|value| match unmatched.iter().position(|other| equal_but_primary(other, value)) {
        Some(position) => {
            unmatched.swap_remove(position);
            true
        }
        None => false,
    })
}
