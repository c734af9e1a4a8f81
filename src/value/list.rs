//! Arrays.

use std::ops::{Deref, DerefMut, RangeBounds};

use thin_vec::ThinVec;

use super::Value;

/// The values of an array. It is used like a `Vec`, and takes one word where it stands.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct List(ThinVec<Value>);

impl List {
    /// No values.
    #[must_use]
    pub fn new() -> Self {
        Self(ThinVec::new())
    }

    /// Creates an empty list with room for this many values.
    #[must_use]
    pub fn with_capacity(values: usize) -> Self {
        Self(ThinVec::with_capacity(values))
    }

    /// Adds a value at the end.
    pub fn push(&mut self, value: Value) {
        self.0.push(value);
    }

    /// Takes the last value away.
    pub fn pop(&mut self) -> Option<Value> {
        self.0.pop()
    }

    /// Puts a value at `place`, before those that follow. It panics beyond the end.
    pub fn insert(&mut self, place: usize, value: Value) {
        self.0.insert(place, value);
    }

    /// Takes the value at `place` away; those that follow move up. It panics beyond the end.
    pub fn remove(&mut self, place: usize) -> Value {
        self.0.remove(place)
    }

    /// Takes the value at `place` away; the last one takes its place. It panics beyond the end.
    pub fn swap_remove(&mut self, place: usize) -> Value {
        self.0.swap_remove(place)
    }

    /// Keeps the values of which `keep` says so.
    pub fn retain(&mut self, keep: impl FnMut(&Value) -> bool) {
        self.0.retain(keep);
    }

    /// Keeps the values for which `keep` returns `true`, and lets it change them.
    pub fn retain_mut(&mut self, keep: impl FnMut(&mut Value) -> bool) {
        self.0.retain_mut(keep);
    }

    /// Keeps the first `count` values.
    pub fn truncate(&mut self, count: usize) {
        self.0.truncate(count);
    }

    /// Takes all values away.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes the values of a range out. It panics beyond the end.
    pub fn drain(&mut self, range: impl RangeBounds<usize>) -> impl Iterator<Item = Value> {
        self.0.drain(range)
    }

    /// Returns the number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns `true` if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values, to change them.
    pub fn as_mut_slice(&mut self) -> &mut [Value] {
        &mut self.0
    }

    /// The values.
    #[must_use]
    pub fn as_slice(&self) -> &[Value] {
        &self.0
    }
}

impl Deref for List {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.0
    }
}

impl DerefMut for List {
    fn deref_mut(&mut self) -> &mut [Value] {
        &mut self.0
    }
}

impl<const COUNT: usize> From<[Value; COUNT]> for List {
    fn from(values: [Value; COUNT]) -> Self {
        values.into_iter().collect()
    }
}

impl From<Vec<Value>> for List {
    fn from(values: Vec<Value>) -> Self {
        values.into_iter().collect()
    }
}

impl From<List> for Vec<Value> {
    fn from(values: List) -> Self {
        values.into_iter().collect()
    }
}

impl FromIterator<Value> for List {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl Extend<Value> for List {
    fn extend<I: IntoIterator<Item = Value>>(&mut self, values: I) {
        self.0.extend(values);
    }
}

impl IntoIterator for List {
    type Item = Value;
    type IntoIter = IntoIter<Value>;

    fn into_iter(self) -> Self::IntoIter {
        IntoIter(self.0.into_iter())
    }
}

/// An iterator over the contents of an array or object.
#[derive(Clone, Debug)]
pub struct IntoIter<T>(pub(super) thin_vec::IntoIter<T>);

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> DoubleEndedIterator for IntoIter<T> {
    fn next_back(&mut self) -> Option<T> {
        self.0.next_back()
    }
}

impl<T> ExactSizeIterator for IntoIter<T> {}

impl<'v> IntoIterator for &'v List {
    type Item = &'v Value;
    type IntoIter = std::slice::Iter<'v, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'v> IntoIterator for &'v mut List {
    type Item = &'v mut Value;
    type IntoIter = std::slice::IterMut<'v, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}
