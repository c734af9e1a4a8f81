//! Bulk: many operations at once do what they do one by one, and whoever refers to whom is as the client said.

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
}

fn named(mut body: Map<String, Value>, name: &str) -> Value {
    body.insert("userName".to_owned(), name.into());
    Value::Object(body)
}

fn create(path: &str, index: usize, body: &Value) -> Value {
    json!({ "method": "POST", "path": path, "bulkId": index.to_string(), "data": body })
}

fn bulk(served: &Served, operations: &[Value]) -> Vec<Value> {
    let response = served.send(Method::POST, "/Bulk", &json!({ "schemas": [BULK_REQUEST], "Operations": operations }));
    assert_eq!(response.status(), StatusCode::OK, "{}", read(&response));
    read(&response)["Operations"].as_array().expect("results").clone()
}

/// All users, without what differs from one service provider to the other.
fn users(served: &Served) -> Vec<Value> {
    let mut page = read(&served.get("/Users"));
    let Value::Array(mut users) = page["Resources"].take() else { panic!("a list") };
    for user in &mut users {
        user["id"].take();
        let version = user["meta"]["version"].take();
        user["meta"] = version;
    }
    users
}
