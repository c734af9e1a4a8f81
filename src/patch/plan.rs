//! A change bound to a schema: canonical targets, values of the right type.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use super::delta::MemberDelta;
use crate::filter::BoundFilter;
use crate::schema::{Attribute, Membership, ResolvedPath, ResourceType, Schema};
use crate::value::{List, Name, Object, Value};

/// A bound PATCH: it can be applied to any resource of its type, any number of times.
#[derive(Clone)]
pub struct PatchPlan {
    pub(super) resource_type: Arc<ResourceType>,
    pub(super) steps: Vec<Step>,
    /// `true` if `replace` makes an element where there is none that it means.
    pub(super) creates: bool,
}

/// One change of one attribute. An operation without a path becomes several.
#[derive(Clone)]
pub(super) struct Step {
    /// Index of the operation, from 0.
    pub(super) operation: usize,
    pub(super) change: StepChange,
}

#[derive(Clone)]
pub(super) enum StepChange {
    /// Changes what the target chooses.
    Target(StepTarget, Action),
    /// Takes a whole extension away.
    RemoveExtension(Arc<Schema>),
    /// A read-only attribute, named as it has to be.
    Expect(ResolvedPath, Value),
}

/// The target of a step.
#[derive(Clone)]
pub(super) struct StepTarget {
    pub(super) extension: Option<Arc<Schema>>,
    pub(super) attribute: Arc<Attribute>,
    /// The selected values; for a multi-valued attribute only.
    pub(super) filter: Option<Box<ElementFilter>>,
    pub(super) sub: Option<Arc<Attribute>>,
}

/// The filter that selects values of a multi-valued attribute.
#[derive(Clone)]
pub(super) struct ElementFilter {
    pub(super) bound: BoundFilter,
    /// The element that the filter describes: a conjunction of `eq` does.
    pub(super) describes: Option<Object>,
    /// The sub-attributes that stay if an element is replaced as a whole.
    pub(super) keeps: Vec<Arc<Attribute>>,
    /// `true` if it names something that the resource type left out: an element that it described
    /// would not be found again.
    pub(super) left_out: bool,
}

#[derive(Clone)]
pub(super) enum Action {
    Add(Value),
    /// Replaces the value; `None` unassigns it.
    Replace(Option<Value>),
    Remove,
    /// Removes the values that are listed.
    RemoveListed(Vec<Value>),
}

impl StepTarget {
    pub(super) fn path(&self) -> ResolvedPath {
        ResolvedPath::new(self.extension.clone(), Arc::clone(&self.attribute), self.sub.clone())
    }

    pub(super) fn container(&self) -> Option<&str> {
        self.extension.as_ref().map(|schema| schema.uri().as_str())
    }

    /// The attribute or sub-attribute that gets the value.
    pub(super) fn last(&self) -> &Arc<Attribute> {
        self.sub.as_ref().unwrap_or(&self.attribute)
    }
}

impl Step {
    /// Returns the attribute that the step changes.
    pub(super) fn path(&self) -> Option<ResolvedPath> {
        match &self.change {
            StepChange::Target(target, _) => Some(target.path()),
            StepChange::RemoveExtension(_) | StepChange::Expect(..) => None,
        }
    }

    /// Returns `true` if the step leaves that attribute of the core schema without a value.
    pub(super) fn unassigns(&self, attribute: &Attribute) -> bool {
        match &self.change {
            StepChange::Target(target, Action::Remove | Action::Replace(None)) => {
                target.extension.is_none() && target.attribute.name() == attribute.name()
            }
            StepChange::Target(..) | StepChange::RemoveExtension(_) | StepChange::Expect(..) => {
                false
            }
        }
    }

    /// The member of a resource that the step changes.
    fn container(&self) -> Option<&Name> {
        match &self.change {
            StepChange::Target(target, _) => {
                let extension = target.extension.as_ref().map(|schema| schema.key());
                Some(extension.unwrap_or_else(|| target.attribute.key()))
            }
            StepChange::RemoveExtension(schema) => Some(schema.key()),
            StepChange::Expect(..) => None,
        }
    }

    /// The values that the step adds to a whole multi-valued attribute, if that is what it does.
    pub(super) fn added_values(&self) -> Option<&[Value]> {
        match &self.change {
            StepChange::Target(
                StepTarget { filter: None, sub: None, .. },
                Action::Add(Value::Array(values)),
            ) => Some(values),
            StepChange::Target(..) | StepChange::RemoveExtension(_) | StepChange::Expect(..) => {
                None
            }
        }
    }

    /// Returns `true` if the step changes members.
    pub(super) fn is_of_members(&self, membership: Membership<'_>) -> bool {
        membership.members().is_some_and(|members| self.is_of(members))
    }

    /// Returns `true` if the step changes that attribute of the core schema.
    pub(super) fn is_of(&self, attribute: &Attribute) -> bool {
        match &self.change {
            StepChange::Target(target, _) => {
                target.extension.is_none() && target.attribute.name() == attribute.name()
            }
            StepChange::RemoveExtension(_) | StepChange::Expect(..) => false,
        }
    }
}

