//! The dispatcher as a service: inside an axum router over real HTTP, and with bodies that fail.

use std::any::type_name_of_val;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::task::{Context, Poll};
use std::time::Duration;
use std::{future, io, panic, thread};

use axum::Router;
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full};
use scimwire::auth::{AuthError, Authenticate, RequestContext, bearer_token};
use scimwire::dispatch::Limits;
use scimwire::{Dispatcher, MemoryStore, ResourceType};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;
use tower_service::Service;

const LIMIT: usize = 1000;

/// How long a test may take: far longer than any of them does.
const LONGEST: Duration = Duration::from_secs(60);

/// Runs a test on a thread of its own, and fails it by its name where it does not end.
fn in_time<F: Future<Output = ()>>(test: impl FnOnce() -> F + Send + 'static) {
    within(LONGEST, test);
}

/// A thread can be left behind that turns in a circle, where a runtime would have to wait for it.
fn within<F: Future<Output = ()>>(longest: Duration, test: impl FnOnce() -> F + Send + 'static) {
    let name = type_name_of_val(&test).trim_end_matches("::{{closure}}");
    let (sender, ended) = mpsc::channel::<()>();
    let thread = thread::spawn(move || {
        let runtime =
            runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(test());
        drop(sender);
    });
    // Nothing is sent: the channel closes at the end of the test, however that comes about.
    assert_ne!(
        ended.recv_timeout(longest),
        Err(RecvTimeoutError::Timeout),
        "`{name}` has not ended after {longest:?}"
    );
    if let Err(failure) = thread.join() {
        panic::resume_unwind(failure);
    }
}

#[test]
#[should_panic(expected = "`tower::a_test_that_waits_for_ever_fails_by_its_name` has not ended")]
fn a_test_that_waits_for_ever_fails_by_its_name() {
    within(Duration::from_millis(1), || async {
        future::pending::<()>().await;
    });
}

struct OneToken;

#[async_trait::async_trait]
impl Authenticate for OneToken {
    async fn authenticate(&self, head: &http::request::Parts) -> Result<RequestContext, AuthError> {
        match bearer_token(head) {
            Some("t") => Ok(RequestContext::new("example")),
            _ => Err(AuthError::missing_credentials()),
        }
    }
}

fn scim() -> Dispatcher {
    let users = ResourceType::user();
    let mut limits = Limits::default();
    limits.max_body_bytes = LIMIT;
    let builder = Dispatcher::builder("https://example.com/scim/v2");
    builder
        .store(MemoryStore::new(users))
        .authenticator(OneToken)
        .limits(limits)
        .build()
        .expect("a service provider")
}

/// A user whose body is so long.
fn user(name: &str, length: usize) -> String {
    let mut body =
        json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name })
            .to_string();
    body.push_str(&" ".repeat(length - body.len()));
    body
}

/// An axum server on a port that the system chooses.
async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// Sends bytes as they are; the status and the body of the first answer.
async fn send(address: SocketAddr, request: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // The server may answer, and close, before it has read all.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    while !is_whole(&answer) {
        let mut part = [0; 4096];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => break,
            Ok(length) => answer.extend(&part[..length]),
        }
    }
    let answer = String::from_utf8(answer).expect("text");
    let status = answer.get(9..12).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length
        .is_some_and(|length| length.trim().parse().is_ok_and(|length: usize| body.len() >= length))
}

fn head(method: &str, path: &str, headers: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\n{headers}\r\n"
    )
}

fn chunked(path: &str, chunks: &[&str]) -> Vec<u8> {
    let mut request = head("POST", path, "Transfer-Encoding: chunked\r\n");
    for chunk in chunks {
        request.push_str(&format!("{:x}\r\n{chunk}\r\n", chunk.len()));
    }
    request.push_str("0\r\n\r\n");
    request.into_bytes()
}

fn assert_error(answer: &(u16, String), status: u16) {
    let (got, body) = answer;
    assert_eq!(*got, status, "{body}");
    let body: Value = serde_json::from_str(body).expect("an error is JSON");
    assert_eq!(body["status"], status.to_string());
    assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
}

#[test]
fn a_router_may_take_the_prefix_away_or_not() {
    in_time(|| async {
        // P-1.3-01
        let nested = serve(Router::new().nest_service("/scim/v2", scim())).await;
        let routed = serve(Router::new().route_service("/scim/v2/{*path}", scim())).await;
        let whole = serve(Router::new().fallback_service(scim())).await;
        for address in [nested, routed, whole] {
            let body = user("bjensen", 100);
            let (status, made) = send(
                address,
                format!("{}{body}", head("POST", "/scim/v2/Users", "Content-Length: 100\r\n"))
                    .as_bytes(),
            )
            .await;
            let made: Value = serde_json::from_str(&made).expect("JSON");
            let path = format!("/scim/v2/Users/{}", made["id"].as_str().expect("an id"));
            assert_eq!(
                (status, &made["meta"]["location"]),
                (201, &json!(format!("https://example.com{path}")))
            );
            let (status, read) = send(address, head("GET", &path, "").as_bytes()).await;
            assert_eq!((status, serde_json::from_str::<Value>(&read).expect("JSON")), (200, made));
            assert_error(&send(address, head("GET", "/scim/v2/Nothing", "").as_bytes()).await, 404);
        }
        let (status, _) = send(nested, head("GET", "/scim/v2", "").as_bytes()).await;
        assert_eq!(status, 200, "the root");
    });
}

