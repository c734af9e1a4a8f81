//! What the browser gets: pages that run nothing but their own scripts.

use serde_json::json;

use crate::administrator::{Administrator, FLAGS, body, send};
use crate::support::demo::Demo;

/// The page, and all that it loads.
const FILES: &[(&str, &str)] = &[
    ("/console/", "text/html; charset=utf-8"),
    ("/console/style.css", "text/css; charset=utf-8"),
    ("/console/icon.svg", "image/svg+xml"),
    ("/console/app.js", "text/javascript; charset=utf-8"),
    ("/console/api.js", "text/javascript; charset=utf-8"),
    ("/console/dom.js", "text/javascript; charset=utf-8"),
    ("/console/sign_in.js", "text/javascript; charset=utf-8"),
    ("/console/nothing.js", "text/javascript; charset=utf-8"),
    ("/console/moves.js", "text/javascript; charset=utf-8"),
    ("/console/unsaved.js", "text/javascript; charset=utf-8"),
    ("/console/settings.js", "text/javascript; charset=utf-8"),
    ("/console/tokens.js", "text/javascript; charset=utf-8"),
    ("/console/clients.js", "text/javascript; charset=utf-8"),
    ("/console/test_run.js", "text/javascript; charset=utf-8"),
    ("/console/directory.js", "text/javascript; charset=utf-8"),
    ("/console/detail.js", "text/javascript; charset=utf-8"),
    ("/console/activity.js", "text/javascript; charset=utf-8"),
    ("/console/words.js", "text/javascript; charset=utf-8"),
];

#[tokio::test]
async fn the_pages_are_small_and_load_nothing_from_elsewhere() {
    let demo = Demo::start(FLAGS);
    let mut bytes = 0;
    for (path, media_type) in FILES {
        let answer = send(demo.address(), "GET", path, &[], None).await;
        assert_eq!(
            (answer.status, answer.header("Content-Type").as_deref()),
            (200, Some(*media_type)),
            "{path}"
        );
        bytes += answer.body.len();
        let text = answer.text().replace("http://www.w3.org/2000/svg", "");
        for elsewhere in ["http://", "https://", "src=\"//", "@import", "url("] {
            assert!(!text.contains(elsewhere), "{path} names `{elsewhere}`");
        }
        for markup in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            " style=",
            " onclick=\"",
        ] {
            assert!(!text.contains(markup), "{path} has `{markup}`");
        }
        // A module that is named is one that is served.
        for import in text.split("from \"./").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(
                FILES.iter().any(|(path, _)| *path == format!("/console/{import}")),
                "{path} imports {import}"
            );
        }
    }
    assert!(bytes < 100_000, "{bytes} bytes");
}

#[tokio::test]
async fn a_tenant_url_in_a_browser_says_where_to_go() {
    let demo = Demo::start(FLAGS);
    let page = ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
    for path in [
        "/scim/v2",
        "/t/one/scim/v2",
        "/t/one/scim/v2/",
        "/t/nobody/scim/v2",
        "/t/one/scim/v2/Users?count=1",
    ] {
        let answer = send(demo.address(), "GET", path, &[page], None).await;
        let media_type = answer.header("Content-Type");
        assert_eq!(
            (answer.status, media_type.as_deref()),
            (401, Some("application/scim+json")),
            "{path}"
        );
        assert_eq!(
            answer.header("WWW-Authenticate").as_deref(),
            Some("Bearer realm=\"scim\""),
            "{path}"
        );
        let error = body(&answer);
        assert_eq!(
            (&error["status"], &error["schemas"][0]),
            (&json!("401"), &json!("urn:ietf:params:scim:api:messages:2.0:Error"))
        );
        let detail = error["detail"].as_str().expect("words");
        assert!(
            detail.contains("Tenant URL")
                && detail.contains(&format!("http://{}/console/", demo.address())),
            "{detail}"
        );
    }
    // A program is told what is wrong with what it sent.
    for headers in
        [&[("Accept", "application/scim+json")][..], &[page, ("Authorization", "Bearer wrong")]]
    {
        let answer = send(demo.address(), "GET", "/t/one/scim/v2/Users", headers, None).await;
        assert!(
            answer.status == 401
                && answer.text().to_lowercase().contains("token")
                && !answer.text().contains("console"),
            "{}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn every_answer_tells_the_browser_what_the_pages_never_do() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let answers = [
        send(demo.address(), "GET", "/console", &[], None).await,
        send(demo.address(), "GET", "/console/", &[], None).await,
        send(demo.address(), "GET", "/console/app.js", &[], None).await,
        send(demo.address(), "GET", "/console/nothing", &[], None).await,
        send(demo.address(), "GET", "/console/api/session", &[], None).await,
        administrator.get("/tenants").await,
        administrator.get("/tenants/one/settings").await,
        administrator.get("/nothing").await,
    ];
    for answer in answers {
        let header = |name: &str| answer.header(name).unwrap_or_default();
        let policy = header("Content-Security-Policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"),
            "{policy}"
        );
        assert!(
            !policy.contains("unsafe")
                && policy.contains("frame-ancestors 'none'")
                && policy.contains("form-action 'self'")
        );
        assert_eq!(header("X-Content-Type-Options"), "nosniff");
        assert_eq!(header("X-Frame-Options"), "DENY");
        assert_eq!(header("Referrer-Policy"), "no-referrer");
    }
}

#[tokio::test]
async fn what_the_pages_ask_for_is_kept_by_nobody() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    for path in [
        "/session",
        "/tenants",
        "/tenants/one/settings",
        "/tenants/one/tokens",
        "/tenants/one/activity",
    ] {
        assert_eq!(
            administrator.get(path).await.header("Cache-Control").as_deref(),
            Some("no-store"),
            "{path}"
        );
    }
}
