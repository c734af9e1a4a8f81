//! How identity providers get tokens by themselves: OAuth 2 as a client and a browser see it.

use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::requests::{FLAGS, assert_scim_error, body, get, send};
use crate::support::demo::Demo;
use crate::support::http::Response;

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

type Pairs<'p> = &'p [(&'p str, &'p str)];

fn encoded(pairs: Pairs<'_>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

async fn post_form(at: SocketAddr, path: &str, headers: Pairs<'_>, form: Pairs<'_>) -> Response {
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

/// Whether SCIM takes the access token.
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

#[tokio::test]
async fn an_administrator_lets_an_identity_provider_in() {
    let demo = start(&[]);
    let at = demo.address();
    let sent = location(&allow(at, &authorize(&[("scope", "openid scim")]), PASSWORD).await);
    assert!(sent.starts_with("https://idp.example.com/callback?"), "{sent}");
    assert_eq!(parameter(&sent, "state").as_deref(), Some("a&b=<c>"));
    let code = parameter(&sent, "code").expect("a code");

    let basic = format!("Basic {}", STANDARD.encode(format!("idp:{SECRET}")));
    let first =
        granted(&post_form(at, TOKEN, &[("Authorization", &basic)], &redemption(&code)).await);
    assert_eq!(first["expires_in"], 3600);
    assert!(lets_in(at, &first).await);
    let second = granted(&idp(at, TOKEN, &renewal(&first)).await);
    assert_ne!(text(&first, "refresh_token"), text(&second, "refresh_token"));
    assert!(
        lets_in(at, &first).await && lets_in(at, &second).await,
        "the old access token lives until it expires"
    );
    assert!(granted(&idp(at, TOKEN, &renewal(&second)).await)["refresh_token"].is_string());

    let log = demo.last_words();
    for secret in
        [&code, SECRET, PASSWORD, text(&first, "access_token"), text(&second, "refresh_token")]
    {
        assert!(!log.contains(secret), "{log}");
    }
}

#[tokio::test]
async fn a_redirect_keeps_its_own_query() {
    let demo = start(&[]);
    let back = "https://idp.example.com/back?from=scim";
    let path = authorize(&[])
        .replace(&encoded(&[("redirect_uri", CALLBACK)]), &encoded(&[("redirect_uri", back)]));
    let sent = location(&allow(demo.address(), &path, PASSWORD).await);
    assert!(sent.starts_with("https://idp.example.com/back?from=scim&code="), "{sent}");
    let only = "/oauth/authorize?response_type=code&client_id=other";
    let sent = location(&allow(demo.address(), only, PASSWORD).await);
    assert!(
        sent.starts_with("https://other.example.com/callback?code="),
        "the only one need not be named: {sent}"
    );
    let code = parameter(&sent, "code").expect("a code");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("client_id", "other"),
        ("client_secret", OTHER_SECRET),
    ];
    granted(&post_form(demo.address(), TOKEN, &[], &form).await);
}

#[tokio::test]
async fn the_page_cannot_be_framed_and_runs_nothing() {
    let demo = start(&[]);
    let page = send(demo.address(), "GET", &authorize(&[]), &[], None).await;
    let policy = page.header("Content-Security-Policy").expect("a policy");
    for part in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self' https://idp.example.com;",
    ] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    assert!(
        !policy.contains("unsafe") && !policy.contains('*') && !policy.contains("script-src"),
        "{policy}"
    );
    for (name, value) in [
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
    ] {
        assert_eq!(page.header(name).as_deref(), Some(value), "{name}");
    }
    let cookie = page.header("Set-Cookie").expect("a cookie");
    for part in ["oauth=", "; HttpOnly", "; SameSite=Strict"] {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    let secure = start(&["--public-url", "https://scim.example.com"]);
    let page = send(secure.address(), "GET", &authorize(&[]), &[], None).await;
    let cookie = page.header("Set-Cookie").expect("a cookie");
    assert!(cookie.starts_with("__Host-oauth=") && cookie.ends_with("; Secure"), "{cookie}");
}

#[tokio::test]
async fn forms_that_were_not_filled_in_on_the_page_are_refused() {
    let demo = start(&[]);
    let at = demo.address();
    let path = authorize(&[]);
    let (cookie, nonce) = open(at, &path).await;
    let (_, other_nonce) = open(at, &path).await;
    let cookie = cookie.as_str();
    let twice = format!("{cookie}; oauth={other_nonce}");
    for (headers, nonce) in [
        (&[][..], nonce.as_str()),
        (&[("Cookie", "oauth=")], ""),
        (&[("Cookie", cookie)], ""),
        (&[("Cookie", cookie)], other_nonce.as_str()),
        (&[("Cookie", twice.as_str())], nonce.as_str()),
        (&[("Cookie", cookie), ("Sec-Fetch-Site", "cross-site")], nonce.as_str()),
        (&[("Cookie", cookie), ("Sec-Fetch-Site", "same-site")], nonce.as_str()),
    ] {
        let form = [("nonce", nonce), ("password", PASSWORD), ("decision", "allow")];
        let answer = post_form(at, &path, headers, &form).await;
        assert_eq!(answer.status, 403, "{headers:?} {nonce}");
        assert_eq!(answer.header("Location"), None);
    }
    let form = [("nonce", nonce.as_str()), ("password", PASSWORD), ("decision", "allow")];
    let answer =
        post_form(at, &path, &[("Cookie", cookie), ("Sec-Fetch-Site", "same-origin")], &form).await;
    assert!(parameter(&location(&answer), "code").is_some());
}

#[tokio::test]
async fn only_the_administrator_allows_it() {
    let demo = start(&[]);
    let at = demo.address();
    let (cookie, nonce) = open(at, &authorize(&[])).await;
    let denied = [("nonce", nonce.as_str()), ("decision", "deny")];
    let sent = location(&post_form(at, &authorize(&[]), &[("Cookie", &cookie)], &denied).await);
    assert_eq!(parameter(&sent, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&sent, "state").as_deref(), Some("a&b=<c>"));
    assert_eq!(parameter(&sent, "code"), None);

    for wrong in ["", "correct horse", "Correct horse battery", "correct horse battery ", "<b>"] {
        let answer = allow(at, &authorize(&[]), wrong).await;
        assert_eq!((answer.status, answer.header("Location")), (403, None), "{wrong}");
        assert!(!answer.text().contains("<b>"));
    }
    for password in ["wrong", PASSWORD] {
        let answer = allow(at, &authorize(&[]), password).await;
        assert_eq!(
            (answer.status, answer.header("Location")),
            (429, None),
            "after five wrong ones nobody is listened to"
        );
    }
}

#[tokio::test]
async fn nobody_is_sent_where_the_client_did_not_register() {
    let demo = start(&[]);
    let query = |id: &str, redirect: &str| {
        encoded(&[
            ("response_type", "code"),
            ("client_id", id),
            ("redirect_uri", redirect),
            ("state", "s"),
        ])
    };
    let mut wrong: Vec<String> = [
        "https://idp.example.com/callback/",
        "https://idp.example.com/callback?x=1",
        "https://idp.example.com/callback/../x",
        "https://idp.example.com:443/callback",
        "https://IDP.example.com/callback",
        "http://idp.example.com/callback",
        "https://idp.example.com.evil.test/callback",
        "https://idp.example.com@evil.test/callback",
        "https://other.example.com/callback",
        "\"><script>alert(1)</script>",
        "",
    ]
    .map(|redirect| query("idp", redirect))
    .into();
    wrong.extend([
        query("nobody", CALLBACK),
        query("<script>", CALLBACK),
        query("", CALLBACK),
        query("second", CALLBACK),
    ]);
    wrong.push(format!(
        "{}&{}",
        query("idp", CALLBACK),
        encoded(&[("redirect_uri", "https://evil.test/")])
    ));
    wrong.push(String::new());
    for query in wrong {
        for method in ["GET", "POST"] {
            let answer = send(
                demo.address(),
                method,
                &format!("/oauth/authorize?{query}"),
                &[],
                Some(b"decision=deny"),
            )
            .await;
            assert_eq!((answer.status, answer.header("Location")), (400, None), "{method} {query}");
            assert!(!answer.text().contains("<script"), "{}", answer.text());
            assert!(
                answer
                    .header("Content-Security-Policy")
                    .is_some_and(|policy| policy.contains("form-action 'none'"))
            );
        }
    }
}

#[tokio::test]
async fn what_else_is_wrong_with_a_question_the_client_hears() {
    let demo = start(&[]);
    let usual = authorize(&[]);
    for (path, error) in [
        (usual.replace("response_type=code", "response_type=token"), "unsupported_response_type"),
        (usual.replace("response_type=code", "response_type="), "unsupported_response_type"),
        (authorize(&[("code_challenge", CHALLENGE)]), "invalid_request"),
        (
            authorize(&[("code_challenge", CHALLENGE), ("code_challenge_method", "plain")]),
            "invalid_request",
        ),
        (
            authorize(&[("code_challenge", "short"), ("code_challenge_method", "S256")]),
            "invalid_request",
        ),
    ] {
        let sent = location(&send(demo.address(), "GET", &path, &[], None).await);
        assert!(sent.starts_with("https://idp.example.com/callback?error="), "{sent}");
        assert_eq!(parameter(&sent, "error").as_deref(), Some(error), "{path}");
        assert_eq!(parameter(&sent, "state").as_deref(), Some("a&b=<c>"));
    }
}

#[tokio::test]
async fn a_code_is_for_who_asked_for_it() {
    let demo = start(&[]);
    let at = demo.address();
    let pkce = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let elsewhere = "https://idp.example.com/back?from=scim";
    for (asked, redirect, verifier) in [
        (&[][..], Some(elsewhere), None),
        (&[], None, None),
        (&[], Some(CALLBACK), Some(VERIFIER)),
        (&pkce, Some(CALLBACK), None),
        (&pkce, Some(CALLBACK), Some("another-verifier-that-is-long-enough-for-the-rfc")),
        (&pkce, Some(CALLBACK), Some(CHALLENGE)),
    ] {
        let code = code(at, asked).await;
        let mut form = vec![("grant_type", "authorization_code"), ("code", code.as_str())];
        form.extend(redirect.map(|redirect| ("redirect_uri", redirect)));
        form.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        refused(&idp(at, TOKEN, &form).await, 400, "invalid_grant");
        let right = [
            &redemption(&code)[..],
            if asked.is_empty() { &[] } else { &[("code_verifier", VERIFIER)] },
        ]
        .concat();
        refused(&idp(at, TOKEN, &right).await, 400, "invalid_grant");
    }
    let with_proof = code(at, &pkce).await;
    let form = [&redemption(&with_proof)[..], &[("code_verifier", VERIFIER)]].concat();
    assert!(lets_in(at, &granted(&idp(at, TOKEN, &form).await)).await);

    let of_idp = code(at, &[]).await;
    for (id, secret) in [("second", "0123456789abcdef-one-2"), ("other", OTHER_SECRET)] {
        let form =
            [&[("client_id", id), ("client_secret", secret)], &redemption(&of_idp)[..]].concat();
        refused(&post_form(at, TOKEN, &[], &form).await, 400, "invalid_grant");
    }
    granted(&idp(at, TOKEN, &redemption(&of_idp)).await);
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_what_came_of_it() {
    let demo = start(&[]);
    let at = demo.address();
    let bystander = tokens(at).await;
    let code = code(at, &[]).await;
    let first = granted(&idp(at, TOKEN, &redemption(&code)).await);
    let second = granted(&idp(at, TOKEN, &renewal(&first)).await);
    refused(&idp(at, TOKEN, &redemption(&code)).await, 400, "invalid_grant");
    for ended in [&first, &second] {
        assert!(!lets_in(at, ended).await);
        refused(&idp(at, TOKEN, &renewal(ended)).await, 400, "invalid_grant");
    }
    assert!(lets_in(at, &bystander).await);
    granted(&idp(at, TOKEN, &renewal(&bystander)).await);
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_its_family() {
    let demo = start(&[]);
    let at = demo.address();
    let (first, bystander) = (tokens(at).await, tokens(at).await);
    for (id, secret) in [("second", "0123456789abcdef-one-2"), ("other", OTHER_SECRET)] {
        let form = [&[("client_id", id), ("client_secret", secret)], &renewal(&first)[..]].concat();
        refused(&post_form(at, TOKEN, &[], &form).await, 400, "invalid_grant");
    }
    let second = granted(&idp(at, TOKEN, &renewal(&first)).await);
    refused(&idp(at, TOKEN, &renewal(&first)).await, 400, "invalid_grant");
    assert!(!lets_in(at, &first).await && !lets_in(at, &second).await);
    refused(&idp(at, TOKEN, &renewal(&second)).await, 400, "invalid_grant");
    assert!(lets_in(at, &bystander).await);
    granted(&idp(at, TOKEN, &renewal(&bystander)).await);
}

#[tokio::test]
async fn tokens_are_taken_back() {
    let demo = start(&[]);
    let at = demo.address();
    let given = tokens(at).await;
    let token = |name: &str| [("token", text(&given, name).to_owned())];
    let (access, refresh) = (token("access_token"), token("refresh_token"));
    let pairs =
        |pair: &[(&'static str, String); 1]| pair.clone().map(|(name, value)| (name, value));

    for form in [&access, &refresh] {
        let [(name, value)] = pairs(form);
        let form = [
            ("client_id", "second"),
            ("client_secret", "0123456789abcdef-one-2"),
            (name, value.as_str()),
        ];
        assert_eq!(post_form(at, REVOKE, &[], &form).await.status, 200, "as if it were not known");
    }
    for unknown in ["token-1", "nothing"] {
        assert_eq!(idp(at, REVOKE, &[("token", unknown)]).await.status, 200);
    }
    assert_eq!(
        get(at, "/scim/v2/Users", "token-1").await.status,
        200,
        "the tenant's own token is not the client's"
    );
    refused(&idp(at, REVOKE, &[]).await, 400, "invalid_request");
    refused(&post_form(at, REVOKE, &[], &[("token", &access[0].1)]).await, 401, "invalid_client");
    assert!(lets_in(at, &given).await);

    assert_eq!(idp(at, REVOKE, &[("token", &access[0].1)]).await.status, 200);
    assert!(!lets_in(at, &given).await);
    let next = granted(&idp(at, TOKEN, &renewal(&given)).await);
    assert!(lets_in(at, &next).await);
    assert_eq!(idp(at, REVOKE, &[("token", text(&next, "refresh_token"))]).await.status, 200);
    assert!(!lets_in(at, &next).await, "with the refresh token its access tokens end");
    refused(&idp(at, TOKEN, &renewal(&next)).await, 400, "invalid_grant");
}

#[tokio::test]
async fn codes_and_tokens_expire() {
    let demo = start(&["--oauth-code-lifetime", "0"]);
    let late = code(demo.address(), &[]).await;
    refused(&idp(demo.address(), TOKEN, &redemption(&late)).await, 400, "invalid_grant");

    let demo = start(&["--oauth-token-lifetime", "0"]);
    let first = tokens(demo.address()).await;
    assert_eq!(first["expires_in"], 0);
    assert!(!lets_in(demo.address(), &first).await);
    granted(&idp(demo.address(), TOKEN, &renewal(&first)).await);

    let demo = start(&["--oauth-refresh-lifetime", "0"]);
    let first = tokens(demo.address()).await;
    assert!(lets_in(demo.address(), &first).await);
    refused(&idp(demo.address(), TOKEN, &renewal(&first)).await, 400, "invalid_grant");
}

#[tokio::test]
async fn a_client_comes_in_with_its_own_credentials() {
    let demo = start(&[]);
    let at = demo.address();
    let own =
        [("grant_type", "client_credentials"), ("scope", "https://graph.example.com/.default")];
    let in_body = granted(&idp(at, TOKEN, &own).await);
    assert_eq!((&in_body["expires_in"], &in_body["refresh_token"]), (&json!(3600), &Value::Null));
    let basic = format!("Basic {}", STANDARD.encode("other:0123456789abcdef-two"));
    let in_header = granted(&post_form(at, TOKEN, &[("Authorization", &basic)], &own).await);

    let created =
        crate::requests::create_user(at, "/scim/v2", text(&in_body, "access_token")).await;
    let path = format!("/scim/v2/Users/{}", created["id"].as_str().expect("an id"));
    assert_eq!(get(at, &path, "token-1").await.status, 200, "it is a token of the client's tenant");
    assert_scim_error(&get(at, &path, text(&in_header, "access_token")).await, 404);
}

#[tokio::test]
async fn clients_that_are_not_known_and_forms_that_are_none_are_refused() {
    let demo = start(&[]);
    let at = demo.address();
    let own = ("grant_type", "client_credentials");
    for form in [
        &[own][..],
        &[own, ("client_id", "idp")],
        &[own, ("client_id", "idp"), ("client_secret", "")],
        &[own, ("client_id", "idp"), ("client_secret", OTHER_SECRET)],
        &[own, ("client_id", "nobody"), ("client_secret", SECRET)],
        &[own, ("client_id", "IDP"), ("client_secret", SECRET)],
    ] {
        let answer = post_form(at, TOKEN, &[], form).await;
        refused(&answer, 401, "invalid_client");
        assert!(
            answer
                .header("WWW-Authenticate")
                .is_some_and(|challenge| challenge.starts_with("Basic "))
        );
    }
    for basic in ["idp:wrong", "idp", ":", "", "nobody:x"] {
        let basic = format!("Basic {}", STANDARD.encode(basic));
        refused(
            &post_form(at, TOKEN, &[("Authorization", &basic)], &[own]).await,
            401,
            "invalid_client",
        );
    }
    for header in ["Basic %%%", "Bearer token-1", "Basic"] {
        refused(
            &post_form(at, TOKEN, &[("Authorization", header)], &[own]).await,
            401,
            "invalid_client",
        );
    }
    let basic = format!("Basic {}", STANDARD.encode(format!("idp:{SECRET}")));
    let twice = [("Authorization", basic.as_str()), ("Authorization", "Bearer token-1")];
    refused(&post_form(at, TOKEN, &twice, &[own]).await, 400, "invalid_request");
    for form in [&[own, ("client_secret", SECRET)][..], &[own, ("client_id", "second")]] {
        refused(
            &post_form(at, TOKEN, &[("Authorization", &basic)], form).await,
            400,
            "invalid_request",
        );
    }
    for (form, error) in [
        (&[][..], "invalid_request"),
        (
            &[("grant_type", "password"), ("username", "x"), ("password", "y")],
            "unsupported_grant_type",
        ),
        (&[("grant_type", "authorization_code"), ("redirect_uri", CALLBACK)], "invalid_request"),
        (
            &[("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", CALLBACK)],
            "invalid_grant",
        ),
        (&[("grant_type", "refresh_token")], "invalid_request"),
        (&[("grant_type", "refresh_token"), ("refresh_token", "token-1")], "invalid_grant"),
        (&[own, own], "invalid_request"),
    ] {
        refused(&idp(at, TOKEN, form).await, 400, error);
    }
    let form = encoded(&[own, ("client_id", "idp"), ("client_secret", SECRET)]);
    for headers in [&[][..], &[("Content-Type", "application/json")]] {
        refused(
            &send(at, "POST", TOKEN, headers, Some(form.as_bytes())).await,
            400,
            "invalid_request",
        );
    }
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let in_query = send(at, "POST", &format!("{TOKEN}?{form}"), &headers, None).await;
    refused(&in_query, 401, "invalid_client");
    let large = vec![b'a'; 20 << 10];
    let wrong = [
        ("POST", TOKEN, Some(&large[..]), 413),
        ("GET", TOKEN, None, 405),
        ("PUT", "/oauth/authorize", None, 405),
    ];
    for (method, path, form, status) in
        wrong.into_iter().chain([("GET", "/oauth/nothing", None, 404)])
    {
        let answer = send(at, method, path, &headers, form).await;
        assert_eq!(
            (answer.status, &body(&answer)["error"]),
            (status, &json!("invalid_request")),
            "{method} {path}"
        );
        assert_eq!(answer.header("Allow").is_some(), status == 405, "{method} {path}");
    }
}

#[tokio::test]
async fn basic_credentials_are_encoded_as_in_a_form() {
    // RFC 6749, Section 2.3.1
    let demo = start(&[]);
    let own = ("grant_type", "client_credentials");
    for credentials in
        ["idp:0123456789abcdef%2Done", "%69dp:0123456789abcdef-one", "idp:0123456789abcdef-one"]
    {
        let basic = format!("Basic {}", STANDARD.encode(credentials));
        granted(&post_form(demo.address(), TOKEN, &[("Authorization", &basic)], &[own]).await);
    }
    for credentials in [
        "idp:0123456789abcdef%2one",
        "idp:0123456789abcdef+one",
        "idp:0123456789abcdef%252Done",
        "%ff:x",
    ] {
        let basic = format!("Basic {}", STANDARD.encode(credentials));
        refused(
            &post_form(demo.address(), TOKEN, &[("Authorization", &basic)], &[own]).await,
            401,
            "invalid_client",
        );
    }
}

#[tokio::test]
async fn a_verifier_is_long_enough_and_plain() {
    // RFC 7636, Section 4.1
    let demo = start(&[]);
    let longest = "a~".repeat(64);
    for (verifier, is_one) in
        [("short", false), (VERIFIER, true), (&longest, true), (&format!("{longest}b"), false)]
    {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        let code = code(
            demo.address(),
            &[("code_challenge", &challenge), ("code_challenge_method", "S256")],
        )
        .await;
        let form = [&redemption(&code)[..], &[("code_verifier", verifier)]].concat();
        let answer = idp(demo.address(), TOKEN, &form).await;
        if is_one { drop(granted(&answer)) } else { refused(&answer, 400, "invalid_grant") }
    }
}

#[tokio::test]
async fn only_so_many_access_tokens_of_a_client_are_good() {
    let demo = start(&[]);
    let own = [("grant_type", "client_credentials")];
    let mut given = Vec::new();
    for _ in 0..102 {
        given.push(granted(&idp(demo.address(), TOKEN, &own).await));
    }
    let other = [("client_id", "second"), ("client_secret", "0123456789abcdef-one-2"), own[0]];
    assert!(
        lets_in(demo.address(), &granted(&post_form(demo.address(), TOKEN, &[], &other).await))
            .await
    );
    for (number, is_good) in [(0, false), (1, false), (2, true), (101, true)] {
        assert_eq!(lets_in(demo.address(), &given[number]).await, is_good, "{number}");
    }
}

#[tokio::test]
async fn a_client_is_one_of_its_tenant_only() {
    let demo = start(&["--disable-tenant", "two"]);
    let at = demo.address();
    let own = [("grant_type", "client_credentials")];
    let given = granted(&idp(at, "/t/one/oauth/token", &own).await);
    assert!(lets_in(at, &given).await);
    assert_eq!(get(at, "/t/one/scim/v2/Users", text(&given, "access_token")).await.status, 200);
    assert_scim_error(&get(at, "/t/two/scim/v2/Users", text(&given, "access_token")).await, 401);
    for path in ["/t/two/oauth/token", "/t/none/oauth/token", "/t/two/oauth/revoke"] {
        refused(&idp(at, path, &own).await, 401, "invalid_client");
    }
    let page = authorize(&[]);
    assert_eq!(send(at, "GET", &format!("/t/one{page}"), &[], None).await.status, 200);
    let elsewhere = send(at, "GET", &format!("/t/two{page}"), &[], None).await;
    assert_eq!((elsewhere.status, elsewhere.header("Location")), (400, None));

    let other = [("client_id", "other"), ("client_secret", OTHER_SECRET), own[0]];
    let given = granted(&post_form(at, TOKEN, &[], &other).await);
    assert_scim_error(&get(at, "/scim/v2/Users", text(&given, "access_token")).await, 403);
}

#[tokio::test]
async fn programs_find_the_endpoints() {
    let demo = start(&["--public-url", "https://scim.example.com"]);
    let found = body(
        &send(demo.address(), "GET", "/.well-known/oauth-authorization-server", &[], None).await,
    );
    assert_eq!(found["issuer"], "https://scim.example.com");
    assert_eq!(found["authorization_endpoint"], "https://scim.example.com/oauth/authorize");
    assert_eq!(found["token_endpoint"], "https://scim.example.com/oauth/token");
    assert_eq!(found["revocation_endpoint"], "https://scim.example.com/oauth/revoke");
    assert_eq!(found["code_challenge_methods_supported"], json!(["S256"]));
    // RFC 9207: whoever is sent back knows by whom.
    assert_eq!(found["authorization_response_iss_parameter_supported"], true);
    let sent = location(&allow(demo.address(), &authorize(&[]), PASSWORD).await);
    assert_eq!(parameter(&sent, "iss").as_deref(), Some("https://scim.example.com"));
    let refused = location(
        &send(demo.address(), "GET", &authorize(&[("code_challenge", "x")]), &[], None).await,
    );
    assert_eq!(parameter(&refused, "iss").as_deref(), Some("https://scim.example.com"));
}

#[tokio::test]
async fn the_addresses_of_okta_have_a_short_form() {
    let demo = start(&["--oauth-redirect", "second=okta:acme_scim_1"]);
    for host in ["okta.com", "okta-emea.com", "oktapreview.com", "trexcloud.com"] {
        let callback =
            format!("https://system-admin.{host}/admin/app/cpc/acme_scim_1/oauth/callback");
        let query = encoded(&[
            ("response_type", "code"),
            ("client_id", "second"),
            ("redirect_uri", &callback),
        ]);
        let page =
            send(demo.address(), "GET", &format!("/oauth/authorize?{query}"), &[], None).await;
        assert_eq!(page.status, 200, "{callback}: {}", page.text());
    }
}
