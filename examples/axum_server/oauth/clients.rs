//! Which programs may ask for tokens, and for which tenant: those of the command line, and those
//! that an administrator makes in the console while the server runs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use scimwire::auth::{Tenant, TokenHash};
use scimwire::{Secret, StoreError};

use super::client_auth::Credentials;
use super::client_store::ClientTable;
use super::options::OAuthOptions;
use super::static_clients::{ClientError, GivenClients};
use crate::encoding::now;
use crate::random::{self, NoRandom};
use crate::record_store::Records;
use crate::tenants::{DEFAULT_TENANT, Tenants};

/// How stale the stored time of the last use may become before it is written again.
const LAST_USED_STEP: TimeDelta = TimeDelta::minutes(1);

/// The OAuth 2 clients of all tenants.
pub(crate) struct Clients {
    given: GivenClients,
    /// When those of the command line were last used, as far as this server knows.
    given_used: Mutex<HashMap<String, DateTime<Utc>>>,
    made: ClientTable,
    fresh_secret: Option<Secret>,
}

/// A program that may ask for tokens of one tenant.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) tenant: Tenant,
    /// Its redirect URIs, compared byte for byte.
    pub(crate) redirects: Vec<String>,
    pub(crate) origin: Origin,
    pub(super) secret: TokenHash,
}

/// The source of a client.
#[derive(Clone)]
pub(crate) enum Origin {
    /// From the command line.
    Given,
    /// From the console.
    Made { at: DateTime<Utc>, last_used: Option<DateTime<Utc>> },
}

/// Why a client was not made or changed.
pub(crate) enum ClientChangeError {
    /// The tenant has no such client.
    Unknown,
    /// It is as the command line says.
    Given,
    /// A redirect URI is invalid.
    Redirect(String),
    NoRandom(NoRandom),
    Store(StoreError),
}

impl Clients {
    /// Those of the flags, and those that are kept. At the first start, at which nobody has said
    /// anything, one is made.
    pub(crate) async fn new(
        options: &OAuthOptions,
        tenants: &Tenants,
        records: Arc<Records>,
    ) -> Result<Self, ClientError> {
        let given = GivenClients::new(options, tenants).await?;
        let made = ClientTable::new(records);
        let mut clients = Self { given, given_used: Mutex::default(), made, fresh_secret: None };
        if options.clients.is_empty() && tenants.fresh_token().is_some() {
            let secret = random::secret()?;
            clients
                .made
                .create(&Tenant::from(DEFAULT_TENANT), DEFAULT_TENANT.to_owned(), &secret, &[])
                .await?;
            clients.fresh_secret = Some(secret);
        }
        for flag in options.redirects.iter().filter(|flag| clients.given.find(&flag.id).is_none()) {
            let unknown = || ClientError::Redirect(flag.id.clone());
            let client = clients.find(&flag.id).await?.ok_or_else(unknown)?;
            let added = flag.uris.iter().filter(|uri| !client.redirects.contains(uri));
            let redirects: Vec<String> = client.redirects.iter().chain(added).cloned().collect();
            if redirects != client.redirects
                && !clients.made.set_redirects(&client, &redirects).await?
            {
                return Err(unknown());
            }
        }
        Ok(clients)
    }

    /// The id and the secret of the client that was made for the default tenant, to be shown once.
    pub(crate) fn fresh(&self) -> Option<(&str, &Secret)> {
        self.fresh_secret.as_ref().map(|secret| (DEFAULT_TENANT, secret))
    }

    /// The client of that id.
    pub(super) async fn find(&self, id: &str) -> Result<Option<Client>, StoreError> {
        match self.given.find(id) {
            Some(client) => Ok(Some(client.clone())),
            None => self.made.find(id).await,
        }
    }

    /// The client of a tenant.
    pub(super) async fn of_tenant(
        &self,
        tenant: &Tenant,
        id: &str,
    ) -> Result<Client, ClientChangeError> {
        let found = self.find(id).await?;
        found.filter(|client| client.tenant == *tenant).ok_or(ClientChangeError::Unknown)
    }

