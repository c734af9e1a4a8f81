//! Which tenants there are, and which tokens are theirs.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use scimwire::Secret;
use scimwire::auth::{MemoryTokens, RequestContext, Tenant, TokenError, TokenGrant, Tokens};
use serde::{Deserialize, Serialize};

use crate::options::{Options, TenantToken};
use crate::policy::orphans::Orphans;

/// The tenant that there is without any `--tenant`.
pub(crate) const DEFAULT_TENANT: &str = "demo";

/// The tenants of this server. A host with a database looks them up there, and keeps the records of tokens there too.
pub(crate) struct Tenants {
    by_name: RwLock<BTreeMap<String, Settings>>,
    /// What a new one begins with.
    initial: Settings,
    tokens: Tokens,
    fresh_token: Option<Secret>,
}

/// What an administrator has set for a tenant: at first by flags, later by `PUT .../settings`. Gone when the server ends.
#[derive(Clone, Copy, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Settings {
    /// Grows each time that something is set, so that two who set something at once can be told.
    pub(crate) version: u64,
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
    /// How clients send their token.
    pub(crate) access: Access,
}

/// How clients send their token.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Access {
    /// As `Authorization: Bearer TOKEN`.
    #[default]
    Bearer,
    /// So, or as `Authorization: TOKEN`.
    Header,
}

/// Why nothing was set.
pub(crate) enum SetError {
    /// There is no such tenant.
    Unknown,
    /// Somebody else has set something in the meantime.
    Outdated,
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

impl Settings {
    fn new(options: &Options) -> Self {
        Self {
            version: 0,
            enabled: true,
            groups: true,
            quota_gb: options.quota_gb,
            department_groups: options.department_groups,
            orphans: options.orphans,
            access: if options.allow_bare_token { Access::Header } else { Access::Bearer },
        }
    }
}

impl Tenants {
    pub(crate) async fn new(options: &Options) -> Result<Self, TenantError> {
        let tokens = Tokens::new(MemoryTokens::default());
        let mut tenants = Self { by_name: RwLock::default(), initial: Settings::new(options), tokens, fresh_token: None };
        for tenant in &options.tenants {
            tenants.add(&tenant.tenant)?;
            tenants.grant(tenant).await?;
        }
        if options.tenants.is_empty() {
            tenants.add(DEFAULT_TENANT)?;
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

    /// Adds a tenant, with the settings that the flags name, and without a token.
    pub(crate) fn add(&self, name: &str) -> Result<(), TenantError> {
        match self.write().entry(name.to_owned()) {
            Entry::Vacant(vacant) => {
                vacant.insert(self.initial);
                Ok(())
            }
            Entry::Occupied(_) => Err(TenantError::Duplicate(name.to_owned())),
        }
    }

    /// Takes a tenant away, with its tokens: from now on none of its requests is let in.
    pub(crate) async fn remove(&self, name: &str) -> Result<bool, TokenError> {
        let known = self.write().remove(name).is_some();
        let tenant = Tenant::from(name);
        for record in self.tokens.list(&tenant).await? {
            self.tokens.revoke(&tenant, &record.id).await?;
        }
        Ok(known)
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
        let by_name = self.by_name.get_mut().unwrap_or_else(PoisonError::into_inner);
        by_name.get_mut(name).ok_or_else(|| TenantError::Unknown { flag, name: name.to_owned() })
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<String, Settings>> {
        self.by_name.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<String, Settings>> {
        self.by_name.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The names, in alphabetical order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.read().keys().cloned().collect()
    }

    /// What is set for a tenant, if there is one of that name.
    pub(crate) fn settings(&self, name: &str) -> Option<Settings> {
        self.read().get(name).copied()
    }

    /// What is set for the tenant of a request; nothing is switched on for one that is not there.
    pub(crate) fn settings_of(&self, cx: &RequestContext) -> Settings {
        self.settings(cx.tenant().as_str()).unwrap_or_default()
    }

    /// Sets something for a tenant, and says what is set then. Who says which version was seen is refused where somebody else
    /// has set something since.
    pub(crate) fn set(&self, name: &str, seen: Option<u64>, change: impl FnOnce(&mut Settings)) -> Result<Settings, SetError> {
        let mut by_name = self.write();
        let settings = by_name.get_mut(name).ok_or(SetError::Unknown)?;
        if seen.is_some_and(|seen| seen != settings.version) {
            return Err(SetError::Outdated);
        }
        change(settings);
        settings.version += 1;
        Ok(*settings)
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
