//! The resources of one type, and the indexes on them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use serde_json::Value;

use crate::query::SortOrder;
use crate::resource::Resource;
use crate::schema::{ResolvedPath, ResourceType, fold, prepare};
use crate::store::error::StoreError;

/// The resources of one type of a tenant.
pub(super) struct Table {
    resources: BTreeMap<Arc<str>, Arc<Resource>>,
    unique: Vec<UniqueIndex>,
    by_external_id: BTreeMap<String, BTreeSet<Arc<str>>>,
}

/// Which resource has which value of a unique attribute.
pub(super) struct UniqueIndex {
    path: ResolvedPath,
    ids: BTreeMap<String, Arc<str>>,
    /// How many values are not ASCII. Only then do identifiers, once prepared, differ from folded text.
    beyond_ascii: usize,
}

/// A value as it is looked up.
struct Key {
    text: String,
    /// Whether the value itself is not ASCII.
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
    pub(super) fn starting_with<'i>(&'i self, prefix: &'i str) -> impl Iterator<Item = &'i Arc<str>> {
        let from = self.ids.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        from.take_while(move |(key, _)| key.starts_with(prefix)).map(|(_, id)| id)
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// All resources in the order of their values; or those behind a value and an id, which break ties with other types.
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
        let is_behind = move |(other, other_id): &(&String, &Arc<str>)| other.as_str() != key || ***other_id > *id;
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

    /// Whether keys are what filters and sorts compare by: text with case folded.
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

    /// Whether two states of a resource have the same values.
    fn is_same(&self, one: &Resource, other: &Resource) -> bool {
        one.values(&self.path).eq(other.values(&self.path))
    }

    /// How values are looked up: by the rule of the attribute for upper and lower case.
    fn keys<'r>(&'r self, resource: &'r Resource) -> impl Iterator<Item = Key> + 'r {
        resource.values(&self.path).map(|value| {
            let text = match value {
                Value::String(text) if self.path.last().case_exact() => text.clone(),
                Value::String(text) if self.path.last().is_identifier() => prepare(text).into_owned(),
                Value::String(text) => fold(text).into_owned(),
                value => value.to_string(),
            };
            Key { text, beyond_ascii: value.as_str().is_some_and(|text| !text.is_ascii()) }
        })
    }

    /// Whether no resource has more than one value.
    pub(super) fn is_of_one(&self) -> bool {
        !self.path.attribute().multi_valued() && !self.path.last().multi_valued()
    }
}

impl Table {
    pub(super) fn new(resource_type: &ResourceType) -> Self {
        let unique = resource_type.unique_paths().map(|path| UniqueIndex { path, ids: BTreeMap::new(), beyond_ascii: 0 });
        Self { resources: BTreeMap::new(), unique: unique.collect(), by_external_id: BTreeMap::new() }
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

    pub(super) fn with_external_id(&self, external_id: &str) -> impl Iterator<Item = &Arc<str>> {
        self.by_external_id.get(external_id).into_iter().flatten()
    }

    pub(super) fn insert(&mut self, id: Arc<str>, resource: Arc<Resource>) -> Result<(), StoreError> {
        self.refuse_conflicts(&id, &resource)?;
        self.index(&id, &resource);
        self.resources.insert(id, resource);
        Ok(())
    }

    pub(super) fn replace(&mut self, id: &str, resource: Arc<Resource>) -> Result<(), StoreError> {
        let Some(slot) = self.resources.get_mut(id) else {
            return Err(StoreError::NotFound);
        };
        let before = std::mem::replace(slot, resource);
        if self.unique.iter().all(|index| index.is_same(&before, slot)) && before.external_id() == slot.external_id() {
            return Ok(());
        }
        self.index_again(id, before)
    }

    /// Brings the indexes up to what has replaced `before`; or puts that back, where another resource has a value already.
    fn index_again(&mut self, id: &str, before: Arc<Resource>) -> Result<(), StoreError> {
        let Some((id, after)) = self.resources.get_key_value(id).map(|(id, after)| (Arc::clone(id), Arc::clone(after))) else {
            return Err(StoreError::NotFound);
        };
        if let Err(conflict) = self.refuse_conflicts(&id, &after) {
            self.resources.insert(id, before);
            return Err(conflict);
        }
        self.unindex(&id, &before);
        self.index(&id, &after);
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

    fn refuse_conflicts(&self, id: &str, resource: &Resource) -> Result<(), StoreError> {
        for index in &self.unique {
            let mut holders = index.keys(resource).filter_map(|key| index.ids.get(&key.text));
            if holders.any(|other| **other != *id) {
                return Err(StoreError::Conflict { attribute: index.path.to_string() });
            }
        }
        Ok(())
    }

    fn index(&mut self, id: &Arc<str>, resource: &Resource) {
        for index in &mut self.unique {
            let keys: Vec<Key> = index.keys(resource).collect();
            keys.into_iter().for_each(|key| index.insert(key, Arc::clone(id)));
        }
        if let Some(external_id) = resource.external_id() {
            self.by_external_id.entry(external_id.to_owned()).or_default().insert(Arc::clone(id));
        }
    }

    fn unindex(&mut self, id: &str, resource: &Resource) {
        for index in &mut self.unique {
            let keys: Vec<Key> = index.keys(resource).collect();
            keys.iter().for_each(|key| index.remove(key));
        }
        if let Some(external_id) = resource.external_id()
            && let Some(ids) = self.by_external_id.get_mut(external_id)
        {
            ids.remove(id);
            if ids.is_empty() {
                self.by_external_id.remove(external_id);
            }
        }
    }
}
