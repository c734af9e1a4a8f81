//! Shared by both stores: a pool, transactions on threads of their own, and searches.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Error as PoolError, Pool};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_query;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::sqlite::Sqlite;
use scimwire::StoreError;
use scimwire::auth::RequestContext;
use scimwire::query::Page;
use scimwire::sql::{ColumnMapping, Dialect, Parameter, Sql, clauses};
use scimwire::store::StoreQuery;

/// The database of the application.
#[derive(Clone, Debug)]
pub struct Database(Pool<ConnectionManager<SqliteConnection>>);

/// Makes a database with the tables.
///
/// # Errors
///
/// - the file cannot be opened.
pub fn open(path: &str) -> Result<Database, Box<dyn std::error::Error + Send + Sync>> {
    let pool = Pool::builder().connection_customizer(Box::new(Settings));
    let pool = pool.max_size(4).build(ConnectionManager::new(path))?;
    pool.get()?.batch_execute(include_str!("tables.sql"))?;
    Ok(Database(pool))
}

#[derive(Debug)]
struct Settings;

impl CustomizeConnection<SqliteConnection, PoolError> for Settings {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), PoolError> {
        let settings = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
            PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL;";
        connection.batch_execute(settings).map_err(PoolError::QueryError)
    }
}

/// An error inside a transaction, which is rolled back.
pub(crate) struct Failure(StoreError);

impl From<StoreError> for Failure {
    fn from(err: StoreError) -> Self {
        Self(err)
    }
}

impl From<DieselError> for Failure {
    fn from(err: DieselError) -> Self {
        Self(match err {
            DieselError::NotFound => StoreError::NotFound,
            // The only unique index is that of logins.
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => {
                StoreError::Conflict { attribute: "userName".to_owned() }
            }
            err => StoreError::other(err),
        })
    }
}

impl Database {
    /// Runs a transaction on a thread that may block. It ends even if the request is given up.
    pub(crate) async fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<R, Failure> + Send + 'static,
    ) -> Result<R, StoreError> {
        let pool = self.0.clone();
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = pool.get().map_err(StoreError::other)?;
            connection.immediate_transaction(work).map_err(|failure| failure.0)
        });
        done.await.map_err(StoreError::other)?
    }
}

/// The organization is the tenant.
pub(crate) fn org(cx: &RequestContext) -> Result<i64, StoreError> {
    cx.tenant().as_str().parse().map_err(StoreError::other)
}

/// A query, as statements that find ids.
pub(crate) struct Search {
    ids: Sql,
    count: Sql,
    size: usize,
}

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Search {
    pub(crate) fn new(
        table: &str,
        org: i64,
        query: &StoreQuery<'_>,
        mapping: &ColumnMapping,
    ) -> Result<Self, StoreError> {
        let clauses = clauses(query, mapping).map_err(StoreError::other)?;
        let select = |what: &str| {
            let from = format!("SELECT {what} AS number FROM {table} WHERE {table}.org_id = ");
            let of_org = Sql::new(from).push_bind(Parameter::Integer(org));
            of_org.push_sql(clauses.filter.clone())
        };
        let ids = select(&format!("{table}.id")).push_sql(clauses.page.clone());
        let size = query.page.map_or(usize::MAX, Page::count);
        Ok(Self { ids, count: select("count(*)"), size })
    }

    /// Returns the plans of both statements.
    pub(crate) fn plans(&self, db: &mut SqliteConnection) -> Result<Vec<String>, Failure> {
        let mut plans = Vec::new();
        for sql in [&self.ids, &self.count] {
            let explain = Sql::new("EXPLAIN QUERY PLAN ").push_sql(sql.clone());
            plans.extend(bound(&explain)?.load::<Plan>(db)?.into_iter().map(|row| row.detail));
        }
        Ok(plans)
    }

    /// Returns the ids of the page, the number of all matches, and whether further ones follow.
    pub(crate) fn run(
        &self,
        db: &mut SqliteConnection,
    ) -> Result<(Vec<i64>, usize, bool), Failure> {
        let mut ids = numbers(db, &self.ids)?;
        let has_more = ids.len() > self.size;
        ids.truncate(self.size);
        let total = numbers(db, &self.count)?.first().copied().unwrap_or_default();
        Ok((ids, usize::try_from(total).unwrap_or_default(), has_more))
    }
}

fn numbers(db: &mut SqliteConnection, sql: &Sql) -> Result<Vec<i64>, Failure> {
    Ok(bound(sql)?.load::<Number>(db)?.into_iter().map(|row| row.number).collect())
}

fn bound(sql: &Sql) -> Result<BoxedSqlQuery<'_, Sqlite, SqlQuery>, Failure> {
    let mut query = sql_query(sql.render(Dialect::Sqlite, 1)).into_boxed();
    for parameter in sql.parameters() {
        query = match parameter {
            Parameter::Text(text) => query.bind::<Text, _>(text.clone()),
            Parameter::Integer(number) => query.bind::<BigInt, _>(*number),
            Parameter::Boolean(value) => query.bind::<Bool, _>(*value),
            other => return Err(StoreError::other(format!("no column here is {other:?}")).into()),
        };
    }
    Ok(query)
}
