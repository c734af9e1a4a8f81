//! The interface that both databases implement.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::{Trouble, busy};
use crate::rows::kept;
use scimwire::error::{Error, ScimType};
use scimwire::filter::EvalBudget;
use scimwire::sql::{Dialect, Sql};
use scimwire::store::{StoreError, fresh_id};

/// A supported database. The trait is sealed.
#[async_trait]
pub trait Database: private::Sealed + fmt::Debug + Send + Sync + 'static {
    /// The SQL dialect.
    const DIALECT: Dialect;

    #[doc(hidden)]
    type Transaction: Transaction;

    /// Runs a statement that writes nothing, as long as a statement may take. Where the database
    /// counts what it does, that is spent.
    #[doc(hidden)]
    async fn read(&self, sql: &Sql, budget: &EvalBudget) -> Result<Vec<Row>, DatabaseError> {
        let mut rows = Vec::new();
        self.read_each(sql, budget, &mut kept(&mut rows)).await?;
        Ok(rows)
    }

    /// Reads rows one by one, until the callback wants no more.
    #[doc(hidden)]
    async fn read_each(
        &self,
        sql: &Sql,
        budget: &EvalBudget,
        each: &mut (dyn FnMut(Row) -> bool + Send),
    ) -> Result<(), DatabaseError>;

    /// Begins a transaction that may write, each statement of it as long as a statement may take.
    /// Dropped without a commit, it leaves nothing behind.
    #[doc(hidden)]
    async fn begin(&self) -> Result<Self::Transaction, DatabaseError>;
}

pub(super) mod private {
    #[allow(unnameable_types, reason = "it keeps others from implementing the trait")]
    pub trait Sealed {}
}

/// A connection or transaction that runs statements.
#[doc(hidden)]
#[async_trait]
#[allow(unnameable_types, reason = "a detail of `Database`")]
pub trait Rows: Send {
    /// Runs a statement.
    async fn rows(&mut self, sql: &Sql) -> Result<Vec<Row>, DatabaseError>;
}

/// A transaction.
#[doc(hidden)]
#[async_trait]
#[allow(unnameable_types, reason = "a detail of `Database`")]
pub trait Transaction: Rows {
    /// Lets its statements take as long as they need.
    async fn unhurried(&mut self) -> Result<(), DatabaseError>;

    /// Runs several statements without parameters.
    async fn script(&mut self, sql: &'static str) -> Result<(), DatabaseError>;

    /// Ends the transaction; what it wrote is kept.
    async fn commit(self) -> Result<(), DatabaseError>;
}

/// The columns of a row: each is text, or NULL.
#[doc(hidden)]
#[derive(Debug)]
#[allow(unnameable_types, reason = "a detail of `Database`")]
pub struct Row(pub(super) Vec<Option<String>>);

impl Row {
    pub(super) fn text(&mut self, column: usize) -> Option<String> {
        self.0.get_mut(column).and_then(Option::take)
    }

    /// The text of a column that is never NULL.
    pub(super) fn needed(&mut self, column: usize) -> Result<String, StoreError> {
        self.text(column).ok_or_else(|| {
            StoreError::other("the database answers with fewer columns than it was asked for")
        })
    }
}

/// A failure of the database.
#[doc(hidden)]
#[derive(Debug, thiserror::Error)]
#[allow(unnameable_types, reason = "a detail of `Database`")]
pub enum DatabaseError {
    /// The transaction lost against another one: the same again may well succeed.
    #[error("the transaction conflicted with another one")]
    Lost(#[source] sqlx::Error),
    /// The statement took longer than it may.
    #[error("the database timed out")]
    Late(#[source] sqlx::Error),
    /// The tenant has as much under way as it may.
    #[error("too many concurrent requests for one tenant")]
    Crowded,
    /// The database cannot be reached, or has no connection to spare.
    #[error("the database is unavailable")]
    Unavailable(#[source] sqlx::Error),
    /// Anything else.
    #[error("the database failed")]
    Failed(#[source] sqlx::Error),
}

/// Why an attempt at a transaction came to nothing.
pub(super) enum Failure {
    Database(DatabaseError),
    Store(StoreError),
}

impl From<DatabaseError> for Failure {
    fn from(err: DatabaseError) -> Self {
        Self::Database(err)
    }
}

impl From<StoreError> for Failure {
    fn from(err: StoreError) -> Self {
        Self::Store(err)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Database(err) => err.into(),
            Failure::Store(err) => err,
        }
    }
}

/// Attempts of a transaction.
const ATTEMPTS: u32 = 10;

impl From<sqlx::Error> for DatabaseError {
    fn from(err: sqlx::Error) -> Self {
        match Trouble::of(&err) {
            Trouble::Lost => Self::Lost(err),
            Trouble::Late => Self::Late(err),
            Trouble::Unavailable => Self::Unavailable(err),
            Trouble::Missing | Trouble::Taken | Trouble::Other => Self::Failed(err),
        }
    }
}

impl From<DatabaseError> for StoreError {
    fn from(err: DatabaseError) -> Self {
        match err {
            DatabaseError::Lost(_)
            | DatabaseError::Late(_)
            | DatabaseError::Crowded
            | DatabaseError::Unavailable(_) => busy(&err),
            DatabaseError::Failed(source) => Self::other(source),
        }
    }
}

impl DatabaseError {
    /// Converts the error of a search: retrying would not help a client that asks for too much.
    pub(super) fn of_search(self, budget: &EvalBudget) -> StoreError {
        match self {
            Self::Late(_) => match budget.spend(1) {
                Ok(()) => Error::scim(ScimType::TooMany, TOO_LATE).into(),
                Err(spent) => Error::from(spent).into(),
            },
            err => err.into(),
        }
    }
}

const TOO_LATE: &str = "the query takes too long: use a simpler filter, or one that compares `id`, `userName` or another unique attribute; change `sortBy`, or omit it";

/// Counts the attempts at a transaction.
#[derive(Default)]
pub(super) struct Attempts(u32);

impl Attempts {
    /// Waits a while before the next attempt, if there is to be one.
    pub(super) async fn again(&mut self, failure: Failure) -> Result<(), StoreError> {
        self.0 += 1;
        match failure {
            Failure::Store(err) => Err(err),
            Failure::Database(DatabaseError::Lost(_)) if self.0 < ATTEMPTS => {
                // Transactions that met once should not all come back at the same time.
                let spread = u64::from(fresh_id().bytes().last().unwrap_or_default() % 16);
                tokio::time::sleep(Duration::from_millis((1 << self.0.min(7)) + spread)).await;
                Ok(())
            }
            Failure::Database(err) => Err(err.into()),
        }
    }
}
