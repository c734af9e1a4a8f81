//! The tokens of tenants: those of the command line live as long as the process, all others are
//! kept in a table.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use scimwire::auth::{
    MemoryTokens, Permissions, Tenant, TokenError, TokenGrant, TokenHash, TokenRecord, TokenStore,
    Tokens,
};
use scimwire::{Secret, StoreError};
use sqlx::{query, query_as};
use tokio::time;
use tracing::warn;

use super::last_used::{self, LastUsed};
use crate::encoding;
use crate::known::Known;
use crate::record_store::Records;

type Failure = Box<dyn Error + Send + Sync>;

/// The tokens of one kind.
#[derive(Clone)]
pub(crate) struct TokenTable {
    kind: &'static str,
    /// Those of the command line, which are not kept: which they are is said anew at each start.
    given: Arc<MemoryTokens>,
    records: Arc<Records>,
    /// The cached rows, with the stamp at which they were read.
    known: Arc<Known<TokenHash, Kept>>,
    used: Arc<LastUsed>,
    owner: Option<Owner>,
}

/// A token of the table, and its kind.
#[derive(Clone)]
struct Kept {
    kind: String,
    record: TokenRecord,
}

/// Whose access tokens are: a client's, and a grant's where an administrator has allowed it.
#[derive(Clone)]
struct Owner {
    client: String,
    grant: Option<String>,
}

/// Kind, id, hash, tenant, what is allowed, when it was made, ends and was last used.
type Row = (String, String, String, String, i64, i64, String, Option<String>, Option<String>);

const COLUMNS: &str = "kind, id, hash, tenant, can_read, can_write, created, expires, last_used";

impl TokenTable {
    pub(super) fn new(kind: &'static str, records: Arc<Records>) -> Self {
        Self {
            kind,
            given: Arc::default(),
            records,
            known: Arc::default(),
            used: Arc::default(),
            owner: None,
        }
    }

    /// The tokens of another kind, which are in the same table.
    pub(super) fn of_kind(&self, kind: &'static str) -> Self {
        let (records, known) = (Arc::clone(&self.records), Arc::clone(&self.known));
        Self { kind, given: Arc::default(), records, known, used: Arc::default(), owner: None }
    }

    /// The same table; what is put into it is this client's, or this grant's.
    pub(crate) fn owned_by(&self, client: &str, grant: Option<&str>) -> Self {
        let owner = Owner { client: client.to_owned(), grant: grant.map(str::to_owned) };
        Self { owner: Some(owner), ..self.clone() }
    }

    /// Takes a token of the command line.
    ///
    /// # Errors
    ///
    /// - [`TokenError::Taken`]: it is another tenant's;
    /// - the database fails.
    pub(super) async fn give(&self, token: &Secret, grant: TokenGrant) -> Result<(), TokenError> {
        let record = Tokens::new(Arc::clone(&self.given)).import(token, grant).await?;
        match self.kept(&record.hash).await.map_err(Failure::from)? {
            Some(kept) if kept.tenant != record.tenant => Err(TokenError::Taken),
            _ => Ok(()),
        }
    }

    pub(super) async fn is_given(&self, hash: &TokenHash) -> bool {
        // Records in memory do not fail.
        matches!(self.given.find(hash).await, Ok(Some(_)))
    }

    /// Ends the tokens of the command line that are of a tenant that is gone.
    pub(super) async fn end_given(&self, tenant: &Tenant) -> Result<(), StoreError> {
        let given = self.given.list(tenant).await.map_err(StoreError::Other)?;
        for record in given {
            let ended = self.given.expire(tenant, &record.id, encoding::now()).await;
            ended.map_err(StoreError::Other)?;
        }
        Ok(())
    }

    /// The token of this hash, as it was when the stamp was last asked for.
    async fn kept(&self, hash: &TokenHash) -> Result<Option<TokenRecord>, StoreError> {
        let stamp = self.records.last_stamp();
        let mut found = stamp.and_then(|stamp| self.known.get(hash, stamp));
        if found.is_none() {
            found = self.read(hash).await?;
            if let Some((found, stamp)) = found.clone().zip(stamp) {
                self.known.keep(*hash, found, stamp);
            }
        }
        Ok(found.filter(|found| found.kind == self.kind).map(|found| found.record))
    }

