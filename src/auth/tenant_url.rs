//! Tenants that a URL names (RFC 7644, Sections 6 and 6.1).

use std::borrow::Cow;
use std::str::FromStr;

use async_trait::async_trait;
use http::Uri;
use http::header::HOST;
use http::request::Parts;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{AuthError, Authenticate, AuthenticationScheme, RequestContext, Tenant};

const PLACE: &str = "{tenant}";

/// A template of the base URLs of tenants. `{tenant}` stands for a whole segment of the path, or a
/// whole label of the host.
///
/// ```
/// use scimwire::auth::{Tenant, TenantUrlTemplate};
///
/// let by_path: TenantUrlTemplate = "https://scim.example.com/t/{tenant}/v2".parse()?;
/// assert_eq!(by_path.url_for(&Tenant::from("acme")), "https://scim.example.com/t/acme/v2");
/// let by_host: TenantUrlTemplate = "https://{tenant}.example.com/scim/v2".parse()?;
/// assert_eq!(by_host.url_for(&Tenant::from("acme")), "https://acme.example.com/scim/v2");
/// # Ok::<(), scimwire::auth::TenantUrlTemplateError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantUrlTemplate {
    template: String,
    place: Place,
}

/// The position of the name, and its surroundings.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Host { before: String, after: String },
    Path { before: String, after: String },
}

/// An invalid template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` must be an absolute URL without a query, with `{PLACE}` exactly once, as a path segment or a label of the host"
)]
pub struct TenantUrlTemplateError(String);

impl TenantUrlTemplate {
    /// Returns the base URL of a tenant.
    #[must_use]
    pub fn url_for(&self, tenant: &Tenant) -> String {
        self.template.replace(PLACE, &utf8_percent_encode(tenant.as_str(), UNESCAPED).to_string())
    }

    /// Compares the tenant in the URL, if there is one, with the tenant of the credentials, and
    /// sets the base URL of the tenant if the context has none. The host is taken from the URI or
    /// from `Host`. `X-Forwarded-Host` and `Forwarded` are ignored, since anybody can send them.
    ///
    /// # Errors
    ///
    /// - [`AuthError::Unauthenticated`]: the URL names another tenant. The response is that to an
    ///   unknown token, so that it reveals nothing about other tenants.
    pub fn verify(&self, head: &Parts, cx: RequestContext) -> Result<RequestContext, AuthError> {
        let agrees = match &self.place {
            Place::Path { before, after } => tenant_in_path(head.uri.path(), before, after)
                .map(|name| percent_decode_str(name).eq(cx.tenant().as_str().bytes())),
            Place::Host { before, after } => {
                let host = host(head)?;
                let name = host.as_deref().and_then(|host| {
                    host.strip_prefix(before.as_str())?.strip_suffix(after.as_str())
                });
                let name = name.filter(|name| !name.is_empty() && !name.contains('.'));
                name.map(|name| name.eq_ignore_ascii_case(cx.tenant().as_str()))
            }
        };
        match agrees {
            Some(false) => Err(AuthError::invalid_token()),
            Some(true) if cx.base_url.is_none() => {
                let base_url = self.url_for(cx.tenant());
                Ok(cx.with_base_url(base_url))
            }
            Some(true) | None => Ok(cx),
        }
    }

    fn place(text: &str) -> Option<Place> {
        let (before, after) = text.split_once(PLACE)?;
        let uri: Uri = format!("{before}tenant{after}").parse().ok()?;
        let absolute = uri.scheme().is_some()
            && uri.host().is_some()
            && uri.query().is_none()
            && !text.contains('#');
        if !absolute || after.contains(PLACE) {
            return None;
        }
        let (_, before) = before.split_once("://")?;
        match before.split_once('/') {
            Some((_, path)) => {
                let whole = (path.is_empty() || path.ends_with('/'))
                    && (after.is_empty() || after.starts_with('/'));
                let after = after.trim_end_matches('/').to_owned();
                whole.then(|| Place::Path { before: format!("/{path}"), after })
            }
            None => {
                let after = after.split(['/', ':']).next().unwrap_or_default();
                let whole = (before.is_empty() || before.ends_with('.')) && after.starts_with('.');
                whole.then(|| Place::Host {
                    before: before.to_ascii_lowercase(),
                    after: after.to_ascii_lowercase(),
                })
            }
        }
    }
}

