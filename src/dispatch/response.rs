//! The one place where responses are made (RFC 7644, Sections 3.8 and 3.12).

use bytes::Bytes;
use http::header::{
    ALLOW, CONTENT_LOCATION, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LOCATION,
    RETRY_AFTER, WWW_AUTHENTICATE,
};
use http::{Response, StatusCode};
use serde::Serialize;

use super::report::RequestReport;
use crate::auth::{AuthError, CHALLENGE};
use crate::resource::Written;
use crate::service::{Failure, Outcome};
use crate::store::StoreError;

const SCIM_JSON: HeaderValue = HeaderValue::from_static("application/scim+json");

/// As many as a response of ours has.
const HEADERS: usize = 4;

pub(super) fn of_outcome(outcome: &Outcome) -> Result<Response<Bytes>, Failure> {
    let mut response = match &outcome.body {
        Some(body) if outcome.is_not_modified() => of_version(body.headers()),
        Some(body) => of_written(body.written()),
        None => Response::new(Bytes::new()),
    };
    *response.status_mut() = outcome.status;
    if outcome.body.is_none()
        && let Some(version) = outcome.version()
    {
        set(&mut response, ETAG, version.as_str());
    }
    if let Some(me) = &outcome.me
        && !response.headers().contains_key(LOCATION)
    {
        set(&mut response, LOCATION, me);
    }
    Ok(response)
}

/// A resource that is sent.
fn of_written(written: Written) -> Response<Bytes> {
    let mut response = of_text(written.text);
    let headers = response.headers_mut();
    if let Some(location) = written.location {
        headers.insert(LOCATION, location.clone());
        headers.insert(CONTENT_LOCATION, location);
    }
    if let Some(version) = written.version {
        headers.insert(ETAG, version);
    }
    response
}

/// A resource that the client has already.
fn of_version(written: Written) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    let headers = response.headers_mut();
    if let Some(location) = written.location {
        headers.insert(CONTENT_LOCATION, location);
    }
    if let Some(version) = written.version {
        headers.insert(ETAG, version);
    }
    response
}

pub(super) fn of_document(document: &impl Serialize) -> Result<Response<Bytes>, Failure> {
    Ok(of_text(serde_json::to_vec(document).map_err(StoreError::other)?))
}

pub(super) fn of_text(text: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(text.into());
    let mut headers = HeaderMap::with_capacity(HEADERS);
    headers.insert(CONTENT_TYPE, SCIM_JSON);
    *response.headers_mut() = headers;
    response
}

/// The answer to OPTIONS.
pub(super) fn of_options(allowed: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    set(&mut response, ALLOW, allowed);
    response
}

pub(super) fn of_failure(failure: Failure, report: &mut RequestReport) -> Response<Bytes> {
    let (mut allowed, mut challenge, mut wait) = (None, None, None);
    match &failure {
        Failure::MethodNotAllowed(methods) => allowed = Some(*methods),
        Failure::Auth(AuthError::Busy { retry_after })
        | Failure::Store(StoreError::Unavailable { retry_after }) => wait = Some(*retry_after),
        Failure::Auth(err) => challenge = err.challenge(),
        Failure::Refused(_) | Failure::Store(_) => {}
    }
    let (err, source) = failure.into_error();
    report.error = source;
    // A struct of strings cannot fail to serialise.
    let mut response = of_text(serde_json::to_vec(&err).unwrap_or_default());
    *response.status_mut() = err.status();
    if let Some(allowed) = allowed {
        set(&mut response, ALLOW, allowed);
    }
    if let Some(wait) = wait {
        // Whole seconds, and never at once.
        set(&mut response, RETRY_AFTER, &wait.as_secs().max(1).to_string());
    }
    if let Some(challenge) = &challenge {
        set(&mut response, WWW_AUTHENTICATE, challenge);
    }
    // RFC 7644, Section 2: every 401 has a challenge, also that of a store or a hook.
    if err.status() == StatusCode::UNAUTHORIZED
        && !response.headers().contains_key(WWW_AUTHENTICATE)
    {
        set(&mut response, WWW_AUTHENTICATE, CHALLENGE);
    }
    response
}

/// Sets a header; a value that is not allowed in one is omitted.
pub(super) fn set(response: &mut Response<Bytes>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
