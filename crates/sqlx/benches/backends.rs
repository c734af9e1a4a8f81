//! `PostgresStore` at size, against the same done by hand through the same driver: 1,000,000 users,
//! 10,000 groups, and one group of 1,000,000 members (`SCIMWIRE_BENCH_USERS` for another number).
//! It starts a PostgreSQL of its own and prints a table, the plans that the database chose, and how
//! much memory this process took.
//!
//! Before that, your own tables beside SQL by hand, and both databases with users who are in groups:
//! `cargo bench --bench backends -- own-tables` does only the first.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{env, fs};

use scimwire::auth::RequestContext;
use scimwire::filter::{EvalBudget, Filter, FilterBinder};
use scimwire::query::{Page, Position, Projection, Query};
use scimwire::resource::{Meta, Resource, ResourceDecoder};
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::store::{ResourceStore, execute};
use scimwire_sqlx::{PostgresDirectory, PostgresStore};
use serde_json::{Map, Value, json};
use sqlx::postgres::{PgPool, PgPoolOptions, PgRow};
use sqlx::{Executor, Row};

use support::databases;
#[path = "support/in_groups.rs"]
mod in_groups;
#[path = "../../../benches/support/inputs.rs"]
mod inputs;
#[path = "support/own_tables.rs"]
mod own_tables;
#[path = "support/writes.rs"]
mod writes;
use support::sized;

use databases::{Cluster, bin_folder};

/// How often each of the two is measured, alternately.
const TIMES: usize = 300;

/// How many results a page has.
const PAGE: usize = 100;

const TENANT: &str = "acme";

type Work<'w> = dyn Fn(usize) -> Pin<Box<dyn Future<Output = usize> + 'w>> + 'w;

/// A database with its stores, and a connection to do the same by hand.
struct Bench {
    users: PostgresStore,
    groups: PostgresStore,
    user_type: Arc<ResourceType>,
    group_type: Arc<ResourceType>,
    by_hand: PgPool,
    cx: RequestContext,
    size: usize,
    group: String,
    small_group: String,
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(run());
}

async fn run() {
    own_tables::measure().await;
    if env::args().any(|argument| argument == "own-tables") {
        return;
    }
    in_groups::measure().await;
    if env::args().any(|argument| argument == "in-groups") {
        return;
    }
    let Some(bin) = bin_folder() else {
        println!("PostgreSQL is not installed: nothing is measured");
        return;
    };
    let size =
        env::var("SCIMWIRE_BENCH_USERS").map_or(1_000_000, |text| text.parse().expect("a number"));
    let cluster =
        Cluster::start(&bin, &["shared_buffers=1GB", "max_wal_size=8GB", "synchronous_commit=off"]);
    let url = cluster.new_database().await;
    let bench = Bench::fill(&url, size).await;
    println!("| {size} users | store | by hand | ratio |\n|---|---|---|---|");
    bench.lookups().await;
    bench.pages().await;
    bench.members().await;
    bench.writes().await;
    println!("\nmost memory of this process: {}", most_memory());
    bench.plans(&url, &cluster).await;
}

impl Bench {
    async fn fill(url: &str, size: usize) -> Self {
        let directory = PostgresDirectory::connect(url).await.expect("a new database");
        let user_type = Arc::new(ResourceType::user().with_extension(ENTERPRISE_USER));
        let group_type = Arc::new(ResourceType::group());
        let by_hand = PgPoolOptions::new()
            .max_connections(2)
            .test_before_acquire(false)
            .connect(url)
            .await
            .expect("the database");
        let bench = Self {
            users: directory.store(Arc::clone(&user_type)),
            groups: directory.store(Arc::clone(&group_type)),
            user_type,
            group_type,
            by_hand,
            cx: RequestContext::new(TENANT),
            size,
            group: String::new(),
            small_group: String::new(),
        };
        let user = bench.new_user("template0000000");
        let user = bench.users.create(user, &bench.cx).await.expect("a user").id().to_owned();
        let group = bench.new_group("template0000000");
        let group = bench.groups.create(group, &bench.cx).await.expect("a group").id().to_owned();
        bench.clone_rows("User", &user, size).await;
        bench.clone_rows("Group", &group, 10_000).await;
        let (large, small) = (numbered("Group", 1), numbered("Group", 2));
        bench.fill_group(&large, size).await;
        bench.fill_group(&small, 1_000).await;
        bench.execute("VACUUM ANALYZE").await;
        Self { group: large, small_group: small, ..bench }
    }

