//! The state of a user: `active` (RFC 7643, Section 4.1.1).
//!
//! One rule for all who ask: a user may come in unless `active` is false, and has a value there. A
//! new user of whom the client says nothing is active, since RFC 7644, Section 3.3 lets the service
//! provider "assign a default value". Whoever is changed keeps what was there, whatever the type of
//! the resource: a value that is taken away must not give access back. So a filter, which finds
//! nothing where there is no value, says the same as the application.
//!
//! Representations do not show a value that was taken away, until somebody gives one again. That it
//! is not shown is kept in `meta`, where clients set nothing and see only what its schema has. A
//! store that does not keep it shows the value.

use super::Resource;
use super::typed::User;
use crate::schema::{Mutability, ResourceType, Schema};
use crate::value::Value;

pub(super) const ACTIVE: &str = "active";

/// In `meta`: the value of `active` was taken away.
const TAKEN_AWAY: &str = "activeUnassigned";

impl Resource {
    /// Returns `true` if it is in use: unless `active` is false. That of users says whether they
    /// may come in.
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
        self.get(ACTIVE) != Some(&Value::Bool(false))
    }

    /// Returns `true` if representations show the value of `active`, if there is one.
    pub(crate) fn shows_activity(&self) -> bool {
        self.get("meta").is_none_or(|meta| meta.get(TAKEN_AWAY).is_none())
    }

    /// Says whether they do. What is not there cannot be taken away.
    pub(crate) fn show_activity(&mut self, shown: bool) {
        if shown == self.shows_activity() || (!shown && self.get(ACTIVE).is_none()) {
            return;
        }
        let Some(Value::Object(meta)) = self.object_mut().get_mut("meta") else {
            return;
        };
        if shown {
            meta.remove(TAKEN_AWAY);
        } else {
            meta.insert(TAKEN_AWAY.to_owned(), true.into());
        }
    }

    /// Says of a new resource that it is in use, unless it says something of that itself, that
    /// is read-only and the host's to say, or the type has another default. Whether it did.
    pub(crate) fn activate_by_default(&mut self, resource_type: &ResourceType) -> bool {
        let active = resource_type.activity().filter(|active| {
            active.mutability() != Mutability::ReadOnly
                && !resource_type.conformity().has_default(active)
        });
        match active {
            Some(active) if self.get_kept(active.key()).is_none() => {
                self.set(active.name(), true);
                true
            }
            _ => false,
        }
    }

    /// Activates a user by default. The meaning of a missing `active` in another schema is up to
    /// that schema. If it is required, the client has to send it.
    pub(crate) fn activate_user(&mut self, resource_type: &ResourceType) {
        let asked = resource_type.activity().is_some_and(|active| active.is_required());
        if !asked && resource_type.schema().uri() == Schema::user().uri() {
            self.activate_by_default(resource_type);
        }
    }

    /// Keeps what was said of its use before the host took it away.
    pub(crate) fn keep_activity(&mut self, before: &Self, resource_type: &ResourceType) {
        if let Some(active) = resource_type.kept_activity()
            && self.get_kept(active.key()).is_none()
            && let Some(kept) = before.get_kept(active.key())
        {
            self.put(active.name(), kept.clone());
            self.show_activity(false);
        }
    }
}

impl User {
    /// Returns `true` if the user may come in: unless `active` is false. The service provider
    /// leaves no user without that attribute; a store that has been filled in another way may.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.active != Some(false)
    }
}
