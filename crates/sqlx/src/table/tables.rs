//! Tables of one database, and the stores over them.

use std::fmt;
use std::sync::Arc;

use super::build::layouts;
use super::description::SqlTable;
use super::error::{TableError, TableProblem};
use super::layout::Layout;
use super::side::{EXISTING, LOCK, side_tables};
use super::store::TableStore;
use crate::database::{Database, DatabaseError, Rows, Transaction};
use crate::migration::OpenError;
use crate::shares::Shares;
use scimwire::sql::{Dialect, Sql};

/// Your tables in one database: a store for each, over a pool of your application.
///
/// Tables that refer to each other, such as those of users and groups, belong together.
pub struct SqlTables<D> {
    pub(super) inner: Arc<Inner<D>>,
}

/// The parts that all stores share.
pub(super) struct Inner<D> {
    pub(super) database: D,
    pub(super) shares: Shares,
    pub(super) layouts: Vec<Arc<Layout>>,
}

/// A pool of connections of an application: that of sqlx for SQLite or PostgreSQL. The trait is
/// sealed.
pub trait Pool: crate::database::private::Sealed {
    /// The database.
    type Database: Database;

    #[doc(hidden)]
    fn over(self) -> (Self::Database, Connections);
}

/// The share of a tenant in a pool.
#[doc(hidden)]
#[allow(missing_debug_implementations, unnameable_types, reason = "a detail of `Pool`")]
pub struct Connections(Shares);

#[cfg(feature = "sqlite")]
mod sqlite {
    impl crate::database::private::Sealed for sqlx::SqlitePool {}

    impl super::Pool for sqlx::SqlitePool {
        type Database = crate::Sqlite;

        fn over(self) -> (crate::Sqlite, super::Connections) {
            let (database, shares) = crate::Sqlite::over(self);
            (database, super::Connections(shares))
        }
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    impl crate::database::private::Sealed for sqlx::PgPool {}

    impl super::Pool for sqlx::PgPool {
        type Database = crate::Postgres;

        fn over(self) -> (crate::Postgres, super::Connections) {
            let (database, shares) = crate::Postgres::over(self);
            (database, super::Connections(shares))
        }
    }
}

/// An error when tables are opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenTablesError {
    /// The descriptions cannot work.
    #[error(transparent)]
    Tables(#[from] TableError),
    /// The database cannot be reached, or not be read.
    #[error("the database cannot be opened")]
    Database(#[from] OpenError),
}

impl From<DatabaseError> for OpenTablesError {
    fn from(err: DatabaseError) -> Self {
        Self::Database(err.into())
    }
}

impl<D: Database> SqlTables<D> {
    /// Opens tables: works out the descriptions, creates the tables `scim_meta` and `scim_sequence`
    /// if they are needed, and [checks](Self::check) the database.
    ///
    /// # Errors
    ///
    /// - a description cannot work, or does not fit the database;
    /// - the database cannot be reached.
    pub async fn open<P: Pool<Database = D>>(
        pool: P,
        tables: impl IntoIterator<Item = SqlTable>,
    ) -> Result<Self, OpenTablesError> {
        let opened = Self::unchecked(pool, tables)?;
        opened.create_side_tables().await?;
        opened.check().await?;
        Ok(opened)
    }

    /// Works out the descriptions, without a look at the database.
    ///
    /// # Errors
    ///
    /// - a description cannot work.
    pub fn unchecked<P: Pool<Database = D>>(
        pool: P,
        tables: impl IntoIterator<Item = SqlTable>,
    ) -> Result<Self, TableError> {
        let tables: Vec<SqlTable> = tables.into_iter().collect();
        let layouts = layouts(&tables, D::DIALECT)?;
        let (database, Connections(shares)) = pool.over();
        Ok(Self { inner: Arc::new(Inner { database, shares, layouts }) })
    }

    /// Creates `scim_meta` and `scim_sequence`, if a table needs them and they do not exist. For a
    /// migration of your own, see [`side_tables`](Self::side_tables).
    ///
    /// # Errors
    ///
    /// - the database cannot be reached, or the role may not create tables.
    pub async fn create_side_tables(&self) -> Result<(), OpenError> {
        let statements = self.side_tables();
        if statements.is_empty() {
            return Ok(());
        }
        let mut transaction = self.inner.database.begin().await?;
        if D::DIALECT == Dialect::Postgres {
            // Concurrent CREATE TABLE statements fail in spite of IF NOT EXISTS.
            transaction.rows(&Sql::new(LOCK)).await?;
            // A role that may not create tables may not say IF NOT EXISTS either.
            if !transaction.rows(&Sql::new(EXISTING)).await?.is_empty() {
                return Ok(());
            }
        }
        for statement in statements {
            transaction.rows(&Sql::new(statement)).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Returns the statements that create the tables of this crate that yours need: none if
    /// `externalId`, `meta.created` and `meta.lastModified` have columns, groups have a version, and
    /// keys come from the database.
    #[must_use]
    pub fn side_tables(&self) -> Vec<&'static str> {
        let needed = self.inner.layouts.iter().any(|layout| layout.needs_side_tables());
        if needed { side_tables(D::DIALECT).to_vec() } else { Vec::new() }
    }

    /// Returns the store of a resource type, by its name.
    ///
    /// # Errors
    ///
    /// - no table has resources of that type.
    pub fn store(&self, resource_type: &str) -> Result<TableStore<D>, TableError> {
        let found = self.inner.layout(resource_type);
        let store =
            found.map(|layout| TableStore::new(Arc::clone(&self.inner), Arc::clone(layout)));
        store.ok_or_else(|| {
            let message = format!("no table has resources of type `{resource_type}`");
            TableProblem::new("", message, "describe one").into()
        })
    }

    /// Returns the store of users.
    ///
    /// # Errors
    ///
    /// - no table has resources of type `User`.
    pub fn users(&self) -> Result<TableStore<D>, TableError> {
        self.store("User")
    }

    /// Returns the store of groups.
    ///
    /// # Errors
    ///
    /// - no table has resources of type `Group`.
    pub fn groups(&self) -> Result<TableStore<D>, TableError> {
        self.store("Group")
    }
}

impl<D> Inner<D> {
    pub(super) fn layout(&self, resource_type: &str) -> Option<&Arc<Layout>> {
        self.layouts.iter().find(|layout| layout.resource_type.name() == resource_type)
    }

    /// The tables of groups that list resources of a type.
    pub(super) fn groups_of<'i>(
        &'i self,
        member: &'i Layout,
    ) -> impl Iterator<Item = &'i Arc<Layout>> {
        let name = member.resource_type.name();
        self.layouts.iter().filter(move |layout| {
            layout.members.as_ref().is_some_and(|rows| rows.member_type == name)
        })
    }
}

impl<D> Clone for SqlTables<D> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<D: fmt::Debug> fmt::Debug for SqlTables<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables: Vec<&str> = self.inner.layouts.iter().map(|layout| &*layout.table).collect();
        f.debug_struct("SqlTables")
            .field("database", &self.inner.database)
            .field("tables", &tables)
            .finish_non_exhaustive()
    }
}
