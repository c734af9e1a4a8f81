//! Hashes, times and words as they stand in records.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use scimwire::StoreError;
use scimwire::auth::TokenHash;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) fn of_hash(hash: &TokenHash) -> String {
    URL_SAFE_NO_PAD.encode(hash.as_bytes())
}

pub(crate) fn hash(text: &str) -> Result<TokenHash, StoreError> {
    let bytes =
        URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes.map(TokenHash::from).ok_or_else(|| StoreError::other("there is no hash in a record"))
}

pub(crate) fn of_time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

pub(crate) fn time(text: &str) -> Result<DateTime<Utc>, StoreError> {
    text.parse().map_err(|_| StoreError::other("there is no time in a record"))
}

/// The word for a value that is one in JSON.
pub(crate) fn of_word(value: &impl Serialize) -> Result<String, StoreError> {
    match serde_json::to_value(value).map_err(StoreError::other)? {
        Value::String(word) => Ok(word),
        _ => Err(StoreError::other("the value is not a word")),
    }
}

pub(crate) fn word<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_value(text.into()).map_err(StoreError::other)
}

pub(crate) fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// So long after `time`.
pub(crate) fn after(time: DateTime<Utc>, lifetime: Duration) -> DateTime<Utc> {
    let lifetime = TimeDelta::from_std(lifetime).unwrap_or(TimeDelta::MAX);
    time.checked_add_signed(lifetime).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
