//! A filter on 10,000 users; scim_proto and scim_v2 have no evaluator.

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion};
use entropy_auth::JsonValue;
use serde_json::{Value, json};

use super::{inputs, ours};

const USERS: usize = 10_000;

pub(crate) fn run(criterion: &mut Criterion) {
    let documents: Vec<Value> = (0..USERS).map(user).collect();
    let of_entropy: Vec<JsonValue> = documents.iter().map(entropy).collect();
    let resources: Vec<_> = documents.iter().map(ours::stored).collect();
    let users = ours::user_type();
    for (name, text, right) in [
        ("eq", r#"userName eq "user05000@example.com""#, 1),
        (
            "three terms",
            r#"title pr and userType eq "Employee" and name.familyName co "12""#,
            USERS / 100,
        ),
        ("multi-valued", r#"emails.value co "999@home""#, 10),
        ("value path", r#"emails[type eq "work" and value co "999@"]"#, 10),
    ] {
        let mut group = criterion.benchmark_group(format!("run/{name}"));
        group.sample_size(20);
        let filter = ours::bound(&users, text);
        bench(&mut group, "scimwire", right, || count(&resources, |user| filter.matches(user)));
        if let Ok(filter) = entropy_auth::scim::parse_filter(text) {
            bench(&mut group, "entropy-auth", right, || {
                count(&of_entropy, |user| filter.matches(user))
            });
        }
        if let Ok((_, filter)) = scim_filter::parser::filter(text) {
            bench(&mut group, "scim-filter", right, || {
                count(&documents, |user| filter.r#match(user).unwrap_or_default())
            });
        }
        if let Ok(filter) = scim_kit::Filter::parse(text) {
            bench(&mut group, "scim-kit", right, || count(&documents, |user| filter.matches(user)));
        }
        group.finish();
    }
}

/// Measures a scan, and says where it finds what it should not, or not all.
fn bench(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    right: usize,
    scan: impl Fn() -> usize,
) {
    let found = scan();
    if found != right {
        println!("{name} finds {found} users; {right} are right");
    }
    group.bench_function(name, |bencher| bencher.iter(&scan));
}

fn count<T>(users: &[T], matches: impl Fn(&T) -> bool) -> usize {
    users.iter().filter(|user| matches(black_box(user))).count()
}

/// A user of the usual size, of whom some attributes have a number.
fn user(number: usize) -> Value {
    let mut user = inputs::user();
    user["id"] = json!(format!("{number:08x}-7f76-453a-919d-413861904646"));
    user["externalId"] = json!(number.to_string());
    user["userName"] = json!(format!("user{number:05}@example.com"));
    user["name"]["familyName"] = json!(format!("Family{:02}", number % 100));
    user["emails"] = json!([
        { "value": format!("user{number:05}@example.com"), "type": "work", "primary": true },
        { "value": format!("user{number:05}@home.example.org"), "type": "home" },
    ]);
    user
}

fn entropy(value: &Value) -> JsonValue {
    match value {
        Value::Null => JsonValue::Null,
        Value::Bool(value) => JsonValue::Bool(*value),
        Value::Number(number) => JsonValue::Number(number.as_f64().expect("a small number")),
        Value::String(text) => JsonValue::String(text.clone()),
        Value::Array(values) => JsonValue::Array(values.iter().map(entropy).collect()),
        Value::Object(members) => JsonValue::Object(
            members.iter().map(|(name, value)| (name.clone(), entropy(value))).collect(),
        ),
    }
}
