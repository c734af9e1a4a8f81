//! Secrets: made from the system's random numbers, and kept as hashes only.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// The SHA-256 of a secret. Two are compared instead of the secrets: how long that takes tells nothing of use, since
/// nobody can choose a secret by its hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SecretHash([u8; 32]);

impl SecretHash {
    pub(crate) fn of(secret: impl AsRef<[u8]>) -> Self {
        Self(Sha256::digest(secret).into())
    }
}

/// A token that nobody can guess, in letters that need no escape in a header, a shell or a URL.
pub(crate) fn fresh_token() -> Result<String, io::Error> {
    random_bytes::<32>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
}

pub(crate) fn random_bytes<const LENGTH: usize>() -> Result<[u8; LENGTH], io::Error> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|err| io::Error::other(err.to_string()))?;
    Ok(bytes)
}
