#![expect(clippy::needless_pass_by_value, reason = "literals read better than references to them")]

use std::sync::Arc;

use serde_json::{Value, json};

use crate::query::Projection;
use crate::resource::Resource;
use crate::store::memory::tests::{Fixture, fixture, now};
use crate::store::{Precondition, ResourceStore};
use crate::value::List;

/// A user in a group, which is in another group.
struct Nested {
    fixture: Fixture,
    user: String,
    inner: String,
    outer: String,
}

fn nested() -> Nested {
    let fixture = fixture();
    let user = fixture.user("bjensen");
    let group = |name: &str, member: &str| {
        let body = json!({ "displayName": name, "members": [{ "value": member }] });
        fixture.create(&fixture.groups, body).expect("a group")
    };
    let inner = group("Inner", &user);
    let outer = group("Outer", &inner);
    Nested { fixture, user, inner, outer }
}

impl Nested {
    fn shown(&self) -> Arc<Resource> {
        let Fixture { users, cx, .. } = &self.fixture;
        now(users.get(&self.user, &Projection::default(), cx)).expect("it is there")
    }

    /// The names of the user and of its groups.
    fn names(&self) -> Vec<String> {
        let shown = self.shown();
        let groups = shown.get("groups").and_then(|groups| groups.as_array());
        let groups = groups.map(List::as_slice).unwrap_or_default();
        let groups = groups.iter().filter_map(|group| group.get("display")?.as_str());
        let mut names: Vec<String> = groups.map(str::to_owned).collect();
        names.sort_unstable();
        names.insert(0, shown.get_str("userName").unwrap_or_default().to_owned());
        names
    }

    fn patch_group(&self, group: &str, operation: Value) {
        self.fixture.patch(&self.fixture.groups, group, json!([operation])).expect("a change");
    }

    fn add(&self, group: &str, member: &str) {
        let members = json!([{ "value": member }]);
        self.patch_group(group, json!({ "op": "add", "path": "members", "value": members }));
    }

    fn remove(&self, group: &str, member: &str) {
        let path = format!("members[value eq \"{member}\"]");
        self.patch_group(group, json!({ "op": "remove", "path": path }));
    }

    fn rename(&self, group: &str) {
        let operation = json!({ "op": "replace", "path": "displayName", "value": "Renamed" });
        self.patch_group(group, operation);
    }

    fn delete(&self, group: &str) {
        let Fixture { groups, cx, .. } = &self.fixture;
        now(groups.delete(group, &Precondition::default(), cx)).expect("it is there");
    }
}

/// A change, and whom it leaves.
type Case = (&'static str, fn(&Nested), &'static [&'static str]);

const CASES: &[Case] = &[
    (
        "directly in the other group, too",
        |all| {
            all.remove(&all.outer, &all.inner);
            all.add(&all.outer, &all.user);
        },
        &["bjensen", "Inner", "Outer"],
    ),
    (
        "in a third group",
        |all| {
            let body = json!({ "displayName": "Third", "members": [{ "value": all.user }] });
            all.fixture.create(&all.fixture.groups, body).expect("a group");
        },
        &["bjensen", "Inner", "Outer", "Third"],
    ),
    ("out of its group", |all| all.remove(&all.inner, &all.user), &["bjensen"]),
    ("its group out of the other", |all| all.remove(&all.outer, &all.inner), &["bjensen", "Inner"]),
    ("its group renamed", |all| all.rename(&all.inner), &["bjensen", "Outer", "Renamed"]),
    ("the other group renamed", |all| all.rename(&all.outer), &["bjensen", "Inner", "Renamed"]),
    ("its group deleted", |all| all.delete(&all.inner), &["bjensen"]),
    ("the other group deleted", |all| all.delete(&all.outer), &["bjensen", "Inner"]),
    (
        "a new group around all",
        |all| {
            let body = json!({ "displayName": "New", "members": [{ "value": all.outer }] });
            all.fixture.create(&all.fixture.groups, body).expect("a group");
        },
        &["bjensen", "Inner", "New", "Outer"],
    ),
    (
        "its group with other members",
        |all| {
            let members = json!([{ "value": all.outer }]);
            let operation = json!({ "op": "replace", "path": "members", "value": members });
            all.patch_group(&all.inner, operation);
        },
        &["bjensen"],
    ),
    (
        "renamed",
        |all| {
            let operation = json!({ "op": "replace", "path": "userName", "value": "babs" });
            let users = &all.fixture.users;
            all.fixture.patch(users, &all.user, json!([operation])).expect("a change");
        },
        &["babs", "Inner", "Outer"],
    ),
];

#[test]
fn a_change_is_shown_at_once() {
    let mut wrong = Vec::new();
    for (name, change, expected) in CASES {
        let all = nested();
        for _ in 0..3 {
            assert_eq!(all.names(), ["bjensen", "Inner", "Outer"], "before: {name}");
        }
        change(&all);
        for time in 0..3 {
            if all.names() != *expected {
                wrong.push((*name, time));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn nothing_is_made_twice_until_a_change() {
    let all = nested();
    all.shown();
    let kept = all.shown();
    assert!(Arc::ptr_eq(&kept, &all.shown()));
    let other = all.fixture.user("jsmith");
    all.add(&all.inner, &other);
    assert!(Arc::ptr_eq(&kept, &all.shown()), "of another user");
    all.remove(&all.inner, &all.user);
    all.add(&all.inner, &all.user);
    let again = all.shown();
    assert!(!Arc::ptr_eq(&kept, &again));
    assert_eq!(kept.get("groups"), again.get("groups"));
}

/// Values that a change removes are in no copy either, although nobody asks for the user again.
#[test]
fn a_changed_user_is_forgotten() {
    let nested = nested();
    let Fixture { users, cx, .. } = &nested.fixture;
    let kept = || users.known(cx).read().memberships.shown.lock().len();
    (0..3).for_each(|_| drop(nested.shown()));
    assert_eq!(kept(), 1);
    let operation = json!([{ "op": "add", "path": "title", "value": "Tour Guide" }]);
    nested.fixture.patch(users, &nested.user, operation).expect("a change");
    assert_eq!(kept(), 0);
}
