//! Where the records of tokens are.

use std::error::Error as StdError;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::TokenHash;
use crate::auth::{Permissions, Tenant};

/// What is kept of a token: a row of a table of the host's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenRecord {
    /// A name for people and logs; no secret.
    pub id: String,
    /// The hash of the token: unique, since the tenant follows from it.
    pub hash: TokenHash,
    /// Whose token it is.
    pub tenant: Tenant,
    /// What it allows.
    pub permissions: Permissions,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// When it ceases to be good; none means never.
    pub expires: Option<DateTime<Utc>>,
    /// When it was last used, to within a minute, if the store keeps that.
    pub last_used: Option<DateTime<Utc>>,
}

impl TokenRecord {
    /// A token with all permissions, without an end; the fields say more.
    pub fn new(
        id: impl Into<String>,
        hash: TokenHash,
        tenant: impl Into<Tenant>,
        created: DateTime<Utc>,
    ) -> Self {
        let (id, tenant) = (id.into(), tenant.into());
        Self {
            id,
            hash,
            tenant,
            permissions: Permissions::default(),
            created,
            expires: None,
            last_used: None,
        }
    }

    /// Returns `true` if it is good at that time.
    #[must_use]
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }
}

/// Keeps the records of tokens. The host implements it over a table of its own;
/// [`MemoryTokens`](super::MemoryTokens) is for tests and for tokens from a configuration.
///
/// # Errors
///
/// Each method fails with an error of the host's; what its requests get is 503.
#[async_trait]
pub trait TokenStore: Send + Sync + 'static {
    /// Finds the record of a token by its hash, of whatever tenant; an expired one too.
    async fn find(
        &self,
        hash: &TokenHash,
    ) -> Result<Option<TokenRecord>, Box<dyn StdError + Send + Sync>>;

    /// Keeps a new record. False, and nothing kept, where there is one of the same hash.
    async fn insert(&self, record: TokenRecord) -> Result<bool, Box<dyn StdError + Send + Sync>>;

    /// Has the token of that tenant and id end at `time`, unless it ends earlier. False where there
    /// is none.
    async fn expire(
        &self,
        tenant: &Tenant,
        id: &str,
        time: DateTime<Utc>,
    ) -> Result<bool, Box<dyn StdError + Send + Sync>>;

    /// The records of a tenant, of no other.
    async fn list(
        &self,
        tenant: &Tenant,
    ) -> Result<Vec<TokenRecord>, Box<dyn StdError + Send + Sync>>;

    /// Hears that a token was used; at most once a minute for each, where `last_used` is kept. The
    /// request does not depend on it: what goes wrong here is for the host's log.
    async fn used(&self, _record: &TokenRecord, _time: DateTime<Utc>) {}
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<T: TokenStore + ?Sized> TokenStore for Arc<T> {
    async fn find(
        &self,
        hash: &TokenHash,
    ) -> Result<Option<TokenRecord>, Box<dyn StdError + Send + Sync>> {
        (**self).find(hash).await
    }

    async fn insert(&self, record: TokenRecord) -> Result<bool, Box<dyn StdError + Send + Sync>> {
        (**self).insert(record).await
    }

    async fn expire(
        &self,
        tenant: &Tenant,
        id: &str,
        time: DateTime<Utc>,
    ) -> Result<bool, Box<dyn StdError + Send + Sync>> {
        (**self).expire(tenant, id, time).await
    }

    async fn list(
        &self,
        tenant: &Tenant,
    ) -> Result<Vec<TokenRecord>, Box<dyn StdError + Send + Sync>> {
        (**self).list(tenant).await
    }

    async fn used(&self, record: &TokenRecord, time: DateTime<Utc>) {
        (**self).used(record, time).await;
    }
}
