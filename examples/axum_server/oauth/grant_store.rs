//! What administrators have allowed clients, in a table; of codes and refresh tokens there are
//! hashes only. What comes of a grant is among the tokens, by its id.

use std::sync::Arc;
use std::time::Duration;

use scimwire::auth::TokenHash;
use scimwire::{Secret, StoreError};
use sqlx::{query, query_as};

use super::clients::Client;
use super::pkce::Challenge;
use crate::encoding::{self, after, now};
use crate::random::{self, NoRandom};
use crate::record_store::Records;

/// What a code or refresh token looks like: a part that all those of one grant share, a dot, and
/// one of its own. So the grant is found by any of them, and one that is not the last was used
/// before.
const SEPARATOR: char = '.';

/// A code or refresh token that came.
pub(super) struct Ticket {
    grant: String,
    whole: TokenHash,
}

/// What an administrator has allowed a client. Of its codes and refresh tokens one is good at a
/// time.
pub(super) struct Grant {
    pub(super) id: String,
    /// The hash of the one that is good now.
    secret: TokenHash,
    pub(super) is_expired: bool,
    /// What the code was asked for with; none where it was redeemed.
    pub(super) code: Option<Code>,
}

/// The parameters of the request for a code.
pub(super) struct Code {
    pub(super) redirect: String,
    /// `true` if the request named it; the token request must then repeat it (RFC 6749, Section
    /// 4.1.3).
    pub(super) names_redirect: bool,
    pub(super) challenge: Option<Challenge>,
}

/// The grants of all tenants.
pub(super) struct GrantTable(Arc<Records>);

/// Id, secret, when it ends, whether its code was redeemed, and what that was asked for with.
type Row = (String, String, String, i64, String, i64, Option<String>);

impl Ticket {
    /// None where it is neither a code nor a refresh token of ours.
    pub(super) fn read(secret: &Secret) -> Option<Self> {
        let (key, _) = secret.expose().split_once(SEPARATOR)?;
        Some(Self {
            grant: encoding::of_hash(&TokenHash::new(&Secret::from(key))),
            whole: TokenHash::new(secret),
        })
    }
}

/// A code, of which a grant comes.
pub(super) fn first_secret() -> Result<Secret, NoRandom> {
    successor(&random::secret()?)
}

/// The next refresh token of the grant that this code or refresh token is of.
pub(super) fn successor(secret: &Secret) -> Result<Secret, NoRandom> {
    let key = secret.expose().split(SEPARATOR).next().unwrap_or_default();
    Ok(Secret::from(format!("{key}{SEPARATOR}{}", random::secret()?.expose())))
}

impl Grant {
    /// Returns `true` if this code or refresh token is the one that is good now; if not, it was
    /// used before.
    pub(super) fn is_current(&self, ticket: &Ticket) -> bool {
        self.secret == ticket.whole
    }
}

impl GrantTable {
    pub(super) fn new(records: Arc<Records>) -> Self {
        Self(records)
    }

