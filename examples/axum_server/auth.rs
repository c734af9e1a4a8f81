//! Who asks: the library finds the tenant by the token and compares it with the one in the path
//! and the one in the name of the host; what is set for the tenant is the host's.

use std::sync::Arc;

use async_trait::async_trait;
use http::request::Parts;
use scimwire::Secret;
use scimwire::auth::{
    AuthError, Authenticate, BearerAuth, RequestContext, TenantUrlTemplateError, TokenValidator,
    VerifyTenant, bearer_token,
};

use crate::activity::Trace;
use crate::public_url::PublicUrl;
use crate::shares::Shares;
use crate::tenants::{Access, Tenants};

/// The path of SCIM below the URL of a tenant.
const SCIM: &str = "/scim/v2";

/// The error for any other token where only access tokens are accepted.
const ACCESS_TOKENS_ONLY: &str = "this tenant accepts OAuth 2 access tokens only: connect with OAuth 2, or change its authentication method";

/// Authenticates requests that carry a token of an enabled tenant.
pub(crate) struct TenantAuthenticator {
    tokens: VerifyTenant<VerifyTenant<BearerAuth<EitherToken>>>,
    tenants: Arc<Tenants>,
    shares: Shares,
}

impl TenantAuthenticator {
    pub(crate) fn new(
        tenants: Arc<Tenants>,
        url: &PublicUrl,
        shares: Shares,
    ) -> Result<Self, TenantUrlTemplateError> {
        // Whether the tenant takes bare tokens is seen once it is known.
        let bearer = BearerAuth::new(EitherToken(Arc::clone(&tenants))).allow_raw_token();
        let (by_path, by_host) = (url.by_path(SCIM)?, url.by_host(SCIM)?);
        Ok(Self {
            tokens: VerifyTenant::new(VerifyTenant::new(bearer, by_path), by_host),
            tenants,
            shares,
        })
    }
}

#[async_trait]
impl Authenticate for TenantAuthenticator {
    async fn authenticate(&self, head: &Parts) -> Result<RequestContext, AuthError> {
        let cx = self.tokens.authenticate(head).await?;
        // Changes were noticed when the token was checked.
        let settings = self.tenants.known_settings(cx.tenant().as_str()).await;
        let settings = settings.map_err(AuthError::unavailable)?;
        let settings = settings.ok_or_else(AuthError::invalid_token)?;
        match settings.access {
            Access::Bearer | Access::OAuth if bearer_token(head).is_none() => {
                return Err(AuthError::missing_credentials());
            }
            Access::OAuth if cx.extensions.get::<ByAccessToken>().is_none() => {
                return Err(access_tokens_only());
            }
            Access::Bearer | Access::Header | Access::OAuth => {}
        }
        if !settings.enabled {
            return Err(AuthError::tenant_disabled());
        }
        let cx = match head.extensions.get::<Trace>() {
            Some(trace) => cx.with_data(trace.clone()),
            None => cx,
        };
        let cx = if settings.groups { cx } else { cx.hide_resource_type("Group") };
        self.shares.take(cx).await
    }
}

/// Knows both kinds of tokens.
struct EitherToken(Arc<Tenants>);

/// The client has an access token of OAuth 2.
#[derive(Clone)]
struct ByAccessToken;

#[async_trait]
impl TokenValidator for EitherToken {
    async fn validate(&self, token: &Secret) -> Result<RequestContext, AuthError> {
        self.0.notice_changes().await.map_err(AuthError::unavailable)?;
        match self.0.tokens().validate(token).await {
            Err(AuthError::Unauthenticated { .. }) => {
                Ok(self.0.access_tokens().validate(token).await?.with_data(ByAccessToken))
            }
            found => found,
        }
    }
}

fn access_tokens_only() -> AuthError {
    match AuthError::invalid_token() {
        AuthError::Unauthenticated { challenge, .. } => {
            AuthError::Unauthenticated { challenge, detail: ACCESS_TOKENS_ONLY.into() }
        }
        other => other,
    }
}
