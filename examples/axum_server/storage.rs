//! Storage for resources: in memory, in a SQLite file, or in a PostgreSQL database.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::sync::Arc;

use scimwire::schema::ResourceType;
use scimwire::{MemoryDirectory, ResourceStore};
use scimwire_sqlx::{OpenError, PostgresDirectory, SqliteDirectory};

use crate::options::Database;
use crate::record_store::RecordsError;

/// A database that was opened.
pub(crate) enum Directory {
    Memory(MemoryDirectory),
    Sqlite(SqliteDirectory),
    Postgres(PostgresDirectory),
}

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseError {
    #[error("`--database`: {0}")]
    Open(#[from] OpenError),
    #[error("`--database`: {0}")]
    Records(#[from] RecordsError),
    #[error("`--database`: cannot create the file: {0}")]
    File(#[from] io::Error),
}

impl Directory {
    pub(crate) async fn open(database: &Database) -> Result<Self, DatabaseError> {
        match database {
            Database::Memory => Ok(Self::Memory(MemoryDirectory::new())),
            Database::Sqlite(path) => {
                make_for_oneself(path)?;
                Ok(Self::Sqlite(SqliteDirectory::open(path).await?))
            }
            Database::Postgres(url) => Ok(Self::Postgres(PostgresDirectory::connect(url).await?)),
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

/// Makes the file, if there is none, so that nobody else on the machine can read who is in it. What
/// SQLite puts beside it has the same permissions.
fn make_for_oneself(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(err) if err.kind() != io::ErrorKind::AlreadyExists => Err(err),
        Ok(_) | Err(_) => Ok(()),
    }
}
