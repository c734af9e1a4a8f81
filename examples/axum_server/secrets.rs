//! What the host itself has to remember between two starts: the hash of the administrator's
//! password, the key of cursors.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scimwire::schema::{ResourceType, SchemaError, Uniqueness};
use scimwire::{ResourceStore, StoreError};
use serde::{Deserialize, Serialize};

use crate::records::{Records, host, text};

/// Small secrets by name.
pub(crate) struct Secrets(Records<Named>);

#[derive(Serialize, Deserialize)]
struct Named {
    name: String,
    /// In base64.
    value: String,
}

impl Secrets {
    pub(crate) fn new(
        store: impl Fn(&Arc<ResourceType>) -> Arc<dyn ResourceStore>,
    ) -> Result<Self, SchemaError> {
        let attributes =
            [text("name").required().uniqueness(Uniqueness::Server), text("value").required()];
        Records::new("HostSecret", attributes, store).map(Self)
    }

    pub(crate) async fn get<const LENGTH: usize>(
        &self,
        name: &str,
    ) -> Result<Option<[u8; LENGTH]>, StoreError> {
        let found = self.0.find("name", name, &host()).await?;
        found.first().map(|kept| read(&kept.record)).transpose()
    }

    /// Keeps `fresh` under that name, unless there is something already; says what there is.
    pub(crate) async fn get_or_keep<const LENGTH: usize>(
        &self,
        name: &str,
        fresh: [u8; LENGTH],
    ) -> Result<[u8; LENGTH], StoreError> {
        let named = Named { name: name.to_owned(), value: URL_SAFE_NO_PAD.encode(fresh) };
        match self.0.create(&named, &host()).await {
            Ok(()) => Ok(fresh),
            Err(StoreError::Conflict { .. }) => self.get(name).await?.ok_or(StoreError::NotFound),
            Err(err) => Err(err),
        }
    }

    /// Keeps `fresh` under that name, whatever there is.
    pub(crate) async fn keep<const LENGTH: usize>(
        &self,
        name: &str,
        fresh: [u8; LENGTH],
    ) -> Result<(), StoreError> {
        while self.get_or_keep(name, fresh).await? != fresh {
            for old in self.0.find("name", name, &host()).await? {
                match self.0.delete(&old, &host()).await {
                    // Another process was faster.
                    Ok(()) | Err(StoreError::NotFound | StoreError::VersionMismatch) => {}
                    Err(err) => return Err(err),
                }
            }
        }
        Ok(())
    }
}

fn read<const LENGTH: usize>(named: &Named) -> Result<[u8; LENGTH], StoreError> {
    let bytes = URL_SAFE_NO_PAD.decode(&named.value).map_err(StoreError::other)?;
    bytes
        .try_into()
        .map_err(|_| StoreError::other(format!("the secret `{}` is of another length", named.name)))
}
