//! What the host knows of users, groups and memberships besides SCIM: where they came from, and how
//! large accounts are.
//!
//! It is kept where the resources are, as records of one tenant each. What is not in it came from
//! an identity provider and has no size. Events are not in it: they are gone when the server ends.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use scimwire::auth::RequestContext;
use scimwire::filter::{CompValue, CompareOp, Filter};
use scimwire::schema::{Attribute, AttributeType, ResourceType, SchemaError, Uniqueness};
use scimwire::service::Resources;
use scimwire::{Resource, ResourceStore, StoreError};
use serde::Deserialize;
use serde_json::Value;

use crate::policy::origin::Origin;
use crate::records::record_type;

/// The host's own records.
pub(crate) struct Ledger {
    accounts: Resources,
    memberships: Resources,
}

/// What is known of a user or a group.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Account {
    pub(crate) origin: Origin,
    pub(crate) quota_gb: Option<u32>,
}

#[derive(Deserialize)]
struct Membership {
    group: String,
    member: String,
    origin: Origin,
}

impl Ledger {
    /// Over the stores of its own types, which `store` hands out.
    pub(crate) fn new(
        store: impl Fn(&Arc<ResourceType>) -> Arc<dyn ResourceStore>,
    ) -> Result<Self, SchemaError> {
        let access = |resource_type: ResourceType| {
            let resource_type = Arc::new(resource_type);
            Resources::new(Arc::clone(&resource_type), store(&resource_type))
        };
        let id = |name| Attribute::builder(name, AttributeType::String).case_exact().required();
        let origin = Attribute::builder("origin", AttributeType::String);
        let quota = Attribute::builder("quotaGb", AttributeType::Integer);
        let account = [id("subject").uniqueness(Uniqueness::Server), origin.clone(), quota];
        let membership = [id("group"), id("member"), origin.required()];
        Ok(Self {
            accounts: access(record_type("HostAccount", account)?),
            memberships: access(
                record_type("HostMembership", membership)?.indexed("group").indexed("member"),
            ),
        })
    }

    /// What is known of a user or a group.
    pub(crate) async fn account(
        &self,
        id: &str,
        cx: &RequestContext,
    ) -> Result<Account, StoreError> {
        match self.record_of(id, cx).await? {
            Some(record) => record.view().map_err(StoreError::other),
            None => Ok(Account::default()),
        }
    }

    pub(crate) async fn note_origin(
        &self,
        id: &str,
        origin: Origin,
        cx: &RequestContext,
    ) -> Result<(), StoreError> {
        let origin = serde_json::to_value(origin).map_err(StoreError::other)?;
        self.note(id, "origin", origin, cx).await
    }

    pub(crate) async fn note_quota(
        &self,
        id: &str,
        gigabytes: u32,
        cx: &RequestContext,
    ) -> Result<(), StoreError> {
        self.note(id, "quotaGb", gigabytes.into(), cx).await
    }

    /// The members that the host itself has put into a group.
    pub(crate) async fn members_of(
        &self,
        group: &str,
        cx: &RequestContext,
    ) -> Result<HashMap<String, Origin>, StoreError> {
        let found = self.memberships("group", group, cx).await?;
        Ok(found
            .into_iter()
            .map(|(_, membership)| (membership.member, membership.origin))
            .collect())
    }

    /// The same, among these members alone.
    pub(crate) async fn members_among(
        &self,
        group: &str,
        members: &[&str],
        cx: &RequestContext,
    ) -> Result<HashMap<String, Origin>, StoreError> {
        let filter = Filter::And(vec![equals("group", group)?, any_of("member", members)?]);
        let found = self.memberships.matching(&filter, cx).await?;
        let read = |record: Arc<Resource>| record.view().map_err(StoreError::other);
        found
            .into_iter()
            .map(|record| read(record).map(|found: Membership| (found.member, found.origin)))
            .collect()
    }

    /// The groups that the host itself has put a user into.
    pub(crate) async fn groups_of(
        &self,
        member: &str,
        cx: &RequestContext,
    ) -> Result<HashMap<String, Origin>, StoreError> {
        let found = self.memberships("member", member, cx).await?;
        Ok(found.into_iter().map(|(_, membership)| (membership.group, membership.origin)).collect())
    }

    /// The host itself has put these into a group.
    pub(crate) async fn note_joined(
        &self,
        group: &str,
        members: &[String],
        origin: Origin,
        cx: &RequestContext,
    ) -> Result<(), StoreError> {
        let origin = serde_json::to_value(origin).map_err(StoreError::other)?;
        for member in members {
            let mut record = Resource::default();
            record.set("group", group);
            record.set("member", member.as_str());
            record.set("origin", origin.clone());
            self.memberships.create(record, cx).await?;
        }
        Ok(())
    }

    /// These have left a group, whoever had put them there.
    pub(crate) async fn note_left(
        &self,
        group: &str,
        members: &[String],
        cx: &RequestContext,
    ) -> Result<(), StoreError> {
        let members: HashSet<&str> = members.iter().map(String::as_str).collect();
        for (id, membership) in self.memberships("group", group, cx).await? {
            if members.contains(membership.member.as_str()) {
                self.memberships.delete(&id, cx).await?;
            }
        }
        Ok(())
    }

    /// A user or group is gone.
    pub(crate) async fn forget(&self, id: &str, cx: &RequestContext) -> Result<(), StoreError> {
        if let Some(record) = self.record_of(id, cx).await? {
            self.accounts.delete(record.id(), cx).await?;
        }
        for side in ["group", "member"] {
            for (record, _) in self.memberships(side, id, cx).await? {
                self.memberships.delete(&record, cx).await?;
            }
        }
        Ok(())
    }

    async fn note(
        &self,
        id: &str,
        attribute: &str,
        value: Value,
        cx: &RequestContext,
    ) -> Result<(), StoreError> {
        if let Some(record) = self.record_of(id, cx).await? {
            return self.accounts.replace(record.id(), attribute, value, cx).await.map(drop);
        }
        let mut record = Resource::default();
        record.set("subject", id);
        record.set(attribute, value);
        self.accounts.create(record, cx).await.map(drop)
    }

    async fn record_of(
        &self,
        id: &str,
        cx: &RequestContext,
    ) -> Result<Option<Arc<Resource>>, StoreError> {
        Ok(self.accounts.find("subject", id, cx).await?.into_iter().next())
    }

    /// The memberships with that group or member, each with the id of its record.
    async fn memberships(
        &self,
        side: &str,
        id: &str,
        cx: &RequestContext,
    ) -> Result<Vec<(String, Membership)>, StoreError> {
        let found = self.memberships.find(side, id, cx).await?;
        let read = |record: Arc<Resource>| {
            Ok((record.id().to_owned(), record.view().map_err(StoreError::other)?))
        };
        found.into_iter().map(read).collect()
    }
}

/// Holds where an attribute has one of these texts.
pub(crate) fn any_of(attribute: &str, texts: &[&str]) -> Result<Filter, StoreError> {
    match texts {
        [text] => equals(attribute, text),
        texts => texts
            .iter()
            .map(|text| equals(attribute, text))
            .collect::<Result<_, _>>()
            .map(Filter::Or),
    }
}

fn equals(attribute: &str, text: &str) -> Result<Filter, StoreError> {
    let path = attribute.parse().map_err(StoreError::other)?;
    Ok(Filter::Compare { path, op: CompareOp::Eq, value: CompValue::String(text.to_owned()) })
}
