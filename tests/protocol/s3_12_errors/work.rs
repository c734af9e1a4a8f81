//! How much work a request may cause (RFC 7644, Sections 3.12 and 7.7): counted in values and text
//! that are looked at, not in time.

use scimwire::auth::RequestContext;
use scimwire::dispatch::RequestReport;
use scimwire::filter::{EvalBudget, Filter, FilterBinder};
use scimwire::message::{PatchOp, PatchOperation};
use scimwire::patch::PatchBinder;
use scimwire::query::{Page, Projection, Query};
use scimwire::quirks::{Deviation, Deviations};
use scimwire::resource::Resource;
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::store::{Pushdown, execute};
use scimwire::{MemoryDirectory, MemoryStore, Quirks, ResourceStore, ScimType, StoreError};
use serde_json::{Map, Value, json};

use support::reads::jobs::{patch, statuses};
use support::reads::provider::{Provider, Setup, id};
use support::reads::samples::user;

/// A user with so many emails, and what it says of each.
fn with_emails(count: usize, display: &str) -> Value {
    let mut made = user("bjensen");
    let email = |number| json!({ "value": format!("{number}@example.com"), "display": format!("{display}{number}") });
    made["emails"] = (0..count).map(email).collect();
    made
}

fn stored(user: &Value) -> Resource {
    Resource::from_object(user.as_object().expect("an object").clone())
}

/// What a filter costs on a user, in units.
fn cost_of_filter(filter: &str, user: &Resource) -> u64 {
    let users = ResourceType::user();
    let filter: Filter = filter.parse().expect("a filter");
    let bound = FilterBinder::new(&users).bind(&filter).expect("it binds");
    let budget = EvalBudget::new(u64::MAX);
    bound.matches_within(user, &budget).expect("there is enough");
    u64::MAX - budget.remaining().expect("it has a limit")
}

/// What a PATCH costs that is applied to a user, in units.
fn cost_of_patch(operations: Vec<Value>, user: &Value) -> u64 {
    cost_of_patch_to(ResourceType::user().with_extension(ENTERPRISE_USER), operations, user)
}

/// The same of any resource.
fn cost_of_patch_to(resource_type: ResourceType, operations: Vec<Value>, resource: &Value) -> u64 {
    let operations: Vec<PatchOperation> =
        serde_json::from_value(operations.into()).expect("operations");
    let message = PatchOp::new(operations);
    let plan = PatchBinder::new(resource_type).bind(message).expect("it binds");
    let budget = EvalBudget::new(u64::MAX);
    let done = plan.apply_within(stored(resource), &budget, &mut Deviations::default());
    done.expect("there is enough");
    u64::MAX - budget.remaining().expect("it has a limit")
}

#[test]
fn text_is_folded_once_for_all_terms() {
    let (count, terms) = (200, 250);
    for display in
        ["Stra\u{df}e ", "\u{6771}\u{4eac} ", "E\u{301}te\u{301} ", "Street ", &"LONG ".repeat(100)]
    {
        let user = stored(&with_emails(count, display));
        for term in
            ["emails[display co \"z\"]", "emails.display co \"z\"", "emails[display eq \"z\"]"]
        {
            let (one, all) = (
                cost_of_filter(term, &user),
                cost_of_filter(&vec![term; terms].join(" or "), &user),
            );
            // Each value of 500 bytes is eight looks; what was folded, or is long, is found again
            // by one.
            let look = match display.len() {
                65.. if term.contains(" eq ") => 8,
                65.. => 9,
                _ if display.is_ascii() => 1,
                _ => 2,
            };
            let again = all - one;
            assert_eq!(again, look * (count * (terms - 1)) as u64, "{term} on {display:.10}");
            assert!(one >= look * count as u64, "{term} on {display:.10}: {one}");
        }
    }
}

#[test]
fn text_that_was_asked_about_last_is_not_looked_up() {
    let (count, terms) = (200, 250);
    let user = stored(&with_emails(count, "Stra\u{df}e "));
    let asking = |terms| format!("emails[{}]", vec!["display co \"z\""; terms].join(" or "));
    let (one, all) = (cost_of_filter(&asking(1), &user), cost_of_filter(&asking(terms), &user));
    assert_eq!(all - one, (count * (terms - 1)) as u64);
}

#[test]
fn values_that_are_not_at_hand_cost_more() {
    for filter in [
        "emails.display eq \"z\"",
        "emails[display eq \"z\"]",
        "emails.type eq \"z\"",
        "emails[type pr]",
    ] {
        let cost = |count: usize| cost_of_filter(filter, &stored(&with_emails(count, "Email ")));
        assert_eq!((cost(256), cost(257)), (256, 4 * 257), "{filter}");
    }
}

