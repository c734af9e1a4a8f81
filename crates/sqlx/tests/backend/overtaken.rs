//! Changes during which others are made. SQLite has one lock for all: nobody waits for what a
//! change is worked out to be.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use scimwire::resource::Version;
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::store::{Change, Precondition, Update};
use scimwire::{ResourceStore, StoreError};
use scimwire_sqlx::{SqliteDirectory, SqliteOptions};
use serde_json::{Value, json};
use sqlx::{Connection, Executor, SqliteConnection};
use tempfile::TempDir;
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::stored::{Fixture, update};
use crate::databases::{AnyDirectory, kinds};

async fn sqlite(timeout: Duration) -> Arc<Fixture> {
    let folder = TempDir::new().expect("a folder");
    let mut options = SqliteOptions::default();
    options.acquire_timeout = timeout;
    let directory = SqliteDirectory::open_with(folder.path().join("scim.db"), &options)
        .await
        .expect("a new file");
    Arc::new(Fixture::over(AnyDirectory::Sqlite(directory, Arc::new(folder))))
}

fn user_patch(path: &str, value: &Value) -> Update {
    let operations = json!([{ "op": "replace", "path": path, "value": value }]);
    update(ResourceType::user().with_extension(ENTERPRISE_USER), &operations)
}

fn adding_members(ids: &[&str]) -> Update {
    let members: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
    let operations = json!([{ "op": "add", "path": "members", "value": members }]);
    update(ResourceType::group().with_unique("displayName"), &operations)
}

