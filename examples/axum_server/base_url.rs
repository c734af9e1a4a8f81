//! Under which URLs the service provider is reached: one for all, where the token tells the tenant, and one for each tenant.

use std::net::SocketAddr;
use std::str::FromStr;

use http::Uri;
use scimwire::auth::{TenantUrl, TenantUrlError};

/// What clients reach the server under: scheme and host, without a path.
#[derive(Clone)]
pub(crate) struct PublicUrl(String);

impl PublicUrl {
    pub(crate) fn of_listener(address: SocketAddr) -> Self {
        Self(format!("http://{address}"))
    }

    /// Whether it is reached over TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// Where the console is.
    pub(crate) fn console(&self) -> String {
        format!("{}/console/", self.0)
    }

    /// The base URL where the token tells the tenant.
    pub(crate) fn scim(&self) -> String {
        format!("{}/scim/v2", self.0)
    }

    /// The base URL of one tenant.
    pub(crate) fn scim_of(&self, tenant: &str) -> String {
        format!("{}/t/{tenant}/scim/v2", self.0)
    }

    /// The base URLs of all tenants.
    pub(crate) fn scim_of_tenants(&self) -> Result<TenantUrl, TenantUrlError> {
        self.scim_of("{tenant}").parse()
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const USAGE: &str = "write scheme and host without a path, such as `https://scim.example.com`";
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
