//! The body of a request, as a JSON object (RFC 7644, Section 3.8).

use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};

use crate::error::Error;
use crate::message::{Known, SearchRequest, is_among, parse_known};
use crate::quirks::{Deviation, Deviations};
use crate::schema::ResourceType;
use crate::service::rewrite::message;
use crate::service::{Call, Failure};
use crate::value::{Name, Object};

/// A media type that is longer is not repeated in an answer.
const SHOWN_BYTES: usize = 100;

/// The members of a PATCH, and of its operations.
const PATCH: &[&str] = &["schemas", "Operations"];
const OPERATION: &[&str] = &["op", "path", "value"];

/// The members of a bulk request, and of its operations.
const BULK: &[&str] = &["schemas", "failOnErrors", "Operations"];
const BULK_OPERATION: &[&str] = &["method", "bulkId", "version", "path", "data"];

/// The body of a request, as it was sent.
#[derive(Clone, Copy)]
pub(super) struct Body<'b> {
    pub(super) headers: &'b HeaderMap,
    pub(super) text: &'b [u8],
}

impl Body<'_> {
    /// The body of a search.
    pub(super) fn search(self, call: &mut Call<'_>) -> Result<Object, Failure> {
        let is_known = |name: &Name| {
            name.eq_ignore_ascii_case("schemas") || is_among(&SearchRequest::PARAMETERS, name)
        };
        self.parse(call, Known::members(&is_known))
    }

    /// The body of a PATCH.
    pub(super) fn patch(self, call: &mut Call<'_>) -> Result<Object, Failure> {
        let operation = Known::members(&|name: &Name| is_among(OPERATION, name));
        let is_known = |name: &Name| is_among(PATCH, name);
        self.parse(call, Known { is_known: &is_known, inside: Some(("Operations", &operation)) })
    }

    /// The body of a resource: what is under the name of nobody's attribute is passed over, and not
    /// built.
    pub(super) fn resource(
        self,
        call: &mut Call<'_>,
        resource_type: &ResourceType,
    ) -> Result<Object, Failure> {
        let is_known =
            |name: &Name| resource_type.by_key(name).is_some() || resource_type.may_name(name);
        self.parse(call, Known::members(&is_known))
    }

    /// The body of a bulk request. The resources in it are read likewise; of which type each is may
    /// be said behind it.
    pub(super) fn bulk_request(self, call: &mut Call<'_>) -> Result<Object, Failure> {
        let endpoints = &call.service.endpoints;
        // The data of a PATCH may come without its message.
        let is_of_data = |name: &Name| {
            is_among(PATCH, name)
                || is_among(OPERATION, name)
                || endpoints.iter().any(|endpoint| endpoint.resource_type.may_name(name))
        };
        let data = Known::members(&is_of_data);
        let operation = Known {
            is_known: &|name: &Name| is_among(BULK_OPERATION, name),
            inside: Some(("data", &data)),
        };
        let is_known = |name: &Name| is_among(BULK, name);
        self.parse(call, Known { is_known: &is_known, inside: Some(("Operations", &operation)) })
    }

    fn parse(self, call: &mut Call<'_>, known: Known<'_>) -> Result<Object, Failure> {
        check_media_type(self.headers, &mut call.deviations)?;
        let text = if call.quirks.byte_order_mark {
            message::without_byte_order_mark(self.text, &mut call.deviations)
        } else {
            self.text
        };
        let (object, weight) = parse_known(text, call.service.limits.json, known)?;
        // Whatever it says, each of its values is read, checked, and compared.
        call.budget.spend(weight).map_err(Error::from)?;
        Ok(object)
    }
}

/// Refuses what is not JSON, as it is.
fn check_media_type(headers: &HeaderMap, deviations: &mut Deviations) -> Result<(), Error> {
    let is_coded = |coding: &HeaderValue| !coding.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(CONTENT_ENCODING).iter().any(is_coded) {
        // RFC 9110, Section 15.5.16.
        let detail =
            "compressed bodies are not supported: send the body without `Content-Encoding`";
        return Err(Error::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let content_type = headers.get(CONTENT_TYPE);
    match media_type(content_type) {
        MediaType::Scim => Ok(()),
        MediaType::Json | MediaType::Missing => {
            deviations.push(Deviation::MediaType);
            Ok(())
        }
        MediaType::Other => {
            let came = content_type.and_then(|value| value.to_str().ok()).map(essence);
            let came =
                came.filter(|came| came.len() <= SHOWN_BYTES).map(|came| format!(" `{came}`"));
            let detail = format!(
                "unsupported media type{}: send `application/scim+json`",
                came.unwrap_or_default()
            );
            Err(Error::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail))
        }
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

pub(super) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}
