//! The resources of one type, and the indexes on them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use crate::query::SortOrder;
use crate::resource::Resource;
use crate::schema::{ResolvedPath, ResourceType, compared};
use crate::store::error::StoreError;
use crate::value::Value;

/// The resources of one type of a tenant.
pub(super) struct Table {
    resources: BTreeMap<Arc<str>, Arc<Resource>>,
    unique: Vec<UniqueIndex>,
    lookups: Vec<LookupIndex>,
}

/// Which resources have which value of an attribute that is not unique.
pub(super) struct LookupIndex {
    path: ResolvedPath,
    ids: BTreeMap<String, BTreeSet<Arc<str>>>,
}

/// Which resource has which value of a unique attribute.
pub(super) struct UniqueIndex {
    path: ResolvedPath,
    ids: BTreeMap<String, Arc<str>>,
    /// The number of values that are not ASCII. Only these differ between prepared identifiers and
    /// folded text.
    beyond_ascii: usize,
}

/// A value as it is looked up.
struct Key {
    text: String,
    /// `true` if the value itself is not ASCII.
    beyond_ascii: bool,
}

impl UniqueIndex {
    pub(super) fn path(&self) -> &ResolvedPath {
        &self.path
    }

    pub(super) fn find(&self, key: &str) -> Option<&Arc<str>> {
        self.ids.get(key)
    }

    /// The resources whose value starts with `prefix`, in the order of their values.
    pub(super) fn starting_with<'i>(
        &'i self,
        prefix: &'i str,
    ) -> impl Iterator<Item = &'i Arc<str>> {
        let from = self.ids.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        from.take_while(move |(key, _)| key.starts_with(prefix)).map(|(_, id)| id)
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// All resources in the order of their values; or those behind a value and an id, which break
    /// ties with other types.
    pub(super) fn in_order<'i>(
        &'i self,
        after: Option<(&'i str, &'i str)>,
        order: SortOrder,
    ) -> Box<dyn Iterator<Item = &'i Arc<str>> + 'i> {
        let Some((key, id)) = after else {
            return match order {
                SortOrder::Ascending => Box::new(self.ids.values()),
                SortOrder::Descending => Box::new(self.ids.values().rev()),
            };
        };
        let is_behind = move |(other, other_id): &(&String, &Arc<str>)| {
            other.as_str() != key || ***other_id > *id
        };
        match order {
            SortOrder::Ascending => {
                let range = self.ids.range::<str, _>((Bound::Included(key), Bound::Unbounded));
                Box::new(range.filter(is_behind).map(|(_, id)| id))
            }
            SortOrder::Descending => {
                let range = self.ids.range::<str, _>((Bound::Unbounded, Bound::Included(key)));
                Box::new(range.rev().filter(is_behind).map(|(_, id)| id))
            }
        }
    }

    /// Returns `true` if keys are what filters and sorts compare by: text with case folded.
    pub(super) fn is_folded(&self) -> bool {
        self.beyond_ascii == 0
    }

    fn insert(&mut self, key: Key, id: Arc<str>) {
        if self.ids.insert(key.text, id).is_none() {
            self.beyond_ascii += usize::from(key.beyond_ascii);
        }
    }

    fn remove(&mut self, key: &Key) {
        if self.ids.remove(&key.text).is_some() {
            self.beyond_ascii -= usize::from(key.beyond_ascii);
        }
    }

    fn keys<'r>(&'r self, resource: &'r Resource) -> impl Iterator<Item = Key> + 'r {
        keys(&self.path, resource)
    }

    /// Returns `true` if no resource has more than one value.
    pub(super) fn is_of_one(&self) -> bool {
        !self.path.attribute().is_multi_valued() && !self.path.leaf().is_multi_valued()
    }
}

impl LookupIndex {
    fn insert(&mut self, id: &Arc<str>, resource: &Resource) {
        for key in keys(&self.path, resource) {
            self.ids.entry(key.text).or_default().insert(Arc::clone(id));
        }
    }

    fn remove(&mut self, id: &str, resource: &Resource) {
        for key in keys(&self.path, resource) {
            if let Entry::Occupied(mut entry) = self.ids.entry(key.text) {
                entry.get_mut().remove(id);
                if entry.get().is_empty() {
                    entry.remove();
                }
            }
        }
    }
}

impl Table {
    pub(super) fn new(resource_type: &ResourceType) -> Self {
        let unique = resource_type.unique_paths().iter().map(|path| UniqueIndex {
            path: path.clone(),
            ids: BTreeMap::new(),
            beyond_ascii: 0,
        });
        let lookups = resource_type
            .indexed_paths()
            .iter()
            .map(|path| LookupIndex { path: path.clone(), ids: BTreeMap::new() });
        Self { resources: BTreeMap::new(), unique: unique.collect(), lookups: lookups.collect() }
    }

    pub(super) fn get(&self, id: &str) -> Option<&Arc<Resource>> {
        self.resources.get(id)
    }

    pub(super) fn resources(&self) -> &BTreeMap<Arc<str>, Arc<Resource>> {
        &self.resources
    }

