//! The resources of one type and tenant, as checks deal with them. What has to succeed fails the
//! check where it does not.

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::concurrency::{Spawn, race};
pub(super) use super::field::set;
use super::field::{Field, everything, fields, meet, without_secrets};
use super::lookups::Explain;
use super::stores::Guards;
use crate::auth::RequestContext;
use crate::filter::{BoundFilter, CompValue, CompareOp, EvalBudget, Filter, FilterBinder};
use crate::message::{PatchOp, PatchOperation};
use crate::patch::{PatchBinder, Replacement};
use crate::query::{Page, Projection, Query};
use crate::quirks::{OmittedAttributes, Quirks};
use crate::resource::{Resource, ResourceDecoder, Version, changed_paths, same_by_value};
use crate::schema::{Attribute, AttributeType, Mutability, ResolvedPath, ResourceType};
use crate::store::{
    Change, EntityTags, Precondition, ResourceStore, StoreError, StorePage, Update, execute,
};
use crate::value::{Object, Value};

/// The number of retries of a call to a busy store.
const PATIENCE: usize = 50;

/// Stores of one resource type and tenant, under test.
#[derive(Clone)]
pub(super) struct Subject {
    pub(super) resource_type: Arc<ResourceType>,
    pub(super) store: Arc<dyn ResourceStore>,
    pub(super) cx: RequestContext,
    /// The attributes that clients may write and the store keeps.
    pub(super) fields: Vec<Field>,
    /// The attributes that clients may write, and the store may not keep.
    pub(super) all_fields: Arc<Vec<Field>>,
    /// The attribute that shows in which groups a resource is, where the store shows it.
    pub(super) membership_view: Option<Arc<Attribute>>,
    /// The query plans of the database.
    pub(super) explain: Option<Arc<dyn Explain>>,
    spawn: Spawn,
    everything: Arc<Projection>,
    created: Created,
    _guards: Guards,
}

/// The resources that checks created: the name of the type, and the id.
pub(super) type Created = Arc<Mutex<Vec<(String, String)>>>;

impl Subject {
    pub(super) fn new(
        resource_type: &Arc<ResourceType>,
        store: &Arc<dyn ResourceStore>,
        cx: &RequestContext,
        kept: Option<&[ResolvedPath]>,
        spawn: &Spawn,
    ) -> Self {
        let keeps = |path: &ResolvedPath| {
            kept.is_none_or(|kept| kept.iter().any(|known| meet(known, path)))
        };
        let shown =
            |view: &&Arc<Attribute>| keeps(&ResolvedPath::new(None, Arc::clone(view), None));
        Self {
            resource_type: Arc::clone(resource_type),
            store: Arc::clone(store),
            cx: cx.clone(),
            fields: fields(resource_type, keeps),
            all_fields: Arc::new(fields(resource_type, |_| true)),
            membership_view: resource_type.membership().groups().filter(shown).cloned(),
            explain: None,
            spawn: Arc::clone(spawn),
            everything: Arc::new(everything(resource_type)),
            created: Created::default(),
            _guards: Guards::new(),
        }
    }

    /// Records created resources, and keeps guards alive.
    pub(super) fn holding(self, created: &Created, guards: &Guards) -> Self {
        Self { created: Arc::clone(created), _guards: guards.clone(), ..self }
    }

    /// Sets the source of query plans.
    pub(super) fn explained_by(self, explain: Option<&Arc<dyn Explain>>) -> Self {
        Self { explain: explain.cloned(), ..self }
    }

    /// Returns the paths of attributes that the store need not keep.
    pub(super) fn lacks(&self) -> Vec<String> {
        let part = |field: &Field, sub: &Arc<Attribute>| field.path(Some(sub)).to_string();
        let missing = self.all_fields.iter().flat_map(|field| {
            let lacks_all = !self.keeps(&field.path(None));
            let subs =
                field.subs.iter().filter(|sub| !lacks_all && !self.keeps(&field.path(Some(sub))));
            lacks_all
                .then(|| field.path(None).to_string())
                .into_iter()
                .chain(subs.map(|sub| part(field, sub)))
                .collect::<Vec<_>>()
        });
        missing.collect()
    }

    /// The ids of all resources of the type that were created.
    pub(super) fn created(&self) -> Vec<String> {
        let created = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        created.iter().filter(|(name, _)| name == self.name()).map(|(_, id)| id.clone()).collect()
    }

