//! What is long keeps its place, and what is shown is what was sent: on a desk and on a phone.

use serde_json::json;

use crate::administrator::{FLAGS, PASSWORD, body, provision, scim, send, user};
use crate::browser::{Browser, run};
use crate::support::demo::Demo;

const WIDTHS: [u32; 2] = [1280, 390];

#[tokio::test(flavor = "multi_thread")]
async fn a_long_name_takes_no_column_away() {
    let demo = Demo::start(FLAGS);
    let address = demo.address();
    let mut given = user(&format!("{}@example.com", "x".repeat(120)));
    given["displayName"] = json!("y".repeat(700));
    given["externalId"] = json!("z".repeat(90));
    given["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] =
        json!({ "department": "d".repeat(60) });
    let made = scim(address, "POST", "/Users", "token-1", Some(&given)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    provision(address, "token-1", "somebody@example.com").await;
    let group = json!({ "displayName": "g".repeat(150), "externalId": "e".repeat(150), "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"] });
    assert_eq!(scim(address, "POST", "/Groups", "token-1", Some(&group)).await.status, 201);
    run(address, false, async move |browser: Browser| {
        browser.sign_in().await;
        for width in WIDTHS {
            browser.size(width, 900).await;
            for kind in ["users", "groups"] {
                browser.visit(&format!("#/one/{kind}"), "#list table").await;
                browser.fits(kind).await;
                let box_ = "document.querySelector('#list .scroll')";
                let overflows = browser.value(&format!("{box_}.scrollWidth - {box_}.clientWidth")).await;
                assert_eq!(overflows, 0, "{kind} at {width}");
                browser.inside("#list th, #list td, #list td .pill, #list td time").await;
                browser.picture(&format!("long-{kind}-{width}")).await;
            }
        }
        // The tallest row is a few lines, whatever the name is.
        browser.visit("#/one/users", "#list table").await;
        let tallest = "Math.max(...[...document.querySelectorAll('#list tr')].map((row) => row.offsetHeight))";
        assert!(browser.value(tallest).await.as_u64().is_some_and(|height| height < 260), "{}", browser.value(tallest).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_of_each_member_is_whole() {
    let demo = Demo::start(FLAGS);
    let address = demo.address();
    let mut members = vec![json!({ "value": "nobody-of-ours" })];
    for name in ["dana.scully@subsidiary.example.com", &*"x".repeat(120)] {
        members.push(json!({ "value": provision(address, "token-1", name).await }));
    }
    let group = json!({ "displayName": "All employees", "members": members, "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"] });
    let made = body(&scim(address, "POST", "/Groups", "token-1", Some(&group)).await);
    let id = made["id"].as_str().expect("an id").to_owned();
    run(address, false, async move |browser: Browser| {
        browser.sign_in().await;
        for width in [1280, 1440, 390] {
            browser.size(width, 900).await;
            browser.visit(&format!("#/one/groups/{id}"), "#members table").await;
            browser.inside("#members th, #members td, #members .pill, #members button").await;
            let cut = "[...document.querySelectorAll('#members button, #members .pill')].filter((it) => it.scrollWidth > it.clientWidth).map((it) => it.textContent).join()";
            browser.picture(&format!("long-members-{width}")).await;
            assert_eq!(browser.value(cut).await, "", "at {width}");
            browser.fits("group").await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_attributes_stay_as_they_are_and_long_ones_in_their_card() {
    let demo = Demo::start(FLAGS);
    let address = demo.address();
    let unknown =
        format!("urn:example:params:scim:schemas:extension:{}:2.0:User", "organisation".repeat(8));
    let mut given = user("bjensen");
    given["active"] = json!("True");
    given["schemas"] = json!([unknown, "urn:ietf:params:scim:schemas:core:2.0:User"]);
    let made = scim(address, "POST", "/Users", "token-1", Some(&given)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(scim(address, "GET", "/Users?colour=blue", "token-1", None).await.status, 200);
    run(address, false, async move |browser: Browser| {
        browser.sign_in().await;
        browser.visit("#/one/activity/2", "#deviations li").await;
        let sentence = browser.value("document.querySelector('#deviations li > :first-child').textContent").await;
        assert_eq!(sentence, "Unknown parameter colour ignored");
        for width in WIDTHS {
            browser.size(width, 900).await;
            browser.visit("#/one/activity/1", "#deviations li").await;
            let first = "[...document.querySelectorAll('#deviations li > :first-child')]";
            let words = browser.value(&format!("{first}.map((it) => it.textContent)")).await;
            let words: Vec<&str> = words.as_array().expect("a list").iter().filter_map(serde_json::Value::as_str).collect();
            assert!(words.iter().any(|words| words.starts_with("active:")), "{words:?}");
            let changed =
                format!("{first}.filter((it) => getComputedStyle(it, '::first-letter').textTransform !== 'none').length");
            assert_eq!(browser.value(&changed).await, 0);
            browser.inside("#deviations code, #deviations .mono").await;
            let over = "[...document.querySelectorAll('#deviations li')].filter((line) => {
                const [words, rule] = [...line.children].map((it) => it.getBoundingClientRect());
                return words.right > rule.left + 0.5 && words.bottom > rule.top + 0.5;
            }).length";
            assert_eq!(browser.value(over).await, 0, "the rule's name is printed over");
            browser.fits("request").await;
            browser.picture(&format!("long-request-{width}")).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_as_a_whole_has_no_frame() {
    let demo = Demo::start(FLAGS);
    run(demo.address(), false, async move |browser: Browser| {
        browser.go("/console/").await;
        browser.write("#password", PASSWORD).await;
        browser.enter("#password").await;
        browser.until("document.activeElement?.id === 'main' && document.querySelector('#settings') !== null").await;
        assert_eq!(browser.value("document.activeElement.matches(':focus-visible')").await, json!(true));
        assert_eq!(browser.value("getComputedStyle(document.activeElement).outlineStyle").await, "none");
        // What can be worked with by the keyboard has one.
        let framed = "(document.querySelector('#quota').focus(), getComputedStyle(document.activeElement).outlineStyle)";
        assert_eq!(browser.value(framed).await, "solid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_nobody_known_are_folded() {
    let demo = Demo::start(FLAGS);
    let address = demo.address();
    for (path, token) in [
        ("/scim/v2/Users?count=1", "token-1"),
        ("/scim/v2/Users?count=2", "of nobody"),
        ("/t/one/scim/v2/Users?count=3", "of nobody"),
        ("/scim/v2/Users?count=4", "of nobody"),
    ] {
        send(address, "GET", path, &[("Authorization", &format!("Bearer {token}"))], None).await;
    }
    run(address, false, async move |browser: Browser| {
        let seen = async |expected: &[&str]| {
            let rows = "[...document.querySelectorAll('#requests tr')].filter((it) => it.getClientRects().length)
                .map((it) => it.textContent.match(/count=(\\d)/)[1])";
            browser.until(&format!("JSON.stringify({rows}) === {}", json!(json!(expected).to_string()))).await;
        };
        browser.size(1280, 900).await;
        browser.sign_in().await;
        browser.visit("#/one/activity", ".live.on").await;
        // What names the tenant in its URL is of this one, whoever sent it.
        seen(&["3", "1"]).await;
        browser.read("Show 2 requests not attributed to a tenant").await;
        browser.click("#strangers").await;
        seen(&["4", "3", "2", "1"]).await;
        send(address, "GET", "/scim/v2/Users?count=5", &[("Authorization", "Bearer nobody")], None).await;
        browser.read("Hide 3 requests not attributed to a tenant").await;
        browser.picture("strangers").await;
        browser.click("#strangers").await;
        seen(&["3", "1"]).await;
    })
    .await;
}
