#![expect(clippy::needless_pass_by_value, reason = "literals read better than references to them")]

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use chrono::DateTime;
use serde_json::{Value, json};

use super::*;
use crate::context::Tenant;
use crate::error::ScimType;
use crate::message::{PatchOp, PatchOperation};
use crate::patch::PatchBinder;
use crate::query::Projection;
use crate::resource::Meta;
use crate::store::ChangeKind;

/// Nothing in this store waits.
pub(super) fn now<O>(future: impl Future<Output = O>) -> O {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the memory store does not wait"),
    }
}

pub(super) struct Fixture {
    pub(super) users: MemoryStore,
    pub(super) groups: MemoryStore,
    pub(super) cx: RequestContext,
}

impl Fixture {
    fn new(directory: MemoryDirectory) -> Self {
        let (users, groups) =
            (directory.store(ResourceType::user()), directory.store(ResourceType::group()));
        Self { users, groups, cx: RequestContext::new("example") }
    }

    pub(super) fn create(&self, store: &MemoryStore, body: Value) -> Result<String, StoreError> {
        let mut resource = Resource::from_object(body.as_object().expect("an object").clone());
        resource.set_meta(&Meta::new(store.resource_type.name(), DateTime::UNIX_EPOCH));
        now(store.create(resource, &self.cx)).map(|resource| resource.id().to_owned())
    }

    pub(super) fn user(&self, name: &str) -> String {
        self.create(&self.users, json!({ "userName": name })).expect("a free name")
    }

    pub(super) fn get(&self, store: &MemoryStore, id: &str) -> Value {
        let resource = now(store.get(id, &Projection::default(), &self.cx)).expect("it is there");
        Value::from(Resource::clone(&resource).into_object())
    }

    pub(super) fn patch(
        &self,
        store: &MemoryStore,
        id: &str,
        operations: Value,
    ) -> Result<Change, StoreError> {
        self.patch_up_to(usize::MAX, store, id, operations)
    }

    fn patch_up_to(
        &self,
        bytes: usize,
        store: &MemoryStore,
        id: &str,
        operations: Value,
    ) -> Result<Change, StoreError> {
        let update = update_of(store, operations).with_max_bytes(bytes);
        now(store.update(id, &update, &self.cx))
    }
}

/// A PATCH.
pub(super) fn update_of(store: &MemoryStore, operations: Value) -> Update {
    let operations =
        operations.as_array().expect("an array").iter().map(|operation| PatchOperation {
            op: operation["op"].as_str().unwrap_or_default().to_owned(),
            path: operation["path"].as_str().map(str::to_owned),
            value: operation.get("value").map(Into::into),
        });
    let message = PatchOp { operations: operations.collect() };
    let plan = PatchBinder::new(Arc::clone(&store.resource_type)).bind(message).expect("it binds");
    Update::of_patch(
        Arc::clone(&store.resource_type),
        Tenant::from("example"),
        plan,
        DateTime::UNIX_EPOCH,
    )
}

pub(super) fn fixture() -> Fixture {
    Fixture::new(MemoryDirectory::new())
}

#[test]
fn unique_values_are_taken_once() {
    // S-4.1.1-01, S-7-16, S-7-18, P-3.3-10, P-3.5.1-10, P-3.6-05
    let fixture = fixture();
    let first = fixture.user("bjensen");
    let taken = |result: Result<_, StoreError>| matches!(result, Err(StoreError::Conflict { attribute }) if attribute == "userName");
    assert!(taken(fixture.create(&fixture.users, json!({ "userName": "BJensen" })).map(drop)));
    let second = fixture.user("other");
    let rename = |id: &str| {
        fixture.patch(
            &fixture.users,
            id,
            json!([{ "op": "replace", "path": "userName", "value": "BJENSEN" }]),
        )
    };
    assert!(taken(rename(&second).map(drop)));
    assert!(rename(&first).is_ok(), "one's own name is free");
    now(fixture.users.delete(&first, &Precondition::default(), &fixture.cx)).expect("it is there");
    assert!(rename(&second).is_ok(), "the name of a deleted user is free");
}

