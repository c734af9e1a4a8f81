//! Cursors that are short whatever resources are sorted by (RFC 9865, Section 2).

use std::collections::BTreeSet;

use scimwire::Quirks;
use scimwire::store::Pushdown;
use serde_json::{Value, json};

use support::reads::provider::{Answer, Provider, Setup, id};
use support::reads::samples::{device, group, user};

/// The most bytes of a cursor.
const LENGTH: usize = 2_000;

const ORDERS: [&str; 2] = ["ascending", "descending"];

async fn page_of(provider: &Provider, query: &str, cursor: &str) -> Answer {
    let page = provider.get(&format!("{query}&cursor={cursor}")).await;
    let length = page.next_cursor().map_or(0, str::len);
    assert!(length <= LENGTH, "{query}: a cursor of {length} bytes");
    page
}

/// The ids on all pages.
async fn walk(provider: &Provider, query: &str) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = page_of(provider, query, &cursor).await;
        all.extend(page.resources().iter().map(|resource| id(resource).to_owned()));
        assert!(all.len() < 1_000, "{query}: it does not end");
        match page.next_cursor() {
            Some(next) => next.clone_into(&mut cursor),
            None => return all,
        }
    }
}

fn titled(number: usize, title: Option<&str>) -> Value {
    let mut user = user(&format!("user{number:02}"));
    user["title"] = json!(title);
    user
}

async fn of_titles(setup: Setup, titles: &[&str]) -> Provider {
    let users = titles.iter().enumerate().map(|(number, title)| titled(number, Some(title)));
    Provider::new(setup).with_all("/Users", users.collect()).await
}

async fn assert_walks(provider: &Provider, by: &str) {
    for order in ORDERS {
        let query = format!("{by}&sortOrder={order}");
        let whole: Vec<String> = provider
            .get(&query)
            .await
            .resources()
            .iter()
            .map(|found| id(found).to_owned())
            .collect();
        for count in [1, 4] {
            assert_eq!(
                walk(provider, &format!("{query}&count={count}")).await,
                whole,
                "{query}, {count} a page"
            );
        }
    }
}

#[tokio::test]
async fn a_cursor_is_short_whatever_the_title() {
    // As it came, and two that grow when they are written.
    for (unit, count) in [("t", 1_000_000), ("É", 5_000), ("\"\\\u{1}", 1_000)] {
        let common = unit.repeat(count);
        let ends = ["2", "1", "", "1", "É"].map(|end| format!("{common}{end}"));
        let mut titles: Vec<&str> = ends.iter().map(String::as_str).collect();
        titles.push(unit);
        let provider = of_titles(Setup::default(), &titles)
            .await
            .with_all("/Users", vec![titled(20, None)])
            .await;
        assert_walks(&provider, "/Users?attributes=userName&sortBy=title").await;
    }
}

#[tokio::test]
async fn a_cursor_is_as_good_where_the_title_just_fits() {
    let titles: Vec<String> =
        (495..520).flat_map(|length| ["a", "é", "\""].map(|unit| unit.repeat(length))).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let provider = of_titles(Setup::default(), &titles).await;
    assert_walks(&provider, "/Users?attributes=title&sortBy=title").await;
}

#[tokio::test]
async fn it_goes_on_in_stores_of_any_shape() {
    let common = "t".repeat(2_000);
    let titles = ["b", "a", "c", "a"].map(|end| format!("{common}{end}"));
    let titles = titles.each_ref().map(String::as_str);
    for pushdown in [Pushdown::None, Pushdown::Partial, Pushdown::Filter, Pushdown::Full] {
        let quirks = if pushdown == Pushdown::None { Quirks::LENIENT } else { Quirks::STRICT };
        let provider = of_titles(Setup { pushdown, quirks, ..Setup::default() }, &titles).await;
        assert_walks(&provider, "/Users?attributes=userName&sortBy=title").await;
        assert_walks(&provider, "/Users?attributes=userName&sortBy=title&filter=title pr").await;
    }
}

