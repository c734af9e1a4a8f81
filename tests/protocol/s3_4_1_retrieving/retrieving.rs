//! One resource, and lists of them (RFC 7644, Sections 3.4, 3.4.1 and 3.4.2).

use scimwire::auth::RequestContext;
use serde_json::json;

use support::reads::provider::{BASE, Provider, id};
use support::reads::samples::{people, user};

const LIST_RESPONSE: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

#[tokio::test]
async fn one_resource_is_read_by_its_id() {
    let provider = Provider::strict();
    let created = provider.create("/Users", people().remove(0)).await;
    let path = format!("/Users/{}", id(&created));
    let answer = provider.get(&path).await;
    // P-3.4.1-01
    assert_eq!((answer.status, &answer.body), (200, &created));
    assert_eq!(answer.headers["content-type"], "application/scim+json");
    assert_eq!(answer.headers["location"], format!("{BASE}{path}"));
    // P-3.4-01: `id` and `schemas` are always returned, `userName` is by default, `password` never.
    for name in ["id", "schemas", "meta", "userName", "emails"] {
        assert!(answer.body.get(name).is_some(), "{name}");
    }
    assert_eq!(answer.body.get("password"), None);
}

#[tokio::test]
async fn an_unknown_id_is_not_found() {
    // P-3.4.1-02
    let provider = Provider::of_people().await;
    for path in ["/Users/2819c223", "/Groups/2819c223", "/Devices/2819c223"] {
        let answer = provider.get(path).await;
        assert_eq!((answer.status, &answer.body["status"]), (404, &json!("404")), "{path}");
        assert_eq!(answer.body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
        assert_eq!(answer.headers["content-type"], "application/scim+json");
    }
}

#[tokio::test]
async fn a_resource_is_not_found_under_another_type() {
    // P-3.4.1-02
    let provider = Provider::strict();
    let created = provider.create("/Users", user("bjensen")).await;
    assert_eq!(provider.get(&format!("/Groups/{}", id(&created))).await.status, 404);
}

#[tokio::test]
async fn a_list_says_how_many_there_are() {
    let provider = Provider::of_people().await;
    let answer = provider.get("/Users?count=3").await;
    // P-3.4.2-01, P-3.4.2-02, P-3.4.2-04
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "application/scim+json");
    assert_eq!(answer.body["schemas"], json!([LIST_RESPONSE]));
    assert_eq!(answer.body["totalResults"], 4);
    assert_eq!((&answer.body["startIndex"], &answer.body["itemsPerPage"]), (&json!(1), &json!(3)));
    assert_eq!(answer.names(), ["bjensen", "jsmith", "omalley"]);
    let last = provider.get("/Users?count=3&startIndex=4").await;
    assert_eq!((&last.body["startIndex"], &last.body["itemsPerPage"]), (&json!(4), &json!(1)));
}

#[tokio::test]
async fn the_resources_of_a_list_are_as_they_are_read_one_by_one() {
    // P-3.4.2-01, P-3.4-01
    let provider = Provider::of_people().await;
    let list = provider.get("/Users").await;
    for resource in list.resources() {
        assert_eq!(provider.get(&format!("/Users/{}", id(resource))).await.ok(), *resource);
    }
}

#[tokio::test]
async fn nothing_found_is_a_list_without_resources() {
    let provider = Provider::of_people().await;
    for path in
        ["/Groups", "/Users?filter=userName eq \"nobody\"", "/Users?count=0", "/Users?startIndex=5"]
    {
        let list = provider.get(path).await.ok();
        // P-3.4.2-03, P-3.4.2-05; A-22
        assert_eq!(list["Resources"], json!([]), "{path}");
        assert_eq!(list["itemsPerPage"], 0, "{path}");
        let total = if path.contains("filter") || path.contains("Groups") { 0 } else { 4 };
        assert_eq!(list["totalResults"], total, "{path}");
    }
}

#[tokio::test]
async fn parameters_that_nobody_knows_are_ignored() {
    // P-3.4.2-06
    let provider = Provider::of_people().await;
    let all = provider.get("/Users").await.ok();
    for path in
        ["/Users?color=red", "/Users?filters=x&", "/Users?&=&x", "/Users?sort=userName&page=2"]
    {
        assert_eq!(provider.get(path).await.ok(), all, "{path}");
    }
    assert_eq!(
        provider.get("/Users?color=red&filter=userName eq \"root\"").await.names(),
        ["Root"]
    );
}

#[tokio::test]
async fn a_deleted_resource_is_in_no_list() {
    // P-3.4.2-02
    let provider = Provider::of_people().await;
    let first = provider.get("/Users?count=1").await;
    provider.delete(&format!("/Users/{}", id(&first.resources()[0]))).await;
    let list = provider.get("/Users").await;
    assert_eq!(list.names(), ["jsmith", "omalley", "Root"]);
    assert_eq!(list.body["totalResults"], 3);
}

#[tokio::test]
async fn what_was_shown_often_is_as_it_is_now_and_for_whoever_asks() {
    let provider = Provider::of_people().await;
    let list = async || provider.get("/Users").await.ok()["Resources"][0].clone();
    let path = format!("/Users/{}", id(&list().await));
    for title in ["Guide", "Manager"] {
        let change = json!([{ "op": "replace", "path": "title", "value": title }]);
        let changed = provider.patch(&path, change).await.ok();
        assert_eq!(changed["title"], title);
        for _ in 0..4 {
            assert_eq!(provider.get(&path).await.ok(), changed);
            assert_eq!(list().await, changed);
        }
        let part = provider.get(&format!("{path}?attributes=title")).await.ok();
        assert_eq!((&part["title"], part.get("userName")), (&json!(title), None));
        let mine = RequestContext::new("example").with_base_url("https://own.example/scim/v2");
        let elsewhere = provider.asked_by(mine).get(&path).await.ok();
        let location = json!(format!("https://own.example/scim/v2{path}"));
        assert_eq!(
            (&elsewhere["title"], &elsewhere["meta"]["location"]),
            (&json!(title), &location)
        );
    }
}
