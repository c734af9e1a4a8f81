//! PostgreSQL, alone or as a cluster that speaks like it.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::{Arguments, Executor, Row as _};

use super::directory::Directory;
use super::engine::{DatabaseError, Engine, Row, Transaction, private};
use super::migration::{Migrate, OpenError};
use crate::sql::{Dialect, Parameter, Sql};

/// A PostgreSQL database, through a pool of connections.
#[derive(Debug)]
pub struct Postgres {
    pool: PgPool,
}

/// How to connect to a PostgreSQL database.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PostgresOptions {
    /// The most connections of this process; all processes together need fewer than the server's `max_connections`. The
    /// default is 10.
    pub connections: u32,
    /// How long a request waits for a connection before it is told to come back later. The default is 5 seconds.
    pub patience: Duration,
    /// Whether the tables are made, and brought to the version of this program. The default is true.
    pub migrate: bool,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self { connections: 10, patience: Duration::from_secs(5), migrate: true }
    }
}

impl Directory<Postgres> {
    /// Connects to a database, by a URL such as `postgres://scim@db.example.com/scim`.
    ///
    /// A host that needs TLS switches on a `tls-` feature of `sqlx`, of the version that this crate uses.
    ///
    /// # Errors
    ///
    /// - the database cannot be reached;
    /// - its tables are of a newer version than this program knows.
    pub async fn connect(url: &str) -> Result<Self, OpenError> {
        Self::connect_with(url, &PostgresOptions::default()).await
    }

    /// The same, in a way of the host's choice.
    ///
    /// # Errors
    ///
    /// - as [`Directory::connect`];
    /// - its tables are of an older version, and are not to be migrated.
    pub async fn connect_with(url: &str, options: &PostgresOptions) -> Result<Self, OpenError> {
        let connect: PgConnectOptions = url.parse().map_err(opening)?;
        let pool = PgPoolOptions::new()
            .max_connections(options.connections.max(1))
            .acquire_timeout(options.patience)
            // A connection that has died is found out by the first statement on it, which is tried again.
            .test_before_acquire(false)
            .connect_with(connect.statement_cache_capacity(STATEMENTS))
            .await
            .map_err(opening)?;
        let migrate = if options.migrate { Migrate::Apply } else { Migrate::Check };
        Self::over(Postgres { pool }, migrate).await
    }

    /// Closes all connections, once they have done what they are at.
    pub async fn close(&self) {
        self.engine.pool.close().await;
    }
}

/// How many statements each connection keeps prepared.
const STATEMENTS: usize = 200;

fn opening(err: sqlx::Error) -> OpenError {
    OpenError::Unavailable(err.into())
}

impl private::Sealed for Postgres {}

#[async_trait]
impl Engine for Postgres {
    const DIALECT: Dialect = Dialect::Postgres;

    type Transaction = PostgresTransaction;

    async fn read(&self, sql: &Sql) -> Result<Vec<Row>, DatabaseError> {
        let mut left = self.pool.size();
        loop {
            match rows(&self.pool, sql).await {
                // It read nothing yet: another connection may be alive.
                Err(DatabaseError::Unavailable(sqlx::Error::Io(_) | sqlx::Error::Database(_))) if left > 0 => left -= 1,
                result => return result,
            }
        }
    }

    async fn begin(&self) -> Result<PostgresTransaction, DatabaseError> {
        let mut left = self.pool.size();
        loop {
            match self.pool.begin().await.map_err(sorted) {
                Ok(transaction) => return Ok(PostgresTransaction(transaction)),
                // It did nothing yet: another connection may be alive.
                Err(DatabaseError::Unavailable(sqlx::Error::Io(_) | sqlx::Error::Database(_))) if left > 0 => left -= 1,
                Err(err) => return Err(err),
            }
        }
    }
}

#[doc(hidden)]
#[derive(Debug)]
#[allow(unnameable_types, reason = "a detail of `Engine`")]
pub struct PostgresTransaction(sqlx::Transaction<'static, sqlx::Postgres>);

#[async_trait]
impl Transaction for PostgresTransaction {
    async fn rows(&mut self, sql: &Sql) -> Result<Vec<Row>, DatabaseError> {
        rows(&mut *self.0, sql).await
    }

    async fn script(&mut self, sql: &'static str) -> Result<(), DatabaseError> {
        (&mut *self.0).execute(sql).await.map(drop).map_err(sorted)
    }

    async fn commit(self) -> Result<(), DatabaseError> {
        self.0.commit().await.map_err(sorted)
    }
}

async fn rows<'c>(executor: impl Executor<'c, Database = sqlx::Postgres>, sql: &Sql) -> Result<Vec<Row>, DatabaseError> {
    let text = sql.render(Dialect::Postgres, 1);
    let mut arguments = PgArguments::default();
    for parameter in sql.parameters() {
        let added = match parameter {
            Parameter::Text(text) => arguments.add(text),
            Parameter::OptionalText(text) => arguments.add(text),
            Parameter::Integer(number) => arguments.add(number),
            Parameter::Real(number) => arguments.add(number),
            Parameter::Boolean(value) => arguments.add(value),
            Parameter::Bytes(bytes) => arguments.add(bytes),
        };
        added.map_err(|err| DatabaseError::Failed(sqlx::Error::Encode(err)))?;
    }
    let found = sqlx::query_with(&text, arguments).fetch_all(executor).await.map_err(sorted)?;
    found.iter().map(row).collect()
}

fn row(row: &PgRow) -> Result<Row, DatabaseError> {
    let columns = (0..row.len()).map(|column| row.try_get_unchecked(column));
    columns.collect::<Result<_, _>>().map(Row).map_err(DatabaseError::Failed)
}

/// What kind of failure it is, by its SQLSTATE.
fn sorted(err: sqlx::Error) -> DatabaseError {
    let code = err.as_database_error().and_then(|err| err.code()).map(|code| code.into_owned());
    match (code.as_deref(), &err) {
        // Serialisation failure, deadlock, lock not available.
        (Some("40001" | "40P01" | "55P03"), _) => DatabaseError::Lost(err),
        // Too many connections; the server shuts down, or starts; it reads only, since another one has taken over.
        (Some("53300" | "57P01" | "57P02" | "57P03" | "25006"), _) => DatabaseError::Unavailable(err),
        (Some(code), _) if code.starts_with("08") => DatabaseError::Unavailable(err),
        (None, sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::Tls(_)) => DatabaseError::Unavailable(err),
        _ => DatabaseError::Failed(err),
    }
}
