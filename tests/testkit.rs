//! The test kit: stores that are right pass every check, and stores that are not fail just those
//! that are about their fault.

use support::databases;
#[path = "testkit/fitting.rs"]
mod fitting;
#[path = "testkit/naive.rs"]
mod naive;
#[path = "testkit/numbered.rs"]
mod numbered;
#[path = "../examples/own_store.rs"]
mod own_store;
#[path = "testkit/pushing.rs"]
mod pushing;

use std::sync::Arc;

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::schema::{ENTERPRISE_USER, ElementSlot};
use scimwire::sql::{Dialect, Parameter, Sql, clauses};
use scimwire::store::StoreQuery;
use scimwire::testkit::{self, CHECKS, Explain, StoreFactory, Stores};
use scimwire::{Dispatcher, MemoryDirectory, ResourceType};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use sqlx::{Row, SqliteConnection};

use databases::{AnyDirectory, CLUSTER, Kind};
use fitting::Fitting;
use naive::NaiveDatabase;
use numbered::Numbered;
use own_store::{MAPPING, SELECT, TABLES, Users, pool_options};
use pushing::Pushing;

#[tokio::test]
async fn memory_stores_pass() {
    let factory = || async {
        let directory = MemoryDirectory::new();
        let stores = Stores::new().store(directory.store(testkit::users()));
        stores.store(directory.store(testkit::groups()))
    };
    testkit::run_all(&factory).await;
}

#[tokio::test]
async fn memory_stores_of_other_types_pass() {
    let groups = Arc::new(ResourceType::group().with_unique("displayName"));
    let contacts =
        Arc::new(ResourceType::user().with_unique("emails.value").with_endpoint("/Contacts"));
    let factory = || {
        let (groups, contacts) = (Arc::clone(&groups), Arc::clone(&contacts));
        async move {
            let directory = MemoryDirectory::new().retain_dangling_members();
            let stores = Stores::new().store(directory.store(groups));
            stores.store(directory.store(contacts)).seed(7).cases(300)
        }
    };
    testkit::run_all(&factory).await;
}

