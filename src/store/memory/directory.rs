//! Everything that one tenant has, and the tenants.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use serde_json::{Map, Value};

use super::members::Memberships;
use super::table::Table;
use super::{CARRIED_MEMBERS, MemoryStore};
use crate::context::Tenant;
use crate::patch::MemberDelta;
use crate::query::Projection;
use crate::resource::Resource;
use crate::schema::{Attribute, ResourceType};
use crate::store::change::Change;
use crate::store::error::StoreError;
use crate::store::fresh_id::fresh_id;
use crate::store::nul_byte::{has_nul, no_nul, refuse_nul};
use crate::store::precondition::Precondition;
use crate::store::update::Update;

/// A database in memory that holds resources of several types, and hands out a store for each.
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
    tenants: Arc<RwLock<HashMap<Tenant, Arc<RwLock<Tenancy>>>>>,
    keeps_dangling: bool,
}

impl MemoryDirectory {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves a deleted resource in the groups that listed it; otherwise it is taken out.
    #[must_use]
    pub fn keeping_dangling_members(self) -> Self {
        Self { keeps_dangling: true, ..self }
    }

    /// The store of a resource type.
    pub fn store(&self, resource_type: impl Into<Arc<ResourceType>>) -> MemoryStore {
        MemoryStore { directory: self.clone(), resource_type: resource_type.into() }
    }

    pub(super) fn keeps_dangling(&self) -> bool {
        self.keeps_dangling
    }

    /// What a tenant has, if it ever had something.
    pub(super) fn known(&self, tenant: &Tenant) -> Option<Arc<RwLock<Tenancy>>> {
        self.tenants.read().unwrap_or_else(PoisonError::into_inner).get(tenant).cloned()
    }

