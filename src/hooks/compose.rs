//! A list of hooks as one implementation.

use std::collections::HashSet;

use async_trait::async_trait;

use super::{ChangeGuard, CreateDecision, DeleteDecision, Hooks, MemberDecision};
use crate::context::RequestContext;
use crate::error::Error;
use crate::resource::Resource;
use crate::schema::ResourceType;
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

    async fn before_create(
        &self,
        resource_type: &ResourceType,
        resource: &mut Resource,
        cx: &RequestContext,
    ) -> Result<CreateDecision, Error> {
        for hooks in self {
            match hooks.before_create(resource_type, resource, cx).await? {
                CreateDecision::Create => {}
                link @ CreateDecision::Link { .. } => return Ok(link),
            }
        }
        Ok(CreateDecision::Create)
    }

    async fn before_add_members(
        &self,
        resource_type: &ResourceType,
        members: &[String],
        cx: &RequestContext,
    ) -> Result<MemberDecision, Error> {
        let mut without = HashSet::new();
        for hooks in self {
            match hooks.before_add_members(resource_type, members, cx).await? {
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

    fn before_update(
        &self,
        resource_type: &ResourceType,
        before: &Resource,
        after: &mut Resource,
        cx: &RequestContext,
    ) -> Result<(), Error> {
        self.iter().try_for_each(|hooks| hooks.before_update(resource_type, before, after, cx))
    }

    async fn before_delete(
        &self,
        resource_type: &ResourceType,
        id: &str,
        cx: &RequestContext,
    ) -> Result<DeleteDecision, Error> {
        for hooks in self {
            match hooks.before_delete(resource_type, id, cx).await? {
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
