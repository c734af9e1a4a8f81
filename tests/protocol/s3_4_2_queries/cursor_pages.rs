//! Pages by cursor (RFC 9865, Sections 2, 2.2 to 2.4, 3 and 4).

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use support::databases::counts_by_cursor;
use support::reads::provider::{Answer, Provider, Setup, id, name};
use support::reads::samples::{device, group, user};

async fn of_users(count: usize) -> Provider {
    Provider::strict()
        .with_all("/Users", (0..count).map(|number| user(&format!("user{number:02}"))).collect())
        .await
}

async fn page_of(provider: &Provider, query: &str, cursor: &str) -> Answer {
    let separator = if query.contains('?') { '&' } else { '?' };
    provider.get(&format!("{query}{separator}cursor={cursor}")).await
}

/// All resources of a query, page by page.
async fn walk(provider: &Provider, query: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = page_of(provider, query, &cursor).await;
        all.extend(page.resources().iter().cloned());
        assert!(all.len() < 1_000, "{query}: it does not end");
        match page.next_cursor() {
            Some(next) => next.clone_into(&mut cursor),
            None => return all,
        }
    }
}

#[tokio::test]
async fn an_empty_cursor_begins() {
    let provider = of_users(7).await;
    // C-2-01, C-3-01
    let by_get =
        [provider.get("/Users?cursor&count=3").await, provider.get("/Users?cursor=&count=3").await];
    let by_post = [json!(""), json!(null)].map(|cursor| json!({ "cursor": cursor, "count": 3 }));
    let mut pages = by_get.to_vec();
    for body in by_post {
        pages.push(provider.search("/Users", body).await);
    }
    for page in &pages {
        assert_eq!(page.names(), ["user00", "user01", "user02"]);
        assert!(page.next_cursor().is_some());
        // C-2-09, C-2-05, C-2-06, C-2-08
        assert_eq!((page.body.get("startIndex"), page.body.get("previousCursor")), (None, None));
        assert_eq!(page.body["itemsPerPage"], 3);
        if counts_by_cursor() {
            assert_eq!(page.body["totalResults"], 7);
        }
    }
}

#[tokio::test]
async fn each_page_but_the_last_names_the_next() {
    // C-2-04
    let provider = of_users(6).await;
    for (count, sizes) in
        [(3, vec![3, 3]), (4, vec![4, 2]), (6, vec![6]), (7, vec![6]), (1, vec![1; 6])]
    {
        let mut cursor = String::new();
        for (index, size) in sizes.iter().enumerate() {
            let page = page_of(&provider, &format!("/Users?count={count}"), &cursor).await;
            assert_eq!(page.names().len(), *size, "{count}, page {index}");
            assert_eq!(
                page.next_cursor().is_some(),
                index + 1 < sizes.len(),
                "{count}, page {index}"
            );
            page.next_cursor().unwrap_or_default().clone_into(&mut cursor);
        }
    }
    let none = provider.get("/Users?cursor&filter=userName eq \"nobody\"").await;
    assert_eq!((none.names().len(), none.next_cursor()), (0, None));
}

#[tokio::test]
async fn cursors_need_no_escapes() {
    // C-2-02
    let provider = Provider::strict();
    for label in ["straße/+", "???>>>", "ÿÿÿ~~", "日本", "a b&c=d%"] {
        for number in 0..4 {
            provider
                .create("/Devices", device(&format!("{label}{number}"), json!({ "label": label })))
                .await;
        }
    }
    let mut cursor = String::new();
    for _ in 0..19 {
        let page = page_of(&provider, "/Devices?sortBy=label&count=1", &cursor).await;
        page.next_cursor().expect("a page follows").clone_into(&mut cursor);
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        assert!(!cursor.is_empty() && cursor.bytes().all(unreserved), "{cursor}");
    }
}

