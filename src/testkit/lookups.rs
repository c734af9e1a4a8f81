//! Lookups that a store takes over do not scan all resources.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;

use super::harness::{Subject, set};
use super::stores::{StoreFactory, Stores};
use crate::auth::RequestContext;
use crate::filter::{CompareOp, EvalBudget};
use crate::query::{Page, Query};
use crate::schema::{AttributeType, ResolvedPath, Schema};
use crate::store::{Pushdown, StoreQuery};
use crate::value::Value;

/// The sizes of a small store and a large one.
const FEW: usize = 30;
const MANY: usize = 600;

/// The number of resources when plans are made.
const PLANNED: usize = 200;

/// The maximum ratio of lookup times in a large and a small store. A scan would take up to 20 times
/// as long.
const BOUND: u32 = 5;

/// The repetitions of a timed lookup, and of the whole measurement before it counts as slow, so
/// that other load does not matter.
const TIMES: usize = 9;
const ROUNDS: usize = 5;

/// Says how a database goes about a selection: for [`Stores::explained_by`].
///
/// ```
/// use scimwire::auth::RequestContext;
/// use scimwire::store::StoreQuery;
/// use scimwire::testkit::Explain;
///
/// # struct Database;
/// # impl Database {
/// #     async fn users(&self, _prefix: &str, _selection: &StoreQuery<'_>, _cx: &RequestContext) -> Vec<String> { Vec::new() }
/// # }
/// /// Runs the statement of `MyUsers::select` with a prefix, and returns the plan.
/// struct Plans(Database);
///
/// #[async_trait::async_trait]
/// impl Explain for Plans {
///     async fn plan(&self, selection: StoreQuery<'_>, cx: &RequestContext) -> Vec<String> {
///         self.0.users("EXPLAIN QUERY PLAN ", &selection, cx).await
///     }
/// }
/// // Stores::new().store(MyUsers::new(database)).explained_by("User", Plans(database))
/// ```
///
/// A plan with `SCAN users` in SQLite, or `Seq Scan on users` in PostgreSQL, fails the check. The
/// failure names the attribute, "a look-up by `externalId` looks at each row", and has the whole
/// plan in it.
#[async_trait]
pub trait Explain: Send + Sync + 'static {
    /// The lines of the plans of the statements that `select` runs, as the database writes them:
    /// the `detail` of SQLite's `EXPLAIN QUERY PLAN`, the lines of PostgreSQL's `EXPLAIN`.
    /// Statistics should be there (`ANALYZE`). PostgreSQL looks at each row of a small table
    /// whatever there is: `SET enable_seqscan = off` before, so that it does only where it has to.
    async fn plan(&self, selection: StoreQuery<'_>, cx: &RequestContext) -> Vec<String>;
}

/// Delegates to the value behind the pointer.
macro_rules! forward {
    ($($pointer:ident),*) => {$(
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<E: Explain + ?Sized> Explain for $pointer<E> {
            async fn plan(&self, selection: StoreQuery<'_>, cx: &RequestContext) -> Vec<String> {
                (**self).plan(selection, cx).await
            }
        }
    )*};
}

forward!(Arc, Box);

/// A look-up by `id`, by a unique attribute or by one that is
/// [indexed](crate::schema::ResourceType::indexed_paths), of which the store takes over at least a
/// part, does not look at each resource: by the plan of the database where the store is
/// [explained](Stores::explained_by), and else by how the time that it takes grows with the number
/// of resources.
pub async fn lookups_use_an_index(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    let claims: Vec<Claim> = stores
        .subjects()
        .into_iter()
        .map(Claim::of)
        .filter(|claim| !claim.paths.is_empty())
        .collect();
    let (planned, timed): (Vec<_>, Vec<_>) =
        claims.into_iter().partition(|claim| claim.subject.explain.is_some());
    for claim in planned {
        claim.assert_planned(&stores).await;
    }
    if timed.is_empty() {
        return;
    }
    let others = Stores::made_by(factory).await;
    for large in timed {
        let same = others.subjects().into_iter().find(|other| other.name() == large.subject.name());
        let Some(small) = same.map(Claim::of) else {
            panic!(
                "{}: the factory must make stores of the same types each time",
                large.subject.name()
            )
        };
        let (few, many) = (small.fill(&others, FEW).await, large.fill(&stores, MANY).await);
        for ((path, one), other) in large.paths.iter().zip(&few).zip(&many) {
            assert_timed(path, (&small.subject, one), (&large.subject, other)).await;
        }
    }
}

/// The lookups that the store of a type claims to answer by itself.
struct Claim {
    subject: Subject,
    paths: Vec<ResolvedPath>,
}

impl Claim {
    fn of(subject: Subject) -> Self {
        let id = Schema::common()
            .attribute("id")
            .map(|id| ResolvedPath::new(None, Arc::clone(id), None));
        let indexed = subject
            .resource_type
            .indexed_paths()
            .iter()
            .filter(|path| subject.keeps(path))
            .cloned();
        let known = id.into_iter().chain(subject.unique_paths()).chain(indexed);
        let is_text = |path: &ResolvedPath| {
            matches!(path.leaf().attribute_type(), AttributeType::String | AttributeType::Reference)
                && !path.leaf().is_closed()
        };
        let is_claimed = |path: &ResolvedPath| {
            subject.store.pushdown(&look_up(&subject, path, "nobody")) >= Pushdown::Partial
        };
        let paths = known.filter(|path| is_text(path) && is_claimed(path)).collect();
        Self { subject, paths }
    }

