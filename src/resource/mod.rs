//! Resources: JSON with an invariant (RFC 7643, Section 3).

mod accessors;
mod activity;
mod certificate;
mod conform;
mod decode;
mod diff;
mod encode;
mod equality;
mod error;
mod identities;
mod members;
mod memory;
mod meta;
mod paths;
mod sensitive;
mod setters;
mod size;
mod text;
mod typed;
mod validate;

use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

use crate::schema::{ResolvedPath, ResourceType};
use crate::value::{List, Object, Value};

use size::Counted;
use text::Text;

pub use certificate::decode_certificate;
pub(crate) use decode::Decoding;
pub use decode::{Decoded, ResourceDecoder};
pub use error::{ValueError, ValueErrorKind};
pub use meta::{Meta, Version, VersionError};
pub use typed::{
    Address, Email, EnterpriseUser, Entitlement, Group, InstantMessage, Manager, Member,
    MultiValued, Name, PhoneNumber, Photo, Role, User, X509Certificate,
};
pub use validate::{must_be_sent, validate};

#[cfg(any(test, feature = "testkit"))]
pub(crate) use diff::changed_paths;
pub(crate) use diff::{Difference, same_value};
pub(crate) use equality::same_by_value;
pub(crate) use identities::{Identities, same_element};
pub(crate) use memory::{ELEMENT, OBJECT, of_member, of_number_block, of_text_block};
pub(crate) use paths::without_nulls;
pub(crate) use size::json_length;
pub(crate) use text::{CacheShare, Written};
pub(crate) use validate::check_changed;

/// A resource: a JSON object whose keys are spelled as in the schema, whose unassigned attributes
/// are absent, and whose extension attributes stand under their URN (RFC 7643, Section 3).
///
/// [`ResourceDecoder`] makes one of what a client sent. Its `Debug` shows the names of its
/// attributes only: every value is personal data.
#[derive(Clone, Default, PartialEq)]
pub struct Resource {
    attributes: Object,
    /// The cost of reading all of it.
    weight: Counted,
    memory: Counted,
    text: Text,
}

impl Resource {
    /// Takes an object as a store keeps it: one that this crate made before, or that a host builds
    /// with canonical names.
    #[must_use]
    pub fn from_object(object: impl Into<Object>) -> Self {
        Self { attributes: object.into(), ..Self::default() }
    }

    /// The identifier; empty until a store has given one (RFC 7643, Section 3.1).
    #[must_use]
    pub fn id(&self) -> &str {
        self.get_str("id").unwrap_or_default()
    }

    /// The identifier of the provisioning client (RFC 7643, Section 3.1).
    #[must_use]
    pub fn external_id(&self) -> Option<&str> {
        self.get_str("externalId")
    }

    /// Returns the times and the version; `None` until the dispatcher has set them.
    #[must_use]
    pub fn meta(&self) -> Option<Meta> {
        Meta::read(self.attributes.get("meta")?)
    }

