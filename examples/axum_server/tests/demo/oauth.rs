//! How identity providers get tokens by themselves: OAuth 2 as a client and a browser see it.

use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::requests::{FLAGS, assert_scim_error, body, get, send};
use crate::support::demo::Demo;
use crate::support::http::Response;

mod clients;
mod consent;
mod grants;

const PASSWORD: &str = "correct horse battery";
const CALLBACK: &str = "https://idp.example.com/callback";
const SECRET: &str = "0123456789abcdef-one";
const OTHER_SECRET: &str = "0123456789abcdef-two";

/// Two clients of tenant `one`, one of tenant `two`.
const CLIENTS: &[&str] = &[
    "--admin-password",
    PASSWORD,
    "--oauth-client",
    "one=idp:0123456789abcdef-one",
    "--oauth-client",
    "one=second:0123456789abcdef-one-2",
    "--oauth-client",
    "two=other:0123456789abcdef-two",
    "--oauth-redirect",
    "idp=https://idp.example.com/callback",
    "--oauth-redirect",
    "idp=https://idp.example.com/back?from=scim",
    "--oauth-redirect",
    "other=https://other.example.com/callback",
];

/// A challenge and its verifier (RFC 7636, Appendix B).
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

const TOKEN: &str = "/oauth/token";
const REVOKE: &str = "/oauth/revoke";

fn start(flags: &[&str]) -> Demo {
    Demo::start(&[FLAGS, CLIENTS, flags].concat())
}

pub(crate) type Pairs<'p> = &'p [(&'p str, &'p str)];

fn encoded(pairs: Pairs<'_>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub(crate) async fn post_form(
    at: SocketAddr,
    path: &str,
    headers: Pairs<'_>,
    form: Pairs<'_>,
) -> Response {
    let headers = [&[("Content-Type", "application/x-www-form-urlencoded")], headers].concat();
    send(at, "POST", path, &headers, Some(encoded(form).as_bytes())).await
}

fn authorize(more: Pairs<'_>) -> String {
    let usual = [
        ("response_type", "code"),
        ("client_id", "idp"),
        ("redirect_uri", CALLBACK),
        ("state", "a&b=<c>"),
    ];
    format!("/oauth/authorize?{}", encoded(&[&usual, more].concat()))
}

/// What the page gives the browser: its cookie, and the number in its form.
async fn open(at: SocketAddr, path: &str) -> (String, String) {
    let page = send(at, "GET", path, &[], None).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let cookie = page.header("Set-Cookie").expect("a cookie");
    let cookie = cookie.split(';').next().expect("a first part").to_owned();
    let page = page.text();
    let (_, nonce) = page.split_once("name=\"nonce\" value=\"").expect("a number in the form");
    (cookie, nonce.split('"').next().expect("its end").to_owned())
}

/// An administrator opens the page, types this password, and allows it.
async fn allow(at: SocketAddr, path: &str, password: &str) -> Response {
    let (cookie, nonce) = open(at, path).await;
    let form = [("nonce", nonce.as_str()), ("password", password), ("decision", "allow")];
    post_form(at, path, &[("Cookie", &cookie)], &form).await
}

fn parameter(location: &str, name: &str) -> Option<String> {
    let (_, query) = location.split_once('?')?;
    form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn location(answer: &Response) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.header("Location").expect("a location")
}

/// A code for the client `idp`.
async fn code(at: SocketAddr, more: Pairs<'_>) -> String {
    let sent = allow(at, &authorize(more), PASSWORD).await;
    parameter(&location(&sent), "code").expect("a code")
}

/// A POST by the client `idp`.
async fn idp(at: SocketAddr, path: &str, form: Pairs<'_>) -> Response {
    let credentials = [("client_id", "idp"), ("client_secret", SECRET)];
    post_form(at, path, &[], &[&credentials, form].concat()).await
}

fn redemption(code: &str) -> [(&str, &str); 3] {
    [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)]
}

fn renewal(tokens: &Value) -> [(&str, &str); 2] {
    [("grant_type", "refresh_token"), ("refresh_token", text(tokens, "refresh_token"))]
}

fn text<'v>(tokens: &'v Value, name: &str) -> &'v str {
    tokens[name].as_str().unwrap_or_else(|| panic!("no {name}: {tokens}"))
}

async fn tokens(at: SocketAddr) -> Value {
    let code = code(at, &[]).await;
    granted(&idp(at, TOKEN, &redemption(&code)).await)
}

#[track_caller]
fn granted(answer: &Response) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("Cache-Control").as_deref(), Some("no-store"));
    let tokens = body(answer);
    assert_eq!((&tokens["token_type"], &tokens["scope"]), (&json!("Bearer"), &json!("scim")));
    tokens
}

#[track_caller]
fn refused(answer: &Response, status: u16, error: &str) {
    assert_eq!(
        (answer.status, &body(answer)["error"]),
        (status, &json!(error)),
        "{}",
        answer.text()
    );
    assert_eq!(answer.header("Cache-Control").as_deref(), Some("no-store"));
}

/// Returns `true` if SCIM takes the access token.
async fn lets_in(at: SocketAddr, tokens: &Value) -> bool {
    let answer = get(at, "/scim/v2/Users", text(tokens, "access_token")).await;
    if answer.status == 200 {
        return true;
    }
    assert_scim_error(&answer, 401);
    assert!(
        answer
            .header("WWW-Authenticate")
            .is_some_and(|challenge| challenge.contains("invalid_token"))
    );
    false
}
