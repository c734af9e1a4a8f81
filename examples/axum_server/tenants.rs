//! Which tenants there are, and which tokens are theirs.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use scimwire::Secret;
use scimwire::auth::{MemoryTokens, RequestContext, TokenError, TokenGrant, Tokens};
use serde::Serialize;

use crate::options::{Options, TenantToken};
use crate::policy::orphans::Orphans;

/// The tenant that there is without any `--tenant`.
const DEFAULT_TENANT: &str = "demo";

/// The tenants of this server. A host with a database looks them up there, and keeps the records of tokens there too.
pub(crate) struct Tenants {
    by_name: BTreeMap<String, RwLock<Settings>>,
    tokens: Tokens,
    fresh_token: Option<Secret>,
}

/// What an administrator has set for a tenant: at first by flags, later by `PUT .../settings`. Gone when the server ends.
#[derive(Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Settings {
    /// Whether SCIM is switched on.
    pub(crate) enabled: bool,
    /// Whether there are groups.
    pub(crate) groups: bool,
    /// The account size of users provisioned from now on.
    pub(crate) quota_gb: Option<u32>,
    /// Whether users come into the group of their department.
    pub(crate) department_groups: bool,
    /// What becomes of users without a group.
    pub(crate) orphans: Orphans,
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
    #[error("no token could be made: {0}")]
    NoToken(#[from] TokenError),
}

impl Tenants {
    pub(crate) async fn new(options: &Options) -> Result<Self, TenantError> {
        let tokens = Tokens::new(MemoryTokens::default());
        let mut tenants = Self { by_name: BTreeMap::new(), tokens, fresh_token: None };
        for tenant in &options.tenants {
            tenants.add(&tenant.tenant, options)?;
            tenants.grant(tenant).await?;
        }
        if options.tenants.is_empty() {
            tenants.add(DEFAULT_TENANT, options)?;
            let issued = tenants.tokens.issue(TokenGrant::new(DEFAULT_TENANT)).await?;
            tenants.fresh_token = Some(issued.secret);
        }
        for name in &options.disabled_tenants {
            tenants.settings_mut("--disable-tenant", name)?.enabled = false;
        }
        for name in &options.no_groups {
            tenants.settings_mut("--no-groups", name)?.groups = false;
        }
        for token in &options.oauth_tokens {
            tenants.settings_mut("--oauth-token", &token.tenant)?;
            tenants.grant(token).await?;
        }
        Ok(tenants)
    }

    fn add(&mut self, name: &str, options: &Options) -> Result<(), TenantError> {
        let settings = Settings {
            enabled: true,
            groups: true,
            quota_gb: options.quota_gb,
            department_groups: options.department_groups,
            orphans: options.orphans,
        };
        match self.by_name.insert(name.to_owned(), RwLock::new(settings)) {
            None => Ok(()),
            Some(_) => Err(TenantError::Duplicate(name.to_owned())),
        }
    }

    async fn grant(&self, token: &TenantToken) -> Result<(), TenantError> {
        let grant = TokenGrant::new(token.tenant.as_str());
        let grant = match token.lifetime {
            Some(lifetime) => grant.lifetime(lifetime),
            None => grant.without_end(),
        };
        match self.tokens.import(&token.token, grant).await {
            Ok(_) => Ok(()),
            Err(TokenError::Taken) => Err(TenantError::SharedToken(token.tenant.clone())),
            Err(err) => Err(err.into()),
        }
    }

    fn settings_mut(&mut self, flag: &'static str, name: &str) -> Result<&mut Settings, TenantError> {
        let settings = self.by_name.get_mut(name).ok_or_else(|| TenantError::Unknown { flag, name: name.to_owned() })?;
        Ok(settings.get_mut().unwrap_or_else(PoisonError::into_inner))
    }

    /// The names, in alphabetical order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// What is set for a tenant, if there is one of that name.
    pub(crate) fn settings(&self, name: &str) -> Option<Settings> {
        self.by_name.get(name).map(|settings| *settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is set for the tenant of a request; nothing is switched on for one that is not there.
    pub(crate) fn settings_of(&self, cx: &RequestContext) -> Settings {
        self.settings(cx.tenant().as_str()).unwrap_or_default()
    }

    /// Sets something for a tenant, if there is one of that name, and says what is set then.
    pub(crate) fn set(&self, name: &str, change: impl FnOnce(&mut Settings)) -> Option<Settings> {
        let mut settings = self.by_name.get(name)?.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut settings);
        Some(*settings)
    }

    /// The tokens of all tenants.
    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// The token that was made for the default tenant, to be shown once.
    pub(crate) fn fresh_token(&self) -> Option<&Secret> {
        self.fresh_token.as_ref()
    }
}
