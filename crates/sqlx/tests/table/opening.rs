//! Opening tables: in several processes at once, and with few privileges.

use scimwire::ResourceStore;
use scimwire::auth::RequestContext;
use scimwire::query::Projection;
use scimwire::sql::Dialect;
use scimwire_sqlx::table::SqlTables;
use sqlx::postgres::PgPoolOptions;

use super::cases::{dialects, postgres};
use super::changes::case;
use super::transactions::user;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_may_open_at_once() {
    if !dialects().contains(&Dialect::Postgres) {
        return;
    }
    for _ in 0..5 {
        let pool = postgres().await;
        let case = case("a product");
        sqlx::raw_sql(&(case.ddl)(Dialect::Postgres)).execute(&pool).await.expect("tables");
        let open = || {
            let (pool, tables) = (pool.clone(), (case.tables)(Dialect::Postgres));
            tokio::spawn(async move { SqlTables::open(pool, tables).await.map(drop) })
        };
        let opened = [open(), open(), open(), open()];
        for opened in opened {
            opened.await.expect("no panic").expect("it opens");
        }
        pool.close().await;
    }
}

#[tokio::test]
async fn a_role_that_may_create_nothing_opens_what_there_is() {
    if !dialects().contains(&Dialect::Postgres) {
        return;
    }
    let pool = postgres().await;
    let case = case("a product");
    let tables = || (case.tables)(Dialect::Postgres);
    sqlx::raw_sql(&(case.ddl)(Dialect::Postgres)).execute(&pool).await.expect("tables");
    SqlTables::open(pool.clone(), tables()).await.expect("it opens");
    let role =
        "DO $$ BEGIN CREATE ROLE limited_role; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO limited_role;
        REVOKE CREATE ON SCHEMA public FROM PUBLIC;";
    sqlx::raw_sql(role).execute(&pool).await.expect("a role");
    let limited = PgPoolOptions::new().max_connections(1).after_connect(|connection, _| {
        Box::pin(
            async move { sqlx::query("SET ROLE limited_role").execute(connection).await.map(drop) },
        )
    });
    let limited = limited.connect_with((*pool.connect_options()).clone()).await.expect("a pool");
    let opened = SqlTables::open(limited, tables()).await.expect("it opens");
    let cx = RequestContext::new("1");
    let users = opened.users().expect("users");
    let created = users.create(user("one"), &cx).await.expect("it is new");
    users.get(created.id(), &Projection::default(), &cx).await.expect("it is there");
}
