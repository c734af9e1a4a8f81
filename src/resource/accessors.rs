//! Attributes of users and groups as Rust types.

use serde::de::DeserializeOwned;

use super::{Email, EnterpriseUser, Member, Name, PhoneNumber, Resource};
use crate::schema::ENTERPRISE_USER_SCHEMA;
use crate::value::Value;

impl Resource {
    /// Returns the name that a user signs in with.
    #[must_use]
    pub fn user_name(&self) -> Option<&str> {
        self.get_str("userName")
    }

    /// Returns the display name of a user or group.
    #[must_use]
    pub fn display_name(&self) -> Option<&str> {
        self.get_str("displayName")
    }

    /// Returns the parts of a user's name.
    #[must_use]
    pub fn name(&self) -> Option<Name> {
        self.typed("name")
    }

    /// Returns the e-mail addresses of a user.
    ///
    /// ```
    /// use scimwire::Resource;
    /// use serde_json::json;
    ///
    /// let mut user = Resource::default();
    /// user.set("emails", json!([{ "value": "bjensen@example.com", "type": "work" }]));
    /// assert_eq!(user.emails()[0].value, "bjensen@example.com");
    /// assert_eq!(user.primary_email(), Some("bjensen@example.com"));
    /// ```
    #[must_use]
    pub fn emails(&self) -> Vec<Email> {
        self.typed("emails").unwrap_or_default()
    }

    /// Returns the primary e-mail address of a user, or the first one if none is primary.
    #[must_use]
    pub fn primary_email(&self) -> Option<&str> {
        let emails = self.get("emails")?.as_array()?;
        let is_primary = |email: &&Value| email.get("primary").is_some_and(|value| *value == true);
        let chosen = emails.into_iter().find(is_primary).or_else(|| emails.into_iter().next());
        chosen?.get("value")?.as_str()
    }

    /// Returns the telephone numbers of a user.
    #[must_use]
    pub fn phone_numbers(&self) -> Vec<PhoneNumber> {
        self.typed("phoneNumbers").unwrap_or_default()
    }

    /// Returns the groups that a user is in, if the store loaded them.
    #[must_use]
    pub fn groups(&self) -> Vec<Member> {
        self.typed("groups").unwrap_or_default()
    }

    /// Returns the members of a group, if the store loaded them.
    #[must_use]
    pub fn members(&self) -> Vec<Member> {
        self.typed("members").unwrap_or_default()
    }

    /// Returns the attributes of the enterprise extension, if the user has any.
    #[must_use]
    pub fn enterprise(&self) -> Option<EnterpriseUser> {
        self.typed(ENTERPRISE_USER_SCHEMA)
    }

    /// Returns an attribute as a type, if it has a value of that form: a schema of your own may
    /// define one of the same name in another form.
    fn typed<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        T::deserialize(self.get(name)?).ok()
    }
}
