//! A store whose keys are whole numbers, in the order of which it pages.

use std::sync::Arc;

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::query::{IdOrder, Page, Projection, Query};
use scimwire::store::{
    Change, Precondition, Pushdown, ResourceStore, StoreError, StorePage, StoreQuery, Update,
    execute,
};
use scimwire::{Resource, ResourceType};

use crate::naive::NaiveStore;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Does not say that its ids are in the order of numbers.
    TellsNoOrder,
}

pub(crate) struct Numbered {
    fault: Fault,
    inner: NaiveStore,
}

impl Numbered {
    pub(crate) fn new(fault: Fault, inner: NaiveStore) -> Self {
        Self { fault, inner }
    }
}

#[async_trait]
impl ResourceStore for Numbered {
    fn resource_type(&self) -> &Arc<ResourceType> {
        self.inner.resource_type()
    }

    async fn create(
        &self,
        resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.inner.create(resource, cx).await
    }

    async fn get(
        &self,
        id: &str,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.inner.get(id, projection, cx).await
    }

    async fn select(
        &self,
        selection: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        let whole = Page::Index { start: 1, count: usize::MAX };
        let page = selection.page.unwrap_or(&whole);
        let query = Query::new(whole.clone()).with_projection(selection.projection.clone());
        let mut resources =
            execute::select(&self.inner, &query, selection.budget, cx).await?.resources;
        if let Some(filter) = selection.filter {
            resources.retain(|resource| filter.matches(resource));
        }
        Ok(execute::sort_and_page_in(IdOrder::Numbers, resources, selection.sort, page))
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.inner.update(id, update, cx).await
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.inner.delete(id, expected, cx).await
    }

    /// What it finds, it finds by looking at each: it takes over what it would have to look at
    /// anyhow.
    fn pushdown(&self, query: &Query) -> Pushdown {
        if query.filter.is_none() { Pushdown::Full } else { Pushdown::None }
    }

    fn id_order(&self) -> IdOrder {
        if self.fault == Fault::TellsNoOrder { IdOrder::Text } else { IdOrder::Numbers }
    }
}
