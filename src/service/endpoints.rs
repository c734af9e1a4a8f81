//! The endpoints and what a path means (RFC 7644, Section 3.2), and versions of the protocol
//! (Section 3.13).

use std::borrow::Cow;

use http::StatusCode;
use percent_encoding::percent_decode_str;

use super::discovery::Discovery;
use super::outcome::Failure;
use super::{Call, Endpoint};
use crate::error::{Error, ScimType};
use crate::features::Features;
use crate::quirks::{Deviation, Deviations};

/// The version of the protocol, as a segment of a path (RFC 7644, Section 3.13).
const VERSION: &str = "v2";

/// The segment of a path for searches by POST (RFC 7644, Section 3.4.3).
const SEARCH: &str = ".search";

/// The display name of an optional endpoint.
const ROOT_QUERY: &str = "a query over all resource types";

/// The endpoints that do not belong to a resource type (RFC 7644, Section 3.2).
const ENDPOINTS: [&str; 6] =
    ["ServiceProviderConfig", "ServiceProviderConfigs", "ResourceTypes", "Schemas", "Bulk", "Me"];

/// The meaning of a path.
pub(crate) enum Route<'c, 'p> {
    /// `/Users`
    Collection(&'c Endpoint),
    /// `/Users/2819c223`
    Resource(&'c Endpoint, Cow<'p, str>),
    /// `/Me`: the resource of who asks.
    Me(&'c Endpoint, &'c str),
    /// `/Users/.search`, `/.search`
    Search(Vec<&'c Endpoint>),
    /// `/`
    Root(Vec<&'c Endpoint>),
    /// `/Bulk`
    Bulk,
    Discovery(Discovery),
    /// A part of the protocol that is not there, by its name for people.
    NotImplemented(&'static str),
}

/// A path, taken apart and decoded: the longest that has a meaning is of two segments.
struct Segments<'p> {
    first: Option<Cow<'p, str>>,
    second: Option<Cow<'p, str>>,
    /// `true` if there are more.
    is_longer: bool,
}

impl<'c, 'p> Route<'c, 'p> {
    /// Resolves a path for the caller.
    pub(crate) fn find(
        path: &'p str,
        call: &Call<'c>,
        deviations: &mut Deviations,
    ) -> Result<Self, Failure> {
        let mut segments = Segments::of(below_base(path, call.locations.base_path())?)?;
        let respelled = if call.quirks.endpoint_case { segments.in_its_case(call) } else { None };
        let route = Self::of(segments, call)?;
        deviations.extend(respelled);
        Ok(route)
    }

    fn of(segments: Segments<'p>, call: &Call<'c>) -> Result<Self, Failure> {
        let features = &call.features;
        let Segments { first, second, is_longer } = segments;
        let Some(first) = first else {
            return Ok(match features.root_query {
                true => Self::Root(call.endpoints().collect()),
                false => Self::NotImplemented(ROOT_QUERY),
            });
        };
        if let Some(endpoint) = call.endpoints().find(|endpoint| endpoint.name() == first) {
            return match second {
                _ if is_longer => Err(not_found()),
                None => Ok(Self::Collection(endpoint)),
                Some(second) if second == SEARCH => Ok(Self::Search(vec![endpoint])),
                Some(id) => Ok(Self::Resource(endpoint, id)),
            };
        }
        match (&*first, second) {
            ("Me", _) if !features.me => Ok(Self::NotImplemented("/Me")),
            _ if is_longer => Err(not_found()),
            (SEARCH, None) if !features.root_query => Ok(Self::NotImplemented(ROOT_QUERY)),
            (SEARCH, None) => Ok(Self::Search(call.endpoints().collect())),
            ("Bulk", None) if features.bulk => Ok(Self::Bulk),
            ("Bulk", None) => Ok(Self::NotImplemented("Bulk")),
            ("Me", None) => call.me().map(|(endpoint, id)| Self::Me(endpoint, id)),
            // RFC 7644 has the singular; SCIM 1.1 had the plural, and some clients still do.
            ("ServiceProviderConfig" | "ServiceProviderConfigs", None) => {
                Ok(Self::Discovery(Discovery::ServiceProviderConfig))
            }
            ("ResourceTypes", None) => Ok(Self::Discovery(Discovery::ResourceTypes)),
            ("ResourceTypes", Some(name)) => {
                Ok(Self::Discovery(Discovery::ResourceType(name.into_owned())))
            }
            ("Schemas", None) => Ok(Self::Discovery(Discovery::Schemas)),
            ("Schemas", Some(uri)) => Ok(Self::Discovery(Discovery::Schema(uri.into_owned()))),
            _ => Err(not_found()),
        }
    }

    /// The methods that go with the path: the value of `Allow`.
    pub(crate) fn allowed(&self, features: &Features) -> &'static str {
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

impl<'p> Segments<'p> {
    /// Takes a path apart. Empty segments do not count, since base URLs are pasted with and without
    /// a slash at the end; dots have no meaning, and a slash inside a segment is none.
    fn of(path: &'p str) -> Result<Self, Failure> {
        let mut segments = path.split('/').filter(|segment| !segment.is_empty()).map(decoded);
        let (first, second) = (segments.next().transpose()?, segments.next().transpose()?);
        let mut is_longer = false;
        for segment in segments {
            segment?;
            is_longer = true;
        }
        Ok(Self { first, second, is_longer })
    }

    /// Corrects the case of an endpoint, unless it is an endpoint as sent.
    fn in_its_case(&mut self, call: &Call<'_>) -> Option<Deviation> {
        let known = || call.endpoints().map(Endpoint::name).chain(ENDPOINTS);
        let name = self.first.as_mut()?;
        if known().any(|known| known == name) {
            return None;
        }
        let read = known().find(|known| known.eq_ignore_ascii_case(name))?.to_owned();
        let came = std::mem::replace(name, read.clone().into()).into_owned();
        Some(Deviation::EndpointCase { received: came, interpreted_as: read })
    }
}

/// A segment of a path, decoded.
fn decoded(segment: &str) -> Result<Cow<'_, str>, Failure> {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'%';
    let is_odd = |character: char| character == '/' || character.is_control();
    let mut text = Cow::Borrowed(segment);
    if !segment.bytes().all(is_plain) {
        text = percent_decode_str(segment).decode_utf8().map_err(|_| not_found())?;
        if text.contains(is_odd) {
            return Err(not_found());
        }
    }
    if text == "." || text == ".." { Err(not_found()) } else { Ok(text) }
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
        true => Err(Error::scim(
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

pub(super) fn not_found() -> Failure {
    Error::new(StatusCode::NOT_FOUND, "no such endpoint").into()
}

pub(crate) fn not_implemented(feature: &str) -> Failure {
    let detail = format!("{feature} is not supported");
    Error::new(StatusCode::NOT_IMPLEMENTED, detail).into()
}
