//! Hot paths of a server, for instruction counts: `hot_paths PATH ROUNDS` prepares a path and runs
//! it `ROUNDS` times; `hot_paths` alone lists the paths. `check.py` counts the instructions.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;

use http::{Method, Request, StatusCode};
use scimwire::dispatch::{Clock, SystemClock};
use scimwire::filter::{BoundFilter, EvalBudget, Filter, FilterBinder};
use scimwire::message::{JsonLimits, PatchOp, parse_object};
use scimwire::patch::{PatchBinder, PatchPlan};
use scimwire::resource::{Meta, Resource, ResourceDecoder};
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::store::Update;
use serde_json::{Value, json};

#[path = "../support/inputs.rs"]
mod inputs;
#[path = "../support/served.rs"]
mod served;

use served::{Served, get, request};

/// One round of a path that was prepared.
type Round = Box<dyn FnMut()>;

type Path = (&'static str, fn() -> Round);

const PATHS: [Path; 20] = [
    ("filter_parse", filter_parse),
    ("filter_bind", filter_bind),
    ("filter_run", filter_run),
    ("resource_decode", resource_decode),
    ("patch_bind", patch_bind),
    ("patch_apply", patch_apply),
    // What it costs to count the work: each beside the same without a limit.
    ("patch_stored", || patch_stored(|| EvalBudget::new(u64::MAX))),
    ("patch_stored_unlimited", || patch_stored(EvalBudget::unlimited)),
    ("filter_matches", || filter_matches(EvalBudget::new(u64::MAX))),
    ("filter_matches_unlimited", || filter_matches(EvalBudget::unlimited())),
    ("get", || answer(StatusCode::OK, |id| get(&format!("/Users/{id}")))),
    ("look_up", || {
        let path = "/Users?filter=userName%20eq%20%22user50@example.com%22";
        answer(StatusCode::OK, move |_| get(path))
    }),
    // Somebody who is in a group.
    ("get_member", || {
        let (served, id) = serve();
        let members = json!([{ "value": id }]);
        let schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"];
        let group = json!({ "schemas": schemas, "displayName": "Everybody", "members": members });
        served.create("/Groups", &group);
        answer_for((served, id), StatusCode::OK, |id| get(&format!("/Users/{id}")))
    }),
    ("list", || answer(StatusCode::OK, |_| get("/Users?startIndex=1&count=100"))),
    // A filter that no index answers, over all users: HOT_PATHS_USERS says how many there are.
    ("scan", || answer(StatusCode::OK, |_| get("/Users?filter=title%20co%20%22x%22&count=1"))),
    ("patch", patch),
    // Two bodies that differ in `active`, and one that says what is there.
    ("put", || put([false, true])),
    ("put_again", || put([true, true])),
    ("add_member", add_member),
    ("post", post),
];

/// As many users as a page has, unless the environment says otherwise.
fn users() -> usize {
    served::size("HOT_PATHS_USERS", 100)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let Some(path) = arguments.next() else {
        PATHS.iter().for_each(|(name, _)| println!("{name}"));
        return Ok(());
    };
    let rounds: usize = arguments.next().ok_or("hot_paths PATH ROUNDS")?.parse()?;
    let (_, prepare) =
        PATHS.iter().find(|(name, _)| *name == path).ok_or("there is no such path")?;
    let mut round = prepare();
    (0..rounds).for_each(|_| round());
    Ok(())
}

fn filter_parse() -> Round {
    let text = inputs::mixed();
    Box::new(move || drop(black_box(black_box(text.as_str()).parse::<Filter>())))
}

fn filter_bind() -> Round {
    let (users, filter) = (user_type(), parsed(&inputs::mixed()));
    Box::new(move || drop(black_box(FilterBinder::new(&users).bind(black_box(&filter)))))
}

fn filter_run() -> Round {
    let users = user_type();
    let user = user(&users);
    let filters = [inputs::THREE_TERMS, inputs::WORK_ADDRESS].map(|text| bound(&users, text));
    Box::new(move || {
        assert!(filters.iter().all(|filter| black_box(filter).matches(black_box(&user))));
    })
}

fn resource_decode() -> Round {
    let (users, body) = (user_type(), inputs::user().to_string());
    Box::new(move || drop(black_box(decoded(&users, black_box(body.as_bytes())))))
}

fn patch_bind() -> Round {
    let (users, body) = (user_type(), change("barbara"));
    Box::new(move || drop(black_box(plan(&users, black_box(body.as_bytes())))))
}

fn patch_apply() -> Round {
    let users = user_type();
    let plans = ["barbara", "bjensen"].map(|name| plan(&users, change(name).as_bytes()));
    let (mut user, mut round) = (Some(user(&users)), 0);
    Box::new(move || {
        round ^= 1;
        user = user.take().map(|user| plans[round].apply(user).expect("the target is there"));
    })
}

/// From the body of a PATCH to what a store writes.
fn patch_stored(budget: fn() -> EvalBudget) -> Round {
    let (users, now) = (user_type(), SystemClock.now());
    let bodies = ["barbara", "bjensen"].map(change);
    let mut user = user(&users);
    user.set_meta(&Meta::new("User", now));
    let (mut user, mut round) = (Arc::new(user), 0);
    Box::new(move || {
        round ^= 1;
        let plan = plan(&users, bodies[round].as_bytes());
        let update = Update::patch(Arc::clone(&users), "default".into(), plan, now);
        let change = update.with_budget(budget()).apply(Arc::clone(&user));
        user = change.expect("the target is there").after.expect("the user");
    })
}

fn filter_matches(budget: EvalBudget) -> Round {
    let users = user_type();
    let user = user(&users);
    let filters = [inputs::THREE_TERMS, inputs::WORK_ADDRESS].map(|text| bound(&users, text));
    Box::new(move || {
        let matches = |filter: &BoundFilter| filter.matches_within(black_box(&user), &budget);
        assert!(filters.iter().all(|filter| matches(black_box(filter)).is_ok_and(|found| found)));
    })
}

/// A request to a dispatcher, again and again; it gets the id of a user.
fn answer<R>(expected: StatusCode, request: R) -> Round
where
    R: Fn(&str) -> Request<Vec<u8>> + 'static,
{
    answer_for(serve(), expected, request)
}

fn answer_for<R>((served, id): (Served, String), expected: StatusCode, request: R) -> Round
where
    R: Fn(&str) -> Request<Vec<u8>> + 'static,
{
    Box::new(move || assert_eq!(served.answer(request(&id)).status(), expected))
}

fn patch() -> Round {
    let (served, id) = serve();
    let (path, mut round) = (format!("/Users/{id}"), 0);
    let bodies = [false, true]
        .map(|active| message(&json!({ "op": "replace", "path": "active", "value": active })));
    Box::new(move || {
        round ^= 1;
        let request = request(Method::PATCH, &path, bodies[round ^ 1].clone());
        assert_eq!(served.answer(request).status(), StatusCode::NO_CONTENT);
    })
}

fn put(active: [bool; 2]) -> Round {
    let (served, id) = serve();
    let (path, mut round) = (format!("/Users/{id}"), 0);
    let bodies = active.map(|active| {
        let mut user = numbered(users() / 2);
        user["active"] = json!(active);
        user.to_string()
    });
    Box::new(move || {
        round ^= 1;
        let request = request(Method::PUT, &path, bodies[round].clone());
        assert_eq!(served.answer(request).status(), StatusCode::OK);
    })
}

/// One of 1,000 members more, in a group that is held whole.
fn add_member() -> Round {
    let (groups, now) = (Arc::new(ResourceType::group()), SystemClock.now());
    let members: Vec<Value> =
        (0..1_000).map(|number| json!({ "value": format!("{number}") })).collect();
    let schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"];
    let body = json!({ "schemas": schemas, "displayName": "Everybody", "members": members });
    let mut group = decoded(&groups, body.to_string().as_bytes());
    group.set_meta(&Meta::new("Group", now));
    let group = Arc::new(group);
    let operation = json!({ "op": "add", "path": "members", "value": [{ "value": "another" }] });
    let body = message(&operation);
    Box::new(move || {
        let plan = plan(&groups, body.as_bytes());
        let update = Update::patch(Arc::clone(&groups), "default".into(), plan, now);
        drop(black_box(update.apply(Arc::clone(&group))));
    })
}

fn post() -> Round {
    let (served, _) = serve();
    // Nobody is measured but the service provider: the body is there, but for its number.
    let (body, mut next) = (numbered(0).to_string(), users());
    Box::new(move || {
        let body = body.replace("user0@", &format!("user{next}@"));
        let request = request(Method::POST, "/Users", body);
        assert_eq!(served.answer(request).status(), StatusCode::CREATED);
        next += 1;
    })
}

/// A store with users, and the id of one.
fn serve() -> (Served, String) {
    let served = Served::new();
    let ids: Vec<_> =
        (0..users()).map(|number| served.create("/Users", &numbered(number))).collect();
    let id = ids[users() / 2].clone();
    (served, id)
}

fn numbered(number: usize) -> Value {
    let mut user = inputs::user();
    user["userName"] = json!(format!("user{number}@example.com"));
    user["externalId"] = json!(format!("{number}"));
    user
}

fn user_type() -> Arc<ResourceType> {
    Arc::new(ResourceType::user().with_extension(ENTERPRISE_USER))
}

fn user(users: &ResourceType) -> Resource {
    decoded(users, inputs::user().to_string().as_bytes())
}

fn decoded(users: &ResourceType, body: &[u8]) -> Resource {
    let body = parse_object(body, JsonLimits::default()).expect("a JSON object");
    ResourceDecoder::new(users).resource(body).expect("a user")
}

fn parsed(text: &str) -> Filter {
    text.parse().expect("a filter")
}

fn bound(users: &ResourceType, text: &str) -> BoundFilter {
    FilterBinder::new(users).bind(&parsed(text)).expect("its attributes are those of users")
}

fn change(name: &str) -> String {
    let (path, value) = (r#"emails[type eq "work"].value"#, format!("{name}@example.com"));
    message(&json!({ "op": "replace", "path": path, "value": value }))
}

fn message(operation: &Value) -> String {
    let schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    json!({ "schemas": [schema], "Operations": [operation] }).to_string()
}

fn plan(users: &Arc<ResourceType>, body: &[u8]) -> PatchPlan {
    let body = parse_object(body, JsonLimits::default()).expect("a JSON object");
    let message = PatchOp::from_object(body, 1_000).expect("a PATCH");
    PatchBinder::new(Arc::clone(users)).bind(message).expect("the path is one of users")
}
