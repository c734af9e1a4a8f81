//! Users who were there before the identity provider spoke of them, since they had signed in: it
//! takes them over.

use std::sync::Arc;

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::hooks::{CreateDecision, CreateEvent, Hooks};
use scimwire::service::Resources;
use scimwire::store::{Change, ChangeKind};
use scimwire::{Error, StoreError};

use super::account_size::AccountSize;
use super::log_failure;
use super::origin::Origin;
use crate::provenance::Ledger;

/// Has a user of origin `JIT` adopted by a POST with the same `userName`, or by whatever the
/// identity provider changes about one that it has found. What the POST leaves out stays as it was.
/// From then on the origin is `IDP`. Users of origin `LOCAL` stay the host's: a POST is a conflict.
pub(super) struct JustInTime {
    users: Resources,
    ledger: Arc<Ledger>,
    account_size: Arc<AccountSize>,
}

impl JustInTime {
    pub(super) fn new(
        users: Resources,
        ledger: Arc<Ledger>,
        account_size: Arc<AccountSize>,
    ) -> Self {
        Self { users, ledger, account_size }
    }

    async fn waiting(
        &self,
        user_name: &str,
        cx: &RequestContext,
    ) -> Result<CreateDecision, StoreError> {
        for user in self.users.find_by("userName", user_name, cx).await? {
            if self.is_waiting(user.id(), cx).await? {
                return Ok(CreateDecision::link(user.id()));
            }
        }
        Ok(CreateDecision::Create)
    }

    async fn is_waiting(&self, id: &str, cx: &RequestContext) -> Result<bool, StoreError> {
        Ok(self.ledger.account(id, cx).await?.origin == Origin::Jit)
    }

    async fn take_over(&self, change: &Change, cx: &RequestContext) -> Result<(), StoreError> {
        let by_provider = Origin::of(cx) == Origin::Idp && change.resource_type.name() == "User";
        if !by_provider || !self.is_waiting(&change.id, cx).await? {
            return Ok(());
        }
        self.ledger.note_origin(&change.id, Origin::Idp, cx).await?;
        self.account_size.provision(&change.id, cx).await
    }
}

#[async_trait]
impl Hooks for JustInTime {
    async fn before_create(&self, event: &mut CreateEvent<'_>) -> Result<CreateDecision, Error> {
        let CreateEvent { resource_type, resource, cx, .. } = event;
        match resource.get_str("userName") {
            Some(user_name) if resource_type.name() == "User" => {
                Ok(self.waiting(user_name, cx).await?)
            }
            _ => Ok(CreateDecision::Create),
        }
    }

    async fn after_commit(&self, change: &Change, cx: &RequestContext) {
        if change.operation == ChangeKind::Update {
            log_failure("just in time", self.take_over(change, cx).await);
        }
    }

    // A POST that says what is known already changes nothing, and adopts all the same.
    async fn after_link(&self, change: &Change, cx: &RequestContext) {
        log_failure("just in time", self.take_over(change, cx).await);
    }
}
