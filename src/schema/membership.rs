//! Attributes that define memberships, such as `members` and `groups`.

use std::sync::Arc;

use super::attribute::Attribute;
use super::characteristics::Mutability;
use super::resolve::ResolvedPath;
use super::schema::Schema;

/// The two attributes of a resource type that say who belongs to what, as far as it has them:
///
/// - one lists other resources by id, and is changed by adding and removing, as `members` of a
///   group is (RFC 7643, Section 4.2): its elements cannot be changed once they are there;
/// - one is read-only and shows in which resources this one is listed, as `groups` of a user does
///   (RFC 7643, Section 4.1.2).
///
/// Stores keep both apart from the resource, so that a change costs what it changes, and ask a
/// `Membership` which attributes these are: [`Projection::membership`] and
/// [`Update::reads_membership`] give the part of it that a read or a change has to see.
///
/// [`Projection::membership`]: crate::query::Projection::membership
/// [`Update::reads_membership`]: crate::store::Update::reads_membership
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Membership<'t> {
    members: Option<&'t Arc<Attribute>>,
    groups: Option<&'t Arc<Attribute>>,
}

/// The positions of the two attributes in a schema.
#[derive(Clone, Copy)]
pub(super) struct Places {
    members: Option<usize>,
    groups: Option<usize>,
}

impl Places {
    pub(super) fn of(schema: &Schema) -> Self {
        let find = |is_meant: fn(&Attribute) -> bool| {
            schema.attributes().iter().position(|attribute| is_meant(attribute))
        };
        Self { members: find(lists_members), groups: find(Membership::shows_groups) }
    }
}

impl<'t> Membership<'t> {
    pub(super) fn of(schema: &'t Schema, places: Places) -> Self {
        let at = |place: Option<usize>| place.and_then(|place| schema.attributes().get(place));
        Self { members: at(places.members), groups: at(places.groups) }
    }

    /// Returns `true` if an attribute of a core schema shows in which resources one is listed.
    pub(crate) fn shows_groups(attribute: &Attribute) -> bool {
        attribute.mutability() == Mutability::ReadOnly && lists(attribute)
    }

    /// The part of it that a caller chooses.
    #[must_use]
    pub fn only(self, is_chosen: impl Fn(&Attribute) -> bool) -> Self {
        let chosen = |attribute: &&Arc<Attribute>| is_chosen(attribute);
        Self { members: self.members.filter(chosen), groups: self.groups.filter(chosen) }
    }

    /// The attribute that lists members, and no other.
    #[must_use]
    pub fn members_only(self) -> Self {
        Self { groups: None, ..self }
    }

    /// The attribute that shows groups, and no other.
    #[must_use]
    pub fn groups_only(self) -> Self {
        Self { members: None, ..self }
    }

    /// The attribute that lists members.
    #[must_use]
    pub fn members(self) -> Option<&'t Arc<Attribute>> {
        self.members
    }

    /// The attribute that shows in which resources one is listed.
    #[must_use]
    pub fn groups(self) -> Option<&'t Arc<Attribute>> {
        self.groups
    }

    /// Returns `true` if there is neither of the two.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.members.or(self.groups).is_none()
    }

    /// Returns `true` if it has that attribute of the core schema.
    #[must_use]
    pub fn contains(self, attribute: &Attribute) -> bool {
        [self.members, self.groups].into_iter().flatten().any(|one| one.name() == attribute.name())
    }

    /// Returns `true` if a path leads to members or groups, or into them.
    #[must_use]
    pub fn holds(self, path: &ResolvedPath) -> bool {
        path.extension().is_none() && self.contains(path.attribute())
    }

    /// Returns `true` if a path leads to members, or into them.
    #[must_use]
    pub fn is_members(self, path: &ResolvedPath) -> bool {
        is_path_of(self.members, path)
    }

    /// Returns `true` if a path leads to groups, or into them.
    #[must_use]
    pub fn is_groups(self, path: &ResolvedPath) -> bool {
        is_path_of(self.groups, path)
    }

    /// Returns `true` if a path leads to the ids of members.
    #[must_use]
    pub fn is_member_id(self, path: &ResolvedPath) -> bool {
        self.is_members(path) && is_id(path)
    }

    /// Returns `true` if a path leads to the ids of groups.
    #[must_use]
    pub fn is_group_id(self, path: &ResolvedPath) -> bool {
        self.is_groups(path) && is_id(path)
    }

    /// The names of the resource types that members may have.
    #[must_use]
    pub fn member_types(self) -> &'t [String] {
        reference_types(self.members)
    }

    /// The names of the resource types that may list a resource.
    #[must_use]
    pub fn group_types(self) -> &'t [String] {
        reference_types(self.groups)
    }

    /// Returns `true` if members show of which type they are.
    #[must_use]
    pub fn shows_types(self) -> bool {
        self.members.is_some_and(|members| members.sub_attribute("type").is_some())
    }
}

fn lists(attribute: &Attribute) -> bool {
    attribute.is_multi_valued() && attribute.is_resource_reference()
}

fn lists_members(attribute: &Attribute) -> bool {
    lists(attribute)
        && attribute.mutability() == Mutability::ReadWrite
        && attribute
            .sub_attribute("value")
            .is_some_and(|value| value.mutability() == Mutability::Immutable)
}

fn is_path_of(attribute: Option<&Arc<Attribute>>, path: &ResolvedPath) -> bool {
    path.extension().is_none()
        && attribute.is_some_and(|attribute| attribute.name() == path.attribute().name())
}

fn is_id(path: &ResolvedPath) -> bool {
    path.sub_attribute().is_some_and(|sub| sub.name() == "value")
}

fn reference_types(attribute: Option<&Arc<Attribute>>) -> &[String] {
    let reference = attribute.and_then(|attribute| attribute.sub_attribute("$ref"));
    reference.map(|reference| reference.reference_types()).unwrap_or_default()
}
