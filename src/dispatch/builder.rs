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
use crate::schema::{ResolvedPath, ResourceType, ResourceUrls, SchemaError, SchemaRegistry};
use crate::service::{Endpoint, Limits, Service};
use crate::store::ResourceStore;

/// Puts a [`Dispatcher`] together. Resource types and an authenticator are required; all else has a
/// default.
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
    /// The base URL is none: the second word says why.
    #[error("the base URL `{0}` {1}; it has to be like `https://example.com/scim/v2`")]
    BaseUrl(String, &'static str),
    /// The base URL has the name or password of a user, and is not shown for that.
    #[error("the base URL names a user, or a password: it is part of what everybody gets")]
    BaseUrlUser,
    /// There is no authenticator.
    #[error(
        "there is no authenticator: call `authenticate`, or `unauthenticated` to let everybody in"
    )]
    NoAuthenticator,
    /// There is an authenticator, and everybody is let in all the same.
    #[error("both `authenticate` and `unauthenticated` were called: remove one")]
    TwoAuthenticators,
    /// There are no resource types.
    #[error("there are no resource types: call `resource_type`")]
    NoResourceTypes,
    /// No resource type has a sensitive attribute of that name.
    #[error("no resource type has the attribute `{0}`, which is to be sensitive")]
    UnknownAttribute(String),
    /// A resource type is inconsistent.
    #[error(transparent)]
    Schema(#[from] SchemaError),
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

    /// Serves a resource type from a store.
    pub fn resource_type(
        mut self,
        resource_type: impl Into<Arc<ResourceType>>,
        store: impl ResourceStore,
    ) -> Self {
        self.service.endpoints.push(Endpoint::new(resource_type, store));
        self
    }

    /// Asks `authenticator` who sends each request.
    pub fn authenticator(self, authenticator: impl Authenticate) -> Self {
        Self { authenticator: Some(Arc::new(authenticator)), ..self }
    }

    /// Lets everybody in. A host that authenticates by itself puts a
    /// [`RequestContext`](crate::auth::RequestContext) among the extensions of each request;
    /// without one, all share the tenant `default`.
    pub fn unauthenticated(self) -> Self {
        Self { lets_everybody_in: true, ..self }
    }

    /// Gives the host a say in changes.
    pub fn hooks(mut self, hooks: impl Hooks) -> Self {
        (self.service.hooks, self.service.has_hooks) = (Arc::new(hooks), true);
        self
    }

    /// Chooses how requests are read that depart from the RFC; [`Quirks::LENIENT`], unless said
    /// otherwise.
    pub fn quirks(mut self, quirks: Quirks) -> Self {
        self.service.quirks = quirks;
        self
    }

    /// Limits what a request may ask for.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.service.limits = limits;
        self
    }

    /// Switches optional parts of the protocol on and off.
    pub fn features(mut self, features: Features) -> Self {
        self.service.features = features;
        self
    }

    /// Takes the time from somewhere else than the machine.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.service.clock = Arc::new(clock);
        self
    }

    /// Makes cursors that others cannot forge: 16 secret random bytes, the same in all processes of
    /// a cluster. Without them a cursor is checked for mistakes only; a forged one still shows no
    /// more than its sender may read anyhow.
    pub fn cursor_key(mut self, cursor_key: [u8; 16]) -> Self {
        self.service.cursor_key = cursor_key;
        self
    }

    /// Refuses filters in URLs that name one of these attributes, such as `emails` or
    /// `name.familyName`, with 403 `sensitive`: URLs are kept in logs and histories. The client is
    /// asked to POST to `.search` (RFC 7644, Section 7.5.2). Most identity providers only know
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
    let refuse = |why| Err(BuildError::BaseUrl(url.to_owned(), why));
    let Ok(uri) = url.parse::<Uri>() else {
        return refuse("is no URL");
    };
    let Some(authority) = uri.authority().filter(|authority| !authority.host().is_empty()) else {
        return refuse("has no host");
    };
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return refuse("begins with neither `https://` nor `http://`");
    }
    if authority.as_str() != authority.host() && authority.port().is_none() {
        return refuse("has no port that there is");
    }
    if uri.query().is_some() || url.contains('#') {
        return refuse("has a query or a fragment");
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
