//! `scimwire` inside axum: hands requests to the dispatcher and its answers back, until the process is told to end.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use axum::body::{self, Body};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use http::header::CONTENT_TYPE;
use http::{StatusCode, Uri};
use http_body_util::LengthLimitError;
use scimwire::{Dispatcher, Error};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::{select, signal, time};

use crate::admin;
use crate::base_url::is_scim;
use crate::provider::Provider;
use crate::request_log::log_request;

/// How long requests may still take when the process is told to end.
const PATIENCE: Duration = Duration::from_secs(2);

const FRONT_PAGE: &str = "\
This is the demo server of scimwire, a SCIM 2.0 service provider.

SCIM   /scim/v2          for the tenant whose token it is
       /t/NAME/scim/v2   for that tenant alone

Send a token: `Authorization: Bearer TOKEN`. It was printed, or given, when this server was started.
";

/// What the SCIM endpoint works with.
#[derive(Clone)]
struct Scim {
    dispatcher: Dispatcher,
    body_limit: usize,
}

/// Everything that is served. The dispatcher does its own routing, so all of SCIM is one fallback route.
pub(crate) fn router(provider: Provider) -> Router {
    let admin = admin::router(&provider);
    let scim = Scim { dispatcher: provider.dispatcher, body_limit: provider.body_limit };
    let mut router = Router::new().route("/", get(FRONT_PAGE)).fallback(answer).with_state(scim);
    if let Some(admin) = admin {
        router = router.nest("/admin/api", admin);
    }
    router.layer(middleware::from_fn(log_request))
}

async fn answer(State(scim): State<Scim>, uri: Uri, request: Request) -> Response {
    if !is_scim(uri.path()) {
        return (StatusCode::NOT_FOUND, "There is nothing at this path. SCIM is at /scim/v2.\n").into_response();
    }
    let (head, body) = request.into_parts();
    // One byte more than is allowed: the dispatcher refuses such a body itself, with a SCIM error.
    match body::to_bytes(body, scim.body_limit + 1).await {
        Ok(body) => scim.dispatcher.dispatch(Request::from_parts(head, body)).await.map(Body::from),
        Err(err) => unreadable(&err, scim.body_limit),
    }
}

/// The answer to a request whose body could not be read to its end.
fn unreadable(err: &axum::Error, limit: usize) -> Response {
    let error = if err.source().is_some_and(|source| source.is::<LengthLimitError>()) {
        Error::status_only(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is larger than {limit} bytes"))
    } else {
        Error::status_only(StatusCode::BAD_REQUEST, "the body ended early: send the request again")
    };
    let body = serde_json::to_vec(&error).unwrap_or_default();
    (error.status(), [(CONTENT_TYPE, "application/scim+json")], body).into_response()
}

/// Serves until `told_to_end`; then finishes what it has begun, if that does not take long.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    told_to_end: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (ending, ended) = oneshot::channel();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        told_to_end.await;
        // Nobody waits any more only if the server has failed.
        let _ = ending.send(());
    });
    let out_of_patience = async {
        if ended.await.is_ok() {
            time::sleep(PATIENCE).await;
        }
    };
    select! {
        result = server => result,
        () = out_of_patience => Ok(()),
    }
}

/// Comes when the process is told to end, by Ctrl-C or SIGTERM. Signals are caught from this call on.
#[cfg(unix)]
pub(crate) fn told_to_end() -> io::Result<impl Future<Output = ()>> {
    use signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Comes when the process is told to end, by Ctrl-C.
#[cfg(not(unix))]
pub(crate) fn told_to_end() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without the signal there is no other way to end than to be killed.
        if signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}