impl FromStr for TenantUrlTemplate {
    type Err = TenantUrlTemplateError;

    fn from_str(text: &str) -> Result<Self, TenantUrlTemplateError> {
        let place = Self::place(text).ok_or_else(|| TenantUrlTemplateError(text.to_owned()))?;
        Ok(Self { template: text.trim_end_matches('/').to_owned(), place })
    }
}

/// Characters of a name that are not percent-encoded in a URL (RFC 3986, Section 2.3).
const UNESCAPED: &percent_encoding::AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn tenant_in_path<'h>(path: &'h str, before: &str, after: &str) -> Option<&'h str> {
    let rest = path.strip_prefix(before)?;
    let name = rest.split('/').next().filter(|name| !name.is_empty())?;
    let below = rest.get(name.len()..)?.strip_prefix(after)?;
    (below.is_empty() || below.starts_with('/')).then_some(name)
}

/// Returns the host of a request, in lower case and without a port. Rejects two that differ: a
/// proxy may have checked the other one.
fn host(head: &Parts) -> Result<Option<Cow<'_, str>>, AuthError> {
    let mut hosts = head
        .headers
        .get_all(HOST)
        .iter()
        .map(|value| value.to_str().unwrap_or_default())
        .map(without_port);
    let of_uri = head.uri.authority().map(|authority| without_port(authority.as_str()));
    let host = of_uri.or_else(|| hosts.next());
    match host {
        Some(host) if hosts.any(|other| !other.eq_ignore_ascii_case(host)) => {
            Err(AuthError::invalid_token())
        }
        host => Ok(host.map(|host| host.to_ascii_lowercase().into())),
    }
}

fn without_port(authority: &str) -> &str {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    };
    host.strip_suffix('.').unwrap_or(host)
}

/// Authenticates as `A` does, and rejects requests whose URL names another tenant than the
/// credentials: see [`TenantUrlTemplate::verify`].
///
/// ```
/// use scimwire::auth::{AuthError, BearerAuth, VerifyTenant, RequestContext, validator_fn};
/// use scimwire::{Dispatcher, MemoryStore, ResourceType, Secret};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let tokens = BearerAuth::new(validator_fn(|token: Secret| async move {
///     if token.expose() == "of acme" { Ok(RequestContext::new("acme")) } else { Err(AuthError::invalid_token()) }
/// }));
/// # let tokens = BearerAuth::new(validator_fn(|_: Secret| async { Ok(RequestContext::new("acme")) }));
/// let users = ResourceType::user();
/// let scim = Dispatcher::builder("https://example.com/scim/v2")
///     .store(MemoryStore::new(users))
///     .authenticator(VerifyTenant::new(tokens, "https://{tenant}.example.com/scim/v2".parse()?))
///     .build()?;
///
/// for (host, status) in [("acme.example.com", 200), ("other.example.com", 401)] {
///     let request = http::Request::get("/scim/v2/Users").header("host", host).header("authorization", "Bearer TOKEN");
///     assert_eq!(scim.dispatch(request.body("")?).await.status(), status);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct VerifyTenant<A> {
    authenticator: A,
    url: TenantUrlTemplate,
}

