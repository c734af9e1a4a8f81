//! The store trait, what it receives and returns, and stores in memory.
#![doc = include_str!("../docs/stores.md")]

mod change;
pub mod complete;
mod error;
mod fresh_id;
mod long_key;
mod memory;
mod nesting;
mod nul_byte;
mod precondition;
mod update;

use std::sync::Arc;

use async_trait::async_trait;

use crate::budget::Budget;
use crate::context::RequestContext;
use crate::filter::BoundFilter;
use crate::query::{IdOrder, Page, Projection, Query, Sort};
use crate::resource::Resource;

pub use change::{Change, MemberChange, Operation};
pub use error::StoreError;
pub use memory::{MemoryDirectory, MemoryStore};
pub use precondition::{EntityTags, Precondition};
pub(crate) use update::too_long;
pub use update::{Update, UpdateHook};

pub use fresh_id::fresh_id;
pub use long_key::refuse_long_key;
pub use memory::CARRIED_MEMBERS;
pub use nesting::groups_above;
pub use nul_byte::no_nul;

/// Where the resources of one type are kept. The host implements it over its own tables, as
/// [`examples/own_tables.rs`](https://docs.rs/crate/scimwire/latest/source/examples/own_tables.rs)
/// does:
///
/// ```text
/// async fn create(&self, resource: Resource, cx: &RequestContext) -> Result<Arc<Resource>, StoreError>;
/// async fn get(&self, id: &str, projection: &Projection, cx: &RequestContext) -> Result<Arc<Resource>, StoreError>;
/// async fn select(&self, selection: Selection<'_>, cx: &RequestContext) -> Result<Selected, StoreError>;
/// async fn update(&self, id: &str, update: &Update, cx: &RequestContext) -> Result<Change, StoreError>;
/// async fn delete(&self, id: &str, expected: &Precondition, cx: &RequestContext) -> Result<Change, StoreError>;
/// fn pushdown(&self, query: &Query) -> Pushdown { Pushdown::Nothing }
/// fn id_order(&self) -> IdOrder { IdOrder::Text }
/// ```
///
/// Every method sees the resources of the tenant in `cx`, and no others. [The module](self) says
/// what each gets and gives back, and how groups are kept. An implementation begins with
/// `#[async_trait]`, of the crate of that name.
#[async_trait]
pub trait ResourceStore: Send + Sync + 'static {
    /// Stores a new resource under an id of the store's choosing, and returns what was stored,
    /// which may be less than what came, with the id. Uniqueness is checked in the same step, so
    /// that of two concurrent calls with the same value one fails.
    ///
    /// What is never returned must not be in it, such as a password: call
    /// [`Resource::forget_secrets`] on what is returned, also where the tables have no column for
    /// it.
    ///
    /// # Errors
    ///
    /// - [`StoreError::Conflict`]: a unique value is taken.
    async fn create(
        &self,
        resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError>;

    /// Reads one, as a resource is: with `meta`, and no null or empty value at any depth. What
    /// `projection` leaves out need not be loaded (a group without its members); of an extension
    /// that has values one has to be, since `schemas` names it.
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

    /// Finds many: honours all that is in `selection`, which holds only what
    /// [`ResourceStore::pushdown`] accepted.
    ///
    /// # Errors
    ///
    /// - the database fails.
    async fn select(
        &self,
        selection: Selection<'_>,
        cx: &RequestContext,
    ) -> Result<Selected, StoreError>;

    /// Runs `update` on the current state, atomically: nobody else writes between the read and the
    /// write. What changes nothing is not written. The state in the [`Change`] is as
    /// [`ResourceStore::create`] returns it: without secrets.
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

    /// Removes one, if the precondition holds.
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

    /// How much of `query` this store answers by itself. The default is [`Pushdown::Nothing`].
    fn pushdown(&self, _query: &Query) -> Pushdown {
        Pushdown::Nothing
    }

    /// In what order its ids come where it pages by itself; the crate then cuts its pages in the
    /// same order. That of their bytes, unless it says otherwise.
    fn id_order(&self) -> IdOrder {
        IdOrder::Text
    }
}

/// How much of a query a store answers by itself. Each level includes the previous one: paging
/// requires an exact filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pushdown {
    /// The store hands over every resource.
    #[default]
    Nothing,
    /// The filter leaves out some that cannot match; the crate checks the rest.
    Narrows,
    /// The filter holds for every resource handed over.
    Filters,
    /// The filter holds, and order and page are as asked.
    Pages,
}

/// A query for a store, all of which has to be honoured.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Selection<'q> {
    /// Which resources, where the store said [`Pushdown::Narrows`] or more.
    pub filter: Option<&'q BoundFilter>,
    /// In what order, where the store said [`Pushdown::Pages`]; the id breaks ties.
    pub sort: Option<&'q Sort>,
    /// Which page, where the store said [`Pushdown::Pages`].
    pub page: Option<&'q Page>,
    /// Which attributes have to be loaded.
    pub projection: &'q Projection,
    /// What the request may still cost. A store that looks at resources itself spends it, for each
    /// value that it looks at; what a database does is bounded by the database, or spent by its
    /// steps where it counts them.
    pub budget: &'q Budget,
    /// How much memory the resources of a page may take, in bytes, as [`Resource::memory`] counts
    /// it; without a page there is no limit. A store that puts a page together ends it before the resource that would be one too
    /// many, and says that there are [more](Selected::more): see [`complete::Room`].
    pub memory: usize,
}

/// The result of a [`Selection`].
#[derive(Clone, Debug, Default)]
pub struct Selected {
    /// The resources.
    pub resources: Vec<Arc<Resource>>,
    /// How many there are on all pages; a store that does not page leaves it out, as one may that
    /// pages by cursor.
    pub total: Option<usize>,
    /// `true` if there are more behind this page.
    pub more: bool,
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<T: ResourceStore + ?Sized> ResourceStore for Arc<T> {
    async fn create(
        &self,
        resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        (**self).create(resource, cx).await
    }

    async fn get(
        &self,
        id: &str,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        (**self).get(id, projection, cx).await
    }

    async fn select(
        &self,
        selection: Selection<'_>,
        cx: &RequestContext,
    ) -> Result<Selected, StoreError> {
        (**self).select(selection, cx).await
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        (**self).update(id, update, cx).await
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        (**self).delete(id, expected, cx).await
    }

    fn pushdown(&self, query: &Query) -> Pushdown {
        (**self).pushdown(query)
    }

    fn id_order(&self) -> IdOrder {
        (**self).id_order()
    }
}
