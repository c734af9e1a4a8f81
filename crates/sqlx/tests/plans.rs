//! The plans that databases choose for the statements of their stores, once statistics were taken
//! of a tenant whose users are in several groups of thousands: none looks at a whole table, and
//! pages by index are a walk along one.

use std::sync::{Arc, LazyLock, Mutex};

use scimwire::auth::RequestContext;
use scimwire::filter::{EvalBudget, FilterBinder};
use scimwire::message::PatchOperation;
use scimwire::query::{Page, Position, Projection, Query, Sort};
use scimwire::resource::Meta;
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::service::Resources;
use scimwire::sql::Dialect;
use scimwire::store::execute;
use scimwire::value;
use scimwire::{Resource, ResourceStore};
use scimwire_sqlx::{PostgresDirectory, SqliteDirectory};
use serde_json::{Value, json};
use sqlx::{Executor, PgPool, Pool, Row, SqlitePool};
use tempfile::TempDir;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};

use support::databases;
use support::sized;

mod plans {
    pub(crate) mod steps;
}

use databases::{AnyDirectory, CLUSTER, Kind, kinds};
use plans::steps::{by_index, in_order, scan};
use sized::{LargeTenant, TEMPLATE, numbered};

const USERS: usize = 3_000;
const SIZES: &[usize] = &[1_000, 1_000, 1_500, 1_500, 2_000, 3_000, 3_000, 5];

/// What a look-up may cost where several may be found: steps of SQLite's machine, counted by 500.
/// The five members of a group take up to 1,500 with what is read of them, and a look at each user
/// would take several times as many as there are users. What is unique costs nothing.
const LOOK_UP: u64 = 2_000;

/// PostgreSQL plans a statement anew for its first five parameters, and may then keep a plan for
/// any.
const TIMES: usize = 7;

/// What sqlx was asked to run.
static STATEMENTS: LazyLock<Arc<Mutex<Vec<String>>>> = LazyLock::new(|| {
    let heard = Heard::default();
    let statements = Arc::clone(&heard.0);
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(heard))
        .expect("nobody else listens");
    statements
});

#[derive(Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> tracing_subscriber::Layer<S> for Heard {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            event.record(&mut Statement(&self.0));
        }
    }
}

struct Statement<'h>(&'h Mutex<Vec<String>>);

