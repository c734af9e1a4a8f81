//! The requests of an identity provider in the life of a user, from assignment to removal.

use serde_json::{Value, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// Provisions a user and a group through `send`, which takes a method, a path below the base URL
/// and a body (null for none), and returns the status and the body.
///
/// # Panics
///
/// - a response is not as it must be.
pub async fn provision(send: impl AsyncFn(&str, &str, Value) -> (u16, Value)) {
    let by_name =
        "/Users?filter=userName%20eq%20%22barbara.jensen@example.com%22&startIndex=1&count=100";
    let (status, list) = send("GET", by_name, Value::Null).await;
    assert_eq!((status, &list["totalResults"]), (200, &json!(0)), "{list}");

    let (status, user) = send("POST", "/Users", user()).await;
    assert_eq!(status, 201, "{user}");
    let id = user["id"].as_str().expect("an id").to_owned();
    assert_eq!(user["userName"], "barbara.jensen@example.com");
    assert_eq!(user["name"]["givenName"], "Barbara");
    assert_eq!(user["emails"][0]["value"], "barbara.jensen@example.com");
    let (status, error) = send("POST", "/Users", user_again(&user)).await;
    assert_eq!((status, &error["scimType"]), (409, &json!("uniqueness")), "{error}");
    let (status, list) = send("GET", by_name, Value::Null).await;
    assert_eq!((status, &list["Resources"][0]["id"]), (200, &json!(id)), "{list}");

    let group =
        json!({ "schemas": [GROUP], "displayName": "Tour Guides", "members": [{ "value": id }] });
    let (status, group) = send("POST", "/Groups", group).await;
    assert_eq!(status, 201, "{group}");
    let group_path = format!("/Groups/{}", group["id"].as_str().expect("an id"));
    let (status, group) = send("GET", &group_path, Value::Null).await;
    assert_eq!((status, &group["members"][0]["value"]), (200, &json!(id)), "{group}");
    let remove = json!({ "op": "remove", "path": format!("members[value eq \"{id}\"]") });
    let (status, body) = send("PATCH", &group_path, patch(&remove)).await;
    assert!(status == 200 || status == 204, "{status}: {body}");
    let (_, group) = send("GET", &group_path, Value::Null).await;
    assert_eq!(group["members"], Value::Null, "{group}");

    let path = format!("/Users/{id}");
    let deactivate = json!({ "op": "replace", "value": { "active": false } });
    let (status, user) = send("PATCH", &path, patch(&deactivate)).await;
    assert_eq!((status, &user["active"]), (200, &json!(false)), "{user}");
    let (status, user) = send("GET", &path, Value::Null).await;
    assert_eq!((status, &user["active"]), (200, &json!(false)), "{user}");
    for path in [path, group_path] {
        assert_eq!(send("DELETE", &path, Value::Null).await.0, 204, "{path}");
        assert_eq!(send("GET", &path, Value::Null).await.0, 404, "{path}");
    }
}

fn user() -> Value {
    json!({
        "schemas": [USER],
        "userName": "barbara.jensen@example.com",
        "name": { "givenName": "Barbara", "familyName": "Jensen" },
        "emails": [{ "primary": true, "value": "barbara.jensen@example.com", "type": "work" }],
        "displayName": "Barbara Jensen",
        "locale": "en-US",
        "externalId": "00ujl29u0le5T6Aj10h7",
        "groups": [],
        "password": "1mz050nq",
        "active": true,
    })
}

fn user_again(user: &Value) -> Value {
    json!({ "schemas": [USER], "userName": user["userName"], "active": true, "emails": user["emails"] })
}

fn patch(operation: &Value) -> Value {
    json!({ "schemas": [PATCH], "Operations": [operation] })
}
