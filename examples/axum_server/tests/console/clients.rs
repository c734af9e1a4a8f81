//! Clients of OAuth 2 that an administrator makes while the server runs, and what they are good
//! for.

use serde_json::{Value, json};

use crate::administrator::{Administrator, FLAGS, body, scim};
use crate::oauth_client::{
    CALLBACK, CLIENTS, Made, granted, listed, post_form, refused, status, text,
};
use crate::support::demo::Demo;

#[tokio::test]
async fn a_client_gets_tokens_from_the_moment_it_is_made() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let client = Made::new(&demo, &administrator, &[CALLBACK]).await;
    let made = listed(&administrator, &client.id).await;
    assert_eq!(
        (&made["given"], &made["lastUsed"], &made["grants"]),
        (&json!(false), &Value::Null, &json!(0))
    );
    assert!(made["created"].is_string() && client.id.starts_with("one."), "{made}");

    let own = granted(&client.own_token().await);
    assert_eq!((status(client.at, &own).await, &own["refresh_token"]), (200, &Value::Null));
    let first = client.allowed().await;
    let second = granted(&client.refresh(&first).await);
    assert_eq!(status(client.at, &second).await, 200);
    let used = listed(&administrator, &client.id).await;
    assert!(used["lastUsed"].is_string() && used["grants"] == 1, "{used}");

    for path in [CLIENTS, "/tenants", "/tenants/one/tokens", "/tenants/one/activity"] {
        let shown = administrator.get(path).await.text();
        assert!(!shown.contains(&client.secret), "{path}: it is told once");
    }
    let endpoints = body(&administrator.get(CLIENTS).await);
    let token_endpoint = format!("http://{}/t/one/oauth/token", client.at);
    assert_eq!(text(&endpoints, "tokenEndpoint"), token_endpoint);
    refused(
        &client.post("/t/two/oauth/token", &[("grant_type", "client_credentials")]).await,
        401,
        "invalid_client",
    );
    assert_eq!(
        administrator
            .send("DELETE", &format!("/tenants/two/clients/{}", client.id), None)
            .await
            .status,
        404
    );
    for unknown in ["one.0123456789ab", "one.", ".one", "one", "two.x", "a%00b.c"] {
        let form = [
            ("client_id", unknown),
            ("client_secret", client.secret.as_str()),
            ("grant_type", "client_credentials"),
        ];
        refused(&post_form(client.at, "/oauth/token", &[], &form).await, 401, "invalid_client");
    }
}

#[tokio::test]
async fn another_secret_ends_the_old_one_at_once() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let client = Made::new(&demo, &administrator, &[CALLBACK]).await;
    let tokens = client.allowed().await;
    let rotated =
        administrator.send("POST", &format!("{CLIENTS}/{}/secret", client.id), None).await;
    assert_eq!(rotated.status, 200, "{}", rotated.text());
    refused(&client.own_token().await, 401, "invalid_client");
    refused(&client.refresh(&tokens).await, 401, "invalid_client");
    let client = Made { secret: text(&body(&rotated), "secret").to_owned(), ..client };
    assert_eq!(status(client.at, &tokens).await, 200, "what was allowed stays allowed");
    granted(&client.refresh(&tokens).await);
}

#[tokio::test]
async fn what_a_client_was_given_ends_with_it_or_before() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let (client, bystander) = (
        Made::new(&demo, &administrator, &[CALLBACK]).await,
        Made::new(&demo, &administrator, &[CALLBACK]).await,
    );
    let path = format!("{CLIENTS}/{}", client.id);
    let others = bystander.allowed().await;

    let (tokens, own, code) =
        (client.allowed().await, granted(&client.own_token().await), client.code().await);
    assert_eq!(listed(&administrator, &client.id).await["grants"], 1);
    assert_eq!(administrator.send("DELETE", &format!("{path}/grants"), None).await.status, 204);
    assert_eq!(listed(&administrator, &client.id).await["grants"], 0);
    assert_eq!((status(client.at, &tokens).await, status(client.at, &own).await), (401, 401));
    refused(&client.refresh(&tokens).await, 400, "invalid_grant");
    refused(&client.redeem(&code).await, 400, "invalid_grant");

    let (tokens, own) = (client.allowed().await, granted(&client.own_token().await));
    assert_eq!((status(client.at, &tokens).await, status(client.at, &own).await), (200, 200));
    assert_eq!(administrator.send("DELETE", &path, None).await.status, 204);
    assert_eq!((status(client.at, &tokens).await, status(client.at, &own).await), (401, 401));
    refused(&client.refresh(&tokens).await, 401, "invalid_client");
    assert_eq!(client.question(CALLBACK).await.1.status, 400);
    assert_eq!(listed(&administrator, &client.id).await, Value::Null);
    assert_eq!(administrator.send("DELETE", &path, None).await.status, 404);

    assert_eq!(status(client.at, &others).await, 200);
    granted(&bystander.refresh(&others).await);
    assert_eq!(administrator.delete_tenant("one").await.status, 204);
    assert_eq!(
        administrator.send("POST", "/tenants", Some(&json!({ "name": "one" }))).await.status,
        201
    );
    assert_eq!(
        listed(&administrator, &bystander.id).await,
        Value::Null,
        "the clients of a tenant go with it"
    );
    refused(&bystander.own_token().await, 401, "invalid_client");
}

