//! URLs of resources: `meta.location` and `$ref`.

use std::sync::Arc;

use http::Uri;

use super::attribute::Attribute;
use super::registry::SchemaRegistry;
use crate::value::{Object, Value};

/// The URLs of resources: the base URL of a request, and the endpoint of each resource type. They
/// make up `meta.location` and each generated `$ref` (RFC 7643, Sections 2.4 and 3.1).
///
/// They are absolute URLs, those of members and groups among them, although RFC 7643, Section 2.3.7
/// lets a reference be relative to the base URL: clients follow what they find there, and not all
/// of them know the base URL. Under another base URL, such as that of a tenant, the same resource
/// has another; it is never stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceUrls(Arc<Places>);

/// The parts of locations; shared by all requests and cached responses.
#[derive(Debug, Default, PartialEq, Eq)]
struct Places {
    base_url: Box<str>,
    /// The path of the base URL.
    base_path: Box<str>,
    endpoints: Arc<[(String, String)]>,
}

impl ResourceUrls {
    /// The locations of the resource types of `registry` under `base_url`, such as
    /// `https://example.com/scim/v2`.
    #[must_use]
    pub fn new(base_url: &str, registry: &SchemaRegistry) -> Self {
        let types = registry.resource_types().iter();
        let endpoints =
            types.map(|known| (known.name().to_owned(), known.endpoint().to_owned())).collect();
        Self(Arc::new(Places { endpoints, ..Places::default() })).with_base_url(base_url)
    }

    /// Returns the same endpoints under another base URL.
    #[must_use]
    pub fn with_base_url(&self, base_url: &str) -> Self {
        let uri: Option<Uri> = base_url.parse().ok();
        let base_path = uri.as_ref().map_or("", |uri| uri.path().trim_end_matches('/'));
        Self(Arc::new(Places {
            base_url: base_url.trim_end_matches('/').into(),
            base_path: base_path.into(),
            endpoints: Arc::clone(&self.0.endpoints),
        }))
    }

    /// The base URL, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.0.base_url
    }

    /// The path of the base URL, without a slash at its end.
    #[must_use]
    pub fn base_path(&self) -> &str {
        &self.0.base_path
    }

    /// The URL of a resource: base URL, endpoint, id.
    #[must_use]
    pub fn url_of(&self, resource_type: &str, id: &str) -> Option<String> {
        let Places { base_url, endpoints, .. } = &*self.0;
        let (_, endpoint) = endpoints.iter().find(|(name, _)| name == resource_type)?;
        let mut url = String::with_capacity(base_url.len() + endpoint.len() + 1 + id.len());
        url.push_str(base_url);
        url.push_str(endpoint);
        url.push('/');
        if id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            url.push_str(id);
        } else {
            url.extend(percent_encoding::utf8_percent_encode(id, ID));
        }
        Some(url)
    }

    /// The URL of the resource that a value of `attribute` names, from its `value` and, where
    /// several resource types are possible, its `type`.
    pub(crate) fn of_reference(&self, attribute: &Attribute, value: &Object) -> Option<String> {
        let id = value.get("value")?.as_str().filter(|id| !id.is_empty())?;
        let types = attribute.sub_attribute("$ref")?.reference_types();
        let named = value
            .get("type")
            .and_then(Value::as_str)
            .filter(|name| types.iter().any(|known| known == name));
        match (named, types) {
            (Some(name), _) => self.url_of(name, id),
            (None, [only]) => self.url_of(only, id),
            (None, _) => None,
        }
    }

    /// Returns `true` if these are the same: the endpoints of one registry under one base URL.
    pub(crate) fn are_those_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || Arc::ptr_eq(&self.0.endpoints, &other.0.endpoints)
                && self.0.base_url == other.0.base_url
    }

    /// Returns `true` if two URLs name one resource: they compare in normal form, and the version
    /// segment does not count (RFC 7643, Section 2.4).
    pub(crate) fn same(&self, one: &str, other: &str) -> bool {
        one == other || self.relative(&normal(one)) == self.relative(&normal(other))
    }

    /// The id of the resource that a URL names, whatever its type; within, none where it names
    /// none. None where that cannot be said: an id that looks like a version does not count in a
    /// URL.
    #[cfg(feature = "sql")]
    pub(crate) fn id_in(&self, url: &str) -> Option<Option<String>> {
        let relative = self.relative(url);
        if self.0.endpoints.iter().any(|(_, endpoint)| endpoint.trim_start_matches('/') == relative)
        {
            return None;
        }
        let segment = relative.rsplit('/').next().unwrap_or_default();
        let id = percent_encoding::percent_decode_str(segment)
            .decode_utf8()
            .ok()
            .map(|id| id.into_owned());
        let named = |id: &String| {
            let mut urls = self.0.endpoints.iter().filter_map(|(name, _)| self.url_of(name, id));
            urls.any(|known| self.same(&known, url))
        };
        Some(id.filter(named))
    }

    /// A URL of ours without base URL, and any URL without a version segment.
    fn relative(&self, url: &str) -> String {
        let unversioned = |text: &str| {
            text.split('/').filter(|segment| !is_version(segment)).collect::<Vec<_>>().join("/")
        };
        let (url, base) = (unversioned(url), unversioned(&normal(self.base_url())));
        match url.strip_prefix(&base) {
            Some(path) => path.trim_start_matches('/').to_owned(),
            None => url.trim_start_matches("../").trim_start_matches('/').to_owned(),
        }
    }
}

/// Characters of an id that are percent-encoded in a path segment (RFC 3986, Section 3.3).
const ID: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A URL with scheme and host in lower case, and no more percent signs than it needs (RFC 3986,
/// Section 6.2.2).
fn normal(url: &str) -> String {
    let authority = url.find("://").map_or(0, |colon| colon + "://".len());
    let path = url
        .bytes()
        .enumerate()
        .skip(authority)
        .find(|(_, byte)| matches!(byte, b'/' | b'?' | b'#'));
    let (origin, rest) = match authority {
        0 => ("", url),
        _ => url.split_at(path.map_or(url.len(), |(place, _)| place)),
    };
    let mut parts = rest.split('%');
    let mut normal = origin.to_ascii_lowercase() + parts.next().unwrap_or_default();
    for part in parts {
        let code = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (code, part.get(2..)) {
            (Some(code), Some(behind))
                if code.is_ascii_alphanumeric() || b"-._~".contains(&code) =>
            {
                normal.push(char::from(code));
                normal.push_str(behind);
            }
            (Some(code), Some(behind)) => normal.push_str(&format!("%{code:02X}{behind}")),
            _ => {
                normal.push('%');
                normal.push_str(part);
            }
        }
    }
    normal
}

/// RFC 7644, Section 3.13: `v` and a number.
fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}
