//! What is known of a request besides what it asks for.

use std::fmt;
use std::sync::Arc;

use http::Extensions;

/// The name of a tenant. Tenants never see each other's resources (RFC 7644, Section 6).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tenant(Arc<str>);

impl Tenant {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Tenant {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl From<String> for Tenant {
    fn from(name: String) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the client may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// GET and searches.
    pub read: bool,
    /// Everything else.
    pub write: bool,
}

impl Default for Permissions {
    fn default() -> Self {
        Self { read: true, write: true }
    }
}

/// Who asks, for which tenant, and what holds for them. Every call of a store or policy gets it.
#[derive(Clone)]
pub struct RequestContext {
    tenant: Tenant,
    principal: Option<String>,
    permissions: Permissions,
    base_url: Option<String>,
    hidden: Vec<String>,
    me: Option<(String, String)>,
    extensions: Extensions,
}

impl RequestContext {
    /// A client of that tenant, with all permissions.
    pub fn new(tenant: impl Into<Tenant>) -> Self {
        Self {
            tenant: tenant.into(),
            principal: None,
            permissions: Permissions::default(),
            base_url: None,
            hidden: Vec::new(),
            me: None,
            extensions: Extensions::new(),
        }
    }

    /// Says who the client is, by a name of the host's.
    #[must_use]
    pub fn with_principal(self, principal: impl Into<String>) -> Self {
        Self { principal: Some(principal.into()), ..self }
    }

    /// Says what the client may do.
    #[must_use]
    pub fn with_permissions(self, permissions: Permissions) -> Self {
        Self { permissions, ..self }
    }

    /// Says under which URL this tenant reaches the service provider, if not under that of all.
    #[must_use]
    pub fn with_base_url(self, base_url: impl Into<String>) -> Self {
        Self { base_url: Some(base_url.into()), ..self }
    }

    /// Switches a resource type off for this tenant, by its name: its endpoint is not found, and
    /// not listed.
    #[must_use]
    pub fn without_resource_type(mut self, name: impl Into<String>) -> Self {
        self.hidden.push(name.into());
        self
    }

    /// Says which resource is that of the client: what `/Me` means, where
    /// [`Features::me`](crate::dispatch::Features::me) is on (RFC 7644, Section 3.11). The resource
    /// type is named by its `name`, such as `User`.
    ///
    /// ```
    /// use scimwire::auth::RequestContext;
    ///
    /// let cx = RequestContext::new("example")
    ///     .with_principal("bjensen")
    ///     .with_me("User", "2819c223");
    /// assert_eq!(cx.me(), Some(("User", "2819c223")));
    /// ```
    #[must_use]
    pub fn with_me(self, resource_type: impl Into<String>, id: impl Into<String>) -> Self {
        Self { me: Some((resource_type.into(), id.into())), ..self }
    }

    /// Adds something of the host's own, for its stores and policies.
    #[must_use]
    pub fn with_extension<T: Clone + Send + Sync + 'static>(mut self, extension: T) -> Self {
        self.extensions.insert(extension);
        self
    }

    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// Who the client is, by a name of the host's.
    #[must_use]
    pub fn principal(&self) -> Option<&str> {
        self.principal.as_deref()
    }

    /// What the client may do.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        self.permissions
    }

    /// The URL under which this tenant reaches the service provider, if it has one of its own.
    #[must_use]
    pub fn base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
    }

    /// Whether a resource type is served to this tenant.
    #[must_use]
    pub fn has_resource_type(&self, name: &str) -> bool {
        !self.hidden.iter().any(|hidden| hidden == name)
    }

    /// The resource type and the id of the client's own resource, if it has one.
    #[must_use]
    pub fn me(&self) -> Option<(&str, &str)> {
        self.me.as_ref().map(|(resource_type, id)| (resource_type.as_str(), id.as_str()))
    }

    /// What the host added.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }
}

impl fmt::Debug for RequestContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestContext")
            .field("tenant", &self.tenant)
            .field("permissions", &self.permissions)
            .finish_non_exhaustive()
    }
}
