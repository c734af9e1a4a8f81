//! Hooks: callbacks that run before and after every change.
//!
//! The guide to [hooks and events](crate::guides::hooks) begins with examples. Your application
//! makes changes of its own through [`Resources`](crate::service::Resources).

mod compose;
mod guard;
mod pointer;

use std::collections::HashSet;

use async_trait::async_trait;

use crate::context::RequestContext;
use crate::error::Error;
use crate::resource::Resource;
use crate::schema::ResourceType;
use crate::store::Change;

pub use guard::Turn;

/// Hooks that run before and after every change. By default each does nothing.
///
/// Use them to fill in attributes, reject a change, link a POST to an existing account, end
/// sessions, send webhooks or write an audit log; [the guide](crate::guides::hooks) has examples.
/// Pass an implementation to [`policy`](crate::dispatch::DispatcherBuilder::policy) of the
/// dispatcher's builder. Under `#[async_trait]`, the methods are:
///
/// ```
/// # use scimwire::auth::RequestContext;
/// # use scimwire::hooks::{Creating, Deleting, Joining, Policy, Turn};
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
/// A `Vec` of policies is a policy that calls each in order. `creating` stops at the first that
/// adopts, `deleting` at the first that does not delete, and all but `changed` and `adopted` at the
/// first that rejects.
///
/// ```
/// use scimwire::auth::RequestContext;
/// use scimwire::hooks::Policy;
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
#[doc(alias = "hook")]
#[doc(alias = "callback")]
#[doc(alias = "webhook")]
#[doc(alias = "event")]
#[doc(alias = "audit")]
#[async_trait]
pub trait Policy: Send + Sync + 'static {
    /// Called before a change starts. The returned guard is held until `changed` has returned. If
    /// it holds a lock, changes are reported in the order in which they are made, and no other
    /// change comes between the hooks of one; see [`Turn`]. Called once for each operation of a
    /// bulk request.
    ///
    /// # Errors
    ///
    /// - the change is rejected; the client gets this error.
    async fn turn(&self, _cx: &RequestContext) -> Result<Turn, Error> {
        Ok(Turn::default())
    }

    /// Called before a resource is created. May modify it, reject the request, or link the POST to
    /// an existing resource; see [`Creating`].
    ///
    /// # Errors
    ///
    /// - the change is rejected; the client gets this error.
    async fn creating(
        &self,
        _resource_type: &ResourceType,
        _resource: &mut Resource,
        _cx: &RequestContext,
    ) -> Result<Creating, Error> {
        Ok(Creating::Store)
    }

    /// Called before members are added, with every member id in the request, including existing
    /// members. May reject the request, or ignore some of them. By default unknown ids become
    /// members, since the client may create them later.
    ///
    /// # Errors
    ///
    /// - the change is rejected; the client gets this error.
    async fn joining(
        &self,
        _resource_type: &ResourceType,
        _members: &[String],
        _cx: &RequestContext,
    ) -> Result<Joining, Error> {
        Ok(Joining::All)
    }

    /// Called for a PUT or PATCH with the state before and after. May modify the latter, or reject
    /// the change. A store calls it inside its transaction, and calls it again for each retry, so
    /// side effects must be repeatable. Neither state has members that the store keeps in another
    /// table.
    ///
    /// # Errors
    ///
    /// - the change is rejected; the client gets this error.
    fn updating(
        &self,
        _resource_type: &ResourceType,
        _before: &Resource,
        _after: &mut Resource,
        _cx: &RequestContext,
    ) -> Result<(), Error> {
        Ok(())
    }

    /// Called before a resource is deleted. May reject the request, or deactivate the resource
    /// instead. Also called if a bulk request rolls back resources that refer to each other, because
    /// one of them failed.
    ///
    /// # Errors
    ///
    /// - the change is rejected; the client gets this error.
    async fn deleting(
        &self,
        _resource_type: &ResourceType,
        _id: &str,
        _cx: &RequestContext,
    ) -> Result<Deleting, Error> {
        Ok(Deleting::Delete)
    }

    /// Called after the commit, before the response. Not called if nothing changed. To react with a
    /// change of your own, keep a [`Resources`](crate::service::Resources) in the policy. The states
    /// contain no values that are never returned, such as passwords.
    async fn changed(&self, _change: &Change, _cx: &RequestContext) {}

    /// Called after a POST was linked to an existing resource, as `creating` decided. If that
    /// changed the resource, `changed` is called first.
    async fn adopted(&self, _change: &Change, _cx: &RequestContext) {}
}

/// Decides whether a POST stores a new resource, or is linked to an existing one.
///
/// This policy links a user to the account that has the same `userName`:
///
/// ```
/// use scimwire::auth::RequestContext;
/// use scimwire::hooks::{Creating, Policy};
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
    /// Stores a new resource.
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
    /// Links the POST to the existing resource of that id. The attributes that the client sent are
    /// updated; the rest is kept.
    ///
    /// ```
    /// use scimwire::hooks::{Adoption, Creating};
    ///
    /// let merged = Creating::adopt("2819c223");
    /// assert_eq!(merged, Creating::adopt("2819c223").with_mode(Adoption::Merge));
    /// let replaced = Creating::adopt("2819c223").with_mode(Adoption::Replace);
    /// assert!(matches!(replaced, Creating::Adopt { mode: Adoption::Replace, .. }));
    /// ```
    #[doc(alias = "link")]
    #[doc(alias = "just_in_time")]
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
    /// Keeps attributes and sub-attributes that the client did not send. A list that it sends, such
    /// as `emails`, replaces the whole list.
    #[default]
    Merge,
    /// Clears or keeps attributes that the client did not send, as PUT does: see
    /// [`Quirks::omitted`](crate::Quirks::omitted).
    Replace,
}

/// Decides which of the members in a request are added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Joining {
    /// Adds all members.
    #[default]
    All,
    /// Ignores the members with these ids, as if the request did not contain them. Members set
    /// through a value path (`members[value eq "a"]`) are not affected.
    Without(HashSet<String>),
}

/// Decides whether a DELETE deletes the resource or deactivates it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deleting {
    /// Deletes the resource.
    #[default]
    Delete,
    /// Keeps the resource, and sets `active` to `false`.
    Deactivate,
}

/// The default: no hooks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NoPolicy;

impl Policy for NoPolicy {}
