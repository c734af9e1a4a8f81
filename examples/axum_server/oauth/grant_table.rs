//! What is kept of grants and of access tokens: records of the client's tenant. Of secrets there
//! are hashes only.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use scimwire::auth::{RequestContext, TokenHash};
use scimwire::schema::{Attribute, AttributeType, ResourceType, SchemaError, Uniqueness};
use scimwire::{ResourceStore, Secret, StoreError};
use serde::{Deserialize, Serialize};

use super::clients::Client;
use super::pkce::Challenge;
use crate::random::{self, NoRandom};
use crate::records::{self, Kept, Records};
use crate::written;

/// What a code or refresh token looks like: a part that all those of one grant share, a dot, and
/// one of its own. So the grant is found by any of them, and one that is not the last was used
/// before.
const SEPARATOR: char = '.';

/// How often a grant is tried to be ended that somebody else changes.
const ATTEMPTS: usize = 20;

/// A code or refresh token that came.
pub(super) struct Ticket {
    key: String,
    whole: TokenHash,
}

/// What an administrator has allowed a client. Of its codes and refresh tokens one is good at a
/// time.
pub(super) struct Grant(Kept<GrantRow>);

/// What a code was asked for with.
pub(super) struct Code {
    pub(super) redirect: String,
    /// Whether the client said which one; then it has to say it again (RFC 6749, Section 4.1.3).
    pub(super) names_redirect: bool,
    pub(super) challenge: Option<Challenge>,
}

/// An access token.
pub(super) struct Access(Kept<AccessRow>);

/// The grants of all tenants.
pub(super) struct KeptGrants(Records<GrantRow>);

/// The access tokens of all tenants.
pub(super) struct KeptAccess(Records<AccessRow>);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GrantRow {
    /// The client, by which grants are looked up.
    external_id: String,
    key: String,
    /// The code or refresh token that is good now.
    current: String,
    expires: String,
    /// Whether the code was redeemed; if not, what follows is what it was asked for with.
    redeemed: bool,
    redirect: String,
    names_redirect: bool,
    challenge: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccessRow {
    /// The grant, or the client where it came with its own credentials: by that access tokens are
    /// looked up.
    external_id: String,
    /// The id that the library knows it by.
    token: String,
    client: String,
    expires: String,
}

impl Ticket {
    /// None where it is neither a code nor a refresh token of ours.
    pub(super) fn read(secret: &Secret) -> Option<Self> {
        let (key, _) = secret.expose().split_once(SEPARATOR)?;
        Some(Self {
            key: written::of_hash(&TokenHash::of(&Secret::from(key))),
            whole: TokenHash::of(secret),
        })
    }
}

/// A code, of which a grant comes.
pub(super) fn first_secret() -> Result<Secret, NoRandom> {
    successor(&random::secret()?)
}

/// The next refresh token of the grant that this code or refresh token is of.
pub(super) fn successor(secret: &Secret) -> Result<Secret, NoRandom> {
    let key = secret.expose().split(SEPARATOR).next().unwrap_or_default();
    Ok(Secret::from(format!("{key}{SEPARATOR}{}", random::secret()?.expose())))
}

impl Grant {
    /// Whether this code or refresh token is the one that is good now; if not, it was used before.
    pub(super) fn is_current(&self, ticket: &Ticket) -> Result<bool, StoreError> {
        Ok(written::hash(&self.0.record.current)? == ticket.whole)
    }

    /// What its access tokens are found by.
    pub(super) fn key(&self) -> &str {
        &self.0.record.key
    }

    pub(super) fn expires(&self) -> Result<DateTime<Utc>, StoreError> {
        written::time(&self.0.record.expires)
    }

    pub(super) fn is_redeemed(&self) -> bool {
        self.0.record.redeemed
    }

    /// What the code was asked for with; none where it was redeemed.
    pub(super) fn code(&self) -> Result<Option<Code>, StoreError> {
        let row = &self.0.record;
        let challenge =
            row.challenge.as_deref().map(written::hash).transpose()?.map(Challenge::from);
        let code =
            Code { redirect: row.redirect.clone(), names_redirect: row.names_redirect, challenge };
        Ok((!row.redeemed).then_some(code))
    }
}

impl KeptGrants {
    pub(super) fn new(
        store: impl Fn(&Arc<ResourceType>) -> Arc<dyn ResourceStore>,
    ) -> Result<Self, SchemaError> {
        let flag = |name| Attribute::builder(name, AttributeType::Boolean);
        let attributes = [
            records::text("key").required().uniqueness(Uniqueness::Server),
            records::text("current").required(),
            records::text("expires").required(),
            flag("redeemed"),
            records::text("redirect"),
            flag("namesRedirect"),
            records::text("challenge"),
        ];
        Records::new("OAuthGrant", attributes, store).map(Self)
    }

