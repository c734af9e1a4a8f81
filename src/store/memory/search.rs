//! Queries: by an index where the filter has one to offer, else by looking at all.

use std::sync::Arc;

use super::directory::Locked;
use super::lookup::{Found, look_up};
use crate::budget::Purse;
use crate::filter::BoundFilter;
use crate::query::{IdOrder, Page, Projection, Sort};
use crate::resource::{OBJECT, Resource};
use crate::schema::{Membership, ResourceType};
use crate::store::error::StoreError;
use crate::store::execute::{self, Room};
use crate::store::{StorePage, StoreQuery};

/// The cost of reading one member or group, or of finding one by index, in units of the budget.
pub(super) const OF_ONE: usize = 8;

pub(super) fn select(
    tenancy: &Locked,
    resource_type: &ResourceType,
    selection: &StoreQuery<'_>,
) -> Result<StorePage, StoreError> {
    let search = Search { tenancy, resource_type, selection };
    search.completed(search.seen()?)
}

/// A search among resources that were there when it began.
struct Search<'s> {
    tenancy: &'s Locked,
    resource_type: &'s ResourceType,
    selection: &'s StoreQuery<'s>,
}

impl Search<'_> {
    /// A page, without what is kept apart from its resources.
    fn seen(&self) -> Result<StorePage, StoreError> {
        let selection = self.selection;
        let page = selection.page.cloned().unwrap_or(Page::Index { start: 1, count: usize::MAX });
        let found = look_up(&self.tenancy.read(), self.resource_type, selection, &page)?;
        match (found, selection.filter, selection.sort) {
            (Found::Page(selected), _, _) => Ok(selected),
            (Found::Among(some), Some(filter), sort) => {
                self.page_of_matching(some, filter, sort, &page)
            }
            (Found::Among(all), None, sort) => self.sorted(all, sort, &page),
        }
    }

    /// The page as it is shown. One of which nothing is left by now would pass for the last one,
    /// and gives way to what is there instead.
    fn completed(&self, mut seen: StorePage) -> Result<StorePage, StoreError> {
        loop {
            let is_empty = seen.resources.is_empty();
            let shown = self.compose(seen)?;
            if is_empty || !shown.resources.is_empty() {
                return Ok(shown);
            }
            seen = self.seen()?;
        }
    }

    /// A page of those that satisfy the filter; `resources` come in the order of their ids.
    fn page_of_matching(
        &self,
        resources: Vec<Arc<Resource>>,
        filter: &BoundFilter,
        sort: Option<&Sort>,
        page: &Page,
    ) -> Result<StorePage, StoreError> {
        let mut purse = Purse::new(self.selection.budget);
        let needed = self.needed(filter);
        let mut gathered = Gathered::new(page, sort.is_some());
        for resource in resources {
            if self.matches(&resource, filter, needed.as_ref(), &mut purse)? {
                gathered.take(resource);
            }
        }
        purse.charge()?;
        Ok(match sort {
            Some(sort) => self.sorted(gathered.resources, Some(sort), page)?,
            None => StorePage {
                resources: gathered.resources,
                total: Some(gathered.total),
                has_more: gathered.more,
            },
        })
    }

    fn sorted(
        &self,
        resources: Vec<Arc<Resource>>,
        sort: Option<&Sort>,
        page: &Page,
    ) -> Result<StorePage, StoreError> {
        let budget = self.selection.budget;
        if !self.sorts_by_what_is_apart(sort) {
            return execute::sort_and_page_within(IdOrder::Text, resources, sort, page, budget);
        }
        let needed = Projection::default().with_required_by(None, sort);
        let positioned = resources.into_iter().map(|resource| {
            let composed = self.composed(&resource, &needed)?;
            Ok((execute::position_within(&composed, sort, budget)?, resource))
        });
        let positioned = positioned.collect::<Result<_, StoreError>>()?;
        execute::page_of_positioned(IdOrder::Text, positioned, sort, page, budget)
    }

    /// Returns `true` if resources are sorted by something that is not kept with them.
    fn sorts_by_what_is_apart(&self, sort: Option<&Sort>) -> bool {
        let membership = self.resource_type.membership();
        sort.and_then(Sort::path).is_some_and(|path| membership.holds(path))
    }

    /// A resource with its members and its groups, only to be looked at: each of them costs what a
    /// look at it does.
    fn composed(
        &self,
        resource: &Arc<Resource>,
        needed: &Projection,
    ) -> Result<Arc<Resource>, StoreError> {
        let chosen = needed.membership(self.resource_type);
        let count = || self.tenancy.read().memberships.count(resource.id());
        self.spend(chosen.members().map_or(0, |_| count()).saturating_mul(OF_ONE))?;
        let composed = self.tenancy.read().compose(chosen, resource, needed.max_groups());
        self.spend(chosen.groups_of(&composed).len().saturating_mul(OF_ONE))?;
        Ok(composed)
    }

    fn spend(&self, values: usize) -> Result<(), StoreError> {
        Ok(self.selection.budget.spend_values(values)?)
    }

    fn compose(&self, mut selected: StorePage) -> Result<StorePage, StoreError> {
        let chosen = self.selection.projection.membership(self.resource_type);
        let is_whole =
            chosen.members().is_none() && !self.shows_groups(chosen, &selected.resources);
        let mut room = Room::new(self.selection.memory);
        let mut shown = Vec::with_capacity(selected.resources.len());
        for seen in selected.resources {
            if !room.may_take(self.least_memory(chosen, &seen)) {
                selected.has_more = true;
                break;
            }
            let resource = if is_whole { Some(seen) } else { self.shown(chosen, &seen)? };
            match resource {
                Some(resource) if room.takes(&resource) => shown.push(resource),
                Some(_) => {
                    selected.has_more = true;
                    break;
                }
                None => {}
            }
        }
        selected.resources = shown;
        Ok(selected)
    }

    /// Returns `true` if any of these is in a group, and that is shown.
    fn shows_groups(&self, chosen: Membership<'_>, resources: &[Arc<Resource>]) -> bool {
        let tenancy = self.tenancy.read();
        let is_member = |resource: &Arc<Resource>| tenancy.memberships.is_member(resource.id());
        chosen.groups().is_some()
            && !tenancy.memberships.are_none()
            && resources.iter().any(is_member)
    }

    /// The least memory that a resource takes with what is shown of its members.
    fn least_memory(&self, chosen: Membership<'_>, seen: &Resource) -> usize {
        if chosen.members().is_none() {
            return 0;
        }
        self.tenancy.read().memberships.count(seen.id()).saturating_mul(OBJECT)
    }

    /// A resource of the page, with what is kept apart from it. A group that has changed meanwhile
    /// is shown as it is now, if it is still asked for: its version has to be that of its members.
    fn shown(
        &self,
        chosen: Membership<'_>,
        seen: &Arc<Resource>,
    ) -> Result<Option<Arc<Resource>>, StoreError> {
        let most = self.selection.projection.max_groups();
        let tenancy = self.tenancy.read();
        if chosen.members().is_none() {
            return Ok(Some(tenancy.show(chosen, seen, most)));
        }
        let Some(now) = tenancy.find(self.resource_type, seen.id()).map(Arc::clone) else {
            return Ok(None);
        };
        let composed = tenancy.compose(chosen, &now, most);
        drop(tenancy);
        let is_asked_for = match self.selection.filter {
            Some(filter) if now.version() != seen.version() => {
                let mut purse = Purse::new(self.selection.budget);
                self.matches(&now, filter, self.needed(filter).as_ref(), &mut purse)?
            }
            _ => true,
        };
        Ok(is_asked_for.then_some(composed))
    }

    /// Returns `true` if a resource satisfies the filter. `needed` is loaded if it is stored in
    /// another place.
    fn matches(
        &self,
        resource: &Arc<Resource>,
        filter: &BoundFilter,
        needed: Option<&Projection>,
        purse: &mut Purse<'_>,
    ) -> Result<bool, StoreError> {
        Ok(match needed {
            Some(needed) => filter.matches_paid(&*self.composed(resource, needed)?, purse)?,
            None => filter.matches_paid(resource, purse)?,
        })
    }

    /// Returns the attributes that a filter needs and the row lacks.
    fn needed(&self, filter: &BoundFilter) -> Option<Projection> {
        if filter.membership(self.resource_type).is_empty() {
            return None;
        }
        let needed = Projection::default().with_required_by(Some(filter), None);
        Some(if self.asks_for_ids_of_groups(filter) {
            needed.with_max_indirect_groups(usize::MAX)
        } else {
            needed
        })
    }

    /// Returns `true` if all that the filter asks of the groups of a resource is which they are:
    /// then none is too far to count.
    fn asks_for_ids_of_groups(&self, filter: &BoundFilter) -> bool {
        let membership = self.resource_type.membership();
        let mut only_ids = true;
        filter.for_each_path(&mut |path| {
            only_ids &= !membership.is_groups(path) || membership.is_group_id(path);
        });
        only_ids
    }
}

