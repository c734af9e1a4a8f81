//! Schemas, attributes, extensions and resource types (RFC 7643).
//!
//! Schemas are data: the RFC's own JSON documents are read once ([`Schema::user`] and its
//! siblings), others come from [`Schema::try_from`] or [`Schema::builder`]. A [`ResourceType`]
//! joins a schema, its extensions and an endpoint.
#![doc = include_str!("../docs/resource_types.md")]

mod attribute;
mod builder;
mod builtin;
mod bundle;
mod characteristics;
mod compare;
mod conform;
mod countries;
mod date_time;
mod derived;
mod error;
mod json;
mod keys;
mod membership;
mod registry;
mod resolve;
mod resource_type;
mod retain;
#[expect(clippy::module_inception, reason = "a type named like its topic is in a file of its name")]
mod schema;
mod urls;

pub use attribute::Attribute;
pub use builder::{AttributeBuilder, SchemaBuilder};
pub use builtin::{
    BuiltinSchema, ENTERPRISE_USER, ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, RESOURCE_TYPE_SCHEMA,
    SCHEMA_SCHEMA, SERVICE_PROVIDER_CONFIG_SCHEMA, USER_SCHEMA,
};
pub use bundle::SchemaDocument;
pub use characteristics::{AttributeType, Mutability, Returned, Uniqueness};
pub use compare::{case_fold, prepare_password, prepare_username};
pub use conform::ElementSlot;
pub use countries::ISO_3166_ALPHA2;
pub use date_time::parse_date_time;
pub use error::{InvalidJson, SchemaError, SchemaErrorKind};
pub use membership::Membership;
pub use registry::SchemaRegistry;
pub use resolve::ResolvedPath;
pub use resource_type::{ResourceType, SchemaExtension};
pub use schema::Schema;
pub use urls::ResourceUrls;

pub(crate) use compare::{
    SHORT, bytes, compared, fold_contains, fold_ends_with, fold_starts_with, folding, folds_equal,
    is_uri_reference,
};
pub(crate) use resolve::Container;

#[cfg(test)]
mod tests;
