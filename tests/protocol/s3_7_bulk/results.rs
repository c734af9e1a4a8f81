//! What the answer to a bulk request says (RFC 7644, Sections 3.7 and 3.7.3).

use serde_json::{Value, json};

use support::reads::jobs::{delete, made, message, patch, post, put, results, statuses};
use support::reads::provider::{BASE, Provider, id, name};
use support::reads::samples::{GROUP, USER, user};

/// Adds a user, replaces one, changes one and removes one, as in the RFC's example.
fn four(ids: &[String]) -> [Value; 4] {
    let change = json!([{ "op": "remove", "path": "nickName" }, { "op": "add", "path": "userName", "value": "Dave" }]);
    let mut operations = [
        post("/Users", "qwerty", user("Alice")),
        put(&format!("/Users/{}", ids[0]), user("Bob")),
        patch(&format!("/Users/{}", ids[1]), change),
        delete(&format!("/Users/{}", ids[2])),
    ];
    for operation in &mut operations[1..] {
        operation["version"] = json!("W/\"1\"");
    }
    operations
}

async fn ids(provider: &Provider) -> Vec<String> {
    provider.get("/Users").await.resources().iter().map(|user| id(user).to_owned()).collect()
}

#[tokio::test]
async fn each_operation_has_its_result() {
    // P-3.7-07, P-3.7-08, P-3.7-09, P-3.7-11, P-3.7-14, P-3.7.2-04, P-3.7.3-01, P-3.7.3-02, A-55,
    //
    let provider = Provider::of_people().await;
    let ids = ids(&provider).await;
    let answer = provider.bulk_until(json!(1), &four(&ids)).await;
    assert_eq!(answer.headers["content-type"], "application/scim+json");
    assert_eq!(answer.body.get("failOnErrors"), None);
    let results = results(answer.ok());
    let alice = made(&results[0]);
    let location = |id: &str| format!("{BASE}/Users/{id}");
    let version = |result: &Value| result["version"].clone();
    let expected = [
        json!({ "method": "POST", "bulkId": "qwerty", "location": location(alice), "version": version(&results[0]), "status": "201" }),
        json!({ "method": "PUT", "location": location(&ids[0]), "version": version(&results[1]), "status": "200" }),
        json!({ "method": "PATCH", "location": location(&ids[1]), "version": version(&results[2]), "status": "200" }),
        json!({ "method": "DELETE", "location": location(&ids[2]), "status": "204" }),
    ];
    assert_eq!(results, expected);
    for (id, result) in [alice, &ids[0], &ids[1]].into_iter().zip(&results) {
        let stored = provider.get(&format!("/Users/{id}")).await.ok();
        assert_eq!(version(result), stored["meta"]["version"]);
    }
    assert_eq!(provider.get(&format!("/Users/{}", ids[2])).await.status, 404);
}

