//! Where resources are kept: in memory, in a SQLite file, or in a PostgreSQL database.

use std::sync::Arc;

use scimwire::backend::{OpenError, PostgresDirectory, SqliteDirectory};
use scimwire::schema::ResourceType;
use scimwire::{MemoryDirectory, ResourceStore};

use crate::options::Database;

/// A database that was opened.
pub(crate) enum Directory {
    Memory(MemoryDirectory),
    Sqlite(SqliteDirectory),
    Postgres(PostgresDirectory),
}

impl Directory {
    pub(crate) async fn open(database: &Database) -> Result<Self, OpenError> {
        match database {
            Database::Memory => Ok(Self::Memory(MemoryDirectory::new())),
            Database::Sqlite(path) => SqliteDirectory::open(path).await.map(Self::Sqlite),
            Database::Postgres(url) => PostgresDirectory::connect(url).await.map(Self::Postgres),
        }
    }

    pub(crate) fn store(&self, resource_type: &Arc<ResourceType>) -> Arc<dyn ResourceStore> {
        let resource_type = Arc::clone(resource_type);
        match self {
            Self::Memory(directory) => Arc::new(directory.store(resource_type)),
            Self::Sqlite(directory) => Arc::new(directory.store(resource_type)),
            Self::Postgres(directory) => Arc::new(directory.store(resource_type)),
        }
    }
}