#[test]
fn bodies_are_read_up_to_the_limit() {
    in_time(|| async {
        // P-3.12-16
        let address = serve(Router::new().nest_service("/scim/v2", scim())).await;
        for (name, length, status) in
            [("below", LIMIT - 1, 201), ("at", LIMIT, 201), ("above", LIMIT + 1, 413)]
        {
            let body = user(name, length);
            let request = format!(
                "{}{body}",
                head("POST", "/scim/v2/Users", &format!("Content-Length: {length}\r\n"))
            );
            assert_eq!(send(address, request.as_bytes()).await.0, status, "{name}");
            let name = format!("{name}-chunked");
            let body = user(&name, length);
            let (one, rest) = body.split_at(150);
            assert_eq!(
                send(address, &chunked("/scim/v2/Users", &[one, rest])).await.0,
                status,
                "{name}"
            );
        }
    });
}

#[test]
fn a_body_that_says_it_is_too_long_is_not_waited_for() {
    in_time(|| async {
        // P-3.12-16
        let address = serve(Router::new().nest_service("/scim/v2", scim())).await;
        for length in ["1001", "99999999999"] {
            let request = head("POST", "/scim/v2/Users", &format!("Content-Length: {length}\r\n"));
            assert_error(&send(address, request.as_bytes()).await, 413);
        }
        // Without an end: the answer comes once the limit is passed.
        let mut endless = head("POST", "/scim/v2/Users", "Transfer-Encoding: chunked\r\n");
        endless.push_str(&format!("{:x}\r\n{}\r\n", 2000, " ".repeat(2000)));
        assert_error(&send(address, endless.as_bytes()).await, 413);
    });
}

#[test]
fn a_bulk_request_has_a_limit_of_its_own() {
    in_time(|| async {
        // P-3.7.4-02
        let users = ResourceType::user();
        let mut limits = Limits::default();
        (limits.max_body_bytes, limits.max_bulk_bytes) = (LIMIT, 200);
        let builder = Dispatcher::builder("https://example.com").store(MemoryStore::new(users));
        let scim =
            builder.authenticator(OneToken).limits(limits).build().expect("a service provider");
        let address = serve(Router::new().fallback_service(scim)).await;
        for (length, status) in [(199, 200), (200, 200), (201, 413)] {
            let mut body =
                json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [] }).to_string();
            body.push_str(&" ".repeat(length - body.len()));
            assert_eq!(send(address, &chunked("/Bulk", &[&body])).await.0, status, "{length}");
        }
        let request = head("POST", "/Bulk", "Content-Length: 201\r\n");
        assert_error(&send(address, request.as_bytes()).await, 413);
    });
}

#[test]
fn many_take_their_turn_on_one_service() {
    in_time(|| async {
        let mut service = scim();
        for number in 0..20 {
            let body = user(&format!("user{number}"), 200);
            let request = Request::post("/Users")
                .header("authorization", "Bearer t")
                .body(Full::new(Bytes::from(body)));
            let response = service.call(request.expect("a request")).await;
            assert_eq!(response.map(|response| response.status().as_u16()), Ok(201));
        }
    });
}

/// A body of parts that come one by one; a failure is the last.
struct Parts {
    parts: Vec<Result<&'static str, io::ErrorKind>>,
    read: Arc<AtomicUsize>,
}

impl Body for Parts {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.read.fetch_add(1, Ordering::Relaxed);
        if self.parts.is_empty() {
            return Poll::Ready(None);
        }
        let part = self.parts.remove(0);
        Poll::Ready(Some(part.map(|text| Frame::data(Bytes::from(text))).map_err(io::Error::from)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// The answer to a POST of a user, and how often the body was asked for more.
async fn post(
    token: &str,
    path: &str,
    parts: Vec<Result<&'static str, io::ErrorKind>>,
) -> ((u16, String), usize) {
    let read = Arc::new(AtomicUsize::new(0));
    let body = Parts { parts, read: Arc::clone(&read) };
    let request = Request::post(path)
        .header("authorization", format!("Bearer {token}"))
        .body(body)
        .expect("a request");
    let answer: Result<Response<Full<Bytes>>, Infallible> = scim().call(request).await;
    let Ok(answer) = answer;
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.expect("the answer is there").to_bytes();
    ((status, String::from_utf8(body.to_vec()).expect("text")), read.load(Ordering::Relaxed))
}

#[test]
fn a_body_that_fails_is_answered() {
    in_time(|| async {
        // P-3.12-16
        let start = "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],";
        let (whole, _) =
            post("t", "/Users", vec![Ok(start), Ok("\"userName\":"), Ok(""), Ok("\"bjensen\"}")])
                .await;
        assert_eq!(whole.0, 201, "{}", whole.1);
        for (kind, status) in [
            (io::ErrorKind::UnexpectedEof, 400),
            (io::ErrorKind::ConnectionReset, 400),
            (io::ErrorKind::Other, 400),
            (io::ErrorKind::TimedOut, 408),
        ] {
            let (answer, _) = post("t", "/Users", vec![Ok(start), Err(kind)]).await;
            assert_error(&answer, status);
        }
    });
}

#[test]
fn bodies_of_strangers_and_to_nowhere_are_not_read() {
    in_time(|| async {
        let parts = || vec![Ok("{"), Ok("}")];
        let (answer, read) = post("x", "/Users", parts()).await;
        assert_error(&answer, 401);
        assert_eq!(read, 0, "of who is not let in");
        let (answer, read) = post("t", "/Nothing", parts()).await;
        assert_error(&answer, 404);
        assert_eq!(read, 0, "to a path where there is nothing");
        let (answer, read) = post("t", "/Users", parts()).await;
        assert_error(&answer, 400);
        assert!(read > 0);
    });
}
