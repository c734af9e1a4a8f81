//! Schemas and resource types in one JSON document.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use super::builtin::BuiltinSchema;
use super::error::{InvalidJson, SchemaError, SchemaErrorKind};
use super::json::{Reader, element, join};
use super::resource_type::{ResourceType, SchemaExtension};
use super::schema::{Schema, is_of_discovery};

/// Schemas and resource types, read from `{"schemas": [..], "resourceTypes": [..]}`; the elements
/// have the JSON form of RFC 7643, Sections 7 and 6. They become resource types with
/// [`merge_into`](Self::merge_into).
///
/// - A resource type that is not there yet is added.
/// - One that is there already, such as `User`, gets the extensions that the document lists besides
///   those it has. Its endpoint and its schema stay; a document that names others is refused.
/// - `"canonicalValuesOnly": ["emails.type"]` in a resource type is no word of the RFC: of these
///   attributes only the canonical values are accepted, as by
///   [`ResourceType::enforce_canonical_values`].
/// - A schema is one of the document's, of the resource types that are there, or of RFC 7643,
///   Section 4. One that no resource type of the document uses is refused, since it would do
///   nothing.
///
/// ```
/// use scimwire::schema::{SchemaDocument, ResourceType};
///
/// let definitions = SchemaDocument::from_slice(
///     br#"{
///         "schemas": [
///             { "id": "urn:example:schemas:Badge", "attributes": [{ "name": "number", "type": "integer" }] }
///         ],
///         "resourceTypes": [
///             { "name": "User", "schemaExtensions": [{ "schema": "urn:example:schemas:Badge", "required": false }] },
///             { "name": "Badge", "endpoint": "/Badges", "schema": "urn:example:schemas:Badge" }
///         ]
///     }"#,
/// )?;
/// let types = definitions.merge_into([ResourceType::user(), ResourceType::group()])?;
/// assert_eq!(
///     types.iter().map(|known| known.name()).collect::<Vec<_>>(),
///     ["User", "Group", "Badge"]
/// );
/// # Ok::<(), scimwire::schema::SchemaError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SchemaDocument {
    schemas: Vec<Arc<Schema>>,
    resource_types: Vec<TypeDefinition>,
}

/// A resource type of the document, and where it stands.
#[derive(Clone, Debug)]
struct TypeDefinition {
    place: String,
    name: String,
    endpoint: Option<String>,
    description: Option<String>,
    schema: Option<String>,
    /// Each with its place.
    extensions: Vec<(String, ExtensionDefinition)>,
    closed: Vec<String>,
}

#[derive(Clone, Debug)]
struct ExtensionDefinition {
    schema: String,
    required: bool,
}

impl SchemaDocument {
    /// The longest document that is read, in bytes.
    pub const MAX_BYTES: usize = 1 << 20;

    /// Reads a document.
    ///
    /// # Errors
    ///
    /// - it is longer than [`MAX_BYTES`](Self::MAX_BYTES), or no JSON;
    /// - a schema or resource type is not of the RFC's form, or inconsistent: the error says where,
    ///   as `schemas[0].attributes[3].type`.
    pub fn from_slice(document: &[u8]) -> Result<Self, SchemaError> {
        if document.len() > Self::MAX_BYTES {
            return Err(SchemaError::new("", SchemaErrorKind::TooLarge(Self::MAX_BYTES)));
        }
        let document: Result<Value, _> = serde_json::from_slice(document).map_err(InvalidJson::new);
        Self::try_from(document.map_err(|err| SchemaError::new("", SchemaErrorKind::Json(err)))?)
    }

    /// The resource types `known`, with what the document adds to them, and after them those that
    /// it defines.
    ///
    /// # Errors
    ///
    /// - a resource type wants a schema that there is not, or an endpoint that is taken;
    /// - a resource type is there already, and the document says otherwise of it;
    /// - a schema is there already, and the document says otherwise of it;
    /// - no resource type of the document uses a schema of its.
    pub fn merge_into(
        &self,
        known: impl IntoIterator<Item = ResourceType>,
    ) -> Result<Vec<ResourceType>, SchemaError> {
        let mut types: Vec<ResourceType> = known.into_iter().collect();
        let known = self.known_schemas(&types)?;
        for definition in &self.resource_types {
            match types.iter_mut().find(|resource_type| resource_type.name() == definition.name) {
                Some(resource_type) => definition.extend(resource_type, &known)?,
                None => {
                    let resource_type = definition.define(&known)?;
                    if types.iter().any(|other| other.endpoint() == resource_type.endpoint()) {
                        let kind = SchemaErrorKind::Duplicate(resource_type.endpoint().to_owned());
                        return Err(definition.refuse("endpoint", kind));
                    }
                    types.push(resource_type);
                }
            }
        }
        self.check_use()?;
        Ok(types)
    }

