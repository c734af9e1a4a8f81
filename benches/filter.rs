//! Filters: read from text, and run on a user.
#![expect(missing_docs, reason = "criterion_group! makes a public function")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use scimwire::filter::{BoundFilter, Filter, FilterBinder};
use scimwire::resource::{Resource, ResourceDecoder};
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use serde_json::Value;

#[path = "support/inputs.rs"]
mod inputs;

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = parse, bind, run
}
criterion_main!(benches);

/// From text to an owned tree, which is dropped.
fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("filter/parse");
    let texts = [
        ("find user by userName", inputs::BY_USER_NAME.to_owned()),
        ("value path", inputs::VALUE_PATH.to_owned()),
        ("mixed report", inputs::mixed()),
        ("30 nested parentheses", inputs::nested()),
    ];
    for (name, text) in texts {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_with_input(BenchmarkId::new(name, text.len()), &text, |bencher, text| {
            bencher.iter(|| black_box(text.as_str()).parse::<Filter>());
        });
    }
    group.finish();
}

/// From the tree to attributes and typed operands.
fn bind(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("filter/bind");
    let users = user_type();
    for (name, text) in [
        ("find user by userName", inputs::BY_USER_NAME.to_owned()),
        ("mixed report", inputs::mixed()),
    ] {
        let filter: Filter = text.parse().expect("a filter");
        group.bench_function(name, |bencher| {
            bencher.iter(|| FilterBinder::new(&users).bind(black_box(&filter)))
        });
    }
    group.finish();
}

/// A bound filter on one user of 1.1 KB.
fn run(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("filter/run");
    let users = user_type();
    let user = user(&users);
    let texts = [
        ("userName eq", inputs::BY_USER_NAME),
        ("three terms", inputs::THREE_TERMS),
        ("value path", inputs::WORK_ADDRESS),
    ];
    for (name, text) in texts {
        let bound = bound(&users, text);
        assert!(bound.matches(&user), "{text}");
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(&bound).matches(black_box(&user)))
        });
    }
    group.finish();
}

fn user_type() -> ResourceType {
    ResourceType::user().with_extension(ENTERPRISE_USER)
}

fn user(users: &ResourceType) -> Resource {
    let Value::Object(body) = inputs::user() else { panic!("a user is an object") };
    ResourceDecoder::new(users).resource(body).expect("a user")
}

fn bound(users: &ResourceType, text: &str) -> BoundFilter {
    let filter: Filter = text.parse().expect("a filter");
    FilterBinder::new(users).bind(&filter).expect("its attributes are those of users")
}
