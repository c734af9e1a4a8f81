//! `scimwire` inside axum: the dispatcher is a service to route to, until the process is told to
//! end.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use http::header::HOST;
use http::{StatusCode, Version};
use tokio::{select, signal};

use crate::activity::Recorded;
use crate::body_timeout::with_body_timeout;
use crate::console::SignIn;
use crate::oauth::{self, OAuth};
use crate::provider::Provider;
use crate::public_url::PublicUrl;
use crate::work::{Work, work};
use crate::{admin, console};

const FRONT_PAGE: &str = "\
This is the demo server of scimwire, a SCIM 2.0 service provider.

SCIM   /scim/v2          for the tenant whose token it is
       /t/NAME/scim/v2   for that tenant alone

For people there is a console at /console/

Send a token: `Authorization: Bearer TOKEN`. It was printed, or given, when this server was started.
";

/// Everything that is served.
pub(crate) fn router(
    provider: &Provider,
    public_url: &PublicUrl,
    sign_in: Arc<SignIn>,
    oauth: OAuth,
    body_time: Duration,
) -> Router {
    let admin = admin::router(provider);
    let mut scim = Router::new();
    // Routed to and not nested: the whole path reaches the dispatcher, which compares the tenant in
    // it with that of the token.
    let recorded = Recorded::new(provider.dispatcher.clone(), Arc::clone(&provider.activity));
    for base in ["/scim/v2", "/t/{tenant}/scim/v2"] {
        for path in [base.to_owned(), format!("{base}/"), format!("{base}/{{*path}}")] {
            scim = scim.route_service(&path, recorded.clone());
        }
    }
    let oauth = Arc::new(oauth);
    let console = console::router(provider, public_url, sign_in, scim.clone(), Arc::clone(&oauth));
    let pages = Router::new().route("/", get(FRONT_PAGE)).fallback(nothing);
    let mut router = pages.merge(scim).merge(console).merge(oauth::router(oauth));
    if let Some(admin) = admin {
        router = router.nest("/admin/api", admin);
    }
    router.layer(middleware::from_fn_with_state((Work::new(), body_time), receive))
}

/// The steps around each request, in one layer, since each layer costs a few allocations.
async fn receive(
    State((experience, body_time)): State<(Work, Duration)>,
    request: Request,
    next: Next,
) -> Response {
    if !names_host(&request) {
        return (
            StatusCode::BAD_REQUEST,
            "An HTTP/1.1 request must have exactly one Host header.\n",
        )
            .into_response();
    }
    work(State(experience), with_body_timeout(request, body_time), next).await
}

/// RFC 9112, Section 3.2: a request of HTTP/1.1 names its host, and once.
fn names_host(request: &Request) -> bool {
    let hosts = request.headers().get_all(HOST).iter().count();
    hosts == 1 || hosts == 0 && request.version() != Version::HTTP_11
}

async fn nothing() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "Not found. SCIM is at /scim/v2.\n")
}

/// Comes when the process is told to end, by Ctrl-C or SIGTERM. Signals are caught from this call
/// on.
#[cfg(unix)]
pub(crate) fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
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
pub(crate) fn shutdown_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without the signal there is no other way to end than to be killed.
        if signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}
