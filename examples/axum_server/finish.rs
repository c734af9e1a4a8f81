//! What was begun is finished, also for a client that does not wait for the answer: a change and what follows from it are made
//! whole.

use axum::Json;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use scimwire::Error;
use tokio::task;

/// Answers in a task of its own, which does not end with the connection.
pub(crate) async fn finish_what_was_begun(request: Request, next: Next) -> Response {
    // Only a panic is no answer.
    task::spawn(next.run(request)).await.unwrap_or_else(|_| defect())
}

/// The form of all failures (RFC 7644, Section 3.12), which identity providers can read.
fn defect() -> Response {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let body = Json(Error::status_only(status, "the server has a defect: its log says more"));
    (status, [(CONTENT_TYPE, "application/scim+json")], body).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use axum::{Router, middleware};
    use serde_json::Value;
    use tower_service::Service;

    use super::*;

    async fn panics() -> &'static str {
        panic!("a defect of the host")
    }

    #[tokio::test]
    async fn a_panic_is_answered_as_all_failures_are() {
        // P-3.12-16
        let mut router = Router::new().route("/", get(panics)).layer(middleware::from_fn(finish_what_was_begun));
        let answer = router.call(Request::new(Body::empty())).await.expect("an answer");
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/scim+json");
        let body = to_bytes(answer.into_body(), 1000).await.expect("a body");
        let body: Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(body["status"], "500");
        assert!(!body["detail"].as_str().expect("a detail").contains("host"), "{body}");
    }
}