#[test]
fn an_instant_is_parsed_once_for_all_terms() {
    let mut user = Resource::default();
    let times =
        json!({ "created": "2011-05-13T04:42:34Z", "lastModified": "2011-05-14T04:42:34Z" });
    user.set("meta", times);
    let both =
        "meta.created gt \"2020-01-01T00:00:00Z\" or meta.lastModified lt \"2010-01-01T00:00:00Z\"";
    let cost = |times| cost_of_filter(&vec![both; times].join(" or "), &user);
    // The first two are parsed, and each further term is a look.
    assert_eq!((cost(1), cost(100)), (2 * 5, 2 * 5 + 2 * 99));
}

#[test]
fn long_text_costs_more_than_short_text() {
    let mut user = Resource::default();
    let mut cost = |text: String, filter: &str| {
        user.set("title", text);
        cost_of_filter(filter, &user)
    };
    for filter in [
        "title co \"zz\"",
        "title eq \"zz\"",
        "title gt \"zz\"",
        "title ew \"zz\"",
        "userName eq \"x\" or title sw \"zz\"",
    ] {
        let short = cost("Tour Guide".to_owned(), filter);
        assert!(short <= 2, "{filter}: {short}");
        assert!(cost("x".repeat(64_000), filter) >= 1_000, "{filter}");
        assert!(cost("\u{e9}".repeat(32_000), filter) >= 2_000, "{filter}, folded");
    }
}

#[test]
fn single_operations_on_many_values_cost_one_look_at_each() {
    let (count, operations) = (10_000, 1_000);
    let made = with_emails(count, "Email ");
    let each =
        |operation: &dyn Fn(usize) -> Value| (0..operations).map(operation).collect::<Vec<Value>>();
    let table: &[(&str, Vec<Value>)] = &[
        (
            "add",
            each(
                &|number| json!({ "op": "add", "path": "emails", "value": [{ "value": format!("{number}@example.org") }] }),
            ),
        ),
        (
            "add what is there",
            each(&|number| {
                let there = json!({ "value": format!("{number}@example.com"), "display": format!("Email {number}") });
                json!({ "op": "add", "path": "emails", "value": [there] })
            }),
        ),
        (
            "add a primary one",
            each(
                &|number| json!({ "op": "add", "path": "emails", "value": [{ "value": format!("{number}@example.org"), "primary": true }] }),
            ),
        ),
        (
            "remove by a filter",
            each(
                &|number| json!({ "op": "remove", "path": format!("emails[value eq \"{number}@EXAMPLE.com\"]") }),
            ),
        ),
        (
            "remove what is listed",
            each(
                &|number| json!({ "op": "remove", "path": "emails", "value": [{ "value": format!("{number}@EXAMPLE.com") }] }),
            ),
        ),
        (
            "replace a part",
            each(&|number| {
                let path = format!("emails[value eq \"{number}@example.com\"].display");
                json!({ "op": "replace", "path": path, "value": "x" })
            }),
        ),
        (
            "add, then remove, between changes of something else",
            each(&|number| match number % 3 {
                0 => {
                    json!({ "op": "add", "path": "emails", "value": [{ "value": format!("{number}@example.org") }] })
                }
                1 => json!({ "op": "replace", "path": "title", "value": format!("{number}") }),
                _ => {
                    json!({ "op": "remove", "path": format!("emails[value eq \"{}@example.org\"]", number - 2) })
                }
            }),
        ),
    ];
    for (name, operations) in table {
        let most = 32 * (count + operations.len()) as u64;
        let cost = cost_of_patch(operations.clone(), &made);
        assert!(cost >= count as u64 && cost <= most, "{name}: {cost}, and {most} at most");
    }
}

/// Members of one type, as a group has them that is held whole.
fn with_members(count: usize) -> Value {
    let member = |number| json!({ "value": format!("{number}"), "type": "User" });
    json!({ "displayName": "Everybody", "members": (0..count).map(member).collect::<Vec<_>>() })
}

