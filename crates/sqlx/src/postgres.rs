//! PostgreSQL, alone or as a cluster that speaks like it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions as _, Executor, PgConnection};

use crate::database::{Database, DatabaseError, Row, Rows, Transaction, private};
use crate::directory::SqlDirectory;
use crate::failover::Hosts;
use crate::migration::{OpenError, opening};
use crate::rows::{STATEMENTS, each_row, kept};
use crate::shares::Shares;
use scimwire::filter::EvalBudget;
use scimwire::sql::{Dialect, Sql};

/// A PostgreSQL database, through a pool of connections.
pub struct Postgres {
    pool: PgPool,
    /// The servers to choose from; none for the pool of an application, which chooses by itself.
    hosts: Option<Arc<Hosts>>,
    /// When a connection was last seen to be of no use: those that are older are not used again.
    failed: Arc<Mutex<Option<Instant>>>,
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The options of the pool hold a password.
        f.debug_struct("Postgres").field("connections", &self.pool.size()).finish_non_exhaustive()
    }
}

/// Options for connecting to a PostgreSQL database.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PostgresOptions {
    /// The maximum number of connections of this process. All processes together must stay below
    /// the server's `max_connections`. The default is 10.
    pub max_connections: u32,
    /// The timeout for acquiring a connection, after which the client gets 503 with `Retry-After`.
    /// The default is 5 seconds.
    pub acquire_timeout: Duration,
    /// The timeout of a statement, including waits for locks: PostgreSQL's `statement_timeout`. A
    /// search that exceeds it is rejected with 400 `tooMany`, any other statement with 503. The
    /// default is 5 seconds. With `None`, the setting of the server applies. Migrations have no
    /// timeout.
    pub statement_timeout: Option<Duration>,
    /// The most concurrent statements and transactions of one tenant, so that no tenant takes all
    /// connections; further ones wait. By default half of the connections, and at least one. If
    /// there is one tenant, set it to the number of connections.
    pub max_per_tenant: Option<u32>,
    /// `true` to create the tables and apply migrations. The default is `true`.
    pub migrate: bool,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            max_connections: 10,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Some(Duration::from_secs(5)),
            max_per_tenant: None,
            migrate: true,
        }
    }
}

impl SqlDirectory<Postgres> {
    /// Connects to a database, by a URL such as `postgres://scim@db.example.com/scim`.
    ///
    /// Name several hosts, separated by commas, for failover. The first usable one is used; with
    /// `?target_session_attrs=read-write`, the primary. If the connection is lost, the others are
    /// tried, so that a promoted standby takes over without a restart.
    ///
    /// For TLS, turn on the feature `tls-rustls`, and add `sslmode=verify-full` to the URL; without
    /// the feature, `sslmode=require` and above fail. Root certificates are those of Mozilla, and
    /// those of the file named by `sslrootcert`.
    ///
    /// # Errors
    ///
    /// - the database cannot be reached;
    /// - its tables are of a newer version than this program knows.
    pub async fn connect(url: &str) -> Result<Self, OpenError> {
        Self::connect_with(url, &PostgresOptions::default()).await
    }

