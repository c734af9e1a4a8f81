//! Where real clients depart from the RFC, and what is made of it.
//!
//! Each tolerance is an entry of one table, which says what is switched by it and what it reports.
//! Whoever reads what a client sent sees the switches ([`Quirks`]), and takes note of what was
//! tolerated ([`Deviations`]).
#![doc = include_str!("../docs/quirks.md")]

#[macro_use]
mod macros;
mod choices;
mod deviations;
mod presets;
mod table;

pub use choices::{ConditionPaths, ListedValues, NoOperations, Omitted, UnknownAttributes};
pub use deviations::Deviations;
pub(crate) use deviations::Mark;
pub use table::{Deviation, Quirks};

#[cfg(test)]
mod tests;
