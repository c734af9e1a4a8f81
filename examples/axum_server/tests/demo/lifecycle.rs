//! How the server starts and ends.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::process::{Server, address};
use crate::requests::{body, get, post, send, user};
use crate::support::http::Client;

fn word_after(name: &str, printed: &[String]) -> String {
    let line = printed
        .iter()
        .find_map(|line| line.strip_prefix(name))
        .unwrap_or_else(|| panic!("no {name}: {printed:?}"));
    line.trim().to_owned()
}

async fn sign_in(url: &str, password: &str) -> u16 {
    let body = json!({ "password": password }).to_string();
    let headers = [("Content-Type", "application/json")];
    send(address(url), "POST", "/console/api/session", &headers, Some(body.as_bytes())).await.status
}

/// What the token endpoint and the page of consent answer to a client.
async fn client_is_known(url: &str, client: &str, secret: &str, redirect: &str) -> (u16, u16) {
    let form = format!("grant_type=client_credentials&client_id={client}&client_secret={secret}");
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let token = send(address(url), "POST", "/oauth/token", &headers, Some(form.as_bytes())).await;
    let query = format!("response_type=code&client_id={client}&redirect_uri={redirect}");
    let page = send(address(url), "GET", &format!("/oauth/authorize?{query}"), &[], None).await;
    (token.status, page.status)
}

#[tokio::test]
async fn the_client_of_the_first_start_is_good_after_a_restart() {
    const CALLBACK: &str = "https://idp.example.com/callback";
    let mut first = Server::start();
    let printed = first.welcome();
    let (client, secret) = (word_after("Client", &printed), word_after("Secret", &printed));
    let flag = format!("{client}={CALLBACK}");
    let mut server = first;
    // The address of a flag stays, and is added once.
    for (flags, known) in [
        (&[][..], (200, 400)),
        (&["--oauth-redirect", &flag][..], (200, 200)),
        (&["--oauth-redirect", &flag][..], (200, 200)),
    ] {
        server = Server::start_in(server.end(), flags);
        let printed = server.lines_until("Stored in");
        assert!(
            !printed.iter().any(|line| line.starts_with("Secret") || line.contains(&secret)),
            "{printed:?}"
        );
        let url = word_after("Tenant URL", &printed);
        assert_eq!(client_is_known(&url, &client, &secret, CALLBACK).await, known, "{flags:?}");
    }
}

#[tokio::test]
async fn secrets_are_printed_when_they_are_made_and_good_after_a_restart() {
    let mut first = Server::start();
    let printed = first.welcome();
    let (token, password) = (word_after("Token", &printed), word_after("Password", &printed));
    let cursor_path = "/scim/v2/Users?cursor&count=1";
    let url = word_after("Tenant URL", &printed);
    for name in ["bjensen", "jsmith"] {
        assert_eq!(post(address(&url), "/scim/v2/Users", &token, &user(name)).await.status, 201);
    }
    let page = body(&get(address(&url), cursor_path, &token).await);
    let cursor = page["nextCursor"].as_str().expect("another page").to_owned();

    let mut second = Server::start_in(first.end(), &[]);
    let printed = second.lines_until("Stored in");
    let url = word_after("Tenant URL", &printed);
    let all = printed.join("\n");
    assert!(!all.contains("scim_") && !all.contains(&password), "{all}");
    let next = get(
        address(&url),
        &format!("{cursor_path}&cursor={cursor}").replace("cursor&", ""),
        &token,
    )
    .await;
    assert_eq!(
        (next.status, &body(&next)["Resources"][0]["userName"]),
        (200, &json!("jsmith")),
        "cursors go on too"
    );
    assert_eq!(
        (sign_in(&url, &password).await, sign_in(&url, "another-password").await),
        (200, 401)
    );

    let mut third = Server::start_in(second.end(), &["--new-admin-password"]);
    let printed = third.lines_until("Stored in");
    let (url, next_password) =
        (word_after("Tenant URL", &printed), word_after("Password", &printed));
    assert_eq!((sign_in(&url, &next_password).await, sign_in(&url, &password).await), (200, 401));
    let mut fourth = Server::start_in(third.end(), &["--admin-password", "of-this-time-only"]);
    let url = word_after("Tenant URL", &fourth.lines_until("Stored in"));
    assert_eq!(
        (sign_in(&url, "of-this-time-only").await, sign_in(&url, &next_password).await),
        (200, 401)
    );
    let mut fifth = Server::start_in(fourth.end(), &[]);
    let url = word_after("Tenant URL", &fifth.lines_until("Stored in"));
    assert_eq!(
        (sign_in(&url, &next_password).await, sign_in(&url, "of-this-time-only").await),
        (200, 401)
    );
}

#[tokio::test]
async fn without_flags_it_prints_all_that_a_client_needs() {
    let mut server = Server::start();
    let welcome = server.welcome();
    let word_after = |name: &str| word_after(name, &welcome);
    let (url, token) = (word_after("Tenant URL"), word_after("Token"));
    // What a shell makes of it: no word but the header has a space.
    let line = word_after("curl -H ");
    let (header, curl_url) = line
        .strip_prefix('\'')
        .and_then(|line| line.split_once("' "))
        .expect("a quoted header and a URL");
    assert_eq!(header, format!("Authorization: Bearer {token}"));
    assert_eq!(curl_url, format!("{url}/Users"));

    let path = curl_url
        .strip_prefix(&format!("http://{}", address(&url)))
        .expect("it is reached where it listens");
    let answer = get(address(&url), path, &token).await;
    assert_eq!((answer.status, body(&answer)["totalResults"].clone()), (200, json!(0)));
    assert!(server.folder().join("scimwire-demo.db").is_file(), "it keeps what it is told");
    assert!(token.len() >= 43, "256 bits in base64: {token}");
    let (client, secret) = (word_after("Client"), word_after("Secret"));
    let form = format!("grant_type=client_credentials&client_id={client}&client_secret={secret}");
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = send(address(&url), "POST", "/oauth/token", &headers, Some(form.as_bytes())).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let password = word_after("Password");
    assert!(password.len() >= 20, "a hundred bits: {password}");
    assert_ne!(Server::start().token(), token, "each database has a token of its own");
}

#[cfg(unix)]
#[tokio::test]
async fn signals_end_it_well_and_soon() {
    for signal in ["-TERM", "-INT"] {
        let mut server = Server::start();
        let welcome = server.welcome();
        let address = address(welcome[0].trim_start_matches("Tenant URL").trim());
        let mut idle = Client::new(address);
        assert_eq!(idle.send("GET", "/", &[], None).await.expect("an answer").status, 200);
        let _silent = TcpStream::connect(address).expect("it takes connections");
        let mut unfinished = TcpStream::connect(address).expect("it takes connections");
        let half =
            b"POST /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf";
        unfinished.write_all(half).expect("it reads what comes");
        let begun = Instant::now();
        let status = server.end_by(signal).unwrap_or_else(|| panic!("it goes on after {signal}"));
        assert!(status.success(), "{signal}: {status}");
        assert!(
            begun.elapsed() < Duration::from_secs(4),
            "{signal}: it took {:?}",
            begun.elapsed()
        );
    }
}
