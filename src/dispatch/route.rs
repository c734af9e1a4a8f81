//! Which endpoint a path means (RFC 7644, Section 3.2), and what can be done there.

use std::sync::Arc;

use http::{Method, StatusCode};
use percent_encoding::percent_decode_str;

use super::answer::Failure;
use super::limits::Limits;
use super::report::Report;
use super::{Endpoint, Provider};
use crate::context::RequestContext;
use crate::error::{Error, ScimType};
use crate::features::Features;
use crate::quirks::{Deviation, Quirks};
use crate::schema::Locations;

/// The version of the protocol, as a segment of a path (RFC 7644, Section 3.13).
const VERSION: &str = "v2";

/// The endpoints that are no resource type's (RFC 7644, Section 3.2).
const ENDPOINTS: [&str; 6] =
    ["ServiceProviderConfig", "ServiceProviderConfigs", "ResourceTypes", "Schemas", "Bulk", "Me"];

/// Who is asked, and by whom.
pub(super) struct Asked<'a, 'p> {
    pub(super) provider: &'p Provider,
    pub(super) locations: &'a Locations,
    pub(super) features: &'a Features,
    pub(super) quirks: Quirks,
    pub(super) cx: &'a RequestContext,
}

/// What a path means.
pub(super) enum Route<'p> {
    /// `/Users`
    Collection(&'p Endpoint),
    /// `/Users/2819c223`
    Resource(&'p Endpoint, String),
    /// `/Me`: the resource of who asks.
    Me(&'p Endpoint, String),
    /// `/Users/.search`, `/.search`
    Search(Vec<&'p Endpoint>),
    /// `/`
    Root(Vec<&'p Endpoint>),
    /// `/Bulk`
    Bulk,
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
    /// What a path means, and how it departs from that.
    pub(super) fn find(
        path: &str,
        asked: &Asked<'_, 'p>,
    ) -> Result<(Self, Option<Deviation>), Failure> {
        let mut segments = segments(below_base(path, asked.locations.base_path())?)?;
        let deviation =
            if asked.quirks.endpoint_case { asked.in_its_case(&mut segments) } else { None };
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        Self::of(&segments, asked).map(|route| (route, deviation))
    }

    fn of(segments: &[&str], asked: &Asked<'_, 'p>) -> Result<Self, Failure> {
        let (features, cx) = (asked.features, asked.cx);
        let visible = || asked.visible();
        match segments {
            [] | [".search"] if !features.root_query => {
                Ok(Self::NotImplemented("a query over all resource types"))
            }
            [] => Ok(Self::Root(visible().collect())),
            [".search"] => Ok(Self::Search(visible().collect())),
            ["Bulk"] if features.bulk => Ok(Self::Bulk),
            ["Bulk"] => Ok(Self::NotImplemented("Bulk")),
            ["Me", ..] if !features.me => Ok(Self::NotImplemented("/Me")),
            ["Me"] => Self::of_who_asks(cx, visible()),
            // RFC 7644 has the singular; SCIM 1.1 had the plural, and some clients still do.
            ["ServiceProviderConfig" | "ServiceProviderConfigs"] => {
                Ok(Self::Discovery(Discovery::ServiceProviderConfig))
            }
            ["ResourceTypes"] => Ok(Self::Discovery(Discovery::ResourceTypes)),
            ["ResourceTypes", name] => {
                Ok(Self::Discovery(Discovery::ResourceType((*name).to_owned())))
            }
            ["Schemas"] => Ok(Self::Discovery(Discovery::Schemas)),
            ["Schemas", uri] => Ok(Self::Discovery(Discovery::Schema((*uri).to_owned()))),
            [name, rest @ ..] => {
                let endpoint = visible().find(|endpoint| endpoint.name() == *name);
                match (endpoint, rest) {
                    (Some(endpoint), []) => Ok(Self::Collection(endpoint)),
                    (Some(endpoint), [".search"]) => Ok(Self::Search(vec![endpoint])),
                    (Some(endpoint), [id]) => Ok(Self::Resource(endpoint, (*id).to_owned())),
                    _ => Err(not_found().into()),
                }
            }
        }
    }

    /// RFC 7644, Section 3.11.
    fn of_who_asks(
        cx: &RequestContext,
        mut visible: impl Iterator<Item = &'p Endpoint>,
    ) -> Result<Self, Failure> {
        let own = cx.me.as_ref().and_then(|me| {
            let endpoint =
                visible.find(|endpoint| endpoint.resource_type.name() == me.resource_type)?;
            Some(Self::Me(endpoint, me.id.clone()))
        });
        own.ok_or_else(|| {
            Error::status_only(StatusCode::NOT_FOUND, "no resource is that of this client").into()
        })
    }

    /// Tells what is asked, of which resource.
    pub(super) fn tell(&self, method: &Method, report: &mut Report) {
        report.operation = self.operation(method);
        match self {
            Self::Resource(endpoint, id) | Self::Me(endpoint, id) => {
                report.resource_type = Some(Arc::clone(&endpoint.resource_type));
                report.id = Some(id.clone());
            }
            Self::Collection(endpoint) => {
                report.resource_type = Some(Arc::clone(&endpoint.resource_type))
            }
            Self::Search(endpoints) | Self::Root(endpoints) => {
                if let [endpoint] = endpoints.as_slice() {
                    report.resource_type = Some(Arc::clone(&endpoint.resource_type));
                }
            }
            Self::Bulk | Self::Discovery(_) | Self::NotImplemented(_) => {}
        }
    }

    fn operation(&self, method: &Method) -> Option<&'static str> {
        let reads = matches!(*method, Method::GET | Method::HEAD);
        match (self, method) {
            (Self::NotImplemented(_), _) => None,
            (_, &Method::OPTIONS) => Some("options"),
            (Self::Collection(_), &Method::POST) => Some("create"),
            (Self::Collection(_) | Self::Root(_), _) => reads.then_some("list"),
            (Self::Resource(..) | Self::Me(..), &Method::PUT) => Some("replace"),
            (Self::Resource(..) | Self::Me(..), &Method::PATCH) => Some("patch"),
            (Self::Resource(..) | Self::Me(..), &Method::DELETE) => Some("delete"),
            (Self::Resource(..) | Self::Me(..), _) => reads.then_some("read"),
            (Self::Search(_), _) => (method == Method::POST).then_some("search"),
            (Self::Bulk, _) => (method == Method::POST).then_some("bulk"),
            (Self::Discovery(_), _) => reads.then_some("discover"),
        }
    }

    /// Whether a request there changes nothing.
    pub(super) fn only_reads(&self, method: &Method) -> bool {
        matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
            || matches!(self, Self::Search(_))
    }

    /// Whether a request there changes a resource that is there already.
    pub(super) fn changes_resource(&self, method: &Method) -> bool {
        let of_one = matches!(self, Self::Resource(..) | Self::Me(..));
        of_one && matches!(*method, Method::PUT | Method::PATCH | Method::DELETE)
    }

    /// How long a body may be, in bytes.
    pub(super) fn body_limit(&self, limits: &Limits) -> usize {
        if matches!(self, Self::Bulk) { limits.bulk_payload() } else { limits.body_bytes }
    }

    /// The methods that go with the path: the value of `Allow`.
    pub(super) fn allowed(&self, features: &Features) -> &'static str {
        match self {
            Self::Collection(_) => "GET, HEAD, POST, OPTIONS",
            Self::Resource(..) | Self::Me(..) if features.patch => {
                "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"
            }
            Self::Resource(..) | Self::Me(..) => "GET, HEAD, PUT, DELETE, OPTIONS",
            Self::Search(_) | Self::Bulk => "POST, OPTIONS",
            Self::Root(_) | Self::Discovery(_) => "GET, HEAD, OPTIONS",
            Self::NotImplemented(_) => "",
        }
    }
}

impl<'p> Asked<'_, 'p> {
    /// The endpoints of the resource types that this tenant has.
    fn visible(&self) -> impl Iterator<Item = &'p Endpoint> {
        self.provider
            .endpoints
            .iter()
            .filter(|endpoint| self.cx.has_resource_type(endpoint.resource_type.name()))
    }

    /// Spells the endpoint as it is. One that is there as it came is left alone.
    fn in_its_case(&self, segments: &mut [String]) -> Option<Deviation> {
        let known = || ENDPOINTS.into_iter().chain(self.visible().map(Endpoint::name));
        let name = segments.first_mut()?;
        if known().any(|known| known == name) {
            return None;
        }
        let read = known().find(|known| known.eq_ignore_ascii_case(name))?.to_owned();
        let came = std::mem::replace(name, read.clone());
        Some(Deviation::EndpointCase { came, read })
    }
}

