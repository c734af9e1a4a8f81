//! Deviations from the RFC that are tolerated, with a switch for each.
//!
//! [`Quirks`] has the switches. [`Deviations`] collects what was tolerated.
#![doc = include_str!("../docs/quirks.md")]

#[macro_use]
mod macros;
mod choices;
mod deviations;
mod presets;
mod table;

pub use choices::{
    EmptyPatch, FilterAsPath, OmittedAttributes, RemoveWithValue, UnknownAttributes,
};
pub use deviations::Deviations;
pub(crate) use deviations::Mark;
pub use table::{Deviation, Quirks};

#[cfg(test)]
mod tests;