#[tokio::test]
async fn it_goes_on_over_all_types() {
    let long = |end: &str| format!("{}{end}", "9".repeat(1_600));
    let mut all = Vec::new();
    for end in ["2", "1", "3"] {
        let mut user = user(&format!("user{end}"));
        user["displayName"] = json!(long(end));
        all.push(user);
    }
    let groups = ["2", "0", "4"].map(|end| group(&long(end), &[])).to_vec();
    let devices = ["1", "3", "2"].map(|end| device(end, json!({ "label": long(end) }))).to_vec();
    let provider =
        Provider::strict().with_all("/Users", all).await.with_all("/Groups", groups).await;
    let provider = provider.with_all("/Devices", devices).await;
    for by in [
        "/?sortBy=displayName",
        "/?attributes=id&sortBy=displayName",
        "/Devices?sortBy=label",
        "/Groups?sortBy=displayName",
    ] {
        assert_walks(&provider, by).await;
    }
}

#[tokio::test]
async fn it_goes_on_where_the_last_one_has_gone_or_changed() {
    // What they begin with tells these apart.
    let titles =
        ["a", "b", "c", "d", "e", "f"].map(|begin| format!("{begin}{}", "t".repeat(3_000)));
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    for order in ORDERS {
        let provider = of_titles(Setup::default(), &titles).await;
        let query = format!("/Users?attributes=userName&sortBy=title&sortOrder={order}&count=1");
        let (mut cursor, mut names) = (String::new(), Vec::new());
        for round in 0..6 {
            let page = page_of(&provider, &query, &cursor).await;
            names.extend(page.names().into_iter().map(str::to_owned));
            page.next_cursor().unwrap_or_default().clone_into(&mut cursor);
            let path = format!("/Users/{}", id(&page.resources()[0]));
            // The place of one that goes to the front, before where the reading is, is not lost;
            // nor is that of one that goes.
            let front = if order == "ascending" { "0" } else { "z" };
            let moved = json!([{ "op": "replace", "path": "title", "value": front.repeat(3_000) }]);
            let status = if round % 2 == 0 {
                provider.delete(&path).await.status
            } else {
                provider.patch(&path, moved).await.status
            };
            assert!(matches!(status, 200 | 204), "{status}");
        }
        let mut expected: Vec<String> = (0..6).map(|number| format!("user{number:02}")).collect();
        if order == "descending" {
            expected.reverse();
        }
        assert_eq!((names, cursor.as_str()), (expected, ""), "{order}");
    }
}

#[tokio::test]
async fn it_expires_where_nobody_can_tell_what_comes_next() {
    // RFC 9865, Section 2.1: the resource has gone that says where, and others begin as it did.
    let common = "t".repeat(3_000);
    for order in ORDERS {
        for gone in [true, false] {
            let titles = ["1", "2", "3", "4"].map(|end| format!("{common}{end}"));
            let mut titles: Vec<&str> = titles.iter().map(String::as_str).collect();
            titles.extend(["a", "z"]);
            let provider = of_titles(Setup::default(), &titles).await;
            let query =
                format!("/Users?attributes=userName&sortBy=title&sortOrder={order}&count=3");
            let page = page_of(&provider, &query, "").await;
            let cursor = page.next_cursor().expect("a page follows").to_owned();
            let path = format!("/Users/{}", id(&page.resources()[2]));
            if gone {
                assert_eq!(provider.delete(&path).await.status, 204);
            } else {
                let moved =
                    json!([{ "op": "replace", "path": "title", "value": format!("{common}9") }]);
                assert!(provider.patch(&path, moved).await.status < 300);
            }
            provider.get(&format!("{query}&cursor={cursor}")).await.refused("expiredCursor");
            let body = json!({ "attributes": ["userName"], "sortBy": "title", "sortOrder": order, "count": 3, "cursor": cursor });
            provider.search("/Users", body).await.refused("expiredCursor");
            // Another walk is as good as ever.
            let all: BTreeSet<String> = walk(&provider, &query).await.into_iter().collect();
            assert_eq!(all.len(), if gone { 5 } else { 6 });
        }
    }
}
