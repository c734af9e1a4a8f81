//! What administrators and clients were granted: codes, refresh tokens and access tokens, and which
//! of them belong together.
//!
//! All that comes of one consent is one grant. A code or refresh token that comes a second time was
//! copied by somebody, so the whole grant ends (RFC 6749, Section 4.1.2; RFC 9700, Section 4.14.2).
//! Each use puts another in the place of the one that was read: of two at once, also in two
//! processes, one is the second.

use std::sync::Arc;
use std::time::Duration;

use scimwire::auth::{TokenGrant, Tokens};
use scimwire::{Secret, StoreError};
use tracing::warn;

use super::clients::Client;
use super::error::OAuthError;
use super::grant_store::{Code, Grant, GrantTable, Ticket, first_secret, successor};
use super::options::OAuthOptions;
use super::pkce::Challenge;
use crate::record_store::Records;
use crate::tenants::TokenTable;

/// How many access tokens of a grant, or of a client for itself, are good at once: with another the
/// oldest ends.
const MOST_TOKENS: i64 = 100;

const USED: &str = "it was already used: an administrator must authorize access again";

/// Issues and ends tokens.
pub(super) struct Grants {
    tokens: TokenTable,
    table: GrantTable,
    token_lifetime: Duration,
    refresh_lifetime: Duration,
    code_lifetime: Duration,
}

/// A token response.
pub(super) struct Issued {
    pub(super) access_token: Secret,
    pub(super) refresh_token: Option<Secret>,
    pub(super) lifetime: Duration,
}

impl Grants {
    pub(super) fn new(options: &OAuthOptions, tokens: TokenTable, records: Arc<Records>) -> Self {
        let &OAuthOptions { token_lifetime, refresh_lifetime, code_lifetime, .. } = options;
        let table = GrantTable::new(records);
        Self { tokens, table, token_lifetime, refresh_lifetime, code_lifetime }
    }

    /// A code for what an administrator has allowed.
    pub(super) async fn code(
        &self,
        client: &Client,
        redirect: &str,
        names_redirect: bool,
        challenge: Option<Challenge>,
    ) -> Result<Secret, OAuthError> {
        let code = first_secret()?;
        let asked = Code { redirect: redirect.to_owned(), names_redirect, challenge };
        self.table.begin(client, &code, self.code_lifetime, asked).await?;
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
            .ok_or(OAuthError::InvalidGrant("invalid or expired code"))?;
        let asked = grant
            .code
            .as_ref()
            .ok_or(OAuthError::InvalidGrant("this is a refresh token, not a code"))?;
        if let Err(problem) = asked.check(redirect, verifier) {
            self.table.end(&grant.id).await?;
            return Err(OAuthError::InvalidGrant(problem));
        }
        self.issue_for(client, &grant, code).await
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
        let unknown = OAuthError::InvalidGrant("invalid or expired refresh token");
        match self.grant_of(client, token).await? {
            Some(grant) if grant.code.is_none() => self.issue_for(client, &grant, token).await,
            _ => Err(unknown),
        }
    }

    /// Gives an access token to a client for itself; it can ask again, and so has no refresh token
    /// (RFC 6749, Section 4.4.3).
    pub(super) async fn for_itself(&self, client: &Client) -> Result<Issued, OAuthError> {
        let access_token = self.access_token(client, None).await?;
        Ok(Issued { access_token, refresh_token: None, lifetime: self.token_lifetime })
    }

    /// Ends a token of the client's; a refresh token with its grant. A token that is not known
    /// needs no end (RFC 7009, Section 2.2).
    pub(super) async fn revoke(&self, client: &Client, token: &Secret) -> Result<(), StoreError> {
        if let Some(ticket) = Ticket::read(token)
            && let Some(grant) = self.table.find(client, &ticket).await?
        {
            return self.table.end(&grant.id).await;
        }
        self.table.end_access(client, token).await
    }

    /// Counts the grants of a client that are valid now.
    pub(super) async fn count(&self, client: &Client) -> Result<usize, StoreError> {
        self.table.count(client).await
    }

    /// Ends all that a client was given.
    pub(super) async fn end_all(&self, client: &Client) -> Result<(), StoreError> {
        self.table.end_all(client).await
    }

    /// The grant that this code or refresh token is of, if it is good now.
    async fn grant_of(
        &self,
        client: &Client,
        secret: &Secret,
    ) -> Result<Option<Grant>, OAuthError> {
        let Some(ticket) = Ticket::read(secret) else {
            return Ok(None);
        };
        match self.table.find(client, &ticket).await? {
            Some(grant) if grant.is_expired => Ok(None),
            Some(grant) if !grant.is_current(&ticket) => {
                Err(self.came_again(client, &grant).await?)
            }
            found => Ok(found),
        }
    }

    async fn issue_for(
        &self,
        client: &Client,
        grant: &Grant,
        used: &Secret,
    ) -> Result<Issued, OAuthError> {
        let refresh_token = successor(used)?;
        // What comes first can be taken back; were it the other way round, a failure would cost the
        // client its refresh token.
        let access_token = self.access_token(client, Some(&grant.id)).await?;
        if !self.table.pass_on(grant, &refresh_token, self.refresh_lifetime).await? {
            return Err(self.came_again(client, grant).await?);
        }
        Ok(Issued {
            access_token,
            refresh_token: Some(refresh_token),
            lifetime: self.token_lifetime,
        })
    }

    async fn came_again(&self, client: &Client, grant: &Grant) -> Result<OAuthError, StoreError> {
        warn!(tenant = %client.tenant, client = client.id, "a code or refresh token was used twice: all tokens derived from it are revoked");
        self.table.end(&grant.id).await?;
        Ok(OAuthError::InvalidGrant(USED))
    }

    async fn access_token(
        &self,
        client: &Client,
        grant: Option<&str>,
    ) -> Result<Secret, OAuthError> {
        // A grant is kept as long as its access tokens may be good.
        self.table.sweep(client, self.token_lifetime).await?;
        self.table.keep_newest(client, grant, MOST_TOKENS - 1).await?;
        let tokens = Tokens::new(self.tokens.owned_by(&client.id, grant));
        let lifetime = TokenGrant::new(client.tenant.clone()).expires_in(self.token_lifetime);
        Ok(tokens.issue(lifetime).await?.secret)
    }
}

impl Code {
    /// Whether a token request matches the request that its code was issued for.
    fn check(&self, redirect: Option<&str>, verifier: Option<&str>) -> Result<(), &'static str> {
        if redirect.map_or(self.names_redirect, |redirect| redirect != self.redirect) {
            return Err("`redirect_uri` does not match the authorization request");
        }
        let proven = match (self.challenge, verifier) {
            (Some(challenge), Some(verifier)) => challenge.is_of(verifier),
            (Some(_), None) | (None, Some(_)) => false,
            (None, None) => true,
        };
        if proven { Ok(()) } else { Err("`code_verifier` does not match the `code_challenge`") }
    }
}
