//! Queries bound to a resource type: which resources, in what order, which page, which attributes
//! (RFC 7644, Sections 3.4.2 and 3.9; RFC 9865).

mod id_order;
mod next_after;
mod page;
mod project;
mod projection;
mod sort;

use crate::filter::BoundFilter;

pub use id_order::IdOrder;
#[cfg(feature = "sql")]
pub(crate) use id_order::integer;
pub(crate) use next_after::next_after;
pub use page::{Page, Position};
pub use project::ProjectedResource;
pub(crate) use projection::{GROUPS, INDIRECT_GROUPS};
pub use projection::{MaxGroups, Projection, ProjectionError};
pub use sort::{Sort, SortError, SortKey, SortOrder};

/// A query, bound: what a store is asked.
///
/// ```
/// use scimwire::query::{Page, Projection, Query};
///
/// let query = Query::new(Page::Index { start: 1, count: 10 });
/// assert_eq!((query.filter, query.projection), (None, Projection::default()));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Query {
    /// The filter; `None` matches all resources.
    pub filter: Option<BoundFilter>,
    /// The sort; `None` sorts by id alone. The id breaks ties.
    pub sort: Option<Sort>,
    /// The page.
    pub page: Page,
    /// The attributes to return.
    pub projection: Projection,
}

impl Query {
    /// Returns a query for all resources, in the order of ids, with their default attributes.
    #[must_use]
    pub fn new(page: Page) -> Self {
        Self { filter: None, sort: None, page, projection: Projection::default() }
    }

    /// Sets the filter, or removes it with `None`.
    #[must_use]
    pub fn with_filter(self, filter: impl Into<Option<BoundFilter>>) -> Self {
        Self { filter: filter.into(), ..self }
    }

    /// Sets the sort, or removes it with `None`.
    #[must_use]
    pub fn with_sort(self, sort: impl Into<Option<Sort>>) -> Self {
        Self { sort: sort.into(), ..self }
    }

    /// Sets the attributes to return.
    #[must_use]
    pub fn with_projection(self, projection: Projection) -> Self {
        Self { projection, ..self }
    }
}
