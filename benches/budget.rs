//! What it costs to count the work of a request, and what a unit of work comes to.
//!
//! The machine is noisy: requests with limits and without alternate, and what is printed is the
//! median of their ratios. `cargo bench --bench budget`; `SCIMWIRE_BENCH_PAIRS` for another number
//! of rounds.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{Method, Request};
use scimwire::dispatch::{Clock, Limits, SystemClock};
use scimwire::filter::{EvalBudget, FilterBinder};
use scimwire::message::PatchOp;
use scimwire::patch::PatchBinder;
use scimwire::query::{Page, Sort};
use scimwire::resource::{Meta, Resource};
use scimwire::schema::ResourceType;
use scimwire::store::{Update, execute};
use serde_json::{Value, json};

#[path = "support/inputs.rs"]
mod inputs;
#[path = "support/served.rs"]
mod served;

use served::{Served, answers, get, request, size};

/// So many requests a round.
const TURN: u64 = 25;

fn main() {
    ratios();
    units();
}

/// Whole requests, from dispatch to response.
fn ratios() {
    let mut unlimited = Limits::default();
    (unlimited.eval_budget, unlimited.max_resource_bytes) = (u64::MAX, usize::MAX);
    (unlimited.max_page_bytes, unlimited.max_page_memory) = (usize::MAX, usize::MAX);
    let [with, without] = [Limits::default(), unlimited].map(|limits| {
        let served = Served::with(limits);
        let path = format!("/Users/{}", served.create("/Users", &inputs::user()));
        (0..200).for_each(|number| drop(served.create("/Users", &numbered(number))));
        (served, path)
    });
    println!("| a request | without limits | with limits | ratio |\n|---|---|---|---|");
    let active = [false, true]
        .map(|active| patch(&json!([{ "op": "replace", "path": "active", "value": active }])));
    let family = ["Smith", "Jensen"]
        .map(|name| patch(&json!([{ "op": "replace", "path": "name.familyName", "value": name }])));
    for (name, bodies) in [("PATCH active", active), ("PATCH name.familyName", family)] {
        compare(name, &without, &with, &|path, round| {
            request(Method::PATCH, path, bodies[round % 2].to_string())
        });
    }
    compare("PUT", &without, &with, &|path, round| {
        let mut user = inputs::user();
        user["title"] = json!(format!("Tour Guide {}", round % 2));
        request(Method::PUT, path, user.to_string())
    });
    for filter in [
        "userName eq \"user7@example.com\"",
        "emails[type eq \"work\" and value co \"r77@\"]",
        "title co \"none\"",
    ] {
        let path = format!("/Users?filter={}", filter.replace(' ', "%20").replace('"', "%22"));
        compare(&format!("GET with {filter}"), &without, &with, &|_, _| get(&path));
    }
}

fn compare(
    name: &str,
    without: &(Served, String),
    with: &(Served, String),
    request: &dyn Fn(&str, usize) -> Request<Vec<u8>>,
) {
    let mut round = 0;
    let mut measure = |(served, path): &(Served, String)| {
        let next = || {
            round += 1;
            request(path, round)
        };
        answers(served, TURN, next).as_secs_f64() / TURN as f64
    };
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    for pair in 0..size("SCIMWIRE_BENCH_PAIRS", 2_000) {
        // Whoever comes first has the colder caches.
        let (one, other) = if pair % 2 == 0 {
            let one = measure(without);
            (one, measure(with))
        } else {
            let other = measure(with);
            (measure(without), other)
        };
        pairs.push((one, other));
    }
    let median = |of: &dyn Fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = pairs.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let (one, other, ratio) =
        (median(&|pair| pair.0), median(&|pair| pair.1), median(&|pair| pair.1 / pair.0));
    println!("| {name} | {:.2} µs | {:.2} µs | {ratio:.3} |", one * 1e6, other * 1e6);
}

