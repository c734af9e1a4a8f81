//! A change of members that can be made without reading them.

use std::collections::HashSet;

use super::plan::{Action, PatchPlan, StepChange};
use crate::filter::{BoundFilter, CompareOp, Operand};
use crate::schema::Membership;
use crate::value::Value;

/// A change of the members of a group: first all or the listed ones are removed, then others are
/// added, unless they are members already.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct MemberDelta {
    /// `true` if all members go first.
    pub replace: bool,
    /// Members to put in, each an object with a `value`, no `value` twice.
    pub add: Vec<Value>,
    /// Ids of members to take out, before others are put in.
    pub remove: Vec<String>,
}

impl MemberDelta {
    pub(super) fn of(plan: &PatchPlan) -> Option<Self> {
        let mut steps = plan.member_steps().peekable();
        let first = steps.next()?;
        if steps.peek().is_none()
            && let Some(members) = first.added_values()
        {
            // A value that is bound lists nobody twice.
            return is_by_id(members).then(|| Self { add: members.to_vec(), ..Self::default() });
        }
        let mut folding = Folding::default();
        for step in std::iter::once(first).chain(steps) {
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
                (None, None, Action::RemoveListed(members)) => {
                    members.iter().try_for_each(|member| folding.remove(Membership::id(member)?))?
                }
                (Some(filter), None, Action::Remove) => {
                    folding.remove_described(&filter.bound, plan.resource_type.membership())?
                }
                _ => return None,
            }
        }
        Some(folding.delta())
    }

    /// Sets the members to put in, each an object with a `value`, no `value` twice.
    #[must_use]
    pub fn with_added(self, add: Vec<Value>) -> Self {
        Self { add, ..self }
    }

    /// Sets the ids of the members to take out.
    #[must_use]
    pub fn with_removed(self, remove: Vec<String>) -> Self {
        Self { remove, ..self }
    }

    /// Says that all members are removed first.
    #[must_use]
    pub fn with_replace(self, replace: bool) -> Self {
        Self { replace, ..self }
    }

    /// Returns `true` if it puts in or takes out who has that id; of others it says nothing, unless
    /// it replaces all.
    #[must_use]
    pub fn mentions(&self, member: &str) -> bool {
        self.add.iter().any(|added| Membership::id(added) == Some(member))
            || self.remove.iter().any(|removed| removed == member)
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
struct Folding<'p> {
    replace: bool,
    add: Vec<&'p Value>,
    added: HashSet<&'p str>,
    remove: Vec<&'p str>,
    removed: HashSet<&'p str>,
}

impl<'p> Folding<'p> {
    fn clear(&mut self) {
        *self = Self { replace: true, ..Self::default() };
    }

    fn add(&mut self, members: &'p [Value]) -> Option<()> {
        for member in members {
            if self.added.insert(Membership::id(member)?) {
                self.add.push(member);
            }
        }
        Some(())
    }

    fn remove(&mut self, id: &'p str) -> Option<()> {
        self.added.remove(id);
        if !self.replace && self.removed.insert(id) {
            self.remove.push(id);
        }
        Some(())
    }

    /// Removes who is named by `value eq "a"`, or by several of these joined by `or`.
    fn remove_described(
        &mut self,
        filter: &'p BoundFilter,
        membership: Membership<'_>,
    ) -> Option<()> {
        match filter {
            BoundFilter::Or(terms) => {
                terms.iter().try_for_each(|term| self.remove_described(term, membership))
            }
            BoundFilter::Compare(comparison) => match &comparison.operand {
                Operand::Exact(id)
                    if comparison.op == CompareOp::Eq
                        && membership.is_member_id(&comparison.path) =>
                {
                    self.remove(id)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the combined change. A member that was added and then removed is left out; one that
    /// was added again stands at its last place.
    fn delta(mut self) -> MemberDelta {
        let mut add: Vec<Value> = Vec::with_capacity(self.added.len());
        let latest_first = self.add.into_iter().rev();
        add.extend(
            latest_first
                .filter(|member| Membership::id(member).is_some_and(|id| self.added.remove(id)))
                .cloned(),
        );
        add.reverse();
        MemberDelta {
            replace: self.replace,
            add,
            remove: self.remove.into_iter().map(str::to_owned).collect(),
        }
    }
}

fn is_by_id(members: &[Value]) -> bool {
    members.iter().all(|member| Membership::id(member).is_some())
}
