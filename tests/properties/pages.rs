//! A store that does more of a query answers the same as one that does nothing, and cursors lose
//! and repeat nothing.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use http::{Method, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use scimwire::auth::RequestContext;
use scimwire::filter::{CompValue, CompareOp, EvalBudget, Filter, FilterBinder};
use scimwire::query::{Page, Projection, Query, Sort};
use scimwire::store::{
    Change, Precondition, Pushdown, ResourceStore, StoreError, StorePage, StoreQuery, Update,
    execute,
};
use scimwire::{MemoryStore, Quirks, Resource, ResourceType};
use serde_json::{Map, Value, json};

use super::samples::{TEXTS, USERS, body, config};
use super::served::{Served, ids, now, read};
use super::sorting;
use super::typed;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_step_of_the_ladder_answers_the_same(
        bodies in bodies(), filter in option::of(typed::filter()), sort in sorting::sort(), page in page(),
    ) {
        let (served, _) = Served::with_users(Quirks::STRICT, bodies);
        answers_the_same(&served.users, &USERS, filter, sort.as_ref(), &page)?;
    }

    #[test]
    fn an_index_answers_the_same(
        bodies in bodies(), filter in indexed(), sort in sorting::sort(), page in page(),
    ) {
        let (served, _) = Served::with_users(Quirks::STRICT, bodies);
        answers_the_same(&served.users, &USERS, Some(filter), sort.as_ref(), &page)?;
    }

    #[test]
    fn an_index_of_members_answers_the_same(
        groups in vec((select(TEXTS), vec(member(), 0..4)), 0..5), filter in about_groups(), page in page(),
    ) {
        let served = Served::new(Quirks::STRICT);
        for (name, members) in groups {
            served.create("/Groups", &json!({ "schemas": [GROUP], "displayName": format!("{name}."), "members": members }));
        }
        answers_the_same(&served.groups, &served.group_type, Some(filter), None, &page)?;
    }

    #[test]
    fn cursors_walk_through_all(
        bodies in bodies(), filter in option::of(typed::filter()), sort in sorting::parameters(), count in 1_usize..4,
    ) {
        let (served, _) = Served::with_users(Quirks::STRICT, bodies);
        let query = query_string(filter.as_ref(), sort);
        let whole = read(&served.get(&format!("/Users?count=200{query}")));
        let (walked, _) = walk(&served, &query, count, |_| {})?;
        prop_assert_eq!(walked, ids(&whole));
    }

    #[test]
    fn cursors_lose_and_repeat_nothing_while_others_write(
        bodies in bodies(), new in bodies(), sort in sorting::parameters(), count in 1_usize..4, victims in vec(any::<Index>(), 20),
    ) {
        let (served, all) = Served::with_users(Quirks::STRICT, bodies);
        let query = query_string(None, sort);
        let (mut stay, mut new): (HashSet<String>, _) = (all.iter().cloned().collect(), new.into_iter());
        let mut victims = victims.into_iter();
        let (walked, _) = walk(&served, &query, count, |_| {
            if let (Some(victim), false) = (victims.next(), all.is_empty()) {
                let victim = victim.get(&all);
                served.send(Method::DELETE, &format!("/Users/{victim}"), &Value::Null);
                stay.remove(victim);
            }
            if let Some(mut body) = new.next() {
                body.insert("userName".to_owned(), json!(format!("new {}", body["userName"])));
                served.create("/Users", &Value::Object(body));
            }
        })?;
        let once: HashSet<&String> = walked.iter().collect();
        prop_assert_eq!(once.len(), walked.len(), "one comes twice");
        prop_assert!(stay.iter().all(|id| once.contains(id)), "one is lost");
    }
}

const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// A store that claims to do so much of a query.
struct Claiming(MemoryStore, Pushdown);

#[async_trait]
impl ResourceStore for Claiming {
    fn resource_type(&self) -> &Arc<ResourceType> {
        self.0.resource_type()
    }

    async fn create(
        &self,
        resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.0.create(resource, cx).await
    }

    async fn get(
        &self,
        id: &str,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.0.get(id, projection, cx).await
    }

    async fn select(
        &self,
        selection: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        self.0.select(selection, cx).await
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.0.update(id, update, cx).await
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.0.delete(id, expected, cx).await
    }

    fn pushdown(&self, _query: &Query) -> Pushdown {
        self.1
    }
}

/// A page by number, or behind one of the resources, or behind none of them.
#[derive(Clone, Debug)]
enum SomePage {
    Index { start: usize, count: usize },
    First { count: usize },
    Behind { which: Index, count: usize },
}

fn page() -> BoxedStrategy<SomePage> {
    prop_oneof![
        (0_usize..10, 0_usize..10).prop_map(|(start, count)| SomePage::Index { start, count }),
        (0_usize..10).prop_map(|count| SomePage::First { count }),
        (any::<Index>(), 0_usize..10).prop_map(|(which, count)| SomePage::Behind { which, count }),
    ]
    .boxed()
}

