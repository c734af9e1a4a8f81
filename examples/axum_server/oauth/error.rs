//! Errors of the token endpoint (RFC 6749, Section 5.2).

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use scimwire::StoreError;
use scimwire::auth::TokenError;
use serde_json::json;
use tracing::error;

use super::form::Repeated;
use crate::random::NoRandom;

/// Why no token is issued.
#[derive(Debug)]
pub(super) enum OAuthError {
    InvalidRequest(&'static str),
    /// The credentials are wrong. The error does not reveal whether the client id exists.
    InvalidClient,
    /// The code or refresh token is not good, or no longer.
    InvalidGrant(&'static str),
    UnsupportedGrantType,
    Server,
}

impl OAuthError {
    fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant(_) => "invalid_grant",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::Server => "server_error",
        }
    }

    fn description(&self) -> &'static str {
        match self {
            Self::InvalidRequest(description) | Self::InvalidGrant(description) => description,
            Self::InvalidClient => {
                "send the client ID and secret, with Basic authentication or in the body"
            }
            Self::UnsupportedGrantType => {
                "`grant_type` must be `authorization_code`, `refresh_token` or `client_credentials`"
            }
            Self::Server => "could not generate a token: try again later",
        }
    }
}

impl From<Repeated> for OAuthError {
    fn from(_: Repeated) -> Self {
        Self::InvalidRequest("a parameter was sent more than once")
    }
}

impl From<TokenError> for OAuthError {
    fn from(err: TokenError) -> Self {
        error!(error = &err as &dyn std::error::Error, "could not generate a token");
        Self::Server
    }
}

impl From<StoreError> for OAuthError {
    fn from(err: StoreError) -> Self {
        log(&err);
        Self::Server
    }
}

/// What a stranger is not told.
pub(super) fn log(err: &StoreError) {
    let source: &dyn std::error::Error = match err {
        StoreError::Other(source) => &**source,
        err => err,
    };
    error!(error = source, "the OAuth 2 store failed");
}

impl From<NoRandom> for OAuthError {
    fn from(err: NoRandom) -> Self {
        error!(error = &err as &dyn std::error::Error, "could not generate a token");
        Self::Server
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::InvalidClient => StatusCode::UNAUTHORIZED,
            Self::Server => StatusCode::INTERNAL_SERVER_ERROR,
            Self::InvalidRequest(_) | Self::InvalidGrant(_) | Self::UnsupportedGrantType => {
                StatusCode::BAD_REQUEST
            }
        };
        let body = Json(json!({ "error": self.code(), "error_description": self.description() }));
        let mut response = (status, [(CACHE_CONTROL, "no-store")], body).into_response();
        if matches!(self, Self::InvalidClient) {
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"oauth\""));
        }
        response
    }
}
