//! What the host itself has to remember between two starts: the hash of the administrator's
//! password, the key of cursors.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scimwire::StoreError;
use sqlx::{query, query_as};

use crate::records::Records;

/// Small secrets by name.
pub(crate) struct Secrets(Arc<Records>);

impl Secrets {
    pub(crate) fn new(records: Arc<Records>) -> Self {
        Self(records)
    }

    /// Keeps `fresh` under that name, unless there is something already; says what there is.
    pub(crate) async fn get_or_keep<const LENGTH: usize>(
        &self,
        name: &str,
        fresh: [u8; LENGTH],
    ) -> Result<[u8; LENGTH], StoreError> {
        let keep = "INSERT INTO host_secret (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        self.0.run(query(keep).bind(name).bind(URL_SAFE_NO_PAD.encode(fresh))).await?;
        let read = query_as("SELECT value FROM host_secret WHERE name = $1").bind(name);
        let (kept,): (String,) = self.0.one(read).await?.ok_or(StoreError::NotFound)?;
        let bytes = URL_SAFE_NO_PAD.decode(kept).map_err(StoreError::other)?;
        let wrong = |_| StoreError::other(format!("the secret `{name}` is of another length"));
        bytes.try_into().map_err(wrong)
    }

    /// Keeps `fresh` under that name, whatever there is.
    pub(crate) async fn keep<const LENGTH: usize>(
        &self,
        name: &str,
        fresh: [u8; LENGTH],
    ) -> Result<(), StoreError> {
        let keep = "INSERT INTO host_secret (name, value) VALUES ($1, $2)
                    ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.0.run(query(keep).bind(name).bind(URL_SAFE_NO_PAD.encode(fresh))).await.map(drop)
    }
}