impl Visit for Statement<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "db.statement" && !value.trim().is_empty() {
            self.0.lock().expect("nobody panics").push(value.trim().to_owned());
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

/// A tenant, and how to get at the plans of what is asked about it.
struct Tenant {
    users: Arc<dyn ResourceStore>,
    groups: Arc<dyn ResourceStore>,
    user_type: Arc<ResourceType>,
    database: Database,
    cx: RequestContext,
}

enum Database {
    /// A connection beside those of the stores, and the folder of the file.
    Sqlite(SqlitePool, #[expect(dead_code, reason = "held while it is in use")] Arc<TempDir>),
    /// The log, where each connection of the stores writes its plans.
    Postgres,
}

/// Whether the database knows how large its tables are, and what is in them.
#[derive(Clone, Copy, PartialEq)]
enum Statistics {
    None,
    Taken,
}

impl Statistics {
    fn statements(self, dialect: Dialect) -> Vec<String> {
        match (self, dialect) {
            (Self::Taken, Dialect::Sqlite) => vec!["ANALYZE".to_owned()],
            (Self::Taken, _) => vec!["VACUUM ANALYZE".to_owned()],
            (Self::None, Dialect::Sqlite) => Vec::new(),
            // PostgreSQL takes them by itself, within a minute.
            (Self::None, _) => ["scim_resource", "scim_member", "scim_key", "scim_count"]
                .map(|table| format!("ALTER TABLE {table} SET (autovacuum_enabled = false)"))
                .to_vec(),
        }
    }
}

/// A user and a group that are to be made many times, by their ids.
async fn templates(
    directory: &AnyDirectory,
    user_type: &Arc<ResourceType>,
    cx: &RequestContext,
) -> (String, String) {
    let user = made(&json!({
        "userName": format!("{TEMPLATE}@example.com"),
        "externalId": TEMPLATE,
        "title": TEMPLATE,
        "emails": [{ "type": "work", "value": format!("{TEMPLATE}@example.com") }],
    }));
    let group = made(&json!({ "displayName": TEMPLATE }));
    let users = directory.store(Arc::clone(user_type));
    let groups = directory.store(ResourceType::group());
    let user = users.create(user, cx).await.expect("a user");
    let group = groups.create(group, cx).await.expect("a group");
    (user.id().to_owned(), group.id().to_owned())
}

/// The file with a tenant in it, opened anew: connections read statistics when they are opened.
async fn filled_file(folder: Arc<TempDir>, statements: &[String]) -> (AnyDirectory, Database) {
    let path = folder.path().join("scim.db");
    let url = format!("sqlite:{}", path.display());
    let beside = SqlitePool::connect(&url).await.expect("the file is there");
    run(&beside, statements).await;
    let directory = SqliteDirectory::open(&path).await.expect("the file is there");
    let beside = SqlitePool::connect(&url).await.expect("the file is there");
    let database = Database::Sqlite(beside, Arc::clone(&folder));
    (AnyDirectory::Sqlite(directory, folder), database)
}

/// The database with a tenant in it, where each connection writes down its plans.
async fn filled_database(url: String, statements: &[String]) -> (AnyDirectory, Database) {
    let beside = PgPool::connect(&url).await.expect("the server is there");
    run(&beside, statements).await;
    let options = "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0";
    let options: String = form_urlencoded::byte_serialize(options.as_bytes()).collect();
    let explained = format!("{url}&options={options}");
    let directory = PostgresDirectory::connect(&explained).await.expect("the database");
    (AnyDirectory::Postgres(directory, url), Database::Postgres)
}

async fn run<D: sqlx::Database>(database: &Pool<D>, statements: &[String])
where
    for<'p> &'p Pool<D>: Executor<'p>,
{
    for statement in statements {
        let done = database.execute(statement.as_str()).await;
        done.unwrap_or_else(|err| panic!("{statement}: {err}"));
    }
}

impl Tenant {
    async fn new(kind: Kind, statistics: Statistics) -> Self {
        let directory = AnyDirectory::new(kind, false).await;
        let cx = RequestContext::new("acme");
        let user_type =
            Arc::new(ResourceType::user().with_extension(ENTERPRISE_USER).with_index("title"));
        let (user, group) = templates(&directory, &user_type, &cx).await;
        let dialect = if kind == Kind::Sqlite { Dialect::Sqlite } else { Dialect::Postgres };
        let mut statements = LargeTenant { dialect, tenant: "acme", users: USERS, sizes: SIZES }
            .statements(&user, &group);
        statements.extend(statistics.statements(dialect));
        let (directory, database) = match directory {
            AnyDirectory::Memory(_) => panic!("there is no database"),
            AnyDirectory::Sqlite(_, folder) => filled_file(folder, &statements).await,
            AnyDirectory::Postgres(_, url) => filled_database(url, &statements).await,
        };
        let users = directory.store(Arc::clone(&user_type));
        let groups = directory.store(ResourceType::group());
        Self { users, groups, user_type, database, cx }
    }

