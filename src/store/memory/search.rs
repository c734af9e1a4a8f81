//! Queries: by an index where the filter has one to offer, else by looking at all.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use super::directory::Tenancy;
use super::table::Table;
use crate::error::Error;
use crate::filter::{BoundFilter, Budget, CompareOp, Comparison, Operand};
use crate::query::{Page, Projection};
use crate::resource::Resource;
use crate::schema::ResourceType;
use crate::store::complete;
use crate::store::error::StoreError;
use crate::store::{Selected, Selection};

/// How many values a query may look at: more than the largest directory has that fits into memory.
const BUDGET: u64 = 10_000_000_000;

/// An index that finds more than this is no shorter way than a look at all.
const MANY: usize = 10_000;

pub(super) fn select(tenancy: &Tenancy, resource_type: &ResourceType, selection: &Selection<'_>) -> Result<Selected, StoreError> {
    let Some(table) = tenancy.table(resource_type) else {
        return Ok(Selected { resources: Vec::new(), total: Some(0), more: false });
    };
    let search = Search { tenancy, resource_type, table, selection };
    let page = selection.page.cloned().unwrap_or(Page::Index { start: 1, count: usize::MAX });
    let selected = match (selection.filter, selection.sort) {
        (None, None) => search.page_of_all(&page),
        (filter, sort) => {
            let found = match filter.and_then(|filter| search.candidates(filter)) {
                Some(ids) => search.matching(ids.iter().filter_map(|id| table.get(id)))?,
                None => search.matching(table.resources().values())?,
            };
            complete::page(found, sort, &page)
        }
    };
    Ok(search.compose(&selected))
}

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
                (all.values().skip(skipped).take(*count).cloned().collect(), total.saturating_sub(skipped) > *count)
            }
            Page::Cursor { after, count } => {
                let from = after.as_ref().map_or(Bound::Unbounded, |position| Bound::Excluded(position.id.as_str()));
                let mut rest = all.range::<str, _>((from, Bound::Unbounded)).map(|(_, resource)| resource);
                let resources = rest.by_ref().take(*count).cloned().collect();
                (resources, rest.next().is_some())
            }
        };
        Selected { resources, total: Some(total), more }
    }

    fn matching<'r>(&self, resources: impl Iterator<Item = &'r Arc<Resource>>) -> Result<Vec<Arc<Resource>>, StoreError> {
        let Some(filter) = self.selection.filter else {
            return Ok(resources.cloned().collect());
        };
        let mut budget = Budget::new(BUDGET);
        let needed = Projection::default().needed(Some(filter), None);
        let composed = self.mentions_memberships(filter);
        let mut found = Vec::new();
        for resource in resources {
            let matches = if composed {
                let whole = self.tenancy.compose(self.resource_type, resource, &needed);
                filter.matches_within(&whole, &mut budget)
            } else {
                filter.matches_within(resource, &mut budget)
            };
            if matches.map_err(Error::from)? {
                found.push(Arc::clone(resource));
            }
        }
        Ok(found)
    }

    fn compose(&self, selected: &Selected) -> Selected {
        let compose = |resource: &Arc<Resource>| self.tenancy.compose(self.resource_type, resource, self.selection.projection);
        Selected { resources: selected.resources.iter().map(compose).collect(), total: selected.total, more: selected.more }
    }

    fn mentions_memberships(&self, filter: &BoundFilter) -> bool {
        let attributes = [self.resource_type.membership(), self.resource_type.membership_view()];
        attributes.into_iter().flatten().any(|attribute| filter.mentions(attribute.name()))
    }

    /// The ids of all resources that may satisfy the filter, from an index; none where there is no index for it.
    fn candidates(&self, filter: &BoundFilter) -> Option<BTreeSet<Arc<str>>> {
        match filter {
            BoundFilter::And(terms) => terms.iter().filter_map(|term| self.candidates(term)).min_by_key(BTreeSet::len),
            BoundFilter::Or(terms) => {
                let mut all = BTreeSet::new();
                for term in terms {
                    all.append(&mut self.candidates(term)?);
                }
                Some(all)
            }
            BoundFilter::Compare(comparison) => self.compared(comparison),
            BoundFilter::Element { filter, .. } => self.candidates(filter).filter(|_| self.of_members(filter)),
            BoundFilter::Nothing => Some(BTreeSet::new()),
            BoundFilter::Not(_) | BoundFilter::Present(_) => None,
        }
    }

    /// Inside brackets only members have an index: other paths there are those of elements.
    fn of_members(&self, filter: &BoundFilter) -> bool {
        self.resource_type.membership().is_some_and(|membership| filter.mentions(membership.name()))
    }

    fn compared(&self, comparison: &Comparison) -> Option<BTreeSet<Arc<str>>> {
        let path = &comparison.path;
        let key = match &comparison.operand {
            Operand::Exact(text) => text.as_str(),
            Operand::Folded { folded, .. } => folded.as_str(),
            _ => return None,
        };
        let (attribute, core) = (path.attribute(), path.extension().is_none());
        match (comparison.op, path.sub()) {
            (CompareOp::Eq, None) if core && attribute.name() == "id" => {
                Some(self.table.resources().get_key_value(key).map(|(id, _)| Arc::clone(id)).into_iter().collect())
            }
            (CompareOp::Eq, None) if core && attribute.name() == "externalId" => {
                Some(self.table.with_external_id(key).cloned().collect())
            }
            (CompareOp::Eq, Some(sub)) if sub.name() == "value" && self.resource_type.membership() == Some(attribute) => {
                Some(self.tenancy.memberships.direct_groups(key).cloned().collect())
            }
            (CompareOp::Eq, None) => {
                let index = self.table.unique_index(path)?;
                Some(index.find(key).cloned().into_iter().collect())
            }
            (CompareOp::Sw, None) => {
                let found = self.table.unique_index(path)?.starting_with(key).take(MANY + 1);
                let found: BTreeSet<_> = found.cloned().collect();
                (found.len() <= MANY).then_some(found)
            }
            _ => None,
        }
    }
}
