//! A store of users that keeps the hashes of passwords apart from the resources.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard};

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::dispatch::Features;
use scimwire::query::Projection;
use scimwire::store::{Change, Precondition, StoreError, StorePage, StoreQuery, Update};
use scimwire::{Dispatcher, Resource, ResourceStore, ResourceType};
use serde_json::{Value, json};

use support::writes::provider::{BASE, message};
use support::writes::recorder::Recorder;
use support::writes::samples::user;

static USERS: LazyLock<Arc<ResourceType>> = LazyLock::new(|| Arc::new(ResourceType::user()));

/// One row, and the passwords that came with it: a host would keep the hash of the last.
#[derive(Clone, Default)]
struct OneUser {
    row: Arc<Mutex<Option<Arc<Resource>>>>,
    passwords: Arc<Mutex<Vec<String>>>,
}

impl OneUser {
    fn keep(&self, resource: &mut Resource) {
        if let Some(password) = resource.take_password() {
            self.passwords
                .lock()
                .expect("no panic while it is held")
                .push(password.expose().to_owned());
        }
        *self.row() = Some(Arc::new(resource.clone()));
    }

    fn row(&self) -> MutexGuard<'_, Option<Arc<Resource>>> {
        self.row.lock().expect("no panic while it is held")
    }
}

#[async_trait]
impl ResourceStore for OneUser {
    fn resource_type(&self) -> &Arc<ResourceType> {
        &USERS
    }

    async fn create(
        &self,
        mut resource: Resource,
        _: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        resource.set_id("1");
        self.keep(&mut resource);
        Ok(Arc::new(resource))
    }

    async fn get(
        &self,
        _: &str,
        _: &Projection,
        _: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.row().clone().ok_or(StoreError::NotFound)
    }

    async fn select(&self, _: StoreQuery<'_>, _: &RequestContext) -> Result<StorePage, StoreError> {
        Ok(StorePage::new(self.row().iter().cloned().collect()))
    }

    async fn update(
        &self,
        _: &str,
        update: &Update,
        _: &RequestContext,
    ) -> Result<Change, StoreError> {
        let current = self.row().clone().ok_or(StoreError::NotFound)?;
        let mut change = update.apply(current)?;
        if let Some(after) = change.after.as_mut() {
            self.keep(Arc::make_mut(after));
        }
        Ok(change)
    }

    async fn delete(
        &self,
        _: &str,
        _: &Precondition,
        _: &RequestContext,
    ) -> Result<Change, StoreError> {
        Err(StoreError::NotFound)
    }
}

#[tokio::test]
async fn a_store_that_takes_passwords_out_has_each_once_and_a_change_for_it() {
    // S-4.1.1-09, S-4.1.1-10, S-9.2-01
    let (store, recorder, mut features) =
        (OneUser::default(), Recorder::default(), Features::default());
    features.change_password = true;
    let builder = Dispatcher::builder(BASE).store(store.clone()).unauthenticated();
    let scim = builder.features(features).hooks(recorder.clone()).build().expect("all is there");
    let send = async |method: &str, path: &str, body: String| {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/scim+json");
        let response = scim.dispatch(request.body(body).expect("a request")).await;
        assert!(response.status().is_success(), "{}", String::from_utf8_lossy(response.body()));
        serde_json::from_slice::<Value>(response.body()).expect("JSON")
    };
    let with = |password: &str| {
        let mut user = user("bjensen");
        user["password"] = json!(password);
        user.to_string()
    };
    let patch = |path: &str, value: &str| {
        message(&json!([{ "op": "replace", "path": path, "value": value }]))
    };
    let requests = [
        ("POST", "/Users", with("first"), Some("first")),
        ("PUT", "/Users/1", with("second"), Some("second")),
        ("PATCH", "/Users/1", patch("password", "third"), Some("third")),
        ("PATCH", "/Users/1", patch("title", "Guide"), None),
        ("PUT", "/Users/1", user("bjensen").to_string(), None),
    ];
    let mut version = Value::Null;
    for (method, path, body, password) in requests {
        let answer = send(method, path, body).await;
        assert_eq!(answer.get("password"), None, "{method}");
        let taken =
            std::mem::take(&mut *store.passwords.lock().expect("no panic while it is held"));
        assert_eq!(taken, Vec::from_iter(password), "{method}");
        if let (Some(_), "PUT" | "PATCH") = (password, method) {
            assert_ne!(answer["meta"]["version"], version, "a new password is a change");
            assert_eq!(recorder.one().paths, ["password"]);
        }
        recorder.all();
        version = answer["meta"]["version"].clone();
    }
    let kept = serde_json::to_value(store.row().as_deref()).expect("JSON");
    assert_eq!(kept.get("password"), None, "{kept}");
}
