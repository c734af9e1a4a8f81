//! A change that waits for another one sees all of it, in the tables beside the row, too.

use std::task::Poll;

use scimwire::sql::Dialect;
use serde_json::{Value, json};

use super::cases::{Opened, dialects};
use super::changes::{Product, case, group, user};

/// Changes of the tables beside the row, which the second change must not undo.
const FIRST: &[&str] = &[
    "INSERT INTO member_email (member_id, address, kind) SELECT id, 'first@example.com', 'home' FROM member",
    "UPDATE scim_meta SET external_id = 'first', version = version + 1 WHERE table_name = 'member'",
];

#[tokio::test]
async fn a_change_that_waits_sees_the_one_before() {
    if !dialects().contains(&Dialect::Postgres) {
        return;
    }
    let product = Product::of(&case("text keys"), Dialect::Postgres).await;
    let Opened::Postgres { pool, .. } = &product.opened else { panic!("it is PostgreSQL") };
    let created = product.create("acme", "/Users", user("bjensen")).await;
    let path = format!("/Users/{}", created["id"].as_str().expect("an id"));
    let mut first = pool.begin().await.expect("a transaction");
    sqlx::raw_sql("SELECT 1 FROM member FOR UPDATE").execute(&mut *first).await.expect("a lock");
    let operations =
        json!([{ "op": "add", "path": "emails", "value": [{ "value": "second@example.com" }] }]);
    let mut second = Box::pin(product.patch("acme", &path, operations));
    until_blocked(pool, &mut second).await;
    for sql in FIRST {
        sqlx::raw_sql(sql).execute(&mut *first).await.expect(sql);
    }
    first.commit().await.expect("it is done");
    let (status, changed) = second.await;
    assert_eq!(status, 200, "{changed}");
    let (_, seen) = product.get("acme", &path).await;
    let mails: Vec<&Value> =
        seen["emails"].as_array().into_iter().flatten().map(|it| &it["value"]).collect();
    assert_eq!(mails, ["bjensen@example.com", "first@example.com", "second@example.com"]);
    assert_eq!(seen["externalId"], json!("first"));
}

/// Runs a request until it waits for a lock.
async fn until_blocked(pool: &sqlx::PgPool, request: &mut (impl Future<Output: Sized> + Unpin)) {
    let blocked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    loop {
        std::future::poll_fn(|cx| {
            let is_done = std::pin::Pin::new(&mut *request).poll(cx).is_ready();
            assert!(!is_done, "it does not wait");
            Poll::Ready(())
        })
        .await;
        let count: i64 = sqlx::query_scalar(blocked).fetch_one(pool).await.expect("a count");
        if count > 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_member_is_not_deleted_meanwhile() {
    if !dialects().contains(&Dialect::Postgres) {
        return;
    }
    let product = Product::of(&case("uuid keys"), Dialect::Postgres).await;
    let Opened::Postgres { pool, .. } = &product.opened else { panic!("it is PostgreSQL") };
    let member = product.create("acme", "/Users", user("bjensen")).await;
    let made = product.create("acme", "/Groups", group("Tours", &[])).await;
    let path = format!("/Groups/{}", made["id"].as_str().expect("an id"));
    let mut first = pool.begin().await.expect("a transaction");
    for sql in ["SELECT 1 FROM people FOR UPDATE", "UPDATE people SET deleted_at = now()"] {
        sqlx::raw_sql(sql).execute(&mut *first).await.expect(sql);
    }
    let value = json!([{ "value": member["id"] }]);
    let operations = json!([{ "op": "add", "path": "members", "value": value }]);
    let mut second = Box::pin(product.patch("acme", &path, operations));
    until_blocked(pool, &mut second).await;
    first.commit().await.expect("it is done");
    let (status, refused) = second.await;
    assert_eq!((status, &refused["scimType"]), (400, &json!("invalidValue")), "{refused}");
}
