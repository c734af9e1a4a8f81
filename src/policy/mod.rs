//! Hooks: callbacks that run before and after every change.
//!
//! The guide to [hooks and events](crate::guides::hooks) begins with examples. Your application
//! makes changes of its own through [`Resources`](crate::service::Resources).

mod chain;
mod turn;

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;

use crate::context::RequestContext;
use crate::error::Error;
use crate::resource::Resource;
use crate::schema::ResourceType;
use crate::store::Change;

pub use turn::Turn;

/// The host's say in every change. Each method does nothing unless it is implemented.
///
/// Without what `async_trait` makes of them, the methods are:
///
/// ```
/// # use scimwire::auth::RequestContext;
/// # use scimwire::policy::{Creating, Deleting, Joining, Policy, Turn};
/// # use scimwire::store::Change;
/// # use scimwire::{Error, Resource, ResourceType};
/// # struct Host;
/// #[async_trait::async_trait]
/// impl Policy for Host {
///     async fn turn(&self, cx: &RequestContext) -> Result<Turn, Error> {
/// #       let _ = cx;
///         Ok(Turn::default())
///     }
///     async fn creating(
///         &self,
///         of: &ResourceType,
///         resource: &mut Resource,
///         cx: &RequestContext,
///     ) -> Result<Creating, Error> {
/// #       let _ = (of, resource, cx);
///         Ok(Creating::Store)
///     }
///     async fn joining(
///         &self,
///         of: &ResourceType,
///         members: &[String],
///         cx: &RequestContext,
///     ) -> Result<Joining, Error> {
/// #       let _ = (of, members, cx);
///         Ok(Joining::All)
///     }
///     fn updating(
///         &self,
///         of: &ResourceType,
///         before: &Resource,
///         after: &mut Resource,
///         cx: &RequestContext,
///     ) -> Result<(), Error> {
/// #       let _ = (of, before, after, cx);
///         Ok(())
///     }
///     async fn deleting(
///         &self,
///         of: &ResourceType,
///         id: &str,
///         cx: &RequestContext,
///     ) -> Result<Deleting, Error> {
/// #       let _ = (of, id, cx);
///         Ok(Deleting::Delete)
///     }
///     async fn changed(&self, change: &Change, cx: &RequestContext) {
/// #       let _ = (change, cx);
///     }
///     async fn adopted(&self, change: &Change, cx: &RequestContext) {
/// #       let _ = (change, cx);
///     }
/// }
/// ```
///
/// Several policies are one: a `Vec` of them asks each in turn. `creating` ends with the first that
/// adopts, `deleting` with the first that does not delete, and all but `changed` and `adopted` with
/// the first that refuses.
///
/// ```
/// use scimwire::auth::RequestContext;
/// use scimwire::policy::Policy;
/// use scimwire::store::Change;
/// use std::sync::Arc;
///
/// struct Mail;
///
/// #[async_trait::async_trait]
/// impl Policy for Mail {
///     async fn changed(&self, change: &Change, _cx: &RequestContext) {
///         if change.deactivated() {
///             println!("{} has left", change.id);
///         }
///     }
/// }
///
/// struct Audit;
///
/// #[async_trait::async_trait]
/// impl Policy for Audit {}
///
/// let both: Vec<Arc<dyn Policy>> = vec![Arc::new(Audit), Arc::new(Mail)];
/// # fn is_policy(_: impl Policy) {}
/// # is_policy(both);
/// ```
#[async_trait]
pub trait Policy: Send + Sync + 'static {
    /// Before anything of a change is decided: what is returned is held until the host has heard
    /// what came of it. With a lock in it, the host hears of changes in the order in which they are
    /// made, and nobody changes anything between two steps of its own; see [`Turn`]. A bulk request
    /// asks for each of its operations.
    ///
    /// # Errors
    ///
    /// - the host refuses; the client gets this answer.
    async fn turn(&self, _cx: &RequestContext) -> Result<Turn, Error> {
        Ok(Turn::default())
    }

    /// Before a resource is stored: may fill in what the host owns, refuse, or link the POST to a
    /// resource that is there already; see [`Creating`].
    ///
    /// # Errors
    ///
    /// - the host refuses; the client gets this answer.
    async fn creating(
        &self,
        _resource_type: &ResourceType,
        _resource: &mut Resource,
        _cx: &RequestContext,
    ) -> Result<Creating, Error> {
        Ok(Creating::Store)
    }

    /// Before members are put into a resource, with the ids of all that the client names as
    /// members, whether they are members already or not: may refuse those that the host does not
    /// know, or leave them out. Otherwise they are members as well, since they may yet come.
    ///
    /// # Errors
    ///
    /// - the host refuses; the client gets this answer.
    async fn joining(
        &self,
        _resource_type: &ResourceType,
        _members: &[String],
        _cx: &RequestContext,
    ) -> Result<Joining, Error> {
        Ok(Joining::All)
    }

    /// With the state before and after: may change the latter, or refuse. A store calls it inside
    /// its transaction, or before it takes a lock, and then sees to it that the state before is
    /// still what it writes over. It is called again when a store has to try again, since another
    /// change came in between: what it does besides has to bear that. Members that a store keeps
    /// apart are in neither.
    ///
    /// # Errors
    ///
    /// - the host refuses; the client gets this answer.
    fn updating(
        &self,
        _resource_type: &ResourceType,
        _before: &Resource,
        _after: &mut Resource,
        _cx: &RequestContext,
    ) -> Result<(), Error> {
        Ok(())
    }

    /// Before a resource is deleted: may refuse, or have it deactivated instead. It is asked, too,
    /// before a bulk request takes back what it made of resources that refer to each other, because
    /// one of them failed.
    ///
    /// # Errors
    ///
    /// - the host refuses; the client gets this answer.
    async fn deleting(
        &self,
        _resource_type: &ResourceType,
        _id: &str,
        _cx: &RequestContext,
    ) -> Result<Deleting, Error> {
        Ok(Deleting::Delete)
    }

    /// After a change was committed, and before the client hears of it. To react with a change of
    /// your own, keep a [`Resources`](crate::service::Resources) in the policy. Not called when nothing
    /// changed. What is never returned, such as a password, is not among the states.
    async fn changed(&self, _change: &Change, _cx: &RequestContext) {}

    /// After a resource that was there already has taken over what a client sent to create one, as
    /// `creating` had said. If that changed something, it comes after `changed`; if nothing, by
    /// itself.
    async fn adopted(&self, _change: &Change, _cx: &RequestContext) {}
}

