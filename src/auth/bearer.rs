//! Bearer tokens (RFC 6750) of any issuer.

use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::{AuthError, Authenticate, RequestContext};
use crate::secret::Secret;

/// The longest token that is looked at, in bytes; none of anybody's is longer.
const TOKEN_BYTES: usize = 16 << 10;

/// Validates tokens: by OAuth 2 introspection, with a JWT library, or with the ready-made
#[cfg_attr(feature = "tokens", doc = "[`Tokens`](super::Tokens).")]
#[cfg_attr(not(feature = "tokens"), doc = "tokens of the feature `tokens`.")]
/// [`validator_fn`] turns a closure into a validator.
///
/// Under `#[async_trait]`, the method is:
///
/// ```text
/// async fn validate(&self, token: &Secret) -> Result<RequestContext, AuthError>;
/// ```
#[diagnostic::on_unimplemented(note = "a closure is a validator by `scimwire::auth::validator_fn`")]
#[async_trait]
pub trait TokenValidator: Send + Sync + 'static {
    /// Returns the tenant and the client of a token. The validator must check the signature,
    /// issuer, audience and expiry.
    ///
    /// # Errors
    ///
    /// - [`AuthError::invalid_token`]: the token is unknown, revoked or expired (401);
    /// - [`AuthError::InsufficientScope`]: the token is not valid for SCIM (403);
    /// - [`AuthError::Forbidden`]: its tenant may not use SCIM (403);
    /// - [`AuthError::Unavailable`]: the token service is unavailable (503).
    async fn validate(&self, token: &Secret) -> Result<RequestContext, AuthError>;
}

/// Authenticates requests by the token in `Authorization: Bearer TOKEN`. Tokens anywhere else, such
/// as in the query of the URL, are ignored.
///
/// Pass your own validator of OAuth 2 access tokens or JWTs with [`validator_fn`]. Its state, such
/// as the signing keys of JWTs, is cloned for each request:
///
/// ```
/// use std::sync::Arc;
///
/// use scimwire::auth::{AuthError, BearerAuth, Permissions, RequestContext, validator_fn};
/// use scimwire::{Dispatcher, MemoryStore, ResourceType, Secret};
/// # struct Claims { tenant: String, subject: String, scope: String }
/// # enum Invalid { Token, KeysUnreachable(std::io::Error) }
/// # struct Keys(&'static str);
/// # impl Keys {
/// #     async fn verify(&self, token: &str) -> Result<Claims, Invalid> {
/// #         if token == self.0 {
/// #             Ok(Claims { tenant: "acme".into(), subject: "idp".into(), scope: "scim.read".into() })
/// #         } else {
/// #             Err(Invalid::Token)
/// #         }
/// #     }
/// # }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // Your validator: checks signature, audience and expiry of a JWT, or calls the introspection endpoint.
/// let keys = Arc::new(Keys("eyJhbGciOi.J9.good"));
/// let authenticator = BearerAuth::new(validator_fn(move |token: Secret| {
///     let keys = Arc::clone(&keys);
///     async move {
///         let claims = keys.verify(token.expose()).await.map_err(|err| match err {
///             Invalid::Token => AuthError::invalid_token(),
///             Invalid::KeysUnreachable(source) => AuthError::unavailable(source),
///         })?;
///         let may = |scope: &str| claims.scope.split(' ').any(|granted| granted == scope);
///         if !may("scim.read") {
///             return Err(AuthError::InsufficientScope { scope: Some("scim.read".into()) });
///         }
///         let permissions = Permissions::read_only().with_write(may("scim.write"));
///         Ok(RequestContext::new(claims.tenant).with_principal(claims.subject).with_permissions(permissions))
///     }
/// }));
/// let users = ResourceType::user();
/// let scim = Dispatcher::builder("https://example.com/scim/v2")
///     .store(MemoryStore::new(users))
///     .authenticator(authenticator)
///     .build()?;
///
/// let good = "eyJhbGciOi.J9.good";
/// for (method, token, status) in [("GET", good, 200), ("DELETE", good, 403), ("GET", "bad", 401)] {
///     let request = http::Request::builder().method(method).uri("/scim/v2/Users");
///     let request = request.header("authorization", format!("Bearer {token}")).body("")?;
///     assert_eq!(scim.dispatch(request).await.status(), status);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct BearerAuth<V> {
    validator: V,
    bare_tokens: bool,
}

