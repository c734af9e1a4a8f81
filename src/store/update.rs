//! PUT and PATCH, for a store: one thing to apply inside its transaction.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::change::{Change, ChangeKind, MemberChange};
use super::error::StoreError;
use super::precondition::Precondition;
use crate::budget::EvalBudget;
use crate::context::Tenant;
use crate::error::{Error, ScimType};
use crate::patch::{MemberDelta, PatchPlan, Replacement};
use crate::quirks::{Deviation, Deviations};
use crate::resource::{Difference, Resource, check_changed, same_by_value, validate};
use crate::schema::{Attribute, Membership, Mutability, ResolvedPath, ResourceType};

/// The cost of any change for each value of the resource, which is copied, compared, written and
/// dropped.
const WHOLE: u64 = 8;

/// A hook that inspects, modifies or rejects a change, given the states before and after it.
pub(crate) type UpdateHook =
    Box<dyn Fn(&Resource, &mut Resource) -> Result<(), Error> + Send + Sync>;

/// A change to one resource. A store reads the current state, calls [`Update::apply`], writes
/// [`Change::after`] unless [`Change::is_unchanged`], and commits, all in one transaction; or it
/// compares and swaps on the version, and applies again when it has lost. Where members are kept
/// apart, [`Update::apply_except_members`] takes the place of `apply`.
pub struct Update {
    resource_type: Arc<ResourceType>,
    tenant: Tenant,
    change: Requested,
    precondition: Precondition,
    now: DateTime<Utc>,
    members: Option<MemberDelta>,
    hook: Option<UpdateHook>,
    budget: EvalBudget,
    most: usize,
    /// The deviations that were tolerated when the change was last applied.
    deviations: Mutex<Deviations>,
}

enum Requested {
    Patch(PatchPlan),
    Put(Replacement),
}

impl Update {
    /// Creates the change of a PATCH.
    pub(crate) fn of_patch(
        resource_type: Arc<ResourceType>,
        tenant: Tenant,
        plan: PatchPlan,
        now: DateTime<Utc>,
    ) -> Self {
        let members = plan.member_delta();
        Self::new(resource_type, tenant, Requested::Patch(plan), members, now)
    }

    /// Creates the change of a PUT.
    pub(crate) fn of_put(
        resource_type: Arc<ResourceType>,
        tenant: Tenant,
        replacement: Replacement,
        now: DateTime<Utc>,
    ) -> Self {
        let members = replacement.member_delta();
        Self::new(resource_type, tenant, Requested::Put(replacement), members, now)
    }

    /// Makes the change conditional on the stored version.
    #[must_use]
    pub fn with_precondition(self, precondition: Precondition) -> Self {
        Self { precondition, ..self }
    }

    /// Sets a hook that runs when the change is applied, inside the store's transaction.
    pub(crate) fn hooked(self, hook: UpdateHook) -> Self {
        Self { hook: Some(hook), ..self }
    }

    /// Sets the budget that applying the change spends. The default is unlimited.
    #[must_use]
    pub fn with_budget(self, budget: EvalBudget) -> Self {
        Self { budget, ..self }
    }

    /// Limits the resource to this many bytes of JSON, unless it gets no longer. The default is
    /// unlimited. See
    /// [`Limits::max_resource_bytes`](crate::dispatch::Limits::max_resource_bytes).
    #[must_use]
    pub fn with_max_bytes(self, bytes: usize) -> Self {
        Self { most: bytes, ..self }
    }

    fn new(
        resource_type: Arc<ResourceType>,
        tenant: Tenant,
        change: Requested,
        members: Option<MemberDelta>,
        now: DateTime<Utc>,
    ) -> Self {
        let budget = EvalBudget::unlimited();
        let precondition = Precondition::default();
        Self {
            resource_type,
            tenant,
            change,
            precondition,
            now,
            members,
            hook: None,
            budget,
            most: usize::MAX,
            deviations: Mutex::default(),
        }
    }

    /// The change to the members as a delta, where it can be said without reading them. A store
    /// that keeps members apart applies it to them, and calls [`Update::apply_except_members`];
    /// others need not look at it. Without one, a change that is about members has to see them, and
    /// needs [`Update::apply`]: see [`Update::reads_membership`].
    #[must_use]
    pub fn member_delta(&self) -> Option<&MemberDelta> {
        self.members.as_ref()
    }

