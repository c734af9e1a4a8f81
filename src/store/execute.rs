//! Completes a query that a store answers in part: filter, order, page.

use std::cmp::Ordering;
use std::sync::Arc;

use super::error::StoreError;
use super::{Pushdown, ResourceStore, StorePage, StoreQuery};
use crate::budget::{EvalBudget, Purse, of_text, units};
use crate::context::RequestContext;
use crate::filter::BoundFilter;
use crate::query::{IdOrder, Page, Position, Query, Sort, SortKey};
use crate::resource::Resource;
use crate::schema::folding;
use crate::value::Value;

/// Runs `query`: passes as much as possible to the store, and does the rest. `budget` pays for it.
///
/// # Errors
///
/// - the store fails;
/// - the budget is spent.
pub async fn select(
    store: &dyn ResourceStore,
    query: &Query,
    budget: &EvalBudget,
    cx: &RequestContext,
) -> Result<StorePage, StoreError> {
    select_by(store.pushdown(query), store.id_order(), store, query, (budget, usize::MAX), cx).await
}

/// Runs a query with a given pushdown, order of ids and memory for the page.
pub(crate) async fn select_by(
    pushdown: Pushdown,
    ids: IdOrder,
    store: &dyn ResourceStore,
    query: &Query,
    (budget, memory): (&EvalBudget, usize),
    cx: &RequestContext,
) -> Result<StorePage, StoreError> {
    let filter = query.filter.as_ref();
    let left_to_us = if pushdown < Pushdown::Filter { filter } else { None };
    // Also of a page that the store cuts: where the next one begins, and how pages of several types
    // merge, is seen here.
    let projection = query.projection.clone().with_required_by(left_to_us, query.sort.as_ref());
    let selection = StoreQuery {
        filter: filter.filter(|_| pushdown >= Pushdown::Partial),
        sort: query.sort.as_ref().filter(|_| pushdown == Pushdown::Full),
        page: Some(&query.page).filter(|_| pushdown == Pushdown::Full),
        projection: &projection,
        budget,
        // What is no page yet has to be whole.
        memory: if pushdown == Pushdown::Full { memory } else { usize::MAX },
    };
    let mut selected = store.select(selection, cx).await?;
    if pushdown == Pushdown::Full {
        return Ok(selected);
    }
    if let Some(filter) = left_to_us {
        selected.resources = apply_filter(selected.resources, filter, budget)?;
    }
    sort_and_page_within(ids, selected.resources, query.sort.as_ref(), &query.page, budget)
}

/// The remaining memory for the resources of a page.
#[derive(Debug)]
pub struct Room {
    left: usize,
    is_begun: bool,
}

impl Room {
    /// Creates a limit in bytes, such as [`StoreQuery::memory`].
    #[must_use]
    pub fn new(memory: usize) -> Self {
        Self { left: memory, is_begun: false }
    }

    /// Returns `true` if a resource of at least that size may fit, before it is assembled.
    #[must_use]
    pub fn may_take(&self, least: usize) -> bool {
        !self.is_begun || least <= self.left
    }

    /// Returns `true` if the next resource fits. The first one always does, so that paging makes
    /// progress.
    pub fn takes(&mut self, resource: &Resource) -> bool {
        let left = self.left.checked_sub(resource.memory());
        let takes = left.is_some() || !self.is_begun;
        self.left = left.unwrap_or_default();
        self.is_begun = true;
        takes
    }
}

/// Returns the resources that satisfy `filter`.
///
/// # Errors
///
/// - the budget is spent.
pub fn apply_filter(
    resources: Vec<Arc<Resource>>,
    filter: &BoundFilter,
    budget: &EvalBudget,
) -> Result<Vec<Arc<Resource>>, StoreError> {
    let (mut kept, mut purse) = (Vec::new(), Purse::new(budget));
    for resource in resources {
        if filter.matches_paid(&resource, &mut purse)? {
            kept.push(resource);
        }
    }
    purse.charge()?;
    Ok(kept)
}

/// Sorts resources, with ids in the order of their bytes, and cuts a page.
#[must_use]
pub fn sort_and_page(resources: Vec<Arc<Resource>>, sort: Option<&Sort>, page: &Page) -> StorePage {
    sort_and_page_in(IdOrder::Text, resources, sort, page)
}

