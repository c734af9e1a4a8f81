//! What an administrator sets, and two who do so at once.

use serde_json::{Value, json};

use crate::administrator::{Administrator, FLAGS, body, provision, scim, send};
use crate::browser::{Browser, run};
use crate::support::demo::Demo;

const SETTINGS: &str = "/tenants/one/settings";

#[tokio::test]
async fn of_two_who_save_at_once_the_second_is_told() {
    let demo = Demo::start(FLAGS);
    let (first, second) =
        (Administrator::sign_in(&demo).await, Administrator::sign_in(&demo).await);
    let version = body(&first.get(SETTINGS).await)["version"].clone();
    assert_eq!(version, body(&second.get(SETTINGS).await)["version"]);

    let saved =
        first.send("PUT", SETTINGS, Some(&json!({ "version": version, "quotaGb": 250 }))).await;
    assert_eq!((saved.status, body(&saved)["quotaGb"].clone()), (200, json!(250)));
    let refused = second
        .send(
            "PUT",
            SETTINGS,
            Some(&json!({ "version": version, "quotaGb": 10, "enabled": false })),
        )
        .await;
    assert_eq!(refused.status, 409, "{}", refused.text());

    let now = body(&second.get(SETTINGS).await);
    assert_eq!(
        (now["quotaGb"].clone(), now["enabled"].clone()),
        (json!(250), json!(true)),
        "nothing of the second was saved"
    );
    let again = second
        .send("PUT", SETTINGS, Some(&json!({ "version": now["version"], "quotaGb": 10 })))
        .await;
    assert_eq!((again.status, body(&again)["quotaGb"].clone()), (200, json!(10)));
}

#[tokio::test]
async fn settings_hold_from_the_next_request_on() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let set = async |settings: Value| {
        let answer = administrator.send("PUT", SETTINGS, Some(&settings)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    };
    let bare = async || {
        send(demo.address(), "GET", "/scim/v2/Users", &[("Authorization", "token-1")], None)
            .await
            .status
    };
    let asks = async |path: &str| scim(demo.address(), "GET", path, "token-1", None).await.status;

    assert_eq!((asks("/Users").await, asks("/Groups").await, bare().await), (200, 200, 401));
    set(json!({ "access": "header" })).await;
    assert_eq!((asks("/Users").await, bare().await), (200, 200));
    set(json!({ "access": "bearer", "groups": false })).await;
    assert_eq!((asks("/Users").await, asks("/Groups").await, bare().await), (200, 404, 401));
    set(json!({ "enabled": false })).await;
    assert_eq!(asks("/Users").await, 403);
    assert_eq!(
        scim(demo.address(), "GET", "/Users", "token-2", None).await.status,
        200,
        "the other tenant is as before"
    );
    set(json!({ "enabled": true, "quotaGb": 250 })).await;
    let id = provision(demo.address(), "token-1", "bjensen").await;
    let user = body(&administrator.get(&format!("/tenants/one/directory/users/{id}")).await);
    assert_eq!(user["quotaGb"], 250);
}

#[tokio::test]
async fn what_is_no_setting_is_refused_whole() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let before = body(&administrator.get(SETTINGS).await);
    for settings in [
        json!({ "enabled": "yes" }),
        json!({ "enabled": false, "quotaGb": -1 }),
        json!({ "enabled": false, "quotaGb": 1.5 }),
        json!({ "enabled": false, "orphans": "forget" }),
        json!({ "enabled": false, "access": "kerberos" }),
        json!({ "enabled": false, "colour": "blue" }),
        json!({ "enabled": false, "version": -1 }),
        json!([]),
    ] {
        let answer = administrator.send("PUT", SETTINGS, Some(&settings)).await;
        assert_eq!(answer.status, 400, "{settings}: {}", answer.text());
    }
    assert_eq!(body(&administrator.get(SETTINGS).await), before);
    assert_eq!(
        administrator.send("PUT", "/tenants/none/settings", Some(&json!({}))).await.status,
        404
    );
}

/// The labels of the ways to send a token.
const TRANSPORTS: [&str; 2] = [
    "Bearer token (Okta \"HTTP Header\", Entra \"Secret Token\")",
    "OAuth 2 (Okta \"OAuth 2\", Entra \"OAuth2 client credentials grant\")",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_ways_to_send_a_token_have_the_names_of_identity_providers() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let address = demo.address();
    let bare = async || {
        send(address, "GET", "/scim/v2/Users", &[("Authorization", "token-1")], None).await.status
    };
    // As it was saved when there were three.
    let old = administrator.send("PUT", SETTINGS, Some(&json!({ "access": "header" }))).await;
    assert_eq!((old.status, bare().await), (200, 200));
    run(address, false, async move |browser: Browser| {
        let bare = async || send(address, "GET", "/scim/v2/Users", &[("Authorization", "token-1")], None).await.status;
        let access = async || body(&administrator.get(SETTINGS).await)["access"].clone();
        let saved = async || {
            browser.click("#save").await;
            browser.read("Settings saved").await;
            browser.value("document.getElementById('announce').textContent = ''").await;
        };
        browser.size(1280, 900).await;
        browser.sign_in().await;
        browser.visit("#/one/settings", "#settings").await;
        let names = "[...document.querySelectorAll('.choice b')].map((it) => it.textContent)";
        assert_eq!(browser.value(names).await, json!(TRANSPORTS));
        browser.read("Accept a token without \"Bearer\"").await;
        let chosen = "[document.querySelector('input[name=access]:checked').value, document.getElementById('bare').checked]";
        assert_eq!(browser.value(chosen).await, json!(["bearer", true]));
        browser.picture("access").await;
        // Saved with something else, it stays as it was.
        browser.write("#quota", "5").await;
        saved().await;
        assert_eq!((access().await, bare().await), (json!("header"), 200));

        browser.click("#bare").await;
        browser.click("#save").await;
        browser.read("Tokens without \"Bearer\" are rejected").await;
        browser.click("dialog button[type=button]").await;
        browser.until("document.querySelector('dialog') === null").await;
        assert_eq!((access().await, bare().await), (json!("header"), 200), "nobody is shut out without a question");
        browser.click("#save").await;
        browser.click("dialog button.danger").await;
        browser.read("Settings saved").await;
        browser.value("document.getElementById('announce').textContent = ''").await;
        assert_eq!((access().await, bare().await), (json!("bearer"), 401));
        browser.click("#bare").await;
        saved().await;
        assert_eq!((access().await, bare().await), (json!("header"), 200));

        // The switch is about bearer tokens, and goes with them.
        browser.click("input[name=access][value=oauth]").await;
        browser.until("document.getElementById('bare').getClientRects().length === 0").await;
        browser.click("#enabled").await;
        browser.click("#groups").await;
        browser.click("#save").await;
        for words in ["all requests from the identity provider", "all other tokens are rejected", "requests for groups are rejected"] {
            browser.read(words).await;
        }
        browser.picture("shut-out").await;
        browser.click("dialog button.danger").await;
        browser.read("Settings saved").await;
        assert_eq!(access().await, json!("oauth"));
        browser.visit("#/one/settings", "#settings").await;
        assert_eq!(browser.value(chosen).await, json!(["oauth", false]));
    })
    .await;
}
