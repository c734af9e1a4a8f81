//! Error responses, in the format that the client reads.

use std::error::Error;
use std::iter;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::Value;

/// An error with its causes, each once: most say what failed, and the last one says why.
pub(crate) fn reasons(err: &(dyn Error + 'static)) -> String {
    let mut words = String::new();
    for reason in iter::successors(Some(err), |&err| err.source()).map(ToString::to_string) {
        if words.is_empty() {
            words = reason;
        } else if !words.contains(&reason) {
            words = format!("{words}: {reason}");
        }
    }
    words
}

/// A failure that has no form yet gets that of `body`; what is no failure, JSON or a page stays as
/// it is.
pub(crate) fn in_json(mut response: Response, body: impl FnOnce(StatusCode) -> Value) -> Response {
    let status = response.status();
    let kind = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let has_form = ["application/json", "text/html"].iter().any(|known| kind.starts_with(known));
    if has_form || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (head, told) = Json(body(status)).into_response().into_parts();
    // Such as `Allow` beside a 405.
    response.headers_mut().extend(head.headers);
    *response.body_mut() = told;
    response
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the file cannot be opened")]
    struct Cannot(#[source] io::Error);

    #[derive(Debug, thiserror::Error)]
    #[error("`--database`: {0}")]
    struct Flag(#[source] Cannot);

    #[test]
    fn each_reason_is_told_once() {
        let err = Flag(Cannot(io::Error::other("permission denied")));
        assert_eq!(reasons(&err), "`--database`: the file cannot be opened: permission denied");
    }
}
