//! Texts that nobody may see: bearer tokens and passwords.

use std::fmt;

/// A secret: it shows neither in `Debug` nor in an error, and has no `Display`.
/// [`expose`](Self::expose) is the only way to read it, so that whoever looks for leaks looks for
/// that word.
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
    /// The secret itself. What is done with it must not print, log or keep it.
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
