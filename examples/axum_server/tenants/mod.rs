//! The tenants, their settings and their tokens. Rows are cached, and each request asks the database
//! whether they have changed: a tenant that another process has switched off is off here, too.

pub(crate) mod deletion;
mod last_used;
mod settings;
mod start;
mod token_table;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use scimwire::auth::{RequestContext, Tenant, TokenRecord, Tokens};
use scimwire::{Secret, StoreError};
use sqlx::{query, query_as};

use crate::encoding::{of_word, word};
use crate::known::Known;
use crate::options::Options;
use crate::record_store::Records;
use crate::stamp::Stamp;

pub(crate) use settings::{Access, Settings};
pub(crate) use start::{DEFAULT_TENANT, TenantError};
pub(crate) use token_table::TokenTable;

/// How often a change is tried again that others were faster than.
const ATTEMPTS: usize = 20;

/// The tenants of this server.
pub(crate) struct Tenants {
    records: Arc<Records>,
    initial: Settings,
    known: Known<String, Settings>,
    token_table: TokenTable,
    tokens: Tokens,
    access_token_table: TokenTable,
    access_tokens: Tokens,
    fresh_token: OnceLock<Secret>,
}

/// The columns of a tenant's settings, in the order of the table.
type Row = (i64, i64, i64, Option<i64>, i64, String, String);

/// Why there is no new tenant.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AddError {
    #[error("the tenant already exists")]
    Taken,
    #[error("a tenant `{0}` already exists: names are case-insensitive")]
    Alike(String),
    #[error("the tenant is being deleted: try again in a moment")]
    Deletion,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why nothing was set.
pub(crate) enum SetError {
    /// There is no such tenant.
    Unknown,
    /// Somebody else has set something in the meantime.
    Outdated,
    Store(StoreError),
}

impl From<StoreError> for SetError {
    fn from(err: StoreError) -> Self {
        match err {
            StoreError::NotFound => Self::Unknown,
            err => Self::Store(err),
        }
    }
}

impl Tenants {
    /// Those that are kept; new ones begin with what the flags name.
    pub(crate) fn new(options: &Options, records: &Arc<Records>) -> Self {
        let token_table = TokenTable::new("bearer", Arc::clone(records));
        let access_token_table = token_table.of_kind("access");
        Self {
            records: Arc::clone(records),
            initial: Settings::of_new_tenant(options),
            known: Known::default(),
            tokens: Tokens::new(token_table.clone()),
            token_table,
            access_tokens: Tokens::new(access_token_table.clone()),
            access_token_table,
            fresh_token: OnceLock::new(),
        }
    }

    /// Adds a tenant, without a token.
    ///
    /// # Errors
    ///
    /// - there is one of that name, or not quite gone yet;
    /// - the database fails.
    pub(crate) async fn add(&self, name: &str) -> Result<(), AddError> {
        self.add_with(name, self.initial).await
    }

