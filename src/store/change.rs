//! A committed change, as the difference of two states.

use std::collections::HashSet;
use std::sync::Arc;

use crate::context::Tenant;
use crate::patch::MemberDelta;
use crate::resource::{Resource, Version};
use crate::schema::{Membership, ResolvedPath, ResourceType};

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
