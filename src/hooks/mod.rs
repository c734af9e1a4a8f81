//! Hooks: callbacks that run before and after every change.
//!
//! The guide to [hooks and events](crate::guides::hooks) begins with examples. Your application
//! makes changes of its own through [`Resources`](crate::service::Resources).

mod compose;
mod event;
mod guard;
mod pointer;

use std::collections::HashSet;

use async_trait::async_trait;

use crate::context::RequestContext;
use crate::error::Error;
use crate::store::Change;

pub use event::{AddMembersEvent, CreateEvent, DeleteEvent, UpdateEvent};
pub use guard::ChangeGuard;

/// Hooks that run before and after every change. By default each does nothing.
///
/// Use them to fill in attributes, reject a change, link a POST to an existing account, end
/// sessions, send webhooks or write an audit log; [the guide](crate::guides::hooks) has examples.
/// Pass an implementation to [`hooks`](crate::dispatch::DispatcherBuilder::hooks) of the
/// dispatcher's builder. Under `#[async_trait]`, the methods are:
///
/// ```
/// # use scimwire::auth::RequestContext;
/// # use scimwire::hooks::{
/// #     AddMembersEvent, ChangeGuard, CreateDecision, CreateEvent, DeleteDecision, DeleteEvent, Hooks,
/// #     MemberDecision, UpdateEvent,
/// # };
/// # use scimwire::Error;
/// # use scimwire::store::Change;
/// # struct Host;
/// #[async_trait::async_trait]
/// impl Hooks for Host {
///     async fn begin(&self, cx: &RequestContext) -> Result<ChangeGuard, Error> {
/// #       let _ = cx;
///         Ok(ChangeGuard::default())
///     }
///     async fn before_create(
///         &self,
///         event: &mut CreateEvent<'_>,
///     ) -> Result<CreateDecision, Error> {
/// #       let _ = event;
///         Ok(CreateDecision::Create)
///     }
///     async fn before_add_members(
///         &self,
///         event: &AddMembersEvent<'_>,
///     ) -> Result<MemberDecision, Error> {
/// #       let _ = event;
///         Ok(MemberDecision::Accept)
///     }
///     fn before_update(&self, event: &mut UpdateEvent<'_>) -> Result<(), Error> {
/// #       let _ = event;
///         Ok(())
///     }
///     async fn before_delete(&self, event: &DeleteEvent<'_>) -> Result<DeleteDecision, Error> {
/// #       let _ = event;
///         Ok(DeleteDecision::Delete)
///     }
///     async fn after_commit(&self, change: &Change, cx: &RequestContext) {
/// #       let _ = (change, cx);
///     }
///     async fn after_link(&self, change: &Change, cx: &RequestContext) {
/// #       let _ = (change, cx);
///     }
/// }
/// ```
///
/// A `Vec` of hooks is an implementation of `Hooks` that calls each in order. `before_create` stops
/// at the first that links, `before_delete` at the first that does not delete, and all but
/// `after_commit` and `after_link` at the first that rejects.
///
/// ```
/// use scimwire::auth::RequestContext;
/// use scimwire::hooks::Hooks;
/// use scimwire::store::Change;
/// use std::sync::Arc;
///
/// struct Mail;
///
/// #[async_trait::async_trait]
/// impl Hooks for Mail {
///     async fn after_commit(&self, change: &Change, _cx: &RequestContext) {
///         if change.is_deactivation() {
///             println!("{} has left", change.id);
///         }
///     }
/// }
///
/// struct Audit;
///
/// #[async_trait::async_trait]
/// impl Hooks for Audit {}
///
/// let both: Vec<Arc<dyn Hooks>> = vec![Arc::new(Audit), Arc::new(Mail)];
/// # fn takes(_: impl Hooks) {}
/// # takes(both);
/// ```
#[doc(alias = "hook")]
#[doc(alias = "callback")]
#[doc(alias = "webhook")]
#[doc(alias = "event")]
#[doc(alias = "audit")]
#[async_trait]
pub trait Hooks: Send + Sync + 'static {
    /// Called before a change starts. The returned guard is held until `after_commit` has returned.
    /// If it holds a lock, changes are reported in the order in which they are made, and no other
    /// change comes between the hooks of one; see [`ChangeGuard`]. Called once for each operation
    /// of a bulk request.
    ///
    /// # Errors
    ///
    /// - the change is rejected; the client gets this error.
    async fn begin(&self, _cx: &RequestContext) -> Result<ChangeGuard, Error> {
        Ok(ChangeGuard::default())
    }

    /// Called before a resource is created. May modify it, reject the request, or link the POST to
    /// an existing resource; see [`CreateDecision`].
    ///
    /// # Errors
    ///
    /// - the change is rejected; the client gets this error.
    async fn before_create(&self, _event: &mut CreateEvent<'_>) -> Result<CreateDecision, Error> {
        Ok(CreateDecision::Create)
    }

    /// Called before members are added, with every member id in the request, including existing
    /// members. May reject the request, or ignore some of them. By default unknown ids become
    /// members, since the client may create them later.
    ///
    /// # Errors
    ///
    /// - the change is rejected; the client gets this error.
    async fn before_add_members(
        &self,
        _event: &AddMembersEvent<'_>,
    ) -> Result<MemberDecision, Error> {
        Ok(MemberDecision::Accept)
    }

    /// Called for a PUT or PATCH with the state before and after. May modify the latter, or reject
    /// the change. A store calls it inside its transaction, and calls it again for each retry, so
    /// side effects must be repeatable. Neither state has members that the store keeps in another
    /// table.
    ///
    /// # Errors
    ///
    /// - the change is rejected; the client gets this error.
    fn before_update(&self, _event: &mut UpdateEvent<'_>) -> Result<(), Error> {
        Ok(())
    }

    /// Called before a resource is deleted. May reject the request, or deactivate the resource
    /// instead. Also called if a bulk request rolls back resources that refer to each other,
    /// because one of them failed.
    ///
    /// # Errors
    ///
    /// - the change is rejected; the client gets this error.
    async fn before_delete(&self, _event: &DeleteEvent<'_>) -> Result<DeleteDecision, Error> {
        Ok(DeleteDecision::Delete)
    }

    /// Called after the commit, before the response. Not called if nothing changed. To react with a
    /// change of your own, keep a [`Resources`](crate::service::Resources) in your hooks. The
    /// states contain no values that are never returned, such as passwords.
    async fn after_commit(&self, _change: &Change, _cx: &RequestContext) {}

    /// Called after a POST was linked to an existing resource, as `before_create` decided. If that
    /// changed the resource, `after_commit` is called first.
    async fn after_link(&self, _change: &Change, _cx: &RequestContext) {}
}

