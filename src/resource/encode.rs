//! From values of your own types to resources.

use serde::Serialize;

use super::error::{ValueError, ValueErrorKind};
use super::{Resource, ResourceDecoder, paths};
use crate::quirks::{Quirks, UnknownAttributes};
use crate::schema::{Container, ResourceType};
use crate::value::{List, Object, Value};

/// Nothing is tolerated, since your own code can be corrected.
const QUIRKS: Quirks = Quirks { unknown_attributes: UnknownAttributes::Reject, ..Quirks::STRICT };

impl ResourceType {
    /// Makes a resource of any value that implements `Serialize`, such as a row of your tables or a
    /// [`User`](crate::resource::User). Its names are those of the schema
    /// (`#[serde(rename_all = "camelCase")]`), and each extension is an object under its URI.
    ///
    /// Null, empty arrays and empty objects are left out, at any depth, and so is an empty `id`. Names and types
    /// are checked. `schemas` is derived. Missing attributes are not an error: call
    /// [`validate`](crate::resource::validate()) for required ones.
    ///
    /// ```
    /// use scimwire::ResourceType;
    /// use serde::Serialize;
    ///
    /// #[derive(Serialize)]
    /// #[serde(rename_all = "camelCase")]
    /// struct Account {
    ///     id: String,
    ///     user_name: String,
    ///     title: Option<String>,
    /// }
    ///
    /// let account = Account { id: "7".into(), user_name: "bjensen".into(), title: None };
    /// let user = ResourceType::user().encode(&account)?;
    /// assert_eq!((user.id(), user.user_name(), user.get("title")), ("7", Some("bjensen"), None));
    ///
    /// let err = ResourceType::group().encode(&account).expect_err("groups have no `userName`");
    /// assert_eq!(err.path(), "userName");
    /// # Ok::<(), scimwire::resource::ValueError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - the value does not serialize as an object;
    /// - no schema defines an attribute;
    /// - a value is not of its attribute's type;
    /// - the resource type is [inconsistent](ResourceType::validate).
    pub fn encode<T: Serialize + ?Sized>(&self, value: &T) -> Result<Resource, ValueError> {
        let no_object = || ValueError::new(self.name(), ValueErrorKind::NotObject);
        let value = serde_json::to_value(value).map_err(|_| no_object())?;
        let Value::Object(mut object) = paths::without_nulls(value.into()) else {
            return Err(no_object());
        };
        if object.get("id").and_then(Value::as_str) == Some("") {
            object.remove("id");
        }
        object.retain(|name, _| !self.is_schemas(name));
        object.insert("schemas", Value::Array(self.schemas_of(&object)));
        let decoder = ResourceDecoder::new(self).with_quirks(QUIRKS);
        decoder.with_secrets(true).with_read_only(true).resource(object)
    }

    fn is_schemas(&self, name: &str) -> bool {
        let found = self.container(name);
        matches!(found, Some(Container::Attribute(attribute)) if attribute.name() == "schemas")
    }

    /// Returns the base schema, and each extension that the object has.
    fn schemas_of(&self, object: &Object) -> List {
        let extensions = object.keys().filter_map(|name| match self.container(name) {
            Some(Container::Extension(schema)) => Some(schema),
            _ => None,
        });
        std::iter::once(self.schema())
            .chain(extensions)
            .map(|schema| schema.uri().as_str().into())
            .collect()
    }
}
