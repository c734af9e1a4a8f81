//! Pages by index (RFC 7644, Section 3.4.2.4).

use serde_json::json;

use support::reads::provider::{Provider, Setup, id};
use support::reads::samples::user;

/// Ten users, at most five to a page, three unless said otherwise.
async fn ten() -> Provider {
    let mut setup = Setup::default();
    setup.limits.max_page_size = 5;
    setup.limits.default_page_size = 3;
    Provider::new(setup)
        .with_all("/Users", (0..10).map(|number| user(&format!("user{number}"))).collect())
        .await
}

#[tokio::test]
async fn pages_are_cut_where_the_client_says() {
    let provider = ten().await;
    for (parameters, start, items, first) in [
        // P-3.4.2.4-01
        ("", 1, 3, "user0"),
        ("startIndex=1", 1, 3, "user0"),
        ("startIndex=0", 1, 3, "user0"),
        ("startIndex=-7", 1, 3, "user0"),
        ("startIndex=-99999999999999999999", 1, 3, "user0"),
        // P-3.4.2.4-02, P-3.4.2.4-05, P-3.4.2.4-06
        ("startIndex=2&count=1", 2, 1, "user1"),
        ("startIndex=4&count=5", 4, 5, "user3"),
        ("startIndex=9&count=5", 9, 2, "user8"),
        ("startIndex=10&count=5", 10, 1, "user9"),
        // P-3.4.2.4-04
        ("startIndex=5", 5, 3, "user4"),
        ("count=5", 1, 5, "user0"),
        ("count=6", 1, 5, "user0"),
        ("count=1000000", 1, 5, "user0"),
        ("count=99999999999999999999", 1, 5, "user0"),
    ] {
        let page = provider.get(&format!("/Users?{parameters}")).await;
        let numbers =
            (&page.body["startIndex"], &page.body["itemsPerPage"], &page.body["totalResults"]);
        assert_eq!(numbers, (&json!(start), &json!(items), &json!(10)), "{parameters}");
        assert_eq!((page.names().len(), page.names()[0]), (items, first), "{parameters}");
    }
}

#[tokio::test]
async fn a_count_of_nothing_still_counts() {
    // P-3.4.2.4-03
    let provider = ten().await;
    for count in ["0", "-1", "-5", "-99999999999999999999"] {
        for filter in ["", "&filter=userName sw \"user\""] {
            let page = provider.get(&format!("/Users?count={count}{filter}")).await;
            assert!(page.names().is_empty());
            assert_eq!(
                (&page.body["totalResults"], &page.body["itemsPerPage"]),
                (&json!(10), &json!(0)),
                "{count}"
            );
        }
    }
}

#[tokio::test]
async fn behind_the_end_is_nothing() {
    // P-3.4.2.4-07
    let provider = ten().await;
    for start in ["11", "5000", "9223372036854775807", "99999999999999999999"] {
        let page = provider.get(&format!("/Users?startIndex={start}")).await;
        assert!(page.names().is_empty(), "{start}");
        assert_eq!(
            (&page.body["totalResults"], &page.body["itemsPerPage"]),
            (&json!(10), &json!(0)),
            "{start}"
        );
    }
}

#[tokio::test]
async fn numbers_have_to_be_whole() {
    // P-3.4.2.4-08
    let provider = ten().await;
    for name in ["startIndex", "count"] {
        for value in ["x", "1.5", "", "1e3", "0x10", "--1", "%2B1x", "NaN"] {
            provider.get(&format!("/Users?{name}={value}")).await.refused("invalidValue");
            provider.get(&format!("/?{name}={value}")).await.refused("invalidValue");
        }
        for value in [json!("1"), json!(1.5), json!([1]), json!(true), json!({})] {
            provider.search("/Users", json!({ name: value })).await.refused("invalidValue");
        }
    }
}

#[tokio::test]
async fn pages_together_are_the_whole_list() {
    // P-3.4.2.4-02, P-3.4.2.3-07
    let provider = ten().await;
    for query in [
        "count=3",
        "count=3&sortBy=userName&sortOrder=descending",
        "count=3&filter=userName ne \"user4\"",
    ] {
        let mut seen = Vec::new();
        for start in [1, 4, 7, 10] {
            let page = provider.get(&format!("/Users?{query}&startIndex={start}")).await;
            seen.extend(page.resources().iter().map(|user| id(user).to_owned()));
        }
        let total = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(
            (seen.len(), total),
            if query.contains("ne") { (9, 9) } else { (10, 10) },
            "{query}"
        );
    }
}
