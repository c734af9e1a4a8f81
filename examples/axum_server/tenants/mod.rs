//! Which tenants there are, what is set for them, and which tokens are theirs. All of it is asked
//! of the database for each request: what was switched off is off, whichever process hears of it.

mod last_used;
mod settings;
mod start;
mod token_records;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::TimeDelta;
use scimwire::auth::{RequestContext, Tenant, TokenError, TokenRecord, Tokens};
use scimwire::schema::{Attribute, AttributeType, ResourceType, SchemaError, Uniqueness};
use scimwire::{ResourceStore, Secret, StoreError};
use serde::{Deserialize, Serialize};

use crate::options::Options;
use crate::records::{Kept, Records, host, text};
use token_records::TokenRecords;

pub(crate) use settings::{Access, Settings};
pub(crate) use start::{DEFAULT_TENANT, TenantError};

/// How often a change is tried again that others were faster than.
const ATTEMPTS: usize = 20;

/// How long the console still shows that a token has ended. Access tokens are not shown at all.
const SHOWN: TimeDelta = TimeDelta::days(1);

/// The tenants of this server.
pub(crate) struct Tenants {
    records: Records<Known>,
    initial: Settings,
    token_records: Arc<TokenRecords>,
    tokens: Tokens,
    access_token_records: Arc<TokenRecords>,
    access_tokens: Tokens,
    fresh_token: OnceLock<Secret>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Known {
    name: String,
    /// Whether all that is kept of it is being deleted: then it counts as gone, and the name is not
    /// free yet.
    closing: bool,
    #[serde(flatten)]
    settings: Settings,
}

/// Why there is no new tenant.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AddError {
    #[error("there is a tenant of that name already")]
    Taken,
    #[error("there is a tenant `{0}` already: names differ in more than upper and lower case")]
    Alike(String),
    #[error("a tenant of that name is just being deleted: try again in a moment")]
    Closing,
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
    /// Those that are kept in stores that `store` hands out; new ones begin with what the flags
    /// name.
    pub(crate) fn new(
        options: &Options,
        store: impl Fn(&Arc<ResourceType>) -> Arc<dyn ResourceStore>,
    ) -> Result<Self, SchemaError> {
        let flag = |name| Attribute::builder(name, AttributeType::Boolean);
        let number = |name| Attribute::builder(name, AttributeType::Integer);
        let attributes = [
            // Of names that differ only in case one would be taken for the other.
            Attribute::builder("name", AttributeType::String)
                .required()
                .uniqueness(Uniqueness::Server),
            flag("closing"),
            number("version"),
            flag("enabled"),
            flag("groups"),
            number("quotaGb"),
            flag("departmentGroups"),
            text("orphans"),
            text("access"),
        ];
        let token_records = Arc::new(TokenRecords::new("HostToken", SHOWN, &store)?);
        let access_token_records =
            Arc::new(TokenRecords::new("HostAccessToken", TimeDelta::zero(), &store)?);
        Ok(Self {
            records: Records::new("HostTenant", attributes, &store)?,
            initial: Settings::of_new_tenant(options),
            tokens: Tokens::new(Arc::clone(&token_records)),
            token_records,
            access_tokens: Tokens::new(Arc::clone(&access_token_records)),
            access_token_records,
            fresh_token: OnceLock::new(),
        })
    }

    /// Adds a tenant, without a token.
    ///
    /// # Errors
    ///
    /// - there is one of that name, or not quite gone yet;
    /// - the store fails.
    pub(crate) async fn add(&self, name: &str) -> Result<(), AddError> {
        self.add_with(name, self.initial).await
    }

    async fn add_with(&self, name: &str, settings: Settings) -> Result<(), AddError> {
        let known = Known { name: name.to_owned(), closing: false, settings };
        match self.records.create(&known, &host()).await {
            Ok(()) => Ok(()),
            Err(StoreError::Conflict { .. }) => match self.find(name).await? {
                Some(found) if !found.record.closing => Err(AddError::Taken),
                Some(_) => Err(AddError::Closing),
                None => match self.alike(name).await? {
                    Some(other) => Err(AddError::Alike(other)),
                    // It has come to its end just now.
                    None => Err(AddError::Closing),
                },
            },
            Err(err) => Err(err.into()),
        }
    }

