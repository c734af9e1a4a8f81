//! Your own tables as stores: a description of columns is enough.
//!
//! [`SqlTable`] says which attribute is in which column, [`SqlTables::open`] compares that with the
//! database, and [`SqlTables::users`] and [`SqlTables::groups`] return stores for the dispatcher.
//! They run in the pool of your application, on SQLite and PostgreSQL.
//!
//! ```
//! use scimwire::sql::TimestampFormat;
//! use scimwire::{Dispatcher, ResourceType};
//! use scimwire_sqlx::table::{Element, Key, MemberRows, SqlColumn, SqlTable, SqlTables};
//!
//! # #[cfg(feature = "sqlite")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let pool = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await?;
//! # sqlx::raw_sql("
//! #     CREATE TABLE accounts (id INTEGER PRIMARY KEY AUTOINCREMENT, org TEXT NOT NULL, login TEXT NOT NULL, email TEXT,
//! #         is_enabled BOOLEAN NOT NULL, created_at INTEGER, updated_at INTEGER);
//! #     CREATE UNIQUE INDEX accounts_login ON accounts (org, lower(login));
//! #     CREATE INDEX accounts_email ON accounts (org, lower(email));
//! #     CREATE TABLE teams (id INTEGER PRIMARY KEY AUTOINCREMENT, org TEXT NOT NULL, name TEXT NOT NULL);
//! #     CREATE TABLE team_members (team_id INTEGER, account_id INTEGER, PRIMARY KEY (team_id, account_id));
//! #     CREATE INDEX team_members_account ON team_members (account_id);
//! # ").execute(&pool).await?;
//! let accounts = SqlTable::new(ResourceType::user(), "accounts")
//!     .tenant("org")
//!     .key(Key::integer("id"))
//!     .column("userName", "login")
//!     .column("active", SqlColumn::boolean("is_enabled").with_default(true))
//!     .element("emails", Element::new("work", "email").primary())
//!     .column("meta.created", SqlColumn::instant("created_at", TimestampFormat::UnixMicros))
//!     .column("meta.lastModified", SqlColumn::instant("updated_at", TimestampFormat::UnixMicros));
//! let teams = SqlTable::new(ResourceType::group(), "teams")
//!     .tenant("org")
//!     .key(Key::integer("id"))
//!     .column("displayName", "name")
//!     .members(MemberRows::new("team_members", "team_id", "account_id"));
//! let tables = SqlTables::open(pool, [accounts, teams]).await?;
//! let scim = Dispatcher::builder("https://example.com/scim/v2")
//!     .store(tables.users()?)
//!     .store(tables.groups()?)
//!     .unauthenticated()
//!     .build()?;
//! # let _ = scim;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "sqlite"))]
//! # fn main() {}
//! ```
//!
//! | you have | say |
//! |---|---|
//! | a column with the tenant, or one tenant | [`tenant`](SqlTable::tenant), [`single_tenant`](SqlTable::single_tenant) |
//! | a key of text, of type `uuid`, or an integer | [`Key`] |
//! | a column for an attribute | [`column`](SqlTable::column) |
//! | one `email` column, or `work_phone` and `mobile_phone` | [`element`](SqlTable::element) |
//! | a table of e-mail addresses | [`elements`](SqlTable::elements) |
//! | `addresses` as JSON | [`SqlColumn::json`] |
//! | `manager_id` | [`reference`](SqlTable::reference) |
//! | `NOT NULL` | [`not_null`](SqlColumn::not_null), [`with_default`](SqlColumn::with_default) |
//! | an attribute that is the same in all rows | [`fixed`](SqlTable::fixed) |
//! | a column that no attribute has | [`constant`](SqlTable::constant), [`initial`](SqlTable::initial) |
//! | a table of members | [`members`](SqlTable::members) |
//! | no column for `externalId` or the times, and tables that you may not alter | nothing: the crate creates `scim_meta` |
//! | a version column | [`version`](SqlTable::version) |
//! | `deleted_at` | [`soft_delete`](SqlTable::soft_delete) |
//! | a struct that [`ScimResource`](scimwire::ScimResource) is derived for | [`derived`](SqlTable::derived) |
//!
//! - **One transaction**: a change locks its row, and is written as a whole or not at all. To write
//!   something of yours in the same transaction, use [`with_transaction`](TableStore::with_transaction).
//! - **Your application's changes** are seen at once, and give the resource another version: see
//!   [`SqlTables::triggers`].
//! - **Uniqueness** is that of SCIM, ignoring case beyond ASCII, even where an index compares less.
//! - **Errors**: a value that a column cannot hold is 400 `invalidValue` with the attribute's name;
//!   a row that breaks the schema is left out of lists, and logged with the feature `tracing`.
//! - **Indexes**: [`SqlTables::indexes`] returns those that look-ups and pages need, and
//!   [`SqlTables::check`] fails with the statement where one is missing. SQLite needs statistics to
//!   choose well: run `ANALYZE` or `PRAGMA optimize` now and then.
//!
//! A case beyond descriptions, such as groups within groups, needs a
//! [`ResourceStore`](scimwire::ResourceStore) of your own.

mod build;
mod cell;
mod check;
mod column;
mod decode;
mod derived;
mod description;
mod elements;
mod error;
mod explain;
mod fit;
mod identifier;
mod introspect;
mod key;
mod layout;
mod lookups;
mod mapping;
mod member_rows;
mod membership;
mod problems;
mod read;
mod refuse;
mod requirements;
mod rows;
mod select;
mod side;
mod store;
mod tables;
mod transaction;
mod triggers;
mod unique;
mod update;
mod values;
mod write;

pub use column::SqlColumn;
pub use description::SqlTable;
pub use elements::{Element, ElementRows, MemberRows, UnknownMembers};
pub use error::{TableError, TableProblem};
pub use key::Key;
pub use store::TableStore;
pub use tables::{OpenTablesError, Pool, SqlTables};
pub use transaction::InTransaction;
