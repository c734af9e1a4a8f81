//! The host's own records in plain tables, on connections of their own: tenants, tokens, secrets,
//! and what it knows of users and groups. Requests to the stores of resources do not keep them
//! waiting.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use scimwire::StoreError;
use scimwire::auth::Tenant;
use scimwire_sqlx::{OpenError, PostgresDirectory, store_error};
use sqlx::any::{AnyArguments, AnyConnectOptions, AnyPoolOptions, AnyRow};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::query::{Query, QueryAs};
use sqlx::{Any, AnyConnection, AnyPool, Executor, FromRow, query_as, query_scalar};
use tracing::warn;

use crate::options::Database;
use crate::stamp::{OwnChanges, Running, SharedReading, Stamp, Waiting};

/// How long a request waits for a connection.
const PATIENCE: Duration = Duration::from_secs(20);

const CONNECTIONS: u32 = 4;

/// The number of attempts to read the stamp, since a failure may be that of one connection.
const ATTEMPTS: usize = 2;

/// The `Retry-After` where the stamp cannot be read.
const RETRY_AFTER: Duration = Duration::from_secs(1);

const RECORDS: &str = include_str!("migrations/1-records.sql");
const FROM_RESOURCES: &str = include_str!("migrations/2-from-resources.sql");
const STAMP_SQLITE: &str = include_str!("migrations/3-stamp-sqlite.sql");
const STAMP_POSTGRES: &str = include_str!("migrations/3-stamp-postgres.sql");

/// What there is of a tenant besides its name.
const OF_TENANT: [&str; 5] =
    ["host_token", "host_account", "host_membership", "oauth_client", "oauth_grant"];

/// The tables, in whatever database.
pub(crate) struct Records {
    pool: AnyPool,
    /// The servers of PostgreSQL, by the connection string.
    servers: Option<String>,
    in_memory: bool,
    changes: OwnChanges,
    readings: Arc<SharedReading>,
}

/// Why there are no tables.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordsError {
    #[error(transparent)]
    Server(#[from] OpenError),
    #[error("the tables of the demo are not accessible: {0}")]
    Connect(#[from] sqlx::Error),
    #[error(
        "the tables of the demo have version {0}, which this program does not support: use a newer program"
    )]
    Newer(i64),
    #[error("the tables of the demo could not be migrated: {0}")]
    Migrate(#[source] MigrateError),
}

impl Records {
    /// Opens the tables, and makes them if there are none. Records that an earlier version has kept
    /// as resources move into them, all at once; so the stores of resources are opened before.
    pub(crate) async fn open(database: &Database) -> Result<Self, RecordsError> {
        sqlx::any::install_default_drivers();
        let pool = AnyPoolOptions::new().acquire_timeout(PATIENCE).after_connect(
            |connection: &mut AnyConnection, _| Box::pin(async move { prepare(connection).await }),
        );
        let (pool, servers) = match database {
            // A database in memory is that of its connection, for as long as that is open.
            Database::Memory => {
                let pool = pool.max_connections(1).idle_timeout(None).max_lifetime(None);
                // A request that ends while its connection is looked at takes it along.
                let pool = pool.test_before_acquire(false);
                // Only other requests are waited for.
                let pool = pool.acquire_timeout(10 * PATIENCE);
                (pool.connect("sqlite::memory:").await?, None)
            }
            Database::Sqlite(path) => {
                let path = path.to_string_lossy();
                let url = format!("sqlite:{}", utf8_percent_encode(&path, NON_ALPHANUMERIC));
                let pool = pool.max_connections(CONNECTIONS).test_before_acquire(false);
                (pool.connect(&url).await?, None)
            }
            Database::Postgres(servers) => {
                let url = PostgresDirectory::find_server(servers).await?;
                let pool = pool.max_connections(CONNECTIONS);
                (pool.connect(&url).await?, Some(servers.clone()))
            }
        };
        let steps = migrations(database).iter().zip(1..).map(|(&sql, version)| {
            Migration::new(version, "records".into(), MigrationType::Simple, sql.into(), false)
        });
        let migrator = Migrator { migrations: steps.collect(), ..Migrator::DEFAULT };
        if servers.is_some() {
            migrator.run(&pool).await?;
        } else {
            // SQLite has no lock by which a process keeps out others that are started at once.
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            migrator.run(&mut *transaction).await?;
            transaction.commit().await?;
        }
        Ok(Self {
            pool,
            servers,
            in_memory: matches!(database, Database::Memory),
            changes: OwnChanges::default(),
            readings: Arc::default(),
        })
    }

    /// Returns `true` if no other process can change them.
    pub(crate) fn are_of_one_process(&self) -> bool {
        self.in_memory
    }

    /// The stamp of tenants and tokens after all changes that were made before this call, by
    /// whichever process.
    pub(crate) async fn stamp(self: &Arc<Self>) -> Result<Stamp, StoreError> {
        if self.in_memory {
            return Ok(self.changes.stamp());
        }
        let mut failures = 0;
        while failures < ATTEMPTS {
            let asked = self.readings.ask();
            if asked.is_first {
                self.read_first().await;
            }
            match asked.outcome.await {
                Ok(Some(stamp)) => return Ok(stamp),
                Ok(None) => failures += 1,
                // The client of the request that read has gone.
                Err(_) => {}
            }
        }
        Err(StoreError::Unavailable { retry_after: RETRY_AFTER })
    }

    /// The stamp that was read last; `None` before the first.
    pub(crate) fn last_stamp(&self) -> Option<Stamp> {
        if self.in_memory { Some(self.changes.stamp()) } else { self.readings.last() }
    }

