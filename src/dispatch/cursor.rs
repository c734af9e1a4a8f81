//! Cursors: where the next page begins, in text that a client hands back (RFC 9865).
//!
//! A cursor holds the position of the last resource of a page, bound to the query by a fingerprint; the service provider
//! keeps nothing, so that any process of a cluster can go on.

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

/// The bytes of the checksum at the end of a cursor.
const CHECKSUM: usize = 16;

/// A position, and the query that it belongs to.
#[derive(Serialize, Deserialize)]
struct Token {
    /// The sort key.
    #[serde(rename = "k")]
    key: Option<SortKey>,
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

/// Makes and reads the cursors of one query.
pub(super) struct Cursors<'p> {
    key: &'p [u8; 16],
    fingerprint: u128,
    count: Option<i64>,
    limits: &'p Limits,
    now: DateTime<Utc>,
}

impl<'p> Cursors<'p> {
    /// The cursors of the query that `request` makes of `path` for `tenant`.
    pub(super) fn new(
        key: &'p [u8; 16],
        limits: &'p Limits,
        now: DateTime<Utc>,
        (tenant, path): (&str, &str),
        request: &SearchRequest,
    ) -> Self {
        let mut hasher = SipHasher24::new_with_key(key);
        (tenant, path, &request.filter, &request.sort_by, &request.sort_order).hash(&mut hasher);
        (&request.attributes, &request.excluded_attributes).hash(&mut hasher);
        Self { key, fingerprint: hasher.finish128().into(), count: request.count, limits, now }
    }

    /// The cursor of the page behind `position`.
    pub(super) fn after(&self, position: Position) -> Option<String> {
        let token = Token { key: position.key, id: position.id, count: self.count, issued: self.now.timestamp() };
        let mut bytes = serde_json::to_vec(&token).ok()?;
        let checksum = self.checksum(&bytes);
        bytes.extend(checksum);
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The position in a cursor; none in the empty one, which begins.
    pub(super) fn position(&self, cursor: &str) -> Result<Option<Position>, Error> {
        if cursor.is_empty() {
            return Ok(None);
        }
        let token = self.token(cursor).ok_or_else(|| {
            let detail = "the cursor is not one of this query: begin again with an empty one";
            Error::typed(ScimType::InvalidCursor, detail)
        })?;
        if token.count != self.count {
            return Err(Error::typed(ScimType::InvalidCount, "`count` has to be that of the first page"));
        }
        let age = self.now.timestamp().saturating_sub(token.issued);
        let timeout = self.limits.cursor_timeout.map(|timeout| i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX));
        if timeout.is_some_and(|timeout| age > timeout) {
            return Err(Error::typed(ScimType::ExpiredCursor, "the cursor is too old: begin again with an empty one"));
        }
        Ok(Some(Position { key: token.key, id: token.id }))
    }

    fn token(&self, cursor: &str) -> Option<Token> {
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
