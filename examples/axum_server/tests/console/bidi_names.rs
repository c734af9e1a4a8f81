//! Names in which characters turn the direction of writing: they are seen, and move nothing beside
//! them.

use std::net::SocketAddr;

use serde_json::json;

use crate::administrator::{FLAGS, body, scim, send, user};
use crate::browser::{Browser, run};
use crate::support::demo::Demo;

/// Shown by its own rules, it ends in `exe.png`.
const NAME: &str = "o\u{202e}gnp.exe@example.com";

const HEBREW: &str = "\u{5e9}\u{5dc}\u{5d5}\u{5dd}@example.com";

/// All that turns the direction, inside a name.
const TURNS: &str = "a\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}z";

/// As a class of JavaScript's expressions.
const CLASS: &str = r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]";

async fn nothing_turns(browser: &Browser, page: &str) {
    let script = format!(
        "[document.body.innerText, ...[...document.querySelectorAll('*')].flatMap((it) => [it.title, it.ariaLabel, it.placeholder])]
            .filter((text) => /{CLASS}/.test(text ?? ''))"
    );
    assert_eq!(browser.value(&script).await, json!([]), "{page}");
    // A name that is there stands by itself.
    let together = "(() => {
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const found = [];
        while (texts.nextNode()) {
            const text = texts.currentNode;
            if (/gnp\\.exe/.test(text.data) && !text.parentElement.closest('bdi')) found.push(text.parentElement.outerHTML);
        }
        return found;
    })()";
    assert_eq!(browser.value(together).await, json!([]), "{page}");
}

/// A user and a group of such names, whose ids it says, and requests of a client of such a name.
async fn provision(address: SocketAddr) -> (String, String) {
    let mut given = user(NAME);
    given["displayName"] = json!(NAME);
    given["externalId"] = json!(NAME);
    given["title"] = json!(TURNS);
    given["emails"] =
        json!([{ "value": NAME, "type": "work" }, { "value": HEBREW, "type": "home" }]);
    given["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] =
        json!({ "department": NAME });
    let made = scim(address, "POST", "/Users", "token-1", Some(&given)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let id = body(&made)["id"].as_str().expect("an id").to_owned();
    let group = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": NAME, "externalId": NAME,
        "members": [{ "value": id }, { "value": NAME }],
    });
    let made = scim(address, "POST", "/Groups", "token-1", Some(&group)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let group = body(&made)["id"].as_str().expect("an id").to_owned();
    let headers = [
        ("Authorization", "Bearer token-1"),
        ("User-Agent", NAME),
        ("Accept", "application/scim+json"),
    ];
    send(
        address,
        "GET",
        "/scim/v2/Users?filter=o%E2%80%AEgnp.exe&o%E2%80%AEgnp.exe=1",
        &headers,
        None,
    )
    .await;
    send(address, "GET", "/scim/v2/Users?o%E2%80%AEgnp.exe=1", &headers, None).await;
    (id, group)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_cannot_turn_the_direction_of_writing() {
    let demo = Demo::start(FLAGS);
    let (id, group) = provision(demo.address()).await;
    run(demo.address(), false, async move |browser: Browser| {
        browser.size(1280, 900).await;
        browser.sign_in().await;
        for (page, until, names, marks) in [
            ("#/one/users".to_owned(), "#list table", false, false),
            (format!("#/one/users/{id}"), "#history", true, true),
            ("#/one/groups".to_owned(), "#list table", false, false),
            (format!("#/one/groups/{group}"), "#members table", true, true),
            ("#/one/activity".to_owned(), "#requests tr:nth-child(4)", false, false),
            ("#/one/activity/1".to_owned(), "#changes li", true, false),
            ("#/one/activity/2".to_owned(), "#changes li", true, false),
            ("#/one/activity/3".to_owned(), "#changes", true, true),
            ("#/one/activity/4".to_owned(), "#deviations li", true, true),
        ] {
            browser.visit(&page, until).await;
            nothing_turns(&browser, &page).await;
            assert!(browser.text().await.contains("U+202E"), "{page}");
            // In a title, what keeps the name apart, and nothing else of the kind.
            let told = browser.value("document.title").await;
            let told = told.as_str().expect("a text");
            assert_eq!(
                (told.matches('\u{2068}').count(), told.matches('\u{2069}').count()),
                (usize::from(names), usize::from(names)),
                "{page}: {told}"
            );
            assert_eq!(
                (told.contains("[U+202E]"), told.contains('\u{202e}')),
                (marks, false),
                "{page}: {told}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_can_it_in_a_dialog() {
    let demo = Demo::start(FLAGS);
    let (_, group) = provision(demo.address()).await;
    run(demo.address(), false, async move |browser: Browser| {
        browser.size(1280, 900).await;
        browser.sign_in().await;
        browser.visit(&format!("#/one/groups/{group}"), "#members table").await;
        browser.click("#members button").await;
        browser.find("dialog[open] bdi").await;
        nothing_turns(&browser, "dialog").await;
        browser.picture("foreign-dialog").await;
        browser.click("dialog button[type=button]").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_are_shown_and_what_stands_beside_a_name_is_behind_it() {
    let demo = Demo::start(FLAGS);
    let (id, _) = provision(demo.address()).await;
    run(demo.address(), false, async move |browser: Browser| {
        browser.size(1280, 900).await;
        browser.sign_in().await;
        browser.visit(&format!("#/one/users/{id}"), "#history").await;
        for mark in ["U+061C", "U+200E", "U+200F", "U+202A", "U+202B", "U+202C", "U+202D", "U+2066", "U+2067", "U+2068", "U+2069"]
        {
            browser.read(mark).await;
        }
        browser.picture("foreign-user").await;
        // What stands beside a name is behind it.
        for kind in ["work", "home"] {
            let beside = format!(
                "(() => {{
                    const pill = [...document.querySelectorAll('.pill')].find((it) => it.textContent === '{kind}');
                    const name = pill.parentElement.firstElementChild;
                    const [first, second] = [name, pill].map((it) => it.getBoundingClientRect());
                    return name.tagName === 'BDI' && (first.right <= second.left || first.bottom <= second.top);
                }})()"
            );
            assert_eq!(browser.value(&beside).await, json!(true), "{kind}");
        }
        browser.visit("#/one/activity/1", "#changes li").await;
        browser.picture("foreign-request").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_can_what_a_link_brings_to_the_consent_page() {
    let demo = Demo::start(&[FLAGS, &["--oauth-client", "one=idp:0123456789abcdef"]].concat());
    run(demo.address(), false, async move |browser: Browser| {
        for (picture, query, words) in [
            ("client", "client_id=o%E2%80%AEgnp.exe", "Unknown client"),
            (
                "redirect",
                "client_id=idp&redirect_uri=https://o%E2%80%AEgnp.exe/",
                "is not registered for this client",
            ),
        ] {
            browser.go(&format!("/oauth/authorize?response_type=code&{query}")).await;
            browser.read(words).await;
            nothing_turns(&browser, query).await;
            assert!(browser.text().await.contains("U+202E"), "{query}");
            browser.picture(&format!("foreign-{picture}")).await;
        }
    })
    .await;
}
