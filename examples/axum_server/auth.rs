//! Who asks: the library finds the tenant by the token and compares it with the one in the path
//! and the one in the name of the host; what is set for the tenant
//! is the host's.

use std::sync::Arc;

use async_trait::async_trait;
use http::request::Parts;
use scimwire::auth::{AuthError, Authenticate, Bearer, CheckTenant, RequestContext, TenantUrlError, Tokens, bearer_token};

use crate::activity::Trace;
use crate::base_url::PublicUrl;
use crate::tenants::{Access, Tenants};

/// Where SCIM is below the URL of a tenant.
const SCIM: &str = "/scim/v2";

/// Lets in whoever has a token of a tenant that is switched on.
pub(crate) struct TenantAuthenticator {
    tokens: CheckTenant<CheckTenant<Bearer<Tokens>>>,
    tenants: Arc<Tenants>,
}

impl TenantAuthenticator {
    pub(crate) fn new(tenants: Arc<Tenants>, url: &PublicUrl) -> Result<Self, TenantUrlError> {
        // Whether the tenant takes bare tokens is seen once it is known.
        let bearer = Bearer::new(tenants.tokens().clone()).accepting_bare_tokens();
        let (by_path, by_host) = (url.by_path(SCIM)?, url.by_host(SCIM)?);
        Ok(Self { tokens: CheckTenant::new(CheckTenant::new(bearer, by_path), by_host), tenants })
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
