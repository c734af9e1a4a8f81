//! Filters: parsed from text, bound to a schema, run on resources (RFC 7644, Section 3.4.2.2).
//!
//! ```
//! use scimwire::filter::{FilterBinder, Filter};
//! use scimwire::resource::Resource;
//! use scimwire::schema::ResourceType;
//!
//! let users = ResourceType::user();
//! let filter: Filter = r#"emails[type eq "work" and value ew "@example.com"]"#.parse()?;
//! let bound = FilterBinder::new(&users).bind(&filter)?;
//!
//! let mut user = Resource::default();
//! user.set("emails", serde_json::json!([{ "type": "work", "value": "bjensen@EXAMPLE.com" }]));
//! assert!(bound.matches(&user));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod ast;
mod bind;
mod bind_error;
mod bound;
mod display;
mod error;
mod eval;
mod instants;
mod left_out;
mod limits;
mod literal;
mod options;
pub(crate) mod parse;
mod run;
mod schemas;
pub(crate) mod words;

pub use crate::budget::{BudgetExceeded, EvalBudget};
pub use ast::{CompValue, CompareOp, CompareOpError, Filter};
pub use bind::{FilterBinder, UnknownAttribute};
pub use bind_error::{BindError, BindErrorKind};
pub use bound::{BoundFilter, Comparison, FilterFold, Operand};
pub use error::{ParseError, ParseErrorKind};
pub use limits::FilterLimits;
pub use options::ParseOptions;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_binder_is_shared_by_threads() {
        fn is_shared(_: &(impl Send + Sync)) {}
        is_shared(&FilterBinder::new(&crate::schema::ResourceType::user()));
    }
}
