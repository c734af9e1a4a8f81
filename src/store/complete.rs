//! What a store leaves undone of a query is done here: filter, order, page.

use std::cmp::Ordering;
use std::sync::Arc;

use super::error::StoreError;
use super::{Pushdown, ResourceStore, Selected, Selection};
use crate::auth::RequestContext;
use crate::filter::{BoundFilter, Budget};
use crate::query::{IdOrder, Page, Position, Query, Sort};
use crate::resource::Resource;

/// Answers `query`: asks the store for as much as it can do, and does the rest. `budget` bounds the filter's part of that.
///
/// # Errors
///
/// - the store fails;
/// - the filter would have to look at too many values.
pub async fn select(
    store: &dyn ResourceStore,
    query: &Query,
    budget: Budget,
    cx: &RequestContext,
) -> Result<Selected, StoreError> {
    select_by(store.pushdown(query), store.id_order(), store, query, budget, cx).await
}

/// The same, where it is known how much the store is to do, and in what order ids are to come.
pub(crate) async fn select_by(
    pushdown: Pushdown,
    ids: IdOrder,
    store: &dyn ResourceStore,
    query: &Query,
    budget: Budget,
    cx: &RequestContext,
) -> Result<Selected, StoreError> {
    let filter = query.filter.as_ref();
    let left_to_us = if pushdown < Pushdown::Filters { filter } else { None };
    let sort = if pushdown < Pushdown::Pages { query.sort.as_ref() } else { None };
    let projection = query.projection.clone().needed(left_to_us, sort);
    let selection = Selection {
        filter: filter.filter(|_| pushdown >= Pushdown::Narrows),
        sort: query.sort.as_ref().filter(|_| pushdown == Pushdown::Pages),
        page: Some(&query.page).filter(|_| pushdown == Pushdown::Pages),
        projection: &projection,
    };
    let mut selected = store.select(selection, cx).await?;
    if pushdown == Pushdown::Pages {
        return Ok(selected);
    }
    if let Some(filter) = left_to_us {
        selected.resources = filtered(selected.resources, filter, budget)?;
    }
    Ok(page_in(ids, selected.resources, query.sort.as_ref(), &query.page))
}

/// The resources that satisfy `filter`.
///
/// # Errors
///
/// - the filter would have to look at too many values.
pub fn filtered(
    resources: Vec<Arc<Resource>>,
    filter: &BoundFilter,
    mut budget: Budget,
) -> Result<Vec<Arc<Resource>>, StoreError> {
    let mut kept = Vec::new();
    for resource in resources {
        if filter.matches_within(&resource, &mut budget).map_err(crate::error::Error::from)? {
            kept.push(resource);
        }
    }
    Ok(kept)
}

/// Orders resources, with ids in the order of their bytes, and cuts a page of them.
#[must_use]
pub fn page(resources: Vec<Arc<Resource>>, sort: Option<&Sort>, page: &Page) -> Selected {
    page_in(IdOrder::Text, resources, sort, page)
}

/// The same, with ids in another order.
#[must_use]
pub fn page_in(ids: IdOrder, resources: Vec<Arc<Resource>>, sort: Option<&Sort>, page: &Page) -> Selected {
    let total = resources.len();
    let mut positioned: Vec<(Position, Arc<Resource>)> =
        resources.into_iter().map(|resource| (position(&resource, sort), resource)).collect();
    positioned.sort_unstable_by(|(one, _), (other, _)| ids.compare_positions(sort, one, other));
    let (skipped, count) = match page {
        Page::Index { start, count } => (start.saturating_sub(1).min(total), *count),
        Page::Cursor { after: None, count } => (0, *count),
        Page::Cursor { after: Some(after), count } => (
            positioned.partition_point(|(position, _)| ids.compare_positions(sort, position, after) != Ordering::Greater),
            *count,
        ),
    };
    let more = total - skipped > count;
    let resources = positioned.into_iter().skip(skipped).take(count).map(|(_, resource)| resource).collect();
    Selected { resources, total: Some(total), more }
}

/// Where a resource stands in the order.
#[must_use]
pub fn position(resource: &Resource, sort: Option<&Sort>) -> Position {
    Position { key: sort.and_then(|sort| sort.key(resource)), id: resource.id().to_owned() }
}
