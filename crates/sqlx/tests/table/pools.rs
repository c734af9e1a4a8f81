//! The ready-made stores over the pool of an application.

use scimwire::auth::RequestContext;
use scimwire::query::Projection;
use scimwire::resource::{Meta, Resource};
use scimwire::sql::Dialect;
use scimwire::testkit::{self, Stores};
use scimwire::{ResourceStore, ResourceType};
use scimwire_sqlx::{PostgresDirectory, SqliteDirectory};

use super::cases::{dialects, postgres, sqlite};

async fn lives(store: impl ResourceStore) {
    let cx = RequestContext::new("acme");
    let mut user = Resource::default();
    user.set("userName", "bjensen");
    user.set_meta(&Meta::new("User", chrono::DateTime::UNIX_EPOCH));
    let created = store.create(user, &cx).await.expect("it is new");
    let read = store.get(created.id(), &Projection::default(), &cx).await.expect("it is there");
    assert_eq!(read.user_name(), Some("bjensen"));
}

#[tokio::test]
async fn tables_of_both_are_in_one_database() {
    for dialect in dialects() {
        let own = "CREATE TABLE own (id INTEGER); INSERT INTO own VALUES (1)";
        let resources = "SELECT count(*) FROM own, scim_resource";
        match dialect {
            Dialect::Sqlite => {
                let folder = tempfile::tempdir().expect("a folder");
                let pool = sqlite(&folder).await;
                sqlx::raw_sql(own).execute(&pool).await.expect("a table");
                let directory =
                    SqliteDirectory::from_pool(pool.clone()).await.expect("a directory");
                lives(directory.store(ResourceType::user())).await;
                let count: i64 =
                    sqlx::query_scalar(resources).fetch_one(&pool).await.expect("rows");
                assert_eq!(count, 1);
                directory.close().await;
                assert!(pool.is_closed());
            }
            Dialect::Postgres => {
                let pool = postgres().await;
                sqlx::raw_sql(own).execute(&pool).await.expect("a table");
                let directory =
                    PostgresDirectory::from_pool(pool.clone()).await.expect("a directory");
                lives(directory.store(ResourceType::user())).await;
                let count: i64 =
                    sqlx::query_scalar(resources).fetch_one(&pool).await.expect("rows");
                assert_eq!(count, 1);
                directory.close().await;
                assert!(pool.is_closed());
            }
        }
    }
}

/// Writers share connections with readers, and wait for each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_shared_pool_passes() {
    let factory = async || {
        let folder = tempfile::tempdir().expect("a folder");
        let directory = SqliteDirectory::from_pool(sqlite(&folder).await).await;
        let directory = directory.expect("a directory");
        Stores::new()
            .store(directory.store(testkit::users()))
            .store(directory.store(testkit::groups()))
            .spawner(|task| drop(tokio::spawn(task)))
            .cases(20)
            .keep_alive(folder)
    };
    testkit::run_all(&factory).await;
}
