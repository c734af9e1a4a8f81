//! The administrator's password, of which a hash is kept that takes long to make, so that nobody
//! who reads it finds out what was typed.

use std::sync::{Mutex, PoisonError};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use scimwire::auth::TokenHash;
use scimwire::{Secret, StoreError};
use tokio::sync::Semaphore;
use tokio::task;

use crate::encoding;

/// How many are worked on at once: each takes 19 MiB, and a thread, for as long as a person does
/// not mind.
static ROOM: Semaphore = Semaphore::const_new(2);

/// The hash of a password.
pub(super) struct Password(Mutex<String>);

/// The result of checking a password.
pub(super) enum Judged {
    Wrong,
    Right,
    /// Right, and its hash is of an earlier version, which hashed as is done for tokens: this one
    /// takes its place.
    Outdated {
        old: String,
        new: String,
    },
}

impl Password {
    pub(super) fn of_hash(hash: String) -> Self {
        Self(Mutex::new(hash))
    }

    pub(super) async fn judge(&self, typed: &Secret) -> Result<Judged, StoreError> {
        let hash = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if hash.starts_with('$') {
            let is_right = move |typed: &Secret| {
                let hash = PasswordHash::new(&hash).map_err(StoreError::other)?;
                let typed = typed.expose().as_bytes();
                Ok(Argon2::default().verify_password(typed, &hash).is_ok())
            };
            let is_right = aside(typed, is_right).await?;
            return Ok(if is_right { Judged::Right } else { Judged::Wrong });
        }
        if encoding::hash(&hash)? != TokenHash::new(typed) {
            return Ok(Judged::Wrong);
        }
        let new = self::hash(typed).await?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&new);
        Ok(Judged::Outdated { old: hash, new })
    }
}

/// The hash of a password, with parameters and salt in it.
pub(super) async fn hash(password: &Secret) -> Result<String, StoreError> {
    aside(password, |password| {
        let hash = Argon2::default().hash_password(password.expose().as_bytes());
        hash.map(|hash| hash.to_string()).map_err(StoreError::other)
    })
    .await
}

/// Where no request waits for the thread.
async fn aside<T: Send + 'static>(
    password: &Secret,
    work: impl FnOnce(&Secret) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let password = password.clone();
    let place = ROOM.acquire().await.map_err(StoreError::other)?;
    // It keeps its place until it is done, whether or not somebody still waits for it.
    let work = move || {
        let done = work(&password);
        drop(place);
        done
    };
    task::spawn_blocking(work).await.map_err(StoreError::other)?
}
