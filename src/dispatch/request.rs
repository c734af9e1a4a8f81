//! What a request says besides its path (RFC 7644, Section 3.8).

use http::header::{ACCEPT, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use super::Exchange;
use super::answer::Failure;
use crate::error::Error;
use crate::message::{SearchRequest, parse_object};
use crate::quirks::Deviation;

/// The preference for an answer without a body (RFC 7240, Section 4.2).
const PREFER: HeaderName = HeaderName::from_static("prefer");

impl Exchange<'_> {
    /// The body, as a JSON object.
    pub(super) fn object(&mut self) -> Result<Map<String, Value>, Failure> {
        match media_type(self.head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok())) {
            MediaType::Scim => {}
            MediaType::Json | MediaType::Missing => self.report.deviations.push(Deviation::MediaType),
            MediaType::Other => {
                let detail = "send the body as application/scim+json";
                return Err(Error::status_only(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail).into());
            }
        }
        Ok(parse_object(self.body, self.provider.limits.json)?)
    }

    /// The parameters in the query of the URL.
    pub(super) fn parameters(&self) -> Result<SearchRequest, Failure> {
        Ok(SearchRequest::from_query(self.head.uri.query().unwrap_or_default())?)
    }

    /// Refuses a client that says it cannot read JSON.
    pub(super) fn check_accept(&self) -> Result<(), Failure> {
        if accepts_json(&self.head.headers) {
            return Ok(());
        }
        Err(Error::status_only(StatusCode::NOT_ACCEPTABLE, "answers are application/scim+json").into())
    }

    /// Whether the client would rather have no body.
    pub(super) fn prefers_minimal(&self) -> bool {
        let values = self.head.headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
        let preferences = values.flat_map(|value| value.split(','));
        let mut names = preferences.map(|preference| preference.split(';').next().unwrap_or_default().trim());
        names.any(|name| name.eq_ignore_ascii_case("return=minimal"))
    }
}

enum MediaType {
    Scim,
    Json,
    Missing,
    Other,
}

fn media_type(content_type: Option<&str>) -> MediaType {
    let essence = content_type.map(|text| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    match essence.as_deref() {
        Some("application/scim+json") => MediaType::Scim,
        Some("application/json") => MediaType::Json,
        None | Some("") => MediaType::Missing,
        Some(_) => MediaType::Other,
    }
}

fn accepts_json(headers: &HeaderMap) -> bool {
    let mut ranges = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let acceptable = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
        let refused = parts.any(|parameter| matches!(parameter, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        let json = matches!(essence.as_str(), "" | "*/*" | "application/*" | "application/json" | "application/scim+json");
        json && !refused
    };
    match ranges.next() {
        None => true,
        Some(first) => acceptable(first) || ranges.any(acceptable),
    }
}
