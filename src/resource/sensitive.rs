//! Passwords and what else nobody may read: a resource holds them on their way to the host only
//! (RFC 7643, Sections 4.1.1 and 9.2).

use super::{Resource, is_unassigned};
use crate::schema::{Attribute, ResourceType, Returned, prepare_password};
use crate::secret::Secret;
use crate::value::{Object, Value};

const PASSWORD: &str = "password";

impl Resource {
    /// Takes the password away, prepared for its hash by [`prepare_password`]. A store that keeps
    /// hashes apart calls this before it keeps a resource: on what it is to create, and on `after`
    /// of the change that an update makes of a resource without one. There is none where the client
    /// sent none, or where
    /// [`Features::change_password`](crate::dispatch::Features::change_password) is off.
    ///
    /// ```
    /// use scimwire::Resource;
    ///
    /// let mut user = Resource::default();
    /// user.set("password", "t1meMa$heen");
    /// let password = user.take_password().expect("there is one");
    /// assert_eq!(password.expose(), "t1meMa$heen"); // hash this: Argon2, or what else the host has
    /// assert!(user.take_password().is_none());
    /// ```
    pub fn take_password(&mut self) -> Option<Secret> {
        let password = self.password();
        self.remove(PASSWORD);
        password
    }

    /// The password that a change brings, prepared for its hash; none where it is what it was
    /// before. A hook that hashes for a store that keeps the hash as it is, as any other
    /// attribute, calls this when a resource is updated: what is there may be the hash of the old
    /// one.
    ///
    /// ```
    /// use scimwire::Resource;
    ///
    /// # fn hash(password: &scimwire::Secret) -> String { format!("hash of {} bytes", password.expose().len()) }
    /// /// In `Hooks::before_update`; `Hooks::before_create` is the same with an empty resource before.
    /// fn hash_password(before: &Resource, after: &mut Resource) {
    ///     if let Some(password) = after.changed_password(before) {
    ///         after.set("password", hash(&password));
    ///     }
    /// }
    ///
    /// let (mut before, mut after) = (Resource::default(), Resource::default());
    /// after.set("password", "t1meMa$heen");
    /// hash_password(&before, &mut after);
    /// assert_eq!(after.get_str("password"), Some("hash of 11 bytes"));
    /// before = after.clone();
    /// hash_password(&before, &mut after);
    /// assert_eq!(after, before);
    /// ```
    #[must_use]
    pub fn changed_password(&self, before: &Self) -> Option<Secret> {
        self.password().filter(|_| self.get(PASSWORD) != before.get(PASSWORD))
    }

    fn password(&self) -> Option<Secret> {
        self.get_str(PASSWORD).map(|password| Secret::from(prepare_password(password).into_owned()))
    }

    /// Takes all away that is never returned, passwords among it.
    pub fn redact(&mut self, resource_type: &ResourceType) {
        if !self.has_secrets(resource_type) {
            return;
        }
        forget(self.object_mut(), resource_type.schema().attributes());
        for extension in resource_type.extensions() {
            let uri = extension.schema.uri().as_str();
            if let Some(Value::Object(object)) = self.object_mut().get_mut(uri) {
                forget(object, extension.schema.attributes());
            }
            if self.attributes.get(uri).is_some_and(is_unassigned) {
                self.object_mut().remove(uri);
            }
        }
    }

    /// Returns `true` if it holds what is never returned.
    pub(crate) fn has_secrets(&self, resource_type: &ResourceType) -> bool {
        resource_type.sensitive_paths().iter().any(|path| self.value(path).is_some())
    }
}

fn is_secret(attribute: &Attribute) -> bool {
    attribute.returned() == Returned::Never
}

fn forget<A: AsRef<Attribute>>(object: &mut Object, attributes: &[A]) {
    for attribute in
        attributes.iter().map(AsRef::as_ref).filter(|attribute| attribute.is_sensitive())
    {
        let Some(value) = object.get_mut(attribute.name()) else {
            continue;
        };
        forget_parts(attribute, value);
        if is_secret(attribute) || is_unassigned(value) {
            object.remove(attribute.name());
        }
    }
}

fn forget_parts(attribute: &Attribute, value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|name, _| attribute.sub_attribute(name).is_none_or(|sub| !is_secret(sub)))
        }
        Value::Array(elements) => {
            elements.iter_mut().for_each(|element| forget_parts(attribute, element));
            elements.retain(|element| !is_unassigned(element));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
