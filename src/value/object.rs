//! Objects.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::ops::Index;

use thin_vec::ThinVec;

use super::{IntoIter, NULL, Name, Value};

/// The members of an object, in one block of memory: no name occurs twice. They are in the order in
/// which the schema has their names; those that no schema has come last, by their text.
#[derive(Clone, Default, Eq)]
pub struct Object(ThinVec<(Name, Value)>);

/// Up to this many members are looked through one by one.
const FEW: usize = 24;

/// The place of a name in an object, which may be empty.
#[derive(Debug)]
pub struct Entry<'o> {
    object: &'o mut Object,
    name: Name,
}

impl Object {
    /// No members.
    #[must_use]
    pub fn new() -> Self {
        Self(ThinVec::new())
    }

    /// Creates an empty object with room for this many members.
    #[must_use]
    pub fn with_capacity(members: usize) -> Self {
        Self(ThinVec::with_capacity(members))
    }

    /// Sets a member, and hands back the value that it had.
    pub fn insert(&mut self, name: impl Into<Name>, value: Value) -> Option<Value> {
        let name = name.into().known_by_now();
        match self.search(&name) {
            Ok(place) => {
                self.0.get_mut(place).map(|(_, current)| std::mem::replace(current, value))
            }
            Err(place) => {
                self.0.insert(place, (name, value));
                None
            }
        }
    }

    /// Creates an object of these members; `None` if a name occurs twice.
    pub(crate) fn of_distinct(
        members: impl ExactSizeIterator<Item = (Name, Value)>,
    ) -> Option<Self> {
        let mut object = Self::with_capacity(members.len());
        object.0.extend(members);
        let in_order = |(one, _): &(Name, Value), (next, _): &(Name, Value)| one.in_order(next);
        if !object.0.is_sorted_by(|one, next| in_order(one, next).is_lt()) {
            object.0.sort_unstable_by(in_order);
            if !object.0.is_sorted_by(|one, next| in_order(one, next).is_lt()) {
                return None;
            }
        }
        Some(object)
    }

    /// The place of a name, to fill it if it is empty.
    pub fn entry(&mut self, name: impl Into<Name>) -> Entry<'_> {
        Entry { object: self, name: name.into().known_by_now() }
    }

    /// Takes a member away.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.remove_entry(name).map(|(_, value)| value)
    }

    /// Takes a member away, with its name.
    pub fn remove_entry(&mut self, name: &str) -> Option<(Name, Value)> {
        let place = self.place(name)?;
        Some(self.0.remove(place))
    }

    /// Keeps the members of which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&Name, &mut Value) -> bool) {
        self.0.retain_mut(|(name, value)| keep(name, value));
    }

    /// Takes all members away.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Moves all members of `other` here.
    pub fn append(&mut self, other: &mut Self) {
        self.extend(std::mem::take(other));
    }

    /// The value of a member, to change it.
    #[must_use]
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        let place = self.place(name)?;
        self.0.get_mut(place).map(|(_, value)| value)
    }

    /// The members, to change their values.
    pub fn iter_mut(&mut self) -> <&mut Self as IntoIterator>::IntoIter {
        self.into_iter()
    }

    /// The values, to change them.
    pub fn values_mut(&mut self) -> impl ExactSizeIterator<Item = &mut Value> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// The value of a member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.get_key_value(name).map(|(_, value)| value)
    }

    /// The value of a member by a name that is kept, mostly without a look at text.
    pub(crate) fn get_kept(&self, name: &Name) -> Option<&Value> {
        if self.0.len() > FEW {
            return self.get(name);
        }
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The value of a member by a name that is kept, to change it.
    pub(crate) fn get_kept_mut(&mut self, name: &Name) -> Option<&mut Value> {
        if self.0.len() > FEW {
            return self.get_mut(name);
        }
        self.0.iter_mut().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// A member: its name and its value.
    #[must_use]
    pub fn get_key_value(&self, name: &str) -> Option<(&Name, &Value)> {
        self.0.get(self.place(name)?).map(|(name, value)| (name, value))
    }

    /// Returns `true` if there is a member of that name.
    #[must_use]
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    /// Returns the number of members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns `true` if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The members, in order.
    pub fn iter(&self) -> Iter<'_> {
        self.0.iter().map(pair)
    }

    /// The names, in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Name> + Clone {
        self.0.iter().map(|(name, _)| name)
    }

    /// The values, in the order of the members.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> + Clone {
        self.0.iter().map(|(_, value)| value)
    }

    fn place(&self, name: &str) -> Option<usize> {
        if self.0.len() <= FEW {
            return self.0.iter().position(|(known, _)| known == name);
        }
        self.search(&name.into()).ok()
    }

    /// Returns the place of a name, or the place to insert it.
    fn search(&self, name: &Name) -> Result<usize, usize> {
        // Members usually arrive in order.
        let place = match self.0.last().map(|(last, _)| last.in_order(name)) {
            None | Some(Ordering::Less) => Err(self.0.len()),
            Some(Ordering::Equal) => Ok(self.0.len() - 1),
            Some(Ordering::Greater) => self.0.binary_search_by(|(known, _)| known.in_order(name)),
        };
        place.or_else(|place| self.search_unknown(name).ok_or(place))
    }

    /// Returns the place of the name of an attribute that was added before its schema was defined.
    fn search_unknown(&self, name: &Name) -> Option<usize> {
        if !name.is_known() || self.0.last().is_none_or(|(last, _)| last.is_known()) {
            return None;
        }
        let order = |known: &Name| if known.is_known() { Ordering::Less } else { known.cmp(name) };
        self.0.binary_search_by(|(known, _)| order(known)).ok()
    }
}

