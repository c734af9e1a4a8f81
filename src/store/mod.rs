//! The store trait, what it receives and returns, and stores in memory.
#![doc = include_str!("../docs/stores.md")]

mod change;
mod error;
pub mod execute;
mod fresh_id;
mod long_key;
mod memory;
mod nesting;
mod nul_byte;
mod pointer;
mod precondition;
mod update;

use std::sync::Arc;

use async_trait::async_trait;

use crate::budget::EvalBudget;
use crate::context::RequestContext;
use crate::filter::BoundFilter;
use crate::query::{IdOrder, Page, Projection, Query, Sort};
use crate::resource::Resource;
use crate::schema::ResourceType;

pub use change::{Change, ChangeKind, MemberChange};
pub use error::StoreError;
pub use memory::{MemoryDirectory, MemoryStore};
pub use precondition::{EntityTags, Precondition};
pub use update::Update;
pub(crate) use update::too_long;

pub use fresh_id::fresh_id;
pub use long_key::reject_long_key;
pub use memory::CARRIED_MEMBERS;
pub use nesting::groups_above;
pub use nul_byte::reject_nul;

/// Stores the resources of one type. Implement it over your own tables, as
/// [`examples/own_store.rs`](https://docs.rs/crate/scimwire/latest/source/examples/own_store.rs)
/// does:
///
/// ```text
/// async fn create(&self, resource: Resource, cx: &RequestContext) -> Result<Arc<Resource>, StoreError>;
/// async fn get(&self, id: &str, projection: &Projection, cx: &RequestContext) -> Result<Arc<Resource>, StoreError>;
/// async fn select(&self, selection: StoreQuery<'_>, cx: &RequestContext) -> Result<StorePage, StoreError>;
/// async fn update(&self, id: &str, update: &Update, cx: &RequestContext) -> Result<Change, StoreError>;
/// async fn delete(&self, id: &str, expected: &Precondition, cx: &RequestContext) -> Result<Change, StoreError>;
/// fn pushdown(&self, query: &Query) -> Pushdown { Pushdown::None }
/// fn id_order(&self) -> IdOrder { IdOrder::Text }
/// ```
///
/// Every method sees only the resources of the tenant in `cx`. [The module](self) describes what
/// each receives and returns, and how groups are stored. An implementation begins with
/// `#[async_trait]`, of the crate of that name.
#[doc(alias = "own_tables")]
#[doc(alias = "database")]
#[doc(alias = "backend")]
#[async_trait]
pub trait ResourceStore: Send + Sync + 'static {
    /// Returns the type of the resources.
    fn resource_type(&self) -> &Arc<ResourceType>;

    /// Stores a new resource under an id that the store chooses, and returns what was stored, with
    /// the id. Uniqueness is checked atomically: of two concurrent calls with the same value, one
    /// fails.
    ///
    /// The returned resource must not contain values that are never returned, such as a password.
    /// Call [`Resource::redact`] on it, even without a column for them.
    ///
    /// # Errors
    ///
    /// - [`StoreError::Conflict`]: a unique value is taken.
    async fn create(
        &self,
        resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError>;

    /// Reads one resource, with `meta`, and without null or empty values at any depth. Attributes
    /// outside `projection` need not be loaded, such as the members of a group. Of each extension
    /// with values, load at least one, since `schemas` names it.
    ///
    /// # Errors
    ///
    /// - [`StoreError::NotFound`]: there is none of that id.
    async fn get(
        &self,
        id: &str,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError>;

    /// Finds resources. Honour everything in `selection`, which contains only what
    /// [`ResourceStore::pushdown`] accepted.
    ///
    /// # Errors
    ///
    /// - the database fails.
    async fn select(
        &self,
        selection: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError>;

    /// Applies `update` to the current state, atomically: nobody else writes between the read and
    /// the write. An update that changes nothing is not written. Like [`ResourceStore::create`],
    /// return states without secrets.
    ///
    /// # Errors
    ///
    /// - [`StoreError::NotFound`]: there is none of that id;
    /// - [`StoreError::Conflict`]: a unique value is taken;
    /// - what [`Update::apply`] fails with; then nothing is written.
    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError>;

    /// Deletes one resource, if the precondition holds.
    ///
    /// # Errors
    ///
    /// - [`StoreError::NotFound`]: there is none of that id;
    /// - [`StoreError::VersionMismatch`]: it is of another version than expected.
    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError>;

    /// Returns how much of `query` this store answers by itself. The default is
    /// [`Pushdown::None`].
    fn pushdown(&self, _query: &Query) -> Pushdown {
        Pushdown::None
    }

    /// Returns the order of ids in pages of this store. The crate cuts its own pages in the same
    /// order. By default the order of bytes.
    fn id_order(&self) -> IdOrder {
        IdOrder::Text
    }
}

/// The part of a query that a store answers by itself. Each level includes the previous one: paging
/// requires an exact filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Pushdown {
    /// The store returns every resource.
    #[default]
    None,
    /// The store returns a superset of the matches; the crate filters again.
    Partial,
    /// The store returns exactly the matches.
    Filter,
    /// The store returns one sorted page.
    Full,
}

/// A query for a store, all of which has to be honoured.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct StoreQuery<'q> {
    /// The filter, if the store said [`Pushdown::Partial`] or more.
    pub filter: Option<&'q BoundFilter>,
    /// The sort, if the store said [`Pushdown::Full`]; the id breaks ties.
    pub sort: Option<&'q Sort>,
    /// The page, if the store said [`Pushdown::Full`].
    pub page: Option<&'q Page>,
    /// The attributes to load.
    pub projection: &'q Projection,
    /// The evaluation budget of the request. A store that evaluates resources itself spends a unit
    /// for each value. Limit the work of a database there, or spend its steps if it counts them.
    pub budget: &'q EvalBudget,
    /// The maximum memory of the resources of a page, in bytes, as [`Resource::memory`] counts it.
    /// Without a page there is no limit. A store that assembles a page ends it before the resource
    /// that would exceed the limit, and says that there are [more](StorePage::has_more): see
    /// [`execute::Room`].
    pub memory: usize,
}

/// The result of a [`StoreQuery`].
///
/// ```
/// use scimwire::store::StorePage;
///
/// let page = StorePage::new(Vec::new()).with_total(0).with_more(false);
/// assert_eq!(page.total, Some(0));
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct StorePage {
    /// The resources.
    pub resources: Vec<Arc<Resource>>,
    /// The number of matches on all pages. `None` if the store does not page, or pages by cursor
    /// without counting.
    pub total: Option<usize>,
    /// `true` if further resources follow this page.
    pub has_more: bool,
}

impl StorePage {
    /// Returns resources without a total, and with no further ones. A store that does not page
    /// needs no more than that.
    #[must_use]
    pub fn new(resources: Vec<Arc<Resource>>) -> Self {
        Self { resources, total: None, has_more: false }
    }

    /// Sets the number of matches on all pages, or `None` if they were not counted.
    #[must_use]
    pub fn with_total(self, total: impl Into<Option<usize>>) -> Self {
        Self { total: total.into(), ..self }
    }

    /// Says that further resources follow this page.
    #[must_use]
    pub fn with_more(self, has_more: bool) -> Self {
        Self { has_more, ..self }
    }
}
