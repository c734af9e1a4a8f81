//! Bearer tokens and passwords.

use std::fmt;

/// A secret. `Debug` and errors hide it, and there is no `Display`. [`expose`](Self::expose) is the
/// only way to read it, so a search for that word finds every use.
///
/// ```
/// use scimwire::Secret;
///
/// let password = Secret::from("t1meMa$heen");
/// assert_eq!(format!("{password:?}"), "Secret(..)");
/// assert_eq!(password.expose(), "t1meMa$heen");
/// ```
#[derive(Clone)]
pub struct Secret(Box<str>);

impl Secret {
    /// Returns the secret. Do not print, log or store it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self(secret.into())
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(secret.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
