//! What administrators and clients were granted: codes, refresh tokens and access tokens, and which of them belong together.
//!
//! All that comes of one consent is a family. A code or refresh token that comes a second time was copied by somebody, so the
//! whole family ends (RFC 6749, Section 4.1.2; RFC 9700, Section 4.14.2). What is kept are hashes, and it ends with this
//! server; a host keeps it in a table.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use scimwire::Secret;
use scimwire::auth::{Tenant, TokenError, TokenGrant, TokenHash, Tokens, ValidateToken};
use tracing::warn;

use super::clients::Client;
use super::error::OAuthError;
use super::options::OAuthOptions;
use super::pkce::Challenge;
use crate::random::{self, NoRandom};

/// Issues and ends tokens.
pub(super) struct Grants {
    tokens: Tokens,
    token_lifetime: Duration,
    refresh_lifetime: Duration,
    code_lifetime: Duration,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    last_family: u64,
    /// The families that have not ended.
    families: HashSet<u64>,
    codes: HashMap<TokenHash, Entry<Code>>,
    refresh_tokens: HashMap<TokenHash, Entry<RefreshToken>>,
    /// The access tokens by the ids that the library knows them by.
    access_tokens: HashMap<String, Entry<AccessToken>>,
}

struct Entry<T> {
    client: String,
    expires: Instant,
    what: T,
}

struct Code {
    redirect: String,
    /// Whether the client said which one; then it has to say it again (RFC 6749, Section 4.1.3).
    names_redirect: bool,
    challenge: Option<Challenge>,
    /// The family that came of it, once it was used.
    used: Option<u64>,
}

struct RefreshToken {
    family: u64,
    used: bool,
}

struct AccessToken {
    tenant: Tenant,
    /// None where the client asked with its own credentials.
    family: Option<u64>,
}

/// What a client gets.
pub(super) struct Issued {
    pub(super) access_token: Secret,
    pub(super) refresh_token: Option<Secret>,
    pub(super) lifetime: Duration,
}

/// What became of a code or refresh token that was looked up.
enum Found {
    Family(u64),
    /// It came a second time; these access tokens end.
    Again(Vec<(String, Tenant)>),
    Refused(&'static str),
}

impl Grants {
    pub(super) fn new(options: &OAuthOptions, tokens: Tokens) -> Self {
        let &OAuthOptions { token_lifetime, refresh_lifetime, code_lifetime, .. } = options;
        Self { tokens, token_lifetime, refresh_lifetime, code_lifetime, kept: Mutex::default() }
    }

    /// A code for what an administrator has allowed.
    pub(super) fn code(
        &self,
        client: &Client,
        redirect: &str,
        names_redirect: bool,
        challenge: Option<Challenge>,
    ) -> Result<Secret, NoRandom> {
        let code = random::secret()?;
        let what = Code { redirect: redirect.to_owned(), names_redirect, challenge, used: None };
        let entry = Entry::new(client, self.code_lifetime, what);
        self.kept().codes.insert(TokenHash::of(&code), entry);
        Ok(code)
    }

    /// Gives tokens for a code. It is good for one try, whatever comes of it.
    ///
    /// # Errors
    ///
    /// - the code is not known, not the client's, or has expired;
    /// - it was used before, in which case what came of it ends;
    /// - redirect URI or verifier are not those that it was asked for with.
    pub(super) async fn redeem(
        &self,
        client: &Client,
        code: &Secret,
        redirect: Option<&str>,
        verifier: Option<&str>,
    ) -> Result<Issued, OAuthError> {
        let found = self.kept().use_code(client, &TokenHash::of(code), self.refresh_lifetime, redirect, verifier);
        self.issue_for(client, found).await
    }

    /// Gives other tokens for a refresh token, which is used up then.
    ///
    /// # Errors
    ///
    /// - it is not known, not the client's, or has expired;
    /// - it was used before, in which case its family ends.
    pub(super) async fn refresh(&self, client: &Client, token: &Secret) -> Result<Issued, OAuthError> {
        let found = self.kept().use_refresh_token(client, &TokenHash::of(token));
        self.issue_for(client, found).await
    }

    /// Gives an access token to a client for itself; it can ask again, and so has no refresh token (RFC 6749, Section 4.4.3).
    pub(super) async fn for_itself(&self, client: &Client) -> Result<Issued, OAuthError> {
        let access_token = self.access_token(client, None).await?;
        Ok(Issued { access_token, refresh_token: None, lifetime: self.token_lifetime })
    }

    /// Ends a token of the client's; a refresh token with its family. A token that is not known needs no end (RFC 7009,
    /// Section 2.2).
    pub(super) async fn revoke(&self, client: &Client, token: &Secret) -> Result<(), OAuthError> {
        let family = self
            .kept()
            .refresh_tokens
            .get(&TokenHash::of(token))
            .and_then(|entry| (entry.client == client.id).then_some(entry.what.family));
        if let Some(family) = family {
            let ended = self.kept().end(family);
            return self.revoke_all(ended).await;
        }
        let Ok(cx) = self.tokens.validate(token).await else {
            return Ok(());
        };
        let id = cx.principal().unwrap_or_default();
        // The tenant has other tokens too, which are not for this client to end.
        let known = self.kept().access_tokens.get(id).is_some_and(|entry| entry.client == client.id);
        if known { self.revoke_all(vec![(id.to_owned(), cx.tenant().clone())]).await } else { Ok(()) }
    }

