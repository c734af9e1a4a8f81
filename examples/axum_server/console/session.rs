//! Who has signed in: a random cookie, which the browser sends from our own pages alone, and a word
//! that only those pages know.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::COOKIE;
use http::{HeaderMap, Method};
use scimwire::Secret;
use scimwire::auth::TokenHash;
use tokio::sync::watch;
use tokio::time;

use super::Console;
use super::error::ConsoleError;

const PLAIN_COOKIE: &str = "scimwire_console";

/// Over TLS: no other host can set a cookie of a name that begins so.
const HOST_COOKIE: &str = "__Host-scimwire_console";

/// The header that a page sends with each change.
pub(super) const FORGERY_HEADER: &str = "X-CSRF-Token";

/// The most sessions; the oldest is dropped.
const SESSIONS: usize = 100;

/// The sessions that are open.
pub(super) struct Sessions {
    lifetime: Duration,
    /// `true` if pages come over TLS.
    secure: bool,
    open: Mutex<HashMap<TokenHash, Open>>,
}

/// A session that is open. Its end is seen by all that goes on in it.
struct Open {
    session: Session,
    _alive: watch::Sender<()>,
}

/// A session.
#[derive(Clone)]
pub(super) struct Session {
    /// The CSRF token that its pages send with each change.
    pub(super) forgery_token: Secret,
    ends: Instant,
    cookie: TokenHash,
    /// Closed as soon as the session is.
    alive: watch::Receiver<()>,
}

impl Sessions {
    pub(super) fn new(lifetime: Duration, secure: bool) -> Self {
        Self { lifetime, secure, open: Mutex::default() }
    }

    /// Opens one, and says what the cookie is to hold.
    pub(super) fn open(&self) -> Result<(Secret, Session), getrandom::Error> {
        let (cookie, forgery_token) = (random()?, random()?);
        let hash = TokenHash::new(&cookie);
        let (sender, alive) = watch::channel(());
        let session =
            Session { forgery_token, ends: Instant::now() + self.lifetime, cookie: hash, alive };
        let mut open = self.lock();
        open.retain(|_, open| open.session.is_open());
        let oldest =
            open.values().min_by_key(|open| open.session.ends).map(|open| open.session.cookie);
        if let Some(oldest) = oldest.filter(|_| open.len() >= SESSIONS) {
            open.remove(&oldest);
        }
        open.insert(hash, Open { session: session.clone(), _alive: sender });
        Ok((cookie, session))
    }

    /// The session of a request.
    pub(super) fn of(&self, headers: &HeaderMap) -> Option<Session> {
        let session = self.lock().get(&self.cookie(headers)?)?.session.clone();
        session.is_open().then_some(session)
    }

    pub(super) fn close(&self, session: &Session) {
        self.lock().remove(&session.cookie);
    }

    /// The cookie that holds a session, or that ends it.
    pub(super) fn set_cookie(&self, value: Option<&Secret>) -> String {
        let seconds = if value.is_some() { self.lifetime.as_secs() } else { 0 };
        let value = value.map(Secret::expose).unwrap_or_default();
        let (path, secure) = if self.secure { ("/", "; Secure") } else { ("/console", "") };
        let name = self.cookie_name();
        format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
    }

    /// The hash of our cookie, if it is there.
    fn cookie(&self, headers: &HeaderMap) -> Option<TokenHash> {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
        let mut pairs = cookies
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        pairs
            .find(|(name, _)| *name == self.cookie_name())
            .map(|(_, value)| TokenHash::new(&Secret::from(value)))
    }

    fn cookie_name(&self) -> &'static str {
        if self.secure { HOST_COOKIE } else { PLAIN_COOKIE }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TokenHash, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn is_open(&self) -> bool {
        Instant::now() < self.ends
    }

    /// Comes when it is over: it was closed, or its time is up.
    pub(super) async fn end(mut self) {
        let closed = async { while self.alive.changed().await.is_ok() {} };
        let _ = time::timeout_at(self.ends.into(), closed).await;
    }
}

/// Lets in who has signed in; a change only if it comes from a page of ours.
pub(super) async fn require(
    State(console): State<Arc<Console>>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(session) = console.sign_in.sessions.of(request.headers()) else {
        return ConsoleError::SignedOut.into_response();
    };
    if !matches!(*request.method(), Method::GET | Method::HEAD)
        && !is_from_our_page(request.headers(), &session)
    {
        return ConsoleError::Forged.into_response();
    }
    request.extensions_mut().insert(session);
    next.run(request).await
}

/// Returns `true` if the request carries the CSRF token of the session, which no other site can
/// read.
pub(super) fn is_from_our_page(headers: &HeaderMap, session: &Session) -> bool {
    let sent = headers.get(FORGERY_HEADER).and_then(|word| word.to_str().ok()).map(Secret::from);
    sent.is_some_and(|sent| TokenHash::new(&sent) == TokenHash::new(&session.forgery_token))
}

/// 256 bits, as letters that need no escape anywhere.
pub(super) fn random() -> Result<Secret, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(Secret::from(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
}
