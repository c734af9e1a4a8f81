//! Stores over SQLite and PostgreSQL, ready made.
//!
//! A directory is a database; it hands out a store for each resource type. All of them are in three
//! tables: resources as JSON documents, beside them what filters compare; the values that are
//! unique or looked up; the members of groups. How many resources there are is kept in a fourth.
//! The tenant comes first in every primary key, and no statement that serves a request crosses
//! tenants.
//!
//! | what is asked | how it is answered |
//! |---|---|
//! | one by id | one statement, by the primary key |
//! | `userName eq`, `externalId eq`, `emails.value eq`, any attribute that is unique or [indexed](scimwire::ResourceType::indexed) | one statement, by an index of values; over SQLite another one where several share the value |
//! | `displayName eq` of a group, `userName sw`, an order by either | by an index of names |
//! | `members.value eq`, `groups.value eq` | by the index of members |
//! | any other filter | by looking at the resources of that type, in the database |
//! | a page by cursor | in the order of an index, from the position on |
//! | a page by index | its ids by a walk along an index, if there is one in that order; then their documents |
//! | the groups of users | by the index of members, once for a page |
//! | members put in or taken out | those that are named, and no others |
//!
//! A write is one transaction with a lock on the resource; SQLite, which has one lock for all,
//! takes it once the change is worked out. What is answered with success is on disk: SQLite writes
//! ahead and waits for the disk at each commit, PostgreSQL does what its `synchronous_commit` says.
//! Conflicts of unique values are found by the database itself. A future that is dropped leaves
//! nothing half done.
//!
//! Failures that pass by themselves, such as a database that is restarted or a pool without a free
//! connection, are [`StoreError::Busy`](scimwire::StoreError); transactions that lose against others
//! are tried again before that. A search that takes longer than a statement may is refused. No
//! tenant has all connections at once.
//!
//! How to run them on a cluster, and what comes of failures, is in [`docs`].
//!
//! Passwords are not kept. Text with U+0000 is refused, and so are names and indexed values of more
//! than 2,000 bytes.

#![cfg_attr(
    not(any(feature = "sqlite", feature = "postgres")),
    allow(dead_code, reason = "without a database, only what its errors mean is left")
)]

#[doc = include_str!("docs/databases.md")]
pub mod docs {}

mod columns;
mod compose;
mod cost;
mod directory;
mod document;
mod engine;
mod error;
#[cfg(feature = "postgres")]
mod hosts;
#[cfg(feature = "sqlite")]
mod lines;
mod members;
mod migration;
mod nesting;
#[cfg(feature = "sqlite")]
mod pace;
#[cfg(feature = "postgres")]
mod postgres;
mod reading;
mod rows;
mod select;
mod settle;
mod shares;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statements;
mod store;
#[cfg(feature = "sqlite")]
mod turns;
mod update;

pub use directory::Directory;
pub use engine::Engine;
pub use error::store_error;
pub use migration::{Migration, OpenError, migrations};
#[cfg(feature = "postgres")]
pub use postgres::{Postgres, PostgresOptions};
#[cfg(feature = "sqlite")]
pub use sqlite::{Sqlite, SqliteOptions};
pub use store::Store;

/// A SQLite file with resources of several types.
#[cfg(feature = "sqlite")]
pub type SqliteDirectory = Directory<Sqlite>;

/// Keeps the resources of one type in a SQLite file.
#[cfg(feature = "sqlite")]
pub type SqliteStore = Store<Sqlite>;

/// A PostgreSQL database with resources of several types.
#[cfg(feature = "postgres")]
pub type PostgresDirectory = Directory<Postgres>;

/// Keeps the resources of one type in a PostgreSQL database.
#[cfg(feature = "postgres")]
pub type PostgresStore = Store<Postgres>;
