//! The stores under test, and how to create them.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;

use super::concurrency::{Spawn, Task, on_a_thread};
use super::fixtures::Samples;
use super::harness::{Created, Subject};
use super::lookups::Explain;
use crate::auth::RequestContext;
use crate::schema::{ResolvedPath, ResourceType};
use crate::store::ResourceStore;

/// More than are made at a time.
const SAMPLES: usize = 10_000;

/// Creates stores for checks. Every check starts with new, empty ones.
///
/// A closure that creates them is a factory: see [the module](super).
#[async_trait]
pub trait StoreFactory: Send + Sync {
    /// Creates empty stores: over a new database, or for unused tenants.
    async fn create(&self) -> Stores;
}

#[async_trait]
impl<F, S> StoreFactory for F
where
    F: Fn() -> S + Send + Sync,
    S: Future<Output = Stores> + Send,
{
    async fn create(&self) -> Stores {
        self().await
    }
}

/// Empty stores of one database, one for each resource type, with what a check has to know about
/// them.
///
/// Stores of users and groups that know each other belong together. With users only, checks of
/// groups are skipped.
#[derive(Clone)]
#[must_use = "stores do nothing until a check gets them"]
pub struct Stores {
    served: Vec<Served>,
    tenants: Vec<RequestContext>,
    spawn: Spawn,
    pub(super) seed: u64,
    pub(super) cases: usize,
    /// The number of sample generators created.
    samplers: Arc<AtomicUsize>,
    created: Created,
    guards: Guards,
}

/// Guards that live as long as the stores.
pub(super) type Guards = Vec<Arc<dyn Any + Send + Sync>>;

#[derive(Clone)]
struct Served {
    resource_type: Arc<ResourceType>,
    store: Arc<dyn ResourceStore>,
    /// The attributes that the store keeps; `None` means all.
    kept: Option<Vec<ResolvedPath>>,
    explain: Option<Arc<dyn Explain>>,
}

impl Default for Stores {
    fn default() -> Self {
        Self::new()
    }
}

impl Stores {
    /// Creates an empty set.
    pub fn new() -> Self {
        Self {
            served: Vec::new(),
            tenants: vec![RequestContext::new("example"), RequestContext::new("other")],
            spawn: Arc::new(on_a_thread),
            seed: 2011,
            cases: 3_000,
            samplers: Arc::default(),
            created: Created::default(),
            guards: Vec::new(),
        }
    }

    /// Adds the store of a resource type that you serve. If it can store any type, use
    /// [`users`](super::users) and [`groups`](super::groups).
    pub fn store(mut self, store: impl ResourceStore) -> Self {
        self.served.push(Served {
            resource_type: Arc::clone(store.resource_type()),
            store: Arc::new(store),
            kept: None,
            explain: None,
        });
        self
    }

    /// Declares the attributes that the store of a resource type keeps, such as `emails`,
    /// `name.familyName` or
    /// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber`. Required ones
    /// must be included. By default the store has to keep every attribute that clients may write.
    ///
    /// The values of other attributes are not checked, and the store may drop or reject them. Its
    /// answers are: a filter or a sort that it takes over, also on an attribute that it does not
    /// keep, has to agree with what it returns of each resource. [`unretained`](Self::unretained)
    /// lists these attributes, and [`run_all`](super::run_all) prints them.
    ///
    /// # Panics
    ///
    /// - no such resource type, or no such attribute.
    pub fn retain_attributes(mut self, resource_type: &str, attributes: &[&str]) -> Self {
        let served = self.served_as(resource_type);
        let path = |name: &&str| {
            let resolved = name.parse().ok().and_then(|path| served.resource_type.resolve(&path));
            resolved.unwrap_or_else(|| {
                panic!("resource type `{resource_type}` has no attribute `{name}`")
            })
        };
        served.kept = Some(attributes.iter().map(path).collect());
        self
    }

    /// Sets the source of query plans of a resource type, so that
    /// [`lookups_use_an_index`](super::lookups_use_an_index) reads plans instead of the clock.
    ///
    /// # Panics
    ///
    /// - no such resource type.
    pub fn explained_by(mut self, resource_type: &str, explain: impl Explain) -> Self {
        self.served_as(resource_type).explain = Some(Arc::new(explain));
        self
    }