/// Decides whether a POST stores a new resource, or is linked to an existing one.
///
/// This policy links a user to the account that has the same `userName`:
///
/// ```
/// use scimwire::auth::RequestContext;
/// use scimwire::policy::{Creating, Policy};
/// use scimwire::service::Resources;
/// use scimwire::{Dispatcher, Error, MemoryStore, Resource, ResourceType};
///
/// struct LinkAccounts {
///     users: Resources,
/// }
///
/// #[async_trait::async_trait]
/// impl Policy for LinkAccounts {
///     async fn creating(
///         &self,
///         of: &ResourceType,
///         resource: &mut Resource,
///         cx: &RequestContext,
///     ) -> Result<Creating, Error> {
///         match resource.text("userName") {
///             Some(user_name) if of.name() == "User" => {
///                 let found = self.users.find("userName", user_name, cx).await?;
///                 Ok(found
///                     .first()
///                     .map_or(Creating::Store, |user| Creating::adopt(user.id())))
///             }
///             _ => Ok(Creating::Store),
///         }
///     }
/// }
///
/// let users = ResourceType::user();
/// let store = MemoryStore::new(users.clone());
/// let policy = LinkAccounts { users: Resources::new(users.clone(), store.clone()) };
/// let scim = Dispatcher::builder("https://example.com/scim/v2")
///     .resource_type(users, store)
///     .policy(policy)
///     .unauthenticated()
///     .build()?;
/// # Ok::<(), scimwire::dispatch::BuildError>(())
/// ```
///
/// The client gets 201 with the id of the existing account, as if it were new. It writes to this
/// account from then on: link only what the identity provider of the tenant may take over. A POST
/// that does not mention `active` leaves a deactivated account deactivated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Creating {
    /// It is stored.
    #[default]
    Store,
    /// Links the POST to the existing resource of that id: [`Creating::adopt`] makes one of these.
    /// The change goes through [`Policy::joining`] and [`Policy::updating`] like a PUT, and is told
    /// by [`Policy::changed`] and [`Policy::adopted`].
    #[non_exhaustive]
    Adopt {
        /// The id of the resource.
        id: String,
        /// `true` if attributes that the client left out are kept or cleared.
        mode: Adoption,
    },
}

impl Creating {
    /// Links the POST to the existing resource of that id. It takes over what the client sent, and
    /// keeps the rest.
    ///
    /// ```
    /// use scimwire::policy::{Adoption, Creating};
    ///
    /// let merged = Creating::adopt("2819c223");
    /// assert_eq!(merged, Creating::adopt("2819c223").with_mode(Adoption::Merge));
    /// let replaced = Creating::adopt("2819c223").with_mode(Adoption::Replace);
    /// assert!(matches!(replaced, Creating::Adopt { mode: Adoption::Replace, .. }));
    /// ```
    #[must_use]
    pub fn adopt(id: impl Into<String>) -> Self {
        Self::Adopt { id: id.into(), mode: Adoption::default() }
    }

    /// Sets whether the existing resource keeps or loses what the client left out.
    #[must_use]
    pub fn with_mode(self, mode: Adoption) -> Self {
        match self {
            Self::Store => Self::Store,
            Self::Adopt { id, .. } => Self::Adopt { id, mode },
        }
    }
}

/// Decides what an existing resource keeps when a POST is [linked to it](Creating::adopt).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Adoption {
    /// What the client leaves out stays: attributes, and the sub-attributes of complex ones. A list
    /// that it sends, such as `emails`, is the whole of it.
    #[default]
    Merge,
    /// What the client leaves out is cleared, or stays, as by PUT: see
    /// [`Quirks::omitted`](crate::Quirks::omitted).
    Replace,
}

/// Who of those that a client names as members is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Joining {
    /// All of them.
    #[default]
    All,
    /// All but those with these ids: the request goes on as if it did not name them. A member that
    /// is put in the place of another one, as by `members[value eq "a"]`, stays all the same.
    Without(HashSet<String>),
}

/// What becomes of a resource that is to be deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deleting {
    /// It is deleted.
    #[default]
    Delete,
    /// It stays, with `active` false.
    Deactivate,
}

/// A host without a say.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NoPolicy;

impl Policy for NoPolicy {}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<T: Policy + ?Sized> Policy for Arc<T> {
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
