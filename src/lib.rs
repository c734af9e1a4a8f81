//! An embeddable SCIM 2.0 service provider (RFC 7643, RFC 7644, RFC 9865): a host gives it a store
//! and an authenticator, hands it `http::Request`s from whatever HTTP stack it uses, and gets
//! `http::Response`s that provisioning clients accept.
//!
//! A host implements:
//!
//! - [`ResourceStore`], over its own tables: create, get, select, update, delete.
//!   [`examples/own_tables.rs`](https://docs.rs/crate/scimwire/latest/source/examples/own_tables.rs)
//!   is one, and `testkit` has the checks that it must pass. What the tables lack,
//!   [`ResourceType::keeping`] leaves out. Until there is a store, [`MemoryStore`] serves, or one
//!   of the crate `scimwire-sqlx`, over SQLite or PostgreSQL;
//! - [`auth::Authenticate`], which says of each request whose it is: over tokens of the host's,
//!   over its OAuth 2 or JWT library by [`auth::Bearer`], or with the ready-made tokens of the
//!   feature `tokens`. [`auth`] also says what is the library's part in security, and what the
//!   host's;
//! - [`policy::Policy`], where it has a say in changes, or wants to hear of them.
//!
//! And it hands over, to the builder of a [`Dispatcher`]: the base URL, each [`ResourceType`] with
//! its store, the authenticator and, if they are to differ from the defaults,
//! [`Features`](dispatch::Features), [`Limits`](dispatch::Limits) and [`Quirks`], which say what is
//! read beside the RFC.
//!
//! ```
//! use scimwire::auth::{AuthError, Authenticate, RequestContext, bearer_token};
//! use scimwire::schema::ENTERPRISE_USER;
//! use scimwire::{Dispatcher, MemoryDirectory, ResourceType};
//!
//! #[derive(Debug)]
//! struct Tokens;
//!
//! #[async_trait::async_trait]
//! impl Authenticate for Tokens {
//!     async fn authenticate(&self, head: &http::request::Parts) -> Result<RequestContext, AuthError> {
//!         match bearer_token(head) {
//!             Some("s3cret") => Ok(RequestContext::new("example")),
//!             Some(_) => Err(AuthError::invalid_token()),
//!             None => Err(AuthError::missing()),
//!         }
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let users = ResourceType::user().with_extension(ENTERPRISE_USER);
//! let groups = ResourceType::group().unique("displayName");
//! let directory = MemoryDirectory::new();
//! let scim = Dispatcher::builder("https://example.com/scim/v2")
//!     .resource_type(users.clone(), directory.store(users))
//!     .resource_type(groups.clone(), directory.store(groups))
//!     .authenticate(Tokens)
//!     .build()?;
//!
//! let request = http::Request::post("/scim/v2/Users")
//!     .header("authorization", "Bearer s3cret")
//!     .body(r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bjensen"}"#)?;
//! let response = scim.dispatch(request).await;
//! assert_eq!(response.status(), 201);
//! # Ok(())
//! # }
//! ```
//!
//! # In a router, with a log
//!
//! ```text
//! cargo add scimwire --features tokens,tower
//! cargo add axum tokio --features tokio/full
//! cargo add async-trait http
//! ```
//!
//! Each response carries a [`Report`](dispatch::Report): who asked for what, what was read beside
//! the RFC, how much of a search the store did, and what failed. A client that gets a 500 is not
//! told why, and a host that looks at neither the report nor the spans of the feature `tracing` is
//! not either:
//!
//! ```
//! use axum::Router;
//! use axum::middleware::map_response;
//! use axum::response::Response;
//! use scimwire::dispatch::Report;
//! # use scimwire::{Dispatcher, MemoryStore, ResourceType};
//!
//! async fn log(response: Response) -> Response {
//!     if let Some(source) = response.extensions().get::<Report>().and_then(|report| report.source.as_ref()) {
//!         eprintln!("SCIM: {source}");
//!     }
//!     response
//! }
//!
//! # let users = ResourceType::user();
//! # let scim = Dispatcher::builder("https://example.com/scim/v2").resource_type(users.clone(), MemoryStore::new(users));
//! # let scim = scim.unauthenticated().build()?;
//! let app: Router = Router::new().nest_service("/scim/v2", scim).layer(map_response(log));
//! # Ok::<(), scimwire::dispatch::BuildError>(())
//! ```
//!
//! # Features
//!
//! None of them is on by itself:
//!
//! | feature | what it adds |
//! |---|---|
//! | `tokens` | [`auth`]`::Tokens`: bearer tokens, shown once, kept as hashes |
//! | `tower` | the dispatcher as a `tower::Service`, to mount in any router |
//! | `tracing` | a span for each request, without personal data |
//! | `sql` | `sql`: filters, orders and pages as SQL, for tables of the host's |
//! | `testkit` | `testkit`: the checks that a store of the host's must pass |
//!
//! # How a request runs
//!
//! One movement runs through the crate: **parse** what the client wrote, **bind** it to a schema,
//! **run** the bound form. Names in any case, types, extensions, mutability and case rules are
//! decided in *bind*, once; what runs sees canonical names and typed operands only. Known
//! departures of real clients are repaired before that, and reported: see [`quirks`].
//!
//! # The demo
//!
//! `cargo run --example axum_server` in the repository is a whole service provider with a console.
//! Its page, `examples/axum_server/README.md`, says what to type in which field of which identity
//! provider, and what their errors mean.
//!
//! What the crate is not: an HTTP server, a SCIM client, or a user database.

#![cfg_attr(
    not(test),
    warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod attr;
pub mod auth;
mod budget;
mod clock;
mod context;
pub mod dispatch;
pub mod error;
mod features;
pub mod filter;
pub mod message;
pub mod patch;
pub mod policy;
pub mod query;
pub mod quirks;
pub mod resource;
pub mod schema;
mod secret;
pub mod service;
mod shown;
#[cfg(feature = "sql")]
#[cfg_attr(docsrs, doc(cfg(feature = "sql")))]
pub mod sql;
pub mod store;
#[cfg(feature = "testkit")]
#[cfg_attr(docsrs, doc(cfg(feature = "testkit")))]
pub mod testkit;
pub mod value;

pub use dispatch::Dispatcher;
pub use error::{Error, ScimType};
pub use quirks::Quirks;
pub use resource::Resource;
pub use schema::ResourceType;
pub use secret::Secret;
pub use store::{MemoryDirectory, MemoryStore, ResourceStore, StoreError};

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct Readme;
