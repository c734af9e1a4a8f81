//! The difference between two states of a resource.

use std::collections::HashMap;
use std::sync::Arc;

use super::Resource;
use super::identities::{Identities, equal_but_primary};
use crate::budget::weight_of_member;
use crate::schema::{Attribute, AttributeType, Mutability, ResolvedPath, ResourceType, Schema};
use crate::value::{Name, Object, Value};

/// Up to this many values are compared with each of the others; more of them, by a hash.
const FEW: usize = 16;

/// The difference between two states of a resource.
pub(crate) struct Difference<'r> {
    before: &'r Resource,
    after: &'r Resource,
    /// The names in the outermost object whose values are not equal.
    names: Vec<&'r Name>,
}

impl<'r> Difference<'r> {
    pub(crate) fn between(before: &'r Resource, after: &'r Resource) -> Self {
        Self { before, after, names: differing(before.attributes(), after.attributes()) }
    }

    /// Compares two states in these attributes and in the metadata; the others are known to be
    /// equal.
    pub(crate) fn among(before: &'r Resource, after: &'r Resource, names: &[&Name]) -> Self {
        let may_differ = |name: &&Name| name.as_str() == "meta" || names.contains(name);
        let differs = |name: &&Name| before.get_kept(name) != after.get_kept(name);
        let gone = before.attributes().keys().filter(may_differ).filter(differs);
        let is_new = |name: &&Name| before.get_kept(name).is_none();
        let come = after.attributes().keys().filter(may_differ).filter(is_new);
        Self { before, after, names: gone.chain(come).collect() }
    }

    /// Lets the later state know what it weighs by what the earlier one does, if that is known.
    pub(crate) fn carry_weight(&self) {
        let of = |resource: &Resource| -> u64 {
            let members =
                self.names.iter().filter_map(|name| Some((*name, resource.get_kept(name)?)));
            members.map(|(name, value)| weight_of_member(name, value)).sum()
        };
        if let Some(weight) = self.before.known_weight() {
            self.after.assume_weight(
                weight.saturating_sub(of(self.before)).saturating_add(of(self.after)),
            );
        }
    }

    /// The attributes that differ: a sub-attribute of a single-valued complex attribute by itself,
    /// a multi-valued attribute as a whole. `id`, `schemas`, `meta` and what the service provider
    /// derives are not among them.
    pub(crate) fn paths(&self, resource_type: &ResourceType) -> Vec<ResolvedPath> {
        let mut paths = Vec::new();
        let (old, new) = (self.before.attributes(), self.after.attributes());
        if let Some(external_id) = Schema::common().attribute("externalId")
            && self.names.contains(&external_id.key())
        {
            paths.push(ResolvedPath::new(None, Arc::clone(external_id), None));
        }
        compare_objects(&mut paths, None, resource_type.schema(), old, new, &self.names);
        let empty = Object::new();
        for extension in resource_type.extensions() {
            let key = extension.schema.key();
            if self.names.contains(&key) {
                let [old, new] = [old, new]
                    .map(|state| state.get_kept(key).and_then(Value::as_object).unwrap_or(&empty));
                compare_objects(
                    &mut paths,
                    Some(&extension.schema),
                    &extension.schema,
                    old,
                    new,
                    &differing(old, new),
                );
            }
        }
        paths
    }
}

/// [`Difference::paths`] between two states.
#[cfg(any(test, feature = "testkit"))]
pub(crate) fn changed_paths(
    before: &Resource,
    after: &Resource,
    resource_type: &ResourceType,
) -> Vec<ResolvedPath> {
    Difference::between(before, after).paths(resource_type)
}

fn compare_objects(
    paths: &mut Vec<ResolvedPath>,
    extension: Option<&Arc<Schema>>,
    schema: &Schema,
    old: &Object,
    new: &Object,
    differing: &[&Name],
) {
    if differing.is_empty() {
        return;
    }
    for attribute in schema.of_keys(differing) {
        let (old, new) = (old.get_kept(attribute.key()), new.get_kept(attribute.key()));
        let same = match (old, new) {
            (Some(old), Some(new)) => same_value(attribute, old, new),
            (old, new) => old == new,
        };
        if same || is_derived(attribute) {
            continue;
        }
        if attribute.attribute_type() == AttributeType::Complex && !attribute.is_multi_valued() {
            let differing = attribute.sub_attributes().iter().filter(|sub| {
                old.and_then(|value| value.get_kept(sub.key()))
                    != new.and_then(|value| value.get_kept(sub.key()))
            });
            paths.extend(differing.map(|sub| {
                ResolvedPath::new(extension.cloned(), Arc::clone(attribute), Some(Arc::clone(sub)))
            }));
        } else {
            paths.push(ResolvedPath::new(extension.cloned(), Arc::clone(attribute), None));
        }
    }
}

/// The names whose values are not equal. A change leaves most names where they were, so that they
/// need not be looked up.
fn differing<'o>(old: &'o Object, new: &'o Object) -> Vec<&'o Name> {
    if old.keys().eq(new.keys()) {
        let pairs = old.iter().zip(new.values());
        return pairs.filter(|((_, old), new)| old != new).map(|((name, _), _)| name).collect();
    }
    let changed =
        old.iter().filter(|(name, value)| new.get_kept(name) != Some(value)).map(|(name, _)| name);
    let come = new.keys().filter(|name| old.get_kept(name).is_none());
    changed.chain(come).collect()
}

/// Returns `true` if the service provider works the attribute out from elsewhere, as `groups` of a
/// user.
fn is_derived(attribute: &Attribute) -> bool {
    attribute.is_resource_reference() && attribute.mutability() == Mutability::ReadOnly
}

/// Returns `true` if an attribute has the same values: the order of several does not count (RFC
/// 7643, Section
/// 2.4).
pub(crate) fn same_value(attribute: &Attribute, old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Array(old), Value::Array(new)) if attribute.is_multi_valued() => {
            old == new || (old.len() == new.len() && same_set(attribute, old, new))
        }
        (old, new) => old == new,
    }
}

fn same_set(attribute: &Attribute, old: &[Value], new: &[Value]) -> bool {
    if attribute.is_resource_reference() {
        let by_id: HashMap<&Value, &Value> =
            old.iter().filter_map(|value| Some((value.get("value")?, value))).collect();
        return new
            .iter()
            .all(|value| value.get("value").and_then(|id| by_id.get(id)) == Some(&value));
    }
    if old.len() > FEW {
        let mut unmatched = Identities::of(attribute, old);
        return new.iter().all(|value| unmatched.take_equal(attribute, old, value));
    }
    let mut unmatched: Vec<&Value> = old.iter().collect();
    new.iter().all(|value| {
        match unmatched.iter().position(|other| equal_but_primary(other, value)) {
            Some(position) => {
                unmatched.swap_remove(position);
                true
            }
            None => false,
        }
    })
}
