//! scimwire on hyper: the dispatcher is a `tower::Service`.
//!
//! `cargo run -p mounts --example hyper`, then `curl http://127.0.0.1:8080/scim/v2/Users`.

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use scimwire::{Dispatcher, MemoryDirectory, ResourceType};
use tokio::net::TcpListener;

pub(crate) async fn serve(listener: TcpListener, scim: Dispatcher) -> std::io::Result<()> {
    loop {
        let (socket, _) = listener.accept().await?;
        let service = TowerToHyperService::new(scim.clone());
        tokio::spawn(async move {
            // The timer lets hyper close connections whose head does not come (30 seconds).
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(socket), service);
            if let Err(err) = connection.await {
                eprintln!("a connection has failed: {err}");
            }
        });
    }
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
    Ok(serve(TcpListener::bind("127.0.0.1:8080").await?, scim).await?)
}
