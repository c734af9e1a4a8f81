//! A store over tables that have no place for a resource that does not fit its type.

use std::sync::Arc;

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::query::{Projection, Query};
use scimwire::store::{
    Change, MemoryStore, Precondition, Pushdown, ResourceStore, StoreError, StorePage, StoreQuery,
    Update,
};
use scimwire::{Resource, ResourceType};

pub(crate) struct Fitting(pub(crate) MemoryStore);

impl Fitting {
    fn check(&self, resource: &Resource) {
        let mut fitting = resource.clone();
        let left_out = self.resource_type().conform(&mut fitting);
        assert!(left_out.is_empty(), "no place for {left_out:?}");
        assert_eq!(fitting.attributes(), resource.attributes(), "a column is empty");
    }
}

#[async_trait]
impl ResourceStore for Fitting {
    fn resource_type(&self) -> &Arc<ResourceType> {
        self.0.resource_type()
    }

    async fn create(
        &self,
        resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.check(&resource);
        self.0.create(resource, cx).await
    }

    async fn get(
        &self,
        id: &str,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.0.get(id, projection, cx).await
    }

    async fn select(
        &self,
        selection: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        self.0.select(selection, cx).await
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let change = self.0.update(id, update, cx).await?;
        if let Some(after) = &change.after {
            self.check(after);
        }
        Ok(change)
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.0.delete(id, expected, cx).await
    }

    fn pushdown(&self, query: &Query) -> Pushdown {
        self.0.pushdown(query)
    }
}