    /// Makes resources, of which no two have the same value anywhere, and hands out a query for one
    /// of them by each path.
    async fn fill(&self, stores: &Stores, count: usize) -> Vec<Query> {
        let (subject, mut samples) = (&self.subject, stores.samples());
        let mut queries = Vec::new();
        for number in 0..count {
            let mut resource = samples.plain_resource(subject);
            for path in self.paths.iter().filter(|path| path.attribute().name() != "id") {
                set(&mut resource, path, samples.unique_value(path.leaf()));
            }
            subject.resource_type.conform(&mut resource);
            let created = subject.create(resource).await;
            if number == count / 2 {
                let value = |path: &ResolvedPath| {
                    created
                        .values(path)
                        .next()
                        .and_then(Value::as_str)
                        .unwrap_or_default()
                        .to_owned()
                };
                queries =
                    self.paths.iter().map(|path| look_up(subject, path, &value(path))).collect();
            }
        }
        queries
    }

    async fn assert_planned(&self, stores: &Stores) {
        let Some(explain) = &self.subject.explain else { return };
        let queries = self.fill(stores, PLANNED).await;
        for (path, query) in self.paths.iter().zip(queries) {
            let plan = self.plan(explain.as_ref(), &query).await;
            let name = self.subject.name();
            assert!(
                !plan.is_empty(),
                "{name}: there is no plan of `{path} eq ..`; `plan` must give that of each statement"
            );
            let scan = plan.iter().find(|line| is_scan(line));
            assert!(
                scan.is_none(),
                "{name}: a look-up by `{path}` looks at each row: {scan:?}; the whole plan is {plan:#?}"
            );
            // No index serves a part of a text: what is read for that is each row of the tenant.
            let part = Query {
                filter: Some(self.subject.compares(path, CompareOp::Co, "nobody")),
                ..query
            };
            if self.subject.store.pushdown(&part) < Pushdown::Partial {
                continue;
            }
            let part = self.plan(explain.as_ref(), &part).await;
            let is_of_its_own = reads(&plan).any(|line| !reads(&part).any(|other| line == other));
            assert!(
                is_of_its_own,
                "{name}: a look-up by `{path}` reads what `co` reads too, each row of the tenant: {plan:#?}"
            );
        }
    }

    async fn plan(&self, explain: &dyn Explain, query: &Query) -> Vec<String> {
        let page =
            Some(&query.page).filter(|_| self.subject.store.pushdown(query) == Pushdown::Full);
        let (filter, budget) = (query.filter.as_ref(), &EvalBudget::unlimited());
        let (projection, memory) = (&query.projection, usize::MAX);
        let selection = StoreQuery { filter, sort: None, page, projection, budget, memory };
        explain.plan(selection, &self.subject.cx).await
    }
}

fn look_up(subject: &Subject, path: &ResolvedPath, value: &str) -> Query {
    let filter = Some(subject.equals(path, value));
    Query {
        filter,
        sort: None,
        page: Page::Index { start: 1, count: 10 },
        projection: subject.everything(),
    }
}

/// Returns `true` if a line of a plan says that each row is looked at.
fn is_scan(line: &str) -> bool {
    let line = line.trim_start();
    // What SQLite unfolds in memory is no table: an array, a list of constants, a sub-select.
    let in_memory = line.contains("VIRTUAL TABLE")
        || line.contains("CONSTANT ROW")
        || line.starts_with("SCAN (");
    line.contains("Seq Scan") || (line.starts_with("SCAN ") && !in_memory)
}

/// The lines of a plan that say what is read, and by what.
fn reads(plan: &[String]) -> impl Iterator<Item = &str> {
    let lines = plan.iter().map(|line| line.split("  (cost").next().unwrap_or_default().trim());
    lines.filter(|line| {
        line.starts_with("SEARCH ") || line.contains("Scan ") || line.starts_with("Index Cond: ")
    })
}

async fn assert_timed(path: &ResolvedPath, small: (&Subject, &Query), large: (&Subject, &Query)) {
    let mut slowest = (Duration::ZERO, Duration::ZERO);
    for _ in 0..ROUNDS {
        let (mut few, mut many) = (Vec::new(), Vec::new());
        for _ in 0..TIMES {
            few.push(time(small).await);
            many.push(time(large).await);
        }
        let (one, other) = (median(few), median(many));
        if other <= one * BOUND {
            return;
        }
        slowest = (one, other);
    }
    let (subject, query) = large;
    panic!(
        "{}: with {:?}, a look-up by `{path}` takes {:?} among {MANY} resources and {:?} among {FEW}; what a store takes over must \
         not look at each of them",
        subject.name(),
        subject.store.pushdown(query),
        slowest.1,
        slowest.0,
    );
}

async fn time((subject, query): (&Subject, &Query)) -> Duration {
    let begin = Instant::now();
    let found = subject.select(query).await.resources.len();
    let taken = begin.elapsed();
    assert_eq!(
        found,
        1,
        "{}: a look-up of a value that one resource has must find that one",
        subject.name()
    );
    taken
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::is_scan;

    #[test]
    fn scans_are_told_from_searches() {
        for (line, expected) in [
            ("SCAN users", true),
            ("SCAN users USING INDEX users_email", true),
            ("  ->  Seq Scan on users  (cost=0.00..1.00 rows=1 width=1)", true),
            ("Parallel Seq Scan on users", true),
            ("SEARCH users USING INDEX users_email (account=? AND <expr>=?)", false),
            ("SCAN json_each VIRTUAL TABLE INDEX 1:", false),
            ("SCAN 2 CONSTANT ROWS", false),
            ("SCAN (subquery-1)", false),
            ("USE TEMP B-TREE FOR ORDER BY", false),
            ("Index Scan using users_email on users", false),
            ("Bitmap Heap Scan on users", false),
        ] {
            assert_eq!(is_scan(line), expected, "{line}");
        }
    }
}
