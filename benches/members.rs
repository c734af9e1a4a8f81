//! Members of large groups, by way of a dispatcher to a store in memory: what is changed counts,
//! not what is there (`SCIMWIRE_BENCH_MEMBERS` for another number than 1,000,000).
#![expect(missing_docs, reason = "criterion_group! makes a public function")]

use std::time::{Duration, Instant};

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use http::{Method, StatusCode};
use serde_json::{Value, json};

#[path = "support/served.rs"]
mod served;

use served::{Served, request};

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = members
}
criterion_main!(benches);

/// As many as fit into one request.
const MANY: usize = 1_000;

/// How many members a request has that fills a group.
const STEP: usize = 10_000;

fn members(criterion: &mut Criterion) {
    let size = served::size("SCIMWIRE_BENCH_MEMBERS", 1_000_000);
    for size in [size / 10, size] {
        let mut group = criterion.benchmark_group(format!("members/group of {size}"));
        let served = Served::new();
        let path = fill(&served, size);
        let there_and_back = |one: &[Value], other: &[Value]| (patch(one), patch(other));
        let (add_one, remove_one) = there_and_back(&[add(1)], &[remove(0)]);
        bench(&mut group, "add 1", &served, &path, (&add_one, &remove_one));
        bench_back(&mut group, "remove 1", &served, &path, (&add_one, &remove_one));
        let removals: Vec<Value> = (0..MANY).map(remove).collect();
        let (add_many, remove_many) = there_and_back(&[add(MANY)], &removals);
        let listed = patch(&[json!({ "op": "remove", "path": "members", "value": listed(MANY) })]);
        group.sample_size(30);
        bench(&mut group, "add 1,000", &served, &path, (&add_many, &listed));
        bench_back(&mut group, "remove 1,000 listed", &served, &path, (&add_many, &listed));
        bench_back(
            &mut group,
            "remove 1,000 by operations",
            &served,
            &path,
            (&add_many, &remove_many),
        );
        group.finish();
    }
}

/// Measures the first of two requests; the second brings the group back to where it was.
fn bench(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    served: &Served,
    path: &str,
    (there, back): (&str, &str),
) {
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|times| {
            let measured = (0..times).map(|_| {
                let took = send(served, path, there);
                send(served, path, back);
                took
            });
            measured.sum()
        });
    });
}

/// Measures the second of two requests.
fn bench_back(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    served: &Served,
    path: &str,
    (there, back): (&str, &str),
) {
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|times| {
            let measured = (0..times).map(|_| {
                send(served, path, there);
                send(served, path, back)
            });
            measured.sum()
        });
    });
}

/// Sends a change, and says how long it took.
fn send(served: &Served, path: &str, body: &str) -> Duration {
    let request = request(Method::PATCH, path, body);
    let start = Instant::now();
    let response = served.answer(request);
    let took = start.elapsed();
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    took
}

/// A group with so many members; its path.
fn fill(served: &Served, size: usize) -> String {
    let path = format!(
        "/Groups/{}",
        served.create("/Groups", &json!({ "schemas": [GROUP], "displayName": "Everybody" }))
    );
    for start in (0..size).step_by(STEP) {
        let members: Vec<Value> =
            (start..size.min(start + STEP)).map(|index| json!({ "value": id(index) })).collect();
        send(served, &path, &patch(&[json!({ "op": "add", "path": "members", "value": members })]));
    }
    path
}

const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

fn patch(operations: &[Value]) -> String {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations }).to_string()
}

fn add(count: usize) -> Value {
    json!({ "op": "add", "path": "members", "value": listed(count) })
}

fn remove(index: usize) -> Value {
    json!({ "op": "remove", "path": format!("members[value eq \"{}\"]", new_id(index)) })
}

fn listed(count: usize) -> Vec<Value> {
    (0..count).map(|index| json!({ "value": new_id(index) })).collect()
}

/// An id as a database makes them.
fn id(index: usize) -> String {
    format!("{:08x}-7f76-453a-919d-413861904646", index.wrapping_mul(0x9e37_79b1) & 0xffff_ffff)
}

/// An id that no member has yet.
fn new_id(index: usize) -> String {
    format!("{:08x}-99ab-4c8f-a0f5-3f1c64d53b53", index.wrapping_mul(0x9e37_79b1) & 0xffff_ffff)
}
