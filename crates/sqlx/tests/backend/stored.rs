//! What a store promises, on each database: races, transactions, what is not read, what is left
//! behind.

use std::sync::Arc;

use scimwire::auth::{RequestContext, Tenant};
use scimwire::message::{PatchOp, PatchOperation};
use scimwire::patch::{PatchBinder, Replacement};
use scimwire::query::Projection;
use scimwire::quirks::OmittedAttributes;
use scimwire::resource::Meta;
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::store::{Change, Precondition, Update};
use scimwire::{Resource, ResourceStore, StoreError};
use serde_json::{Value, json};

use crate::databases::{AnyDirectory, Kind, kinds};

pub(super) struct Fixture {
    pub(super) users: Arc<dyn ResourceStore>,
    pub(super) groups: Arc<dyn ResourceStore>,
    pub(super) directory: AnyDirectory,
    pub(super) cx: RequestContext,
}

impl Fixture {
    pub(super) async fn new(kind: Kind) -> Self {
        Self::over(AnyDirectory::new(kind, false).await)
    }

    pub(super) fn over(directory: AnyDirectory) -> Self {
        let users = directory.store(ResourceType::user().with_extension(ENTERPRISE_USER));
        let groups = directory.store(ResourceType::group().with_unique("displayName"));
        Self { users, groups, directory, cx: RequestContext::new("example") }
    }

    pub(super) async fn create(
        &self,
        store: &Arc<dyn ResourceStore>,
        body: Value,
    ) -> Result<String, StoreError> {
        let mut resource = Resource::from_object(body.as_object().expect("an object").clone());
        resource.set_meta(&Meta::new("Some", chrono::DateTime::UNIX_EPOCH));
        store.create(resource, &self.cx).await.map(|resource| resource.id().to_owned())
    }

    pub(super) async fn user(&self, name: &str) -> String {
        self.create(&self.users, json!({ "userName": name })).await.expect("a free name")
    }

    pub(super) async fn group(&self, name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
        self.create(&self.groups, json!({ "displayName": name, "members": members }))
            .await
            .expect("a free name")
    }

    pub(super) async fn get(&self, store: &Arc<dyn ResourceStore>, id: &str) -> Value {
        let resource = store.get(id, &Projection::default(), &self.cx).await.expect("it is there");
        Value::from(Resource::clone(&resource).into_object())
    }

    pub(super) async fn patch(&self, id: &str, operations: Value) -> Result<Change, StoreError> {
        patch(
            &self.groups,
            ResourceType::group().with_unique("displayName"),
            id,
            operations,
            &self.cx,
        )
        .await
    }

    pub(super) async fn patch_user(
        &self,
        id: &str,
        operations: Value,
    ) -> Result<Change, StoreError> {
        let users = ResourceType::user().with_extension(ENTERPRISE_USER);
        patch(&self.users, users, id, operations, &self.cx).await
    }

    /// PUT of all that is in the body, secrets among it.
    async fn put_user(&self, id: &str, body: Value) -> Result<Change, StoreError> {
        let users = Arc::new(ResourceType::user().with_extension(ENTERPRISE_USER));
        let wanted = Resource::from_object(body.as_object().expect("an object").clone());
        let replacement = Replacement::new(Arc::clone(&users), wanted, OmittedAttributes::Clear);
        let update =
            Update::put(users, Tenant::from("example"), replacement, chrono::DateTime::UNIX_EPOCH);
        self.users.update(id, &update, &self.cx).await
    }
}

async fn patch(
    store: &Arc<dyn ResourceStore>,
    resource_type: ResourceType,
    id: &str,
    operations: Value,
    cx: &RequestContext,
) -> Result<Change, StoreError> {
    store.update(id, &update(resource_type, &operations), cx).await
}

/// A PATCH of these operations by a client that may set what it cannot read.
pub(super) fn update(resource_type: ResourceType, operations: &Value) -> Update {
    let operations: Vec<PatchOperation> =
        serde_json::from_value(operations.clone()).expect("operations");
    let message = PatchOp::new(operations);
    let resource_type = Arc::new(resource_type);
    let binder = PatchBinder::new(Arc::clone(&resource_type)).with_secrets(true);
    let plan = binder.bind(message).expect("it binds");
    Update::patch(resource_type, Tenant::from("example"), plan, chrono::DateTime::UNIX_EPOCH)
}

