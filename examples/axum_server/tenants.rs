//! Which tenants there are, and which tokens are theirs.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::time::Instant;

use crate::options::{Options, TenantToken};
use crate::token::{SecretHash, fresh_token};

/// The tenant that there is without any `--tenant`.
const DEFAULT_TENANT: &str = "demo";

/// The tenants of this server. A host with a database looks them up there, by the hash of the token.
pub(crate) struct Tenants {
    by_name: BTreeMap<String, Settings>,
    grants: HashMap<SecretHash, Grant>,
    fresh_token: Option<String>,
}

/// What an administrator has set for a tenant.
pub(crate) struct Settings {
    pub(crate) enabled: bool,
    pub(crate) has_groups: bool,
}

/// What a token is good for.
struct Grant {
    tenant: String,
    expires: Option<Instant>,
}

/// Why a token is of no use.
pub(crate) enum TokenError {
    Unknown,
    Expired,
}

/// Flags that do not go together.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TenantError {
    #[error("the tenant `{0}` is given twice: give each tenant one `--tenant`, and further tokens by `--oauth-token`")]
    Duplicate(String),
    #[error("a token of the tenant `{0}` is given twice: each has to be another, since the tenant follows from the token")]
    SharedToken(String),
    #[error("`{flag} {name}`: there is no such tenant; add `--tenant {name}=TOKEN`")]
    Unknown { flag: &'static str, name: String },
    #[error("no token could be made: {0}; give one by `--tenant NAME=TOKEN`")]
    NoRandomNumbers(#[from] io::Error),
}

impl Tenants {
    pub(crate) fn new(options: &Options) -> Result<Self, TenantError> {
        let mut tenants = Self { by_name: BTreeMap::new(), grants: HashMap::new(), fresh_token: None };
        for tenant in &options.tenants {
            tenants.add(tenant)?;
        }
        if options.tenants.is_empty() {
            let token = fresh_token()?;
            tenants.fresh_token = Some(token.clone());
            tenants.add(&TenantToken { tenant: DEFAULT_TENANT.to_owned(), token, lifetime: None })?;
        }
        for name in &options.disabled_tenants {
            tenants.settings_mut("--disable-tenant", name)?.enabled = false;
        }
        for name in &options.no_groups {
            tenants.settings_mut("--no-groups", name)?.has_groups = false;
        }
        for token in &options.oauth_tokens {
            tenants.settings_mut("--oauth-token", &token.tenant)?;
            tenants.grant(token)?;
        }
        Ok(tenants)
    }

    fn add(&mut self, tenant: &TenantToken) -> Result<(), TenantError> {
        let settings = Settings { enabled: true, has_groups: true };
        if self.by_name.insert(tenant.tenant.clone(), settings).is_some() {
            return Err(TenantError::Duplicate(tenant.tenant.clone()));
        }
        self.grant(tenant)
    }

    fn grant(&mut self, token: &TenantToken) -> Result<(), TenantError> {
        let expires = token.lifetime.map(|lifetime| Instant::now() + lifetime);
        let grant = Grant { tenant: token.tenant.clone(), expires };
        match self.grants.insert(SecretHash::of(&token.token), grant) {
            None => Ok(()),
            Some(_) => Err(TenantError::SharedToken(token.tenant.clone())),
        }
    }

    fn settings_mut(&mut self, flag: &'static str, name: &str) -> Result<&mut Settings, TenantError> {
        self.by_name.get_mut(name).ok_or_else(|| TenantError::Unknown { flag, name: name.to_owned() })
    }

    /// The names, in alphabetical order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// What is set for a tenant, if there is one of that name.
    pub(crate) fn settings(&self, name: &str) -> Option<&Settings> {
        self.by_name.get(name)
    }

    /// The name of the tenant whose token it is.
    pub(crate) fn of_token(&self, token: &str) -> Result<&str, TokenError> {
        let grant = self.grants.get(&SecretHash::of(token)).ok_or(TokenError::Unknown)?;
        match grant.expires {
            Some(expires) if expires <= Instant::now() => Err(TokenError::Expired),
            _ => Ok(&grant.tenant),
        }
    }

    /// The token that was made for the default tenant, to be shown once.
    pub(crate) fn fresh_token(&self) -> Option<&str> {
        self.fresh_token.as_deref()
    }
}