    /// The schemas of the document, of the resource types that are there, and of the RFC.
    fn known_schemas(&self, types: &[ResourceType]) -> Result<Vec<Arc<Schema>>, SchemaError> {
        let extensions = |resource_type: &ResourceType| -> Vec<Arc<Schema>> {
            resource_type
                .extensions()
                .iter()
                .map(|extension| Arc::clone(&extension.schema))
                .collect()
        };
        let mut known: Vec<Arc<Schema>> =
            types.iter().map(|resource_type| Arc::clone(resource_type.schema())).collect();
        known.extend(types.iter().flat_map(extensions));
        known.extend(
            [BuiltinSchema::User, BuiltinSchema::Group, BuiltinSchema::EnterpriseUser]
                .map(BuiltinSchema::schema),
        );
        for (index, schema) in self.schemas.iter().enumerate() {
            if is_of_discovery(schema.uri()) {
                let place = join(&element("schemas", index), "id");
                return Err(SchemaError::new(
                    place,
                    SchemaErrorKind::Reserved(schema.uri().to_string()),
                ));
            }
            let other = known.iter().find(|other| other.uri() == schema.uri());
            let says_so = |other: &Arc<Schema>| {
                [schema.to_json(), Arc::clone(schema).without_common().to_json()]
                    .contains(&other.to_json())
            };
            if other.is_some_and(|other| !says_so(other)) {
                let place = join(&element("schemas", index), "id");
                return Err(SchemaError::new(
                    place,
                    SchemaErrorKind::Duplicate(schema.uri().to_string()),
                ));
            }
            known.push(Arc::clone(schema));
        }
        Ok(known)
    }

    fn check_use(&self) -> Result<(), SchemaError> {
        let uses = |definition: &TypeDefinition, schema: &Schema| {
            let mut uris = definition
                .extensions
                .iter()
                .map(|(_, extension)| &extension.schema)
                .chain(&definition.schema);
            uris.any(|uri| schema.uri().is(uri))
        };
        let used =
            |schema: &Schema| self.resource_types.iter().any(|definition| uses(definition, schema));
        match self.schemas.iter().position(|schema| !used(schema)) {
            Some(index) => {
                Err(SchemaError::new(element("schemas", index), SchemaErrorKind::UnusedSchema))
            }
            None => Ok(()),
        }
    }
}

impl TryFrom<Value> for SchemaDocument {
    type Error = SchemaError;

    /// Reads a document that was parsed.
    fn try_from(document: Value) -> Result<Self, SchemaError> {
        let mut reader = Reader::new("", document)?;
        let (mut schemas, mut uris) = (Vec::new(), HashSet::new());
        for (place, document) in reader.list("schemas")? {
            let schema = Schema::read(&place, document)?;
            if !uris.insert(schema.uri().clone()) {
                return Err(SchemaError::new(
                    join(&place, "id"),
                    SchemaErrorKind::Duplicate(schema.uri().to_string()),
                ));
            }
            schemas.push(Arc::new(schema));
        }
        let resource_types: Vec<TypeDefinition> = reader
            .list("resourceTypes")?
            .into_iter()
            .map(TypeDefinition::read)
            .collect::<Result<_, _>>()?;
        reader.end()?;
        let mut names = HashSet::new();
        if let Some(twice) =
            resource_types.iter().find(|definition| !names.insert(definition.name.as_str()))
        {
            return Err(twice.refuse("name", SchemaErrorKind::Duplicate(twice.name.clone())));
        }
        Ok(Self { schemas, resource_types })
    }
}

