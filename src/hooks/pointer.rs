//! Pointers to policies.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    Change, Creating, Deleting, Error, Joining, Policy, RequestContext, Resource, ResourceType,
    Turn,
};

/// Delegates to the value behind the pointer.
macro_rules! forward {
    ($($pointer:ident),*) => {$(
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: Policy + ?Sized> Policy for $pointer<T> {
            async fn turn(&self, cx: &RequestContext) -> Result<Turn, Error> {
                (**self).turn(cx).await
            }

            async fn creating(
                &self,
                resource_type: &ResourceType,
                resource: &mut Resource,
                cx: &RequestContext,
            ) -> Result<Creating, Error> {
                (**self).creating(resource_type, resource, cx).await
            }

            async fn joining(
                &self,
                resource_type: &ResourceType,
                members: &[String],
                cx: &RequestContext,
            ) -> Result<Joining, Error> {
                (**self).joining(resource_type, members, cx).await
            }

            fn updating(
                &self,
                resource_type: &ResourceType,
                before: &Resource,
                after: &mut Resource,
                cx: &RequestContext,
            ) -> Result<(), Error> {
                (**self).updating(resource_type, before, after, cx)
            }

            async fn deleting(
                &self,
                resource_type: &ResourceType,
                id: &str,
                cx: &RequestContext,
            ) -> Result<Deleting, Error> {
                (**self).deleting(resource_type, id, cx).await
            }

            async fn changed(&self, change: &Change, cx: &RequestContext) {
                (**self).changed(change, cx).await;
            }

            async fn adopted(&self, change: &Change, cx: &RequestContext) {
                (**self).adopted(change, cx).await;
            }
        }
    )*};
}

forward!(Arc, Box);
