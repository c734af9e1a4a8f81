//! A change of members that can be made without reading them.

use std::collections::HashSet;

use serde_json::Value;

use super::plan::{Action, Plan, StepChange};
use crate::filter::{BoundFilter, CompareOp, Operand};

/// What becomes of the members of a group, whatever they are: first all or the listed ones go, then others come, unless
/// they are there already.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemberDelta {
    /// Whether all members go first.
    pub replace: bool,
    /// Members to put in, each an object with a `value`, no `value` twice.
    pub add: Vec<Value>,
    /// Ids of members to take out, before others are put in.
    pub remove: Vec<String>,
}

impl MemberDelta {
    pub(super) fn of(plan: &Plan) -> Option<Self> {
        let membership = plan.resource_type.membership()?;
        let mut steps = plan.steps.iter().filter(|step| step.is_of(membership)).peekable();
        steps.peek()?;
        let mut folding = Folding::default();
        for step in steps {
            let StepChange::Target(target, action) = &step.change else {
                return None;
            };
            match (&target.filter, &target.sub, action) {
                (None, None, Action::Add(Value::Array(members))) => folding.add(members)?,
                (None, None, Action::Remove | Action::Replace(None)) => folding.clear(),
                (None, None, Action::Replace(Some(Value::Array(members)))) => {
                    folding.clear();
                    folding.add(members)?;
                }
                (None, None, Action::RemoveListed(members)) => folding.remove(members.iter().map(id).collect::<Option<_>>()?),
                (Some(filter), None, Action::Remove) => folding.remove(ids(&filter.bound)?),
                _ => return None,
            }
        }
        Some(folding.delta())
    }

    /// A delta that makes `members` all there are.
    #[must_use]
    pub fn replace_all(members: &[Value]) -> Option<Self> {
        let mut folding = Folding::default();
        folding.clear();
        folding.add(members)?;
        Some(folding.delta())
    }
}

/// A delta while operations are folded into it, in their order.
#[derive(Default)]
struct Folding {
    replace: bool,
    add: Vec<Value>,
    added: HashSet<String>,
    remove: Vec<String>,
    removed: HashSet<String>,
}

impl Folding {
    fn clear(&mut self) {
        *self = Self { replace: true, ..Self::default() };
    }

    fn add(&mut self, members: &[Value]) -> Option<()> {
        for member in members {
            if self.added.insert(id(member)?) {
                self.add.push(member.clone());
            }
        }
        Some(())
    }

    fn remove(&mut self, ids: Vec<String>) {
        for id in ids {
            self.added.remove(&id);
            if !self.replace && self.removed.insert(id.clone()) {
                self.remove.push(id);
            }
        }
    }

    /// What was added and then removed is left out; what was added again stands where it came last.
    fn delta(mut self) -> MemberDelta {
        let mut add: Vec<Value> = Vec::with_capacity(self.added.len());
        let latest_first = self.add.into_iter().rev();
        add.extend(latest_first.filter(|member| id(member).is_some_and(|id| self.added.remove(&id))));
        add.reverse();
        MemberDelta { replace: self.replace, add, remove: self.remove }
    }
}

fn id(member: &Value) -> Option<String> {
    member.get("value")?.as_str().map(str::to_owned)
}

/// The ids in `value eq "a"`, or in several of these joined by `or`.
fn ids(filter: &BoundFilter) -> Option<Vec<String>> {
    match filter {
        BoundFilter::Or(terms) => Some(terms.iter().map(ids).collect::<Option<Vec<_>>>()?.concat()),
        BoundFilter::Compare(comparison) if comparison.op == CompareOp::Eq => {
            let of_value = comparison.path.sub().is_some_and(|sub| sub.name() == "value");
            match &comparison.operand {
                Operand::Exact(id) if of_value => Some(vec![id.clone()]),
                _ => None,
            }
        }
        _ => None,
    }
}
