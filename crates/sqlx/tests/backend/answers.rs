//! What SQL answers equals what evaluation answers, on random filters, orders and pages over random
//! resources.

use std::sync::{Arc, LazyLock};

use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::{TestError, TestRunner};
use scimwire::Resource;
use scimwire::auth::RequestContext;
use scimwire::filter::{EvalBudget, Filter, FilterBinder};
use scimwire::query::{Page, Query, Sort};
use scimwire::resource::Meta;
use scimwire::schema::ResourceType;
use scimwire::store::{Pushdown, ResourceStore, execute};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::databases::{AnyDirectory, Kind, kinds};
use crate::properties::samples::{TEXTS, USERS, config, user};
use crate::properties::typed::{self, ATTRIBUTES};

/// How many random filters are tried on each database.
const FILTERS: u32 = 1_500;

/// How many random users there are.
const PEOPLE: usize = 120;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

/// A store under test, all that is in it, and what it answers.
struct Subject {
    kind: Kind,
    store: Arc<dyn ResourceStore>,
    resource_type: Arc<ResourceType>,
    all: Vec<Arc<Resource>>,
    cx: RequestContext,
}

impl Subject {
    async fn new(kind: Kind, resource_type: Arc<ResourceType>, resources: Vec<Resource>) -> Self {
        let directory = AnyDirectory::new(kind, false).await;
        let store = directory.store(Arc::clone(&resource_type));
        let cx = RequestContext::new("example");
        // Somebody else's resources are never seen.
        let other = RequestContext::new("other");
        for resource in resources {
            store.create(resource.clone(), &other).await.expect("a new resource");
            store.create(resource, &cx).await.expect("a new resource");
        }
        let everything = Query::new(whole());
        let found = execute::select(store.as_ref(), &everything, &EvalBudget::unlimited(), &cx)
            .await
            .expect("it answers");
        // The folder of a file has to outlive its store.
        std::mem::forget(directory);
        Self { kind, store, resource_type, all: found.resources, cx }
    }

    /// Compares with evaluation of all resources; says how much the store did by itself.
    fn check(
        &self,
        filter: Option<&Filter>,
        sort: Option<&Sort>,
        page: &SomePage,
    ) -> Result<Pushdown, TestCaseError> {
        let bind = |filter: &Filter| {
            FilterBinder::new(&self.resource_type).bind(filter).expect("it binds")
        };
        let query = Query::new(page.of(&self.all, sort))
            .with_filter(filter.map(bind))
            .with_sort(sort.cloned());
        let matching = self
            .all
            .iter()
            .filter(|resource| query.filter.as_ref().is_none_or(|filter| filter.matches(resource)));
        let expected = execute::sort_and_page(matching.cloned().collect(), sort, &query.page);
        let budget = EvalBudget::unlimited();
        let found = execute::select(self.store.as_ref(), &query, &budget, &self.cx);
        let found = RUNTIME.block_on(found).map_err(|err| {
            TestCaseError::fail(format!("{err}: {:?}", std::error::Error::source(&err)))
        })?;
        let ids = |resources: &[Arc<Resource>]| {
            resources.iter().map(|resource| resource.id().to_owned()).collect::<Vec<_>>()
        };
        prop_assert_eq!(
            ids(&found.resources),
            ids(&expected.resources),
            "{:?}: {:?}",
            self.kind,
            filter.map(ToString::to_string)
        );
        prop_assert_eq!(&found.resources, &expected.resources);
        prop_assert_eq!(found.has_more, expected.has_more);
        if matches!(query.page, Page::Index { .. }) {
            prop_assert_eq!(found.total, expected.total);
        }
        Ok(self.store.pushdown(&query))
    }
}

