//! From operations to steps: paths resolved, values of the right type (RFC 7644, Section 3.5.2).

use std::sync::Arc;

use super::error::{PatchError, PatchErrorKind};
use super::path::without_values;
use super::plan::{Plan, Step, StepChange, StepTarget};
use super::rules::{NoOperations, PatchRepair, Rules};
use crate::filter::{Binder, FilterLimits, Syntax};
use crate::message::{PatchOp, PatchOperation};
use crate::resource::{Intake, Repair, ValueError};
use crate::schema::{Attribute, Locations, Mutability, ResourceType, Schema};

/// Binds PATCH messages to a resource type.
#[derive(Clone, Debug)]
pub struct PlanBinder {
    pub(super) resource_type: Arc<ResourceType>,
    pub(super) rules: Rules,
    pub(super) limits: FilterLimits,
    pub(super) syntax: Syntax,
    locations: Locations,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Remove,
    Replace,
}

/// An operation while it is bound.
pub(super) struct Binding<'b> {
    pub(super) binder: &'b PlanBinder,
    pub(super) operation: usize,
    pub(super) op: Op,
    steps: &'b mut Vec<Step>,
    pub(super) repairs: &'b mut Vec<PatchRepair>,
}

impl PlanBinder {
    /// Binds to `resource_type` by `rules`.
    #[must_use]
    pub fn new(resource_type: impl Into<Arc<ResourceType>>, rules: Rules) -> Self {
        Self {
            resource_type: resource_type.into(),
            rules,
            limits: FilterLimits::default(),
            syntax: Syntax::default(),
            locations: Locations::default(),
        }
    }

    /// Limits the filters in paths.
    #[must_use]
    pub fn filters(self, limits: FilterLimits, syntax: Syntax) -> Self {
        Self { limits, syntax, ..self }
    }

    /// Says where resources are, for comparisons with `$ref`.
    #[must_use]
    pub fn locations(self, locations: Locations) -> Self {
        Self { locations, ..self }
    }

    /// Binds a message; also says what it put right.
    ///
    /// # Errors
    ///
    /// - an operation is not one of the three, or its path or value does not fit the schema: the
    ///   error names it.
    pub fn bind(&self, message: PatchOp) -> Result<(Plan, Vec<PatchRepair>), PatchError> {
        let mut repairs = Vec::new();
        let mut steps = Vec::with_capacity(message.operations.len());
        if message.operations.is_empty() {
            if self.rules.no_operations == NoOperations::Refuse {
                return Err(PatchError { operation: None, kind: PatchErrorKind::NoOperations });
            }
            repairs.push(PatchRepair::NoOperations);
        }
        for (operation, message) in message.operations.into_iter().enumerate() {
            let op = Op::read(&message.op).map_err(|kind| PatchError::new(operation, kind))?;
            let mut binding =
                Binding { binder: self, operation, op, steps: &mut steps, repairs: &mut repairs };
            binding.operation(message).map_err(|kind| PatchError::new(operation, kind))?;
        }
        let resource_type = Arc::clone(&self.resource_type);
        let plan = Plan { resource_type, steps, no_match: self.rules.no_match };
        Ok((plan, repairs))
    }

    pub(super) fn filter_binder(&self) -> Binder<'_> {
        Binder::new(&self.resource_type)
            .boolean_strings(self.rules.boolean_strings_in_filters)
            .left_out_attributes(self.rules.left_out_attributes)
            .locations(self.locations.clone())
    }
}

impl Op {
    /// Deployed clients write `Add` and `Replace`.
    fn read(text: &str) -> Result<Self, PatchErrorKind> {
        [("add", Self::Add), ("remove", Self::Remove), ("replace", Self::Replace)]
            .into_iter()
            .find(|(name, _)| text.eq_ignore_ascii_case(name))
            .map(|(_, op)| op)
            .ok_or_else(|| PatchErrorKind::Op(text.to_owned()))
    }
}

impl Binding<'_> {
    fn operation(&mut self, message: PatchOperation) -> Result<(), PatchErrorKind> {
        match (message.path, self.op) {
            (None, Op::Remove) => Err(PatchErrorKind::NoPath),
            (None, _) => self.without_path(message.value.ok_or(PatchErrorKind::NoValue)?),
            (Some(path), Op::Remove) => self.remove(&path, message.value),
            (Some(path), _) => {
                let value = message.value.ok_or(PatchErrorKind::NoValue)?;
                self.set(&path, value)
            }
        }
    }

    pub(super) fn refuse_read_only(&self, target: &StepTarget) -> Result<(), PatchErrorKind> {
        if self.is_read_only(target) {
            Err(PatchErrorKind::ReadOnly(target.path().to_string()))
        } else {
            Ok(())
        }
    }

    /// What is read-only for clients is the host's, but for what the service provider works out:
    /// what all resources have, and references such as `groups`.
    pub(super) fn is_read_only(&self, target: &StepTarget) -> bool {
        let read_only = |attribute: &Attribute| attribute.mutability() == Mutability::ReadOnly;
        let common = || {
            target.extension.is_none()
                && Schema::common().attribute(target.attribute.name()).is_some()
        };
        let derived = || target.attribute.refers_by_value() && read_only(&target.attribute);
        (read_only(&target.attribute) || read_only(target.last()))
            && (!self.binder.rules.values.read_only || common() || derived())
    }

    pub(super) fn takes(&self, target: &StepTarget) -> bool {
        let intake = Intake::new(&self.binder.resource_type, self.binder.rules.values);
        intake.takes(&target.attribute) && intake.takes(target.last())
    }

    pub(super) fn intake<O>(
        &mut self,
        read: impl FnOnce(&mut Intake<'_>) -> Result<O, ValueError>,
    ) -> Result<O, PatchErrorKind> {
        let mut intake = Intake::new(&self.binder.resource_type, self.binder.rules.values);
        let value = read(&mut intake)?;
        let operation = self.operation;
        self.repairs.extend(
            intake.repairs().into_iter().map(|repair| PatchRepair::Value(operation, repair)),
        );
        Ok(value)
    }

    pub(super) fn or_ignore(&mut self, err: PatchErrorKind) -> Result<(), PatchErrorKind> {
        match err {
            PatchErrorKind::UnknownPath(path) if self.binder.rules.ignore_unknown_paths => {
                self.repairs.push(PatchRepair::UnknownPath(self.operation, without_values(&path)));
                Ok(())
            }
            err => Err(err),
        }
    }

    /// An operation on what the resource type left out changes nothing.
    pub(super) fn leave_out(
        &mut self,
        name: String,
        read_only: bool,
    ) -> Result<(), PatchErrorKind> {
        if read_only {
            return Err(PatchErrorKind::ReadOnly(name));
        }
        self.note_left_out(name);
        Ok(())
    }

    pub(super) fn note_left_out(&mut self, name: String) {
        self.repairs.push(PatchRepair::Value(self.operation, Repair::LeftOut(name)));
    }

    pub(super) fn push(&mut self, change: StepChange) {
        self.steps.push(Step { operation: self.operation, change });
    }
}
