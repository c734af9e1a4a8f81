//! An index of memberships in both directions. The cost of a change does not depend on the size of
//! the group.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::shown::Shown;
use crate::patch::MemberDelta;
use crate::query::MaxGroups;
use crate::schema::Membership;
use crate::store::change::MemberChange;
use crate::store::nesting::groups_above;
use crate::value::{Object, Value};

/// The memberships of a tenant.
#[derive(Default)]
pub(super) struct Memberships {
    of_group: HashMap<Arc<str>, MemberList>,
    of_member: HashMap<Arc<str>, Groups>,
    /// Those who are in groups, as they were shown.
    pub(super) shown: Shown,
}

/// The groups that list a resource; most are in one, or in few.
enum Groups {
    One(Arc<str>),
    Several(BTreeSet<Arc<str>>),
}

/// The members of a group, in the order in which they came.
#[derive(Default)]
struct MemberList {
    members: BTreeMap<u64, Member>,
    places: HashMap<Arc<str>, u64>,
    next_place: u64,
}

struct Member {
    id: Arc<str>,
    /// The attributes that the client sent besides the id; usually none.
    rest: Option<Box<Object>>,
}

impl Memberships {
    pub(super) fn count(&self, group: &str) -> usize {
        self.of_group.get(group).map_or(0, |list| list.members.len())
    }

    /// Returns `true` if nobody is in any group.
    pub(super) fn are_none(&self) -> bool {
        self.of_member.is_empty()
    }

    pub(super) fn is_member(&self, id: &str) -> bool {
        self.of_member.contains_key(id)
    }

    /// The id of a resource that is in a group.
    pub(super) fn member(&self, id: &str) -> Option<&Arc<str>> {
        self.of_member.get_key_value(id).map(|(id, _)| id)
    }

    /// The members of a group, as a client sees them.
    pub(super) fn members(&self, group: &str) -> Vec<Object> {
        self.of_group
            .get(group)
            .map(|list| list.members.values().map(Member::to_object).collect())
            .unwrap_or_default()
    }

    /// The groups that list `id`, in the order of their ids.
    pub(super) fn direct_groups<'m>(
        &'m self,
        id: &str,
    ) -> impl Iterator<Item = &'m Arc<str>> + use<'m> {
        self.of_member.get(id).into_iter().flat_map(Groups::iter)
    }

    /// The groups that list `id`, true beside each, and so many of those that list these, and so
    /// on: the nearest first.
    pub(super) fn groups_of(&self, id: &str, most: MaxGroups) -> Vec<(&Arc<str>, bool)> {
        groups_above(id, most, |id| self.direct_groups(id))
    }

    /// Computes the effect of `delta` without applying it.
    pub(super) fn preview(&self, group: &str, delta: &MemberDelta) -> MemberChange {
        let empty = MemberList::default();
        let list = self.of_group.get(group).unwrap_or(&empty);
        let removed = list.leaving(delta);
        let leaves: HashSet<&str> = if delta.add.is_empty() {
            HashSet::new()
        } else {
            delta.remove.iter().map(String::as_str).collect()
        };
        let mut change = MemberChange { removed, ..MemberChange::default() };
        for member in &delta.add {
            let Some(id) = Membership::id(member) else { continue };
            match list.get(id) {
                None => change.added.push(id.to_owned()),
                Some(known) if delta.replace || leaves.contains(id) => {
                    change.modified |= !known.is(member)
                }
                Some(_) => {}
            }
        }
        change
    }

    pub(super) fn apply(&mut self, group: &str, delta: &MemberDelta) {
        let (group, list) = match self.of_group.remove_entry(group) {
            Some(entry) => entry,
            None => (group.into(), MemberList::default()),
        };
        let of_member = &mut self.of_member;
        let mut change = Listing { group: &group, list, of_member, changed: Vec::new() };
        if delta.replace {
            for id in change.list.leaving(delta) {
                change.take_out(&id);
            }
        }
        delta.remove.iter().for_each(|id| change.take_out(id));
        delta.add.iter().for_each(|member| change.put_in(member, delta.replace));
        let (list, changed) = (change.list, change.changed);
        self.of_group.insert(group, list);
        self.forget_shown(&changed);
    }

    /// Forgets how those are shown who are in other groups now. Where one of them is a group, that
    /// goes for all in it, too.
    fn forget_shown(&mut self, members: &[Arc<str>]) {
        if members.iter().any(|member| self.of_group.contains_key(member)) {
            self.shown.forget_all();
        }
        members.iter().for_each(|member| self.shown.forget(member));
    }

    /// Takes a group away, and says who was in it.
    pub(super) fn remove_group(&mut self, group: &str) -> Vec<String> {
        let Some(list) = self.of_group.remove(group) else {
            return Vec::new();
        };
        let members: Vec<Arc<str>> = list.members.into_values().map(|member| member.id).collect();
        for member in &members {
            unlink(&mut self.of_member, member, group);
        }
        self.forget_shown(&members);
        members.iter().map(|member| member.to_string()).collect()
    }

    /// Takes a resource out of all groups, and says which those were.
    pub(super) fn remove_member(&mut self, id: &str) -> Vec<Arc<str>> {
        let groups: Vec<Arc<str>> =
            self.of_member.remove(id).iter().flat_map(Groups::iter).cloned().collect();
        for group in &groups {
            if let Some(list) = self.of_group.get_mut(group) {
                list.remove(id);
            }
        }
        groups
    }
}

