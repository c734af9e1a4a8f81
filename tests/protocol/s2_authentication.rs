//! Who is let in, and what the others are told (RFC 7644, Section 2; RFC 6750).

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use http::request::Parts;
use http::{HeaderMap, Request};
use scimwire::auth::{
    AuthError, Authenticate, BearerAuth, MemoryTokens, Permissions, RequestContext, TokenGrant,
    Tokens, VerifyTenant, validator_fn,
};
use scimwire::dispatch::{BaseUrlError, BuildError, DispatcherBuilder, Features, RequestReport};
use scimwire::hooks::{CreateDecision, CreateEvent, Hooks};
use scimwire::query::{Projection, Query};
use scimwire::store::{Change, Precondition, Pushdown, StoreError, StorePage, StoreQuery, Update};
use scimwire::{
    Dispatcher, Error, MemoryDirectory, MemoryStore, Resource, ResourceStore, ResourceType, Secret,
};
use serde_json::{Value, json};

use support::reads::provider::{BASE, TestClock, id};
use support::reads::samples::user;

const INVALID: &str = "Bearer realm=\"scim\", error=\"invalid_token\"";
const MISSING: &str = "Bearer realm=\"scim\"";

fn builder() -> DispatcherBuilder {
    let directory = MemoryDirectory::new();
    let types = [ResourceType::user(), ResourceType::group()];
    types.into_iter().fold(Dispatcher::builder(BASE), |builder, resource_type| {
        let store = directory.store(resource_type);
        builder.store(store)
    })
}

fn letting_in(authenticator: impl Authenticate) -> Dispatcher {
    builder().authenticator(authenticator).build().expect("all is there")
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
    report: RequestReport,
}

impl Answer {
    /// The challenge, if there is one; the body of a failure is a SCIM error.
    #[track_caller]
    fn challenge(&self) -> Option<&str> {
        let schemas = json!(["urn:ietf:params:scim:api:messages:2.0:Error"]);
        assert_eq!(
            (&self.body["schemas"], &self.body["status"]),
            (&schemas, &json!(self.status.to_string())),
            "{}",
            self.body
        );
        assert_eq!(self.headers["content-type"], "application/scim+json");
        assert!(self.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
        self.headers.get("www-authenticate").map(|challenge| challenge.to_str().expect("text"))
    }
}

async fn send(
    scim: &Dispatcher,
    method: &str,
    path: &str,
    headers: &[(&str, &[u8])],
    body: Value,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let (head, body) = scim.dispatch(request.body(body).expect("a request")).await.into_parts();
    let report = head.extensions.get::<RequestReport>().expect("a report").clone();
    let body =
        if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).expect("JSON") };
    Answer { status: head.status.as_u16(), headers: head.headers, body, report }
}

async fn get(scim: &Dispatcher, path: &str, token: &str) -> Answer {
    send(scim, "GET", path, &[("authorization", format!("Bearer {token}").as_bytes())], Value::Null)
        .await
}

/// Tokens of the library, one of them issued for `acme`.
async fn tokens() -> (Tokens, Secret, TestClock) {
    let clock = TestClock::default();
    let tokens = Tokens::new(MemoryTokens::default()).with_clock(clock.clone());
    let issued = tokens
        .issue(TokenGrant::new("acme").expires_in(Duration::from_secs(60)))
        .await
        .expect("a token");
    (tokens, issued.secret, clock)
}

#[tokio::test]
async fn who_is_not_known_is_challenged_wherever_they_go() {
    // P-2-01, P-3.2-07
    let (tokens, _, _) = tokens().await;
    let scim = letting_in(BearerAuth::new(tokens));
    let paths = [
        "/Users",
        "/Users/1",
        "/Users/.search",
        "/",
        "/.search",
        "/Bulk",
        "/Me",
        "/ServiceProviderConfig",
        "/nothing",
    ];
    for path in paths {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            let answer = send(&scim, method, path, &[], Value::Null).await;
            assert_eq!(
                (answer.status, answer.challenge()),
                (401, Some(MISSING)),
                "{method} {path}"
            );
            let answer =
                send(&scim, method, path, &[("authorization", b"Bearer wrong")], Value::Null).await;
            assert_eq!(
                (answer.status, answer.challenge()),
                (401, Some(INVALID)),
                "{method} {path}"
            );
        }
    }
    let head = send(&scim, "HEAD", "/Users", &[], Value::Null).await;
    assert_eq!(
        (head.status, &head.headers["www-authenticate"]),
        (401, &MISSING.parse().expect("a header"))
    );
}

