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
#[derive(Clone, Debug, PartialEq)]
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
