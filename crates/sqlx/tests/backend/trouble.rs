//! Bad databases: down, away and back, of another version, damaged, busy. The operator gets a clear
//! error, the client 503 with `Retry-After` or 500 without detail, and nobody has to restart
//! anything.

use std::sync::Arc;
use std::time::Duration;

use http::{Request, StatusCode};
use scimwire::dispatch::RequestReport;
use scimwire::query::Projection;
use scimwire::sql::Dialect;
use scimwire::{Dispatcher, ResourceType, StoreError};
use scimwire_sqlx::{
    OpenError, PostgresDirectory, PostgresOptions, SqliteDirectory, SqliteOptions, migrations,
};
use serde_json::json;
use sqlx::{Connection, Executor};
use tempfile::TempDir;

use super::stored::{Fixture, beside};
use crate::databases::{AnyDirectory, CLUSTER, Cluster, Kind, bin_folder, eventually, kinds};

fn short_timeout() -> PostgresOptions {
    let mut options = PostgresOptions::default();
    options.max_connections = 2;
    options.acquire_timeout = Duration::from_secs(2);
    // One tenant has them all.
    options.max_per_tenant = Some(8);
    options
}

#[tokio::test]
async fn a_database_of_another_version_is_not_touched() {
    for kind in kinds() {
        let fixture = Fixture::new(kind).await;
        fixture.user("ann").await;
        beside(&fixture.directory, "UPDATE scim_schema SET version = 1000").await;
        let opened = match &fixture.directory {
            AnyDirectory::Sqlite(_, folder) => {
                SqliteDirectory::open(folder.path().join("scim.db")).await.map(drop)
            }
            AnyDirectory::Postgres(_, url) => PostgresDirectory::connect(url).await.map(drop),
            AnyDirectory::Memory(_) => panic!("there is no version"),
        };
        let err = opened.expect_err("it is newer");
        assert!(matches!(err, OpenError::SchemaTooNew { found: 1000, .. }), "{kind:?}: {err}");
        assert!(err.to_string().contains("use a newer program"), "{err}");
        let users =
            beside(&fixture.directory, "SELECT CAST(count(*) AS text) FROM scim_resource").await;
        assert_eq!(users.as_deref(), Some("1"));
    }
}

#[tokio::test]
async fn a_host_may_migrate_by_itself() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("scim.db");
    let mut options = SqliteOptions::default();
    options.migrate = false;
    let err = SqliteDirectory::open_with(&path, &options).await.expect_err("there are no tables");
    assert!(matches!(err, OpenError::SchemaTooOld { found: 0, .. }), "{err}");
    let mut connection = sqlx::SqliteConnection::connect(&format!("sqlite:{}", path.display()))
        .await
        .expect("a file");
    for migration in migrations(Dialect::Sqlite) {
        connection.execute(migration.sql).await.expect("it is SQL");
    }
    SqliteDirectory::open_with(&path, &options).await.expect("the tables are there");
}

