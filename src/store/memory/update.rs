//! PUT and PATCH: worked out beside the lock, and written if what they were worked out from is still
//! there.

use std::borrow::Cow;
use std::sync::Arc;

use super::directory::{Locked, Tenancy};
use super::{CARRIED_MEMBERS, take_members};
use crate::patch::MemberDelta;
use crate::query::Projection;
use crate::resource::Resource;
use crate::schema::{Attribute, ResourceType};
use crate::store::change::{Change, MemberChange};
use crate::store::error::StoreError;
use crate::store::long_key::refuse_long_keys;
use crate::store::nul_byte::{has_nul, no_nul, refuse_nul};
use crate::store::update::Update;

/// How often a change is worked out beside the lock; if others were faster each time, it is worked
/// out behind it.
const AHEAD: u32 = 3;

pub(super) fn update(
    tenancy: &Locked,
    resource_type: &ResourceType,
    id: &str,
    update: &Update,
) -> Result<Change, StoreError> {
    let job = Job { resource_type, update, id };
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
}

/// What a change is worked out from.
struct Seen {
    /// The resource as it is kept. Each change puts another in its place, one of members too.
    kept: Arc<Resource>,
    /// The same, with those of its groups and members that the change looks at.
    shown: Arc<Resource>,
    /// What is to become of the members, where they need not be looked at.
    members: MemberChange,
}

/// What a change comes to.
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
        let mut shown = self.with_groups(tenancy, Arc::clone(&kept));
        if let Some(membership) = self.looked_at() {
            shown = tenancy.with_members(membership, &shown);
        }
        let mut members = MemberChange::default();
        if let Some(delta) = self.update.members() {
            if delta.replace {
                self.update.budget().spend_values(tenancy.memberships.count(self.id))?;
            }
            members = tenancy.memberships.preview(self.id, delta);
        }
        Ok(Seen { kept, shown, members })
    }

    /// Whether the change would be worked out from the same once more.
    fn is_still(&self, tenancy: &Tenancy, seen: &Seen) -> Result<bool, StoreError> {
        let kept = tenancy.find(self.resource_type, self.id).ok_or(StoreError::NotFound)?;
        let same_groups = self.view().is_none_or(|view| {
            let shown = self.with_groups(tenancy, Arc::clone(kept));
            shown.get(view.name()) == seen.shown.get(view.name())
        });
        Ok(Arc::ptr_eq(kept, &seen.kept) && same_groups)
    }

    fn work_out(&self, seen: &Seen) -> Result<Written<'j>, StoreError> {
        let current = Arc::clone(&seen.shown);
        let (change, row, members) = match (self.resource_type.membership(), self.looked_at()) {
            (Some(_), None) => {
                let (change, row) =
                    self.update.apply_without_members(current, seen.members.clone())?;
                (change, row, self.update.members().map(Cow::Borrowed))
            }
            (Some(_), Some(_)) => {
                let (change, mut row) = changed_state(self.update.apply(current)?);
                let add = row.as_mut().map(|row| take_members(self.resource_type, row));
                let delta =
                    MemberDelta { replace: true, add: add.unwrap_or_default(), remove: Vec::new() };
                (change, row, Some(Cow::Owned(delta)))
            }
            (None, _) => {
                let (change, row) = changed_state(self.update.apply(current)?);
                (change, row, None)
            }
        };
        let members = members.filter(|_| !change.members.is_empty());
        if members.as_ref().is_some_and(|delta| delta.add.iter().any(has_nul)) {
            return Err(no_nul());
        }
        let row = row.map(|row| self.kept(row)).transpose()?;
        Ok(Written { change, row, members })
    }

    /// A resource as it is kept: without what only shows its groups, and without secrets.
    fn kept(&self, mut row: Resource) -> Result<Arc<Resource>, StoreError> {
        if let Some(view) = self.view() {
            row.remove(view.name());
        }
        row.forget_secrets(self.resource_type);
        refuse_nul(row.attributes())?;
        refuse_long_keys(self.resource_type, &row)?;
        Ok(Arc::new(row))
    }

    fn write(&self, tenancy: &mut Tenancy, written: &Written<'_>) -> Result<(), StoreError> {
        if let Some(row) = &written.row {
            tenancy.table_mut(self.resource_type).replace(self.id, Arc::clone(row))?;
        }
        if let Some(delta) = &written.members {
            tenancy.memberships.apply(self.id, delta);
        }
        Ok(())
    }

    /// The change with the state after it: with the members of a small group; a large one is not
    /// read only to be sent.
    fn told(&self, tenancy: &Tenancy, seen: Seen, written: Written<'_>) -> Change {
        let small = tenancy.memberships.count(self.id) <= CARRIED_MEMBERS;
        let kept = written.row.unwrap_or(seen.kept);
        let after = match self.resource_type.membership() {
            Some(membership) => small.then(|| tenancy.with_members(membership, &kept)),
            None => Some(kept),
        };
        written.change.with_after(after)
    }

    /// The members, where the change has to see what they are.
    fn looked_at(&self) -> Option<&Arc<Attribute>> {
        let membership = self.resource_type.membership()?;
        let looks = self.update.members().is_none() && self.update.touches(membership);
        looks.then_some(membership)
    }

    /// The groups of a resource, where the change compares them.
    fn view(&self) -> Option<&Arc<Attribute>> {
        self.resource_type.membership_view().filter(|view| self.update.compares(view))
    }

    fn with_groups(&self, tenancy: &Tenancy, resource: Arc<Resource>) -> Arc<Resource> {
        match self.view() {
            Some(view) => {
                tenancy.with_groups(view, resource, Projection::default().indirect_groups())
            }
            None => resource,
        }
    }
}

/// Takes the state after a change, unless nothing changed.
fn changed_state(mut change: Change) -> (Change, Option<Resource>) {
    let after = change.after.take().filter(|_| !change.is_unchanged());
    (change, after.map(Arc::unwrap_or_clone))
}

#[cfg(test)]
mod tests;
