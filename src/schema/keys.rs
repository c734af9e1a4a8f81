//! Attributes and extensions by names that are spelled as the schema has them: most are, and then
//! they are found without a look at their text.

use std::sync::Arc;

use super::attribute::Attribute;
use super::resolve::Container;
use super::resource_type::ResourceType;
use super::schema::Schema;
use crate::value::Name;

/// The widest range of numbers that is kept as a list; attributes whose names are further apart are
/// looked for one after the other.
const WIDEST: usize = 1024;

/// Attributes, and where each is by the number of its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Attributes {
    list: Vec<Arc<Attribute>>,
    /// The least number.
    first: usize,
    /// The place of the name with each number from there on, and one more; zero where there is no
    /// such name.
    places: Box<[u16]>,
}

impl From<Vec<Arc<Attribute>>> for Attributes {
    fn from(list: Vec<Arc<Attribute>>) -> Self {
        let numbers = || list.iter().filter_map(|attribute| attribute.key().number());
        let (first, last) = (numbers().min().unwrap_or_default(), numbers().max());
        let width = last.map_or(0, |last| last - first + 1);
        let mut places = vec![0; if width > WIDEST { 0 } else { width }];
        for (place, attribute) in (1..).zip(&list) {
            let number = attribute.key().number();
            if let Some(slot) = number.and_then(|number| places.get_mut(number - first)) {
                *slot = place;
            }
        }
        Self { first, places: places.into(), list }
    }
}

impl Attributes {
    pub(super) fn as_slice(&self) -> &[Arc<Attribute>] {
        &self.list
    }

    /// The attributes, to change them; their names stay.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Arc<Attribute>> {
        self.list.iter_mut()
    }

    fn by_key(&self, key: &Name) -> Option<&Arc<Attribute>> {
        self.list.get(self.place(key)?)
    }

    fn place(&self, key: &Name) -> Option<usize> {
        match key.number() {
            Some(number) if !self.places.is_empty() => {
                let place = *self.places.get(number.checked_sub(self.first)?)?;
                Some(usize::from(place.checked_sub(1)?))
            }
            _ => self.list.iter().position(|attribute| attribute.key() == key),
        }
    }
}

impl Schema {
    /// The attribute that is spelled like this.
    pub(crate) fn by_key(&self, key: &Name) -> Option<&Arc<Attribute>> {
        self.all_attributes().by_key(key)
    }

    /// The attributes that are spelled like these, in the order of the schema.
    pub(crate) fn of_keys(&self, keys: &[&Name]) -> impl Iterator<Item = &Arc<Attribute>> {
        let attributes = self.all_attributes();
        let mut places: Vec<usize> = keys.iter().filter_map(|key| attributes.place(key)).collect();
        places.sort_unstable();
        places.dedup();
        places.into_iter().filter_map(|place| attributes.list.get(place))
    }
}

impl Attribute {
    /// The sub-attribute that is spelled like this.
    pub(crate) fn sub_by_key(&self, key: &Name) -> Option<&Arc<Self>> {
        self.all_sub_attributes().by_key(key)
    }
}

impl ResourceType {
    /// The meaning of a key of a resource that is spelled like this.
    pub(crate) fn by_key(&self, key: &Name) -> Option<Container<'_>> {
        let attribute = Schema::common().by_key(key).or_else(|| self.schema().by_key(key));
        attribute.map(Container::Attribute).or_else(|| self.extension_by_key(key))
    }

    fn extension_by_key(&self, key: &Name) -> Option<Container<'_>> {
        let mut schemas = self.extensions().iter().map(|extension| &extension.schema);
        schemas.find(|schema| schema.key() == key).map(Container::Extension)
    }
}