    /// The ids of all that the client names as members, whether they are members already or not;
    /// not of those whom it takes out.
    #[must_use]
    pub fn added_member_ids(&self) -> Vec<String> {
        match &self.change {
            Requested::Patch(plan) => plan.added_member_ids(),
            Requested::Put(replacement) => {
                self.resource_type.membership().member_ids(replacement.desired())
            }
        }
    }

    /// Ignores these ids where the client names them as members.
    pub(crate) fn leaving_out(mut self, ids: &HashSet<String>) -> Self {
        self.members = match &mut self.change {
            Requested::Patch(plan) => {
                plan.leave_out(ids);
                plan.member_delta()
            }
            Requested::Put(replacement) => {
                replacement.leave_out(ids);
                replacement.member_delta()
            }
        };
        self
    }

    /// Returns which of members and groups the current state has to contain:
    ///
    /// - the members, where the change is about them and there is no delta
    ///   ([`Update::member_delta`]);
    /// - the groups, where a value without a path echoes them, which are read-only, so that the two
    ///   can be compared.
    #[must_use]
    pub fn reads_membership(&self) -> Membership<'_> {
        let needs_members = self.members.is_none();
        self.resource_type.membership().only(|attribute| match &self.change {
            Requested::Patch(plan) => {
                plan.expects(attribute) || (needs_members && plan.changes(attribute))
            }
            Requested::Put(_) => needs_members && attribute.mutability() != Mutability::ReadOnly,
        })
    }

    /// Returns the version that the client expects; [`Update::apply`] checks it.
    #[must_use]
    pub fn precondition(&self) -> &Precondition {
        &self.precondition
    }

    /// Returns the evaluation budget of the request. [`Update::apply`] spends it. A store that
    /// evaluates resources itself, such as each member, spends it, too.
    #[must_use]
    pub fn budget(&self) -> &EvalBudget {
        &self.budget
    }

    /// Applies the change to the whole of the current state: with its members, if it has any.
    ///
    /// # Errors
    ///
    /// - [`StoreError::VersionMismatch`]: the current version is not the one that the client
    ///   expects;
    /// - [`StoreError::Rejected`]: the change cannot be made, its result must not be stored or
    ///   would be too long, or the budget is spent.
    pub fn apply(&self, current: Arc<Resource>) -> Result<Change, StoreError> {
        self.precondition.check(current.version().as_ref())?;
        self.spend_on_copy(&current)?;
        let after = match &self.change {
            Requested::Patch(plan) => self.with_deviations(|deviations| {
                plan.apply_within(Resource::clone(&current), &self.budget, deviations)
            })?,
            Requested::Put(replacement)
                if self.hook.is_none() && replacement.is_said_by(&current) =>
            {
                let change = self.change(Arc::clone(&current), Vec::new(), MemberChange::default());
                return Ok(change.with_after(Some(current)));
            }
            Requested::Put(replacement) => {
                replacement.apply(replacement.copy_what_stays(&current))?
            }
        };
        let members = MemberChange::between(self.resource_type.membership(), &current, &after);
        let (change, after) = self.finish(current, after, members)?;
        let after = after.map(Arc::new).or_else(|| change.before.clone());
        Ok(Change { after, ..change })
    }

    /// Applies what is not about members to the current state, which was read without them;
    /// `members` is what the delta does to those that are there.
    ///
    /// Gives the change, and the resource to write, without its members: none where nothing
    /// changed. The change has no [`Change::after`], since that would be the whole state; a store
    /// that has the members at hand puts it there by [`Change::with_after`]. Without it the
    /// dispatcher reads the resource where a client is to see it.
    ///
    /// # Errors
    ///
    /// - as [`Update::apply`].
    pub fn apply_except_members(
        &self,
        current: Arc<Resource>,
        members: MemberChange,
    ) -> Result<(Change, Option<Resource>), StoreError> {
        self.precondition.check(current.version().as_ref())?;
        self.spend_on_copy(&current)?;
        let copy = Resource::clone(&current);
        let after = match &self.change {
            Requested::Patch(plan) => self.with_deviations(|deviations| {
                plan.apply_except_members(copy, &self.budget, deviations)
            })?,
            Requested::Put(replacement) => replacement.apply_except_members(copy)?,
        };
        self.finish(current, after, members)
    }

    /// Returns the tolerated deviations that depend on the current state, from the last time that
    /// the change was applied.
    #[must_use]
    pub fn into_deviations(self) -> Deviations {
        self.deviations.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Applies a plan, in the place of the last time.
    fn with_deviations<T>(&self, apply: impl FnOnce(&mut Deviations) -> T) -> T {
        let mut deviations = Deviations::default();
        let result = apply(&mut deviations);
        *self.deviations.lock().unwrap_or_else(PoisonError::into_inner) = deviations;
        result
    }

    /// Pays for a copy of the state to change.
    fn spend_on_copy(&self, current: &Resource) -> Result<(), StoreError> {
        Ok(self.budget.spend_on(|| current.weight().saturating_mul(WHOLE))?)
    }

    /// The change, and the state after it, unless that is the state before.
    fn finish(
        &self,
        before: Arc<Resource>,
        mut after: Resource,
        members: MemberChange,
    ) -> Result<(Change, Option<Resource>), StoreError> {
        if let Some(hook) = &self.hook {
            hook(&before, &mut after)?;
        }
        after.keep_activity(&before, &self.resource_type);
        self.conform(&mut after);
        let paths = self.changed_paths(&before, &after);
        let mut change = self.change(before, paths, members);
        if let Some(before) = &change.before
            && before.shows_activity() == after.shows_activity()
            && change.members.is_empty()
            && change
                .paths
                .iter()
                .all(|path| same_by_value(path.leaf(), before.value(path), after.value(path)))
        {
            // It says what is there already, in other words: those that are there stay.
            change.paths.clear();
        }
        // RFC 7644, Section 3.5.2.1: what changes nothing does not touch `meta.lastModified`.
        if change.is_unchanged() {
            return Ok((change, None));
        }
        self.check(&after, &change.paths)?;
        self.check_size(&change, &after)?;
        change.version = Some(after.touch(&self.resource_type, self.now));
        Ok((change, Some(after)))
    }

    /// Makes the state after the change one that the application can store.
    fn conform(&self, after: &mut Resource) {
        if self.resource_type.conformity().is_empty() {
            return;
        }
        let left_out = self.resource_type.conform(after);
        let mut deviations = self.deviations.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(self.change, Requested::Put(_)) {
            // In the place of the last time.
            *deviations = Deviations::default();
        }
        deviations.extend(left_out.iter().map(|path| Deviation::NoSlot(path.to_string())));
    }

    /// The change, without the state after it.
    fn change(
        &self,
        before: Arc<Resource>,
        paths: Vec<ResolvedPath>,
        members: MemberChange,
    ) -> Change {
        Change {
            operation: ChangeKind::Update,
            tenant: self.tenant.clone(),
            resource_type: Arc::clone(&self.resource_type),
            id: before.id().to_owned(),
            version: before.version(),
            paths,
            members,
            before: Some(before),
            after: None,
        }
    }

    /// PUT says the whole of a resource, PATCH a part: what it leaves alone cannot fail it.
    fn check(&self, after: &Resource, changed: &[ResolvedPath]) -> Result<(), StoreError> {
        match &self.change {
            Requested::Patch(_) => check_changed(after, &self.resource_type, changed)?,
            Requested::Put(_) => validate(after, &self.resource_type)?,
        }
        Ok(())
    }

    /// A resource that is too long already can still be made shorter, and be switched off and on:
    /// who is to be kept out is.
    fn check_size(&self, change: &Change, after: &Resource) -> Result<(), StoreError> {
        let size_of = |resource: &Resource| resource.size(&self.resource_type);
        if !after.is_longer_than(self.most, &self.resource_type) {
            return Ok(());
        }
        let active = self.resource_type.activity();
        let of_activity = |path| active.is_some_and(|active| is_activity(path, active));
        if change.members.is_empty() && change.paths.iter().all(of_activity) {
            return Ok(());
        }
        match change.before.as_deref() {
            Some(before) if size_of(after) <= size_of(before) => Ok(()),
            _ => Err(too_long(self.most).into()),
        }
    }

    fn changed_paths(&self, before: &Resource, after: &Resource) -> Vec<ResolvedPath> {
        let membership = self.resource_type.membership();
        let difference = match &self.change {
            // No more than what its operations name, where nobody else has a hand in it.
            Requested::Patch(plan)
                if self.hook.is_none() && self.resource_type.conformity().is_empty() =>
            {
                Difference::among(before, after, &plan.containers())
            }
            _ => Difference::between(before, after),
        };
        difference.carry_weight();
        let mut paths = difference.paths(&self.resource_type);
        paths.retain(|path| !membership.is_members(path));
        if before.shows_activity() != after.shows_activity()
            && let Some(active) = self.resource_type.activity()
            && !paths.iter().any(|path| is_activity(path, active))
        {
            paths.push(ResolvedPath::new(None, Arc::clone(active), None));
        }
        paths
    }
}

