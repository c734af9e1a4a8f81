//! A database, and the stores it hands out.

use std::fmt;
use std::sync::Arc;

use crate::database::Database;
use crate::migration::{OpenError, prepare};
use crate::shares::Shares;
use crate::store::SqlStore;
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
    .store(directory.store(users))
    .store(directory.store(groups))
    .unauthenticated()
    .build()?;
# Ok(())
# }
```
"#
)]
pub struct SqlDirectory<D> {
    pub(super) database: Arc<D>,
    pub(super) shares: Arc<Shares>,
    pub(super) keeps_dangling: bool,
}

impl<D: Database> SqlDirectory<D> {
    pub(super) async fn over(
        database: D,
        shares: Shares,
        migrate: bool,
    ) -> Result<Self, OpenError> {
        prepare(&database, migrate).await?;
        Ok(Self { database: Arc::new(database), shares: Arc::new(shares), keeps_dangling: false })
    }

    /// Keeps the ids of deleted resources in their groups. By default they are removed.
    #[must_use]
    pub fn retain_dangling_members(self) -> Self {
        Self { keeps_dangling: true, ..self }
    }

    /// Returns the store of a resource type.
    ///
    /// At its first use, the store compares the attributes of the type with its index columns. If
    /// they differ, for example because an attribute became unique, it rebuilds them all. No other
    /// process may serve the type meanwhile.
    pub fn store(&self, resource_type: impl Into<Arc<ResourceType>>) -> SqlStore<D> {
        SqlStore::new(self.clone(), resource_type.into())
    }
}

impl<D> Clone for SqlDirectory<D> {
    fn clone(&self) -> Self {
        Self {
            database: Arc::clone(&self.database),
            shares: Arc::clone(&self.shares),
            keeps_dangling: self.keeps_dangling,
        }
    }
}

impl<D: fmt::Debug> fmt::Debug for SqlDirectory<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlDirectory")
            .field("database", &self.database)
            .field("keeps_dangling", &self.keeps_dangling)
            .finish_non_exhaustive()
    }
}