    /// Reads the stamp for the request that asked first. Where others have come meanwhile, a task
    /// reads for them, so that the first goes on.
    async fn read_first(self: &Arc<Self>) {
        let mut running = self.readings.start();
        if let Some(waiting) = running.next() {
            let found = self.read_stamp().await;
            running.settle(waiting, found);
        }
        if let Some(others) = running.next() {
            let records = Arc::clone(self);
            tokio::spawn(async move { records.read_for(others, running).await });
        }
    }

    /// Reads the stamp for as long as requests wait for it.
    async fn read_for(&self, waiting: Waiting, mut running: Running) {
        let mut next = Some(waiting);
        while let Some(waiting) = next {
            let found = self.read_stamp().await;
            running.settle(waiting, found);
            next = running.next();
        }
    }

    async fn read_stamp(&self) -> Option<Stamp> {
        let digits = match self.one::<(String,)>(query_as("SELECT stamp FROM host_stamp")).await {
            Ok(found) => found.unwrap_or_default().0,
            Err(err) => {
                warn!(error = &err as &dyn Error, "could not ask whether tenants have changed");
                return None;
            }
        };
        let stamp = Stamp::parse(&digits);
        if stamp.is_none() {
            warn!("the table `host_stamp` holds no stamp");
        }
        stamp
    }

    /// Runs a statement, and says how many rows it has changed.
    pub(crate) async fn run<'q>(
        &self,
        statement: Query<'q, Any, AnyArguments<'q>>,
    ) -> Result<u64, StoreError> {
        let _change = self.changes.begin();
        self.run_aside(statement).await
    }

    /// Runs a statement that changes no tenant, and no token but for its last use.
    pub(crate) async fn run_aside<'q>(
        &self,
        statement: Query<'q, Any, AnyArguments<'q>>,
    ) -> Result<u64, StoreError> {
        let mut connection = self.connection().await?;
        let done = statement.execute(&mut *connection).await.map_err(store_error)?;
        Ok(done.rows_affected())
    }

    pub(crate) async fn one<'q, T>(
        &self,
        statement: QueryAs<'q, Any, T, AnyArguments<'q>>,
    ) -> Result<Option<T>, StoreError>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        let mut connection = self.connection().await?;
        statement.fetch_optional(&mut *connection).await.map_err(store_error)
    }

    pub(crate) async fn all<'q, T>(
        &self,
        statement: QueryAs<'q, Any, T, AnyArguments<'q>>,
    ) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        let mut connection = self.connection().await?;
        statement.fetch_all(&mut *connection).await.map_err(store_error)
    }

    /// Deletes what is kept of a tenant, but for its name.
    pub(crate) async fn forget(&self, tenant: &Tenant) -> Result<(), StoreError> {
        for table in OF_TENANT {
            let statement = format!("DELETE FROM {table} WHERE tenant = $1");
            self.run(sqlx::query(&statement).bind(tenant.as_str())).await?;
        }
        Ok(())
    }

    /// A connection. Of several servers another one may have taken over since the last.
    async fn connection(&self) -> Result<PoolConnection<Any>, StoreError> {
        let err = match self.pool.acquire().await {
            Ok(connection) => return Ok(connection),
            Err(err) => err,
        };
        let Some(servers) = &self.servers else { return Err(store_error(err)) };
        let Ok(server) = PostgresDirectory::find_server(servers).await else {
            return Err(store_error(err));
        };
        let server: AnyConnectOptions = server.parse().map_err(store_error)?;
        if server.database_url == self.pool.connect_options().database_url {
            return Err(store_error(err));
        }
        self.pool.set_connect_options(server);
        self.pool.acquire().await.map_err(store_error)
    }
}

/// The steps to the tables as they are now. One that was released is never changed. A database in
/// memory begins empty, and no other process changes it.
fn migrations(database: &Database) -> &'static [&'static str] {
    match database {
        Database::Memory => &[RECORDS],
        Database::Sqlite(_) => &[RECORDS, FROM_RESOURCES, STAMP_SQLITE],
        Database::Postgres(_) => &[RECORDS, FROM_RESOURCES, STAMP_POSTGRES],
    }
}

/// Has a connection to SQLite wait for other processes, and refuses a server that only reads.
async fn prepare(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    if connection.backend_name() == "SQLite" {
        return connection.execute("PRAGMA busy_timeout = 20000").await.map(drop);
    }
    let reads_only: String = query_scalar("SELECT current_setting('transaction_read_only')")
        .fetch_one(connection)
        .await?;
    if reads_only == "on" {
        return Err(sqlx::Error::Configuration("the server only reads".into()));
    }
    Ok(())
}

impl From<MigrateError> for RecordsError {
    fn from(err: MigrateError) -> Self {
        match err {
            MigrateError::VersionMissing(version) => Self::Newer(version),
            err => Self::Migrate(err),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    #[tokio::test]
    async fn requests_that_are_given_up_take_no_records_along() {
        let records = Records::open(&Database::Memory).await.expect("a database in memory");
        let insert = "INSERT INTO host_secret (name, value) VALUES ('key', 'kept')";
        records.run(sqlx::query(insert)).await.expect("the table is there");
        let read = || records.one::<(String,)>(query_as("SELECT value FROM host_secret"));
        for steps in 0..20 {
            let mut given_up = pin!(read());
            for _ in 0..steps {
                if given_up.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        let kept = read().await.expect("the table is there");
        assert_eq!(kept, Some(("kept".to_owned(),)));
    }
}
