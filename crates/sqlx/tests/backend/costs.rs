//! What a change costs beside the database: a document is read, written, and made searchable.

use scimwire::filter::EvalBudget;
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::store::{StoreError, Update};
use scimwire::{ResourceStore, ScimType};
use serde_json::{Value, json};

use super::stored::{Fixture, update};
use crate::databases::kinds;

const ENOUGH: u64 = 1_000_000_000;

fn title(value: &str) -> Update {
    let operations = json!([{ "op": "replace", "path": "title", "value": value }]);
    update(ResourceType::user().with_extension(ENTERPRISE_USER), &operations)
}

fn members(op: &str, count: usize) -> Update {
    let members: Vec<Value> =
        (0..count).map(|number| json!({ "value": format!("member{number}") })).collect();
    let operations = json!([{ "op": op, "path": "members", "value": members }]);
    update(ResourceType::group().with_unique("displayName"), &operations)
}

/// What a change has cost.
async fn cost(fixture: &Fixture, store: &dyn ResourceStore, id: &str, update: Update) -> u64 {
    let budget = EvalBudget::new(ENOUGH);
    let update = update.with_budget(budget.clone());
    let change = store.update(id, &update, &fixture.cx).await.expect("a change");
    assert!(!change.is_unchanged());
    ENOUGH - budget.remaining().expect("a limit")
}

#[tokio::test]
async fn a_change_costs_what_is_read_and_written() {
    for kind in kinds() {
        let fixture = Fixture::new(kind).await;
        let mut costs = Vec::new();
        for count in [0, 1_000] {
            let emails: Vec<Value> = (0..count)
                .map(|number| json!({ "value": format!("{number}@example.com"), "type": "work" }))
                .collect();
            let user = json!({ "userName": format!("user{count}"), "emails": emails });
            let id = fixture.create(&fixture.users, user).await.expect("a free name");
            costs.push(cost(&fixture, &*fixture.users, &id, title("new")).await);
            let few = title("newer").with_budget(EvalBudget::new(30_000));
            let result = fixture.users.update(&id, &few, &fixture.cx).await;
            let too_many = matches!(&result, Err(StoreError::Rejected(error)) if error.scim_type() == Some(ScimType::TooMany));
            assert_eq!(too_many, count > 0, "{kind:?}: {result:?}");
            let expected = if too_many { "new" } else { "newer" };
            assert_eq!(fixture.get(&fixture.users, &id).await["title"], expected, "{kind:?}");
        }
        // Each has four texts, which are read once and written twice.
        assert!(costs[1] - costs[0] > 1_000 * 4 * 3 * 4, "{kind:?}: {costs:?}");
        assert!(costs[1] - costs[0] < 1_000 * 100, "{kind:?}: {costs:?}");
    }
}

#[tokio::test]
async fn a_member_costs_its_row() {
    for kind in kinds() {
        let fixture = Fixture::new(kind).await;
        let group = fixture.group("Tour Guides", &[]).await;
        for (op, count, rows) in [("add", 1_000, 1_000), ("remove", 400, 400), ("replace", 10, 590)]
        {
            let spent = cost(&fixture, &*fixture.groups, &group, members(op, count)).await;
            assert!((rows * 100..rows * 150).contains(&spent), "{kind:?}: {op} costs {spent}");
        }
    }
}
