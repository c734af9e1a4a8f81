//! How large a filter may be (RFC 7644, Section 7.7 leaves it open).

use serde_json::json;

use support::reads::provider::{Provider, Setup};
use support::reads::samples::user;

#[tokio::test]
async fn two_hundred_ids_can_be_looked_up_at_once() {
    // P-3.4.2.2-27
    let provider = Provider::strict();
    let mut terms = Vec::new();
    for number in 0..200 {
        let created = provider.create("/Users", user(&format!("user{number}"))).await;
        terms.push(format!("id eq {}", created["id"]));
    }
    provider.create("/Users", user("other")).await;
    let filter = terms.join(" or ");
    let answer = provider.search("/Users", json!({ "filter": filter, "count": 200 })).await;
    assert_eq!((answer.resources().len(), &answer.body["totalResults"]), (200, &json!(200)));
    assert_eq!(provider.filter("/Users", &filter).await.body["totalResults"], 200);
}

#[tokio::test]
async fn terms_are_limited() {
    // P-3.4.2.2-27
    let provider = Provider::of_people().await;
    let terms = |count: usize, word: &str| vec!["title pr"; count].join(word);
    provider.filter("/Users", &terms(256, " or ")).await.ok();
    for filter in [
        terms(300, " or "),
        terms(300, " and "),
        format!("emails[{}]", vec!["type pr"; 300].join(" or ")),
    ] {
        provider.filter("/Users", &filter).await.refused("invalidFilter");
        provider.search("/Users", json!({ "filter": filter })).await.refused("invalidFilter");
    }
}

#[tokio::test]
async fn nesting_is_limited() {
    // P-3.4.2.2-27
    let provider = Provider::of_people().await;
    let nested =
        |depth: usize, open: &str| format!("{}title pr{}", open.repeat(depth), ")".repeat(depth));
    assert_eq!(provider.filter("/Users", &nested(20, "(")).await.names(), ["bjensen"]);
    for depth in [100, 1_000, 5_000] {
        for open in ["(", "not ("] {
            provider
                .search("/Users", json!({ "filter": nested(depth, open) }))
                .await
                .refused("invalidFilter");
            let unclosed = open.repeat(depth);
            provider.search("/Users", json!({ "filter": unclosed })).await.refused("invalidFilter");
        }
    }
}

#[tokio::test]
async fn length_is_limited() {
    // P-3.4.2.2-27
    let provider = Provider::of_people().await;
    for length in [20_000, 1_000_000] {
        for filter in [
            format!("title eq \"{}\"", "x".repeat(length)),
            "(".repeat(length),
            "[".repeat(length),
            " ".repeat(length),
        ] {
            let answer = provider.search("/Users", json!({ "filter": filter })).await;
            answer.refused("invalidFilter");
            assert!(answer.body.to_string().len() < 1_000, "the answer repeats what was too long");
        }
    }
}

#[tokio::test]
async fn the_limits_are_the_hosts() {
    // P-3.4.2.2-27
    let mut setup = Setup::default();
    setup.limits.filter.max_terms = 2;
    setup.limits.filter.max_depth = 1;
    setup.limits.filter.max_bytes = 40;
    let provider = Provider::new(setup);
    provider.finds("/Users", &[("title pr or (userType pr)", &[])]).await;
    provider
        .refuses(
            "/Users",
            &[
                "a pr or b pr or c pr",
                "((title pr))",
                "title eq \"0123456789012345678901234567890\"",
            ],
        )
        .await;
}
