//! The changes that hooks are asked about.

use crate::context::RequestContext;
use crate::resource::Resource;
use crate::schema::ResourceType;

/// A resource that is about to be created; see
/// [`Hooks::before_create`](super::Hooks::before_create).
#[derive(Debug)]
#[non_exhaustive]
pub struct CreateEvent<'e> {
    /// The type of the resource.
    pub resource_type: &'e ResourceType,
    /// The resource as it will be stored, without `id` and `meta`.
    pub resource: &'e mut Resource,
    /// The context of the request.
    pub cx: &'e RequestContext,
}

/// Members that are about to be added to a group; see
/// [`Hooks::before_add_members`](super::Hooks::before_add_members).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AddMembersEvent<'e> {
    /// The type of the group.
    pub resource_type: &'e ResourceType,
    /// The ids of all members in the request, including existing ones.
    pub members: &'e [String],
    /// The context of the request.
    pub cx: &'e RequestContext,
}

/// A resource that is about to be changed by PUT or PATCH; see
/// [`Hooks::before_update`](super::Hooks::before_update).
#[derive(Debug)]
#[non_exhaustive]
pub struct UpdateEvent<'e> {
    /// The type of the resource.
    pub resource_type: &'e ResourceType,
    /// The stored resource.
    pub before: &'e Resource,
    /// The resource as it will be stored.
    pub after: &'e mut Resource,
    /// The context of the request.
    pub cx: &'e RequestContext,
}

/// A resource that is about to be deleted; see
/// [`Hooks::before_delete`](super::Hooks::before_delete).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DeleteEvent<'e> {
    /// The type of the resource.
    pub resource_type: &'e ResourceType,
    /// The id of the resource.
    pub id: &'e str,
    /// The context of the request.
    pub cx: &'e RequestContext,
}

impl<'e> CreateEvent<'e> {
    /// Creates an event, for tests of your hooks.
    pub fn new(
        resource_type: &'e ResourceType,
        resource: &'e mut Resource,
        cx: &'e RequestContext,
    ) -> Self {
        Self { resource_type, resource, cx }
    }
}

impl<'e> AddMembersEvent<'e> {
    /// Creates an event, for tests of your hooks.
    #[must_use]
    pub fn new(
        resource_type: &'e ResourceType,
        members: &'e [String],
        cx: &'e RequestContext,
    ) -> Self {
        Self { resource_type, members, cx }
    }
}

impl<'e> UpdateEvent<'e> {
    /// Creates an event, for tests of your hooks.
    pub fn new(
        resource_type: &'e ResourceType,
        before: &'e Resource,
        after: &'e mut Resource,
        cx: &'e RequestContext,
    ) -> Self {
        Self { resource_type, before, after, cx }
    }
}

impl<'e> DeleteEvent<'e> {
    /// Creates an event, for tests of your hooks.
    #[must_use]
    pub fn new(resource_type: &'e ResourceType, id: &'e str, cx: &'e RequestContext) -> Self {
        Self { resource_type, id, cx }
    }
}
