//! Pointers to hooks.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    Change, ChangeGuard, CreateDecision, DeleteDecision, Error, Hooks, MemberDecision,
    RequestContext, Resource, ResourceType,
};

/// Delegates to the value behind the pointer.
macro_rules! forward {
    ($($pointer:ident),*) => {$(
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: Hooks + ?Sized> Hooks for $pointer<T> {
            async fn begin(&self, cx: &RequestContext) -> Result<ChangeGuard, Error> {
                (**self).begin(cx).await
            }

            async fn before_create(
                &self,
                resource_type: &ResourceType,
                resource: &mut Resource,
                cx: &RequestContext,
            ) -> Result<CreateDecision, Error> {
                (**self).before_create(resource_type, resource, cx).await
            }

            async fn before_add_members(
                &self,
                resource_type: &ResourceType,
                members: &[String],
                cx: &RequestContext,
            ) -> Result<MemberDecision, Error> {
                (**self).before_add_members(resource_type, members, cx).await
            }

            fn before_update(
                &self,
                resource_type: &ResourceType,
                before: &Resource,
                after: &mut Resource,
                cx: &RequestContext,
            ) -> Result<(), Error> {
                (**self).before_update(resource_type, before, after, cx)
            }

            async fn before_delete(
                &self,
                resource_type: &ResourceType,
                id: &str,
                cx: &RequestContext,
            ) -> Result<DeleteDecision, Error> {
                (**self).before_delete(resource_type, id, cx).await
            }

            async fn after_commit(&self, change: &Change, cx: &RequestContext) {
                (**self).after_commit(change, cx).await;
            }

            async fn after_link(&self, change: &Change, cx: &RequestContext) {
                (**self).after_link(change, cx).await;
            }
        }
    )*};
}

forward!(Arc, Box);
