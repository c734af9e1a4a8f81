//! Lists and searches, of one resource type or of several (RFC 7644, Sections 3.4.2 and 3.4.3; RFC
//! 9865).

use super::cursor::{Cursors, Place};
use super::outcome::Failure;
use super::page::Listing;
use super::rewrite::message;
use super::select::Results;
use super::{Call, Endpoint};
use crate::error::{Error, ScimType};
use crate::filter::{BoundFilter, Filter, FilterBinder, ParseOptions, UnknownAttribute};
use crate::message::{ListResponse, SEARCH_REQUEST, SearchRequest};
use crate::query::{Page, Query, Sort, SortError};
use crate::quirks::Deviation;
use crate::schema::ResourceType;
use crate::store::StoreError;
use crate::value::Object;

/// Lists resources by the parameters in the URL (Section 3.4.2); returns the text of a
/// [`ListResponse`].
pub(crate) async fn list(call: &mut Call<'_>, endpoints: &[&Endpoint]) -> Result<Vec<u8>, Failure> {
    let search = Search::of_parameters(call, endpoints)?;
    search.text(call).await
}

/// Lists resources by the parameters, as [`list`] does, for the application.
pub(super) async fn list_values(
    call: &mut Call<'_>,
    endpoints: &[&Endpoint],
) -> Result<ListResponse<serde_json::Value>, Failure> {
    let search = Search::of_parameters(call, endpoints)?;
    search.values(call).await
}

/// Lists resources by the message in the body of a POST to `.search` (Section 3.4.3).
pub(crate) async fn search(
    call: &mut Call<'_>,
    endpoints: &[&Endpoint],
    mut body: Object,
) -> Result<Vec<u8>, Failure> {
    call.message(&mut body, SEARCH_REQUEST);
    if call.quirks.wrap_single_values {
        message::comma_lists(&mut body, &mut call.deviations);
    }
    if call.quirks.blank_as_absent {
        SearchRequest::without_blank(&mut body, &mut call.deviations);
    }
    let request = call.repaired(SearchRequest::from_object(body)?, endpoints);
    Search::new(call, endpoints, &request)?.text(call).await
}

/// A query that is bound to each resource type it is about.
struct Search<'e, 'c> {
    queries: Vec<(&'e Endpoint, Query)>,
    page: Page,
    place: Option<Place>,
    cursors: Cursors<'c>,
}

impl<'e, 'c> Search<'e, 'c> {
    fn of_parameters(call: &mut Call<'c>, endpoints: &[&'e Endpoint]) -> Result<Self, Failure> {
        let parameters = std::mem::take(&mut call.parameters);
        let request = call.repaired(parameters, endpoints);
        let search = Self::new(call, endpoints, &request)?;
        for filter in search.queries.iter().filter_map(|(_, query)| query.filter.as_ref()) {
            call.refuse_sensitive(filter)?;
        }
        Ok(search)
    }

