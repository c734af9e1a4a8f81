//! Tokens: made, shown once, replaced and revoked.

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::administrator::{Administrator, FLAGS, body, scim};
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
    assert_eq!(scim(demo.address(), "GET", "/Users", "token-1", None).await.status, 200, "the old one stays");

    for path in ["/tenants", TOKENS, "/tenants/one/settings", "/tenants/one/activity", "/tenants/one/activity/1"] {
        assert!(!administrator.get(path).await.text().contains(token), "{path}");
    }
    let listed = body(&administrator.get(TOKENS).await);
    let listed: Vec<_> = listed["tokens"].as_array().expect("a list").iter().collect();
    assert_eq!(listed.len(), 2);
    let record = listed.iter().find(|listed| listed["id"] == made["record"]["id"]).expect("it is listed");
    assert!(record["lastUsed"].is_string() && record["expires"].is_string(), "{record}");
}

#[tokio::test]
async fn a_new_token_replaces_the_old_ones_unless_said_otherwise() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let status = async |token: &str| scim(demo.address(), "GET", "/Users", token, None).await.status;
    let mut old = "token-1".to_owned();
    for wanted in [json!({}), json!({ "others": "endNow" })] {
        let token = generate(&administrator, wanted).await["token"].as_str().expect("a token").to_owned();
        assert_eq!((status(&old).await, status(&token).await, status("token-2").await), (401, 200, 200));
        assert_eq!(body(&administrator.get(TOKENS).await)["tokens"].as_array().map(Vec::len), Some(1));
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
    let days: Vec<i64> = listed["tokens"].as_array().expect("a list").iter().map(days_left).collect();
    assert_eq!(days, [1, 365], "the old one, the new one");
}

#[tokio::test]
async fn how_long_a_token_is_good_is_chosen() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    for (wanted, days) in [(json!({}), 365), (json!({ "lifetime": "ninetyDays" }), 90), (json!({ "lifetime": "oneYear" }), 365)] {
        assert_eq!(days_left(&generate(&administrator, wanted).await["record"]), days);
    }
    assert_eq!(generate(&administrator, json!({ "lifetime": "noEnd" })).await["record"]["expires"], Value::Null);
    for wrong in [json!({ "lifetime": "tenYears" }), json!({ "others": 1 }), json!({ "replace": true })] {
        assert!((400..=422).contains(&administrator.send("POST", TOKENS, Some(&wrong)).await.status), "{wrong}");
    }
    assert_eq!(body(&administrator.get(TOKENS).await)["tokens"].as_array().map(Vec::len), Some(1));
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
    let (token, id) = (made["token"].as_str().expect("a token"), made["record"]["id"].as_str().expect("an id"));
    for (path, status) in
        [(format!("/tenants/two/tokens/{id}"), 404), (format!("{TOKENS}/none"), 404), (format!("{TOKENS}/{id}"), 204)]
    {
        assert_eq!(scim(demo.address(), "GET", "/Users", token, None).await.status, 200);
        assert_eq!(administrator.send("DELETE", &path, None).await.status, status, "{path}");
    }
    assert_eq!(scim(demo.address(), "GET", "/Users", token, None).await.status, 401);
}
