//! A minimal server over an in-memory store: its cost per request is that of the library and axum
//! alone.
//!
//! `minimal --listen ADDRESS --tenant main=TOKEN`; other flags of the demo are taken and ignored.

use std::env;
use std::error::Error;

use axum::Router;
use scimwire::auth::{AuthError, BearerAuth, RequestContext, validator_fn};
use scimwire::{Dispatcher, MemoryDirectory, ResourceType, Secret};
use tokio::net::TcpListener;

fn flag(name: &str) -> Option<String> {
    env::args().skip_while(|argument| argument != name).nth(1)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listen = flag("--listen").unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let token = flag("--tenant").ok_or("--tenant NAME=TOKEN says who is let in")?;
    let (tenant, token) = token.split_once('=').ok_or("--tenant NAME=TOKEN")?;
    let (cx, token) = (RequestContext::new(tenant), token.to_owned());

    let directory = MemoryDirectory::new();
    let (users, groups) = (ResourceType::user(), ResourceType::group());
    let scim = Dispatcher::builder(format!("http://{listen}/scim/v2"))
        .store(directory.store(users))
        .store(directory.store(groups))
        .authenticator(BearerAuth::new(validator_fn(move |sent: Secret| {
            let known = (sent.expose() == token).then(|| cx.clone());
            async move { known.ok_or_else(AuthError::invalid_token) }
        })))
        .build()?;
    // As the bare handler beside it: a router that nests writes the path anew for each request.
    let app = Router::new().fallback_service(scim);
    axum::serve(TcpListener::bind(listen).await?, app).await?;
    Ok(())
}
