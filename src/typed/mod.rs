//! Structs of your application as resources.
//!
//! Derive [`ScimResource`] for a struct, with the feature `derive`. Each field names its attribute:
//!
//! ```
//! # #[cfg(feature = "derive")]
//! # fn example() -> Result<(), scimwire::resource::ValueError> {
//! use scimwire::ScimResource;
//! use scimwire::typed::FieldKind;
//!
//! #[derive(Clone, ScimResource)]
//! #[scim(user)]
//! struct Account {
//!     #[scim(id)]
//!     id: i64,
//!     #[scim("userName", unique)]
//!     login: String,
//!     #[scim("emails", type = "work", primary)]
//!     email: String,
//!     #[scim("name.givenName")]
//!     first_name: Option<String>,
//!     #[scim("active", column = "enabled")]
//!     is_enabled: bool,
//!     #[scim(enterprise, "manager")]
//!     manager_id: Option<i64>,
//!     #[scim(skip)]
//!     org_id: i64,
//! }
//!
//! let account = Account {
//!     id: 7,
//!     login: "bjensen".into(),
//!     email: "bjensen@example.com".into(),
//!     first_name: None,
//!     is_enabled: true,
//!     manager_id: Some(3),
//!     org_id: 1,
//! };
//! let resource = account.to_resource();
//! assert_eq!((resource.id(), resource.user_name()), ("7", Some("bjensen")));
//! assert_eq!(Account::from_resource(&resource)?.manager_id, Some(3));
//! assert_eq!(Account::FIELDS[4].column, "enabled");
//! assert_eq!(Account::FIELDS[4].kind, FieldKind::Boolean);
//! # Ok(())
//! # }
//! # #[cfg(feature = "derive")]
//! # example().unwrap();
//! ```

mod field;
mod resources;
mod store;
#[doc(hidden)]
pub mod support;
mod value;

use std::fmt::Display;
use std::str::FromStr;

use crate::resource::{Resource, ValueError};
use crate::schema::ResourceType;

pub use field::{Field, FieldKind};
pub use resources::TypedResources;
pub use store::{TypedPage, TypedStore};
pub use value::{
    BinaryAttribute, BooleanAttribute, DateTimeAttribute, FieldValue, StringAttribute,
    VersionAttribute,
};

/// A struct of your application that is a resource. Derive it with the feature `derive`; see
/// [the module](self).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a SCIM resource",
    label = "add `#[derive(ScimResource)]`, of the feature `derive`"
)]
pub trait ScimResource: Clone + Send + Sync + 'static {
    /// The type of the id.
    type Id: Display + FromStr + Send + Sync;

    /// The fields that store attributes, in their order. Skipped ones are left out.
    const FIELDS: &'static [Field];

    /// Returns the resource type: with the attributes that the struct has, and no others.
    fn resource_type() -> ResourceType;

    /// Returns the id.
    fn id(&self) -> &Self::Id;

    /// Returns the resource, without values that are never returned, such as a password.
    fn to_resource(&self) -> Resource;

    /// Creates the struct of a new resource. Skipped fields, and an id that is not chosen yet, have
    /// their default value.
    ///
    /// # Errors
    ///
    /// - a field that is not an `Option` has no value;
    /// - a field cannot hold its value.
    fn from_resource(resource: &Resource) -> Result<Self, ValueError>;

    /// Takes over the attributes of a resource. Skipped fields, the id and read-only attributes
    /// stay as they are, and so do those that are never returned, unless they have a value.
    ///
    /// # Errors
    ///
    /// - a field that is not an `Option` has no value;
    /// - a field cannot hold its value. Then nothing is changed.
    fn apply(&mut self, resource: &Resource) -> Result<(), ValueError>;
}
