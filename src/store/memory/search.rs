//! Queries: by an index where the filter has one to offer, else by looking at all.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use super::directory::Tenancy;
use super::table::{Table, UniqueIndex};
use crate::budget::Purse;
use crate::filter::{BoundFilter, CompareOp, Comparison, Operand};
use crate::query::{IdOrder, Page, Projection, Sort, SortKey, SortOrder};
use crate::resource::Resource;
use crate::schema::{AttributeType, ResourceType};
use crate::store::complete;
use crate::store::error::StoreError;
use crate::store::{Selected, Selection};

/// What it costs to show one member or group, or to find one in an index, in looks at a value.
const OF_ONE: usize = 8;

/// An index that finds more than this is no shorter way than a look at all.
const MANY: usize = 10_000;

pub(super) fn select(
    tenancy: &Tenancy,
    resource_type: &ResourceType,
    selection: &Selection<'_>,
) -> Result<Selected, StoreError> {
    let Some(table) = tenancy.table(resource_type) else {
        return Ok(Selected { resources: Vec::new(), total: Some(0), more: false });
    };
    let search = Search { tenancy, resource_type, table, selection };
    let page = selection.page.cloned().unwrap_or(Page::Index { start: 1, count: usize::MAX });
    let selected = match (selection.filter, selection.sort) {
        (None, None) => search.page_of_all(&page),
        (None, Some(sort)) => match search.index_in_order(sort) {
            Some(index) => search.page_of_index(index, sort, &page),
            None => search.sorted(table.resources().values(), sort, &page)?,
        },
        (Some(filter), sort) => match search.candidates(filter)? {
            Some(ids) => search.page_of_matching(
                ids.iter().filter_map(|id| table.get(id)),
                filter,
                sort,
                &page,
            )?,
            None => search.page_of_matching(table.resources().values(), filter, sort, &page)?,
        },
    };
    Ok(search.compose(&selected))
}

/// Which resources an index has found.
type Ids = BTreeSet<Arc<str>>;

struct Search<'s> {
    tenancy: &'s Tenancy,
    resource_type: &'s ResourceType,
    table: &'s Table,
    selection: &'s Selection<'s>,
}