/// Sorts and cuts a page, with ids in the given order.
#[must_use]
pub fn sort_and_page_in(
    ids: IdOrder,
    resources: Vec<Arc<Resource>>,
    sort: Option<&Sort>,
    page: &Page,
) -> StorePage {
    cut(ids, positioned(resources, sort), sort, page)
}

/// Sorts and cuts a page, with ids in the given order, within a budget.
///
/// # Errors
///
/// - the budget is spent.
pub fn sort_and_page_within(
    ids: IdOrder,
    resources: Vec<Arc<Resource>>,
    sort: Option<&Sort>,
    page: &Page,
    budget: &EvalBudget,
) -> Result<StorePage, StoreError> {
    budget.spend(resources.iter().map(|resource| reading(resource, sort)).sum())?;
    page_of_positioned(ids, positioned(resources, sort), sort, page, budget)
}

/// Sorts and cuts a page of resources whose positions are known.
pub(crate) fn page_of_positioned(
    ids: IdOrder,
    positioned: Vec<(Position, Arc<Resource>)>,
    sort: Option<&Sort>,
    page: &Page,
    budget: &EvalBudget,
) -> Result<StorePage, StoreError> {
    budget.spend(comparing(&positioned))?;
    Ok(cut(ids, positioned, sort, page))
}

/// The cost of inserting a resource into a sorted list, in units of the budget.
const PLACING: u64 = 8;

/// Returns the cost of reading a sort key and placing the resource.
fn reading(resource: &Resource, sort: Option<&Sort>) -> u64 {
    let value = sort.and_then(Sort::path).and_then(|path| resource.value(path));
    PLACING
        + match value {
            Some(Value::Array(elements)) => units(elements.len()),
            Some(Value::String(text)) if text.is_ascii() => of_text(text),
            Some(Value::String(text)) => folding(text),
            _ => 0,
        }
}

/// Returns the cost of sorting, besides reading: long text is compared repeatedly.
fn comparing(positioned: &[(Position, Arc<Resource>)]) -> u64 {
    let rounds = u64::from(positioned.len().max(1).ilog2()) + 1;
    let of_one = |position: &Position| match &position.key {
        Some(SortKey::Text(text)) => of_text(text).saturating_mul(rounds),
        _ => 0,
    };
    positioned.iter().map(|(position, _)| of_one(position)).sum()
}

fn positioned(
    resources: Vec<Arc<Resource>>,
    sort: Option<&Sort>,
) -> Vec<(Position, Arc<Resource>)> {
    resources.into_iter().map(|resource| (position(&resource, sort), resource)).collect()
}

fn cut(
    ids: IdOrder,
    mut positioned: Vec<(Position, Arc<Resource>)>,
    sort: Option<&Sort>,
    page: &Page,
) -> StorePage {
    let total = positioned.len();
    positioned.sort_unstable_by(|(one, _), (other, _)| ids.compare_positions(sort, one, other));
    let (skipped, count) = match page {
        Page::Index { start, count } => (start.saturating_sub(1).min(total), *count),
        Page::Cursor { after: None, count } => (0, *count),
        Page::Cursor { after: Some(after), count } => (
            positioned.partition_point(|(position, _)| {
                ids.compare_positions(sort, position, after) != Ordering::Greater
            }),
            *count,
        ),
    };
    let more = total - skipped > count;
    let resources =
        positioned.into_iter().skip(skipped).take(count).map(|(_, resource)| resource).collect();
    StorePage { resources, total: Some(total), has_more: more }
}

/// Returns the position of a resource in the order.
#[must_use]
pub fn position(resource: &Resource, sort: Option<&Sort>) -> Position {
    Position { key: sort.and_then(|sort| sort.key(resource)), id: resource.id().to_owned() }
}

/// Returns the position, within the budget.
///
/// # Errors
///
/// - the budget is spent.
pub(crate) fn position_within(
    resource: &Resource,
    sort: Option<&Sort>,
    budget: &EvalBudget,
) -> Result<Position, StoreError> {
    budget.spend(reading(resource, sort))?;
    Ok(position(resource, sort))
}
