//! Clients that were made in the console, in a table; of their secrets there are hashes only.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use scimwire::auth::{Tenant, TokenHash};
use scimwire::{Secret, StoreError};
use sqlx::{query, query_as};

use super::clients::{Client, Origin};
use crate::encoding;
use crate::record_store::Records;

/// The clients of all tenants.
pub(super) struct ClientTable(Arc<Records>);

/// Id, tenant, secret, redirects, when it was made and last used.
type Row = (String, String, String, String, String, Option<String>);

impl ClientTable {
    pub(super) fn new(records: Arc<Records>) -> Self {
        Self(records)
    }

    pub(super) async fn create(
        &self,
        tenant: &Tenant,
        id: String,
        secret: &Secret,
        redirects: &[String],
    ) -> Result<Client, StoreError> {
        let (secret, now) = (TokenHash::new(secret), encoding::now());
        let insert = query(
            "INSERT INTO oauth_client (id, tenant, secret, redirects, created)
             VALUES ($1, $2, $3, $4, $5)",
        );
        let insert = insert
            .bind(&id)
            .bind(tenant.as_str())
            .bind(encoding::of_hash(&secret))
            .bind(listed(redirects)?)
            .bind(encoding::of_time(now));
        self.0.run(insert).await?;
        let (tenant, redirects) = (tenant.clone(), redirects.to_vec());
        Ok(Client {
            id,
            tenant,
            redirects,
            origin: Origin::Made { at: now, last_used: None },
            secret,
        })
    }

    pub(super) async fn find(&self, id: &str) -> Result<Option<Client>, StoreError> {
        let read = query_as(
            "SELECT id, tenant, secret, redirects, created, last_used
             FROM oauth_client WHERE id = $1",
        );
        self.0.one(read.bind(id)).await?.map(client).transpose()
    }

    /// All of a tenant, the oldest first.
    pub(super) async fn all(&self, tenant: &Tenant) -> Result<Vec<Client>, StoreError> {
        let read = query_as(
            "SELECT id, tenant, secret, redirects, created, last_used
             FROM oauth_client WHERE tenant = $1 ORDER BY created, id",
        );
        self.0.all(read.bind(tenant.as_str())).await?.into_iter().map(client).collect()
    }

    /// Returns whether the client exists.
    pub(super) async fn set_secret(
        &self,
        client: &Client,
        secret: &Secret,
    ) -> Result<bool, StoreError> {
        let set = query("UPDATE oauth_client SET secret = $2 WHERE id = $1").bind(&client.id);
        Ok(self.0.run(set.bind(encoding::of_hash(&TokenHash::new(secret)))).await? > 0)
    }

    /// Returns whether the client exists.
    pub(super) async fn set_redirects(
        &self,
        client: &Client,
        redirects: &[String],
    ) -> Result<bool, StoreError> {
        let set = query("UPDATE oauth_client SET redirects = $2 WHERE id = $1").bind(&client.id);
        Ok(self.0.run(set.bind(listed(redirects)?)).await? > 0)
    }

    /// Returns whether the client exists.
    pub(super) async fn note_use(
        &self,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let note = query("UPDATE oauth_client SET last_used = $2 WHERE id = $1").bind(&client.id);
        Ok(self.0.run(note.bind(encoding::of_time(now))).await? > 0)
    }

    /// Returns whether the client existed.
    pub(super) async fn delete(&self, client: &Client) -> Result<bool, StoreError> {
        let delete = query("DELETE FROM oauth_client WHERE id = $1").bind(&client.id);
        Ok(self.0.run(delete).await? > 0)
    }
}

fn client(row: Row) -> Result<Client, StoreError> {
    let (id, tenant, secret, redirects, created, last_used) = row;
    let last_used = last_used.as_deref().map(encoding::time).transpose()?;
    Ok(Client {
        id,
        tenant: tenant.into(),
        redirects: serde_json::from_str(&redirects).map_err(StoreError::other)?,
        origin: Origin::Made { at: encoding::time(&created)?, last_used },
        secret: encoding::hash(&secret)?,
    })
}

fn listed(redirects: &[String]) -> Result<String, StoreError> {
    serde_json::to_string(redirects).map_err(StoreError::other)
}