/// One line a step: what it does to which attribute. Values are not shown, since they are personal
/// data.
impl fmt::Display for PatchPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.iter().try_for_each(|step| writeln!(f, "{step}"))
    }
}

impl fmt::Debug for PatchPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps: Vec<String> = self.steps.iter().map(ToString::to_string).collect();
        f.debug_struct("PatchPlan")
            .field("resource_type", &self.resource_type.name())
            .field("steps", &steps)
            .finish()
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "operation {}: ", self.operation)?;
        match &self.change {
            StepChange::RemoveExtension(schema) => {
                write!(f, "remove all of `{}`", schema.uri())
            }
            StepChange::Expect(path, _) => {
                write!(f, "expect `{path}` to be unchanged, since it is read-only")
            }
            StepChange::Target(target, action) => {
                let chosen = match (&target.filter, target.attribute.is_multi_valued()) {
                    (Some(_), _) => "in the values that match the filter, ",
                    (None, true) if target.sub.is_some() => "in every value, ",
                    (None, _) => "",
                };
                write!(f, "{chosen}{} `{}`", action.verb(), target.path())
            }
        }
    }
}

impl Action {
    /// Returns `true` if it adds or removes values that it lists, and says nothing of others.
    pub(super) fn lists_values(&self) -> bool {
        match self {
            Self::Add(value) => value.is_array(),
            Self::RemoveListed(_) => true,
            Self::Replace(_) | Self::Remove => false,
        }
    }

    fn verb(&self) -> &'static str {
        match self {
            Self::Add(_) => "add to",
            Self::Replace(Some(_)) => "replace",
            Self::Replace(None) | Self::Remove => "unassign",
            Self::RemoveListed(_) => "remove the listed values of",
        }
    }
}

impl PatchPlan {
    /// The change to the members as a delta, where it can be said without reading them
    /// (see [`Membership`]).
    #[must_use]
    pub fn member_delta(&self) -> Option<MemberDelta> {
        MemberDelta::of(self)
    }

    /// Returns `true` if a step compares that attribute of the core schema with what the client
    /// echoes.
    pub(crate) fn expects(&self, attribute: &Attribute) -> bool {
        self.steps.iter().any(|step| match &step.change {
            StepChange::Expect(path, _) => {
                path.extension().is_none() && path.attribute().name() == attribute.name()
            }
            StepChange::Target(..) | StepChange::RemoveExtension(_) => false,
        })
    }

    /// Returns `true` if a step changes that attribute of the core schema.
    pub(crate) fn changes(&self, attribute: &Attribute) -> bool {
        self.steps.iter().any(|step| step.is_of(attribute))
    }

    /// Returns `true` if a step leaves that attribute of the core schema without a value.
    pub(crate) fn unassigns(&self, attribute: &Attribute) -> bool {
        self.steps.iter().any(|step| step.unassigns(attribute))
    }

    /// The steps that change members.
    pub(super) fn member_steps(&self) -> impl Iterator<Item = &Step> {
        let membership = self.resource_type.membership();
        self.steps.iter().filter(move |step| step.is_of_members(membership))
    }

    /// The ids of all that become members, or stay so, by what is added or put in the place of
    /// something.
    pub(crate) fn added_member_ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        for step in self.member_steps() {
            if let StepChange::Target(target, Action::Add(value) | Action::Replace(Some(value))) =
                &step.change
            {
                let named = target.sub.as_ref().map_or("value", |sub| sub.name());
                let values = value.as_array().map_or(std::slice::from_ref(value), List::as_slice);
                let values = values.iter().filter(|_| named == "value");
                ids.extend(
                    values
                        .filter_map(|value| value.get("value").unwrap_or(value).as_str())
                        .map(str::to_owned),
                );
            }
        }
        ids
    }

    /// Does not put in who has one of these ids; who is put in the place of another one stays.
    pub(crate) fn leave_out(&mut self, ids: &HashSet<String>) {
        let membership = self.resource_type.membership();
        for step in self.steps.iter_mut().filter(|step| step.is_of_members(membership)) {
            let StepChange::Target(StepTarget { filter: None, sub: None, .. }, action) =
                &mut step.change
            else {
                continue;
            };
            if let Action::Add(Value::Array(members))
            | Action::Replace(Some(Value::Array(members))) = action
            {
                members.retain(|member| !Membership::is_among(member, ids));
                if members.is_empty() && matches!(action, Action::Replace(_)) {
                    *action = Action::Replace(None);
                }
            }
        }
    }

    /// The attributes that the client named.
    pub fn paths(&self) -> impl Iterator<Item = ResolvedPath> + '_ {
        self.steps.iter().filter_map(Step::path)
    }

    /// The members of a resource, attributes and containers of extensions, that the steps may
    /// change.
    pub(crate) fn containers(&self) -> Vec<&Name> {
        let mut names: Vec<&Name> = self.steps.iter().filter_map(Step::container).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