#[tokio::test]
async fn count_is_a_bound() {
    // C-2-03, C-4-02
    let mut setup = Setup::default();
    setup.limits.max_page_size = 4;
    setup.limits.default_page_size = 3;
    let provider = Provider::new(setup)
        .with_all("/Users", (0..9).map(|number| user(&format!("u{number}"))).collect())
        .await;
    for (count, items) in
        [("&count=2", 2), ("", 3), ("&count=4", 4), ("&count=5", 4), ("&count=100000", 4)]
    {
        assert_eq!(
            provider.get(&format!("/Users?cursor{count}")).await.names().len(),
            items,
            "{count}"
        );
        let query = format!("/Users?{}", count.trim_start_matches('&'));
        assert_eq!(walk(&provider, &query).await.len(), 9, "{count}");
    }
    for count in ["0", "-1", "-99999999999999999999"] {
        let page = provider.get(&format!("/Users?cursor&count={count}")).await;
        assert_eq!((page.names().len(), &page.body["totalResults"]), (0, &json!(9)), "{count}");
    }
}

#[tokio::test]
async fn pages_follow_the_order_asked_for() {
    // C-2.2-01
    let provider = Provider::strict();
    for number in 0..12 {
        let serial = format!("{number:02}");
        let attributes = match number % 4 {
            0 => {
                json!({ "slots": number * 1_000, "weight": 0.1, "bought": "2011-05-13T04:42:34.5Z", "active": true, "label": "B" })
            }
            1 => {
                json!({ "slots": -number, "weight": 1e2, "bought": "1969-12-31T23:59:59.25Z", "active": false, "label": "b" })
            }
            2 => json!({ "slots": 9_007_199_254_740_993_i64, "weight": -0.5, "label": "Ärmel" }),
            _ => json!({}),
        };
        provider.create("/Devices", device(&serial, attributes)).await;
    }
    for by in
        ["slots", "weight", "bought", "active", "label", "serial", "manual", "id", "meta.created"]
    {
        for order in ["ascending", "descending"] {
            let query = format!("/Devices?sortBy={by}&sortOrder={order}");
            let whole = provider.get(&query).await;
            assert_eq!(
                walk(&provider, &format!("{query}&count=1")).await,
                whole.resources(),
                "{query}"
            );
            assert_eq!(
                walk(&provider, &format!("{query}&count=5")).await,
                whole.resources(),
                "{query}"
            );
        }
    }
}

#[tokio::test]
async fn nothing_is_lost_or_repeated_while_others_write() {
    // C-2.2-01, C-2-04
    for sort in [
        "",
        "&sortBy=userName",
        "&sortBy=userName&sortOrder=descending",
        "&sortBy=title",
        "&sortBy=title&sortOrder=descending",
    ] {
        let provider = Provider::strict();
        let mut there_throughout = BTreeSet::new();
        let mut to_delete = Vec::new();
        for number in 0..40 {
            let mut user = user(&format!("user{number:02}"));
            if number % 4 != 0 {
                user["title"] = json!(["Chief", "Guide", "chief"][number % 3]);
            }
            let created = provider.create("/Users", user).await;
            if number % 5 == 0 {
                to_delete.push(id(&created).to_owned());
            } else {
                there_throughout.insert(id(&created).to_owned());
            }
        }
        let seen =
            walk_while_others_write(&provider, &format!("/Users?count=6{sort}"), to_delete).await;
        let once: BTreeSet<_> = seen.iter().cloned().collect();
        assert_eq!(once.len(), seen.len(), "{sort}: a resource came twice");
        assert!(there_throughout.is_subset(&once), "{sort}: a resource was lost");
    }
}

/// The ids on all pages; between two of them users come and go, before and behind where the reading
/// is.
async fn walk_while_others_write(
    provider: &Provider,
    query: &str,
    mut to_delete: Vec<String>,
) -> Vec<String> {
    let mut seen = Vec::new();
    let mut cursor = String::new();
    for round in 0..60 {
        let page = page_of(provider, query, &cursor).await;
        seen.extend(page.resources().iter().map(|user| id(user).to_owned()));
        let Some(next) = page.next_cursor() else {
            return seen;
        };
        next.clone_into(&mut cursor);
        for id in [to_delete.pop(), (!to_delete.is_empty()).then(|| to_delete.remove(0))]
            .into_iter()
            .flatten()
        {
            assert_eq!(provider.delete(&format!("/Users/{id}")).await.status, 204);
        }
        // One at each end of the order and one in the middle; not for ever, so that the reading
        // comes to an end.
        if round < 4 {
            for (name, title) in [("aaa", "A"), ("user20x", "Guide"), ("zzz", "Z")] {
                let mut user = user(&format!("{name}{round}"));
                user["title"] = json!(title);
                provider.create("/Users", user).await;
            }
        }
    }
    panic!("{query}: it does not end");
}

