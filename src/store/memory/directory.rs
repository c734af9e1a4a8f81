//! Everything that one tenant has, and the tenants.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::SystemTime;

use super::MemoryStore;
use super::members::Memberships;
use super::table::Table;
use crate::context::Tenant;
use crate::patch::MemberDelta;
use crate::query::MaxGroups;
use crate::resource::Resource;
use crate::schema::{Membership, ResolvedPath, ResourceType};
use crate::store::change::Change;
use crate::store::error::StoreError;
use crate::store::precondition::Precondition;
use crate::value::Value;

/// The attribute of a group that is shown where a member shows its groups.
const GROUP_NAME: &str = "displayName";

/// An in-memory database with resources of several types, and a store for each.
///
/// ```
/// use scimwire::MemoryDirectory;
/// use scimwire::schema::ResourceType;
///
/// let directory = MemoryDirectory::new();
/// let users = directory.store(ResourceType::user());
/// let groups = directory.store(ResourceType::group());
/// ```
#[derive(Clone, Default)]
pub struct MemoryDirectory {
    tenants: Arc<RwLock<HashMap<Tenant, Arc<Locked>>>>,
    keeps_dangling: bool,
}

impl MemoryDirectory {
    /// Creates an empty database.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps the ids of deleted resources in their groups. By default they are removed.
    #[must_use]
    pub fn retain_dangling_members(self) -> Self {
        Self { keeps_dangling: true, ..self }
    }

    /// Returns the store of a resource type.
    pub fn store(&self, resource_type: impl Into<Arc<ResourceType>>) -> MemoryStore {
        MemoryStore { directory: self.clone(), resource_type: resource_type.into() }
    }

    pub(super) fn keeps_dangling(&self) -> bool {
        self.keeps_dangling
    }

    /// The data of a tenant; `None` if it never had any.
    pub(super) fn known(&self, tenant: &Tenant) -> Option<Arc<Locked>> {
        self.tenants.read().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned()
    }

    pub(super) fn tenancy(&self, tenant: &Tenant) -> Arc<Locked> {
        if let Some(tenancy) = self.known(tenant) {
            return tenancy;
        }
        let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(tenants.entry(tenant.clone()).or_default())
    }
}

impl fmt::Debug for MemoryDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryDirectory")
            .field("keeps_dangling", &self.keeps_dangling)
            .finish_non_exhaustive()
    }
}

/// The data of a tenant behind a lock. Waiting for it blocks a thread, so it is held only for
/// lookups and single writes.
#[derive(Default)]
pub(super) struct Locked(RwLock<Tenancy>);

impl Locked {
    /// All checks come before the first write, so that a panic leaves no half-made change behind.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Tenancy> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Tenancy> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All resources of a tenant. A group is kept without its members; who is in which group stands in
/// `memberships`.
#[derive(Default)]
pub(super) struct Tenancy {
    /// By the name of the resource type; there are few.
    tables: BTreeMap<String, Table>,
    pub(super) memberships: Memberships,
}

impl Tenancy {
    pub(super) fn table(&self, resource_type: &ResourceType) -> Option<&Table> {
        self.tables.get(resource_type.name())
    }

    pub(super) fn table_mut(&mut self, resource_type: &ResourceType) -> &mut Table {
        let name = resource_type.name();
        self.tables.entry(name.to_owned()).or_insert_with(|| Table::new(resource_type))
    }

    pub(super) fn find(&self, resource_type: &ResourceType, id: &str) -> Option<&Arc<Resource>> {
        self.table(resource_type)?.get(id)
    }

    pub(super) fn create(
        &mut self,
        resource_type: &ResourceType,
        resource: Arc<Resource>,
        members: Vec<Value>,
    ) -> Result<(), StoreError> {
        let id: Arc<str> = resource.id().into();
        self.table_mut(resource_type).insert(Arc::clone(&id), resource)?;
        if !members.is_empty() {
            let delta = MemberDelta { add: members, ..MemberDelta::default() };
            self.memberships.apply(&id, &delta);
        }
        Ok(())
    }

    pub(super) fn replace(
        &mut self,
        resource_type: &ResourceType,
        id: &str,
        resource: Arc<Resource>,
        changed: &[ResolvedPath],
    ) -> Result<(), StoreError> {
        let has_name_of =
            |before: &Arc<Resource>| before.get_str(GROUP_NAME) == resource.get_str(GROUP_NAME);
        let is_renamed = self.memberships.count(id) != 0
            && !self.find(resource_type, id).is_some_and(has_name_of);
        self.table_mut(resource_type).replace(id, resource, changed)?;
        // The copy has values that are gone, and would stay until it is asked for again.
        self.memberships.shown.forget(id);
        if is_renamed {
            self.memberships.shown.forget_all();
        }
        Ok(())
    }

