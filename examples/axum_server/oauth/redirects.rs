//! Redirect URIs of a client, as a flag and the console accept them.

use std::fmt;

use http::Uri;

/// The most redirect URIs that a client may have.
const MOST: usize = 32;

/// The longest address, in bytes.
const LONGEST: usize = 1000;

/// Where Okta has its catalogue apps send administrators back to; `{app}` is the app's name there.
const OKTA_CALLBACKS: [&str; 4] = [
    "https://system-admin.okta.com/admin/app/cpc/{app}/oauth/callback",
    "https://system-admin.okta-emea.com/admin/app/cpc/{app}/oauth/callback",
    "https://system-admin.oktapreview.com/admin/app/cpc/{app}/oauth/callback",
    "https://system-admin.trexcloud.com/admin/app/cpc/{app}/oauth/callback",
];

/// Why a redirect URI is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RedirectError {
    Address,
    OktaApp,
    TooLong,
    TooMany,
}

/// The address, or those that the short form `okta:APP` stands for.
pub(crate) fn read(text: &str) -> Result<Vec<String>, RedirectError> {
    match text.strip_prefix("okta:") {
        Some(app) if is_app(app) => {
            Ok(OKTA_CALLBACKS.iter().map(|callback| callback.replace("{app}", app)).collect())
        }
        Some(_) => Err(RedirectError::OktaApp),
        None if text.len() > LONGEST => Err(RedirectError::TooLong),
        None if is_redirect(text) => Ok(vec![text.to_owned()]),
        None => Err(RedirectError::Address),
    }
}

/// All of these, each once; or the one that is wrong.
pub(crate) fn read_all(texts: &[String]) -> Result<Vec<String>, (String, RedirectError)> {
    let mut redirects: Vec<String> = Vec::new();
    for text in texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
        let wrong = |err| (text.chars().take(LONGEST).collect(), err);
        for redirect in read(text).map_err(wrong)? {
            if !redirects.contains(&redirect) {
                redirects.push(redirect);
            }
        }
        if redirects.len() > MOST {
            return Err(wrong(RedirectError::TooMany));
        }
    }
    Ok(redirects)
}

fn is_app(app: &str) -> bool {
    !app.is_empty()
        && app.len() <= LONGEST
        && app.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// Codes travel there: over TLS, unless it is this machine (RFC 9700, Section 2.1; RFC 8252,
/// Section 7.3).
fn is_redirect(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else {
        return false;
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
    let loopback = matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let safe = uri.scheme_str() == Some("https") || (uri.scheme_str() == Some("http") && loopback);
    safe && !text.contains('#')
        && uri.authority().is_some_and(|authority| authority.as_str().bytes().all(plain))
}

impl fmt::Display for RedirectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address => {
                f.write_str("a redirect URI must begin with `https://`, or with `http://` for this machine, and must not contain `#`")
            }
            Self::OktaApp => f.write_str("`okta:` must be followed by the name of an app at Okta: letters, digits, `_`, `-` and `.`"),
            Self::TooLong => write!(f, "a redirect URI can have at most {LONGEST} characters"),
            Self::TooMany => write!(f, "a client can have at most {MOST} redirect URIs"),
        }
    }
}