#[test]
fn what_is_found_by_its_value_has_a_short_one() {
    let fixture = fixture();
    // As many bytes each; the letter is a byte longer as it is compared.
    let (fits, grows) = ("x".repeat(2_000), format!("{}ŉ", "x".repeat(1_998)));
    let bodies: [fn(&str) -> Value; 3] = [
        |text| json!({ "userName": text }),
        |text| json!({ "userName": "bjensen", "externalId": text }),
        |text| json!({ "userName": "bjensen", "emails": [{ "value": "b@example.com" }, { "value": text }] }),
    ];
    let changes = json!([
        { "op": "replace", "path": "userName", "value": null },
        { "op": "replace", "path": "externalId", "value": null },
        { "op": "add", "path": "emails", "value": [{ "value": null }] },
    ]);
    let too_long = |result: Result<(), StoreError>, of: &str| match result {
        Err(StoreError::Rejected(error)) => {
            assert_eq!(error.scim_type(), Some(ScimType::InvalidValue), "{of}: {error:?}");
            let detail = format!("the value of `{of}` is too long: at most 2000 bytes are allowed");
            assert_eq!(error.detail(), detail);
        }
        other => panic!("{of}: {other:?}"),
    };
    for (number, path) in ["userName", "externalId", "emails.value"].into_iter().enumerate() {
        let id = fixture.create(&fixture.users, bodies[number](&fits)).expect("it fits");
        let change = |text: &str| {
            let mut change = changes[number].clone();
            match &mut change["value"] {
                Value::Array(emails) => emails[0]["value"] = text.into(),
                value => *value = text.into(),
            }
            fixture.patch(&fixture.users, &id, json!([change])).map(drop)
        };
        change(&"y".repeat(2_000)).expect("it fits");
        for long in ["x".repeat(2_001), "é".repeat(1_001), "x".repeat(100_000)] {
            too_long(fixture.create(&fixture.users, bodies[number](&long)).map(drop), path);
            too_long(change(&long), path);
        }
        if path != "externalId" {
            too_long(fixture.create(&fixture.users, bodies[number](&grows)).map(drop), path);
        }
        now(fixture.users.delete(&id, &Precondition::default(), &fixture.cx)).expect("it is there");
    }
}

#[test]
fn what_is_too_long_grows_no_longer() {
    let fixture = fixture();
    let (long, longer) = ("x".repeat(1_000), "x".repeat(1_001));
    let made = json!({ "schemas": [], "userName": "bjensen", "title": long, "active": true });
    let id = fixture.create(&fixture.users, made).expect("a free name");
    let replace =
        |path: &str, value: Value| json!([{ "op": "replace", "path": path, "value": value }]);
    let on_and_longer = json!([
        { "op": "replace", "path": "active", "value": true },
        { "op": "replace", "path": "title", "value": longer.repeat(2) },
    ]);
    for (operations, expected) in [
        (replace("title", json!(longer)), false),
        (replace("displayName", json!("x")), false),
        // A byte longer is rejected.
        (replace("active", json!(false)), true),
        (on_and_longer, false),
        (replace("title", json!("y".repeat(1_000))), true),
        (replace("title", json!("y".repeat(999))), true),
        (replace("title", json!("y".repeat(1_000))), false),
        (replace("title", json!("short")), true),
        (replace("title", json!("shorter")), true),
    ] {
        let before = fixture.get(&fixture.users, &id);
        match fixture.patch_up_to(200, &fixture.users, &id, operations.clone()) {
            Ok(_) => assert!(expected, "{operations}"),
            Err(StoreError::Rejected(err)) => {
                assert_eq!(
                    (err.scim_type(), expected),
                    (Some(ScimType::TooMany), false),
                    "{operations}"
                );
                assert_eq!(fixture.get(&fixture.users, &id), before);
            }
            Err(err) => panic!("{operations}: {err}"),
        }
    }
}

#[test]
fn members_are_kept_apart_and_seen_from_both_sides() {
    // S-4.1.2-07, S-4.1.2-08, S-4.2-03
    let fixture = fixture();
    let (ann, bob) = (fixture.user("ann"), fixture.user("bob"));
    let group = fixture.create(
        &fixture.groups,
        json!({ "displayName": "G", "members": [{ "value": ann, "display": "Ann" }, { "value": "foreign" }] }),
    );
    let group = group.expect("a group");
    let parent = fixture
        .create(&fixture.groups, json!({ "displayName": "P", "members": [{ "value": group }] }))
        .expect("a group");
    let members =
        json!([{ "value": ann, "display": "Ann", "type": "User" }, { "value": "foreign" }]);
    assert_eq!(fixture.get(&fixture.groups, &group)["members"], members);
    let groups = json!([{ "value": group, "type": "direct", "display": "G" }, { "value": parent, "type": "indirect", "display": "P" }]);
    assert_eq!(fixture.get(&fixture.users, &ann)["groups"], groups);

    let change = fixture.patch(
        &fixture.groups,
        &group,
        json!([
            { "op": "add", "path": "members", "value": [{ "value": bob }, { "value": ann }] },
            { "op": "remove", "path": "members", "value": [{ "value": "foreign" }, { "value": "nobody" }] },
            { "op": "replace", "path": "displayName", "value": "H" },
        ]),
    );
    let change = change.expect("it applies");
    assert_eq!(
        (change.members.added, change.members.removed),
        (vec![bob], vec!["foreign".to_owned()])
    );
    assert_eq!(change.paths.iter().map(ToString::to_string).collect::<Vec<_>>(), ["displayName"]);
    assert_eq!(change.version.map(|version| version.to_string()).as_deref(), Some("W/\"2\""));
    assert_eq!(fixture.get(&fixture.groups, &group)["members"].as_array().map(Vec::len), Some(2));
}