    /// Keeps the grant of a code.
    pub(super) async fn begin(
        &self,
        client: &Client,
        code: &Secret,
        lifetime: Duration,
        asked: Code,
    ) -> Result<(), StoreError> {
        let ticket = Ticket::read(code).ok_or_else(|| StoreError::other("this is no code"))?;
        let row = GrantRow {
            external_id: client.id.clone(),
            key: ticket.key,
            current: written::of_hash(&ticket.whole),
            expires: written::of_time(written::after(written::now(), lifetime)),
            redeemed: false,
            redirect: asked.redirect,
            names_redirect: asked.names_redirect,
            challenge: asked.challenge.map(|challenge| written::of_hash(challenge.hash())),
        };
        self.0.create(&row, &context(client)).await
    }

    /// The grant that a code or refresh token is of, if it is one of this client's.
    pub(super) async fn find(
        &self,
        client: &Client,
        ticket: &Ticket,
    ) -> Result<Option<Grant>, StoreError> {
        let found = self.0.find("key", &ticket.key, &context(client)).await?.into_iter().next();
        Ok(found.filter(|found| found.record.external_id == client.id).map(Grant))
    }

    /// All grants of a client.
    pub(super) async fn of(&self, client: &Client) -> Result<Vec<Grant>, StoreError> {
        Ok(self
            .0
            .find("externalId", &client.id, &context(client))
            .await?
            .into_iter()
            .map(Grant)
            .collect())
    }

    /// All grants of the client's tenant.
    pub(super) async fn all(&self, client: &Client) -> Result<Vec<Grant>, StoreError> {
        Ok(self.0.all(&context(client)).await?.into_iter().map(Grant).collect())
    }

    /// Puts this refresh token in the place of what was good until now; false if somebody else has
    /// put another there since the grant was read, or has ended it.
    pub(super) async fn pass_on(
        &self,
        client: &Client,
        mut grant: Grant,
        next: &Secret,
        lifetime: Duration,
    ) -> Result<bool, StoreError> {
        let row = &mut grant.0.record;
        row.current = written::of_hash(&TokenHash::of(next));
        row.expires = written::of_time(written::after(written::now(), lifetime));
        row.redeemed = true;
        match self.0.replace(&grant.0, &context(client)).await {
            Ok(()) => Ok(true),
            Err(StoreError::VersionMismatch | StoreError::NotFound) => Ok(false),
            Err(err) => Err(err),
        }
    }

    /// Ends a grant. Its access tokens are another matter.
    pub(super) async fn end(&self, client: &Client, key: &str) -> Result<(), StoreError> {
        for _ in 0..ATTEMPTS {
            let Some(found) = self.0.find("key", key, &context(client)).await?.into_iter().next()
            else {
                return Ok(());
            };
            match self.0.delete(&found, &context(client)).await {
                Ok(()) => return Ok(()),
                Err(StoreError::VersionMismatch | StoreError::NotFound) => {}
                Err(err) => return Err(err),
            }
        }
        Err(StoreError::Busy { retry_after: Duration::from_secs(1) })
    }
}

impl Access {
    /// The id that the library knows it by.
    pub(super) fn token(&self) -> &str {
        &self.0.record.token
    }

    /// When it ends, as text that sorts by time.
    pub(super) fn expires(&self) -> &str {
        &self.0.record.expires
    }
}

impl KeptAccess {
    pub(super) fn new(
        store: impl Fn(&Arc<ResourceType>) -> Arc<dyn ResourceStore>,
    ) -> Result<Self, SchemaError> {
        let attributes = [
            records::text("token").required().uniqueness(Uniqueness::Server),
            records::text("client").required(),
            records::text("expires").required(),
        ];
        Records::new("OAuthAccess", attributes, store).map(Self)
    }

    /// Keeps that an access token is of `owner`, which is a grant, or the client itself.
    pub(super) async fn keep(
        &self,
        client: &Client,
        owner: &str,
        token: String,
        lifetime: Duration,
    ) -> Result<(), StoreError> {
        let expires = written::of_time(written::after(written::now(), lifetime));
        let row =
            AccessRow { external_id: owner.to_owned(), token, client: client.id.clone(), expires };
        self.0.create(&row, &context(client)).await
    }

    pub(super) async fn of(&self, client: &Client, owner: &str) -> Result<Vec<Access>, StoreError> {
        Ok(self
            .0
            .find("externalId", owner, &context(client))
            .await?
            .into_iter()
            .map(Access)
            .collect())
    }

    /// The access token that the library knows by this id, if it is this client's.
    pub(super) async fn find(
        &self,
        client: &Client,
        token: &str,
    ) -> Result<Vec<Access>, StoreError> {
        let found = self.0.find("token", token, &context(client)).await?;
        Ok(found.into_iter().filter(|found| found.record.client == client.id).map(Access).collect())
    }

    pub(super) async fn forget(&self, client: &Client, access: &Access) -> Result<(), StoreError> {
        match self.0.delete(&access.0, &context(client)).await {
            Ok(()) | Err(StoreError::NotFound) => Ok(()),
            Err(err) => Err(err),
        }
    }

    /// Forgets those of the client's tenant that have expired.
    pub(super) async fn forget_expired(
        &self,
        client: &Client,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        for found in self.0.all(&context(client)).await? {
            if written::time(&found.record.expires)? <= now {
                self.forget(client, &Access(found)).await?;
            }
        }
        Ok(())
    }
}

fn context(client: &Client) -> RequestContext {
    RequestContext::new(client.tenant.clone())
}
