//! How requests are worked on: what may take the CPU for long keeps no other request waiting, what
//! was asked for by a client that has gone ends, and a change that has begun is made whole, with
//! what follows from it.

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use http_body::Body as _;
use scimwire::Error;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task;

use crate::thread_time;

/// A body from this length on, in bytes, takes a while to read.
const LARGE_BODY: u64 = 64 * 1024;

/// A PATCH up to this length, in bytes, has few operations: how long it takes depends on the
/// resource.
const SMALL_PATCH: u64 = 2 * 1024;

/// A query up to this length, in bytes, is read at once.
const SHORT_QUERY: usize = 512;

/// To write an answer from this length on, in bytes, takes a while.
const LARGE_ANSWER: u64 = 256 * 1024;

/// The processor time from which a request delays others.
const LONG: Duration = Duration::from_millis(20);

/// For how long it is believed that there are others of the kind.
const REMEMBERED: Duration = Duration::from_secs(30);

/// The attributes by which every store has an index.
const INDEXED: [&str; 4] = ["id", "userName", "externalId", "emails.value"];

/// How work is given to threads.
#[derive(Clone)]
pub(crate) struct Work {
    started: Instant,
    /// Until when single resources count as long, in milliseconds from the start.
    long_until: Arc<AtomicU64>,
}

/// How long a request takes, as far as that can be told before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Short,
    /// As long as a few resources, whose size nobody knows before they are read.
    OfResources,
    Long,
}

impl Work {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), long_until: Arc::default() }
    }

    fn takes_long(&self, request: &Request) -> bool {
        match length(request) {
            Length::Short => false,
            Length::OfResources => self.now() < self.long_until.load(Ordering::Relaxed),
            Length::Long => true,
        }
    }

    /// Takes note of what has kept a thread so long, and of its answer.
    fn note(&self, took: Duration, answer: Option<&Response>) {
        let length = answer.and_then(|answer| answer.body().size_hint().exact());
        if took > LONG || length > Some(LARGE_ANSWER) {
            self.long_until.store(self.now() + milliseconds(REMEMBERED), Ordering::Relaxed);
        }
    }

    fn now(&self) -> u64 {
        milliseconds(self.started.elapsed())
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Answers a request. A change goes on when its client has gone.
pub(crate) async fn work(State(work): State<Work>, request: Request, next: Next) -> Response {
    let (takes_long, only_reads) = (work.takes_long(&request), only_reads(&request));
    let answer = Box::pin(AssertUnwindSafe(next.run(request)).catch_unwind());
    let answer = Answer { answer, takes_long, work };
    let answered = if only_reads { answer.await } else { Whole::new(answer).await };
    // Only a panic is no answer.
    answered.unwrap_or_else(|_| defect())
}

/// Most searches, bulk requests, changes by a long PATCH or PUT, and what is large, can be far more
/// work than their text.
fn length(request: &Request) -> Length {
    let bytes = request.body().size_hint().upper().unwrap_or(u64::MAX);
    let (uri, method) = (request.uri(), request.method());
    // A segment in percent-encoding may be any of them.
    let is_of_many =
        is_search(uri.path()) || ends_in(uri.path(), "Bulk") || uri.path().contains('%');
    let may_search = uri.query().is_some_and(|query| !is_short(query));
    let is_change = matches!(*method, Method::PATCH | Method::PUT);
    if bytes > LARGE_BODY || is_of_many || may_search || is_change && bytes > SMALL_PATCH {
        Length::Long
    } else if only_reads(request) || is_change {
        Length::OfResources
    } else {
        Length::Short
    }
}

/// Returns `true` if a query asks for a page as it comes, or looks a value up in an index: neither
/// has to look at more resources than it shows.
fn is_short(query: &str) -> bool {
    let is_plain = |(name, value): (Cow<'_, str>, Cow<'_, str>)| match &*name {
        "startIndex" | "count" | "attributes" | "excludedAttributes" => true,
        "filter" => looks_up(&value),
        _ => false,
    };
    query.len() <= SHORT_QUERY && form_urlencoded::parse(query.as_bytes()).all(is_plain)
}

/// Returns `true` if a filter is one comparison, by `eq`, of an attribute that has an index.
fn looks_up(filter: &str) -> bool {
    let mut words = filter.trim().splitn(3, ' ');
    let (Some(name), Some(operator), Some(value)) = (words.next(), words.next(), words.next())
    else {
        return false;
    };
    let text = value.trim().strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    INDEXED.iter().any(|indexed| indexed.eq_ignore_ascii_case(name))
        && operator.eq_ignore_ascii_case("eq")
        && text.is_some_and(|text| !text.contains(['"', '\\']))
}

fn only_reads(request: &Request) -> bool {
    request.method().is_safe()
        || request.method() == Method::POST && is_search(request.uri().path())
}

/// RFC 7644, Section 3.4.3.
fn is_search(path: &str) -> bool {
    ends_in(path, ".search")
}

/// Returns `true` if this is the last segment of a path.
fn ends_in(path: &str, segment: &str) -> bool {
    let last = path.trim_end_matches('/').rsplit('/').next();
    last.is_some_and(|last| last.eq_ignore_ascii_case(segment))
}

/// An answer in the making.
struct Answer<F> {
    answer: Pin<Box<F>>,
    takes_long: bool,
    work: Work,
}

impl<F, E> Future for Answer<F>
where
    F: Future<Output = Result<Response, E>>,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let has_other_threads = || Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread;
        let begun = Instant::now();
        thread_time::begin(begun);
        let polled = if self.takes_long && has_other_threads() {
            // The other tasks of this thread go on in another one.
            task::block_in_place(|| self.answer.as_mut().poll(context))
        } else {
            self.answer.as_mut().poll(context)
        };
        let answer = match &polled {
            Poll::Ready(Ok(answer)) => Some(answer),
            Poll::Ready(Err(_)) | Poll::Pending => None,
        };
        let mut took = begun.elapsed();
        if took > LONG {
            // The system may have given the processor to others meanwhile.
            took = thread_time::since_begin().unwrap_or(took);
        }
        self.work.note(took, answer);
        polled
    }
}

