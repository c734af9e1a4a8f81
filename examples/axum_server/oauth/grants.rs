//! What administrators and clients were granted: codes, refresh tokens and access tokens, and which
//! of them belong together.
//!
//! All that comes of one consent is one grant. A code or refresh token that comes a second time was
//! copied by somebody, so the whole grant ends (RFC 6749, Section 4.1.2; RFC 9700, Section 4.14.2).
//! Each use is a change to what is kept of the grant, at the version that was read: of two at once,
//! also in two processes, one is the second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use scimwire::auth::{AuthError, Tenant, TokenError, TokenGrant, Tokens, ValidateToken};
use scimwire::{Secret, StoreError};
use tracing::warn;

use super::clients::Client;
use super::error::OAuthError;
use super::kept::{Access, Code, Grant, Ticket, first_secret, successor};
use super::options::OAuthOptions;
use super::pkce::Challenge;
use super::tables::Tables;
use crate::written::{after, now};

/// How often what has expired is looked for, in each tenant.
const SWEEP: Duration = Duration::from_secs(600);

/// How many access tokens of a grant, or of a client for itself, are good at once: with another the
/// oldest ends.
const MOST_TOKENS: usize = 100;

const USED: &str = "it was used before: have an administrator allow it again";

/// Issues and ends tokens.
pub(super) struct Grants {
    tokens: Tokens,
    tables: Arc<Tables>,
    token_lifetime: Duration,
    refresh_lifetime: Duration,
    code_lifetime: Duration,
    swept: Mutex<HashMap<Tenant, Instant>>,
}

/// What a client gets.
pub(super) struct Issued {
    pub(super) access_token: Secret,
    pub(super) refresh_token: Option<Secret>,
    pub(super) lifetime: Duration,
}

impl Grants {
    pub(super) fn new(options: &OAuthOptions, tokens: Tokens, tables: Arc<Tables>) -> Self {
        let &OAuthOptions { token_lifetime, refresh_lifetime, code_lifetime, .. } = options;
        Self {
            tokens,
            tables,
            token_lifetime,
            refresh_lifetime,
            code_lifetime,
            swept: Mutex::default(),
        }
    }

    /// A code for what an administrator has allowed.
    pub(super) async fn code(
        &self,
        client: &Client,
        redirect: &str,
        names_redirect: bool,
        challenge: Option<Challenge>,
    ) -> Result<Secret, OAuthError> {
        self.sweep(client).await?;
        let code = first_secret()?;
        let asked = Code { redirect: redirect.to_owned(), names_redirect, challenge };
        self.tables.grants.begin(client, &code, self.code_lifetime, asked).await?;
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
        let grant = self
            .grant_of(client, code)
            .await?
            .ok_or(OAuthError::InvalidGrant("the code is not known, or no longer"))?;
        let asked = grant
            .code()?
            .ok_or(OAuthError::InvalidGrant("this is a refresh token, and no code"))?;
        if let Err(problem) = asked.check(redirect, verifier) {
            self.tables.grants.end(client, grant.key()).await?;
            return Err(OAuthError::InvalidGrant(problem));
        }
        self.issue_for(client, grant, code).await
    }

    /// Gives other tokens for a refresh token, which is used up then.
    ///
    /// # Errors
    ///
    /// - it is not known, not the client's, or has expired;
    /// - it was used before, in which case its grant ends.
    pub(super) async fn refresh(
        &self,
        client: &Client,
        token: &Secret,
    ) -> Result<Issued, OAuthError> {
        let unknown = OAuthError::InvalidGrant("the refresh token is not known, or no longer");
        match self.grant_of(client, token).await? {
            Some(grant) if grant.is_redeemed() => self.issue_for(client, grant, token).await,
            _ => Err(unknown),
        }
    }

    /// Gives an access token to a client for itself; it can ask again, and so has no refresh token
    /// (RFC 6749, Section 4.4.3).
    pub(super) async fn for_itself(&self, client: &Client) -> Result<Issued, OAuthError> {
        self.sweep(client).await?;
        let access_token = self.access_token(client, &client.id).await?;
        Ok(Issued { access_token, refresh_token: None, lifetime: self.token_lifetime })
    }

    /// Ends a token of the client's; a refresh token with its grant. A token that is not known
    /// needs no end (RFC 7009, Section 2.2).
    pub(super) async fn revoke(&self, client: &Client, token: &Secret) -> Result<(), OAuthError> {
        if let Some(ticket) = Ticket::read(token)
            && let Some(grant) = self.tables.grants.find(client, &ticket).await?
        {
            return Ok(self.end(client, grant.key()).await?);
        }
        let cx = match self.tokens.validate(token).await {
            Ok(cx) if cx.tenant() == &client.tenant => cx,
            Err(AuthError::Unavailable(source)) => return Err(StoreError::Other(source).into()),
            Ok(_) | Err(_) => return Ok(()),
        };
        // The tenant has other tokens too, which are not for this client to end.
        let of_client = self.tables.access.find(client, cx.principal().unwrap_or_default()).await?;
        Ok(self.revoke_all(client, of_client).await?)
    }

