//! From text to an owned tree, which is dropped.

use std::fmt::Debug;
use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use scim_proto::filter::ScimFilter;
use scimwire::filter::Filter;

use super::inputs;

/// An attribute of an extension; 85 bytes.
const BY_EMPLOYEE_NUMBER: &str =
    r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq "701984""#;

/// Two attributes, one of them in two notations; 85 bytes.
const TWO_NOTATIONS: &str =
    r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#;

pub(crate) fn parse(criterion: &mut Criterion) {
    let look_up = |number| format!(r#"userName eq "user{number:03}@example.com""#);
    let nested = |open: &str, count| format!("{}title pr{}", open.repeat(count), ")".repeat(count));
    let sets = [
        ("short", inputs::BY_USER_NAME.to_owned()),
        ("medium", TWO_NOTATIONS.to_owned()),
        ("value path", inputs::VALUE_PATH.to_owned()),
        ("URN attribute", BY_EMPLOYEE_NUMBER.to_owned()),
        ("1 KB of or", (0..26).map(look_up).collect::<Vec<_>>().join(" or ")),
        ("1 KB mixed", inputs::mixed()),
        ("1 KB mixed without value paths", inputs::mixed_without_value_paths()),
        ("8 nested parentheses", nested("(", 8)),
        ("30 nested parentheses", nested("(", 30)),
        ("30 nested not", nested("not (", 30)),
    ];
    for (name, text) in sets {
        let mut group = criterion.benchmark_group(format!("parse/{name}"));
        group.throughput(Throughput::Bytes(text.len() as u64));
        bench(&mut group, "scimwire", &text, |text| text.parse::<Filter>());
        bench(&mut group, "entropy-auth", &text, entropy_auth::scim::parse_filter);
        // It tries the inside of each parenthesis several times.
        if !name.starts_with("30") {
            bench(&mut group, "scim-filter", &text, |text| {
                let parsed = scim_filter::parser::filter(text).map_err(|_| "no filter");
                parsed.and_then(|(rest, filter)| rest.is_empty().then_some(filter).ok_or(rest))
            });
        }
        bench(&mut group, "scim-kit", &text, scim_kit::Filter::parse);
        bench(&mut group, "scim_proto", &text, |text| text.parse::<ScimFilter>());
        bench(&mut group, "scim_v2", &text, |text| text.parse::<scim_v2::filter::Filter>());
        group.finish();
    }
}

/// Measures a parser, or says that it refuses the text.
fn bench<'t, T, E: Debug>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    text: &'t str,
    parse: impl Fn(&'t str) -> Result<T, E>,
) {
    match parse(text) {
        Ok(_) => {
            group.bench_function(name, |bencher| bencher.iter(|| parse(black_box(text))));
        }
        Err(err) => println!("{name} refuses `{text}`: {err:?}"),
    }
}
