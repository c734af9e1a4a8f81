//! Cursors that are refused, and why (RFC 9865, Sections 2.1, 4 and 5).

use std::time::Duration;

use scimwire::auth::{Permissions, RequestContext};
use serde_json::json;

use support::reads::provider::{Provider, Setup};
use support::reads::samples::{group, user};

async fn of_users() -> Provider {
    Provider::strict()
        .with_all("/Users", (0..6).map(|number| user(&format!("user{number}"))).collect())
        .await
}

/// Where the page after this one begins.
async fn cursor_of(provider: &Provider, path: &str) -> String {
    provider.get(path).await.next_cursor().expect("a page follows").to_owned()
}

#[tokio::test]
async fn a_cursor_belongs_to_one_query() {
    // C-2-07, C-2.1-01, C-2.1-04
    let provider = of_users()
        .await
        .with_all("/Groups", (0..6).map(|number| group(&format!("g{number}"), &[])).collect())
        .await;
    let cursor = cursor_of(
        &provider,
        "/Users?count=2&cursor&filter=userName pr&sortBy=userName&attributes=userName",
    )
    .await;
    let same = format!(
        "/Users?attributes=userName&sortBy=userName&filter=userName pr&cursor={cursor}&count=2"
    );
    assert_eq!(provider.get(&same).await.names(), ["user2", "user3"]);
    for other in [
        "/Users?count=2&filter=userName pr&sortBy=userName",
        "/Users?count=2&filter=userName pr&sortBy=userName&attributes=title",
        "/Users?count=2&filter=userName pr&sortBy=userName&excludedAttributes=userName",
        "/Users?count=2&filter=userName pr&sortBy=userName&sortOrder=descending&attributes=userName",
        "/Users?count=2&filter=userName pr&sortBy=displayName&attributes=userName",
        "/Users?count=2&filter=userName pr&attributes=userName",
        "/Users?count=2&filter=id pr&sortBy=userName&attributes=userName",
        "/Users?count=2&sortBy=userName&attributes=userName",
        "/?count=2&filter=userName pr&sortBy=userName&attributes=userName",
    ] {
        provider.get(&format!("{other}&cursor={cursor}")).await.refused("invalidCursor");
    }
    let of_users = cursor_of(&provider, "/Users?count=2&cursor").await;
    provider.get(&format!("/Groups?count=2&cursor={of_users}")).await.refused("invalidCursor");
    provider.get(&format!("/?count=2&cursor={of_users}")).await.refused("invalidCursor");
}

#[tokio::test]
async fn what_is_no_cursor_of_ours_is_refused() {
    // C-2.1-01, C-2.1-04, C-5.2-03
    let provider = of_users().await;
    let cursor = cursor_of(&provider, "/Users?count=2&cursor").await;
    let changed = |position: usize| {
        let mut text = cursor.clone().into_bytes();
        text[position] = if text[position] == b'A' { b'B' } else { b'A' };
        String::from_utf8(text).expect("ASCII")
    };
    let mut wrong: Vec<String> = (0..cursor.len()).map(changed).collect();
    wrong.extend(["x", "VZUTiyhEQJ94IR", "1", "null", "..", "%00", "é", "!"].map(str::to_owned));
    wrong.extend([
        cursor[1..].to_owned(),
        cursor[..cursor.len() - 1].to_owned(),
        format!("{cursor}A"),
        cursor.repeat(2),
    ]);
    wrong.push("A".repeat(100_000));
    for wrong in wrong.into_iter().filter(|wrong| *wrong != cursor) {
        if wrong.len() < 10_000 {
            provider.get(&format!("/Users?count=2&cursor={wrong}")).await.refused("invalidCursor");
        }
        provider
            .search("/Users", json!({ "count": 2, "cursor": wrong }))
            .await
            .refused("invalidCursor");
    }
    // What a cursor holds is not for clients to read.
    assert!(!cursor.contains("user"));
}

#[tokio::test]
async fn count_stays_what_it_was() {
    // C-2.1-03, C-2.1-04
    let provider = of_users().await;
    let cursor = cursor_of(&provider, "/Users?count=2&cursor").await;
    for count in ["&count=3", "&count=1", "&count=0", "&count=-2", ""] {
        provider.get(&format!("/Users?cursor={cursor}{count}")).await.refused("invalidCount");
    }
    provider
        .search("/Users", json!({ "cursor": cursor, "count": 5 }))
        .await
        .refused("invalidCount");
    assert_eq!(
        provider.get(&format!("/Users?count=2&cursor={cursor}")).await.names(),
        ["user2", "user3"]
    );
}

#[tokio::test]
async fn a_cursor_is_good_for_as_long_as_was_said() {
    // C-2.1-02, C-2.1-04, C-4-03
    let mut setup = Setup::default();
    setup.limits.cursor_timeout = Some(Duration::from_secs(60));
    let provider = Provider::new(setup)
        .with_all("/Users", (0..9).map(|number| user(&format!("u{number}"))).collect())
        .await;
    let mut cursor = cursor_of(&provider, "/Users?count=2&cursor").await;
    for _ in 0..3 {
        provider.clock.advance(60);
        cursor = cursor_of(&provider, &format!("/Users?count=2&cursor={cursor}")).await;
    }
    provider.clock.advance(61);
    let path = format!("/Users?count=2&cursor={cursor}");
    provider.get(&path).await.refused("expiredCursor");
    let body = json!({ "count": 2, "cursor": cursor });
    provider.search("/Users", body).await.refused("expiredCursor");
    let endless = of_users().await;
    let cursor = cursor_of(&endless, "/Users?count=2&cursor").await;
    endless.clock.advance(100_000_000);
    endless.get(&format!("/Users?count=2&cursor={cursor}")).await.ok();
}

#[tokio::test]
async fn holding_a_cursor_grants_nothing() {
    // C-5.2-01, C-5.2-02, C-5.2-04
    let provider = of_users().await;
    let cursor = cursor_of(&provider, "/Users?count=2&cursor").await;
    let path = format!("/Users?count=2&cursor={cursor}");
    let stranger = provider.asked_by(RequestContext::new("other"));
    stranger.create("/Users", user("theirs")).await;
    let foreign = stranger.get(&path).await;
    foreign.refused("invalidCursor");
    let nonsense = stranger.get("/Users?count=2&cursor=VZUTiyhEQJ94IR").await;
    assert_eq!(foreign.body, nonsense.body);

    let mut none = Permissions::default();
    (none.read, none.write) = (false, false);
    let powerless = provider.asked_by(RequestContext::new("example").with_permissions(none));
    assert_eq!(powerless.get(&path).await.status, 403);
    let hidden = provider.asked_by(RequestContext::new("example").hide_resource_type("User"));
    assert_eq!(hidden.get(&path).await.status, 404);
    let colleague = provider.asked_by(RequestContext::new("example").with_principal("colleague"));
    assert_eq!(colleague.get(&path).await.names(), ["user2", "user3"]);
}

#[tokio::test]
async fn open_cursors_cost_nothing() {
    // C-5.3-01: the state of a cursor is in its text, so that any process can go on that has the
    // same resources.
    let provider = of_users().await;
    let first = cursor_of(&provider, "/Users?count=2&cursor").await;
    for _ in 0..1_000 {
        cursor_of(&provider, "/Users?count=1&cursor").await;
    }
    assert_eq!(
        provider.get(&format!("/Users?count=2&cursor={first}")).await.names(),
        ["user2", "user3"]
    );
    assert_eq!(cursor_of(&provider, "/Users?count=2&cursor").await, first);
}
