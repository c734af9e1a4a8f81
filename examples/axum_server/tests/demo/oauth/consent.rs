//! The page on which an administrator lets an identity provider in.

use super::*;

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