#[test]
fn operations_on_members_cost_what_they_name_and_one_look_at_each() {
    let add = |number: usize| json!({ "op": "add", "path": "members", "value": [{ "value": format!("new{number}") }] });
    let remove = |filter: String| json!({ "op": "remove", "path": format!("members[{filter}]") });
    let any_of = |numbers: std::ops::Range<usize>| {
        let terms = numbers.map(|number| format!("value eq \"{number}\""));
        terms.collect::<Vec<_>>().join(" or ")
    };
    let table: &[(&str, &dyn Fn(usize) -> Value)] = &[
        ("add", &add),
        ("remove", &|number| remove(format!("value eq \"{number}\""))),
        ("remove by a type, too", &|number| {
            remove(format!("type eq \"User\" and value eq \"{number}\""))
        }),
        ("remove by a type, in brackets", &|number| {
            let term = |value| format!("(type eq \"user\" and value eq \"{value}\")");
            remove(format!("{} or {}", term(number), term(number + 1)))
        }),
        ("remove many", &|number| remove(any_of(20 * number..20 * number + 20))),
        ("add again who was removed", &|number| match number % 2 {
            0 => remove("value eq \"0\"".to_owned()),
            _ => json!({ "op": "add", "path": "members", "value": [{ "value": "0" }] }),
        }),
    ];
    for (name, operation) in table {
        let cost = |count, operations| {
            let operations = (0..operations).map(operation).collect();
            cost_of_patch_to(ResourceType::group(), operations, &with_members(count))
        };
        let (of_few, of_many) = (cost(2_000, 20), cost(2_000, 60));
        let (large, larger) = (cost(8_000, 60), cost(16_000, 60));
        // What another operation costs does not depend on who is there.
        assert!(of_many - of_few <= 40 * 300, "{name}: {of_few}, {of_many}");
        assert!(larger <= 2 * large, "{name}: {large}, {larger}");
    }
}

#[test]
fn changes_of_every_value_cost_a_look_at_each() {
    let made = with_emails(500, "Email ");
    let operation = json!({ "op": "replace", "path": "emails.display", "value": "x" });
    assert!(cost_of_patch(vec![operation; 250], &made) >= 250 * 500);
    // 190 times 17 values are all looked up, and none is compared with each.
    let adding = |round: usize| {
        let values: Vec<Value> = (0..17)
            .map(|number| json!({ "value": format!("{round}.{number}@example.org") }))
            .collect();
        json!({ "op": "add", "path": "emails", "value": values })
    };
    assert!(cost_of_patch((0..190).map(adding).collect(), &made) <= 32 * (500 + 190 * 17));
}

#[test]
fn comparing_few_values_costs_their_text() {
    let long = with_emails(10, &"\u{ac00}".repeat(10_000));
    for operation in [
        json!({ "op": "add", "path": "emails", "value": [{ "value": "0@example.com" }] }),
        json!({ "op": "remove", "path": "emails", "value": [{ "display": "nope" }] }),
    ] {
        let cost = |times| cost_of_patch(vec![operation.clone(); times], &long);
        let each = cost(3) - cost(2);
        assert!(each > 10 * 30_000 / 64, "{operation}: {each}");
    }
}

#[test]
fn comparing_urls_costs_their_text() {
    let mut made = user("bjensen");
    made["groups"] = (0..100).map(|number| json!({ "value": number.to_string() })).collect();
    let made = stored(&made);
    let cost =
        |times| cost_of_filter(&format!("groups.$ref eq \"{}\"", "v1/".repeat(times)), &made);
    assert!(cost(1_300) - cost(1) > 100 * 3_900 / 64, "{} {}", cost(1_300), cost(1));
}

#[test]
fn names_that_are_repeated_are_looked_for_once() {
    let users = ResourceType::user();
    let bind = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Projection::bind(&names, &[], &users).expect("one list")
    };
    let whole = "urn:ietf:params:scim:schemas:core:2.0:User:emails.primary";
    let repeated = [&["emails.primary", "EMAILS.primary", whole][..], &["title"; 50]].concat();
    assert_eq!(bind(&repeated), bind(&["emails.primary", "title"]));
}

#[tokio::test]
async fn a_text_of_too_many_names_is_not_taken_apart() {
    let provider = limited(u64::MAX, Quirks::LENIENT);
    for (names, status) in [(1_000, 200), (1_001, 400)] {
        let search = json!({ "attributes": vec!["title"; names].join(","), "count": 0 });
        assert_eq!(provider.post("/Users/.search", search).await.status, status, "{names}");
    }
}

/// A service provider that allows so much work for a request.
fn limited(work: u64, quirks: Quirks) -> Provider {
    let mut setup = Setup { pushdown: Pushdown::None, quirks, ..Setup::default() };
    setup.limits.eval_budget = work;
    Provider::new(setup)
}

