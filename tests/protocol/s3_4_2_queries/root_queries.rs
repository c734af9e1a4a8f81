//! Queries over all resource types at once (RFC 7644, Section 3.4.2.1).

use scimwire::Quirks;
use scimwire::auth::RequestContext;
use scimwire::store::Pushdown;
use serde_json::{Value, json};

use support::reads::provider::{Provider, Setup, name};
use support::reads::samples::{ENTERPRISE, device, devices, group, people, user};

/// Users, groups and devices, created in turns.
async fn mixed(setup: Setup) -> Provider {
    let provider = Provider::new(setup);
    let groups = ["Guides", "Smiths", "Archive", "zeta"];
    for ((person, device), name) in people().into_iter().zip(devices()).zip(groups) {
        provider.create("/Groups", group(name, &[])).await;
        provider.create("/Users", person).await;
        provider.create("/Devices", device).await;
    }
    provider
}

#[tokio::test]
async fn all_types_are_searched() {
    // P-3.4.2.1-01, P-3.4.2.1-04
    let provider = mixed(Setup::default()).await;
    for list in
        [provider.get("/").await, provider.get("").await, provider.search("/", json!({})).await]
    {
        assert_eq!((list.resources().len(), &list.body["totalResults"]), (12, &json!(12)));
    }
    let table: &[(&str, &[&str])] = &[
        ("meta.resourceType eq \"Group\"", &["Guides", "Smiths", "Archive", "zeta"]),
        ("meta.resourceType eq \"User\" and title pr", &["bjensen"]),
        (
            "(meta.resourceType eq \"User\") or (meta.resourceType eq \"Group\" and displayName sw \"G\")",
            &["Guides", "bjensen", "Smith, James", "omalley", "Root"],
        ),
        ("displayName sw \"smith\"", &["Smith, James", "Smiths"]),
        ("meta.resourceType eq \"Nothing\"", &[]),
        (
            "not (meta.resourceType eq \"User\" or meta.resourceType eq \"Device\") and displayName lt \"b\"",
            &["Archive"],
        ),
    ];
    for (filter, names) in table {
        let answer = provider.filter("/", filter).await;
        let found: Vec<&str> = answer
            .resources()
            .iter()
            .map(|resource| resource["displayName"].as_str().unwrap_or_else(|| name(resource)))
            .collect();
        let mut sorted = (found.clone(), names.to_vec());
        sorted.0.sort_unstable();
        sorted.1.sort_unstable();
        assert_eq!(sorted.0, sorted.1, "{filter}");
        assert_eq!(answer.body["totalResults"], names.len(), "{filter}");
    }
}

#[tokio::test]
async fn an_attribute_that_a_type_has_not_has_no_value() {
    // P-3.4.2.1-02
    let provider = mixed(Setup::default()).await;
    for (filter, total) in [
        ("serial eq \"A1\"", 1),
        ("serial pr", 4),
        ("not (serial pr)", 8),
        ("serial ne \"A1\"", 11),
        ("serial eq null", 8),
        ("serial ne null", 4),
        ("serial gt \"A1\" or userName eq \"root\"", 4),
        ("emails[type eq \"work\"]", 2),
        ("not (emails[type eq \"work\"])", 10),
        ("members pr", 0),
        ("nobodyKnows pr", 0),
        ("nobodyKnows eq 5", 0),
        ("nobodyKnows.deeper co \"x\"", 0),
        ("not (nobodyKnows eq 5)", 12),
        ("urn:example:none:thing eq \"x\"", 0),
        ("urn:example:schemas:Place:room pr", 2),
    ] {
        assert_eq!(provider.filter("/", filter).await.ok()["totalResults"], total, "{filter}");
    }
    provider.refuses("/", &["serial eq", "(serial pr", "password pr", "active gt true"]).await;
}

