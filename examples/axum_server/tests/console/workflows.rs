//! What an administrator does in the browser, and sees.

use serde_json::json;

use crate::administrator::{Administrator, FLAGS, body, provision, scim, user};
use crate::browser::{Browser, run};
use crate::support::demo::Demo;

async fn sign_in_at_the_second_try(browser: &Browser) {
    browser.go("/t/one/scim/v2").await;
    browser.read("to manage the server, open http").await;
    browser.go("/console/").await;
    browser.write("#password", "not the password").await;
    browser.click("#sign-in").await;
    browser.read("Wrong password").await;
    browser.picture("sign-in").await;
    browser.sign_in().await;
}

/// Has the console try a token, as it was pasted and as it is.
async fn try_the_token(browser: &Browser, token: &str) {
    browser.write("#test-token", &format!(" \"{token}\"")).await;
    browser.click("#lifecycle").await;
    browser.click("#run-test").await;
    browser.until("document.querySelectorAll('#test-results .passed').length === 9").await;
    assert_eq!(
        browser.value("document.querySelectorAll('#test-results .failed').length").await,
        1,
        "the token as pasted"
    );
    browser.write("#test-token", token).await;
    browser.click("#run-test").await;
    browser.until("document.querySelectorAll('#test-results .passed').length === 10").await;
    browser.value("document.getElementById('test-title').scrollIntoView()").await;
    browser.picture("test-green").await;
}

