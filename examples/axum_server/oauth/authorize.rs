//! `/oauth/authorize`: the page on which an administrator allows an identity provider to come in
//! (RFC 6749, Section 4.1).

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, COOKIE, LOCATION, REFERRER_POLICY};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use scimwire::auth::TokenHash;
use scimwire::{Secret, StoreError};
use tracing::{info, warn};

use super::clients::{Client, Origin};
use super::form::Parameters;
use super::page::{Consent, Problem};
use super::pkce::Challenge;
use super::{OAuth, SCOPE, error};
use crate::console::NotSignedIn;
use crate::random;

/// An authorization request.
struct Inquiry {
    client: Client,
    /// One of the client's, letter by letter.
    redirect: String,
    /// `true` if the request named it.
    names_redirect: bool,
    state: Option<String>,
    challenge: Option<Challenge>,
    /// Who answers (RFC 9207): a client of several servers can tell by it which one has sent the
    /// browser back.
    issuer: String,
}

/// Why an authorization request is rejected.
pub(super) enum Refusal {
    /// It is not known whose browser this is, so that it is sent nowhere (RFC 6749, Section
    /// 4.1.2.1).
    Here(String),
    /// The client hears of it.
    There { location: String },
}

/// Shows the page.
pub(super) async fn ask(State(oauth): State<Arc<OAuth>>, head: Parts) -> Result<Response, Refusal> {
    let inquiry = Inquiry::read(&oauth, &head).await?;
    Ok(consent(&oauth, &inquiry, StatusCode::OK, None))
}

/// Takes the answer. The form comes to the address of the page, so that what was asked for is read
/// again.
pub(super) async fn decide(
    State(oauth): State<Arc<OAuth>>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    head: Parts,
    body: Bytes,
) -> Result<Response, Refusal> {
    let inquiry = Inquiry::read(&oauth, &head).await?;
    let form = Parameters::read(&body)
        .map_err(|_| Refusal::here("This form was not submitted from this page. Sign in again."))?;
    if !is_ours(&oauth, &head.headers, &form) {
        let problem = "This page was open too long, or in two windows. Sign in again.";
        return Ok(consent(&oauth, &inquiry, StatusCode::FORBIDDEN, Some(problem)));
    }
    if form.get("decision") != Some("allow") {
        return Err(inquiry.refusal("access_denied", "denied by an administrator"));
    }
    let password = Secret::from(form.get("password").unwrap_or_default());
    match oauth.sign_in.check(&password, address.ip()).await {
        Ok(()) => inquiry.allow(&oauth).await,
        Err(NotSignedIn::Wrong(_)) => {
            warn!(tenant = %inquiry.client.tenant, client = inquiry.client.id, "wrong administrator password");
            let problem = "Wrong administrator password.";
            Ok(consent(&oauth, &inquiry, StatusCode::FORBIDDEN, Some(problem)))
        }
        Err(NotSignedIn::Failed(err)) => Err(Refusal::failed(&err)),
        Err(NotSignedIn::Pause(seconds)) => {
            let problem = format!("Too many wrong passwords. Try again in {seconds} seconds.");
            Ok(consent(&oauth, &inquiry, StatusCode::TOO_MANY_REQUESTS, Some(&problem)))
        }
    }
}

impl Inquiry {
    async fn read(oauth: &OAuth, head: &Parts) -> Result<Self, Refusal> {
        let parameters = Parameters::read(head.uri.query().unwrap_or_default().as_bytes());
        let parameters =
            parameters.map_err(|_| Refusal::here("A parameter was sent more than once."))?;
        let id =
            parameters.get("client_id").ok_or_else(|| Refusal::here("`client_id` is missing."))?;
        let client = oauth.client_here(id, head).await.map_err(|err| Refusal::failed(&err))?;
        let client = client.ok_or_else(|| Refusal::here(format!("Unknown client `{id}`.")))?;
        let asked = parameters.get("redirect_uri");
        let (redirect, names_redirect) = (client.redirect(asked)?.to_owned(), asked.is_some());
        let (state, issuer) =
            (parameters.get("state").map(str::to_owned), oauth.public_url.as_str().to_owned());
        let mut inquiry = Self { client, redirect, names_redirect, state, challenge: None, issuer };
        if parameters.get("response_type") != Some("code") {
            return Err(
                inquiry.refusal("unsupported_response_type", "`response_type` must be `code`")
            );
        }
        inquiry.challenge = match parameters.get("code_challenge") {
            Some(challenge) => {
                let challenge = Challenge::read(challenge, parameters.get("code_challenge_method"));
                Some(challenge.map_err(|problem| inquiry.refusal("invalid_request", problem))?)
            }
            None => None,
        };
        Ok(inquiry)
    }