impl<A: Authenticate> VerifyTenant<A> {
    /// Checks the tenants that `url` finds in requests.
    pub fn new(authenticator: A, url: TenantUrlTemplate) -> Self {
        Self { authenticator, url }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<A: Authenticate> Authenticate for VerifyTenant<A> {
    async fn authenticate(&self, head: &Parts) -> Result<RequestContext, AuthError> {
        self.url.verify(head, self.authenticator.authenticate(head).await?)
    }

    fn schemes(&self) -> Vec<AuthenticationScheme> {
        self.authenticator.schemes()
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn checked(
        url: &str,
        tenant: &str,
        uri: &str,
        headers: &[(&str, &str)],
    ) -> Result<Option<String>, AuthError> {
        let mut request = Request::get(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).expect("a request").into_parts();
        let url: TenantUrlTemplate = url.parse().expect("a URL with a tenant");
        url.verify(&head, RequestContext::new(tenant)).map(|cx| cx.base_url)
    }

    #[test]
    fn a_name_in_the_path() {
        // P-6.1-01
        let url = "https://example.com/t/{tenant}/scim/v2/";
        let base = |name: &str| Some(format!("https://example.com/t/{name}/scim/v2"));
        for (path, expected) in [
            ("/t/acme/scim/v2", base("acme")),
            ("/t/acme/scim/v2/Users", base("acme")),
            ("/scim/v2/Users", None),
        ] {
            assert_eq!(
                checked(url, "acme", path, &[]).expect("the same tenant"),
                expected,
                "{path}"
            );
        }
        assert_eq!(
            checked(url, "a b", "/t/a%20b/scim/v2", &[]).expect("the same tenant"),
            base("a%20b")
        );
        for path in
            ["/t/other/scim/v2", "/t/ACME/scim/v2/Users", "/t/acme%00/scim/v2", "/t/%61cm/scim/v2"]
        {
            assert!(checked(url, "acme", path, &[]).is_err(), "{path}");
        }
        for path in ["/t/other", "/t/other/scim/v20/Users", "/t//scim/v2", "/x/t/other/scim/v2"] {
            assert_eq!(
                checked(url, "acme", path, &[]).expect("no tenant is named"),
                None,
                "{path}"
            );
        }
    }

    #[test]
    fn a_base_url_that_the_host_knows_stays() {
        // P-6.1-01
        let (head, ()) = Request::get("/t/acme/scim/v2").body(()).expect("a request").into_parts();
        let url: TenantUrlTemplate =
            "https://example.com/t/{tenant}/scim/v2".parse().expect("a URL with a tenant");
        let own = "https://acme.example.org/scim/v2";
        let checked = url
            .verify(&head, RequestContext::new("acme").with_base_url(own))
            .expect("the same tenant");
        assert_eq!(checked.base_url.as_deref(), Some(own));
    }

    #[test]
    fn a_name_in_the_host() {
        // P-6.1-01
        let url = "https://{tenant}.Example.com:8443/scim/v2";
        let acme = "https://acme.Example.com:8443/scim/v2";
        for host in ["acme.example.com", "ACME.EXAMPLE.COM:8443", "acme.example.com."] {
            let base =
                checked(url, "acme", "/scim/v2/Users", &[("host", host)]).expect("the same tenant");
            assert_eq!(base.as_deref(), Some(acme), "{host}");
        }
        for host in [
            "example.com",
            "a.acme.example.com",
            "acme.example.com.evil.test",
            "acmeexample.com",
            "",
        ] {
            let base = checked(url, "acme", "/scim/v2/Users", &[("host", host)])
                .expect("no tenant is named");
            assert_eq!(base, None, "{host}");
        }
        assert!(checked(url, "acme", "/Users", &[("host", "other.example.com")]).is_err());
        assert!(checked(url, "acme", "https://other.example.com/Users", &[]).is_err());
        assert!(
            checked(
                url,
                "acme",
                "https://acme.example.com/Users",
                &[("host", "other.example.com")]
            )
            .is_err()
        );
        assert!(
            checked(
                url,
                "acme",
                "/Users",
                &[("host", "acme.example.com"), ("host", "other.example.com")]
            )
            .is_err()
        );
    }

    #[test]
    fn what_proxies_add_is_not_looked_at() {
        // P-6.1-01: anybody can send these headers.
        let url = "https://{tenant}.example.com/scim/v2";
        for (name, value) in
            [("x-forwarded-host", "acme.example.com"), ("forwarded", "host=acme.example.com")]
        {
            assert!(
                checked(url, "acme", "/Users", &[("host", "other.example.com"), (name, value)])
                    .is_err(),
                "{name}"
            );
            assert_eq!(
                checked(url, "acme", "/Users", &[(name, value)]).expect("no tenant is named"),
                None,
                "{name}"
            );
        }
    }

    #[test]
    fn urls_that_name_no_tenant_are_refused() {
        for text in [
            "https://example.com/scim/v2",
            "https://{tenant}.example.com/{tenant}",
            "https://example.com/t-{tenant}/scim",
            "https://example.com/{tenant}s",
            "https://scim-{tenant}.example.com",
            "https://{tenant}/scim",
            "/t/{tenant}",
            "https://example.com/scim?tenant={tenant}",
            "https://example.com/{tenant}#x",
            "",
        ] {
            assert_eq!(
                text.parse::<TenantUrlTemplate>(),
                Err(TenantUrlTemplateError(text.to_owned()))
            );
        }
    }
}
