//! Passwords, which a resource holds on their way to the host only (RFC 7643, Sections 4.1.1 and 9.2).

use serde_json::Value;

use super::Resource;
use crate::schema::prepare_password;
use crate::secret::Secret;

const PASSWORD: &str = "password";

impl Resource {
    /// Takes the password away, prepared for its hash by [`prepare_password`]. A store or policy calls this before it keeps
    /// or passes on a resource; there is none where the client sent none, or where
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
        match self.remove(PASSWORD)? {
            Value::String(password) => Some(Secret::from(prepare_password(&password).into_owned())),
            _ => None,
        }
    }
}
