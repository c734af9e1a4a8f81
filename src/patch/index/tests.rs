use std::sync::Arc;

use serde_json::json;

use crate::message::{PatchOp, PatchOperation};
use crate::patch::{PatchBinder, PatchPlan};
use crate::resource::Resource;
use crate::schema::ResourceType;
use crate::value::Value;

const VALUES: usize = 40;

/// Filters that an index answers, in whole or in part, or not at all.
fn filters() -> Vec<String> {
    let value = |number: usize| format!(r#"value eq "User{number}@example.com""#);
    let (three, four, work) = (value(3), value(4), r#"type eq "work""#);
    let many: Vec<String> = (0..30).map(|number| value(number * 2)).collect();
    vec![
        three.clone(),
        format!("{three} or {three} or {four}"),
        format!("{three} and {work}"),
        format!("{four} and {work}"),
        format!("{three} or {work}"),
        format!("({three} or {four}) and {work}"),
        format!("{three} or ({four} and {work})"),
        format!("{three} or not ({four})"),
        format!("{three} or {}", value(VALUES)),
        many.join(" or "),
        format!("({}) and {work}", many.join(" or ")),
    ]
}

fn email(number: usize) -> serde_json::Value {
    let kind = if number.is_multiple_of(3) { "work" } else { "home" };
    json!({ "value": format!("user{number}@example.com"), "type": kind })
}

fn removal(filters: &[&str]) -> PatchPlan {
    let remove = |filter: &&str| PatchOperation::remove(format!("emails[{filter}]"));
    let message = PatchOp::new(filters.iter().map(remove));
    PatchBinder::new(Arc::new(ResourceType::user())).bind(message).expect("it binds")
}

/// The values that are left.
fn left(plan: &PatchPlan, emails: &[serde_json::Value]) -> Vec<Value> {
    let mut user = Resource::default();
    user.set("emails", json!(emails));
    let user = plan.apply(user).expect("it applies");
    user.get("emails")
        .and_then(Value::as_array)
        .map(|values| values.as_slice().to_vec())
        .unwrap_or_default()
}

#[test]
fn values_are_chosen_by_an_index_as_one_by_one() {
    for filter in filters() {
        let alone = removal(&[&filter]);
        let expected: Vec<Value> =
            (0..VALUES).flat_map(|number| left(&alone, &[email(number)])).collect();
        // From the second look on, there is an index.
        for before in [0, 2] {
            let plan = removal(&[&vec![r#"value eq "nobody""#; before], &[&*filter][..]].concat());
            let all: Vec<_> = (0..VALUES).map(email).collect();
            assert_eq!(left(&plan, &all), expected, "{filter}");
        }
    }
}
