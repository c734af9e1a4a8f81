//! What was typed and not saved is not lost without a question.

use serde_json::json;

use crate::administrator::{Administrator, FLAGS, PASSWORD, body};
use crate::browser::{Browser, run};
use crate::support::demo::Demo;

const QUOTA: &str = "document.getElementById('quota')?.value";

/// `true` if the browser would ask before it loads another page.
const ASKS: &str = "(() => { const asked = new Event('beforeunload', { cancelable: true }); dispatchEvent(asked); return asked.defaultPrevented; })()";

/// Answers the question; by then the address is again that of the page.
async fn answer(browser: &Browser, button: &str) {
    browser.find("dialog[open] #unsaved").await;
    browser.until("location.hash === '#/one/settings'").await;
    assert_eq!(browser.value("document.getElementById('tenant').value").await, "one");
    browser.click(&format!("dialog {button}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_are_not_saved_are_asked_about() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    run(demo.address(), false, async move |browser: Browser| {
        let leave = async |how: &str| match how {
            "back" => browser.back().await,
            "tenant" => browser.choose("#tenant", "two").await,
            link => browser.click(link).await,
        };
        browser.size(1280, 900).await;
        browser.sign_in().await;
        browser.visit("#/one/groups", "#list .empty").await;
        for (how, there) in [("nav a:nth-child(2)", "#/one/users"), ("back", "#/one/groups"), ("tenant", "#/two/settings")] {
            browser.click("nav a:nth-child(3)").await;
            browser.until("location.hash === '#/one/groups' && document.querySelector('#list .empty') !== null").await;
            browser.click("nav a:first-child").await;
            browser.find("#settings").await;
            assert_eq!(browser.value(ASKS).await, json!(false), "nothing was typed");
            browser.write("#quota", "250").await;
            assert_eq!(browser.value(ASKS).await, json!(true), "loading it again loses it");

            leave(how).await;
            browser.picture("unsaved").await;
            answer(&browser, "button[type=button]").await;
            browser.until("document.querySelector('dialog') === null").await;
            assert_eq!(browser.value(QUOTA).await, "250", "{how}: whoever stays has what was typed");
            leave(how).await;
            answer(&browser, "button.danger").await;
            browser.until(&format!("location.hash === '{there}' && document.querySelector('#quota')?.value !== '250'")).await;
            browser.until("document.querySelector('dialog') === null").await;
            if how == "tenant" {
                browser.choose("#tenant", "one").await;
                browser.until("location.hash === '#/one/settings'").await;
            }
        }
        let kept = body(&administrator.get("/tenants/one/settings").await);
        assert_eq!(kept["quotaGb"], json!(null), "nothing was saved");

        // What is as it was, or was saved, is no loss.
        browser.click("nav a:first-child").await;
        browser.until("document.querySelector('#quota')?.value === ''").await;
        browser.click("#department").await;
        browser.click("#department").await;
        assert_eq!(browser.value(ASKS).await, json!(false));
        browser.write("#quota", "7").await;
        browser.click("#save").await;
        browser.read("Settings saved").await;
        assert_eq!(browser.value(ASKS).await, json!(false));
        browser.click("nav a:nth-child(2)").await;
        browser.find("#list .empty").await;
        assert_eq!(browser.value("document.querySelectorAll('dialog').length").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_things_that_were_typed_are_asked_about_too() {
    let demo = Demo::start(FLAGS);
    run(demo.address(), false, async move |browser: Browser| {
        browser.size(1280, 900).await;
        browser.sign_in().await;
        browser.visit("#/one/settings", "#redirects").await;
        browser.write("#redirects", "https://idp.example.com/callback").await;
        browser.click("nav a:nth-child(2)").await;
        browser.read("The redirect URIs of a new client").await;
        answer(&browser, "button[type=button]").await;
        browser.until("document.querySelector('dialog') === null").await;
        // Signing out loses it as well.
        browser.click("#sign-out").await;
        answer(&browser, "button[type=button]").await;
        browser.until("document.querySelector('dialog') === null").await;
        // Adding a tenant takes nothing away before it is there.
        browser.choose("#tenant", "").await;
        browser.find("dialog #tenant-name").await;
        browser.click("dialog button[type=button]").await;
        browser.until("document.querySelector('dialog') === null").await;
        let typed = browser.value("document.getElementById('redirects').value").await;
        assert_eq!(typed, "https://idp.example.com/callback");
        browser.click("#sign-out").await;
        answer(&browser, "button.danger").await;
        browser.find("#password").await;
        assert_eq!(browser.value(ASKS).await, json!(false));

        // A dialog that is filled in, and the page below it is left.
        browser.sign_in().await;
        browser.visit("#/one/settings", "#settings").await;
        browser.click("nav a:nth-child(2)").await;
        browser.click("#add").await;
        browser.write("dialog #userName", "local@example.com").await;
        browser.back().await;
        browser.find("dialog #unsaved").await;
        browser.click("dialog:has(#unsaved) button[type=button]").await;
        browser
            .until("document.querySelector('#unsaved') === null && location.hash === '#/one/users'")
            .await;
        assert_eq!(
            browser.value("document.getElementById('userName').value").await,
            "local@example.com"
        );
        browser.click("dialog button.main").await;
        browser.find("#history").await;
        browser.read("local@example.com").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_outlives_the_session_and_what_others_saved() {
    let demo = Demo::start(FLAGS);
    let other = Administrator::sign_in(&demo).await;
    run(demo.address(), false, async move |browser: Browser| {
        let set = async |settings: serde_json::Value| {
            assert_eq!(
                other.send("PUT", "/tenants/one/settings", Some(&settings)).await.status,
                200
            );
        };
        browser.size(1280, 900).await;
        browser.sign_in().await;
        browser.visit("#/one/settings", "#settings").await;
        browser.write("#quota", "555").await;
        browser.click("#department").await;
        browser.forget_cookies().await;
        browser.click("#save").await;
        browser.find("#password").await;
        // Only what was changed here is put in again: this was not.
        set(json!({ "orphans": "delete" })).await;
        browser.write("#password", PASSWORD).await;
        browser.click("#sign-in").await;
        browser.until(&format!("{QUOTA} === '555'")).await;
        browser.read("not saved yet").await;
        assert_eq!(
            browser.value("document.getElementById('department').checked").await,
            json!(true)
        );
        assert_eq!(browser.value(ASKS).await, json!(true), "it is still not saved");
        browser.click("#save").await;
        browser.read("Settings saved").await;
        let saved = body(&other.get("/tenants/one/settings").await);
        let found = (&saved["quotaGb"], &saved["departmentGroups"], &saved["orphans"]);
        assert_eq!(found, (&json!(555), &json!(true), &json!("delete")));

        // The same where somebody else has saved first.
        browser.write("#quota", "777").await;
        set(json!({ "orphans": "keep", "quotaGb": 1 })).await;
        browser.click("#save").await;
        browser.click("#merge").await;
        browser
            .until(&format!(
                "{QUOTA} === '777' && document.getElementById('orphans').value === 'keep'"
            ))
            .await;
        browser.click("#save").await;
        browser.read("Settings saved").await;
        let saved = body(&other.get("/tenants/one/settings").await);
        assert_eq!((&saved["quotaGb"], &saved["orphans"]), (&json!(777), &json!("keep")));
    })
    .await;
}
