//! Who may come in: `active` (RFC 7643, Section 4.1.1).
//!
//! One rule for all who ask: a user may come in unless `active` is false, and has a value there. A
//! new user of whom the client says nothing is active, since RFC 7644, Section 3.3 lets the service
//! provider "assign a default value". Whoever is changed keeps what was there, whatever the type of
//! the resource: a value that is taken away must not give access back. So a filter, which finds
//! nothing where there is no value, says the same as the application.

use serde_json::Value;

use super::Resource;
use super::view::User;
use crate::schema::{Mutability, ResourceType, Schema};

impl Resource {
    /// Whether it is in use: unless `active` is false. That of users says whether they may come in.
    ///
    /// ```
    /// use scimwire::Resource;
    ///
    /// let mut user = Resource::default();
    /// assert!(user.is_active());
    /// user.set("active", false);
    /// assert!(!user.is_active());
    /// ```
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.get("active") != Some(&Value::Bool(false))
    }

    /// Says of a new resource that it is in use, unless it says something of that itself, or that
    /// is read-only and the host's to say. Whether it did.
    pub(crate) fn activate_by_default(&mut self, resource_type: &ResourceType) -> bool {
        let active =
            resource_type.activity().filter(|active| active.mutability() != Mutability::ReadOnly);
        match active {
            Some(active) if self.get(active.name()).is_none() => {
                self.set(active.name(), true);
                true
            }
            _ => false,
        }
    }

    /// The same, of users alone: what `active` means without a value in another schema is for that
    /// schema to say. Where it is required, the client is asked for it.
    pub(crate) fn activate_user(&mut self, resource_type: &ResourceType) {
        let asked = resource_type.activity().is_some_and(|active| active.required());
        if !asked && resource_type.schema().uri() == Schema::user().uri() {
            self.activate_by_default(resource_type);
        }
    }

    /// Keeps what was said of its use before a change that unassigns it.
    pub(crate) fn keep_activity(&mut self, before: &Self, resource_type: &ResourceType) {
        if let Some(active) = resource_type.kept_activity()
            && self.get(active.name()).is_none()
            && let Some(kept) = before.get(active.name())
        {
            self.put(active.name(), kept.clone());
        }
    }
}

impl User {
    /// Whether the user may come in: unless `active` is false. The service provider leaves no user
    /// without that attribute; a store that has been filled in another way may.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.active != Some(false)
    }
}
