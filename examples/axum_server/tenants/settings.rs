//! The settings of a tenant.

use serde::{Deserialize, Serialize};

use crate::hooks::orphans::Orphans;
use crate::options::Options;

/// The settings of a tenant.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Settings {
    /// Grows each time that something is set, so that two who set something at once can be told.
    pub(crate) version: u64,
    /// `true` if SCIM is enabled.
    pub(crate) enabled: bool,
    /// `true` if there are groups.
    pub(crate) groups: bool,
    /// The account size of users provisioned from now on.
    #[serde(default)]
    pub(crate) quota_gb: Option<u32>,
    /// `true` if users come into the group of their department.
    pub(crate) department_groups: bool,
    /// What happens to users without a group.
    pub(crate) orphans: Orphans,
    /// How clients authenticate.
    pub(crate) access: Access,
}

/// How clients authenticate.
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
    /// The settings of a new tenant.
    pub(super) fn of_new_tenant(options: &Options) -> Self {
        Self { enabled: true, groups: true, ..Self::default() }.under(options, "")
    }

    /// Applies the flags; settings that they do not name stay as they are.
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
