//! A committed change, as the difference of two states.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::context::Tenant;
use crate::patch::MemberDelta;
use crate::resource::{Resource, Version};
use crate::schema::{Membership, ResolvedPath, ResourceType};
use crate::value::Value;

/// The kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeKind {
    /// A resource was made.
    Create,
    /// A resource was changed, or not: see [`Change::is_unchanged`].
    Update,
    /// A resource was removed.
    Delete,
}

/// A committed change. It reports differences of state, not the request: a repeated PUT changes
/// nothing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Change {
    /// The kind of the change.
    pub operation: ChangeKind,
    /// The tenant.
    pub tenant: Tenant,
    /// The type of the resource.
    pub resource_type: Arc<ResourceType>,
    /// The id of the resource.
    pub id: String,
    /// Its version afterwards; of a deleted one the last.
    pub version: Option<Version>,
    /// The state before, where the store had it; perhaps without members.
    pub before: Option<Arc<Resource>>,
    /// The whole state afterwards, members and all, where the store had it: what `get` reads, but
    /// for the groups that a resource is in.
    pub after: Option<Arc<Resource>>,
    /// The attributes that changed, but for `id`, `meta`, `schemas`, what is derived, and the
    /// members. `active` is among them also where its value was taken away, though that leaves the
    /// state as it was.
    pub paths: Vec<ResolvedPath>,
    /// The change of the members.
    pub members: MemberChange,
}

/// The change of the members of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemberChange {
    /// Ids that are members now, and were not.
    pub added: Vec<String>,
    /// Ids that were members, and are not now.
    pub removed: Vec<String>,
    /// `true` if a remaining member changed, such as in its `display`.
    pub modified: bool,
}

impl MemberChange {
    /// Returns a change that added and removed the members of these ids.
    #[must_use]
    pub fn new(added: Vec<String>, removed: Vec<String>) -> Self {
        Self { added, removed, modified: false }
    }

    /// Says that a remaining member changed, such as in its `display`.
    #[must_use]
    pub fn with_modified(self, modified: bool) -> Self {
        Self { modified, ..self }
    }

    /// The change between two states. Members at the beginning and the end of both, as most are,
    /// are looked at once.
    pub(crate) fn between(membership: Membership<'_>, before: &Resource, after: &Resource) -> Self {
        let [before, after] = [before, after].map(|state| membership.members_of(state));
        let first = before.iter().zip(after).take_while(|(old, new)| old == new).count();
        let ((stay_first, old), (_, new)) = (before.split_at(first), after.split_at(first));
        let last = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new);
        let last = last.count();
        let (old, stay_last) = old.split_at(old.len() - last);
        let (new, _) = new.split_at(new.len() - last);
        if old.is_empty() && new.is_empty() {
            return Self::default();
        }
        let (old, new) = (by_id(old), by_id(new));
        let stay = stay_first.iter().chain(stay_last).filter_map(Membership::id);
        let stay: HashSet<&str> =
            stay.filter(|id| old.contains_key(id) || new.contains_key(id)).collect();
        let only_in = |one: &HashMap<&str, &Value>, other: &HashMap<&str, &Value>| {
            let alone = |id: &&&str| !other.contains_key(**id) && !stay.contains(**id);
            let mut ids: Vec<String> =
                one.keys().filter(alone).map(|id| (*id).to_owned()).collect();
            ids.sort_unstable();
            ids
        };
        let differs = |old: &Value, new: &Value| match (old.as_object(), new.as_object()) {
            (Some(old), Some(new)) => !Membership::is_same(old, new),
            _ => old != new,
        };
        let modified =
            new.iter().any(|(id, member)| old.get(id).is_some_and(|old| differs(old, member)));
        Self { added: only_in(&new, &old), removed: only_in(&old, &new), modified }
    }

    /// Returns `true` if no member was added, removed or rewritten.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && !self.modified
    }
}

impl MemberDelta {
    /// Resolves the delta against the existing members of a table that stores only ids: those that
    /// the delta [mentions](Self::mentions), or all of them if it replaces all.
    #[must_use]
    pub fn resolve<'k>(&self, existing: impl IntoIterator<Item = &'k str>) -> MemberChange {
        let known: HashSet<&str> = existing.into_iter().collect();
        let coming: Vec<&str> = self.add.iter().filter_map(Membership::id).collect();
        let staying: HashSet<&str> = coming.iter().copied().collect();
        let leaving: HashSet<&str> = self.remove.iter().map(String::as_str).collect();
        let goes = |id: &str| (self.replace || leaving.contains(id)) && !staying.contains(id);
        let mut removed: Vec<String> =
            known.iter().filter(|id| goes(id)).map(|id| (*id).to_owned()).collect();
        removed.sort_unstable();
        let added =
            coming.into_iter().filter(|id| !known.contains(id)).map(str::to_owned).collect();
        MemberChange { added, removed, modified: false }
    }
}

fn by_id(members: &[Value]) -> HashMap<&str, &Value> {
    members.iter().filter_map(|member| Some((Membership::id(member)?, member))).collect()
}

impl Change {
    /// The creation of `resource`.
    #[must_use]
    pub fn created(
        resource_type: Arc<ResourceType>,
        tenant: Tenant,
        resource: Arc<Resource>,
    ) -> Self {
        let mut change = Self::of_whole(ChangeKind::Create, resource_type, tenant, &resource);
        change.members.added = change.resource_type.membership().member_ids(&resource);
        change.with_after(Some(resource))
    }

