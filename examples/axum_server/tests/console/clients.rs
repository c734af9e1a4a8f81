//! Clients of OAuth 2 that an administrator makes while the server runs, and what they are good
//! for.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::administrator::{Administrator, FLAGS, PASSWORD, body, scim, send};
use crate::support::demo::Demo;
use crate::support::http::Response;

const CLIENTS: &str = "/tenants/one/clients";
const CALLBACK: &str = "https://idp.example.com/callback";

type Pairs<'p> = &'p [(&'p str, &'p str)];

/// A client that was made, and its secret.
struct Made {
    at: SocketAddr,
    id: String,
    secret: String,
}

impl Made {
    async fn new(demo: &Demo, administrator: &Administrator, redirects: &[&str]) -> Self {
        let made =
            administrator.send("POST", CLIENTS, Some(&json!({ "redirects": redirects }))).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let made = body(&made);
        Self {
            at: demo.address(),
            id: text(&made["client"], "id").to_owned(),
            secret: text(&made, "secret").to_owned(),
        }
    }

    async fn post(&self, path: &str, form: Pairs<'_>) -> Response {
        let credentials =
            [("client_id", self.id.as_str()), ("client_secret", self.secret.as_str())];
        post_form(self.at, path, &[], &[&credentials, form].concat()).await
    }

    async fn ask(&self, form: Pairs<'_>) -> Response {
        self.post("/oauth/token", form).await
    }

    async fn own_token(&self) -> Response {
        self.ask(&[("grant_type", "client_credentials")]).await
    }

    async fn refresh(&self, tokens: &Value) -> Response {
        self.ask(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", text(tokens, "refresh_token")),
        ])
        .await
    }

    async fn question(&self, redirect: &str) -> (String, Response) {
        let query =
            [("response_type", "code"), ("client_id", &self.id), ("redirect_uri", redirect)];
        let path = format!("/t/one/oauth/authorize?{}", encoded(&query));
        let page = send(self.at, "GET", &path, &[], None).await;
        (path, page)
    }

    /// What an administrator's consent gives.
    async fn code(&self) -> String {
        let (path, page) = self.question(CALLBACK).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let cookie = page.header("Set-Cookie").expect("a cookie");
        let page = page.text();
        let (_, nonce) = page.split_once("name=\"nonce\" value=\"").expect("a number in the form");
        let form = [
            ("nonce", nonce.split('"').next().expect("its end")),
            ("password", PASSWORD),
            ("decision", "allow"),
        ];
        let cookie = cookie.split(';').next().expect("a first part");
        let sent = post_form(self.at, &path, &[("Cookie", cookie)], &form).await;
        let location = sent.header("Location").unwrap_or_else(|| panic!("{}", sent.text()));
        let (_, code) = location.split_once("code=").expect("a code");
        code.split('&').next().unwrap_or(code).to_owned()
    }

    async fn redeem(&self, code: &str) -> Response {
        self.ask(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
        ])
        .await
    }

    async fn allowed(&self) -> Value {
        granted(&self.redeem(&self.code().await).await)
    }

    /// The same client of another process.
    fn at(&self, demo: &Demo) -> Self {
        Self { at: demo.address(), id: self.id.clone(), secret: self.secret.clone() }
    }
}

fn encoded(pairs: Pairs<'_>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

async fn post_form(at: SocketAddr, path: &str, headers: Pairs<'_>, form: Pairs<'_>) -> Response {
    let headers = [&[("Content-Type", "application/x-www-form-urlencoded")], headers].concat();
    send(at, "POST", path, &headers, Some(&encoded(form))).await
}

#[track_caller]
fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}"))
}

#[track_caller]
fn granted(answer: &Response) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    body(answer)
}

#[track_caller]
fn refused(answer: &Response, status: u16, error: &str) {
    assert_eq!(
        (answer.status, &body(answer)["error"]),
        (status, &json!(error)),
        "{}",
        answer.text()
    );
}

async fn status(at: SocketAddr, tokens: &Value) -> u16 {
    scim(at, "GET", "/Users", text(tokens, "access_token"), None).await.status
}

async fn listed(administrator: &Administrator, id: &str) -> Value {
    let listed = body(&administrator.get(CLIENTS).await);
    let clients = listed["clients"].as_array().expect("a list");
    clients.iter().find(|client| client["id"] == id).cloned().unwrap_or_default()
}

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
            "`http://idp.example.com/callback`: a redirect URI begins with `https://`",
        ),
        (json!([CALLBACK, "https://idp.example.com/#x"]), "`https://idp.example.com/#x`: "),
        (json!(["idp.example.com"]), "a redirect URI begins with"),
        (json!(["javascript:alert(1)"]), "a redirect URI begins with"),
        (json!(["https://idp.example.com@evil.test/"]), "a redirect URI begins with"),
        (json!(["okta:"]), "after `okta:` comes the name of an app"),
        (json!(["okta:a/../b"]), "after `okta:` comes the name of an app"),
        (json!([long]), "1000 characters at most"),
        (json!(many), "32 redirect URIs at most"),
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
    assert!(page.status == 400 && page.text().contains("Add it in the console"), "{}", page.text());

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
    assert!(answer.text().contains("access tokens of OAuth 2 only"), "{}", answer.text());
    let tested = body(&administrator.send("POST", "/tenants/one/test", Some(&json!({}))).await);
    assert_eq!(tested["passed"], true, "{tested}");
    choose("bearer").await;
    assert_eq!(asks("token-1").await.status, 200);
}