#[tokio::test]
async fn an_attribute_of_an_extension_is_named_with_its_urn() {
    // P-3.4.2.1-02: at the root there is no one extension that a bare name could mean, whatever is
    // read at an endpoint.
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let provider = mixed(Setup { quirks, ..Setup::default() }).await;
        for (filter, bare, with_urn) in [
            (r#"department eq "Tour Operations""#, 0, 1),
            ("department pr", 0, 1),
            (r#"manager.value eq "26118915""#, 0, 1),
            (r#"department ne "Tour Operations""#, 12, 11),
            ("not (department pr)", 12, 11),
            (r#"department eq null"#, 12, 11),
            (r#"department sw "Tour" or userName eq "jsmith""#, 1, 2),
        ] {
            assert_eq!(provider.filter("/", filter).await.ok()["totalResults"], bare, "{filter}");
            let named = filter.replace("department", &format!("{ENTERPRISE}:department"));
            let named = named.replace("manager", &format!("{ENTERPRISE}:manager"));
            assert_eq!(
                provider.filter("/", &named).await.ok()["totalResults"],
                with_urn,
                "{named}"
            );
            let found = provider.search("/", json!({ "filter": filter })).await.ok();
            assert_eq!(found["totalResults"], bare, "{filter}");
        }
        let at_endpoint = provider.filter("/Users", r#"department eq "Tour Operations""#).await;
        assert_eq!(at_endpoint.status, if quirks == Quirks::STRICT { 400 } else { 200 });
    }
}

#[tokio::test]
async fn too_much_work_is_refused() {
    // P-3.4.2.1-03
    let mut setup = Setup { pushdown: Pushdown::None, ..Setup::default() };
    // Enough to make each of them.
    setup.limits.eval_budget = 60;
    let provider = mixed(setup).await;
    let terms = vec!["title eq \"a\""; 61].join(" or ");
    for path in ["/Users", "/"] {
        provider.filter(path, &terms).await.refused("tooMany");
    }
    provider.filter("/Groups", "displayName eq \"Guides\"").await.ok();
}

#[tokio::test]
async fn pages_of_all_types_are_cut_from_one_order() {
    // P-3.4.2.1-01, P-3.4.2.3-07, P-3.4.2.4-06
    let provider = mixed(Setup::default()).await;
    for query in [
        "",
        "sortBy=displayName",
        "sortBy=displayName&sortOrder=descending",
        "sortBy=serial",
        "sortBy=meta.resourceType",
    ] {
        let whole = provider.get(&format!("/?{query}")).await;
        let mut pages = Vec::new();
        for start in [1, 6, 11] {
            let page = provider.get(&format!("/?{query}&startIndex={start}&count=5")).await;
            assert_eq!(
                (&page.body["startIndex"], &page.body["totalResults"]),
                (&json!(start), &json!(12)),
                "{query}"
            );
            pages.extend(page.resources().to_vec());
        }
        assert_eq!(pages, whole.resources(), "{query}");
    }
    let sorted = provider.get("/?sortBy=displayName&count=6").await;
    let names: Vec<&str> =
        sorted.resources().iter().filter_map(|resource| resource["displayName"].as_str()).collect();
    assert_eq!(names, ["Archive", "Guides", "Smith, James", "Smiths", "zeta"]);
    provider.get("/?sortBy=nobodyKnows").await.refused("invalidValue");
}

/// All resources of a query over all types, page by page.
async fn walk(provider: &Provider, query: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = provider.get(&format!("/?{query}&cursor={cursor}")).await;
        all.extend(page.resources().iter().cloned());
        assert!(all.len() < 1_000, "{query}: it does not end");
        match page.next_cursor() {
            Some(next) => next.clone_into(&mut cursor),
            None => return all,
        }
    }
}

#[tokio::test]
async fn cursors_go_through_all_types() {
    // C-2-04, C-2-01
    let provider = mixed(Setup::default()).await;
    let whole = provider.get("/").await;
    for count in [1, 3, 5, 12, 13] {
        assert_eq!(walk(&provider, &format!("count={count}")).await, whole.resources(), "{count}");
    }
}

#[tokio::test]
async fn cursors_go_through_all_types_in_any_order() {
    // C-2.2-01, P-3.4.2.1-02: a type that lacks the attribute is not skipped.
    for pushdown in [Pushdown::None, Pushdown::Full] {
        let provider = mixed(Setup { pushdown, ..Setup::default() }).await;
        for by in ["id", "meta.resourceType", "displayName", "userName", "serial", "slots"] {
            for order in ["ascending", "descending"] {
                let query = format!("sortBy={by}&sortOrder={order}");
                let whole = provider.get(&format!("/?{query}")).await;
                let names: Vec<&str> = whole.resources().iter().map(name).collect();
                for count in [1, 5] {
                    let all = walk(&provider, &format!("{query}&count={count}")).await;
                    assert_eq!(
                        all.iter().map(name).collect::<Vec<_>>(),
                        names,
                        "{query}, pages of {count}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn a_type_that_the_tenant_has_not_is_not_searched() {
    // P-3.4.2.1-01
    let provider = mixed(Setup::default()).await;
    let without = provider.asked_by(RequestContext::new("example").hide_resource_type("User"));
    assert_eq!(without.get("/").await.ok()["totalResults"], 8);
    assert_eq!(
        provider.asked_by(RequestContext::new("other")).get("/").await.ok()["totalResults"],
        0
    );
}

#[tokio::test]
async fn projection_is_that_of_each_type() {
    // P-3.4.2.5-01, P-3.9-01
    let provider = Provider::strict();
    provider.create("/Groups", group("Guides", &[])).await;
    provider.create("/Users", user("bjensen")).await;
    provider.create("/Devices", device("A1", json!({ "asset": "always" }))).await;
    let list = provider.get("/?attributes=userName,displayName").await;
    let shown: Vec<String> = list
        .resources()
        .iter()
        .map(|resource| {
            resource.as_object().expect("an object").keys().cloned().collect::<Vec<_>>().join(" ")
        })
        .collect();
    assert_eq!(shown, ["displayName id schemas", "id schemas userName", "asset id schemas"]);
}
