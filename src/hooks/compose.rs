//! A list of policies as one policy.

use std::collections::HashSet;

use async_trait::async_trait;

use super::{Creating, Deleting, Joining, Policy, Turn};
use crate::context::RequestContext;
use crate::error::Error;
use crate::resource::Resource;
use crate::schema::ResourceType;
use crate::store::Change;

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<T: Policy> Policy for Vec<T> {
    async fn turn(&self, cx: &RequestContext) -> Result<Turn, Error> {
        let mut turn = Turn::default();
        for policy in self {
            turn = turn.and(policy.turn(cx).await?);
        }
        Ok(turn)
    }

    async fn creating(
        &self,
        resource_type: &ResourceType,
        resource: &mut Resource,
        cx: &RequestContext,
    ) -> Result<Creating, Error> {
        for policy in self {
            match policy.creating(resource_type, resource, cx).await? {
                Creating::Store => {}
                adopt @ Creating::Adopt { .. } => return Ok(adopt),
            }
        }
        Ok(Creating::Store)
    }

    async fn joining(
        &self,
        resource_type: &ResourceType,
        members: &[String],
        cx: &RequestContext,
    ) -> Result<Joining, Error> {
        let mut without = HashSet::new();
        for policy in self {
            match policy.joining(resource_type, members, cx).await? {
                Joining::All => {}
                Joining::Without(ids) => without.extend(ids),
            }
        }
        Ok(if without.is_empty() { Joining::All } else { Joining::Without(without) })
    }

    fn updating(
        &self,
        resource_type: &ResourceType,
        before: &Resource,
        after: &mut Resource,
        cx: &RequestContext,
    ) -> Result<(), Error> {
        self.iter().try_for_each(|policy| policy.updating(resource_type, before, after, cx))
    }

    async fn deleting(
        &self,
        resource_type: &ResourceType,
        id: &str,
        cx: &RequestContext,
    ) -> Result<Deleting, Error> {
        for policy in self {
            match policy.deleting(resource_type, id, cx).await? {
                Deleting::Delete => {}
                Deleting::Deactivate => return Ok(Deleting::Deactivate),
            }
        }
        Ok(Deleting::Delete)
    }

    async fn changed(&self, change: &Change, cx: &RequestContext) {
        for policy in self {
            policy.changed(change, cx).await;
        }
    }

    async fn adopted(&self, change: &Change, cx: &RequestContext) {
        for policy in self {
            policy.adopted(change, cx).await;
        }
    }
}