    async fn read(&self, hash: &TokenHash) -> Result<Option<Kept>, StoreError> {
        let read = format!("SELECT {COLUMNS} FROM host_token WHERE hash = $1");
        let read = query_as(&read).bind(encoding::of_hash(hash));
        self.records.one(read).await?.map(kept).transpose()
    }

    /// Writes what was noted of the use of tokens, once some have been gathered.
    async fn write_uses(self) {
        time::sleep(last_used::DELAY).await;
        for ((tenant, id), at) in self.used.take(encoding::now()) {
            let write = query(
                "UPDATE host_token SET last_used = $4 WHERE tenant = $1 AND kind = $2 AND id = $3",
            );
            let write = write.bind(tenant.as_str().to_owned()).bind(self.kind).bind(id);
            if let Err(err) = self.records.run_aside(write.bind(encoding::of_time(at))).await {
                warn!(error = &err as &dyn Error, "could not record the use of a token");
            }
        }
    }
}

#[async_trait]
impl TokenStore for TokenTable {
    async fn find(&self, hash: &TokenHash) -> Result<Option<TokenRecord>, Failure> {
        match self.given.find(hash).await? {
            Some(given) => Ok(Some(given)),
            None => Ok(self.kept(hash).await?),
        }
    }

    /// What has ended makes room.
    async fn insert(&self, record: TokenRecord) -> Result<bool, Failure> {
        if self.is_given(&record.hash).await {
            return Ok(false);
        }
        let sweep = query("DELETE FROM host_token WHERE tenant = $1 AND expires <= $2");
        let created = encoding::of_time(record.created_at);
        self.records.run(sweep.bind(record.tenant.as_str()).bind(&created)).await?;
        let insert = query(
            "INSERT INTO host_token
             (hash, kind, id, tenant, can_read, can_write, created, expires, client, grant_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        );
        let insert = insert
            .bind(encoding::of_hash(&record.hash))
            .bind(self.kind)
            .bind(&record.id)
            .bind(record.tenant.as_str())
            .bind(i64::from(record.permissions.read))
            .bind(i64::from(record.permissions.write))
            .bind(created)
            .bind(record.expires_at.map(encoding::of_time))
            .bind(self.owner.as_ref().map(|owner| owner.client.clone()))
            .bind(self.owner.as_ref().and_then(|owner| owner.grant.clone()));
        Ok(self.records.run(insert).await? > 0)
    }

    async fn expire(&self, tenant: &Tenant, id: &str, at: DateTime<Utc>) -> Result<bool, Failure> {
        if self.given.expire(tenant, id, at).await? {
            return Ok(true);
        }
        let end = query(
            "UPDATE host_token
             SET expires = CASE WHEN expires < $4 THEN expires ELSE $4 END
             WHERE tenant = $1 AND kind = $2 AND id = $3",
        );
        let end = end.bind(tenant.as_str()).bind(self.kind).bind(id);
        Ok(self.records.run(end.bind(encoding::of_time(at))).await? > 0)
    }

    async fn list(&self, tenant: &Tenant) -> Result<Vec<TokenRecord>, Failure> {
        let mut records = self.given.list(tenant).await?;
        let read = format!(
            "SELECT {COLUMNS} FROM host_token WHERE tenant = $1 AND kind = $2 ORDER BY created, id"
        );
        let read = query_as(&read).bind(tenant.as_str()).bind(self.kind);
        for row in self.records.all(read).await? {
            let Kept { mut record, .. } = kept(row)?;
            record.last_used_at = record.last_used_at.max(self.used.of(&record));
            records.push(record);
        }
        Ok(records)
    }

    async fn record_use(&self, record: &TokenRecord, at: DateTime<Utc>) {
        if self.is_given(&record.hash).await {
            self.given.record_use(record, at).await;
        } else if self.used.note(record, at) {
            tokio::spawn(self.clone().write_uses());
        }
    }
}

/// # Errors
///
/// - somebody else has written what no row of ours has.
fn kept(row: Row) -> Result<Kept, StoreError> {
    let (kind, id, hash, tenant, read, write, created, expires, last_used) = row;
    let mut record =
        TokenRecord::new(id, encoding::hash(&hash)?, tenant.as_str(), encoding::time(&created)?);
    record.permissions = Permissions::none().with_read(read != 0).with_write(write != 0);
    record.expires_at = expires.as_deref().map(encoding::time).transpose()?;
    record.last_used_at = last_used.as_deref().map(encoding::time).transpose()?;
    Ok(Kept { kind, record })
}