    /// Connects with the given options.
    ///
    /// # Errors
    ///
    /// - as [`SqlDirectory::connect`];
    /// - its tables are of an older version, and are not to be migrated.
    pub async fn connect_with(url: &str, options: &PostgresOptions) -> Result<Self, OpenError> {
        let hosts = Arc::new(Hosts::parse(url).map_err(opening)?);
        let connect = hosts.find().await.map_err(opening)?.options.clone();
        let checked = Arc::clone(&hosts);
        let failed: Arc<Mutex<Option<Instant>>> = Arc::default();
        let failure = Arc::clone(&failed);
        let settings = settings(options.statement_timeout);
        let pool = PgPoolOptions::new()
            .max_connections(options.max_connections.max(1))
            .acquire_timeout(options.acquire_timeout)
            // A connection that has died is found out by the first statement on it, which is tried
            // again.
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                let (hosts, settings) = (Arc::clone(&checked), settings.clone());
                Box::pin(async move {
                    hosts.check(connection).await?;
                    connection.execute(settings.as_str()).await.map(drop)
                })
            })
            .before_acquire(move |_, connection| {
                let opened = Instant::now().checked_sub(connection.age);
                let failed = *failure.lock().unwrap_or_else(PoisonError::into_inner);
                Box::pin(async move {
                    Ok(failed.is_none_or(|failed| opened.is_some_and(|opened| opened > failed)))
                })
            })
            .connect_with(cached(connect.clone()))
            .await;
        let pool = match pool {
            Ok(pool) => pool,
            Err(err) => return Err(opening(reason(err, &connect, options.acquire_timeout).await)),
        };
        let per_tenant = options.max_per_tenant.unwrap_or(options.max_connections / 2);
        Self::over(
            Postgres { pool, hosts: Some(hosts), failed },
            Shares::new(per_tenant, options.acquire_timeout),
            options.migrate,
        )
        .await
    }

    /// Finds the server that [`SqlDirectory::connect`] would use, and returns the connection string
    /// that names it alone: for connections of your own beside those of the stores.
    ///
    /// With a single server this is that one, unasked.
    ///
    /// # Errors
    ///
    /// - the connection string cannot be read;
    /// - none of several servers can be used.
    pub async fn find_server(url: &str) -> Result<String, OpenError> {
        let hosts = Hosts::parse(url).map_err(opening)?;
        Ok(hosts.find().await.map_err(opening)?.url.clone())
    }

    /// Uses the pool of an application, so that its tables and these are in one database. Creates
    /// the tables and applies migrations; timeouts of statements and failover are those of the
    /// pool.
    ///
    /// # Errors
    ///
    /// - as [`SqlDirectory::connect`].
    pub async fn from_pool(pool: PgPool) -> Result<Self, OpenError> {
        let (database, shares) = Postgres::over(pool);
        Self::over(database, shares, true).await
    }

    /// Closes all connections, once they have done what they are at; those of an application's pool,
    /// too.
    pub async fn close(&self) {
        self.database.pool.close().await;
    }
}

impl Postgres {
    /// A database over the pool of an application, and the shares of its tenants.
    pub(super) fn over(pool: PgPool) -> (Self, Shares) {
        let options = pool.options();
        let shares =
            Shares::new(options.get_max_connections().div_ceil(2), options.get_acquire_timeout());
        (Self { pool, hosts: None, failed: Arc::default() }, shares)
    }
}

fn cached(options: PgConnectOptions) -> PgConnectOptions {
    options.statement_cache_capacity(STATEMENTS)
}

/// The settings of each connection, as a statement, since poolers reject them as parameters.
///
/// Statements here are short; to compile one takes a hundred times as long as to run it. A database
/// that speaks like PostgreSQL may not know that setting.
fn settings(statement_timeout: Option<Duration>) -> String {
    let compile = "SELECT set_config('jit', 'off', false) FROM pg_settings WHERE name = 'jit'";
    let Some(limit) = statement_timeout else {
        return compile.to_owned();
    };
    // Zero would be no limit.
    let limit = i32::try_from(limit.as_millis()).unwrap_or(i32::MAX).max(1);
    format!("SET statement_timeout = {limit}; {compile}")
}

/// A pool goes on trying until its time is up, and then does not say what was in the way: a single
/// attempt does.
async fn reason(
    err: sqlx::Error,
    connect: &PgConnectOptions,
    acquire_timeout: Duration,
) -> sqlx::Error {
    if !matches!(err, sqlx::Error::PoolTimedOut) {
        return err;
    }
    match tokio::time::timeout(acquire_timeout, connect.connect()).await {
        Ok(Err(reason)) => reason,
        // Now it would work, or nothing answers at all.
        Ok(Ok(_)) | Err(_) => err,
    }
}

impl private::Sealed for Postgres {}

#[async_trait]
impl Database for Postgres {
    const DIALECT: Dialect = Dialect::Postgres;

    type Transaction = PostgresTransaction;

    async fn read_each(
        &self,
        sql: &Sql,
        _: &EvalBudget,
        each: &mut (dyn FnMut(Row) -> bool + Send),
    ) -> Result<(), DatabaseError> {
        let mut is_begun = false;
        let mut first = |row| {
            is_begun = true;
            each(row)
        };
        match each_row(&self.pool, Self::DIALECT, sql, &mut first).await {
            // The server may have been restarted since: a new connection will tell.
            Err(err) if self.is_connection_lost(&err).await && !is_begun => {
                each_row(&self.pool, Self::DIALECT, sql, each).await
            }
            result => result,
        }
    }

