//! Storage of token records.

use std::error::Error as StdError;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::TokenHash;
use crate::auth::{Permissions, Tenant};

/// The record of a token: a row in your table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenRecord {
    /// An id for people and logs; not a secret.
    pub id: String,
    /// The hash of the token. Unique, since it determines the tenant.
    pub hash: TokenHash,
    /// The tenant.
    pub tenant: Tenant,
    /// The permissions.
    pub permissions: Permissions,
    /// The time of creation.
    pub created_at: DateTime<Utc>,
    /// The time of expiry; `None` means never.
    pub expires_at: Option<DateTime<Utc>>,
    /// The time of the last use, to the minute, if the store keeps it.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl TokenRecord {
    /// A token with all permissions that never expires. Set the fields to change that.
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
            created_at: created,
            expires_at: None,
            last_used_at: None,
        }
    }

    /// Returns `true` if the token is valid at that time.
    #[must_use]
    pub fn is_valid_at(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_none_or(|expires| now < expires)
    }
}

/// Stores the records of tokens. Implement it over a table of yours.
/// [`MemoryTokens`](super::MemoryTokens) is for tests and for tokens from a configuration.
///
/// # Errors
///
/// Each method may fail with an error of your database; the request then gets 503.
#[async_trait]
pub trait TokenStore: Send + Sync + 'static {
    /// Finds the record of a token by its hash, for any tenant, expired or not.
    async fn find(
        &self,
        hash: &TokenHash,
    ) -> Result<Option<TokenRecord>, Box<dyn StdError + Send + Sync>>;

    /// Inserts a new record. Returns `false`, and inserts nothing, if there is one with the same
    /// hash.
    async fn insert(&self, record: TokenRecord) -> Result<bool, Box<dyn StdError + Send + Sync>>;

    /// Sets the expiry of a token to `time`, unless it expires earlier. Returns `false` if the
    /// tenant has no such token.
    async fn expire(
        &self,
        tenant: &Tenant,
        id: &str,
        time: DateTime<Utc>,
    ) -> Result<bool, Box<dyn StdError + Send + Sync>>;

    /// Returns the records of one tenant.
    async fn list(
        &self,
        tenant: &Tenant,
    ) -> Result<Vec<TokenRecord>, Box<dyn StdError + Send + Sync>>;

    /// Called when a token was used, at most once a minute for each token if `last_used` is stored.
    /// The request does not depend on it: log your own errors here.
    async fn record_use(&self, _record: &TokenRecord, _time: DateTime<Utc>) {}
}

/// Delegates to the value behind the pointer.
macro_rules! forward {
    ($($pointer:ident),*) => {$(
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: TokenStore + ?Sized> TokenStore for $pointer<T> {
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

            async fn record_use(&self, record: &TokenRecord, time: DateTime<Utc>) {
                (**self).record_use(record, time).await;
            }
        }
    )*};
}

forward!(Arc, Box);
