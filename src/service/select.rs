//! Selects the resources of a list from one store, or merges those of several.

use std::cmp::Ordering;
use std::sync::Arc;

use super::outcome::Failure;
use super::{Call, Endpoint};
use crate::query::{IdOrder, Page, Position, ProjectedResource, Projection, Query, Sort};
use crate::resource::Resource;
use crate::schema::{ResourceType, ResourceUrls};
use crate::store::{Pushdown, execute};

/// A resource that was found, with what it is shown by.
pub(super) struct Found<'q> {
    resource: Arc<Resource>,
    /// Its position, if that may depend on hidden groups.
    position: Option<Position>,
    sort: Option<&'q Sort>,
    resource_type: &'q ResourceType,
    projection: &'q Projection,
}

/// One page of what was found.
pub(super) struct Results<'q> {
    pub(super) found: Vec<Found<'q>>,
    pub(super) total: Option<usize>,
    pub(super) more: bool,
}

/// The order in which results of several types are merged.
struct Order {
    sort: Option<Sort>,
    ids: IdOrder,
}

impl Order {
    fn of(queries: &[(&Endpoint, Query)]) -> Self {
        // That of the bytes of ids, unless all stores have another one.
        let mut orders = queries.iter().map(|(endpoint, _)| endpoint.store.id_order());
        let first = orders.next().unwrap_or_default();
        let ids = if orders.all(|order| order == first) { first } else { IdOrder::Text };
        // A type that lacks the attribute has no keys, so that any sort orders them alike.
        let sort = queries.iter().find_map(|(_, query)| query.sort.clone());
        Self { sort, ids }
    }

    fn compare(&self, one: &Position, other: &Position) -> Ordering {
        self.ids.compare_positions(self.sort.as_ref(), one, other)
    }
}

impl Found<'_> {
    /// Returns its position in the order of the page; not used when paging by index.
    pub(super) fn position(&self) -> Position {
        let position = || execute::position(&self.resource, self.sort);
        self.position.clone().unwrap_or_else(position)
    }

    pub(super) fn show<'f>(&'f self, locations: &'f ResourceUrls) -> ProjectedResource<'f> {
        ProjectedResource::new(&self.resource, self.projection, self.resource_type, locations)
    }
}

impl Call<'_> {
    pub(super) async fn select<'q>(
        &mut self,
        queries: &'q [(&'q Endpoint, Query)],
        page: &Page,
    ) -> Result<Results<'q>, Failure> {
        let memory = self.service.limits.max_page_memory;
        if let [(endpoint, query)] = queries {
            return self.select_one(endpoint, query, (endpoint.store.id_order(), memory)).await;
        }
        let (order, memory) = (Order::of(queries), memory / queries.len().max(1));
        let (mut total, mut more, mut found) = (Some(0), false, Vec::new());
        let mut end: Option<Position> = None;
        for (endpoint, query) in queries {
            let results = self.select_one(endpoint, query, (order.ids, memory)).await?;
            total = total.zip(results.total).map(|(one, other): (usize, usize)| one + other);
            // Behind the last of one type, others of it may come before what other types have.
            if let Some(last) = results.found.last().filter(|_| results.more).map(Found::position) {
                let is_before = |end: &Position| order.compare(&last, end).is_lt();
                end = if end.as_ref().is_none_or(is_before) { Some(last) } else { end };
            }
            more |= results.more;
            found.extend(results.found.into_iter().map(|found| (found.position(), found)));
        }
        found.sort_by(|(one, _), (other, _)| order.compare(one, other));
        let known =
            end.map(|end| found.partition_point(|(one, _)| order.compare(one, &end).is_le()));
        let shown = known.unwrap_or(found.len()).min(page.count());
        more |= shown < found.len();
        found.truncate(shown);
        Ok(Results { found: found.into_iter().map(|(_, found)| found).collect(), total, more })
    }

    /// Lets queries of several types begin where, once they are merged, so many have been passed
    /// over. Nothing is read of those but where they stand.
    pub(super) async fn skip(
        &mut self,
        queries: &mut [(&Endpoint, Query)],
        skipped: usize,
    ) -> Result<(), Failure> {
        let order = Order::of(queries);
        let mut positions = Vec::new();
        for (index, (endpoint, query)) in queries.iter().enumerate() {
            let first = self.first_positions(endpoint, query, (order.ids, skipped)).await?;
            positions.extend(first.into_iter().map(|position| (position, index)));
        }
        positions.sort_by(|(one, _), (other, _)| order.compare(one, other));
        positions.truncate(skipped);
        for (index, (_, query)) in queries.iter_mut().enumerate() {
            let before = positions.iter().filter(|(_, of)| *of == index).count();
            query.page = Page::Index { start: before + 1, count: query.page.count() };
        }
        Ok(())
    }

    /// Reads the positions of the first resources, page by page.
    async fn first_positions(
        &mut self,
        endpoint: &Endpoint,
        query: &Query,
        (ids, most): (IdOrder, usize),
    ) -> Result<Vec<Position>, Failure> {
        let projection = Projection::bind(&["id".to_owned()], &[], &endpoint.resource_type)?;
        let mut positions = Vec::new();
        loop {
            let (start, count) = (positions.len() + 1, most - positions.len());
            let page = Page::Index { start, count };
            let query = Query { page, projection: projection.clone(), ..query.clone() };
            let results = self
                .select_one(endpoint, &query, (ids, self.service.limits.max_page_memory))
                .await?;
            positions.extend(results.found.iter().map(Found::position));
            if !results.more || results.found.is_empty() || positions.len() >= most {
                return Ok(positions);
            }
        }
    }

    async fn select_one<'q>(
        &mut self,
        endpoint: &'q Endpoint,
        query: &'q Query,
        (ids, memory): (IdOrder, usize),
    ) -> Result<Results<'q>, Failure> {
        // A store pages in its own order only.
        let most = if endpoint.store.id_order() == ids { Pushdown::Full } else { Pushdown::Filter };
        let pushdown = endpoint.store.pushdown(query).min(most);
        self.pushdown = Some(self.pushdown.map_or(pushdown, |least| least.min(pushdown)));
        let selected = execute::select_by(
            pushdown,
            ids,
            endpoint.store.as_ref(),
            query,
            (&self.budget, memory),
            self.cx,
        )
        .await?;
        let (sort, membership) = (query.sort.as_ref(), endpoint.resource_type.membership());
        let by_groups = sort.and_then(Sort::path).is_some_and(|path| membership.is_groups(path));
        let found = selected.resources.into_iter().map(|resource| Found {
            position: by_groups.then(|| execute::position(&resource, sort)),
            sort,
            resource: self.with_nearest_groups(&endpoint.resource_type, resource),
            resource_type: &endpoint.resource_type,
            projection: &query.projection,
        });
        Ok(Results { found: found.collect(), total: selected.total, more: selected.has_more })
    }
}
