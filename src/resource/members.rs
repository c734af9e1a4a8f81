//! Members and groups as they stand in a resource.

use std::collections::HashSet;

use super::Resource;
use crate::schema::Membership;
use crate::value::{List, Object, Value};

impl Membership<'_> {
    /// The members in a resource.
    #[must_use]
    pub fn members_of(self, resource: &Resource) -> &[Value] {
        let members = self.members().and_then(|members| resource.get_kept(members.key()));
        members.and_then(Value::as_array).map(List::as_slice).unwrap_or_default()
    }

    /// The ids of the members in a resource.
    pub(crate) fn member_ids(self, resource: &Resource) -> Vec<String> {
        self.members_of(resource).iter().filter_map(Self::id).map(str::to_owned).collect()
    }

    /// The groups that a resource shows.
    #[must_use]
    pub fn groups_of(self, resource: &Resource) -> &[Value] {
        let groups = self.groups().and_then(|groups| resource.get_kept(groups.key()));
        groups.and_then(Value::as_array).map(List::as_slice).unwrap_or_default()
    }

    /// Takes the members out of a resource, for a store that keeps them apart from it.
    pub fn take_members(self, resource: &mut Resource) -> Vec<Value> {
        match self.members().and_then(|members| resource.remove(members.name())) {
            Some(Value::Array(members)) => members.into(),
            _ => Vec::new(),
        }
    }

    /// Takes out the members with these ids, and says whether nobody is left.
    pub(crate) fn leave_out(self, resource: &mut Resource, ids: &HashSet<String>) -> bool {
        let Some(name) = self.members().map(|members| members.name()) else {
            return false;
        };
        let Some(Value::Array(members)) = resource.object_mut().get_mut(name) else {
            return false;
        };
        members.retain(|member| !Self::is_among(member, ids));
        let is_empty = members.is_empty();
        if is_empty {
            resource.remove(name);
        }
        is_empty
    }

    /// The id of a member or a group, which is its `value`.
    #[must_use]
    pub fn id(element: &Value) -> Option<&str> {
        element.get("value")?.as_str()
    }

    /// Returns `true` if a member has one of these ids.
    pub(crate) fn is_among(member: &Value, ids: &HashSet<String>) -> bool {
        Self::id(member).is_some_and(|id| ids.contains(id))
    }

    /// Returns the sub-attributes of a member besides its id; `None` if there are none, as usual.
    #[must_use]
    pub fn besides_id(member: &Value) -> Option<Object> {
        let object = member.as_object().filter(|object| object.len() > 1)?;
        let rest = object.iter().filter(|(name, _)| *name != "value");
        Some(rest.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// Returns `true` if the same is said of two members besides their ids. The type counts only
    /// where both have it, since a store fills it in.
    #[must_use]
    pub fn is_same(one: &Object, other: &Object) -> bool {
        let derived = |name: &str| {
            name == "type" && !(one.contains_key("type") && other.contains_key("type"))
        };
        let said = |of: &Object| of.keys().filter(|name| !derived(name)).count();
        said(one) == said(other)
            && one.iter().all(|(name, value)| derived(name) || other.get(name) == Some(value))
    }

    /// A group as the resources in it show it (RFC 7643, Section 4.1.2).
    #[must_use]
    pub fn group(id: &str, is_direct: bool, display: Option<&str>) -> Value {
        let group_type = if is_direct { "direct" } else { "indirect" };
        let mut group = Object::from([("type", group_type.into()), ("value", id.into())]);
        group.extend(display.map(|display| ("display", display.into())));
        group.into()
    }

    /// Leaves the direct groups in a resource, and the first of the indirect ones.
    pub(crate) fn keep_nearest_groups(self, resource: &mut Resource, all: usize, most: usize) {
        let Some(view) = self.groups() else { return };
        if let Some(Value::Array(mut groups)) = resource.remove(view.name()) {
            let mut indirect = 0;
            groups.retain(|group| {
                indirect += usize::from(Self::is_indirect(group));
                indirect <= most || !Self::is_indirect(group)
            });
            groups.truncate(all);
            resource.put(view.name(), groups);
        }
    }

    /// Returns `true` if a resource is in a group only by being in another group that is.
    pub(crate) fn is_indirect(group: &Value) -> bool {
        let group_type = group.get("type").and_then(Value::as_str);
        group_type.is_some_and(|kind| kind.eq_ignore_ascii_case("indirect"))
    }
}
