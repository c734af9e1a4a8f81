//! Who is let in to the console, and for how long.

use serde_json::json;
use tokio::task::JoinSet;

use crate::administrator::{Administrator, FLAGS, PASSWORD, api, body, scim, send, try_password};
use crate::support::demo::Demo;

/// What the pages ask for, and change.
const ASKED: &[(&str, &str)] = &[
    ("GET", "/tenants"),
    ("POST", "/tenants"),
    ("GET", "/tenants/one"),
    ("DELETE", "/tenants/one"),
    ("GET", "/tenants/one/settings"),
    ("PUT", "/tenants/one/settings"),
    ("GET", "/tenants/one/tokens"),
    ("POST", "/tenants/one/tokens"),
    ("DELETE", "/tenants/one/tokens/1"),
    ("POST", "/tenants/one/test"),
    ("GET", "/tenants/one/events"),
    ("POST", "/tenants/one/users"),
    ("POST", "/tenants/one/groups"),
    ("PUT", "/tenants/one/groups/1/members/2"),
    ("GET", "/tenants/one/directory/users"),
    ("GET", "/tenants/one/directory/groups/1/members"),
    ("GET", "/tenants/one/activity"),
    ("GET", "/tenants/one/activity/stream"),
    ("GET", "/tenants/one/activity/1"),
];

#[tokio::test]
async fn nothing_is_told_or_changed_without_a_session() {
    let demo = Demo::start(FLAGS);
    for (method, path) in ASKED {
        for headers in [
            &[][..],
            &[("Cookie", "scimwire_console=00")],
            &[("Cookie", "scimwire_console=")],
            &[("Authorization", "Bearer token-1")],
            &[("X-Admin-Key", "")],
        ] {
            let answer = api(demo.address(), method, path, headers, Some(&json!({}))).await;
            assert_eq!(answer.status, 401, "{method} {path} {headers:?}: {}", answer.text());
            assert!(body(&answer)["error"].is_string());
        }
    }
    assert_eq!(
        scim(demo.address(), "GET", "/Users", "token-1", None).await.status,
        200,
        "nothing was deleted"
    );
}

#[tokio::test]
async fn a_cookie_alone_changes_nothing() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let other = Administrator::sign_in(&demo).await;
    assert_ne!(administrator.forgery_token, other.forgery_token);
    let cookie = ("Cookie", administrator.cookie.as_str());
    let changes = ASKED.iter().filter(|(method, _)| *method != "GET");
    for (method, path) in changes.chain(&[("DELETE", "/session")]) {
        for word in ["", "0", &other.forgery_token] {
            let headers = [cookie, ("X-CSRF-Token", word)];
            assert_eq!(
                api(demo.address(), method, path, &headers, Some(&json!({}))).await.status,
                403,
                "{method} {path} {word}"
            );
        }
        assert_eq!(
            api(demo.address(), method, path, &[cookie], Some(&json!({}))).await.status,
            403,
            "{method} {path}"
        );
    }
    // What a form of another site would send, were the cookie sent along.
    let form = [
        cookie,
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Origin", "https://example.com"),
    ];
    assert_eq!(
        send(
            demo.address(),
            "POST",
            "/console/api/tenants/one/tokens",
            &form,
            Some("replace=true")
        )
        .await
        .status,
        403
    );
    assert_eq!(
        scim(demo.address(), "GET", "/Users", "token-1", None).await.status,
        200,
        "the token is good as before"
    );
}