    /// All clients of a tenant, those of the command line first.
    pub(super) async fn all(&self, tenant: &Tenant) -> Result<Vec<Client>, StoreError> {
        let mut clients: Vec<Client> = self.given.of(tenant).cloned().collect();
        let kept = self.made.all(tenant).await?;
        clients.extend(kept.into_iter().filter(|client| self.given.find(&client.id).is_none()));
        Ok(clients)
    }

    /// The client whose credentials these are. An unknown id takes about as long as a wrong secret.
    pub(super) async fn authenticate(
        &self,
        credentials: &Credentials,
    ) -> Result<Option<Client>, StoreError> {
        let given = TokenHash::new(&credentials.secret);
        let client = self.find(&credentials.id).await?;
        let expected = client.as_ref().map_or(TokenHash::from([0; 32]), |client| client.secret);
        let Some(client) = client.filter(|_| given == expected) else {
            return Ok(None);
        };
        Ok(self.note_use(&client).await?.then_some(client))
    }

    /// Makes a client; the secret is told now, and never again.
    pub(super) async fn make(
        &self,
        tenant: &Tenant,
        redirects: &[String],
    ) -> Result<(Client, Secret), ClientChangeError> {
        let secret = random::secret()?;
        let id = format!("{tenant}.{}", random::name()?);
        let client = self.made.create(tenant, id, &secret, redirects).await?;
        Ok((client, secret))
    }

    /// Gives a client another secret; the old one ends at once.
    pub(super) async fn rotate(&self, client: &Client) -> Result<Secret, ClientChangeError> {
        client.check_kept()?;
        let secret = random::secret()?;
        known(self.made.set_secret(client, &secret).await?)?;
        Ok(secret)
    }

    pub(super) async fn set_redirects(
        &self,
        client: &Client,
        redirects: &[String],
    ) -> Result<(), ClientChangeError> {
        client.check_kept()?;
        known(self.made.set_redirects(client, redirects).await?)
    }

    pub(super) async fn delete(&self, client: &Client) -> Result<(), ClientChangeError> {
        client.check_kept()?;
        known(self.made.delete(client).await?)
    }

    pub(super) fn last_used(&self, client: &Client) -> Option<DateTime<Utc>> {
        match &client.origin {
            Origin::Given => self.given_used().get(&client.id).copied(),
            Origin::Made { last_used, .. } => *last_used,
        }
    }

    /// Records the use of a client; `false` if it no longer exists.
    async fn note_use(&self, client: &Client) -> Result<bool, StoreError> {
        let now = now();
        match &client.origin {
            Origin::Given => {
                self.given_used().insert(client.id.clone(), now);
                Ok(true)
            }
            Origin::Made { last_used: Some(last_used), .. }
                if now - *last_used < LAST_USED_STEP =>
            {
                Ok(true)
            }
            Origin::Made { .. } => self.made.note_use(client, now).await,
        }
    }

    fn given_used(&self) -> MutexGuard<'_, HashMap<String, DateTime<Utc>>> {
        self.given_used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Client {
    /// Whether it can be changed here.
    pub(super) fn check_kept(&self) -> Result<(), ClientChangeError> {
        match self.origin {
            Origin::Given => Err(ClientChangeError::Given),
            Origin::Made { .. } => Ok(()),
        }
    }
}

impl From<StoreError> for ClientChangeError {
    fn from(err: StoreError) -> Self {
        match err {
            StoreError::NotFound => Self::Unknown,
            err => Self::Store(err),
        }
    }
}

impl From<NoRandom> for ClientChangeError {
    fn from(err: NoRandom) -> Self {
        Self::NoRandom(err)
    }
}

/// Somebody may have deleted it in the meantime.
fn known(is_known: bool) -> Result<(), ClientChangeError> {
    if is_known { Ok(()) } else { Err(ClientChangeError::Unknown) }
}
