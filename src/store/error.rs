//! Errors of a store: one variant for each that callers handle differently.

use std::time::Duration;

use http::StatusCode;

use crate::budget::BudgetExceeded;
use crate::error::{Error, ScimType};
use crate::patch::PatchError;
use crate::resource::ValueError;

/// An error of a store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The resource does not exist: 404.
    #[error("no such resource")]
    NotFound,
    /// A unique value is taken: 409 `uniqueness`.
    #[error("{}", in_use(attribute))]
    Conflict {
        /// The attribute, by its canonical name; empty if it is unknown: see
        /// [`StoreError::with_attribute`].
        attribute: String,
    },
    /// The resource has another version than the client expects: 412.
    #[error("the resource has changed: read it again and retry")]
    VersionMismatch,
    /// The store is overloaded or unavailable: 503, with `Retry-After`.
    #[error("the service is busy: try again later")]
    Unavailable {
        /// The time to wait before a retry.
        retry_after: Duration,
    },
    /// The request is rejected with this error, which is the source.
    #[error("the request was rejected")]
    Rejected(#[source] Error),
    /// The database failed: 500. The source goes to the log, never to the client.
    #[error("the store failed")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// A failure of the database.
    pub fn other(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Other(source.into())
    }

    /// Sets the attribute of a conflict, if it was unknown. A database reports only the index, or
    /// its columns.
    ///
    /// ```
    /// use scimwire::StoreError;
    ///
    /// let taken = StoreError::Conflict { attribute: String::new() };
    /// assert_eq!(
    ///     taken.with_attribute("userName").to_string(),
    ///     "the value of `userName` is already in use"
    /// );
    /// ```
    #[must_use]
    pub fn with_attribute(self, attribute: impl Into<String>) -> Self {
        match self {
            Self::Conflict { attribute: unsaid } if unsaid.is_empty() => {
                Self::Conflict { attribute: attribute.into() }
            }
            err => err,
        }
    }
}

fn in_use(attribute: &str) -> String {
    if attribute.is_empty() {
        return "a unique value is already in use".to_owned();
    }
    format!("the value of `{attribute}` is already in use")
}

impl From<Error> for StoreError {
    fn from(err: Error) -> Self {
        Self::Rejected(err)
    }
}

impl From<BudgetExceeded> for StoreError {
    fn from(err: BudgetExceeded) -> Self {
        Self::Rejected(err.into())
    }
}

impl From<PatchError> for StoreError {
    fn from(err: PatchError) -> Self {
        Self::Rejected(err.into())
    }
}

impl From<ValueError> for StoreError {
    fn from(err: ValueError) -> Self {
        Self::Rejected(err.into())
    }
}

impl From<StoreError> for Error {
    fn from(err: StoreError) -> Self {
        match err {
            StoreError::NotFound => Self::new(StatusCode::NOT_FOUND, "no such resource"),
            StoreError::Conflict { .. } => Self::scim(ScimType::Uniqueness, err.to_string()),
            StoreError::VersionMismatch => {
                Self::new(StatusCode::PRECONDITION_FAILED, err.to_string())
            }
            StoreError::Unavailable { .. } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, err.to_string())
            }
            StoreError::Rejected(err) => err,
            StoreError::Other(_) => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the request could not be processed")
            }
        }
    }
}
