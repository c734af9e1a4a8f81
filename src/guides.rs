//! Guides, by task. Each has code that compiles.
//!
//! | guide | answers |
//! |---|---|
//! | [Getting started](getting_started) | How do I run a first server? |
//! | [Your own tables](https://docs.rs/scimwire-sqlx/latest/scimwire_sqlx/docs/own_tables/) | How do I describe the tables that I have, for sqlx? |
//! | [Typed stores](typed_stores) | How do I store structs, with diesel, sea-orm or anything else? |
//! | [Your own store](crate::store) | How do I implement a store with full control? |
//! | [Groups](groups) | How are memberships stored and changed? |
//! | [Hooks and events](hooks) | How do I react to a change, or reject it? |
//! | [Multi-tenancy](tenants) | How do I serve several customers? |
//! | [Authentication](authentication) | How do I check tokens, OAuth 2 or JWTs? |
//! | [Quirks](crate::quirks) | Which deviations from the RFC are tolerated? |
//! | [Custom schemas](crate::schema) | How do I add attributes, extensions and resource types? |
//! | [Performance](performance) | How do I keep lookups and pages fast? |
//! | [Security](crate::auth) | What is protected, and what do I have to do? |
//! | [Operations](operations) | How do I log, monitor and deploy it? |

#[doc = include_str!("docs/getting_started.md")]
pub mod getting_started {}

#[doc = include_str!("docs/typed.md")]
#[doc(alias = "diesel")]
#[doc(alias = "sea_orm")]
#[doc(alias = "derive")]
pub mod typed_stores {}

#[doc = include_str!("docs/groups.md")]
#[doc(alias = "roles")]
#[doc(alias = "members")]
pub mod groups {}

#[doc = include_str!("docs/hooks.md")]
#[doc(alias = "webhook")]
#[doc(alias = "callback")]
#[doc(alias = "event")]
#[doc(alias = "audit")]
pub mod hooks {}

#[doc = include_str!("docs/tenants.md")]
#[doc(alias = "multi_tenancy")]
pub mod tenants {}

#[doc = include_str!("docs/authentication.md")]
#[doc(alias = "oauth")]
#[doc(alias = "jwt")]
pub mod authentication {}

#[doc = include_str!("docs/performance.md")]
pub mod performance {}

#[doc = include_str!("docs/operations.md")]
#[doc(alias = "rate_limit")]
#[doc(alias = "timeout")]
#[doc(alias = "retry")]
#[doc(alias = "logging")]
#[doc(alias = "metrics")]
pub mod operations {}
