//! The builder of a service provider.

use std::fmt;
use std::sync::Arc;

use http::Uri;

use super::{Dispatcher, Provider};
use crate::auth::{Anybody, Authenticate};
use crate::clock::Clock;
use crate::features::Features;
use crate::hooks::Hooks;
use crate::quirks::Quirks;
use crate::schema::{ResolvedPath, ResourceUrls, SchemaError, SchemaRegistry};
use crate::service::{Endpoint, Limits, Service};
use crate::store::ResourceStore;

/// A builder of a [`Dispatcher`]. A store and an authenticator are required; the rest has defaults.
#[must_use = "a builder does nothing until `build` is called"]
pub struct DispatcherBuilder {
    base_url: String,
    service: Service,
    authenticator: Option<Arc<dyn Authenticate>>,
    lets_everybody_in: bool,
    sensitive: Vec<String>,
}

/// The reason for which a dispatcher cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL is invalid.
    #[error("the base URL `{url}` {reason}; use one like `https://example.com/scim/v2`")]
    #[non_exhaustive]
    BaseUrl {
        /// The base URL.
        url: String,
        /// The reason.
        reason: BaseUrlError,
    },
    /// The base URL contains a user name or password. It is not shown for that reason.
    #[error("the base URL contains a user name or password, and every response would show it")]
    BaseUrlUser,
    /// There is no authenticator.
    #[error(
        "there is no authenticator: call `authenticator`, or `unauthenticated` to accept every request"
    )]
    NoAuthenticator,
    /// There is an authenticator, and everybody is let in all the same.
    #[error(
        "`authenticator` and `unauthenticated` are mutually exclusive: remove one of the calls"
    )]
    TwoAuthenticators,
    /// There are no resource types.
    #[error("there are no resource types: call `store`")]
    NoResourceTypes,
    /// No resource type has a sensitive attribute of that name.
    #[error("no resource type has the sensitive attribute `{0}`")]
    UnknownAttribute(String),
    /// A resource type is inconsistent.
    #[error(transparent)]
    Schema(#[from] SchemaError),
}

/// The reason for which a base URL is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// It is not a URL.
    #[error("is not a URL")]
    NotUrl,
    /// It has no host.
    #[error("has no host")]
    NoHost,
    /// Its scheme is neither `http` nor `https`.
    #[error("does not begin with `https://` or `http://`")]
    Scheme,
    /// Its port is not a number from 0 to 65535.
    #[error("has an invalid port")]
    Port,
    /// It has a query or a fragment.
    #[error("has a query or a fragment")]
    Query,
}

impl DispatcherBuilder {
    pub(super) fn new(base_url: String) -> Self {
        Self {
            base_url,
            service: Service::new(),
            authenticator: None,
            lets_everybody_in: false,
            sensitive: Vec::new(),
        }
    }

    /// Adds a store, and with it its resource type.
    #[doc(alias = "resource_type")]
    pub fn store(mut self, store: impl ResourceStore) -> Self {
        self.service.endpoints.push(Endpoint::new(store));
        self
    }

    /// Sets the authenticator, which identifies the caller of each request.
    pub fn authenticator(self, authenticator: impl Authenticate) -> Self {
        Self { authenticator: Some(Arc::new(authenticator)), ..self }
    }

    /// Accepts every request. If your application authenticates requests itself, insert a
    /// [`RequestContext`](crate::auth::RequestContext) into the extensions of each request; without
    /// one, all share the tenant `default`.
    pub fn unauthenticated(self) -> Self {
        Self { lets_everybody_in: true, ..self }
    }

    /// Sets the hooks, which run before and after every change.
    pub fn hooks(mut self, hooks: impl Hooks) -> Self {
        (self.service.hooks, self.service.has_hooks) = (Arc::new(hooks), true);
        self
    }

    /// Sets which deviations from the RFC are tolerated. [`Quirks::LENIENT`] by default.
    pub fn quirks(mut self, quirks: Quirks) -> Self {
        self.service.quirks = quirks;
        self
    }