/// The members of a group while they change.
struct Listing<'m> {
    group: &'m Arc<str>,
    list: MemberList,
    of_member: &'m mut HashMap<Arc<str>, Groups>,
    /// Those who came or left.
    changed: Vec<Arc<str>>,
}

impl Listing<'_> {
    fn take_out(&mut self, id: &str) {
        if self.list.remove(id) {
            unlink(self.of_member, id, self.group);
            self.changed.push(id.into());
        }
    }

    fn put_in(&mut self, member: &Value, overwrite: bool) {
        let Some(id) = Membership::id(member) else { return };
        match self.list.places.get(id) {
            Some(place) if overwrite => {
                if let Some(known) = self.list.members.get_mut(place) {
                    known.rest = Membership::besides_id(member).map(Box::new);
                }
            }
            Some(_) => {}
            None => {
                let id: Arc<str> = id.into();
                self.changed.push(Arc::clone(&id));
                let rest = Membership::besides_id(member).map(Box::new);
                self.list.push(Member { id: Arc::clone(&id), rest });
                match self.of_member.entry(id) {
                    Entry::Occupied(mut groups) => groups.get_mut().insert(self.group),
                    Entry::Vacant(place) => drop(place.insert(Groups::One(Arc::clone(self.group)))),
                }
            }
        }
    }
}

fn unlink(of_member: &mut HashMap<Arc<str>, Groups>, id: &str, group: &str) {
    if let Some(groups) = of_member.get_mut(id)
        && groups.remove(group)
    {
        of_member.remove(id);
    }
}

impl Groups {
    fn iter(&self) -> impl Iterator<Item = &Arc<str>> {
        let (one, several) = match self {
            Self::One(group) => (Some(group), None),
            Self::Several(groups) => (None, Some(groups)),
        };
        one.into_iter().chain(several.into_iter().flatten())
    }

    fn insert(&mut self, group: &Arc<str>) {
        match self {
            Self::One(other) if other == group => {}
            Self::One(other) => {
                *self = Self::Several([Arc::clone(other), Arc::clone(group)].into())
            }
            Self::Several(groups) => drop(groups.insert(Arc::clone(group))),
        }
    }

    /// Takes a group out, and says whether none is left.
    fn remove(&mut self, group: &str) -> bool {
        match self {
            Self::One(other) => **other == *group,
            Self::Several(groups) => {
                groups.remove(group);
                groups.is_empty()
            }
        }
    }
}

impl MemberList {
    /// The ids that `delta` takes out and does not put in again.
    fn leaving(&self, delta: &MemberDelta) -> Vec<String> {
        let coming: HashSet<&str> = delta.add.iter().filter_map(Membership::id).collect();
        if delta.replace {
            let leaving = self.members.values().filter(|member| !coming.contains(&*member.id));
            return leaving.map(|member| member.id.to_string()).collect();
        }
        delta
            .remove
            .iter()
            .filter(|id| self.has(id) && !coming.contains(id.as_str()))
            .cloned()
            .collect()
    }

    fn has(&self, id: &str) -> bool {
        self.places.contains_key(id)
    }

    fn get(&self, id: &str) -> Option<&Member> {
        self.members.get(self.places.get(id)?)
    }

    fn push(&mut self, member: Member) {
        self.places.insert(Arc::clone(&member.id), self.next_place);
        self.members.insert(self.next_place, member);
        self.next_place += 1;
    }

    fn remove(&mut self, id: &str) -> bool {
        self.places.remove(id).is_some_and(|place| self.members.remove(&place).is_some())
    }
}

impl Member {
    fn to_object(&self) -> Object {
        let mut object = self.rest.as_deref().cloned().unwrap_or_default();
        object.insert("value".to_owned(), (*self.id).into());
        object
    }

    /// Returns `true` if `member` has the same attributes.
    fn is(&self, member: &Value) -> bool {
        let empty = Object::new();
        let said = Membership::besides_id(member).unwrap_or_default();
        Membership::is_same(self.rest.as_deref().unwrap_or(&empty), &said)
    }
}
