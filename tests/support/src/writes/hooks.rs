//! Policies that tests of several subjects need.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::hooks::{Deleting, Joining, Policy};
use scimwire::{Error, ResourceType};

/// Switches users off that are to be deleted.
pub struct Deactivating;

#[async_trait]
impl Policy for Deactivating {
    async fn deleting(
        &self,
        resource_type: &ResourceType,
        _id: &str,
        _cx: &RequestContext,
    ) -> Result<Deleting, Error> {
        Ok(if resource_type.name() == "User" { Deleting::Deactivate } else { Deleting::Delete })
    }
}

/// Knows nobody whose id begins with `x`, and counts how often it is asked.
#[derive(Clone, Default)]
pub struct Knows(pub Arc<AtomicUsize>);

#[async_trait]
impl Policy for Knows {
    async fn joining(
        &self,
        resource_type: &ResourceType,
        members: &[String],
        _: &RequestContext,
    ) -> Result<Joining, Error> {
        assert_eq!(resource_type.name(), "Group");
        self.0.fetch_add(1, Ordering::Relaxed);
        match members.iter().find(|id| id.starts_with('x')) {
            Some(id) => Err(Error::typed(
                scimwire::ScimType::InvalidValue,
                format!("nobody has the id `{id}`"),
            )),
            None => Ok(Joining::All),
        }
    }
}