    /// The plans of what `work` asks, each with its statement.
    async fn plans(&self, work: impl AsyncFn(usize)) -> Vec<String> {
        let logged = || CLUSTER.as_ref().map(|cluster| cluster.log()).unwrap_or_default();
        let before = if matches!(self.database, Database::Postgres) { logged().len() } else { 0 };
        STATEMENTS.lock().expect("nobody panics").clear();
        for round in 0..TIMES {
            work(round).await;
        }
        match &self.database {
            Database::Postgres => vec![logged().get(before..).unwrap_or_default().to_owned()],
            Database::Sqlite(beside, _) => {
                let statements: Vec<String> =
                    STATEMENTS.lock().expect("nobody panics").drain(..).collect();
                let mut plans = Vec::new();
                for statement in statements.iter().filter(|statement| statement.contains("scim_")) {
                    let explain = format!("EXPLAIN QUERY PLAN {statement}");
                    let rows = sqlx::query(&explain)
                        .fetch_all(beside)
                        .await
                        .unwrap_or_else(|err| panic!("{statement}: {err}"));
                    let steps: Vec<String> =
                        rows.iter().map(|row| row.get::<String, _>("detail")).collect();
                    plans.push(format!("{statement}\n{}", steps.join("\n")));
                }
                plans
            }
        }
    }

    async fn select(
        &self,
        store: &dyn ResourceStore,
        filter: Option<&str>,
        sort: Option<&Sort>,
        page: Page,
    ) -> usize {
        let of_users = std::ptr::addr_eq(store, self.users.as_ref());
        let resource_type =
            if of_users { (*self.user_type).clone() } else { ResourceType::group() };
        let bind = |text: &str| {
            FilterBinder::new(&resource_type)
                .bind(&text.parse().expect("a filter"))
                .expect("it binds")
        };
        let apart = if resource_type.membership().members().is_some() {
            vec!["members".to_owned()]
        } else {
            Vec::new()
        };
        let projection =
            Projection::bind(&[], &apart, &resource_type).expect("the names are right");
        let query = Query::new(page)
            .with_filter(filter.map(bind))
            .with_sort(sort.cloned())
            .with_projection(projection);
        execute::select(store, &query, &EvalBudget::new(LOOK_UP), &self.cx)
            .await
            .expect("an answer")
            .resources
            .len()
    }
}

#[tokio::test]
async fn no_statement_looks_at_a_whole_table() {
    for kind in kinds() {
        for statistics in [Statistics::Taken, Statistics::None] {
            let tenant = Tenant::new(kind, statistics).await;
            tenant.get().await;
            // Until PostgreSQL has taken statistics, it may look at all users to find one by name,
            // or to write one.
            if kind == Kind::Sqlite || statistics == Statistics::Taken {
                tenant.look_up().await;
                tenant.change().await;
            }
            if statistics == Statistics::Taken {
                tenant.page().await;
            }
        }
    }
}

impl Tenant {
    async fn get(&self) {
        let whole = Projection::default();
        let plans = self.plans(async |round| {
            let user = self.users.get(&some_user(round), &whole, &self.cx).await.expect("a user");
            let groups = user.get("groups").and_then(|groups| groups.as_array());
            let is_named = |group: &value::Value| group["display"].is_string();
            assert!(groups.is_some_and(|groups| groups.iter().all(is_named)), "{groups:?}");
        });
        by_index("GET", &plans.await);
        let plans = self.plans(async |round| {
            let group = numbered("Group", 7_000 + round);
            self.groups.get(&group, &whole, &self.cx).await.expect("a group");
        });
        by_index("GET of a group", &plans.await);
    }

