//! Each description passes the test kit, on each database.

use scimwire::auth::RequestContext;
use scimwire::sql::Dialect;
use scimwire::testkit::{self, CHECKS, Stores};

use super::cases::{CASES, Case, Opened, dialects};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_product() {
    passes("a product").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn uuid_keys() {
    passes("uuid keys").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn text_keys() {
    passes("text keys").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_tenant() {
    passes("one tenant").await;
}

/// The checks whose statements name each table and column.
const OF_NAMES: &[&str] = &[
    "create_then_get",
    "update_then_get",
    "delete_then_get",
    "duplicate_value_is_rejected",
    "member_delta_equals_full_update",
    "membership_is_seen_from_both_sides",
    "lookups_use_an_index",
    "pushdown_agrees_with_evaluation",
    "order_agrees_with_evaluation",
    "pages_by_cursor_make_the_whole",
    "a_deletion_stays_within_a_tenant",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn odd_names() {
    let case = CASES.iter().find(|case| case.name == "odd names").expect("a case");
    let checks = || CHECKS.iter().filter(|check| OF_NAMES.contains(&check.name()));
    assert_eq!(checks().count(), OF_NAMES.len(), "each name is that of a check");
    for dialect in dialects() {
        let factory = || stores(*case, dialect, 10);
        for check in checks() {
            check.run(&factory).await;
        }
    }
}

async fn passes(name: &str) {
    let case = CASES.iter().find(|case| case.name == name).expect(name);
    for dialect in dialects() {
        let factory = || stores(*case, dialect, 40);
        testkit::run_all(&factory).await;
    }
}

async fn stores(case: Case, dialect: Dialect, cases: usize) -> Stores {
    let opened = case.open(dialect).await;
    let names: Vec<String> =
        (case.tables)(dialect).iter().map(|table| table.resource_type_name().to_owned()).collect();
    let mut stores = Stores::new();
    for name in &names {
        stores = match &opened {
            Opened::Sqlite { tables, .. } => {
                let store = tables.store(name).expect(name);
                stores.store(store.clone()).explained_by(name, store)
            }
            Opened::Postgres { tables, .. } => {
                let store = tables.store(name).expect(name);
                stores.store(store.clone()).explained_by(name, store)
            }
        };
    }
    stores
        .tenants(case.tenants.iter().map(|tenant| RequestContext::new(*tenant)))
        .spawner(|task| drop(tokio::spawn(task)))
        .cases(cases)
        .keep_alive(opened)
}
