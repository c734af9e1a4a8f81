//! The identity of values of a multi-valued attribute (RFC 7643, Section 2.4).

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use super::equality::{Said, same_by_value};
use crate::schema::Attribute;
use crate::value::{Object, Value};

/// The positions of the elements of a multi-valued attribute, by their identity.
#[derive(Default)]
pub(crate) struct Identities {
    hasher: RandomState,
    places: HashMap<u64, Vec<usize>>,
}

impl Identities {
    /// Those of `elements`.
    pub(crate) fn of(attribute: &Attribute, elements: &[Value]) -> Self {
        let mut identities =
            Self { places: HashMap::with_capacity(elements.len()), ..Self::default() };
        elements
            .iter()
            .enumerate()
            .for_each(|(place, element)| identities.note(attribute, element, place));
        identities
    }

    /// Takes note of what is at a place now.
    pub(crate) fn note(&mut self, attribute: &Attribute, element: &Value, place: usize) {
        self.places.entry(self.hash(attribute, element)).or_default().push(place);
    }

    /// Forgets what is at a place.
    pub(crate) fn forget(&mut self, attribute: &Attribute, element: &Value, place: usize) {
        if let Some(places) = self.places.get_mut(&self.hash(attribute, element))
            && let Some(known) = places.iter().position(|other| *other == place)
        {
            places.swap_remove(known);
        }
    }

    /// Returns `true` if one of `elements`, which were noted, is the same one as `value`.
    pub(crate) fn has(&self, attribute: &Attribute, elements: &[Value], value: &Value) -> bool {
        let places =
            self.places.get(&self.hash(attribute, value)).map(Vec::as_slice).unwrap_or_default();
        places
            .iter()
            .filter_map(|place| elements.get(*place))
            .any(|element| same_element(attribute, element, value))
    }

    /// Returns `true` if one of `elements`, which were noted, equals `value`, also in its words.
    pub(super) fn has_equal(
        &self,
        attribute: &Attribute,
        elements: &[Value],
        value: &Value,
    ) -> bool {
        let places =
            self.places.get(&self.hash(attribute, value)).map(Vec::as_slice).unwrap_or_default();
        places
            .iter()
            .filter_map(|place| elements.get(*place))
            .any(|element| equal_but_primary(element, value))
    }

    /// Forgets one of `elements` that equals `value`, and says whether there was one.
    pub(super) fn take_equal(
        &mut self,
        attribute: &Attribute,
        elements: &[Value],
        value: &Value,
    ) -> bool {
        let Some(places) = self.places.get_mut(&self.hash(attribute, value)) else {
            return false;
        };
        let equal = |place: &usize| {
            elements.get(*place).is_some_and(|element| equal_but_primary(element, value))
        };
        let found = places.iter().position(equal);
        found.map(|found| places.swap_remove(found)).is_some()
    }

    /// Returns the same hash for elements with one identity, however they are written.
    fn hash(&self, attribute: &Attribute, value: &Value) -> u64 {
        match value.get("value") {
            Some(id) if attribute.is_resource_reference() => self.hasher.hash_one(id),
            _ => self.hasher.hash_one(Said::of(attribute, value)),
        }
    }
}

/// Returns `true` if two elements of a multi-valued attribute are the same one: those that name a
/// resource by its id are, when the ids are; others when they say the same.
pub(crate) fn same_element(attribute: &Attribute, one: &Value, other: &Value) -> bool {
    match (one.get("value"), other.get("value")) {
        (Some(one), Some(other)) if attribute.is_resource_reference() => one == other,
        _ => one == other || same_by_value(attribute, Some(one), Some(other)),
    }
}

/// RFC 7643, Section 2.4: no `primary` is the same as `primary: false`.
pub(super) fn equal_but_primary(one: &Value, other: &Value) -> bool {
    if one == other {
        return true;
    }
    let (Some(one), Some(other)) = (one.as_object(), other.as_object()) else {
        return false;
    };
    let stated =
        |object: &Object| object.iter().filter(|(name, value)| !is_default(name, value)).count();
    stated(one) == stated(other)
        && one
            .iter()
            .filter(|(name, value)| !is_default(name, value))
            .all(|(name, value)| other.get(name) == Some(value))
}

fn is_default(name: &str, value: &Value) -> bool {
    name == "primary" && value == &Value::Bool(false)
}
