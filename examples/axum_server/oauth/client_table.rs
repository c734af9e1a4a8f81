//! What is kept of clients that were made in the console; of their secrets there are hashes only.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use scimwire::auth::{RequestContext, Tenant, TokenHash};
use scimwire::schema::{ResourceType, SchemaError, Uniqueness};
use scimwire::{ResourceStore, Secret, StoreError};
use serde::{Deserialize, Serialize};

use super::clients::{Client, Origin};
use crate::records::{self, Kept, Records};
use crate::written;

/// How often a change is tried again that others were faster than.
const ATTEMPTS: usize = 20;

/// The records of clients of all tenants.
pub(super) struct KeptClients(Records<Row>);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    client_id: String,
    secret: String,
    /// None is none at all.
    redirects: Option<Vec<String>>,
    created: String,
    last_used: Option<String>,
}

impl KeptClients {
    pub(super) fn new(
        store: impl Fn(&Arc<ResourceType>) -> Arc<dyn ResourceStore>,
    ) -> Result<Self, SchemaError> {
        let attributes = [
            records::text("clientId").required().uniqueness(Uniqueness::Server),
            records::text("secret").required(),
            records::text("redirects").multi_valued(),
            records::text("created").required(),
            records::text("lastUsed"),
        ];
        Records::new("OAuthClient", attributes, store).map(Self)
    }

    pub(super) async fn create(
        &self,
        tenant: &Tenant,
        id: String,
        secret: &Secret,
        redirects: &[String],
    ) -> Result<Client, StoreError> {
        let row = Row {
            client_id: id,
            secret: written::of_hash(&TokenHash::of(secret)),
            redirects: listed(redirects),
            created: written::of_time(written::now()),
            last_used: None,
        };
        self.0.create(&row, &context(tenant)).await?;
        row.client(tenant)
    }

    pub(super) async fn find(
        &self,
        tenant: &Tenant,
        id: &str,
    ) -> Result<Option<Client>, StoreError> {
        self.row(tenant, id).await?.map(|row| row.record.client(tenant)).transpose()
    }

    /// All of a tenant, the oldest first.
    pub(super) async fn all(&self, tenant: &Tenant) -> Result<Vec<Client>, StoreError> {
        let mut rows = self.0.all(&context(tenant)).await?;
        rows.sort_by(|one, other| one.record.created.cmp(&other.record.created));
        rows.iter().map(|row| row.record.client(tenant)).collect()
    }

    /// Whether it is there.
    pub(super) async fn set_secret(
        &self,
        client: &Client,
        secret: &Secret,
    ) -> Result<bool, StoreError> {
        self.change(client, |row| row.secret = written::of_hash(&TokenHash::of(secret))).await
    }

    /// Whether it is there.
    pub(super) async fn set_redirects(
        &self,
        client: &Client,
        redirects: &[String],
    ) -> Result<bool, StoreError> {
        self.change(client, |row| row.redirects = listed(redirects)).await
    }

    /// Whether it is there.
    pub(super) async fn note_use(
        &self,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.change(client, |row| row.last_used = Some(written::of_time(now))).await
    }

    /// Whether it was there.
    pub(super) async fn delete(&self, client: &Client) -> Result<bool, StoreError> {
        for _ in 0..ATTEMPTS {
            let Some(row) = self.row(&client.tenant, &client.id).await? else {
                return Ok(false);
            };
            match self.0.delete(&row, &context(&client.tenant)).await {
                Ok(()) => return Ok(true),
                Err(StoreError::VersionMismatch | StoreError::NotFound) => {}
                Err(err) => return Err(err),
            }
        }
        Err(too_busy())
    }

    /// Changes what is kept of a client until nobody else is faster; false where there is nothing.
    async fn change(&self, client: &Client, change: impl Fn(&mut Row)) -> Result<bool, StoreError> {
        for _ in 0..ATTEMPTS {
            let Some(mut row) = self.row(&client.tenant, &client.id).await? else {
                return Ok(false);
            };
            change(&mut row.record);
            match self.0.replace(&row, &context(&client.tenant)).await {
                Ok(()) => return Ok(true),
                Err(StoreError::VersionMismatch | StoreError::NotFound) => {}
                Err(err) => return Err(err),
            }
        }
        Err(too_busy())
    }

    async fn row(&self, tenant: &Tenant, id: &str) -> Result<Option<Kept<Row>>, StoreError> {
        Ok(self.0.find("clientId", id, &context(tenant)).await?.into_iter().next())
    }
}

impl Row {
    fn client(&self, tenant: &Tenant) -> Result<Client, StoreError> {
        let last_used = self.last_used.as_deref().map(written::time).transpose()?;
        Ok(Client {
            id: self.client_id.clone(),
            tenant: tenant.clone(),
            redirects: self.redirects.clone().unwrap_or_default(),
            origin: Origin::Made { at: written::time(&self.created)?, last_used },
            secret: written::hash(&self.secret)?,
        })
    }
}

fn context(tenant: &Tenant) -> RequestContext {
    RequestContext::new(tenant.clone())
}

fn listed(redirects: &[String]) -> Option<Vec<String>> {
    (!redirects.is_empty()).then(|| redirects.to_vec())
}

fn too_busy() -> StoreError {
    StoreError::Busy { retry_after: Duration::from_secs(1) }
}
