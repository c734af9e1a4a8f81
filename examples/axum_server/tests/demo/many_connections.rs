//! Many connections at once.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use rlimit::Resource;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time;

use super::requests::{FLAGS, get};
use super::support::demo::Demo;

const CONNECTIONS: u64 = 10_000;

/// Files that a process needs besides its connections.
const OTHER_FILES: u64 = 200;

/// How many connect at the same time, so that none is turned away by the queue of the system.
const AT_ONCE: usize = 250;

/// One in so many never ends its request.
const STALLED: usize = 10;

const PATIENCE: Duration = Duration::from_secs(120);

const REQUEST: &[u8] = b"GET /scim/v2/Users?count=0 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer token-1\r\n\r\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_connections_are_served_at_once() {
    let connections = room_for_connections();
    // All of them come before the first asks, and all ask at once.
    let demo =
        Demo::start(&[FLAGS, &["--head-timeout", "600", "--tenant-requests", "10000"]].concat());
    let crowd = time::timeout(PATIENCE, connect(demo.address(), connections))
        .await
        .expect("all connect in time");
    let crowd = time::timeout(PATIENCE, ask(crowd)).await.expect("all are answered in time");
    assert_eq!(crowd.len(), connections);
    let answer = get(demo.address(), "/scim/v2/ServiceProviderConfig", "token-1").await;
    assert_eq!(answer.status, 200, "one more than the crowd");
    drop(crowd);
    let answer = get(demo.address(), "/scim/v2/Users", "token-1").await;
    assert_eq!(answer.status, 200, "after the crowd has gone");
}

/// As many as the system lets one process have; all of them unless an administrator has forbidden
/// it.
fn room_for_connections() -> usize {
    let files =
        rlimit::increase_nofile_limit(CONNECTIONS + OTHER_FILES).expect("the limit can be read");
    let (_, most) = Resource::NOFILE.get().expect("the limit can be read");
    if files < CONNECTIONS + OTHER_FILES {
        eprintln!(
            "only {files} open files are allowed (at most {most}): fewer connections are tried than {CONNECTIONS}"
        );
    }
    usize::try_from(CONNECTIONS.min(files.saturating_sub(OTHER_FILES))).expect("10,000 fit")
}

async fn connect(address: SocketAddr, connections: usize) -> Vec<TcpStream> {
    let mut crowd = Vec::with_capacity(connections);
    while crowd.len() < connections {
        let mut coming = JoinSet::new();
        for _ in 0..AT_ONCE.min(connections - crowd.len()) {
            coming.spawn(TcpStream::connect(address));
        }
        crowd.extend(
            coming
                .join_all()
                .await
                .into_iter()
                .map(|stream| stream.expect("the demo takes the connection")),
        );
    }
    crowd
}

/// All ask at once, but for some that stop in the middle of their request; all connections stay
/// open.
async fn ask(crowd: Vec<TcpStream>) -> Vec<TcpStream> {
    let mut asking = JoinSet::new();
    for (index, stream) in crowd.into_iter().enumerate() {
        asking.spawn(async move {
            let asked =
                if index % STALLED == 0 { begin(stream).await } else { exchange(stream).await };
            asked.expect("the connection holds")
        });
    }
    asking.join_all().await
}

async fn begin(mut stream: TcpStream) -> io::Result<TcpStream> {
    stream.write_all(&REQUEST[..REQUEST.len() / 2]).await.map(|()| stream)
}

async fn exchange(mut stream: TcpStream) -> io::Result<TcpStream> {
    stream.write_all(REQUEST).await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        let read = stream.read_buf(&mut answer).await?;
        assert!(read > 0, "the demo hung up: {}", String::from_utf8_lossy(&answer));
    }
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    Ok(stream)
}
