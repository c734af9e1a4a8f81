//! The schemas and resource types of a service provider.

use std::sync::Arc;

use super::builtin::BuiltinSchema;
use super::error::{SchemaError, SchemaErrorKind};
use super::resource_type::ResourceType;
use super::schema::Schema;

/// The resource types that are served, and the schemas that they use.
#[derive(Clone, Debug, Default)]
pub struct SchemaRegistry {
    schemas: Vec<Arc<Schema>>,
    resource_types: Vec<Arc<ResourceType>>,
}

impl SchemaRegistry {
    /// Puts resource types together.
    ///
    /// # Errors
    ///
    /// - a resource type is inconsistent;
    /// - two have one name or one endpoint;
    /// - two schemas have one URI and differ.
    pub fn new(
        resource_types: impl IntoIterator<Item = Arc<ResourceType>>,
    ) -> Result<Self, SchemaError> {
        let mut registry = Self::default();
        for resource_type in resource_types {
            registry.add(resource_type)?;
        }
        for builtin in [
            BuiltinSchema::ServiceProviderConfig,
            BuiltinSchema::ResourceType,
            BuiltinSchema::Schema,
        ] {
            let schema = builtin.schema();
            registry.add_schema(&schema, schema.name())?;
        }
        Ok(registry)
    }

    fn add(&mut self, resource_type: Arc<ResourceType>) -> Result<(), SchemaError> {
        resource_type.validate()?;
        let taken = self.resource_types.iter().any(|other| {
            // RFC 7643, Section 6 (erratum 8475): both are unique, and case exact.
            other.name() == resource_type.name() || other.endpoint() == resource_type.endpoint()
        });
        if taken {
            let kind = SchemaErrorKind::Duplicate(resource_type.endpoint().to_owned());
            return Err(SchemaError::new(resource_type.name(), kind));
        }
        self.add_schema(resource_type.schema(), resource_type.name())?;
        for extension in resource_type.extensions() {
            self.add_schema(&extension.schema, resource_type.name())?;
        }
        self.resource_types.push(resource_type);
        Ok(())
    }

    /// Adds a schema that `user` has.
    fn add_schema(&mut self, schema: &Arc<Schema>, user: &str) -> Result<(), SchemaError> {
        match self.schema(schema.uri().as_str()) {
            // What is closed to other values is a rule of a resource type, and not part of the
            // schema.
            Some(known) if known == schema || known.to_json() == schema.to_json() => Ok(()),
            Some(known) => {
                let has_it = |resource_type: &&Arc<ResourceType>| {
                    resource_type.has_schema(schema.uri().as_str())
                };
                let first = self
                    .resource_types
                    .iter()
                    .find(has_it)
                    .map_or(known.name(), |resource_type| resource_type.name());
                let kind = SchemaErrorKind::Conflicting(first.to_owned(), user.to_owned());
                Err(SchemaError::new(schema.uri().as_str(), kind))
            }
            None => {
                self.schemas.push(Arc::clone(schema));
                Ok(())
            }
        }
    }

    /// The schemas, in the order in which they came.
    #[must_use]
    pub fn schemas(&self) -> &[Arc<Schema>] {
        &self.schemas
    }

    /// The schema of that URI, in any case.
    #[must_use]
    pub fn schema(&self, uri: &str) -> Option<&Arc<Schema>> {
        self.schemas.iter().find(|schema| schema.uri().is(uri))
    }

    /// The resource types, in the order in which they came.
    #[must_use]
    pub fn resource_types(&self) -> &[Arc<ResourceType>] {
        &self.resource_types
    }

    /// The resource type of that name.
    #[must_use]
    pub fn resource_type(&self, name: &str) -> Option<&Arc<ResourceType>> {
        self.resource_types.iter().find(|resource_type| resource_type.name() == name)
    }

    /// The endpoint of a resource type, such as `/Users` for `User`.
    #[must_use]
    pub fn endpoint_of(&self, name: &str) -> Option<&str> {
        self.resource_type(name).map(|resource_type| resource_type.endpoint())
    }
}