    pub(super) fn name(&self) -> &str {
        self.resource_type.name()
    }

    /// Returns `true` if the store keeps an attribute, or shows it.
    pub(super) fn keeps(&self, path: &ResolvedPath) -> bool {
        self.fields.iter().any(|field| {
            let same = field.extension.as_ref() == path.extension()
                && field.attribute.name() == path.attribute().name();
            same && path
                .sub_attribute()
                .is_none_or(|sub| field.subs.iter().any(|kept| kept.name() == sub.name()))
        })
    }

    /// The unique attributes that the store keeps.
    pub(super) fn unique_paths(&self) -> Vec<ResolvedPath> {
        self.resource_type.unique_paths().iter().filter(|path| self.keeps(path)).cloned().collect()
    }

    /// The attribute that lists members, where the store keeps it.
    pub(super) fn membership(&self) -> Option<&Arc<Attribute>> {
        let membership = self.resource_type.membership().members()?;
        self.keeps(&ResolvedPath::new(None, Arc::clone(membership), None)).then_some(membership)
    }

    /// A text that can be changed at will: not unique, if there is such a one.
    pub(super) fn note(&self) -> Option<ResolvedPath> {
        let is_text = |attribute: &Arc<Attribute>| {
            attribute.attribute_type() == AttributeType::String
                && !attribute.is_multi_valued()
                && attribute.mutability() == Mutability::ReadWrite
                && attribute.is_readable()
                && attribute.canonical_values().is_empty()
        };
        let single = || self.fields.iter().filter(|field| !field.attribute.is_multi_valued());
        let whole =
            single().filter(|field| is_text(&field.attribute)).map(|field| field.path(None));
        let parts =
            single().filter(|field| !field.attribute.is_resource_reference()).flat_map(|field| {
                let texts = field.subs.iter().filter(|sub| is_text(sub));
                texts.map(|sub| field.path(Some(sub)))
            });
        let mut all: Vec<ResolvedPath> = whole.chain(parts).collect();
        all.sort_by_key(|path| {
            (
                path.leaf().is_unique(),
                path.sub_attribute().is_some(),
                path.attribute().name() == "externalId",
            )
        });
        all.into_iter().next()
    }

    /// Makes a resource of a body that clients may send.
    pub(super) fn decoded(&self, body: Object, created: DateTime<Utc>) -> Resource {
        let mut quirks = Quirks::STRICT;
        quirks.accept_unknown_schemas = true;
        let decoded =
            ResourceDecoder::new(&self.resource_type).with_quirks(quirks).with_secrets(true);
        let mut resource = match decoded.resource(body) {
            Ok(resource) => resource,
            Err(err) => {
                panic!("{}: the test kit made a body that does not fit: {err}", self.name())
            }
        };
        self.resource_type.conform(&mut resource);
        resource.set_meta(&crate::resource::Meta::new(self.name(), created));
        resource
    }

    pub(super) async fn try_create(&self, resource: Resource) -> Result<Arc<Resource>, StoreError> {
        retry_unavailable(|| self.store.create(resource.clone(), &self.cx)).await
    }

    pub(super) async fn create(&self, resource: Resource) -> Arc<Resource> {
        let sent = json(&resource);
        match self.try_create(resource).await {
            Ok(resource) => {
                self.record(&resource);
                resource
            }
            Err(err) => panic!(
                "{}: `create` failed with {err:?}; it must store this resource: {sent}",
                self.name()
            ),
        }
    }

    /// Creates a resource, unless the store rejects it; `false` if it does.
    pub(super) async fn creates(&self, resource: Resource) -> bool {
        let sent = json(&resource);
        match self.try_create(resource).await {
            Ok(resource) => self.record(&resource),
            Err(StoreError::Rejected(_)) => return false,
            Err(err) => panic!(
                "{}: `create` failed with {err:?}; it must store this resource, or reject it: {sent}",
                self.name()
            ),
        }
        true
    }

    fn record(&self, created: &Resource) {
        let mut all = self.created.lock().unwrap_or_else(PoisonError::into_inner);
        all.push((self.name().to_owned(), created.id().to_owned()));
    }

    pub(super) async fn try_get(&self, id: &str) -> Result<Arc<Resource>, StoreError> {
        retry_unavailable(|| self.store.get(id, &self.everything, &self.cx)).await
    }

