//! Serializing changes.

use std::any::Any;
use std::fmt;

/// A guard that is held during a change, such as that of a lock; see
/// [`Policy::turn`](super::Policy::turn).
///
/// ```
/// use std::sync::Arc;
/// use scimwire::Error;
/// use scimwire::auth::RequestContext;
/// use scimwire::hooks::{Policy, Turn};
/// use tokio::sync::Mutex;
///
/// /// Allows one change at a time, so that they are reported in the order in which they are made.
/// #[derive(Default)]
/// struct OneByOne(Arc<Mutex<()>>);
///
/// #[async_trait::async_trait]
/// impl Policy for OneByOne {
///     async fn turn(&self, _cx: &RequestContext) -> Result<Turn, Error> {
///         Ok(Turn::holding(Arc::clone(&self.0).lock_owned().await))
///     }
/// }
/// ```
#[derive(Default)]
#[must_use = "the guard is released when this is dropped"]
pub struct Turn(Vec<Box<dyn Any + Send>>);

impl Turn {
    /// Holds `guard`.
    pub fn holding(guard: impl Any + Send) -> Self {
        Self(vec![Box::new(guard)])
    }

    /// Holds the guards of `other`, too.
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn").field("held", &self.0.len()).finish()
    }
}
