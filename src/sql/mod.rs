//! Filters, sorting and paging as SQL, for PostgreSQL and SQLite: for your own tables, and for the
//! stores of `scimwire-sqlx`. No database driver is needed.
//!
//! [`ColumnSource`], usually a [`ColumnMapping`], says which column has which attribute. SQL finds
//! what [`BoundFilter::matches`](crate::filter::BoundFilter::matches) matches. If SQL cannot
//! express that, [`Condition::exact`] is `false`, and the rows are a superset. An attribute without
//! a column is an error; a condition is never dropped. The store then returns
//! [`Pushdown::None`](crate::store::Pushdown), as
//! [`RequestReport::pushdown`](crate::dispatch::RequestReport::pushdown) shows. The table at
//! [`ColumnFormat`] says which format of a column answers which query.
//!
//! Values are always bound as parameters, names are quoted, and `%`, `_` and `\` are escaped in
//! patterns.
//!
//! ```
//! use scimwire::filter::{FilterBinder, Filter};
//! use scimwire::schema::ResourceType;
//! use scimwire::sql::{Column, Dialect, ElementTable, ColumnMapping, translate};
//!
//! let users = ResourceType::user();
//! let mapping = ColumnMapping::new(Dialect::Sqlite)
//!     .column("id", Column::text("users.id"))
//!     .column("userName", Column::ascii("users.email"))
//!     .column("active", Column::boolean("users.active"))
//!     .elements(
//!         "emails",
//!         ElementTable::table("user_email", "user_id", "users.id")
//!             .column("value", Column::ascii("user_email.value"))
//!             .column("type", Column::ascii("user_email.type")),
//!     )
//!     .check(&users)?;
//! let filter: Filter =
//!     r#"active eq true and emails[type eq "work" and value ew "@example.com"]"#
//!         .parse()?;
//! let condition = translate(&FilterBinder::new(&users).bind(&filter)?, &mapping)?;
//! let statement = format!(
//!     r#"SELECT * FROM "users" WHERE {}"#,
//!     condition.sql.render(Dialect::Sqlite, 1)
//! );
//! assert_eq!(condition.sql.parameters().count(), 3);
//! assert!(condition.exact);
//! # assert!(statement.contains("?3"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod beyond;
mod column;
mod compare;
mod dialect;
mod elements;
mod instant;
mod location;
mod mapping;
mod order;
mod query;
mod siblings;
pub(crate) mod sort_key;
mod statement;
mod translate;
mod uuid;
mod validate;

pub use column::{Column, ColumnFormat, TimestampFormat};
pub use dialect::Dialect;
pub use elements::ElementTable;
pub use mapping::{ColumnMapping, ColumnSource};
pub use order::{id_order, keyset_condition, order_by};
pub use query::{QueryClauses, clauses, pushdown};
pub use sort_key::{lookup_key, of_operand as operand_key, sort_key};
pub use statement::{Parameter, Sql};
pub use translate::{Condition, UnmappedAttribute, translate};
pub use validate::MappingError;

#[cfg(test)]
mod tests;