    /// All of a resource that anybody may see.
    pub(super) async fn get(&self, id: &str) -> Resource {
        match self.try_get(id).await {
            Ok(resource) => Resource::clone(&resource),
            Err(err) => panic!(
                "{}: `get` of `{id}`, which is there, failed with {err:?}; it must read it",
                self.name()
            ),
        }
    }

    pub(super) async fn try_update(&self, id: &str, update: &Update) -> Result<Change, StoreError> {
        retry_unavailable(|| self.store.update(id, update, &self.cx)).await
    }

    pub(super) async fn update(&self, id: &str, update: &Update) -> Change {
        match self.try_update(id, update).await {
            Ok(change) => change,
            Err(err) => panic!(
                "{}: `update` of `{id}` failed with {err:?}; nothing stands against it",
                self.name()
            ),
        }
    }

    pub(super) async fn try_delete(
        &self,
        id: &str,
        expected: &Precondition,
    ) -> Result<Change, StoreError> {
        retry_unavailable(|| self.store.delete(id, expected, &self.cx)).await
    }

    pub(super) async fn delete(&self, id: &str) -> Change {
        match self.try_delete(id, &Precondition::default()).await {
            Ok(change) => change,
            Err(err) => panic!(
                "{}: `delete` of `{id}`, which is there, failed with {err:?}; it must remove it",
                self.name()
            ),
        }
    }

    /// Asks as the dispatcher does: the store for as much as it takes over, and the crate for the
    /// rest.
    pub(super) async fn select(&self, query: &Query) -> StorePage {
        let budget = EvalBudget::unlimited();
        let answer =
            retry_unavailable(|| execute::select(self.store.as_ref(), query, &budget, &self.cx))
                .await;
        match answer {
            Ok(selected) => selected,
            Err(err) => {
                panic!("{}: `select` failed with {err:?}; it must answer {query:?}", self.name())
            }
        }
    }

    /// The ids that a filter finds, sorted.
    pub(super) async fn find(&self, filter: Option<BoundFilter>) -> Vec<String> {
        let mut found = ids(&self.select(&self.query(filter)).await.resources);
        found.sort_unstable();
        found
    }

    pub(super) fn query(&self, filter: Option<BoundFilter>) -> Query {
        Query {
            filter,
            sort: None,
            page: Page::Index { start: 1, count: 1_000_000 },
            projection: self.everything(),
        }
    }

    /// Returns a filter for resources with that text.
    pub(super) fn equals(&self, path: &ResolvedPath, text: &str) -> BoundFilter {
        self.compares(path, CompareOp::Eq, text)
    }

    /// Returns a filter for resources whose text compares like that.
    pub(super) fn compares(&self, path: &ResolvedPath, op: CompareOp, text: &str) -> BoundFilter {
        let path = path
            .to_string()
            .parse()
            .unwrap_or_else(|_| panic!("a resolved path can be read: {path}"));
        let filter = Filter::Compare { path, op, value: CompValue::String(text.into()) };
        self.bind(&filter)
            .unwrap_or_else(|| panic!("{}: text cannot be compared: {filter}", self.name()))
    }

    pub(super) fn bind(&self, filter: &Filter) -> Option<BoundFilter> {
        FilterBinder::new(&self.resource_type).bind(filter).ok()
    }

    /// Returns a projection of everything that a client can read, including attributes returned on
    /// request.
    pub(super) fn everything(&self) -> Projection {
        Projection::clone(&self.everything)
    }

    pub(super) fn projection(&self, attributes: &[String], excluded: &[String]) -> Projection {
        match Projection::bind(attributes, excluded, &self.resource_type) {
            Ok(projection) => projection,
            Err(err) => {
                panic!("{}: the test kit made a projection that does not fit: {err}", self.name())
            }
        }
    }

    /// A PATCH of these operations.
    pub(super) fn patch(&self, operations: Vec<PatchOperation>) -> Update {
        let binder = PatchBinder::new(Arc::clone(&self.resource_type)).with_secrets(true);
        match binder.bind(PatchOp { operations }) {
            Ok(plan) => Update::patch(
                Arc::clone(&self.resource_type),
                self.cx.tenant().clone(),
                plan,
                now(),
            ),
            Err(err) => {
                panic!("{}: the test kit made a PATCH that does not fit: {err}", self.name())
            }
        }
    }

    /// A PATCH that replaces one value.
    pub(super) fn setting(&self, path: &ResolvedPath, value: impl Into<Value>) -> Update {
        self.patch(vec![operation("replace", path, value.into())])
    }

