//! One operation on a user of 1.1 KB, in place, with the reading of its path; to one value and
//! back, since what changes nothing may cost nothing. scim_proto and scim_v2 have no PATCH.

use std::hint::black_box;

use criterion::Criterion;
use scim_server::providers::{ScimPatchOperations, StandardResourceProvider};
use scim_server::storage::InMemoryStorage;
use serde_json::{Value, json};

use super::{inputs, ours};

pub(crate) fn patch(criterion: &mut Criterion) {
    let sets = [
        ("active", Some("active"), [json!(false), json!(true)]),
        ("familyName", Some("name.familyName"), [json!("Smith"), json!("Jensen")]),
        (
            "value path",
            Some(r#"emails[type eq "work"].value"#),
            [json!("barbara@example.com"), json!("bjensen@example.com")],
        ),
        (
            "three attributes without a path",
            None,
            [
                json!({ "displayName": "X", "title": "Y", "active": true }),
                json!({ "displayName": "Babs Jensen", "title": "Tour Guide", "active": false }),
            ],
        ),
    ];
    for (name, path, values) in sets {
        set(criterion, name, &values.map(|value| body(path, value)));
    }
}

fn body(path: Option<&str>, value: Value) -> Value {
    let mut operation = json!({ "op": "replace", "value": value });
    if let Some(path) = path {
        operation["path"] = json!(path);
    }
    ours::body(json!([operation]))
}

fn set(criterion: &mut Criterion, name: &str, bodies: &[Value; 2]) {
    let mut group = criterion.benchmark_group(format!("patch/{name}"));
    let users = ours::user_type();
    let messages = bodies.each_ref().map(ours::message);
    let plans = messages.clone().map(|message| ours::plan(&users, message));
    let mut round = 0;
    let mut user = Some(ours::stored(&inputs::user()));
    group.bench_function("scimwire, bound before", |bencher| {
        bencher.iter(|| {
            round ^= 1;
            user = user.take().map(|user| plans[round].apply(user).expect("the target is there"));
        });
    });
    // The others read paths each time, and so does this one; the copy of the message is its own.
    group.bench_function("scimwire, with bind", |bencher| {
        bencher.iter(|| {
            round ^= 1;
            let plan = ours::plan(&users, messages[round].clone());
            user = user.take().map(|user| plan.apply(user).expect("the target is there"));
        });
    });
    let patches = bodies.each_ref().map(ours::kit);
    let mut document = inputs::user();
    group.bench_function("scim-kit", |bencher| {
        bencher.iter(|| {
            round ^= 1;
            patches[round].apply_to(black_box(&mut document)).expect("the target is there");
        });
    });
    let server = StandardResourceProvider::new(InMemoryStorage::new());
    let mut document = inputs::user();
    let mut apply = |round: usize| {
        server.apply_patch_operation(black_box(&mut document), &bodies[round]["Operations"][0])
    };
    match apply(1) {
        Ok(()) => {
            group.bench_function("scim-server", |bencher| {
                bencher.iter(|| {
                    round ^= 1;
                    apply(round).expect("the target is there");
                });
            });
        }
        Err(err) => println!("scim-server refuses {name}: {err}"),
    }
    group.finish();
}
