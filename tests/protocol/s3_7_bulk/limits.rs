//! How large a bulk request may be (RFC 7644, Section 3.7.4).

use scimwire::dispatch::Limits;
use serde_json::{Value, json};

use support::reads::jobs::{made, message, patch, post, statuses};
use support::reads::provider::{Answer, Provider, Setup};
use support::reads::samples::user;

fn limited(change: impl Fn(&mut Limits)) -> Provider {
    let mut limits = Limits::default();
    change(&mut limits);
    Provider::new(Setup { limits, ..Setup::default() })
}

fn users(count: usize) -> Vec<Value> {
    (0..count)
        .map(|index| post("/Users", &index.to_string(), user(&format!("user{index}"))))
        .collect()
}

#[track_caller]
fn too_large(answer: &Answer, limit: &str) {
    assert_eq!((answer.status, &answer.body["status"]), (413, &json!("413")), "{}", answer.body);
    let detail = answer.body["detail"].as_str().expect("a detail");
    assert!(detail.contains(limit), "{detail}");
}

#[tokio::test]
async fn operations_are_counted() {
    // P-3.7.4-01, S-5-02
    let provider = limited(|limits| limits.max_bulk_operations = 3);
    assert_eq!(provider.get("/ServiceProviderConfig").await.ok()["bulk"]["maxOperations"], 3);
    too_large(
        &provider.post("/Bulk", message(&users(4))).await,
        "3 operations (`maxOperations`): split it into several requests",
    );
    assert_eq!(provider.get("/Users").await.ok()["totalResults"], 0);
    assert_eq!(provider.bulk(&users(2)).await.len(), 2);
    assert_eq!(statuses(&provider.bulk(&users(3)).await), ["409", "409", "201"]);
}

#[tokio::test]
async fn bytes_are_counted() {
    // P-3.7.4-01, P-3.7.4-02, S-5-02
    let message = message(&users(1));
    let length = message.to_string().len();
    for (bulk_bytes, body_bytes, allowed) in [
        (length - 1, 1 << 20, false),
        (length, 1 << 20, true),
        (length + 1, 1 << 20, true),
        (1 << 20, length - 1, false),
        (1 << 20, length, true),
    ] {
        let provider = limited(|limits| {
            (limits.max_bulk_bytes, limits.max_body_bytes) = (bulk_bytes, body_bytes)
        });
        let limit = bulk_bytes.min(body_bytes);
        assert_eq!(
            provider.get("/ServiceProviderConfig").await.ok()["bulk"]["maxPayloadSize"],
            limit
        );
        let answer = provider.post("/Bulk", message.clone()).await;
        if allowed {
            answer.ok();
        } else {
            too_large(&answer, &format!("{limit} bytes"));
        }
        assert_eq!(provider.get("/Users").await.ok()["totalResults"], usize::from(allowed));
    }
    // What is too large is not read.
    let provider = limited(|limits| limits.max_bulk_bytes = 10);
    too_large(
        &provider.post("/Bulk", json!(["no message at all"])).await,
        "10 bytes (`maxPayloadSize`): split it into several requests",
    );
}

#[tokio::test]
async fn a_single_request_may_be_larger() {
    let provider = limited(|limits| limits.max_bulk_bytes = 10);
    provider.create("/Users", user("bjensen")).await;
}

#[tokio::test]
async fn limits_of_single_requests_hold_for_each_operation() {
    // P-3.7-16
    let provider = limited(|limits| limits.max_patch_operations = 1);
    let change = json!({ "op": "replace", "path": "title", "value": "Guide" });
    let results = provider
        .bulk(&[
            post("/Users", "a", user("ann")),
            patch("/Users/bulkId:a", json!([change, change])),
            patch("/Users/bulkId:a", json!([change])),
        ])
        .await;
    assert_eq!(statuses(&results), ["201", "400", "200"]);
}

#[tokio::test]
async fn an_answer_is_no_larger_than_a_request_may_be() {
    // P-3.7-10
    let provider = limited(|limits| limits.max_bulk_bytes = 4000);
    let mut large = user("ann");
    large["displayName"] = json!("x".repeat(1500));
    let group = provider.bulk(&[post("/Users", "a", large)]).await;
    let path = format!("/Users/{}", made(&group[0]));
    let titles = ["a", "b", "c", "d"]
        .map(|title| patch(&path, json!([{ "op": "add", "path": "title", "value": title }])));
    let answer = provider.post("/Bulk?excludedAttributes=meta", message(&titles)).await.ok();
    let shown: Vec<bool> = answer["Operations"]
        .as_array()
        .expect("results")
        .iter()
        .map(|result| result.get("response").is_some())
        .collect();
    assert_eq!(shown, [true, true, false, false]);
    assert_eq!(provider.get(&path).await.ok()["title"], "d");
}
