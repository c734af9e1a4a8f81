//! Members: what a delta does to a group is what the whole operations do.

use std::collections::HashSet;
use std::sync::Arc;

use http::Method;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use scimwire::message::{PatchOp, PatchOperation};
use scimwire::patch::PatchBinder;
use scimwire::resource::Resource;
use scimwire::{Quirks, ResourceType};
use serde_json::{Value, json};

use super::samples::config;
use super::served::{Served, read};

const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_delta_is_the_whole(members in members(), operations in vec(operation(), 1..6)) {
        let served = Served::new(Quirks::STRICT);
        let body = json!({ "schemas": [GROUP], "displayName": "Tour Guides", "members": members });
        let path = format!("/Groups/{}", served.create("/Groups", &body).expect("it is the first group"));
        let before = read(&served.get(&path));
        let answer = served.patch(&path, &operations);
        let after = read(&served.get(&path));
        match whole(&before, &operations) {
            Ok(expected) => {
                prop_assert!(answer.status().is_success(), "{}", read(&answer));
                prop_assert_eq!(sorted(&after), sorted(&expected));
                prop_assert_eq!(&after["displayName"], &expected["displayName"]);
                prop_assert_eq!(sorted(&after) == sorted(&before) && after["displayName"] == before["displayName"],
                    after["meta"]["version"] == before["meta"]["version"], "the version says whether something changed");
            }
            Err(err) => {
                prop_assert!(answer.status().is_client_error(), "{} where the whole fails with {}", answer.status(), err);
                prop_assert_eq!(after, before);
            }
        }
    }

    #[test]
    fn put_makes_the_members_those_of_the_body(members in members(), new in members()) {
        let served = Served::new(Quirks::STRICT);
        let body = json!({ "schemas": [GROUP], "displayName": "Tour Guides", "members": members });
        let path = format!("/Groups/{}", served.create("/Groups", &body).expect("it is the first group"));
        let body = json!({ "schemas": [GROUP], "displayName": "Tour Guides", "members": new });
        let before = read(&served.get(&path));
        prop_assert!(served.send(Method::PUT, &path, &body).status().is_success());
        let after = read(&served.get(&path));
        let mut listed = HashSet::new();
        let first: Vec<Value> = new.as_array().into_iter().flatten().filter(|member| listed.insert(member["value"].clone())).cloned().collect();
        prop_assert_eq!(sorted(&after), sorted(&json!({ "members": first })));
        prop_assert_eq!(sorted(&after) == sorted(&before), after["meta"]["version"] == before["meta"]["version"]);
    }

    #[test]
    fn members_added_and_removed_again_are_as_before(members in members(), new in vec(select(vec!["x", "y", "z"]), 1..4)) {
        let served = Served::new(Quirks::STRICT);
        let body = json!({ "schemas": [GROUP], "displayName": "Tour Guides", "members": members });
        let path = format!("/Groups/{}", served.create("/Groups", &body).expect("it is the first group"));
        let before = read(&served.get(&path));
        let listed: Vec<Value> = new.iter().map(|id| json!({ "value": id })).collect();
        let add = json!({ "op": "add", "path": "members", "value": listed });
        prop_assert!(served.patch(&path, &[add]).status().is_success());
        let remove: Vec<Value> = new.iter().map(|id| json!({ "op": "remove", "path": format!("members[value eq \"{id}\"]") })).collect();
        prop_assert!(served.patch(&path, &remove).status().is_success());
        prop_assert_eq!(&read(&served.get(&path))["members"], &before["members"]);
    }
}

/// The group after the operations, when all of it is at hand.
fn whole(group: &Value, operations: &[Value]) -> Result<Value, String> {
    let group = group.as_object().cloned().expect("a group is an object");
    let operations: Vec<PatchOperation> =
        serde_json::from_value(operations.into()).expect("operations");
    let binder = PatchBinder::new(Arc::new(ResourceType::group()));
    let plan = binder.bind(PatchOp::new(operations)).map_err(|err| err.to_string())?;
    let group = plan.apply(Resource::from_object(group)).map_err(|err| err.to_string())?;
    Ok(Value::from(group.into_object()))
}

/// The members in the order of their ids: multi-valued attributes have none of their own.
fn sorted(group: &Value) -> Vec<Value> {
    let mut members = group.get("members").and_then(Value::as_array).cloned().unwrap_or_default();
    members.sort_by_key(|member| member["value"].as_str().map(str::to_owned));
    members
}

fn members() -> BoxedStrategy<Value> {
    vec(member(), 0..5).prop_map(Value::Array).boxed()
}

fn member() -> BoxedStrategy<Value> {
    let parts = (select(vec!["a", "b", "c", "d"]), option::of(select(vec!["Babs", "Jim"])));
    parts
        .prop_map(|(id, display)| match display {
            Some(display) => json!({ "value": id, "display": display }),
            None => json!({ "value": id }),
        })
        .boxed()
}

fn operation() -> BoxedStrategy<Value> {
    let filters = vec![
        r#"members[value eq "a"]"#,
        r#"members[value eq "b"]"#,
        r#"members[value eq "nosuch"]"#,
        r#"members[value eq "a" or value eq "c"]"#,
        r#"members[display eq "Babs"]"#,
        r#"members[value ne "a"]"#,
        r#"members[value eq "a" and display pr]"#,
        "members",
    ];
    prop_oneof![
        3 => members().prop_map(|members| json!({ "op": "add", "path": "members", "value": members })),
        1 => member().prop_map(|member| json!({ "op": "add", "path": "members", "value": member })),
        1 => members().prop_map(|members| json!({ "op": "add", "value": { "members": members } })),
        3 => select(filters).prop_map(|path| json!({ "op": "remove", "path": path })),
        2 => members().prop_map(|members| json!({ "op": "remove", "path": "members", "value": members })),
        2 => members().prop_map(|members| json!({ "op": "replace", "path": "members", "value": members })),
        1 => select(vec!["Tour Guides", "Guides"]).prop_map(|name| json!({ "op": "replace", "path": "displayName", "value": name })),
        1 => Just(json!({ "op": "replace", "path": "members[value eq \"a\"].display", "value": "Jane" })),
        1 => Just(json!({ "op": "remove", "path": "members[value eq \"a\"].display" })),
        1 => member().prop_map(|member| json!({ "op": "replace", "path": "members[value eq \"b\"]", "value": member })),
    ]
    .boxed()
}