    async fn allow(&self, oauth: &OAuth) -> Result<Response, Refusal> {
        let code = oauth
            .grants
            .code(&self.client, &self.redirect, self.names_redirect, self.challenge)
            .await;
        let code = code.map_err(|_| self.refusal("server_error", "could not generate a code"))?;
        info!(tenant = %self.client.tenant, client = self.client.id, "access granted by an administrator");
        Ok(sent_to(&self.location(&[("code", code.expose())])))
    }

    fn refusal(&self, error: &str, description: &str) -> Refusal {
        Refusal::There {
            location: self.location(&[("error", error), ("error_description", description)]),
        }
    }

    /// Where the browser goes, with this added.
    fn location(&self, parameters: &[(&str, &str)]) -> String {
        let separator = if self.redirect.contains('?') { '&' } else { '?' };
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &self.issuer);
        format!("{}{separator}{}", self.redirect, query.finish())
    }
}

impl Client {
    /// The address that was asked for, if it is one of this client's; the only one, where none was
    /// asked for. Nothing but the very same letters will do (RFC 9700, Section 2.1).
    fn redirect(&self, asked: Option<&str>) -> Result<&str, Refusal> {
        let remedy = |uri: &str| {
            match self.origin {
            Origin::Given => format!(
                "If it is correct, start the server with `--oauth-redirect {}={uri}`.",
                self.id
            ),
            Origin::Made { .. } => {
                "If it is correct, add it to this client's redirect URIs in the console, under Settings."
                    .to_owned()
            }
        }
        };
        match (asked, self.redirects.as_slice()) {
            (Some(asked), known) => {
                let known = known.iter().find(|known| *known == asked);
                known.map(String::as_str).ok_or_else(|| {
                    Refusal::here(format!(
                        "`redirect_uri` `{asked}` is not registered for this client. {}",
                        remedy(asked)
                    ))
                })
            }
            (None, [only]) => Ok(only),
            (None, _) => {
                Err(Refusal::here(format!("`redirect_uri` is missing. {}", remedy("URI"))))
            }
        }
    }
}

impl Refusal {
    fn failed(err: &StoreError) -> Self {
        error::log(err);
        Self::here("The client cannot be verified right now. Try again later.")
    }

    fn here(problem: impl Into<String>) -> Self {
        Self::Here(problem.into())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Here(problem) => Problem { problem: &problem }.into_response(),
            Self::There { location } => sent_to(&location),
        }
    }
}

fn consent(
    oauth: &OAuth,
    inquiry: &Inquiry,
    status: StatusCode,
    problem: Option<&str>,
) -> Response {
    let Ok(nonce) = random::secret() else {
        return inquiry.refusal("server_error", "could not create the page").into_response();
    };
    let page = Consent {
        client: &inquiry.client.id,
        tenant: inquiry.client.tenant.as_str(),
        scope: SCOPE,
        redirect: &inquiry.redirect,
        nonce: &nonce,
        cookie: cookie_name(oauth),
        secure: oauth.public_url.is_secure(),
        problem,
    };
    (status, page).into_response()
}

/// Returns `true` if a form was filled in on a page of ours, in this browser: the page and the
/// cookie have the same random number, and the browser does not say that it comes from elsewhere.
fn is_ours(oauth: &OAuth, headers: &HeaderMap, form: &Parameters) -> bool {
    let from_elsewhere = headers.get("Sec-Fetch-Site").is_some_and(|site| site != "same-origin");
    let cookies = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    let mut named = cookies
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter(|(name, _)| *name == cookie_name(oauth));
    let hash = |text: &str| TokenHash::new(&Secret::from(text));
    match (named.next(), named.next(), form.get("nonce")) {
        (Some((_, cookie)), None, Some(nonce)) => !from_elsewhere && hash(cookie) == hash(nonce),
        _ => false,
    }
}

/// Over TLS, a name that no other host can set a cookie under.
fn cookie_name(oauth: &OAuth) -> &'static str {
    if oauth.public_url.is_secure() { "__Host-oauth" } else { "oauth" }
}

/// A GET, whatever the request was (RFC 9700, Section 4.12).
fn sent_to(location: &str) -> Response {
    (
        StatusCode::SEE_OTHER,
        [(LOCATION, location), (CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "no-referrer")],
    )
        .into_response()
}
