//! Authentication schemes, as published (RFC 7643, Section 5).

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// An authentication scheme in `ServiceProviderConfig` (RFC 7643, Section 5).
///
/// ```
/// use scimwire::auth::AuthenticationScheme;
///
/// let scheme = AuthenticationScheme::http_basic()
///     .with_documentation_uri("https://example.com/docs/scim")
///     .with_primary(true);
/// assert_eq!(scheme.scheme_type.as_str(), "httpbasic");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationScheme {
    /// The type, `type` on the wire.
    pub scheme_type: AuthenticationType,
    /// The display name.
    pub name: String,
    /// The description.
    pub description: String,
    /// The URL of the specification.
    pub spec_uri: Option<String>,
    /// The URL of your own documentation, on how to get and use credentials.
    pub documentation_uri: Option<String>,
    /// `true` if clients should prefer this scheme. Only one scheme is published as primary: the
    /// first with `true`, or the first of all.
    pub primary: bool,
}

impl AuthenticationScheme {
    /// Returns a scheme without URLs.
    pub fn new(
        scheme_type: impl Into<AuthenticationType>,
        name: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        Self {
            scheme_type: scheme_type.into(),
            name: name.into(),
            description: description.into(),
            spec_uri: None,
            documentation_uri: None,
            primary: false,
        }
    }

    /// Bearer tokens (RFC 6750), `oauthbearertoken`.
    #[must_use]
    pub fn bearer_token() -> Self {
        Self::new(
            AuthenticationType::OAuthBearerToken,
            "OAuth Bearer Token",
            "A token in the Authorization header",
        )
        .with_spec_uri("https://www.rfc-editor.org/info/rfc6750")
    }

    /// OAuth 2.0 (RFC 6749), `oauth2`: clients get access tokens from an authorization server.
    #[must_use]
    pub fn oauth2() -> Self {
        Self::new(
            AuthenticationType::OAuth2,
            "OAuth 2.0",
            "An access token of an OAuth 2.0 authorization server",
        )
        .with_spec_uri("https://www.rfc-editor.org/info/rfc6749")
    }

    /// User name and password (RFC 7617), `httpbasic`.
    #[must_use]
    pub fn http_basic() -> Self {
        Self::new(
            AuthenticationType::HttpBasic,
            "HTTP Basic",
            "A user name and a password in the Authorization header",
        )
        .with_spec_uri("https://www.rfc-editor.org/info/rfc7617")
    }

    /// Digest access authentication (RFC 7616), `httpdigest`.
    #[must_use]
    pub fn http_digest() -> Self {
        Self::new(
            AuthenticationType::HttpDigest,
            "HTTP Digest",
            "A user name and a digest in the Authorization header",
        )
        .with_spec_uri("https://www.rfc-editor.org/info/rfc7616")
    }

    /// Sets the URL of the specification.
    #[must_use]
    pub fn with_spec_uri(self, uri: impl Into<String>) -> Self {
        Self { spec_uri: Some(uri.into()), ..self }
    }

    /// Sets the URL of your own documentation, on how to get and use credentials.
    #[must_use]
    pub fn with_documentation_uri(self, uri: impl Into<String>) -> Self {
        Self { documentation_uri: Some(uri.into()), ..self }
    }

    /// Says that clients should prefer this scheme.
    #[must_use]
    pub fn with_primary(self, primary: bool) -> Self {
        Self { primary, ..self }
    }
}

macro_rules! authentication_types {
    ($($(#[$doc:meta])* $variant:ident = $text:literal;)*) => {
        /// The type of an authentication scheme (RFC 7643, Section 5). The RFC names five, and lets
        /// service providers use others.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum AuthenticationType {
            $($(#[$doc])* $variant,)*
            /// Another type, by its name.
            Other(Cow<'static, str>),
        }

        impl AuthenticationType {
            /// The word on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(name) => name,
                }
            }

            /// Returns the type that the RFC names so, in any case: `type` is not `caseExact`.
            fn named(text: &str) -> Option<Self> {
                $(if text.eq_ignore_ascii_case($text) {
                    return Some(Self::$variant);
                })*
                None
            }
        }
    };
}

authentication_types! {
    /// OAuth 1.0 (RFC 5849).
    OAuth = "oauth";
    /// OAuth 2.0 (RFC 6749).
    OAuth2 = "oauth2";
    /// Bearer tokens (RFC 6750).
    OAuthBearerToken = "oauthbearertoken";
    /// User name and password (RFC 7617).
    HttpBasic = "httpbasic";
    /// Digest access authentication (RFC 7616).
    HttpDigest = "httpdigest";
}

impl From<&str> for AuthenticationType {
    fn from(text: &str) -> Self {
        Self::named(text).unwrap_or_else(|| Self::Other(text.to_owned().into()))
    }
}

impl From<String> for AuthenticationType {
    fn from(text: String) -> Self {
        Self::named(&text).unwrap_or(Self::Other(text.into()))
    }
}

impl FromStr for AuthenticationType {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl fmt::Display for AuthenticationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_as_in_the_rfc() {
        for (text, expected) in [
            ("oauth", AuthenticationType::OAuth),
            ("oauth2", AuthenticationType::OAuth2),
            ("oauthbearertoken", AuthenticationType::OAuthBearerToken),
            ("OAuthBearerToken", AuthenticationType::OAuthBearerToken),
            ("httpbasic", AuthenticationType::HttpBasic),
            ("httpdigest", AuthenticationType::HttpDigest),
            ("mutual-tls", AuthenticationType::Other("mutual-tls".into())),
        ] {
            assert_eq!(AuthenticationType::from(text), expected, "{text}");
            assert_eq!(AuthenticationType::from(text.to_owned()), expected, "{text}");
            assert_eq!(text.parse(), Ok(expected.clone()), "{text}");
            assert!(expected.to_string().eq_ignore_ascii_case(text), "{text}");
        }
    }
}
