//! SQLite: one file, no server.

use std::fmt;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use sqlx::pool::PoolConnectionMetadata;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
    SqliteTransactionManager,
};
use sqlx::{Executor, SqliteConnection, TransactionManager as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::database::{Database, DatabaseError, Row, Rows, Transaction, private};
use crate::directory::SqlDirectory;
use crate::error::Trouble;
use crate::lines::{Line, Readers, keeping_to};
use crate::migration::{OpenError, opening};
use crate::pace::Pace;
use crate::rows::{STATEMENTS, each_row, kept};
use crate::shares::Shares;
use scimwire::filter::EvalBudget;
use scimwire::sql::{Dialect, Sql};

/// A SQLite file, with one connection that writes and several that read, or with the connections of
/// an application's pool.
pub struct Sqlite {
    connections: Connections,
    statement_timeout: Option<Duration>,
}

enum Connections {
    Own { writer: Line, readers: Readers },
    Pool { pool: SqlitePool, writing: Arc<Semaphore>, acquire_timeout: Duration },
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Sqlite");
        match &self.connections {
            Connections::Own { readers, .. } => shown.field("readers", &readers.connected()),
            Connections::Pool { pool, .. } => shown.field("connections", &pool.size()),
        };
        shown.finish_non_exhaustive()
    }
}

/// Options for opening a SQLite file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SqliteOptions {
    /// The number of connections for reading. The default is 4.
    pub max_readers: u32,
    /// The timeout for acquiring a connection, and for another process to finish writing. After it
    /// the client gets 503 with `Retry-After`. The default is 5 seconds.
    pub acquire_timeout: Duration,
    /// The timeout of a statement. A search that exceeds it is rejected with 400 `tooMany`, any
    /// other statement with 503. The default is 5 seconds; `None` means no timeout. Migrations have
    /// no timeout.
    pub statement_timeout: Option<Duration>,
    /// The most concurrent statements and transactions of one tenant, so that no tenant takes all
    /// connections; further ones wait. By default one fewer than the readers, and at least one. If
    /// there is one tenant, set it to the number of readers.
    pub max_per_tenant: Option<u32>,
    /// `true` to create the tables and apply migrations. The default is `true`.
    pub migrate: bool,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            max_readers: 4,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Some(Duration::from_secs(5)),
            max_per_tenant: None,
            migrate: true,
        }
    }
}

impl SqlDirectory<Sqlite> {
    /// Opens a file, and creates it if it does not exist.
    ///
    /// # Errors
    ///
    /// - the file cannot be opened, or is no SQLite database;
    /// - its tables are of a newer version than this program knows.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_with(path, &SqliteOptions::default()).await
    }

    /// Opens a database with the given options.
    ///
    /// # Errors
    ///
    /// - as [`SqlDirectory::open`];
    /// - its tables are of an older version, and are not to be migrated.
    pub async fn open_with(
        path: impl AsRef<Path>,
        options: &SqliteOptions,
    ) -> Result<Self, OpenError> {
        let connect = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What was answered with success is on the disk, even when the power fails.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(options.acquire_timeout)
            .statement_cache_capacity(STATEMENTS);
        let pool = SqlitePoolOptions::new()
            .acquire_timeout(options.acquire_timeout)
            .test_before_acquire(false);
        // One at a time can write: the others queue for the connection, rather than poll for the
        // lock.
        let pace = Pace::new(None);
        let writer =
            keeping_to(pool.clone(), &pace).test_before_acquire(true).before_acquire(is_at_rest);
        let writer =
            connected(&writer, &connect, options.acquire_timeout).await.map_err(opening)?;
        let readers = Readers::new(
            options.max_readers,
            &pool,
            &connect.pragma("query_only", "true"),
            options.acquire_timeout,
        );
        let sqlite = Sqlite {
            connections: Connections::Own { writer: Line { pool: writer, pace }, readers },
            statement_timeout: options.statement_timeout,
        };
        let per_tenant =
            options.max_per_tenant.unwrap_or_else(|| options.max_readers.saturating_sub(1));
        Self::over(sqlite, Shares::new(per_tenant, options.acquire_timeout), options.migrate).await
    }

    /// Uses the pool of an application, so that its tables and these are in one file. Creates the
    /// tables and applies migrations; timeouts of statements and the mode of the journal are those
    /// of the pool.
    ///
    /// # Errors
    ///
    /// - as [`SqlDirectory::open`].
    pub async fn from_pool(pool: SqlitePool) -> Result<Self, OpenError> {
        let (database, shares) = Sqlite::over(pool);
        Self::over(database, shares, true).await
    }

    /// Closes all connections, once they have done what they are at; those of an application's pool,
    /// too.
    pub async fn close(&self) {
        match &self.database.connections {
            Connections::Own { writer, readers } => {
                readers.close().await;
                writer.pool.close().await;
            }
            Connections::Pool { pool, .. } => pool.close().await,
        }
    }
}

impl Sqlite {
    /// A database over the pool of an application, and the shares of its tenants.
    pub(super) fn over(pool: SqlitePool) -> (Self, Shares) {
        let options = pool.options();
        let acquire_timeout = options.get_acquire_timeout();
        let shares = Shares::new(options.get_max_connections().div_ceil(2), acquire_timeout);
        // One at a time can write: the others queue, rather than poll for the lock.
        let writing = Arc::new(Semaphore::new(1));
        let connections = Connections::Pool { pool, writing, acquire_timeout };
        (Self { connections, statement_timeout: None }, shares)
    }
}

/// The timeout for opening a file. A new file is written to disk first, which may be busy.
const OPENING: Duration = Duration::from_secs(10);