    /// A PUT.
    pub(super) fn put(&self, wanted: Resource) -> Update {
        let replacement =
            Replacement::new(Arc::clone(&self.resource_type), wanted, OmittedAttributes::Clear);
        Update::put(Arc::clone(&self.resource_type), self.cx.tenant().clone(), replacement, now())
    }

    /// The paths at which two states differ, apart from what a store or the service provider adds,
    /// and what is secret.
    pub(super) fn differences(&self, expected: &Resource, actual: &Resource) -> Vec<String> {
        let (expected, actual) = (self.plain(expected), self.plain(actual));
        // A column of times keeps the time, and not its spelling.
        let is_same_time = |path: &&ResolvedPath| {
            path.leaf().attribute_type() == AttributeType::DateTime
                && same_by_value(path.leaf(), expected.value(path), actual.value(path))
        };
        let changed = changed_paths(&expected, &actual, &self.resource_type);
        changed.iter().filter(|path| !is_same_time(path)).map(ToString::to_string).collect()
    }

    /// Asserts that a resource is in the state that it must be in.
    pub(super) fn assert_same(&self, expected: &Resource, actual: &Resource, after: impl Display) {
        let differing = self.differences(expected, actual);
        assert!(
            differing.is_empty(),
            "{}: after {after}, the store has other values of {differing:?} than it must have.\n  it has:       {}\n  it must have: {}",
            self.name(),
            json(actual),
            json(expected),
        );
    }

    pub(super) async fn race<F>(&self, contenders: impl IntoIterator<Item = F>) -> Vec<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        race(&self.spawn, contenders).await
    }

    /// A resource without secrets, and without the types of members, which stores may fill in.
    fn plain(&self, resource: &Resource) -> Resource {
        let mut plain = resource.clone();
        for attribute in self.resource_type.schema().attributes() {
            if let Some(value) = plain.remove(attribute.name()) {
                plain.set(attribute.name(), without_secrets(attribute, value));
            }
        }
        for extension in self.resource_type.extensions() {
            let uri = extension.schema.uri().as_str();
            if let Some(Value::Object(values)) = plain.remove(uri) {
                let known = |name: &str| extension.schema.attribute(name);
                let left = values.into_iter().filter_map(|(name, value)| {
                    let value = without_secrets(known(&name)?, value);
                    (!value.is_null()).then_some((name, value))
                });
                plain.set(uri, left.collect::<Object>());
            }
        }
        if let Some(Value::Array(mut members)) =
            self.membership().and_then(|membership| plain.remove(membership.name()))
        {
            members
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .for_each(|member| drop(member.remove("type")));
            members.sort_by_key(|member| member.get("value").map(ToString::to_string));
            plain.set(
                self.membership().map(|membership| membership.name()).unwrap_or_default(),
                members,
            );
        }
        plain
    }
}

/// A request that expects one of these versions, or that it is none of them.
pub(super) fn if_match(versions: &[Version]) -> Precondition {
    Precondition { if_match: Some(EntityTags::List(versions.to_vec())), if_none_match: None }
}

pub(super) fn operation(op: &str, path: impl Display, value: Value) -> PatchOperation {
    let value = Some(value).filter(|value| !value.is_null());
    PatchOperation { op: op.to_owned(), path: Some(path.to_string()), value }
}

/// Describes the outcome of a call.
pub(super) fn told<T>(outcome: &Result<T, StoreError>) -> String {
    match outcome {
        Ok(_) => "succeeded".to_owned(),
        Err(err) => format!("failed with {err:?}"),
    }
}

pub(super) fn ids(resources: &[Arc<Resource>]) -> Vec<String> {
    resources.iter().map(|resource| resource.id().to_owned()).collect()
}

pub(super) fn json(resource: &Resource) -> Value {
    Value::Object(resource.attributes().clone())
}

/// The text at a path of a single-valued attribute.
pub(super) fn text(resource: &Resource, path: &ResolvedPath) -> String {
    resource.value(path).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// When changes are made: later than all resources.
pub(super) fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(365 * 45)
}

/// Makes a call again while the store is too busy for it: that is an answer that clients get, too.
async fn retry_unavailable<T, F: Future<Output = Result<T, StoreError>>>(
    call: impl Fn() -> F,
) -> Result<T, StoreError> {
    for _ in 0..PATIENCE {
        match call().await {
            Err(StoreError::Unavailable { .. }) => {}
            outcome => return outcome,
        }
    }
    call().await
}
