//! PUT and PATCH: worked out beside the lock, and written if what they were worked out from is
//! still there.

use std::borrow::Cow;
use std::sync::Arc;

use super::CARRIED_MEMBERS;
use super::directory::{Locked, Tenancy};
use crate::patch::MemberDelta;
use crate::query::Projection;
use crate::resource::Resource;
use crate::schema::{Membership, ResourceType};
use crate::store::change::{Change, MemberChange};
use crate::store::error::StoreError;
use crate::store::long_key::refuse_long_keys;
use crate::store::nul_byte::{has_nul, reject_nul};
use crate::store::update::Update;

/// The number of attempts to compute a change without the lock. After that it is computed under the
/// lock.
const AHEAD: u32 = 3;

pub(super) fn update(
    tenancy: &Locked,
    resource_type: &ResourceType,
    id: &str,
    update: &Update,
) -> Result<Change, StoreError> {
    let job = Job { resource_type, update, id, read: update.reads_membership() };
    for _ in 0..AHEAD {
        let seen = job.see(&tenancy.read())?;
        let written = job.work_out(&seen)?;
        if written.row.is_none() {
            return Ok(job.told(&tenancy.read(), seen, written));
        }
        let mut tenancy = tenancy.write();
        if job.is_still(&tenancy, &seen)? {
            job.write(&mut tenancy, &written)?;
            return Ok(job.told(&tenancy, seen, written));
        }
    }
    let mut tenancy = tenancy.write();
    let seen = job.see(&tenancy)?;
    let written = job.work_out(&seen)?;
    job.write(&mut tenancy, &written)?;
    Ok(job.told(&tenancy, seen, written))
}

/// A change to one resource.
struct Job<'j> {
    resource_type: &'j ResourceType,
    update: &'j Update,
    id: &'j str,
    /// Which members and groups the change has to see.
    read: Membership<'j>,
}

/// The state that a change is computed from.
struct Seen {
    /// The resource as it is kept. Each change puts another in its place, one of members too.
    kept: Arc<Resource>,
    /// The resource with the groups and members that the change reads.
    shown: Arc<Resource>,
    /// The change of the members, where it can be computed without reading them.
    members: MemberChange,
}

/// A computed change.
struct Written<'j> {
    change: Change,
    /// The resource to keep, without its members; none where nothing changed.
    row: Option<Arc<Resource>>,
    members: Option<Cow<'j, MemberDelta>>,
}

impl<'j> Job<'j> {
    fn see(&self, tenancy: &Tenancy) -> Result<Seen, StoreError> {
        let kept = tenancy.find(self.resource_type, self.id).ok_or(StoreError::NotFound)?;
        let kept = Arc::clone(kept);
        let shown = self.shown(tenancy, self.read, &kept);
        let mut members = MemberChange::default();
        if let Some(delta) = self.update.member_delta() {
            if delta.replace {
                self.update.budget().spend_values(tenancy.memberships.count(self.id))?;
            }
            members = tenancy.memberships.preview(self.id, delta);
        }
        Ok(Seen { kept, shown, members })
    }

    /// Returns `true` if the change would be computed from the same state.
    fn is_still(&self, tenancy: &Tenancy, seen: &Seen) -> Result<bool, StoreError> {
        let kept = tenancy.find(self.resource_type, self.id).ok_or(StoreError::NotFound)?;
        let groups = self.read.groups_only();
        let shown = self.shown(tenancy, groups, kept);
        let same_groups = groups.groups_of(&shown) == groups.groups_of(&seen.shown);
        Ok(Arc::ptr_eq(kept, &seen.kept) && same_groups)
    }

    fn work_out(&self, seen: &Seen) -> Result<Written<'j>, StoreError> {
        let current = Arc::clone(&seen.shown);
        let (change, row, members) = if self.has_members() && self.read.members().is_none() {
            let (change, row) = self.update.apply_except_members(current, seen.members.clone())?;
            (change, row, self.update.member_delta().map(Cow::Borrowed))
        } else {
            let (change, mut row) = changed_state(self.update.apply(current)?);
            let add = row.as_mut().map(|row| self.read.take_members(row));
            let delta =
                MemberDelta { replace: true, add: add.unwrap_or_default(), remove: Vec::new() };
            (change, row, self.read.members().map(|_| Cow::Owned(delta)))
        };
        let members = members.filter(|_| !change.members.is_empty());
        if members.as_ref().is_some_and(|delta| delta.add.iter().any(has_nul)) {
            return Err(reject_nul());
        }
        let row = row.map(|row| self.kept(row, &change)).transpose()?;
        Ok(Written { change, row, members })
    }

    /// A resource as it is kept: without what only shows its groups, and without secrets.
    fn kept(&self, mut row: Resource, change: &Change) -> Result<Arc<Resource>, StoreError> {
        if let Some(groups) = self.read.groups() {
            row.remove(groups.name());
        }
        row.redact(self.resource_type);
        if change.paths.iter().flat_map(|path| row.values(path)).any(has_nul) {
            return Err(reject_nul());
        }
        refuse_long_keys(self.resource_type, &row)?;
        Ok(Arc::new(row))
    }

    fn write(&self, tenancy: &mut Tenancy, written: &Written<'_>) -> Result<(), StoreError> {
        if let Some(row) = &written.row {
            let changed = &written.change.paths;
            tenancy.replace(self.resource_type, self.id, Arc::clone(row), changed)?;
        }
        if let Some(delta) = &written.members {
            tenancy.memberships.apply(self.id, delta);
        }
        Ok(())
    }

    /// The change with the state after it: with the members of a small group; a large one is not
    /// read only to be sent.
    fn told(&self, tenancy: &Tenancy, seen: Seen, written: Written<'_>) -> Change {
        let kept = written.row.unwrap_or(seen.kept);
        let is_small = tenancy.memberships.count(self.id) <= CARRIED_MEMBERS;
        let members = self.resource_type.membership().members_only();
        let after = is_small.then(|| self.shown(tenancy, members, &kept));
        written.change.with_after(after)
    }

    fn has_members(&self) -> bool {
        self.resource_type.membership().members().is_some()
    }

    /// A resource with those of its members and groups that the change has to see.
    fn shown(
        &self,
        tenancy: &Tenancy,
        read: Membership<'_>,
        kept: &Arc<Resource>,
    ) -> Arc<Resource> {
        tenancy.compose(read, kept, Projection::default().max_groups())
    }
}

/// Takes the state after a change, unless nothing changed.
fn changed_state(mut change: Change) -> (Change, Option<Resource>) {
    let after = change.after.take().filter(|_| !change.is_unchanged());
    (change, after.map(Arc::unwrap_or_clone))
}

#[cfg(test)]
mod tests;
