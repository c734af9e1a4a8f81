//! Further resource types, read from files in the RFC's JSON form (RFC 7643, Sections 6 and 7).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scimwire::schema::{BuiltinSchema, Registry, ResourceType, Schema, SchemaError, SchemaExtension};
use serde::Deserialize;
use serde_json::Value;

/// A file that was refused, and why.
#[derive(Debug, thiserror::Error)]
#[error("`--resource-types {}`: {problem}", file.display())]
pub(crate) struct FileError {
    file: PathBuf,
    problem: Problem,
}

#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("it cannot be read: {0}")]
    Read(#[from] std::io::Error),
    #[error("it is not of the form {{\"schemas\": [...], \"resourceTypes\": [...]}}: {0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}")]
    Schema(#[from] SchemaError),
    #[error("resource type `{resource_type}`: there is no schema `{uri}`; add it to `schemas`")]
    UnknownSchema { resource_type: String, uri: String },
    #[error("schema `{0}`: no resource type uses it; name it in `resourceTypes`")]
    UnusedSchema(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    schemas: Vec<Value>,
    #[serde(default)]
    resource_types: Vec<TypeDocument>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TypeDocument {
    name: String,
    endpoint: String,
    description: Option<String>,
    schema: String,
    #[serde(default)]
    schema_extensions: Vec<ExtensionDocument>,
}

#[derive(Deserialize)]
struct ExtensionDocument {
    schema: String,
    #[serde(default)]
    required: bool,
}

/// Reads the resource types of all files; they must not clash with `known` ones, nor with each other.
pub(crate) fn read(files: &[PathBuf], known: &[Arc<ResourceType>]) -> Result<Vec<Arc<ResourceType>>, FileError> {
    let mut resource_types = known.to_vec();
    for file in files {
        let in_file = |problem| FileError { file: file.clone(), problem };
        resource_types.extend(read_file(file).map_err(in_file)?);
        // Asked after each file, so that the message can name it.
        Registry::new(resource_types.iter().cloned()).map_err(|err| in_file(err.into()))?;
    }
    Ok(resource_types.split_off(known.len()))
}

fn read_file(file: &Path) -> Result<Vec<Arc<ResourceType>>, Problem> {
    let document: Document = serde_json::from_slice(&fs::read(file)?)?;
    let schemas = document.schemas.into_iter().map(|schema| Schema::from_json(schema).map(Arc::new));
    let schemas: Vec<Arc<Schema>> = schemas.collect::<Result<_, _>>()?;
    let resource_types = document.resource_types.into_iter().map(|document| document.into_resource_type(&schemas));
    let resource_types: Vec<Arc<ResourceType>> = resource_types.collect::<Result<_, _>>()?;
    let is_used = |schema: &Schema| resource_types.iter().any(|resource_type| uses(resource_type, schema));
    match schemas.iter().find(|schema| !is_used(schema)) {
        Some(unused) => Err(Problem::UnusedSchema(unused.uri().to_string())),
        None => Ok(resource_types),
    }
}

fn uses(resource_type: &ResourceType, schema: &Schema) -> bool {
    resource_type.schema().uri() == schema.uri() || resource_type.extension(schema.uri().as_str()).is_some()
}

impl TypeDocument {
    fn into_resource_type(self, schemas: &[Arc<Schema>]) -> Result<Arc<ResourceType>, Problem> {
        let schema = self.find(&self.schema, schemas)?;
        let mut resource_type = ResourceType::new(&self.name, schema).with_endpoint(&self.endpoint);
        if let Some(description) = &self.description {
            resource_type = resource_type.with_description(description);
        }
        for extension in &self.schema_extensions {
            let schema = self.find(&extension.schema, schemas)?;
            resource_type = resource_type.with_extension(SchemaExtension { schema, required: extension.required });
        }
        Ok(Arc::new(resource_type))
    }

    /// A schema of the file, or one that comes with the crate.
    fn find(&self, uri: &str, schemas: &[Arc<Schema>]) -> Result<Arc<Schema>, Problem> {
        let builtin = BuiltinSchema::ALL.iter().map(|builtin| builtin.schema());
        let mut candidates = schemas.iter().cloned().chain(builtin);
        let unknown = || Problem::UnknownSchema { resource_type: self.name.clone(), uri: uri.to_owned() };
        candidates.find(|schema| schema.uri().is(uri)).ok_or_else(unknown)
    }
}
