//! Changes in a transaction of the application.

use std::fmt;
use std::sync::Arc;

use super::store::TableStore;
use crate::database::{Database, Failure, Rows};
use scimwire::auth::RequestContext;
use scimwire::query::Projection;
use scimwire::resource::Resource;
use scimwire::store::{Change, Precondition, StoreError, Update};

/// A store whose changes are part of a transaction of the application: see
/// [`TableStore::with_transaction`].
pub struct InTransaction<'t, D> {
    store: TableStore<D>,
    rows: Box<dyn Rows + 't>,
}

#[cfg(feature = "sqlite")]
impl TableStore<crate::Sqlite> {
    /// Runs operations in a transaction of the application, which commits or rolls back.
    ///
    /// Begin it with `BEGIN IMMEDIATE`: a lock that is taken later cannot be waited for. A failed
    /// operation leaves the transaction as it is; roll it back.
    ///
    /// ```
    /// # use scimwire::{Resource, auth::RequestContext, store::StoreError};
    /// # use scimwire_sqlx::{Sqlite, table::TableStore};
    /// # async fn register(users: TableStore<Sqlite>, pool: sqlx::SqlitePool, user: Resource)
    /// #     -> Result<(), Box<dyn std::error::Error>> {
    /// let cx = RequestContext::new("1");
    /// let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    /// let created = users.with_transaction(&mut transaction).create(user, &cx).await?;
    /// sqlx::query("INSERT INTO welcome_mails (account_id) VALUES (?)")
    ///     .bind(created.id())
    ///     .execute(&mut *transaction)
    ///     .await?;
    /// transaction.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_transaction<'t>(
        &self,
        connection: &'t mut sqlx::SqliteConnection,
    ) -> InTransaction<'t, crate::Sqlite> {
        InTransaction { store: self.clone(), rows: Box::new(crate::sqlite::Borrowed(connection)) }
    }
}

#[cfg(feature = "postgres")]
impl TableStore<crate::Postgres> {
    /// Runs operations in a transaction of the application, which commits or rolls back. After a
    /// failed operation, roll it back, or to a savepoint from before.
    #[must_use]
    pub fn with_transaction<'t>(
        &self,
        connection: &'t mut sqlx::PgConnection,
    ) -> InTransaction<'t, crate::Postgres> {
        InTransaction { store: self.clone(), rows: Box::new(crate::postgres::Borrowed(connection)) }
    }
}

impl<D: Database> InTransaction<'_, D> {
    /// Creates a resource, as [`ResourceStore::create`](scimwire::ResourceStore::create) does.
    ///
    /// # Errors
    ///
    /// - as there.
    pub async fn create(
        &mut self,
        resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        let created = self.store.create_on(&mut *self.rows, &resource, cx).await;
        created.map_err(|failure| self.error(failure))
    }

    /// Reads a resource.
    ///
    /// # Errors
    ///
    /// - as [`ResourceStore::get`](scimwire::ResourceStore::get).
    pub async fn get(
        &mut self,
        id: &str,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        let read = self.store.get_on(&mut *self.rows, id, projection, cx).await;
        read.map_err(|failure| self.error(failure))
    }

    /// Changes a resource.
    ///
    /// # Errors
    ///
    /// - as [`ResourceStore::update`](scimwire::ResourceStore::update).
    pub async fn update(
        &mut self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let changed = self.store.update_on(&mut *self.rows, id, update, cx).await;
        changed.map_err(|failure| self.error(failure))
    }

    /// Deletes a resource.
    ///
    /// # Errors
    ///
    /// - as [`ResourceStore::delete`](scimwire::ResourceStore::delete).
    pub async fn delete(
        &mut self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let deleted = self.store.delete_on(&mut *self.rows, id, expected, cx).await;
        deleted.map_err(|failure| self.error(failure))
    }

    fn error(&self, failure: Failure) -> StoreError {
        self.store.layout.refused(failure).into()
    }
}

impl<D: fmt::Debug> fmt::Debug for InTransaction<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InTransaction").field("store", &self.store).finish_non_exhaustive()
    }
}
