//! Bulk: many operations at once do what they do one by one, and whoever refers to whom is as the
//! client said.

use std::collections::{BTreeSet, HashMap};

use http::{Method, StatusCode};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;
use scimwire::Quirks;
use serde_json::{Map, Value, json};

use super::samples::{body, config};
use super::served::{Served, read};

const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// Names of which some are taken, one is none, and one looks like a reference.
const NAMES: &[&str] = &["ann", "bob", "Ann", "", "bulkId:0", "carl"];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn many_at_once_do_what_they_do_alone(bodies in vec((body(), select(NAMES)), 0..6), lenient in any::<bool>()) {
        let quirks = if lenient { Quirks::LENIENT } else { Quirks::STRICT };
        let (alone, together) = (Served::new(quirks), Served::new(quirks));
        let bodies: Vec<Value> = bodies.into_iter().map(|(body, name)| named(body, name)).collect();
        let answers: Vec<_> = bodies.iter().map(|body| alone.send(Method::POST, "/Users", body)).collect();
        let operations: Vec<Value> = bodies.iter().enumerate().map(|(index, body)| create("/Users", index, body)).collect();
        let results = bulk(&together, &operations);
        prop_assert_eq!(results.len(), answers.len());
        for (answer, result) in answers.iter().zip(&results) {
            let status = answer.status();
            prop_assert_eq!(&result["status"], status.as_str());
            if !answer.status().is_success() {
                prop_assert_eq!(&result["response"], &read(answer));
            }
        }
        prop_assert_eq!(users(&together), users(&alone));
    }

    #[test]
    fn any_references_between_groups_are_resolved(targets in vec(btree_set(0..8_usize, 0..4), 1..8)) {
        let count = targets.len();
        let targets: Vec<BTreeSet<usize>> =
            targets.into_iter().map(|targets| targets.into_iter().filter(|target| *target < count).collect()).collect();
        let served = Served::new(Quirks::STRICT);
        let group = |(index, targets): (usize, &BTreeSet<usize>)| {
            let members: Vec<Value> = targets.iter().map(|target| json!({ "value": format!("bulkId:{target}") })).collect();
            create("/Groups", index, &json!({ "schemas": [GROUP], "displayName": index.to_string(), "members": members }))
        };
        let operations: Vec<Value> = targets.iter().enumerate().map(group).collect();
        let results = bulk(&served, &operations);
        let paths: Vec<&str> = results.iter().map(|result| result["location"].as_str().expect("it was created")).collect();
        let paths: Vec<&str> = paths.into_iter().map(|path| path.trim_start_matches("https://example.com/scim/v2")).collect();
        let places: HashMap<&str, usize> =
            paths.iter().enumerate().map(|(place, path)| (path.trim_start_matches("/Groups/"), place)).collect();
        for ((path, targets), result) in paths.iter().zip(&targets).zip(&results) {
            let stored = read(&served.get(path));
            let members = stored["members"].as_array().into_iter().flatten();
            let members: BTreeSet<usize> = members.map(|member| places[member["value"].as_str().expect("an id")]).collect();
            prop_assert_eq!(&members, targets);
            prop_assert_eq!(&stored["meta"]["version"], &result["version"]);
        }
    }

    #[test]
    fn no_input_harms(mut operations in vec(anything(), 0..8), fail_on_errors in select(COUNTS), lenient in any::<bool>()) {
        let served = Served::new(if lenient { Quirks::LENIENT } else { Quirks::STRICT });
        for (operation, name) in operations.iter_mut().zip(["a", "b", "c", "d", "e", "f", "g", "h"]) {
            // Seldom without, and seldom the same again.
            if operation["bulkId"] == "usual" {
                operation["bulkId"] = json!(name);
            }
        }
        let (count, fail_on_errors) = (operations.len(), read_json(fail_on_errors));
        let message = json!({ "schemas": [BULK_REQUEST], "Operations": operations, "failOnErrors": fail_on_errors });
        let response = served.send(Method::POST, "/Bulk", &message);
        let stored = users(&served).len() + groups(&served).len();
        if response.status() != StatusCode::OK {
            prop_assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{}", read(&response));
            prop_assert_eq!(stored, 0);
            return Ok(());
        }
        let mut answer = read(&response);
        let Value::Array(results) = answer["Operations"].take() else { panic!("results") };
        prop_assert!(results.len() <= count);
        let status = |result: &Value| -> u16 { result["status"].as_str().expect("a status").parse().expect("a number") };
        let done = |method: &str| results.iter().filter(|result| {
            status(result) < 300 && result["method"].as_str().expect("a method").eq_ignore_ascii_case(method)
        }).count();
        prop_assert_eq!(stored, done("POST") - done("DELETE"));
        for result in &results {
            prop_assert!(status(result) < 500, "{}", result);
            prop_assert_eq!(result.get("response").is_some(), status(result) >= 400, "{}", result);
        }
        // A name never ends up where an id belongs.
        for group in groups(&served) {
            for member in group["members"].as_array().into_iter().flatten() {
                prop_assert!(!member["value"].as_str().expect("an id").starts_with("bulkId:"), "{}", group);
            }
        }
    }
}

