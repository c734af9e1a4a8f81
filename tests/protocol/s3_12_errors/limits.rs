//! How much a request may ask for: each limit at, below and above it.

use scimwire::Quirks;
use scimwire::dispatch::Limits;
use scimwire::quirks::Deviation;
use scimwire::store::Pushdown;
use serde_json::{Value, json};

use support::reads::provider::{Answer, Provider, Setup, escaped, id};
use support::reads::samples::{USER, group, user};

/// What is refused beyond a limit, and how.
struct Limit {
    name: &'static str,
    set: fn(&mut Limits, usize),
    /// A request that needs so much.
    request: fn(usize) -> (&'static str, String, String),
    limit: usize,
    above: (u16, Option<&'static str>),
}

fn search(filter: &str) -> (&'static str, String, String) {
    ("GET", format!("/Users?filter={}", escaped(filter)), String::new())
}

/// A user whose body is so long, so deep, or has so many values.
fn body(attribute: &Value) -> (&'static str, String, String) {
    let body = json!({ "schemas": [USER], "userName": "other", "extra": attribute });
    ("POST", "/Users".to_owned(), body.to_string())
}

fn patch(operations: &Value) -> (&'static str, String, String) {
    let schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    (
        "PATCH",
        "/Users/{}".to_owned(),
        json!({ "schemas": [schema], "Operations": operations }).to_string(),
    )
}

fn nested(depth: usize) -> Value {
    (1..depth).fold(json!(1), |inner, _| json!([inner]))
}

/// How details begin to say what is to be done.
const REMEDIES: &[&str] = &[": send ", ": split it ", ": use ", ": omit "];

/// What a PATCH costs by itself: the message has four values, and the user 23, each of which is as
/// much as eight looks.
const ONE_PATCH: u64 = 4 + 8 * 23;

const LIMITS: &[Limit] = &[
    Limit {
        name: "body_bytes",
        set: |limits, limit| limits.max_body_bytes = limit,
        request: |length| {
            let (method, path, mut body) = body(&json!(1));
            body.push_str(&" ".repeat(length - body.len()));
            (method, path, body)
        },
        limit: 500,
        above: (413, None),
    },
    Limit {
        name: "json.depth",
        set: |limits, limit| limits.json.max_depth = limit,
        request: |depth| body(&nested(depth)),
        limit: 6,
        above: (400, Some("invalidSyntax")),
    },
    Limit {
        name: "json.values, in an attribute that nobody knows",
        set: |limits, limit| limits.json.max_values = limit,
        request: |count| body(&json!(vec![1; count])),
        limit: 8,
        above: (413, None),
    },
    Limit {
        name: "json.values: members of a new group",
        set: |limits, limit| limits.json.max_values = limit,
        request: |count| {
            let members: Vec<String> = (0..count).map(|number| number.to_string()).collect();
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            ("POST", "/Groups".to_owned(), group("Guides", &members).to_string())
        },
        limit: 8,
        above: (413, None),
    },
    Limit {
        name: "json.members",
        set: |limits, limit| limits.json.max_members = limit,
        request: |count| {
            let members: serde_json::Map<String, Value> =
                (0..count).map(|number| (format!("a{number}"), json!(1))).collect();
            body(&json!([[members]]))
        },
        limit: 10,
        above: (413, None),
    },
    Limit {
        // Beside the user, its schema, its name and what is extra.
        name: "json.total, in an attribute that nobody knows",
        set: |limits, limit| limits.json.max_total_members = limit + 4,
        request: |count| body(&json!(vec![1; count])),
        limit: 30,
        above: (413, None),
    },
    Limit {
        // Beside the user and its schema, each has a place in the list and a block of memory.
        name: "json.memory",
        set: |limits, limit| limits.json.max_memory = 292 + limit * 228,
        request: |count| {
            let emails = vec![json!({ "value": "x" }); count];
            let body = json!({ "schemas": [USER], "userName": "other", "emails": emails });
            ("POST", "/Users".to_owned(), body.to_string())
        },
        limit: 10,
        above: (413, None),
    },
    Limit {
        name: "json.values, in an operation",
        set: |limits, limit| limits.json.max_values = limit,
        request: |count| {
            let emails: Vec<Value> = (0..count)
                .map(|number| json!({ "value": format!("{number}@example.com") }))
                .collect();
            patch(&json!([{ "op": "add", "path": "emails", "value": emails }]))
        },
        limit: 8,
        above: (413, None),
    },
    Limit {
        name: "filter.bytes",
        set: |limits, limit| limits.filter.max_bytes = limit,
        request: |length| search(&format!("title eq \"{}\"", "x".repeat(length - 11))),
        limit: 30,
        above: (400, Some("invalidFilter")),
    },
    Limit {
        name: "filter.depth",
        set: |limits, limit| limits.filter.max_depth = limit,
        request: |depth| search(&format!("{}title pr{}", "(".repeat(depth), ")".repeat(depth))),
        limit: 4,
        above: (400, Some("invalidFilter")),
    },
    Limit {
        name: "filter.terms",
        set: |limits, limit| limits.filter.max_terms = limit,
        request: |terms| search(&vec!["title pr"; terms].join(" and ")),
        limit: 4,
        above: (400, Some("invalidFilter")),
    },
    Limit {
        name: "filter.terms, in a path",
        set: |limits, limit| limits.filter.max_terms = limit,
        request: |terms| {
            let path = format!("emails[{}]", vec!["type eq \"x\""; terms].join(" or "));
            patch(&json!([{ "op": "remove", "path": path }]))
        },
        limit: 4,
        above: (400, Some("invalidFilter")),
    },
    Limit {
        name: "patch_operations",
        set: |limits, limit| limits.max_patch_operations = limit,
        request: |count| {
            patch(&json!(vec![json!({ "op": "replace", "path": "title", "value": "x" }); count]))
        },
        limit: 5,
        above: (400, Some("invalidSyntax")),
    },
    Limit {
        name: "resource_bytes, of a new user",
        set: |limits, limit| limits.max_resource_bytes = limit,
        request: |length| ("POST", "/Users".to_owned(), long(user("other"), length).to_string()),
        limit: 600,
        above: (400, Some("tooMany")),
    },
    Limit {
        name: "resource_bytes, of a user that is replaced",
        set: |limits, limit| limits.max_resource_bytes = limit,
        request: |length| {
            ("PUT", "/Users/{}".to_owned(), long(user("bjensen"), length).to_string())
        },
        limit: 600,
        above: (400, Some("tooMany")),
    },
    Limit {
        name: "resource_bytes, of a user that is changed",
        set: |limits, limit| limits.max_resource_bytes = limit,
        request: |length| {
            patch(
                &json!([{ "op": "add", "path": "title", "value": long(with_emails(), length)["title"] }]),
            )
        },
        limit: 600,
        above: (400, Some("tooMany")),
    },
    Limit {
        // P-3.12-05
        name: "work: each term looks at one",
        set: |limits, limit| limits.eval_budget = limit as u64,
        request: |terms| search(&vec!["externalId eq \"x\""; terms].join(" or ")),
        // Enough to make the user, too.
        limit: 40,
        above: (400, Some("tooMany")),
    },
    Limit {
        // P-3.12-05
        name: "work: each term looks at four",
        set: |limits, limit| limits.eval_budget = limit as u64 * 4,
        request: |terms| search(&vec!["emails.value eq \"x\""; terms].join(" or ")),
        limit: 10,
        above: (400, Some("tooMany")),
    },
    Limit {
        // P-3.12-05
        name: "work: what is added has seven values, and is looked for among four",
        set: |limits, limit| limits.eval_budget = ONE_PATCH + limit as u64 * (7 + 4),
        request: |count| {
            let there = json!([{ "value": "0@example.org", "type": "work" }]);
            patch(&json!(vec![json!({ "op": "add", "path": "emails", "value": there }); count]))
        },
        limit: 3,
        above: (400, Some("tooMany")),
    },
    Limit {
        // P-3.12-05
        name: "work: each value that is listed has two, and is looked for among four",
        set: |limits, limit| limits.eval_budget = ONE_PATCH + 4 + limit as u64 * (2 + 4),
        request: |count| {
            let listed = vec![json!({ "value": "nobody@example.org" }); count];
            patch(&json!([{ "op": "remove", "path": "emails", "value": listed }]))
        },
        limit: 3,
        above: (400, Some("tooMany")),
    },
    Limit {
        // P-3.12-05
        name: "work: each operation has three values, and looks at four",
        set: |limits, limit| limits.eval_budget = ONE_PATCH + limit as u64 * (3 + 4),
        request: |count| {
            patch(&json!(vec![json!({ "op": "remove", "path": "emails[type eq \"x\"]" }); count]))
        },
        limit: 3,
        above: (400, Some("tooMany")),
    },
];

#[tokio::test]
async fn what_nobody_knows_of_a_message_takes_no_memory() {
    let (provider, user) = limited(|limits| limits.json.max_memory = 20_000).await;
    let unknown = || json!([vec![json!({ "a": 1, "b": { "c": "d" } }); 1_000]]);
    let with = |mut message: Value| {
        message["nosuch"] = unknown();
        message
    };
    let messages = "urn:ietf:params:scim:api:messages:2.0";
    let patch = with(json!({
        "schemas": [format!("{messages}:PatchOp")],
        "Operations": [with(json!({ "op": "add", "path": "title", "value": "x" }))],
    }));
    let data = with(json!({ "schemas": [USER], "userName": "jsmith" }));
    let bulk = with(json!({
        "schemas": [format!("{messages}:BulkRequest")],
        "Operations": [with(json!({ "method": "POST", "path": "/Users", "bulkId": "1", "data": data }))],
    }));
    let search =
        with(json!({ "schemas": [format!("{messages}:SearchRequest")], "filter": "title pr" }));
    for (method, path, body) in [
        ("PATCH", format!("/Users/{user}"), patch),
        ("POST", "/Bulk".to_owned(), bulk),
        ("POST", "/Users/.search".to_owned(), search.clone()),
        ("POST", "/.search".to_owned(), search),
    ] {
        let path = format!("/scim/v2{path}");
        let json = [("content-type", "application/scim+json")];
        let answer = provider.raw(method, &path, &json, body.to_string()).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.body);
    }
}

/// A user with an external id, and four emails.
fn with_emails() -> Value {
    let mut made = user("bjensen");
    made["externalId"] = json!("701984");
    made["emails"] = (0..4)
        .map(|number| json!({ "value": format!("{number}@example.org"), "type": "work" }))
        .collect();
    made
}

/// The user, with a title that makes it so long; `schemas` does not count.
fn long(mut user: Value, bytes: usize) -> Value {
    (user["active"], user["title"]) = (json!(true), json!(""));
    let schemas = user["schemas"].take();
    user.as_object_mut().expect("a user").remove("schemas");
    user["title"] = json!("x".repeat(bytes - user.to_string().len()));
    user["schemas"] = schemas;
    user
}

/// A service provider with that limit, and that user of it.
async fn limited(set: impl Fn(&mut Limits)) -> (Provider, String) {
    let mut setup = Setup { pushdown: Pushdown::None, ..Setup::default() };
    set(&mut setup.limits);
    let provider = Provider::new(setup);
    let made = provider.create("/Users", with_emails()).await;
    let id = id(&made).to_owned();
    (provider, id)
}

#[tokio::test]
async fn each_limit_holds_from_one_above_it() {
    for Limit { name, set, request, limit, above } in LIMITS {
        for asked in [limit - 1, *limit, limit + 1] {
            let (provider, user) = limited(|limits| set(limits, *limit)).await;
            let before = provider.get("/").await.ok();
            let (method, path, body) = request(asked);
            let path = format!("/scim/v2{}", path.replace("{}", &user));
            let answer = provider
                .raw(method, &path, &[("content-type", "application/scim+json")], body)
                .await;
            if asked <= *limit {
                assert!(answer.status < 300, "{name}: {asked} of {limit}: {}", answer.body);
            } else {
                assert_eq!(answer.status, above.0, "{name}: {asked} of {limit}: {}", answer.body);
                let detail = answer.failed(above.0, above.1);
                assert!(
                    REMEDIES.iter().any(|remedy| detail.contains(remedy)),
                    "{name}: what is to be done? {detail}"
                );
                assert_eq!(provider.get("/").await.ok(), before, "{name}: nothing was done");
            }
        }
    }
}

#[tokio::test]
async fn pages_are_as_large_as_the_host_says() {
    let names = |answer: &Answer| answer.names().len();
    let (provider, _) =
        limited(|limits| (limits.max_page_size, limits.default_page_size) = (5, 3)).await;
    for number in 0..6 {
        provider.create("/Users", user(&format!("user{number}"))).await;
    }
    for (query, expected) in
        [("", 3), ("count=4", 4), ("count=5", 5), ("count=6", 5), ("count=99999999999999999999", 5)]
    {
        let list = provider.get(&format!("/Users?{query}")).await;
        assert_eq!((names(&list), &list.body["totalResults"]), (expected, &json!(7)), "{query}");
        assert_eq!(
            names(&provider.get(&format!("/Users?cursor&{query}")).await),
            expected,
            "{query}"
        );
    }
    assert_eq!(names(&provider.search("/Users", json!({ "count": 6 })).await), 5);
    let config = provider.get("/ServiceProviderConfig").await.ok();
    assert_eq!(
        (&config["filter"]["maxResults"], &config["pagination"]["maxPageSize"]),
        (&json!(5), &json!(5))
    );
    assert_eq!(config["pagination"]["defaultPageSize"], 3);
}

#[tokio::test]
async fn a_long_array_takes_its_time_and_no_more() {
    // P-7.7-01
    let provider = Provider::strict();
    let emails: Vec<Value> =
        (0..30_000).map(|number| json!({ "value": format!("{number}@example.com") })).collect();
    let mut wanted = user("bjensen");
    wanted["emails"] = json!(emails);
    let made = provider.create("/Users", wanted).await;
    assert_eq!(made["emails"].as_array().map(Vec::len), Some(30_000));
    let path = format!("/Users/{}", id(&made));
    let again =
        provider.patch(&path, json!([{ "op": "add", "path": "emails", "value": emails }])).await;
    assert_eq!(
        (again.status, &again.body["meta"]),
        (200, &made["meta"]),
        "all of them are there already"
    );
}

#[tokio::test]
async fn of_all_groups_direct_ones_are_shown_first() {
    // Two direct ones, two that list these, and one above them.
    const CASES: &[(usize, usize, usize, &[&str])] = &[
        (0, 9, 0, &["groups"]),
        (1, 9, 1, &["groups"]),
        (2, 9, 2, &["groups"]),
        (3, 9, 3, &["groups"]),
        (4, 1, 3, &["indirect_groups"]),
        (2, 1, 2, &["groups"]),
        (5, 3, 5, &[]),
    ];
    let pushed_down = CASES.iter().map(|case| (Pushdown::Full, case));
    let left_to_us = CASES.iter().map(|case| (Pushdown::None, case));
    for (pushdown, (most, indirect, shown, told)) in pushed_down.chain(left_to_us) {
        let mut setup = Setup { pushdown, ..Setup::default() };
        (setup.limits.max_groups, setup.limits.max_indirect_groups) = (*most, *indirect);
        let provider = Provider::new(setup);
        let ann = id(&provider.create("/Users", user("ann")).await).to_owned();
        let mut below = vec![ann.clone(), ann.clone()];
        for number in 0..5 {
            let made = provider.create("/Groups", group(&number.to_string(), &[&below[number]]));
            below.push(id(&made.await).to_owned());
        }
        let title = json!([{ "op": "replace", "path": "title", "value": "x" }]);
        let one = format!("/Users/{ann}");
        let list = provider.get("/Users").await;
        let found = list.resources()[0].clone();
        let answers = [provider.get(&one).await, provider.patch(&one, title).await];
        let answers = answers.into_iter().map(|answer| (answer.body, answer.report.deviations));
        for (body, deviations) in answers.chain([(found, list.report.deviations)]) {
            let groups = body["groups"].as_array().into_iter().flatten();
            let names: Vec<&Value> = groups.map(|group| &group["display"]).collect();
            let case = format!("{most}, {indirect}: {names:?}");
            assert_eq!(names, ["0", "1", "2", "3", "4"][..*shown], "{case}");
            let rules: Vec<&str> = deviations.iter().map(Deviation::rule).collect();
            assert_eq!(rules, *told, "{case}");
        }
        // Whoever asks for a group finds all that are in it.
        let by_id = format!("groups.value eq \"{}\"", below[3]);
        provider
            .finds("/Users", &[(&by_id, &["ann"]), ("groups.display eq \"1\"", &["ann"])])
            .await;
    }
}

#[tokio::test]
async fn of_indirect_groups_the_nearest_are_shown() {
    // S-4.1.2-09
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let mut setup = Setup { quirks, ..Setup::default() };
        setup.limits.max_indirect_groups = 3;
        let provider = Provider::new(setup);
        let ann = id(&provider.create("/Users", user("ann")).await).to_owned();
        let bob = id(&provider.create("/Users", user("bob")).await).to_owned();
        let mut inner = id(&provider.create("/Groups", group("0", &[&ann])).await).to_owned();
        provider.create("/Groups", group("beside", &[&ann])).await;
        for number in 1..=6 {
            // Bob is as far below the last group as the limit goes.
            let members: &[&str] = if number == 3 { &[&inner, &bob] } else { &[&inner] };
            inner = id(&provider.create("/Groups", group(&number.to_string(), members)).await)
                .to_owned();
        }
        let of = |user: &Value| -> Vec<String> {
            let groups = user["groups"].as_array().expect("groups").iter();
            groups.map(|group| group["display"].as_str().expect("a name").to_owned()).collect()
        };
        let nearest = ["0", "beside", "1", "2", "3"];
        let is_told = |answer: &Answer| {
            let rules = answer.report.deviations.iter().map(|deviation| deviation.rule());
            rules.filter(|rule| *rule == "indirect_groups").count() == 1
        };
        let (path, other) = (format!("/Users/{ann}"), format!("/Users/{bob}"));
        let title = json!([{ "op": "replace", "path": "title", "value": "x" }]);
        for answer in [provider.get(&path).await, provider.patch(&path, title).await] {
            assert_eq!(
                (of(&answer.body), is_told(&answer)),
                (nearest.map(str::to_owned).to_vec(), true)
            );
        }
        let beside = provider.get(&other).await;
        assert_eq!(
            (of(&beside.body), is_told(&beside)),
            (["3", "4", "5", "6"].map(str::to_owned).to_vec(), false)
        );
        for query in ["", "?cursor", "?sortBy=userName", "?filter=groups%20pr"] {
            let list = provider.get(&format!("/Users{query}")).await;
            assert_eq!(
                (of(&list.resources()[0]), is_told(&list)),
                (nearest.map(str::to_owned).to_vec(), true),
                "{query}"
            );
        }
        let without = provider.get("/Users?excludedAttributes=groups").await;
        assert_eq!((without.resources()[0].get("groups"), is_told(&without)), (None, false));
        // Whoever asks for a group finds all that are in it, however far below.
        provider
            .finds("/Users", &[(&format!("groups.value eq \"{inner}\""), &["ann", "bob"])])
            .await;
    }
}
