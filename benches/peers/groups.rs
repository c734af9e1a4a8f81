//! PATCH of a group of 10,000 members that is held whole; each time it is a copy, which is not
//! measured.

use std::sync::Arc;

use criterion::{BatchSize, Criterion};
use scimwire::schema::ResourceType;
use serde_json::{Value, json};

use super::ours;

const MEMBERS: usize = 10_000;

pub(crate) fn groups(criterion: &mut Criterion) {
    let add = |count: usize| {
        let new: Vec<Value> = (MEMBERS..MEMBERS + count).map(member).collect();
        json!([{ "op": "add", "path": "members", "value": new }])
    };
    let remove = |number: usize| {
        let path = format!(r#"members[value eq "{}"]"#, id(number));
        json!({ "op": "remove", "path": path })
    };
    let thousand: Value = (0..1_000).map(|number| remove(number * 7)).collect();
    for (name, operations) in [
        ("rename", json!([{ "op": "replace", "path": "displayName", "value": "New" }])),
        ("add 1", add(1)),
        ("add 1,000", add(1_000)),
        ("remove 1", json!([remove(MEMBERS / 2)])),
        ("1,000 removals", thousand),
    ] {
        set(criterion, name, &ours::body(operations));
    }
}

fn set(criterion: &mut Criterion, name: &str, body: &Value) {
    let mut group = criterion.benchmark_group(format!("group of 10,000/{name}"));
    group.sample_size(10);
    let document = everyone();
    let (groups, message) = (Arc::new(ResourceType::group()), ours::message(body));
    let resource = ours::stored(&document);
    group.bench_function("scimwire", |bencher| {
        let apply = |resource| {
            let plan = ours::plan(&groups, message.clone());
            plan.apply(resource).expect("the target is there")
        };
        bencher.iter_batched(|| resource.clone(), apply, BatchSize::PerIteration);
    });
    let patch = ours::kit(body);
    group.bench_function("scim-kit", |bencher| {
        let apply = |mut document| {
            patch.apply_to(&mut document).expect("the target is there");
            document
        };
        bencher.iter_batched(|| document.clone(), apply, BatchSize::PerIteration);
    });
    group.finish();
}

fn everyone() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "id": "aaaaaaaa-0000-4000-8000-000000000001",
        "displayName": "Everyone",
        "members": (0..MEMBERS).map(member).collect::<Vec<_>>(),
    })
}

fn member(number: usize) -> Value {
    json!({ "value": id(number), "display": format!("User {number}"), "type": "User" })
}

fn id(number: usize) -> String {
    format!("{number:08x}-6245-4190-8e05-00816be7344a")
}