    /// Sets the limits of a request.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.service.limits = limits;
        self
    }

    /// Turns optional parts of the protocol on and off.
    pub fn features(mut self, features: Features) -> Self {
        self.service.features = features;
        self
    }

    /// Sets the clock. The default is the system clock.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.service.clock = Arc::new(clock);
        self
    }

    /// Sets the key that signs cursors: 16 secret random bytes, the same in all processes of a
    /// cluster. Without it, a cursor is only checked for mistakes; a forged one shows nothing that
    /// its sender may not read anyway.
    pub fn cursor_key(mut self, cursor_key: [u8; 16]) -> Self {
        self.service.cursor_key = cursor_key;
        self
    }

    /// Rejects filters in URLs that name one of these attributes, such as `emails` or
    /// `name.familyName`, with 403 `sensitive`: URLs end up in logs and histories. The client has
    /// to POST to `.search` instead (RFC 7644, Section 7.5.2). Most identity providers only know
    /// filters in URLs, on `userName` and `externalId` at least.
    pub fn sensitive_attributes<'n>(
        mut self,
        attributes: impl IntoIterator<Item = &'n str>,
    ) -> Self {
        self.sensitive.extend(attributes.into_iter().map(str::to_owned));
        self
    }

    /// Builds the dispatcher.
    ///
    /// # Errors
    ///
    /// - the base URL is not one of `http` or `https`, or has more than scheme, host, port and
    ///   path;
    /// - there is no authenticator, or one beside [`unauthenticated`](Self::unauthenticated), or no
    ///   resource type;
    /// - no resource type has an attribute that was said to be sensitive;
    /// - a resource type or schema is inconsistent.
    pub fn build(self) -> Result<Dispatcher, BuildError> {
        check_base_url(&self.base_url)?;
        let mut service = self.service;
        if service.endpoints.is_empty() {
            return Err(BuildError::NoResourceTypes);
        }
        let authenticator = match (self.authenticator, self.lets_everybody_in) {
            (Some(authenticator), false) => authenticator,
            (None, true) => Arc::new(Anybody),
            (Some(_), true) => return Err(BuildError::TwoAuthenticators),
            (None, false) => return Err(BuildError::NoAuthenticator),
        };
        let types = service.endpoints.iter().map(|endpoint| Arc::clone(&endpoint.resource_type));
        service.registry = SchemaRegistry::new(types)?;
        service.locations = ResourceUrls::new(&self.base_url, &service.registry);
        service.sensitive = sensitive(&self.sensitive, &service.registry)?;
        Ok(Dispatcher { provider: Arc::new(Provider { service, authenticator }) })
    }
}

fn check_base_url(url: &str) -> Result<(), BuildError> {
    let authority = url.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    if authority.is_some_and(|authority| authority.contains('@')) {
        return Err(BuildError::BaseUrlUser);
    }
    let reject = |reason| Err(BuildError::BaseUrl { url: url.to_owned(), reason });
    let Ok(uri) = url.parse::<Uri>() else {
        return reject(BaseUrlError::NotUrl);
    };
    let Some(authority) = uri.authority().filter(|authority| !authority.host().is_empty()) else {
        return reject(BaseUrlError::NoHost);
    };
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return reject(BaseUrlError::Scheme);
    }
    if authority.as_str() != authority.host() && authority.port().is_none() {
        return reject(BaseUrlError::Port);
    }
    if uri.query().is_some() || url.contains('#') {
        return reject(BaseUrlError::Query);
    }
    Ok(())
}

/// The attributes of these names, of each resource type that has them.
fn sensitive(names: &[String], registry: &SchemaRegistry) -> Result<Vec<ResolvedPath>, BuildError> {
    let mut sensitive = Vec::new();
    for name in names {
        let unknown = || BuildError::UnknownAttribute(name.clone());
        let path = name.parse().map_err(|_| unknown())?;
        let known = sensitive.len();
        sensitive.extend(
            registry
                .resource_types()
                .iter()
                .filter_map(|resource_type| resource_type.resolve(&path)),
        );
        if sensitive.len() == known {
            return Err(unknown());
        }
    }
    Ok(sensitive)
}

impl fmt::Debug for DispatcherBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DispatcherBuilder")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}