    async fn issue_for(&self, client: &Client, found: Found) -> Result<Issued, OAuthError> {
        match found {
            Found::Family(family) => {
                let access_token = self.access_token(client, Some(family)).await?;
                let refresh_token = random::secret()?;
                let entry = Entry::new(client, self.refresh_lifetime, RefreshToken { family, used: false });
                self.kept().refresh_tokens.insert(TokenHash::of(&refresh_token), entry);
                Ok(Issued { access_token, refresh_token: Some(refresh_token), lifetime: self.token_lifetime })
            }
            Found::Again(ended) => {
                warn!(tenant = %client.tenant, client = client.id, "a code or refresh token came twice: all that came of it ends");
                self.revoke_all(ended).await?;
                Err(OAuthError::InvalidGrant("it was used before: have an administrator allow it again"))
            }
            Found::Refused(description) => Err(OAuthError::InvalidGrant(description)),
        }
    }

    async fn access_token(&self, client: &Client, family: Option<u64>) -> Result<Secret, OAuthError> {
        let grant = TokenGrant::new(client.tenant.clone()).lifetime(self.token_lifetime);
        let issued = self.tokens.issue(grant).await?;
        let what = AccessToken { tenant: client.tenant.clone(), family };
        let entry = Entry::new(client, self.token_lifetime, what);
        let ended = {
            let mut kept = self.kept();
            // It may have ended while the token was made.
            let ended = family.is_some_and(|family| !kept.families.contains(&family));
            if !ended {
                kept.access_tokens.insert(issued.record.id.clone(), entry);
            }
            ended
        };
        if ended {
            self.revoke_all(vec![(issued.record.id, client.tenant.clone())]).await?;
            return Err(OAuthError::InvalidGrant("it was used before: have an administrator allow it again"));
        }
        Ok(issued.secret)
    }

    async fn revoke_all(&self, ended: Vec<(String, Tenant)>) -> Result<(), OAuthError> {
        for (id, tenant) in ended {
            match self.tokens.revoke(&tenant, &id).await {
                // The tenant, or the administrator, was faster.
                Ok(()) | Err(TokenError::Unknown) => {}
                Err(err) => return Err(err.into()),
            }
        }
        Ok(())
    }

    /// What is kept, without what has expired.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.forget_expired();
        kept
    }
}

impl Kept {
    fn use_code(
        &mut self,
        client: &Client,
        hash: &TokenHash,
        remembered: Duration,
        redirect: Option<&str>,
        verifier: Option<&str>,
    ) -> Found {
        let Some(entry) = self.codes.get_mut(hash).filter(|entry| entry.client == client.id) else {
            return Found::Refused("the code is not known, or no longer");
        };
        if let Some(family) = entry.what.used {
            return Found::Again(self.end(family));
        }
        self.last_family += 1;
        entry.what.used = Some(self.last_family);
        // Longer than the code is good, so that a copy of it is recognized.
        entry.expires = Instant::now() + remembered;
        if redirect.map_or(entry.what.names_redirect, |redirect| redirect != entry.what.redirect) {
            return Found::Refused("`redirect_uri` is another than the code was asked for with");
        }
        let proven = match (entry.what.challenge, verifier) {
            (Some(challenge), Some(verifier)) => challenge.is_of(verifier),
            (Some(_), None) | (None, Some(_)) => false,
            (None, None) => true,
        };
        if !proven {
            return Found::Refused("`code_verifier` is not the one of the code's `code_challenge`");
        }
        self.families.insert(self.last_family);
        Found::Family(self.last_family)
    }

    fn use_refresh_token(&mut self, client: &Client, hash: &TokenHash) -> Found {
        let Some(entry) = self.refresh_tokens.get_mut(hash).filter(|entry| entry.client == client.id) else {
            return Found::Refused("the refresh token is not known, or no longer");
        };
        let family = entry.what.family;
        if entry.what.used {
            return Found::Again(self.end(family));
        }
        entry.what.used = true;
        if self.families.contains(&family) { Found::Family(family) } else { Found::Refused("it was revoked") }
    }

    /// Ends a family; says which access tokens were its.
    fn end(&mut self, family: u64) -> Vec<(String, Tenant)> {
        self.families.remove(&family);
        let of_family = self.access_tokens.iter().filter(|(_, token)| token.what.family == Some(family));
        of_family.map(|(id, token)| (id.clone(), token.what.tenant.clone())).collect()
    }

    fn forget_expired(&mut self) {
        let now = Instant::now();
        retain(&mut self.codes, now);
        retain(&mut self.refresh_tokens, now);
        retain(&mut self.access_tokens, now);
    }
}

impl<T> Entry<T> {
    fn new(client: &Client, lifetime: Duration, what: T) -> Self {
        Self { client: client.id.clone(), expires: Instant::now() + lifetime, what }
    }
}

fn retain<K: Eq + Hash, T>(entries: &mut HashMap<K, Entry<T>>, now: Instant) {
    entries.retain(|_, entry| now < entry.expires);
}
