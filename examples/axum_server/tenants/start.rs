//! What the command line says of tenants and tokens, followed at each start. Flags that are there
//! come before what was saved; what no flag names stays as it was saved.

use std::collections::HashSet;

use scimwire::StoreError;
use scimwire::auth::{TokenError, TokenGrant, TokenHash};
use tracing::info;

use super::{AddError, SetError, Tenants, TokenTable};
use crate::options::{Options, TenantToken};

/// The tenant that there is without any `--tenant`.
pub(crate) const DEFAULT_TENANT: &str = "demo";

/// Flags that do not go together, or with what there is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TenantError {
    #[error(
        "the tenant `{0}` is specified twice: use one `--tenant` for each, and `--oauth-token` for further tokens"
    )]
    Duplicate(String),
    #[error(
        "a token of the tenant `{0}` is specified twice: tokens must be unique, because they identify the tenant"
    )]
    SharedToken(String),
    #[error("`{flag} {name}`: no such tenant; add `--tenant {name}=TOKEN`")]
    Unknown { flag: &'static str, name: String },
    #[error("the tenants `{0}` and `{1}` conflict: names are case-insensitive")]
    Alike(String, String),
    #[error("the tenant `{0}` is being deleted: start again in a moment")]
    Deletion(String),
    #[error("could not generate a token: {0}")]
    NoToken(#[from] TokenError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Tenants {
    /// Follows the flags. Where there is no tenant at all, the default one is made, with a fresh
    /// token.
    pub(crate) async fn follow(&self, options: &Options) -> Result<(), TenantError> {
        check(options)?;
        for tenant in &options.tenants {
            match self.add_with(&tenant.tenant, self.initial.under(options, &tenant.tenant)).await {
                Ok(()) | Err(AddError::Taken) => {}
                Err(AddError::Deletion) => {
                    return Err(TenantError::Deletion(tenant.tenant.clone()));
                }
                Err(AddError::Alike(other)) => {
                    return Err(TenantError::Alike(tenant.tenant.clone(), other));
                }
                Err(AddError::Store(err)) => return Err(err.into()),
            }
            give(tenant, &self.token_table).await?;
        }
        if self.names().await?.is_empty() {
            self.begin().await?;
        }
        for (flag, names) in
            [("--disable-tenant", &options.disabled_tenants), ("--no-groups", &options.no_groups)]
        {
            for name in names {
                self.known(flag, name).await?;
            }
        }
        for token in &options.oauth_tokens {
            self.known("--oauth-token", &token.tenant).await?;
            give(token, &self.access_token_table).await?;
        }
        self.set_by_flags(options).await
    }

    /// The first start, at which nobody has said anything.
    async fn begin(&self) -> Result<(), TenantError> {
        match self.add(DEFAULT_TENANT).await {
            Ok(()) => {
                let issued = self.tokens.issue(TokenGrant::new(DEFAULT_TENANT)).await?;
                // Set once: this is the only place.
                let _ = self.fresh_token.set(issued.secret);
                Ok(())
            }
            // Another process has its first start at the same moment.
            Err(AddError::Taken) => Ok(()),
            Err(AddError::Deletion) => Err(TenantError::Deletion(DEFAULT_TENANT.to_owned())),
            Err(AddError::Alike(other)) => {
                Err(TenantError::Alike(DEFAULT_TENANT.to_owned(), other))
            }
            Err(AddError::Store(err)) => Err(err.into()),
        }
    }

    async fn known(&self, flag: &'static str, name: &str) -> Result<(), TenantError> {
        let known = self.settings(name).await?;
        known.map(drop).ok_or_else(|| TenantError::Unknown { flag, name: name.to_owned() })
    }

    async fn set_by_flags(&self, options: &Options) -> Result<(), TenantError> {
        for name in self.names().await? {
            let Some(saved) = self.settings(&name).await? else { continue };
            if saved.under(options, &name) == saved {
                continue;
            }
            match self.set(&name, None, |settings| *settings = settings.under(options, &name)).await
            {
                Ok(_) => info!(tenant = name, "settings applied from the command line"),
                // Gone in the meantime.
                Err(SetError::Unknown | SetError::Outdated) => {}
                Err(SetError::Store(err)) => return Err(err.into()),
            }
        }
        Ok(())
    }
}

/// What can be seen to be wrong without a look at what was saved.
fn check(options: &Options) -> Result<(), TenantError> {
    let mut names = HashSet::new();
    if let Some(again) = options.tenants.iter().find(|tenant| !names.insert(&tenant.tenant)) {
        return Err(TenantError::Duplicate(again.tenant.clone()));
    }
    let mut hashes = HashSet::new();
    let mut tokens = options.tenants.iter().chain(&options.oauth_tokens);
    match tokens.find(|token| !hashes.insert(TokenHash::new(&token.token))) {
        Some(again) => Err(TenantError::SharedToken(again.tenant.clone())),
        None => Ok(()),
    }
}

/// Takes a token of the command line, for as long as the process lives.
async fn give(token: &TenantToken, table: &TokenTable) -> Result<(), TenantError> {
    let grant = TokenGrant::new(token.tenant.as_str());
    let grant = match token.lifetime {
        Some(lifetime) => grant.expires_in(lifetime),
        None => grant.never_expires(),
    };
    match table.give(&token.token, grant).await {
        Ok(()) => Ok(()),
        Err(TokenError::Taken) => Err(TenantError::SharedToken(token.tenant.clone())),
        Err(err) => Err(err.into()),
    }
}
