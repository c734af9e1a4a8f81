//! The request context: tenant, principal, permissions, and the settings of the tenant.

use std::fmt;
use std::sync::Arc;

use http::Extensions;

use crate::features::Features;
use crate::quirks::Quirks;

macro_rules! names {
    ($($(#[$meta:meta])* $name:ident;)*) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub struct $name(Arc<str>);

            impl $name {
                /// The name.
                #[must_use]
                pub fn as_str(&self) -> &str {
                    &self.0
                }
            }

            impl From<&str> for $name {
                fn from(name: &str) -> Self {
                    Self(name.into())
                }
            }

            impl From<String> for $name {
                fn from(name: String) -> Self {
                    Self(name.into())
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(&self.0)
                }
            }
        )*
    };
}

names! {
    /// The name of a tenant. Tenants never see each other's resources (RFC 7644, Section 6).
    Tenant;
    /// The name of the client that sends a request, as your application knows it.
    Principal;
}

/// The permissions of the client.
///
/// ```
/// use scimwire::auth::Permissions;
///
/// let reader = Permissions::read_only();
/// assert_eq!(reader, Permissions::none().with_read(true));
/// assert_eq!(reader.with_write(true), Permissions::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Permissions {
    /// GET and searches.
    pub read: bool,
    /// Everything else.
    pub write: bool,
}

impl Permissions {
    /// Returns all permissions.
    #[must_use]
    pub fn read_write() -> Self {
        Self::none().with_read(true).with_write(true)
    }

    /// Returns the permission for GET and searches.
    #[must_use]
    pub fn read_only() -> Self {
        Self::none().with_read(true)
    }

    /// Returns the permission for changes without that for GET and searches.
    #[must_use]
    pub fn write_only() -> Self {
        Self::none().with_write(true)
    }

    /// Returns no permissions. Every request gets 403.
    #[must_use]
    pub fn none() -> Self {
        Self { read: false, write: false }
    }

    /// Sets the permission for GET and searches.
    #[must_use]
    pub fn with_read(self, read: bool) -> Self {
        Self { read, ..self }
    }

    /// Sets the permission for everything else.
    #[must_use]
    pub fn with_write(self, write: bool) -> Self {
        Self { write, ..self }
    }
}

/// All permissions.
impl Default for Permissions {
    fn default() -> Self {
        Self::read_write()
    }
}

/// The resource of the client itself, which `/Me` means (RFC 7644, Section 3.11).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Me {
    /// The name of the resource type, such as `User`.
    pub resource_type: String,
    /// The id of the resource.
    pub id: String,
}

/// The caller of a request and the settings of its tenant. Every call of a store or hook gets it.
#[derive(Clone)]
#[non_exhaustive]
pub struct RequestContext {
    /// The tenant.
    pub tenant: Tenant,
    /// The client, if it is known by name.
    pub principal: Option<Principal>,
    /// The permissions of the client.
    pub permissions: Permissions,
    /// The base URL of this tenant, if it differs from that of the service provider.
    pub base_url: Option<String>,
    /// The names of the resource types that this tenant does not have.
    pub hidden_resource_types: Vec<String>,
    /// The client's own resource, if it has one.
    pub me: Option<Me>,
    /// The quirks of this tenant, if they differ from those of the service provider.
    pub quirks: Option<Quirks>,
    /// The features of this tenant, if they differ from those of the service provider.
    pub features: Option<Features>,
    /// Values of your application, for its stores and hooks. The library reads none of them.
    pub extensions: Extensions,
}

impl RequestContext {
    /// A client of that tenant, with all permissions.
    pub fn new(tenant: impl Into<Tenant>) -> Self {
        Self {
            tenant: tenant.into(),
            principal: None,
            permissions: Permissions::default(),
            base_url: None,
            hidden_resource_types: Vec::new(),
            me: None,
            quirks: None,
            features: None,
            extensions: Extensions::new(),
        }
    }

    /// Sets the name of the client.
    #[must_use]
    pub fn with_principal(self, principal: impl Into<Principal>) -> Self {
        Self { principal: Some(principal.into()), ..self }
    }

    /// Sets the permissions of the client.
    #[must_use]
    pub fn with_permissions(self, permissions: Permissions) -> Self {
        Self { permissions, ..self }
    }

    /// Sets the URL under which this tenant reaches the service provider.
    #[must_use]
    pub fn with_base_url(self, base_url: impl Into<String>) -> Self {
        Self { base_url: Some(base_url.into()), ..self }
    }

    /// Switches a resource type off for this tenant, by its name: its endpoint is not found, and
    /// not listed.
    #[must_use]
    pub fn hide_resource_type(mut self, name: impl Into<String>) -> Self {
        self.hidden_resource_types.push(name.into());
        self
    }

    /// Sets the client's own resource: what `/Me` means, where
    /// [`Features::me`](crate::dispatch::Features::me) is on (RFC 7644, Section 3.11). The resource
    /// type is named by its `name`, such as `User`.
    ///
    /// ```
    /// use scimwire::auth::RequestContext;
    ///
    /// let cx = RequestContext::new("example")
    ///     .with_principal("bjensen")
    ///     .with_me("User", "2819c223");
    /// assert_eq!(cx.me.map(|me| me.id).as_deref(), Some("2819c223"));
    /// ```
    #[must_use]
    pub fn with_me(self, resource_type: impl Into<String>, id: impl Into<String>) -> Self {
        Self { me: Some(Me { resource_type: resource_type.into(), id: id.into() }), ..self }
    }

    /// Sets the quirks of this tenant, where they differ from those of the service provider.
    #[must_use]
    pub fn with_quirks(self, quirks: Quirks) -> Self {
        Self { quirks: Some(quirks), ..self }
    }

    /// Sets the features of this tenant, where they differ from those of the service provider; its
    /// `ServiceProviderConfig` says so.
    #[must_use]
    pub fn with_features(self, features: Features) -> Self {
        Self { features: Some(features), ..self }
    }

    /// Adds a value of your application, for its stores and hooks.
    #[must_use]
    pub fn with_data<T: Clone + Send + Sync + 'static>(mut self, extension: T) -> Self {
        self.extensions.insert(extension);
        self
    }

    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The name of the client.
    #[must_use]
    pub fn principal(&self) -> Option<&str> {
        self.principal.as_ref().map(Principal::as_str)
    }

    /// Returns `true` if a resource type is served to this tenant.
    #[must_use]
    pub fn has_resource_type(&self, name: &str) -> bool {
        !self.hidden_resource_types.iter().any(|hidden| hidden == name)
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
