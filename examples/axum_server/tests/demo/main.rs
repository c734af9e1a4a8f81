//! The demo server from outside: what its command line accepts and refuses, who is let in, how it
//! starts and ends. What it answers to identity providers is in `tests/idp.rs`.
//!
//! `cargo test` builds the server before it; `cargo test --test demo` does not, and wants
//! `cargo build --example axum_server` first.

mod admin;
mod bulk;
mod command_line;
mod connections;
mod durability;
mod hooks;
mod lifecycle;
mod many_connections;
mod oauth;
mod process;
mod records;
mod requests;
mod resource_types;
mod serving;
mod shared_database;
#[expect(dead_code, reason = "transcripts are for `tests/idp.rs`")]
#[path = "../support/mod.rs"]
mod support;
mod tenants;
