//! Serializing changes.

use std::any::Any;
use std::fmt;

/// A guard that is held during a change, such as that of a lock; see
/// [`Hooks::begin`](super::Hooks::begin).
///
/// ```
/// use std::sync::Arc;
/// use scimwire::Error;
/// use scimwire::auth::RequestContext;
/// use scimwire::hooks::{Hooks, ChangeGuard};
/// use tokio::sync::Mutex;
///
/// /// Allows one change at a time, so that they are reported in the order in which they are made.
/// #[derive(Default)]
/// struct OneByOne(Arc<Mutex<()>>);
///
/// #[async_trait::async_trait]
/// impl Hooks for OneByOne {
///     async fn begin(&self, _cx: &RequestContext) -> Result<ChangeGuard, Error> {
///         Ok(ChangeGuard::new(Arc::clone(&self.0).lock_owned().await))
///     }
/// }
/// ```
#[derive(Default)]
#[must_use = "the guard is released when this is dropped"]
pub struct ChangeGuard(Vec<Box<dyn Any + Send>>);

impl ChangeGuard {
    /// Holds `guard`.
    pub fn new(guard: impl Any + Send) -> Self {
        Self(vec![Box::new(guard)])
    }

    /// Holds the guards of `other`, too.
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl fmt::Debug for ChangeGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeGuard").field("held", &self.0.len()).finish()
    }
}