impl<V: TokenValidator> BearerAuth<V> {
    /// Accepts tokens that `validator` accepts.
    pub fn new(validator: V) -> Self {
        Self { validator, bare_tokens: false }
    }

    /// Also accepts `Authorization: TOKEN`, without the scheme. Some clients let the administrator
    /// enter the whole header.
    #[must_use]
    pub fn allow_raw_token(self) -> Self {
        Self { bare_tokens: true, ..self }
    }

    fn token<'h>(&self, head: &'h Parts) -> Option<&'h str> {
        let bare =
            || authorization(&head.headers).filter(|text| self.bare_tokens && is_token(text));
        bearer_token(head).or_else(bare)
    }
}

#[async_trait]
impl<V: TokenValidator> Authenticate for BearerAuth<V> {
    async fn authenticate(&self, head: &Parts) -> Result<RequestContext, AuthError> {
        let token = self.token(head).ok_or_else(AuthError::missing_credentials)?;
        if token.len() > TOKEN_BYTES {
            return Err(AuthError::invalid_token());
        }
        self.validator.validate(&Secret::from(token)).await
    }
}

/// Returns the token in `Authorization: Bearer TOKEN`, with the scheme in any case (RFC 6750,
/// Section 2.1). `None` if there are two headers: a proxy may have checked the other one.
#[must_use]
pub fn bearer_token(head: &Parts) -> Option<&str> {
    let (scheme, token) = authorization(&head.headers)?.split_once(' ')?;
    let token = token.trim_start_matches(' ');
    (scheme.eq_ignore_ascii_case("bearer") && is_token(token)).then_some(token)
}

fn authorization(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    value.to_str().ok().map(str::trim)
}

/// One word, of characters that a header may contain.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && !text.eq_ignore_ascii_case("bearer")
}

/// Turns a function into a [`TokenValidator`]; [`BearerAuth`] has an example. It is called
/// concurrently, so the closure clones its state into each future.
pub fn validator_fn<F, A>(validate: F) -> impl TokenValidator
where
    F: Fn(Secret) -> A + Send + Sync + 'static,
    A: Future<Output = Result<RequestContext, AuthError>> + Send + 'static,
{
    TokenFn(validate)
}

struct TokenFn<F>(F);

#[async_trait]
impl<F, A> TokenValidator for TokenFn<F>
where
    F: Fn(Secret) -> A + Send + Sync + 'static,
    A: Future<Output = Result<RequestContext, AuthError>> + Send + 'static,
{
    async fn validate(&self, token: &Secret) -> Result<RequestContext, AuthError> {
        (self.0)(token.clone()).await
    }
}

/// Delegates to the value behind the pointer.
macro_rules! forward {
    ($($pointer:ident),*) => {$(
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<V: TokenValidator + ?Sized> TokenValidator for $pointer<V> {
            async fn validate(&self, token: &Secret) -> Result<RequestContext, AuthError> {
                (**self).validate(token).await
            }
        }
    )*};
}

forward!(Arc, Box);

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn token(values: &[&[u8]]) -> Option<String> {
        let mut request = Request::get("/Users?access_token=query");
        for value in values {
            request = request.header(AUTHORIZATION, *value);
        }
        let (head, ()) = request.body(()).expect("a request").into_parts();
        bearer_token(&head).map(str::to_owned)
    }

    #[test]
    fn one_header_with_one_word_after_the_scheme() {
        for good in ["Bearer abc", "bearer abc", "BEARER   abc", "Bearer abc "] {
            assert_eq!(token(&[good.as_bytes()]).as_deref(), Some("abc"), "{good}");
        }
        for bad in [
            "",
            "Bearer",
            "Bearer ",
            "Bearer a b",
            "Bearer bearer",
            "Bearer\tabc",
            "Basic abc",
            "abc",
            "Bearerabc",
        ] {
            assert_eq!(token(&[bad.as_bytes()]), None, "{bad}");
        }
        assert_eq!(token(&["Bearer tök".as_bytes()]), None);
        assert_eq!(token(&[b"Bearer abc", b"Bearer abc"]), None);
        assert_eq!(token(&[b"Bearer abc", b"Basic abc"]), None);
        assert_eq!(token(&[]), None, "a token in the query");
    }
}
