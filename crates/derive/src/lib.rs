//! `#[derive(ScimResource)]`, re-exported by `scimwire` with the feature `derive`.
//!
//! The module `typed` of `scimwire` documents it.

mod convert;
mod describe;
mod expand;
mod field;
mod nearest;
mod options;
mod resolve;
mod resource_type;
mod schema;
mod types;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Implements `ScimResource` for a struct with named fields.
///
/// The struct has `#[scim(user)]` or `#[scim(group)]`, and each field says which attribute it
/// stores. Names are checked against the schemas of RFC 7643.
///
/// | field attribute | meaning |
/// |---|---|
/// | `#[scim(id)]` | the id; exactly one field |
/// | `#[scim("userName")]`, `#[scim("name.givenName")]` | an attribute, or a sub-attribute |
/// | `#[scim(enterprise, "department")]` | an attribute of the enterprise extension |
/// | `#[scim("urn:...:User:department")]`, `#[scim(extension = "urn:...", "department")]` | the same |
/// | `#[scim("emails", type = "work", primary)]` | one element of a multi-valued attribute: its `value` |
/// | `#[scim("addresses.locality", type = "work")]` | one sub-attribute of an element |
/// | `#[scim("emails")]` on a `Vec<Email>` | all elements, by serde |
/// | `#[scim("members")]` on a `Vec<i64>` | the `value` of each element |
/// | `#[scim(enterprise, "manager")]` on an `Option<i64>` | the id of another resource |
/// | `#[scim("meta.created")]`, `"meta.lastModified"`, `"meta.version"` | times and version |
/// | `unique` | no two resources of a tenant share a value |
/// | `column = "e_mail"` | the column, if it is not named like the field |
/// | `default = true`, `default = ""` | the value of an unassigned attribute; empty text stands for none |
/// | `serde` | converts the value by serde |
/// | `#[scim(skip)]` | not part of the resource; `Default` in new ones |
///
/// Fields that are not an `Option` or a `Vec` become required attributes.
#[proc_macro_derive(ScimResource, attributes(scim))]
pub fn derive_scim_resource(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::expand(&input).unwrap_or_else(|err| err.into_compile_error()).into()
}
