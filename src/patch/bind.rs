//! From operations to steps: paths resolved, values of the right type (RFC 7644, Section 3.5.2).

use std::sync::Arc;

use serde_json::Value;

use super::error::{PatchError, PatchErrorKind};
use super::lookup::Bound;
use super::path::without_values;
use super::plan::{Action, Plan, Step, StepChange, StepTarget};
use super::rules::{ListedValues, NoOperations, PatchRepair, ReadOnlyEcho, Rules};
use crate::attr::starts_with_urn;
use crate::filter::{Binder, Budget, FilterLimits, Syntax};
use crate::message::{PatchOp, PatchOperation};
use crate::resource::{Intake, UnknownAttributes, ValueError, ValueErrorKind};
use crate::schema::{Attribute, AttributeType, Locations, Mutability, ResourceType, Schema};

/// Binds PATCH messages to a resource type.
#[derive(Clone, Debug)]
pub struct PlanBinder {
    pub(super) resource_type: Arc<ResourceType>,
    pub(super) rules: Rules,
    pub(super) limits: FilterLimits,
    pub(super) syntax: Syntax,
    locations: Locations,
    budget: u64,
}

/// How many values operations may look at, unless said otherwise.
const BUDGET: u64 = 10_000_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Op {
    Add,
    Remove,
    Replace,
}

