//! Tokens: made, shown once, replaced and revoked.

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::administrator::{Administrator, FLAGS, body, scim};
use crate::browser::{Browser, run};
use crate::support::demo::Demo;

const TOKENS: &str = "/tenants/one/tokens";

async fn generate(administrator: &Administrator, wanted: Value) -> Value {
    let made = administrator.send("POST", TOKENS, Some(&wanted)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    body(&made)
}

#[tokio::test]
async fn a_token_is_told_once_and_is_good_at_once() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let made = generate(&administrator, json!({ "others": "stay" })).await;
    let token = made["token"].as_str().expect("a token");
    assert_eq!(scim(demo.address(), "GET", "/Users", token, None).await.status, 200);
    assert_eq!(
        scim(demo.address(), "GET", "/Users", "token-1", None).await.status,
        200,
        "the old one stays"
    );

    for path in [
        "/tenants",
        TOKENS,
        "/tenants/one/settings",
        "/tenants/one/activity",
        "/tenants/one/activity/1",
    ] {
        assert!(!administrator.get(path).await.text().contains(token), "{path}");
    }
    let listed = body(&administrator.get(TOKENS).await);
    let listed: Vec<_> = listed["tokens"].as_array().expect("a list").iter().collect();
    assert_eq!(listed.len(), 2);
    let record =
        listed.iter().find(|listed| listed["id"] == made["record"]["id"]).expect("it is listed");
    assert!(record["lastUsed"].is_string() && record["expires"].is_string(), "{record}");
}

#[tokio::test]
async fn a_new_token_ends_the_old_ones_only_where_that_is_asked_for() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let status =
        async |token: &str| scim(demo.address(), "GET", "/Users", token, None).await.status;
    let mut old = "token-1".to_owned();
    for (wanted, old_one, tokens) in [
        (json!({}), 200, 2),
        (json!({ "lifetime": "ninetyDays" }), 200, 3),
        (json!({ "others": "stay" }), 200, 4),
        (json!({ "others": "endNow" }), 401, 1),
        (json!({ "others": "endNow", "lifetime": "noEnd" }), 401, 1),
    ] {
        let token = generate(&administrator, wanted.clone()).await["token"]
            .as_str()
            .expect("a token")
            .to_owned();
        assert_eq!(
            (status(&old).await, status(&token).await, status("token-2").await),
            (old_one, 200, 200),
            "{wanted}"
        );
        assert_eq!(
            body(&administrator.get(TOKENS).await)["tokens"].as_array().map(Vec::len),
            Some(tokens),
            "{wanted}"
        );
        old = token;
    }
}

#[tokio::test]
async fn the_old_ones_can_go_on_for_a_day() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let new = generate(&administrator, json!({ "others": "endInADay" })).await;
    for token in ["token-1", new["token"].as_str().expect("a token")] {
        assert_eq!(scim(demo.address(), "GET", "/Users", token, None).await.status, 200, "{token}");
    }
    let listed = body(&administrator.get(TOKENS).await);
    let days: Vec<i64> =
        listed["tokens"].as_array().expect("a list").iter().map(days_left).collect();
    assert_eq!(days, [1, 365], "the old one, the new one");
}

#[tokio::test]
async fn how_long_a_token_is_good_is_chosen() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    for (wanted, days) in [
        (json!({}), 365),
        (json!({ "lifetime": "ninetyDays" }), 90),
        (json!({ "lifetime": "oneYear" }), 365),
    ] {
        assert_eq!(days_left(&generate(&administrator, wanted).await["record"]), days);
    }
    assert_eq!(
        generate(&administrator, json!({ "lifetime": "noEnd" })).await["record"]["expires"],
        Value::Null
    );
    for wrong in
        [json!({ "lifetime": "tenYears" }), json!({ "others": 1 }), json!({ "replace": true })]
    {
        assert!(
            (400..=422).contains(&administrator.send("POST", TOKENS, Some(&wrong)).await.status),
            "{wrong}"
        );
    }
    assert_eq!(
        body(&administrator.get(TOKENS).await)["tokens"].as_array().map(Vec::len),
        Some(5),
        "nothing was made of those"
    );
}

