//! The clients that the command line gives.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use scimwire::auth::{Tenant, TokenHash};
use scimwire::{Secret, StoreError};

use super::clients::{Client, Origin};
use super::options::OAuthOptions;
use crate::random::NoRandom;
use crate::tenants::Tenants;

/// The clients of `--oauth-client`. They are as the flags say, as long as this server runs.
pub(super) struct GivenClients {
    by_id: BTreeMap<String, Client>,
}

/// Flags that do not go together.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientError {
    #[error(
        "the client `{0}` is specified twice: client IDs must be unique, because they identify the tenant"
    )]
    Duplicate(String),
    #[error("`--oauth-client {0}=...`: no such tenant; add `--tenant {0}=TOKEN`")]
    Tenant(String),
    #[error("`--oauth-redirect {0}=...`: no such client; add `--oauth-client NAME={0}:SECRET`")]
    Redirect(String),
    #[error(transparent)]
    NoSecret(#[from] NoRandom),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl GivenClients {
    pub(super) async fn new(
        options: &OAuthOptions,
        tenants: &Tenants,
    ) -> Result<Self, ClientError> {
        let mut clients = Self { by_id: BTreeMap::new() };
        for flag in &options.clients {
            if tenants.settings(&flag.tenant).await?.is_none() {
                return Err(ClientError::Tenant(flag.tenant.clone()));
            }
            clients.add(&flag.tenant, &flag.id, &flag.secret)?;
        }
        for flag in &options.redirects {
            if let Some(client) = clients.by_id.get_mut(&flag.id) {
                client.redirects.extend(flag.uris.iter().cloned());
            }
        }
        Ok(clients)
    }

    fn add(&mut self, tenant: &str, id: &str, secret: &Secret) -> Result<(), ClientError> {
        let (id, origin) = (id.to_owned(), Origin::Given);
        let client = Client {
            id,
            tenant: tenant.into(),
            redirects: Vec::new(),
            secret: TokenHash::new(secret),
            origin,
        };
        match self.by_id.entry(client.id.clone()) {
            Entry::Vacant(place) => {
                place.insert(client);
                Ok(())
            }
            Entry::Occupied(_) => Err(ClientError::Duplicate(client.id)),
        }
    }

    pub(super) fn find(&self, id: &str) -> Option<&Client> {
        self.by_id.get(id)
    }

    pub(super) fn of<'c>(&'c self, tenant: &Tenant) -> impl Iterator<Item = &'c Client> {
        let tenant = tenant.clone();
        self.by_id.values().filter(move |client| client.tenant == tenant)
    }
}