#[test]
fn filters_answer_the_same() {
    for kind in kinds() {
        let users = RUNTIME.block_on(Subject::new(kind, Arc::clone(&USERS), people()));
        run(&(option::weighted(0.95, typed::filter()), sort(), page()), |(filter, sort, page)| {
            let pushdown = users.check(filter.as_ref(), sort.as_ref(), &page)?;
            // SQL can say all of it, but for an order by raw base64.
            let by_bytes = sort
                .as_ref()
                .and_then(|sort| sort.path())
                .is_some_and(|path| path.leaf().attribute_type().as_str() == "binary");
            let expected = if by_bytes { Pushdown::Filter } else { Pushdown::Full };
            prop_assert_eq!(
                pushdown,
                expected,
                "{:?} {:?}",
                filter.map(|filter| filter.to_string()),
                sort
            );
            Ok(())
        });
    }
}

#[test]
fn each_attribute_answers_the_same() {
    for kind in kinds() {
        let users = RUNTIME.block_on(Subject::new(kind, Arc::clone(&USERS), people()));
        run(&(typed::leaf(), page()), |(filter, page)| {
            users.check(Some(&filter), None, &page).map(drop)
        });
    }
}

#[test]
fn filters_on_members_answer_the_same() {
    for kind in kinds() {
        let names = TEXTS.iter().enumerate().filter(|(_, text)| !text.is_empty());
        let groups = names.map(|(index, name)| {
            let members = ["a", "b", "c", "A", ""]
                .into_iter()
                .enumerate()
                .filter(|(bit, _)| index >> bit & 1 == 1);
            let members = members.map(|(bit, id)| {
                let display = TEXTS[(index + bit) % TEXTS.len()];
                if bit % 2 == 0 {
                    json!({ "value": id, "display": display })
                } else {
                    json!({ "value": id, "type": "User" })
                }
            });
            let mut group = Resource::default();
            group.set("displayName", *name);
            group.set("members", members.collect::<Vec<Value>>());
            group.set_meta(&Meta::new("Group", chrono::DateTime::UNIX_EPOCH));
            group
        });
        let groups =
            RUNTIME.block_on(Subject::new(kind, Arc::new(ResourceType::group()), groups.collect()));
        run(&(about_groups(), page()), |(filter, page)| {
            groups.check(Some(&filter), None, &page).map(drop)
        });
    }
}

#[test]
fn groups_of_a_user_answer_the_same() {
    for kind in kinds() {
        RUNTIME.block_on(async {
            let directory = AnyDirectory::new(kind, false).await;
            let cx = RequestContext::new("example");
            let users = directory.store(ResourceType::user());
            let groups = directory.store(ResourceType::group());
            let mut ids = Vec::new();
            for name in ["ann", "bob", "cid"] {
                let mut user = Resource::default();
                user.set("userName", name);
                ids.push(users.create(user, &cx).await.expect("a user").id().to_owned());
            }
            let group = async |members: &[&str]| {
                let mut group = Resource::default();
                group.set("displayName", "G");
                group.set(
                    "members",
                    members.iter().map(|id| json!({ "value": id })).collect::<Vec<_>>(),
                );
                groups.create(group, &cx).await.expect("a group").id().to_owned()
            };
            let inner = group(&[&ids[0]]).await;
            let outer = group(&[&inner, &ids[1]]).await;
            for (filter, expected) in [
                (format!("groups.value eq \"{inner}\""), vec![&ids[0]]),
                (format!("groups eq \"{outer}\""), vec![&ids[0], &ids[1]]),
                (format!("groups[value eq \"{outer}\" and type eq \"direct\"]"), vec![&ids[1]]),
                (format!("not (groups.value eq \"{outer}\")"), vec![&ids[2]]),
                ("groups pr".to_owned(), vec![&ids[0], &ids[1]]),
                ("groups.display eq \"g\"".to_owned(), vec![&ids[0], &ids[1]]),
            ] {
                let bound = FilterBinder::new(&ResourceType::user())
                    .bind(&filter.parse().expect("a filter"))
                    .expect("it binds");
                let query = Query::new(whole()).with_filter(bound);
                let found = execute::select(users.as_ref(), &query, &EvalBudget::unlimited(), &cx)
                    .await
                    .expect("it answers");
                let found: Vec<&str> = found.resources.iter().map(|user| user.id()).collect();
                assert_eq!(found, expected, "{kind:?}: {filter}");
            }
        });
    }
}