    fn served_as(&mut self, resource_type: &str) -> &mut Served {
        let found =
            self.served.iter_mut().find(|served| served.resource_type.name() == resource_type);
        found.unwrap_or_else(|| {
            panic!("there is no resource type `{resource_type}`: add it before saying more of it")
        })
    }

    /// Returns the attributes that the stores need not keep, each prefixed with its resource type
    /// and a colon. Only filters and sorts on them are checked: see
    /// [`retain_attributes`](Self::retain_attributes).
    #[must_use]
    pub fn unretained(&self) -> Vec<String> {
        let subjects = self.subjects();
        let lacking = |subject: &Subject| {
            let name = subject.name().to_owned();
            subject.lacks().into_iter().map(move |path| format!("{name}: {path}"))
        };
        subjects.iter().flat_map(lacking).collect()
    }

    /// Sets the contexts of calls, one for each tenant. By default there are `example` and `other`.
    /// For stores with one tenant, or with tenants that have to exist. Checks of isolation need
    /// two.
    pub fn tenants(self, contexts: impl IntoIterator<Item = RequestContext>) -> Self {
        Self { tenants: contexts.into_iter().collect(), ..self }
    }

    /// Sets the function that spawns concurrent tasks. By default each task gets a thread without a
    /// runtime.
    ///
    /// Stores that need a runtime set it here, as in `.spawner(|task| drop(tokio::spawn(task)))`.
    /// Use a runtime with several threads: tasks of one thread only take turns.
    pub fn spawner(self, spawn: impl Fn(Task) + Send + Sync + 'static) -> Self {
        Self { spawn: Arc::new(spawn), ..self }
    }

    /// Sets the random seed: the same seed gives the same resources and filters. Failures name it.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Sets the number of random filters and sorts for each resource type. The default is 3,000.
    pub fn cases(self, cases: usize) -> Self {
        Self { cases, ..self }
    }

    /// Keeps a guard as long as the stores are in use, such as the folder of the database.
    pub fn keep_alive(mut self, guard: impl Any + Send + Sync) -> Self {
        self.guards.push(Arc::new(guard));
        self
    }

    pub(super) async fn made_by(factory: &dyn StoreFactory) -> Self {
        let stores = factory.create().await;
        assert!(!stores.served.is_empty(), "the factory made no store: call `resource_type`");
        assert!(
            !stores.tenants.is_empty(),
            "the factory named no tenant: a store is always asked for one"
        );
        stores
    }

    /// Samples with unique values that no other samples have.
    pub(super) fn samples(&self) -> Samples {
        Samples::new(self.seed, SAMPLES * self.samplers.fetch_add(1, Ordering::Relaxed))
    }

    /// Each resource type, for the first tenant.
    pub(super) fn subjects(&self) -> Vec<Subject> {
        self.subjects_of(0)
    }

    /// Each resource type, for the second tenant; none where there is no such tenant.
    pub(super) fn subjects_of_another_tenant(&self) -> Vec<Subject> {
        self.subjects_of(1)
    }

    /// Returns the possible members of `group`: resources of another type, or groups if there is
    /// none.
    pub(super) fn candidates_for(&self, group: &Subject) -> Option<Subject> {
        let others = self.subjects().into_iter().filter(|other| other.name() != group.name());
        let (with_view, without): (Vec<_>, Vec<_>) =
            others.partition(|other| other.resource_type.membership().groups().is_some());
        with_view.into_iter().chain(without).next()
    }

    fn subjects_of(&self, tenant: usize) -> Vec<Subject> {
        let subject = |cx: &RequestContext, served: &Served| {
            Subject::new(
                &served.resource_type,
                &served.store,
                cx,
                served.kept.as_deref(),
                &self.spawn,
            )
            .holding(&self.created, &self.guards)
            .explained_by(served.explain.as_ref())
        };
        let context = self.tenants.get(tenant);
        context
            .map(|cx| self.served.iter().map(|served| subject(cx, served)).collect())
            .unwrap_or_default()
    }
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> =
            self.served.iter().map(|served| served.resource_type.name()).collect();
        f.debug_struct("Stores")
            .field("resource_types", &names)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}