impl Endpoint {
    /// The segment of the path.
    fn name(&self) -> &str {
        self.resource_type.endpoint().trim_start_matches('/')
    }
}

/// The path below the base URL; a router may have taken that away already.
///
/// RFC 7644, Section 3.13: a version, if there is one, stands directly before the endpoint; without
/// one, the latest counts.
fn below_base<'u>(path: &'u str, base: &str) -> Result<&'u str, Failure> {
    let (parent, supported) = match base.rsplit_once('/') {
        Some((parent, version)) if is_version(version) => (parent, version),
        _ => (base, VERSION),
    };
    if parent.len() < base.len()
        && let Some(rest) = below(path, base)
    {
        return Ok(rest);
    }
    let path = below(path, parent).unwrap_or(path).trim_start_matches('/');
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    match is_version(first) {
        true if first == supported => Ok(rest),
        true => Err(Error::typed(
            ScimType::InvalidVers,
            format!("this service provider speaks SCIM {VERSION}"),
        )
        .into()),
        false => Ok(path),
    }
}

fn below<'u>(path: &'u str, base: &str) -> Option<&'u str> {
    path.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// `v` and a number.
fn is_version(segment: &str) -> bool {
    let number = segment.strip_prefix('v').unwrap_or_default();
    number.starts_with(|first: char| first.is_ascii_digit())
        && number.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.'))
}

/// The segments of a path, decoded. Empty ones do not count, since base URLs are pasted with and
/// without a slash at the end; dots have no meaning, and a slash inside a segment is none.
fn segments(path: &str) -> Result<Vec<String>, Failure> {
    let decode = |segment: &str| {
        let text = percent_decode_str(segment).decode_utf8().ok()?;
        let plain = text != "."
            && text != ".."
            && !text.contains(|character: char| character == '/' || character.is_control());
        plain.then(|| text.into_owned())
    };
    let segments = path.split('/').filter(|segment| !segment.is_empty()).map(decode);
    segments.collect::<Option<Vec<_>>>().ok_or_else(|| not_found().into())
}

pub(super) fn not_found() -> Error {
    Error::status_only(StatusCode::NOT_FOUND, "there is nothing at this path")
}
