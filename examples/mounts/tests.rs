//! Each mount serves the life of a user and a group, and is at most 40 lines long.

#[path = "actix.rs"]
mod actix;
#[path = "axum.rs"]
mod in_axum;
#[path = "lambda.rs"]
mod lambda;
#[path = "hyper.rs"]
mod on_hyper;

use std::net::SocketAddr;

use actix_web::web::Data;
use actix_web::{App, HttpServer};
use lambda_http::request::from_str;
use scimwire::{Dispatcher, MemoryDirectory, ResourceType};
use serde_json::{Value, json};
use support::flow::provision;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn dispatcher() -> Dispatcher {
    let directory = MemoryDirectory::new();
    Dispatcher::builder("http://127.0.0.1/scim/v2")
        .store(directory.store(ResourceType::user()))
        .store(directory.store(ResourceType::group()))
        .unauthenticated()
        .build()
        .expect("it is consistent")
}

async fn free_port() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

/// Sends a request over a connection of its own.
async fn send(address: SocketAddr, method: &str, path: &str, body: Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = format!(
        "{method} /scim/v2{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/scim+json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut response = String::new();
    stream.read_to_string(&mut response).await.expect("it responds");
    let (head, body) = response.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.expect("a status"), serde_json::from_str(body).unwrap_or_default())
}

#[tokio::test]
async fn axum_serves_the_flow() {
    let (listener, address) = free_port().await;
    let server = axum::serve(listener, in_axum::app(dispatcher())).into_future();
    let server = tokio::spawn(server);
    provision(async |method, path, body| send(address, method, path, body).await).await;
    server.abort();
}

#[tokio::test]
async fn hyper_serves_the_flow() {
    let (listener, address) = free_port().await;
    let server = tokio::spawn(on_hyper::serve(listener, dispatcher()));
    provision(async |method, path, body| send(address, method, path, body).await).await;
    server.abort();
}

#[actix_web::test]
async fn actix_serves_the_flow() {
    let scim = Data::new(dispatcher());
    let app = move || App::new().configure(|app| actix::mount(app, Data::clone(&scim)));
    let server = HttpServer::new(app).workers(1).bind(("127.0.0.1", 0)).expect("a port");
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    provision(async |method, path, body| send(address, method, path, body).await).await;
    handle.stop(false).await;
}

/// As an HTTP API of the API Gateway calls the function.
#[tokio::test]
async fn lambda_serves_the_flow() {
    let scim = dispatcher();
    provision(async |method, path, body| {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let path = format!("/scim/v2{path}");
        let mut event = json!({
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "headers": { "host": "example.com", "content-type": "application/scim+json" },
            "requestContext": { "http": { "method": method, "path": path } },
            "isBase64Encoded": false,
        });
        if !body.is_null() {
            event["body"] = body.to_string().into();
        }
        let request = from_str(&event.to_string()).expect("an event");
        let response = lambda::respond(&scim, request).await.expect("it responds");
        let body = serde_json::from_slice(response.body()).unwrap_or_default();
        (response.status().as_u16(), body)
    })
    .await;
}

#[test]
fn each_mount_has_at_most_40_lines() {
    for (name, text) in [
        ("actix", include_str!("actix.rs")),
        ("axum", include_str!("axum.rs")),
        ("hyper", include_str!("hyper.rs")),
        ("lambda", include_str!("lambda.rs")),
    ] {
        let lines = text.lines().count();
        assert!(lines <= 40, "{name} has {lines} lines");
    }
}