#[tokio::test]
async fn a_challenge_names_all_schemes_of_the_host() {
    // P-2-01, P-2-04: the library itself knows bearer tokens only; what a host adds, it names
    // itself.
    struct Two;

    #[async_trait]
    impl Authenticate for Two {
        async fn authenticate(&self, _: &Parts) -> Result<RequestContext, AuthError> {
            let challenge = "Bearer realm=\"scim\", Basic realm=\"scim\"".into();
            Err(AuthError::Unauthenticated { challenge, detail: "who is it".into() })
        }
    }

    let answer = get(&letting_in(Two), "/Users", "x").await;
    assert_eq!(
        (answer.status, answer.challenge()),
        (401, Some("Bearer realm=\"scim\", Basic realm=\"scim\""))
    );
    let (tokens, token, _) = tokens().await;
    let config =
        get(&letting_in(BearerAuth::new(tokens)), "/ServiceProviderConfig", token.expose())
            .await
            .body;
    let schemes: Vec<_> = config["authenticationSchemes"]
        .as_array()
        .expect("schemes")
        .iter()
        .map(|one| &one["type"])
        .collect();
    assert_eq!(schemes, ["oauthbearertoken"]);
}

#[tokio::test]
async fn no_401_goes_without_a_challenge() {
    // P-2-01: neither one that cannot stand in a header, nor one that a hook makes.
    struct Garbled;

    #[async_trait]
    impl Authenticate for Garbled {
        async fn authenticate(&self, _: &Parts) -> Result<RequestContext, AuthError> {
            Err(AuthError::Unauthenticated {
                challenge: "Bearer\r\nSet-Cookie: a=b".into(),
                detail: "no".into(),
            })
        }
    }

    struct Refusing;

    #[async_trait]
    impl Hooks for Refusing {
        async fn before_create(
            &self,
            _event: &mut CreateEvent<'_>,
        ) -> Result<CreateDecision, Error> {
            Err(Error::new(http::StatusCode::UNAUTHORIZED, "say who you are"))
        }
    }

    let answer = get(&letting_in(Garbled), "/Users", "x").await;
    assert_eq!(
        (answer.status, answer.challenge(), answer.headers.get("set-cookie")),
        (401, Some(MISSING), None)
    );
    let scim = builder().unauthenticated().hooks(Refusing).build().expect("all is there");
    let answer = send(
        &scim,
        "POST",
        "/Users",
        &[("content-type", b"application/scim+json")],
        user("bjensen"),
    )
    .await;
    assert_eq!((answer.status, answer.challenge()), (401, Some(MISSING)));
}

#[tokio::test]
async fn only_the_one_header_counts_and_only_as_it_is_written() {
    // P-2-01
    let (tokens, token, _) = tokens().await;
    let scim = letting_in(BearerAuth::new(tokens));
    let token = token.expose();
    for header in
        [format!("Bearer {token}"), format!("bEARER {token}"), format!("Bearer  {token} ")]
    {
        let answer =
            send(&scim, "GET", "/Users", &[("authorization", header.as_bytes())], Value::Null)
                .await;
        assert_eq!(answer.status, 200, "{header}");
    }
    let long = "x".repeat(1 << 20);
    for (header, challenge) in [
        (format!("Bearer \"{token}\""), INVALID),
        (format!("Bearer '{token}'"), INVALID),
        (format!("Bearer {token},"), INVALID),
        (format!("Bearer {}", token.to_lowercase()), INVALID),
        (format!("Bearer {}", &token[..token.len() - 1]), INVALID),
        (format!("Bearer {token}{long}"), INVALID),
        (format!("Bearer {long}"), INVALID),
        (format!("Bearer {token} {token}"), MISSING),
        (format!("Bearer Bearer {token}"), MISSING),
        (format!("Basic {token}"), MISSING),
        (format!("Bearer {token}ö"), MISSING),
        (token.to_owned(), MISSING),
        (String::new(), MISSING),
    ] {
        let answer =
            send(&scim, "GET", "/Users", &[("authorization", header.as_bytes())], Value::Null)
                .await;
        assert_eq!(
            (answer.status, answer.challenge()),
            (401, Some(challenge)),
            "{}",
            &header[..header.len().min(99)]
        );
        assert!(!answer.body.to_string().contains(token), "a token is not sent back");
    }
    let good = format!("Bearer {token}");
    for other in [good.as_str(), "Bearer wrong", "Basic eDp5", ""] {
        for (one, two) in [(good.as_str(), other), (other, good.as_str())] {
            let headers = [("authorization", one.as_bytes()), ("authorization", two.as_bytes())];
            assert_eq!(
                send(&scim, "GET", "/Users", &headers, Value::Null).await.challenge(),
                Some(MISSING),
                "{other}"
            );
        }
    }
}