impl<'o> Entry<'o> {
    /// The value that is there, or else this one.
    pub fn or_insert(self, value: Value) -> &'o mut Value {
        self.or_insert_with(|| value)
    }

    /// The value that is there, or else the one that `make` makes.
    pub fn or_insert_with(self, make: impl FnOnce() -> Value) -> &'o mut Value {
        let place = self.object.search(&self.name).unwrap_or_else(|place| {
            self.object.0.insert(place, (self.name, make()));
            place
        });
        #[expect(clippy::indexing_slicing, reason = "the place was found or filled above")]
        &mut self.object.0[place].1
    }
}

/// The member, or null where there is none.
impl Index<&str> for Object {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&NULL)
    }
}

/// The order does not count: a member may be older than the schema that has its name.
impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        let has = |(name, value): &(Name, Value)| other.get_kept(name) == Some(value);
        self.0.len() == other.0.len() && (self.0 == other.0 || self.0.iter().all(has))
    }
}

impl Hash for Object {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut members: Vec<_> = self.0.iter().collect();
        members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        members.hash(state);
    }
}

/// Of members with the same name the last one counts.
impl<N: Into<Name>> FromIterator<(N, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(members: I) -> Self {
        let mut members: ThinVec<(Name, Value)> =
            members.into_iter().map(|(name, value)| (name.into().known_by_now(), value)).collect();
        if !members.is_sorted_by(|(one, _), (next, _)| one.in_order(next).is_lt()) {
            members.sort_by(|(one, _), (other, _)| one.in_order(other));
            members.dedup_by(|(next, value), (name, kept)| {
                let repeats = next == name;
                if repeats {
                    *kept = value.take();
                }
                repeats
            });
        }
        Self(members)
    }
}

impl<N: Into<Name>, const COUNT: usize> From<[(N, Value); COUNT]> for Object {
    fn from(members: [(N, Value); COUNT]) -> Self {
        members.into_iter().collect()
    }
}

impl<N: Into<Name>> Extend<(N, Value)> for Object {
    fn extend<I: IntoIterator<Item = (N, Value)>>(&mut self, members: I) {
        for (name, value) in members {
            self.insert(name, value);
        }
    }
}

type Iter<'o> = std::iter::Map<
    std::slice::Iter<'o, (Name, Value)>,
    fn(&'o (Name, Value)) -> (&'o Name, &'o Value),
>;

fn pair((name, value): &(Name, Value)) -> (&Name, &Value) {
    (name, value)
}

impl IntoIterator for Object {
    type Item = (Name, Value);
    type IntoIter = IntoIter<(Name, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        IntoIter(self.0.into_iter())
    }
}

impl<'o> IntoIterator for &'o mut Object {
    type Item = (&'o Name, &'o mut Value);
    type IntoIter = std::iter::Map<
        std::slice::IterMut<'o, (Name, Value)>,
        fn(&'o mut (Name, Value)) -> (&'o Name, &'o mut Value),
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter_mut().map(|(name, value)| (name, value))
    }
}

impl<'o> IntoIterator for &'o Object {
    type Item = (&'o Name, &'o Value);
    type IntoIter = Iter<'o>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
