//! A store that does no more than it has to: each resource whole, no members apart, no index, and
//! secrets kept.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::query::Projection;
use scimwire::store::{Change, Precondition, StoreError, StorePage, StoreQuery, Update};
use scimwire::{Resource, ResourceStore, ResourceType};
use serde_json::Value;

/// The resources of all types, by their ids, which begin with the name of the type.
#[derive(Clone, Default)]
pub struct WholeStore(Arc<Mutex<BTreeMap<String, Arc<Resource>>>>);

/// The resources of one type.
pub struct WholeTable {
    store: WholeStore,
    resource_type: Arc<ResourceType>,
}

impl WholeStore {
    pub fn of(&self, resource_type: &ResourceType) -> WholeTable {
        WholeTable { store: self.clone(), resource_type: Arc::new(resource_type.clone()) }
    }

    /// All that is kept of a resource, secrets among it.
    pub fn kept(&self, id: &str) -> Value {
        serde_json::to_value(&*self.rows()[id]).expect("a resource is JSON")
    }

    fn rows(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Resource>>> {
        self.0.lock().expect("no test panics while it holds the lock")
    }
}

impl WholeTable {
    fn find(&self, id: &str) -> Result<Arc<Resource>, StoreError> {
        let rows = self.store.rows();
        let row = rows.get(id).filter(|_| id.starts_with(self.resource_type.name()));
        row.cloned().ok_or(StoreError::NotFound)
    }
}

#[async_trait]
impl ResourceStore for WholeTable {
    fn resource_type(&self) -> &Arc<ResourceType> {
        &self.resource_type
    }

    async fn create(
        &self,
        mut resource: Resource,
        _cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        let mut rows = self.store.rows();
        let id = format!("{}-{}", self.resource_type.name(), rows.len());
        resource.set_id(&*id);
        rows.insert(id, Arc::new(resource.clone()));
        Ok(Arc::new(resource))
    }

    async fn get(
        &self,
        id: &str,
        _projection: &Projection,
        _cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.find(id)
    }

    async fn select(
        &self,
        _selection: StoreQuery<'_>,
        _cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        let rows = self.store.rows();
        let of_type = rows.iter().filter(|(id, _)| id.starts_with(self.resource_type.name()));
        Ok(StorePage::new(of_type.map(|(_, resource)| Arc::clone(resource)).collect()))
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        _cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let change = update.apply(self.find(id)?)?;
        if let Some(after) = change.after.clone().filter(|_| !change.is_unchanged()) {
            self.store.rows().insert(id.to_owned(), after);
        }
        Ok(change)
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let resource = self.find(id)?;
        expected.check(resource.version().as_ref())?;
        self.store.rows().remove(id);
        Ok(Change::deleted(Arc::clone(&self.resource_type), cx.tenant().clone(), resource))
    }
}
