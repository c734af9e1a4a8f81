//! Signing in with the administrator's password, and out.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::response::{AppendHeaders, IntoResponse};
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use scimwire::{Secret, StoreError};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Console;
use super::error::ConsoleError;
use super::login_throttle::Attempts;
use super::password::{self, Judged, Password};
use super::session::{self, Session, Sessions};
use crate::options::Options;
use crate::server_secrets::Secrets;

/// How a password is made that nobody has chosen: four groups of letters and digits that cannot be
/// mistaken for each other.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const GROUPS: usize = 4;
const GROUP_LETTERS: usize = 5;

/// What its hash is kept as.
const PASSWORD_NAME: &str = "admin-password";

/// The administrator's password, who tries it, and who has signed in.
pub(crate) struct SignIn {
    password: Password,
    fresh_password: Option<Secret>,
    secrets: Secrets,
    attempts: Attempts,
    pub(super) sessions: Sessions,
}

/// Why somebody is not the administrator.
pub(crate) enum NotSignedIn {
    /// The password is wrong; with the number of attempts left before a pause.
    Wrong(u32),
    /// There were too many wrong ones: it was not looked at, and is not for so many seconds.
    Pause(u64),
    /// It cannot be told.
    Failed(StoreError),
}

impl From<StoreError> for NotSignedIn {
    fn from(err: StoreError) -> Self {
        Self::Failed(err)
    }
}

impl SignIn {
    /// With the password of the command line; or else that of the first start, of which only the
    /// hash is kept. `secure` where pages come over TLS.
    pub(crate) async fn new(
        options: &Options,
        secrets: &Secrets,
        secure: bool,
    ) -> Result<Self, Box<dyn Error>> {
        let (hash, fresh_password) = match &options.admin_password {
            Some(given) => (password::hash(given).await?, None),
            None => kept_password(options, secrets).await?,
        };
        let sessions =
            Sessions::new(Duration::from_secs(u64::from(options.session_minutes) * 60), secure);
        Ok(Self {
            password: Password::of_hash(hash),
            fresh_password,
            secrets: secrets.clone(),
            attempts: Attempts::default(),
            sessions,
        })
    }

    /// The password that was made just now, to be shown once.
    pub(crate) fn fresh_password(&self) -> Option<&Secret> {
        self.fresh_password.as_ref()
    }

    /// Checks the password. Failures are counted for each address.
    pub(crate) async fn check(
        &self,
        password: &Secret,
        address: IpAddr,
    ) -> Result<(), NotSignedIn> {
        let left = self.attempts.begin(address, Instant::now()).map_err(NotSignedIn::Pause)?;
        match self.password.judge(password).await? {
            Judged::Wrong => return Err(NotSignedIn::Wrong(left)),
            Judged::Right => {}
            Judged::Outdated { old, new } => {
                self.secrets.replace(PASSWORD_NAME, &old, &new).await?;
            }
        }
        self.attempts.forget(address);
        Ok(())
    }
}

/// The hash that is kept, and the password where it was made just now.
async fn kept_password(
    options: &Options,
    secrets: &Secrets,
) -> Result<(String, Option<Secret>), Box<dyn Error>> {
    if let Some(kept) = secrets.get(PASSWORD_NAME).await?
        && !options.new_admin_password
    {
        return Ok((kept, None));
    }
    let fresh = fresh_password().map_err(|err| format!("could not generate a password: {err}"))?;
    let hash = password::hash(&fresh).await?;
    if options.new_admin_password {
        secrets.keep(PASSWORD_NAME, &hash).await?;
    }
    let kept = secrets.get_or_keep(PASSWORD_NAME, &hash).await?;
    let is_fresh = kept == hash;
    Ok((kept, is_fresh.then_some(fresh)))
}

#[derive(Deserialize)]
pub(super) struct Given {
    password: String,
}

/// The session, so that a reloaded page can continue.
pub(super) async fn who(
    State(console): State<Arc<Console>>,
    headers: HeaderMap,
) -> Result<Json<Value>, ConsoleError> {
    let session = console.sign_in.sessions.of(&headers).ok_or(ConsoleError::SignedOut)?;
    Ok(Json(told(&session)))
}

/// Opens a session for who knows the password. A form of another site cannot send JSON, so that it
/// can sign nobody in.
pub(super) async fn open(
    State(console): State<Arc<Console>>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Json(given): Json<Given>,
) -> Result<impl IntoResponse, ConsoleError> {
    let elsewhere = |site: &http::HeaderValue| site != "same-origin" && site != "none";
    if headers.get("Sec-Fetch-Site").is_some_and(elsewhere) {
        return Err(ConsoleError::Forged);
    }
    let sign_in = &console.sign_in;
    sign_in.check(&given.password.into(), address.ip()).await?;
    let (cookie, session) =
        sign_in.sessions.open().map_err(|err| StoreError::other(err.to_string()))?;
    let cookie = sign_in.sessions.set_cookie(Some(&cookie));
    Ok((AppendHeaders([(SET_COOKIE, cookie)]), Json(told(&session))))
}

pub(super) async fn close(
    State(console): State<Arc<Console>>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ConsoleError> {
    let sessions = &console.sign_in.sessions;
    let session = sessions.of(&headers).ok_or(ConsoleError::SignedOut)?;
    if !session::is_from_our_page(&headers, &session) {
        return Err(ConsoleError::Forged);
    }
    sessions.close(&session);
    let cookie = sessions.set_cookie(None);
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(SET_COOKIE, cookie)])))
}

fn told(session: &Session) -> Value {
    json!({ "csrfToken": session.forgery_token.expose() })
}

/// A hundred random bits.
fn fresh_password() -> Result<Secret, getrandom::Error> {
    let mut bytes = [0; GROUPS * GROUP_LETTERS];
    getrandom::fill(&mut bytes)?;
    let letter = |byte: &u8| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]);
    let groups: Vec<String> =
        bytes.chunks(GROUP_LETTERS).map(|group| group.iter().map(letter).collect()).collect();
    Ok(Secret::from(groups.join("-")))
}