const COUNTS: &[&str] = &["null", "null", "null", "null", "1", "2", "3", "0", "-1", "1.5", "\"1\""];
const METHODS: &[&str] =
    &["POST", "POST", "POST", "post", "PUT", "PATCH", "DELETE", "GET", "", "P\u{f6}st"];
const PATHS: &[&str] = &[
    "/Users",
    "/Users",
    "/Groups",
    "/Groups",
    "Groups/",
    "/Users/bulkId:a",
    "/Groups/bulkId:b",
    "/Groups/bulkId%3Ac",
    "/Users/bulkId:",
    "/Users/nobody",
    "/Bulk",
    "/.search",
    "",
    "/Users/../Groups",
    "https://example.com/Users",
    "/Users?x",
    "/%00",
];
const BULK_IDS: &[&str] =
    &["usual", "usual", "usual", "usual", "usual", "usual", "usual", "usual", "", "b"];
const DATA: &[&str] = &[
    r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann"}"#,
    r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"bulkId:a"}"#,
    r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}"#,
    r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"a","members":[{"value":"bulkId:a"}]}"#,
    r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"b","members":[{"value":"bulkId:b"},{"value":"bulkId:c"}]}"#,
    r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"c","MEMBERS":[{"VALUE":"bulkId:a"},{"value":"x"}]}"#,
    r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"members":[{"value":"bulkId:b"}]}"#,
    r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"d","members":[{"value":["bulkId:b"]},["bulkId:c"],"bulkId:d",null]}"#,
    r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"members","value":[{"value":"bulkId:a"}]}]}"#,
    r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"remove","path":"members[value eq \"bulkId:a\"]"}]}"#,
    r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","value":{"members[":"bulkId:a","members":{"value":"bulkId:b"}}}]}"#,
    r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[null,[],{"path":1},{"op":"add","path":"members","value":"bulkId:a"}]}"#,
    r#"{}"#,
    r#"[]"#,
    r#""bulkId:a""#,
    "null",
];

/// An operation with whatever in it.
fn anything() -> impl Strategy<Value = Value> {
    (select(METHODS), select(PATHS), select(BULK_IDS), select(DATA)).prop_map(
        |(method, path, bulk_id, data)| json!({ "method": method, "path": path, "bulkId": bulk_id, "data": read_json(data) }),
    )
}

fn read_json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn named(mut body: Map<String, Value>, name: &str) -> Value {
    body.insert("userName".to_owned(), name.into());
    Value::Object(body)
}

fn create(path: &str, index: usize, body: &Value) -> Value {
    json!({ "method": "POST", "path": path, "bulkId": index.to_string(), "data": body })
}

fn bulk(served: &Served, operations: &[Value]) -> Vec<Value> {
    let response = served.send(
        Method::POST,
        "/Bulk",
        &json!({ "schemas": [BULK_REQUEST], "Operations": operations }),
    );
    assert_eq!(response.status(), StatusCode::OK, "{}", read(&response));
    read(&response)["Operations"].as_array().expect("results").clone()
}

/// All users, without what differs from one service provider to the other.
fn users(served: &Served) -> Vec<Value> {
    let mut users = all(served, "/Users");
    for user in &mut users {
        user["id"].take();
        let version = user["meta"]["version"].take();
        user["meta"] = version;
    }
    users
}

fn groups(served: &Served) -> Vec<Value> {
    all(served, "/Groups")
}

fn all(served: &Served, endpoint: &str) -> Vec<Value> {
    let mut page = read(&served.get(endpoint));
    let Value::Array(resources) = page["Resources"].take() else { panic!("a list") };
    resources
}
