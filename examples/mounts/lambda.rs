//! scimwire as an AWS Lambda function behind an API Gateway or a function URL.
//!
//! `cargo lambda build -p mounts --example lambda`. Memory is lost when the function ends: use a
//! store over your database instead.

use lambda_http::{Body, Error, Request, Response, run, service_fn};
use scimwire::{Dispatcher, MemoryDirectory, ResourceType};

pub(crate) async fn respond(scim: &Dispatcher, request: Request) -> Result<Response<Body>, Error> {
    Ok(scim.dispatch(request).await.map(|body| Body::from(body.as_ref())))
}

#[tokio::main]
#[allow(dead_code, reason = "a test takes the rest")]
async fn main() -> Result<(), Error> {
    let directory = MemoryDirectory::new();
    let scim = Dispatcher::builder("https://example.com/scim/v2")
        .store(directory.store(ResourceType::user()))
        .store(directory.store(ResourceType::group()))
        .unauthenticated()
        .build()?;
    run(service_fn(async |request| respond(&scim, request).await)).await
}
