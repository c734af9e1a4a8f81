//! The stores pass the test kit, and serve what an identity provider sends.

use async_trait::async_trait;
use diesel_store::{Account, Database, Team, dispatcher, open};
use scimwire::auth::{BearerAuth, RequestContext, validator_fn};
use scimwire::http;
use scimwire::store::StoreQuery;
use scimwire::testkit::{self, Explain, Stores};
use scimwire::typed::TypedResources;
use support::flow::provision;
use tempfile::TempDir;

fn database() -> (TempDir, Database) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("product.db");
    (folder, open(&file.to_string_lossy()).expect("a new file"))
}

struct Plans(Database);

#[async_trait]
impl Explain for Plans {
    async fn plan(&self, query: StoreQuery<'_>, cx: &RequestContext) -> Vec<String> {
        self.0.plans_of_accounts(query, cx).await.expect("the statement is well-formed")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_stores_pass_the_test_kit() {
    let factory = async || {
        let (folder, database) = database();
        Stores::new()
            .store(TypedResources::<Account, _>::new(database.clone()))
            .explained_by("User", Plans(database.clone()))
            .store(TypedResources::<Team, _>::new(database))
            .tenants([RequestContext::new("1"), RequestContext::new("2")])
            .spawner(|task| drop(tokio::spawn(task)))
            .keep_alive(folder)
            .cases(50)
    };
    testkit::run_all(&factory).await;
}

#[tokio::test]
async fn the_flow_of_an_identity_provider_is_served() {
    let (_folder, database) = database();
    let keys = BearerAuth::new(validator_fn(async |_| Ok(RequestContext::new("1"))));
    let scim = dispatcher(&database, keys).expect("it is consistent");
    provision(async |method, path, body| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = http::Request::builder().method(method).uri(format!("/scim/v2{path}"));
        let request = request.header("authorization", "Bearer key");
        let response = scim.dispatch(request.body(body).expect("a request")).await;
        let body = scimwire::serde_json::from_slice(response.body()).unwrap_or_default();
        (response.status().as_u16(), body)
    })
    .await;
}
