//! `/oauth/token` and `/oauth/revoke`: where programs get tokens and give them back (RFC 6749,
//! Section 3.2; RFC 7009).

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use http::request::Parts;
use scimwire::Secret;
use serde_json::json;

use super::client_auth::Credentials;
use super::clients::Client;
use super::error::OAuthError;
use super::form::Parameters;
use super::grants::Issued;
use super::{OAuth, SCOPE};

/// Gives a token for a code, for a refresh token, or for the client's own credentials.
pub(super) async fn give(
    State(oauth): State<Arc<OAuth>>,
    head: Parts,
    body: Bytes,
) -> Result<Response, OAuthError> {
    let form = form(&head, &body)?;
    let client = client(&oauth, &head, &form).await?;
    let secret = |name: &str| form.get(name).map(Secret::from);
    let issued = match form.get("grant_type") {
        Some("authorization_code") => {
            let code = secret("code").ok_or(OAuthError::InvalidRequest("`code` is missing"))?;
            oauth
                .grants
                .redeem(&client, &code, form.get("redirect_uri"), form.get("code_verifier"))
                .await?
        }
        Some("refresh_token") => {
            let token = secret("refresh_token")
                .ok_or(OAuthError::InvalidRequest("`refresh_token` is missing"))?;
            oauth.grants.refresh(&client, &token).await?
        }
        Some("client_credentials") => for_itself(&oauth, &client).await?,
        Some(_) => return Err(OAuthError::UnsupportedGrantType),
        None => return Err(OAuthError::InvalidRequest("`grant_type` is missing")),
    };
    Ok(answer(&issued))
}

/// Takes a token back.
pub(super) async fn revoke(
    State(oauth): State<Arc<OAuth>>,
    head: Parts,
    body: Bytes,
) -> Result<Response, OAuthError> {
    let form = form(&head, &body)?;
    let client = client(&oauth, &head, &form).await?;
    let token = form.get("token").ok_or(OAuthError::InvalidRequest("`token` is missing"))?;
    oauth.grants.revoke(&client, &Secret::from(token)).await?;
    Ok([(CACHE_CONTROL, "no-store")].into_response())
}

fn form(head: &Parts, body: &[u8]) -> Result<Parameters, OAuthError> {
    let media_type =
        head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(OAuthError::InvalidRequest(
            "send a form: `Content-Type: application/x-www-form-urlencoded`",
        ));
    }
    Ok(Parameters::read(body)?)
}

/// The client that asks, if its credentials are good and it is one of the tenant that the URL
/// names.
async fn client(oauth: &OAuth, head: &Parts, form: &Parameters) -> Result<Client, OAuthError> {
    let credentials = Credentials::read(&head.headers, form)?;
    let client =
        oauth.clients.authenticate(&credentials).await?.ok_or(OAuthError::InvalidClient)?;
    if oauth.is_here(&client, head).await? { Ok(client) } else { Err(OAuthError::InvalidClient) }
}

/// Issues a token to a client for itself. A client that was deleted meanwhile gets none: a deletion
/// revokes the tokens of a client only after the client itself is gone.
async fn for_itself(oauth: &OAuth, client: &Client) -> Result<Issued, OAuthError> {
    let issued = oauth.grants.for_itself(client).await?;
    if oauth.clients.find(&client.id).await?.is_none() {
        oauth.grants.end_all(client).await?;
        return Err(OAuthError::InvalidClient);
    }
    Ok(issued)
}

fn answer(issued: &Issued) -> Response {
    let mut body = json!({
        "access_token": issued.access_token.expose(),
        "token_type": "Bearer",
        "expires_in": issued.lifetime.as_secs(),
        "scope": SCOPE,
    });
    if let Some(refresh_token) = &issued.refresh_token {
        body["refresh_token"] = refresh_token.expose().into();
    }
    ([(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")], Json(body)).into_response()
}
