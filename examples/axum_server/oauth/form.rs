//! Parameters of a query or a form.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Parameters, each once. One without a value is as if it were not there (RFC 6749, Section 3.1).
pub(super) struct Parameters(BTreeMap<String, String>);

/// A parameter that is there more than once (RFC 6749, Section 3.1).
pub(super) struct Repeated;

impl Parameters {
    pub(super) fn read(text: &[u8]) -> Result<Self, Repeated> {
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text).filter(|(_, value)| !value.is_empty()) {
            match parameters.entry(name.into_owned()) {
                Entry::Vacant(place) => place.insert(value.into_owned()),
                Entry::Occupied(_) => return Err(Repeated),
            };
        }
        Ok(Self(parameters))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}