    fn new_user(&self, name: &str) -> Resource {
        let Value::Object(mut body) = inputs::user() else { panic!("a user is an object") };
        body.insert("userName".to_owned(), format!("{name}@example.com").into());
        body.insert("externalId".to_owned(), name.into());
        body.insert(
            "emails".to_owned(),
            json!([{ "type": "work", "value": format!("{name}@example.com"), "primary": true }]),
        );
        made(&self.user_type, body)
    }

    fn new_group(&self, name: &str) -> Resource {
        let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name });
        let Value::Object(body) = body else { panic!("a group is an object") };
        made(&self.group_type, body)
    }

    /// Makes many of one, under ids and names that are numbered.
    async fn clone_rows(&self, resource_type: &str, template: &str, count: usize) {
        let id = id_in_sql(resource_type);
        let renamed = |column: &str| {
            format!(
                "replace(replace({column}, '{template}', {id}), 'template0000000', 'template' || lpad(n::text, 7, '0'))"
            )
        };
        self.execute(&format!(
            "INSERT INTO scim_resource (tenant, resource_type, id, name, document, search) \
             SELECT tenant, resource_type, {id}, {}, {}::json, {}::jsonb FROM scim_resource, generate_series(1, {count}) n \
             WHERE id = '{template}'",
            renamed("name"),
            renamed("document::text"),
            renamed("search::text"),
        ))
        .await;
        self.execute(&format!(
            "INSERT INTO scim_key (tenant, resource_type, attribute, value, slot, resource_id) \
             SELECT tenant, resource_type, attribute, {}, {}, {id} FROM scim_key, generate_series(1, {count}) n \
             WHERE resource_id = '{template}'",
            renamed("value"),
            renamed("slot"),
        ))
        .await;
    }

    async fn fill_group(&self, group: &str, count: usize) {
        self.execute(&format!(
            "INSERT INTO scim_member (tenant, group_id, group_type, member_id, place) \
             SELECT '{TENANT}', '{group}', 'Group', {}, n FROM generate_series(1, {count}) n",
            id_in_sql("User")
        ))
        .await;
    }

    async fn execute(&self, sql: &str) {
        self.by_hand.execute(sql).await.unwrap_or_else(|err| panic!("{sql}: {err}"));
    }

    fn query(&self, resource_type: &ResourceType, filter: Option<&str>, page: Page) -> Query {
        let bind = |text: &str| {
            FilterBinder::new(resource_type)
                .bind(&text.parse::<Filter>().expect("a filter"))
                .expect("it fits")
        };
        // Groups and members are other statements, and not what is compared here.
        let apart = ["groups".to_owned(), "members".to_owned()];
        let apart: Vec<String> = apart
            .into_iter()
            .filter(|name| resource_type.schema().attribute(name).is_some())
            .collect();
        let projection = Projection::bind(&[], &apart, resource_type).expect("the names are right");
        Query::new(page).with_filter(filter.map(bind)).with_projection(projection)
    }

    async fn select(&self, store: &PostgresStore, query: &Query) -> usize {
        let selected = execute::select(store, query, &EvalBudget::unlimited(), &self.cx)
            .await
            .expect("an answer");
        selected.resources.len()
    }

    async fn rows(&self, sql: &str, parameters: &[&str]) -> usize {
        let query =
            parameters.iter().fold(sqlx::query(sql), |query, parameter| query.bind(*parameter));
        let rows =
            query.fetch_all(&self.by_hand).await.unwrap_or_else(|err| panic!("{sql}: {err}"));
        rows.iter().map(parsed).count()
    }

    async fn lookups(&self) {
        let by_key = "SELECT r.document::text FROM scim_key k JOIN scim_resource r ON r.tenant = k.tenant \
                      AND r.resource_type = k.resource_type AND r.id = k.resource_id \
                      WHERE k.tenant = $1 AND k.resource_type = 'User' AND k.attribute = $2 AND k.value = $3";
        let name = |round: usize| format!("template{:07}", 1 + round * 7919 % self.size);
        for (label, filter, attribute, domain) in [
            ("userName eq", "userName eq", "userName", "@example.com"),
            ("externalId eq", "externalId eq", "externalId", ""),
            ("emails.value eq", "emails.value eq", "emails.value", "@example.com"),
            (
                r#"emails[type eq "work"].value eq"#,
                r#"emails[type eq "work"].value eq"#,
                "emails.value",
                "@example.com",
            ),
        ] {
            let theirs = |round| -> Pin<Box<dyn Future<Output = usize> + '_>> {
                let value = format!("{}{domain}", name(round));
                Box::pin(async move { self.rows(by_key, &[TENANT, attribute, &value]).await })
            };
            let ours = |round| -> Pin<Box<dyn Future<Output = usize> + '_>> {
                let filter = format!("{filter} \"{}{domain}\"", name(round));
                let query = self.query(
                    &self.user_type,
                    Some(&filter),
                    Page::Index { start: 1, count: PAGE },
                );
                Box::pin(async move { self.select(&self.users, &query).await })
            };
            compare(label, &ours, &theirs).await;
        }
        let by_member = "SELECT r.document::text FROM scim_member m JOIN scim_resource r ON r.tenant = m.tenant \
                         AND r.resource_type = m.group_type AND r.id = m.group_id WHERE m.tenant = $1 AND m.member_id = $2";
        let theirs = |round| -> Pin<Box<dyn Future<Output = usize> + '_>> {
            Box::pin(async move {
                self.rows(by_member, &[TENANT, &numbered("User", 1 + round * 7919 % self.size)])
                    .await
            })
        };
        let ours = |round| -> Pin<Box<dyn Future<Output = usize> + '_>> {
            let filter =
                format!("members eq \"{}\"", numbered("User", 1 + round * 7919 % self.size));
            let query =
                self.query(&self.group_type, Some(&filter), Page::Index { start: 1, count: PAGE });
            Box::pin(async move { self.select(&self.groups, &query).await })
        };
        compare("members eq", &ours, &theirs).await;
    }

    async fn pages(&self) {
        let sql = "SELECT r.document::text FROM scim_resource r WHERE r.tenant = $1 AND r.resource_type = 'User' AND r.id > $2 \
                   ORDER BY r.id LIMIT 101";
        let deep = numbered("User", self.size / 2);
        for (label, after) in [("page 1 by cursor", None), ("page 5,000 by cursor", Some(deep))] {
            let theirs = |_| -> Pin<Box<dyn Future<Output = usize> + '_>> {
                let after = after.clone().unwrap_or_default();
                Box::pin(async move { self.rows(sql, &[TENANT, &after]).await.min(PAGE) })
            };
            let ours = |_| -> Pin<Box<dyn Future<Output = usize> + '_>> {
                let after = after.clone().map(|id| Position::new(None, id));
                let query = self.query(&self.user_type, None, Page::Cursor { after, count: PAGE });
                Box::pin(async move { self.select(&self.users, &query).await })
            };
            compare(label, &ours, &theirs).await;
        }
    }

    /// The plans of the database for the questions above, from its own log.
    async fn plans(&self, url: &str, cluster: &Cluster) {
        let options = "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 \
                       -c auto_explain.log_analyze=on -c auto_explain.log_buffers=on";
        let options: String = form_urlencoded::byte_serialize(options.as_bytes()).collect();
        let directory = PostgresDirectory::connect(&format!("{url}&options={options}"))
            .await
            .expect("the database");
        let explained = Self {
            users: directory.store(Arc::clone(&self.user_type)),
            groups: directory.store(Arc::clone(&self.group_type)),
            ..self.again()
        };
        let before = cluster.log().len();
        let name = "template0000777@example.com";
        for filter in [
            format!("userName eq \"{name}\""),
            "externalId eq \"template0000777\"".to_owned(),
            format!("emails.value eq \"{name}\""),
            format!("emails[type eq \"work\"].value eq \"{name}\""),
        ] {
            let query = explained.query(
                &explained.user_type,
                Some(&filter),
                Page::Index { start: 1, count: PAGE },
            );
            explained.select(&explained.users, &query).await;
        }
        let filter = format!("members eq \"{}\"", numbered("User", 777));
        let query = explained.query(
            &explained.group_type,
            Some(&filter),
            Page::Index { start: 1, count: PAGE },
        );
        explained.select(&explained.groups, &query).await;
        let after = Some(Position::new(None, numbered("User", self.size / 2)));
        let query =
            explained.query(&explained.user_type, None, Page::Cursor { after, count: PAGE });
        explained.select(&explained.users, &query).await;
        explained.change_member(&self.group, "add", "somebody").await;
        explained.change_member(&self.group, "remove", "somebody").await;
        println!("\nplans:\n{}", cluster.log().get(before..).unwrap_or_default());
    }

    fn again(&self) -> Self {
        Self {
            users: self.users.clone(),
            groups: self.groups.clone(),
            user_type: Arc::clone(&self.user_type),
            group_type: Arc::clone(&self.group_type),
            by_hand: self.by_hand.clone(),
            cx: self.cx.clone(),
            size: self.size,
            group: self.group.clone(),
            small_group: self.small_group.clone(),
        }
    }
}

