//! Runs a plan on a resource (RFC 7644, Section 3.5.2). All that depends on the schema alone was
//! decided in *bind*.

use std::sync::Arc;

use super::error::{PatchError, PatchErrorKind};
use super::index::{Index, Indexes};
use super::plan::{Action, PatchPlan, Step, StepChange, StepTarget};
use super::target::{Done, Slot, Values};
use crate::budget::{EvalBudget, weight};
use crate::quirks::{Deviation, Deviations};
use crate::resource::{Resource, is_unassigned, same_value};
use crate::schema::{Attribute, Mutability, ResolvedPath, Schema};
use crate::value::{List, Object, Value};

/// On what terms the steps of a request are applied.
struct Terms<'p> {
    creates: bool,
    budget: &'p EvalBudget,
    indexes: Indexes<'p>,
}

impl PatchPlan {
    /// Applies every step, or none: the resource comes by value, and a failure drops it. Whether
    /// the result is one that may be stored is for [`resource::validate`](crate::resource::validate())
    /// to say.
    ///
    /// # Errors
    ///
    /// - a step has nothing to operate on;
    /// - a step changes an immutable attribute.
    pub fn apply(&self, resource: Resource) -> Result<Resource, PatchError> {
        self.apply_within(resource, &EvalBudget::unlimited(), &mut Deviations::default())
    }

    /// Applies every step as long as the budget lasts. It pays for the values that the operations
    /// read, to find those that a path selects or that are there already, and for those that they
    /// write. Deviations that only the resource can show are noted.
    ///
    /// # Errors
    ///
    /// - as [`PatchPlan::apply`];
    /// - the budget is spent.
    pub fn apply_within(
        &self,
        resource: Resource,
        budget: &EvalBudget,
        deviations: &mut Deviations,
    ) -> Result<Resource, PatchError> {
        self.apply_steps(resource, budget, deviations, |_| true)
    }

    /// Applies the steps that are not about members, to a resource that was read without them.
    ///
    /// # Errors
    ///
    /// - as [`PatchPlan::apply_within`].
    pub fn apply_except_members(
        &self,
        resource: Resource,
        budget: &EvalBudget,
        deviations: &mut Deviations,
    ) -> Result<Resource, PatchError> {
        let membership = self.resource_type.membership();
        self.apply_steps(resource, budget, deviations, |step| !step.is_of_members(membership))
    }

    fn apply_steps<'p>(
        &'p self,
        mut resource: Resource,
        budget: &'p EvalBudget,
        deviations: &mut Deviations,
        chosen: impl Fn(&Step) -> bool,
    ) -> Result<Resource, PatchError> {
        let mut terms = Terms { creates: self.creates, budget, indexes: Indexes::default() };
        // Who was switched off by one step is not switched on by the next that takes the value
        // away: that is not shown any more, and stays.
        let kept = self.resource_type.kept_activity();
        for step in self.steps.iter().filter(|step| chosen(step)) {
            if let Some(active) = kept
                && step.is_of(active)
            {
                resource.show_activity(!step.unassigns(active));
                if step.unassigns(active) {
                    continue;
                }
            }
            let done = step.apply(&mut resource, &mut terms);
            let done = done.map_err(|kind| PatchError { operation: Some(step.operation), kind })?;
            deviations.in_operation(step.operation, |deviations| {
                deviations.extend(step.deviation(done));
            });
        }
        terms.indexes.finish(&mut resource);
        Ok(resource)
    }
}

impl Step {
    fn deviation(&self, done: Done) -> Option<Deviation> {
        let path = || self.path().map(|path| path.to_string());
        match done {
            Done::AsAsked => None,
            Done::MadeElement => Some(Deviation::Create(path()?)),
            Done::MovedPrimary => Some(Deviation::Primary(path()?)),
        }
    }

    fn apply<'p>(
        &'p self,
        resource: &mut Resource,
        terms: &mut Terms<'p>,
    ) -> Result<Done, PatchErrorKind> {
        match &self.change {
            StepChange::Target(target, action) => {
                if !changes_values(target, action) {
                    terms.indexes.flush(resource, target.container(), Some(target.attribute.key()));
                }
                return apply_to_target(resource, target, action, terms);
            }
            StepChange::RemoveExtension(schema) => {
                terms.indexes.flush(resource, Some(schema.uri().as_str()), None);
                remove_extension(resource, schema)
            }
            StepChange::Expect(path, value) => {
                let container = path.extension().map(|schema| schema.uri().as_str());
                terms.indexes.flush(resource, container, Some(path.attribute().key()));
                expect(resource, path, value, terms.budget)
            }
        }
        .map(|()| Done::AsAsked)
    }
}

/// Returns `true` if a step changes single values of a multi-valued attribute, and leaves the
/// others alone.
fn changes_values(target: &StepTarget, action: &Action) -> bool {
    let of_values =
        target.attribute.is_multi_valued() && (target.filter.is_some() || target.sub.is_some());
    of_values || (target.last().is_multi_valued() && action.lists_values())
}

fn apply_to_target<'p>(
    resource: &mut Resource,
    target: &'p StepTarget,
    action: &Action,
    terms: &mut Terms<'p>,
) -> Result<Done, PatchErrorKind> {
    let Some(uri) = target.container() else {
        return apply_in(resource.object_mut(), target, action, terms);
    };
    let container =
        resource.object_mut().entry(uri).or_insert_with(|| Value::Object(Object::new()));
    let result = match container {
        Value::Object(object) => apply_in(object, target, action, terms),
        _ => Ok(Done::AsAsked),
    };
    // RFC 7643, Section 2.5: an extension without a value is no extension.
    if is_unassigned(container) {
        resource.remove(uri);
    }
    result
}

