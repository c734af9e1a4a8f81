//! The trait of stores of structs.

use std::sync::Arc;

use async_trait::async_trait;

use super::ScimResource;
use super::field::FieldKind;
use crate::context::RequestContext;
use crate::query::{IdOrder, Query};
use crate::store::{Pushdown, StoreError, StoreQuery};

/// Stores the structs of one type, over any database or service. [`TypedResources`] makes a
/// [`ResourceStore`](crate::ResourceStore) of it.
///
/// Every method sees only the structs of the tenant in `cx`. One store may implement the trait for
/// several types. [The guide](crate::guides::typed_stores) has an example.
///
/// ```text
/// async fn insert(&self, row: T, cx: &RequestContext) -> Result<T, StoreError>;
/// async fn get(&self, id: &T::Id, cx: &RequestContext) -> Result<T, StoreError>;
/// async fn find(&self, query: StoreQuery<'_>, cx: &RequestContext) -> Result<TypedPage<T>, StoreError>;
/// async fn save(&self, row: T, expected: &T, cx: &RequestContext) -> Result<T, StoreError>;
/// async fn delete(&self, expected: &T, cx: &RequestContext) -> Result<(), StoreError>;
/// fn pushdown(&self, query: &Query) -> Pushdown { Pushdown::None }
/// ```
///
/// [`TypedResources`]: super::TypedResources
#[async_trait]
pub trait TypedStore<T: ScimResource>: Send + Sync + 'static {
    /// Inserts a new row under an id that the store chooses, and that it never gave before. Returns
    /// what was stored, with the id. Times and version are set.
    ///
    /// # Errors
    ///
    /// - [`StoreError::Conflict`]: a unique value is taken.
    async fn insert(&self, row: T, cx: &RequestContext) -> Result<T, StoreError>;

    /// Reads one row.
    ///
    /// # Errors
    ///
    /// - [`StoreError::NotFound`]: the id does not exist.
    async fn get(&self, id: &T::Id, cx: &RequestContext) -> Result<T, StoreError>;

    /// Finds rows. Apply everything in `query`, which contains only what
    /// [`pushdown`](Self::pushdown) accepted. By default that is nothing: return all rows.
    ///
    /// # Errors
    ///
    /// - the database fails.
    async fn find(
        &self,
        query: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<TypedPage<T>, StoreError>;

    /// Writes a row, if the stored one is still as `expected`, in one statement or transaction:
    /// `UPDATE .. WHERE id = .. AND version = ..`. The version of `row` is another one already.
    /// Returns what was stored.
    ///
    /// # Errors
    ///
    /// - [`StoreError::VersionMismatch`]: the stored row has changed, or was deleted. The caller
    ///   reads it again, applies the change again and retries;
    /// - [`StoreError::Conflict`]: a unique value is taken.
    async fn save(&self, row: T, expected: &T, cx: &RequestContext) -> Result<T, StoreError>;

    /// Deletes a row, if the stored one is still as `expected`.
    ///
    /// # Errors
    ///
    /// - [`StoreError::VersionMismatch`]: the stored row has changed, or was deleted.
    async fn delete(&self, expected: &T, cx: &RequestContext) -> Result<(), StoreError>;

    /// Returns how much of `query` this store answers by itself. The default is
    /// [`Pushdown::None`].
    fn pushdown(&self, _query: &Query) -> Pushdown {
        Pushdown::None
    }

    /// Returns the order of ids in pages of this store: by default that of numbers if the id is an
    /// integer, and otherwise that of bytes.
    fn id_order(&self) -> IdOrder {
        let is_number = |kind: FieldKind| kind == FieldKind::Integer;
        if T::FIELDS.iter().any(|field| field.id && is_number(field.kind)) {
            IdOrder::Numbers
        } else {
            IdOrder::Text
        }
    }
}

/// The result of [`TypedStore::find`].
///
/// ```
/// use scimwire::typed::TypedPage;
///
/// let page = TypedPage::new(vec!["ann", "bob"]).with_total(7).with_more(true);
/// assert_eq!((page.rows.len(), page.total, page.has_more), (2, Some(7), true));
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TypedPage<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The number of matches on all pages. `None` if the store does not page, or pages by cursor
    /// without counting.
    pub total: Option<usize>,
    /// `true` if further rows follow this page.
    pub has_more: bool,
}

impl<T> TypedPage<T> {
    /// Returns rows without a total, and with no further ones. A store that does not page needs no
    /// more than that.
    #[must_use]
    pub fn new(rows: Vec<T>) -> Self {
        Self { rows, total: None, has_more: false }
    }

    /// Sets the number of matches on all pages, or `None` if they were not counted.
    #[must_use]
    pub fn with_total(self, total: impl Into<Option<usize>>) -> Self {
        Self { total: total.into(), ..self }
    }

    /// Says that further rows follow this page.
    #[must_use]
    pub fn with_more(self, has_more: bool) -> Self {
        Self { has_more, ..self }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<T: ScimResource, S: TypedStore<T> + ?Sized> TypedStore<T> for Arc<S> {
    async fn insert(&self, row: T, cx: &RequestContext) -> Result<T, StoreError> {
        (**self).insert(row, cx).await
    }

    async fn get(&self, id: &T::Id, cx: &RequestContext) -> Result<T, StoreError> {
        (**self).get(id, cx).await
    }

    async fn find(
        &self,
        query: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<TypedPage<T>, StoreError> {
        (**self).find(query, cx).await
    }

    async fn save(&self, row: T, expected: &T, cx: &RequestContext) -> Result<T, StoreError> {
        (**self).save(row, expected, cx).await
    }

    async fn delete(&self, expected: &T, cx: &RequestContext) -> Result<(), StoreError> {
        (**self).delete(expected, cx).await
    }

    fn pushdown(&self, query: &Query) -> Pushdown {
        (**self).pushdown(query)
    }

    fn id_order(&self) -> IdOrder {
        (**self).id_order()
    }
}
