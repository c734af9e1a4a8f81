//! Managing OAuth clients while the server runs.

use chrono::{DateTime, Utc};
use scimwire::auth::Tenant;
use scimwire::{Secret, StoreError};

use super::OAuth;
use super::clients::{Client, ClientChangeError, Origin};
use super::redirects;

/// A client as the administrator sees it.
pub(crate) struct Listed {
    pub(crate) id: String,
    /// `true` if it was configured on the command line.
    pub(crate) given: bool,
    pub(crate) created: Option<DateTime<Utc>>,
    pub(crate) last_used: Option<DateTime<Utc>>,
    pub(crate) redirects: Vec<String>,
    /// The number of consents that are valid now.
    pub(crate) grants: usize,
}

impl OAuth {
    /// All clients of a tenant.
    pub(crate) async fn clients_of(
        &self,
        tenant: &Tenant,
    ) -> Result<Vec<Listed>, ClientChangeError> {
        let mut listed = Vec::new();
        for client in self.clients.all(tenant).await? {
            listed.push(self.listed(client).await?);
        }
        Ok(listed)
    }

    /// Makes a client, and says its secret.
    pub(crate) async fn make_client(
        &self,
        tenant: &Tenant,
        addresses: &[String],
    ) -> Result<(Listed, Secret), ClientChangeError> {
        let (client, secret) = self.clients.make(tenant, &redirects::read_all(addresses)?).await?;
        Ok((self.listed(client).await?, secret))
    }

    /// Says where a client may have people sent back to from now on.
    pub(crate) async fn redirect_client(
        &self,
        tenant: &Tenant,
        id: &str,
        addresses: &[String],
    ) -> Result<Listed, ClientChangeError> {
        let client = self.clients.of_tenant(tenant, id).await?;
        let redirects = redirects::read_all(addresses)?;
        self.clients.set_redirects(&client, &redirects).await?;
        Ok(self.listed(Client { redirects, ..client }).await?)
    }

    /// Gives a client another secret.
    pub(crate) async fn rotate_client(
        &self,
        tenant: &Tenant,
        id: &str,
    ) -> Result<Secret, ClientChangeError> {
        let client = self.clients.of_tenant(tenant, id).await?;
        self.clients.rotate(&client).await
    }

    /// Ends all that a client was given. It may ask for more.
    pub(crate) async fn revoke_client(
        &self,
        tenant: &Tenant,
        id: &str,
    ) -> Result<(), ClientChangeError> {
        let client = self.clients.of_tenant(tenant, id).await?;
        Ok(self.grants.end_all(&client).await?)
    }

    /// Deletes a client, and ends all that it was given.
    pub(crate) async fn delete_client(
        &self,
        tenant: &Tenant,
        id: &str,
    ) -> Result<(), ClientChangeError> {
        let client = self.clients.of_tenant(tenant, id).await?;
        client.check_kept()?;
        // If something fails, the client is still there, to be deleted again.
        self.grants.end_all(&client).await?;
        self.clients.delete(&client).await?;
        // What it was given in the meantime.
        Ok(self.grants.end_all(&client).await?)
    }

    async fn listed(&self, client: Client) -> Result<Listed, StoreError> {
        let grants = self.grants.count(&client).await?;
        let last_used = self.clients.last_used(&client);
        let (given, created) = match client.origin {
            Origin::Given => (true, None),
            Origin::Made { at, .. } => (false, Some(at)),
        };
        Ok(Listed { id: client.id, given, created, last_used, redirects: client.redirects, grants })
    }
}

impl From<(String, redirects::RedirectError)> for ClientChangeError {
    fn from((address, err): (String, redirects::RedirectError)) -> Self {
        Self::Redirect(format!("`{address}`: {err}."))
    }
}