#[tokio::test]
async fn several_processes_may_start_at_once() {
    for kind in kinds() {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("scim.db");
        match kind {
            Kind::Sqlite => {
                let opened = [
                    SqliteDirectory::open(&path),
                    SqliteDirectory::open(&path),
                    SqliteDirectory::open(&path),
                ];
                for opened in futures(opened).await {
                    opened.expect("one migrates, the others wait");
                }
            }
            _ => {
                let url = CLUSTER.as_ref().expect("it runs").new_database().await;
                let opened = [PostgresDirectory::connect(&url), PostgresDirectory::connect(&url)];
                for opened in futures(opened).await {
                    opened.expect("one migrates, the other waits");
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_no_database_is_refused_with_a_reason() {
    let folder = TempDir::new().expect("a folder");
    let text = folder.path().join("notes.txt");
    std::fs::write(
        &text,
        "no database at all, and long enough to be read as the head of one. ".repeat(20),
    )
    .expect("a file");
    for path in [text, folder.path().join("missing").join("scim.db"), folder.path().to_owned()] {
        let err = SqliteDirectory::open(&path).await.expect_err("it is no database");
        assert!(matches!(err, OpenError::Unavailable(_)), "{err}");
        assert_eq!(err.to_string(), "the database cannot be opened");
        let reason = std::error::Error::source(&err).expect("a reason").to_string();
        assert!(reason.contains("file"), "{reason}");
    }
    for url in ["postgres://nobody@127.0.0.1:1/none", "postgres:///none?host=/nowhere/at/all"] {
        let err = PostgresDirectory::connect_with(url, &short_timeout())
            .await
            .expect_err("nobody is there");
        assert!(matches!(err, OpenError::Unavailable(_)), "{err}");
    }
}

#[tokio::test]
async fn a_damaged_document_is_a_failure_that_says_nothing_to_the_client() {
    for kind in kinds() {
        let fixture = Fixture::new(kind).await;
        let (ann, bob) = (fixture.user("ann").await, fixture.user("bob").await);
        let damage = match kind {
            Kind::Sqlite => {
                "UPDATE scim_resource SET document = '{\"userName\": \"se' WHERE name = 'ann'"
            }
            _ => "UPDATE scim_resource SET document = '[\"secret\"]' WHERE name = 'ann'",
        };
        beside(&fixture.directory, damage).await;
        let scim = Dispatcher::builder("https://example.com/scim/v2")
            .store(Arc::clone(&fixture.users))
            .unauthenticated()
            .build()
            .expect("a provider");
        let get = async |path: String| {
            let request =
                Request::get(path).extension(fixture.cx.clone()).body("").expect("a request");
            scim.dispatch(request).await
        };
        for path in [format!("/Users/{ann}"), "/Users".to_owned()] {
            let response = get(path).await;
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR, "{kind:?}");
            let body = String::from_utf8_lossy(response.body()).into_owned();
            assert!(
                body.contains("the request could not be processed") && !body.contains("damaged"),
                "{body}"
            );
            let source = response
                .extensions()
                .get::<RequestReport>()
                .and_then(|report| report.error.clone())
                .expect("a source");
            assert!(
                source.to_string().contains("damaged") && !source.to_string().contains("secret"),
                "{source}"
            );
        }
        assert_eq!(get(format!("/Users/{bob}")).await.status(), StatusCode::OK, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_does_not_end_makes_others_busy() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("scim.db");
    let mut options = SqliteOptions::default();
    options.acquire_timeout = Duration::from_secs(1);
    let directory = SqliteDirectory::open_with(&path, &options).await.expect("a new file");
    let fixture = Fixture::over(AnyDirectory::Sqlite(directory, Arc::new(folder)));
    let ann = fixture.user("ann").await;
    let mut other = sqlx::SqliteConnection::connect(&format!("sqlite:{}", path.display()))
        .await
        .expect("a file");
    other.execute("BEGIN IMMEDIATE").await.expect("nobody writes");
    let busy = fixture.create(&fixture.users, json!({ "userName": "bob" })).await;
    assert!(matches!(busy, Err(StoreError::Unavailable { .. })), "{busy:?}");
    // Reading goes on.
    assert_eq!(fixture.get(&fixture.users, &ann).await["userName"], "ann");
    other.execute("ROLLBACK").await.expect("it ends");
    fixture.user("bob").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_without_a_free_connection_makes_others_busy() {
    let Some(cluster) = CLUSTER.as_ref() else { return };
    let url = cluster.new_database().await;
    let directory =
        PostgresDirectory::connect_with(&url, &short_timeout()).await.expect("a new database");
    let fixture = Arc::new(Fixture::over(AnyDirectory::Postgres(directory, url.clone())));
    let group = fixture.group("G", &[]).await;
    let mut other = sqlx::PgConnection::connect(&url).await.expect("the server is there");
    other.execute("BEGIN; SELECT * FROM scim_resource FOR UPDATE").await.expect("nobody writes");
    let waiting = [1, 2].map(|number| {
        let (fixture, group) = (Arc::clone(&fixture), group.clone());
        tokio::spawn(async move {
            fixture.patch(&group, json!([{ "op": "add", "path": "members", "value": [{ "value": number.to_string() }] }])).await
        })
    });
    let get = async || fixture.groups.get(&group, &Projection::default(), &fixture.cx).await;
    eventually(|| async { matches!(get().await, Err(StoreError::Unavailable { .. })) }).await;
    other.execute("COMMIT").await.expect("it ends");
    for waiting in waiting {
        waiting.await.expect("it ends well").expect("the lock is free");
    }
    assert_eq!(
        get()
            .await
            .expect("there are connections again")
            .get("members")
            .and_then(|all| all.as_array())
            .map(|all| all.len()),
        Some(2)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_away_and_comes_back_needs_no_restart_of_ours() {
    let Some(bin) = bin_folder() else { return };
    let cluster = Cluster::start(&bin, &[]);
    let url = cluster.new_database().await;
    let mut options = short_timeout();
    options.max_connections = 8;
    let directory = PostgresDirectory::connect_with(&url, &options).await.expect("a new database");
    let fixture = Fixture::over(AnyDirectory::Postgres(directory, url.clone()));
    let ann = fixture.user("ann").await;
    // Several connections, all of which are to break.
    let projection = Projection::default();
    let all: Vec<_> = (0..8).map(|_| fixture.users.get(&ann, &projection, &fixture.cx)).collect();
    for got in futures(all).await {
        got.expect("it is there");
    }
    cluster.control(&["-m", "immediate", "stop"]);
    for _ in 0..3 {
        let busy = fixture.users.get(&ann, &Projection::default(), &fixture.cx).await;
        assert!(matches!(busy, Err(StoreError::Unavailable { .. })), "{busy:?}");
        let busy = fixture.create(&fixture.users, json!({ "userName": "bob" })).await;
        assert!(matches!(busy, Err(StoreError::Unavailable { .. })), "{busy:?}");
    }
    let err = PostgresDirectory::connect_with(&url, &options).await.expect_err("it is down");
    assert!(matches!(err, OpenError::Unavailable(_)), "{err}");
    cluster.control(&["-o", &cluster.options(), "start"]);
    // At the first try, whatever connections there were.
    assert_eq!(fixture.get(&fixture.users, &ann).await["userName"], "ann");
    fixture.user("bob").await;
    // Again, while all connections were idle: nobody sees it.
    cluster.control(&["-m", "fast", "-o", &cluster.options(), "restart"]);
    fixture.user("cid").await;
    assert_eq!(fixture.get(&fixture.users, &ann).await["userName"], "ann");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_only_reads_is_waited_for() {
    let Some(cluster) = CLUSTER.as_ref() else { return };
    let url = cluster.new_database().await;
    let directory =
        PostgresDirectory::connect_with(&url, &short_timeout()).await.expect("a new database");
    let fixture = Fixture::over(AnyDirectory::Postgres(directory, url.clone()));
    let ann = fixture.user("ann").await;
    let name = url.split('?').next().and_then(|url| url.rsplit('/').next()).expect("a name");
    let mut other = sqlx::PgConnection::connect(&url).await.expect("the server is there");
    let terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    other
        .execute(
            format!("ALTER DATABASE {name} SET default_transaction_read_only = on; {terminate}")
                .as_str(),
        )
        .await
        .expect("SQL");
    assert_eq!(fixture.get(&fixture.users, &ann).await["userName"], "ann");
    let busy = fixture.create(&fixture.users, json!({ "userName": "bob" })).await;
    assert!(matches!(busy, Err(StoreError::Unavailable { .. })), "{busy:?}");
    other.execute("SET default_transaction_read_only = off").await.expect("SQL");
    other
        .execute(format!("ALTER DATABASE {name} RESET default_transaction_read_only").as_str())
        .await
        .expect("SQL");
    fixture.user("bob").await;
}

#[test]
fn nothing_secret_is_shown() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let Some(cluster) = CLUSTER.as_ref() else { return };
    runtime.block_on(async {
        let url = cluster
            .new_database()
            .await
            .replace("user=postgres", "user=postgres&password=t1meMa$heen");
        let directory = PostgresDirectory::connect(&url).await.expect("a new database");
        assert!(
            !format!("{directory:?} {:?}", directory.store(ResourceType::user())).contains("t1me")
        );
    });
}

/// The outcomes of futures that run at once.
async fn futures<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut open: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        for (future, outcome) in open.iter_mut().filter(|(_, outcome)| outcome.is_none()) {
            if let std::task::Poll::Ready(ready) = future.as_mut().poll(context) {
                *outcome = Some(ready);
            }
        }
        if open.iter().all(|(_, outcome)| outcome.is_some()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    open.into_iter().filter_map(|(_, outcome)| outcome).collect()
}
