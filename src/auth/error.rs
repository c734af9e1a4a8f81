//! Requests that are not let in.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Duration;

use http::StatusCode;

use crate::error::Error;

/// The challenge to a client without credentials (RFC 6750, Section 3).
pub(crate) const CHALLENGE: &str = "Bearer realm=\"scim\"";

/// Why a request is not let in. The details go to a stranger: they say what to do, not what is
/// known.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// Nobody is known by these credentials: 401, with a challenge in `WWW-Authenticate` (RFC 7644,
    /// Section 2).
    #[error("{detail}")]
    Unauthenticated {
        /// The value of `WWW-Authenticate`: the schemes that are understood, separated by commas.
        challenge: Cow<'static, str>,
        /// A sentence for the client.
        detail: Cow<'static, str>,
    },
    /// The token is good, but not for this: 403, with `insufficient_scope` in `WWW-Authenticate`
    /// (RFC 6750, Section 3.1).
    #[error("the token is not good for this: ask for one with more permissions")]
    InsufficientScope {
        /// The scope that is needed, where the host's tokens have scopes: words with a space
        /// between them.
        scope: Option<Cow<'static, str>>,
    },
    /// The client is known, and may not: 403.
    #[error("{0}")]
    Forbidden(Cow<'static, str>),
    /// It cannot be found out now: 503. The source goes to the [`Report`](crate::dispatch::Report),
    /// never to the client.
    #[error("authentication is not available: try again later")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    /// Too many requests of this tenant or client are under way: 503, with `Retry-After`.
    #[error("too many requests of this tenant are under way: try again later")]
    Busy {
        /// How long the client should wait.
        retry_after: Duration,
    },
}

impl AuthError {
    /// There are no credentials.
    #[must_use]
    pub fn missing() -> Self {
        Self::Unauthenticated {
            challenge: CHALLENGE.into(),
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

    /// The token is good, but not for this.
    #[must_use]
    pub fn insufficient_scope() -> Self {
        Self::InsufficientScope { scope: None }
    }

    /// SCIM is switched off for the tenant.
    #[must_use]
    pub fn switched_off() -> Self {
        Self::Forbidden("SCIM is switched off for this tenant: ask its administrator".into())
    }

    /// It cannot be found out now.
    pub fn unavailable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }

    /// What goes into `WWW-Authenticate`, if anything does.
    #[must_use]
    pub fn challenge(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::Unauthenticated { challenge, .. } => Some(challenge.clone()),
            Self::InsufficientScope { scope } => {
                let scope = scope.as_ref().filter(|scope| is_scope(scope));
                let scope = scope.map(|scope| format!(", scope=\"{scope}\"")).unwrap_or_default();
                Some(format!("{CHALLENGE}, error=\"insufficient_scope\"{scope}").into())
            }
            Self::Forbidden(_) | Self::Unavailable(_) | Self::Busy { .. } => None,
        }
    }
}

/// RFC 6750, Section 3: what would break out of the quotes is no scope.
fn is_scope(scope: &str) -> bool {
    scope.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\')
}

impl From<AuthError> for Error {
    fn from(err: AuthError) -> Self {
        let status = match err {
            AuthError::Unauthenticated { .. } => StatusCode::UNAUTHORIZED,
            AuthError::InsufficientScope { .. } | AuthError::Forbidden(_) => StatusCode::FORBIDDEN,
            AuthError::Unavailable(_) | AuthError::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self::status_only(status, err.to_string())
    }
}
