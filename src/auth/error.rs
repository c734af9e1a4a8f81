//! Authentication errors.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Duration;

use http::StatusCode;

use crate::error::Error;

/// The challenge to a client without credentials (RFC 6750, Section 3).
pub(crate) const CHALLENGE: &str = "Bearer realm=\"scim\"";

/// An authentication error. Its details go to an unauthenticated client: they say what to do, and
/// reveal nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The credentials are missing or invalid: 401, with a challenge in `WWW-Authenticate` (RFC
    /// 7644, Section 2).
    #[error("{detail}")]
    Unauthenticated {
        /// The value of `WWW-Authenticate`: the supported schemes, separated by commas.
        challenge: Cow<'static, str>,
        /// The message for the client.
        detail: Cow<'static, str>,
    },
    /// The token lacks the required permission: 403, with `insufficient_scope` in
    /// `WWW-Authenticate` (RFC 6750, Section 3.1).
    #[error("the token lacks the required permission: use a token with more permissions")]
    InsufficientScope {
        /// The required scopes, separated by spaces, if your tokens have scopes.
        scope: Option<Cow<'static, str>>,
    },
    /// The client is known, but has no access: 403.
    #[error("{0}")]
    Forbidden(Cow<'static, str>),
    /// The token service is unavailable: 503. The source goes to the
    /// [`RequestReport`](crate::dispatch::RequestReport), never to the client.
    #[error("authentication is unavailable: try again later")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    /// The tenant or client has too many concurrent requests: 503, with `Retry-After`.
    #[error("too many concurrent requests for this tenant: try again later")]
    Busy {
        /// The time that the client should wait.
        retry_after: Duration,
    },
}

impl AuthError {
    /// The credentials are missing: 401.
    #[must_use]
    pub fn missing_credentials() -> Self {
        Self::Unauthenticated {
            challenge: CHALLENGE.into(),
            detail: "missing credentials: send `Authorization: Bearer TOKEN`".into(),
        }
    }

    /// The token is unknown, revoked or expired: 401.
    #[must_use]
    pub fn invalid_token() -> Self {
        Self::Unauthenticated {
            challenge: "Bearer realm=\"scim\", error=\"invalid_token\"".into(),
            detail: "invalid or expired token".into(),
        }
    }

    /// The token lacks the required permission: 403.
    #[must_use]
    pub fn insufficient_scope() -> Self {
        Self::InsufficientScope { scope: None }
    }

    /// SCIM is disabled for the tenant: 403.
    #[must_use]
    pub fn tenant_disabled() -> Self {
        Self::Forbidden("SCIM is disabled for this tenant: contact its administrator".into())
    }

    /// The token service is unavailable: 503.
    pub fn unavailable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }

    /// Returns the value of `WWW-Authenticate`, if the error has one.
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
        Self::new(status, err.to_string())
    }
}