    /// The removal of `resource`.
    #[must_use]
    pub fn deleted(
        resource_type: Arc<ResourceType>,
        tenant: Tenant,
        resource: Arc<Resource>,
    ) -> Self {
        let mut change = Self::of_whole(ChangeKind::Delete, resource_type, tenant, &resource);
        change.members.removed = change.resource_type.membership().member_ids(&resource);
        Self { before: Some(resource), ..change }
    }

    fn of_whole(
        operation: ChangeKind,
        resource_type: Arc<ResourceType>,
        tenant: Tenant,
        resource: &Resource,
    ) -> Self {
        Self {
            operation,
            tenant,
            resource_type,
            id: resource.id().to_owned(),
            version: resource.version(),
            before: None,
            after: None,
            paths: Vec::new(),
            members: MemberChange::default(),
        }
    }

    /// Sets the whole state after the change; `None` if the store would have to read it.
    #[must_use]
    pub fn with_after(self, after: Option<Arc<Resource>>) -> Self {
        Self { after, ..self }
    }

    /// Removes values that are never returned, such as passwords, from the states before and after.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        for state in [&mut self.before, &mut self.after].into_iter().flatten() {
            if state.has_secrets(&self.resource_type) {
                Arc::make_mut(state).redact(&self.resource_type);
            }
        }
        self
    }

    /// Returns `true` if nothing changed: there is no write, no new version and no event.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.operation == ChangeKind::Update && self.paths.is_empty() && self.members.is_empty()
    }

    /// Returns `true` if `active` became true, and had been false. A change that unassigns it
    /// leaves it as it was.
    #[must_use]
    pub fn is_activation(&self) -> bool {
        self.operation == ChangeKind::Update
            && !is_active(self.before.as_deref())
            && is_active(self.after_state())
    }

    /// Returns `true` if `active` became false, and had not been: see [`Resource::is_active`].
    #[doc(alias = "session")]
    #[doc(alias = "offboarding")]
    #[must_use]
    pub fn is_deactivation(&self) -> bool {
        self.operation == ChangeKind::Update
            && is_active(self.before.as_deref())
            && !is_active(self.after_state())
    }

    fn after_state(&self) -> Option<&Resource> {
        // Only a group is not carried along, and that cannot be active or inactive.
        self.after.as_deref().or(self.before.as_deref())
    }
}

fn is_active(resource: Option<&Resource>) -> bool {
    resource.is_none_or(Resource::is_active)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::value::List;

    #[test]
    fn two_states_come_to_who_is_in_one_of_them() {
        let groups = ResourceType::group();
        let group = |members: &[(&str, &str)]| {
            let member = |(id, display): &(&str, &str)| -> Value {
                json!({ "value": id, "display": display }).into()
            };
            let mut group = Resource::default();
            group.put("members", members.iter().map(member).collect::<List>());
            group
        };
        let (a, b, c, d) = (("a", "A"), ("b", "B"), ("c", "C"), ("d", "D"));
        for (before, after, added, removed, modified) in [
            (vec![a, b], vec![a, b], vec![], vec![], false),
            (vec![a, b, c], vec![a, c], vec![], vec!["b"], false),
            (vec![a, c], vec![a, b, c], vec!["b"], vec![], false),
            (vec![a, b, c], vec![a, d, c], vec!["d"], vec!["b"], false),
            (vec![a, b, c], vec![c, b, a], vec![], vec![], false),
            (vec![a, b, c], vec![a, ("b", "X"), c], vec![], vec![], true),
            (vec![a, b, a], vec![a, b], vec![], vec![], false),
            (vec![b, a], vec![a, b, a], vec![], vec![], false),
            (vec![], vec![b, a], vec!["a", "b"], vec![], false),
            (vec![b, a], vec![], vec![], vec!["a", "b"], false),
        ] {
            let [one, other] = [group(&before), group(&after)];
            let change = MemberChange::between(groups.membership(), &one, &other);
            let ids = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect::<Vec<_>>();
            let expected = MemberChange { added: ids(added), removed: ids(removed), modified };
            assert_eq!(change, expected, "{before:?}, {after:?}");
        }
    }

    #[test]
    fn a_delta_of_ids_comes_to_what_it_changes() {
        let delta = |replace, add: &[&str], remove: &[&str]| MemberDelta {
            replace,
            add: add.iter().map(|id| json!({ "value": id }).into()).collect(),
            remove: remove.iter().map(|id| (*id).to_owned()).collect(),
        };
        for (delta, added, removed) in [
            (delta(false, &["b", "c"], &[]), vec!["c"], vec![]),
            (delta(false, &[], &["b", "c"]), vec![], vec!["b"]),
            (delta(false, &["a", "c"], &["a", "b"]), vec!["c"], vec!["b"]),
            (delta(true, &["b", "c"], &[]), vec!["c"], vec!["a"]),
            (delta(true, &[], &[]), vec![], vec!["a", "b"]),
        ] {
            let known = ["a", "b"].into_iter().filter(|id| delta.replace || delta.mentions(id));
            let change = delta.resolve(known);
            let told = |ids: &[String], expected: &[&str]| assert_eq!(ids, expected, "{delta:?}");
            told(&change.added, &added);
            told(&change.removed, &removed);
        }
    }
}
