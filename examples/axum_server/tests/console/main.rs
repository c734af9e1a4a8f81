//! The console of the demo: what its pages ask for, over HTTP, and the pages themselves, in a
//! browser.
//!
//! `cargo test` builds the server before it; `cargo test --test console` does not, and wants
//! `cargo build --example axum_server` first.

mod activity;
mod administrator;
mod bidi_names;
mod browser;
mod client_persistence;
mod clients;
mod consent;
mod directory;
mod display;
#[path = "../../console/login_throttle.rs"]
mod login_throttle;
mod not_found;
mod oauth_client;
mod pages;
mod persistence;
mod products;
#[expect(dead_code, reason = "the demo calls it; its tests run here")]
#[path = "../../activity/redact.rs"]
mod redact;
mod sessions;
mod settings;
#[path = "../support/mod.rs"]
mod support;
mod tenants;
mod test_run;
mod tokens;
mod unsaved;
mod workflows;
