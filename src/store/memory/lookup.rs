//! Index lookups under the lock, and evaluation of the rest without it.

use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

use super::directory::Tenancy;
use super::search::OF_ONE;
use super::table::{Table, UniqueIndex};
use crate::filter::{BoundFilter, CompareOp, Comparison, Operand};
use crate::query::{Page, Sort, SortKey, SortOrder};
use crate::resource::Resource;
use crate::schema::{AttributeType, ResourceType};
use crate::store::error::StoreError;
use crate::store::{StorePage, StoreQuery};

/// An index that finds more than this is no shorter way than a look at all.
const MANY: usize = 10_000;

/// The result of an index lookup.
pub(super) enum Found {
    /// All that is asked for.
    Page(StorePage),
    /// Those among which it is, in the order of their ids.
    Among(Vec<Arc<Resource>>),
}

pub(super) fn look_up(
    tenancy: &Tenancy,
    resource_type: &ResourceType,
    selection: &StoreQuery<'_>,
    page: &Page,
) -> Result<Found, StoreError> {
    let Some(table) = tenancy.table(resource_type) else {
        let nothing = StorePage::new(Vec::new()).with_total(0);
        return Ok(Found::Page(nothing));
    };
    let lookup = Lookup { tenancy, resource_type, table, selection };
    let all = || Found::Among(table.resources().values().cloned().collect());
    Ok(match (selection.filter, selection.sort) {
        (None, None) => Found::Page(lookup.page_of_all(page)),
        (None, Some(sort)) => match lookup.index_in_order(sort) {
            Some(index) => Found::Page(lookup.page_of_index(index, sort, page)),
            None => all(),
        },
        (Some(filter), _) => match lookup.candidates(filter)? {
            Some(ids) => Found::Among(ids.iter().filter_map(|id| table.get(id).cloned()).collect()),
            None => all(),
        },
    })
}

/// Which resources an index has found.
type Ids = BTreeSet<Arc<str>>;

struct Lookup<'s> {
    tenancy: &'s Tenancy,
    resource_type: &'s ResourceType,
    table: &'s Table,
    selection: &'s StoreQuery<'s>,
}

impl Lookup<'_> {
    /// Without filter and sort the table is in order already.
    fn page_of_all(&self, page: &Page) -> StorePage {
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
        StorePage { resources, total: Some(total), has_more: more }
    }

    /// The index whose order is that of `sort`: it has every resource, and compares as the sort
    /// does.
    fn index_in_order(&self, sort: &Sort) -> Option<&UniqueIndex> {
        let path = sort.path()?;
        let is_text = matches!(
            path.leaf().attribute_type(),
            AttributeType::String | AttributeType::Reference
        );
        let index = self
            .table
            .unique_index(path)
            .filter(|index| is_text && index.is_folded() && index.is_of_one())?;
        (index.len() == self.table.resources().len()).then_some(index)
    }

    fn page_of_index(&self, index: &UniqueIndex, sort: &Sort, page: &Page) -> StorePage {
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
        StorePage { resources, total: Some(index.len()), has_more: ids.next().is_some() }
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
                let found_ids = found.as_ref().map_or(0, BTreeSet::len);
                self.selection.budget.spend_values(found_ids.saturating_mul(OF_ONE))?;
                found
            }
            BoundFilter::Element { filter, .. } => {
                // Only members have an index here: other paths in brackets are those of elements.
                self.candidates(filter)?.filter(|_| self.mentions_members(filter))
            }
            BoundFilter::Never => Some(BTreeSet::new()),
            BoundFilter::Not(_) | BoundFilter::Present(_) => None,
        })
    }

    fn mentions_members(&self, filter: &BoundFilter) -> bool {
        filter.membership(self.resource_type).members().is_some()
    }

    fn compared(&self, comparison: &Comparison) -> Option<Ids> {
        let path = &comparison.path;
        let key = match &comparison.operand {
            Operand::Exact(text) => text.as_str(),
            Operand::Folded { folded, .. } => folded.as_str(),
            Operand::Identifier { prepared, .. } => prepared.as_str(),
            _ => return None,
        };
        let is_id = path.extension().is_none() && path.attribute().name() == "id";
        match comparison.op {
            CompareOp::Eq if is_id => Some(
                self.table
                    .resources()
                    .get_key_value(key)
                    .map(|(id, _)| Arc::clone(id))
                    .into_iter()
                    .collect(),
            ),
            CompareOp::Eq if self.resource_type.membership().is_member_id(path) => {
                Some(self.tenancy.memberships.direct_groups(key).cloned().collect())
            }
            CompareOp::Eq => self.table.with_value(path, key),
            CompareOp::Sw => {
                let index = self.table.unique_index(path).filter(|index| index.is_folded())?;
                let found = index.starting_with(key).take(MANY + 1);
                let found: BTreeSet<_> = found.cloned().collect();
                (found.len() <= MANY).then_some(found)
            }
            _ => None,
        }
    }
}
