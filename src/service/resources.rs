//! In-process access to the resources of one type.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::create::insert;
use super::delete::remove;
use super::get::get;
use super::list::list_values;
use super::patch::amend;
use super::{Call, Endpoint, Service};
use crate::attr::AttrPath;
use crate::budget::EvalBudget;
use crate::clock::Clock;
use crate::context::RequestContext;
use crate::error::{Error, ScimType};
use crate::filter::{BoundFilter, CompValue, CompareOp, Filter, FilterBinder};
use crate::hooks::{ChangeGuard, Hooks};
use crate::message::{ListResponse, PatchOperation, SearchRequest};
use crate::patch::PatchBinder;
use crate::query::{Page, Projection, Query};
use crate::resource::Resource;
use crate::schema::ResourceType;
use crate::store::{Change, Precondition, ResourceStore, StoreError, execute};
use crate::value::Value;

/// Resources per read.
const PAGE: usize = 500;

/// In-process access to the resources of one type. Writes are validated and versioned exactly like
/// client requests, and reported to the hooks given by [`with_hooks`](Self::with_hooks). Attributes
/// that are read-only for clients can be set, except derived ones: `id`, `meta` and references such
/// as `groups`.
///
/// Use it in a hook that reacts to changes with changes of its own. If these are reported to the
/// same hook again, make sure that it terminates.
///
/// If the resource type is [inconsistent](ResourceType::validate), every operation fails with
/// [`StoreError::Other`].
///
/// ```
/// use scimwire::auth::RequestContext;
/// use scimwire::service::Resources;
/// use scimwire::{MemoryStore, Resource, ResourceType};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let users =
///     Resources::new(MemoryStore::new(ResourceType::user()));
/// let cx = RequestContext::new("example");
/// let mut user = Resource::default();
/// user.set("userName", "bjensen");
/// let made = users.create(user, &cx).await?;
/// assert_eq!(users.find_by("userName", "BJensen", &cx).await?.len(), 1);
/// assert!(users.set_attribute(&made.id, "active", false, &cx).await?.is_deactivation());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Resources {
    service: Arc<Service>,
    endpoint: Endpoint,
    precondition: Precondition,
}

/// Hooks that are only notified. Their other methods are for client requests.
struct Told(Arc<dyn Hooks>);

#[async_trait]
impl Hooks for Told {
    async fn begin(&self, cx: &RequestContext) -> Result<ChangeGuard, Error> {
        self.0.begin(cx).await
    }

    async fn after_commit(&self, change: &Change, cx: &RequestContext) {
        self.0.after_commit(change, cx).await;
    }
}

impl Resources {
    /// Uses the resources in `store`, without hooks.
    pub fn new(store: impl ResourceStore) -> Self {
        let endpoint = Endpoint::new(store);
        let mut service = Service::new();
        service.limits.max_resource_bytes = usize::MAX;
        Self { service: Arc::new(service), endpoint, precondition: Precondition::default() }
    }

    /// Sets the hooks to notify, and to call to [begin](Hooks::begin) each change. Their other
    /// methods are for client requests, and are not called.
    #[must_use]
    pub fn with_hooks(mut self, hooks: impl Hooks) -> Self {
        Arc::make_mut(&mut self.service).hooks = Arc::new(Told(Arc::new(hooks)));
        self
    }