#[tokio::test]
async fn many_terms_on_many_values_are_refused() {
    // A hundredth of what is refused by default: two users of 50,000 values.
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let provider = limited(100_000, quirks);
        for name in ["bjensen", "jsmith"] {
            let mut made = with_emails(500, "\u{e9}");
            made["userName"] = json!(name);
            provider.create("/Users", made).await;
        }
        let terms: Vec<String> =
            (0..250).map(|number| format!("display co \"z{number}\"")).collect();
        let detail = provider
            .filter("/Users", &format!("emails[{}]", terms.join(" or ")))
            .await
            .refused("tooMany");
        assert!(detail.contains("use a simpler filter"), "{detail}");
        let few = format!("emails[{}]", terms[..40].join(" or "));
        assert_eq!(provider.filter("/Users", &few).await.ok()["totalResults"], 0);
    }
}

#[tokio::test]
async fn a_patch_whose_budget_is_spent_changes_nothing() {
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let provider = limited(30_000, quirks);
        let path =
            format!("/Users/{}", id(&provider.create("/Users", with_emails(500, "Email ")).await));
        let before = provider.get(&path).await.ok();
        let mut operations = vec![json!({ "op": "replace", "path": "title", "value": "x" })];
        operations
            .extend(vec![json!({ "op": "replace", "path": "emails.display", "value": "x" }); 50]);
        let detail = provider.patch(&path, json!(operations)).await.refused("tooMany");
        assert!(detail.contains("send fewer operations"), "{detail}");
        assert_eq!(provider.get(&path).await.ok(), before);
        assert_eq!(provider.patch(&path, json!(operations[..3])).await.status, 200);
    }
}

#[tokio::test]
async fn a_put_whose_budget_is_spent_changes_nothing() {
    // A user of 500 emails has 1,500 values, each of which is as much as eight looks when it is
    // changed.
    let provider = limited(14_200, Quirks::STRICT);
    let made = provider.create("/Users", with_emails(500, "Email ")).await;
    let path = format!("/Users/{}", id(&made));
    let mut wanted = with_emails(900, "Email ");
    wanted["title"] = json!("x");
    provider.put(&path, wanted).await.refused("tooMany");
    assert_eq!(provider.get(&path).await.ok(), made);
    assert_eq!(provider.put(&path, with_emails(500, "E")).await.status, 200);
}

#[tokio::test]
async fn all_operations_of_a_bulk_request_share_one_budget() {
    let provider = limited(60_000, Quirks::STRICT);
    let mut paths = Vec::new();
    for number in 0..8 {
        let mut made = with_emails(500, "Email ");
        made["userName"] = json!(format!("user{number}"));
        paths.push(format!("/Users/{}", id(&provider.create("/Users", made).await)));
    }
    let change = json!([{ "op": "replace", "path": "emails.display", "value": "x" }]);
    for path in &paths {
        assert_eq!(
            provider.patch(path, change.clone()).await.status,
            200,
            "by itself each is little work"
        );
    }
    let change = json!([{ "op": "replace", "path": "emails.display", "value": "y" }]);
    let mut operations: Vec<Value> = paths.iter().map(|path| patch(path, change.clone())).collect();
    operations.push(json!({ "method": "DELETE", "path": paths[0] }));
    let results = provider.bulk(&operations).await;
    let refused =
        results.iter().position(|result| result["status"] == "400").expect("one is refused");
    assert!((1..8).contains(&refused), "{:?}", statuses(&results));
    for result in &results[refused..] {
        assert_eq!(
            (&result["status"], &result["response"]["scimType"]),
            (&json!("400"), &json!("tooMany"))
        );
    }
    for (number, path) in paths.iter().enumerate() {
        let shown = provider.get(path).await.ok();
        assert_eq!(shown["emails"][0]["display"], if number < refused { "y" } else { "x" });
    }
}

#[tokio::test]
async fn sorting_long_text_is_work() {
    let provider = limited(20_000, Quirks::STRICT);
    for number in 0..12 {
        let mut made = user(&format!("user{number}"));
        made["title"] = json!(format!("{}{number}", "x".repeat(64_000)));
        provider.create("/Users", made).await;
    }
    provider.get("/Users?sortBy=title").await.refused("tooMany");
    assert_eq!(provider.get("/Users?sortBy=userName").await.ok()["totalResults"], 12);
}

