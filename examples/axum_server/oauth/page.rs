//! What the administrator sees. The pages load nothing, run nothing, and cannot be framed.

use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{StatusCode, Uri};
use scimwire::Secret;
use scimwire::auth::TokenHash;

const STYLE: &str = include_str!("page.css");

/// The question whether a client may come in.
pub(super) struct Consent<'p> {
    pub(super) client: &'p str,
    pub(super) tenant: &'p str,
    pub(super) scope: &'p str,
    pub(super) redirect: &'p str,
    /// The same in the form and in the cookie.
    pub(super) nonce: &'p Secret,
    pub(super) cookie: &'p str,
    /// Whether the cookie is for TLS only.
    pub(super) secure: bool,
    pub(super) problem: Option<&'p str>,
}

/// Why there is no such question.
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
        let main = format!(
            "<h1>This link does not work</h1>\n<p role=\"alert\">{}</p>",
            shown(self.problem)
        );
        (StatusCode::BAD_REQUEST, page(&main, "'none'")).into_response()
    }
}

impl Consent<'_> {
    fn main(&self) -> String {
        let problem = self
            .problem
            .map(|problem| format!("<p role=\"alert\">{}</p>\n", shown(problem)))
            .unwrap_or_default();
        let (client, tenant, scope) = (name(self.client), name(self.tenant), escaped(self.scope));
        let (redirect, nonce) = (name(self.redirect), escaped(self.nonce.expose()));
        format!(
            "<h1>Let <em>{client}</em> provision <em>{tenant}</em>?</h1>\n\
             <p>It will create, read, change and delete users and groups of <em>{tenant}</em> (scope <code>{scope}</code>), \
             until you end it.</p>\n\
             <p>You will be sent back to <code>{redirect}</code>.</p>\n\
             {problem}\
             <form method=\"post\">\n\
             <input type=\"hidden\" name=\"nonce\" value=\"{nonce}\">\n\
             <label for=\"password\">Administrator's password</label>\n\
             <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" autofocus>\n\
             <button name=\"decision\" value=\"allow\">Allow</button>\n\
             <button name=\"decision\" value=\"deny\">Do not allow</button>\n\
             </form>"
        )
    }
}

/// A page whose forms go, or lead, to `form_action` only: some browsers check that of where a form
/// is sent on to as well.
fn page(main: &str, form_action: &str) -> ([(HeaderName, String); 5], Html<String>) {
    let style = STANDARD.encode(TokenHash::of(&Secret::from(STYLE)).as_bytes());
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    );
    let headers = [
        (CONTENT_SECURITY_POLICY, policy),
        (CACHE_CONTROL, "no-store".to_owned()),
        (REFERRER_POLICY, "no-referrer".to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (X_FRAME_OPTIONS, "DENY".to_owned()),
    ];
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Allow access</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n{main}\n</main>\n</body>\n</html>\n"
    );
    (headers, Html(html))
}

/// Scheme and host of an address that was checked when the server was started.
fn origin(uri: &str) -> String {
    let uri: Option<Uri> = uri.parse().ok();
    let origin = uri.as_ref().and_then(|uri| uri.scheme_str().zip(uri.authority()));
    origin.map(|(scheme, host)| format!("{scheme}://{host}")).unwrap_or_default()
}

/// Words in which names stand between backticks, each of them apart from the direction of writing
/// of the rest; what would turn that direction is seen, and does nothing.
fn shown(words: &str) -> String {
    let part = |(index, part): (usize, &str)| {
        if index % 2 == 1 { format!("`{}`", name(part)) } else { visible(part) }
    };
    words.split('`').enumerate().map(part).collect()
}

fn name(text: &str) -> String {
    format!("<bdi>{}</bdi>", visible(text))
}

fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for character in escaped(text).chars() {
        match character {
            '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {
                visible.push_str(&format!("<span>U+{:04X}</span>", u32::from(character)));
            }
            other => visible.push(other),
        }
    }
    visible
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
