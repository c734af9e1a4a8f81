//! A store that does all of a query, and stores that leave some of it to the crate, give the same
//! answers.

use scimwire::store::Pushdown;
use serde_json::json;

use support::databases::counts_by_cursor;
use support::reads::provider::{Provider, Setup, escaped, id, name};
use support::reads::samples::{devices, group, people, user};

const SHAPES: [Pushdown; 3] = [Pushdown::None, Pushdown::Partial, Pushdown::Filter];

const QUERIES: &[&str] = &[
    "/Users",
    "/Users?count=2",
    "/Users?count=2&startIndex=2",
    "/Users?count=0",
    "/Users?startIndex=9",
    "/Users?sortBy=userName",
    "/Users?sortBy=userName&sortOrder=descending&count=3",
    "/Users?sortBy=displayName&startIndex=2&count=2",
    "/Users?sortBy=emails&attributes=userName",
    "/Users?cursor&count=3",
    "/Users?cursor&count=3&sortBy=title&sortOrder=descending",
    "/Users?filter=FILTER&sortBy=name.familyName&attributes=userName",
    "/Groups",
    "/Groups?sortBy=members&attributes=displayName",
    "/Groups?sortBy=members.type&sortOrder=descending",
    "/Users?sortBy=groups&attributes=userName",
    "/Users?sortBy=groups.display&sortOrder=descending",
    "/Groups?excludedAttributes=members",
    "/Devices",
    "/Devices?sortBy=slots&sortOrder=descending&attributes=serial",
    "/Devices?sortBy=ports&count=3",
    "/?count=5&startIndex=3&sortBy=displayName",
    "/?cursor&count=4",
];

const FILTERS: &[(&str, &str)] = &[
    ("/Users", "userName eq \"BJENSEN\""),
    ("/Users", "userName sw \"j\""),
    ("/Users", "userName ne \"jsmith\""),
    ("/Users", "externalId eq \"701984\""),
    ("/Users", "title pr"),
    ("/Users", "not (title pr)"),
    ("/Users", "groups.display eq \"Guides\""),
    ("/Users", "groups pr"),
    ("/Users", "emails[type eq \"work\" and value co \"example\"]"),
    ("/Users", "userName eq \"root\" or userType eq \"Intern\" and emails pr"),
    ("/Groups", "members pr"),
    ("/Groups", "not (members pr)"),
    ("/Groups", "displayName eq \"guides\" and members.type eq \"User\""),
    ("/Devices", "serial eq \"A1\" or serial eq \"a1\""),
    ("/Devices", "hosts eq \"beta\""),
    ("/Devices", "slots gt 9007199254740992"),
    ("/Devices", "weight le 0.1"),
    ("/Devices", "ports[value ge 80]"),
    ("/", "displayName sw \"s\" or serial pr"),
];

/// Users, groups with some of them as members, and devices.
async fn filled(pushdown: Pushdown) -> Provider {
    let provider = Provider::new(Setup { pushdown, ..Setup::default() });
    let mut ids = Vec::new();
    for person in people() {
        ids.push(id(&provider.create("/Users", person).await).to_owned());
    }
    provider.create("/Groups", group("Guides", &[&ids[1], &ids[0]])).await;
    provider.create("/Groups", group("Empty", &[])).await;
    provider.create("/Groups", group("Root", &[&ids[3]])).await;
    provider.with_all("/Devices", devices()).await
}

/// What is found, by name, with all that does not differ from one provider to the next.
async fn found(provider: &Provider, path: &str) -> String {
    let answer = provider.get(path).await;
    let shown: Vec<_> = answer
        .resources()
        .iter()
        .map(|resource| {
            (
                name(resource),
                resource.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>()),
            )
        })
        .collect();
    let list = &answer.body;
    let total = if path.contains("cursor") && !counts_by_cursor() {
        &serde_json::Value::Null
    } else {
        &list["totalResults"]
    };
    format!(
        "{total} {} {} {} {shown:?}",
        list["startIndex"],
        list["itemsPerPage"],
        answer.next_cursor().is_some()
    )
}

