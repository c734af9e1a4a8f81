//! The tables, and how they came to be.

use crate::database::{Database, DatabaseError, Rows, Transaction};
use scimwire::filter::EvalBudget;
use scimwire::sql::{Dialect, Sql};

/// A migration from one version of the tables to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Migration {
    /// The version of the tables after the migration.
    pub version: u32,
    /// The statements, which also record the version.
    pub sql: &'static str,
}

/// Returns all migrations, oldest first, for applications that apply them with their own tool, each
/// in a transaction.
///
/// ```
/// use scimwire_sqlx::migrations;
/// use scimwire::sql::Dialect;
///
/// for migration in migrations(Dialect::Postgres) {
///     println!("-- version {}\n{}", migration.version, migration.sql);
/// }
/// ```
#[must_use]
pub fn migrations(dialect: Dialect) -> &'static [Migration] {
    match dialect {
        Dialect::Sqlite => &[
            Migration { version: 1, sql: include_str!("migrations/sqlite-1.sql") },
            Migration { version: 2, sql: include_str!("migrations/sqlite-2.sql") },
        ],
        Dialect::Postgres => &[
            Migration { version: 1, sql: include_str!("migrations/postgres-1.sql") },
            Migration { version: 2, sql: include_str!("migrations/postgres-2.sql") },
        ],
    }
}

/// An error when a database is opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// It cannot be reached, or not be read.
    #[error("the database cannot be opened")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Its tables are of a version that this program does not know.
    #[error(
        "the database has schema version {found}, and this program supports versions up to {known}: use a newer program"
    )]
    SchemaTooNew {
        /// The version of the tables.
        found: u32,
        /// The last version that this program knows.
        known: u32,
    },
    /// Its tables are of an older version, and were not to be migrated.
    #[error(
        "the database has schema version {found}, but {known} is required: apply the migrations, or let `open` apply them"
    )]
    SchemaTooOld {
        /// The version of the tables; 0 if there are none.
        found: u32,
        /// The version that this program needs.
        known: u32,
    },
    /// A migration failed; the tables are as they were.
    #[error("the database cannot be migrated to version {version}")]
    Migration {
        /// The version that the tables were to have.
        version: u32,
        /// The error of the database.
        #[source]
        problem: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl From<DatabaseError> for OpenError {
    fn from(err: DatabaseError) -> Self {
        Self::Unavailable(source(err))
    }
}

fn source(err: DatabaseError) -> Box<dyn std::error::Error + Send + Sync> {
    match err {
        DatabaseError::Lost(source)
        | DatabaseError::Late(source)
        | DatabaseError::Unavailable(source)
        | DatabaseError::Failed(source) => source.into(),
        DatabaseError::Crowded => err.into(),
    }
}

pub(super) fn opening(err: sqlx::Error) -> OpenError {
    OpenError::Unavailable(err.into())
}

/// Brings the tables to the version that this program knows, where it may, or sees to it that they
/// are of it.
pub(super) async fn prepare<D: Database>(database: &D, migrate: bool) -> Result<(), OpenError> {
    let known = migrations(D::DIALECT).last().map_or(0, |migration| migration.version);
    let found =
        version(database.read(&exists(D::DIALECT), &EvalBudget::unlimited()).await?, database)
            .await?;
    match (found.cmp(&known), migrate) {
        (std::cmp::Ordering::Equal, _) => Ok(()),
        (std::cmp::Ordering::Greater, _) => Err(OpenError::SchemaTooNew { found, known }),
        (std::cmp::Ordering::Less, false) => Err(OpenError::SchemaTooOld { found, known }),
        (std::cmp::Ordering::Less, true) => apply(database).await,
    }
}

async fn version<D: Database>(
    exists: Vec<super::database::Row>,
    database: &D,
) -> Result<u32, OpenError> {
    if exists.is_empty() {
        return Ok(0);
    }
    let rows = database.read(&recorded(), &EvalBudget::unlimited()).await?;
    Ok(number(rows))
}

async fn apply<D: Database>(database: &D) -> Result<(), OpenError> {
    let mut transaction = database.begin().await?;
    transaction.unhurried().await?;
    if D::DIALECT == Dialect::Postgres {
        // Of several processes that start at once, one migrates.
        transaction
            .rows(&Sql::new("SELECT CAST(pg_advisory_xact_lock(7355608642) AS text)"))
            .await?;
    }
    let exists = !transaction.rows(&exists(D::DIALECT)).await?.is_empty();
    let found = if exists { number(transaction.rows(&recorded()).await?) } else { 0 };
    for migration in migrations(D::DIALECT).iter().filter(|migration| migration.version > found) {
        let failed =
            |err| OpenError::Migration { version: migration.version, problem: source(err) };
        transaction.script(migration.sql).await.map_err(failed)?;
    }
    Ok(transaction.commit().await?)
}

/// A row if there are tables of this crate.
fn exists(dialect: Dialect) -> Sql {
    Sql::new(match dialect {
        Dialect::Sqlite => {
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'scim_schema'"
        }
        // Not `to_regclass`: a connection that found no table before may answer from its cache.
        Dialect::Postgres => {
            "SELECT CAST(tablename AS text) FROM pg_catalog.pg_tables \
             WHERE tablename = 'scim_schema' AND schemaname = ANY (current_schemas(false))"
        }
    })
}

fn recorded() -> Sql {
    Sql::new("SELECT CAST(max(version) AS text) FROM scim_schema")
}

fn number(rows: Vec<super::database::Row>) -> u32 {
    rows.into_iter().next().and_then(|mut row| row.text(0)?.parse().ok()).unwrap_or_default()
}
