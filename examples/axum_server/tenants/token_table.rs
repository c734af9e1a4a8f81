//! The tokens of tenants: those of the command line live as long as the process, all others are
//! kept as records.

use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use scimwire::auth::{
    MemoryTokens, Permissions, Tenant, TokenError, TokenGrant, TokenHash, TokenRecord, TokenStore,
    Tokens,
};
use scimwire::schema::{Attribute, AttributeType, ResourceType, SchemaError, Uniqueness};
use scimwire::{ResourceStore, Secret, StoreError};
use serde::{Deserialize, Serialize};
use tokio::time;
use tracing::warn;

use super::last_used::{self, LastUsed};
use crate::records::{Kept, Records, host, record_type, text};
use crate::written;

/// How often what has ended is looked for, in each tenant.
const SWEEP: Duration = Duration::from_secs(600);

type Failure = Box<dyn Error + Send + Sync>;

/// The records of tokens of one kind. Those of the command line are not kept: which they are is
/// said anew at each start.
pub(super) struct TokenRecords {
    given: Arc<MemoryTokens>,
    kept: Arc<Records<Row>>,
    /// How long it is still shown that a token has ended.
    shown: TimeDelta,
    swept: Mutex<HashMap<Tenant, Instant>>,
    used: Arc<LastUsed>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    token: String,
    hash: String,
    tenant: String,
    read: bool,
    write: bool,
    created: String,
    #[serde(default)]
    expires: Option<String>,
    #[serde(default)]
    last_used: Option<String>,
}

impl TokenRecords {
    /// In a store that `store` hands out; a token that has ended is shown for so long.
    pub(super) fn new(
        name: &str,
        shown: TimeDelta,
        store: impl Fn(&Arc<ResourceType>) -> Arc<dyn ResourceStore>,
    ) -> Result<Self, SchemaError> {
        let flag = |name| Attribute::builder(name, AttributeType::Boolean);
        let attributes = [
            text("token").required(),
            text("hash").required().uniqueness(Uniqueness::Server),
            text("tenant").required(),
            flag("read"),
            flag("write"),
            text("created"),
            text("expires"),
            text("lastUsed"),
        ];
        let record_type = record_type(name, attributes)?.indexed("tenant").indexed("token");
        let kept = Arc::new(Records::of(record_type, store));
        Ok(Self {
            given: Arc::default(),
            kept,
            shown,
            swept: Mutex::default(),
            used: Arc::default(),
        })
    }

    /// Takes a token of the command line.
    ///
    /// # Errors
    ///
    /// - [`TokenError::Taken`]: it is another tenant's;
    /// - the store fails.
    pub(super) async fn give(&self, token: &Secret, grant: TokenGrant) -> Result<(), TokenError> {
        let record = Tokens::new(Arc::clone(&self.given)).import(token, grant).await?;
        match self.kept_of(&record.hash).await.map_err(Failure::from)? {
            Some(kept) if kept.tenant != record.tenant => Err(TokenError::Taken),
            _ => Ok(()),
        }
    }

    pub(super) async fn is_given(&self, hash: &TokenHash) -> bool {
        // Records in memory do not fail.
        matches!(self.given.find(hash).await, Ok(Some(_)))
    }

    async fn kept_of(&self, hash: &TokenHash) -> Result<Option<TokenRecord>, StoreError> {
        let found = self.kept.find("hash", &written::of_hash(hash), &host()).await?;
        found.into_iter().next().map(|row| row.record.read()).transpose()
    }

    async fn rows(&self, tenant: &Tenant) -> Result<Vec<Kept<Row>>, StoreError> {
        self.kept.find("tenant", tenant.as_str(), &host()).await
    }

    async fn forget_ended(&self, tenant: &Tenant, now: DateTime<Utc>) -> Result<(), StoreError> {
        if !self.is_time_to_sweep(tenant) {
            return Ok(());
        }
        for row in self.rows(tenant).await? {
            let expires = row.record.expires.as_deref().map(written::time).transpose()?;
            if expires.is_some_and(|expires| expires <= now - self.shown) {
                forget(&self.kept, &row).await?;
            }
        }
        Ok(())
    }

    fn is_time_to_sweep(&self, tenant: &Tenant) -> bool {
        let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
        if swept.get(tenant).is_some_and(|last| last.elapsed() < SWEEP) {
            return false;
        }
        // Of tenants that are gone nothing stays.
        swept.retain(|_, last| last.elapsed() < SWEEP);
        swept.insert(tenant.clone(), Instant::now());
        true
    }
}

/// The row of a token.
async fn row(
    kept: &Records<Row>,
    tenant: &Tenant,
    id: &str,
) -> Result<Option<Kept<Row>>, StoreError> {
    let found = kept.find("token", id, &host()).await?;
    Ok(found.into_iter().find(|row| row.record.tenant == tenant.as_str()))
}

async fn forget(kept: &Records<Row>, row: &Kept<Row>) -> Result<(), StoreError> {
    match kept.delete(row, &host()).await {
        // Who was faster has forgotten it, or has made something else of it.
        Ok(()) | Err(StoreError::NotFound | StoreError::VersionMismatch) => Ok(()),
        Err(err) => Err(err),
    }
}