    /// The version; that of the ETag header (RFC 7644, Section 3.14).
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        self.attributes.get("meta")?.get("version")?.as_str().map(Version::unchecked)
    }

    /// An attribute of the core schema, a common one, or the container of an extension, by its
    /// canonical name: a name, and no path; see [`get_path`](Self::get_path).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.attributes.get(name)
    }

    /// Returns a member by its interned name.
    pub(crate) fn get_kept(&self, name: &crate::value::Name) -> Option<&Value> {
        self.attributes.get_kept(name)
    }

    /// The text of a single-valued string attribute, by its canonical name.
    #[must_use]
    pub fn get_str(&self, name: &str) -> Option<&str> {
        self.attributes.get(name)?.as_str()
    }

    /// The value of the attribute that `path` names; of the whole attribute where the path names a
    /// sub-attribute of a multi-valued one.
    #[must_use]
    pub fn value(&self, path: &ResolvedPath) -> Option<&Value> {
        let object = match path.extension() {
            Some(extension) => self.get_kept(extension.key())?.as_object()?,
            None => &self.attributes,
        };
        let value = object.get_kept(path.attribute().key())?;
        match path.sub_attribute() {
            Some(sub) if !path.attribute().is_multi_valued() => value.get_kept(sub.key()),
            _ => Some(value),
        }
    }

    /// Each single value of the attribute that `path` names, of all its elements.
    pub fn values<'r>(&'r self, path: &'r ResolvedPath) -> impl Iterator<Item = &'r Value> {
        let elements =
            |value: &'r Value| value.as_array().map_or(std::slice::from_ref(value), List::as_slice);
        let sub = path.sub_attribute().filter(|_| path.attribute().is_multi_valued());
        let value = self.value(path).into_iter().flat_map(elements);
        value
            .filter_map(move |value| sub.map_or(Some(value), |sub| value.get_kept(sub.key())))
            .flat_map(elements)
    }

    /// All attributes.
    #[must_use]
    pub fn attributes(&self) -> &Object {
        &self.attributes
    }

    /// Sets an attribute, or the container of an extension, by its canonical name; for a host that
    /// fills in what it owns, in your [`Hooks`](crate::hooks). A name, and no path:
    /// [`set_path`](Self::set_path) takes `name.givenName`. Null and empty values unassign it, and
    /// in it (RFC 7643, Section 2.5).
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        self.put(name.into(), paths::without_nulls(value.into()));
    }

    /// Sets a value that has nothing unassigned in it, so that long lists are not searched.
    pub fn put(&mut self, name: impl Into<String>, value: impl Into<Value>) {
        let (name, value) = (name.into(), value.into());
        if name == activity::ACTIVE {
            self.show_activity(true);
        }
        if is_unassigned(&value) {
            self.object_mut().remove(&name);
        } else {
            self.object_mut().insert(name, value);
        }
    }

    /// Takes an attribute away, by its canonical name.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.object_mut().remove(name)
    }

    /// Gives the resource its identifier; a store calls this when it creates one.
    pub fn set_id(&mut self, id: impl Into<String>) {
        self.object_mut().insert("id", id.into().into());
    }

    /// Replaces `meta`.
    pub fn set_meta(&mut self, meta: &Meta) {
        let shown = self.shows_activity();
        self.object_mut().insert("meta".to_owned(), meta.to_json());
        self.show_activity(shown);
    }

    /// Moves `meta` on: `lastModified` to now, or a little later than it was, and the version to
    /// the next.
    pub(crate) fn touch(&mut self, resource_type: &ResourceType, now: DateTime<Utc>) -> Version {
        // An instant and a version weigh what others weigh.
        (self.memory, self.text) = (Counted::default(), Text::default());
        let meta = self.attributes.get_mut("meta").and_then(Value::as_object_mut);
        if let Some(version) = meta.and_then(|meta| Meta::advance(meta, now)) {
            return version;
        }
        let meta = Meta::new(resource_type.name(), now);
        self.set_meta(&meta);
        meta.version
    }

    /// The object, as a store keeps it.
    #[must_use]
    pub fn into_object(self) -> Object {
        self.attributes
    }

    /// Reads the resource as a type of the host's, such as [`User`]: any type that implements
    /// `Deserialize`, with the names of the schema (`#[serde(rename_all = "camelCase")]`).
    ///
    /// # Errors
    ///
    /// - the type wants an attribute that is absent, or in another form.
    ///
    /// ```
    /// use scimwire::resource::{Resource, User};
    ///
    /// let mut resource = Resource::default();
    /// resource.set("userName", "bjensen");
    /// assert_eq!(resource.deserialize::<User>()?.user_name, "bjensen");
    ///
    /// #[derive(serde::Deserialize)]
    /// #[serde(rename_all = "camelCase")]
    /// struct Account {
    ///     user_name: String,
    ///     title: Option<String>,
    /// }
    /// let account: Account = resource.deserialize()?;
    /// assert_eq!((account.user_name.as_str(), account.title), ("bjensen", None));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn deserialize<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.attributes)
    }

    /// Reads the attributes of an extension as a type of the host's, such as [`EnterpriseUser`];
    /// none where the resource has none of them. The URI is spelled as in the schema.
    ///
    /// # Errors
    ///
    /// - the type wants an attribute that is absent, or in another form.
    ///
    /// ```
    /// use scimwire::Resource;
    /// use serde::Deserialize;
    /// use serde_json::json;
    ///
    /// #[derive(Deserialize)]
    /// #[serde(rename_all = "camelCase")]
    /// struct Badge {
    ///     badge_number: u32,
    ///     #[serde(default)]
    ///     doors: Vec<String>,
    /// }
    ///
    /// let mut user = Resource::default();
    /// user.set("urn:example:schemas:Badge", json!({ "badgeNumber": 7, "doors": ["north"] }));
    /// let badge: Option<Badge> = user.extension("urn:example:schemas:Badge")?;
    /// assert_eq!(badge.map(|badge| (badge.badge_number, badge.doors.len())), Some((7, 1)));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn extension<T: DeserializeOwned>(
        &self,
        uri: &str,
    ) -> Result<Option<T>, serde_json::Error> {
        self.attributes.get(uri).map(T::deserialize).transpose()
    }

    pub(crate) fn object_mut(&mut self) -> &mut Object {
        self.weight = Counted::default();
        self.memory = Counted::default();
        self.text = Text::default();
        &mut self.attributes
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.attributes.keys().map(|name| name.as_str()).collect();
        f.debug_struct("Resource").field("id", &self.id()).field("attributes", &names).finish()
    }
}

/// As a store keeps it; what a client may see is up to a [`Projection`](crate::query::Projection).
impl Serialize for Resource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.attributes.serialize(serializer)
    }
}

/// Returns `true` if a value is the same as none: null, an empty array, an object without a value
/// (RFC 7643, Section 2.5).
pub(crate) fn is_unassigned(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