/// A future that is finished once it has begun: when it is dropped before, a task of its own takes
/// it over.
struct Whole<F: Future<Output: Send> + Send + Unpin + 'static> {
    future: Option<F>,
    has_begun: bool,
    runtime: Handle,
}

impl<F: Future<Output: Send> + Send + Unpin + 'static> Whole<F> {
    fn new(future: F) -> Self {
        Self { future: Some(future), has_begun: false, runtime: Handle::current() }
    }
}

impl<F: Future<Output: Send> + Send + Unpin + 'static> Future for Whole<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.has_begun = true;
        let Some(future) = &mut self.future else { return Poll::Pending };
        let polled = Pin::new(future).poll(context);
        if polled.is_ready() {
            self.future = None;
        }
        polled
    }
}

impl<F: Future<Output: Send> + Send + Unpin + 'static> Drop for Whole<F> {
    fn drop(&mut self) {
        if let Some(future) = self.future.take_if(|_| self.has_begun) {
            self.runtime.spawn(future);
        }
    }
}

/// The form of all failures (RFC 7644, Section 3.12), which identity providers can read.
fn defect() -> Response {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let body = Json(Error::new(status, "the server has a defect: its log says more"));
    (status, [(CONTENT_TYPE, "application/scim+json")], body).into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, mpsc};
    use std::time::Duration;

    use axum::body::{Body, to_bytes};
    use axum::extract::Path;
    use axum::routing::any;
    use axum::{Router, middleware};
    use http::request::Builder;
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
            let mut router = Router::new()
                .route("/", any(panics))
                .layer(middleware::from_fn_with_state(Work::new(), work));
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
    /// `run`, or only with it.
    struct Seen {
        begun: Arc<Notify>,
        run: Arc<Notify>,
        finished: Arc<Notify>,
        dropped: Arc<Notify>,
    }

    /// Begins a request, and hangs up once it is worked on.
    async fn hang_up(method: Method, uri: &str) -> Seen {
        let seen = Seen {
            begun: Arc::default(),
            run: Arc::default(),
            finished: Arc::default(),
            dropped: Arc::default(),
        };
        let [begun, run, finished, dropped] =
            [&seen.begun, &seen.run, &seen.finished, &seen.dropped].map(Arc::clone);
        let handler = move || async move {
            let _dropped = Dropped(dropped);
            begun.notify_one();
            run.notified().await;
            finished.notify_one();
        };
        let mut router = Router::new()
            .route("/{*path}", any(handler))
            .layer(middleware::from_fn_with_state(Work::new(), work));
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
        let experience = Work::new();
        experience.note(2 * LONG, None);
        let router = Router::new()
            .route("/Groups/1", any(large))
            .route("/Groups/2", any(async || ()))
            .layer(middleware::from_fn_with_state(experience, work));
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
            seen.run.notify_one();
            seen.finished.notified().await;
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_resource_that_was_large_is_remembered() {
        let experience = Work::new();
        let mut router = Router::new()
            .route("/Users/{length}", any(async |Path(length): Path<usize>| vec![b' '; length]))
            .layer(middleware::from_fn_with_state(experience.clone(), work));
        let request = |length: u64| request(Method::GET, &format!("/Users/{length}"));
        for (length, is_long) in [(LARGE_ANSWER, false), (LARGE_ANSWER + 1, true)] {
            assert_eq!(router.call(request(length)).await.expect("an answer").status(), 200);
            assert_eq!(experience.takes_long(&request(0)), is_long, "{length}");
        }
    }

    #[test]
    fn how_long_a_request_takes_is_known_before() {
        use Length::{Long, OfResources, Short};
        let cases = [
            (Method::GET, "/Groups/1", OfResources),
            (Method::GET, "/Users?startIndex=1&count=100", OfResources),
            (Method::GET, "/Users?filter=userName%20eq%20%22ann%22&attributes=id", OfResources),
            (Method::GET, "/Users?filter=EXTERNALID+EQ+%22a%20b%22", OfResources),
            (Method::GET, "/Users?filter=x", Long),
            (Method::GET, "/Users?filter=title%20eq%20%22ann%22", Long),
            (Method::GET, "/Users?filter=userName%20co%20%22ann%22", Long),
            (
                Method::GET,
                "/Users?filter=userName%20eq%20%22a%22%20or%20title%20eq%20%22b%22",
                Long,
            ),
            (Method::GET, "/Users?sortBy=title", Long),
            (Method::DELETE, "/Users/1", Short),
            (Method::POST, "/Users", Short),
            (Method::POST, "/Users/.search", Long),
            (Method::POST, "/.Search/", Long),
            (Method::POST, "/t/acme/scim/v2/Bulk", Long),
            (Method::POST, "/bulk/", Long),
            (Method::POST, "/B%75lk", Long),
            (Method::PUT, "/Groups/1", OfResources),
            (Method::PATCH, "/Users/1", OfResources),
        ];
        for (method, uri, expected) in cases {
            assert_eq!(length(&request(method.clone(), uri)), expected, "{method} {uri}");
        }
        let sent = |request: Builder, bytes| {
            length(&request.body(Body::from(vec![b' '; bytes])).expect("a request"))
        };
        assert_eq!(sent(http::Request::post("/Users"), 100_000), Long);
        assert_eq!(sent(http::Request::patch("/Users/1"), 2048), OfResources);
        assert_eq!(sent(http::Request::patch("/Users/1"), 2049), Long);
        assert_eq!(sent(http::Request::put("/Users/1"), 2049), Long);
    }
}
