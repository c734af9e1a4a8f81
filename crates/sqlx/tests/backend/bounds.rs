//! What asks for too much of a database: a statement ends, and says so; a tenant waits, and others
//! do not.

use std::sync::Arc;
use std::time::Duration;

use http::{Request, StatusCode};
use scimwire::auth::RequestContext;
use scimwire::dispatch::Limits;
use scimwire::query::Projection;
use scimwire::sql::Dialect;
use scimwire::{Dispatcher, Resource, StoreError};
use scimwire_sqlx::{
    PostgresDirectory, PostgresOptions, SqliteDirectory, SqliteOptions, migrations,
};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use tempfile::TempDir;

use super::stored::{Fixture, beside};
use crate::databases::{AnyDirectory, CLUSTER, Kind, eventually, kinds};

/// The limit of statements over PostgreSQL here; over SQLite there it is zero, and a small
/// statement ends before it is looked at.
const LIMIT: Duration = Duration::from_secs(1);

/// The same database, with one connection that reads, and little time.
async fn limited(directory: &AnyDirectory) -> AnyDirectory {
    match directory {
        AnyDirectory::Memory(_) => panic!("there is no database"),
        AnyDirectory::Sqlite(_, folder) => {
            let mut options = SqliteOptions::default();
            (options.max_readers, options.statement_timeout) = (1, Some(Duration::ZERO));
            let path = folder.path().join("scim.db");
            let opened =
                SqliteDirectory::open_with(path, &options).await.expect("the file is there");
            AnyDirectory::Sqlite(opened, Arc::clone(folder))
        }
        AnyDirectory::Postgres(_, url) => {
            let mut options = PostgresOptions::default();
            (options.max_connections, options.statement_timeout) = (1, Some(LIMIT));
            let connected =
                PostgresDirectory::connect_with(url, &options).await.expect("the server is there");
            AnyDirectory::Postgres(connected, url.clone())
        }
    }
}

/// Makes every statement over PostgreSQL that looks at resources wait, until it is dropped.
async fn locked(directory: &AnyDirectory) -> Option<PgConnection> {
    let AnyDirectory::Postgres(_, url) = directory else { return None };
    let mut other = PgConnection::connect(url).await.expect("the server is there");
    other
        .execute("BEGIN; LOCK TABLE scim_resource IN ACCESS EXCLUSIVE MODE")
        .await
        .expect("nobody else has a lock");
    Some(other)
}

async fn released(lock: Option<PgConnection>) {
    if let Some(connection) = lock {
        connection.close().await.expect("it closes");
    }
}

/// Many more users like those that there are.
async fn multiply(directory: &AnyDirectory, times: usize) {
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {times}) \
         INSERT INTO scim_resource (tenant, resource_type, id, name, document, search) \
         SELECT r.tenant, r.resource_type, r.id || '-' || n.i, r.name || n.i, r.document, r.search FROM n, scim_resource r \
         WHERE r.resource_type = 'User'"
    );
    beside(directory, &sql).await;
}

fn dispatcher(fixture: &Fixture) -> Dispatcher {
    dispatcher_with(fixture, u64::MAX)
}

/// One whose requests may cost so much each.
fn dispatcher_with(fixture: &Fixture, work: u64) -> Dispatcher {
    let mut limits = Limits::default();
    limits.eval_budget = work;
    Dispatcher::builder("https://example.com/scim/v2")
        .limits(limits)
        .store(Arc::clone(&fixture.users))
        .store(Arc::clone(&fixture.groups))
        .unauthenticated()
        .build()
        .expect("a provider")
}

struct Answer {
    status: StatusCode,
    body: Value,
    retry_after: bool,
}

async fn send(scim: &Dispatcher, method: &str, path: &str, body: &Value) -> Answer {
    let request =
        Request::builder().method(method).uri(path.replace(' ', "%20").replace('"', "%22"));
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let request = request.extension(RequestContext::new("example")).body(body).expect("a request");
    let response = scim.dispatch(request).await;
    Answer {
        status: response.status(),
        retry_after: response.headers().contains_key("retry-after"),
        body: serde_json::from_slice(response.body()).unwrap_or_default(),
    }
}

