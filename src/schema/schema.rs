//! Schema documents (RFC 7643, Section 7).

use std::sync::Arc;

use serde_json::{Value, json};

use super::attribute::Attribute;
use super::builder::SchemaBuilder;
use super::builtin::{RESOURCE_TYPE_SCHEMA, SCHEMA_SCHEMA, SERVICE_PROVIDER_CONFIG_SCHEMA};
use super::error::{SchemaError, SchemaErrorKind};
use super::keys::Attributes;
use crate::attr::{AttrName, SchemaUri};
use crate::value::Name;

/// The schemas of what no client writes; these define their own `id`, and the last one that of all
/// others.
const OF_DISCOVERY: [&str; 4] = [
    SCHEMA_SCHEMA,
    RESOURCE_TYPE_SCHEMA,
    SERVICE_PROVIDER_CONFIG_SCHEMA,
    "urn:ietf:params:scim:schemas:core:2.0:Common",
];

/// A set of attribute definitions under a URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    uri: SchemaUri,
    key: Name,
    name: String,
    description: String,
    attributes: Attributes,
}

impl Schema {
    /// Reads a schema from a document at `place` in another document.
    pub(super) fn read(place: &str, document: Value) -> Result<Self, SchemaError> {
        SchemaBuilder::read(place, document)?.build_at(place)
    }

    pub(super) fn new(
        uri: SchemaUri,
        name: String,
        description: String,
        attributes: Vec<Arc<Attribute>>,
    ) -> Self {
        let key = Name::known(uri.as_str());
        Self { uri, key, name, description, attributes: attributes.into() }
    }

    /// Applies `change` to an attribute or sub-attribute.
    pub(super) fn with_changed(
        &self,
        name: &AttrName,
        sub: Option<&AttrName>,
        change: impl FnOnce(&Attribute) -> Result<Attribute, SchemaErrorKind>,
    ) -> Result<Self, SchemaErrorKind> {
        let unknown = |name: &AttrName| SchemaErrorKind::Unknown(name.to_string());
        let mut schema = self.clone();
        let found = schema.attributes.iter_mut().find(|attribute| attribute.attr_name() == name);
        let slot = found.ok_or_else(|| unknown(name))?;
        *slot = Arc::new(match sub {
            None => change(slot)?,
            Some(sub) => slot.with_changed_sub(sub, change)?.ok_or_else(|| unknown(sub))?,
        });
        Ok(schema)
    }

    /// Removes common attributes that the schema lists: their definition in RFC 7643, Section 3.1
    /// takes precedence.
    pub(super) fn without_common(self: Arc<Self>) -> Arc<Self> {
        if self.common_attribute().is_none() {
            return self;
        }
        let own = self.attributes().iter().filter(|attribute| !is_common(attribute)).cloned();
        Arc::new(Self { attributes: own.collect::<Vec<_>>().into(), ..(*self).clone() })
    }

    /// Replaces the attributes.
    pub(super) fn with_attributes(&self, attributes: Vec<Arc<Attribute>>) -> Self {
        Self { attributes: attributes.into(), ..self.clone() }
    }

    /// A common attribute that the schema lists.
    pub(super) fn common_attribute(&self) -> Option<&Arc<Attribute>> {
        self.attributes().iter().find(|attribute| is_common(attribute))
    }

    /// The URI as the name of a member.
    pub(crate) fn key(&self) -> &Name {
        &self.key
    }

    /// The URI that names the schema.
    #[must_use]
    pub fn uri(&self) -> &SchemaUri {
        &self.uri
    }

    /// The name for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The description of the schema, for people.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    pub(super) fn all_attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// The attributes, in the order of the document.
    #[must_use]
    pub fn attributes(&self) -> &[Arc<Attribute>] {
        self.attributes.as_slice()
    }

    /// The document that `/Schemas` serves, without `meta`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "schemas": [SCHEMA_SCHEMA],
            "id": self.uri.as_str(),
            "name": self.name,
            "description": self.description,
            "attributes": self.attributes().iter().map(|attribute| attribute.to_json()).collect::<Vec<_>>(),
        })
    }
}

impl TryFrom<Value> for Schema {
    type Error = SchemaError;

    /// Reads a schema from the JSON form of RFC 7643, Section 7. [`Schema::builder`] makes one call
    /// by call.
    ///
    /// # Errors
    ///
    /// - the document is not of that form, or its id is not a URN;
    /// - an attribute is inconsistent, or has a name that is taken.
    ///
    /// The error says where, as `attributes[3].type`.
    ///
    /// ```
    /// use scimwire::schema::Schema;
    ///
    /// let badge = Schema::try_from(serde_json::json!({
    ///     "id": "urn:example:schemas:Badge",
    ///     "attributes": [{ "name": "number", "type": "integer", "required": true }]
    /// }))?;
    /// assert!(badge.attribute("NUMBER").is_some());
    /// # Ok::<(), scimwire::schema::SchemaError>(())
    /// ```
    fn try_from(document: Value) -> Result<Self, SchemaError> {
        Self::read("", document)
    }
}

fn is_common(attribute: &Attribute) -> bool {
    Schema::common().attribute(attribute.name()).is_some()
}

/// Returns `true` if the schema belongs to a discovery endpoint or to the common attributes.
pub(super) fn is_of_discovery(uri: &SchemaUri) -> bool {
    OF_DISCOVERY.iter().any(|known| uri.is(known))
}
