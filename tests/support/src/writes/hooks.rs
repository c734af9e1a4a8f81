//! Hooks that tests of several subjects need.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use scimwire::Error;
use scimwire::hooks::{AddMembersEvent, DeleteDecision, DeleteEvent, Hooks, MemberDecision};

/// Switches users off that are to be deleted.
pub struct Deactivating;

#[async_trait]
impl Hooks for Deactivating {
    async fn before_delete(&self, event: &DeleteEvent<'_>) -> Result<DeleteDecision, Error> {
        let DeleteEvent { resource_type, .. } = event;
        Ok(if resource_type.name() == "User" {
            DeleteDecision::Deactivate
        } else {
            DeleteDecision::Delete
        })
    }
}

/// Knows nobody whose id begins with `x`, and counts how often it is asked.
#[derive(Clone, Default)]
pub struct Knows(pub Arc<AtomicUsize>);

#[async_trait]
impl Hooks for Knows {
    async fn before_add_members(
        &self,
        event: &AddMembersEvent<'_>,
    ) -> Result<MemberDecision, Error> {
        let AddMembersEvent { resource_type, members, .. } = event;
        assert_eq!(resource_type.name(), "Group");
        self.0.fetch_add(1, Ordering::Relaxed);
        match members.iter().find(|id| id.starts_with('x')) {
            Some(id) => Err(Error::scim(
                scimwire::ScimType::InvalidValue,
                format!("nobody has the id `{id}`"),
            )),
            None => Ok(MemberDecision::Accept),
        }
    }
}
