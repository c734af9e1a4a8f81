//! The pages: one of HTML, one style sheet, and modules of JavaScript, all inside the binary.
//! Nothing comes from elsewhere, and no script stands in the page, so that the browser can be told
//! to run none but these.

use axum::Router;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue, StatusCode};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

const FILES: &[(&str, &str, &str)] = &[
    ("/console/", HTML, include_str!("index.html")),
    ("/console/style.css", CSS, include_str!("style.css")),
    ("/console/icon.svg", SVG, include_str!("icon.svg")),
    ("/console/app.js", JAVASCRIPT, include_str!("app.js")),
    ("/console/api.js", JAVASCRIPT, include_str!("api.js")),
    ("/console/dom.js", JAVASCRIPT, include_str!("dom.js")),
    ("/console/sign_in.js", JAVASCRIPT, include_str!("sign_in.js")),
    ("/console/nothing.js", JAVASCRIPT, include_str!("nothing.js")),
    ("/console/moves.js", JAVASCRIPT, include_str!("moves.js")),
    ("/console/unsaved.js", JAVASCRIPT, include_str!("unsaved.js")),
    ("/console/settings.js", JAVASCRIPT, include_str!("settings.js")),
    ("/console/tokens.js", JAVASCRIPT, include_str!("tokens.js")),
    ("/console/clients.js", JAVASCRIPT, include_str!("clients.js")),
    ("/console/test_run.js", JAVASCRIPT, include_str!("test_run.js")),
    ("/console/directory.js", JAVASCRIPT, include_str!("directory.js")),
    ("/console/detail.js", JAVASCRIPT, include_str!("detail.js")),
    ("/console/activity.js", JAVASCRIPT, include_str!("activity.js")),
    ("/console/words.js", JAVASCRIPT, include_str!("words.js")),
];

const GUARDS: &[(HeaderName, &str)] = &[
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
];

pub(super) fn router() -> Router {
    let nothing = async || (StatusCode::NOT_FOUND, "Not found. The console is at /console/.\n");
    let router = Router::new().route("/console/{*path}", any(nothing));
    let router = FILES.iter().fold(router, |router, (path, media_type, text)| {
        let file = [(CONTENT_TYPE, *media_type), (CACHE_CONTROL, "no-cache")];
        router.route(path, get(move || async move { (file, *text) }))
    });
    router.route("/console", get(async || Redirect::permanent("/console/")))
}

/// Tells the browser what the pages never do.
pub(super) async fn guard(mut response: Response) -> Response {
    for (name, value) in GUARDS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Tells browsers and proxies that what the pages ask for is of now, and for one person.
pub(super) async fn keep_to_yourself(response: Response) -> Response {
    ([(CACHE_CONTROL, "no-store")], response).into_response()
}