/// The matches so far in a scan of all resources, in the order of their ids.
struct Gathered<'p> {
    page: &'p Page,
    /// `true` if all have to be kept, since they will be sorted.
    keeps_all: bool,
    resources: Vec<Arc<Resource>>,
    total: usize,
    more: bool,
}

impl<'p> Gathered<'p> {
    fn new(page: &'p Page, keeps_all: bool) -> Self {
        Self { page, keeps_all, resources: Vec::new(), total: 0, more: false }
    }

    fn take(&mut self, resource: Arc<Resource>) {
        self.total += 1;
        let before_page = match self.page {
            Page::Index { start, .. } => self.total < *start,
            Page::Cursor { after, .. } => {
                after.as_ref().is_some_and(|after| resource.id() <= after.id.as_str())
            }
        };
        if self.keeps_all || (!before_page && self.resources.len() < self.page.count()) {
            self.resources.push(resource);
        } else if !before_page {
            self.more = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::budget::EvalBudget;
    use crate::store::memory::tests::{fixture, now};
    use crate::store::{Precondition, ResourceStore};

    #[test]
    fn a_page_of_which_nothing_is_left_is_not_the_last() {
        let fixture = fixture();
        let group = |name| fixture.create(&fixture.groups, json!({ "displayName": name }));
        let made = ["a", "b", "c"].map(|name| group(name).expect("a group"));
        let page = Page::Cursor { after: None, count: 1 };
        let selection = StoreQuery {
            filter: None,
            sort: None,
            page: Some(&page),
            projection: &Projection::default(),
            budget: &EvalBudget::unlimited(),
            memory: usize::MAX,
        };
        let tenancy = fixture.groups.known(&fixture.cx);
        let resource_type = &fixture.groups.resource_type;
        let search = Search { tenancy: &tenancy, resource_type, selection: &selection };
        let seen = search.seen().expect("a page");
        now(fixture.groups.delete(&made[0], &Precondition::default(), &fixture.cx)).expect("gone");
        let shown = search.completed(seen).expect("a page");
        assert_eq!(shown.resources.iter().map(|one| one.id()).collect::<Vec<_>>(), [&made[1]]);
        assert!(shown.has_more);
    }
}
