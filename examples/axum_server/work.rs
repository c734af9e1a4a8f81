//! How requests are worked on: what may take the CPU for long keeps no other request waiting, what
//! was asked for by a client that has gone ends, and a change that has begun is made whole, with
//! what follows from it.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Json;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use http_body::Body as _;
use scimwire::Error;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::{self, JoinSet};

/// A body from this length on, in bytes, takes a while to read.
const LARGE_BODY: u64 = 64 * 1024;

/// Answers in a task of its own. That of a change does not end with the connection.
pub(crate) async fn work(request: Request, next: Next) -> Response {
    let (takes_long, only_reads) = (takes_long(&request), only_reads(&request));
    let answer = next.run(request);
    let answer = Answer { answer: Box::pin(answer), takes_long };
    if !only_reads {
        // Only a panic is no answer.
        return task::spawn(answer).await.unwrap_or_else(|_| defect());
    }
    // Ends its tasks when it is dropped.
    let mut reading = JoinSet::new();
    reading.spawn(answer);
    reading.join_next().await.and_then(Result::ok).unwrap_or_else(defect)
}

/// What is read, and changes by PATCH, can be far more work than their text; so can be what is
/// large. Nobody knows the size of a resource before it is read.
fn takes_long(request: &Request) -> bool {
    let length = request.body().size_hint();
    let is_large = length.upper().unwrap_or(u64::MAX) > LARGE_BODY;
    is_large || request.method() == Method::PATCH || only_reads(request)
}

fn only_reads(request: &Request) -> bool {
    request.method().is_safe()
        || request.method() == Method::POST && is_search(request.uri().path())
}

/// RFC 7644, Section 3.4.3.
fn is_search(path: &str) -> bool {
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .is_some_and(|last| last.eq_ignore_ascii_case(".search"))
}

/// An answer in the making.
struct Answer<F> {
    answer: Pin<Box<F>>,
    takes_long: bool,
}

impl<F: Future> Future for Answer<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let has_other_threads = || Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread;
        if self.takes_long && has_other_threads() {
            // The other tasks of this thread go on in another one.
            task::block_in_place(|| self.answer.as_mut().poll(context))
        } else {
            self.answer.as_mut().poll(context)
        }
    }
}

/// The form of all failures (RFC 7644, Section 3.12), which identity providers can read.
fn defect() -> Response {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let body = Json(Error::status_only(status, "the server has a defect: its log says more"));
    (status, [(CONTENT_TYPE, "application/scim+json")], body).into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, mpsc};
    use std::time::Duration;

    use axum::body::{Body, to_bytes};
    use axum::routing::any;
    use axum::{Router, middleware};
    use serde_json::Value;
    use tokio::sync::Notify;
    use tower_service::Service;

    use super::*;

    async fn panics() -> &'static str {
        panic!("a defect of the host")
    }

    fn request(method: Method, uri: &str) -> Request {
        http::Request::builder().method(method).uri(uri).body(Body::empty()).expect("a request")
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_is_answered_as_all_failures_are() {
        // P-3.12-16
        for (method, uri) in [
            (Method::GET, "/"),
            (Method::GET, "/?filter=x"),
            (Method::POST, "/"),
            (Method::PATCH, "/"),
        ] {
            let mut router = Router::new().route("/", any(panics)).layer(middleware::from_fn(work));
            let answer = router.call(request(method, uri)).await.expect("an answer");
            assert_eq!(answer.status(), 500);
            assert_eq!(answer.headers()[CONTENT_TYPE], "application/scim+json");
            let body = to_bytes(answer.into_body(), 1000).await.expect("a body");
            let body: Value = serde_json::from_slice(&body).expect("JSON");
            assert_eq!(body["status"], "500");
            assert!(!body["detail"].as_str().expect("a detail").contains("host"), "{body}");
        }
    }

    /// Tells when it is dropped.
    struct Dropped(Arc<Notify>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }

    /// What is seen of a request whose client goes away while it is worked on: `ended` without
    /// `go_on`, or only with it.
    struct Seen {
        begun: Arc<Notify>,
        go_on: Arc<Notify>,
        finished: Arc<Notify>,
        dropped: Arc<Notify>,
    }

    /// Begins a request, and hangs up once it is worked on.
    async fn hang_up(method: Method, uri: &str) -> Seen {
        let seen = Seen {
            begun: Arc::default(),
            go_on: Arc::default(),
            finished: Arc::default(),
            dropped: Arc::default(),
        };
        let [begun, go_on, finished, dropped] =
            [&seen.begun, &seen.go_on, &seen.finished, &seen.dropped].map(Arc::clone);
        let handler = move || async move {
            let _dropped = Dropped(dropped);
            begun.notify_one();
            go_on.notified().await;
            finished.notify_one();
        };
        let mut router =
            Router::new().route("/{*path}", any(handler)).layer(middleware::from_fn(work));
        let answer = tokio::spawn(router.call(request(method, uri)));
        seen.begun.notified().await;
        answer.abort();
        assert!(answer.await.is_err_and(|err| err.is_cancelled()));
        seen
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_a_client_that_has_gone_wanted_to_read_ends() {
        for (method, uri) in [
            (Method::GET, "/Users"),
            (Method::GET, "/Users?filter=x"),
            (Method::POST, "/Users/.search"),
        ] {
            hang_up(method, uri).await.dropped.notified().await;
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn nobody_waits_for_a_large_resource() {
        const LONGEST: Duration = Duration::from_secs(10);
        let (begun, has_begun) = mpsc::channel();
        let (done, is_done) = mpsc::channel();
        let ends = Arc::new(Mutex::new((begun, is_done)));
        // Keeps its thread, as writing a resource does, until the other request is answered.
        let large = move || async move {
            let ends = ends.lock().expect("no panic");
            ends.0.send(()).expect("somebody waits");
            ends.1.recv_timeout(LONGEST).expect("the other request is answered meanwhile");
        };
        let router = Router::new()
            .route("/Groups/1", any(large))
            .route("/Groups/2", any(async || ()))
            .layer(middleware::from_fn(work));
        let [mut large, mut other] = [router.clone(), router];
        let slow = tokio::spawn(large.call(request(Method::GET, "/Groups/1")));
        task::spawn_blocking(move || has_begun.recv()).await.expect("no panic").expect("it begins");
        let answer = tokio::spawn(other.call(request(Method::GET, "/Groups/2"))).await;
        done.send(()).expect("it waits");
        assert_eq!(answer.expect("no panic").expect("an answer").status(), 200);
        assert_eq!(slow.await.expect("no panic").expect("an answer").status(), 200);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_change_is_made_whole() {
        for (method, uri) in
            [(Method::POST, "/Users"), (Method::PATCH, "/Users/1"), (Method::DELETE, "/Users/1")]
        {
            let seen = hang_up(method, uri).await;
            seen.go_on.notify_one();
            seen.finished.notified().await;
        }
    }

    #[test]
    fn what_takes_long_is_known_before() {
        let cases = [
            (Method::GET, "/Groups/1", true),
            (Method::GET, "/Users?filter=x", true),
            (Method::DELETE, "/Users/1", false),
            (Method::POST, "/Users", false),
            (Method::POST, "/Users/.search", true),
            (Method::POST, "/.Search/", true),
            (Method::PATCH, "/Users/1", true),
        ];
        for (method, uri, expected) in cases {
            assert_eq!(takes_long(&request(method.clone(), uri)), expected, "{method} {uri}");
        }
        let large =
            http::Request::post("/Users").body(Body::from(vec![b' '; 100_000])).expect("a request");
        assert!(takes_long(&large));
    }
}
