//! Errors of the admin view.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use scimwire::{Error, StoreError};
use serde_json::json;
use tracing::error;

use crate::tenants::SetError;

/// Why the admin view has nothing to show.
pub(super) enum AdminError {
    Key,
    NotFound,
    /// Somebody else has set something in the meantime.
    Outdated,
    /// The body is not what belongs there.
    Body(String),
    Store(StoreError),
}

impl From<StoreError> for AdminError {
    fn from(err: StoreError) -> Self {
        match err {
            StoreError::NotFound => Self::NotFound,
            err => Self::Store(err),
        }
    }
}

impl From<SetError> for AdminError {
    fn from(err: SetError) -> Self {
        match err {
            SetError::Unknown => Self::NotFound,
            SetError::Outdated => Self::Outdated,
            SetError::Store(err) => Self::Store(err),
        }
    }
}

impl IntoResponse for AdminError {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::Key => {
                (StatusCode::UNAUTHORIZED, "send the admin key: `X-Admin-Key: KEY`".to_owned())
            }
            Self::NotFound => (StatusCode::NOT_FOUND, "no such endpoint".to_owned()),
            Self::Outdated => (
                StatusCode::CONFLICT,
                "changed by someone else in the meantime: reload and retry".to_owned(),
            ),
            Self::Body(problem) => (StatusCode::BAD_REQUEST, problem),
            Self::Store(err) => {
                if let StoreError::Other(source) = &err {
                    error!(error = &**source as &dyn std::error::Error, "the store failed");
                }
                let err = Error::from(err);
                (err.status(), err.detail().to_owned())
            }
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}
