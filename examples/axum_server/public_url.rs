//! Under which URLs the service provider is reached: one for all, where the token tells the tenant,
//! and one for each tenant.

use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;

use http::Uri;
use scimwire::auth::{TenantUrlTemplate, TenantUrlTemplateError};

/// What clients reach the server under: scheme and host, without a path.
#[derive(Clone)]
pub(crate) struct PublicUrl(String);

impl PublicUrl {
    pub(crate) fn of_listener(address: SocketAddr) -> Self {
        Self(format!("http://{address}"))
    }

    /// Returns `true` if it is reached over TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// Where the console is.
    pub(crate) fn console(&self) -> String {
        format!("{}/console/", self.0)
    }

    /// The base URL where the token tells the tenant.
    pub(crate) fn scim(&self) -> String {
        self.join("/scim/v2")
    }

    /// The base URL of one tenant.
    pub(crate) fn scim_of(&self, tenant: &str) -> String {
        self.join(&format!("/t/{tenant}/scim/v2"))
    }

    /// The URLs of tenants that the path names, with this path behind the tenant's.
    pub(crate) fn by_path(&self, path: &str) -> Result<TenantUrlTemplate, TenantUrlTemplateError> {
        self.join(&format!("/t/{{tenant}}{path}")).parse()
    }

    /// The URLs of tenants that the host names, with this path: `acme.` before our own host, or
    /// before `localhost` where that is a number.
    pub(crate) fn by_host(&self, path: &str) -> Result<TenantUrlTemplate, TenantUrlTemplateError> {
        let (scheme, authority) = self.0.split_once("://").unwrap_or_default();
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, format!(":{port}")),
            _ => (authority, String::new()),
        };
        let is_number = host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok();
        let host = if is_number { "localhost" } else { host };
        format!("{scheme}://{{tenant}}.{host}{port}{path}").parse()
    }

    /// The URL of a path.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// Scheme and host.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const USAGE: &str =
            "use a scheme and host without a path, such as `https://scim.example.com`";
        let uri: Uri = text.parse().map_err(|_| USAGE)?;
        let web = matches!(uri.scheme_str(), Some("http" | "https"));
        let url = text.strip_suffix('/').unwrap_or(text);
        // What stands after the host, such as a query, is not dropped in silence.
        match uri.authority() {
            Some(host) if web && url.ends_with(&format!("://{host}")) => Ok(Self(url.to_owned())),
            _ => Err(USAGE),
        }
    }
}

/// The tenant that a path names.
pub(crate) fn tenant_in(path: &str) -> Option<&str> {
    path.strip_prefix("/t/")?.split('/').next()
}
