//! scimwire in axum: the dispatcher is a service of the router, beside your own routes.
//!
//! `cargo run -p mounts --example axum`, then `curl http://127.0.0.1:8080/scim/v2/Users`.

use axum::Router;
use axum::routing::get;
use scimwire::{Dispatcher, MemoryDirectory, ResourceType};
use tokio::net::TcpListener;

pub(crate) fn app(scim: Dispatcher) -> Router {
    Router::new().route("/health", get(async || "ok")).nest_service("/scim/v2", scim)
}

#[tokio::main]
#[allow(dead_code, reason = "a test takes the rest")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = MemoryDirectory::new();
    let scim = Dispatcher::builder("http://127.0.0.1:8080/scim/v2")
        .store(directory.store(ResourceType::user()))
        .store(directory.store(ResourceType::group()))
        .unauthenticated()
        .build()?;
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    Ok(axum::serve(listener, app(scim)).await?)
}
