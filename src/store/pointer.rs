//! Pointers to stores.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    Change, IdOrder, Precondition, Projection, Pushdown, Query, RequestContext, Resource,
    ResourceStore, StoreError, StorePage, StoreQuery, Update,
};
use crate::schema::ResourceType;

/// Delegates to the value behind the pointer.
macro_rules! forward {
    ($($pointer:ident),*) => {$(
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: ResourceStore + ?Sized> ResourceStore for $pointer<T> {
            fn resource_type(&self) -> &Arc<ResourceType> {
                (**self).resource_type()
            }

            async fn create(
                &self,
                resource: Resource,
                cx: &RequestContext,
            ) -> Result<Arc<Resource>, StoreError> {
                (**self).create(resource, cx).await
            }

            async fn get(
                &self,
                id: &str,
                projection: &Projection,
                cx: &RequestContext,
            ) -> Result<Arc<Resource>, StoreError> {
                (**self).get(id, projection, cx).await
            }

            async fn select(
                &self,
                selection: StoreQuery<'_>,
                cx: &RequestContext,
            ) -> Result<StorePage, StoreError> {
                (**self).select(selection, cx).await
            }

            async fn update(
                &self,
                id: &str,
                update: &Update,
                cx: &RequestContext,
            ) -> Result<Change, StoreError> {
                (**self).update(id, update, cx).await
            }

            async fn delete(
                &self,
                id: &str,
                expected: &Precondition,
                cx: &RequestContext,
            ) -> Result<Change, StoreError> {
                (**self).delete(id, expected, cx).await
            }

            fn pushdown(&self, query: &Query) -> Pushdown {
                (**self).pushdown(query)
            }

            fn id_order(&self) -> IdOrder {
                (**self).id_order()
            }
        }
    )*};
}

forward!(Arc, Box);
