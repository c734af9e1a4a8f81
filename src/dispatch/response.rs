//! The one place where responses are made (RFC 7644, Sections 3.8 and 3.12).

use std::time::Duration;

use http::header::{
    ALLOW, CONTENT_LOCATION, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use http::{Response, StatusCode};
use serde::Serialize;

use super::report::Report;
use crate::auth::{AuthError, CHALLENGE};
use crate::error::Error;
use crate::service::{Failure, Outcome};
use crate::store::StoreError;

const SCIM_JSON: HeaderValue = HeaderValue::from_static("application/scim+json");

/// A request that failed before it reached the service, or there.
pub(super) enum Refusal {
    Auth(AuthError),
    Failure(Failure),
}

pub(super) fn of_outcome(outcome: &Outcome) -> Result<Response<Vec<u8>>, Refusal> {
    let mut response = match &outcome.body {
        Some(body) => of_document(body)?,
        None => Response::new(Vec::new()),
    };
    *response.status_mut() = outcome.status;
    if let Some(location) = &outcome.location {
        set(&mut response, LOCATION, location);
    }
    if let Some(location) = &outcome.content_location {
        set(&mut response, CONTENT_LOCATION, location);
    }
    if let Some(version) = &outcome.version {
        set(&mut response, ETAG, version.as_str());
    }
    Ok(response)
}

/// A document that is no resource, at its own location if it has one.
pub(super) fn of_document(document: &impl Serialize) -> Result<Response<Vec<u8>>, Refusal> {
    Ok(of_text(serde_json::to_vec(document).map_err(StoreError::other)?))
}

pub(super) fn of_text(text: Vec<u8>) -> Response<Vec<u8>> {
    let mut response = Response::new(text);
    response.headers_mut().insert(CONTENT_TYPE, SCIM_JSON);
    response
}

/// The answer to OPTIONS.
pub(super) fn of_options(allowed: &'static str) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    set(&mut response, ALLOW, allowed);
    response
}

impl Refusal {
    pub(super) fn into_response(self, report: &mut Report) -> Response<Vec<u8>> {
        let mut response = self.response(report);
        // RFC 7644, Section 2: whoever says 401, a store or a policy among them.
        if response.status() == StatusCode::UNAUTHORIZED
            && !response.headers().contains_key(WWW_AUTHENTICATE)
        {
            set(&mut response, WWW_AUTHENTICATE, CHALLENGE);
        }
        response
    }

    fn response(self, report: &mut Report) -> Response<Vec<u8>> {
        match self {
            Self::Failure(failure) => {
                let retry_after = failure.retry_after();
                let allowed = match &failure {
                    Failure::MethodNotAllowed(allowed) => Some(*allowed),
                    Failure::Refused(_) | Failure::Store(_) => None,
                };
                let (err, source) = failure.into_error();
                report.source = source;
                let mut response = error_response(&err, retry_after);
                if let Some(allowed) = allowed {
                    set(&mut response, ALLOW, allowed);
                }
                response
            }
            Self::Auth(AuthError::Busy { retry_after }) => {
                error_response(&AuthError::Busy { retry_after }.into(), Some(retry_after))
            }
            Self::Auth(AuthError::Unavailable(source)) => {
                report.source = Some(source.into());
                error_response(&AuthError::unavailable("in the report").into(), None)
            }
            Self::Auth(err) => {
                let challenge = err.challenge();
                let mut response = error_response(&err.into(), None);
                if let Some(challenge) = challenge {
                    set(&mut response, WWW_AUTHENTICATE, &challenge);
                }
                response
            }
        }
    }
}

impl<F: Into<Failure>> From<F> for Refusal {
    fn from(failure: F) -> Self {
        Self::Failure(failure.into())
    }
}

impl From<AuthError> for Refusal {
    fn from(err: AuthError) -> Self {
        Self::Auth(err)
    }
}

/// With the time after which the client may come again, in whole seconds, and never at once.
fn error_response(err: &Error, retry_after: Option<Duration>) -> Response<Vec<u8>> {
    // A struct of strings cannot fail to serialise.
    let mut response = of_text(serde_json::to_vec(err).unwrap_or_default());
    *response.status_mut() = err.status();
    if let Some(retry_after) = retry_after {
        set(&mut response, RETRY_AFTER, &retry_after.as_secs().max(1).to_string());
    }
    response
}

/// Sets a header; a value that cannot stand in one is left out, so that no id can break into
/// another header.
pub(super) fn set(response: &mut Response<Vec<u8>>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