/// Measures two ways alternately, and prints their medians.
async fn compare(label: &str, ours: &Work<'_>, theirs: &Work<'_>) {
    let (mut our_times, mut their_times) = (Vec::with_capacity(TIMES), Vec::with_capacity(TIMES));
    for round in 0..TIMES {
        let start = Instant::now();
        let our_count = ours(round).await;
        our_times.push(start.elapsed());
        let start = Instant::now();
        let their_count = theirs(round).await;
        their_times.push(start.elapsed());
        assert_eq!(our_count, their_count, "{label}: both find the same");
    }
    let (ours, theirs) = (median(our_times), median(their_times));
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("| {label} | {} us | {} us | {ratio:.2} |", ours.as_micros(), theirs.as_micros());
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn made(resource_type: &ResourceType, body: Map<String, Value>) -> Resource {
    let mut resource = ResourceDecoder::new(resource_type).resource(body).expect("a resource");
    resource.set_meta(&Meta::new(resource_type.name(), now()));
    resource
}

fn parsed(row: &PgRow) -> Value {
    serde_json::from_str(row.get(0)).expect("a document")
}

fn now() -> chrono::DateTime<chrono::Utc> {
    std::time::SystemTime::now().into()
}

/// An id with a number in it, as the stores make them.
fn numbered(resource_type: &str, number: usize) -> String {
    format!("01900000-{}-7000-8000-{number:012}", kind(resource_type))
}

fn id_in_sql(resource_type: &str) -> String {
    format!("('01900000-{}-7000-8000-' || lpad(n::text, 12, '0'))", kind(resource_type))
}

fn kind(resource_type: &str) -> &'static str {
    if resource_type == "User" { "0001" } else { "0002" }
}

fn most_memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "not known".to_owned(), |line| line.trim().to_owned())
}
