//! Requests that are not let in.

use std::borrow::Cow;

use http::StatusCode;

use crate::error::Error;

/// Why a request is not let in. The details go to a stranger: they say what to do, not what is known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// Nobody is known by these credentials: 401, with a challenge in `WWW-Authenticate` (RFC 7644, Section 2).
    #[error("{detail}")]
    Unauthenticated {
        /// The value of `WWW-Authenticate`.
        challenge: Cow<'static, str>,
        /// A sentence for the client.
        detail: Cow<'static, str>,
    },
    /// The client is known, and may not: 403.
    #[error("{0}")]
    Forbidden(Cow<'static, str>),
    /// It cannot be found out now: 503.
    #[error("authentication is not available")]
    Unavailable,
}

impl AuthError {
    /// There are no credentials.
    #[must_use]
    pub fn missing() -> Self {
        Self::Unauthenticated {
            challenge: "Bearer realm=\"scim\"".into(),
            detail: "send a token: `Authorization: Bearer TOKEN`".into(),
        }
    }

    /// The token is none of ours, or no longer.
    #[must_use]
    pub fn invalid_token() -> Self {
        Self::Unauthenticated {
            challenge: "Bearer realm=\"scim\", error=\"invalid_token\"".into(),
            detail: "the token is not valid, or no longer".into(),
        }
    }
}

impl From<AuthError> for Error {
    fn from(err: AuthError) -> Self {
        match err {
            AuthError::Unauthenticated { detail, .. } => Self::status_only(StatusCode::UNAUTHORIZED, detail),
            AuthError::Forbidden(detail) => Self::status_only(StatusCode::FORBIDDEN, detail),
            AuthError::Unavailable => Self::status_only(StatusCode::SERVICE_UNAVAILABLE, "try again later"),
        }
    }
}
