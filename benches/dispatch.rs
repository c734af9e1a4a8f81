//! Requests in process, to a store in memory with a million users (`SCIMWIRE_BENCH_USERS` for
//! another number).
#![expect(missing_docs, reason = "criterion_group! makes a public function")]

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use http::{Method, StatusCode};
use scimwire::auth::RequestContext;
use scimwire::filter::EvalBudget;
use scimwire::query::{Page, Query, Sort};
use scimwire::resource::{Meta, ResourceDecoder};
use scimwire::store::{ResourceStore, execute};
use serde_json::{Value, json};

#[path = "support/inputs.rs"]
mod inputs;
#[path = "support/served.rs"]
mod served;

use served::{Served, answers, get, now, request};

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = dispatch
}
criterion_main!(benches);

/// How many users are on a page.
const PAGE: usize = 100;

/// Of so many users, one is an executive.
const EXECUTIVES: usize = 20;

fn dispatch(criterion: &mut Criterion) {
    let count = served::size("SCIMWIRE_BENCH_USERS", 1_000_000);
    let served = Served::new();
    let ids = fill(&served, count);
    let mut group = criterion.benchmark_group(format!("dispatch/{count} users"));
    let one = format!("/Users/{}", ids[count / 2]);
    bench_get(&mut group, &served, "GET by id", &one);
    let by_name = format!("/Users?filter=userName%20eq%20%22{}%22", user_name(count / 2));
    bench_get(&mut group, &served, "GET userName eq", &by_name);
    bench_pages(&mut group, &served, &ids);
    group.sample_size(10);
    bench_get(
        &mut group,
        &served,
        "full scan, one in twenty found",
        "/Users?filter=title%20co%20%22x%22",
    );
    bench_get(&mut group, &served, "full scan, none found", "/Users?filter=title%20co%20%22xyz%22");
    bench_get(
        &mut group,
        &served,
        "first page sorted by userName",
        "/Users?count=100&cursor=&sortBy=userName",
    );
    bench_sorted_pages(&mut group, &served, count);
    group
        .sample_size(100)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(1));
    bench_post(&mut group, &served);
    group.finish();
}

fn bench_get(group: &mut BenchmarkGroup<'_, WallTime>, served: &Served, name: &str, path: &str) {
    assert_eq!(served.answer(get(path)).status(), StatusCode::OK, "{path}");
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|times| answers(served, times, || get(path)));
    });
}

/// Page 1 and the page in the middle of the list, which is page 5,000 of a million users.
fn bench_pages(group: &mut BenchmarkGroup<'_, WallTime>, served: &Served, ids: &[String]) {
    let deep = ids.len() / PAGE / 2;
    bench_get(group, served, "page 1 by index", &format!("/Users?count={PAGE}&startIndex=1"));
    bench_get(
        group,
        served,
        &format!("page {deep} by index"),
        &format!("/Users?count={PAGE}&startIndex={}", (deep - 1) * PAGE + 1),
    );
    bench_get(group, served, "page 1 by cursor", &format!("/Users?count={PAGE}&cursor="));
    let mut path = format!("/Users?count={PAGE}&cursor=");
    for _ in 1..deep {
        let page = served::json(&served.answer(get(&path)));
        path = format!(
            "/Users?count={PAGE}&cursor={}",
            page["nextCursor"].as_str().expect("there are more")
        );
    }
    bench_get(group, served, &format!("page {deep} by cursor"), &path);
}

/// The same, sorted: at the store, since to walk there page by page takes its time.
fn bench_sorted_pages(group: &mut BenchmarkGroup<'_, WallTime>, served: &Served, count: usize) {
    let cx = RequestContext::new("default");
    let sort =
        Sort::bind("userName", None, &served.user_type).expect("users can be sorted by userName");
    let query = |page| Query::new(page).with_sort(sort.clone());
    let select = |query: &Query| {
        now(execute::select(&served.users, query, &EvalBudget::unlimited(), &cx)).expect("a page")
    };
    let deep = count / PAGE / 2;
    let before = select(&query(Page::Index { start: (deep - 1) * PAGE, count: 1 }));
    let after = before.resources.first().map(|resource| execute::position(resource, Some(&sort)));
    for (name, after) in [
        ("store: page 1 sorted by userName".to_owned(), None),
        (format!("store: page {deep} sorted by userName"), after),
    ] {
        let query = query(Page::Cursor { after, count: PAGE });
        assert_eq!(select(&query).resources.len(), PAGE);
        group.bench_function(name, |bencher| bencher.iter(|| select(&query)));
    }
}

/// A new user each time: one with what every client sends, and one of 1.1 KB.
fn bench_post(group: &mut BenchmarkGroup<'_, WallTime>, served: &Served) {
    let mut next = 0;
    for (name, user) in [("POST", employee(0)), ("POST of 1.1 KB", inputs::user())] {
        let mut user = user;
        let mut post = || {
            next += 1;
            user["userName"] = json!(format!("new{next}@example.com"));
            user["externalId"] = json!(format!("new{next}"));
            request(Method::POST, "/Users", user.to_string())
        };
        assert_eq!(served.answer(post()).status(), StatusCode::CREATED);
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|times| answers(served, times, &mut post))
        });
    }
}

/// Puts users into the store, and returns their ids in the order of creation.
fn fill(served: &Served, count: usize) -> Vec<String> {
    let cx = RequestContext::new("default");
    let meta = Meta::new("User", "2011-05-13T04:42:34Z".parse().expect("an instant"));
    let create = |index: usize| {
        let Value::Object(body) = employee(index) else { unreachable!("a user is an object") };
        let mut user = ResourceDecoder::new(&served.user_type).resource(body).expect("a user");
        user.set_meta(&meta);
        now(served.users.create(user, &cx)).expect("user names differ").id().to_owned()
    };
    (0..count).map(create).collect()
}

/// User names that do not come in the order of creation.
fn user_name(index: usize) -> String {
    format!("{:08x}@example.com", (index as u32).wrapping_mul(0x9e37_79b1))
}

fn employee(index: usize) -> Value {
    let user_name = user_name(index);
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "externalId": format!("{index:07}"),
        "userName": user_name,
        "name": { "familyName": "Jensen", "givenName": "Barbara" },
        "displayName": "Babs Jensen",
        "emails": [{ "value": user_name, "type": "work", "primary": true }],
        "title": if index.is_multiple_of(EXECUTIVES) { "Executive Assistant" } else { "Tour Guide" },
        "active": true,
    })
}
