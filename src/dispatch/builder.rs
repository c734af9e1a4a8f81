//! How a service provider is put together.

use std::fmt;
use std::sync::Arc;

use http::Uri;

use super::config::Features;
use super::limits::Limits;
use super::{Dispatcher, Endpoint, Provider};
use crate::auth::{Anybody, Authenticate};
use crate::clock::{Clock, SystemClock};
use crate::policy::{NoPolicy, Policy};
use crate::quirks::Quirks;
use crate::schema::{Locations, Registry, ResourceType, SchemaError};
use crate::store::ResourceStore;

/// Puts a [`Dispatcher`] together. Resource types and an authenticator are required; all else has a default.
#[must_use = "a builder does nothing until `build` is called"]
pub struct DispatcherBuilder {
    base_url: String,
    endpoints: Vec<Endpoint>,
    authenticator: Option<Arc<dyn Authenticate>>,
    policy: Arc<dyn Policy>,
    quirks: Quirks,
    limits: Limits,
    features: Features,
    clock: Arc<dyn Clock>,
    cursor_key: [u8; 16],
}

/// Why a dispatcher cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL has no host, or has a query.
    #[error("the base URL `{0}` has to be an absolute URL without a query, such as `https://example.com/scim/v2`")]
    BaseUrl(String),
    /// There is no authenticator.
    #[error("there is no authenticator: call `authenticate`, or `unauthenticated` to let everybody in")]
    NoAuthenticator,
    /// There are no resource types.
    #[error("there are no resource types: call `resource_type`")]
    NoResourceTypes,
    /// A resource type is inconsistent.
    #[error(transparent)]
    Schema(#[from] SchemaError),
}

impl DispatcherBuilder {
    pub(super) fn new(base_url: String) -> Self {
        Self {
            base_url,
            endpoints: Vec::new(),
            authenticator: None,
            policy: Arc::new(NoPolicy),
            quirks: Quirks::default(),
            limits: Limits::default(),
            features: Features::default(),
            clock: Arc::new(SystemClock),
            cursor_key: [0; 16],
        }
    }

    /// Serves a resource type from a store.
    pub fn resource_type(mut self, resource_type: impl Into<Arc<ResourceType>>, store: impl ResourceStore) -> Self {
        self.endpoints.push(Endpoint { resource_type: resource_type.into(), store: Arc::new(store) });
        self
    }

    /// Asks `authenticator` who sends each request.
    pub fn authenticate(self, authenticator: impl Authenticate) -> Self {
        Self { authenticator: Some(Arc::new(authenticator)), ..self }
    }

    /// Lets everybody in. A host that authenticates by itself puts a [`RequestContext`](crate::auth::RequestContext) among
    /// the extensions of each request; without one, all share the tenant `default`.
    pub fn unauthenticated(self) -> Self {
        Self { authenticator: Some(Arc::new(Anybody)), ..self }
    }

    /// Gives the host a say in changes.
    pub fn policy(self, policy: impl Policy) -> Self {
        Self { policy: Arc::new(policy), ..self }
    }

    /// Chooses how requests are read that depart from the RFC; [`Quirks::LENIENT`], unless said otherwise.
    pub fn quirks(self, quirks: Quirks) -> Self {
        Self { quirks, ..self }
    }

    /// Limits what a request may ask for.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Switches optional parts of the protocol on and off.
    pub fn features(self, features: Features) -> Self {
        Self { features, ..self }
    }

    /// Takes the time from somewhere else than the machine.
    pub fn clock(self, clock: impl Clock) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Makes cursors that others cannot forge: 16 secret random bytes, the same in all processes of a cluster. Without
    /// them a cursor is checked for mistakes only; a forged one still shows no more than its sender may read anyhow.
    pub fn cursor_key(self, cursor_key: [u8; 16]) -> Self {
        Self { cursor_key, ..self }
    }

    /// Builds the dispatcher.
    ///
    /// # Errors
    ///
    /// - the base URL is not absolute;
    /// - there is no authenticator, or no resource type;
    /// - a resource type or schema is inconsistent.
    pub fn build(self) -> Result<Dispatcher, BuildError> {
        let absolute = self.base_url.parse::<Uri>().is_ok_and(|uri| uri.host().is_some() && uri.query().is_none());
        if !absolute || self.base_url.contains('#') {
            return Err(BuildError::BaseUrl(self.base_url));
        }
        if self.endpoints.is_empty() {
            return Err(BuildError::NoResourceTypes);
        }
        let authenticator = self.authenticator.ok_or(BuildError::NoAuthenticator)?;
        let registry = Registry::new(self.endpoints.iter().map(|endpoint| Arc::clone(&endpoint.resource_type)))?;
        let locations = Locations::new(&self.base_url, &registry);
        let provider = Provider {
            registry,
            endpoints: self.endpoints,
            locations,
            authenticator,
            policy: self.policy,
            quirks: self.quirks,
            limits: self.limits,
            features: self.features,
            clock: self.clock,
            cursor_key: self.cursor_key,
        };
        Ok(Dispatcher { provider: Arc::new(provider) })
    }
}

impl fmt::Debug for DispatcherBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DispatcherBuilder").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}