#[tokio::test]
async fn a_form_of_another_site_signs_nobody_in() {
    let demo = Demo::start(FLAGS);
    let given = format!(r#"{{"password":"{PASSWORD}"}}"#);
    let path = "/console/api/session";
    for (media_type, site, status) in [
        ("text/plain", "cross-site", 415),
        ("application/x-www-form-urlencoded", "cross-site", 415),
        ("application/json", "cross-site", 403),
        ("application/json", "same-site", 403),
        ("application/json", "same-origin", 200),
    ] {
        let headers = [("Content-Type", media_type), ("Sec-Fetch-Site", site)];
        let answer = send(demo.address(), "POST", path, &headers, Some(&given)).await;
        assert_eq!(
            (answer.status, answer.header("Set-Cookie").is_some()),
            (status, status == 200),
            "{media_type} {site}"
        );
    }
}

#[tokio::test]
async fn the_cookie_is_for_the_browser_and_our_own_pages_alone() {
    let cases = [
        ("http://scim.example.com", ["scimwire_console=", "; Path=/console;"], false),
        ("https://scim.example.com", ["__Host-scimwire_console=", "; Path=/;"], true),
    ];
    for (url, parts, is_secure) in cases {
        let flags: Vec<_> =
            FLAGS.iter().copied().chain(["--public-url", url, "--session-minutes", "7"]).collect();
        let demo = Demo::start(&flags);
        let answer = try_password(demo.address(), PASSWORD).await;
        let cookie = answer.header("Set-Cookie").expect("a cookie");
        for part in ["; HttpOnly", "; SameSite=Strict", "; Max-Age=420"].iter().chain(&parts) {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(cookie.starts_with(parts[0]), "{cookie}");
        let (sent, _) = cookie.split_once(';').expect("a cookie has attributes");
        let answer =
            send(demo.address(), "GET", "/console/api/session", &[("Cookie", sent)], None).await;
        assert_eq!(answer.status, 200, "{url}");
        let other = if is_secure { sent.replace("__Host-", "") } else { format!("__Host-{sent}") };
        let answer =
            send(demo.address(), "GET", "/console/api/session", &[("Cookie", &other)], None).await;
        assert_eq!(answer.status, 401, "{url}: another name");
        assert_eq!(cookie.contains("; Secure"), is_secure, "{cookie}");
    }
}

#[tokio::test]
async fn a_session_ends_when_its_time_is_over() {
    let flags: Vec<_> = FLAGS.iter().copied().chain(["--session-minutes", "0"]).collect();
    let demo = Demo::start(&flags);
    let administrator = Administrator::sign_in(&demo).await;
    for path in ["/session", "/tenants", "/tenants/one/activity/stream"] {
        let answer = administrator.get(path).await;
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(body(&answer)["error"], "Your session has ended. Sign in again.");
    }
}

#[tokio::test]
async fn who_signs_out_is_out() {
    let demo = Demo::start(FLAGS);
    let (one, other) = (Administrator::sign_in(&demo).await, Administrator::sign_in(&demo).await);
    assert_eq!(one.get("/session").await.status, 200);
    let out = one.send("DELETE", "/session", None).await;
    assert_eq!(out.status, 204);
    assert!(out.header("Set-Cookie").expect("the cookie ends").contains("Max-Age=0"));
    assert_eq!(one.get("/tenants").await.status, 401);
    assert_eq!(other.get("/tenants").await.status, 200, "others stay");
}

#[tokio::test]
async fn wrong_passwords_are_counted_and_then_have_to_wait() {
    let demo = Demo::start(FLAGS);
    for (given, words) in [
        ("", "4 more"),
        ("a-password-for-test", "3 more"),
        ("A-PASSWORD-FOR-TESTS", "2 more"),
        (" a-password-for-tests", "1 more"),
        ("5", "must wait"),
    ] {
        let answer = try_password(demo.address(), given).await;
        assert_eq!((answer.status, answer.header("Set-Cookie")), (401, None), "{given}");
        assert!(answer.text().contains(words), "{given}: {}", answer.text());
    }
    let answer = try_password(demo.address(), PASSWORD).await;
    assert_eq!(
        (answer.status, answer.header("Set-Cookie")),
        (429, None),
        "the right one has to wait too"
    );
    let wait: u64 = answer.header("Retry-After").expect("how long").parse().expect("seconds");
    assert!((1..=3).contains(&wait), "{wait}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_that_come_at_once_are_counted_one_by_one() {
    let demo = Demo::start(FLAGS);
    let address = demo.address();
    let tries: JoinSet<u16> =
        (0..20).map(|_| async move { try_password(address, "wrong").await.status }).collect();
    let answers = tries.join_all().await;
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 5, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 15, "{answers:?}");
}

#[tokio::test]
async fn behind_a_proxy_of_ours_wrong_passwords_are_counted_for_who_is_behind_it() {
    for (proxy, others_wait) in
        [(Some("127.0.0.1"), false), (Some("192.0.2.7"), true), (None, true)]
    {
        let proxy = proxy.map(|address| ["--trusted-proxy", address]);
        let flags: Vec<_> = FLAGS.iter().copied().chain(proxy.into_iter().flatten()).collect();
        let demo = Demo::start(&flags);
        // What the client itself has sent stands before what the proxy has added.
        let attempt = async |client: &str, password: &str| {
            let headers = [("X-Forwarded-For", client)];
            api(
                demo.address(),
                "POST",
                "/session",
                &headers,
                Some(&json!({ "password": password })),
            )
            .await
            .status
        };
        for number in 0..5 {
            assert_eq!(attempt(&format!("10.0.0.{number}, 203.0.113.1"), "wrong").await, 401);
        }
        assert_eq!(attempt("10.0.0.9, 203.0.113.1", PASSWORD).await, 429, "{proxy:?}");
        assert_eq!(
            attempt("203.0.113.2", PASSWORD).await,
            if others_wait { 429 } else { 200 },
            "{proxy:?}"
        );
    }
}

#[tokio::test]
async fn the_right_password_starts_the_count_anew() {
    let demo = Demo::start(FLAGS);
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(try_password(demo.address(), "wrong").await.status, 401);
        }
        assert_eq!(try_password(demo.address(), PASSWORD).await.status, 200);
    }
}
