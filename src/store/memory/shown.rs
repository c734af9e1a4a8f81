//! Resources with the groups that they are in, as they were shown: kept until they would be shown
//! otherwise, so that their text is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::query::MaxGroups;
use crate::resource::{CacheShare, Resource};
use crate::schema::Attribute;

/// The resources of a tenant that are in groups, as they were shown.
#[derive(Default)]
pub(super) struct Shown {
    kept: Mutex<HashMap<Arc<str>, Kept>>,
    /// Counts the changes after which any of them may be shown otherwise.
    version: u64,
}

/// A resource as it was shown, and what it was made of.
struct Kept {
    shown: Arc<Resource>,
    resource: Arc<Resource>,
    groups: Arc<Attribute>,
    most: MaxGroups,
    version: u64,
    _share: CacheShare,
}

impl Shown {
    /// Returns the resource as it was shown, if it is still shown so.
    pub(super) fn get(
        &self,
        resource: &Arc<Resource>,
        groups: &Arc<Attribute>,
        most: MaxGroups,
    ) -> Option<Arc<Resource>> {
        let all = self.lock();
        let kept = all.get(resource.id())?;
        let is_as_before = kept.version == self.version
            && Arc::ptr_eq(&kept.resource, resource)
            && Arc::ptr_eq(&kept.groups, groups)
            && kept.most == most;
        is_as_before.then(|| Arc::clone(&kept.shown))
    }

    /// Keeps a resource as it is shown, if it was shown before and there is room for it.
    pub(super) fn keep(
        &self,
        id: &Arc<str>,
        resource: &Arc<Resource>,
        (groups, most): (&Arc<Attribute>, MaxGroups),
        shown: &Arc<Resource>,
    ) {
        if !resource.is_shown_again() {
            return;
        }
        let mut all = self.lock();
        // What it was before makes room first.
        all.remove(id);
        if let Some(share) = CacheShare::take(shown.memory()) {
            // That it is shown again goes for the copy, too: its text is kept at once.
            shown.is_shown_again();
            let kept = Kept {
                shown: Arc::clone(shown),
                resource: Arc::clone(resource),
                groups: Arc::clone(groups),
                most,
                version: self.version,
                _share: share,
            };
            all.insert(Arc::clone(id), kept);
        }
    }

    /// Forgets one: it is in other groups now, or gone.
    pub(super) fn forget(&mut self, id: &str) {
        self.kept.get_mut().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// Forgets all: a group has another name, or is in other groups now. Each makes room when it is
    /// shown again, so that no change waits until all are dropped.
    pub(super) fn forget_all(&mut self) {
        self.version += 1;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