#[tokio::test]
async fn the_store_in_memory_spends_the_budget_of_the_request() {
    let (cx, directory) = (RequestContext::new("example"), MemoryDirectory::new());
    let (users, groups) = (ResourceType::user(), ResourceType::group());
    let (user_store, group_store) =
        (directory.store(users.clone()), directory.store(groups.clone()));
    let mut members = Vec::new();
    for number in 0..100 {
        let made = user_store
            .create(stored(&user(&format!("user{number}"))), &cx)
            .await
            .expect("it is new");
        members.push(json!({ "value": made.id(), "display": "x" }));
    }
    group_store
        .create(stored(&json!({ "displayName": "Everybody", "members": members })), &cx)
        .await
        .expect("it is new");
    let table: &[(&MemoryStore, &ResourceType, &str, u64)] = &[
        (&user_store, &users, "title co \"x\"", 100),
        (&user_store, &users, "userName sw \"user\"", 400),
        (&user_store, &users, "groups.display eq \"x\"", 500),
        (&group_store, &groups, "members[display eq \"y\"]", 500),
    ];
    for (store, resource_type, filter, least) in table {
        let bound = FilterBinder::new(resource_type)
            .bind(&filter.parse().expect("a filter"))
            .expect("it binds");
        let page = Page::Index { start: 1, count: 10 };
        let query = Query::new(page).with_filter(bound);
        let refused = execute::select(*store, &query, &EvalBudget::new(least - 1), &cx)
            .await
            .expect_err("it is too much");
        assert!(
            matches!(&refused, StoreError::Rejected(err) if err.scim_type() == Some(ScimType::TooMany)),
            "{filter}: {refused:?}"
        );
        let budget = EvalBudget::new(least * 3);
        assert!(execute::select(*store, &query, &budget, &cx).await.is_ok(), "{filter}");
    }
}

#[tokio::test]
async fn what_nobody_knows_is_passed_over() {
    // What is not built costs nothing.
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let provider = limited(100, quirks);
        let mut made = user("bjensen");
        for name in ["nosuch", "Nobody", "urn:example:nobody:knows"] {
            made[name] = vec![json!({ "": 0 }); 1_000].into();
        }
        let path = format!("/Users/{}", id(&provider.create("/Users", made.clone()).await));
        made["title"] = json!("Tour Guide");
        assert_eq!(provider.get(&path).await.ok()["title"], Value::Null);
        let limits = limited(400, quirks);
        let path = format!("/Users/{}", id(&limits.create("/Users", user("bjensen")).await));
        assert_eq!(limits.put(&path, made.clone()).await.ok()["title"], "Tour Guide");
        let limits = limited(400, quirks);
        let posts = ["bjensen", "jsmith"].map(|name| {
            made["userName"] = json!(name);
            json!({ "method": "POST", "path": "/Users", "bulkId": name, "data": made })
        });
        assert_eq!(statuses(&limits.bulk(&posts).await), ["201", "201"]);
        made["emails"] = vec![json!({ "value": "x" }); 1_000].into();
        limits.put(&path, made).await.refused("tooMany");
    }
}

#[tokio::test]
async fn an_object_has_no_more_members_than_any_schema() {
    let provider = Provider::strict();
    let path = format!("/Users/{}", id(&provider.create("/Users", user("bjensen")).await));
    let mut wanted = user("bjensen");
    for number in 0..1_000 {
        wanted[format!("a{number}")] = json!(1);
    }
    let detail = provider.put(&path, wanted.clone()).await.failed(413, None);
    assert!(detail.contains("1000 members"), "{detail}");
    let Value::Object(object) = &mut wanted else { panic!("a user is an object") };
    let few: Map<String, Value> = std::mem::take(object)
        .into_iter()
        .filter(|(name, _)| name.len() < 4 || !name.starts_with('a'))
        .collect();
    *object = few;
    provider.put(&path, wanted).await.ok();
}

#[tokio::test]
async fn a_report_tells_a_hundred_departures() {
    for (unknown, told) in [(99, 99), (100, 100), (101, 101), (250, 101)] {
        let users = ResourceType::user();
        let scim = scimwire::Dispatcher::builder("https://example.com/scim/v2");
        let scim = scim.store(MemoryStore::new(users)).quirks(Quirks::STRICT).unauthenticated();
        let mut made = user("bjensen");
        (0..unknown).for_each(|number| made[format!("a{number}")] = json!(1));
        let request =
            http::Request::post("/scim/v2/Users").header("content-type", "application/scim+json");
        let request = request.body(made.to_string()).expect("a request");
        let response = scim.build().expect("a service provider").dispatch(request).await;
        let deviations =
            &response.extensions().get::<RequestReport>().expect("a report").deviations;
        assert_eq!((response.status().as_u16(), deviations.len()), (201, told), "{unknown}");
        let more = deviations.iter().find_map(|deviation| {
            if let Deviation::More { count } = deviation { Some(*count) } else { None }
        });
        assert_eq!(more, (unknown > 100).then(|| unknown - 100), "{unknown}");
    }
}
