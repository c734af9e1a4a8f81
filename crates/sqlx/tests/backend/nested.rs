//! The groups of users, groups within groups among them: each database says what the store in
//! memory says.

use std::sync::Arc;

use scimwire::Resource;
use scimwire::auth::RequestContext;
use scimwire::filter::{EvalBudget, FilterBinder};
use scimwire::message::PatchOperation;
use scimwire::query::{Page, Projection, Query};
use scimwire::schema::ResourceType;
use scimwire::service::Resources;
use scimwire::store::execute;
use serde_json::{Value, json};

use crate::databases::{AnyDirectory, Kind, kinds};

const USERS: usize = 12;
const GROUPS: usize = 40;

/// Numbers that look random, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// Whom each group lists: users by number, then groups, in circles too.
fn listed(seed: u64) -> Vec<Vec<usize>> {
    let mut numbers = Numbers(seed);
    let mut listed = vec![Vec::new(); GROUPS];
    for _ in 0..USERS * 2 {
        listed[numbers.below(GROUPS)].push(numbers.below(USERS));
    }
    for _ in 0..GROUPS * 2 {
        listed[numbers.below(GROUPS)].push(USERS + numbers.below(GROUPS));
    }
    listed
}

fn adding(members: Value) -> PatchOperation {
    PatchOperation::add("members", members)
}

/// The groups of each user, by name and kind, in order: page by page, all at once, one by one, and
/// looked up.
async fn groups_of_users(
    kind: Kind,
    listed: &[Vec<usize>],
    projections: &[Projection],
) -> Vec<Vec<Value>> {
    let directory = AnyDirectory::new(kind, false).await;
    let cx = RequestContext::new("example");
    let (users, groups) =
        (directory.store(ResourceType::user()), directory.store(ResourceType::group()));
    let by_host = Resources::new(Arc::clone(&groups));
    let mut ids = Vec::new();
    for number in 0..USERS {
        let mut user = Resource::default();
        user.set("userName", format!("user{number}"));
        ids.push(users.create(user, &cx).await.expect("a user").id().to_owned());
    }
    for number in 0..GROUPS {
        let mut group = Resource::default();
        group.set("displayName", format!("group{number}"));
        ids.push(groups.create(group, &cx).await.expect("a group").id().to_owned());
    }
    for (number, members) in listed.iter().enumerate() {
        let members: Value =
            members.iter().map(|member| json!({ "value": ids[*member] })).collect();
        let add = vec![adding(members)];
        by_host.patch(&ids[USERS + number], add, &cx).await.expect("the group is there");
    }
    let mut answers = Vec::new();
    for projection in projections {
        let found = async |filter: Option<&str>, page| {
            let bind = |text: &str| {
                FilterBinder::new(&ResourceType::user())
                    .bind(&text.parse().expect("a filter"))
                    .expect("it binds")
            };
            let query =
                Query::new(page).with_filter(filter.map(bind)).with_projection(projection.clone());
            execute::select(users.as_ref(), &query, &EvalBudget::unlimited(), &cx)
                .await
                .expect("an answer")
                .resources
        };
        let page = found(None, Page::Index { start: 3, count: 7 }).await;
        // Over SQL the crate looks at all of them.
        let all = found(Some("groups pr"), Page::Index { start: 1, count: usize::MAX }).await;
        let (mut each, mut looked_up) = (Vec::new(), Vec::new());
        for (number, id) in ids[..USERS].iter().enumerate() {
            each.push(users.get(id, projection, &cx).await.expect("a user"));
            let first = Page::Index { start: 1, count: 2 };
            looked_up.extend(found(Some(&format!("userName eq \"user{number}\"")), first).await);
        }
        for resources in [page, all, each, looked_up] {
            answers.push(resources.iter().map(|user| shown(user)).collect());
        }
    }
    answers
}

/// A user by name, with the groups without their ids, which are new in each database.
fn shown(user: &Resource) -> Value {
    let groups = user.get("groups").and_then(|groups| groups.as_array()).into_iter().flatten();
    let groups: Vec<Value> = groups.map(|group| json!([group["display"], group["type"]])).collect();
    json!({ "user": user.get_str("userName"), "groups": groups })
}

#[tokio::test]
async fn groups_are_those_of_the_store_in_memory_in_its_order_up_to_any_limit() {
    // S-4.1.2-07, S-4.1.2-08
    let projections =
        [0, 1, 5, 1_000].map(|most| Projection::default().with_max_indirect_groups(most));
    for seed in 1..=3 {
        let listed = listed(seed);
        let expected = groups_of_users(Kind::Memory, &listed, &projections).await;
        let most = |answer: &Vec<Value>| {
            answer.iter().filter_map(|user| user["groups"].as_array()).map(Vec::len).max()
        };
        assert!(most(&expected[0]) < most(expected.last().expect("an answer")), "the limit is met");
        for kind in kinds() {
            assert_eq!(
                groups_of_users(kind, &listed, &projections).await,
                expected,
                "{kind:?}, seed {seed}"
            );
        }
    }
}