    fn new(
        call: &mut Call<'c>,
        endpoints: &[&'e Endpoint],
        request: &SearchRequest,
    ) -> Result<Self, Failure> {
        let types: Vec<&str> =
            endpoints.iter().map(|endpoint| endpoint.resource_type.name()).collect();
        let (service, subject) = (call.service, (call.cx.tenant.as_str(), types.as_slice()));
        let (key, now) = (&service.cursor_key, service.clock.now());
        let cursors = Cursors::new(key, &service.limits, now, subject, request);
        let (page, place) = call.page(request, &cursors)?;
        let queries = call.queries(endpoints, request, &page)?;
        Ok(Self { queries, page, place, cursors })
    }

    async fn text(mut self, call: &mut Call<'_>) -> Result<Vec<u8>, Failure> {
        let place = self.place.take();
        let results = call.results(&mut self.queries, &self.page, place, &self.cursors).await?;
        let head = |shown| {
            let message = response(&self.page, &self.cursors, &results, vec![(); shown])?;
            Ok::<_, Failure>(message.head())
        };
        let found = results.found.iter().map(|found| found.show(&call.locations));
        let mut listing =
            Listing::of(head(found.len())?, found, call.service.limits.max_page_bytes);
        let shown = listing.shown();
        let is_short = shown < self.page.count() && results.more;
        if shown < results.found.len() {
            listing.set_head(head(shown)?);
        }
        if is_short || shown < results.found.len() {
            call.deviations.push(Deviation::PageBytes { shown });
        }
        Ok(listing.into_text())
    }

    async fn values(
        mut self,
        call: &mut Call<'_>,
    ) -> Result<ListResponse<serde_json::Value>, Failure> {
        let place = self.place.take();
        let results = call.results(&mut self.queries, &self.page, place, &self.cursors).await?;
        let shown =
            results.found.iter().map(|found| serde_json::to_value(found.show(&call.locations)));
        let shown = shown.collect::<Result<Vec<_>, _>>().map_err(StoreError::other)?;
        response(&self.page, &self.cursors, &results, shown)
    }
}

/// The page that shows the first of the results.
fn response<T>(
    page: &Page,
    cursors: &Cursors<'_>,
    results: &Results<'_>,
    resources: Vec<T>,
) -> Result<ListResponse<T>, Failure> {
    let more = results.more || resources.len() < results.found.len();
    let last = resources.len().checked_sub(1).and_then(|last| results.found.get(last));
    let (start_index, next_cursor) = match (page, last) {
        (Page::Index { start, .. }, _) => (Some(*start), None),
        (Page::Cursor { .. }, Some(last)) if more => (None, Some(cursors.after(last.position())?)),
        (Page::Cursor { .. }, _) => (None, None),
    };
    Ok(ListResponse { total_results: results.total, start_index, next_cursor, resources })
}

impl Call<'_> {
    async fn results<'q>(
        &mut self,
        queries: &'q mut [(&Endpoint, Query)],
        page: &Page,
        place: Option<Place>,
        cursors: &Cursors<'_>,
    ) -> Result<Results<'q>, Failure> {
        let doubt = match place {
            Some(place) => self.resume(queries, place, cursors).await?,
            None => None,
        };
        if let (Page::Index { start: start @ 2.., count: 1.. }, [_, _, ..]) = (page, &*queries) {
            self.skip(queries, start - 1).await?;
        }
        let results = self.select(queries, page).await?;
        if let (Some(doubt), Some(next)) = (doubt, results.found.first()) {
            doubt.check(&next.position())?;
        }
        Ok(results)
    }

    /// The page, and the place of the cursor behind which it begins.
    fn page(
        &mut self,
        request: &SearchRequest,
        cursors: &Cursors<'_>,
    ) -> Result<(Page, Option<Place>), Failure> {
        let limits = &self.service.limits;
        let most = i64::try_from(limits.max_page_size).unwrap_or(i64::MAX);
        // RFC 7644, Section 3.4.2.4: "A negative value SHALL be interpreted as "0"."
        let count = request.count.map(|count| self.within("count", count, 0, most));
        let count = count.unwrap_or_else(|| limits.default_page_size.min(limits.max_page_size));
        match (&request.cursor, request.start_index) {
            (Some(_), Some(_)) => Err(Error::scim(
                ScimType::InvalidValue,
                "`cursor` and `startIndex` are mutually exclusive: send only one of them",
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
            self.deviations.push(Deviation::PageBounds {
                parameter,
                received: came,
                interpreted_as: read,
            });
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
        let sorts = self.sorts(endpoints, request)?;
        let mut queries = Vec::with_capacity(endpoints.len());
        for (endpoint, sort) in endpoints.iter().zip(sorts) {
            let resource_type = &endpoint.resource_type;
            let filter = match &filter {
                Some(filter) => Some(self.bind_filter(filter, resource_type, several)?),
                None => None,
            };
            self.refuse_hidden(filter.as_ref(), sort.as_ref(), resource_type)?;
            let projection = self.projection_of(request, resource_type)?;
            queries.push((*endpoint, Query { filter, sort, page: page.clone(), projection }));
        }
        Ok(queries)
    }

    fn parse_filter(&mut self, text: &str) -> Result<Filter, Failure> {
        let options = ParseOptions::default()
            .with_limits(self.service.limits.filter)
            .with_quirks(self.quirks);
        let filter = Filter::parse_with(text, &options, &mut self.deviations);
        Ok(filter.map_err(Error::from)?)
    }

    fn bind_filter(
        &mut self,
        filter: &Filter,
        resource_type: &ResourceType,
        several: bool,
    ) -> Result<BoundFilter, Failure> {
        let mut quirks = self.quirks;
        // Among several resource types, one that has no such attribute has no value of it.
        quirks.unqualified_extension_attributes &= !several;
        let bound = FilterBinder::new(resource_type)
            .with_unknown(if several {
                UnknownAttribute::NoValue
            } else {
                UnknownAttribute::Reject
            })
            .with_quirks(quirks)
            .with_urls(self.locations.clone())
            .bind_with(filter, &mut self.deviations);
        Ok(bound.map_err(Error::from)?)
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
        let detail = format!("attribute `{}` is not defined for this resource type", view.name());
        if filter.is_some_and(|filter| filter.mentions(view.name())) {
            return Err(Error::scim(ScimType::InvalidFilter, detail).into());
        }
        if sort.and_then(Sort::path).is_some_and(|path| path.attribute() == view) {
            return Err(Error::scim(ScimType::InvalidPath, detail).into());
        }
        Ok(())
    }

    /// RFC 7644, Section 7.5.2: URLs are kept in logs and histories, and their content is
    /// too.
    fn refuse_sensitive(&self, filter: &BoundFilter) -> Result<(), Failure> {
        let mut found = None;
        filter.for_each_path(&mut |path| {
            if self.service.sensitive.iter().any(|sensitive| sensitive.holds(path)) {
                found = Some(path);
            }
        });
        let Some(path) = found else {
            return Ok(());
        };
        let detail = format!(
            "`{path}` is personal data that must not appear in a URL: send the filter in a POST to `.search`"
        );
        Err(Error::scim(ScimType::Sensitive, detail).into())
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
            .map(|sort| Some(sort.unwrap_or_else(|_| Sort::unassigned(order))))
            .collect())
    }
}
