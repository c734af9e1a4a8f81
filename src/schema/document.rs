//! Schema documents (RFC 7643, Section 7).

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::attribute::{Attribute, Definition};
use super::characteristics::Uniqueness;
use super::error::{SchemaError, SchemaErrorKind};
use crate::attr::{AttrName, SchemaUri};

/// The schema of schemas.
const META_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/// A set of attribute definitions under a URI.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    uri: SchemaUri,
    name: String,
    description: String,
    attributes: Vec<Arc<Attribute>>,
}

#[derive(Deserialize)]
struct Document {
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
    attributes: Vec<Definition>,
}

impl Schema {
    /// Reads a schema from the JSON form of RFC 7643, Section 7.
    ///
    /// # Errors
    ///
    /// - the document is not of that form, or its id is no URN;
    /// - an attribute is inconsistent: the error names it.
    ///
    /// ```
    /// use scimwire::schema::Schema;
    ///
    /// let badge = Schema::from_json(serde_json::json!({
    ///     "id": "urn:example:schemas:Badge",
    ///     "attributes": [{ "name": "number", "type": "integer", "required": true }]
    /// }))?;
    /// assert!(badge.attribute("NUMBER").is_some());
    /// # Ok::<(), scimwire::schema::SchemaError>(())
    /// ```
    pub fn from_json(document: Value) -> Result<Self, SchemaError> {
        let place = document.get("id").and_then(Value::as_str).unwrap_or("schema").to_owned();
        let document: Document = serde_json::from_value(document)
            .map_err(|reason| SchemaError::new(&place, SchemaErrorKind::Document(reason.to_string())))?;
        let uri: SchemaUri = document.id.parse().map_err(|_| SchemaError::new(&place, SchemaErrorKind::Uri))?;
        // RFC 7643, Section 2.3.8 allows no complex value in another, and Section 7 describes just that.
        let levels = if uri.is(META_SCHEMA) { 2 } else { 1 };
        let mut attributes: Vec<Arc<Attribute>> = Vec::with_capacity(document.attributes.len());
        for definition in document.attributes {
            let attribute = Attribute::define(definition, "", levels)?;
            if attributes.iter().any(|other| other.attr_name() == attribute.attr_name()) {
                return Err(SchemaError::new(&place, SchemaErrorKind::Duplicate(attribute.name().to_owned())));
            }
            attributes.push(attribute);
        }
        Ok(Self { uri, name: document.name, description: document.description, attributes })
    }

    /// The same schema, where no two resources of a tenant share a value of `attribute`.
    pub(super) fn with_unique(&self, name: &AttrName) -> Option<Self> {
        let position = self.attributes.iter().position(|attribute| attribute.attr_name() == name)?;
        let mut schema = self.clone();
        let slot = schema.attributes.get_mut(position)?;
        *slot = Arc::new(slot.with_uniqueness(Uniqueness::Server));
        Some(schema)
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

    /// What the schema is for, in a sentence for people.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The attributes, in the order of the document.
    #[must_use]
    pub fn attributes(&self) -> &[Arc<Attribute>] {
        &self.attributes
    }

    /// The document that `/Schemas` serves, without `meta`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "schemas": [META_SCHEMA],
            "id": self.uri.as_str(),
            "name": self.name,
            "description": self.description,
            "attributes": self.attributes.iter().map(|attribute| attribute.to_json()).collect::<Vec<_>>(),
        })
    }
}