fn answers_the_same(
    store: &MemoryStore,
    resource_type: &ResourceType,
    filter: Option<Filter>,
    sort: Option<&Sort>,
    page: &SomePage,
) -> Result<(), TestCaseError> {
    let cx = RequestContext::new("default");
    let filter =
        filter.map(|filter| FilterBinder::new(resource_type).bind(&filter).expect("it binds"));
    let everything = Page::Index { start: 1, count: usize::MAX };
    let mut query = Query::new(everything).with_sort(sort.cloned());
    let answer = |pushdown, query: &Query| {
        let store = Claiming(store.clone(), pushdown);
        now(execute::select(&store, query, &EvalBudget::unlimited(), &cx))
            .expect("the store answers")
    };
    let all = answer(Pushdown::None, &query).resources;
    query.filter = filter;
    query.page = match page {
        SomePage::Index { start, count } => Page::Index { start: *start, count: *count },
        SomePage::Behind { which, count } if !all.is_empty() => Page::Cursor {
            after: Some(execute::position(which.get::<Arc<Resource>>(&all), sort)),
            count: *count,
        },
        SomePage::First { count } | SomePage::Behind { count, .. } => {
            Page::Cursor { after: None, count: *count }
        }
    };
    let expected = answer(Pushdown::None, &query);
    for pushdown in [Pushdown::Partial, Pushdown::Filter, Pushdown::Full] {
        let found = answer(pushdown, &query);
        prop_assert_eq!(&found.resources, &expected.resources, "{:?}", pushdown);
        prop_assert_eq!(
            (found.total, found.has_more),
            (expected.total, expected.has_more),
            "{:?}",
            pushdown
        );
    }
    Ok(())
}

/// Names that are plain once they are prepared.
const PLAIN: &[&str] = &["a", "AB", "bjensen", "ＢＪｅｎｓｅｎ", "Ｚed", "work", "zoe"];

/// Users with names of their own.
fn bodies() -> BoxedStrategy<Vec<Map<String, Value>>> {
    let named = |names: &'static [&'static str]| {
        let named = (body(), select(names)).prop_map(|(mut body, name)| {
            body.insert("userName".to_owned(), name.into());
            body
        });
        vec(named, 0..9)
    };
    prop_oneof![named(&TEXTS[1..]), named(PLAIN)].boxed()
}

/// A filter that an index can answer, perhaps among others.
fn indexed() -> BoxedStrategy<Filter> {
    let by = (
        select(vec!["userName", "externalId", "id", "nickName", "emails.value"]),
        select(vec![CompareOp::Eq, CompareOp::Sw]),
        select(TEXTS),
    );
    let one = by.prop_map(|(path, op, text)| Filter::Compare {
        path: path.parse().expect("an attribute path"),
        op,
        value: CompValue::String(text.into()),
    });
    prop_oneof![
        2 => one.clone(),
        2 => vec(one.clone(), 2..4).prop_map(Filter::Or),
        1 => (one.clone(), typed::filter()).prop_map(|(one, other)| Filter::And(vec![other, one])),
        1 => (one.clone(), typed::filter()).prop_map(|(one, other)| Filter::Or(vec![one, other])),
        1 => one.prop_map(|one| Filter::Not(Box::new(one))),
    ]
    .boxed()
}

fn member() -> BoxedStrategy<Value> {
    let member = (select(vec!["a", "b", "c", "A"]), option::of(select(TEXTS)));
    member.prop_map(|(id, display)| json!({ "value": id, "display": display })).boxed()
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
        r#"not (members[value eq "a"])"#,
        r#"members.value eq "a" and members.value eq "b""#,
        r#"members[value eq "a" and value eq "b"]"#,
        r#"members.display co "b""#,
        "members pr",
        "not (members pr)",
        r#"displayName sw "a" or members.value eq "c""#,
        r#"members.value sw "a""#,
    ];
    select(filters).prop_map(|text| text.parse().expect("a filter")).boxed()
}

fn query_string(filter: Option<&Filter>, sort: Option<(String, &str)>) -> String {
    let filter = filter.map(|filter| {
        format!("&filter={}", utf8_percent_encode(&filter.to_string(), NON_ALPHANUMERIC))
    });
    let sort = sort.map(|(by, order)| format!("&sortBy={by}&sortOrder={order}"));
    format!("{}{}", filter.unwrap_or_default(), sort.unwrap_or_default())
}

/// Goes from page to page, with something done in between; the ids that come, and the number of
/// pages.
fn walk(
    served: &Served,
    query: &str,
    count: usize,
    mut between: impl FnMut(usize),
) -> Result<(Vec<String>, usize), TestCaseError> {
    let (mut walked, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let response = served.get(&format!("/Users?cursor={cursor}&count={count}{query}"));
        let page = read(&response);
        prop_assert_eq!(response.status(), StatusCode::OK, "{}", page);
        walked.extend(ids(&page));
        pages += 1;
        match page.get("nextCursor").and_then(Value::as_str) {
            Some(next) => cursor = next.to_owned(),
            None => return Ok((walked, pages)),
        }
        prop_assert!(pages < 100, "it does not end");
        between(pages);
    }
}
