//! What a request says besides its path (RFC 7644, Section 3.8).

use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use super::answer::Failure;
use super::{Endpoint, Exchange};
use crate::budget::weight_of;
use crate::error::Error;
use crate::message::{Known, parse_known};
use crate::quirks::{Deviation, message};

/// The preference for an answer without a body (RFC 7240, Section 4.2).
const PREFER: HeaderName = HeaderName::from_static("prefer");

/// A media type that is longer is not repeated in an answer.
const SHOWN_BYTES: usize = 100;

/// What the operations of a PATCH have, in a bulk request with their message or without it.
const OF_PATCH: [&str; 5] = ["schemas", "Operations", "op", "path", "value"];

/// The body of a request.
pub(super) enum Body<'b> {
    /// As it was sent.
    Text(&'b [u8]),
    /// As it stood in another one.
    Object(Map<String, Value>),
}

impl Exchange<'_> {
    /// The body, as a JSON object.
    pub(super) fn object(&mut self) -> Result<Map<String, Value>, Failure> {
        self.object_of(Known { within: &[], is_known: &|_| true })
    }

    /// The body of a resource: what is under the name of nobody's attribute is passed over, and not
    /// built.
    pub(super) fn resource_object(
        &mut self,
        endpoint: &Endpoint,
    ) -> Result<Map<String, Value>, Failure> {
        self.object_of(Known {
            within: &[],
            is_known: &|name| endpoint.resource_type.may_name(name),
        })
    }

    /// The body of a bulk request. The resources in it are read likewise; of which type each is may
    /// be said behind it.
    pub(super) fn bulk_object(&mut self) -> Result<Map<String, Value>, Failure> {
        let endpoints = &self.provider.endpoints;
        let is_known = |name: &str| {
            OF_PATCH.iter().any(|known| known.eq_ignore_ascii_case(name))
                || endpoints.iter().any(|endpoint| endpoint.resource_type.may_name(name))
        };
        self.object_of(Known { within: &["Operations", "data"], is_known: &is_known })
    }

    fn object_of(&mut self, known: Known<'_>) -> Result<Map<String, Value>, Failure> {
        let (object, weight) = match &mut self.body {
            Body::Text(text) => {
                let text = *text;
                self.parse(text, known)?
            }
            Body::Object(object) => {
                let weight = weight_of(object);
                (std::mem::take(object), weight)
            }
        };
        // Whatever it says, each of its values is read, checked, and compared.
        self.budget.spend(weight).map_err(Error::from)?;
        Ok(object)
    }

    fn parse(
        &mut self,
        text: &[u8],
        known: Known<'_>,
    ) -> Result<(Map<String, Value>, u64), Failure> {
        if self
            .head
            .headers
            .get_all(CONTENT_ENCODING)
            .iter()
            .any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
        {
            // RFC 9110, Section 15.5.16.
            let detail = "send the body as it is, without a `Content-Encoding`";
            return Err(Error::status_only(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail).into());
        }
        match media_type(self.head.headers.get(CONTENT_TYPE)) {
            MediaType::Scim => {}
            MediaType::Json | MediaType::Missing => {
                self.report.deviations.push(Deviation::MediaType)
            }
            MediaType::Other => {
                let came = self
                    .head
                    .headers
                    .get(CONTENT_TYPE)
                    .and_then(|value| value.to_str().ok())
                    .map(essence);
                let came = came
                    .filter(|came| came.len() <= SHOWN_BYTES)
                    .map(|came| format!(", not as `{came}`"));
                let detail =
                    format!("send the body as application/scim+json{}", came.unwrap_or_default());
                return Err(Error::status_only(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail).into());
            }
        }
        let text = match message::byte_order_mark(text) {
            Some((text, deviation)) if self.quirks.byte_order_mark => {
                self.report.deviations.push(deviation);
                text
            }
            _ => text,
        };
        Ok(parse_known(text, self.provider.limits.json, known)?)
    }

    /// The body, as a message of that schema.
    pub(super) fn message(&mut self, schema: &'static str) -> Result<Map<String, Value>, Failure> {
        let body = self.object()?;
        Ok(self.as_message(body, schema))
    }

    /// A body that was read, as a message of that schema.
    pub(super) fn as_message(
        &mut self,
        mut body: Map<String, Value>,
        schema: &'static str,
    ) -> Map<String, Value> {
        if self.quirks.any_schemas {
            self.report.deviations.extend(message::assume_schema(&mut body, schema));
        }
        body
    }

    /// Refuses a client that says it cannot read JSON.
    pub(super) fn check_accept(&self) -> Result<(), Failure> {
        if accepts_json(&self.head.headers) {
            return Ok(());
        }
        Err(Error::status_only(StatusCode::NOT_ACCEPTABLE, "answers are application/scim+json")
            .into())
    }

    /// Whether the client would rather have no body.
    pub(super) fn prefers_minimal(&self) -> bool {
        let values =
            self.head.headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
        let preferences = values.flat_map(|value| value.split(','));
        let mut names =
            preferences.map(|preference| preference.split(';').next().unwrap_or_default().trim());
        names.any(|name| name.eq_ignore_ascii_case("return=minimal"))
    }
}

enum MediaType {
    Scim,
    Json,
    Missing,
    Other,
}

/// Parameters do not count: JSON is UTF-8, whatever `charset` says (RFC 8259, Section 8.1).
fn media_type(content_type: Option<&HeaderValue>) -> MediaType {
    let essence = content_type.map_or(Ok(""), HeaderValue::to_str).map(essence);
    match essence.as_deref() {
        Ok("application/scim+json") => MediaType::Scim,
        Ok("application/json") => MediaType::Json,
        Ok("") => MediaType::Missing,
        Ok(_) | Err(_) => MediaType::Other,
    }
}

fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// RFC 9110, Section 12.5.1. Who accepts JSON is not asked about SCIM's own name for it, unless it
/// refuses that by name.
fn accepts_json(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<&str> = values
        .flat_map(|value| value.split(','))
        .filter(|range| !essence(range).is_empty())
        .collect();
    let accepted = |media_type| accepts(&ranges, media_type);
    ranges.is_empty()
        || accepted("application/scim+json")
            .or_else(|| accepted("application/json"))
            .unwrap_or_default()
}

/// What the most specific range says that covers the type; none says nothing.
fn accepts(ranges: &[&str], media_type: &str) -> Option<bool> {
    for covering in [&[media_type][..], &["application/*"], &["*/*", "*"]] {
        let mut covered =
            ranges.iter().filter(|range| covering.contains(&essence(range).as_str())).peekable();
        if covered.peek().is_some() {
            return Some(covered.any(|range| !is_refused(range)));
        }
    }
    None
}

/// Whether the weight is zero.
fn is_refused(range: &str) -> bool {
    let weight = |parameter: &str| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse::<f32>().ok())?
    };
    range.split(';').skip(1).filter_map(weight).any(|weight| weight <= 0.0)
}
