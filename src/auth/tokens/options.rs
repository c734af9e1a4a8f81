//! Options of a new token.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{TokenHash, TokenRecord, later};
use crate::auth::{Permissions, Tenant};

/// A year, in which most identity providers ask for another token anyhow.
const LIFETIME: Duration = Duration::from_secs(365 * 24 * 3600);

/// The tenant, permissions and lifetime of a new token. By default it has all permissions, and
/// expires after one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenGrant {
    tenant: Tenant,
    permissions: Permissions,
    lifetime: Option<Duration>,
}

impl TokenGrant {
    /// A token of that tenant.
    pub fn new(tenant: impl Into<Tenant>) -> Self {
        Self {
            tenant: tenant.into(),
            permissions: Permissions::default(),
            lifetime: Some(LIFETIME),
        }
    }

    /// Sets the permissions.
    #[must_use]
    pub fn with_permissions(self, permissions: Permissions) -> Self {
        Self { permissions, ..self }
    }

    /// Sets the lifetime.
    #[must_use]
    pub fn expires_in(self, lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime), ..self }
    }

    /// Makes the token valid until it is revoked. RFC 7644, Section 7.4, recommends an expiry.
    #[must_use]
    pub fn never_expires(self) -> Self {
        Self { lifetime: None, ..self }
    }

    /// Copies the permissions and lifetime of a record.
    pub(super) fn like(record: &TokenRecord) -> Self {
        // A token that had expired before it was made has no lifetime left.
        let lifetime =
            |expires: DateTime<Utc>| (expires - record.created_at).to_std().unwrap_or_default();
        Self {
            tenant: record.tenant.clone(),
            permissions: record.permissions,
            lifetime: record.expires_at.map(lifetime),
        }
    }

    pub(super) fn record(self, id: String, hash: TokenHash, now: DateTime<Utc>) -> TokenRecord {
        let expires = self.lifetime.map(|lifetime| later(now, lifetime));
        let permissions = self.permissions;
        TokenRecord {
            permissions,
            expires_at: expires,
            ..TokenRecord::new(id, hash, self.tenant, now)
        }
    }
}
