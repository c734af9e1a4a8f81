//! Records of tokens in memory.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::{TokenHash, TokenRecord, TokenStore};
use crate::auth::Tenant;

/// The time that an expired token is still listed.
const SHOWN: TimeDelta = TimeDelta::days(1);

/// Stores the records of tokens in memory. Those that expired more than a day ago are removed.
#[derive(Default)]
pub struct MemoryTokens(RwLock<HashMap<TokenHash, TokenRecord>>);

impl MemoryTokens {
    // Nothing panics while it holds the lock, so that a poisoned one is whole all the same.
    fn read(&self) -> RwLockReadGuard<'_, HashMap<TokenHash, TokenRecord>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<TokenHash, TokenRecord>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl TokenStore for MemoryTokens {
    async fn find(
        &self,
        hash: &TokenHash,
    ) -> Result<Option<TokenRecord>, Box<dyn StdError + Send + Sync>> {
        Ok(self.read().get(hash).cloned())
    }

    async fn insert(&self, record: TokenRecord) -> Result<bool, Box<dyn StdError + Send + Sync>> {
        let mut records = self.write();
        records.retain(|_, kept| {
            kept.expires_at.is_none_or(|expires| record.created_at - expires < SHOWN)
        });
        let is_new = !records.contains_key(&record.hash);
        if is_new {
            records.insert(record.hash, record);
        }
        Ok(is_new)
    }

    async fn expire(
        &self,
        tenant: &Tenant,
        id: &str,
        time: DateTime<Utc>,
    ) -> Result<bool, Box<dyn StdError + Send + Sync>> {
        let mut records = self.write();
        let Some(record) =
            records.values_mut().find(|record| record.tenant == *tenant && record.id == id)
        else {
            return Ok(false);
        };
        record.expires_at = Some(record.expires_at.map_or(time, |expires| expires.min(time)));
        Ok(true)
    }

    async fn list(
        &self,
        tenant: &Tenant,
    ) -> Result<Vec<TokenRecord>, Box<dyn StdError + Send + Sync>> {
        let mut records: Vec<_> =
            self.read().values().filter(|record| record.tenant == *tenant).cloned().collect();
        records.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        Ok(records)
    }

    async fn record_use(&self, record: &TokenRecord, time: DateTime<Utc>) {
        if let Some(record) = self.write().get_mut(&record.hash) {
            record.last_used_at = Some(time);
        }
    }
}

impl fmt::Debug for MemoryTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTokens").finish_non_exhaustive()
    }
}