impl fmt::Debug for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Update")
            .field("resource_type", &self.resource_type.name())
            .finish_non_exhaustive()
    }
}

/// RFC 7644, Section 3.12, has no type for this but `tooMany`; it is no 413, since the request may
/// be short.
pub(crate) fn too_long(most: usize) -> Error {
    Error::scim(
        ScimType::TooMany,
        format!(
            "the resource would exceed {most} bytes: send fewer or shorter values, or remove some first"
        ),
    )
}

fn is_activity(path: &ResolvedPath, active: &Arc<Attribute>) -> bool {
    path.extension().is_none() && path.attribute() == active
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::message::{PatchOp, PatchOperation};
    use crate::patch::PatchBinder;
    use crate::quirks::Quirks;
    use crate::schema::{AttributeType, Schema};

    #[test]
    fn an_attribute_of_an_extension_is_not_the_membership_of_its_name() {
        let tours = Schema::builder("urn:example:tours")
            .attribute(Attribute::builder("members", AttributeType::String))
            .build()
            .expect("the schema is right");
        let groups = Arc::new(ResourceType::group().with_extension(tours));
        let path = "urn:example:tours:members";
        let operation =
            PatchOperation { op: "add".into(), path: Some(path.into()), value: Some("12".into()) };
        let plan = PatchBinder::new(Arc::clone(&groups))
            .bind(PatchOp { operations: vec![operation] })
            .expect("it binds");
        let update = Update::of_patch(groups, Tenant::from("example"), plan, DateTime::UNIX_EPOCH);
        assert!(update.reads_membership().is_empty());
        let mut group = Resource::default();
        group.set("displayName", "Tour Guides");
        let change = update.apply(Arc::new(group)).expect("it applies");
        assert_eq!(change.paths.iter().map(ToString::to_string).collect::<Vec<_>>(), [path]);
    }

    /// A store applies a change again when another one came in between.
    #[test]
    fn what_was_tolerated_is_that_of_the_last_time() {
        let users = Arc::new(ResourceType::user());
        let (path, value) = ("emails[type eq \"work\"].value", json!("bjensen@example.com"));
        let operation = PatchOperation {
            op: "replace".into(),
            path: Some(path.into()),
            value: Some(value.into()),
        };
        let plan = PatchBinder::new(Arc::clone(&users))
            .with_quirks(Quirks::LENIENT)
            .bind(PatchOp { operations: vec![operation] })
            .expect("it binds");
        let mut without = Resource::default();
        without.set("userName", "bjensen");
        let mut with = without.clone();
        with.set("emails", json!([{ "type": "work", "value": "babs@example.com" }]));
        for (states, told) in [(vec![&without, &without], 1), (vec![&without, &with], 0)] {
            let tenant = Tenant::from("example");
            let update =
                Update::of_patch(Arc::clone(&users), tenant, plan.clone(), DateTime::UNIX_EPOCH);
            for state in states {
                update.apply(Arc::new(state.clone())).expect("it applies");
            }
            let deviations = update.into_deviations().into_vec();
            assert_eq!(deviations.len(), told);
            assert!(deviations.iter().all(|it| it.rule() == "create_on_no_match"));
            assert!(
                deviations.iter().all(|it| matches!(it, Deviation::Patch { operation: 0, .. }))
            );
        }
    }
}