/// An operation while it is bound.
pub(super) struct Binding<'b> {
    pub(super) binder: &'b PlanBinder,
    pub(super) operation: usize,
    op: Op,
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
            budget: BUDGET,
        }
    }

    /// Limits the filters in paths.
    #[must_use]
    pub fn filters(self, limits: FilterLimits, syntax: Syntax) -> Self {
        Self { limits, syntax, ..self }
    }

    /// Limits how many values all operations together may look at when the plan is applied: to find those that a filter
    /// chooses, and those that are there already.
    #[must_use]
    pub fn budget(self, values: u64) -> Self {
        Self { budget: values, ..self }
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
    /// - an operation is not one of the three, or its path or value does not fit the schema: the error names it.
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
            let mut binding = Binding { binder: self, operation, op, steps: &mut steps, repairs: &mut repairs };
            binding.operation(message).map_err(|kind| PatchError::new(operation, kind))?;
        }
        let resource_type = Arc::clone(&self.resource_type);
        let plan = Plan { resource_type, steps, no_match: self.rules.no_match, budget: self.budget };
        Ok((plan, repairs))
    }

    pub(super) fn filter_binder(&self) -> Binder<'_> {
        Binder::new(&self.resource_type).boolean_strings(self.rules.boolean_strings_in_filters).locations(self.locations.clone())
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

    /// RFC 7644, Section 3.5.2.1: "each attribute" of the value is added or replaced by itself.
    fn without_path(&mut self, value: Value) -> Result<(), PatchErrorKind> {
        let Value::Object(object) = value else {
            return Err(PatchErrorKind::NotObject);
        };
        for (key, value) in object {
            self.key(key, value)?;
        }
        Ok(())
    }

    fn key(&mut self, key: String, value: Value) -> Result<(), PatchErrorKind> {
        if key.eq_ignore_ascii_case("schemas") {
            // What it says follows from the attributes (RFC 7644, Section 3.5.2).
            self.repairs.push(PatchRepair::ReadOnly(self.operation, key));
            return Ok(());
        }
        let bound = match self.bind_path(&key) {
            Ok(bound) => bound,
            Err(PatchErrorKind::UnknownPath(name))
                if self.binder.rules.values.unknown_attributes == UnknownAttributes::Ignore =>
            {
                self.intake(|intake| intake.unknown(without_values(&name)))?;
                return Ok(());
            }
            Err(err) => return Err(err),
        };
        match bound {
            Bound::Attribute(target) if self.is_read_only(&target) => self.echo(&target, value),
            bound => {
                if !is_name_of(&bound, &key) {
                    self.repairs.push(PatchRepair::KeyAsPath(self.operation, without_values(&key)));
                }
                if let Bound::Attribute(target) = &bound {
                    self.echo_parts(target, &value)?;
                }
                self.set_bound(bound, value)
            }
        }
    }

    /// A read-only attribute in a path-less value: clients send back what they were sent.
    fn echo(&mut self, target: &StepTarget, value: Value) -> Result<(), PatchErrorKind> {
        let path = target.path();
        let compared = target.extension.is_none() && target.attribute.name() == "id";
        if compared || self.binder.rules.read_only_echo == ReadOnlyEcho::Compare {
            self.push(StepChange::Expect(path, value));
        } else {
            self.repairs.push(PatchRepair::ReadOnly(self.operation, path.to_string()));
        }
        Ok(())
    }

    /// Read-only parts of a complex value without a path, such as `manager.displayName`.
    fn echo_parts(&mut self, target: &StepTarget, value: &Value) -> Result<(), PatchErrorKind> {
        let Value::Object(parts) = value else {
            return Ok(());
        };
        for (name, part) in parts.iter().filter(|_| target.sub.is_none() && !target.attribute.multi_valued()) {
            let sub = target.attribute.sub_attribute(name).filter(|sub| sub.mutability() == Mutability::ReadOnly);
            let Some(sub) = sub else { continue };
            let part_of_it = StepTarget { sub: Some(Arc::clone(sub)), ..target.clone() };
            if self.is_read_only(&part_of_it) {
                self.echo(&part_of_it, part.clone())?;
            }
        }
        Ok(())
    }

    fn set(&mut self, path: &str, value: Value) -> Result<(), PatchErrorKind> {
        match self.bind_path(path) {
            Ok(bound) => self.set_bound(bound, value),
            Err(err) => self.or_ignore(err),
        }
    }

    fn set_bound(&mut self, bound: Bound, value: Value) -> Result<(), PatchErrorKind> {
        match bound {
            Bound::Resource => self.without_path(value),
            Bound::Extension(schema) => self.set_extension(&schema, value),
            Bound::Attribute(target) => {
                self.refuse_read_only(&target)?;
                if is_derived(&target) && target.last().mutability() == Mutability::Immutable {
                    return Err(PatchErrorKind::Immutable(target.path().to_string()));
                }
                if is_derived(&target) || !self.takes(&target) {
                    return Ok(());
                }
                let value = self.value(&target, value)?;
                let action = match (self.op, value) {
                    (Op::Add, Some(value)) => Action::Add(value),
                    // Nothing is added where there is no value.
                    (Op::Add, None) if target.last().multi_valued() => return Ok(()),
                    (_, value) => Action::Replace(value),
                };
                self.push(StepChange::Target(target, action));
                Ok(())
            }
        }
    }

    /// The container of an extension is no attribute: each attribute in it is set by itself.
    fn set_extension(&mut self, schema: &Arc<Schema>, value: Value) -> Result<(), PatchErrorKind> {
        let uri = schema.uri().as_str();
        let object = match value {
            Value::Null if self.op == Op::Replace => {
                self.push(StepChange::RemoveExtension(Arc::clone(schema)));
                return Ok(());
            }
            Value::Object(object) => object,
            other => self.intake(|intake| intake.extension(uri, other))?,
        };
        for (key, value) in object {
            match schema.attribute(&key) {
                Some(attribute) => {
                    let attribute = Arc::clone(attribute);
                    let target = StepTarget { extension: Some(Arc::clone(schema)), attribute, filter: None, sub: None };
                    self.echo_parts(&target, &value)?;
                    self.set_bound(Bound::Attribute(target), value)?;
                }
                None => self.key(format!("{uri}:{key}"), value)?,
            }
        }
        Ok(())
    }

    fn remove(&mut self, path: &str, value: Option<Value>) -> Result<(), PatchErrorKind> {
        let bound = match self.bind_path(path) {
            Err(PatchErrorKind::Path(err)) => match self.condition(path)? {
                Some(bound) => bound,
                None => return Err(PatchErrorKind::Path(err)),
            },
            Err(err) => return self.or_ignore(err),
            Ok(bound) => bound,
        };
        match bound {
            Bound::Resource => Err(PatchErrorKind::NoPath),
            Bound::Extension(schema) => {
                if let Some(extension) = self.binder.resource_type.extension(schema.uri().as_str())
                    && extension.required
                {
                    return Err(PatchErrorKind::Required(schema.uri().to_string()));
                }
                self.push(StepChange::RemoveExtension(schema));
                Ok(())
            }
            Bound::Attribute(target) => self.remove_attribute(target, value),
        }
    }

    fn remove_attribute(&mut self, target: StepTarget, value: Option<Value>) -> Result<(), PatchErrorKind> {
        self.refuse_read_only(&target)?;
        if let Some(schemas) = self.schemas_to_remove(&target)? {
            schemas.into_iter().for_each(|schema| self.push(StepChange::RemoveExtension(schema)));
            return Ok(());
        }
        // Null beside a removal says nothing.
        let value = value.filter(|value| !value.is_null());
        let whole = target.filter.is_none();
        let required = match &target.sub {
            Some(sub) => sub.required(),
            None => whole && target.attribute.required(),
        };
        // RFC 7644, Section 3.5.2.2: a required attribute yields "mutability".
        if required && value.is_none() {
            return Err(PatchErrorKind::Required(target.path().to_string()));
        }
        let action = match value {
            None => Action::Remove,
            Some(_) if self.binder.rules.listed_values == ListedValues::Refuse => return Err(PatchErrorKind::RemoveWithValue),
            Some(value) if target.last().multi_valued() && (whole || target.sub.is_some()) => {
                let listed = self.listed(&target, value)?;
                self.repairs.push(PatchRepair::ListedValues(self.operation, target.path().to_string()));
                Action::RemoveListed(listed)
            }
            Some(_) if required => return Err(PatchErrorKind::Required(target.path().to_string())),
            Some(_) => Action::Remove,
        };
        self.push(StepChange::Target(target, action));
        Ok(())
    }

    /// The extensions that a removal from `schemas` takes away with all they hold.
    fn schemas_to_remove(&mut self, target: &StepTarget) -> Result<Option<Vec<Arc<Schema>>>, PatchErrorKind> {
        if target.attribute.name() != "schemas" || target.extension.is_some() {
            return Ok(None);
        }
        let Some(filter) = &target.filter else {
            return Err(PatchErrorKind::Required("schemas".into()));
        };
        let mut budget = Budget::new(u64::MAX);
        let mut chosen = |uri: &str| filter.bound.matches_element(&Value::from(uri), &mut budget);
        let resource_type = &self.binder.resource_type;
        if chosen(resource_type.schema().uri().as_str())? {
            return Err(PatchErrorKind::Required("schemas".into()));
        }
        let mut schemas = Vec::new();
        for extension in resource_type.extensions() {
            if chosen(extension.schema.uri().as_str())? {
                if extension.required {
                    return Err(PatchErrorKind::Required(extension.schema.uri().to_string()));
                }
                schemas.push(Arc::clone(&extension.schema));
            }
        }
        Ok(Some(schemas))
    }

    /// The values that a removal lists; `{"members": [..]}` is read as its list.
    fn listed(&mut self, target: &StepTarget, value: Value) -> Result<Vec<Value>, PatchErrorKind> {
        let value = match value {
            Value::Object(wrapper) if wrapper.len() == 1 && wrapper.keys().all(|key| target.last().attr_name().is(key)) => {
                wrapper.into_iter().next().map(|(_, listed)| listed).unwrap_or_default()
            }
            value => value,
        };
        let values = if let Value::Array(values) = value { values } else { vec![value] };
        let container = target.container().map(str::to_owned);
        let attribute = Arc::clone(target.last());
        let mut listed = Vec::with_capacity(values.len());
        for value in values {
            listed.extend(self.intake(|intake| intake.element(container.as_deref(), &attribute, value))?);
        }
        Ok(listed)
    }

    /// The value in canonical form: all values of a multi-valued attribute, or one where a filter chooses.
    fn value(&mut self, target: &StepTarget, value: Value) -> Result<Option<Value>, PatchErrorKind> {
        let (container, attribute) = (target.container().map(str::to_owned), Arc::clone(&target.attribute));
        let container = container.as_deref();
        let takes_several = target.last().multi_valued() && (target.sub.is_some() || target.filter.is_none());
        let value = match value {
            // RFC 7644, Section 3.5.2.1 speaks of "a value"; a single one is as good as an array of one.
            value if takes_several && self.op == Op::Add && !value.is_array() && !value.is_null() => Value::Array(vec![value]),
            value => value,
        };
        match &target.sub {
            Some(sub) => {
                let sub = Arc::clone(sub);
                self.intake(|intake| intake.sub_value(container, &attribute, &sub, value))
            }
            None if target.filter.is_some() => {
                if value.is_array() {
                    let values = self.intake(|intake| intake.value(container, &attribute, value))?;
                    return one_of(values, &attribute);
                }
                self.intake(|intake| intake.element(container, &attribute, value))
            }
            None if value.is_object() && attribute.kind() == AttributeType::Complex && !attribute.multi_valued() => {
                self.intake(|intake| intake.parts(container, &attribute, value)).map(Some)
            }
            None => self.intake(|intake| intake.value(container, &attribute, value)),
        }
    }

    fn refuse_read_only(&self, target: &StepTarget) -> Result<(), PatchErrorKind> {
        if self.is_read_only(target) { Err(PatchErrorKind::ReadOnly(target.path().to_string())) } else { Ok(()) }
    }

    /// What is read-only for clients is the host's, but for what the service provider works out: what all resources have, and
    /// references such as `groups`.
    fn is_read_only(&self, target: &StepTarget) -> bool {
        let read_only = |attribute: &Attribute| attribute.mutability() == Mutability::ReadOnly;
        let common = || target.extension.is_none() && Schema::common().attribute(target.attribute.name()).is_some();
        let derived = || target.attribute.refers_by_value() && read_only(&target.attribute);
        (read_only(&target.attribute) || read_only(target.last()))
            && (!self.binder.rules.values.read_only || common() || derived())
    }

    fn takes(&self, target: &StepTarget) -> bool {
        let intake = Intake::new(&self.binder.resource_type, self.binder.rules.values);
        intake.takes(&target.attribute) && intake.takes(target.last())
    }

    fn intake<O>(&mut self, read: impl FnOnce(&mut Intake<'_>) -> Result<O, ValueError>) -> Result<O, PatchErrorKind> {
        let mut intake = Intake::new(&self.binder.resource_type, self.binder.rules.values);
        let value = read(&mut intake)?;
        let operation = self.operation;
        self.repairs.extend(intake.repairs().into_iter().map(|repair| PatchRepair::Value(operation, repair)));
        Ok(value)
    }

    fn or_ignore(&mut self, err: PatchErrorKind) -> Result<(), PatchErrorKind> {
        match err {
            PatchErrorKind::UnknownPath(path) if self.binder.rules.ignore_unknown_paths => {
                self.repairs.push(PatchRepair::UnknownPath(self.operation, without_values(&path)));
                Ok(())
            }
            err => Err(err),
        }
    }

    fn push(&mut self, change: StepChange) {
        self.steps.push(Step { operation: self.operation, change });
    }
}

/// Whether the key of a path-less value is the name of what it means, and no path.
fn is_name_of(bound: &Bound, key: &str) -> bool {
    match bound {
        Bound::Attribute(target) => {
            target.extension.is_none() && target.filter.is_none() && target.sub.is_none() && !starts_with_urn(key)
        }
        Bound::Extension(_) => true,
        Bound::Resource => false,
    }
}

/// A `$ref` beside a `value` follows from it, and `schemas` from what the resource holds.
fn is_derived(target: &StepTarget) -> bool {
    let reference = target.attribute.refers_by_value() && target.sub.as_ref().is_some_and(|sub| sub.name() == "$ref");
    reference || (target.extension.is_none() && target.attribute.name() == "schemas")
}

/// The one value that a value filter's target takes.
fn one_of(values: Option<Value>, attribute: &Attribute) -> Result<Option<Value>, PatchErrorKind> {
    match values {
        Some(Value::Array(mut values)) if values.len() == 1 => Ok(values.pop()),
        Some(Value::Array(_)) => {
            let kind = ValueErrorKind::Array;
            Err(PatchErrorKind::Value(ValueError::new(attribute.name(), kind)))
        }
        values => Ok(values),
    }
}
