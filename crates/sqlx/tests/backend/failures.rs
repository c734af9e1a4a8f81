//! What errors of sqlx mean to a client, as a store over it passes them on.

use std::time::Duration;

use scimwire::StoreError;
use scimwire_sqlx::store_error;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use tempfile::TempDir;

use crate::databases::CLUSTER;

async fn failure<'c, E: Executor<'c>>(connection: E, sql: &'static str) -> StoreError {
    store_error(connection.execute(sql).await.map(drop).expect_err(sql))
}

#[tokio::test]
async fn errors_of_sqlite_say_what_they_are() {
    let folder = TempDir::new().expect("a folder");
    let file =
        SqliteConnectOptions::new().filename(folder.path().join("own.db")).create_if_missing(true);
    let file = file.busy_timeout(Duration::ZERO);
    let mut one = SqliteConnection::connect_with(&file).await.expect("a new file");
    one.execute("CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT UNIQUE)")
        .await
        .expect("it is SQL");
    one.execute("INSERT INTO users VALUES ('1', 'ann@example.com')").await.expect("it is free");
    let taken = failure(&mut one, "INSERT INTO users VALUES ('2', 'ann@example.com')").await;
    assert!(
        matches!(&taken, StoreError::Conflict { attribute } if attribute.is_empty()),
        "{taken:?}"
    );
    assert!(!taken.to_string().contains("email"), "{taken}");
    assert!(
        matches!(taken.with_attribute("userName"), StoreError::Conflict { attribute } if attribute == "userName")
    );
    let missing =
        sqlx::query("SELECT id FROM users WHERE id = '2'").fetch_one(&mut one).await.map(drop);
    let missing = missing.expect_err("there is none");
    assert!(matches!(store_error(missing), StoreError::NotFound));
    let malformed =
        failure(&mut one, "SELECT nothing FROM nowhere").await.with_attribute("userName");
    assert!(matches!(malformed, StoreError::Other(_)), "{malformed:?}");
    one.execute("BEGIN IMMEDIATE").await.expect("nobody else writes");
    let mut other = SqliteConnection::connect_with(&file).await.expect("the same file");
    let busy = failure(&mut other, "BEGIN IMMEDIATE").await;
    assert!(
        matches!(busy, StoreError::Unavailable { retry_after } if !retry_after.is_zero()),
        "{busy:?}"
    );
    let pool =
        SqlitePoolOptions::new().max_connections(1).acquire_timeout(Duration::from_millis(1));
    let pool = pool.connect_lazy_with(file);
    // A machine that is busy may need longer than that to connect.
    let held = loop {
        if let Ok(connection) = pool.acquire().await {
            break connection;
        }
    };
    let exhausted = store_error(pool.acquire().await.expect_err("it is in use"));
    assert!(matches!(exhausted, StoreError::Unavailable { .. }), "{exhausted:?}");
    drop(held);
}

#[tokio::test]
async fn errors_of_postgres_say_what_they_are() {
    let Some(cluster) = CLUSTER.as_ref() else { return };
    let url = cluster.new_database().await;
    let mut one = PgConnection::connect(&url).await.expect("a new database");
    let mut other = PgConnection::connect(&url).await.expect("the same database");
    one.execute("CREATE TABLE users (id BIGINT PRIMARY KEY, email TEXT UNIQUE)")
        .await
        .expect("it is SQL");
    one.execute("INSERT INTO users VALUES (1, 'ann@example.com'), (2, 'bob@example.com')")
        .await
        .expect("they are free");
    let taken = failure(&mut one, "INSERT INTO users VALUES (3, 'ann@example.com')").await;
    assert!(
        matches!(&taken, StoreError::Conflict { attribute } if attribute.is_empty()),
        "{taken:?}"
    );
    // SQLSTATE 57014, whoever has cancelled it.
    let late = failure(&mut one, "SET statement_timeout = 1; SELECT pg_sleep(60)").await;
    assert!(matches!(late, StoreError::Unavailable { .. }), "{late:?}");
    one.execute("SET statement_timeout = 0; BEGIN; UPDATE users SET email = 'x' WHERE id = 1")
        .await
        .expect("nobody else writes");
    // 55P03
    let locked = failure(&mut other, "SELECT * FROM users WHERE id = 1 FOR UPDATE NOWAIT").await;
    assert!(matches!(locked, StoreError::Unavailable { .. }), "{locked:?}");
    one.execute("COMMIT").await.expect("it goes through");
    // 40001
    let begin = "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT * FROM users";
    other.execute(begin).await.expect("it reads");
    one.execute("UPDATE users SET email = 'y' WHERE id = 1")
        .await
        .expect("nobody else has written");
    let lost = failure(&mut other, "UPDATE users SET email = 'z' WHERE id = 1").await;
    assert!(matches!(lost, StoreError::Unavailable { .. }), "{lost:?}");
    other.execute("ROLLBACK").await.expect("it ends");
    // 22P02
    let malformed = failure(&mut one, "SELECT * FROM users WHERE id = 'x'").await;
    assert!(matches!(malformed, StoreError::Other(_)), "{malformed:?}");
}