    async fn add_with(&self, name: &str, settings: Settings) -> Result<(), AddError> {
        let Settings { version, enabled, groups, quota_gb, department_groups, orphans, access } =
            settings;
        let insert = query(
            "INSERT INTO host_tenant
             (name, closing, version, enabled, with_groups, quota_gb, department_groups, orphans, access)
             VALUES ($1, 0, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        );
        let insert = insert
            .bind(name)
            .bind(i64::try_from(version).map_err(StoreError::other)?)
            .bind(i64::from(enabled))
            .bind(i64::from(groups))
            .bind(quota_gb.map(i64::from))
            .bind(i64::from(department_groups))
            .bind(of_word(&orphans)?)
            .bind(of_word(&access)?);
        if self.records.run(insert).await? > 0 {
            return Ok(());
        }
        let alike = query_as("SELECT name, closing FROM host_tenant WHERE lower(name) = lower($1)");
        match self.records.one::<(String, i64)>(alike.bind(name)).await? {
            Some((other, _)) if other != name => Err(AddError::Alike(other)),
            Some((_, 0)) => Err(AddError::Taken),
            // Or it has come to its end just now.
            Some(_) | None => Err(AddError::Deletion),
        }
    }

    /// Says that a tenant is gone, with its tokens: from now on none of its requests is let in.
    /// False if there is none.
    pub(crate) async fn begin_to_close(&self, name: &str) -> Result<bool, StoreError> {
        let close = query("UPDATE host_tenant SET closing = 1 WHERE name = $1 AND closing = 0");
        if self.records.run(close.bind(name)).await? == 0 {
            return Ok(false);
        }
        for table in [&self.token_table, &self.access_token_table] {
            table.end_given(&Tenant::from(name)).await?;
        }
        Ok(true)
    }

    /// All that was kept of a tenant is deleted: the name is free.
    pub(crate) async fn end_closing(&self, name: &str) -> Result<(), StoreError> {
        let delete = query("DELETE FROM host_tenant WHERE name = $1 AND closing = 1");
        self.records.run(delete.bind(name)).await.map(drop)
    }

    /// Those whose deletion was begun, and not brought to its end.
    pub(crate) async fn closing(&self) -> Result<Vec<String>, StoreError> {
        self.named(1).await
    }

    /// The names, in alphabetical order.
    pub(crate) async fn names(&self) -> Result<Vec<String>, StoreError> {
        self.named(0).await
    }

    async fn named(&self, closing: i64) -> Result<Vec<String>, StoreError> {
        let read = query_as("SELECT name FROM host_tenant WHERE closing = $1").bind(closing);
        let found: Vec<(String,)> = self.records.all(read).await?;
        let mut names: Vec<String> = found.into_iter().map(|(name,)| name).collect();
        // Databases have alphabets of their own.
        names.sort();
        Ok(names)
    }

    /// Takes note of all that has changed before this call, in whichever process: tokens are then
    /// as they are, and so is [what was known](Self::known_settings) of tenants.
    pub(crate) async fn notice_changes(&self) -> Result<(), StoreError> {
        self.records.stamp().await.map(drop)
    }

    /// The settings of a tenant, if there is one of that name.
    pub(crate) async fn settings(&self, name: &str) -> Result<Option<Settings>, StoreError> {
        let stamp = self.records.stamp().await?;
        self.settings_at(name, Some(stamp)).await
    }

    /// The settings of the tenant of a request, as it was when changes were last
    /// [noticed](Self::notice_changes); nothing is switched on for one that is not there.
    pub(crate) async fn settings_of(&self, cx: &RequestContext) -> Result<Settings, StoreError> {
        Ok(self.known_settings(cx.tenant().as_str()).await?.unwrap_or_default())
    }

    /// The settings of a tenant, as it was when changes were last
    /// [noticed](Self::notice_changes).
    pub(crate) async fn known_settings(&self, name: &str) -> Result<Option<Settings>, StoreError> {
        self.settings_at(name, self.records.last_stamp()).await
    }

    async fn settings_at(
        &self,
        name: &str,
        stamp: Option<Stamp>,
    ) -> Result<Option<Settings>, StoreError> {
        if let Some(known) = stamp.and_then(|stamp| self.known.get(name, stamp)) {
            return Ok(Some(known));
        }
        let read = query_as(
            "SELECT version, enabled, with_groups, quota_gb, department_groups, orphans, access
             FROM host_tenant WHERE name = $1 AND closing = 0",
        );
        let found = self.records.one(read.bind(name)).await?.map(settings).transpose()?;
        if let Some((found, stamp)) = found.zip(stamp) {
            self.known.keep(name.to_owned(), found, stamp);
        }
        Ok(found)
    }

    /// Sets something for a tenant, and says what is set then. Who says which version was seen is
    /// refused where somebody else has set something since.
    pub(crate) async fn set(
        &self,
        name: &str,
        seen: Option<u64>,
        change: impl Fn(&mut Settings),
    ) -> Result<Settings, SetError> {
        for _ in 0..ATTEMPTS {
            let mut settings = self.settings(name).await?.ok_or(SetError::Unknown)?;
            let before = settings.version;
            if seen.is_some_and(|seen| seen != before) {
                return Err(SetError::Outdated);
            }
            change(&mut settings);
            settings.version = before + 1;
            if self.replace(name, before, settings).await? {
                return Ok(settings);
            }
        }
        Err(SetError::Store(StoreError::Unavailable { retry_after: Duration::from_secs(1) }))
    }

    /// Writes the settings in the place of those of version `before`; false if they are no longer
    /// there.
    async fn replace(
        &self,
        name: &str,
        before: u64,
        settings: Settings,
    ) -> Result<bool, StoreError> {
        let Settings { enabled, groups, quota_gb, department_groups, orphans, access, .. } =
            settings;
        let update = query(
            "UPDATE host_tenant
             SET version = version + 1, enabled = $3, with_groups = $4, quota_gb = $5,
               department_groups = $6, orphans = $7, access = $8
             WHERE name = $1 AND version = $2 AND closing = 0",
        );
        let update = update
            .bind(name)
            .bind(i64::try_from(before).map_err(StoreError::other)?)
            .bind(i64::from(enabled))
            .bind(i64::from(groups))
            .bind(quota_gb.map(i64::from))
            .bind(i64::from(department_groups))
            .bind(of_word(&orphans)?)
            .bind(of_word(&access)?);
        Ok(self.records.run(update).await? > 0)
    }

    /// The bearer tokens of all tenants.
    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Where the access tokens of OAuth 2 are.
    pub(crate) fn access_token_table(&self) -> &TokenTable {
        &self.access_token_table
    }

    /// The access tokens of OAuth 2 of all tenants.
    pub(crate) fn access_tokens(&self) -> &Tokens {
        &self.access_tokens
    }

    /// Returns `true` if a bearer token is one of the command line, and so is there again at the
    /// next start.
    pub(crate) async fn is_given(&self, record: &TokenRecord) -> bool {
        self.token_table.is_given(&record.hash).await
    }

    /// The token that was made for the default tenant, to be shown once.
    pub(crate) fn fresh_token(&self) -> Option<&Secret> {
        self.fresh_token.get()
    }
}

fn settings(row: Row) -> Result<Settings, StoreError> {
    let (version, enabled, groups, quota_gb, department_groups, orphans, access) = row;
    Ok(Settings {
        version: version.try_into().map_err(StoreError::other)?,
        enabled: enabled != 0,
        groups: groups != 0,
        quota_gb: quota_gb.map(u32::try_from).transpose().map_err(StoreError::other)?,
        department_groups: department_groups != 0,
        orphans: word(&orphans)?,
        access: word(&access)?,
    })
}