/// Decides whether a POST stores a new resource, or is linked to an existing one.
///
/// This hook links a user to the account that has the same `userName`:
///
/// ```
/// use scimwire::hooks::{CreateDecision, CreateEvent, Hooks};
/// use scimwire::service::Resources;
/// use scimwire::{Dispatcher, Error, MemoryStore, ResourceType};
///
/// struct LinkAccounts {
///     users: Resources,
/// }
///
/// #[async_trait::async_trait]
/// impl Hooks for LinkAccounts {
///     async fn before_create(
///         &self,
///         event: &mut CreateEvent<'_>,
///     ) -> Result<CreateDecision, Error> {
///         match event.resource.get_str("userName") {
///             Some(user_name) if event.resource_type.name() == "User" => {
///                 let found = self.users.find_by("userName", user_name, event.cx).await?;
///                 Ok(found
///                     .first()
///                     .map_or(CreateDecision::Create, |user| CreateDecision::link(user.id())))
///             }
///             _ => Ok(CreateDecision::Create),
///         }
///     }
/// }
///
/// let users = ResourceType::user();
/// let store = MemoryStore::new(users.clone());
/// let hooks = LinkAccounts { users: Resources::new(store.clone()) };
/// let scim = Dispatcher::builder("https://example.com/scim/v2")
///     .store(store)
///     .hooks(hooks)
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
pub enum CreateDecision {
    /// Stores a new resource.
    #[default]
    Create,
    /// Links the POST to the existing resource of that id: [`CreateDecision::link`] makes one of
    /// these. The change goes through [`Hooks::before_add_members`] and [`Hooks::before_update`]
    /// like a PUT, and is told by [`Hooks::after_commit`] and [`Hooks::after_link`].
    #[non_exhaustive]
    Link {
        /// The id of the resource.
        id: String,
        /// The treatment of attributes that the client left out.
        mode: LinkMode,
    },
}

impl CreateDecision {
    /// Links the POST to the existing resource of that id. The attributes that the client sent are
    /// updated; the rest is kept.
    ///
    /// ```
    /// use scimwire::hooks::{LinkMode, CreateDecision};
    ///
    /// let merged = CreateDecision::link("2819c223");
    /// assert_eq!(merged, CreateDecision::link("2819c223").with_mode(LinkMode::Merge));
    /// let replaced = CreateDecision::link("2819c223").with_mode(LinkMode::Replace);
    /// assert!(matches!(replaced, CreateDecision::Link { mode: LinkMode::Replace, .. }));
    /// ```
    #[doc(alias = "just_in_time")]
    #[must_use]
    pub fn link(id: impl Into<String>) -> Self {
        Self::Link { id: id.into(), mode: LinkMode::default() }
    }

    /// Sets whether the existing resource keeps or loses what the client left out.
    #[must_use]
    pub fn with_mode(self, mode: LinkMode) -> Self {
        match self {
            Self::Create => Self::Create,
            Self::Link { id, .. } => Self::Link { id, mode },
        }
    }
}

/// Decides what an existing resource keeps when a POST is [linked to it](CreateDecision::link).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkMode {
    /// Keeps attributes and sub-attributes that the client did not send. A list that it sends, such
    /// as `emails`, replaces the whole list.
    #[default]
    Merge,
    /// Clears or keeps attributes that the client did not send, as PUT does: see
    /// [`Quirks::put_omitted`](crate::Quirks::put_omitted).
    Replace,
}

/// Decides which of the members in a request are added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemberDecision {
    /// Adds all members.
    #[default]
    Accept,
    /// Ignores the members with these ids, as if the request did not contain them. Members set
    /// through a value path (`members[value eq "a"]`) are not affected.
    Ignore(HashSet<String>),
}

/// Decides whether a DELETE deletes the resource or deactivates it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeleteDecision {
    /// Deletes the resource.
    #[default]
    Delete,
    /// Keeps the resource, and sets `active` to `false`. The client gets 204, but can still read the
    /// resource, find it by its `userName`, and gets 409 when it creates the user again; RFC 7644,
    /// Section 3.6, has it gone. Soft deletion in your store hides it instead.
    Deactivate,
}

/// The default: no hooks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NoHooks;

impl Hooks for NoHooks {}