#[tokio::test]
async fn search_takes_cursors_in_the_body() {
    // C-3-01, C-2-01
    let provider = of_users(5).await;
    let mut cursor = json!("");
    let mut names = Vec::new();
    for _ in 0..3 {
        let body = json!({ "cursor": cursor, "count": 2, "filter": "userName sw \"user\"", "sortBy": "userName" });
        let page = provider.search("/Users", body).await;
        names.extend(page.names().into_iter().map(str::to_owned));
        cursor = json!(page.next_cursor());
    }
    assert_eq!(names, ["user00", "user01", "user02", "user03", "user04"]);
    assert_eq!(cursor, Value::Null);
}

#[tokio::test]
async fn index_is_the_default_method() {
    // C-2.4-01, C-2.4-02, C-2.3-01
    let provider = of_users(5).await;
    for list in [
        provider.get("/Users?count=2").await,
        provider.search("/Users", json!({ "count": 2 })).await,
    ] {
        assert_eq!((&list.body["startIndex"], list.next_cursor()), (&json!(1), None));
    }
    let pagination = provider.get("/ServiceProviderConfig").await.ok()["pagination"].clone();
    assert_eq!(pagination["defaultPaginationMethod"], "index");
}

#[tokio::test]
async fn paging_is_advertised_as_it_is() {
    // C-4-01
    let pagination =
        Provider::strict().get("/ServiceProviderConfig").await.ok()["pagination"].clone();
    assert_eq!((&pagination["cursor"], &pagination["index"]), (&json!(true), &json!(true)));
    assert_eq!(
        (&pagination["defaultPageSize"], &pagination["maxPageSize"]),
        (&json!(100), &json!(200))
    );
    assert_eq!(pagination.get("cursorTimeout"), None);
    let mut setup = Setup::default();
    setup.limits.max_page_size = 4;
    setup.limits.cursor_timeout = Some(Duration::from_secs(3600));
    let provider = Provider::new(setup)
        .with_all("/Users", (0..9).map(|number| user(&format!("u{number}"))).collect())
        .await;
    let pagination = provider.get("/ServiceProviderConfig").await.ok()["pagination"].clone();
    assert_eq!(
        (&pagination["maxPageSize"], &pagination["cursorTimeout"]),
        (&json!(4), &json!(3600))
    );
    // C-4-02
    assert_eq!(pagination["defaultPageSize"], 4);
    assert_eq!(provider.get("/Users?cursor").await.names().len(), 4);
    assert_eq!(provider.get("/Users").await.names().len(), 4);
}

#[tokio::test]
async fn groups_that_are_not_shown_give_an_order_all_the_same() {
    let mut setup = Setup::default();
    setup.limits.max_groups = 0;
    let provider = Provider::new(setup);
    for number in 0..5 {
        let made = provider.create("/Users", user(&format!("user{number}"))).await;
        let name = format!("group{}", number * 3 % 5);
        provider.create("/Groups", group(&name, &[id(&made)])).await;
    }
    for (query, expected) in [
        ("/Users?sortBy=groups.display", ["user0", "user2", "user4", "user1", "user3"]),
        ("/Users?sortBy=groups.value", ["user0", "user1", "user2", "user3", "user4"]),
        (
            "/?filter=userName pr&sortBy=groups.display",
            ["user0", "user2", "user4", "user1", "user3"],
        ),
    ] {
        for order in ["ascending", "descending"] {
            let shown = walk(&provider, &format!("{query}&sortOrder={order}&count=2")).await;
            let mut names: Vec<&str> = shown.iter().map(name).collect();
            if order == "descending" {
                names.reverse();
            }
            assert_eq!(names, expected, "{query}, {order}");
            assert!(shown.iter().all(|user| user.get("groups").is_none()));
        }
    }
}
