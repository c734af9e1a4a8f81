//! Schemas, attributes, extensions and resource types (RFC 7643).
//!
//! Schemas are data: the RFC's own JSON documents are read once ([`Schema::user`] and its
//! siblings), others come from [`Schema::from_json`] or [`Schema::builder`]. A [`ResourceType`]
//! joins a schema, its extensions and an endpoint.
#![doc = include_str!("../docs/resource_types.md")]

mod attribute;
mod builtin;
mod characteristics;
mod countries;
mod define;
mod definitions;
mod derived;
mod document;
mod error;
mod instant;
mod keep;
mod keys;
mod location;
mod membership;
mod reader;
mod registry;
mod resolve;
mod resource_type;
mod scalar;

pub use attribute::Attribute;
pub use builtin::{BuiltinSchema, ENTERPRISE_USER};
pub use characteristics::{AttributeType, Mutability, Returned, Uniqueness};
pub use countries::COUNTRIES;
pub use define::{AttributeBuilder, SchemaBuilder};
pub use definitions::Definitions;
pub use document::Schema;
pub use error::{InvalidJson, SchemaError, SchemaErrorKind};
pub use instant::instant;
pub use location::Locations;
pub use membership::Membership;
pub use registry::Registry;
pub use resolve::ResolvedPath;
pub use resource_type::{ResourceType, SchemaExtension};
pub use scalar::{fold, prepare, prepare_password};

pub(crate) use resolve::Container;
pub(crate) use scalar::{
    SHORT, bytes, compared, fold_contains, fold_ends_with, fold_starts_with, folding, folds_equal,
    is_uri_reference,
};

#[cfg(test)]
mod tests;
