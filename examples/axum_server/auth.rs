//! Who asks: the library finds the tenant by the token and compares it with the one in the path; what is set for the tenant
//! is the host's.

use std::sync::Arc;

use async_trait::async_trait;
use http::request::Parts;
use scimwire::auth::{AuthError, Authenticate, Bearer, CheckTenant, RequestContext, TenantUrl, Tokens, bearer_token};

use crate::activity::Trace;
use crate::tenants::{Access, Tenants};

/// Lets in whoever has a token of a tenant that is switched on.
pub(crate) struct TenantAuthenticator {
    tokens: CheckTenant<Bearer<Tokens>>,
    tenants: Arc<Tenants>,
}

impl TenantAuthenticator {
    pub(crate) fn new(tenants: Arc<Tenants>, url: TenantUrl) -> Self {
        let bearer = Bearer::new(tenants.tokens().clone());
        // Whether the tenant takes them is seen once it is known.
        Self { tokens: CheckTenant::new(bearer.accepting_bare_tokens(), url), tenants }
    }
}

#[async_trait]
impl Authenticate for TenantAuthenticator {
    async fn authenticate(&self, head: &Parts) -> Result<RequestContext, AuthError> {
        let cx = self.tokens.authenticate(head).await?;
        let settings = self.tenants.settings(cx.tenant().as_str()).ok_or_else(AuthError::invalid_token)?;
        if settings.access == Access::Bearer && bearer_token(head).is_none() {
            return Err(AuthError::missing());
        }
        if !settings.enabled {
            return Err(AuthError::switched_off());
        }
        let cx = match head.extensions.get::<Trace>() {
            Some(trace) => cx.with_extension(trace.clone()),
            None => cx,
        };
        Ok(if settings.groups { cx } else { cx.without_resource_type("Group") })
    }
}
