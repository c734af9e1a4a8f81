//! What the host does of its own accord, without a client.

use std::fmt;
use std::sync::Arc;

use super::{NoPolicy, Policy};
use crate::attr::AttrPath;
use crate::clock::{Clock, SystemClock};
use crate::context::RequestContext;
use crate::error::{Error, ScimType};
use crate::filter::{Binder, BoundFilter, Budget, CompValue, CompareOp, Filter};
use crate::message::{PatchOp, PatchOperation};
use crate::patch::{PlanBinder, Rules};
use crate::query::{Page, Projection, Query};
use crate::resource::{Meta, Resource, check};
use crate::schema::ResourceType;
use crate::store::{Change, Precondition, ResourceStore, StoreError, Update, complete};

/// How many resources are read at a time.
const PAGE: usize = 500;

/// The host's own hand on the resources of one type: what it makes, changes and deletes is checked
/// as what a client sends, gets its `meta`, and is told to a policy. Attributes that are read-only
/// for clients are the host's to set, but for what the service provider works out: `id`, `meta` and
/// references such as `groups`.
///
/// A policy that reacts to changes with changes of its own has one of these. What it tells should
/// not be told to that policy again, or only where it is certain to come to an end.
///
/// ```
/// use scimwire::auth::RequestContext;
/// use scimwire::policy::HostAccess;
/// use scimwire::{MemoryStore, Resource, ResourceType};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let users =
///     HostAccess::new(ResourceType::user(), MemoryStore::new(ResourceType::user()));
/// let cx = RequestContext::new("example");
/// let mut user = Resource::default();
/// user.set("userName", "bjensen");
/// let made = users.create(user, &cx).await?;
/// assert_eq!(users.find("userName", "BJensen", &cx).await?.len(), 1);
/// assert!(users.replace(&made.id, "active", false, &cx).await?.deactivated());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct HostAccess {
    resource_type: Arc<ResourceType>,
    store: Arc<dyn ResourceStore>,
    policy: Arc<dyn Policy>,
    clock: Arc<dyn Clock>,
    precondition: Precondition,
}

impl HostAccess {
    /// To the resources in `store`; nobody is told.
    pub fn new(resource_type: impl Into<Arc<ResourceType>>, store: impl ResourceStore) -> Self {
        Self {
            resource_type: resource_type.into(),
            store: Arc::new(store),
            policy: Arc::new(NoPolicy),
            clock: Arc::new(SystemClock),
            precondition: Precondition::default(),
        }
    }

    /// The same, where `policy` hears of changes, and gives them their [turn](Policy::turn). Its
    /// other methods are about what clients do, and are not called.
    #[must_use]
    pub fn telling(self, policy: impl Policy) -> Self {
        Self { policy: Arc::new(policy), ..self }
    }

    /// The same, with the time from somewhere else than the machine.
    #[must_use]
    pub fn clock(self, clock: impl Clock) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// The same, which changes and deletes only what is of the version that is expected. So a
    /// change can follow from what was read before: where somebody else was faster, it fails, and
    /// what was read is read again.
    #[must_use]
    pub fn expecting(&self, precondition: Precondition) -> Self {
        Self { precondition, ..self.clone() }
    }

    /// Reads one.
    ///
    /// # Errors
    ///
    /// - [`StoreError::NotFound`]: there is none of that id;
    /// - the store fails.
    pub async fn get(&self, id: &str, cx: &RequestContext) -> Result<Arc<Resource>, StoreError> {
        self.store.get(id, &Projection::default(), cx).await
    }

    /// Finds those whose attribute equals `text`, by the rule of that attribute for upper and lower
    /// case. The attribute is named as in a filter, such as `userName` or `emails.value`.
    ///
    /// # Errors
    ///
    /// - there is no such attribute, or it has no text;
    /// - the store fails.
    pub async fn find(
        &self,
        attribute: &str,
        text: &str,
        cx: &RequestContext,
    ) -> Result<Vec<Arc<Resource>>, StoreError> {
        let unknown = |_| {
            Error::typed(ScimType::InvalidPath, format!("`{attribute}` is no path of an attribute"))
        };
        let path: AttrPath = attribute.parse().map_err(unknown)?;
        self.matching(
            &Filter::Compare { path, op: CompareOp::Eq, value: CompValue::String(text.to_owned()) },
            cx,
        )
        .await
    }

    /// Finds those for which a filter holds, all of them, in the order of their ids.
    ///
    /// # Errors
    ///
    /// - the filter names what resources of this type do not have, or compares what cannot be
    ///   compared;
    /// - the store fails.
    pub async fn matching(
        &self,
        filter: &Filter,
        cx: &RequestContext,
    ) -> Result<Vec<Arc<Resource>>, StoreError> {
        let filter = Binder::new(&self.resource_type).bind(filter).map_err(Error::from)?;
        self.select(Some(filter), cx).await
    }

