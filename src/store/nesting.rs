//! Groups within groups (RFC 7643, Section 4.1.2).

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use crate::query::MaxGroups;

/// The groups that list `id`, true beside each, and those that list these, and so on, as many as
/// `most` says: the nearest first. `listing` has the groups that list one of whatever id, in the
/// order of their ids. A cycle ends.
pub fn groups_above<'g, G>(
    id: &str,
    most: MaxGroups,
    listing: impl Fn(&str) -> G,
) -> Vec<(&'g Arc<str>, bool)>
where
    G: Iterator<Item = &'g Arc<str>>,
{
    let mut found: Vec<(&Arc<str>, bool)> =
        listing(id).take(most.all).map(|group| (group, true)).collect();
    let most = found.len().saturating_add(most.indirect).min(most.all);
    let mut seen: HashSet<&str> = found.iter().map(|(group, _)| &***group).collect();
    let mut open: VecDeque<&Arc<str>> = found.iter().map(|(group, _)| *group).collect();
    while let Some(group) = open.pop_front() {
        for parent in listing(group) {
            if found.len() == most {
                return found;
            }
            if seen.insert(parent) && **parent != *id {
                found.push((parent, false));
                open.push_back(parent);
            }
        }
    }
    found
}
