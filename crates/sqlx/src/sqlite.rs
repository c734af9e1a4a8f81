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

/// A SQLite file, with one connection that writes and several that read.
pub struct Sqlite {
    writer: Line,
    readers: Readers,
    statement_timeout: Option<Duration>,
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("readers", &self.readers.connected()).finish_non_exhaustive()
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
            writer: Line { pool: writer, pace },
            readers,
            statement_timeout: options.statement_timeout,
        };
        let per_tenant =
            options.max_per_tenant.unwrap_or_else(|| options.max_readers.saturating_sub(1));
        Self::over(sqlite, Shares::new(per_tenant, options.acquire_timeout), options.migrate).await
    }

    /// Closes all connections, once they have done what they are at.
    pub async fn close(&self) {
        self.database.readers.close().await;
        self.database.writer.pool.close().await;
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
        let reader = self.readers.take().await?;
        // One that was given back a moment ago is there once nothing runs on it any more.
        let mut connection = reader.line.pool.acquire().await?;
        let _running = reader.line.pace.begin(self.statement_timeout, budget);
        each_row(&mut *connection, Self::DIALECT, sql, each).await
    }

    async fn begin(&self) -> Result<SqliteTransaction, DatabaseError> {
        // The lock is taken at once: one that is taken later could not be waited for.
        match self.writer.pool.begin_with("BEGIN IMMEDIATE").await.map_err(DatabaseError::from) {
            Ok(transaction) => {
                let pace = Arc::clone(&self.writer.pace);
                Ok(SqliteTransaction {
                    transaction,
                    pace,
                    statement_timeout: self.statement_timeout,
                })
            }
            // It was waited for already, as long as acquire_timeout lasts.
            Err(DatabaseError::Lost(err)) => Err(DatabaseError::Unavailable(err)),
            Err(err) => Err(err),
        }
    }
}

#[doc(hidden)]
#[derive(Debug)]
#[allow(unnameable_types, reason = "a detail of `Database`")]
pub struct SqliteTransaction {
    transaction: sqlx::Transaction<'static, sqlx::Sqlite>,
    pace: Arc<Pace>,
    statement_timeout: Option<Duration>,
}

#[async_trait]
impl Rows for SqliteTransaction {
    async fn rows(&mut self, sql: &Sql) -> Result<Vec<Row>, DatabaseError> {
        let _running = self.pace.begin(self.statement_timeout, &EvalBudget::unlimited());
        let mut rows = Vec::new();
        each_row(&mut *self.transaction, Dialect::Sqlite, sql, &mut kept(&mut rows)).await?;
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
        let _running = self.pace.begin(self.statement_timeout, &EvalBudget::unlimited());
        (&mut *self.transaction).execute(sql).await.map(drop).map_err(DatabaseError::from)
    }

    async fn commit(self) -> Result<(), DatabaseError> {
        self.transaction.commit().await.map_err(DatabaseError::from)
    }
}