    /// Keeps the grant of a code.
    pub(super) async fn begin(
        &self,
        client: &Client,
        code: &Secret,
        lifetime: Duration,
        asked: Code,
    ) -> Result<(), StoreError> {
        let ticket = Ticket::read(code).ok_or_else(|| StoreError::other("not a valid code"))?;
        let insert = query(
            "INSERT INTO oauth_grant
             (id, tenant, client, secret, expires, redeemed, redirect, names_redirect, challenge)
             VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8)",
        );
        let insert = insert
            .bind(ticket.grant)
            .bind(client.tenant.as_str())
            .bind(&client.id)
            .bind(encoding::of_hash(&ticket.whole))
            .bind(encoding::of_time(after(now(), lifetime)))
            .bind(asked.redirect)
            .bind(i64::from(asked.names_redirect))
            .bind(asked.challenge.map(|challenge| encoding::of_hash(challenge.hash())));
        self.0.run(insert).await.map(drop)
    }

    /// The grant that a code or refresh token is of, if it is one of this client's.
    pub(super) async fn find(
        &self,
        client: &Client,
        ticket: &Ticket,
    ) -> Result<Option<Grant>, StoreError> {
        let read = query_as(
            "SELECT id, secret, expires, redeemed, redirect, names_redirect, challenge
             FROM oauth_grant WHERE id = $1 AND client = $2",
        );
        self.0.one(read.bind(&ticket.grant).bind(&client.id)).await?.map(grant).transpose()
    }

    /// Counts the grants of a client that are valid now.
    pub(super) async fn count(&self, client: &Client) -> Result<usize, StoreError> {
        let count = query_as(
            "SELECT count(*) FROM oauth_grant WHERE client = $1 AND redeemed = 1 AND expires > $2",
        );
        let count = count.bind(&client.id).bind(encoding::of_time(now()));
        let (count,): (i64,) = self.0.one(count).await?.unwrap_or_default();
        usize::try_from(count).map_err(StoreError::other)
    }

    /// Puts this refresh token in the place of what was good until now; false if somebody else has
    /// put another there since the grant was read, or has ended it.
    pub(super) async fn pass_on(
        &self,
        grant: &Grant,
        next: &Secret,
        lifetime: Duration,
    ) -> Result<bool, StoreError> {
        let update = query(
            "UPDATE oauth_grant SET secret = $3, expires = $4, redeemed = 1
             WHERE id = $1 AND secret = $2",
        );
        let update = update
            .bind(&grant.id)
            .bind(encoding::of_hash(&grant.secret))
            .bind(encoding::of_hash(&TokenHash::new(next)))
            .bind(encoding::of_time(after(now(), lifetime)));
        Ok(self.0.run(update).await? > 0)
    }

    /// Ends a grant, and then its access tokens: one that is being issued finds no grant to go on
    /// with.
    pub(super) async fn end(&self, grant: &str) -> Result<(), StoreError> {
        self.0.run(query("DELETE FROM oauth_grant WHERE id = $1").bind(grant)).await?;
        self.0.run(query("DELETE FROM host_token WHERE grant_id = $1").bind(grant)).await.map(drop)
    }

    /// Ends all grants of a client, and then its access tokens.
    pub(super) async fn end_all(&self, client: &Client) -> Result<(), StoreError> {
        for end in [
            "DELETE FROM oauth_grant WHERE client = $1",
            "DELETE FROM host_token WHERE client = $1",
        ] {
            self.0.run(query(end).bind(&client.id)).await?;
        }
        Ok(())
    }

    /// Ends the oldest access tokens of a grant, or of the client for itself, but for so many.
    pub(super) async fn keep_newest(
        &self,
        client: &Client,
        grant: Option<&str>,
        count: i64,
    ) -> Result<(), StoreError> {
        let end = query(
            "DELETE FROM host_token WHERE hash IN (
               SELECT hash FROM host_token WHERE client = $1 AND COALESCE(grant_id, '') = $2
               ORDER BY expires DESC LIMIT 1000 OFFSET $3)",
        );
        self.0.run(end.bind(&client.id).bind(grant.unwrap_or_default()).bind(count)).await.map(drop)
    }

    /// Ends an access token of a client's. The tenant has others too, which are not for it to end.
    pub(super) async fn end_access(
        &self,
        client: &Client,
        token: &Secret,
    ) -> Result<(), StoreError> {
        let end = query("DELETE FROM host_token WHERE hash = $1 AND client = $2");
        self.0
            .run(end.bind(encoding::of_hash(&TokenHash::new(token))).bind(&client.id))
            .await
            .map(drop)
    }

    /// Forgets the grants of the client's tenant that ended so long ago.
    pub(super) async fn sweep(&self, client: &Client, ago: Duration) -> Result<(), StoreError> {
        let ago = chrono::TimeDelta::from_std(ago).map_err(StoreError::other)?;
        let sweep = query("DELETE FROM oauth_grant WHERE tenant = $1 AND expires <= $2");
        let sweep = sweep.bind(client.tenant.as_str()).bind(encoding::of_time(now() - ago));
        self.0.run(sweep).await.map(drop)
    }
}

fn grant(row: Row) -> Result<Grant, StoreError> {
    let (id, secret, expires, redeemed, redirect, names_redirect, challenge) = row;
    let challenge = challenge.as_deref().map(encoding::hash).transpose()?.map(Challenge::from);
    let code = Code { redirect, names_redirect: names_redirect != 0, challenge };
    Ok(Grant {
        id,
        secret: encoding::hash(&secret)?,
        is_expired: encoding::time(&expires)? <= now(),
        code: (redeemed == 0).then_some(code),
    })
}