    /// Says that a tenant is gone, with its tokens: from now on none of its requests is let in.
    /// False if there is none.
    pub(crate) async fn begin_to_close(&self, name: &str) -> Result<bool, StoreError> {
        let closed = self.change(name, |known| {
            known.closing = true;
            Ok(())
        });
        match closed.await {
            Ok(_) => {}
            Err(SetError::Unknown | SetError::Outdated) => return Ok(false),
            Err(SetError::Store(err)) => return Err(err),
        }
        let tenant = Tenant::from(name);
        for tokens in [&self.tokens, &self.access_tokens] {
            for record in tokens.list(&tenant).await.map_err(StoreError::other)? {
                match tokens.revoke(&tenant, &record.id).await {
                    Ok(()) | Err(TokenError::Unknown) => {}
                    Err(err) => return Err(StoreError::other(err)),
                }
            }
        }
        Ok(true)
    }

    /// All that was kept of a tenant is deleted: the name is free.
    pub(crate) async fn end_closing(&self, name: &str) -> Result<(), StoreError> {
        match self.find(name).await? {
            Some(known) if known.record.closing => self.records.delete(&known, &host()).await,
            _ => Ok(()),
        }
    }

    /// Those whose deletion was begun, and not brought to its end.
    pub(crate) async fn closing(&self) -> Result<Vec<String>, StoreError> {
        let known = self.records.all(&host()).await?;
        Ok(known
            .into_iter()
            .filter(|known| known.record.closing)
            .map(|known| known.record.name)
            .collect())
    }

    /// The names, in alphabetical order.
    pub(crate) async fn names(&self) -> Result<Vec<String>, StoreError> {
        let known = self.records.all(&host()).await?;
        let mut names: Vec<_> = known
            .into_iter()
            .filter(|known| !known.record.closing)
            .map(|known| known.record.name)
            .collect();
        names.sort();
        Ok(names)
    }

    /// What is set for a tenant, if there is one of that name.
    pub(crate) async fn settings(&self, name: &str) -> Result<Option<Settings>, StoreError> {
        let found = self.find(name).await?;
        Ok(found.filter(|known| !known.record.closing).map(|known| known.record.settings))
    }

    /// What is set for the tenant of a request; nothing is switched on for one that is not there.
    pub(crate) async fn settings_of(&self, cx: &RequestContext) -> Result<Settings, StoreError> {
        Ok(self.settings(cx.tenant().as_str()).await?.unwrap_or_default())
    }

    /// Sets something for a tenant, and says what is set then. Who says which version was seen is
    /// refused where somebody else has set something since.
    pub(crate) async fn set(
        &self,
        name: &str,
        seen: Option<u64>,
        change: impl Fn(&mut Settings),
    ) -> Result<Settings, SetError> {
        let change = |known: &mut Known| {
            if seen.is_some_and(|seen| seen != known.settings.version) {
                return Err(SetError::Outdated);
            }
            change(&mut known.settings);
            known.settings.version += 1;
            Ok(())
        };
        Ok(self.change(name, change).await?.settings)
    }

    /// Changes what is known of a tenant, from what nobody else has changed since it was read.
    async fn change(
        &self,
        name: &str,
        change: impl Fn(&mut Known) -> Result<(), SetError>,
    ) -> Result<Known, SetError> {
        for _ in 0..ATTEMPTS {
            let mut found = self
                .find(name)
                .await?
                .filter(|known| !known.record.closing)
                .ok_or(SetError::Unknown)?;
            change(&mut found.record)?;
            match self.records.replace(&found, &host()).await {
                Ok(()) => return Ok(found.record),
                Err(StoreError::VersionMismatch) => {}
                Err(err) => return Err(err.into()),
            }
        }
        Err(SetError::Store(StoreError::Busy { retry_after: Duration::from_secs(1) }))
    }

    async fn find(&self, name: &str) -> Result<Option<Kept<Known>>, StoreError> {
        // In upper and lower case as it stands: what is another name lets nobody in.
        Ok(self
            .records
            .find("name", name, &host())
            .await?
            .into_iter()
            .find(|found| found.record.name == name))
    }

    /// The name of a tenant that is the same but for upper and lower case.
    async fn alike(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self
            .records
            .find("name", name, &host())
            .await?
            .into_iter()
            .next()
            .map(|found| found.record.name))
    }

    /// The bearer tokens of all tenants.
    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// The access tokens of OAuth 2 of all tenants.
    pub(crate) fn access_tokens(&self) -> &Tokens {
        &self.access_tokens
    }

    /// Whether a bearer token is one of the command line, and so is there again at the next start.
    pub(crate) async fn is_given(&self, record: &TokenRecord) -> bool {
        self.token_records.is_given(&record.hash).await
    }

    /// The token that was made for the default tenant, to be shown once.
    pub(crate) fn fresh_token(&self) -> Option<&Secret> {
        self.fresh_token.get()
    }
}
