//! The one place where responses are made (RFC 7644, Sections 3.8 and 3.12).

use std::sync::Arc;
use std::time::Duration;

use http::header::{
    ALLOW, CONTENT_LOCATION, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use http::{Response, StatusCode};

use super::answer::{Answer, Failure};
use super::report::Report;
use crate::auth::{AuthError, CHALLENGE};
use crate::error::Error;
use crate::store::StoreError;

const SCIM_JSON: HeaderValue = HeaderValue::from_static("application/scim+json");

impl Answer {
    pub(super) fn into_response(self) -> Response<Vec<u8>> {
        let mut response = Response::new(Vec::new());
        *response.status_mut() = self.status;
        if let Some(location) = &self.location {
            set(&mut response, LOCATION, location);
        }
        if let Some(location) = &self.content_location {
            set(&mut response, CONTENT_LOCATION, location);
        }
        if let Some(version) = &self.version {
            set(&mut response, ETAG, version.as_str());
        }
        if let Some(allow) = self.allow {
            set(&mut response, ALLOW, allow);
        }
        if let Some(body) = self.body {
            response.headers_mut().insert(CONTENT_TYPE, SCIM_JSON);
            *response.body_mut() = body;
        }
        response
    }
}

impl Failure {
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
            Self::Refused(err) => error_response(&err),
            Self::MethodNotAllowed(allowed) => {
                let detail = format!("the method is not allowed here: {allowed} are");
                let mut response =
                    error_response(&Error::status_only(StatusCode::METHOD_NOT_ALLOWED, detail));
                set(&mut response, ALLOW, allowed);
                response
            }
            Self::Auth(AuthError::Busy { retry_after }) => {
                busy(&AuthError::Busy { retry_after }.into(), retry_after)
            }
            Self::Auth(err) => {
                let challenge = err.challenge();
                let (err, source) = match err {
                    AuthError::Unavailable(source) => {
                        (AuthError::unavailable("in the report"), Some(Arc::from(source)))
                    }
                    err => (err, None),
                };
                report.source = source;
                let mut response = error_response(&err.into());
                if let Some(challenge) = challenge {
                    set(&mut response, WWW_AUTHENTICATE, &challenge);
                }
                response
            }
            Self::Store(StoreError::Busy { retry_after }) => {
                busy(&StoreError::Busy { retry_after }.into(), retry_after)
            }
            Self::Store(StoreError::Other(source)) => {
                report.source = Some(Arc::from(source));
                error_response(&StoreError::other("in the report").into())
            }
            Self::Store(err) => error_response(&err.into()),
        }
    }
}

/// With the time after which the client may come again, in whole seconds, and never at once.
fn busy(err: &Error, retry_after: Duration) -> Response<Vec<u8>> {
    let mut response = error_response(err);
    set(&mut response, RETRY_AFTER, &retry_after.as_secs().max(1).to_string());
    response
}

fn error_response(err: &Error) -> Response<Vec<u8>> {
    // A struct of strings cannot fail to serialise.
    let mut response = Response::new(serde_json::to_vec(err).unwrap_or_default());
    *response.status_mut() = err.status();
    response.headers_mut().insert(CONTENT_TYPE, SCIM_JSON);
    response
}

/// Sets a header; a value that cannot stand in one is left out, so that no id can break into
/// another header.
fn set(response: &mut Response<Vec<u8>>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
