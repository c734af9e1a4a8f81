//! Changes within a transaction of the application, and connections that are given back in order.

use std::future::poll_fn;
use std::task::Poll;

use scimwire::ResourceStore;
use scimwire::auth::RequestContext;
use scimwire::query::Projection;
use scimwire::resource::{Meta, Resource};
use scimwire::sql::Dialect;
use scimwire::store::{Precondition, StoreError};
use scimwire_sqlx::Database;
use scimwire_sqlx::table::InTransaction;
use sqlx::{Connection, Transaction};

use super::cases::{CASES, Opened, dialects};

pub(super) fn user(name: &str) -> Resource {
    let mut user = Resource::default();
    user.set("userName", name);
    user.set_meta(&Meta::new("User", chrono::DateTime::UNIX_EPOCH));
    user
}

async fn created<D: Database>(mut users: InTransaction<'_, D>, cx: &RequestContext) -> String {
    let created = users.create(user("kept"), cx).await.expect("it is new");
    users.get(created.id(), &Projection::default(), cx).await.expect("it is there");
    created.id().to_owned()
}

async fn ended<DB: sqlx::Database>(transaction: Transaction<'static, DB>, is_kept: bool) {
    let end = if is_kept { transaction.commit().await } else { transaction.rollback().await };
    end.expect("an end");
}

#[tokio::test]
async fn a_change_is_part_of_the_applications_transaction() {
    let case = CASES.iter().find(|case| case.name == "one tenant").expect("a case");
    let cx = RequestContext::new("default");
    for dialect in dialects() {
        let opened = case.open(dialect).await;
        for is_kept in [false, true] {
            let id = match &opened {
                Opened::Sqlite { tables, pool, .. } => {
                    let mut transaction =
                        pool.begin_with("BEGIN IMMEDIATE").await.expect("a transaction");
                    let users = tables.users().expect("users");
                    let id = created(users.with_transaction(&mut transaction), &cx).await;
                    ended(transaction, is_kept).await;
                    id
                }
                Opened::Postgres { tables, pool } => {
                    let mut transaction = pool.begin().await.expect("a transaction");
                    let users = tables.users().expect("users");
                    let id = created(users.with_transaction(&mut transaction), &cx).await;
                    ended(transaction, is_kept).await;
                    id
                }
            };
            let read = opened.store("User").get(&id, &Projection::default(), &cx).await;
            assert_eq!(read.is_ok(), is_kept, "{dialect:?}");
        }
        let gone = opened.store("User").delete("99", &Precondition::default(), &cx).await;
        assert!(matches!(gone, Err(StoreError::NotFound)));
    }
}

/// A request that is given up anywhere leaves no connection in a transaction: the application would
/// get it next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_come_back_at_rest() {
    let case = CASES.iter().find(|case| case.name == "one tenant").expect("a case");
    let cx = RequestContext::new("default");
    let opened = case.open(Dialect::Sqlite).await;
    let Opened::Sqlite { pool, .. } = &opened else { panic!("it is SQLite") };
    let store = opened.store("User");
    for polls in 0..60 {
        let mut create = Box::pin(store.create(user(&format!("user-{polls}")), &cx));
        let mut left = polls;
        poll_fn(|context| {
            let is_done = left == 0 || create.as_mut().poll(context).is_ready();
            left -= usize::from(!is_done);
            if is_done { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        drop(create);
        for _ in 0..4 {
            let mut connection = pool.acquire().await.expect("a connection");
            connection.ping().await.expect("it answers");
            let begun = sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await;
            begun.unwrap_or_else(|err| panic!("after {polls} polls: {err}"));
            sqlx::query("ROLLBACK").execute(&mut *connection).await.expect("it ends");
        }
    }
}
