//! Which endpoint a path means (RFC 7644, Section 3.2).

use http::{Method, StatusCode, Uri};
use percent_encoding::percent_decode_str;

use super::answer::Failure;
use super::config::Features;
use super::{Endpoint, Provider};
use crate::auth::RequestContext;
use crate::error::Error;

/// What a path means.
pub(super) enum Route<'p> {
    /// `/Users`
    Collection(&'p Endpoint),
    /// `/Users/2819c223`
    Resource(&'p Endpoint, String),
    /// `/Users/.search`, `/.search`
    Search(Vec<&'p Endpoint>),
    /// `/`
    Root(Vec<&'p Endpoint>),
    Discovery(Discovery),
    /// A part of the protocol that is not there, by its name for people.
    NotImplemented(&'static str),
}

/// The endpoints that describe the service provider (RFC 7644, Section 4).
pub(super) enum Discovery {
    ServiceProviderConfig,
    ResourceTypes,
    ResourceType(String),
    Schemas,
    Schema(String),
}

impl<'p> Route<'p> {
    pub(super) fn find(
        path: &str,
        base_url: &str,
        provider: &'p Provider,
        features: &Features,
        cx: &RequestContext,
    ) -> Result<Self, Failure> {
        let segments = segments(below_base(path, base_url))?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let visible = || provider.endpoints.iter().filter(|endpoint| cx.has_resource_type(endpoint.resource_type.name()));
        match segments.as_slice() {
            [] | [".search"] if !features.root_query => Ok(Self::NotImplemented("a query over all resource types")),
            [] => Ok(Self::Root(visible().collect())),
            [".search"] => Ok(Self::Search(visible().collect())),
            ["Bulk"] => Ok(Self::NotImplemented("Bulk")),
            ["Me", ..] => Ok(Self::NotImplemented("/Me")),
            // RFC 7644 has the singular; SCIM 1.1 had the plural, and some clients still do.
            ["ServiceProviderConfig" | "ServiceProviderConfigs"] => Ok(Self::Discovery(Discovery::ServiceProviderConfig)),
            ["ResourceTypes"] => Ok(Self::Discovery(Discovery::ResourceTypes)),
            ["ResourceTypes", name] => Ok(Self::Discovery(Discovery::ResourceType((*name).to_owned()))),
            ["Schemas"] => Ok(Self::Discovery(Discovery::Schemas)),
            ["Schemas", uri] => Ok(Self::Discovery(Discovery::Schema((*uri).to_owned()))),
            [name, rest @ ..] => {
                let endpoint = visible().find(|endpoint| endpoint.resource_type.endpoint().trim_start_matches('/') == *name);
                match (endpoint, rest) {
                    (Some(endpoint), []) => Ok(Self::Collection(endpoint)),
                    (Some(endpoint), [".search"]) => Ok(Self::Search(vec![endpoint])),
                    (Some(endpoint), [id]) => Ok(Self::Resource(endpoint, (*id).to_owned())),
                    _ => Err(not_found().into()),
                }
            }
        }
    }

    /// Whether a request there changes nothing.
    pub(super) fn only_reads(&self, method: &Method) -> bool {
        matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) || matches!(self, Self::Search(_))
    }
}

/// The path below the base URL; a router may have taken that away already.
fn below_base<'u>(path: &'u str, base_url: &str) -> &'u str {
    let base: Option<Uri> = base_url.parse().ok();
    let base = base.as_ref().map_or("", |base| base.path().trim_end_matches('/'));
    match path.strip_prefix(base) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
        _ => path,
    }
}

/// The segments of a path, decoded. Empty ones do not count, since base URLs are pasted with and without a slash at the
/// end; dots have no meaning, and a slash inside a segment is none.
fn segments(path: &str) -> Result<Vec<String>, Failure> {
    let decode = |segment: &str| {
        let text = percent_decode_str(segment).decode_utf8().ok()?;
        let plain = text != "." && text != ".." && !text.contains(|character: char| character == '/' || character.is_control());
        plain.then(|| text.into_owned())
    };
    let segments = path.split('/').filter(|segment| !segment.is_empty()).map(decode);
    segments.collect::<Option<Vec<_>>>().ok_or_else(|| not_found().into())
}

fn not_found() -> Error {
    Error::status_only(StatusCode::NOT_FOUND, "there is nothing at this path")
}
