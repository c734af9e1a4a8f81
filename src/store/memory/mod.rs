//! Resources in memory: for tests and examples, and as the reference of what a store does.

mod directory;
mod members;
mod search;
mod table;

use std::sync::{Arc, PoisonError};

use async_trait::async_trait;

use super::change::Change;
use super::error::StoreError;
use super::precondition::Precondition;
use super::update::Update;
use super::{Pushdown, ResourceStore, Selected, Selection};
use crate::context::RequestContext;
use crate::query::{Projection, Query};
use crate::resource::Resource;
use crate::schema::ResourceType;

pub use directory::MemoryDirectory;
use directory::Tenancy;

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

    /// Reads of a tenant that has nothing leave nothing behind.
    fn read<O>(&self, cx: &RequestContext, read: impl FnOnce(&Tenancy) -> O) -> O {
        let Some(tenancy) = self.directory.known(cx.tenant()) else {
            return read(&Tenancy::default());
        };
        // All checks come before the first write, so that a panic leaves no half-made change
        // behind.
        let tenancy = tenancy.read().unwrap_or_else(PoisonError::into_inner);
        read(&tenancy)
    }

    fn write<O>(&self, cx: &RequestContext, write: impl FnOnce(&mut Tenancy) -> O) -> O {
        let tenancy = self.directory.tenancy(cx.tenant());
        let mut tenancy = tenancy.write().unwrap_or_else(PoisonError::into_inner);
        write(&mut tenancy)
    }
}

#[async_trait]
impl ResourceStore for MemoryStore {
    async fn create(
        &self,
        resource: Resource,
        cx: &RequestContext,
    ) -> Result<Resource, StoreError> {
        self.write(cx, |tenancy| tenancy.create(&self.resource_type, resource))
    }

    async fn get(
        &self,
        id: &str,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.read(cx, |tenancy| {
            let resource = tenancy.find(&self.resource_type, id).ok_or(StoreError::NotFound)?;
            Ok(tenancy.compose(&self.resource_type, resource, projection))
        })
    }

    async fn select(
        &self,
        selection: Selection<'_>,
        cx: &RequestContext,
    ) -> Result<Selected, StoreError> {
        self.read(cx, |tenancy| search::select(tenancy, &self.resource_type, &selection))
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.write(cx, |tenancy| tenancy.update(&self.resource_type, id, update))
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let keeps_dangling = self.directory.keeps_dangling();
        self.write(cx, |tenancy| {
            tenancy.delete(&self.resource_type, id, expected, cx.tenant(), keeps_dangling)
        })
    }

    fn pushdown(&self, _query: &Query) -> Pushdown {
        Pushdown::Pages
    }
}

#[cfg(test)]
mod tests;
