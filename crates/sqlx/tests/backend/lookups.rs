//! Look-ups by an index of values, which find none, one, or as many as share a value.

use scimwire::auth::RequestContext;
use scimwire::filter::{EvalBudget, FilterBinder};
use scimwire::query::{Page, Projection, Query, Sort};
use scimwire::schema::ResourceType;
use scimwire::store::execute;
use scimwire::{Resource, ResourceStore};
use serde_json::json;

use crate::databases::{AnyDirectory, Kind, kinds};

/// How many users share a value.
const SHARED: &[(&str, usize)] = &[("nobody", 0), ("one", 1), ("two", 2), ("many", 30)];

const FILTERS: &[&str] = &[
    r#"externalId eq "{}""#,
    r#"emails.value eq "{}@example.com""#,
    r#"emails[type eq "work"].value eq "{}@example.com""#,
    r#"userName sw "user" and externalId eq "{}""#,
    r#"externalId eq "{}" or externalId eq "nobody else""#,
];

#[tokio::test]
async fn a_look_up_finds_all_who_share_a_value() {
    // P-3.4.2-05, P-3.4.2.4-01
    for kind in kinds().into_iter().chain([Kind::Memory]) {
        let directory = AnyDirectory::new(kind, false).await;
        let (users, groups) =
            (directory.store(ResourceType::user()), directory.store(ResourceType::group()));
        let ids = made(users.as_ref()).await;
        let mut members = ids;
        for name in ["inner", "outer", "outermost"] {
            let mut group = Resource::default();
            group.set("displayName", name);
            group.set(
                "members",
                members.iter().map(|id| json!({ "value": id })).collect::<Vec<_>>(),
            );
            members = vec![groups.create(group, &cx()).await.expect("a group").id().to_owned()];
        }
        for (value, expected) in SHARED {
            for filter in FILTERS.iter().map(|filter| filter.replace("{}", value)) {
                check(users.as_ref(), &format!("{kind:?}: {filter}"), &filter, *expected).await;
            }
        }
    }
}

/// The users of this tenant, and as many of another one.
async fn made(users: &dyn ResourceStore) -> Vec<String> {
    let mut ids = Vec::new();
    for (value, count) in SHARED {
        for number in 0..*count {
            let mut user = Resource::default();
            user.set("userName", format!("user-{value}-{}", number * 17 % 30));
            user.set("externalId", *value);
            user.set(
                "emails",
                json!([{ "type": "work", "value": format!("{value}@example.com") }]),
            );
            users
                .create(user.clone(), &RequestContext::new("other"))
                .await
                .expect("a user of somebody else");
            ids.push(users.create(user, &cx()).await.expect("a user").id().to_owned());
        }
    }
    ids
}

async fn check(users: &dyn ResourceStore, what: &str, filter: &str, expected: usize) {
    let by_name =
        Sort::bind("userName", Some("descending"), &ResourceType::user()).expect("an order");
    for sort in [None, Some(by_name)] {
        let select = async |page| {
            let bound = FilterBinder::new(&ResourceType::user())
                .bind(&filter.parse().expect("a filter"))
                .expect("it binds");
            let query = Query::new(page).with_filter(bound).with_sort(sort.clone());
            execute::select(users, &query, &EvalBudget::unlimited(), &cx())
                .await
                .expect("an answer")
        };
        let all = select(Page::Index { start: 1, count: 1_000 }).await.resources;
        for user in &all {
            assert!(
                *user
                    == users
                        .get(user.id(), &Projection::default(), &cx())
                        .await
                        .expect("it is there"),
                "{what}"
            );
            assert_eq!(
                user.get("groups").and_then(|groups| groups.as_array()).map(|groups| groups.len()),
                Some(3),
                "{what}"
            );
        }
        for (start, count) in [(1, 0), (1, 1), (1, 2), (1, 3), (2, 1), (2, 10), (31, 10)] {
            let page = select(Page::Index { start, count }).await;
            let past = expected.saturating_sub(start - 1);
            assert_eq!(page.total, Some(expected), "{what}, {count} from {start}");
            assert_eq!(
                (page.resources.len(), page.has_more),
                (count.min(past), past > count),
                "{what}, {count} from {start}"
            );
            assert!(
                page.resources.iter().eq(all.iter().skip(start - 1).take(count)),
                "{what}, {count} from {start}"
            );
        }
        let first = select(Page::Cursor { after: None, count: 2 }).await;
        assert!(
            first.resources.iter().eq(all.iter().take(2)) && first.has_more == (expected > 2),
            "{what} by cursor"
        );
    }
}

fn cx() -> RequestContext {
    RequestContext::new("example")
}