/// A page by number, or behind one of the resources.
#[derive(Clone, Debug)]
enum SomePage {
    Index { start: usize, count: usize },
    Behind { which: Option<Index>, count: usize },
}

impl SomePage {
    fn of(&self, all: &[Arc<Resource>], sort: Option<&Sort>) -> Page {
        match self {
            Self::Index { start, count } => Page::Index { start: *start, count: *count },
            Self::Behind { which, count } => {
                let after =
                    which.map(|which| execute::position(which.get::<Arc<Resource>>(all), sort));
                Page::Cursor { after, count: *count }
            }
        }
    }
}

fn page() -> BoxedStrategy<SomePage> {
    let count = prop_oneof![0_usize..10, Just(1_000)];
    prop_oneof![
        (prop_oneof![0_usize..10, 100_usize..200], count.clone())
            .prop_map(|(start, count)| SomePage::Index { start, count }),
        (option::weighted(0.8, any::<Index>()), count)
            .prop_map(|(which, count)| SomePage::Behind { which, count }),
    ]
    .boxed()
}

fn whole() -> Page {
    Page::Index { start: 1, count: usize::MAX }
}

fn sort() -> BoxedStrategy<Option<Sort>> {
    let by = select(ATTRIBUTES).prop_filter_map("complex", |known| {
        let order = |order| Sort::bind(&known.text(), Some(order), &USERS).ok();
        Some((order("ascending")?, order("descending")?))
    });
    prop_oneof![
        1 => Just(None),
        4 => (by, any::<bool>()).prop_map(|((up, down), ascending)| Some(if ascending { up } else { down })),
    ]
    .boxed()
}

fn about_groups() -> BoxedStrategy<Filter> {
    let filters = vec![
        r#"members eq "a""#,
        r#"members.value eq "b""#,
        r#"members.value ne "b""#,
        r#"members[value eq "a"]"#,
        r#"members[value eq "a" and display eq "ab"]"#,
        r#"members[value eq "a" or value eq "c"]"#,
        r#"members[value eq "a" or display pr]"#,
        r#"members[not (value eq "a")]"#,
        r#"members[not (display eq "strasse")]"#,
        r#"not (members[value eq "a"])"#,
        r#"not (members[display co "e" and value eq "a"])"#,
        r#"members.value eq "a" and members.value eq "b""#,
        r#"members[value eq "a" and value eq "b"]"#,
        r#"members.display co "b""#,
        r#"members.display sw "E""#,
        r#"not (members.display ew "E")"#,
        r#"members.display gt "h""#,
        r#"members[type eq "user" and value eq "b"]"#,
        r#"members.type eq "USER""#,
        r#"members.$ref eq "https://example.com/scim/v2/Users/b""#,
        r#"members.$ref co "Users""#,
        "members pr",
        "members.type pr",
        "not (members pr)",
        r#"displayName sw "a" or members.value eq "c""#,
        r#"displayName eq "STRASSE" and members pr"#,
        r#"members.value sw "a""#,
        r#"members.value le "a""#,
    ];
    select(filters).prop_map(|text| text.parse().expect("a filter")).boxed()
}

/// Random users, the same in each run, with names of their own.
pub(super) fn people() -> Vec<Resource> {
    let mut runner = TestRunner::deterministic();
    let users = (0..PEOPLE).map(|number| {
        let mut user = user().new_tree(&mut runner).expect("a user").current();
        let text = TEXTS[number % TEXTS.len()];
        user.set("userName", if number == 6 { text.to_owned() } else { format!("{text}{number}") });
        user
    });
    users.collect()
}

pub(super) fn run<S: Strategy>(strategy: &S, check: impl Fn(S::Value) -> Result<(), TestCaseError>)
where
    S::Value: std::fmt::Debug,
{
    let mut runner = TestRunner::new(proptest::test_runner::Config { cases: FILTERS, ..config() });
    match runner.run(strategy, check) {
        Ok(()) => {}
        Err(TestError::Fail(reason, value)) => panic!("{reason}\n{value:#?}"),
        Err(err) => panic!("{err}"),
    }
}
