//! What the stores have of a list, of one resource type or merged from several.

use std::sync::Arc;

use super::outcome::Failure;
use super::{Call, Endpoint};
use crate::query::{IdOrder, Page, Position, Projected, Projection, Query, Sort};
use crate::resource::Resource;
use crate::schema::{Locations, ResourceType};
use crate::store::{Pushdown, complete};

/// A resource that was found, with what it is shown by.
pub(super) struct Found<'q> {
    resource: Arc<Resource>,
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

impl Found<'_> {
    /// Where it stands in the order of the page; pages by index never ask.
    pub(super) fn position(&self) -> Position {
        complete::position(&self.resource, self.sort)
    }

    pub(super) fn show<'f>(&'f self, locations: &'f Locations) -> Projected<'f> {
        Projected::new(&self.resource, self.projection, self.resource_type, locations)
    }
}

impl Call<'_> {
    pub(super) async fn select<'q>(
        &mut self,
        queries: &'q [(&'q Endpoint, Query)],
        page: &Page,
    ) -> Result<Results<'q>, Failure> {
        if let [(endpoint, query)] = queries {
            return self.select_one(endpoint, query, endpoint.store.id_order()).await;
        }
        // What is merged is in one order: that of the bytes of ids, unless all stores have another
        // one.
        let mut orders = queries.iter().map(|(endpoint, _)| endpoint.store.id_order());
        let first = orders.next().unwrap_or_default();
        let ids = if orders.all(|order| order == first) { first } else { IdOrder::Text };
        let (mut total, mut more, mut found) = (Some(0), false, Vec::new());
        for (endpoint, query) in queries {
            let results = self.select_one(endpoint, query, ids).await?;
            total = total.zip(results.total).map(|(one, other): (usize, usize)| one + other);
            more |= results.more;
            found.extend(results.found.into_iter().map(|found| (found.position(), found)));
        }
        // A type that lacks the attribute has no keys, so that any sort orders them alike.
        let sort = queries.iter().find_map(|(_, query)| query.sort.as_ref());
        found.sort_by(|(one, _), (other, _)| ids.compare_positions(sort, one, other));
        let skipped = match page {
            Page::Index { start, .. } => start.saturating_sub(1),
            Page::Cursor { .. } => 0,
        };
        more |= found.len().saturating_sub(skipped) > page.count();
        let found = found.into_iter().skip(skipped).take(page.count());
        Ok(Results { found: found.map(|(_, found)| found).collect(), total, more })
    }

    async fn select_one<'q>(
        &mut self,
        endpoint: &'q Endpoint,
        query: &'q Query,
        ids: IdOrder,
    ) -> Result<Results<'q>, Failure> {
        // A store pages in its own order only.
        let most =
            if endpoint.store.id_order() == ids { Pushdown::Pages } else { Pushdown::Filters };
        let pushdown = endpoint.store.pushdown(query).min(most);
        self.pushdown = Some(self.pushdown.map_or(pushdown, |least| least.min(pushdown)));
        let selected = complete::select_by(
            pushdown,
            ids,
            endpoint.store.as_ref(),
            query,
            &self.budget,
            self.cx,
        )
        .await?;
        let found = selected.resources.into_iter().map(|resource| Found {
            sort: query.sort.as_ref(),
            resource: self.with_nearest_groups(&endpoint.resource_type, resource),
            resource_type: &endpoint.resource_type,
            projection: &query.projection,
        });
        Ok(Results { found: found.collect(), total: selected.total, more: selected.more })
    }
}