/// Runs a statement beside the stores, and answers with the first column of the first row, as text.
pub(super) async fn beside(directory: &AnyDirectory, sql: &str) -> Option<String> {
    use sqlx::Row;
    match directory {
        AnyDirectory::Memory(_) => panic!("there is no database"),
        AnyDirectory::Sqlite(_, folder) => {
            let url = format!("sqlite:{}", folder.path().join("scim.db").display());
            let pool = sqlx::SqlitePool::connect(&url).await.expect("the file is there");
            let rows = sqlx::query(sql).fetch_all(&pool).await.expect("a statement");
            let first = rows.first().and_then(|row| row.try_get_unchecked(0).ok());
            pool.close().await;
            first
        }
        AnyDirectory::Postgres(_, url) => {
            let pool = sqlx::PgPool::connect(url).await.expect("the server is there");
            let rows = sqlx::query(sql).fetch_all(&pool).await.expect("a statement");
            let first = rows.first().and_then(|row| row.try_get_unchecked(0).ok());
            pool.close().await;
            first
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_who_want_one_name_one_gets_it() {
    // S-4.1.1-01, P-3.3-10
    for kind in kinds() {
        let fixture = Arc::new(Fixture::new(kind).await);
        for round in 0..5 {
            let names = ["bjensen", "BJensen", "BJENSEN", "ＢＪｅｎｓｅｎ"]
                .map(|name| format!("{name}{round}"));
            let tasks = names.map(|name| {
                let fixture = Arc::clone(&fixture);
                tokio::spawn(async move {
                    fixture.create(&fixture.users, json!({ "userName": name })).await
                })
            });
            let (mut made, mut refused) = (0, 0);
            for task in tasks {
                match task.await.expect("it ends well") {
                    Ok(_) => made += 1,
                    Err(StoreError::Conflict { attribute }) if attribute == "userName" => {
                        refused += 1
                    }
                    Err(err) => panic!("{kind:?}: {err}"),
                }
            }
            assert_eq!((made, refused), (1, 3), "{kind:?}");
        }
    }
}

#[tokio::test]
async fn names_are_free_again_after_a_rename_or_delete() {
    for kind in kinds() {
        let fixture = Fixture::new(kind).await;
        let (first, second) = (fixture.user("first").await, fixture.user("second").await);
        let rename = |name: &str| json!([{ "op": "replace", "path": "userName", "value": name }]);
        let taken = fixture.patch_user(&second, rename("FIRST")).await;
        assert!(
            matches!(taken, Err(StoreError::Conflict { attribute }) if attribute == "userName"),
            "{kind:?}"
        );
        assert_eq!(fixture.get(&fixture.users, &second).await["userName"], "second", "{kind:?}");
        fixture.patch_user(&first, rename("third")).await.expect("it is free");
        fixture.patch_user(&second, rename("first")).await.expect("it is free");
        fixture
            .users
            .delete(&second, &Precondition::default(), &fixture.cx)
            .await
            .expect("it is there");
        fixture.user("FIRST").await;
        let keys = beside(&fixture.directory, "SELECT CAST(count(*) AS text) FROM scim_key").await;
        assert_eq!(keys.as_deref(), Some("2"), "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_change_is_lost_among_eight_writers() {
    // P-3.5.2-14, P-3.14-07
    for kind in kinds() {
        let fixture = Arc::new(Fixture::new(kind).await);
        let group = fixture.group("G", &["old"]).await;
        let tasks: Vec<_> = (0..8)
            .map(|writer| {
                let (fixture, group) = (Arc::clone(&fixture), group.clone());
                tokio::spawn(async move {
                    for step in 0..10 {
                        let id = format!("{writer}-{step}");
                        let operations = match step {
                            // What touches members other than by their ids needs the whole group.
                            5 => json!([{ "op": "remove", "path": "members[display eq \"nobody\"]" },
                                        { "op": "add", "path": "members", "value": [{ "value": id }] }]),
                            9 => json!([{ "op": "add", "path": "members", "value": [{ "value": id }] },
                                        { "op": "replace", "path": "displayName", "value": id }]),
                            _ => json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]),
                        };
                        fixture.patch(&group, operations).await.expect("it applies");
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("it ends well");
        }
        let group = fixture.get(&fixture.groups, &group).await;
        assert_eq!(group["members"].as_array().map(Vec::len), Some(81), "{kind:?}");
        assert_eq!(group["meta"]["version"], "W/\"81\"", "{kind:?}");
    }
}

#[tokio::test]
async fn members_that_are_not_asked_for_are_not_read() {
    for kind in kinds() {
        let fixture = Fixture::new(kind).await;
        let group = fixture.group("G", &["a", "b"]).await;
        // Whoever reads what is said of a member fails on this.
        beside(&fixture.directory, "UPDATE scim_member SET rest = '{damaged'").await;
        let excluded = Projection::bind(&[], &["members".to_owned()], &ResourceType::group())
            .expect("one list");
        let shown =
            fixture.groups.get(&group, &excluded, &fixture.cx).await.expect("members are not read");
        assert_eq!(
            (shown.get_str("displayName"), shown.get("members")),
            (Some("G"), None),
            "{kind:?}"
        );
        let whole = fixture.groups.get(&group, &Projection::default(), &fixture.cx).await;
        assert!(matches!(whole, Err(StoreError::Other(_))), "{kind:?}");
    }
}

#[tokio::test]
async fn members_of_a_large_group_are_not_read_when_one_comes() {
    for kind in kinds() {
        let fixture = Fixture::new(kind).await;
        let members: Vec<String> = (0..150).map(|number| format!("m{number}")).collect();
        let members: Vec<&str> = members.iter().map(String::as_str).collect();
        let group = fixture.group("G", &members).await;
        beside(
            &fixture.directory,
            "UPDATE scim_member SET rest = '{damaged' WHERE member_id <> 'm7'",
        )
        .await;
        let operations = json!([
            { "op": "add", "path": "members", "value": [{ "value": "new" }, { "value": "m7" }] },
            { "op": "remove", "path": "members[value eq \"m8\"]" },
            { "op": "replace", "path": "displayName", "value": "H" },
        ]);
        let change = fixture.patch(&group, operations).await.expect("it reads nobody else");
        assert_eq!(
            (change.members.added, change.members.removed),
            (vec!["new".to_owned()], vec!["m8".to_owned()])
        );
        assert!(change.after.is_none(), "{kind:?}");
    }
}

#[tokio::test]
async fn groups_are_shown_directly_and_indirectly_and_a_cycle_ends() {
    // S-4.1.2-07, S-4.1.2-08
    for kind in kinds() {
        let fixture = Fixture::new(kind).await;
        let ann = fixture.user("ann").await;
        let one = fixture.group("1", &[&ann]).await;
        let two = fixture.group("2", &[&one]).await;
        let operations = json!([{ "op": "add", "path": "members", "value": [{ "value": two }] }]);
        fixture.patch(&one, operations).await.expect("it applies");
        let groups = json!([
            { "value": one, "type": "direct", "display": "1" },
            { "value": two, "type": "indirect", "display": "2" },
        ]);
        assert_eq!(fixture.get(&fixture.users, &ann).await["groups"], groups, "{kind:?}");
        let members = json!([{ "value": ann, "type": "User" }, { "value": two, "type": "Group" }]);
        assert_eq!(fixture.get(&fixture.groups, &one).await["members"], members, "{kind:?}");
    }
}

#[tokio::test]
async fn deleted_users_leave_their_groups_unless_told_otherwise() {
    // P-3.6-07
    for kind in kinds() {
        for (keeps_dangling, left, version) in [(false, 0, "W/\"2\""), (true, 1, "W/\"1\"")] {
            let fixture = Fixture::over(AnyDirectory::new(kind, keeps_dangling).await);
            let ann = fixture.user("ann").await;
            let group = fixture.group("G", &[&ann]).await;
            fixture
                .users
                .delete(&ann, &Precondition::default(), &fixture.cx)
                .await
                .expect("it is there");
            let group = fixture.get(&fixture.groups, &group).await;
            assert_eq!(group["members"].as_array().map_or(0, Vec::len), left, "{kind:?}");
            assert_eq!(group["meta"]["version"], version, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn passwords_are_not_kept() {
    // S-4.1.1-09, S-9.2-01
    for kind in kinds() {
        let fixture = Fixture::new(kind).await;
        let user = json!({ "userName": "ann", "password": "t1meMa$heen" });
        let id = fixture.create(&fixture.users, user.clone()).await.expect("a user");
        let sql = "SELECT CAST(document AS text) || CAST(search AS text) FROM scim_resource";
        let sql = if kind == Kind::Sqlite {
            "SELECT document || json(search) FROM scim_resource"
        } else {
            sql
        };
        let has_none = async |way: &str| {
            let kept = beside(&fixture.directory, sql).await.expect("a row");
            assert!(
                kept.contains("ann") && !kept.contains("t1me") && !kept.contains("password"),
                "{kind:?}, {way}: {kept}"
            );
        };
        has_none("created").await;
        let set = json!([{ "op": "add", "path": "password", "value": "t1meMa$heen" }, { "op": "add", "path": "title", "value": "x" }]);
        fixture.patch_user(&id, set).await.expect("it applies");
        has_none("patched").await;
        fixture.put_user(&id, user).await.expect("it applies");
        has_none("replaced").await;
    }
}

#[tokio::test]
async fn tenants_do_not_meet() {
    // P-6-02, P-6.2-02
    for kind in kinds() {
        let fixture = Fixture::new(kind).await;
        let ann = fixture.user("ann").await;
        let other = RequestContext::new("other");
        let get = fixture.users.get(&ann, &Projection::default(), &other).await;
        assert!(matches!(get, Err(StoreError::NotFound)), "{kind:?}");
        let delete = fixture.users.delete(&ann, &Precondition::default(), &other).await;
        assert!(matches!(delete, Err(StoreError::NotFound)), "{kind:?}");
        let mut namesake = Resource::default();
        namesake.set("userName", "ann");
        fixture.users.create(namesake, &other).await.expect("the name is free there");
    }
}

#[tokio::test]
async fn text_that_no_database_keeps_is_refused() {
    for kind in kinds() {
        let fixture = Fixture::new(kind).await;
        for body in [
            json!({ "userName": "a\0b" }),
            json!({ "userName": "a", "title": "\0" }),
            json!({ "userName": "n".repeat(2_001) }),
            json!({ "userName": "a", "externalId": "é".repeat(1_001) }),
        ] {
            let refused = fixture.create(&fixture.users, body).await;
            assert!(
                matches!(refused, Err(StoreError::Rejected(err)) if err.status() == 400),
                "{kind:?}"
            );
        }
        // A backslash before `u0000` is no such text.
        let id = fixture
            .create(&fixture.users, json!({ "userName": "a", "title": "\\u0000" }))
            .await
            .expect("plain text");
        assert_eq!(fixture.get(&fixture.users, &id).await["title"], "\\u0000", "{kind:?}");
        let get = fixture.users.get("a\0", &Projection::default(), &fixture.cx).await;
        assert!(matches!(get, Err(StoreError::NotFound)), "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_future_leaves_nothing_half_done() {
    use std::time::Duration;
    for kind in kinds() {
        let fixture = Fixture::new(kind).await;
        let group = fixture.group("G", &[]).await;
        for delay in 0..60 {
            let id = format!("m{delay}");
            let change = fixture.patch(
                &group,
                json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]),
            );
            let _ = tokio::time::timeout(Duration::from_micros(delay * 50), change).await;
        }
        // Each change is there as a whole, or not at all, and the connections still work.
        let group = fixture.get(&fixture.groups, &group).await;
        let members = group["members"].as_array().map_or(0, Vec::len);
        assert_eq!(group["meta"]["version"], format!("W/\"{}\"", members + 1), "{kind:?}");
    }
}