#[tokio::test]
async fn addresses_are_checked_and_can_be_changed() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let many: Vec<String> =
        (0..40).map(|number| format!("https://idp.example.com/{number}")).collect();
    let long = format!("https://idp.example.com/{}", "a".repeat(1000));
    for (redirects, words) in [
        (
            json!(["http://idp.example.com/callback"]),
            "`http://idp.example.com/callback`: a redirect URI must begin with `https://`",
        ),
        (json!([CALLBACK, "https://idp.example.com/#x"]), "`https://idp.example.com/#x`: "),
        (json!(["idp.example.com"]), "a redirect URI must begin with"),
        (json!(["javascript:alert(1)"]), "a redirect URI must begin with"),
        (json!(["https://idp.example.com@evil.test/"]), "a redirect URI must begin with"),
        (json!(["okta:"]), "`okta:` must be followed by the name of an app"),
        (json!(["okta:a/../b"]), "`okta:` must be followed by the name of an app"),
        (json!([long]), "at most 1000 characters"),
        (json!(many), "at most 32 redirect URIs"),
    ] {
        let answer =
            administrator.send("POST", CLIENTS, Some(&json!({ "redirects": redirects }))).await;
        assert_eq!(answer.status, 400, "{redirects}: {}", answer.text());
        assert!(text(&body(&answer), "error").contains(words), "{redirects}: {}", answer.text());
    }
    assert_eq!(
        body(&administrator.get(CLIENTS).await)["clients"],
        json!([]),
        "nothing was made of what was refused"
    );

    let client =
        Made::new(&demo, &administrator, &["  okta:acme_scim_1 ", "", CALLBACK, CALLBACK]).await;
    let okta = "https://system-admin.okta.com/admin/app/cpc/acme_scim_1/oauth/callback";
    assert_eq!(
        (client.question(okta).await.1.status, client.question(CALLBACK).await.1.status),
        (200, 200)
    );
    let redirects = listed(&administrator, &client.id).await["redirects"].clone();
    assert_eq!(redirects.as_array().map(Vec::len), Some(5), "each once: {redirects}");
    let (_, page) = client.question("https://idp.example.com/other").await;
    assert!(page.status == 400 && page.text().contains("add it to this client"), "{}", page.text());

    let path = format!("{CLIENTS}/{}", client.id);
    let other = "http://localhost:3000/callback";
    let changed = administrator.send("PUT", &path, Some(&json!({ "redirects": [other] }))).await;
    assert_eq!((changed.status, body(&changed)["redirects"].clone()), (200, json!([other])));
    assert_eq!(
        (client.question(okta).await.1.status, client.question(other).await.1.status),
        (400, 200)
    );
    let refused =
        administrator.send("PUT", &path, Some(&json!({ "redirects": ["nonsense"] }))).await;
    assert_eq!((refused.status, client.question(other).await.1.status), (400, 200));
    assert_eq!(
        administrator.send("PUT", &path, Some(&json!({ "redirects": [] }))).await.status,
        200
    );
    assert_eq!(listed(&administrator, &client.id).await["redirects"], json!([]));
    assert_eq!(client.question(other).await.1.status, 400);
}

#[tokio::test]
async fn a_client_of_the_command_line_stays_as_it_says() {
    let flags = [
        "--oauth-client",
        "one=idp:0123456789abcdef-one",
        "--oauth-redirect",
        "idp=https://idp.example.com/callback",
    ];
    let demo = Demo::start(&[FLAGS, &flags].concat());
    let administrator = Administrator::sign_in(&demo).await;
    let client = Made {
        at: demo.address(),
        id: "idp".to_owned(),
        secret: "0123456789abcdef-one".to_owned(),
    };
    let tokens = client.allowed().await;
    let shown = listed(&administrator, "idp").await;
    assert_eq!(
        (&shown["given"], &shown["redirects"], &shown["grants"]),
        (&json!(true), &json!([CALLBACK]), &json!(1))
    );
    assert!(shown["created"].is_null() && shown["lastUsed"].is_string(), "{shown}");
    let redirects = json!({ "redirects": [] });
    for (method, path, sent) in [
        ("DELETE", "/idp", None),
        ("POST", "/idp/secret", None),
        ("PUT", "/idp", Some(&redirects)),
        ("DELETE", "/other", None),
    ] {
        let answer = administrator.send(method, &format!("{CLIENTS}{path}"), sent).await;
        let expected = if path == "/other" { 404 } else { 409 };
        assert_eq!(answer.status, expected, "{method} {path}: {}", answer.text());
        assert!(expected == 404 || answer.text().contains("--oauth-client"), "{}", answer.text());
    }
    assert_eq!(status(client.at, &tokens).await, 200);
    assert_eq!(
        administrator.send("DELETE", &format!("{CLIENTS}/idp/grants"), None).await.status,
        204
    );
    assert_eq!(status(client.at, &tokens).await, 401);
}

#[tokio::test]
async fn where_oauth_is_chosen_other_tokens_are_refused() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let client = Made::new(&demo, &administrator, &[]).await;
    let tokens = granted(&client.own_token().await);
    let asks = async |token: &str| scim(client.at, "GET", "/Users", token, None).await;
    let choose = async |access: &str| {
        let answer = administrator
            .send("PUT", "/tenants/one/settings", Some(&json!({ "access": access })))
            .await;
        assert_eq!((answer.status, &body(&answer)["access"]), (200, &json!(access)));
    };
    assert_eq!((asks("token-1").await.status, status(client.at, &tokens).await), (200, 200));
    choose("oauth").await;
    let answer = asks("token-1").await;
    assert_eq!((answer.status, status(client.at, &tokens).await), (401, 200));
    assert!(answer.text().contains("OAuth 2 access tokens only"), "{}", answer.text());
    let tested = body(&administrator.send("POST", "/tenants/one/test", Some(&json!({}))).await);
    assert_eq!(tested["passed"], true, "{tested}");
    choose("bearer").await;
    assert_eq!(asks("token-1").await.status, 200);
}