/// Ends a token, of which nothing is kept then. False where there is none.
async fn take_away(kept: &Records<Row>, tenant: &Tenant, id: &str) -> Result<bool, StoreError> {
    loop {
        let Some(row) = row(kept, tenant, id).await? else {
            return Ok(false);
        };
        match kept.delete(&row, &host()).await {
            Ok(()) => return Ok(true),
            // Its last use was written: it still has to end.
            Err(StoreError::VersionMismatch) => {}
            Err(StoreError::NotFound) => return Ok(false),
            Err(err) => return Err(err),
        }
    }
}

/// Changes the row of a token until nobody else is faster. False where there is none; nothing is
/// written where `change` says that it leaves the row as it is.
async fn change(
    kept: &Records<Row>,
    tenant: &Tenant,
    id: &str,
    change: impl Fn(&mut Row) -> Result<bool, StoreError>,
) -> Result<bool, StoreError> {
    loop {
        let Some(mut row) = row(kept, tenant, id).await? else {
            return Ok(false);
        };
        if !change(&mut row.record)? {
            return Ok(true);
        }
        match kept.replace(&row, &host()).await {
            Ok(()) => return Ok(true),
            Err(StoreError::VersionMismatch) => {}
            Err(StoreError::NotFound) => return Ok(false),
            Err(err) => return Err(err),
        }
    }
}

/// Writes what was noted of the use of tokens, once some have been gathered.
async fn write_uses(kept: Arc<Records<Row>>, used: Arc<LastUsed>) {
    time::sleep(last_used::DELAY).await;
    for ((tenant, id), at) in used.take(written::now()) {
        let note = |row: &mut Row| {
            row.last_used = Some(written::of_time(at));
            Ok(true)
        };
        if let Err(err) = change(&kept, &tenant, &id, note).await {
            warn!(error = &err as &dyn Error, "it could not be written that a token was used");
        }
    }
}

#[async_trait]
impl TokenStore for TokenRecords {
    async fn find(&self, hash: &TokenHash) -> Result<Option<TokenRecord>, Failure> {
        match self.given.find(hash).await? {
            Some(given) => Ok(Some(given)),
            None => Ok(self.kept_of(hash).await?),
        }
    }

    async fn insert(&self, record: TokenRecord) -> Result<bool, Failure> {
        if self.is_given(&record.hash).await {
            return Ok(false);
        }
        self.forget_ended(&record.tenant, record.created).await?;
        match self.kept.create(&Row::of(&record), &host()).await {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict { .. }) => Ok(false),
            Err(err) => Err(err.into()),
        }
    }

    async fn expire(&self, tenant: &Tenant, id: &str, at: DateTime<Utc>) -> Result<bool, Failure> {
        if self.given.expire(tenant, id, at).await? {
            return Ok(true);
        }
        let now = written::now();
        if self.shown.is_zero() && at <= now {
            return Ok(take_away(&self.kept, tenant, id).await?);
        }
        let earlier = |row: &mut Row| {
            let expires = row.expires.as_deref().map(written::time).transpose()?;
            let is_earlier = expires.is_none_or(|expires| at < expires);
            if is_earlier {
                row.expires = Some(written::of_time(at));
            }
            Ok(is_earlier)
        };
        Ok(change(&self.kept, tenant, id, earlier).await?)
    }

    async fn list(&self, tenant: &Tenant) -> Result<Vec<TokenRecord>, Failure> {
        let mut records = self.given.list(tenant).await?;
        for row in self.rows(tenant).await? {
            let mut record = row.record.read()?;
            record.last_used = record.last_used.max(self.used.of(&record));
            records.push(record);
        }
        Ok(records)
    }

    async fn used(&self, record: &TokenRecord, at: DateTime<Utc>) {
        if self.is_given(&record.hash).await {
            self.given.used(record, at).await;
        } else if self.used.note(record, at) {
            tokio::spawn(write_uses(Arc::clone(&self.kept), Arc::clone(&self.used)));
        }
    }
}

impl Row {
    fn of(record: &TokenRecord) -> Self {
        Self {
            token: record.id.clone(),
            hash: written::of_hash(&record.hash),
            tenant: record.tenant.as_str().to_owned(),
            read: record.permissions.read,
            write: record.permissions.write,
            created: written::of_time(record.created),
            expires: record.expires.map(written::of_time),
            last_used: record.last_used.map(written::of_time),
        }
    }

    /// # Errors
    ///
    /// - somebody else has written what no row of ours has.
    fn read(self) -> Result<TokenRecord, StoreError> {
        let (hash, created) = (written::hash(&self.hash)?, written::time(&self.created)?);
        let mut record = TokenRecord::new(self.token, hash, self.tenant.as_str(), created);
        record.permissions = Permissions { read: self.read, write: self.write };
        record.expires = self.expires.as_deref().map(written::time).transpose()?;
        record.last_used = self.last_used.as_deref().map(written::time).transpose()?;
        Ok(record)
    }
}
