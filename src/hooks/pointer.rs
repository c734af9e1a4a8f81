//! Pointers to hooks.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    AddMembersEvent, Change, ChangeGuard, CreateDecision, CreateEvent, DeleteDecision, DeleteEvent,
    Error, Hooks, MemberDecision, RequestContext, UpdateEvent,
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
                event: &mut CreateEvent<'_>,
            ) -> Result<CreateDecision, Error> {
                (**self).before_create(event).await
            }

            async fn before_add_members(
                &self,
                event: &AddMembersEvent<'_>,
            ) -> Result<MemberDecision, Error> {
                (**self).before_add_members(event).await
            }

            fn before_update(&self, event: &mut UpdateEvent<'_>) -> Result<(), Error> {
                (**self).before_update(event)
            }

            async fn before_delete(
                &self,
                event: &DeleteEvent<'_>,
            ) -> Result<DeleteDecision, Error> {
                (**self).before_delete(event).await
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