/// What a unit comes to where there is much to do.
fn units() {
    println!("\n| work | units | time | a unit |\n|---|---|---|---|");
    let users = Arc::new(ResourceType::user());
    let user = with_emails(50_000, &|number| format!("\u{c4}rger 0 {number}"));
    filter("250 terms in brackets, Latin", &users, &user, &brackets(250));
    filter(
        "250 terms by or, Latin",
        &users,
        &user,
        &vec!["emails.display co \"z\""; 250].join(" or "),
    );
    filter("1 term, Latin", &users, &user, "emails.display co \"z\"");
    filter(
        "250 terms in brackets, ASCII",
        &users,
        &with_emails(50_000, &|number| format!("Email 0 {number}")),
        &brackets(250),
    );
    filter("250 x eq, ASCII", &users, &user, &vec!["emails.value eq \"z\""; 250].join(" or "));
    filter(
        "1 term, marks to compose",
        &users,
        &with_emails(50_000, &|number| format!("E\u{301}te\u{301} {number}")),
        &brackets(1),
    );
    filter(
        "1 term, ideographs",
        &users,
        &with_emails(50_000, &|number| format!("\u{6771}\u{4eac} {number}")),
        &brackets(1),
    );
    let long = with_emails(50_000, &|number| format!("{}{number}", "e".repeat(240)));
    let part = format!("emails.display co \"{}f\"", "e".repeat(40));
    filter("8 terms, a part that nearly fits", &users, &long, &[part.as_str(); 8].join(" or "));
    filter(
        "100 terms, no such element",
        &users,
        &user,
        &vec!["emails.type eq \"x\""; 100].join(" or "),
    );
    let replaces = vec![json!({ "op": "replace", "path": "emails.display", "value": "x" }); 20];
    change("20 x replace emails.display", &users, &user, &replaces);
    change(
        "a copy alone",
        &users,
        &user,
        &[json!({ "op": "replace", "path": "title", "value": "x" })],
    );
    let add = |number| json!({ "op": "add", "path": "emails", "value": [{ "value": format!("{number}") }] });
    change("1,000 adds", &users, &user, &(0..1_000).map(add).collect::<Vec<_>>());
    let removes = vec![
        json!({ "op": "remove", "path": "emails[type eq \"none\" or value eq \"none\"]" });
        100
    ];
    change("100 x remove by two terms", &users, &user, &removes);
    sort(&users);
}

fn filter(name: &str, users: &ResourceType, user: &Resource, filter: &str) {
    let bound = FilterBinder::new(users)
        .bind(&filter.parse().expect("a filter"))
        .expect("its attributes are those of users");
    unit(name, &|budget| {
        assert!(!bound.matches_within(black_box(user), budget).expect("there is enough"))
    });
}

fn change(name: &str, users: &Arc<ResourceType>, user: &Resource, operations: &[Value]) {
    let Value::Object(body) = patch(&json!(operations)) else {
        unreachable!("a message is an object")
    };
    let message = PatchOp::from_object(body.into(), usize::MAX).expect("a PATCH");
    let plan =
        PatchBinder::new(Arc::clone(users)).bind(message).expect("the paths are those of users");
    let user = Arc::new(user.clone());
    unit(name, &|budget| {
        let update =
            Update::patch(Arc::clone(users), "default".into(), plan.clone(), SystemClock.now())
                .with_budget(budget.clone());
        black_box(update.apply(Arc::clone(&user)).expect("the target is there"));
    });
}

fn sort(users: &ResourceType) {
    for (name, title) in [("ASCII", "Guide"), ("Latin", "G\u{fc}ide")] {
        let made = |number: u32| {
            let mut user = Resource::default();
            user.set("id", number.to_string());
            user.set("title", format!("{title} {}", number.wrapping_mul(0x9e37_79b1)));
            Arc::new(user)
        };
        let all: Vec<_> = (0..50_000).map(made).collect();
        let sort = Sort::bind("title", None, users).expect("users can be sorted by title");
        unit(&format!("50,000 users in order, {name}"), &|budget| {
            let page = Page::Index { start: 1, count: 10 };
            let page = execute::sort_and_page_within(
                scimwire::query::IdOrder::Text,
                all.clone(),
                Some(&sort),
                &page,
                budget,
            );
            assert_eq!(page.expect("there is enough").resources.len(), 10);
        });
    }
}

fn unit(name: &str, work: &dyn Fn(&EvalBudget)) {
    let once = |_| {
        let (budget, start, busy) = (EvalBudget::new(u64::MAX - 1), Instant::now(), busy());
        work(&budget);
        let time = busy.zip(self::busy()).map_or(start.elapsed(), |(before, after)| after - before);
        (time, u64::MAX - 1 - budget.remaining().expect("it has a limit"))
    };
    let (time, units): (Duration, u64) = (0..5).map(once).min().expect("five rounds");
    let each = time.as_secs_f64() * 1e9 / units as f64;
    println!("| {name} | {units} | {:.1} ms | {each:.0} ns |", time.as_secs_f64() * 1e3);
}

/// For how long the processor has been at this, where the system says so: others may be at work
/// too.
fn busy() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

fn brackets(terms: usize) -> String {
    let terms: Vec<String> = (0..terms).map(|number| format!("display co \"z{number}\"")).collect();
    format!("emails[{}]", terms.join(" or "))
}

fn with_emails(count: u32, display: &dyn Fn(u32) -> String) -> Resource {
    let mut user = Resource::default();
    user.set("id", "2819c223");
    user.set("userName", "bjensen");
    let email =
        |number| json!({ "value": format!("{number}@example.com"), "display": display(number) });
    user.set("emails", (0..count).map(email).collect::<Vec<_>>());
    user.set_meta(&Meta::new("User", SystemClock.now()));
    user
}

fn numbered(number: u32) -> Value {
    let mut user = inputs::user();
    user["userName"] = json!(format!("user{number}@example.com"));
    user["emails"] = json!([{ "type": "work", "value": format!("user{number}@example.com") }]);
    user["externalId"] = json!(number.to_string());
    user
}

fn patch(operations: &Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
}