    /// How many grants of a client are good now.
    pub(super) async fn count(&self, client: &Client) -> Result<usize, StoreError> {
        let mut count = 0;
        for grant in self.tables.grants.of(client).await? {
            count += usize::from(grant.is_redeemed() && now() < grant.expires()?);
        }
        Ok(count)
    }

    /// Ends all that a client was given.
    pub(super) async fn end_all(&self, client: &Client) -> Result<(), StoreError> {
        for grant in self.tables.grants.of(client).await? {
            self.end(client, grant.key()).await?;
        }
        let own = self.tables.access.of(client, &client.id).await?;
        self.revoke_all(client, own).await
    }

    /// The grant that this code or refresh token is of, if it is good now.
    async fn grant_of(
        &self,
        client: &Client,
        secret: &Secret,
    ) -> Result<Option<Grant>, OAuthError> {
        self.sweep(client).await?;
        let Some(ticket) = Ticket::read(secret) else {
            return Ok(None);
        };
        match self.tables.grants.find(client, &ticket).await? {
            Some(grant) if grant.expires()? <= now() => Ok(None),
            Some(grant) if !grant.is_current(&ticket)? => {
                Err(self.came_again(client, grant.key()).await?)
            }
            found => Ok(found),
        }
    }

    async fn issue_for(
        &self,
        client: &Client,
        grant: Grant,
        used: &Secret,
    ) -> Result<Issued, OAuthError> {
        let (key, refresh_token) = (grant.key().to_owned(), successor(used)?);
        // What comes first can be taken back; were it the other way round, a failure would cost the
        // client its refresh token.
        let access_token = self.access_token(client, &key).await?;
        if !self.tables.grants.pass_on(client, grant, &refresh_token, self.refresh_lifetime).await?
        {
            return Err(self.came_again(client, &key).await?);
        }
        Ok(Issued {
            access_token,
            refresh_token: Some(refresh_token),
            lifetime: self.token_lifetime,
        })
    }

    async fn came_again(&self, client: &Client, grant: &str) -> Result<OAuthError, StoreError> {
        warn!(tenant = %client.tenant, client = client.id, "a code or refresh token came twice: all that came of it ends");
        self.end(client, grant).await?;
        Ok(OAuthError::InvalidGrant(USED))
    }

    /// Ends a grant, and then its access tokens: one that is being issued finds no grant to go on
    /// with.
    async fn end(&self, client: &Client, grant: &str) -> Result<(), StoreError> {
        self.tables.grants.end(client, grant).await?;
        let access = self.tables.access.of(client, grant).await?;
        self.revoke_all(client, access).await
    }

    async fn access_token(&self, client: &Client, owner: &str) -> Result<Secret, OAuthError> {
        self.make_room(client, owner).await?;
        let grant = TokenGrant::new(client.tenant.clone()).lifetime(self.token_lifetime);
        let issued = self.tokens.issue(grant).await?;
        self.tables.access.keep(client, owner, issued.record.id, self.token_lifetime).await?;
        Ok(issued.secret)
    }

    /// Ends the oldest access tokens where there are as many as there may be.
    async fn make_room(&self, client: &Client, owner: &str) -> Result<(), StoreError> {
        let mut access = self.tables.access.of(client, owner).await?;
        let surplus = (access.len() + 1).saturating_sub(MOST_TOKENS);
        access.sort_by(|one, other| one.expires().cmp(other.expires()));
        access.truncate(surplus);
        self.revoke_all(client, access).await
    }

    async fn revoke_all(&self, client: &Client, ended: Vec<Access>) -> Result<(), StoreError> {
        for access in ended {
            match self.tokens.revoke(&client.tenant, access.token()).await {
                // The tenant, or the administrator, was faster.
                Ok(()) | Err(TokenError::Unknown) => {
                    self.tables.access.forget(client, &access).await?
                }
                Err(err) => return Err(StoreError::other(err)),
            }
        }
        Ok(())
    }

    /// Forgets what has expired in the client's tenant, now and then.
    async fn sweep(&self, client: &Client) -> Result<(), StoreError> {
        {
            let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
            if swept.get(&client.tenant).is_some_and(|last| last.elapsed() < SWEEP) {
                return Ok(());
            }
            swept.insert(client.tenant.clone(), Instant::now());
        }
        let now = now();
        for grant in self.tables.grants.all(client).await? {
            // Not before its access tokens: they are found by it.
            if after(grant.expires()?, self.token_lifetime) <= now {
                self.tables.grants.end(client, grant.key()).await?;
            }
        }
        self.tables.access.forget_expired(client, now).await
    }
}

impl Code {
    /// Whether what came along with a code is what it was asked for with.
    fn check(&self, redirect: Option<&str>, verifier: Option<&str>) -> Result<(), &'static str> {
        if redirect.map_or(self.names_redirect, |redirect| redirect != self.redirect) {
            return Err("`redirect_uri` is another than the code was asked for with");
        }
        let proven = match (self.challenge, verifier) {
            (Some(challenge), Some(verifier)) => challenge.is_of(verifier),
            (Some(_), None) | (None, Some(_)) => false,
            (None, None) => true,
        };
        if proven {
            Ok(())
        } else {
            Err("`code_verifier` is not the one of the code's `code_challenge`")
        }
    }
}
