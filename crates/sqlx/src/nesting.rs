//! The groups of resources: which list them, and which list these, each of them read once.

use std::collections::HashMap;
use std::sync::Arc;

use crate::reading::{Link, Listed};
use scimwire::query::MaxGroups;
use scimwire::schema::Membership;
use scimwire::store::groups_above;
use scimwire::value::Value;

/// Which groups list what, as far as some resources go.
#[derive(Default)]
pub(super) struct Nesting {
    /// The groups that list a resource, in the order of their ids.
    listing: HashMap<String, Vec<Arc<str>>>,
    names: HashMap<String, String>,
}

impl Nesting {
    /// Notes the groups that list one, and what it is called if it is a group itself.
    pub(super) fn note(&mut self, (id, groups, name): Listed) {
        self.names.extend(name.map(|name| (id.clone(), name)));
        if let Some(mut groups) = groups {
            groups.sort_unstable();
            self.listing.insert(id, groups);
        }
    }

    /// Notes which groups list what, and what they are called.
    pub(super) fn note_links(&mut self, links: Vec<Link>) {
        if links.is_empty() {
            return;
        }
        for (id, group, name) in links {
            self.names.extend(name.map(|name| (group.to_string(), name)));
            self.listing.entry(id).or_default().push(group);
        }
        self.listing.values_mut().for_each(|groups| groups.sort_unstable());
    }

    /// The groups of a resource as a client sees them, and at most so many.
    pub(super) fn groups_of(&self, id: &str, most: MaxGroups) -> Vec<Value> {
        let found = groups_above(id, most, |id| self.listing.get(id).into_iter().flatten());
        let groups = found.into_iter().map(|(id, is_direct)| {
            Membership::group(id, is_direct, self.names.get(&**id).map(String::as_str))
        });
        groups.collect()
    }
}
