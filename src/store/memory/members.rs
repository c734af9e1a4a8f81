//! Who is in which group, both ways: each change costs what it changes, whatever the size of the group.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::patch::MemberDelta;
use crate::store::change::{MemberChange, same_member};

/// The memberships of a tenant.
#[derive(Default)]
pub(super) struct Memberships {
    of_group: HashMap<Arc<str>, MemberList>,
    of_member: HashMap<Arc<str>, BTreeSet<Arc<str>>>,
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
    /// What the client said of the member besides its id; most often nothing.
    rest: Option<Box<Map<String, Value>>>,
}

impl Memberships {
    pub(super) fn count(&self, group: &str) -> usize {
        self.of_group.get(group).map_or(0, |list| list.members.len())
    }

    pub(super) fn is_member(&self, id: &str) -> bool {
        self.of_member.contains_key(id)
    }

    /// The members of a group, as a client sees them.
    pub(super) fn members(&self, group: &str) -> Vec<Map<String, Value>> {
        self.of_group.get(group).map(|list| list.members.values().map(Member::to_object).collect()).unwrap_or_default()
    }

    /// The groups that list `id`; in no order that a client could count on.
    pub(super) fn direct_groups(&self, id: &str) -> impl Iterator<Item = &Arc<str>> {
        self.of_member.get(id).into_iter().flatten()
    }

    /// The groups that list `id`, and those that list these, and so on; true for the former. A cycle ends.
    pub(super) fn groups_of(&self, id: &str) -> Vec<(Arc<str>, bool)> {
        let mut found: Vec<(Arc<str>, bool)> = self.direct_groups(id).map(|group| (Arc::clone(group), true)).collect();
        let mut seen: HashSet<&str> = self.direct_groups(id).map(AsRef::as_ref).collect();
        let mut open: VecDeque<&Arc<str>> = self.direct_groups(id).collect();
        while let Some(group) = open.pop_front() {
            for parent in self.direct_groups(group) {
                if seen.insert(parent) && **parent != *id {
                    found.push((Arc::clone(parent), false));
                    open.push_back(parent);
                }
            }
        }
        found
    }

    /// What `delta` would do.
    pub(super) fn preview(&self, group: &str, delta: &MemberDelta) -> MemberChange {
        let empty = MemberList::default();
        let list = self.of_group.get(group).unwrap_or(&empty);
        let mut change = MemberChange::default();
        let coming: HashSet<&str> = delta.add.iter().filter_map(id).collect();
        if delta.replace {
            let going = list.members.values().filter(|member| !coming.contains(&*member.id));
            change.removed = going.map(|member| member.id.to_string()).collect();
        } else {
            let going = delta.remove.iter().filter(|id| list.has(id) && !coming.contains(id.as_str()));
            change.removed = going.cloned().collect();
        }
        let removed: HashSet<&str> = delta.remove.iter().map(String::as_str).collect();
        for member in &delta.add {
            let Some(id) = id(member) else { continue };
            match list.get(id) {
                None => change.added.push(id.to_owned()),
                Some(known) if delta.replace || removed.contains(id) => change.rewritten |= !known.is(member),
                Some(_) => {}
            }
        }
        change
    }

    pub(super) fn apply(&mut self, group: &str, delta: &MemberDelta) {
        let group: Arc<str> = group.into();
        if delta.replace {
            let coming: HashSet<&str> = delta.add.iter().filter_map(id).collect();
            let list = self.of_group.get(&group);
            let going = list.into_iter().flat_map(|list| list.members.values()).filter(|member| !coming.contains(&*member.id));
            let going: Vec<Arc<str>> = going.map(|member| Arc::clone(&member.id)).collect();
            going.iter().for_each(|id| self.take_out(&group, id));
        }
        delta.remove.iter().for_each(|id| self.take_out(&group, id));
        for member in &delta.add {
            self.put_in(&group, member, delta.replace);
        }
    }

    /// Takes a group away, and says who was in it.
    pub(super) fn remove_group(&mut self, group: &str) -> Vec<String> {
        let Some(list) = self.of_group.remove(group) else {
            return Vec::new();
        };
        for member in list.members.values() {
            self.unlink(&member.id, group);
        }
        list.members.into_values().map(|member| member.id.to_string()).collect()
    }

    /// Takes a resource out of all groups, and says which those were.
    pub(super) fn remove_member(&mut self, id: &str) -> BTreeSet<Arc<str>> {
        let groups = self.of_member.remove(id).unwrap_or_default();
        for group in &groups {
            if let Some(list) = self.of_group.get_mut(group) {
                list.remove(id);
            }
        }
        groups
    }

    fn take_out(&mut self, group: &str, id: &str) {
        if let Some(list) = self.of_group.get_mut(group)
            && list.remove(id)
        {
            self.unlink(id, group);
        }
    }

    fn put_in(&mut self, group: &Arc<str>, member: &Value, overwrite: bool) {
        let Some(id) = id(member) else { return };
        let list = self.of_group.entry(Arc::clone(group)).or_default();
        match list.places.get(id) {
            Some(place) if overwrite => {
                if let Some(known) = list.members.get_mut(place) {
                    known.rest = rest(member);
                }
            }
            Some(_) => {}
            None => {
                let id: Arc<str> = id.into();
                list.push(Member { id: Arc::clone(&id), rest: rest(member) });
                self.of_member.entry(id).or_default().insert(Arc::clone(group));
            }
        }
    }

    fn unlink(&mut self, id: &str, group: &str) {
        if let Some(groups) = self.of_member.get_mut(id) {
            groups.remove(group);
            if groups.is_empty() {
                self.of_member.remove(id);
            }
        }
    }
}

impl MemberList {
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
    fn to_object(&self) -> Map<String, Value> {
        let mut object = self.rest.as_deref().cloned().unwrap_or_default();
        object.insert("value".to_owned(), (*self.id).into());
        object
    }

    /// Whether `member` says the same of it.
    fn is(&self, member: &Value) -> bool {
        let empty = Map::new();
        let said = rest(member);
        same_member(self.rest.as_deref().unwrap_or(&empty), said.as_deref().unwrap_or(&empty))
    }
}

fn id(member: &Value) -> Option<&str> {
    member.get("value")?.as_str()
}

fn rest(member: &Value) -> Option<Box<Map<String, Value>>> {
    let object = member.as_object().filter(|object| object.len() > 1)?;
    let rest = object.iter().filter(|(name, _)| *name != "value").map(|(name, value)| (name.clone(), value.clone()));
    Some(Box::new(rest.collect()))
}
