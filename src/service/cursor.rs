//! Cursors: where the next page begins, in text that a client hands back (RFC 9865).
//!
//! A cursor holds the position of the last resource of a page, bound to the query by a fingerprint;
//! the service provider keeps nothing, so that any process of a cluster can go on. Of a sort key
//! that is too long for that it holds the beginning and a hash: [`super::resume`] makes a position
//! of them again.

use std::hash::{Hash, Hasher};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use siphasher::sip128::{Hasher128, SipHasher24};

use super::limits::Limits;
use crate::error::{Error, ScimType};
use crate::message::SearchRequest;
use crate::query::{Position, SortKey};
use crate::store::StoreError;

/// The most bytes of a cursor: it goes into a URL. A longer one is none of ours.
const LENGTH: usize = 2_000;

/// The most bytes of a sort key in a cursor, written as JSON.
const KEY: usize = 512;

/// The bytes of the checksum at the end of a cursor.
const CHECKSUM: usize = 16;

/// A position, and the query that it belongs to.
#[derive(Serialize, Deserialize)]
struct Token {
    /// The sort key; where there is a hash of the whole one, what it begins with.
    #[serde(rename = "k")]
    key: Option<SortKey>,
    /// The hash of a sort key that is too long for a cursor.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    hash: Option<KeyHash>,
    /// The id.
    #[serde(rename = "i")]
    id: String,
    /// The `count` of the first page.
    #[serde(rename = "c")]
    count: Option<i64>,
    /// When the first page was sent, in seconds.
    #[serde(rename = "t")]
    issued: i64,
}

/// The hash of a sort key.
type KeyHash = (u64, u64);

/// The position that a cursor stands for.
pub(super) enum Place {
    /// Behind this position.
    Behind(Position),
    /// Behind a resource of which the position has to be found out.
    Shortened(Shortened),
}

/// The shortened form of a position whose sort key does not fit into a cursor.
pub(super) struct Shortened {
    /// The prefix of the sort key, if it is text.
    pub(super) beginning: Option<String>,
    /// The hash of the sort key.
    pub(super) hash: KeyHash,
    /// The id.
    pub(super) id: String,
}

/// Makes and reads the cursors of one query.
pub(super) struct Cursors<'p> {
    key: &'p [u8; 16],
    fingerprint: u128,
    count: Option<i64>,
    limits: &'p Limits,
    now: DateTime<Utc>,
}

impl<'p> Cursors<'p> {
    /// The cursors of the query that `request` makes of these resource types for `tenant`.
    pub(super) fn new(
        key: &'p [u8; 16],
        limits: &'p Limits,
        now: DateTime<Utc>,
        (tenant, types): (&str, &[&str]),
        request: &SearchRequest,
    ) -> Self {
        let mut cursors = Self { key, fingerprint: 0, count: request.count, limits, now };
        if request.cursor.is_some() {
            let mut hasher = SipHasher24::new_with_key(key);
            (tenant, types, &request.filter, &request.sort_by, &request.sort_order)
                .hash(&mut hasher);
            (&request.attributes, &request.excluded_attributes).hash(&mut hasher);
            cursors.fingerprint = hasher.finish128().into();
        }
        cursors
    }

    /// The cursor of the page behind `position`.
    ///
    /// # Errors
    ///
    /// - the id is too long for a cursor: one of more than about 800 bytes, of a store of the
    ///   host's.
    pub(super) fn after(&self, position: Position) -> Result<String, StoreError> {
        let (key, hash) = match position.key {
            Some(key) => self.shortened(key)?,
            None => (None, None),
        };
        let token =
            Token { key, hash, id: position.id, count: self.count, issued: self.now.timestamp() };
        let mut bytes = serde_json::to_vec(&token).map_err(StoreError::other)?;
        let checksum = self.checksum(&bytes);
        bytes.extend(checksum);
        let cursor = URL_SAFE_NO_PAD.encode(bytes);
        if cursor.len() > LENGTH {
            Err(StoreError::other("an id is too long for a cursor"))
        } else {
            Ok(cursor)
        }
    }

    /// A sort key as it is kept, and its hash if that is not the whole.
    fn shortened(&self, key: SortKey) -> Result<(Option<SortKey>, Option<KeyHash>), StoreError> {
        let whole = serde_json::to_vec(&key).map_err(StoreError::other)?;
        if whole.len() <= KEY {
            return Ok((Some(key), None));
        }
        let beginning = match key {
            SortKey::Text(text) => Some(SortKey::Text(beginning(&text).to_owned())),
            _ => None,
        };
        Ok((beginning, Some(self.hash_of(&whole))))
    }

    fn hash_of(&self, key: &[u8]) -> KeyHash {
        let mut hasher = SipHasher24::new_with_key(self.key);
        hasher.write(key);
        let hash = hasher.finish128();
        (hash.h1, hash.h2)
    }

    /// Returns `true` if the hash in a cursor matches `key`.
    pub(super) fn is_of(&self, hash: KeyHash, key: &SortKey) -> bool {
        serde_json::to_vec(key).is_ok_and(|key| self.hash_of(&key) == hash)
    }

    /// The place in a cursor; none in the empty one, which begins.
    pub(super) fn place(&self, cursor: &str) -> Result<Option<Place>, Error> {
        if cursor.is_empty() {
            return Ok(None);
        }
        let token = self.token(cursor).ok_or_else(|| {
            let detail =
                "the cursor does not belong to this query: start again with an empty `cursor`";
            Error::scim(ScimType::InvalidCursor, detail)
        })?;
        if token.count != self.count {
            return Err(Error::scim(
                ScimType::InvalidCount,
                "`count` must be the same as for the first page",
            ));
        }
        let age = self.now.timestamp().saturating_sub(token.issued);
        let timeout = self
            .limits
            .cursor_timeout
            .map(|timeout| i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX));
        if timeout.is_some_and(|timeout| age > timeout) {
            return Err(Error::scim(
                ScimType::ExpiredCursor,
                "the cursor has expired: start again with an empty `cursor`",
            ));
        }
        Ok(Some(match (token.key, token.hash) {
            (key, None) => Place::Behind(Position { key, id: token.id }),
            (Some(SortKey::Text(beginning)), Some(hash)) => {
                Place::Shortened(Shortened { beginning: Some(beginning), hash, id: token.id })
            }
            (_, Some(hash)) => Place::Shortened(Shortened { beginning: None, hash, id: token.id }),
        }))
    }

    fn token(&self, cursor: &str) -> Option<Token> {
        if cursor.len() > LENGTH {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (token, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
        if self.checksum(token) != checksum {
            return None;
        }
        serde_json::from_slice(token).ok()
    }

    fn checksum(&self, token: &[u8]) -> [u8; CHECKSUM] {
        let mut hasher = SipHasher24::new_with_key(self.key);
        hasher.write(&self.fingerprint.to_le_bytes());
        hasher.write(token);
        u128::from(hasher.finish128()).to_le_bytes()
    }
}

/// As much of the beginning of `text` as a cursor has room for.
fn beginning(text: &str) -> &str {
    let mut room = KEY;
    let end = text.char_indices().find_map(|(at, character)| {
        let written = match character {
            '\0'..=' ' => 6,
            '"' | '\\' => 2,
            _ => character.len_utf8(),
        };
        room = room.saturating_sub(written);
        (room == 0).then_some(at)
    });
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}