/// Signs out, and finds that a reload does not bring the session back.
async fn sign_out(browser: &Browser) {
    browser.click("#sign-out").await;
    browser.find("#password").await;
    browser.reload().await;
    browser.find("#password").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_connects_an_identity_provider() {
    let demo = Demo::start(FLAGS);
    let address = demo.address();
    run(address, false, async move |browser: Browser| {
        browser.size(1280, 900).await;
        sign_in_at_the_second_try(&browser).await;

        browser.find("#settings").await;
        let url = browser.value("document.getElementById('tenant-url').value").await;
        assert_eq!(url, format!("http://{address}/t/one/scim/v2"));
        let ask = async |token: &str| scim(address, "GET", "/Users", token, None).await.status;
        browser.click("#enabled").await;
        browser.click("#save").await;
        browser.click("dialog button.danger").await;
        browser.read("Settings saved").await;
        assert_eq!(ask("token-1").await, 403);
        browser.click("#run-test").await;
        browser.find("#test-results .failed").await;
        browser.picture("test-red").await;
        browser.click("#enabled").await;
        browser.write("#quota", "250").await;
        browser.click("#save").await;
        browser.until("document.querySelector('#enabled').checked").await;
        tokio::time::timeout(std::time::Duration::from_secs(60), async { while ask("token-1").await != 200 {} })
            .await
            .expect("on");

        browser.read("Settings or tokens have changed since this test").await;
        assert_eq!(
            browser.value("document.querySelectorAll('#test-results .failed').length").await,
            0,
            "what was tested is no more"
        );
        browser.choose("#others", "endInADay").await;
        browser.choose("#lifetime", "noEnd").await;
        browser.click("#generate").await;
        browser.click("dialog button.danger").await;
        browser.read("expires in 24 hours").await;
        browser.picture("settings-overlap").await;
        browser.choose("#others", "endNow").await;
        browser.choose("#lifetime", "oneYear").await;
        let first = browser.find("#fresh-token #token").await.prop("value").await.expect("a value").expect("a token");
        browser.click("#generate").await;
        browser.click("dialog button.danger").await;
        browser.until(&format!("document.querySelector('#fresh-token #token')?.value !== {}", json!(first))).await;
        let token = browser.find("#fresh-token #token").await.prop("value").await.expect("a value").expect("a token");
        browser.picture("settings").await;
        assert_eq!((ask(&token).await, ask(&first).await, ask("token-1").await), (200, 401, 401), "the old ones are replaced");
        browser.reload().await;
        browser.find("#generate").await;
        let page = browser
            .value("document.documentElement.outerHTML + [...document.querySelectorAll('input')].map((i) => i.value)")
            .await;
        assert!(!page.as_str().expect("text").contains(&token), "it is shown once");
        assert_eq!(browser.value("document.getElementById('fresh-token') === null").await, json!(true));
        assert_eq!(browser.value("document.getElementById('quota').value").await, "250", "what was saved is there");

        try_the_token(&browser, &token).await;

        browser.click("#generate").await;
        browser.read("Settings or tokens have changed since this test").await;

        sign_out(&browser).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_text_whatever_stands_in_them() {
    const NAME: &str =
        "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">";
    let demo = Demo::start(FLAGS);
    let address = demo.address();
    let mut given = user(NAME);
    given["displayName"] = json!(NAME);
    given["title"] = json!(NAME);
    let made = body(&scim(address, "POST", "/Users", "token-1", Some(&given)).await);
    let id = made["id"].as_str().expect("an id").to_owned();
    let group = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": NAME, "members": [{ "value": id }],
    });
    let group = body(&scim(address, "POST", "/Groups", "token-1", Some(&group)).await)["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let bad_client = [("Authorization", "Bearer token-1"), ("User-Agent", NAME)];
    crate::administrator::send(
        address,
        "GET",
        "/scim/v2/Users?filter=%3Cscript%3E",
        &bad_client,
        None,
    )
    .await;
    run(address, false, async move |browser: Browser| {
        browser.size(1280, 900).await;
        browser.sign_in().await;
        for (page, until) in [
            ("#/one/users".to_owned(), "#list table"),
            (format!("#/one/users/{id}"), "#history"),
            ("#/one/groups".to_owned(), "#list table"),
            (format!("#/one/groups/{group}"), "#members table"),
            ("#/one/activity".to_owned(), "#requests tr"),
            ("#/one/activity/1".to_owned(), "#changes"),
            ("#/one/activity/3".to_owned(), "#changes"),
        ] {
            browser.visit(&page, until).await;
            let text = browser.text().await;
            assert!(text.contains("<script>"), "{page}: {text}");
            assert_eq!(
                browser.value("document.querySelectorAll('#main script, #main img').length").await,
                0,
                "{page}"
            );
            assert_ne!(browser.value("document.title").await, "run", "{page}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_found_and_made_in_the_browser() {
    let demo = Demo::start(FLAGS);
    let address = demo.address();
    for number in 0..30 {
        provision(address, "token-1", &format!("user{number:02}@example.com")).await;
    }
    run(address, false, async move |browser: Browser| {
        browser.size(1280, 900).await;
        browser.sign_in().await;
        browser.visit("#/one/users", "#list table").await;
        browser.read("1–25 of 30").await;
        browser.picture("users").await;
        browser.click(".foot button:last-child").await;
        browser.read("26–30 of 30").await;
        let focused = browser.value("document.activeElement.closest('#list') !== null").await;
        assert_eq!(focused, json!(true), "who turns pages by the keyboard goes on from there");
        browser.write("#search", "userName ew \"7@example.com\"").await;
        browser.read("3 users").await;
        browser.write("#search", "active eq false").await;
        browser.read("No results").await;
        browser.write("#search", "userName eq").await;
        browser.click("#add").await;
        browser.write("dialog #userName", "local@example.com").await;
        browser.write("dialog #displayName", "Lo Cal").await;
        browser.click("dialog button.main").await;
        browser.find("#history").await;
        browser.read("LOCAL").await;
        browser.picture("user-local").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_made_and_filled_in_the_browser() {
    let demo = Demo::start(FLAGS);
    let address = demo.address();
    for number in 0..10 {
        provision(address, "token-1", &format!("user{number:02}@example.com")).await;
    }
    run(address, false, async move |browser: Browser| {
        browser.size(1280, 900).await;
        browser.sign_in().await;
        browser.visit("#/one/groups", "#add").await;
        browser.click("#add").await;
        browser.write("dialog #displayName", "Tour Guides").await;
        browser.click("dialog button.main").await;
        browser.click("#add-member").await;
        browser.write("dialog #member", "nobody").await;
        browser.click("dialog button.main").await;
        browser.read("No user has this user name").await;
        browser.write("dialog #member", "user07@example.com").await;
        browser.click("dialog button.main").await;
        browser.until("document.querySelectorAll('#members tbody tr').length === 1").await;
        browser.picture("group-local").await;
        browser.click("#add-member").await;
        browser.write("dialog #member", "user08@example.com").await;
        browser.click("dialog button.main").await;
        browser.until("document.querySelectorAll('#members tbody tr').length === 2").await;
        browser.write("#search", "USER07").await;
        browser.until("document.querySelectorAll('#members tbody tr').length === 1").await;
        browser.write("#search", "nobody").await;
        browser.read("No members found").await;
        browser.write("#search", "user07").await;
        browser.click("#members tbody a").await;
        browser.find("#memberships a").await;
        browser.read("Tour Guides").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_somebody_else_has_saved_are_not_lost() {
    let demo = Demo::start(FLAGS);
    let address = demo.address();
    let other = Administrator::sign_in(&demo).await;
    run(address, false, async move |browser: Browser| {
        browser.size(1280, 900).await;
        browser.sign_in().await;
        browser.visit("#/two/settings", "#settings").await;
        let theirs =
            other.send("PUT", "/tenants/two/settings", Some(&json!({ "quotaGb": 7 }))).await;
        assert_eq!(theirs.status, 200);
        browser.write("#quota", "9").await;
        browser.click("#save").await;
        browser.find("#outdated").await;
        browser.picture("settings-conflict").await;
        browser.click("#outdated button").await;
        browser.until("document.getElementById('quota')?.value === '7'").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_is_deleted_once_its_name_was_typed() {
    let demo = Demo::start(FLAGS);
    let address = demo.address();
    for number in 0..3 {
        provision(address, "token-2", &format!("leaver{number}@example.com")).await;
    }
    run(address, false, async move |browser: Browser| {
        browser.size(1280, 900).await;
        browser.sign_in().await;
        browser.visit("#/two/settings", "#settings").await;
        browser.click("#delete-tenant").await;
        browser.read("Type two to delete 3 users and 0 groups").await;
        let closed = "document.querySelector('dialog button.danger').disabled";
        for wrong in ["", "one", "tw", "Two", "two "] {
            browser.write("dialog #confirm-name", wrong).await;
            assert_eq!(browser.value(closed).await, json!(true), "{wrong}");
            browser.enter("dialog #confirm-name").await;
        }
        assert_eq!(scim(address, "GET", "/Users", "token-2", None).await.status, 200);
        browser.write("dialog #confirm-name", "two").await;
        browser.inside("dialog label, dialog button").await;
        browser.picture("delete-tenant").await;
        browser.click("dialog button.danger").await;
        browser.read("two was deleted").await;
        assert_eq!(scim(address, "GET", "/Users", "token-2", None).await.status, 401);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_has_ended_asks_for_the_password() {
    let demo = Demo::start(FLAGS);
    let address = demo.address();
    run(address, false, async move |browser: Browser| {
        browser.size(1280, 900).await;
        browser.sign_in().await;
        browser.visit("#/one/settings", "#settings").await;
        browser.forget_cookies().await;
        browser.click("#save").await;
        browser.read("Your session has ended").await;
        browser.find("#password").await;
        browser.picture("session-ended").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_fit_a_phone_in_the_dark() {
    let demo = Demo::start(FLAGS);
    let address = demo.address();
    let id =
        provision(address, "token-1", "somebody.with.a.rather.long.name@subsidiary.example.com")
            .await;
    let group = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Tour Guides", "members": [{ "value": id }],
    });
    let group = body(&scim(address, "POST", "/Groups", "token-1", Some(&group)).await)["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    run(address, true, async move |browser: Browser| {
        browser.size(390, 844).await;
        browser.go("/console/").await;
        browser.find("#password").await;
        browser.picture("phone-sign-in").await;
        browser.sign_in().await;
        assert_eq!(
            browser.value("matchMedia('(prefers-color-scheme: dark)').matches").await,
            json!(true)
        );
        for (name, page, until) in [
            ("settings", "#/one/settings".to_owned(), "#generate"),
            ("users", "#/one/users".to_owned(), "#list table"),
            ("user", format!("#/one/users/{id}"), "#history"),
            ("group", format!("#/one/groups/{group}"), "#members table"),
            ("activity", "#/one/activity".to_owned(), "#requests tr"),
            ("request", "#/one/activity/2".to_owned(), "#changes"),
        ] {
            browser.visit(&page, until).await;
            browser.fits(name).await;
            browser.picture(&format!("phone-{name}")).await;
        }
        browser.visit("#/one/settings", "#clients-card").await;
        browser.write("#redirects", "okta:acme_scim_1").await;
        browser.click("#add-client button").await;
        browser.find("#fresh-client").await;
        browser.click("#what-to-paste summary").await;
        browser.fits("clients").await;
        browser.value("document.getElementById('clients-card').scrollIntoView()").await;
        browser.picture("phone-clients").await;
        browser.size(1280, 900).await;
        browser.visit("#/one/settings", "#generate").await;
        browser.picture("dark-settings").await;
    })
    .await;
}
