//! PKCE: proof that the client that redeems a code requested it (RFC 7636).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scimwire::Secret;
use scimwire::auth::TokenHash;

/// The SHA-256 of a verifier that only the client knows.
#[derive(Clone, Copy)]
pub(super) struct Challenge(TokenHash);

impl Challenge {
    /// Reads a challenge. The method `plain` is not taken: what it protects, everybody on the way
    /// can see.
    ///
    /// # Errors
    ///
    /// - another method than `S256`, or none;
    /// - it is no SHA-256.
    pub(super) fn read(challenge: &str, method: Option<&str>) -> Result<Self, &'static str> {
        if method != Some("S256") {
            return Err("`code_challenge_method` must be `S256`");
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(challenge)
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        bytes
            .map(|bytes| Self(TokenHash::from(bytes)))
            .ok_or("`code_challenge` is not a base64url-encoded SHA-256 hash")
    }

    /// The stored form.
    pub(super) fn hash(&self) -> &TokenHash {
        &self.0
    }

    /// Returns `true` if this verifier matches; compared in constant time.
    pub(super) fn is_of(self, verifier: &str) -> bool {
        is_verifier(verifier) && TokenHash::new(&Secret::from(verifier)) == self.0
    }
}

/// RFC 7636, Section 4.1: 43 to 128 unreserved characters, so that it cannot be guessed.
fn is_verifier(text: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved)
}

impl From<TokenHash> for Challenge {
    fn from(hash: TokenHash) -> Self {
        Self(hash)
    }
}