#[tokio::test]
async fn each_failure_has_its_error_body() {
    // P-3.7-08, P-3.7-10, P-3.7-11, P-3.7-12, A-46, A-48
    let provider = Provider::of_people().await;
    let ids = ids(&provider).await;
    let mut operations = four(&ids);
    operations[0]["data"] = json!({ "schemas": [USER] });
    operations[1]["version"] = json!("W/\"stale\"");
    operations[2]["version"] = json!("W/\"stale\"");
    operations[3]["path"] = json!("/Users/nobody");
    let results = provider.bulk(&operations).await;
    assert_eq!(statuses(&results), ["400", "412", "412", "404"]);
    assert_eq!(results[0].get("location"), None);
    assert_eq!(results[0]["bulkId"], "qwerty");
    for (result, id) in results[1..].iter().zip([ids[0].as_str(), &ids[1], "nobody"]) {
        assert_eq!(result["location"], format!("{BASE}/Users/{id}"));
    }
    for result in &results {
        let error = &result["response"];
        assert_eq!(error["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
        assert_eq!(error["status"], result["status"]);
        assert!(error["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
        assert_eq!(result.get("version"), None);
    }
    operations[3] = delete(&format!("/Users/{}", ids[2]));
    operations[3]["version"] = json!("W/\"stale\"");
    assert_eq!(statuses(&provider.bulk(&operations[3..]).await), ["412"]);
    assert_eq!(provider.get("/Users").await.names(), ["bjensen", "jsmith", "omalley", "Root"]);
}

#[tokio::test]
async fn a_version_is_an_if_match() {
    // P-3.7-07
    let provider = Provider::of_people().await;
    let path = format!("/Users/{}", ids(&provider).await[0]);
    for (version, status) in [
        (json!("W/\"1\""), "200"),
        (json!("W/\"1\""), "412"),
        (json!("*"), "200"),
        (json!("W/\"x\", W/\"3\""), "200"),
        (json!(""), "412"),
        (json!("a\nb"), "400"),
        (Value::Null, "200"),
    ] {
        let title = provider.get(&path).await.ok()["meta"]["version"].clone();
        let mut operation =
            patch(&path, json!([{ "op": "replace", "path": "title", "value": title }]));
        operation["version"] = version.clone();
        assert_eq!(statuses(&provider.bulk(&[operation]).await), [status], "{version}");
    }
    // There is no version to match yet.
    let mut new = post("/Users", "a", user("ann"));
    new["version"] = json!("W/\"7\"\n");
    made(&provider.bulk(&[new]).await[0]);
}

#[tokio::test]
async fn it_stops_when_told_so() {
    // P-3.7-12, P-3.7-13, A-56, A-57
    let nothing = || json!({ "schemas": [USER] });
    for (fail_on_errors, processed) in [
        (json!(1), 2),
        (json!(2), 4),
        (json!(3), 5),
        (json!(4), 6),
        (json!(u64::MAX), 6),
        (Value::Null, 6),
    ] {
        let provider = Provider::strict();
        let operations = [
            post("/Users", "0", user("zero")),
            post("/Users", "1", nothing()),
            post("/Users", "2", user("two")),
            delete("/Users/nobody"),
            json!({ "method": "GET", "path": "/Users/nobody" }),
            post("/Users", "5", user("five")),
        ];
        let results = results(provider.bulk_until(fail_on_errors.clone(), &operations).await.ok());
        let expected = &["201", "400", "201", "404", "400", "201"][..processed];
        assert_eq!(statuses(&results), expected, "{fail_on_errors}");
        let created = expected.iter().filter(|status| **status == "201").count();
        assert_eq!(provider.get("/Users").await.ok()["totalResults"], created, "{fail_on_errors}");
    }
    for wrong in [json!(0), json!(-1), json!(1.5), json!("1"), json!(true), json!([1]), json!({})] {
        let provider = Provider::strict();
        let answer = provider.bulk_until(wrong, &[post("/Users", "0", user("zero"))]).await;
        assert!(answer.refused("invalidValue").contains("failOnErrors"));
        assert_eq!(provider.get("/Users").await.ok()["totalResults"], 0);
    }
}

#[tokio::test]
async fn bodies_are_there_for_who_names_attributes() {
    // P-3.9-11, S-4.1.1-09
    let provider = Provider::of_people().await;
    let path = format!("/Users/{}", ids(&provider).await[1]);
    let mut ann = user("ann");
    ann["password"] = json!("t1meMa$heen");
    let title = json!([{ "op": "replace", "path": "title", "value": "Guide" }]);
    let operations =
        [post("/Users", "a", ann), put(&path, user("jim")), patch(&path, title), delete(&path)];
    for (query, shown) in [
        ("?attributes=userName", ["id", "schemas", "userName"].as_slice()),
        ("?attributes=USERNAME,password", &["id", "schemas", "userName"]),
        ("?excludedAttributes=meta,title", &["active", "id", "schemas", "userName"]),
        ("?attributes=nothing", &["id", "schemas"]),
    ] {
        let provider = Provider::of_people().await;
        let path = format!("/Users/{}", ids(&provider).await[1]);
        let operations: Vec<Value> =
            operations.iter().cloned().map(|operation| moved(operation, &path)).collect();
        let results =
            results(provider.post(&format!("/Bulk{query}"), message(&operations)).await.ok());
        assert_eq!(statuses(&results), ["201", "200", "200", "204"]);
        for result in &results[..3] {
            let body = result["response"].as_object().expect("a body");
            assert_eq!(body.keys().map(String::as_str).collect::<Vec<_>>(), shown, "{query}");
        }
        assert_eq!(results[3].get("response"), None);
    }
    assert!(provider.bulk(&operations).await.iter().all(|result| result.get("response").is_none()));
    let both = provider
        .post(
            "/Bulk?attributes=id&excludedAttributes=id",
            message(&[post("/Users", "b", user("bob"))]),
        )
        .await;
    assert_eq!(results(both.ok())[0]["response"]["scimType"], "invalidValue");
}

fn moved(mut operation: Value, path: &str) -> Value {
    if operation["method"] != "POST" {
        operation["path"] = json!(path);
    }
    operation
}

#[tokio::test]
async fn many_people_move_in_at_once() {
    // U-3-02
    let provider = Provider::strict();
    let person = |index: usize| json!({ "schemas": [USER], "userName": format!("user{index}"), "externalId": format!("ext-{index}") });
    let mut operations: Vec<Value> =
        (0..200).map(|index| post("/Users", &format!("ext-{index}"), person(index))).collect();
    let members: Vec<Value> =
        (0..200).map(|index| json!({ "value": format!("bulkId:ext-{index}") })).collect();
    operations.insert(
        0,
        post(
            "/Groups",
            "all",
            json!({ "schemas": [GROUP], "displayName": "All", "members": members }),
        ),
    );
    let results = provider.bulk(&operations).await;
    assert_eq!(results.len(), 201);
    for result in &results[1..] {
        let user = provider.get(&format!("/Users/{}", made(result))).await.ok();
        assert_eq!(user["externalId"], result["bulkId"]);
        assert_eq!(user["groups"][0]["value"], made(&results[0]));
    }
    assert_eq!(name(&provider.get("/Groups").await.resources()[0]), "All");
}