impl TypeDefinition {
    fn read((place, document): (String, Value)) -> Result<Self, SchemaError> {
        let mut reader = Reader::new(&place, document)?;
        // Documents that were served once have these, and they say nothing new.
        reader.skip(&["schemas", "meta"]);
        let name = reader.required_text("name")?;
        if reader.text("id")?.is_some_and(|id| id != name) {
            return Err(SchemaError::new(reader.at("id"), SchemaErrorKind::InvalidId));
        }
        let extensions = reader.list("schemaExtensions")?.into_iter().map(|(place, document)| {
            let extension = ExtensionDefinition::read(&place, document)?;
            Ok((place, extension))
        });
        let definition = Self {
            place,
            name,
            extensions: extensions.collect::<Result<_, SchemaError>>()?,
            endpoint: reader.text("endpoint")?,
            description: reader.text("description")?,
            schema: reader.text("schema")?,
            closed: reader.texts("canonicalValuesOnly")?,
        };
        reader.end()?;
        Ok(definition)
    }

    /// A resource type that is not there yet.
    fn define(&self, known: &[Arc<Schema>]) -> Result<ResourceType, SchemaError> {
        let missing = |member: &str| self.refuse(member, SchemaErrorKind::Missing);
        let uri = self.schema.as_ref().ok_or_else(|| missing("schema"))?;
        let schema = find(uri, known)
            .ok_or_else(|| self.refuse("schema", SchemaErrorKind::UnknownSchema(uri.clone())))?;
        let endpoint = self.endpoint.as_ref().ok_or_else(|| missing("endpoint"))?;
        let mut resource_type = ResourceType::new(&self.name, schema).with_endpoint(endpoint);
        resource_type.check_name().map_err(|kind| self.refuse("name", kind))?;
        resource_type.check_endpoint().map_err(|kind| self.refuse("endpoint", kind))?;
        self.extend(&mut resource_type, known)?;
        Ok(resource_type)
    }

    /// A resource type that is there, or has just been made.
    fn extend(
        &self,
        resource_type: &mut ResourceType,
        known: &[Arc<Schema>],
    ) -> Result<(), SchemaError> {
        let other = |ours: &Option<String>, is: &str| {
            ours.as_deref().is_some_and(|ours| !ours.eq_ignore_ascii_case(is))
        };
        for (member, said, is) in [
            ("endpoint", &self.endpoint, resource_type.endpoint()),
            ("schema", &self.schema, resource_type.schema().uri().as_str()),
        ] {
            if other(said, is) {
                return Err(self.refuse(member, SchemaErrorKind::Immutable(is.to_owned())));
            }
        }
        if let Some(description) = &self.description {
            *resource_type = resource_type.clone().with_description(description);
        }
        let mut seen: Vec<&str> = Vec::new();
        for (place, extension) in &self.extensions {
            let refuse = |kind| SchemaError::new(join(place, "schema"), kind);
            if seen.iter().any(|uri| uri.eq_ignore_ascii_case(&extension.schema)) {
                return Err(refuse(SchemaErrorKind::Duplicate(extension.schema.clone())));
            }
            seen.push(&extension.schema);
            if !resource_type.require(&extension.schema, extension.required) {
                let unknown = || refuse(SchemaErrorKind::UnknownSchema(extension.schema.clone()));
                let schema = find(&extension.schema, known).ok_or_else(unknown)?;
                resource_type
                    .add_extension(SchemaExtension { schema, required: extension.required })
                    .map_err(refuse)?;
            }
        }
        for (index, path) in self.closed.iter().enumerate() {
            resource_type
                .close(path)
                .map_err(|kind| self.refuse(&element("canonicalValuesOnly", index), kind))?;
        }
        Ok(())
    }

    fn refuse(&self, member: &str, kind: SchemaErrorKind) -> SchemaError {
        SchemaError::new(join(&self.place, member), kind)
    }
}

impl ExtensionDefinition {
    fn read(place: &str, document: Value) -> Result<Self, SchemaError> {
        let mut reader = Reader::new(place, document)?;
        let extension =
            Self { schema: reader.required_text("schema")?, required: reader.flag("required")? };
        reader.end()?;
        Ok(extension)
    }
}

fn find(uri: &str, known: &[Arc<Schema>]) -> Option<Arc<Schema>> {
    known.iter().find(|schema| schema.uri().is(uri)).cloned()
}
