//! How many resources there are: as many as there are, whoever made or deleted them, since before
//! it was kept too.

use std::sync::Arc;

use scimwire::auth::RequestContext;
use scimwire::filter::EvalBudget;
use scimwire::query::{Page, Query};
use scimwire::schema::ResourceType;
use scimwire::sql::Dialect;
use scimwire::store::{Precondition, execute};
use scimwire::{Resource, ResourceStore, StoreError};
use scimwire_sqlx::{PostgresDirectory, SqliteDirectory, migrations};
use sqlx::{Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;

use super::stored::{Fixture, beside};
use crate::databases::{CLUSTER, Kind, kinds};

/// What a first page of one says, and how many come by cursor.
async fn totals(store: &dyn ResourceStore, tenant: &str) -> (usize, usize) {
    let cx = RequestContext::new(tenant);
    let query = |page| Query::new(page);
    let select = async |page| {
        execute::select(store, &query(page), &EvalBudget::new(0), &cx).await.expect("an answer")
    };
    let counted = select(Page::Index { start: 1, count: 1 }).await.total.expect("it is counted");
    (counted, select(Page::Cursor { after: None, count: usize::MAX }).await.resources.len())
}

async fn make(store: &dyn ResourceStore, name: &str, tenant: &str) -> Result<String, StoreError> {
    let mut resource = Resource::default();
    resource.set("userName", name);
    resource.set("displayName", name);
    store
        .create(resource, &RequestContext::new(tenant))
        .await
        .map(|resource| resource.id().to_owned())
}

#[tokio::test]
async fn the_total_is_how_many_there_are() {
    // P-3.4.2-05
    for kind in kinds() {
        let fixture = Fixture::new(kind).await;
        let (users, groups) = (fixture.users.as_ref(), fixture.groups.as_ref());
        let mut ids = Vec::new();
        for number in 0..9 {
            ids.push(make(users, &format!("user{number}"), "acme").await.expect("a new name"));
            make(groups, &format!("group{number}"), "acme").await.expect("a new name");
            make(users, &format!("user{number}"), "other").await.expect("a new name");
        }
        let expect = async |acme, other| {
            assert_eq!(totals(users, "acme").await, (acme, acme), "{kind:?}");
            assert_eq!(totals(users, "other").await, (other, other), "{kind:?}");
            assert_eq!(totals(groups, "acme").await, (9, 9), "{kind:?}");
        };
        expect(9, 9).await;
        assert!(matches!(make(users, "user0", "acme").await, Err(StoreError::Conflict { .. })));
        expect(9, 9).await;
        let cx = RequestContext::new("acme");
        for id in &ids[..4] {
            users.delete(id, &Precondition::default(), &cx).await.expect("it is there");
            assert!(matches!(
                users.delete(id, &Precondition::default(), &cx).await,
                Err(StoreError::NotFound)
            ));
        }
        expect(5, 9).await;
        // The host may do something about its tables by itself.
        let two =
            "WHERE tenant = 'other' AND resource_type = 'User' AND name IN ('user1', 'user2')";
        beside(&fixture.directory, &format!("DELETE FROM scim_resource {two}")).await;
        expect(5, 7).await;
        beside(
            &fixture.directory,
            "UPDATE scim_resource SET tenant = 'more' WHERE tenant = 'other'",
        )
        .await;
        expect(5, 0).await;
        assert_eq!(totals(users, "more").await, (7, 7), "{kind:?}");
        beside(&fixture.directory, "DELETE FROM scim_resource WHERE tenant = 'more'").await;
        assert_eq!(totals(users, "more").await, (0, 0), "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_total_holds_while_many_write() {
    for kind in kinds() {
        let fixture = Arc::new(Fixture::new(kind).await);
        let tasks: Vec<_> = (0..6)
            .map(|writer| {
                let users = Arc::clone(&fixture.users);
                tokio::spawn(async move {
                    let cx = RequestContext::new("acme");
                    for step in 0..12 {
                        // Two at a time want the same name, and what one deletes the other may
                        // make.
                        match make(users.as_ref(), &format!("user{}-{step}", writer / 2), "acme")
                            .await
                        {
                            Ok(id) if step % 3 == 0 => {
                                users
                                    .delete(&id, &Precondition::default(), &cx)
                                    .await
                                    .expect("nobody else deletes it");
                            }
                            Ok(_) | Err(StoreError::Conflict { .. }) => {}
                            Err(err) => panic!("{err}"),
                        }
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("it ends well");
        }
        let (counted, there) = totals(fixture.users.as_ref(), "acme").await;
        assert_eq!(counted, there, "{kind:?}");
        assert!(there >= 24, "{kind:?}: {there}");
    }
}

#[tokio::test]
async fn what_was_there_before_is_counted_once_the_tables_are_migrated() {
    let row = |tenant: &str, number: usize| {
        format!(
            "INSERT INTO scim_resource (tenant, resource_type, id, name, document, search) VALUES ('{tenant}', 'User', 'id{number}', \
             'user{number}', '{{\"id\":\"id{number}\",\"userName\":\"user{number}\"}}', '{{}}');"
        )
    };
    let rows: String = (0..7)
        .map(|number| row("acme", number))
        .chain((0..3).map(|number| row("other", number)))
        .collect();
    for kind in kinds() {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("scim.db");
        let users: Arc<dyn ResourceStore> = match kind {
            Kind::Memory => panic!("there is no database"),
            Kind::Sqlite => {
                let url = format!("sqlite:{}?mode=rwc", path.display());
                let mut old = SqliteConnection::connect(&url).await.expect("a new file");
                for sql in [migrations(Dialect::Sqlite)[0].sql, rows.as_str()] {
                    sqlx::raw_sql(sql).execute(&mut old).await.expect("a statement");
                }
                old.close().await.expect("it closes");
                Arc::new(
                    SqliteDirectory::open(&path)
                        .await
                        .expect("it is migrated")
                        .store(ResourceType::user()),
                )
            }
            Kind::Postgres => {
                let url = CLUSTER.as_ref().expect("it is there").new_database().await;
                let mut old = PgConnection::connect(&url).await.expect("a new database");
                for sql in [migrations(Dialect::Postgres)[0].sql, rows.as_str()] {
                    sqlx::raw_sql(sql).execute(&mut old).await.expect("a statement");
                }
                old.close().await.expect("it closes");
                Arc::new(
                    PostgresDirectory::connect(&url)
                        .await
                        .expect("it is migrated")
                        .store(ResourceType::user()),
                )
            }
        };
        assert_eq!(totals(users.as_ref(), "acme").await, (7, 7), "{kind:?}");
        make(users.as_ref(), "new", "acme").await.expect("a new name");
        users
            .delete("id3", &Precondition::default(), &RequestContext::new("acme"))
            .await
            .expect("it is there");
        users
            .delete("id4", &Precondition::default(), &RequestContext::new("acme"))
            .await
            .expect("it is there");
        assert_eq!(totals(users.as_ref(), "acme").await, (6, 6), "{kind:?}");
        assert_eq!(totals(users.as_ref(), "other").await, (3, 3), "{kind:?}");
    }
}