    async fn look_up(&self) {
        let (users, groups) = (self.users.as_ref(), self.groups.as_ref());
        let first = || Page::Index { start: 1, count: 20 };
        let name = |round: usize| format!("template{:07}", 1 + round * 397 % USERS);
        for (filter, domain) in [
            ("userName eq", "@example.com"),
            ("emails.value eq", "@example.com"),
            ("externalId eq", ""),
            ("title eq", ""),
            ("emails[type eq \"work\"].value eq", "@example.com"),
        ] {
            let plans = self.plans(async |round| {
                let filter = format!("{filter} \"{}{domain}\"", name(round));
                assert_eq!(self.select(users, Some(&filter), None, first()).await, 1, "{filter}");
            });
            let plans = plans.await;
            by_index(filter, &plans);
            // SQLite takes longer to make a table for a page than to find one resource.
            let makes_page = |plan: &String| plan.contains("page(id");
            assert!(
                matches!(self.database, Database::Postgres) || !plans.iter().any(makes_page),
                "{filter}:\n{plans:?}"
            );
        }
        for (store, filter, found) in [(users, "id eq", 1), (groups, "members eq", SIZES.len())] {
            let plans = self.plans(async |round| {
                let filter = format!("{filter} \"{}\"", some_user(round));
                assert_eq!(
                    self.select(store, Some(&filter), None, first()).await,
                    found,
                    "{filter}"
                );
            });
            by_index(filter, &plans.await);
        }
        let plans = self.plans(async |round| {
            let filter = format!(
                "id eq \"{}\" and members eq \"{}\"",
                numbered("Group", 5_000),
                some_user(round)
            );
            assert_eq!(self.select(groups, Some(&filter), None, first()).await, 1, "{filter}");
        });
        by_index("one group and one member", &plans.await);
        let plans = self.plans(async |round| {
            let filter = format!("groups.value eq \"{}\"", numbered("Group", 7_000 + round));
            assert_eq!(self.select(users, Some(&filter), None, first()).await, 5, "{filter}");
        });
        // PostgreSQL may walk along the ids of all users, beside those that it has found.
        for plan in plans.await {
            assert_eq!(scan(&plan), None, "all of a group:\n{plan}");
        }
    }

    async fn page(&self) {
        let users = self.users.as_ref();
        let by_name =
            |order| Sort::bind("userName", Some(order), &self.user_type).expect("an order");
        let (up, down) = (by_name("ascending"), by_name("descending"));
        for sort in [None, Some(&up), Some(&down)] {
            for start in [1, USERS / 2, USERS - 99] {
                let plans = self.plans(async |_| {
                    assert_eq!(
                        self.select(users, None, sort, Page::Index { start, count: 100 }).await,
                        100
                    );
                });
                let plans = plans.await;
                in_order("a page by index", &plans);
            }
        }
        let plans = self.plans(async |round| {
            let after = Some(Position::new(None, numbered("User", 1 + round * 300)));
            assert_eq!(
                self.select(users, None, None, Page::Cursor { after, count: 100 }).await,
                100
            );
        });
        let plans = plans.await;
        in_order("a page by cursor", &plans);
    }

    async fn change(&self) {
        let users = Resources::new(Arc::clone(&self.users));
        let groups = Resources::new(Arc::clone(&self.groups));
        let operation = |op: &str, path: &str, value: Option<Value>| {
            vec![PatchOperation::new(op, Some(path.to_owned()), value.map(Into::into))]
        };
        let group = numbered("Group", 5_000);
        let member = |round: usize| numbered("User", 1 + round);
        let plans = self.plans(async |round| {
            let name = format!("new{round}");
            let user = made(&json!({ "userName": name, "externalId": name }));
            users.create(user, &self.cx).await.expect("a new user");
            let title = operation("replace", "title", Some(json!(name)));
            users.patch(&member(round), title, &self.cx).await.expect("a user");
            let remove =
                operation("remove", &format!("members[value eq \"{}\"]", member(round)), None);
            groups.patch(&group, remove, &self.cx).await.expect("a group");
            let add = operation("add", "members", Some(json!([{ "value": member(round) }])));
            groups.patch(&group, add, &self.cx).await.expect("a group");
            users.delete(&numbered("User", 100 + round), &self.cx).await.expect("a user");
        });
        by_index("changes", &plans.await);
    }
}

fn some_user(round: usize) -> String {
    numbered("User", 1 + round * 397 % USERS)
}

fn made(body: &Value) -> Resource {
    let mut resource = Resource::from_object(body.as_object().expect("an object").clone());
    resource.set_meta(&Meta::new("Some", chrono::DateTime::UNIX_EPOCH));
    resource
}
