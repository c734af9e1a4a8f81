//! OAuth 2 beside SCIM: an administrator allows an identity provider to come in (authorization
//! code, refresh), or it comes in with its own credentials (RFC 6749, with the advice of RFC 9700).
//! The access tokens are tokens of the library's, so that SCIM knows nothing of how they were got.
//!
//! Most hosts have an authorization server already: they keep that, and let the library ask it
//! about tokens (`scimwire::auth::validator_fn`).

mod admin;
mod authorize;
mod client_auth;
mod client_store;
mod clients;
mod error;
mod form;
mod grant_store;
mod grants;
mod options;
mod page;
mod pkce;
mod redirects;
mod static_clients;
mod token;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::{any, get, post};
use axum::{Json, Router, middleware};
use http::StatusCode;
use http::request::Parts;
use scimwire::StoreError;
use scimwire::auth::{RequestContext, TenantUrlTemplate, TenantUrlTemplateError};
use serde_json::{Value, json};

use crate::console::SignIn;
use crate::public_url::PublicUrl;
use crate::record_store::Records;
use crate::tell;
use crate::tenants::Tenants;
use clients::Client;
use grants::Grants;

pub(crate) use admin::Listed;
pub(crate) use clients::{ClientChangeError, Clients};
pub(crate) use options::OAuthOptions;
pub(crate) use static_clients::ClientError;

/// All there is to allow: SCIM of the client's tenant.
const SCOPE: &str = "scim";

/// No code, token or password is longer.
const BODY_BYTES: usize = 16 << 10;

/// The state of the endpoints.
pub(crate) struct OAuth {
    clients: Clients,
    grants: Grants,
    tenants: Arc<Tenants>,
    sign_in: Arc<SignIn>,
    public_url: PublicUrl,
    by_path: TenantUrlTemplate,
    by_host: TenantUrlTemplate,
}

impl OAuth {
    pub(crate) fn new(
        options: &OAuthOptions,
        clients: Clients,
        records: Arc<Records>,
        tenants: Arc<Tenants>,
        sign_in: Arc<SignIn>,
        public_url: &PublicUrl,
    ) -> Result<Self, TenantUrlTemplateError> {
        let (by_path, by_host) = (public_url.by_path("/oauth")?, public_url.by_host("/oauth")?);
        let grants = Grants::new(options, tenants.access_token_table().clone(), records);
        Ok(Self {
            clients,
            grants,
            tenants,
            sign_in,
            public_url: public_url.clone(),
            by_path,
            by_host,
        })
    }

    /// Whether a request may be this client's: the tenant is there, and neither path nor host name
    /// another.
    async fn is_here(&self, client: &Client, head: &Parts) -> Result<bool, StoreError> {
        let cx = self.by_path.verify(head, RequestContext::new(client.tenant.clone()));
        let agrees = cx.and_then(|cx| self.by_host.verify(head, cx)).is_ok();
        Ok(agrees && self.tenants.settings(client.tenant.as_str()).await?.is_some())
    }

    /// The client of that id, if a request may be its.
    async fn client_here(&self, id: &str, head: &Parts) -> Result<Option<Client>, StoreError> {
        match self.clients.find(id).await? {
            Some(client) if self.is_here(&client, head).await? => Ok(Some(client)),
            _ => Ok(None),
        }
    }
}

/// The endpoints, for all tenants and for each.
pub(crate) fn router(oauth: Arc<OAuth>) -> Router {
    let mut router = Router::new().route("/.well-known/oauth-authorization-server", get(metadata));
    for base in ["/oauth", "/t/{tenant}/oauth"] {
        router = router
            .route(&format!("{base}/authorize"), get(authorize::ask).post(authorize::decide))
            .route(&format!("{base}/token"), post(token::give))
            .route(&format!("{base}/revoke"), post(token::revoke))
            .route(&format!("{base}/{{*path}}"), any(nothing));
    }
    router
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(middleware::map_response(json_errors))
        .with_state(oauth)
}

async fn nothing() -> StatusCode {
    StatusCode::NOT_FOUND
}

/// What axum refuses by itself, such as another method or a body that is too long, in the form of
/// all errors here (RFC 6749, Section 5.2).
async fn json_errors(response: Response) -> Response {
    tell::in_json(response, |status| {
        let reason = status.canonical_reason().unwrap_or_default();
        json!({ "error": "invalid_request", "error_description": reason })
    })
}

/// Where the endpoints are and what they can do, for programs (RFC 8414).
async fn metadata(State(oauth): State<Arc<OAuth>>) -> Json<Value> {
    let authentication = ["client_secret_basic", "client_secret_post"];
    Json(json!({
        "issuer": oauth.public_url.as_str(),
        "authorization_endpoint": oauth.public_url.join("/oauth/authorize"),
        "token_endpoint": oauth.public_url.join("/oauth/token"),
        "revocation_endpoint": oauth.public_url.join("/oauth/revoke"),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "token_endpoint_auth_methods_supported": authentication,
        "revocation_endpoint_auth_methods_supported": authentication,
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": [SCOPE],
        "authorization_response_iss_parameter_supported": true,
    }))
}
