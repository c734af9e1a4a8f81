//! What an administrator has set for a tenant.

use serde::{Deserialize, Serialize};

use crate::options::Options;
use crate::policy::orphans::Orphans;

/// What is set for a tenant.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Settings {
    /// Grows each time that something is set, so that two who set something at once can be told.
    pub(crate) version: u64,
    /// Whether SCIM is switched on.
    pub(crate) enabled: bool,
    /// Whether there are groups.
    pub(crate) groups: bool,
    /// The account size of users provisioned from now on.
    #[serde(default)]
    pub(crate) quota_gb: Option<u32>,
    /// Whether users come into the group of their department.
    pub(crate) department_groups: bool,
    /// What becomes of users without a group.
    pub(crate) orphans: Orphans,
    /// How clients show who they are.
    pub(crate) access: Access,
}

/// How clients show who they are.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Access {
    /// By a token, as `Authorization: Bearer TOKEN`.
    #[default]
    Bearer,
    /// So, or as `Authorization: TOKEN`.
    Header,
    /// By an access token of OAuth 2 and no other.
    OAuth,
}

impl Settings {
    /// What a new tenant begins with.
    pub(super) fn of_new_tenant(options: &Options) -> Self {
        Self { enabled: true, groups: true, ..Self::default() }.under(options, "")
    }

    /// What is set once the flags are followed: what they do not name stays as it is.
    pub(super) fn under(self, options: &Options, name: &str) -> Self {
        let is_named = |names: &[String]| names.iter().any(|named| named == name);
        Self {
            version: self.version,
            enabled: self.enabled && !is_named(&options.disabled_tenants),
            groups: self.groups && !is_named(&options.no_groups),
            quota_gb: options.quota_gb.or(self.quota_gb),
            department_groups: self.department_groups || options.department_groups,
            orphans: options.orphans.unwrap_or(self.orphans),
            access: if options.allow_bare_token { Access::Header } else { self.access },
        }
    }
}
