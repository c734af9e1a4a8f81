//! Many resources: lists and searches, of one type or of several (RFC 7644, Sections 3.4.2 and
//! 3.4.3; RFC 9865).

use std::sync::Arc;

use http::{Method, StatusCode};

use super::answer::{Answer, Failure};
use super::cursor::{Cursors, Place};
use super::listing::Listing;
use super::{Endpoint, Exchange};
use crate::error::{Error, ScimType};
use crate::filter::{Binder, BoundFilter, Filter, Unknown};
use crate::message::{ListResponse, SearchRequest};
use crate::query::{IdOrder, Page, Position, Projected, Projection, Query, Sort, SortError};
use crate::quirks::{Deviation, rewrite};
use crate::resource::Resource;
use crate::schema::ResourceType;
use crate::store::{Pushdown, StoreError, complete};

/// A resource that was found, with what it is shown by.
struct Found<'q> {
    position: Position,
    resource: Arc<Resource>,
    resource_type: &'q ResourceType,
    projection: &'q Projection,
}

/// One page of what was found.
struct Results<'q> {
    found: Vec<Found<'q>>,
    total: Option<usize>,
    more: bool,
}

impl Exchange<'_> {
    /// GET of many (Section 3.4.2).
    pub(super) async fn list(mut self, endpoints: &[&Endpoint]) -> Result<Answer, Failure> {
        let request = self.parameters(endpoints)?;
        self.report.deviations.extend(rewrite::query(self.head.uri.query().unwrap_or_default()));
        self.answer_search(endpoints, &request).await
    }

    /// POST to `.search` (Section 3.4.3).
    pub(super) async fn search(mut self, endpoints: &[&Endpoint]) -> Result<Answer, Failure> {
        let request = self.search_request(endpoints)?;
        self.answer_search(endpoints, &request).await
    }

    async fn answer_search(
        &mut self,
        endpoints: &[&Endpoint],
        request: &SearchRequest,
    ) -> Result<Answer, Failure> {
        self.check_accept()?;
        let subject = (
            self.cx.tenant().as_str(),
            self.head.uri.path().trim_end_matches(".search").trim_end_matches('/'),
        );
        let (limits, key) = (&self.provider.limits, &self.provider.cursor_key);
        let cursors = Cursors::new(key, limits, self.provider.clock.now(), subject, request);
        let (page, place) = self.page(request, &cursors)?;
        let mut queries = self.queries(endpoints, request, &page)?;
        let doubt = match place {
            Some(place) => self.resume(&mut queries, place, &cursors).await?,
            None => None,
        };
        let results = self.select(&queries, &page).await?;
        if let (Some(doubt), Some(next)) = (doubt, results.found.first()) {
            doubt.check(&next.position)?;
        }
        let shown = results.found.iter().map(|found| show(found, &self.locations));
        let Listing { text, shown } =
            Listing::of(shown, self.provider.limits.page_bytes).map_err(StoreError::other)?;
        let ended_early = shown < results.found.len();
        if ended_early {
            self.report.deviations.push(Deviation::PageBytes { shown });
        }
        let more = results.more || ended_early;
        let last = shown.checked_sub(1).and_then(|last| results.found.get(last));
        let next_cursor = match (&page, last) {
            (Page::Cursor { .. }, Some(last)) if more => {
                Some(cursors.after(last.position.clone())?)
            }
            _ => None,
        };
        let start_index = match page {
            Page::Index { start, .. } => Some(start),
            Page::Cursor { .. } => None,
        };
        let list = ListResponse {
            total_results: results.total,
            start_index,
            next_cursor,
            resources: vec![(); shown],
        };
        let body = list.around(text).map_err(StoreError::other)?;
        Ok(Answer { body: Some(body), ..Answer::status(StatusCode::OK) })
    }

    /// The page, and the place of the cursor behind which it begins.
    fn page(
        &mut self,
        request: &SearchRequest,
        cursors: &Cursors<'_>,
    ) -> Result<(Page, Option<Place>), Failure> {
        let limits = &self.provider.limits;
        let most = i64::try_from(limits.page_size).unwrap_or(i64::MAX);
        // RFC 7644, Section 3.4.2.4: "A negative value SHALL be interpreted as "0"."
        let count = request.count.map(|count| self.within("count", count, 0, most));
        let count = count.unwrap_or_else(|| limits.default_page_size.min(limits.page_size));
        match (&request.cursor, request.start_index) {
            (Some(_), Some(_)) => Err(Error::typed(
                ScimType::InvalidValue,
                "`cursor` and `startIndex` exclude each other",
            )
            .into()),
            (Some(cursor), None) => {
                Ok((Page::Cursor { after: None, count }, cursors.place(cursor)?))
            }
            // "A value less than 1 SHALL be interpreted as 1."
            (None, start) => {
                let start = self.within("startIndex", start.unwrap_or(1), 1, i64::MAX);
                Ok((Page::Index { start, count }, None))
            }
        }
    }

    /// A parameter, brought within its bounds.
    fn within(&mut self, parameter: &'static str, came: i64, least: i64, most: i64) -> usize {
        let read = came.clamp(least, most);
        if came != read {
            self.report.deviations.push(Deviation::PageBounds { parameter, came, read });
        }
        usize::try_from(read).unwrap_or(usize::MAX)
    }

    fn queries<'e>(
        &mut self,
        endpoints: &[&'e Endpoint],
        request: &SearchRequest,
        page: &Page,
    ) -> Result<Vec<(&'e Endpoint, Query)>, Failure> {
        let filter = match &request.filter {
            Some(text) => Some(self.parse_filter(text)?),
            None => None,
        };
        let several = endpoints.len() > 1;
        let page = if several { page_of_one(page) } else { page.clone() };
        let sorts = self.sorts(endpoints, request)?;
        let mut queries = Vec::with_capacity(endpoints.len());
        for (endpoint, sort) in endpoints.iter().zip(sorts) {
            let resource_type = &endpoint.resource_type;
            let filter = match &filter {
                Some(filter) => Some(self.bind_filter(filter, resource_type, several)?),
                None => None,
            };
            self.refuse_hidden(filter.as_ref(), sort.as_ref(), resource_type)?;
            self.note_left_out(request, resource_type);
            let projection =
                Projection::bind(&request.attributes, &request.excluded_attributes, resource_type)?;
            let projection =
                projection.showing_indirect_groups(self.provider.limits.indirect_groups);
            let projection = projection.hiding(self.hidden_view(resource_type));
            queries.push((*endpoint, Query { filter, sort, page: page.clone(), projection }));
        }
        Ok(queries)
    }

    fn parse_filter(&mut self, text: &str) -> Result<Filter, Failure> {
        let parsed = Filter::parse_noting(text, &self.provider.limits.filter, self.quirks.syntax())
            .map_err(Error::from)?;
        self.report.deviations.extend(parsed.has_tail.then_some(Deviation::FilterTail));
        Ok(parsed.filter)
    }

    fn bind_filter(
        &mut self,
        filter: &Filter,
        resource_type: &ResourceType,
        several: bool,
    ) -> Result<BoundFilter, Failure> {
        let binder = Binder::new(resource_type)
            .unknown(if several { Unknown::NoValue } else { Unknown::Refuse })
            .boolean_strings(self.quirks.boolean_strings)
            // Among several resource types, one that has no such attribute has no value of it.
            .bare_extension_attributes(self.quirks.bare_extension_attributes && !several)
            .left_out_attributes(self.quirks.left_out_attributes)
            .locations(self.locations.clone());
        let bound = binder.bind(filter).map_err(Error::from)?;
        if self.head.method != Method::POST {
            self.refuse_sensitive(&bound)?;
        }
        self.report.deviations.extend(binder.repairs().into_iter().map(Deviation::Value));
        Ok(bound)
    }

    /// Refuses questions about resources of a type that this tenant has not.
    fn refuse_hidden(
        &self,
        filter: Option<&BoundFilter>,
        sort: Option<&Sort>,
        resource_type: &ResourceType,
    ) -> Result<(), Failure> {
        let Some(view) = self.hidden_view(resource_type) else {
            return Ok(());
        };
        let detail = format!("attribute `{}` is not there", view.name());
        if filter.is_some_and(|filter| filter.mentions(view.name())) {
            return Err(Error::typed(ScimType::InvalidFilter, detail).into());
        }
        if sort.and_then(Sort::path).is_some_and(|path| path.attribute() == view) {
            return Err(Error::typed(ScimType::InvalidPath, detail).into());
        }
        Ok(())
    }

    /// RFC 7644, Section 7.5.2: URLs are kept in logs and histories, and what stands in them is
    /// too.
    fn refuse_sensitive(&self, filter: &BoundFilter) -> Result<(), Failure> {
        let mut found = None;
        filter.for_each_path(&mut |path| {
            if self.provider.sensitive.iter().any(|sensitive| sensitive.holds(path)) {
                found = Some(path);
            }
        });
        let Some(path) = found else {
            return Ok(());
        };
        let detail = format!(
            "`{path}` is personal data that does not belong into a URL: send the filter by POST to `.search`"
        );
        Err(Error::typed(ScimType::Sensitive, detail).into())
    }

    /// The order, for each resource type; one that lacks the attribute has no value to sort by.
    fn sorts(
        &self,
        endpoints: &[&Endpoint],
        request: &SearchRequest,
    ) -> Result<Vec<Option<Sort>>, SortError> {
        let Some(by) = request.sort_by.as_deref().filter(|_| self.features.sort) else {
            return Ok(vec![None; endpoints.len()]);
        };
        let order = request.sort_order.as_deref();
        let bind = |endpoint: &&Endpoint| match Sort::bind(by, order, &endpoint.resource_type) {
            Err(SortError::Attribute(_)) if self.quirks.left_out_attributes => {
                Sort::bind_left_out(by, order, &endpoint.resource_type)
            }
            sort => sort,
        };
        let sorts: Vec<Result<Sort, SortError>> = endpoints.iter().map(bind).collect();
        let Some(order) = sorts.iter().flatten().next().map(Sort::order) else {
            return sorts.into_iter().map(|sort| sort.map(Some)).collect();
        };
        Ok(sorts
            .into_iter()
            .map(|sort| Some(sort.unwrap_or_else(|_| Sort::without_values(order))))
            .collect())
    }

    async fn select<'q>(
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
        let mut all = Results { found: Vec::new(), total: Some(0), more: false };
        for (endpoint, query) in queries {
            let results = self.select_one(endpoint, query, ids).await?;
            all.total = all.total.zip(results.total).map(|(one, other)| one + other);
            all.more |= results.more;
            all.found.extend(results.found);
        }
        // A type that lacks the attribute has no keys, so that any sort orders them alike.
        let sort = queries.iter().find_map(|(_, query)| query.sort.as_ref());
        all.found.sort_by(|one, other| ids.compare_positions(sort, &one.position, &other.position));
        let skipped = match page {
            Page::Index { start, .. } => start.saturating_sub(1),
            Page::Cursor { .. } => 0,
        };
        all.more |= all.found.len().saturating_sub(skipped) > page.count();
        all.found = all.found.into_iter().skip(skipped).take(page.count()).collect();
        Ok(all)
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
        self.report.pushdown =
            Some(self.report.pushdown.map_or(pushdown, |least| least.min(pushdown)));
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
            position: complete::position(&resource, query.sort.as_ref()),
            resource: self.with_nearest_groups(&endpoint.resource_type, resource),
            resource_type: &endpoint.resource_type,
            projection: &query.projection,
        });
        Ok(Results { found: found.collect(), total: selected.total, more: selected.more })
    }
}

/// The page to ask of one type out of several: all that may be on the page once the types are
/// merged.
fn page_of_one(page: &Page) -> Page {
    match page {
        Page::Index { start, count } => {
            Page::Index { start: 1, count: start.saturating_sub(1).saturating_add(*count) }
        }
        Page::Cursor { .. } => page.clone(),
    }
}

fn show<'a>(found: &'a Found<'_>, locations: &'a crate::schema::Locations) -> Projected<'a> {
    Projected::new(&found.resource, found.projection, found.resource_type, locations)
}