    /// Reads all: for what there is little of.
    ///
    /// # Errors
    ///
    /// - the store fails.
    pub async fn all(&self, cx: &RequestContext) -> Result<Vec<Arc<Resource>>, StoreError> {
        self.select(None, cx).await
    }

    async fn select(
        &self,
        filter: Option<BoundFilter>,
        cx: &RequestContext,
    ) -> Result<Vec<Arc<Resource>>, StoreError> {
        let page = Page::Cursor { after: None, count: PAGE };
        let mut query = Query { filter, sort: None, page, projection: Projection::default() };
        let mut found = Vec::new();
        loop {
            let selected = complete::select(&*self.store, &query, &Budget::unlimited(), cx).await?;
            found.extend(selected.resources);
            let Some(last) = found.last().filter(|_| selected.more) else {
                return Ok(found);
            };
            query.page = Page::Cursor { after: Some(complete::position(last, None)), count: PAGE };
        }
    }

    /// Makes one; the change has it with its id.
    ///
    /// # Errors
    ///
    /// - [`StoreError::Conflict`]: a unique value is taken;
    /// - [`StoreError::Refused`]: a required attribute is missing, or the policy gives it no turn;
    /// - the store fails.
    pub async fn create(
        &self,
        mut resource: Resource,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let _turn = self.policy.turn(cx).await?;
        resource.activate_user(&self.resource_type);
        resource.settle_schemas(&self.resource_type);
        check(&resource, &self.resource_type)?;
        resource.set_meta(&Meta::new(self.resource_type.name(), self.clock.now()));
        let resource = Arc::new(self.store.create(resource, cx).await?);
        Ok(self
            .tell(
                Change::created(Arc::clone(&self.resource_type), cx.tenant().clone(), resource),
                cx,
            )
            .await)
    }

    /// Changes one, by the operations of a PATCH: all of them or none.
    ///
    /// # Errors
    ///
    /// - [`StoreError::NotFound`]: there is none of that id;
    /// - [`StoreError::Conflict`]: a unique value is taken;
    /// - [`StoreError::VersionMismatch`]: it is of another version than expected;
    /// - [`StoreError::Refused`]: an operation cannot be applied, or the policy gives it no turn;
    /// - the store fails.
    pub async fn patch(
        &self,
        id: &str,
        operations: Vec<PatchOperation>,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let _turn = self.policy.turn(cx).await?;
        let mut rules = Rules::default();
        rules.values.read_only = true;
        let binder = PlanBinder::new(Arc::clone(&self.resource_type), rules);
        let (plan, _) = binder.bind(PatchOp { operations })?;
        let tenant = cx.tenant().clone();
        let update = Update::patch(Arc::clone(&self.resource_type), tenant, plan, self.clock.now());
        let update = update.expecting(self.precondition.clone());
        let change = self.store.update(id, &update, cx).await?;
        Ok(if change.is_unchanged() { change } else { self.tell(change, cx).await })
    }

    /// Gives an attribute of one a value; the attribute is named as in a PATCH.
    ///
    /// # Errors
    ///
    /// - as [`HostAccess::patch`].
    pub async fn replace(
        &self,
        id: &str,
        attribute: &str,
        value: impl Into<serde_json::Value> + Send,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.patch(id, vec![operation("replace", attribute, value.into())], cx).await
    }

    /// Adds a value to an attribute of one that has several; the attribute is named as in a PATCH.
    ///
    /// # Errors
    ///
    /// - as [`HostAccess::patch`].
    pub async fn add(
        &self,
        id: &str,
        attribute: &str,
        value: impl Into<serde_json::Value> + Send,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let values = serde_json::Value::Array(vec![value.into()]);
        self.patch(id, vec![operation("add", attribute, values)], cx).await
    }

    /// Deletes one.
    ///
    /// # Errors
    ///
    /// - [`StoreError::NotFound`]: there is none of that id;
    /// - [`StoreError::VersionMismatch`]: it is of another version than expected;
    /// - [`StoreError::Refused`]: the policy gives it no turn;
    /// - the store fails.
    pub async fn delete(&self, id: &str, cx: &RequestContext) -> Result<Change, StoreError> {
        let _turn = self.policy.turn(cx).await?;
        let change = self.store.delete(id, &self.precondition, cx).await?;
        Ok(self.tell(change, cx).await)
    }

    /// The type of the resources.
    #[must_use]
    pub fn resource_type(&self) -> &Arc<ResourceType> {
        &self.resource_type
    }

    async fn tell(&self, change: Change, cx: &RequestContext) -> Change {
        let change = change.without_secrets();
        self.policy.changed(&change, cx).await;
        change
    }
}

fn operation(op: &str, path: &str, value: serde_json::Value) -> PatchOperation {
    PatchOperation { op: op.to_owned(), path: Some(path.to_owned()), value: Some(value) }
}

impl fmt::Debug for HostAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostAccess")
            .field("resource_type", &self.resource_type.name())
            .finish_non_exhaustive()
    }
}
