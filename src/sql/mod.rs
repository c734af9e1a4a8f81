//! Filters, orders and pages as SQL, for PostgreSQL and SQLite: for tables of your own, and for the
//! stores of `scimwire-sqlx`. No database driver is needed.
//!
//! A host says by [`Columns`], most often a [`Mapping`], where its attributes are. What SQL answers
//! is what [`BoundFilter::matches`](crate::filter::BoundFilter::matches) answers; where that cannot
//! be said, [`Where::exact`] is false, and the rows are a few too many, never too few. An attribute
//! without a column is an error, never a condition that is dropped: the store then says
//! [`Pushdown::Nothing`](crate::store::Pushdown), and
//! [`Report::pushdown`](crate::dispatch::Report::pushdown) does too. What form of a column answers
//! what is in a table at [`Form`].
//!
//! Values are always bound as parameters, names are quoted, and in patterns `%`, `_` and `\` stand
//! for themselves.
//!
//! ```
//! use scimwire::filter::{Binder, Filter};
//! use scimwire::schema::ResourceType;
//! use scimwire::sql::{Column, Dialect, Elements, Mapping, translate};
//!
//! let users = ResourceType::user();
//! let mapping = Mapping::new(Dialect::Sqlite)
//!     .column("id", Column::text("users.id"))
//!     .column("userName", Column::ascii("users.email"))
//!     .column("active", Column::boolean("users.active"))
//!     .elements(
//!         "emails",
//!         Elements::table("user_email", "user_id", "users.id")
//!             .column("value", Column::ascii("user_email.value"))
//!             .column("type", Column::ascii("user_email.type")),
//!     )
//!     .check(&users)?;
//! let filter: Filter =
//!     r#"active eq true and emails[type eq "work" and value ew "@example.com"]"#
//!         .parse()?;
//! let condition = translate(&Binder::new(&users).bind(&filter)?, &mapping)?;
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
mod check;
mod clauses;
mod column;
mod columns;
mod compare;
mod dialect;
pub(crate) mod key;
mod location;
mod order;
mod siblings;
mod statement;
mod translate;

pub use check::MappingError;
pub use clauses::{Clauses, clauses, pushdown};
pub use column::{Column, Form, InstantForm};
pub use columns::{Columns, Elements, Mapping};
pub use dialect::Dialect;
pub use key::{key, of_operand as operand_key, prepared_key};
pub use order::{after, id_order, order_by};
pub use statement::{Parameter, Sql};
pub use translate::{Unmapped, Where, translate};

#[cfg(test)]
mod tests;