impl Search<'_> {
    /// Without filter and sort the table is in order already.
    fn page_of_all(&self, page: &Page) -> Selected {
        let all = self.table.resources();
        let total = all.len();
        let (resources, more): (Vec<_>, bool) = match page {
            Page::Index { start, count } => {
                let skipped = start.saturating_sub(1);
                (
                    all.values().skip(skipped).take(*count).cloned().collect(),
                    total.saturating_sub(skipped) > *count,
                )
            }
            Page::Cursor { after, count } => {
                let from = after
                    .as_ref()
                    .map_or(Bound::Unbounded, |position| Bound::Excluded(position.id.as_str()));
                let mut rest =
                    all.range::<str, _>((from, Bound::Unbounded)).map(|(_, resource)| resource);
                let resources = rest.by_ref().take(*count).cloned().collect();
                (resources, rest.next().is_some())
            }
        };
        Selected { resources, total: Some(total), more }
    }

    /// The index whose order is that of `sort`: it has every resource, and compares as the sort
    /// does.
    fn index_in_order(&self, sort: &Sort) -> Option<&UniqueIndex> {
        let path = sort.path()?;
        let is_text =
            matches!(path.last().kind(), AttributeType::String | AttributeType::Reference);
        let index = self
            .table
            .unique_index(path)
            .filter(|index| is_text && index.is_folded() && index.is_of_one())?;
        (index.len() == self.table.resources().len()).then_some(index)
    }

    fn page_of_index(&self, index: &UniqueIndex, sort: &Sort, page: &Page) -> Selected {
        let (after, skipped) = match page {
            Page::Index { start, .. } => (None, start.saturating_sub(1)),
            Page::Cursor { after, .. } => (after.as_ref(), 0),
        };
        let mut ids = match after.map(|after| (after, &after.key)) {
            None => index.in_order(None, sort.order()),
            Some((after, Some(SortKey::Text(key)))) => {
                index.in_order(Some((key, &after.id)), sort.order())
            }
            // Here every resource has a value. Those without, of other types, come last; in
            // descending order they come first.
            Some(_) if sort.order() == SortOrder::Descending => index.in_order(None, sort.order()),
            Some(_) => Box::new(std::iter::empty()),
        }
        .skip(skipped);
        let resources =
            ids.by_ref().take(page.count()).filter_map(|id| self.table.get(id).cloned()).collect();
        Selected { resources, total: Some(index.len()), more: ids.next().is_some() }
    }

    /// A page of those that satisfy the filter; `resources` come in the order of their ids.
    fn page_of_matching<'r>(
        &self,
        resources: impl Iterator<Item = &'r Arc<Resource>>,
        filter: &BoundFilter,
        sort: Option<&Sort>,
        page: &Page,
    ) -> Result<Selected, StoreError> {
        let mut purse = Purse::new(self.selection.budget);
        let needed = Projection::default().needed(Some(filter), None);
        let needed = if self.asks_for_ids_of_groups(filter) {
            needed.showing_indirect_groups(usize::MAX)
        } else {
            needed
        };
        let composed = self.mentions_memberships(filter);
        let mut gathered = Gathered::new(page, sort.is_some());
        for resource in resources {
            let matches = if composed {
                let whole = self.composed(resource, &needed)?;
                filter.matches_paid(&whole, &mut purse)
            } else {
                filter.matches_paid(resource, &mut purse)
            };
            if matches? {
                gathered.take(resource);
            }
        }
        purse.settle()?;
        Ok(match sort {
            Some(sort) => self.sorted(gathered.resources.iter(), sort, page)?,
            None => Selected {
                resources: gathered.resources,
                total: Some(gathered.total),
                more: gathered.more,
            },
        })
    }

    fn sorted<'r>(
        &self,
        resources: impl Iterator<Item = &'r Arc<Resource>>,
        sort: &Sort,
        page: &Page,
    ) -> Result<Selected, StoreError> {
        complete::page_within(
            IdOrder::Text,
            self.sortable(resources, sort)?,
            Some(sort),
            page,
            self.selection.budget,
        )
    }

    /// The resources with what they are sorted by, also where that is kept apart.
    fn sortable<'r>(
        &self,
        resources: impl Iterator<Item = &'r Arc<Resource>>,
        sort: &Sort,
    ) -> Result<Vec<Arc<Resource>>, StoreError> {
        let apart = [self.resource_type.membership(), self.resource_type.membership_view()];
        let sorted_by =
            sort.path().filter(|path| path.extension().is_none()).map(|path| path.attribute());
        if apart.into_iter().flatten().any(|attribute| Some(attribute) == sorted_by) {
            let needed = Projection::default().needed(None, Some(sort));
            return resources.map(|resource| self.composed(resource, &needed)).collect();
        }
        Ok(resources.cloned().collect())
    }

    /// A resource with its members and its groups, only to be looked at: each of them costs what a
    /// look at it does.
    fn composed(
        &self,
        resource: &Arc<Resource>,
        needed: &Projection,
    ) -> Result<Arc<Resource>, StoreError> {
        let membership =
            self.resource_type.membership().filter(|membership| needed.reads(membership));
        let members = membership.map_or(0, |_| self.tenancy.memberships.count(resource.id()));
        self.spend(members.saturating_mul(OF_ONE))?;
        let composed = self.tenancy.compose(self.resource_type, resource, needed);
        let view = self
            .resource_type
            .membership_view()
            .and_then(|view| composed.get(view.name())?.as_array());
        self.spend(view.map_or(0, Vec::len).saturating_mul(OF_ONE))?;
        Ok(composed)
    }

    fn spend(&self, values: usize) -> Result<(), StoreError> {
        Ok(self.selection.budget.spend_values(values)?)
    }

    fn compose(&self, selected: &Selected) -> Selected {
        let compose = |resource: &Arc<Resource>| {
            self.tenancy.compose(self.resource_type, resource, self.selection.projection)
        };
        Selected {
            resources: selected.resources.iter().map(compose).collect(),
            total: selected.total,
            more: selected.more,
        }
    }

    fn mentions_memberships(&self, filter: &BoundFilter) -> bool {
        let attributes = [self.resource_type.membership(), self.resource_type.membership_view()];
        attributes.into_iter().flatten().any(|attribute| filter.mentions(attribute.name()))
    }

    /// Whether all that the filter asks of the groups of a resource is which they are: then none is
    /// too far to count.
    fn asks_for_ids_of_groups(&self, filter: &BoundFilter) -> bool {
        let view = self.resource_type.membership_view();
        let mut only_ids = true;
        filter.for_each_path(&mut |path| {
            let of_groups =
                view.is_some_and(|view| path.extension().is_none() && path.attribute() == view);
            only_ids &= !of_groups || path.sub().is_some_and(|sub| sub.name() == "value");
        });
        only_ids
    }

    /// The ids of all resources that may satisfy the filter, from an index; none where there is no
    /// index for it.
    fn candidates(&self, filter: &BoundFilter) -> Result<Option<Ids>, StoreError> {
        Ok(match filter {
            BoundFilter::And(terms) => {
                let found: Vec<Option<Ids>> =
                    terms.iter().map(|term| self.candidates(term)).collect::<Result<_, _>>()?;
                found.into_iter().flatten().min_by_key(BTreeSet::len)
            }
            BoundFilter::Or(terms) => {
                let mut all = BTreeSet::new();
                for term in terms {
                    let Some(found) = self.candidates(term)? else { return Ok(None) };
                    all.extend(found);
                }
                Some(all)
            }
            BoundFilter::Compare(comparison) => {
                let found = self.compared(comparison);
                self.spend(found.as_ref().map_or(0, BTreeSet::len).saturating_mul(OF_ONE))?;
                found
            }
            BoundFilter::Element { filter, .. } => {
                self.candidates(filter)?.filter(|_| self.of_members(filter))
            }
            BoundFilter::Nothing => Some(BTreeSet::new()),
            BoundFilter::Not(_) | BoundFilter::Present(_) => None,
        })
    }

    /// Inside brackets only members have an index: other paths there are those of elements.
    fn of_members(&self, filter: &BoundFilter) -> bool {
        self.resource_type.membership().is_some_and(|membership| filter.mentions(membership.name()))
    }

    fn compared(&self, comparison: &Comparison) -> Option<Ids> {
        let path = &comparison.path;
        let key = match &comparison.operand {
            Operand::Exact(text) => text.as_str(),
            Operand::Folded { folded, .. } => folded.as_str(),
            Operand::Identifier { prepared, .. } => prepared.as_str(),
            _ => return None,
        };
        let (attribute, core) = (path.attribute(), path.extension().is_none());
        match (comparison.op, path.sub()) {
            (CompareOp::Eq, None) if core && attribute.name() == "id" => Some(
                self.table
                    .resources()
                    .get_key_value(key)
                    .map(|(id, _)| Arc::clone(id))
                    .into_iter()
                    .collect(),
            ),
            (CompareOp::Eq, Some(sub))
                if sub.name() == "value" && self.resource_type.membership() == Some(attribute) =>
            {
                Some(self.tenancy.memberships.direct_groups(key).cloned().collect())
            }
            (CompareOp::Eq, _) => self.table.with_value(path, key),
            (CompareOp::Sw, _) => {
                let index = self.table.unique_index(path).filter(|index| index.is_folded())?;
                let found = index.starting_with(key).take(MANY + 1);
                let found: BTreeSet<_> = found.cloned().collect();
                (found.len() <= MANY).then_some(found)
            }
            _ => None,
        }
    }
}

/// What a look at all resources, in the order of their ids, has found so far.
struct Gathered<'p> {
    page: &'p Page,
    /// Whether all have to be kept, since they will be sorted.
    keeps_all: bool,
    resources: Vec<Arc<Resource>>,
    total: usize,
    more: bool,
}

impl<'p> Gathered<'p> {
    fn new(page: &'p Page, keeps_all: bool) -> Self {
        Self { page, keeps_all, resources: Vec::new(), total: 0, more: false }
    }

    fn take(&mut self, resource: &Arc<Resource>) {
        self.total += 1;
        let before_page = match self.page {
            Page::Index { start, .. } => self.total < *start,
            Page::Cursor { after, .. } => {
                after.as_ref().is_some_and(|after| resource.id() <= after.id.as_str())
            }
        };
        if self.keeps_all || (!before_page && self.resources.len() < self.page.count()) {
            self.resources.push(Arc::clone(resource));
        } else if !before_page {
            self.more = true;
        }
    }
}
