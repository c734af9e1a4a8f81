//! Requests that go nowhere: URLs, filters, methods, strangers.

use crate::*;

#[tokio::test]
async fn filters_that_are_no_unicode() {
    let server = Server::start(&[]).await;
    for bytes in ["%FF", "%C3%28", "%ED%A0%80"] {
        let path = format!("/Users?filter=userName%20ne%20%22{bytes}%22");
        assert_error(
            &server.send("GET", &path, &[TOKEN], None).await,
            400,
            Some("invalidFilter"),
            &path,
        );
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn filters_that_nest_without_end() {
    let server = Server::start(&[]).await;
    for open in ["[", "(", "not (", "emails[", "a["] {
        for filter in [
            open.repeat(100_000),
            format!("{}title pr{}", open.repeat(100_000), ")".repeat(100_000)),
        ] {
            let body = json!({ "schemas": [SEARCH_REQUEST], "filter": filter });
            for path in ["/Users/.search", "/.search"] {
                assert_error(
                    &server.json("POST", path, &body).await,
                    400,
                    Some("invalidFilter"),
                    open,
                );
            }
        }
        // As much as fits into a head.
        let sendable = open.replace(' ', "%20").repeat(30_000 / open.replace(' ', "%20").len());
        let answer = server.send("GET", &format!("/Users?filter={sendable}"), &[TOKEN], None).await;
        assert_error(&answer, 400, Some("invalidFilter"), open);
        let path = format!("emails[{}", open.repeat(100_000));
        let patch =
            json!({ "schemas": [PATCH_OP], "Operations": [{ "op": "remove", "path": path }] });
        let answer = server.json("PATCH", &server.user, &patch).await;
        let scim_type =
            answer.json().expect("JSON")["scimType"].as_str().unwrap_or_default().to_owned();
        assert!(
            matches!(scim_type.as_str(), "invalidFilter" | "invalidPath"),
            "{open}: {}",
            answer.text()
        );
        assert_error(&answer, 400, Some(&scim_type), open);
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn urls_that_no_http_server_reads() {
    let server = Server::start(&[]).await;
    for open in ["[", "(", "x"] {
        let mut stream =
            TcpStream::connect(server.demo.address()).await.expect("it takes connections");
        let head = format!(
            "GET /scim/v2/Users?filter={} HTTP/1.1\r\nHost: example.com\r\nAuthorization: Bearer token-1\r\n\r\n",
            open.repeat(100_000)
        );
        stream.write_all(head.as_bytes()).await.expect("the request goes out");
        let mut start = [0; 12];
        stream.read_exact(&mut start).await.expect("an answer");
        let start = String::from_utf8_lossy(&start).into_owned();
        assert!(["400", "414", "431"].iter().any(|status| start.ends_with(status)), "{start}");
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn strangers() {
    let server = Server::start(&[]).await;
    let user = json!({ "schemas": [USER], "userName": "other" }).to_string();
    for route in [
        "GET ",
        "GET /Users",
        "POST /Users",
        "GET /ServiceProviderConfig",
        "GET /Nothing",
        "DELETE /Users/1",
    ] {
        let (method, path) = route.split_once(' ').expect("a method and a path");
        let missing = server.send(method, path, &[SCIM], Some(user.as_bytes())).await;
        let mut answers = vec![missing];
        for credential in CREDENTIALS.split('|') {
            answers.push(
                server
                    .send(
                        method,
                        path,
                        &[("Authorization", credential), SCIM],
                        Some(user.as_bytes()),
                    )
                    .await,
            );
        }
        for answer in answers {
            assert_error(&answer, 401, None, &format!("{method} {path}"));
            assert!(
                answer
                    .header("WWW-Authenticate")
                    .is_some_and(|challenge| challenge.starts_with("Bearer")),
                "{route}"
            );
        }
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn paths_to_nowhere() {
    let server = Server::start(&[]).await;
    let id = server.user.trim_start_matches("/Users/");
    let encoded_slash = format!("/Users%2F{id}");
    let wrong_type = format!("/Groups/{id}");
    let too_deep = format!("{}/emails", server.user);
    for path in NOWHERE.split_whitespace().chain([encoded_slash.as_str(), &wrong_type, &too_deep]) {
        assert_error(&server.send("GET", path, &[TOKEN], None).await, 404, None, path);
    }
    for path in ["/Users/..", "/%2e%2e/Users/x", &encoded_slash, "/Users/nobody"] {
        assert_error(&server.send("DELETE", path, &[TOKEN], None).await, 404, None, path);
    }
    assert_error(&server.send("GET", "/Me", &[TOKEN], None).await, 501, None, "/Me");
    // Empty segments do not count, since base URLs are pasted with and without a slash at the end.
    for path in ["//Users", "/Users/", "///Users//"] {
        let answer = server.send("GET", path, &[TOKEN], None).await;
        assert_eq!(answer.json().expect("JSON")["totalResults"], 1, "{path}");
    }
    server.is_unharmed().await;
}

#[tokio::test]
async fn methods_that_go_with_no_path() {
    let server = Server::start(&[]).await;
    for (method, path, allowed) in [
        ("PUT", "/Users", &["GET", "POST"][..]),
        ("DELETE", "/Users", &["GET", "POST"]),
        ("PATCH", "/Groups", &["GET", "POST"]),
        ("POST", &server.user, &["GET", "PUT", "PATCH", "DELETE"]),
        ("GET", "/Users/.search", &["POST"]),
        ("DELETE", "/.search", &["POST"]),
        ("GET", "/Bulk", &["POST"]),
        ("POST", "", &["GET"]),
        ("DELETE", "", &["GET"]),
        ("PUT", "/ServiceProviderConfig", &["GET"]),
        ("POST", "/Schemas", &["GET"]),
        ("DELETE", "/ResourceTypes/User", &["GET"]),
        ("TRACE", "/Users", &["GET", "POST"]),
        ("BREW", &server.user, &["GET", "PUT", "PATCH", "DELETE"]),
    ] {
        let answer = server.send(method, path, &[TOKEN, SCIM], Some(b"{}")).await;
        assert_error(&answer, 405, None, &format!("{method} {path}"));
        let allow = answer.header("Allow").expect("which methods are allowed");
        let mut named: Vec<&str> = allow
            .split(',')
            .map(str::trim)
            .filter(|name| !matches!(*name, "HEAD" | "OPTIONS"))
            .collect();
        let mut expected = allowed.to_vec();
        named.sort_unstable();
        expected.sort_unstable();
        assert_eq!(named, expected, "{method} {path}");
    }
    server.is_unharmed().await;
}
