//! One operation on a user of 1.1 KB: bound before, from its JSON, and stored.
#![expect(missing_docs, reason = "criterion_group! makes a public function")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use http::{Method, StatusCode};
use scimwire::dispatch::{Clock, SystemClock};
use scimwire::filter::{EvalBudget, Filter, FilterBinder};
use scimwire::message::{JsonLimits, PatchOp, parse_object};
use scimwire::patch::{PatchBinder, PatchPlan};
use scimwire::resource::{Meta, Resource, ResourceDecoder};
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::store::Update;
use serde_json::{Value, json};

#[path = "support/inputs.rs"]
mod inputs;
#[path = "support/served.rs"]
mod served;

use served::{Served, answers, request};

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = apply, bind_and_apply, body_to_stored, budget, many_values, store
}
criterion_main!(benches);

/// What identity providers change most, to one value and back: what changes nothing may cost
/// nothing.
fn messages() -> [(&'static str, [Value; 2]); 3] {
    let work = r#"emails[type eq "work"].value"#;
    [
        ("active", [message("active", &json!(false)), message("active", &json!(true))]),
        (
            "name.familyName",
            [
                message("name.familyName", &json!("Smith")),
                message("name.familyName", &json!("Jensen")),
            ],
        ),
        (
            "value path",
            [
                message(work, &json!("barbara@example.com")),
                message(work, &json!("bjensen@example.com")),
            ],
        ),
    ]
}

/// A bound plan, on a resource at hand.
fn apply(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("patch/apply");
    let users = Arc::new(user_type());
    for (name, messages) in messages() {
        let plans = messages.map(|message| bind(&users, message.to_string().as_bytes()));
        let (mut user, mut round) = (Some(user(&users)), 0);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                round ^= 1;
                user = user.take().map(|user| run(&plans[round], user));
            });
        });
    }
    group.finish();
}

/// From the body of the request to the changed resource.
fn bind_and_apply(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("patch/parse, bind and apply");
    let users = Arc::new(user_type());
    for (name, messages) in messages() {
        let bodies = messages.map(|message| message.to_string().into_bytes());
        let (mut user, mut round) = (Some(user(&users)), 0);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                round ^= 1;
                let plan = bind(&users, black_box(&bodies[round]));
                user = user.take().map(|user| run(&plan, user));
            });
        });
    }
    group.finish();
}

/// From the body of the request to what a store writes: bound, applied, checked, compared, with its
/// new version. The copy that this takes is measured beside it.
fn body_to_stored(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("patch/body to stored resource");
    let users = Arc::new(user_type());
    let now = SystemClock.now();
    for (name, messages) in messages() {
        let bodies = messages.map(|message| message.to_string().into_bytes());
        let mut user = user(&users);
        user.set_meta(&Meta::new("User", now));
        let (mut user, mut round) = (Arc::new(user), 0);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                round ^= 1;
                let plan = bind(&users, black_box(&bodies[round]));
                let update = Update::patch(Arc::clone(&users), "default".into(), plan, now);
                user = update
                    .apply(Arc::clone(&user))
                    .expect("the target is there")
                    .after
                    .take()
                    .expect("the user");
            });
        });
    }
    let user = user(&users);
    group.bench_function("a copy alone", |bencher| {
        bencher.iter(|| Resource::clone(black_box(&user)))
    });
    group.finish();
}

/// How budgets are called, and where one comes from.
type Budgets = (&'static str, fn() -> EvalBudget);

/// What it costs to count the work of a request: a change and a filter, each without a limit and
/// with one.
fn budget(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("patch/budget");
    let users = Arc::new(user_type());
    let now = SystemClock.now();
    let [(_, messages), ..] = messages();
    let bodies = messages.map(|message| message.to_string().into_bytes());
    let budgets: [Budgets; 2] =
        [("without", EvalBudget::unlimited), ("with", || EvalBudget::new(u64::MAX))];
    for (name, budget) in budgets {
        let mut user = user(&users);
        user.set_meta(&Meta::new("User", now));
        let (mut user, mut round) = (Arc::new(user), 0);
        group.bench_function(format!("body to stored resource, {name} a limit"), |bencher| {
            bencher.iter(|| {
                round ^= 1;
                let plan = bind(&users, black_box(&bodies[round]));
                let update = Update::patch(Arc::clone(&users), "default".into(), plan, now)
                    .with_budget(budget());
                user = update
                    .apply(Arc::clone(&user))
                    .expect("the target is there")
                    .after
                    .take()
                    .expect("the user");
            });
        });
    }
    let filter: Filter = inputs::THREE_TERMS.parse().expect("a filter");
    let filter =
        FilterBinder::new(&users).bind(&filter).expect("its attributes are those of users");
    let user = user(&users);
    for (name, budget) in budgets {
        let budget = budget();
        group.bench_function(format!("three terms on a user, {name} a limit"), |bencher| {
            bencher.iter(|| filter.matches_within(black_box(&user), &budget).unwrap_or_default());
        });
    }
    group.finish();
}

/// A thousand operations in one message, each on one of 100,000 values.
fn many_values(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("patch/100,000 values");
    group.sample_size(10);
    let users = Arc::new(user_type());
    let mut user = user(&users);
    user.set(
        "emails",
        (0..100_000)
            .map(|number| json!({ "value": format!("{number}@example.com") }))
            .collect::<Vec<_>>(),
    );
    let add = |number| json!({ "op": "add", "path": "emails", "value": [{ "value": format!("{number}@example.org") }] });
    let remove = |number| json!({ "op": "remove", "path": format!("emails[value eq \"{number}@example.com\"]") });
    let rows: [(&str, Vec<Value>); 3] = [
        ("1 add", vec![add(0)]),
        ("1,000 adds", (0..1_000).map(add).collect()),
        ("1,000 removes", (0..1_000).map(remove).collect()),
    ];
    for (name, operations) in rows {
        let plan = bind(&users, operations_of(&operations).to_string().as_bytes());
        group.bench_function(name, |bencher| {
            bencher.iter_batched(|| user.clone(), |user| run(&plan, user), BatchSize::PerIteration);
        });
    }
    group.finish();
}

/// The same through a dispatcher, into a store in memory.
fn store(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("patch/store");
    let served = Served::new();
    let path = format!("/Users/{}", served.create("/Users", &inputs::user()));
    for (name, messages) in messages() {
        let bodies = messages.map(|message| message.to_string().into_bytes());
        let mut round = 0;
        let mut next = || {
            round ^= 1;
            request(Method::PATCH, &path, bodies[round].clone())
        };
        assert_eq!(served.answer(next()).status(), StatusCode::NO_CONTENT);
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|times| answers(&served, times, &mut next))
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

fn message(path: &str, value: &Value) -> Value {
    operations_of(&[json!({ "op": "replace", "path": path, "value": value })])
}

fn operations_of(operations: &[Value]) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
}

fn bind(users: &Arc<ResourceType>, body: &[u8]) -> PatchPlan {
    let body = parse_object(body, JsonLimits::default()).expect("a JSON object");
    let message = PatchOp::from_object(body, 1_000).expect("a PATCH");
    PatchBinder::new(Arc::clone(users)).bind(message).expect("the path is one of users")
}

fn run(plan: &PatchPlan, user: Resource) -> Resource {
    plan.apply(user).expect("the target is there")
}