/// Stores that are never given what their tables cannot store.
#[tokio::test]
async fn stores_of_types_with_slots_and_defaults_pass() {
    let emails = [ElementSlot::new("work").primary()];
    let phones = [ElementSlot::new("work"), ElementSlot::new("mobile"), ElementSlot::untyped()];
    let users = ResourceType::user()
        .with_extension(ENTERPRISE_USER)
        .with_unique("emails.value")
        .with_default("title", "none")
        .with_default("active", true)
        .with_default("name.familyName", "-")
        .with_elements("emails", emails)
        .with_elements("phoneNumbers", phones)
        .with_elements("photos", [ElementSlot::untyped()])
        .with_elements("addresses", [ElementSlot::new("home")]);
    let users = Arc::new(users);
    let factory = || {
        let users = Arc::clone(&users);
        async move {
            let directory = MemoryDirectory::new();
            let groups = ResourceType::group().with_default("externalId", "-");
            let stores = Stores::new().store(Fitting(directory.store(users))).cases(300);
            stores.store(Fitting(directory.store(groups)))
        }
    };
    testkit::run_all(&factory).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_may_run_on_a_runtime() {
    let factory = || async {
        let store = NaiveDatabase::new(naive::Fault::None).users();
        let stores = Stores::new().store(store).retain_attributes("User", naive::KEPT);
        stores.spawner(|task| drop(tokio::spawn(task))).cases(100)
    };
    testkit::run_all(&factory).await;
}

#[tokio::test]
async fn a_store_that_takes_over_whole_queries_passes() {
    testkit::run_all(&pushing_factory(pushing::Fault::None)).await;
}

#[tokio::test]
async fn a_store_with_numbers_for_ids_passes() {
    testkit::run_all(&numbered_factory(numbered::Fault::None)).await;
}

/// A store of few columns, with ids of its own, without groups, that leaves queries to the crate,
/// for a tenant that it knows.
#[tokio::test]
async fn a_store_that_does_little_passes() {
    testkit::run_all(&naive_factory(naive::Fault::None)).await;
    let alone = || async {
        let store = NaiveDatabase::new(naive::Fault::None).users();
        let stores = Stores::new().store(store).retain_attributes("User", naive::KEPT);
        stores.tenants([RequestContext::new("the only one")]).cases(100)
    };
    testkit::run_all(&alone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sqlite_stores_pass() {
    testkit::run_all(&|| over(Kind::Sqlite)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn postgres_stores_pass() {
    if CLUSTER.is_some() {
        testkit::run_all(&|| over(Kind::Postgres)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stores_over_own_store_pass() {
    testkit::run_all(&|| over_own_store(TABLES.to_owned())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_missing_index_shows_in_the_plan() {
    for (index, path) in [
        ("user_email_value", "`emails.value`"),
        ("users_email", "`userName`"),
        ("users_external_id", "`externalId`"),
    ] {
        let without = format!("{TABLES} DROP INDEX {index};");
        let check =
            CHECKS.iter().find(|check| check.name() == "lookups_use_an_index").expect("a check");
        let failure =
            check.failure(&|| over_own_store(without.clone())).await.expect("it looks at each row");
        assert!(failure.message.contains(&format!("a look-up by {path}")), "{failure}");
    }
}

async fn over_own_store(tables: String) -> Stores {
    let folder = tempfile::tempdir().expect("a folder");
    let file =
        SqliteConnectOptions::new().filename(folder.path().join("own.db")).create_if_missing(true);
    let pool = pool_options().connect_with(file).await.expect("a new file");
    sqlx::raw_sql(&tables).execute(&pool).await.expect("the tables are well-formed");
    let stores = Stores::new().store(Users(pool.clone())).explained_by("User", Plans(pool));
    stores.spawner(|task| drop(tokio::spawn(task))).keep_alive(folder).cases(300)
}

/// How SQLite goes about the statements of the store over own tables.
struct Plans(SqlitePool);

#[async_trait]
impl Explain for Plans {
    async fn plan(&self, selection: StoreQuery<'_>, cx: &RequestContext) -> Vec<String> {
        let clauses = clauses(&selection, &*MAPPING).expect("it is mapped");
        let account = Sql::default().push_bind_text(cx.tenant().as_str()).push_sql(clauses.filter);
        let page = Sql::new(SELECT).push_sql(account.clone()).push_sql(clauses.page);
        let count = Sql::new("SELECT count(*) FROM users WHERE users.account = ").push_sql(account);
        // Other connections see new statistics only once they read the schema again.
        let mut connection = self.0.acquire().await.expect("a connection");
        explained(&mut connection, &Sql::new("ANALYZE")).await;
        let mut plan = Vec::new();
        for sql in [page, count] {
            plan.extend(
                explained(&mut connection, &Sql::new("EXPLAIN QUERY PLAN ").push_sql(sql)).await,
            );
        }
        plan
    }
}

/// The `detail` of all rows.
async fn explained(connection: &mut SqliteConnection, sql: &Sql) -> Vec<String> {
    let text = sql.render(Dialect::Sqlite, 1);
    let mut query = sqlx::query(&text);
    for parameter in sql.parameters() {
        query = match parameter {
            Parameter::Text(text) => query.bind(text),
            Parameter::Integer(number) => query.bind(number),
            other => panic!("no column here is of the type of {other:?}"),
        };
    }
    let rows = query.fetch_all(connection).await.expect(&text);
    rows.iter().map(|row| row.get("detail")).collect()
}

async fn over(kind: Kind) -> Stores {
    let directory = AnyDirectory::new(kind, false).await;
    let (users, groups) = (testkit::users(), testkit::groups());
    let (for_users, for_groups) =
        (directory.store(Arc::clone(&users)), directory.store(Arc::clone(&groups)));
    let stores = Stores::new().store(for_users).store(for_groups);
    stores.spawner(|task| drop(tokio::spawn(task))).keep_alive(directory).cases(400)
}

/// A test for each mistake: it fails its checks, and no others.
macro_rules! faults {
    ($tests:ident, $make:ident, $store:ident; $($test:ident: $fault:ident => [$($check:ident),*];)+) => {
        mod $tests {
            use super::*;

            /// The checks that some mistake does not pass.
            pub(super) const PROVED: &[&str] = &[$($(stringify!($check),)*)+];

            $(#[tokio::test]
            async fn $test() {
                assert_fails(&$make($store::Fault::$fault), &[$(stringify!($check)),*]).await;
            })+
        }
    };
}

faults! {
    naive_faults, naive_factory, naive;
    checks_then_inserts: ChecksThenInserts => [uniqueness_holds_under_races];
    compares_letters: ComparesLetters => [duplicate_value_is_rejected];
    conflict_is_other: ConflictIsOther => [duplicate_value_is_rejected, uniqueness_holds_under_races];
    writes_then_checks: WritesThenChecks => [duplicate_value_is_rejected];
    conflicts_with_itself: ConflictsWithItself => [update_then_get, update_may_keep_unique_value, change_makes_new_version, no_op_keeps_version, stale_version_is_rejected, matching_version_is_accepted, change_reports_what_was_committed, change_equals_what_is_read, no_update_is_lost, concurrent_if_match_has_one_winner, secrets_are_not_loaded];
    keeps_values_of_deleted: KeepsValuesOfDeleted => [freed_value_may_be_reused];
    unique_among_tenants: UniqueAmongTenants => [unique_values_are_taken_within_a_tenant_only];
    loses_updates: LosesUpdates => [no_update_is_lost, concurrent_if_match_has_one_winner, no_member_change_is_lost];
    deletes_stale_versions: DeletesStaleVersions => [stale_version_is_rejected];
    reads_one_version: ReadsOneVersion => [matching_version_is_accepted];
    delete_keeps: DeleteKeeps => [delete_then_get, freed_value_may_be_reused, concurrent_deletes_have_one_winner];
    deletes_twice: DeletesTwice => [concurrent_deletes_have_one_winner];
    keeps_version: KeepsVersion => [change_makes_new_version, stale_version_is_rejected, no_update_is_lost, concurrent_if_match_has_one_winner, cancelled_call_is_atomic, member_delta_equals_full_update];
    always_makes_versions: AlwaysMakesVersions => [no_op_keeps_version, member_delta_equals_full_update];
    tells_old_version: TellsOldVersion => [change_reports_what_was_committed];
    reads_of_all_tenants: ReadsOfAllTenants => [another_tenants_resource_is_not_found];
    lists_all_tenants: ListsAllTenants => [lists_hold_one_tenant_only];
    shows_groups_of_all_tenants: ShowsGroupsOfAllTenants => [groups_are_shown_within_a_tenant_only];
    names_members_of_all_tenants: NamesMembersOfAllTenants => [groups_are_shown_within_a_tenant_only, a_deletion_stays_within_a_tenant];
    empties_groups_of_all_tenants: EmptiesGroupsOfAllTenants => [a_deletion_stays_within_a_tenant];
    trims_text: TrimsText => [create_then_get, text_round_trips, update_then_get];
    keeps_secrets: KeepsSecrets => [secrets_are_not_loaded];
    strange_id_is_other: StrangeIdIsOther => [unknown_id_is_not_found];
    refused_is_other: RefusedIsOther => [rejected_update_changes_nothing];
    writes_in_two_steps: WritesInTwoSteps => [cancelled_call_is_atomic];
    put_adds: PutAdds => [update_then_get, cancelled_call_is_atomic, member_delta_equals_full_update];
    forgets_external_id: ForgetsExternalId => [create_then_get, cancelled_call_is_atomic];
    lists_a_hundred: ListsAHundred => [pages_by_index_make_the_whole, pages_by_cursor_make_the_whole];
    reuses_ids: ReusesIds => [ids_are_never_reused];
}

faults! {
    numbered_faults, numbered_factory, numbered;
    tells_no_order: TellsNoOrder => [order_agrees_with_evaluation, pages_by_index_make_the_whole, pages_by_cursor_make_the_whole];
}

faults! {
    pushing_faults, pushing_factory, pushing;
    drops_conditions: DropsConditions => [pushdown_agrees_with_evaluation, order_agrees_with_evaluation, total_counts_all_pages, pages_by_index_make_the_whole, pages_by_cursor_make_the_whole];
    loses_brackets: LosesBrackets => [pushdown_agrees_with_evaluation, order_agrees_with_evaluation, total_counts_all_pages, pages_by_index_make_the_whole, pages_by_cursor_make_the_whole];
    narrows_too_much: NarrowsTooMuch => [pushdown_agrees_with_evaluation, order_agrees_with_evaluation, total_counts_all_pages, pages_by_index_make_the_whole, pages_by_cursor_make_the_whole];
    counts_the_page: CountsThePage => [total_counts_all_pages];
    skips_one: SkipsOne => [order_agrees_with_evaluation, pages_by_cursor_make_the_whole, cursors_lose_and_repeat_nothing_while_others_write];
    counts_from_the_start: CountsFromTheStart => [order_agrees_with_evaluation, cursors_lose_and_repeat_nothing_while_others_write];
    full_means_more: FullMeansMore => [pages_by_index_make_the_whole, pages_by_cursor_make_the_whole];
    forgets_sort: ForgetsSort => [order_agrees_with_evaluation, pages_by_index_make_the_whole, pages_by_cursor_make_the_whole];
    reverses_ties: ReversesTies => [order_agrees_with_evaluation, pages_by_index_make_the_whole, pages_by_cursor_make_the_whole, cursors_lose_and_repeat_nothing_while_others_write];
    omits_members: OmitsMembers => [pages_by_cursor_make_the_whole, projection_is_loaded];
    re_adds_removed: ReAddsRemoved => [member_delta_equals_full_update, no_member_change_is_lost, membership_is_seen_from_both_sides];
    adds_only: AddsOnly => [update_then_get, cancelled_call_is_atomic, member_delta_equals_full_update];
    remembers_groups: RemembersGroups => [membership_is_seen_from_both_sides];
    tells_no_members: TellsNoMembers => [member_delta_equals_full_update];
    tells_the_row: TellsTheRow => [change_equals_what_is_read];
    looks_at_all: LooksAtAll => [lookups_use_an_index];
}

faults! {
    unretained_faults, unretained_factory, pushing;
    finds_what_it_does_not_show: FindsUnshown => [pushdown_agrees_with_evaluation, order_agrees_with_evaluation, total_counts_all_pages];
    rejects_what_it_does_not_keep: RejectsNicknames => [];
    keeps_it_all_the_same: None => [];
}

#[test]
fn every_check_has_a_store_that_fails_it() {
    let proved = [
        naive_faults::PROVED,
        pushing_faults::PROVED,
        numbered_faults::PROVED,
        unretained_faults::PROVED,
    ]
    .concat();
    let unproved: Vec<&str> =
        CHECKS.iter().map(|check| check.name()).filter(|name| !proved.contains(name)).collect();
    assert!(unproved.is_empty(), "{unproved:?}");
}

/// Attributes that are not kept are tried in queries only, and reported.
#[tokio::test]
async fn what_is_not_kept_is_told() {
    let unretained = naive_factory(naive::Fault::None).create().await.unretained();
    assert!(unretained.iter().any(|path| path == "User: displayName"), "{unretained:?}");
    assert!(unretained.iter().any(|path| path == "User: name.middleName"), "{unretained:?}");
    assert!(
        !unretained.iter().any(|path| path.starts_with("User: title") || path.starts_with("Group")),
        "{unretained:?}"
    );
    assert!(pushing_factory(pushing::Fault::None).create().await.unretained().is_empty());
}

/// Stores of several types are read as one in the order of bytes, where their own orders are not
/// the same.
#[tokio::test]
async fn a_root_query_over_two_orders_loses_nothing() {
    let (users, groups) = (Arc::new(ResourceType::user()), Arc::new(ResourceType::group()));
    for both_are_numbers in [false, true] {
        let database = NaiveDatabase::new(naive::Fault::None);
        let of_users = Numbered::new(numbered::Fault::None, database.users());
        let builder =
            Dispatcher::builder("https://example.com/scim/v2").unauthenticated().store(of_users);
        let scim = if both_are_numbers {
            builder.store(Numbered::new(numbered::Fault::None, database.groups()))
        } else {
            builder.store(MemoryDirectory::new().store(Arc::clone(&groups)))
        };
        let scim = scim.build().expect("a provider");
        let send = async |method: &str, path: &str, body: String| {
            let request = http::Request::builder()
                .method(method)
                .uri(format!("/scim/v2{path}"))
                .body(body)
                .expect("a request");
            let response = scim.dispatch(request).await;
            assert!(
                response.status().is_success(),
                "{method} {path}: {}",
                String::from_utf8_lossy(response.body())
            );
            serde_json::from_slice::<Value>(response.body()).expect("JSON")
        };
        let mut made = Vec::new();
        for number in 0..24 {
            let user = json!({ "schemas": [users.schema().uri().as_str()], "userName": format!("user{number}") });
            let group = json!({ "schemas": [groups.schema().uri().as_str()], "displayName": format!("group{number}") });
            for (path, body) in [("/Users", user), ("/Groups", group)] {
                made.push(
                    send("POST", path, body.to_string()).await["id"]
                        .as_str()
                        .expect("an id")
                        .to_owned(),
                );
            }
        }
        made.sort_unstable();
        let ids = |page: &Value| {
            let resources = page["Resources"].as_array().cloned().unwrap_or_default();
            resources
                .iter()
                .map(|resource| resource["id"].as_str().expect("an id").to_owned())
                .collect::<Vec<_>>()
        };
        let (mut by_index, mut by_cursor, mut cursor) = (Vec::new(), Vec::new(), String::new());
        for start in (1..=48).step_by(5) {
            by_index.extend(ids(&send(
                "GET",
                &format!("/?startIndex={start}&count=5"),
                String::new(),
            )
            .await));
            let page = send("GET", &format!("/?cursor={cursor}&count=5"), String::new()).await;
            by_cursor.extend(ids(&page));
            cursor = page["nextCursor"].as_str().unwrap_or_default().to_owned();
        }
        assert_eq!((by_index.len(), &by_index, cursor.as_str()), (48, &by_cursor, ""));
        by_index.sort_unstable();
        assert_eq!(by_index, made);
    }
}

#[tokio::test]
#[should_panic(expected = "there is no resource type `Device`")]
async fn what_is_kept_is_said_of_a_type_that_is_there() {
    drop(Stores::new().retain_attributes("Device", &["displayName"]));
}

fn naive_factory(fault: naive::Fault) -> impl testkit::StoreFactory {
    move || async move {
        let database = NaiveDatabase::new(fault);
        let (users, groups) = (database.users(), database.groups());
        let stores = Stores::new().store(users).store(groups);
        stores.retain_attributes("User", naive::KEPT).cases(50)
    }
}

fn numbered_factory(fault: numbered::Fault) -> impl testkit::StoreFactory {
    move || async move {
        let users = Numbered::new(fault, NaiveDatabase::new(naive::Fault::None).users());
        Stores::new().store(users).retain_attributes("User", naive::KEPT).cases(300)
    }
}

fn pushing_factory(fault: pushing::Fault) -> impl testkit::StoreFactory {
    move || async move {
        let directory = MemoryDirectory::new();
        let store = |resource_type| {
            Pushing::new(fault, directory.store(Arc::clone(resource_type)), resource_type)
        };
        let (users, groups) = (testkit::users(), testkit::groups());
        let (for_users, for_groups) = (store(&users), store(&groups));
        Stores::new().store(for_users).store(for_groups).cases(300)
    }
}

/// Stores that do not keep nicknames.
fn unretained_factory(fault: pushing::Fault) -> impl testkit::StoreFactory {
    move || async move {
        let users = ["userName", "active", "title", "nickName"];
        let users = Arc::new(ResourceType::user().retain_attributes(users));
        let store = Pushing::new(fault, MemoryDirectory::new().store(Arc::clone(&users)), &users);
        let stores = Stores::new().store(store).cases(300);
        stores.retain_attributes("User", &["userName", "active", "title"])
    }
}

async fn assert_fails(factory: &dyn testkit::StoreFactory, expected: &[&str]) {
    let failures = testkit::run_collect(factory).await;
    let checks: Vec<&str> = failures.iter().map(|failure| failure.check).collect();
    let told: Vec<String> = failures.iter().map(ToString::to_string).collect();
    assert_eq!(checks, expected, "\n{}", told.join("\n"));
    assert!(told.iter().all(|told| told.len() <= 2_000), "{told:?}");
}