    async fn begin(&self) -> Result<PostgresTransaction, DatabaseError> {
        let transaction = match self.pool.begin().await.map_err(DatabaseError::from) {
            Err(err) if self.is_connection_lost(&err).await => {
                self.pool.begin().await.map_err(DatabaseError::from)?
            }
            result => result?,
        };
        Ok(PostgresTransaction { transaction, failed: Arc::clone(&self.failed) })
    }
}

impl Postgres {
    /// Returns `true` if the connection is of no use any more; then those that are as old are none
    /// either. Of several servers another one may have taken over.
    async fn is_connection_lost(&self, err: &DatabaseError) -> bool {
        let lost = note(&self.failed, err);
        let several = self.hosts.as_ref().filter(|hosts| hosts.are_several());
        let Some(hosts) = several.filter(|_| matches!(err, DatabaseError::Unavailable(_))) else {
            return lost;
        };
        let found = hosts.find().await;
        let is_found = found.is_ok();
        if let Ok(server) = found {
            self.pool.set_connect_options(cached(server.options.clone()));
        }
        lost || is_found
    }
}

fn note(failed: &Mutex<Option<Instant>>, err: &DatabaseError) -> bool {
    let lost =
        matches!(err, DatabaseError::Unavailable(sqlx::Error::Io(_) | sqlx::Error::Database(_)));
    if lost {
        *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
    lost
}

#[doc(hidden)]
#[derive(Debug)]
#[allow(unnameable_types, reason = "a detail of `Database`")]
pub struct PostgresTransaction {
    transaction: sqlx::Transaction<'static, sqlx::Postgres>,
    failed: Arc<Mutex<Option<Instant>>>,
}

impl PostgresTransaction {
    fn noted(&self, err: DatabaseError) -> DatabaseError {
        note(&self.failed, &err);
        err
    }
}

#[async_trait]
impl Rows for PostgresTransaction {
    async fn rows(&mut self, sql: &Sql) -> Result<Vec<Row>, DatabaseError> {
        let mut rows = Vec::new();
        let read =
            each_row(&mut *self.transaction, Dialect::Postgres, sql, &mut kept(&mut rows)).await;
        read.map_err(|err| self.noted(err))?;
        Ok(rows)
    }
}

/// A connection of the application, in a transaction of its own.
pub(super) struct Borrowed<'c>(pub(super) &'c mut PgConnection);

#[async_trait]
impl Rows for Borrowed<'_> {
    async fn rows(&mut self, sql: &Sql) -> Result<Vec<Row>, DatabaseError> {
        let mut rows = Vec::new();
        each_row(&mut *self.0, Dialect::Postgres, sql, &mut kept(&mut rows)).await?;
        Ok(rows)
    }
}

#[async_trait]
impl Transaction for PostgresTransaction {
    async fn unhurried(&mut self) -> Result<(), DatabaseError> {
        self.script("SET LOCAL statement_timeout = 0").await
    }

    async fn script(&mut self, sql: &'static str) -> Result<(), DatabaseError> {
        (&mut *self.transaction).execute(sql).await.map(drop).map_err(DatabaseError::from)
    }

    async fn commit(self) -> Result<(), DatabaseError> {
        let failed = self.failed;
        self.transaction.commit().await.map_err(DatabaseError::from).inspect_err(|err| {
            note(&failed, err);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_one_that_the_server_understands() {
        for (limit, expected) in [
            (None, None),
            (Some(Duration::from_secs(5)), Some("SET statement_timeout = 5000; ")),
            (Some(Duration::ZERO), Some("SET statement_timeout = 1; ")),
            (Some(Duration::from_nanos(1)), Some("SET statement_timeout = 1; ")),
            (Some(Duration::MAX), Some("SET statement_timeout = 2147483647; ")),
        ] {
            let settings = settings(limit);
            assert_eq!(
                settings.strip_suffix(&super::settings(None)).filter(|set| !set.is_empty()),
                expected,
                "{limit:?}"
            );
        }
    }
}
