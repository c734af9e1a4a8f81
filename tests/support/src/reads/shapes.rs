//! A store that leaves as much of a query to the crate as it is told.

use std::sync::Arc;

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::query::{Projection, Query};
use scimwire::schema::ResourceType;
use scimwire::store::{Change, Precondition, Pushdown, StoreError, StorePage, StoreQuery, Update};
use scimwire::{MemoryStore, Resource, ResourceStore};

/// A store in memory of any shape. What it hands over is not in the order of ids, unless it pages,
/// and has nothing that need not be loaded.
pub struct Shaped {
    store: MemoryStore,
    resource_type: ResourceType,
    pushdown: Pushdown,
}

impl Shaped {
    pub fn new(store: MemoryStore, resource_type: ResourceType, pushdown: Pushdown) -> Self {
        Self { store, resource_type, pushdown }
    }

    /// A resource without what the projection leaves out.
    fn loaded(&self, mut resource: Arc<Resource>, projection: &Projection) -> Arc<Resource> {
        let attributes = self.resource_type.schema().attributes().iter();
        for attribute in attributes.filter(|attribute| !projection.needs(attribute)) {
            Arc::make_mut(&mut resource).remove(attribute.name());
        }
        resource
    }

    /// All that may match, and every second one that does not.
    async fn candidates(
        &self,
        selection: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        let mut everything = selection;
        everything.filter = None;
        let mut selected = self.store.select(everything, cx).await?;
        let mut others = 0;
        selected.resources.retain(|resource| {
            let matches = selection.filter.is_none_or(|filter| filter.matches(resource));
            others += usize::from(!matches);
            matches || others % 2 == 0
        });
        Ok(selected)
    }
}

#[async_trait]
impl ResourceStore for Shaped {
    fn resource_type(&self) -> &Arc<ResourceType> {
        self.store.resource_type()
    }

    async fn create(
        &self,
        resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.store.create(resource, cx).await
    }

    async fn get(
        &self,
        id: &str,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.store.get(id, projection, cx).await
    }

    async fn select(
        &self,
        selection: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        let pages = self.pushdown == Pushdown::Full;
        let filters = self.pushdown > Pushdown::None;
        assert!(
            pages || (selection.sort.is_none() && selection.page.is_none()),
            "asked for more than it said it can do"
        );
        assert!(filters || selection.filter.is_none(), "asked for more than it said it can do");
        let mut selected = match self.pushdown {
            Pushdown::Partial => self.candidates(selection, cx).await?,
            _ => self.store.select(selection, cx).await?,
        };
        if !pages {
            selected.resources.reverse();
            selected.total = None;
        }
        let loaded = |resource| self.loaded(resource, selection.projection);
        selected.resources = selected.resources.into_iter().map(loaded).collect();
        Ok(selected)
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.store.update(id, update, cx).await
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.store.delete(id, expected, cx).await
    }

    fn pushdown(&self, _query: &Query) -> Pushdown {
        self.pushdown
    }
}
