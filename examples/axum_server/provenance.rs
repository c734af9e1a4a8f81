//! What the host knows of users, groups and memberships besides SCIM: where they came from, and how
//! large accounts are. What it does not know came from an identity provider and has no size. Events
//! are not in it: they are gone when the server ends.

use std::collections::HashMap;
use std::sync::Arc;

use scimwire::StoreError;
use scimwire::auth::{RequestContext, Tenant};
use sqlx::{query, query_as};

use crate::encoding;
use crate::hooks::origin::Origin;
use crate::known::Known;
use crate::record_store::Records;
use crate::stamp::OwnChanges;

/// The host's own records of all tenants.
pub(crate) struct Ledger {
    records: Arc<Records>,
    /// The accounts that were read, by tenant and id, where no other process can change them.
    known: Known<(Tenant, String), Account>,
    changes: OwnChanges,
}

/// The host's own record of a user or a group.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Account {
    pub(crate) origin: Origin,
    pub(crate) quota_gb: Option<u32>,
}

impl Ledger {
    pub(crate) fn new(records: Arc<Records>) -> Self {
        Self { records, known: Known::default(), changes: OwnChanges::default() }
    }

    /// The host's own record of a user or a group.
    pub(crate) async fn account(
        &self,
        id: &str,
        cx: &RequestContext,
    ) -> Result<Account, StoreError> {
        if !self.records.are_of_one_process() {
            return self.read_account(id, cx).await;
        }
        let (key, stamp) = ((cx.tenant().clone(), id.to_owned()), self.changes.stamp());
        if let Some(known) = self.known.get(&key, stamp) {
            return Ok(known);
        }
        let account = self.read_account(id, cx).await?;
        self.known.keep(key, account, stamp);
        Ok(account)
    }

    async fn read_account(&self, id: &str, cx: &RequestContext) -> Result<Account, StoreError> {
        let read = query_as(
            "SELECT origin, quota_gb FROM host_account WHERE tenant = $1 AND subject = $2",
        );
        let found: Option<(String, Option<i64>)> =
            self.records.one(read.bind(cx.tenant().as_str()).bind(id)).await?;
        let Some((origin, quota)) = found else { return Ok(Account::default()) };
        let quota_gb = quota.map(u32::try_from).transpose().map_err(StoreError::other)?;
        Ok(Account { origin: encoding::word(&origin)?, quota_gb })
    }

    pub(crate) async fn note_origin(
        &self,
        id: &str,
        origin: Origin,
        cx: &RequestContext,
    ) -> Result<(), StoreError> {
        let note = query(
            "INSERT INTO host_account (tenant, subject, origin) VALUES ($1, $2, $3)
             ON CONFLICT (tenant, subject) DO UPDATE SET origin = excluded.origin",
        );
        let origin = encoding::of_word(&origin)?;
        let _change = self.changes.begin();
        self.records
            .run_aside(note.bind(cx.tenant().as_str()).bind(id).bind(origin))
            .await
            .map(drop)
    }

    /// Gives a user an account of this size, unless there is one already.
    pub(crate) async fn note_quota(
        &self,
        id: &str,
        gigabytes: u32,
        cx: &RequestContext,
    ) -> Result<(), StoreError> {
        let note = query(
            "INSERT INTO host_account (tenant, subject, quota_gb) VALUES ($1, $2, $3)
             ON CONFLICT (tenant, subject) DO UPDATE SET quota_gb = excluded.quota_gb
             WHERE host_account.quota_gb IS NULL",
        );
        let gigabytes = i64::from(gigabytes);
        let _change = self.changes.begin();
        self.records
            .run_aside(note.bind(cx.tenant().as_str()).bind(id).bind(gigabytes))
            .await
            .map(drop)
    }

    /// The members that the host itself has put into a group.
    pub(crate) async fn members_of(
        &self,
        group: &str,
        cx: &RequestContext,
    ) -> Result<HashMap<String, Origin>, StoreError> {
        let read = "SELECT member_id, origin FROM host_membership
                    WHERE tenant = $1 AND group_id = $2";
        self.memberships(read, group, cx).await
    }

    /// The groups that the host itself has put a user into.
    pub(crate) async fn groups_of(
        &self,
        member: &str,
        cx: &RequestContext,
    ) -> Result<HashMap<String, Origin>, StoreError> {
        let read = "SELECT group_id, origin FROM host_membership
                    WHERE tenant = $1 AND member_id = $2";
        self.memberships(read, member, cx).await
    }

    /// Where a member of a group came from, for each of these.
    pub(crate) async fn members_among(
        &self,
        group: &str,
        members: &[&str],
        cx: &RequestContext,
    ) -> Result<HashMap<String, Origin>, StoreError> {
        let listed: Vec<String> =
            (0..members.len()).map(|index| format!("${}", index + 3)).collect();
        let read = format!(
            "SELECT member_id, origin FROM host_membership
             WHERE tenant = $1 AND group_id = $2 AND member_id IN ({})",
            listed.join(", ")
        );
        let read = query_as(&read).bind(cx.tenant().as_str()).bind(group);
        origins(
            self.records.all(members.iter().fold(read, |read, member| read.bind(*member))).await?,
        )
    }

    /// The host itself has put these into a group.
    pub(crate) async fn note_joined(
        &self,
        group: &str,
        members: &[String],
        origin: Origin,
        cx: &RequestContext,
    ) -> Result<(), StoreError> {
        let origin = encoding::of_word(&origin)?;
        for member in members {
            let note = query(
                "INSERT INTO host_membership (tenant, group_id, member_id, origin)
                 VALUES ($1, $2, $3, $4)
                 ON CONFLICT (tenant, group_id, member_id) DO UPDATE SET origin = excluded.origin",
            );
            let note = note.bind(cx.tenant().as_str()).bind(group).bind(member).bind(&origin);
            self.records.run_aside(note).await?;
        }
        Ok(())
    }

    /// Records that these users left a group, whatever the origin of the membership.
    pub(crate) async fn note_left(
        &self,
        group: &str,
        members: &[String],
        cx: &RequestContext,
    ) -> Result<(), StoreError> {
        let of_host = self.members_of(group, cx).await?;
        for member in members.iter().filter(|member| of_host.contains_key(*member)) {
            let forget = query(
                "DELETE FROM host_membership
                 WHERE tenant = $1 AND group_id = $2 AND member_id = $3",
            );
            self.records
                .run_aside(forget.bind(cx.tenant().as_str()).bind(group).bind(member))
                .await?;
        }
        Ok(())
    }

    /// A user or group is gone.
    pub(crate) async fn forget(&self, id: &str, cx: &RequestContext) -> Result<(), StoreError> {
        let forget = [
            "DELETE FROM host_account WHERE tenant = $1 AND subject = $2",
            "DELETE FROM host_membership WHERE tenant = $1 AND group_id = $2",
            "DELETE FROM host_membership WHERE tenant = $1 AND member_id = $2",
        ];
        let _change = self.changes.begin();
        for forget in forget {
            self.records.run_aside(query(forget).bind(cx.tenant().as_str()).bind(id)).await?;
        }
        Ok(())
    }

    async fn memberships(
        &self,
        read: &str,
        id: &str,
        cx: &RequestContext,
    ) -> Result<HashMap<String, Origin>, StoreError> {
        origins(self.records.all(query_as(read).bind(cx.tenant().as_str()).bind(id)).await?)
    }
}

fn origins(found: Vec<(String, String)>) -> Result<HashMap<String, Origin>, StoreError> {
    found.into_iter().map(|(id, origin)| Ok((id, encoding::word(&origin)?))).collect()
}
