//! Statements as both drivers run them.

use std::future::poll_fn;

use sqlx::{
    Arguments, ColumnIndex, Database, Decode, Encode, Executor, IntoArguments, Row as _, Type,
};

use crate::database::{DatabaseError, Row};
use scimwire::sql::{Dialect, Parameter, Sql};

/// Prepared statements per connection.
pub(super) const STATEMENTS: usize = 200;

/// Keeps all rows.
pub(super) fn kept(rows: &mut Vec<Row>) -> impl FnMut(Row) -> bool + Send {
    |row| {
        rows.push(row);
        true
    }
}

/// Runs a statement, with each row as it comes, until one says that no others are wanted.
pub(super) async fn each_row<'c, D: Database>(
    executor: impl Executor<'c, Database = D>,
    dialect: Dialect,
    sql: &Sql,
    each: &mut (dyn FnMut(Row) -> bool + Send),
) -> Result<(), DatabaseError>
where
    for<'q> D::Arguments<'q>: IntoArguments<'q, D>,
    for<'q> String: Encode<'q, D> + Type<D>,
    for<'q> Option<String>: Encode<'q, D> + Decode<'q, D> + Type<D>,
    for<'q> i64: Encode<'q, D> + Type<D>,
    for<'q> f64: Encode<'q, D> + Type<D>,
    for<'q> bool: Encode<'q, D> + Type<D>,
    for<'q> Vec<u8>: Encode<'q, D> + Type<D>,
    usize: ColumnIndex<D::Row>,
{
    let text = sql.render(dialect, 1);
    let mut arguments = D::Arguments::default();
    for parameter in sql.parameters() {
        let added = match parameter {
            Parameter::Text(text) => arguments.add(text.clone()),
            Parameter::OptionalText(text) => arguments.add(text.clone()),
            Parameter::Integer(number) => arguments.add(*number),
            Parameter::Real(number) => arguments.add(*number),
            Parameter::Boolean(value) => arguments.add(*value),
            Parameter::Bytes(bytes) => arguments.add(bytes.clone()),
        };
        added.map_err(|err| DatabaseError::Failed(sqlx::Error::Encode(err)))?;
    }
    let mut found = sqlx::query_with(&text, arguments).fetch(executor);
    while let Some(next) = poll_fn(|cx| found.as_mut().poll_next(cx)).await {
        if !each(row::<D>(&next?)?) {
            break;
        }
    }
    Ok(())
}

fn row<D: Database>(row: &D::Row) -> Result<Row, DatabaseError>
where
    for<'r> Option<String>: Decode<'r, D>,
    usize: ColumnIndex<D::Row>,
{
    let columns = (0..row.len()).map(|column| row.try_get_unchecked(column));
    columns.collect::<Result<_, _>>().map(Row).map_err(DatabaseError::Failed)
}