    /// The index on a unique attribute, if there is one on that.
    pub(super) fn unique_index(&self, path: &ResolvedPath) -> Option<&UniqueIndex> {
        self.unique.iter().find(|index| index.path() == path)
    }

    /// The resources with a value of an attribute, if there is an index on that.
    pub(super) fn with_value(&self, path: &ResolvedPath, key: &str) -> Option<BTreeSet<Arc<str>>> {
        if let Some(index) = self.unique_index(path) {
            return Some(index.find(key).cloned().into_iter().collect());
        }
        let index = self.lookups.iter().find(|index| index.path == *path)?;
        Some(index.ids.get(key).cloned().unwrap_or_default())
    }

    pub(super) fn insert(
        &mut self,
        id: Arc<str>,
        resource: Arc<Resource>,
    ) -> Result<(), StoreError> {
        let keys = self.free_keys(&id, &resource)?;
        self.index(&id, &resource, keys);
        self.resources.insert(id, resource);
        Ok(())
    }

    /// Replaces a resource by one that differs in these attributes, and in its metadata.
    pub(super) fn replace(
        &mut self,
        id: &str,
        resource: Arc<Resource>,
        changed: &[ResolvedPath],
    ) -> Result<(), StoreError> {
        let Some(slot) = self.resources.get_mut(id) else {
            return Err(StoreError::NotFound);
        };
        let before = std::mem::replace(slot, resource);
        let unique = self.unique.iter().map(|index| &index.path);
        let mut paths = unique.chain(self.lookups.iter().map(|index| &index.path));
        let has_changed =
            |path: &ResolvedPath| changed.iter().any(|changed| is_of_one_attribute(changed, path));
        if paths.all(|path| !has_changed(path) || before.values(path).eq(slot.values(path))) {
            return Ok(());
        }
        self.index_again(id, before)
    }

    /// Brings the indexes up to what has replaced `before`; or puts that back, where another
    /// resource has a value already.
    fn index_again(&mut self, id: &str, before: Arc<Resource>) -> Result<(), StoreError> {
        let Some((id, after)) =
            self.resources.get_key_value(id).map(|(id, after)| (Arc::clone(id), Arc::clone(after)))
        else {
            return Err(StoreError::NotFound);
        };
        let keys = match self.free_keys(&id, &after) {
            Ok(keys) => keys,
            Err(conflict) => {
                self.resources.insert(id, before);
                return Err(conflict);
            }
        };
        self.unindex(&id, &before);
        self.index(&id, &after, keys);
        Ok(())
    }

    /// Replaces a resource by one that differs in its metadata only.
    pub(super) fn touch(&mut self, id: &str, resource: Arc<Resource>) {
        if let Some(slot) = self.resources.get_mut(id) {
            *slot = resource;
        }
    }

    pub(super) fn remove(&mut self, id: &str) {
        if let Some(resource) = self.resources.remove(id) {
            self.unindex(id, &resource);
        }
    }

    /// The keys of a resource in each unique index: no other resource has one of them.
    fn free_keys(&self, id: &str, resource: &Resource) -> Result<Vec<Vec<Key>>, StoreError> {
        let of_index = |index: &UniqueIndex| {
            let keys: Vec<Key> = index.keys(resource).collect();
            let mut holders = keys.iter().filter_map(|key| index.ids.get(&key.text));
            if holders.any(|other| **other != *id) {
                return Err(StoreError::Conflict { attribute: index.path.to_string() });
            }
            Ok(keys)
        };
        self.unique.iter().map(of_index).collect()
    }

    fn index(&mut self, id: &Arc<str>, resource: &Resource, keys: Vec<Vec<Key>>) {
        for (index, keys) in self.unique.iter_mut().zip(keys) {
            keys.into_iter().for_each(|key| index.insert(key, Arc::clone(id)));
        }
        self.lookups.iter_mut().for_each(|index| index.insert(id, resource));
    }

    fn unindex(&mut self, id: &str, resource: &Resource) {
        for index in &mut self.unique {
            let keys: Vec<Key> = index.keys(resource).collect();
            keys.iter().for_each(|key| index.remove(key));
        }
        self.lookups.iter_mut().for_each(|index| index.remove(id, resource));
    }
}

fn is_of_one_attribute(one: &ResolvedPath, other: &ResolvedPath) -> bool {
    let extension = |path: &ResolvedPath| path.extension().map(|schema| schema.key().clone());
    one.attribute().key() == other.attribute().key() && extension(one) == extension(other)
}

/// Returns the lookup keys of values, folded unless the attribute is case-sensitive.
fn keys<'r>(path: &'r ResolvedPath, resource: &'r Resource) -> impl Iterator<Item = Key> + 'r {
    resource.values(path).map(|value| {
        let text = match value {
            Value::String(text) => compared(path.leaf(), text).into_owned(),
            value => value.to_string(),
        };
        Key { text, beyond_ascii: value.as_str().is_some_and(|text| !text.is_ascii()) }
    })
}