/// Connects; a new file is locked for a moment when several processes open it at once, whatever
/// `busy_timeout` says.
async fn connected(
    pool: &SqlitePoolOptions,
    connect: &SqliteConnectOptions,
    acquire_timeout: Duration,
) -> Result<SqlitePool, sqlx::Error> {
    let deadline = Instant::now() + acquire_timeout.max(OPENING);
    let passes = |err: &sqlx::Error| {
        matches!(err, sqlx::Error::PoolTimedOut) || Trouble::of(err) == Trouble::Lost
    };
    loop {
        match pool.clone().connect_with(connect.clone()).await {
            Err(err) if passes(&err) && Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(20)).await
            }
            result => return result,
        }
    }
}

/// Returns `true` if the connection is not in a transaction. One left by an abandoned request would
/// lock others out.
fn is_at_rest(
    connection: &mut SqliteConnection,
    _: PoolConnectionMetadata,
) -> BoxFuture<'_, Result<bool, sqlx::Error>> {
    Box::pin(async move { Ok(SqliteTransactionManager::get_transaction_depth(connection) == 0) })
}

type BoxFuture<'f, O> = Pin<Box<dyn Future<Output = O> + Send + 'f>>;

impl private::Sealed for Sqlite {}

#[async_trait]
impl Database for Sqlite {
    const DIALECT: Dialect = Dialect::Sqlite;

    type Transaction = SqliteTransaction;

    async fn read_each(
        &self,
        sql: &Sql,
        budget: &EvalBudget,
        each: &mut (dyn FnMut(Row) -> bool + Send),
    ) -> Result<(), DatabaseError> {
        let readers = match &self.connections {
            Connections::Own { readers, .. } => readers,
            Connections::Pool { pool, .. } => {
                return each_row(pool, Self::DIALECT, sql, each).await;
            }
        };
        let reader = readers.take().await?;
        // One that was given back a moment ago is there once nothing runs on it any more.
        let mut connection = reader.line.pool.acquire().await?;
        let _running = reader.line.pace.begin(self.statement_timeout, budget);
        each_row(&mut *connection, Self::DIALECT, sql, each).await
    }

    async fn begin(&self) -> Result<SqliteTransaction, DatabaseError> {
        // The lock is taken at once: one that is taken later could not be waited for.
        let (begun, pace, writing) = match &self.connections {
            Connections::Own { writer, .. } => {
                let begun = writer.pool.begin_with("BEGIN IMMEDIATE").await;
                (begun, Some(Arc::clone(&writer.pace)), None)
            }
            Connections::Pool { pool, writing, acquire_timeout } => {
                let place = timeout(*acquire_timeout, Arc::clone(writing).acquire_owned()).await;
                let Ok(Ok(place)) = place else {
                    return Err(DatabaseError::Unavailable(sqlx::Error::PoolTimedOut));
                };
                (begin_apart(pool.clone()).await, None, Some(place))
            }
        };
        match begun.map_err(DatabaseError::from) {
            Ok(transaction) => Ok(SqliteTransaction {
                transaction,
                pace,
                statement_timeout: self.statement_timeout,
                _writing: writing,
            }),
            // It was waited for already, as long as acquire_timeout lasts.
            Err(DatabaseError::Lost(err)) => Err(DatabaseError::Unavailable(err)),
            Err(err) => Err(err),
        }
    }
}

/// Begins a transaction in a task of its own. A request that is given up meanwhile would leave the
/// connection in a transaction that nobody ends, and the application would get it next.
async fn begin_apart(
    pool: SqlitePool,
) -> Result<sqlx::Transaction<'static, sqlx::Sqlite>, sqlx::Error> {
    let begun = tokio::spawn(async move { pool.begin_with("BEGIN IMMEDIATE").await }).await;
    begun.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

#[doc(hidden)]
#[derive(Debug)]
#[allow(unnameable_types, reason = "a detail of `Database`")]
pub struct SqliteTransaction {
    // Ended before the next one may write.
    transaction: sqlx::Transaction<'static, sqlx::Sqlite>,
    pace: Option<Arc<Pace>>,
    statement_timeout: Option<Duration>,
    _writing: Option<OwnedSemaphorePermit>,
}

#[async_trait]
impl Rows for SqliteTransaction {
    async fn rows(&mut self, sql: &Sql) -> Result<Vec<Row>, DatabaseError> {
        let pace = self.pace.clone();
        let _running =
            pace.as_ref().map(|pace| pace.begin(self.statement_timeout, &EvalBudget::unlimited()));
        let mut rows = Vec::new();
        each_row(&mut *self.transaction, Dialect::Sqlite, sql, &mut kept(&mut rows)).await?;
        Ok(rows)
    }
}

/// A connection of the application, in a transaction of its own.
pub(super) struct Borrowed<'c>(pub(super) &'c mut SqliteConnection);

#[async_trait]
impl Rows for Borrowed<'_> {
    async fn rows(&mut self, sql: &Sql) -> Result<Vec<Row>, DatabaseError> {
        let mut rows = Vec::new();
        each_row(&mut *self.0, Dialect::Sqlite, sql, &mut kept(&mut rows)).await?;
        Ok(rows)
    }
}

#[async_trait]
impl Transaction for SqliteTransaction {
    async fn unhurried(&mut self) -> Result<(), DatabaseError> {
        self.statement_timeout = None;
        Ok(())
    }

    async fn script(&mut self, sql: &'static str) -> Result<(), DatabaseError> {
        let pace = self.pace.clone();
        let _running =
            pace.as_ref().map(|pace| pace.begin(self.statement_timeout, &EvalBudget::unlimited()));
        (&mut *self.transaction).execute(sql).await.map(drop).map_err(DatabaseError::from)
    }

    async fn commit(self) -> Result<(), DatabaseError> {
        self.transaction.commit().await.map_err(DatabaseError::from)
    }
}
