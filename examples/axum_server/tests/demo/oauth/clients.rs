//! Clients: how they say who they are, what they may, and where they find the endpoints.

use super::*;

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

/// What a client asks for with its own credentials.
const OWN: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test]
async fn clients_that_are_not_known_are_refused() {
    let demo = start(&[]);
    let at = demo.address();
    for form in [
        &[OWN][..],
        &[OWN, ("client_id", "idp")],
        &[OWN, ("client_id", "idp"), ("client_secret", "")],
        &[OWN, ("client_id", "idp"), ("client_secret", OTHER_SECRET)],
        &[OWN, ("client_id", "nobody"), ("client_secret", SECRET)],
        &[OWN, ("client_id", "IDP"), ("client_secret", SECRET)],
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
            &post_form(at, TOKEN, &[("Authorization", &basic)], &[OWN]).await,
            401,
            "invalid_client",
        );
    }
    for header in ["Basic %%%", "Bearer token-1", "Basic"] {
        refused(
            &post_form(at, TOKEN, &[("Authorization", header)], &[OWN]).await,
            401,
            "invalid_client",
        );
    }
}

#[tokio::test]
async fn credentials_stand_in_one_place() {
    let demo = start(&[]);
    let at = demo.address();
    let basic = format!("Basic {}", STANDARD.encode(format!("idp:{SECRET}")));
    let twice = [("Authorization", basic.as_str()), ("Authorization", "Bearer token-1")];
    refused(&post_form(at, TOKEN, &twice, &[OWN]).await, 400, "invalid_request");
    for form in [&[OWN, ("client_secret", SECRET)][..], &[OWN, ("client_id", "second")]] {
        refused(
            &post_form(at, TOKEN, &[("Authorization", &basic)], form).await,
            400,
            "invalid_request",
        );
    }
}

#[tokio::test]
async fn a_form_says_what_it_asks_for() {
    let demo = start(&[]);
    let at = demo.address();
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
        (&[OWN, OWN], "invalid_request"),
    ] {
        refused(&idp(at, TOKEN, form).await, 400, error);
    }
}

#[tokio::test]
async fn what_is_not_a_form_is_refused() {
    let demo = start(&[]);
    let at = demo.address();
    let form = encoded(&[OWN, ("client_id", "idp"), ("client_secret", SECRET)]);
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
}

#[tokio::test]
async fn large_bodies_and_other_methods_are_refused() {
    let demo = start(&[]);
    let at = demo.address();
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
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
