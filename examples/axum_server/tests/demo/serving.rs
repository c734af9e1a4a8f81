//! What is around SCIM: paths, bodies, the log.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::requests::{FLAGS, assert_scim_error, get, post, send, user};
use crate::support::demo::Demo;

#[tokio::test]
async fn a_body_beyond_the_limit_is_a_scim_error() {
    const LIMIT: usize = 10 * 1024 * 1024;
    let demo = Demo::start(FLAGS);
    let headers = [("Authorization", "Bearer token-1"), ("Content-Type", "application/scim+json")];
    let spaces = vec![b' '; LIMIT];
    let answer = send(demo.address(), "POST", "/scim/v2/Users", &headers, Some(&spaces)).await;
    assert_scim_error(&answer, 400);
    // Who looks for the answer only when all is sent finds it.
    for (path, length) in [("/scim/v2/Users", LIMIT + 1), ("/scim/v2/Bulk", 3 * LIMIT)] {
        let answer = send(demo.address(), "POST", path, &headers, Some(&vec![b' '; length])).await;
        assert_scim_error(&answer, 413);
    }
    let answer = sent(&demo, &format!("Content-Length: {}\r\n\r\n", LIMIT + 1)).await;
    assert!(
        answer.starts_with("HTTP/1.1 413 ") && answer.contains("\"status\":\"413\""),
        "{answer}"
    );
}

#[tokio::test]
async fn everything_under_the_base_is_scim_and_nothing_else_is() {
    let demo = Demo::start(FLAGS);
    for path in [
        "/scim/v2/Nothing",
        "/scim/v2/Users/1/2",
        "/t/one/scim/v2/Nothing",
        "/scim/v2/%00",
        "/scim/v2/Users/%FF",
    ] {
        assert_scim_error(&get(demo.address(), path, "token-1").await, 404);
    }
    for base in ["/scim/v2", "/scim/v2/", "/t/one/scim/v2"] {
        let answer = get(demo.address(), base, "token-1").await;
        assert_eq!(
            answer.header("Content-Type").as_deref(),
            Some("application/scim+json"),
            "{base}"
        );
    }
    for path in [
        "/nothing",
        "/scim",
        "/scim/v20/Users",
        "/t/one",
        "/t/scim/v2/Users",
        "//scim/v2/Users",
        "/Users",
    ] {
        let answer = get(demo.address(), path, "token-1").await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(
            answer.header("Content-Type").is_some_and(|kind| kind.starts_with("text/plain")),
            "{path}"
        );
    }
    let front = send(demo.address(), "GET", "/", &[], None).await;
    assert_eq!(front.status, 200);
    assert!(front.text().contains("SCIM 2.0") && front.text().contains("/scim/v2"));
}

/// All that comes back for a POST of which this is the end; none of it comes but what is here.
async fn sent(demo: &Demo, end: &str) -> String {
    let mut stream = TcpStream::connect(demo.address()).await.expect("it takes connections");
    let request = format!(
        "POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-1\r\n{end}"
    );
    stream.write_all(request.as_bytes()).await.expect("the request goes out");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer, and the end");
    answer
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let demo = Demo::start(&[FLAGS, &["--body-timeout", "0.05"]].concat());
    let answer = sent(&demo, "Content-Length: 100\r\n\r\n{").await;
    assert!(
        answer.starts_with("HTTP/1.1 408 ") && answer.contains("\"status\":\"408\""),
        "{answer}"
    );
    let whole = post(demo.address(), "/scim/v2/Users", "token-1", &user("bjensen")).await;
    assert_eq!(whole.status, 201, "{}", whole.text());
}

#[tokio::test]
async fn the_log_tells_requests_without_personal_data() {
    // P-7.5.2-02
    let demo = Demo::start(FLAGS);
    let mut quoted_boolean = user("bjensen");
    quoted_boolean["active"] = json!("True");
    post(demo.address(), "/t/one/scim/v2/Users", "token-1", &quoted_boolean).await;
    get(demo.address(), "/scim/v2/Users?filter=userName%20eq%20%22bjensen%22", "token-1").await;
    let log = demo.last_words();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("method=")).collect();
    assert_eq!(lines.len(), 2, "{log}");
    for part in [
        "method=\"POST\"",
        "operation=\"create\"",
        "resource_type=\"User\"",
        "status=201",
        "duration=",
        "tenant=\"one\"",
        "deviations=\"boolean_strings\"",
    ] {
        assert!(lines[0].contains(part), "{part}: {log}");
    }
    for part in ["method=\"GET\"", "operation=\"list\"", "status=200"] {
        assert!(lines[1].contains(part), "{part}: {log}");
    }
    assert!(!lines[1].contains("deviations"), "{log}");
    for secret in ["bjensen", "token-1", "filter"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
