//! Who asks: finds the tenant by the token, and makes sure that it is the one in the path.

use std::sync::Arc;

use async_trait::async_trait;
use http::header::AUTHORIZATION;
use http::request::Parts;
use scimwire::auth::{AuthError, Authenticate, RequestContext, bearer_token};

use crate::base_url::{PublicUrl, ScimBase};
use crate::options::Options;
use crate::tenants::{Tenants, TokenError};

/// Lets in whoever has a token of a tenant.
pub(crate) struct TokenAuthenticator {
    tenants: Arc<Tenants>,
    public_url: PublicUrl,
    allow_bare_token: bool,
}

impl TokenAuthenticator {
    pub(crate) fn new(tenants: Arc<Tenants>, public_url: PublicUrl, options: &Options) -> Self {
        Self { tenants, public_url, allow_bare_token: options.allow_bare_token }
    }

    fn token<'h>(&self, head: &'h Parts) -> Option<&'h str> {
        bearer_token(head).or_else(|| bare_token(head).filter(|_| self.allow_bare_token))
    }
}

#[async_trait]
impl Authenticate for TokenAuthenticator {
    async fn authenticate(&self, head: &Parts) -> Result<RequestContext, AuthError> {
        let token = self.token(head).ok_or_else(AuthError::missing)?;
        let name = self.tenants.of_token(token)?;
        let base = ScimBase::of_path(head.uri.path()).unwrap_or(ScimBase::Shared);
        if matches!(base, ScimBase::OfTenant(other) if other != name) {
            // The same answer as for a tenant that does not exist: a token says nothing about others.
            return Err(AuthError::invalid_token());
        }
        let settings = self.tenants.settings(name).ok_or_else(AuthError::invalid_token)?;
        if !settings.enabled {
            return Err(AuthError::Forbidden("SCIM is switched off for this tenant: ask its administrator".into()));
        }
        let mut cx = RequestContext::new(name);
        if let ScimBase::OfTenant(name) = base {
            cx = cx.with_base_url(self.public_url.scim_of(name));
        }
        if !settings.has_groups {
            cx = cx.without_resource_type("Group");
        }
        Ok(cx)
    }
}

/// RFC 6750 asks for a scheme before the token; some clients let an administrator type the whole header, and none is there.
fn bare_token(head: &Parts) -> Option<&str> {
    let token = head.headers.get(AUTHORIZATION)?.to_str().ok()?.trim();
    (!token.is_empty() && !token.contains(' ')).then_some(token)
}

impl From<TokenError> for AuthError {
    fn from(err: TokenError) -> Self {
        match err {
            // RFC 6750, Section 3.1: "invalid_token" is for both.
            TokenError::Unknown | TokenError::Expired => Self::invalid_token(),
        }
    }
}
