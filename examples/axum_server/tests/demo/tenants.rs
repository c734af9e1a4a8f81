//! Who is let in, and as which tenant.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::requests::{FLAGS, assert_scim_error, body, create_user, get, send};
use crate::support::demo::Demo;

#[tokio::test]
async fn the_token_tells_the_tenant_and_the_path_has_to_agree() {
    let demo = Demo::start(FLAGS);
    let created = create_user(demo.address(), "/t/one/scim/v2", "token-1").await;
    let location = format!(
        "http://{}/t/one/scim/v2/Users/{}",
        demo.address(),
        created["id"].as_str().expect("an id")
    );
    assert_eq!(created["meta"]["location"], location.as_str());

    for (base, token, total) in
        [("/scim/v2", "token-1", 1), ("/scim/v2", "token-2", 0), ("/t/two/scim/v2", "token-2", 0)]
    {
        let answer = get(demo.address(), &format!("{base}/Users"), token).await;
        assert_eq!(body(&answer)["totalResults"], total, "{base} {token}");
    }
    for (base, token) in [
        ("/t/one/scim/v2", "token-2"),
        ("/t/none/scim/v2", "token-1"),
        ("/scim/v2", "token-3"),
        ("/scim/v2", ""),
    ] {
        let answer = get(demo.address(), &format!("{base}/Users"), token).await;
        assert_scim_error(&answer, 401);
        let challenge = answer.header("WWW-Authenticate").expect("a challenge");
        assert!(challenge.starts_with("Bearer"), "{challenge}");
        assert!(
            !answer.text().contains("one") && !answer.text().contains("two"),
            "{}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn a_disabled_tenant_is_refused_and_others_are_not() {
    let demo =
        Demo::start(&[FLAGS, &["--disable-tenant", "one", "--oauth-token", "one=oauth"]].concat());
    for path in ["/scim/v2/Users", "/t/one/scim/v2/Users", "/scim/v2/ServiceProviderConfig"] {
        for token in ["token-1", "oauth"] {
            assert_scim_error(&get(demo.address(), path, token).await, 403);
        }
    }
    assert_eq!(get(demo.address(), "/scim/v2/Users", "token-2").await.status, 200);
}

#[tokio::test]
async fn an_access_token_is_good_until_it_expires() {
    let tokens =
        ["--oauth-token", "one=live,expires_in=3600", "--oauth-token", "one=dead,expires_in=0"];
    let demo = Demo::start(&[FLAGS, &tokens, &["--oauth-token", "two=for=good"]].concat());
    create_user(demo.address(), "/scim/v2", "token-1").await;
    assert_eq!(body(&get(demo.address(), "/scim/v2/Users", "live").await)["totalResults"], 1);
    assert_eq!(
        body(&get(demo.address(), "/t/two/scim/v2/Users", "for=good").await)["totalResults"],
        0
    );
    let expired = get(demo.address(), "/scim/v2/Users", "dead").await;
    assert_scim_error(&expired, 401);
    let challenge = expired.header("WWW-Authenticate").expect("a challenge");
    assert!(
        challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_token\""),
        "{challenge}"
    );
}

#[tokio::test]
async fn a_bare_token_is_taken_only_when_allowed() {
    let headers = [("Authorization", "token-1")];
    let strict = Demo::start(FLAGS);
    assert_scim_error(&send(strict.address(), "GET", "/scim/v2/Users", &headers, None).await, 401);
    let lenient = Demo::start(&[FLAGS, &["--allow-bare-token"]].concat());
    assert_eq!(send(lenient.address(), "GET", "/scim/v2/Users", &headers, None).await.status, 200);
    for wrong in ["token-3", "Basic token-1", "Bearer"] {
        let headers = [("Authorization", wrong)];
        assert_scim_error(
            &send(lenient.address(), "GET", "/scim/v2/Users", &headers, None).await,
            401,
        );
    }
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let header = format!("{scheme} token-1");
        let headers = [("Authorization", header.as_str())];
        assert_eq!(
            send(lenient.address(), "GET", "/scim/v2/Users", &headers, None).await.status,
            200,
            "{scheme}"
        );
    }
}

#[tokio::test]
async fn groups_are_hidden_from_a_tenant_without_them() {
    let demo = Demo::start(&[FLAGS, &["--no-groups", "one"]].concat());
    for base in ["/scim/v2", "/t/one/scim/v2"] {
        assert_scim_error(&get(demo.address(), &format!("{base}/Groups"), "token-1").await, 404);
        assert_eq!(
            body(&get(demo.address(), &format!("{base}/ResourceTypes"), "token-1").await)["totalResults"],
            1
        );
    }
    assert_eq!(
        body(&get(demo.address(), "/scim/v2/ResourceTypes", "token-2").await)["totalResults"],
        2
    );
}

/// The status of a request for users under this name of the host.
async fn status_at(demo: &Demo, host: &str, path: &str, token: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(demo.address()).await.expect("it takes connections");
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.expect("the request goes out");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer, and the end");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_else(|| panic!("no status: {answer}")), answer)
}

#[tokio::test]
async fn the_name_of_the_host_tells_the_tenant_too() {
    let demo = Demo::start(FLAGS);
    create_user(demo.address(), "/scim/v2", "token-1").await;
    let port = demo.address().port();
    for (host, path, token, expected) in [
        ("one.localhost", "/scim/v2/Users", "token-1", 200),
        ("ONE.localhost", "/scim/v2/Users", "token-1", 200),
        ("one.localhost", "/t/one/scim/v2/Users", "token-1", 200),
        ("localhost", "/scim/v2/Users", "token-2", 200),
        ("two.localhost", "/scim/v2/Users", "token-1", 401),
        ("none.localhost", "/scim/v2/Users", "token-1", 401),
        ("one.localhost", "/scim/v2/Users", "token-2", 401),
        ("one.localhost", "/t/two/scim/v2/Users", "token-1", 401),
        ("two.localhost", "/t/one/scim/v2/Users", "token-1", 401),
        ("one.localhost", "/oauth/authorize", "", 400),
    ] {
        let (status, answer) = status_at(&demo, &format!("{host}:{port}"), path, token).await;
        assert_eq!(status, expected, "{host}{path} {token}: {answer}");
    }
    let (_, answer) =
        status_at(&demo, &format!("one.localhost:{port}"), "/scim/v2/Users", "token-1").await;
    assert!(answer.contains(&format!("http://one.localhost:{port}/scim/v2/Users/")), "{answer}");

    let public = Demo::start(&[FLAGS, &["--public-url", "https://scim.example.com"]].concat());
    for (host, status) in
        [("one.scim.example.com", 200), ("two.scim.example.com", 401), ("scim.example.com", 200)]
    {
        assert_eq!(status_at(&public, host, "/scim/v2/Users", "token-1").await.0, status, "{host}");
    }
}
