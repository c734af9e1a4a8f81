//! A hook that writes down what it hears.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::hooks::Hooks;
use scimwire::store::{Change, ChangeKind};

/// All that the host heard since it was last asked.
#[derive(Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<Change>>>);

impl Recorder {
    /// What was heard.
    pub fn all(&self) -> Vec<Change> {
        std::mem::take(&mut *self.0.lock().expect("no panic while it is held"))
    }

    /// The one change that was heard.
    #[track_caller]
    pub fn one(&self) -> Heard {
        let mut changes = self.all();
        assert_eq!(changes.len(), 1, "{changes:?}");
        Heard::from(changes.remove(0))
    }

    /// Nothing was heard.
    #[track_caller]
    pub fn none(&self) {
        let changes = self.all();
        assert!(changes.is_empty(), "{changes:?}");
    }
}

#[async_trait]
impl Hooks for Recorder {
    async fn after_commit(&self, change: &Change, cx: &RequestContext) {
        assert_eq!(&change.tenant, cx.tenant());
        self.0.lock().expect("no panic while it is held").push(change.clone());
    }
}

/// A change, as far as tests look at it.
#[derive(Debug, PartialEq)]
pub struct Heard {
    pub operation: ChangeKind,
    pub resource_type: String,
    pub id: String,
    pub version: String,
    pub paths: Vec<String>,
    pub added: Vec<String>,
    pub removed: Vec<String>,
    pub rewritten: bool,
    pub activated: bool,
    pub deactivated: bool,
}

impl From<Change> for Heard {
    fn from(change: Change) -> Self {
        let (activated, deactivated) = (change.is_activation(), change.is_deactivation());
        let sorted = |mut ids: Vec<String>| {
            ids.sort_unstable();
            ids
        };
        Self {
            operation: change.operation,
            resource_type: change.resource_type.name().to_owned(),
            id: change.id,
            version: change.version.map(|version| version.to_string()).unwrap_or_default(),
            paths: sorted(change.paths.iter().map(ToString::to_string).collect()),
            added: sorted(change.members.added),
            removed: sorted(change.members.removed),
            rewritten: change.members.modified,
            activated,
            deactivated,
        }
    }
}