#[tokio::test]
async fn clients_and_consents_outlive_a_restart() {
    let folder = TempDir::new().expect("a folder");
    let database = format!("sqlite:{}", folder.path().join("scim.db").display());
    let start = || Demo::start(&[FLAGS, &["--database", &database]].concat());
    let demo = start();
    let administrator = Administrator::sign_in(&demo).await;
    let before = Made::new(&demo, &administrator, &[CALLBACK]).await;
    let (first, copied) = (before.allowed().await, before.allowed().await);
    let second = granted(&before.refresh(&first).await);
    let unused = granted(&before.refresh(&copied).await);
    let code = before.code().await;
    drop(demo);

    let demo = start();
    let (administrator, client) = (Administrator::sign_in(&demo).await, before.at(&demo));
    assert_eq!(status(client.at, &second).await, 200, "the access token is good");
    granted(&client.redeem(&code).await);
    let third = granted(&client.refresh(&second).await);
    assert_eq!(status(client.at, &third).await, 200);
    refused(&client.refresh(&copied).await, 400, "invalid_grant");
    assert_eq!(
        status(client.at, &unused).await,
        401,
        "a copy was recognized, and all that came of it has ended"
    );
    refused(&client.refresh(&unused).await, 400, "invalid_grant");
    assert_eq!(listed(&administrator, &client.id).await["grants"], 2);
    let files = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|file| file.expect("a file").path());
    let kept: String = files
        .map(|file| String::from_utf8_lossy(&std::fs::read(file).expect("it is read")).into_owned())
        .collect();
    assert!(kept.contains(&client.id), "it is kept there");
    for secret in
        [&client.secret, text(&third, "refresh_token"), text(&third, "access_token"), &code]
    {
        assert!(!kept.contains(secret), "secrets are kept as hashes");
    }

    drop(demo);
    let demo = start();
    let (administrator, client) = (Administrator::sign_in(&demo).await, before.at(&demo));
    assert_eq!(
        administrator.send("DELETE", &format!("{CLIENTS}/{}", client.id), None).await.status,
        204
    );
    assert_eq!(
        status(client.at, &third).await,
        401,
        "what was given before the start is known to be its"
    );
}

#[tokio::test]
async fn what_has_expired_is_forgotten() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("scim.db");
    let database = format!("sqlite:{}", file.display());
    let short = ["--oauth-token-lifetime", "0", "--oauth-refresh-lifetime", "0"];
    let demo = Demo::start(&[FLAGS, &["--database", &database], &short].concat());
    let before = Made::new(&demo, &Administrator::sign_in(&demo).await, &[CALLBACK]).await;
    before.allowed().await;
    granted(&before.own_token().await);
    drop(demo);

    // A grant is kept as long as its access tokens may be good.
    let demo = Demo::start(&[FLAGS, &["--database", &database], &short].concat());
    granted(&before.at(&demo).own_token().await);
    drop(demo);
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", file.display()))
        .await
        .expect("it can be opened");
    let count = async |table: &str| {
        let count = format!("SELECT count(*) FROM {table}");
        sqlx::query_scalar::<_, i64>(&count).fetch_one(&pool).await.expect("it can be read")
    };
    let kept = (count("host_token").await, count("oauth_grant").await);
    assert_eq!(kept, (1, 0), "the token that was made last, and no grant");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_processes_one_uses_a_refresh_token() {
    let folder = TempDir::new().expect("a folder");
    let database = format!("sqlite:{}", folder.path().join("scim.db").display());
    let start = || Demo::start(&[FLAGS, &["--database", &database]].concat());
    let (one, two) = (start(), start());
    let administrator = Administrator::sign_in(&one).await;
    let here = Made::new(&one, &administrator, &[CALLBACK]).await;
    let there = here.at(&two);
    for _ in 0..5 {
        let tokens = granted(&there.redeem(&here.code().await).await);
        let (first, second) = tokio::join!(here.refresh(&tokens), there.refresh(&tokens));
        let (given, other) = if first.status == 200 { (first, second) } else { (second, first) };
        refused(&other, 400, "invalid_grant");
        let given = granted(&given);
        assert_eq!(
            (status(one.address(), &given).await, status(two.address(), &given).await),
            (401, 401)
        );
        refused(&there.refresh(&given).await, 400, "invalid_grant");
    }
}
