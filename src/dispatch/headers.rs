//! The headers that say which answer a client wants, and of which version (RFC 7644, Sections 3.8
//! and 3.14).

use http::header::{ACCEPT, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};

use super::body::essence;
use crate::error::Error;
use crate::service::entity_tags;
use crate::store::Precondition;

/// The preference for an answer without a body (RFC 7240, Section 4.2).
const PREFER: HeaderName = HeaderName::from_static("prefer");

/// The media types that most clients accept, each of which includes JSON.
const USUAL: [&[u8]; 3] = [b"application/scim+json", b"application/json", b"*/*"];

/// The versions that the client expects.
pub(super) fn precondition(headers: &HeaderMap) -> Precondition {
    let tags = |name: HeaderName| {
        let values = headers.get_all(name).into_iter();
        entity_tags(values.map(|value| value.to_str().unwrap_or_default()))
    };
    Precondition { if_match: tags(IF_MATCH), if_none_match: tags(IF_NONE_MATCH) }
}

/// Refuses a client that says it cannot read JSON.
pub(super) fn check_accept(headers: &HeaderMap) -> Result<(), Error> {
    let is_usual = |accept: &HeaderValue| USUAL.contains(&accept.as_bytes());
    let mut accepted = headers.get_all(ACCEPT).iter();
    if accepted.all(is_usual) || accepts_json(headers) {
        return Ok(());
    }
    Err(Error::new(
        StatusCode::NOT_ACCEPTABLE,
        "not acceptable: responses are `application/scim+json`",
    ))
}

/// Returns `true` if the client would rather have no body.
pub(super) fn prefers_minimal(headers: &HeaderMap) -> bool {
    let values = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    let preferences = values.flat_map(|value| value.split(','));
    let mut names =
        preferences.map(|preference| preference.split(';').next().unwrap_or_default().trim());
    names.any(|name| name.eq_ignore_ascii_case("return=minimal"))
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

/// Returns the answer of the most specific range that covers the type; `None` if no range does.
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

/// Returns `true` if the weight is zero.
fn is_refused(range: &str) -> bool {
    let weight = |parameter: &str| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse::<f32>().ok())?
    };
    range.split(';').skip(1).filter_map(weight).any(|weight| weight <= 0.0)
}