#[test]
fn nested_groups_may_form_a_cycle() {
    let fixture = fixture();
    let ann = fixture.user("ann");
    let one = fixture
        .create(&fixture.groups, json!({ "displayName": "1", "members": [{ "value": ann }] }))
        .expect("a group");
    let two = fixture
        .create(&fixture.groups, json!({ "displayName": "2", "members": [{ "value": one }] }))
        .expect("a group");
    fixture
        .patch(
            &fixture.groups,
            &one,
            json!([{ "op": "add", "path": "members", "value": [{ "value": two }] }]),
        )
        .expect("it applies");
    assert_eq!(fixture.get(&fixture.users, &ann)["groups"].as_array().map(Vec::len), Some(2));
}

#[test]
fn no_op_keeps_version() {
    // P-3.5.2-22, P-3.14-08
    let fixture = fixture();
    let ann = fixture.user("ann");
    let group = fixture
        .create(&fixture.groups, json!({ "displayName": "G", "members": [{ "value": ann }] }))
        .expect("a group");
    for operations in [
        json!([{ "op": "add", "path": "members", "value": [{ "value": ann }] }]),
        json!([{ "op": "remove", "path": "members[value eq \"nobody\"]" }]),
        json!([{ "op": "replace", "path": "displayName", "value": "G" }]),
        json!([{ "op": "replace", "path": "members", "value": [{ "value": ann }] }]),
        json!([{ "op": "remove", "path": "members[type eq \"Device\"]" }]),
    ] {
        let change =
            fixture.patch(&fixture.groups, &group, operations.clone()).expect("it applies");
        assert!(change.is_unchanged(), "{operations}");
    }
    assert_eq!(fixture.get(&fixture.groups, &group)["meta"]["version"], "W/\"1\"");
}

#[test]
fn a_failed_update_changes_neither_group_nor_members() {
    // P-3.5.2-14
    let fixture = Fixture::new(MemoryDirectory::new());
    let groups = MemoryStore {
        resource_type: Arc::new(ResourceType::group().with_unique("displayName")),
        ..fixture.groups.clone()
    };
    fixture.create(&groups, json!({ "displayName": "taken" })).expect("a group");
    let group = fixture.create(&groups, json!({ "displayName": "G" })).expect("a group");
    let before = fixture.get(&groups, &group);
    let result = fixture.patch(
        &groups,
        &group,
        json!([
            { "op": "add", "path": "members", "value": [{ "value": "a" }] },
            { "op": "replace", "path": "displayName", "value": "Taken" },
        ]),
    );
    assert!(matches!(result, Err(StoreError::Conflict { .. })));
    assert_eq!(fixture.get(&groups, &group), before);
}

#[test]
fn deleted_users_leave_their_groups_unless_told_otherwise() {
    // P-3.6-07
    for (directory, left) in
        [(MemoryDirectory::new(), 0), (MemoryDirectory::new().retain_dangling_members(), 1)]
    {
        let fixture = Fixture::new(directory);
        let ann = fixture.user("ann");
        let group = fixture
            .create(&fixture.groups, json!({ "displayName": "G", "members": [{ "value": ann }] }))
            .expect("a group");
        let change = now(fixture.users.delete(&ann, &Precondition::default(), &fixture.cx))
            .expect("it is there");
        assert_eq!(change.operation, ChangeKind::Delete);
        assert_eq!(
            fixture.get(&fixture.groups, &group)["members"].as_array().map_or(0, Vec::len),
            left
        );
    }
}