    /// Sets the clock. The default is the system clock.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        Arc::make_mut(&mut self.service).clock = Arc::new(clock);
        self
    }

    /// Makes changes and deletions conditional on the version (optimistic locking). If the resource
    /// has changed since, they fail, and you read it again.
    #[must_use]
    pub fn with_precondition(&self, precondition: Precondition) -> Self {
        Self { precondition, ..self.clone() }
    }

    /// Reads a resource.
    ///
    /// # Errors
    ///
    /// - [`StoreError::NotFound`]: the id does not exist;
    /// - the store fails.
    pub async fn get(&self, id: &str, cx: &RequestContext) -> Result<Arc<Resource>, StoreError> {
        self.check_type()?;
        self.endpoint.store.get(id, &Projection::default(), cx).await
    }

    /// Reads a resource as a client gets it, with the attributes that `parameters` ask for.
    ///
    /// # Errors
    ///
    /// - [`StoreError::NotFound`]: the id does not exist;
    /// - [`StoreError::Rejected`]: the parameters name both `attributes` and `excludedAttributes`;
    /// - the store fails.
    pub async fn represent(
        &self,
        id: &str,
        parameters: SearchRequest,
        cx: &RequestContext,
    ) -> Result<serde_json::Value, StoreError> {
        self.check_type()?;
        // What is expected of the version is about changes.
        let mut call = Call::new(&self.service, cx, EvalBudget::unlimited());
        call.parameters = parameters;
        let outcome = get(&mut call, &self.endpoint, id).await?;
        serde_json::to_value(&outcome.body).map_err(StoreError::other)
    }

    /// Reads a page as a client gets it: filtered, sorted, paged, and with the attributes that
    /// `parameters` ask for, within the default [`Limits`](crate::dispatch::Limits).
    ///
    /// ```
    /// use scimwire::auth::RequestContext;
    /// use scimwire::message::SearchRequest;
    /// use scimwire::service::Resources;
    /// use scimwire::{MemoryStore, Resource, ResourceType};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let users = Resources::new(MemoryStore::new(ResourceType::user()));
    /// let cx = RequestContext::new("example");
    /// let mut user = Resource::default();
    /// user.set("userName", "bjensen");
    /// users.create(user, &cx).await?;
    ///
    /// let mut parameters = SearchRequest::default();
    /// parameters.filter = Some(r#"userName sw "b""#.to_owned());
    /// parameters.count = Some(10);
    /// let page = users.query(parameters, &cx).await?;
    /// assert_eq!(page.total_results, Some(1));
    /// assert_eq!(page.resources[0]["userName"], "bjensen");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`StoreError::Rejected`]: the parameters are not valid for this type, or cost too much;
    /// - the store fails.
    pub async fn query(
        &self,
        parameters: SearchRequest,
        cx: &RequestContext,
    ) -> Result<ListResponse<serde_json::Value>, StoreError> {
        let budget = self.service.limits.budget();
        let mut call = Call { parameters, budget, ..self.call(cx)? };
        Ok(list_values(&mut call, &[&self.endpoint]).await?)
    }

    /// Finds the resources whose attribute equals `text`, ignoring case unless the attribute is
    /// case-sensitive. The attribute is named as in a filter, such as `userName` or `emails.value`.
    ///
    /// # Errors
    ///
    /// - the attribute does not exist, or does not hold text;
    /// - the store fails.
    pub async fn find_by(
        &self,
        attribute: &str,
        text: &str,
        cx: &RequestContext,
    ) -> Result<Vec<Arc<Resource>>, StoreError> {
        let unknown = |_| {
            Error::scim(
                ScimType::InvalidPath,
                format!("`{attribute}` is not a valid attribute path"),
            )
        };
        let path: AttrPath = attribute.parse().map_err(unknown)?;
        self.search(
            &Filter::Compare { path, op: CompareOp::Eq, value: CompValue::String(text.into()) },
            cx,
        )
        .await
    }

    /// Finds all resources that match a filter, ordered by id.
    ///
    /// # Errors
    ///
    /// - the filter names an unknown attribute, or an operator that does not fit its
    ///   type;
    /// - the store fails.
    pub async fn search(
        &self,
        filter: &Filter,
        cx: &RequestContext,
    ) -> Result<Vec<Arc<Resource>>, StoreError> {
        self.check_type()?;
        let filter = FilterBinder::new(self.resource_type()).bind(filter).map_err(Error::from)?;
        self.select(Some(filter), cx).await
    }

    /// Reads all resources; for small sets.
    ///
    /// # Errors
    ///
    /// - the store fails.
    pub async fn list(&self, cx: &RequestContext) -> Result<Vec<Arc<Resource>>, StoreError> {
        self.select(None, cx).await
    }

    async fn select(
        &self,
        filter: Option<BoundFilter>,
        cx: &RequestContext,
    ) -> Result<Vec<Arc<Resource>>, StoreError> {
        self.check_type()?;
        let page = Page::Cursor { after: None, count: PAGE };
        let mut query = Query { filter, sort: None, page, projection: Projection::default() };
        let mut found = Vec::new();
        loop {
            let selected =
                execute::select(&*self.endpoint.store, &query, &EvalBudget::unlimited(), cx)
                    .await?;
            found.extend(selected.resources);
            let Some(last) = found.last().filter(|_| selected.has_more) else {
                return Ok(found);
            };
            query.page = Page::Cursor { after: Some(execute::position(last, None)), count: PAGE };
        }
    }

    /// Creates a resource. The change contains its id.
    ///
    /// # Errors
    ///
    /// - [`StoreError::Conflict`]: a unique value is taken;
    /// - [`StoreError::Rejected`]: a required attribute is missing, or a hook rejects it;
    /// - the store fails.
    pub async fn create(
        &self,
        resource: Resource,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let mut call = self.call(cx)?;
        let _turn = call.begin().await?;
        Ok(insert(&mut call, &self.endpoint, resource).await?)
    }

    /// Applies the operations of a PATCH to a resource, atomically.
    ///
    /// # Errors
    ///
    /// - [`StoreError::NotFound`]: the id does not exist;
    /// - [`StoreError::Conflict`]: a unique value is taken;
    /// - [`StoreError::VersionMismatch`]: it has another version than expected;
    /// - [`StoreError::Rejected`]: an operation cannot be applied, or a hook rejects it;
    /// - the store fails.
    pub async fn patch(
        &self,
        id: &str,
        operations: Vec<PatchOperation>,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let mut call = self.call(cx)?;
        let _turn = call.begin().await?;
        let binder = PatchBinder::new(Arc::clone(self.resource_type())).with_read_only(true);
        Ok(amend(&mut call, &self.endpoint, id, operations, &binder).await?)
    }

    /// Replaces the value of an attribute, which is named as in a PATCH.
    ///
    /// # Errors
    ///
    /// - as [`Resources::patch`].
    pub async fn set_attribute(
        &self,
        id: &str,
        attribute: &str,
        value: impl Into<Value> + Send,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.patch(id, vec![operation("replace", attribute, value.into())], cx).await
    }

    /// Adds a value to a multi-valued attribute, which is named as in a PATCH.
    ///
    /// # Errors
    ///
    /// - as [`Resources::patch`].
    pub async fn add_value(
        &self,
        id: &str,
        attribute: &str,
        value: impl Into<Value> + Send,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let values = Value::from([value.into()]);
        self.patch(id, vec![operation("add", attribute, values)], cx).await
    }

    /// Deletes a resource.
    ///
    /// # Errors
    ///
    /// - [`StoreError::NotFound`]: the id does not exist;
    /// - [`StoreError::VersionMismatch`]: it has another version than expected;
    /// - [`StoreError::Rejected`]: a hook rejects it;
    /// - the store fails.
    pub async fn delete(&self, id: &str, cx: &RequestContext) -> Result<Change, StoreError> {
        let call = self.call(cx)?;
        let _turn = call.begin().await?;
        Ok(remove(&call, &self.endpoint, id).await?)
    }

    /// Returns the resource type.
    #[must_use]
    pub fn resource_type(&self) -> &Arc<ResourceType> {
        &self.endpoint.resource_type
    }

    fn call<'c>(&'c self, cx: &'c RequestContext) -> Result<Call<'c>, StoreError> {
        self.check_type()?;
        let precondition = self.precondition.clone();
        Ok(Call { precondition, ..Call::new(&self.service, cx, EvalBudget::unlimited()) })
    }

    /// What a setter of the resource type could not do has been seen by nobody before.
    fn check_type(&self) -> Result<(), StoreError> {
        self.resource_type().validate().map_err(StoreError::other)
    }
}

fn operation(op: &str, path: &str, value: Value) -> PatchOperation {
    PatchOperation { op: op.to_owned(), path: Some(path.to_owned()), value: Some(value) }
}

impl fmt::Debug for Resources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resources")
            .field("resource_type", &self.resource_type().name())
            .finish_non_exhaustive()
    }
}
