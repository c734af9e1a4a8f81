//! From operations to steps: paths resolved, values of the right type (RFC 7644, Section 3.5.2).

use std::sync::Arc;

use super::error::{PatchError, PatchErrorKind};
use super::path::without_values;
use super::plan::{PatchPlan, Step, StepChange, StepTarget};
use crate::filter::{FilterBinder, FilterLimits, ParseOptions};
use crate::message::{PatchOp, PatchOperation};
use crate::quirks::{Deviation, Deviations, EmptyPatch, Quirks};
use crate::resource::{Decoding, ResourceDecoder, ValueError};
use crate::schema::{Attribute, Mutability, ResourceType, ResourceUrls, Schema};

/// Binds PATCH messages to a resource type.
#[derive(Clone, Debug)]
pub struct PatchBinder {
    pub(super) resource_type: Arc<ResourceType>,
    pub(super) options: ParseOptions,
    secrets: bool,
    read_only: bool,
    locations: ResourceUrls,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Remove,
    Replace,
}

/// An operation while it is bound.
pub(super) struct Binding<'b> {
    pub(super) binder: &'b PatchBinder,
    pub(super) operation: usize,
    pub(super) op: Op,
    steps: &'b mut Vec<Step>,
    pub(super) deviations: &'b mut Deviations,
}

impl PatchBinder {
    /// Binds to `resource_type`, strictly.
    #[must_use]
    pub fn new(resource_type: impl Into<Arc<ResourceType>>) -> Self {
        Self {
            resource_type: resource_type.into(),
            options: ParseOptions::default(),
            secrets: false,
            read_only: false,
            locations: ResourceUrls::default(),
        }
    }

    /// Reads operations with these tolerances.
    #[must_use]
    pub fn with_quirks(self, quirks: Quirks) -> Self {
        Self { options: self.options.with_quirks(quirks), ..self }
    }

    /// Changes attributes that nobody may read, such as `password`, or ignores them.
    #[must_use]
    pub fn with_secrets(self, secrets: bool) -> Self {
        Self { secrets, ..self }
    }

    /// Changes attributes that are read-only for clients, by the host's own hand, or refuses to.
    #[must_use]
    pub fn with_read_only(self, read_only: bool) -> Self {
        Self { read_only, ..self }
    }

    /// Limits the filters in paths.
    #[must_use]
    pub fn with_filter_limits(self, limits: FilterLimits) -> Self {
        Self { options: self.options.with_limits(limits), ..self }
    }

    /// Says where resources are, for comparisons with `$ref`.
    #[must_use]
    pub fn with_urls(self, locations: ResourceUrls) -> Self {
        Self { locations, ..self }
    }

    /// Binds a message.
    ///
    /// # Errors
    ///
    /// - an operation is not one of the three, or its path or value does not fit the schema: the
    ///   error names it;
    /// - the resource type is [inconsistent](ResourceType::validate).
    pub fn bind(&self, message: PatchOp) -> Result<PatchPlan, PatchError> {
        self.bind_with(message, &mut Deviations::default())
    }

    /// Binds a message, and takes note of what was tolerated.
    ///
    /// # Errors
    ///
    /// - as [`PatchBinder::bind`].
    pub fn bind_with(
        &self,
        message: PatchOp,
        deviations: &mut Deviations,
    ) -> Result<PatchPlan, PatchError> {
        deviations.unless_refused(|deviations| self.operations(message, deviations))
    }

    fn operations(
        &self,
        message: PatchOp,
        deviations: &mut Deviations,
    ) -> Result<PatchPlan, PatchError> {
        if let Some(problem) = self.resource_type.problem() {
            let kind = PatchErrorKind::ResourceType(Box::new(problem.clone()));
            return Err(PatchError { operation: None, kind });
        }
        let mut steps = Vec::with_capacity(message.operations.len());
        if message.operations.is_empty() {
            if self.options.quirks.empty_patch == EmptyPatch::Reject {
                return Err(PatchError { operation: None, kind: PatchErrorKind::EmptyPatch });
            }
            deviations.push(Deviation::EmptyPatch);
        }
        for (operation, message) in message.operations.into_iter().enumerate() {
            let steps = &mut steps;
            let bound = deviations.in_operation(operation, |deviations| {
                let op = Op::read(&message.op)?;
                Binding { binder: self, operation, op, steps, deviations }.operation(message)
            });
            bound.map_err(|kind| PatchError::new(operation, kind))?;
        }
        let resource_type = Arc::clone(&self.resource_type);
        Ok(PatchPlan { resource_type, steps, creates: self.options.quirks.create_on_no_match })
    }

    pub(super) fn filter_binder(&self) -> FilterBinder<'_> {
        FilterBinder::new(&self.resource_type)
            .with_quirks(self.options.quirks)
            .with_urls(self.locations.clone())
    }

    fn decoder(&self) -> ResourceDecoder<'_> {
        ResourceDecoder::new(&self.resource_type)
            .with_quirks(self.options.quirks)
            .with_secrets(self.secrets)
            .with_read_only(self.read_only)
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

    /// Returns `true` if clients may not change the target: it is read-only, and the service
    /// provider does not derive it, as it does the common attributes and references such as
    /// `groups`.
    pub(super) fn is_read_only(&self, target: &StepTarget) -> bool {
        let read_only = |attribute: &Attribute| attribute.mutability() == Mutability::ReadOnly;
        let common = || {
            target.extension.is_none()
                && Schema::common().attribute(target.attribute.name()).is_some()
        };
        let derived = || target.attribute.is_resource_reference() && read_only(&target.attribute);
        (read_only(&target.attribute) || read_only(target.last()))
            && (!self.binder.read_only || common() || derived())
    }

    pub(super) fn takes(&self, target: &StepTarget) -> bool {
        let decoder = self.binder.decoder();
        decoder.takes(&target.attribute) && decoder.takes(target.last())
    }

    pub(super) fn decode_with<O>(
        &mut self,
        read: impl FnOnce(&mut Decoding<'_>) -> Result<O, ValueError>,
    ) -> Result<O, PatchErrorKind> {
        Ok(self.binder.decoder().read(self.deviations, read)?)
    }

    pub(super) fn or_ignore(&mut self, err: PatchErrorKind) -> Result<(), PatchErrorKind> {
        match err {
            PatchErrorKind::UnknownPath(path)
                if self.binder.options.quirks.ignore_unknown_paths =>
            {
                self.deviations.push(Deviation::UnknownPath(without_values(&path)));
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
        self.deviations.push(Deviation::LeftOut(name));
        Ok(())
    }

    pub(super) fn push(&mut self, change: StepChange) {
        self.steps.push(Step { operation: self.operation, change });
    }
}
