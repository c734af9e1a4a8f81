//! The changes that one request caused, directly or by a rule.

use std::sync::{Arc, Mutex, PoisonError};

use scimwire::auth::RequestContext;

use crate::hooks::events::Told;

/// Travels with a request: from its extensions into the context in which it changes something,
/// where it collects.
#[derive(Clone, Default)]
pub(crate) struct Trace(Arc<Mutex<Vec<Told>>>);

impl Trace {
    /// Writes down what was told, if the request is traced.
    pub(crate) fn note(cx: &RequestContext, told: &Told) {
        if let Some(Self(changes)) = cx.extensions.get() {
            changes.lock().unwrap_or_else(PoisonError::into_inner).push(told.clone());
        }
    }

    pub(super) fn take(&self) -> Vec<Told> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
