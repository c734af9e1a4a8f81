//! Errors of the console API.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::RETRY_AFTER;
use scimwire::auth::TokenError;
use scimwire::{Error, StoreError};
use serde_json::json;
use tracing::error;

use super::sign_in::NotSignedIn;
use crate::oauth::ClientChangeError;
use crate::tell;

/// Why something cannot be done.
pub(super) enum ConsoleError {
    /// There is no session, or it has expired.
    SignedOut,
    /// The password is wrong; with the number of attempts left before a pause.
    WrongPassword(u32),
    /// There were too many wrong ones.
    Pause(u64),
    /// The request does not come from a page of the console.
    Forged,
    NoTenant(String),
    NotFound,
    Refused(StatusCode, String),
    Store(StoreError),
}

impl From<NotSignedIn> for ConsoleError {
    fn from(err: NotSignedIn) -> Self {
        match err {
            NotSignedIn::Wrong(left) => Self::WrongPassword(left),
            NotSignedIn::Pause(seconds) => Self::Pause(seconds),
            NotSignedIn::Failed(err) => Self::Store(err),
        }
    }
}

impl From<StoreError> for ConsoleError {
    fn from(err: StoreError) -> Self {
        match err {
            StoreError::NotFound => Self::NotFound,
            err => Self::Store(err),
        }
    }
}

impl From<TokenError> for ConsoleError {
    fn from(err: TokenError) -> Self {
        match err {
            TokenError::Unknown => Self::NotFound,
            err => Self::Store(StoreError::other(err)),
        }
    }
}

impl From<ClientChangeError> for ConsoleError {
    fn from(err: ClientChangeError) -> Self {
        match err {
            ClientChangeError::Unknown => Self::NotFound,
            ClientChangeError::Given => Self::Refused(
                StatusCode::CONFLICT,
                "This client is set on the command line: change `--oauth-client` and `--oauth-redirect`, and restart the server."
                    .to_owned(),
            ),
            ClientChangeError::Redirect(words) => Self::Refused(StatusCode::BAD_REQUEST, words),
            ClientChangeError::NoRandom(err) => Self::Store(StoreError::other(err)),
            ClientChangeError::Store(err) => Self::Store(err),
        }
    }
}

impl IntoResponse for ConsoleError {
    fn into_response(self) -> Response {
        let (status, words) = match self {
            Self::SignedOut => {
                (StatusCode::UNAUTHORIZED, "Your session has ended. Sign in again.".to_owned())
            }
            Self::WrongPassword(0) => (
                StatusCode::UNAUTHORIZED,
                "Wrong password. You must wait before the next attempt.".to_owned(),
            ),
            Self::WrongPassword(left) => (
                StatusCode::UNAUTHORIZED,
                format!("Wrong password. {left} more attempts before you have to wait."),
            ),
            Self::Pause(seconds) => {
                let words = format!("Too many wrong passwords. Try again in {seconds} s.");
                let mut response = told(StatusCode::TOO_MANY_REQUESTS, &words);
                response.headers_mut().insert(RETRY_AFTER, seconds.into());
                return response;
            }
            Self::Forged => (
                StatusCode::FORBIDDEN,
                "The request did not come from this console. Reload the page.".to_owned(),
            ),
            Self::NoTenant(name) => (StatusCode::NOT_FOUND, format!("No such tenant: `{name}`.")),
            Self::NotFound => {
                (StatusCode::NOT_FOUND, "Not found. It may have been deleted.".to_owned())
            }
            Self::Refused(status, words) => (status, words),
            Self::Store(err) => {
                if let StoreError::Other(source) = &err {
                    error!(error = &**source as &dyn std::error::Error, "the store failed");
                }
                let err = Error::from(err);
                (err.status(), err.detail().to_owned())
            }
        };
        told(status, &words)
    }
}

/// What axum refuses by itself, such as another method or a body that is no JSON.
pub(super) async fn in_json(response: Response) -> Response {
    tell::in_json(
        response,
        |status| json!({ "error": status.canonical_reason().unwrap_or_default() }),
    )
}

fn told(status: StatusCode, words: &str) -> Response {
    (status, Json(json!({ "error": words }))).into_response()
}
