//! Authentication, tenants, permissions and bearer tokens (RFC 7644, Sections 2 and 6).
#![doc = include_str!("../docs/security.md")]

mod bearer;
mod error;
mod scheme;
mod tenant_url;
#[cfg(feature = "tokens")]
mod tokens;

use std::sync::Arc;

use async_trait::async_trait;
use http::request::Parts;

pub use crate::context::{Me, Permissions, Principal, RequestContext, Tenant};
pub use bearer::{BearerAuth, TokenValidator, bearer_token, validator_fn};
pub use error::AuthError;
pub use scheme::{AuthenticationScheme, AuthenticationType};
pub use tenant_url::{TenantUrlTemplate, TenantUrlTemplateError, VerifyTenant};
#[cfg(feature = "tokens")]
pub use tokens::{
    IssuedToken, MemoryTokens, TokenError, TokenGrant, TokenHash, TokenRecord, TokenStore, Tokens,
};

pub(crate) use error::CHALLENGE;

/// Authenticates requests. Implement it over your own tokens, or use [`BearerAuth`].
///
/// Under `#[async_trait]`, the methods are:
///
/// ```text
/// async fn authenticate(&self, head: &http::request::Parts) -> Result<RequestContext, AuthError>;
/// fn schemes(&self) -> Vec<AuthenticationScheme> { .. } // bearer tokens by default
/// ```
///
/// ```
/// use scimwire::auth::{AuthError, Authenticate, RequestContext, bearer_token};
///
/// #[derive(Debug)]
/// struct OneToken(String);
///
/// #[async_trait::async_trait]
/// impl Authenticate for OneToken {
///     async fn authenticate(
///         &self,
///         head: &http::request::Parts,
///     ) -> Result<RequestContext, AuthError> {
///         match bearer_token(head) {
///             // In production, compare in constant time.
///             Some(token) if token == self.0 => Ok(RequestContext::new("example")),
///             Some(_) => Err(AuthError::invalid_token()),
///             None => Err(AuthError::missing_credentials()),
///         }
///     }
/// }
/// ```
#[async_trait]
pub trait Authenticate: Send + Sync + 'static {
    /// Returns the tenant and the client of a request, from its method, URI and headers.
    ///
    /// # Errors
    ///
    /// - [`AuthError::Unauthenticated`]: the credentials are missing or invalid (401);
    /// - [`AuthError::Forbidden`]: the client is known, but has no access (403);
    /// - [`AuthError::Unavailable`]: the token service is unavailable (503);
    /// - [`AuthError::Busy`]: the tenant or client has too many concurrent requests (503 with
    ///   `Retry-After`).
    async fn authenticate(&self, head: &Parts) -> Result<RequestContext, AuthError>;

    /// The authentication schemes in `ServiceProviderConfig` (RFC 7643, Section 5). Bearer tokens
    /// by default.
    fn schemes(&self) -> Vec<AuthenticationScheme> {
        vec![AuthenticationScheme::bearer_token()]
    }
}

/// Accepts every request, as one tenant; for tests, and for applications that authenticate before
/// they dispatch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anybody;

#[async_trait]
impl Authenticate for Anybody {
    async fn authenticate(&self, head: &Parts) -> Result<RequestContext, AuthError> {
        // An application that has authenticated puts the context into the extensions of the
        // request.
        Ok(head
            .extensions
            .get::<RequestContext>()
            .cloned()
            .unwrap_or_else(|| RequestContext::new("default")))
    }

    fn schemes(&self) -> Vec<AuthenticationScheme> {
        Vec::new()
    }
}

/// Delegates to the value behind the pointer.
macro_rules! forward {
    ($($pointer:ident),*) => {$(
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: Authenticate + ?Sized> Authenticate for $pointer<T> {
            async fn authenticate(&self, head: &Parts) -> Result<RequestContext, AuthError> {
                (**self).authenticate(head).await
            }

            fn schemes(&self) -> Vec<AuthenticationScheme> {
                (**self).schemes()
            }
        }
    )*};
}

forward!(Arc, Box);
