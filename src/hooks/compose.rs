//! A list of hooks as one implementation.

use std::collections::HashSet;

use async_trait::async_trait;

use super::{
    AddMembersEvent, ChangeGuard, CreateDecision, CreateEvent, DeleteDecision, DeleteEvent, Hooks,
    MemberDecision, UpdateEvent,
};
use crate::context::RequestContext;
use crate::error::Error;
use crate::store::Change;

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<T: Hooks> Hooks for Vec<T> {
    async fn begin(&self, cx: &RequestContext) -> Result<ChangeGuard, Error> {
        let mut guard = ChangeGuard::default();
        for hooks in self {
            guard = guard.and(hooks.begin(cx).await?);
        }
        Ok(guard)
    }

    async fn before_create(&self, event: &mut CreateEvent<'_>) -> Result<CreateDecision, Error> {
        for hooks in self {
            match hooks.before_create(event).await? {
                CreateDecision::Create => {}
                link @ CreateDecision::Link { .. } => return Ok(link),
            }
        }
        Ok(CreateDecision::Create)
    }

    async fn before_add_members(
        &self,
        event: &AddMembersEvent<'_>,
    ) -> Result<MemberDecision, Error> {
        let mut without = HashSet::new();
        for hooks in self {
            match hooks.before_add_members(event).await? {
                MemberDecision::Accept => {}
                MemberDecision::Ignore(ids) => without.extend(ids),
            }
        }
        Ok(if without.is_empty() {
            MemberDecision::Accept
        } else {
            MemberDecision::Ignore(without)
        })
    }

    fn before_update(&self, event: &mut UpdateEvent<'_>) -> Result<(), Error> {
        self.iter().try_for_each(|hooks| hooks.before_update(event))
    }

    async fn before_delete(&self, event: &DeleteEvent<'_>) -> Result<DeleteDecision, Error> {
        for hooks in self {
            match hooks.before_delete(event).await? {
                DeleteDecision::Delete => {}
                DeleteDecision::Deactivate => return Ok(DeleteDecision::Deactivate),
            }
        }
        Ok(DeleteDecision::Delete)
    }

    async fn after_commit(&self, change: &Change, cx: &RequestContext) {
        for hooks in self {
            hooks.after_commit(change, cx).await;
        }
    }

    async fn after_link(&self, change: &Change, cx: &RequestContext) {
        for hooks in self {
            hooks.after_link(change, cx).await;
        }
    }
}
