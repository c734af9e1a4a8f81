//! A database, and the stores it hands out.

use std::fmt;
use std::sync::Arc;

use crate::database::Engine;
use crate::migration::{OpenError, prepare};
use crate::shares::Shares;
use crate::store::Store;
use scimwire::schema::ResourceType;

/// A database with resources of several types, and a store for each.
#[cfg_attr(
    feature = "sqlite",
    doc = r#"
```
use scimwire::{Dispatcher, ResourceType};
use scimwire_sqlx::SqliteDirectory;

# #[tokio::main(flavor = "current_thread")]
# async fn main() -> Result<(), Box<dyn std::error::Error>> {
# let folder = tempfile::tempdir()?;
# let path = folder.path().join("scim.db");
let directory = SqliteDirectory::open(path).await?;
let (users, groups) = (ResourceType::user(), ResourceType::group());
let scim = Dispatcher::builder("https://example.com/scim/v2")
    .resource_type(users.clone(), directory.store(users))
    .resource_type(groups.clone(), directory.store(groups))
    .unauthenticated()
    .build()?;
# Ok(())
# }
```
"#
)]
pub struct Directory<E> {
    pub(super) engine: Arc<E>,
    pub(super) shares: Arc<Shares>,
    pub(super) keeps_dangling: bool,
}

impl<E: Engine> Directory<E> {
    pub(super) async fn over(engine: E, shares: Shares, migrate: bool) -> Result<Self, OpenError> {
        prepare(&engine, migrate).await?;
        Ok(Self { engine: Arc::new(engine), shares: Arc::new(shares), keeps_dangling: false })
    }

    /// Keeps the ids of deleted resources in their groups. By default they are removed.
    #[must_use]
    pub fn keeping_dangling_members(self) -> Self {
        Self { keeps_dangling: true, ..self }
    }

    /// Returns the store of a resource type.
    ///
    /// At its first use, the store compares the attributes of the type with its index columns. If
    /// they differ, for example because an attribute became unique, it rebuilds them all. No other
    /// process may serve the type meanwhile.
    pub fn store(&self, resource_type: impl Into<Arc<ResourceType>>) -> Store<E> {
        Store::new(self.clone(), resource_type.into())
    }
}

impl<E> Clone for Directory<E> {
    fn clone(&self) -> Self {
        Self {
            engine: Arc::clone(&self.engine),
            shares: Arc::clone(&self.shares),
            keeps_dangling: self.keeps_dangling,
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for Directory<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory")
            .field("engine", &self.engine)
            .field("keeps_dangling", &self.keeps_dangling)
            .finish_non_exhaustive()
    }
}
