//! What one connection, and one tenant, may take of what all share.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time;

use crate::requests::{FLAGS, get, post, user};
use crate::support::demo::Demo;

/// A failure after that time, so that nothing hangs; no test waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(30);

const HEAD: &str =
    "GET /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer token-1\r\n";

async fn connect(demo: &Demo) -> TcpStream {
    TcpStream::connect(demo.address()).await.expect("it takes connections")
}

/// What comes until the connection ends.
async fn rest(stream: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    let ended = time::timeout(PATIENCE, stream.read_to_end(&mut rest))
        .await
        .expect("the connection is closed");
    ended.expect("it is closed in order");
    String::from_utf8_lossy(&rest).into_owned()
}

/// The head of the next answer, and what has come with it of the body.
async fn answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let read = async {
        while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
            assert!(
                stream.read_buf(&mut answer).await.expect("the connection holds") > 0,
                "there is an answer"
            );
        }
    };
    time::timeout(PATIENCE, read).await.expect("an answer in time");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let demo = Demo::start(&[FLAGS, &["--head-timeout", "0.2"]].concat());
    for begin in ["", "GET", HEAD] {
        let mut stream = connect(&demo).await;
        stream.write_all(begin.as_bytes()).await.expect("it reads what comes");
        let said = rest(&mut stream).await;
        assert!(!said.starts_with("HTTP/1.1 2"), "{begin:?}: {said}");
    }
    let mut idle = connect(&demo).await;
    idle.write_all(format!("{HEAD}\r\n").as_bytes()).await.expect("it reads what comes");
    assert!(rest(&mut idle).await.starts_with("HTTP/1.1 200"), "it is answered before it is idle");
}

#[tokio::test]
async fn a_head_that_comes_bit_by_bit_is_not_waited_for_either() {
    let demo = Demo::start(&[FLAGS, &["--head-timeout", "0.2"]].concat());
    let mut stream = connect(&demo).await;
    stream.write_all(HEAD.as_bytes()).await.expect("it reads what comes");
    let dripping = async {
        // Goes on until the other side has closed, and every drip comes within the time.
        while stream.write_all(b"X-More: 1\r\n").await.is_ok() {
            let mut said = [0; 1024];
            if let Ok(Ok(0) | Err(_)) =
                time::timeout(Duration::from_millis(20), stream.read(&mut said)).await
            {
                break;
            }
        }
    };
    time::timeout(PATIENCE, dripping).await.expect("the connection is closed");
}

#[tokio::test]
async fn a_head_has_a_largest_size() {
    let demo = Demo::start(FLAGS);
    let head = |bytes| format!("{HEAD}X-Long: {}\r\n", "x".repeat(bytes));
    let mut stream = connect(&demo).await;
    stream
        .write_all(format!("{}\r\n", head(20 * 1024)).as_bytes())
        .await
        .expect("it reads what comes");
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200"));
    // No more than is read, so that the answer is not lost with what is left.
    let mut stream = connect(&demo).await;
    stream.write_all(&head(40 * 1024).as_bytes()[..32 * 1024]).await.expect("it reads what comes");
    let said = answer(&mut stream).await;
    assert!(said.starts_with("HTTP/1.1 431"), "{said}");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_hung_up_on() {
    let demo = Demo::start(&[FLAGS, &["--write-timeout", "0.2"]].concat());
    let mut long = user("bjensen");
    long["title"] = json!("t".repeat(4 * 1024 * 1024));
    assert_eq!(post(demo.address(), "/scim/v2/Users", "token-1", &long).await.status, 201);
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    let mut stream = socket.connect(demo.address()).await.expect("it takes connections");
    let asking =
        async { while stream.write_all(format!("{HEAD}\r\n").as_bytes()).await.is_ok() {} };
    time::timeout(PATIENCE, asking).await.expect("the connection is closed");
    assert_eq!(get(demo.address(), "/scim/v2/Users?count=0", "token-1").await.status, 200);
}

#[tokio::test]
async fn connections_beyond_the_limit_wait() {
    let demo = Demo::start(&[FLAGS, &["--max-connections", "2"]].concat());
    let request = format!("{HEAD}\r\n");
    let (mut first, mut second, mut third) =
        (connect(&demo).await, connect(&demo).await, connect(&demo).await);
    for stream in [&mut first, &mut second, &mut third] {
        stream.write_all(request.as_bytes()).await.expect("the system takes it");
    }
    answer(&mut first).await;
    answer(&mut second).await;
    let mut early = [0; 1];
    assert!(
        third.try_read(&mut early).is_err_and(|err| err.kind() == std::io::ErrorKind::WouldBlock)
    );
    drop(first);
    assert!(answer(&mut third).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_request_names_its_host() {
    // RFC 9112, Section 3.2
    let demo = Demo::start(FLAGS);
    let cases = [
        ("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "HTTP/1.1 400"),
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200"),
        ("GET / HTTP/1.0\r\n\r\n", "HTTP/1.0 200"),
    ];
    for (request, expected) in cases {
        let mut stream = connect(&demo).await;
        stream.write_all(request.as_bytes()).await.expect("it reads what comes");
        let said = answer(&mut stream).await;
        assert!(said.starts_with(expected), "{request:?}: {said}");
    }
}

#[tokio::test]
async fn a_tenant_that_uses_up_its_share_keeps_nobody_else_waiting() {
    let demo = Demo::start(&[FLAGS, &["--tenant-requests", "1"]].concat());
    let body = user("bjensen").to_string();
    let head = HEAD.replace("GET", "POST");
    let begin = format!(
        "{head}Content-Type: application/scim+json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut slow = connect(&demo).await;
    // Whoever is asked to go on has its place.
    slow.write_all(begin.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n").as_bytes())
        .await
        .expect("it reads");
    assert!(answer(&mut slow).await.starts_with("HTTP/1.1 100"));
    let mut waiting = connect(&demo).await;
    waiting.write_all(format!("{HEAD}\r\n").as_bytes()).await.expect("it reads what comes");
    assert_eq!(
        get(demo.address(), "/scim/v2/Users", "token-2").await.status,
        200,
        "the other tenant is served"
    );
    let mut early = [0; 1];
    assert!(
        waiting.try_read(&mut early).is_err_and(|err| err.kind() == std::io::ErrorKind::WouldBlock)
    );
    slow.write_all(body.as_bytes()).await.expect("it reads what comes");
    assert!(answer(&mut slow).await.starts_with("HTTP/1.1 201"));
    assert!(answer(&mut waiting).await.starts_with("HTTP/1.1 200"));
}
