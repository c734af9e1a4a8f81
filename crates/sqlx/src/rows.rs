//! Statements as both drivers run them.

use sqlx::{
    Arguments, ColumnIndex, Database, Decode, Encode, Executor, IntoArguments, Row as _, Type,
};

use crate::engine::{DatabaseError, Row};
use scimwire::sql::{Dialect, Parameter, Sql};

/// How many statements each connection keeps prepared.
pub(super) const STATEMENTS: usize = 200;

/// Runs a statement.
pub(super) async fn rows<'c, D: Database>(
    executor: impl Executor<'c, Database = D>,
    dialect: Dialect,
    sql: &Sql,
) -> Result<Vec<Row>, DatabaseError>
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
    let found = sqlx::query_with(&text, arguments)
        .fetch_all(executor)
        .await
        .map_err(DatabaseError::from)?;
    found.iter().map(row::<D>).collect()
}

fn row<D: Database>(row: &D::Row) -> Result<Row, DatabaseError>
where
    for<'r> Option<String>: Decode<'r, D>,
    usize: ColumnIndex<D::Row>,
{
    let columns = (0..row.len()).map(|column| row.try_get_unchecked(column));
    columns.collect::<Result<_, _>>().map(Row).map_err(DatabaseError::Failed)
}
