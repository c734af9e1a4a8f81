//! Resources in memory: for tests and examples, and as the reference of what a store does.

mod directory;
mod lookup;
mod members;
mod search;
mod shown;
mod table;
mod update;

use std::sync::Arc;

use async_trait::async_trait;

use super::change::Change;
use super::error::StoreError;
use super::fresh_id::fresh_id;
use super::long_key::refuse_long_keys;
use super::nul_byte::refuse_nul;
use super::precondition::Precondition;
use super::update::Update;
use super::{Pushdown, ResourceStore, StorePage, StoreQuery};
use crate::context::RequestContext;
use crate::query::{Projection, Query};
use crate::resource::Resource;
use crate::schema::ResourceType;

use directory::Locked;
pub use directory::MemoryDirectory;

/// Groups up to this size are carried along in the answer to a change.
pub const CARRIED_MEMBERS: usize = 100;

/// Keeps the resources of one type in memory, with indexes on ids, unique attributes and members.
///
/// Stores of several types that name each other, such as users and groups, come from one
/// [`MemoryDirectory`]. Values that are never returned, such as passwords, are not kept.
#[derive(Clone, Debug)]
pub struct MemoryStore {
    directory: MemoryDirectory,
    resource_type: Arc<ResourceType>,
}

impl MemoryStore {
    /// A store by itself.
    pub fn new(resource_type: impl Into<Arc<ResourceType>>) -> Self {
        MemoryDirectory::new().store(resource_type)
    }

    /// The data of the tenant. Reading it creates nothing for an unknown tenant.
    fn known(&self, cx: &RequestContext) -> Arc<Locked> {
        self.directory.known(cx.tenant()).unwrap_or_default()
    }
}

#[async_trait]
impl ResourceStore for MemoryStore {
    fn resource_type(&self) -> &Arc<ResourceType> {
        &self.resource_type
    }

    async fn create(
        &self,
        mut resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        // Time comes first in these ids, so that the order of ids is that of creation.
        resource.set_id(fresh_id());
        // RFC 7643, Section 9.2: a password is not kept in clear, and this store has no other way.
        resource.redact(&self.resource_type);
        refuse_nul(resource.attributes())?;
        refuse_long_keys(&self.resource_type, &resource)?;
        let membership = self.resource_type.membership();
        let has_members = !membership.members_of(&resource).is_empty();
        let shown = has_members.then(|| Arc::new(resource.clone()));
        let members = membership.take_members(&mut resource);
        let stored = Arc::new(resource);
        let tenancy = self.directory.tenancy(cx.tenant());
        tenancy.write().create(&self.resource_type, Arc::clone(&stored), members)?;
        Ok(shown.unwrap_or(stored))
    }

    async fn get(
        &self,
        id: &str,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        let tenancy = self.known(cx);
        let tenancy = tenancy.read();
        let resource = tenancy.find(&self.resource_type, id).ok_or(StoreError::NotFound)?;
        if !tenancy.is_related(id) {
            return Ok(Arc::clone(resource));
        }
        Ok(tenancy.show(
            projection.membership(&self.resource_type),
            resource,
            projection.max_groups(),
        ))
    }

    async fn select(
        &self,
        selection: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        search::select(&self.known(cx), &self.resource_type, &selection)
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        update::update(&self.known(cx), &self.resource_type, id, update)
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let keeps_dangling = self.directory.keeps_dangling();
        let tenancy = self.known(cx);
        tenancy.write().delete(&self.resource_type, id, expected, cx.tenant(), keeps_dangling)
    }

    fn pushdown(&self, _query: &Query) -> Pushdown {
        Pushdown::Full
    }
}

#[cfg(test)]
mod tests;
