//! Where a user, a group or a membership came from. It stands in the host's own ledger, where no
//! SCIM request reaches.

use std::sync::Arc;

use async_trait::async_trait;
use scimwire::StoreError;
use scimwire::auth::RequestContext;
use scimwire::hooks::Hooks;
use scimwire::store::{Change, ChangeKind};
use serde::{Deserialize, Serialize};

use super::log_failure;
use crate::provenance::Ledger;

/// The origin of a user, group or membership.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Origin {
    /// From an identity provider, over SCIM.
    #[default]
    Idp,
    /// From the host itself: its administrator, or one of its rules.
    Local,
    /// From a first sign-in, before the identity provider spoke of it.
    Jit,
}

impl Origin {
    /// Who makes a change: the host says so in the context of its own changes; all others come from
    /// identity providers.
    pub(crate) fn of(cx: &RequestContext) -> Self {
        cx.extensions.get().copied().unwrap_or_default()
    }

    /// The same context, for a change of this origin.
    pub(crate) fn context(self, cx: &RequestContext) -> RequestContext {
        cx.clone().with_data(self)
    }
}

/// Writes down where things came from. What the ledger does not know came from an identity
/// provider.
pub(super) struct NoteOrigin {
    ledger: Arc<Ledger>,
}

impl NoteOrigin {
    pub(super) fn new(ledger: Arc<Ledger>) -> Self {
        Self { ledger }
    }

    async fn note(&self, change: &Change, cx: &RequestContext) -> Result<(), StoreError> {
        let origin = Origin::of(cx);
        let members = &change.members;
        if change.operation == ChangeKind::Delete {
            return self.ledger.forget(&change.id, cx).await;
        }
        if change.operation == ChangeKind::Create && origin != Origin::Idp {
            self.ledger.note_origin(&change.id, origin, cx).await?;
        }
        if !members.removed.is_empty() {
            self.ledger.note_left(&change.id, &members.removed, cx).await?;
        }
        if origin != Origin::Idp {
            self.ledger.note_joined(&change.id, &members.added, origin, cx).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Hooks for NoteOrigin {
    async fn after_commit(&self, change: &Change, cx: &RequestContext) {
        log_failure("origin", self.note(change, cx).await);
    }
}
