//! Stores of structs as stores of resources.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::ScimResource;
use super::store::{TypedPage, TypedStore};
use super::support::parse_id;
use crate::context::RequestContext;
use crate::query::{IdOrder, Projection, Query};
use crate::resource::Resource;
use crate::schema::ResourceType;
use crate::store::execute::Room;
use crate::store::{
    Change, MemberChange, Precondition, Pushdown, ResourceStore, StoreError, StorePage, StoreQuery,
    Update,
};

/// The number of times that a change is applied, if others write in between.
const ATTEMPTS: usize = 16;

/// The time after which a client retries, if others wrote in between each time.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// A [`TypedStore`] as a [`ResourceStore`].
///
/// ```
/// # #[cfg(feature = "derive")]
/// # mod example {
/// use scimwire::typed::{TypedResources, TypedStore};
/// use scimwire::{Dispatcher, ScimResource};
///
/// #[derive(Clone, ScimResource)]
/// #[scim(user)]
/// struct Account {
///     #[scim(id)]
///     id: i64,
///     #[scim("userName")]
///     login: String,
/// }
///
/// fn dispatcher(accounts: impl TypedStore<Account>) -> Dispatcher {
///     Dispatcher::builder("https://example.com/scim/v2")
///         .store(TypedResources::<Account, _>::new(accounts))
///         .unauthenticated()
///         .build()
///         .expect("the base URL is valid")
/// }
/// # }
/// ```
///
/// Changes use optimistic locking: a row is read, changed outside the database, and saved if it is
/// still the one that was read. Otherwise that is repeated, up to 16 times.
pub struct TypedResources<T, S> {
    store: S,
    resource_type: Arc<ResourceType>,
    row: PhantomData<fn() -> T>,
}

impl<T: ScimResource, S: TypedStore<T>> TypedResources<T, S> {
    /// Creates a store of resources, of the type that the struct has.
    #[must_use]
    pub fn new(store: S) -> Self {
        Self { store, resource_type: Arc::new(T::resource_type()), row: PhantomData }
    }

    /// Returns the resource of a row, without secrets.
    fn resource(&self, row: &T) -> Arc<Resource> {
        let mut resource = row.to_resource();
        if resource.has_secrets(&self.resource_type) {
            resource.redact(&self.resource_type);
        }
        Arc::new(resource)
    }

    async fn read(&self, id: &str, cx: &RequestContext) -> Result<T, StoreError> {
        let id = parse_id(id).ok_or(StoreError::NotFound)?;
        self.store.get(&id, cx).await
    }

    /// Returns the row to write; `None` if the struct cannot hold what would change.
    fn changed(&self, row: &T, change: &Change) -> Result<Option<T>, StoreError> {
        let Some(after) = change.after.as_deref().filter(|_| !change.is_unchanged()) else {
            return Ok(None);
        };
        let mut next = row.clone();
        next.apply(after)?;
        let is_secret = change.paths.iter().any(|path| path.attribute().is_sensitive());
        let is_same = !is_secret && same_but_for_meta(&row.to_resource(), &next.to_resource());
        Ok(if is_same { None } else { Some(next) })
    }

    fn page(&self, found: &TypedPage<T>, query: &StoreQuery<'_>) -> StorePage {
        let mut room = Room::new(query.memory);
        let mut resources = Vec::with_capacity(found.rows.len());
        for row in &found.rows {
            let resource = self.resource(row);
            if query.page.is_some() && !room.takes(&resource) {
                break;
            }
            resources.push(resource);
        }
        let is_cut = resources.len() < found.rows.len();
        StorePage::new(resources).with_total(found.total).with_more(found.has_more || is_cut)
    }
}

fn same_but_for_meta(one: &Resource, other: &Resource) -> bool {
    let rest = |resource: &Resource| {
        let mut rest = resource.clone();
        rest.remove("meta");
        rest
    };
    rest(one) == rest(other)
}

fn overtaken() -> StoreError {
    StoreError::Unavailable { retry_after: RETRY_AFTER }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<T: ScimResource, S: TypedStore<T>> ResourceStore for TypedResources<T, S> {
    fn resource_type(&self) -> &Arc<ResourceType> {
        &self.resource_type
    }

    async fn create(
        &self,
        resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        let row = T::from_resource(&resource)?;
        Ok(self.resource(&self.store.insert(row, cx).await?))
    }

    async fn get(
        &self,
        id: &str,
        _: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        Ok(self.resource(&self.read(id, cx).await?))
    }

    async fn select(
        &self,
        selection: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        let found = self.store.find(selection, cx).await?;
        Ok(self.page(&found, &selection))
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        for _ in 0..ATTEMPTS {
            let row = self.read(id, cx).await?;
            let before = self.resource(&row);
            let mut change = update.apply(Arc::clone(&before))?;
            let Some(next) = self.changed(&row, &change)? else {
                change.paths.clear();
                let version = before.version();
                let members = MemberChange::default();
                return Ok(Change { version, members, after: Some(before), ..change });
            };
            let saved = match self.store.save(next, &row, cx).await {
                Err(StoreError::VersionMismatch) => continue,
                saved => self.resource(&saved?),
            };
            let membership = self.resource_type.membership();
            let members = MemberChange::between(membership, &before, &saved);
            return Ok(Change {
                version: saved.version(),
                members,
                before: Some(before),
                after: Some(saved),
                ..change
            });
        }
        Err(overtaken())
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        for _ in 0..ATTEMPTS {
            let row = self.read(id, cx).await?;
            let before = self.resource(&row);
            expected.check(before.version().as_ref())?;
            match self.store.delete(&row, cx).await {
                Err(StoreError::VersionMismatch) => {}
                deleted => {
                    deleted?;
                    let resource_type = Arc::clone(&self.resource_type);
                    return Ok(Change::deleted(resource_type, cx.tenant().clone(), before));
                }
            }
        }
        Err(overtaken())
    }

    fn pushdown(&self, query: &Query) -> Pushdown {
        self.store.pushdown(query)
    }

    fn id_order(&self) -> IdOrder {
        self.store.id_order()
    }
}

impl<T: ScimResource, S> fmt::Debug for TypedResources<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedResources")
            .field("resource_type", &self.resource_type.name())
            .finish_non_exhaustive()
    }
}
