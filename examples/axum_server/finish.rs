//! What was begun is finished, also for a client that does not wait for the answer: a change and what follows from it are made
//! whole.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tokio::task;

/// Answers in a task of its own, which does not end with the connection.
pub(crate) async fn finish_what_was_begun(request: Request, next: Next) -> Response {
    let answer = task::spawn(next.run(request)).await;
    // Only a panic is no answer.
    answer.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}
