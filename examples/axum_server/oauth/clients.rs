//! Which programs may ask for tokens, and for which tenant.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use scimwire::auth::{Tenant, TokenHash};
use scimwire::{Secret, StoreError};

use super::error::OAuthError;
use super::options::OAuthOptions;
use super::parameters::Parameters;
use crate::random::{self, NoRandom};
use crate::tenants::{DEFAULT_TENANT, Tenants};

/// The OAuth 2 clients of all tenants.
pub(crate) struct Clients {
    by_id: BTreeMap<String, Client>,
    fresh_secret: Option<Secret>,
}

/// A program that may ask for tokens of one tenant.
pub(super) struct Client {
    pub(super) id: String,
    pub(super) tenant: Tenant,
    /// Where it may have people sent back to, letter by letter.
    pub(super) redirects: Vec<String>,
    secret: TokenHash,
}

/// What a client says of itself.
pub(super) struct Credentials {
    pub(super) id: String,
    secret: Secret,
}

/// Flags that do not go together.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error("the client `{0}` is given twice: the tenant follows from it")]
    Duplicate(String),
    #[error("`--oauth-client {0}=...`: there is no such tenant; add `--tenant {0}=TOKEN`")]
    Tenant(String),
    #[error("`--oauth-redirect {0}=...`: there is no such client; add `--oauth-client NAME={0}:SECRET`")]
    Redirect(String),
    #[error(transparent)]
    NoSecret(#[from] NoRandom),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Clients {
    pub(crate) async fn new(options: &OAuthOptions, tenants: &Tenants) -> Result<Self, ClientError> {
        let mut clients = Self { by_id: BTreeMap::new(), fresh_secret: None };
        for flag in &options.clients {
            if tenants.settings(&flag.tenant).await?.is_none() {
                return Err(ClientError::Tenant(flag.tenant.clone()));
            }
            clients.add(&flag.tenant, &flag.id, &flag.secret)?;
        }
        if options.clients.is_empty() && tenants.fresh_token().is_some() {
            let secret = random::secret()?;
            clients.add(DEFAULT_TENANT, DEFAULT_TENANT, &secret)?;
            clients.fresh_secret = Some(secret);
        }
        for flag in &options.redirects {
            let client = clients.by_id.get_mut(&flag.id).ok_or_else(|| ClientError::Redirect(flag.id.clone()))?;
            client.redirects.extend(flag.uris.iter().cloned());
        }
        Ok(clients)
    }

    fn add(&mut self, tenant: &str, id: &str, secret: &Secret) -> Result<(), ClientError> {
        let client = Client { id: id.to_owned(), tenant: tenant.into(), redirects: Vec::new(), secret: TokenHash::of(secret) };
        match self.by_id.entry(id.to_owned()) {
            Entry::Vacant(place) => {
                place.insert(client);
                Ok(())
            }
            Entry::Occupied(_) => Err(ClientError::Duplicate(id.to_owned())),
        }
    }

    /// The id and the secret of the client that was made for the default tenant, to be shown once.
    pub(crate) fn fresh(&self) -> Option<(&str, &Secret)> {
        self.fresh_secret.as_ref().map(|secret| (DEFAULT_TENANT, secret))
    }

    pub(super) fn find(&self, id: &str) -> Option<&Client> {
        self.by_id.get(id)
    }

    /// The client whose credentials these are. An unknown id takes as long as a wrong secret.
    pub(super) fn authenticate(&self, credentials: &Credentials) -> Option<&Client> {
        let given = TokenHash::of(&credentials.secret);
        let client = self.find(&credentials.id);
        let expected = client.map_or(TokenHash::from([0; 32]), |client| client.secret);
        client.filter(|_| given == expected)
    }
}

impl Credentials {
    /// What a client says of itself, in the header or in the form (RFC 6749, Section 2.3.1).
    ///
    /// # Errors
    ///
    /// - both are there, or none;
    /// - the header is none that can be read.
    pub(super) fn read(headers: &HeaderMap, form: &Parameters) -> Result<Self, OAuthError> {
        let in_form = form.get("client_id").zip(form.get("client_secret"));
        match (headers.get(AUTHORIZATION), in_form) {
            (Some(_), _) if form.get("client_secret").is_some() => {
                Err(OAuthError::InvalidRequest("send the client's credentials once: in the header or in the body"))
            }
            (Some(header), _) => {
                let credentials = header.to_str().ok().and_then(Self::from_basic).ok_or(OAuthError::InvalidClient)?;
                match form.get("client_id") {
                    Some(id) if id != credentials.id => {
                        Err(OAuthError::InvalidRequest("`client_id` is another than in the header"))
                    }
                    _ => Ok(credentials),
                }
            }
            (None, Some((id, secret))) => Ok(Self { id: id.to_owned(), secret: Secret::from(secret) }),
            (None, None) => Err(OAuthError::InvalidClient),
        }
    }

    fn from_basic(header: &str) -> Option<Self> {
        let (scheme, text) = header.split_once(' ')?;
        let text = STANDARD.decode(text.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let text = String::from_utf8(text).ok()?;
        let (id, secret) = text.split_once(':')?;
        Some(Self { id: id.to_owned(), secret: Secret::from(secret) })
    }
}
