//! What clients come for, from the beginning to the end (RFC 7642).

use serde_json::json;

use support::reads::provider::{Provider, id};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

#[tokio::test]
async fn a_user_has_a_life() {
    // U-2.3-01: all that the client needs later is in the answers.
    let provider = Provider::lenient();
    let created = provider
        .create(
            "/Users",
            json!({ "schemas": [USER], "userName": "bjensen", "externalId": "701984" }),
        )
        .await;
    let path = format!("/Users/{}", id(&created));
    let mut read = provider.get(&path).await.ok();
    assert_eq!(read["meta"], created["meta"]);
    read["title"] = json!("Guide");
    let replaced = provider.put(&path, read).await.ok();
    assert_eq!((&replaced["title"], &replaced["externalId"]), (&json!("Guide"), &json!("701984")));
    let patched = provider
        .patch(&path, json!([{ "op": "replace", "path": "title", "value": "Chief" }]))
        .await
        .ok();
    assert_eq!(patched["title"], "Chief");
    let disabled = provider
        .patch(&path, json!([{ "op": "replace", "value": { "active": false } }]))
        .await
        .ok();
    assert_eq!((&disabled["active"], &disabled["title"]), (&json!(false), &json!("Chief")));
    assert_eq!(provider.delete(&path).await.status, 204);
    assert_eq!(provider.get(&path).await.status, 404);
    assert!(provider.filter("/Users", "userName eq \"bjensen\"").await.resources().is_empty());
}

#[tokio::test]
async fn one_query_finds_whom_a_client_knows() {
    // U-3-01: by the client's own id, or by name; nobody else.
    let provider = Provider::lenient();
    for (name, external_id) in [("bjensen", "701984"), ("jsmith", "701985")] {
        provider
            .create(
                "/Users",
                json!({ "schemas": [USER], "userName": name, "externalId": external_id }),
            )
            .await;
    }
    for filter in [r#"externalId eq "701985""#, r#"userName eq "JSmith""#] {
        assert_eq!(provider.filter("/Users", filter).await.names(), ["jsmith"], "{filter}");
    }
}
