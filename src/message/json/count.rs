//! The limits that are left while a JSON text is read.

use super::{JsonLimits, Trouble};
use crate::budget::of_text;
use crate::resource::{ELEMENT, of_member, of_number_block, of_text_block};
use crate::value::{Name, Value};

/// The remaining limits of the body.
pub(super) struct Count {
    limits: JsonLimits,
    left: usize,
    memory: usize,
    /// The weight of the values so far, for the budget.
    weight: u64,
}

impl Count {
    pub(super) fn new(limits: JsonLimits) -> Self {
        Self { limits, left: limits.max_total_members, memory: limits.max_memory, weight: 0 }
    }

    pub(super) fn weight(&self) -> u64 {
        self.weight
    }

    /// Counts what a value that is built weighs, beside those in it, and the memory of its text.
    pub(super) fn built(&mut self, value: &Value) -> Result<(), Trouble> {
        self.weight += 1;
        match value {
            Value::String(text) => {
                self.weight += of_text(text);
                self.memory(of_text_block(text))
            }
            Value::Number(number) => {
                self.weight += number.as_written().map_or(0, of_text);
                self.memory(of_number_block(number))
            }
            _ => Ok(()),
        }
    }

    /// Counts a member that an object has beside so many others, and the memory that takes.
    pub(super) fn member(&mut self, there: usize, name: &Name) -> Result<(), Trouble> {
        self.passed_member(there)?;
        self.weight += of_text(name);
        self.memory(of_member(there, name))
    }

    /// Counts a value that an array has beside so many others, and the memory that takes.
    pub(super) fn element(&mut self, there: usize) -> Result<(), Trouble> {
        self.passed_element(there)?;
        self.memory(ELEMENT)
    }

    /// Counts a member that is only passed over.
    pub(super) fn passed_member(&mut self, there: usize) -> Result<(), Trouble> {
        self.one_more(there, self.limits.max_members, Trouble::TooManyMembers)
    }

    /// Counts a value that is only passed over.
    pub(super) fn passed_element(&mut self, there: usize) -> Result<(), Trouble> {
        self.one_more(there, self.limits.max_values, Trouble::TooManyValues)
    }

    fn one_more(&mut self, there: usize, most: usize, beyond: Trouble) -> Result<(), Trouble> {
        if there == most {
            return Err(beyond);
        }
        self.left = self.left.checked_sub(1).ok_or(Trouble::TooMuch)?;
        Ok(())
    }

    fn memory(&mut self, bytes: usize) -> Result<(), Trouble> {
        self.memory = self.memory.checked_sub(bytes).ok_or(Trouble::TooLarge)?;
        Ok(())
    }
}
