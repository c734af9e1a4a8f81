//! SQLite and PostgreSQL stores for `scimwire`, the embeddable SCIM 2.0 server.
//!
//! | you have | use |
//! |---|---|
//! | tables of your own | [`table`]: a description of columns is a store |
//! | nothing yet | `SqliteDirectory` or `PostgresDirectory`, which bring their own tables |
//!
//! # Ready-made tables
//!
//! A [`SqlDirectory`] is a database; it returns a store for each resource type. Resources are JSON
//! documents in one table, with index columns beside them. Unique and indexed values are in a
//! second table, memberships in a third, and the number of resources in a fourth. Every primary key
//! begins with the tenant, and no statement of a request crosses tenants.
//!
//! | query | plan |
//! |---|---|
//! | one resource by id | one statement, by primary key |
//! | `userName eq`, `externalId eq`, `emails.value eq`, any unique or [indexed](scimwire::ResourceType::with_index) attribute | one statement, by an index of values; in SQLite another one if several resources share the value |
//! | `displayName eq` of a group, `userName sw`, sorting by either | an index of names |
//! | `members.value eq`, `groups.value eq` | the index of members |
//! | any other filter | a scan of the resources of that type, in the database |
//! | a page by cursor | an index, from the position on |
//! | a page by index | a walk along an index in that order, if there is one; then the documents of the page |
//! | groups of users | the index of members, once for a page |
//! | added or removed members | the named members only |
//!
//! - **Durability**: a write is one transaction that locks the resource. A response with success
//!   means that the change is on disk: SQLite uses a write-ahead log and syncs each commit;
//!   PostgreSQL follows its `synchronous_commit`. A dropped future leaves nothing half done.
//! - **Uniqueness** is enforced by the database.
//! - **Retries and timeouts**: transient failures, such as a restart of the database or an
//!   exhausted pool, are [`StoreError::Unavailable`](scimwire::StoreError). Transactions that lose
//!   against others are retried before that. A search beyond its timeout is rejected.
//! - **Fair shares**: no tenant can use all connections.
//! - **Limits**: passwords are not stored. Text with U+0000 is rejected, and so are names and
//!   indexed values of more than 2,000 bytes.
//!
//! Clusters, failover and statements are described in [`docs`], and your own tables in
//! [`docs::own_tables`].

#![cfg_attr(
    not(any(feature = "sqlite", feature = "postgres")),
    allow(dead_code, reason = "without a database, only what its errors mean is left")
)]

#[doc = include_str!("docs/databases.md")]
pub mod docs {
    #[doc = include_str!("docs/own_tables.md")]
    pub mod own_tables {}
}

mod columns;
mod compose;
mod cost;
mod database;
mod directory;
mod error;
#[cfg(feature = "postgres")]
mod failover;
#[cfg(feature = "sqlite")]
mod lines;
mod members;
mod migration;
mod nesting;
#[cfg(feature = "sqlite")]
mod pace;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod queue;
mod reading;
mod reindex;
mod row;
mod rows;
mod select;
mod shares;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statements;
mod store;
pub mod table;
mod update;

pub use database::Database;
pub use directory::SqlDirectory;
pub use error::store_error;
pub use migration::{Migration, OpenError, migrations};
#[cfg(feature = "postgres")]
pub use postgres::{Postgres, PostgresOptions};
#[cfg(feature = "sqlite")]
pub use sqlite::{Sqlite, SqliteOptions};
pub use store::SqlStore;

/// A SQLite file with resources of several types.
#[cfg(feature = "sqlite")]
pub type SqliteDirectory = SqlDirectory<Sqlite>;

/// Keeps the resources of one type in a SQLite file.
#[cfg(feature = "sqlite")]
pub type SqliteStore = SqlStore<Sqlite>;

/// A PostgreSQL database with resources of several types.
#[cfg(feature = "postgres")]
pub type PostgresDirectory = SqlDirectory<Postgres>;

/// Keeps the resources of one type in a PostgreSQL database.
#[cfg(feature = "postgres")]
pub type PostgresStore = SqlStore<Postgres>;
