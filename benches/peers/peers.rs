//! scimwire beside other crates: the same inputs, in one run.

use std::fmt::Debug;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use scim_proto::filter::ScimFilter;
use scimwire::filter::{Binder, Filter};
use scimwire::message::{PatchOp, PatchOperation};
use scimwire::patch::{Plan, PlanBinder};
use scimwire::resource::{Intake, Resource};
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use serde_json::{Value, json};

#[path = "../support/inputs.rs"]
mod inputs;

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = parse, run, patch
}
criterion_main!(benches);

/// From text to an owned tree, which is dropped.
fn parse(criterion: &mut Criterion) {
    let texts = [
        ("33 bytes", inputs::BY_USER_NAME.to_owned()),
        ("77 bytes with a value path", inputs::VALUE_PATH.to_owned()),
        ("1 KB mixed", inputs::mixed()),
        ("1 KB mixed without value paths", inputs::mixed_without_value_paths()),
        ("30 nested parentheses", inputs::nested()),
    ];
    for (name, text) in texts {
        let mut group = criterion.benchmark_group(format!("parse/{name}"));
        bench_parse(&mut group, "scimwire", &text, |text| text.parse::<Filter>());
        bench_parse(&mut group, "scim_proto", &text, |text| text.parse::<ScimFilter>());
        bench_parse(&mut group, "scim-kit", &text, scim_kit::Filter::parse);
        group.finish();
    }
}

/// Measures a parser, or says that it refuses the text.
fn bench_parse<T, E: Debug>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    text: &str,
    parse: fn(&str) -> Result<T, E>,
) {
    match parse(text) {
        Ok(_) => {
            drop(group.bench_function(name, |bencher| bencher.iter(|| parse(black_box(text)))))
        }
        Err(err) => println!("{name} refuses `{text}`: {err:?}"),
    }
}

/// A filter on one user of 1.1 KB; `scim_proto` has no evaluator.
fn run(criterion: &mut Criterion) {
    let users = user_type();
    let (user, document) = (user(&users), inputs::user());
    for (name, text) in
        [("userName eq", inputs::BY_USER_NAME), ("three terms", inputs::THREE_TERMS)]
    {
        let mut group = criterion.benchmark_group(format!("run/{name}"));
        let filter: Filter = text.parse().expect("a filter");
        let bound = Binder::new(&users).bind(&filter).expect("its attributes are those of users");
        assert!(bound.matches(&user));
        group.bench_function("scimwire", |bencher| {
            bencher.iter(|| black_box(&bound).matches(black_box(&user)))
        });
        let filter = scim_kit::Filter::parse(text).expect("a filter");
        assert!(filter.matches(&document));
        group.bench_function("scim-kit", |bencher| {
            bencher.iter(|| black_box(&filter).matches(black_box(&document)))
        });
        group.finish();
    }
}

/// One operation on a user of 1.1 KB, in place; to one value and back, since what changes nothing
/// may cost nothing. `scim_proto` has no PATCH.
fn patch(criterion: &mut Criterion) {
    let operations = [
        ("active", json!(false), json!(true)),
        (
            r#"emails[type eq "work"].value"#,
            json!("barbara@example.com"),
            json!("bjensen@example.com"),
        ),
    ];
    let users = Arc::new(user_type());
    for (path, there, back) in operations {
        let mut group = criterion.benchmark_group(format!("patch/{path}"));
        let messages = [message(path, &there), message(path, &back)];
        let plans = messages.clone().map(|message| bind(&users, message));
        let mut turn = 0;
        let mut user = Some(user(&users));
        group.bench_function("scimwire, bound before", |bencher| {
            bencher.iter(|| {
                turn ^= 1;
                user =
                    user.take().map(|user| plans[turn].apply(user).expect("the target is there"));
            });
        });
        // scim-kit reads the path each time, and so do we here.
        group.bench_function("scimwire, with bind", |bencher| {
            bencher.iter(|| {
                turn ^= 1;
                let plan = bind(&users, messages[turn].clone());
                user = user.take().map(|user| plan.apply(user).expect("the target is there"));
            });
        });
        let patches = [&there, &back].map(|value| kit_patch(path, value));
        let mut document = inputs::user();
        group.bench_function("scim-kit", |bencher| {
            bencher.iter(|| {
                turn ^= 1;
                patches[turn].apply_to(black_box(&mut document)).expect("the target is there");
            });
        });
        group.finish();
    }
}

fn user_type() -> ResourceType {
    ResourceType::user().with_extension(ENTERPRISE_USER)
}

fn user(users: &ResourceType) -> Resource {
    let Value::Object(body) = inputs::user() else { panic!("a user is an object") };
    Intake::new(users).resource(body).expect("a user")
}

fn message(path: &str, value: &Value) -> PatchOp {
    let operation = PatchOperation {
        op: "replace".to_owned(),
        path: Some(path.to_owned()),
        value: Some(value.into()),
    };
    PatchOp { operations: vec![operation] }
}

fn bind(users: &Arc<ResourceType>, message: PatchOp) -> Plan {
    PlanBinder::new(Arc::clone(users)).bind(message).expect("the path is one of users")
}

fn kit_patch(path: &str, value: &Value) -> scim_kit::PatchOp {
    let operation = scim_kit::PatchOperation {
        op: scim_kit::Operation::Replace,
        path: Some(path.to_owned()),
        value: Some(value.into()),
    };
    scim_kit::PatchOp::new(vec![operation])
}