    pub(super) fn tenancy(&self, tenant: &Tenant) -> Arc<RwLock<Tenancy>> {
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

/// All resources of a tenant. A group is kept without its members; who is in which group stands in
/// `memberships`.
#[derive(Default)]
pub(super) struct Tenancy {
    tables: HashMap<String, Table>,
    pub(super) memberships: Memberships,
}

impl Tenancy {
    pub(super) fn table(&self, resource_type: &ResourceType) -> Option<&Table> {
        self.tables.get(resource_type.name())
    }

    fn table_mut(&mut self, resource_type: &ResourceType) -> &mut Table {
        let name = resource_type.name();
        self.tables.entry(name.to_owned()).or_insert_with(|| Table::new(resource_type))
    }

    pub(super) fn find(&self, resource_type: &ResourceType, id: &str) -> Option<&Arc<Resource>> {
        self.table(resource_type)?.get(id)
    }

    pub(super) fn create(
        &mut self,
        resource_type: &ResourceType,
        mut resource: Resource,
    ) -> Result<Resource, StoreError> {
        // Time comes first in these ids, so that the order of ids is that of creation.
        let id: Arc<str> = fresh_id().into();
        resource.set_id(&*id);
        // RFC 7643, Section 9.2: a password is not kept in clear, and this store has no other way.
        resource.forget_secrets(resource_type);
        refuse_nul(resource.attributes())?;
        let mut stored = resource.clone();
        let members =
            resource_type.membership().and_then(|membership| stored.remove(membership.name()));
        self.table_mut(resource_type).insert(Arc::clone(&id), Arc::new(stored))?;
        if let Some(Value::Array(members)) = members {
            let delta = MemberDelta { add: members, ..MemberDelta::default() };
            self.memberships.apply(&id, &delta);
        }
        Ok(resource)
    }

    pub(super) fn update(
        &mut self,
        resource_type: &ResourceType,
        id: &str,
        update: &Update,
    ) -> Result<Change, StoreError> {
        let current = Arc::clone(self.find(resource_type, id).ok_or(StoreError::NotFound)?);
        // The groups of a resource are shown to a change that compares them.
        let view = resource_type.membership_view().filter(|view| update.compares(view));
        let current = match view {
            Some(view) => self.with_groups(view, current, Projection::default().indirect_groups()),
            None => current,
        };
        let Some(membership) = resource_type.membership() else {
            let change = update.apply(current)?;
            return self.write_whole(resource_type, view, change);
        };
        match update.members() {
            None if update.touches(membership) => {
                let change = update.apply(self.with_members(membership, &current))?;
                self.write_members(resource_type, membership, view, change)
            }
            delta => {
                if delta.is_some_and(|delta| delta.replace) {
                    update.budget().spend_values(self.memberships.count(id))?;
                }
                let members =
                    delta.map(|delta| self.memberships.preview(id, delta)).unwrap_or_default();
                let (change, apart) = update.apply_with_members(current, members)?;
                if delta.is_some_and(|delta| delta.add.iter().any(has_nul)) {
                    return Err(no_nul());
                }
                self.write_back(resource_type, id, view, apart)?;
                if let Some(delta) = delta.filter(|_| !change.members.is_empty()) {
                    self.memberships.apply(id, delta);
                }
                Ok(self.carry_members(resource_type, change))
            }
        }
    }

    /// Writes the state after a change of a resource of a type without members.
    fn write_whole(
        &mut self,
        resource_type: &ResourceType,
        view: Option<&Arc<Attribute>>,
        mut change: Change,
    ) -> Result<Change, StoreError> {
        if let Some((view, after)) = view.zip(change.after.as_mut()) {
            Arc::make_mut(after).remove(view.name());
        }
        let unchanged = change.is_unchanged();
        if let Some(after) = change.after.as_mut().filter(|_| !unchanged) {
            Arc::make_mut(after).forget_secrets(resource_type);
            self.table_mut(resource_type).replace(&change.id, Arc::clone(after))?;
        }
        Ok(change)
    }

    /// Writes the state after a change, without its members and without what only shows its groups.
    fn write_back(
        &mut self,
        resource_type: &ResourceType,
        id: &str,
        view: Option<&Arc<Attribute>>,
        apart: Option<Resource>,
    ) -> Result<(), StoreError> {
        let Some(mut apart) = apart else { return Ok(()) };
        if let Some(view) = view {
            apart.remove(view.name());
        }
        apart.forget_secrets(resource_type);
        self.table_mut(resource_type).replace(id, Arc::new(apart))
    }

    /// Writes a resource whose members were changed in the resource itself.
    fn write_members(
        &mut self,
        resource_type: &ResourceType,
        membership: &Attribute,
        view: Option<&Arc<Attribute>>,
        change: Change,
    ) -> Result<Change, StoreError> {
        let Some(mut apart) = change.after.as_deref().filter(|_| !change.is_unchanged()).cloned()
        else {
            return Ok(change);
        };
        refuse_nul(apart.attributes())?;
        let members = apart.remove(membership.name());
        self.write_back(resource_type, &change.id, view, Some(apart))?;
        let add = if let Some(Value::Array(members)) = members { members } else { Vec::new() };
        self.memberships.apply(&change.id, &MemberDelta { replace: true, add, remove: Vec::new() });
        Ok(self.carry_members(resource_type, change))
    }

    /// Puts the members of a small group into the answer; a large one is not read only to be sent.
    fn carry_members(&self, resource_type: &ResourceType, change: Change) -> Change {
        let small = self.memberships.count(&change.id) <= CARRIED_MEMBERS;
        let after = self.find(resource_type, &change.id).filter(|_| small);
        let after = after.map(|after| self.compose(resource_type, after, &Projection::default()));
        change.with_after(after)
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
        }
    }

    /// The resource with its members and its groups, as far as `projection` reads them.
    pub(super) fn compose(
        &self,
        resource_type: &ResourceType,
        resource: &Arc<Resource>,
        projection: &Projection,
    ) -> Arc<Resource> {
        let membership = resource_type.membership().filter(|attribute| projection.reads(attribute));
        let view = resource_type.membership_view().filter(|attribute| projection.reads(attribute));
        let composed = match membership {
            Some(attribute) => self.with_members(attribute, resource),
            None => Arc::clone(resource),
        };
        match view {
            Some(view) => self.with_groups(view, composed, projection.indirect_groups()),
            None => composed,
        }
    }

    fn with_groups(
        &self,
        view: &Attribute,
        mut resource: Arc<Resource>,
        indirect: usize,
    ) -> Arc<Resource> {
        if self.memberships.is_member(resource.id()) {
            let groups = self.groups_of(resource.id(), indirect);
            Arc::make_mut(&mut resource).put(view.name(), groups);
        }
        resource
    }

    fn with_members(&self, membership: &Attribute, resource: &Arc<Resource>) -> Arc<Resource> {
        let members = self.memberships.members(resource.id());
        if members.is_empty() {
            return Arc::clone(resource);
        }
        let types = membership.sub_attribute("type").is_some();
        let members = members.into_iter().map(|mut member| {
            if types && !member.contains_key("type") {
                let id = member.get("value").and_then(Value::as_str).unwrap_or_default();
                if let Some(name) = self.type_of(id) {
                    member.insert("type".to_owned(), name.into());
                }
            }
            Value::Object(member)
        });
        let members: Vec<Value> = members.collect();
        let mut resource = Resource::clone(resource);
        resource.put(membership.name(), members);
        Arc::new(resource)
    }

    fn type_of(&self, id: &str) -> Option<&str> {
        self.tables.iter().find(|(_, table)| table.get(id).is_some()).map(|(name, _)| name.as_str())
    }

    /// The groups of a resource, direct ones and those that hold these (RFC 7643, Section 4.1.2).
    fn groups_of(&self, id: &str, indirect: usize) -> Vec<Value> {
        let found = self.memberships.groups_of(id, indirect);
        let groups = found.into_iter().map(|(group, direct)| {
            let mut value = Map::new();
            value.insert("value".to_owned(), (**group).into());
            value.insert("type".to_owned(), if direct { "direct" } else { "indirect" }.into());
            let resource = self.tables.values().find_map(|table| table.get(group));
            if let Some(name) = resource.and_then(|resource| resource.text("displayName")) {
                value.insert("display".to_owned(), name.into());
            }
            Value::Object(value)
        });
        groups.collect()
    }
}
