//! Who asks: the library finds the tenant by the token and compares it with the one in the path; what is set for the tenant
//! is the host's.

use std::sync::Arc;

use async_trait::async_trait;
use http::request::Parts;
use scimwire::auth::{AuthError, Authenticate, Bearer, CheckTenant, RequestContext, TenantUrl, Tokens};

use crate::options::Options;
use crate::tenants::Tenants;

/// Lets in whoever has a token of a tenant that is switched on.
pub(crate) struct TenantAuthenticator {
    tokens: CheckTenant<Bearer<Tokens>>,
    tenants: Arc<Tenants>,
}

impl TenantAuthenticator {
    pub(crate) fn new(tenants: Arc<Tenants>, url: TenantUrl, options: &Options) -> Self {
        let bearer = Bearer::new(tenants.tokens().clone());
        let bearer = if options.allow_bare_token { bearer.accepting_bare_tokens() } else { bearer };
        Self { tokens: CheckTenant::new(bearer, url), tenants }
    }
}

#[async_trait]
impl Authenticate for TenantAuthenticator {
    async fn authenticate(&self, head: &Parts) -> Result<RequestContext, AuthError> {
        let cx = self.tokens.authenticate(head).await?;
        let settings = self.tenants.settings(cx.tenant().as_str()).ok_or_else(AuthError::invalid_token)?;
        if !settings.enabled {
            return Err(AuthError::switched_off());
        }
        Ok(if settings.groups { cx } else { cx.without_resource_type("Group") })
    }
}
