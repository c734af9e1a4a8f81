//! An embeddable SCIM 2.0 server for Rust applications (RFC 7643, RFC 7644, RFC 9865).
//!
//! SCIM is how an identity provider creates, updates and deactivates users and groups in your
//! product. This crate is the server side of the protocol, a *service provider*: it takes an
//! `http::Request` from any HTTP stack and returns an `http::Response`. Users stay in your own
//! database, and authentication stays yours.
//!
//! ```text
//! cargo add scimwire --features tokens
//! cargo add axum tokio --features tokio/full
//! cargo add async-trait http serde_json
//! ```
//!
//! ```
//! use scimwire::auth::{AuthError, BearerAuth, RequestContext, validator_fn};
//! use scimwire::{Dispatcher, MemoryDirectory, ResourceType, Secret};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let tokens = validator_fn(|token: Secret| async move {
//!         match token.expose() {
//!             "s3cret" => Ok(RequestContext::new("acme")), // the tenant
//!             _ => Err(AuthError::invalid_token()),
//!         }
//!     });
//!     let directory = MemoryDirectory::new(); // or a store over your own tables
//!     let (users, groups) = (ResourceType::user(), ResourceType::group());
//!     let scim = Dispatcher::builder("https://example.com/scim/v2")
//!         .store(directory.store(users))
//!         .store(directory.store(groups))
//!         .authenticator(BearerAuth::new(tokens))
//!         .build()?;
//!
//!     let user = r#"{ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
//!         "userName": "bjensen" }"#;
//!     let request = http::Request::post("/scim/v2/Users")
//!         .header("authorization", "Bearer s3cret")
//!         .body(user)?;
//!     assert_eq!(scim.dispatch(request).await.status(), 201);
//!
//!     // The dispatcher is a `tower::Service` for any router.
//!     let _app: axum::Router = axum::Router::new().nest_service("/scim/v2", scim);
//!     Ok(())
//! }
//! ```
//!
//! # I want to ...
//!
//! | task | where |
//! |---|---|
//! | run a first server | [Getting started](guides::getting_started) |
//! | store users in my own tables | [`SqlTable`](https://docs.rs/scimwire-sqlx/latest/scimwire_sqlx/table/) of `scimwire-sqlx`: a description of columns is a store |
//! | write a store of my own | [`ResourceStore`], with the guide at [`store`]; [`sql`] for the queries; [`testkit`] for tests |
//! | store my own structs, with diesel, sea-orm or a service of mine | [Typed stores](guides::typed_stores): [`ScimResource`], [`typed::TypedStore`] |
//! | store users in SQLite or PostgreSQL, without tables of my own | the crate `scimwire-sqlx` |
//! | accept bearer tokens, OAuth 2 access tokens or JWTs | [Authentication](guides::authentication) |
//! | serve several customers | [Multi-tenancy](guides::tenants) |
//! | [end sessions when a user is deactivated](#end-sessions-when-a-user-is-deactivated) | [Hooks and events](guides::hooks) |
//! | [send a webhook](#send-a-webhook), write an audit log, reject a change | [Hooks and events](guides::hooks) |
//! | [map groups to roles](#map-groups-to-roles) | [Groups](guides::groups) |
//! | link a POST to an existing account | [`CreateDecision::link`](hooks::CreateDecision) |
//! | [add a custom attribute](#add-a-custom-attribute), an extension or a resource type | [Custom schemas](schema) |
//! | publish only the attributes that my tables have | [`ResourceType::retain_attributes`] |
//! | see which deviations from the RFC are tolerated, or turn that off | [Quirks](quirks): `cx.with_quirks(Quirks::STRICT)` |
//! | [require ETags](#require-etags) (optimistic locking, `If-Match`) | [`Features`](dispatch::Features), [`Precondition`](store::Precondition) |
//! | set limits, timeouts and rate limits; hash passwords | [Security](auth) |
//! | [log why a request failed](#log-why-a-request-failed), collect metrics | [Operations](guides::operations) |
//! | make it fast | [Performance](guides::performance) |
//! | know what stays the same between versions | [Compatibility](#compatibility) |
//!
//! ## End sessions when a user is deactivated
//!
//! ```
//! fn end_sessions(change: &scimwire::store::Change) {
//!     let is_deleted = change.operation == scimwire::store::ChangeKind::Delete;
//!     if change.resource_type.name() == "User" && (change.is_deactivation() || is_deleted) {
//!         println!("end all sessions of user {}", change.id);
//!     }
//! }
//! ```
//!
//! Call it in [`Hooks::after_commit`](hooks::Hooks::after_commit), a hook that runs after each
//! commit.
//!
//! ## Send a webhook
//!
//! ```
//! fn payload(change: &scimwire::store::Change) -> serde_json::Value {
//!     let event = format!("{:?}", change.operation); // Create, Update or Delete
//!     serde_json::json!({ "event": event, "id": change.id, "tenant": change.tenant.as_str() })
//! }
//! ```
//!
//! Queue the payload in the same hook, and deliver it in a task with a timeout and retries.
//!
//! ## Map groups to roles
//!
//! ```
//! fn map_roles(change: &scimwire::store::Change) {
//!     change.members.added.iter().for_each(|user| println!("grant role {} to {user}", change.id));
//!     change.members.removed.iter().for_each(|user| println!("revoke role {} from {user}", change.id));
//! }
//! ```
//!
//! ## Add a custom attribute
//!
//! ```
//! use scimwire::schema::{Attribute, AttributeType, ResourceType, Schema, SchemaError};
//!
//! fn user_with_badge() -> Result<ResourceType, SchemaError> {
//!     let number = Attribute::builder("number", AttributeType::Integer);
//!     let badge = Schema::builder("urn:example:schemas:Badge").attribute(number).build()?;
//!     Ok(ResourceType::user().with_extension(badge))
//! }
//! ```
//!
//! ## Require ETags
//!
//! ```
//! fn optimistic_locking() -> scimwire::dispatch::Features {
//!     let mut features = scimwire::dispatch::Features::default();
//!     features.if_match_required = true; // 428 for a PUT, PATCH or DELETE without `If-Match`
//!     features
//! }
//! ```
//!
//! Pass it to [`DispatcherBuilder::features`](dispatch::DispatcherBuilder::features).
//!
//! ## Log why a request failed
//!
//! A 500 response carries no details. The cause is in the
//! [`RequestReport`](dispatch::RequestReport) of the response, and with the feature `tracing` in
//! its span.
//!
//! ```
//! fn log(response: &http::Response<Vec<u8>>) {
//!     let report = response.extensions().get::<scimwire::dispatch::RequestReport>();
//!     if let Some(cause) = report.and_then(|report| report.error.as_ref()) {
//!         eprintln!("SCIM: {cause}");
//!     }
//! }
//! ```
//!
//! # Features
//!
//! `tower` is on by default, all others are off.
//!
//! | feature | adds |
//! |---|---|
//! | `derive` | `#[derive(ScimResource)]`, for your own structs: see [`typed`] |
//! | `tokens` | [`auth`]`::Tokens`: bearer tokens, shown once, stored as hashes |
//! | `tower` | `tower::Service` for [`Dispatcher`], to mount it in axum and other routers |
//! | `tracing` | a span for each request, without personal data |
//! | `sql` | `sql`: filters, sorting and paging as SQL, for your own tables |
//! | `testkit` | `testkit`: a test suite for your own store |
//!
//! # Compatibility
//!
//! - Types of other crates in the public API are those of `http`, `bytes`, `serde_json`, `chrono`
//!   and `async-trait`, all re-exported here: [`http`], [`serde_json`], [`chrono`] and
//!   [`async_trait`](macro@async_trait). A new major version of one of them requires a new major
//!   version of this crate.
//! - Times are `chrono::DateTime<Utc>`, since a SCIM `dateTime` has a range and a precision of its
//!   own. `std::time::SystemTime` is platform-dependent and has no parsing or formatting. sqlx,
//!   diesel and serde support the type.
//! - Traits with `async fn` use `#[async_trait]`, so that they can be used as `dyn`, until
//!   `async fn` in `dyn` traits is stable.
//! - Structs and enums that may grow are `#[non_exhaustive]`. Exhaustive enums, such as
//!   [`filter::Filter`], [`filter::BoundFilter`] and [`filter::CompareOp`], are complete: a new
//!   variant requires a new major version, so match them without a wildcard.
//! - [`Deviation::rule`](quirks::Deviation::rule), [`Error::scim_type`] and the names of switches
//!   are stable. The text of errors and deviations may change in any version, as may the unit of
//!   [`EvalBudget`](filter::EvalBudget). Defaults of [`Limits`](dispatch::Limits) and of
//!   [`Quirks::LENIENT`] may change in a minor version.
//! - The minimum supported Rust version is 1.88. Raising it is a minor version. Clippy's
//!   `incompatible_msrv` keeps newer parts of the standard library out.
//!
//! # What it is not
//!
//! The crate is not an HTTP server, a SCIM client, a user database or a login. It opens no socket
//! and spawns no task.

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
pub mod guides;
pub mod hooks;
pub mod message;
pub mod patch;
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
pub mod typed;
pub mod value;

pub use async_trait::async_trait;
pub use chrono;
pub use http;
pub use serde_json;

pub use dispatch::Dispatcher;
pub use error::{Error, ScimType};
pub use quirks::Quirks;
pub use resource::Resource;
pub use schema::ResourceType;
pub use secret::Secret;
pub use store::{MemoryDirectory, MemoryStore, ResourceStore, StoreError};
pub use typed::ScimResource;

/// Makes a struct a resource: see [`typed`].
#[cfg(feature = "derive")]
#[cfg_attr(docsrs, doc(cfg(feature = "derive")))]
pub use scimwire_derive::ScimResource;

#[doc = include_str!("../README.md")]
#[cfg(doctest)]
struct Readme;
