//! Connections, and what each may take: `axum::serve` waits for ever for a head that does not come,
//! and for clients that do not read their answer.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1::{self, Connection};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::{select, time};
use tokio_io_timeout::TimeoutStream;
use tower_service::Service;
use tracing::{debug, warn};

/// The longest head of a request, in bytes; a longer one is answered with 431.
const HEAD_BYTES: usize = 32 * 1024;

/// How long to wait when the system has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(100);

/// How long requests may still take when the process is told to end.
const LAST_REQUESTS: Duration = Duration::from_secs(2);

/// The limits of connections.
#[derive(Clone, Copy)]
pub(crate) struct ConnectionLimits {
    /// How long the head of a request may take, from the connection or the last answer on.
    pub(crate) head_timeout: Duration,
    /// How long a client may leave what was sent to it unread.
    pub(crate) write_timeout: Duration,
    /// The maximum number of concurrent connections; others wait until one is closed.
    pub(crate) most: usize,
}

/// Serves until `shutdown_signal`; then finishes what it has begun, if that does not take long.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    shutdown_signal: impl Future<Output = ()>,
) -> io::Result<()> {
    let connections = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(limits.most.min(Semaphore::MAX_PERMITS)));
    let mut shutdown_signal = std::pin::pin!(shutdown_signal);
    loop {
        let accepted = select! {
            accepted = accept(&listener, &room) => accepted,
            () = &mut shutdown_signal => break,
        };
        if let Some((stream, peer, permit)) = accepted {
            let connection = connections.watch(connection(stream, peer, router.clone(), limits));
            tokio::spawn(async move {
                if let Err(err) = connection.await {
                    // Clients hang up, and are hung up on when they are late: that is their own
                    // affair.
                    debug!(error = &err as &dyn std::error::Error, "connection closed");
                }
                drop(permit);
            });
        }
    }
    drop(listener);
    select! {
        () = connections.shutdown() => {}
        () = time::sleep(LAST_REQUESTS) => {}
    }
    Ok(())
}

/// The next connection, once there is room for it; none where this one came to nothing.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    // Nobody closes the semaphore.
    let permit = Arc::clone(room).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, permit)),
        Err(err) if is_of_the_client(&err) => None,
        Err(err) => {
            warn!(error = &err as &dyn std::error::Error, "cannot accept connections");
            time::sleep(NO_ROOM).await;
            None
        }
    }
}

fn is_of_the_client(err: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(err.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

type Stream = TokioIo<std::pin::Pin<Box<TimeoutStream<TcpStream>>>>;

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: ConnectionLimits,
) -> Connection<
    Stream,
    impl hyper::service::Service<
        Request<Incoming>,
        Response = Response,
        Error = Infallible,
        Future: Send,
    >,
> {
    // Answers go out at once. Where the system cannot do that, they go out later.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.write_timeout));
    let answer = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        // A router is always ready.
        router.clone().call(request)
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(Box::pin(stream)), answer)
}
