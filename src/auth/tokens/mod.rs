//! Bearer tokens of our own: random, shown once, kept as hashes (RFC 6750; RFC 7644, Section 7.4).

mod hash;
mod memory;
mod options;
mod store;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};

use super::bearer::TokenValidator;
use super::{AuthError, RequestContext, Tenant};
use crate::clock::{Clock, SystemClock};
use crate::secret::Secret;

pub use hash::TokenHash;
pub use memory::MemoryTokens;
pub use options::TokenGrant;
pub use store::{TokenRecord, TokenStore};

/// The prefix of tokens, by which scanners for leaked secrets recognize them.
const PREFIX: &str = "scim_";

/// 256 bits cannot be guessed (RFC 6750, Section 5.2).
const TOKEN_RANDOM_BYTES: usize = 32;

/// 64 bits name a token among those of a tenant.
const ID_RANDOM_BYTES: usize = 8;

/// The precision of the time of the last use.
const LAST_USED_STEP: TimeDelta = TimeDelta::minutes(1);

/// Issues, validates, rotates and revokes bearer tokens. Their records are in your
/// [`TokenStore`]. Clones share the store.
///
/// ```
/// use std::time::Duration;
///
/// use scimwire::auth::{BearerAuth, MemoryTokens, Tokens, TokenGrant};
/// use scimwire::{Dispatcher, MemoryStore, ResourceType};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let tokens = Tokens::new(MemoryTokens::default()); // or a `TokenStore` over a table of yours
/// let users = ResourceType::user();
/// let scim = Dispatcher::builder("https://example.com/scim/v2")
///     .store(MemoryStore::new(users))
///     .authenticator(BearerAuth::new(tokens.clone()))
///     .build()?;
///
/// let issued = tokens.issue(TokenGrant::new("acme").expires_in(Duration::from_secs(180 * 24 * 3600))).await?;
/// let shown_once = issued.secret.expose(); // to the administrator, who pastes it into the identity provider
///
/// let get = |token: &str| http::Request::get("/scim/v2/Users").header("authorization", format!("Bearer {token}")).body("");
/// assert_eq!(scim.dispatch(get(shown_once)?).await.status(), 200);
///
/// // The old token stays valid for a day, while the administrator pastes the new one.
/// let next = tokens.rotate(&"acme".into(), &issued.record.id, Duration::from_secs(24 * 3600)).await?;
/// assert_eq!(scim.dispatch(get(shown_once)?).await.status(), 200);
/// assert_eq!(scim.dispatch(get(next.secret.expose())?).await.status(), 200);
///
/// tokens.revoke(&"acme".into(), &issued.record.id).await?;
/// assert_eq!(scim.dispatch(get(shown_once)?).await.status(), 401);
/// # Ok(())
/// # }
/// ```
///
/// Your own settings of a tenant are added to the context of the token:
///
/// ```
/// use scimwire::Quirks;
/// use scimwire::auth::{BearerAuth, MemoryTokens, TokenGrant, Tokens, TokenValidator, validator_fn};
/// # use scimwire::{Dispatcher, MemoryStore, ResourceType};
///
/// let tokens = Tokens::new(MemoryTokens::default());
/// # let issuer = tokens.clone();
/// let authenticator = BearerAuth::new(validator_fn(move |token| {
///     let tokens = tokens.clone();
///     async move {
///         let cx = tokens.validate(&token).await?;
///         let is_strict = cx.tenant().as_str() == "acme"; // or a query of your settings
///         Ok(if is_strict { cx.with_quirks(Quirks::STRICT) } else { cx })
///     }
/// }));
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn check(issuer: Tokens, authenticator: impl scimwire::auth::Authenticate) -> Result<(), Box<dyn std::error::Error>> {
/// # let users = ResourceType::user();
/// # let builder = Dispatcher::builder("https://example.com").store(MemoryStore::new(users));
/// # let scim = builder.authenticator(authenticator).build()?;
/// # for (tenant, status) in [("acme", 400), ("example", 201)] {
/// #     let token = issuer.issue(TokenGrant::new(tenant)).await?.secret;
/// #     let request = http::Request::post("/Users").header("authorization", format!("Bearer {}", token.expose()));
/// #     let response = scim.dispatch(request.body(r#"{"userName":"bjensen"}"#)?).await;
/// #     assert_eq!(response.status(), status, "without `schemas`, as {tenant}");
/// # }
/// # Ok(())
/// # }
/// # check(issuer, authenticator)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Tokens {
    store: Arc<dyn TokenStore>,
    clock: Arc<dyn Clock>,
}

/// A new token. Show it now: only its hash is stored.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssuedToken {
    /// The token.
    pub secret: Secret,
    /// The record, as stored.
    pub record: TokenRecord,
}

