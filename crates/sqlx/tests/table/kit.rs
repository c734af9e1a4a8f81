//! Each description passes the test kit, on each database.

use scimwire::auth::RequestContext;
use scimwire::sql::Dialect;
use scimwire::testkit::{self, Stores};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn odd_names() {
    passes_some("odd names", 10).await;
}

async fn passes(name: &str) {
    passes_some(name, 60).await;
}

async fn passes_some(name: &str, cases: usize) {
    let case = CASES.iter().find(|case| case.name == name).expect(name);
    for dialect in dialects() {
        let factory = || stores(*case, dialect, cases);
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