/// Makes a change; while it is worked out for the first `times` times, something else is done. Says
/// as well how often it was worked out.
async fn while_others<F>(
    store: &Arc<dyn ResourceStore>,
    id: &str,
    update: Update,
    fixture: &Arc<Fixture>,
    times: u32,
    other: impl Fn(Arc<Fixture>) -> F + Send + Sync + 'static,
) -> (Result<Change, StoreError>, u32)
where
    F: Future<Output = ()>,
{
    let calls = Arc::new(AtomicU32::new(0));
    let (counted, of_others) = (Arc::clone(&calls), Arc::clone(fixture));
    let update = update.with_hook(move |_, _| {
        if counted.fetch_add(1, Ordering::Relaxed) < times {
            block_in_place(|| Handle::current().block_on(other(Arc::clone(&of_others))));
        }
        Ok(())
    });
    let result = store.update(id, &update, &fixture.cx).await;
    (result, calls.load(Ordering::Relaxed))
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_what_a_change_is_worked_out_to_be() {
    for kind in kinds() {
        let fixture = Arc::new(Fixture::new(kind).await);
        let ann = fixture.user("ann").await;
        let other = async |fixture: Arc<Fixture>| drop(fixture.user("bob").await);
        let (change, calls) = while_others(
            &fixture.users,
            &ann,
            user_patch("title", &json!("Dr")),
            &fixture,
            1,
            other,
        )
        .await;
        assert!(change.is_ok() && calls == 1, "{kind:?}: {change:?}, {calls} times");
        assert_eq!(fixture.get(&fixture.users, &ann).await["title"], "Dr", "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_overtaken_is_worked_out_again() {
    let fixture = sqlite(Duration::from_secs(5)).await;
    for (times, expected) in [(1, 2), (2, 3), (3, 4)] {
        let id = fixture.user(&format!("user{times}")).await;
        let round = Arc::new(AtomicU32::new(0));
        let change_name = {
            let (id, round) = (id.clone(), Arc::clone(&round));
            move |fixture: Arc<Fixture>| {
                let (id, name) =
                    (id.clone(), format!("Name {}", round.fetch_add(1, Ordering::Relaxed)));
                async move {
                    let update = user_patch("displayName", &json!(name));
                    fixture
                        .users
                        .update(&id, &update, &fixture.cx)
                        .await
                        .expect("nobody is in the way");
                }
            }
        };
        let update = user_patch("title", &json!("Dr"));
        let (change, calls) =
            while_others(&fixture.users, &id, update, &fixture, times, change_name).await;
        let change = change.expect("it is made at last");
        assert_eq!(calls, expected);
        let user = fixture.get(&fixture.users, &id).await;
        assert_eq!(
            (&user["title"], &user["displayName"]),
            (&json!("Dr"), &json!(format!("Name {}", times - 1)))
        );
        // Its state before is the one that it was written over.
        let before = change.before.expect("there was one");
        assert_eq!(before.attributes()["displayName"], user["displayName"]);
        assert_eq!(
            change.version.map(|version| version.opaque_tag().to_owned()),
            Some((times + 2).to_string())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_overtaken_again_and_again_is_made_behind_the_lock() {
    let fixture = sqlite(Duration::from_secs(1)).await;
    let ann = fixture.user("ann").await;
    let kept_out = Arc::new(AtomicU32::new(0));
    let other = {
        let (ann, kept_out) = (ann.clone(), Arc::clone(&kept_out));
        move |fixture: Arc<Fixture>| {
            let (ann, kept_out) = (ann.clone(), Arc::clone(&kept_out));
            async move {
                let operation = json!([{ "op": "add", "path": "emails", "value": [{ "value": format!("{:?}", std::time::Instant::now()) }] }]);
                match fixture.patch_user(&ann, operation).await {
                    Ok(_) => {}
                    Err(StoreError::Unavailable { .. }) => {
                        kept_out.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(err) => panic!("{err}"),
                }
            }
        }
    };
    let (change, calls) = while_others(
        &fixture.users,
        &ann,
        user_patch("title", &json!("Dr")),
        &fixture,
        u32::MAX,
        other,
    )
    .await;
    change.expect("it is made at last");
    assert_eq!((calls, kept_out.load(Ordering::Relaxed)), (4, 1));
    assert_eq!(fixture.get(&fixture.users, &ann).await["title"], "Dr");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_was_overtaken_is_not_the_one_that_was_expected() {
    // P-3.14-07
    let fixture = sqlite(Duration::from_secs(5)).await;
    let ann = fixture.user("ann").await;
    let id = ann.clone();
    let other = move |fixture: Arc<Fixture>| {
        let id = id.clone();
        async move {
            drop(
                fixture
                    .patch_user(&id, json!([{ "op": "add", "path": "title", "value": "Ms" }]))
                    .await
                    .expect("it is free"),
            )
        }
    };
    let update = user_patch("title", &json!("Dr"))
        .with_precondition(Precondition::if_match(Version::unchecked("1")));
    let (change, calls) = while_others(&fixture.users, &ann, update, &fixture, 1, other).await;
    assert!(matches!(change, Err(StoreError::VersionMismatch)), "{change:?}");
    assert_eq!((calls, &fixture.get(&fixture.users, &ann).await["title"]), (1, &json!("Ms")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_have_taken_meanwhile_is_taken() {
    for kind in kinds() {
        let fixture = Arc::new(Fixture::new(kind).await);
        let ann = fixture.user("ann").await;
        let other = async |fixture: Arc<Fixture>| drop(fixture.user("bob").await);
        let (change, _) = while_others(
            &fixture.users,
            &ann,
            user_patch("userName", &json!("Bob")),
            &fixture,
            1,
            other,
        )
        .await;
        assert!(
            matches!(&change, Err(StoreError::Conflict { attribute }) if attribute == "userName"),
            "{kind:?}: {change:?}"
        );
        assert_eq!(fixture.get(&fixture.users, &ann).await["userName"], "ann", "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_have_deleted_meanwhile_is_not_there() {
    let fixture = sqlite(Duration::from_secs(5)).await;
    let ann = fixture.user("ann").await;
    let id = ann.clone();
    let other = move |fixture: Arc<Fixture>| {
        let id = id.clone();
        async move {
            drop(
                fixture
                    .users
                    .delete(&id, &Precondition::default(), &fixture.cx)
                    .await
                    .expect("it is there"),
            )
        }
    };
    let (change, calls) =
        while_others(&fixture.users, &ann, user_patch("title", &json!("Dr")), &fixture, 1, other)
            .await;
    assert!(matches!(change, Err(StoreError::NotFound)), "{change:?}");
    assert_eq!(calls, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_told_of_once_whoever_puts_them_in() {
    let fixture = sqlite(Duration::from_secs(5)).await;
    let group = fixture.group("G", &["kept"]).await;
    let id = group.clone();
    let other = move |fixture: Arc<Fixture>| {
        let id = id.clone();
        async move {
            drop(
                fixture
                    .groups
                    .update(&id, &adding_members(&["a", "c"]), &fixture.cx)
                    .await
                    .expect("it is free"),
            )
        }
    };
    let (change, calls) = while_others(
        &fixture.groups,
        &group,
        adding_members(&["a", "b", "kept"]),
        &fixture,
        1,
        other,
    )
    .await;
    assert_eq!((change.expect("it is made").members.added, calls), (vec!["b".to_owned()], 2));
    let members = fixture.get(&fixture.groups, &group).await["members"].clone();
    let mut ids: Vec<&str> = members
        .as_array()
        .expect("members")
        .iter()
        .filter_map(|member| member["value"].as_str())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, ["a", "b", "c", "kept"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_nothing_waits_for_nobody() {
    let fixture = sqlite(Duration::from_secs(1)).await;
    let AnyDirectory::Sqlite(_, folder) = &fixture.directory else { panic!("it is one") };
    let (ann, group) = (fixture.user("ann").await, fixture.group("G", &["a"]).await);
    let mut other =
        SqliteConnection::connect(&format!("sqlite:{}", folder.path().join("scim.db").display()))
            .await
            .expect("a file");
    other.execute("BEGIN IMMEDIATE").await.expect("nobody writes");
    let change = fixture
        .users
        .update(&ann, &user_patch("userName", &json!("ann")), &fixture.cx)
        .await
        .expect("it needs no lock");
    assert!(change.is_unchanged() && change.after.is_some_and(|after| after.id() == ann));
    let change = fixture
        .groups
        .update(&group, &adding_members(&["a"]), &fixture.cx)
        .await
        .expect("it needs no lock");
    assert!(
        change.is_unchanged() && change.after.is_some_and(|after| after.get("members").is_some())
    );
    let busy = fixture.groups.update(&group, &adding_members(&["b"]), &fixture.cx).await;
    assert!(matches!(busy, Err(StoreError::Unavailable { .. })), "{busy:?}");
    other.execute("ROLLBACK").await.expect("it ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_changes_at_once_none_is_lost() {
    for kind in kinds() {
        let fixture = Arc::new(Fixture::new(kind).await);
        let ann = fixture.user("ann").await;
        let tasks: Vec<_> = (0..12)
            .map(|number| {
                let (fixture, ann) = (Arc::clone(&fixture), ann.clone());
                let value = json!([{ "value": format!("{number}@example.com"), "type": format!("t{number}") }]);
                tokio::spawn(
                    async move { fixture.patch_user(&ann, json!([{ "op": "add", "path": "emails", "value": value }])).await },
                )
            })
            .collect();
        for task in tasks {
            task.await.expect("it ends well").expect("it is made");
        }
        let user = fixture.get(&fixture.users, &ann).await;
        assert_eq!(user["emails"].as_array().map(Vec::len), Some(12), "{kind:?}");
        assert_eq!(user["meta"]["version"], "W/\"13\"", "{kind:?}");
    }
}