fn apply_in<'p>(
    object: &mut Object,
    target: &'p StepTarget,
    action: &Action,
    terms: &mut Terms<'p>,
) -> Result<Done, PatchErrorKind> {
    let attribute = &target.attribute;
    let in_part = target.sub.is_some() || target.filter.is_some();
    let fixed = object
        .get_kept(attribute.key())
        .filter(|_| in_part && attribute.mutability() == Mutability::Immutable);
    terms.budget.spend(fixed.map_or(0, weight))?;
    let fixed = fixed.cloned();
    let done = match &target.sub {
        None if target.filter.is_none() => {
            Slot::new(object, attribute).apply(action, || terms.indexes.of(target), terms.budget)
        }
        Some(sub) if !attribute.is_multi_valued() => {
            let key = attribute.key().clone();
            let value = object.entry(key).or_insert_with(|| Value::Object(Object::new()));
            let result = match value {
                Value::Object(parent) => {
                    Slot::new(parent, sub).apply(action, || terms.indexes.of(target), terms.budget)
                }
                _ => Ok(Done::AsAsked),
            };
            if is_unassigned(value) {
                object.remove(attribute.name());
            }
            result
        }
        _ => apply_to_values(object, target, action, terms),
    }
    .map_err(|kind| in_full(kind, target))?;
    // What is set once is not changed through a part of it, either.
    let is_as_before = |before| {
        object.get_kept(attribute.key()).is_some_and(|after| same_value(attribute, before, after))
    };
    match fixed {
        Some(before) if !is_as_before(&before) => {
            Err(PatchErrorKind::Immutable(target.path().to_string()))
        }
        _ => Ok(done),
    }
}

fn apply_to_values<'p>(
    object: &mut Object,
    target: &'p StepTarget,
    action: &Action,
    terms: &mut Terms<'p>,
) -> Result<Done, PatchErrorKind> {
    let name = target.attribute.name();
    let index = terms.indexes.of(target);
    let key = target.attribute.key().clone();
    let slot = object.entry(key).or_insert_with(|| Value::Array(List::new()));
    let Value::Array(elements) = slot else {
        return Ok(Done::AsAsked);
    };
    let done = Values::choose(elements, target, index, terms.budget)?.apply(
        action,
        terms.creates,
        terms.budget,
    )?;
    if index.left(elements) == 0 {
        *index = Index::default();
        object.remove(name);
        if target.attribute.is_required() && matches!(action, Action::Remove) {
            // RFC 7644, Section 3.5.2.2: a required attribute yields "mutability".
            return Err(PatchErrorKind::Required(name.to_owned()));
        }
    }
    Ok(done)
}

fn remove_extension(resource: &mut Resource, schema: &Schema) -> Result<(), PatchErrorKind> {
    let Some(Value::Object(mut object)) = resource.remove(schema.uri().as_str()) else {
        return Ok(());
    };
    let is_fixed = |attribute: &&Arc<Attribute>| {
        attribute.mutability() == Mutability::Immutable && object.contains_key(attribute.name())
    };
    match schema.attributes().iter().find(is_fixed) {
        Some(attribute) => {
            Err(PatchErrorKind::Immutable(format!("{}:{}", schema.uri(), attribute.name())))
        }
        None => {
            // What is not the client's stays.
            let read_only =
                |attribute: &Arc<Attribute>| attribute.mutability() == Mutability::ReadOnly;
            object.retain(|name, _| schema.attribute(name).is_some_and(read_only));
            if !object.is_empty() {
                resource.object_mut().insert(schema.uri().to_string(), Value::Object(object));
            }
            Ok(())
        }
    }
}

/// A read-only attribute has to be as it is.
fn expect(
    resource: &Resource,
    path: &ResolvedPath,
    expected: &Value,
    budget: &EvalBudget,
) -> Result<(), PatchErrorKind> {
    let current = resource.value(path).unwrap_or(&Value::Null);
    if let (Value::Array(echo), Value::Array(current)) = (expected, current) {
        budget.spend_values(echo.len().saturating_mul(current.len()))?;
    }
    if says_the_same(path.leaf(), expected, current) {
        Ok(())
    } else {
        Err(PatchErrorKind::ReadOnly(path.to_string()))
    }
}

/// Returns `true` if all that a client echoes is as it is; what is made when a resource is sent is
/// not looked at.
fn says_the_same(attribute: &Attribute, echo: &Value, current: &Value) -> bool {
    match (echo, current) {
        (echo, Value::Null) => is_unassigned(echo),
        (Value::Object(echo), Value::Object(current)) => echo.iter().all(|(name, value)| {
            let Some(sub) = attribute.sub_attribute(name) else {
                return is_unassigned(value);
            };
            let made = matches!(sub.name(), "location" | "$ref");
            made || says_the_same(sub, value, current.get_kept(sub.key()).unwrap_or(&Value::Null))
        }),
        (Value::Array(echo), Value::Array(current)) => {
            let is_there =
                |value| current.iter().any(|other| says_the_same(attribute, value, other));
            echo.len() == current.len() && echo.iter().all(is_there)
        }
        (echo, current) => echo == current,
    }
}

/// The error with the whole path, where a target knows the name of its own attribute only.
fn in_full(kind: PatchErrorKind, target: &StepTarget) -> PatchErrorKind {
    match kind {
        PatchErrorKind::Immutable(name) if name == target.last().name() => {
            PatchErrorKind::Immutable(target.path().to_string())
        }
        kind => kind,
    }
}
