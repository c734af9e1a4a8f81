//! A change bound to a schema: canonical targets, values of the right type.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::delta::MemberDelta;
use super::rules::NoMatch;
use crate::filter::BoundFilter;
use crate::schema::{Attribute, ResolvedPath, ResourceType, Schema};

/// A bound PATCH: it can be applied to any resource of its type, any number of times.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) resource_type: Arc<ResourceType>,
    pub(super) steps: Vec<Step>,
    pub(super) no_match: NoMatch,
}

/// One change of one attribute. An operation without a path becomes several.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// Index of the operation, from 0.
    pub(super) operation: usize,
    pub(super) change: StepChange,
}

#[derive(Clone, Debug)]
pub(super) enum StepChange {
    /// Changes what the target chooses.
    Target(StepTarget, Action),
    /// Takes a whole extension away.
    RemoveExtension(Arc<Schema>),
    /// A read-only attribute, named as it has to be.
    Expect(ResolvedPath, Value),
}

/// What a step applies to.
#[derive(Clone, Debug)]
pub(super) struct StepTarget {
    pub(super) extension: Option<Arc<Schema>>,
    pub(super) attribute: Arc<Attribute>,
    /// Which values; for a multi-valued attribute only.
    pub(super) filter: Option<ElementFilter>,
    pub(super) sub: Option<Arc<Attribute>>,
}

/// Which values of a multi-valued attribute.
#[derive(Clone, Debug)]
pub(super) struct ElementFilter {
    pub(super) bound: BoundFilter,
    /// The element that the filter describes: a conjunction of `eq` does.
    pub(super) describes: Option<Map<String, Value>>,
}

#[derive(Clone, Debug)]
pub(super) enum Action {
    Add(Value),
    /// None unassigns.
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
    /// Whether the step changes the attribute that lists members.
    pub(super) fn is_of(&self, membership: &Attribute) -> bool {
        match &self.change {
            StepChange::Target(target, _) => target.extension.is_none() && target.attribute.name() == membership.name(),
            StepChange::RemoveExtension(_) | StepChange::Expect(..) => false,
        }
    }
}

impl Plan {
    /// The change to the members as a delta, where it can be said without reading them
    /// (see [`ResourceType::membership`]).
    #[must_use]
    pub fn member_delta(&self) -> Option<MemberDelta> {
        MemberDelta::of(self)
    }

    /// The attributes that the client named.
    pub fn paths(&self) -> impl Iterator<Item = ResolvedPath> + '_ {
        self.steps.iter().filter_map(|step| match &step.change {
            StepChange::Target(target, _) => Some(target.path()),
            StepChange::RemoveExtension(_) | StepChange::Expect(..) => None,
        })
    }
}