fn group_of(count: usize) -> Value {
    let members: Vec<Value> =
        (0..count).map(|number| json!({ "value": format!("member-{number}") })).collect();
    json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": format!("Group of {count}"), "members": members })
}

#[tokio::test]
async fn what_takes_too_long_ends_and_says_so() {
    for kind in kinds() {
        let ample = Fixture::new(kind).await;
        let ann = ample.user("ann").await;
        multiply(&ample.directory, 2_000).await;
        let group = ample.create(&ample.groups, group_of(2_000)).await.expect("a free name");
        let limited = Fixture::over(limited(&ample.directory).await);
        let scim = dispatcher(&limited);
        let found = send(&scim, "GET", "/Users?filter=userName eq \"ann\"", &Value::Null).await;
        assert_eq!(
            (found.status, &found.body["totalResults"]),
            (StatusCode::OK, &json!(1)),
            "{kind:?}: {}",
            found.body
        );
        let lock = locked(&ample.directory).await;
        for query in ["filter=title co \"x\"", "sortBy=title", "startIndex=1500&count=1"] {
            let refused = send(&scim, "GET", &format!("/Users?{query}"), &Value::Null).await;
            assert_eq!(
                (refused.status, &refused.body["scimType"]),
                (StatusCode::BAD_REQUEST, &json!("tooMany")),
                "{kind:?}, {query}"
            );
            let detail = refused.body["detail"].as_str().unwrap_or_default();
            assert!(
                detail.starts_with("the query takes too long: use a simpler filter"),
                "{kind:?}: {detail}"
            );
        }
        // Nothing that these ask for is too much.
        for (method, path, body) in [
            ("GET", format!("/Groups/{group}"), Value::Null),
            ("POST", "/Groups".to_owned(), group_of(1_999)),
        ] {
            let busy = send(&scim, method, &path, &body).await;
            assert_eq!(
                (busy.status, busy.retry_after),
                (StatusCode::SERVICE_UNAVAILABLE, true),
                "{kind:?}, {method}: {}",
                busy.body
            );
        }
        released(lock).await;
        // On the same connections, or on others in their place.
        let got = send(&scim, "GET", &format!("/Users/{ann}"), &Value::Null).await;
        assert_eq!(got.status, StatusCode::OK, "{kind:?}: {}", got.body);
        let made = send(&scim, "POST", "/Groups", &group_of(1)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{kind:?}: {}", made.body);
        let groups = beside(
            &ample.directory,
            "SELECT CAST(count(*) AS text) FROM scim_resource WHERE resource_type = 'Group'",
        )
        .await;
        assert_eq!(groups.as_deref(), Some("2"), "{kind:?}");
    }
}

#[tokio::test]
async fn a_search_of_sqlite_costs_what_it_looks_at() {
    let fixture = Fixture::new(Kind::Sqlite).await;
    let ann = fixture.user("ann").await;
    multiply(&fixture.directory, 2_000).await;
    let scim = dispatcher_with(&fixture, 10_000);
    for query in ["filter=title co \"x\"", "sortBy=title", "filter=emails[value co \"x\"]"] {
        let refused = send(&scim, "GET", &format!("/Users?{query}"), &Value::Null).await;
        assert_eq!(
            (refused.status, &refused.body["scimType"]),
            (StatusCode::BAD_REQUEST, &json!("tooMany")),
            "{query}"
        );
        let detail = refused.body["detail"].as_str().unwrap_or_default();
        assert!(
            detail.starts_with("the request exceeds the evaluation limit"),
            "{query}: {detail}"
        );
    }
    // What an index finds costs nothing, however much there is of it.
    let group = fixture.create(&fixture.groups, group_of(2_000)).await.expect("a free name");
    for path in [
        "/Users?filter=userName eq \"ann\"",
        "/Users?startIndex=1500&count=100",
        "/Users?sortBy=userName",
        "/Groups?filter=displayName eq \"Group of 2000\"",
        &format!("/Users/{ann}"),
        &format!("/Groups/{group}"),
    ] {
        let found = send(&scim, "GET", path, &Value::Null).await;
        assert_eq!(found.status, StatusCode::OK, "{path}: {}", found.body);
    }
}

#[tokio::test]
async fn without_a_limit_a_statement_takes_its_time() {
    let ample = Fixture::new(Kind::Sqlite).await;
    ample.user("ann").await;
    multiply(&ample.directory, 2_000).await;
    let AnyDirectory::Sqlite(_, folder) = &ample.directory else { panic!("it is one") };
    let mut options = SqliteOptions::default();
    options.statement_timeout = None;
    let opened = SqliteDirectory::open_with(folder.path().join("scim.db"), &options)
        .await
        .expect("the file is there");
    let scim = dispatcher(&Fixture::over(AnyDirectory::Sqlite(opened, Arc::clone(folder))));
    let found = send(&scim, "GET", "/Users?filter=title co \"x\"", &Value::Null).await;
    assert_eq!((found.status, &found.body["totalResults"]), (StatusCode::OK, &json!(0)));
}

#[tokio::test]
async fn tables_are_made_however_long_it_takes() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("scim.db");
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", path.display()))
        .await
        .expect("a new file");
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) \
                INSERT INTO scim_resource (tenant, resource_type, id, document, search) \
                SELECT 'example', 'User', i, json_object('id', CAST(i AS text), 'userName', 'user' || i), '' FROM n";
    for sql in [migrations(Dialect::Sqlite)[0].sql, rows] {
        connection.execute(sql).await.expect("it is SQL");
    }
    let mut options = SqliteOptions::default();
    options.statement_timeout = Some(Duration::ZERO);
    // The rows are counted here, and columns are made for them at the first search.
    let directory = SqliteDirectory::open_with(&path, &options).await.expect("it is migrated");
    let fixture = Fixture::over(AnyDirectory::Sqlite(directory, Arc::new(folder)));
    let scim = dispatcher(&fixture);
    let found = send(&scim, "GET", "/Users?filter=userName eq \"user77\"", &Value::Null).await;
    assert_eq!(
        (found.status, &found.body["totalResults"]),
        (StatusCode::OK, &json!(1)),
        "{}",
        found.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_waited_for_however_long_it_takes() {
    let Some(cluster) = CLUSTER.as_ref() else { return };
    let url = cluster.new_database().await;
    let mut other = PgConnection::connect(&url).await.expect("a new database");
    other.execute(migrations(Dialect::Postgres)[0].sql).await.expect("SQL");
    other.execute("BEGIN; LOCK TABLE scim_resource").await.expect("nobody else has a lock");
    let connecting = {
        let url = url.clone();
        tokio::spawn(async move {
            let mut options = PostgresOptions::default();
            options.statement_timeout = Some(LIMIT);
            PostgresDirectory::connect_with(&url, &options).await
        })
    };
    let mut watching = PgConnection::connect(&url).await.expect("the server is there");
    let late = format!(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' \
         AND clock_timestamp() - query_start > interval '{} milliseconds'",
        LIMIT.as_millis() + 200
    );
    let watching = tokio::sync::Mutex::new(&mut watching);
    eventually(|| async {
        sqlx::query(&late)
            .fetch_optional(&mut **watching.lock().await)
            .await
            .expect("SQL")
            .is_some()
    })
    .await;
    other.execute("COMMIT").await.expect("it ends");
    connecting.await.expect("it ends well").expect("it is migrated");
}

/// A user among many, and a search that takes SQLite a minute or so.
async fn many_emails(fixture: &Fixture) -> (String, String) {
    let emails: Vec<Value> =
        (0..20).map(|number| json!({ "value": format!("{number}@example.com") })).collect();
    let ann = fixture
        .create(&fixture.users, json!({ "userName": "ann", "emails": emails }))
        .await
        .expect("a free name");
    multiply(&fixture.directory, 10_000).await;
    let terms: Vec<String> =
        (0..250).map(|number| format!("emails[value co \"zK{number}\"]")).collect();
    (ann, format!("/Users?filter={}", terms.join(" or ")))
}

#[tokio::test]
async fn a_tenant_that_reads_all_the_time_keeps_no_other_waiting() {
    let folder = TempDir::new().expect("a folder");
    let mut options = SqliteOptions::default();
    (options.max_readers, options.statement_timeout) = (2, None);
    let directory = SqliteDirectory::open_with(folder.path().join("scim.db"), &options)
        .await
        .expect("a new file");
    let fixture = Fixture::over(AnyDirectory::Sqlite(directory, Arc::new(folder)));
    let (ann, path) = many_emails(&fixture).await;
    let scim = Arc::new(dispatcher(&fixture));
    let searches: Vec<_> = (0..3)
        .map(|_| {
            let (scim, path) = (Arc::clone(&scim), path.clone());
            tokio::spawn(async move { send(&scim, "GET", &path, &Value::Null).await.status })
        })
        .collect();
    for _ in 0..50 {
        let missing =
            fixture.users.get(&ann, &Projection::default(), &RequestContext::new("other")).await;
        assert!(matches!(missing, Err(StoreError::NotFound)), "{missing:?}");
    }
    for search in &searches {
        assert!(!search.is_finished(), "it is no search that takes long");
        search.abort();
    }
    // Nobody waits for what they asked for any more.
    assert_eq!(fixture.get(&fixture.users, &ann).await["userName"], "ann");
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_ends() {
    let folder = TempDir::new().expect("a folder");
    let mut options = SqliteOptions::default();
    (options.max_readers, options.statement_timeout, options.acquire_timeout) =
        (1, None, Duration::from_secs(2));
    let directory = SqliteDirectory::open_with(folder.path().join("scim.db"), &options)
        .await
        .expect("a new file");
    let fixture = Fixture::over(AnyDirectory::Sqlite(directory, Arc::new(folder)));
    let (ann, path) = many_emails(&fixture).await;
    let scim = dispatcher(&fixture);
    let search = tokio::spawn(async move { send(&scim, "GET", &path, &Value::Null).await.status });
    let get = async || {
        fixture.users.get(&ann, &Projection::default(), &RequestContext::new("other")).await
    };
    eventually(|| async { matches!(get().await, Err(StoreError::Unavailable { .. })) }).await;
    search.abort();
    assert!(search.await.is_err_and(|err| err.is_cancelled()), "it is no search that takes long");
    assert!(matches!(get().await, Err(StoreError::NotFound)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_waits_for_a_lock_keeps_no_other_waiting() {
    let Some(cluster) = CLUSTER.as_ref() else { return };
    let url = cluster.new_database().await;
    let mut options = PostgresOptions::default();
    (options.max_connections, options.statement_timeout) = (2, None);
    let directory = PostgresDirectory::connect_with(&url, &options).await.expect("a new database");
    let fixture = Arc::new(Fixture::over(AnyDirectory::Postgres(directory, url.clone())));
    let group = fixture.group("G", &[]).await;
    let mut other = PgConnection::connect(&url).await.expect("the server is there");
    other.execute("BEGIN; SELECT * FROM scim_resource FOR UPDATE").await.expect("nobody writes");
    let waiting = ["a", "b", "c"].map(|member| {
        let (fixture, group) = (Arc::clone(&fixture), group.clone());
        let operations =
            json!([{ "op": "add", "path": "members", "value": [{ "value": member }] }]);
        tokio::spawn(async move { fixture.patch(&group, operations).await })
    });
    let lock = "SELECT CAST(count(*) AS text) FROM pg_stat_activity \
                WHERE datname = current_database() AND wait_event_type = 'Lock'";
    eventually(|| async { beside(&fixture.directory, lock).await.as_deref() != Some("0") }).await;
    for number in 0..10 {
        let mut resource = Resource::default();
        resource.set("displayName", format!("Other {number}"));
        fixture
            .groups
            .create(resource, &RequestContext::new("other"))
            .await
            .expect("it waits for nobody");
    }
    assert_eq!(
        beside(&fixture.directory, lock).await.as_deref(),
        Some("1"),
        "the others wait for their tenant"
    );
    other.execute("COMMIT").await.expect("it ends");
    for waiting in waiting {
        waiting.await.expect("it ends well").expect("the lock is free");
    }
    assert_eq!(
        fixture.get(&fixture.groups, &group).await["members"].as_array().map(Vec::len),
        Some(3)
    );
}