/// In how many days a token ends.
fn days_left(record: &Value) -> i64 {
    let ends: DateTime<Utc> = record["expires"].as_str().expect("an end").parse().expect("a time");
    // The end is told in whole seconds.
    (ends - DateTime::<Utc>::from(SystemTime::now()) + TimeDelta::minutes(1)).num_days()
}

#[tokio::test]
async fn a_revoked_token_is_good_no_more() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let made = generate(&administrator, json!({})).await;
    let (token, id) =
        (made["token"].as_str().expect("a token"), made["record"]["id"].as_str().expect("an id"));
    for (path, status) in [
        (format!("/tenants/two/tokens/{id}"), 404),
        (format!("{TOKENS}/none"), 404),
        (format!("{TOKENS}/{id}"), 204),
    ] {
        assert_eq!(scim(demo.address(), "GET", "/Users", token, None).await.status, 200);
        assert_eq!(administrator.send("DELETE", &path, None).await.status, status, "{path}");
    }
    assert_eq!(scim(demo.address(), "GET", "/Users", token, None).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn generating_a_token_ends_the_live_one_only_after_a_question() {
    let demo = Demo::start(FLAGS);
    let address = demo.address();
    let ask = async |token: &str| scim(address, "GET", "/Users", token, None).await.status;
    assert_eq!(ask("token-1").await, 200);
    run(address, false, async move |browser: Browser| {
        let ask = async |token: &str| scim(address, "GET", "/Users", token, None).await.status;
        let token = async || browser.find("#fresh-token #token").await.prop("value").await.expect("a value").expect("a token");
        let listed = async |number: usize| {
            browser.until(&format!("document.querySelectorAll('#tokens li').length === {number}")).await;
        };
        browser.size(1280, 900).await;
        browser.sign_in().await;
        // What is chosen at first ends nothing.
        browser.click("#generate").await;
        let second = token().await;
        listed(2).await;
        assert_eq!((ask("token-1").await, ask(&second).await), (200, 200));
        assert_eq!(browser.value("document.querySelectorAll('dialog').length").await, 0, "there was nothing to ask");
        browser
            .until("[...document.querySelectorAll('#tokens li')].every((line) => /(Last|Never) used/.test(line.textContent))")
            .await;

        for (chosen, words) in [("endNow", "now"), ("endInADay", "in one day")] {
            browser.choose("#others", chosen).await;
            browser.click("#generate").await;
            browser.find("dialog[open] #ending li:nth-child(2) time").await;
            browser.read(&format!("Revoke the existing tokens {words}?")).await;
            let named = browser.value("[...document.querySelectorAll('#ending .mono')].map((it) => it.textContent).sort()").await;
            let ids = browser.value("[...document.querySelectorAll('#tokens .mono')].map((it) => it.textContent).sort()").await;
            assert_eq!(named, ids, "each token is named, with its last use");
            browser.picture(&format!("generate-{chosen}")).await;
            browser.click("dialog button[type=button]").await;
            browser.until("document.querySelector('dialog') === null").await;
            assert_eq!((ask("token-1").await, ask(&second).await), (200, 200));
            assert_eq!(browser.value("document.querySelectorAll('#tokens li').length").await, 2, "nothing was made");
        }
        browser.choose("#others", "endNow").await;
        browser.click("#generate").await;
        browser.click("dialog button.danger").await;
        listed(1).await;
        let third = token().await;
        assert_eq!((ask("token-1").await, ask(&second).await, ask(&third).await), (401, 401, 200));
        assert_eq!(browser.value("document.querySelector('#others').value").await, "stay", "the next one ends nothing");
        browser.click("#generate").await;
        listed(2).await;
        assert_eq!(ask(&third).await, 200);
    })
    .await;
}
