//! Shared by both stores: a connection, transactions, and searches.

use scimwire::StoreError;
use scimwire::auth::RequestContext;
use scimwire::query::Page;
use scimwire::sql::{ColumnMapping, Dialect, Parameter, Sql, clauses};
use scimwire::store::StoreQuery;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqlErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, Value,
};

/// The database of the application.
#[derive(Clone, Debug)]
pub struct Database(DatabaseConnection);

/// Makes a database with the tables.
///
/// # Errors
///
/// - the file cannot be opened.
pub async fn open(path: &str) -> Result<Database, DbErr> {
    let mut options = ConnectOptions::new(format!("sqlite://{path}?mode=rwc"));
    options.max_connections(4).sqlx_logging(false);
    options
        .map_sqlx_sqlite_opts(|options| options.foreign_keys(true).pragma("journal_mode", "WAL"));
    let connection = sea_orm::Database::connect(options).await?;
    connection.execute_unprepared(include_str!("../diesel/tables.sql")).await?;
    Ok(Database(connection))
}

impl Database {
    pub(crate) fn connection(&self) -> &DatabaseConnection {
        &self.0
    }

    /// Begins a transaction that reads several tables at one point in time.
    pub(crate) async fn snapshot(&self) -> Result<DatabaseTransaction, StoreError> {
        self.0.begin().await.map_err(failure)
    }

    /// Begins a transaction that writes: it locks before it reads.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        let mode = Some(SqliteTransactionMode::Immediate);
        let options =
            TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
        self.0.begin_with_options(options).await.map_err(failure)
    }
}

pub(crate) fn failure(err: DbErr) -> StoreError {
    match err.sql_err() {
        // The only unique index is that of logins.
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            StoreError::Conflict { attribute: "userName".to_owned() }
        }
        _ => StoreError::other(err),
    }
}

/// The organization is the tenant.
pub(crate) fn org(cx: &RequestContext) -> Result<i64, StoreError> {
    cx.tenant().as_str().parse().map_err(StoreError::other)
}

/// The result of a query.
pub(crate) struct Found {
    pub(crate) ids: Vec<i64>,
    pub(crate) total: usize,
    pub(crate) has_more: bool,
}

/// Finds the ids of a page.
pub(crate) async fn search(
    db: &impl ConnectionTrait,
    table: &str,
    org: i64,
    query: &StoreQuery<'_>,
    mapping: &ColumnMapping,
) -> Result<Found, StoreError> {
    let [ids, count] = statements(table, org, query, mapping)?;
    let mut ids = numbers(db, &ids).await?;
    let size = query.page.map_or(usize::MAX, Page::count);
    let has_more = ids.len() > size;
    ids.truncate(size);
    let total = numbers(db, &count).await?.first().copied().unwrap_or_default();
    Ok(Found { ids, total: usize::try_from(total).unwrap_or_default(), has_more })
}

/// Returns the plans of a search.
pub(crate) async fn plans(
    db: &impl ConnectionTrait,
    table: &str,
    org: i64,
    query: &StoreQuery<'_>,
    mapping: &ColumnMapping,
) -> Result<Vec<String>, StoreError> {
    let mut plans = Vec::new();
    for sql in statements(table, org, query, mapping)? {
        let explain = statement(&Sql::new("EXPLAIN QUERY PLAN ").push_sql(sql))?;
        for row in db.query_all_raw(explain).await.map_err(failure)? {
            plans.push(row.try_get_by("detail").map_err(failure)?);
        }
    }
    Ok(plans)
}

/// Returns the statement that finds the ids of a page, and that which counts.
fn statements(
    table: &str,
    org: i64,
    query: &StoreQuery<'_>,
    mapping: &ColumnMapping,
) -> Result<[Sql; 2], StoreError> {
    let clauses = clauses(query, mapping).map_err(StoreError::other)?;
    let select = |what: &str| {
        let from = format!("SELECT {what} FROM {table} WHERE {table}.org_id = ");
        let of_org = Sql::new(from).push_bind(Parameter::Integer(org));
        of_org.push_sql(clauses.filter.clone())
    };
    let ids = select(&format!("{table}.id")).push_sql(clauses.page.clone());
    Ok([ids, select("count(*)")])
}

async fn numbers(db: &impl ConnectionTrait, sql: &Sql) -> Result<Vec<i64>, StoreError> {
    let rows = db.query_all_raw(statement(sql)?).await.map_err(failure)?;
    rows.iter().map(|row| row.try_get_by_index(0).map_err(failure)).collect()
}

fn statement(sql: &Sql) -> Result<Statement, StoreError> {
    let value = |parameter: &Parameter| match parameter {
        Parameter::Text(text) => Ok(Value::from(text.as_str())),
        Parameter::Integer(number) => Ok(Value::from(*number)),
        Parameter::Boolean(value) => Ok(Value::from(*value)),
        other => Err(StoreError::other(format!("no column here is {other:?}"))),
    };
    let values = sql.parameters().map(value).collect::<Result<Vec<_>, _>>()?;
    let text = sql.render(Dialect::Sqlite, 1);
    Ok(Statement::from_sql_and_values(DbBackend::Sqlite, text, values))
}
