//! Secrets of the server that outlive a restart: the hash of the administrator's password, the key
//! of cursors.

use std::sync::Arc;

use scimwire::StoreError;
use sqlx::{query, query_as};

use crate::record_store::Records;

/// Short texts by name.
#[derive(Clone)]
pub(crate) struct Secrets(Arc<Records>);

impl Secrets {
    pub(crate) fn new(records: Arc<Records>) -> Self {
        Self(records)
    }

    pub(crate) async fn get(&self, name: &str) -> Result<Option<String>, StoreError> {
        let read = query_as("SELECT value FROM host_secret WHERE name = $1").bind(name);
        Ok(self.0.one::<(String,)>(read).await?.map(|(value,)| value))
    }

    /// Keeps `fresh` under that name, unless there is something already; says what there is.
    pub(crate) async fn get_or_keep(&self, name: &str, fresh: &str) -> Result<String, StoreError> {
        let keep = "INSERT INTO host_secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        self.0.run(query(keep).bind(name).bind(fresh)).await?;
        self.get(name).await?.ok_or(StoreError::NotFound)
    }

    /// Keeps `fresh` under that name, whatever there is.
    pub(crate) async fn keep(&self, name: &str, fresh: &str) -> Result<(), StoreError> {
        let keep = "INSERT INTO host_secret (name, value) VALUES ($1, $2)
                    ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.0.run(query(keep).bind(name).bind(fresh)).await.map(drop)
    }

    /// Puts `new` in the place of `old`, if that is still there.
    pub(crate) async fn replace(&self, name: &str, old: &str, new: &str) -> Result<(), StoreError> {
        let replace = "UPDATE host_secret SET value = $3 WHERE name = $1 AND value = $2";
        self.0.run(query(replace).bind(name).bind(old).bind(new)).await.map(drop)
    }
}