    pub(super) fn delete(
        &mut self,
        resource_type: &Arc<ResourceType>,
        id: &str,
        expected: &Precondition,
        tenant: &Tenant,
        keeps_dangling: bool,
    ) -> Result<Change, StoreError> {
        let resource = Arc::clone(self.find(resource_type, id).ok_or(StoreError::NotFound)?);
        expected.check(resource.version().as_ref())?;
        self.table_mut(resource_type).remove(id);
        let mut change = Change::deleted(Arc::clone(resource_type), tenant.clone(), resource);
        change.members.removed = self.memberships.remove_group(id);
        self.memberships.shown.forget(id);
        if !keeps_dangling {
            for group in self.memberships.remove_member(id) {
                self.touch(&group);
            }
        }
        Ok(change)
    }

    /// Gives a resource another version, since something about it has changed that is kept apart
    /// from it.
    fn touch(&mut self, id: &str) {
        let table = self.tables.values_mut().find(|table| table.get(id).is_some());
        if let Some(table) = table
            && let Some(mut resource) = table.get(id).map(|resource| Resource::clone(resource))
            && let Some(meta) = resource.meta()
        {
            resource.set_meta(&meta.changed(SystemTime::now().into()));
            table.touch(id, Arc::new(resource));
            self.memberships.shown.forget(id);
        }
    }

    /// Returns `true` if a resource has members, or is in a group.
    pub(super) fn is_related(&self, id: &str) -> bool {
        self.memberships.is_member(id) || self.memberships.count(id) != 0
    }

    /// The resource with its members and its groups, as far as these are chosen, and at most so
    /// many groups.
    pub(super) fn compose(
        &self,
        chosen: Membership<'_>,
        resource: &Arc<Resource>,
        most: MaxGroups,
    ) -> Arc<Resource> {
        let mut composed = Arc::clone(resource);
        let id = resource.id();
        if let Some(members) = chosen.members()
            && self.memberships.count(id) != 0
        {
            let members_of_it = self.members(chosen, id);
            Arc::make_mut(&mut composed).put(members.name(), members_of_it);
        }
        if let Some(groups) = chosen.groups()
            && self.memberships.is_member(id)
        {
            Arc::make_mut(&mut composed).put(groups.name(), self.groups_of(id, most));
        }
        composed
    }

    /// The resource as it is shown, with its members and its groups. One that is in groups, and has
    /// no members, is made once for as long as nothing of it changes.
    pub(super) fn show(
        &self,
        chosen: Membership<'_>,
        resource: &Arc<Resource>,
        most: MaxGroups,
    ) -> Arc<Resource> {
        let id = resource.id();
        let (Some(groups), Some(member), 0) =
            (chosen.groups(), self.memberships.member(id), self.memberships.count(id))
        else {
            return self.compose(chosen, resource, most);
        };
        let kept = self.memberships.shown.get(resource, groups, most);
        kept.unwrap_or_else(|| {
            let shown = self.compose(chosen, resource, most);
            self.memberships.shown.keep(member, resource, (groups, most), &shown);
            shown
        })
    }

    /// The members of a group, with their types where these are shown.
    fn members(&self, membership: Membership<'_>, group: &str) -> Vec<Value> {
        let members = self.memberships.members(group).into_iter().map(|mut member| {
            if membership.shows_types() && !member.contains_key("type") {
                let id = member.get("value").and_then(Value::as_str).unwrap_or_default();
                if let Some(name) = self.type_of(id) {
                    member.insert("type".to_owned(), name.into());
                }
            }
            Value::Object(member)
        });
        members.collect()
    }

    fn type_of(&self, id: &str) -> Option<&str> {
        self.tables.iter().find(|(_, table)| table.get(id).is_some()).map(|(name, _)| name.as_str())
    }

    /// The groups of a resource, direct ones and those that hold these (RFC 7643, Section 4.1.2).
    fn groups_of(&self, id: &str, most: MaxGroups) -> Vec<Value> {
        let found = self.memberships.groups_of(id, most);
        let groups = found.into_iter().map(|(group, is_direct)| {
            let resource = self.tables.values().find_map(|table| table.get(group));
            let name = resource.and_then(|resource| resource.get_str(GROUP_NAME));
            Membership::group(group, is_direct, name)
        });
        groups.collect()
    }
}