/// A token could not be issued, rotated or revoked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The tenant has no token of that id, or it has expired.
    #[error("unknown or expired token")]
    Unknown,
    /// The token exists already.
    #[error("the token is already in use: tokens must be unique, because they identify the tenant")]
    Taken,
    /// The system has no random numbers.
    #[error("the system's random number generator failed")]
    Random(#[source] Box<dyn StdError + Send + Sync>),
    /// The store failed.
    #[error("the token store failed")]
    Store(#[from] Box<dyn StdError + Send + Sync>),
}

impl Tokens {
    /// Uses `store` for the records, and the system clock.
    pub fn new(store: impl TokenStore) -> Self {
        Self { store: Arc::new(store), clock: Arc::new(SystemClock) }
    }

    /// Sets the clock. The default is the system clock.
    #[must_use]
    pub fn with_clock(self, clock: impl Clock) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Issues a token.
    ///
    /// # Errors
    ///
    /// - the system's random number generator failed;
    /// - the store failed.
    pub async fn issue(&self, grant: TokenGrant) -> Result<IssuedToken, TokenError> {
        let secret = Secret::from(format!("{PREFIX}{}", random_text::<TOKEN_RANDOM_BYTES>()?));
        let record = self.import(&secret, grant).await?;
        Ok(IssuedToken { secret, record })
    }

    /// Imports a token that was created elsewhere, such as in a configuration. It is as secure as
    /// its random source.
    ///
    /// # Errors
    ///
    /// - the token exists already;
    /// - the system's random number generator failed for its id;
    /// - the store failed.
    pub async fn import(
        &self,
        secret: &Secret,
        grant: TokenGrant,
    ) -> Result<TokenRecord, TokenError> {
        let record = grant.record(
            random_text::<ID_RANDOM_BYTES>()?,
            TokenHash::new(secret),
            self.clock.now(),
        );
        if self.store.insert(record.clone()).await? { Ok(record) } else { Err(TokenError::Taken) }
    }

    /// Issues a token that replaces another one, with the same permissions and lifetime. The old
    /// token stays valid for `overlap`, unless it expires earlier.
    ///
    /// # Errors
    ///
    /// - the tenant has no token of that id, or it has expired;
    /// - the system's random number generator failed;
    /// - the store failed. If that happened with the old token, both are valid: try again.
    pub async fn rotate(
        &self,
        tenant: &Tenant,
        id: &str,
        overlap: Duration,
    ) -> Result<IssuedToken, TokenError> {
        let now = self.clock.now();
        let records = self.store.list(tenant).await?;
        let old = records
            .into_iter()
            .find(|record| record.id == id && record.tenant == *tenant && record.is_valid_at(now));
        let issued = self.issue(TokenGrant::like(&old.ok_or(TokenError::Unknown)?)).await?;
        self.store.expire(tenant, id, later(now, overlap)).await?;
        Ok(issued)
    }

    /// Revokes a token, effective at once.
    ///
    /// # Errors
    ///
    /// - the tenant has no token of that id;
    /// - the store failed.
    pub async fn revoke(&self, tenant: &Tenant, id: &str) -> Result<(), TokenError> {
        self.expire(tenant, id, Duration::ZERO).await
    }

    /// Makes a token expire after a time, unless it expires earlier.
    ///
    /// # Errors
    ///
    /// - the tenant has no token of that id;
    /// - the store failed.
    pub async fn expire(
        &self,
        tenant: &Tenant,
        id: &str,
        after: Duration,
    ) -> Result<(), TokenError> {
        let known = self.store.expire(tenant, id, later(self.clock.now(), after)).await?;
        if known { Ok(()) } else { Err(TokenError::Unknown) }
    }

    /// Returns the records of the tokens of a tenant, for its administrator. Expired ones are
    /// included as long as the store has them.
    ///
    /// # Errors
    ///
    /// - the store failed.
    pub async fn list(&self, tenant: &Tenant) -> Result<Vec<TokenRecord>, TokenError> {
        Ok(self.store.list(tenant).await?)
    }
}

/// The principal of the request is the id of the token.
#[async_trait]
impl TokenValidator for Tokens {
    async fn validate(&self, token: &Secret) -> Result<RequestContext, AuthError> {
        let (hash, now) = (TokenHash::new(token), self.clock.now());
        let record = self.store.find(&hash).await.map_err(AuthError::Unavailable)?;
        // Hashes compare in constant time. A store may find more than was asked for, such as the
        // same text in another case.
        let record = record
            .filter(|record| record.hash == hash && record.is_valid_at(now))
            .ok_or_else(AuthError::invalid_token)?;
        if record.last_used_at.is_none_or(|last_used| now - last_used >= LAST_USED_STEP) {
            self.store.record_use(&record, now).await;
        }
        Ok(RequestContext::new(record.tenant)
            .with_principal(record.id)
            .with_permissions(record.permissions))
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

/// Letters that need no escape in a header, a shell or a URL.
fn random_text<const LENGTH: usize>() -> Result<String, TokenError> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|err| TokenError::Random(err.to_string().into()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn later(now: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    let by = TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX);
    now.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests;