/// Fails with all queries to which some store gives another answer than the one that pages by
/// itself.
async fn assert_alike(queries: &[String]) {
    let whole = filled(Pushdown::Full).await;
    let mut differences = Vec::new();
    for shape in SHAPES {
        let provider = filled(shape).await;
        for query in queries {
            let (one, other) = (found(&whole, query).await, found(&provider, query).await);
            if one != other {
                differences.push(format!("{query}\n  Pages: {one}\n  {shape:?}: {other}"));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[tokio::test]
async fn queries_give_the_same_whatever_the_store_does_by_itself() {
    // P-3.4.2-02, P-3.4.2.3-04, P-3.4.2.4-02, P-3.9-09
    let filter = escaped("userType eq \"Employee\" or userName eq \"Root\"");
    let queries: Vec<String> =
        QUERIES.iter().map(|query| query.replace("FILTER", &filter)).collect();
    assert_alike(&queries).await;
}

#[tokio::test]
async fn filters_find_the_same_whatever_the_store_does_by_itself() {
    // P-3.4.2.2-02, P-3.4.2.2-26
    let names = "attributes=userName,displayName,serial";
    let queries = FILTERS.iter().flat_map(|(endpoint, filter)| {
        let query = format!("{endpoint}?filter={}", escaped(filter));
        [format!("{query}&count=1&sortBy=id&{names}"), query]
    });
    assert_alike(&queries.collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn names_of_all_scripts_are_found_the_same() {
    // P-3.4.2.2-08, P-3.4.2.2-23
    let names = [
        "straße",
        "STRASSEN",
        "ＢＪｅｎｓｅｎ",
        "bjørn",
        "Σίσυφος",
        "ΣΊΣΥΦΟΣ 2",
        "İx",
        "ß b",
        "e\u{301}va",
        "ÉVB",
        "Ǆ",
        "ﬁn",
    ];
    let mut providers = Vec::new();
    for shape in [Pushdown::Full, Pushdown::None] {
        let provider = Provider::new(Setup { pushdown: shape, ..Setup::default() });
        providers.push(provider.with_all("/Users", names.map(user).to_vec()).await);
    }
    let operands = names.iter().flat_map(|name| {
        (1..=name.chars().count()).map(|length| name.chars().take(length).collect::<String>())
    });
    let operands = operands.chain(
        [
            "s",
            "stras",
            "STRASS",
            "BJ",
            "bj",
            "bjensen",
            "σίσυφος",
            "i",
            "i\u{307}",
            "ss",
            "é",
            "ǆ",
            "fi",
            "FIN",
        ]
        .map(str::to_owned),
    );
    let mut differences = Vec::new();
    for operand in operands {
        for operator in ["eq", "sw", "co", "ew", "ge", "lt"] {
            let filter = format!("userName {operator} {}", json!(operand));
            let (one, other) = (
                providers[0].filter("/Users", &filter).await,
                providers[1].filter("/Users", &filter).await,
            );
            if one.names() != other.names() {
                differences.push(format!(
                    "{filter}: Pages {:?}, Nothing {:?}",
                    one.names(),
                    other.names()
                ));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[tokio::test]
async fn cursors_go_on_whatever_the_store_does_by_itself() {
    // C-2-04, C-2.2-01
    for shape in SHAPES {
        let provider = filled(shape).await;
        for sort in ["", "userName", "title", "emails", "active"] {
            for order in ["ascending", "descending"] {
                let mut cursor = json!("");
                let mut names = Vec::new();
                while cursor.is_string() {
                    let mut body = json!({ "cursor": cursor, "count": 1, "sortOrder": order });
                    if !sort.is_empty() {
                        body["sortBy"] = json!(sort);
                    }
                    let page = provider.search("/Users", body).await;
                    names.extend(page.names().into_iter().map(str::to_owned));
                    assert!(names.len() < 100, "{shape:?}: {sort} {order}: it does not end");
                    cursor = json!(page.next_cursor());
                }
                let query = if sort.is_empty() {
                    String::new()
                } else {
                    format!("?sortBy={sort}&sortOrder={order}")
                };
                assert_eq!(
                    names,
                    provider.get(&format!("/Users{query}")).await.names(),
                    "{shape:?}: {sort} {order}"
                );
            }
        }
    }
}
