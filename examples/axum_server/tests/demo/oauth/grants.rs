//! Codes and tokens: whose they are, how long they are good, and what ends them.

use super::*;

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
