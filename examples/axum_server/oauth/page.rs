//! The consent pages for the administrator. They load nothing, run nothing, and cannot be framed.

use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{StatusCode, Uri};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use scimwire::Secret;
use scimwire::auth::TokenHash;

const STYLE: &str = include_str!("page.css");

/// The question whether a client may come in.
pub(super) struct Consent<'p> {
    pub(super) client: &'p str,
    pub(super) tenant: &'p str,
    pub(super) scope: &'p str,
    pub(super) redirect: &'p str,
    /// The CSRF token, equal in the form and in the cookie.
    pub(super) nonce: &'p Secret,
    pub(super) cookie: &'p str,
    /// `true` if the cookie is for TLS only.
    pub(super) secure: bool,
    pub(super) problem: Option<&'p str>,
}

/// Why the administrator cannot be asked.
pub(super) struct Problem<'p> {
    pub(super) problem: &'p str,
}

impl IntoResponse for Consent<'_> {
    fn into_response(self) -> Response {
        let Self { nonce, cookie, secure, .. } = self;
        let secure = if secure { "; Secure" } else { "" };
        let cookie = format!(
            "{cookie}={}; Path=/; Max-Age=600; HttpOnly; SameSite=Strict{secure}",
            nonce.expose()
        );
        let (origin, main) = (origin(self.redirect), self.main());
        ([(SET_COOKIE, cookie)], page(&main, &format!("'self' {origin}"))).into_response()
    }
}

impl IntoResponse for Problem<'_> {
    fn into_response(self) -> Response {
        let main = html! {
            h1 { "This link is not valid" }
            p role="alert" { (shown(self.problem)) }
        };
        (StatusCode::BAD_REQUEST, page(&main, "'none'")).into_response()
    }
}

impl Consent<'_> {
    fn main(&self) -> Markup {
        let (client, tenant, redirect) =
            (name(self.client), name(self.tenant), name(self.redirect));
        html! {
            h1 { "Authorize " em { (client) } " for " em { (tenant) } "?" }
            p {
                "It can create, read, change and delete users and groups of " em { (tenant) }
                " (scope " code { (self.scope) } ") until access is revoked."
            }
            p { "You will be redirected to " code { (redirect) } "." }
            @if let Some(problem) = self.problem {
                p role="alert" { (shown(problem)) }
            }
            form method="post" {
                input type="hidden" name="nonce" value=(self.nonce.expose());
                label for="password" { "Administrator password" }
                input id="password" name="password" type="password"
                    autocomplete="current-password" autofocus;
                " " button name="decision" value="allow" { "Allow" }
                " " button name="decision" value="deny" { "Deny" }
            }
        }
    }
}

/// A page whose forms go, or lead, to `form_action` only: some browsers check that of where a form
/// is sent on to as well.
fn page(main: &Markup, form_action: &str) -> ([(HeaderName, String); 5], Html<String>) {
    let style = STANDARD.encode(TokenHash::new(&Secret::from(STYLE)).as_bytes());
    let hooks = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = [
        (CONTENT_SECURITY_POLICY, hooks),
        (CACHE_CONTROL, "no-store".to_owned()),
        (REFERRER_POLICY, "no-referrer".to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (X_FRAME_OPTIONS, "DENY".to_owned()),
    ];
    let html = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Allow access" }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (main) } }
        }
    };
    (headers, Html(html.into_string()))
}

/// Scheme and host of an address that was checked when the server was started.
fn origin(uri: &str) -> String {
    let uri: Option<Uri> = uri.parse().ok();
    let origin = uri.as_ref().and_then(|uri| uri.scheme_str().zip(uri.authority()));
    origin.map(|(scheme, host)| format!("{scheme}://{host}")).unwrap_or_default()
}

/// Words in which names stand between backticks, each of them apart from the direction of writing
/// of the rest; what would turn that direction is seen, and does nothing.
fn shown(words: &str) -> Markup {
    html! {
        @for (index, part) in words.split('`').enumerate() {
            @if index % 2 == 1 { "`" (name(part)) "`" } @else { (visible(part)) }
        }
    }
}

fn name(text: &str) -> Markup {
    html! { bdi { (visible(text)) } }
}

fn visible(text: &str) -> Markup {
    html! {
        @for part in text.split_inclusive(turns) {
            (part.trim_end_matches(turns))
            @for mark in part.chars().filter(|mark| turns(*mark)) {
                span { "U+" (format!("{:04X}", u32::from(mark))) }
            }
        }
    }
}

/// Returns `true` if a character changes the text direction.
fn turns(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}