#[test]
fn tenants_do_not_meet() {
    // P-6-02, P-6.2-02
    let fixture = fixture();
    let ann = fixture.user("ann");
    let other = RequestContext::new("other");
    assert!(matches!(
        now(fixture.users.get(&ann, &Projection::default(), &other)),
        Err(StoreError::NotFound)
    ));
    assert!(matches!(
        now(fixture.users.delete(&ann, &Precondition::default(), &other)),
        Err(StoreError::NotFound)
    ));
    let mut resource = Resource::default();
    resource.set("userName", "ann");
    assert!(now(fixture.users.create(resource, &other)).is_ok());
}

#[test]
fn passwords_are_not_kept() {
    // S-4.1.1-09, S-9.2-01
    let fixture = fixture();
    let ann = fixture
        .create(&fixture.users, json!({ "userName": "ann", "password": "t1meMa$heen" }))
        .expect("a user");
    assert_eq!(fixture.get(&fixture.users, &ann).get("password"), None);
}

#[test]
fn a_large_group_is_not_carried_along() {
    let fixture = fixture();
    let members: Vec<Value> =
        (0..CARRIED_MEMBERS).map(|number| json!({ "value": number.to_string() })).collect();
    let group = fixture
        .create(&fixture.groups, json!({ "displayName": "G", "members": members }))
        .expect("a group");
    let rename = |name: &str| {
        fixture.patch(
            &fixture.groups,
            &group,
            json!([{ "op": "replace", "path": "displayName", "value": name }]),
        )
    };
    assert!(rename("H").is_ok_and(|change| change.after.is_some()));
    fixture
        .patch(
            &fixture.groups,
            &group,
            json!([{ "op": "add", "path": "members", "value": [{ "value": "one more" }] }]),
        )
        .expect("it applies");
    assert!(rename("I").is_ok_and(|change| change.after.is_none()));
}

#[test]
fn what_is_indexed_is_found_by_its_value_as_it_is_now() {
    let resource_type = ResourceType::user().with_index("title");
    let mut table = table::Table::new(&resource_type);
    let user =
        |body: Value| Arc::new(Resource::from_object(body.as_object().expect("an object").clone()));
    let found = |table: &table::Table, path: &str, key: &str| {
        let path = resource_type.resolve(&path.parse().expect("a path")).expect("an attribute");
        table
            .with_value(&path, key)
            .map(|ids| ids.into_iter().map(|id| id.to_string()).collect::<Vec<_>>())
    };
    let emails = json!([{ "value": "A@example.com" }, { "value": "a@example.com" }]);
    table
        .insert("1".into(), user(json!({ "userName": "a", "title": "Clerk", "emails": emails })))
        .expect("a free name");
    table
        .insert("2".into(), user(json!({ "userName": "b", "title": "CLERK" })))
        .expect("a free name");
    assert_eq!(found(&table, "title", "clerk"), Some(vec!["1".to_owned(), "2".to_owned()]));
    assert_eq!(found(&table, "emails.value", "a@example.com"), Some(vec!["1".to_owned()]));
    assert_eq!(found(&table, "nickName", "a"), None, "there is no index");
    let changed = ["userName", "title", "emails"]
        .map(|name| resource_type.resolve(&name.parse().expect("a path")).expect("an attribute"));
    let mut replace = |id, body| table.replace(id, user(body), &changed);
    replace("1", json!({ "userName": "a", "title": "Chief" })).expect("a free name");
    let taken = replace("2", json!({ "userName": "a", "title": "Chief" }));
    assert!(matches!(taken, Err(StoreError::Conflict { .. })));
    assert_eq!(found(&table, "title", "clerk"), Some(vec!["2".to_owned()]));
    assert_eq!(found(&table, "title", "chief"), Some(vec!["1".to_owned()]));
    assert_eq!(found(&table, "emails.value", "a@example.com"), Some(vec![]));
    table.remove("1");
    assert_eq!(found(&table, "title", "chief"), Some(vec![]));
}

#[test]
fn reads_of_a_tenant_that_has_nothing_leave_nothing_behind() {
    let fixture = Fixture::new(MemoryDirectory::new());
    assert!(matches!(
        now(fixture.users.get("1", &Projection::default(), &fixture.cx)),
        Err(StoreError::NotFound)
    ));
    assert!(fixture.users.directory.known(fixture.cx.tenant()).is_none());
    fixture.user("bjensen");
    assert!(fixture.users.directory.known(fixture.cx.tenant()).is_some());
}
