//! The test button.

use serde_json::{Value, json};

use crate::administrator::{Administrator, FLAGS, body, scim};
use crate::support::demo::Demo;

async fn run(administrator: &Administrator, wanted: Value) -> Value {
    let answer = administrator.send("POST", "/tenants/one/test", Some(&wanted)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    body(&answer)
}

fn failed(outcome: &Value) -> Vec<&str> {
    let steps = outcome["steps"].as_array().expect("steps");
    let failed: Vec<_> = steps
        .iter()
        .filter(|step| step["passed"] == false)
        .filter_map(|step| step["name"].as_str())
        .collect();
    assert_eq!(outcome["passed"], failed.is_empty());
    failed
}

#[tokio::test]
async fn everything_is_green_where_everything_works() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let outcome = run(&administrator, json!({})).await;
    assert_eq!((failed(&outcome), outcome["steps"].as_array().map(Vec::len)), (vec![], Some(4)));
    let outcome = run(&administrator, json!({ "lifecycle": true })).await;
    assert_eq!((failed(&outcome), outcome["steps"].as_array().map(Vec::len)), (vec![], Some(9)));

    let users = body(&scim(demo.address(), "GET", "/Users", "token-1", None).await);
    assert_eq!(users["totalResults"], 0, "the user of the test is gone");
    let tokens = body(&administrator.get("/tenants/one/tokens").await);
    assert_eq!(tokens["tokens"].as_array().map(Vec::len), Some(1), "and so is its token");
}

#[tokio::test]
async fn what_does_not_work_is_red_with_a_reason() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let settings = "/tenants/one/settings";
    administrator.send("PUT", settings, Some(&json!({ "groups": false }))).await;
    assert!(failed(&run(&administrator, json!({})).await).is_empty(), "no groups is no failure");
    administrator.send("PUT", settings, Some(&json!({ "enabled": false }))).await;
    let outcome = run(&administrator, json!({ "lifecycle": true })).await;
    assert_eq!(failed(&outcome).len(), 5);
    assert_eq!(outcome["steps"][0]["status"], 403);
    assert!(outcome["steps"][0]["words"].as_str().is_some_and(|words| !words.is_empty()));
}

#[tokio::test]
async fn a_token_is_tested_as_it_was_pasted() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    for (pasted, red) in [
        ("token-1", vec![]),
        (" token-1 ", vec!["Token as pasted"]),
        ("\"token-1\"", vec!["Token as pasted"]),
        ("Bearer token-1", vec!["Token as pasted"]),
    ] {
        assert_eq!(failed(&run(&administrator, json!({ "token": pasted })).await), red, "{pasted}");
    }
    for wrong in ["token-3", "token-2", "token 1"] {
        let outcome = run(&administrator, json!({ "token": wrong })).await;
        assert!(failed(&outcome).len() >= 4, "{wrong}: {outcome}");
        assert_ne!(outcome["steps"][1]["status"], 200);
    }
    let unsendable =
        administrator.send("POST", "/tenants/one/test", Some(&json!({ "token": "a\nb" }))).await;
    assert_eq!(unsendable.status, 400);
}
