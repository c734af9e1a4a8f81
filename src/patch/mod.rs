//! PATCH and PUT: a change is bound to the schema once, and then applied to a resource, all or
//! nothing (RFC 7644, Sections 3.5.1 and 3.5.2).
//!
//! ```
//! use scimwire::message::{PatchOp, PatchOperation};
//! use scimwire::patch::PatchBinder;
//! use scimwire::resource::Resource;
//! use scimwire::schema::ResourceType;
//!
//! let users = ResourceType::user();
//! let operation = PatchOperation::replace("name.familyName", "Jensen");
//! let plan = PatchBinder::new(users).bind(PatchOp::new([operation]))?;
//!
//! let user = plan.apply(Resource::default())?;
//! assert_eq!(user.attributes()["name"], serde_json::json!({ "familyName": "Jensen" }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod apply;
mod bind;
mod delta;
mod elements;
mod error;
mod index;
mod keys;
mod part;
mod path;
mod plan;
mod put;
mod remove;
mod resolve;
mod set;
mod target;
mod unfold;

pub use bind::PatchBinder;
pub use delta::MemberDelta;
pub use error::{PatchError, PatchErrorKind};
pub use path::{Path, PathError};
pub use plan::PatchPlan;
pub use put::Replacement;

#[cfg(test)]
mod tests;