#[tokio::test]
async fn a_token_anywhere_else_is_no_token() {
    // P-7.4-01: RFC 6750, Section 2.3, has tokens in URLs; those are kept in logs.
    let (tokens, token, _) = tokens().await;
    let scim = letting_in(BearerAuth::new(tokens).allow_raw_token());
    let token = token.expose();
    for parameter in ["access_token", "token", "authorization"] {
        let answer =
            send(&scim, "GET", &format!("/Users?{parameter}={token}"), &[], Value::Null).await;
        assert_eq!(answer.challenge(), Some(MISSING), "{parameter}");
        let headers: [(&str, &[u8]); 2] =
            [("authorization", b""), ("content-type", b"application/x-www-form-urlencoded")];
        let form =
            send(&scim, "POST", "/Users", &headers, json!(format!("{parameter}={token}"))).await;
        assert_eq!(form.challenge(), Some(MISSING), "{parameter}");
    }
    for name in ["proxy-authorization", "x-authorization", "cookie"] {
        let answer = send(
            &scim,
            "GET",
            "/Users",
            &[(name, format!("Bearer {token}").as_bytes())],
            Value::Null,
        )
        .await;
        assert_eq!(answer.challenge(), Some(MISSING), "{name}");
    }
}

#[tokio::test]
async fn a_bare_token_is_taken_where_the_host_says_so() {
    let (tokens, token, _) = tokens().await;
    let header = [("authorization", token.expose().as_bytes())];
    let scim = letting_in(BearerAuth::new(tokens.clone()));
    assert_eq!(send(&scim, "GET", "/Users", &header, Value::Null).await.challenge(), Some(MISSING));
    let scim = letting_in(BearerAuth::new(tokens).allow_raw_token());
    assert_eq!(send(&scim, "GET", "/Users", &header, Value::Null).await.status, 200);
    assert_eq!(get(&scim, "/Users", token.expose()).await.status, 200);
    for (wrong, challenge) in
        [("wrong", INVALID), ("Bearer", MISSING), ("Basic x", MISSING), ("a b", MISSING)]
    {
        let answer =
            send(&scim, "GET", "/Users", &[("authorization", wrong.as_bytes())], Value::Null).await;
        assert_eq!((answer.status, answer.challenge()), (401, Some(challenge)), "{wrong}");
    }
}

#[tokio::test]
async fn tokens_end_by_the_clock_and_by_revocation() {
    // P-7.4-01
    let (tokens, token, clock) = tokens().await;
    let scim = letting_in(BearerAuth::new(tokens.clone()));
    clock.advance(59);
    assert_eq!(get(&scim, "/Users", token.expose()).await.status, 200);
    clock.advance(1);
    let ended = get(&scim, "/Users", token.expose()).await;
    assert_eq!((ended.status, ended.challenge()), (401, Some(INVALID)));
    let next = tokens.issue(TokenGrant::new("acme")).await.expect("a token");
    assert_eq!(get(&scim, "/Users", next.secret.expose()).await.status, 200);
    tokens.revoke(&"acme".into(), &next.record.id).await.expect("it is there");
    assert_eq!(get(&scim, "/Users", next.secret.expose()).await.challenge(), Some(INVALID));
}

