//! Client credentials in a request.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use percent_encoding::percent_decode_str;
use scimwire::Secret;

use super::error::OAuthError;
use super::form::Parameters;

/// An id, and what proves that it is one's own.
pub(super) struct Credentials {
    pub(super) id: String,
    pub(super) secret: Secret,
}

impl Credentials {
    /// Reads client credentials from the header or the form (RFC 6749, Section 2.3.1).
    ///
    /// # Errors
    ///
    /// - both are there, or none;
    /// - there are several headers, or one that cannot be read.
    pub(super) fn read(headers: &HeaderMap, form: &Parameters) -> Result<Self, OAuthError> {
        let in_form = form.get("client_id").zip(form.get("client_secret"));
        let mut in_header = headers.get_all(AUTHORIZATION).iter();
        let header = in_header.next();
        if in_header.next().is_some() {
            return Err(OAuthError::InvalidRequest("send one `Authorization` header"));
        }
        match (header, in_form) {
            (Some(_), _) if form.get("client_secret").is_some() => Err(OAuthError::InvalidRequest(
                "send the client credentials only once: in the header or in the body",
            )),
            (Some(header), _) => {
                let credentials = header
                    .to_str()
                    .ok()
                    .and_then(Self::from_basic)
                    .ok_or(OAuthError::InvalidClient)?;
                match form.get("client_id") {
                    Some(id) if id != credentials.id => {
                        Err(OAuthError::InvalidRequest("`client_id` does not match the header"))
                    }
                    _ => Ok(credentials),
                }
            }
            (None, Some((id, secret))) => {
                Ok(Self { id: id.to_owned(), secret: Secret::from(secret) })
            }
            (None, None) => Err(OAuthError::InvalidClient),
        }
    }

    fn from_basic(header: &str) -> Option<Self> {
        let (scheme, text) = header.split_once(' ')?;
        let text =
            STANDARD.decode(text.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let text = String::from_utf8(text).ok()?;
        let (id, secret) = text.split_once(':')?;
        Some(Self { id: decoded(id)?, secret: Secret::from(decoded(secret)?) })
    }
}

/// RFC 6749, Section 2.3.1: both are encoded as in a form. What needs no encoding is the same
/// without.
fn decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(Into::into)
}