#[tokio::test]
async fn who_may_only_read_or_only_write_does_only_that() {
    // P-2-03, P-7.4-01
    let tokens = Tokens::new(MemoryTokens::default());
    let mut issued = Vec::new();
    for (read, write) in [(true, false), (false, true), (false, false)] {
        let grant = TokenGrant::new("acme")
            .with_permissions(Permissions::none().with_read(read).with_write(write));
        issued.push(tokens.issue(grant).await.expect("a token").secret);
    }
    let scim = letting_in(BearerAuth::new(tokens));
    let requests = [
        ("GET", "/Users", [true, false, false]),
        ("HEAD", "/Users", [true, false, false]),
        ("GET", "/Users/1", [true, false, false]),
        ("GET", "/Schemas", [true, false, false]),
        ("POST", "/Users/.search", [true, false, false]),
        ("POST", "/.search", [true, false, false]),
        ("POST", "/Users", [false, true, false]),
        ("POST", "/Bulk", [false, true, false]),
        ("PUT", "/Users/1", [false, true, false]),
        ("PATCH", "/Users/1", [false, true, false]),
        ("DELETE", "/Users/1", [false, true, false]),
    ];
    for (method, path, allowed) in requests {
        for (token, allowed) in issued.iter().zip(allowed) {
            let header = format!("Bearer {}", token.expose());
            let answer =
                send(&scim, method, path, &[("authorization", header.as_bytes())], Value::Null)
                    .await;
            assert_eq!(answer.status != 403, allowed, "{method} {path}");
            if !allowed && method != "HEAD" {
                assert_eq!(
                    answer.challenge(),
                    Some("Bearer realm=\"scim\", error=\"insufficient_scope\""),
                    "{method} {path}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_hosts_own_validator_is_asked_and_its_answers_are_passed_on() {
    // P-2-01, P-2-02
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let scim = letting_in(BearerAuth::new(validator_fn(move |token: Secret| {
        count.fetch_add(1, Ordering::Relaxed);
        async move {
            match token.expose() {
                "good" => Ok(RequestContext::new("acme").with_principal("idp")),
                "narrow" => {
                    Err(AuthError::InsufficientScope { scope: Some("scim.read scim.write".into()) })
                }
                "garbled" => {
                    Err(AuthError::InsufficientScope { scope: Some("x\", error=\"y".into()) })
                }
                "off" => Err(AuthError::tenant_disabled()),
                "down" => Err(AuthError::unavailable("the keys of 10.0.0.7 cannot be fetched")),
                _ => Err(AuthError::invalid_token()),
            }
        }
    })));
    let scope =
        "Bearer realm=\"scim\", error=\"insufficient_scope\", scope=\"scim.read scim.write\"";
    for (token, status, challenge) in [
        ("narrow", 403, Some(scope)),
        ("garbled", 403, Some("Bearer realm=\"scim\", error=\"insufficient_scope\"")),
        ("off", 403, None),
        ("down", 503, None),
        ("other", 401, Some(INVALID)),
    ] {
        let answer = get(&scim, "/Users", token).await;
        assert_eq!((answer.status, answer.challenge()), (status, challenge), "{token}");
        assert_eq!(answer.report.error.is_some(), token == "down", "{token}");
        assert!(!answer.body.to_string().contains("10.0.0.7"), "what failed is for the host's log");
    }
    let good = get(&scim, "/Users", "good").await;
    assert_eq!(good.status, 200);
    assert_eq!(good.report.tenant.map(|tenant| tenant.to_string()).as_deref(), Some("acme"));
    assert_eq!(asked.load(Ordering::Relaxed), 6);
    for header in ["Bearer", "Basic good", &format!("Bearer {}", "x".repeat(20_000))] {
        assert_eq!(
            send(&scim, "GET", "/Users", &[("authorization", header.as_bytes())], Value::Null)
                .await
                .status,
            401
        );
    }
    assert_eq!(
        asked.load(Ordering::Relaxed),
        6,
        "a validator hears of tokens only, and not of endless ones"
    );
}

#[test]
fn nobody_lets_everybody_in_by_mistake() {
    let refused = builder().build().expect_err("nobody said who is let in");
    assert_eq!(refused, BuildError::NoAuthenticator);
    assert!(refused.to_string().contains("`unauthenticated`"), "{refused}");
    assert!(builder().unauthenticated().build().is_ok());
    let tokens = || BearerAuth::new(validator_fn(async |_| Err(AuthError::invalid_token())));
    assert!(builder().authenticator(tokens()).authenticator(tokens()).build().is_ok());
    for both in [
        builder().authenticator(tokens()).unauthenticated(),
        builder().unauthenticated().authenticator(tokens()),
    ] {
        let refused = both.build().expect_err("nobody knows what was meant");
        assert_eq!(refused, BuildError::TwoAuthenticators);
        assert_eq!(
            refused.to_string(),
            "`authenticator` and `unauthenticated` are mutually exclusive: remove one of the calls"
        );
    }
}

#[test]
fn a_base_url_that_is_none_is_refused() {
    let at = |url: &str| {
        let store = MemoryStore::new(ResourceType::user());
        Dispatcher::builder(url).unauthenticated().store(store).build().map(drop)
    };
    for good in [
        "https://example.com/scim/v2",
        "http://[::1]:8080",
        "https://example.com:443/",
        "http://localhost/a%20b",
    ] {
        assert_eq!(at(good), Ok(()), "{good}");
    }
    for (url, expected) in [
        ("/scim/v2", BaseUrlError::NoHost),
        ("example.com", BaseUrlError::Scheme),
        ("htp://example.com", BaseUrlError::Scheme),
        ("http://example.com:99999", BaseUrlError::Port),
        ("http://example.com:/scim", BaseUrlError::Port),
        ("https://example.com/sc im", BaseUrlError::NotUrl),
        ("https://", BaseUrlError::NotUrl),
        ("https://example.com/scim?a=b", BaseUrlError::Query),
        ("https://example.com/scim#a", BaseUrlError::Query),
    ] {
        let refused = at(url).expect_err(url);
        assert!(
            matches!(&refused, BuildError::BaseUrl { reason, .. } if *reason == expected),
            "{url}: {refused:?}"
        );
        assert_eq!(
            refused.to_string(),
            format!("the base URL `{url}` {expected}; use one like `https://example.com/scim/v2`")
        );
    }
    for named in [
        "https://user:t1me@example.com",
        "https://user@example.com/scim",
        "https://user:t1 me@example.com",
    ] {
        let refused = at(named).expect_err(named);
        assert_eq!(refused, BuildError::BaseUrlUser);
        assert!(!format!("{refused:?} {refused}").contains("t1"), "{refused}");
    }
}

#[test]
fn secrets_do_not_print() {
    // P-7.4-01
    let secret = Secret::from("t1meMa$heen");
    assert!(!format!("{secret:?} {:#?}", Some(&secret)).contains("t1me"));
    let err = AuthError::unavailable("the source");
    assert_eq!(err.to_string(), "authentication is unavailable: try again later");
    assert_eq!(err.source().map(ToString::to_string).as_deref(), Some("the source"));
}

/// A store that lets each user read and change only themselves.
struct OnlyThemselves(MemoryStore);

impl OnlyThemselves {
    fn check(&self, id: &str, cx: &RequestContext) -> Result<(), StoreError> {
        match cx.principal() {
            Some("administrator") => Ok(()),
            Some(principal) if principal == id => Ok(()),
            _ => Err(StoreError::Rejected(Error::new(
                http::StatusCode::FORBIDDEN,
                "this is somebody else",
            ))),
        }
    }
}

#[async_trait]
impl ResourceStore for OnlyThemselves {
    fn resource_type(&self) -> &Arc<ResourceType> {
        self.0.resource_type()
    }

    async fn create(
        &self,
        resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.check("", cx)?;
        self.0.create(resource, cx).await
    }

    async fn get(
        &self,
        id: &str,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.check(id, cx)?;
        self.0.get(id, projection, cx).await
    }

    async fn select(
        &self,
        selection: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        self.check("", cx)?;
        self.0.select(selection, cx).await
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.check(id, cx)?;
        self.0.update(id, update, cx).await
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.check("", cx)?;
        self.0.delete(id, expected, cx).await
    }

    fn pushdown(&self, query: &Query) -> Pushdown {
        self.0.pushdown(query)
    }
}

#[tokio::test]
async fn a_store_decides_by_who_asks_what_and_for_which_resource() {
    // P-2-02, P-2-03
    let users = ResourceType::user();
    let authenticator = BearerAuth::new(validator_fn(|token: Secret| async move {
        Ok(RequestContext::new("acme").with_principal(token.expose()).with_data("the host's own"))
    }));
    let store = OnlyThemselves(MemoryStore::new(users.clone()));
    let scim = Dispatcher::builder(BASE)
        .store(store)
        .authenticator(authenticator)
        .build()
        .expect("all is there");
    let make = async |name: &str| {
        let headers: [(&str, &[u8]); 2] = [
            ("authorization", b"Bearer administrator"),
            ("content-type", b"application/scim+json"),
        ];
        let made = send(&scim, "POST", "/Users", &headers, user(name)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        id(&made.body).to_owned()
    };
    let (one, other) = (make("bjensen").await, make("jsmith").await);
    for (principal, path, status) in [
        (one.as_str(), format!("/Users/{one}"), 200),
        (one.as_str(), format!("/Users/{other}"), 403),
        (one.as_str(), "/Users".to_owned(), 403),
        ("administrator", format!("/Users/{one}"), 200),
        ("administrator", "/Users".to_owned(), 200),
    ] {
        assert_eq!(get(&scim, &path, principal).await.status, status, "{principal} {path}");
    }
}

#[tokio::test]
async fn strangers_may_be_let_in_to_register_and_no_further() {
    // P-2.2-01, P-7.6-01: how often is up to what stands before the host.
    struct Registration;

    #[async_trait]
    impl Authenticate for Registration {
        async fn authenticate(&self, head: &Parts) -> Result<RequestContext, AuthError> {
            let registers = head.method == http::Method::POST && head.uri.path() == "/Users";
            if head.headers.contains_key("authorization") || !registers {
                return Err(AuthError::missing_credentials());
            }
            Ok(RequestContext::new("acme").with_permissions(Permissions::write_only()))
        }
    }

    #[async_trait]
    impl Hooks for Registration {
        async fn before_create(
            &self,
            event: &mut CreateEvent<'_>,
        ) -> Result<CreateDecision, Error> {
            let CreateEvent { resource: user, cx, .. } = event;
            if cx.principal().is_none() {
                user.set("active", false);
            }
            Ok(CreateDecision::Create)
        }
    }

    let scim =
        builder().authenticator(Registration).hooks(Registration).build().expect("all is there");
    let mut stranger = user("stranger");
    stranger["active"] = json!(true);
    let made =
        send(&scim, "POST", "/Users", &[("content-type", b"application/scim+json")], stranger)
            .await;
    assert_eq!((made.status, &made.body["active"]), (201, &json!(false)));
    for (method, path) in [("GET", "/Users"), ("POST", "/Groups"), ("POST", "/Users/.search")] {
        assert_eq!(
            send(&scim, method, path, &[], Value::Null).await.status,
            401,
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn a_tenant_can_be_named_by_token_path_or_host() {
    // P-6-01, P-6.1-01
    let (tokens, token, _) = tokens().await;
    let other = tokens.issue(TokenGrant::new("other")).await.expect("a token").secret;
    let by_path = VerifyTenant::new(
        BearerAuth::new(tokens.clone()),
        "https://example.com/t/{tenant}/scim/v2".parse().expect("a URL"),
    );
    let by_path = letting_in(by_path);
    let by_host = VerifyTenant::new(
        BearerAuth::new(tokens.clone()),
        "https://{tenant}.example.com/scim/v2".parse().expect("a URL"),
    );
    let by_host = letting_in(by_host);
    let made = async |scim: &Dispatcher, token: &Secret, path: &str, headers: &[(&str, &str)]| {
        let authorization = format!("Bearer {}", token.expose());
        let mut all: Vec<(&str, &[u8])> = vec![
            ("authorization", authorization.as_bytes()),
            ("content-type", b"application/scim+json"),
        ];
        all.extend(headers.iter().map(|(name, value)| (*name, value.as_bytes())));
        let answer =
            send(scim, "POST", path, &all, user(&format!("{path}{headers:?}{}", token.expose())))
                .await;
        let location = answer.body["meta"]["location"]
            .as_str()
            .and_then(|url| url.rsplit_once('/'))
            .map(|(base, _)| base.to_owned());
        (answer.status, location)
    };
    let at = |base: &str| (201, Some(format!("{base}/Users")));
    let refused = (401, None);

    assert_eq!(
        made(&by_path, &token, "/t/acme/scim/v2/Users", &[]).await,
        at("https://example.com/t/acme/scim/v2")
    );
    assert_eq!(made(&by_path, &token, "/scim/v2/Users", &[]).await, at(BASE));
    assert_eq!(
        made(&by_path, &other, "/t/other/scim/v2/Users", &[]).await,
        at("https://example.com/t/other/scim/v2")
    );
    assert_eq!(made(&by_path, &other, "/t/acme/scim/v2/Users", &[]).await, refused);
    assert_eq!(made(&by_path, &token, "/t/nobody/scim/v2/Users", &[]).await, refused);

    let host = |host| [("host", host)];
    assert_eq!(
        made(&by_host, &token, "/scim/v2/Users", &host("acme.example.com")).await,
        at("https://acme.example.com/scim/v2")
    );
    assert_eq!(made(&by_host, &other, "/scim/v2/Users", &host("acme.example.com")).await, refused);
    let forwarded = [("host", "acme.example.com"), ("x-forwarded-host", "other.example.com")];
    assert_eq!(made(&by_host, &other, "/scim/v2/Users", &forwarded).await, refused);
    assert_eq!(
        made(&by_host, &token, "/scim/v2/Users", &forwarded).await,
        at("https://acme.example.com/scim/v2")
    );
}

#[tokio::test]
async fn features_can_be_a_tenants_own_and_its_configuration_says_so() {
    // S-5-01: `ServiceProviderConfig` is true for each tenant.
    let scim = letting_in(BearerAuth::new(validator_fn(|token: Secret| async move {
        let mut features = Features::default();
        match token.expose() {
            "default" => return Ok(RequestContext::new("default")),
            "less" => {
                (features.patch, features.sort, features.root_query, features.bulk) =
                    (false, false, false, false)
            }
            _ => features.change_password = true,
        }
        Ok(RequestContext::new("own").with_features(features))
    })));
    for (token, patch, sort, password, root, patched) in [
        ("default", true, true, false, 200, 400),
        ("less", false, false, false, 501, 501),
        ("more", true, true, true, 200, 400),
    ] {
        let config = get(&scim, "/ServiceProviderConfig", token).await.body;
        let supported = |name: &str| config[name]["supported"].as_bool().expect("a boolean");
        assert_eq!(
            (supported("patch"), supported("sort"), supported("changePassword")),
            (patch, sort, password),
            "{token}"
        );
        assert_eq!(supported("bulk"), patch, "{token}");
        assert_eq!(get(&scim, "/", token).await.status, root, "{token}");
        let authorization = format!("Bearer {token}");
        let headers: [(&str, &[u8]); 2] = [
            ("authorization", authorization.as_bytes()),
            ("content-type", b"application/scim+json"),
        ];
        assert_eq!(
            send(&scim, "PATCH", "/Users/1", &headers, json!({})).await.status,
            patched,
            "{token}"
        );
    }
    for (token, order) in [("default", ["a", "b"]), ("less", ["b", "a"])] {
        for name in ["b", "a"] {
            let authorization = format!("Bearer {token}");
            let headers: [(&str, &[u8]); 2] = [
                ("authorization", authorization.as_bytes()),
                ("content-type", b"application/scim+json"),
            ];
            assert_eq!(send(&scim, "POST", "/Users", &headers, user(name)).await.status, 201);
        }
        let sorted = get(&scim, "/Users?sortBy=userName", token).await.body;
        let names: Vec<_> = sorted["Resources"]
            .as_array()
            .expect("a page")
            .iter()
            .map(|user| &user["userName"])
            .collect();
        assert_eq!(names, order, "{token}");
    }
}
