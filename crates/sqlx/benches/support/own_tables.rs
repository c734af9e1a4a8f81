//! Tables of a product as stores, beside SQL written by hand over the same pool: 250,000 accounts in
//! two tenants, each in three teams, one of which has 100,000 members. Statistics were taken.
//!
//! `cargo bench --bench backends -- own-tables` does only this; `SCIMWIRE_BENCH_ACCOUNTS` sets
//! another number.

use std::env;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use scimwire::auth::RequestContext;
use scimwire::filter::{EvalBudget, FilterBinder};
use scimwire::message::{PatchOp, PatchOperation};
use scimwire::patch::PatchBinder;
use scimwire::query::{Page, Query};
use scimwire::sql::{Dialect, TimestampFormat};
use scimwire::store::{ResourceStore, Update, execute};
use scimwire::{ResourceType, chrono};
use scimwire_sqlx::Database;
use scimwire_sqlx::table::{Element, Key, MemberRows, SqlColumn, SqlTable, SqlTables};
use serde_json::{Value, json};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};
use sqlx::{Row, SqliteConnection};

use crate::databases::{Cluster, bin_folder};
use crate::median;

const TIMES: usize = 100;
const PAGE: usize = 100;

type Work<'w> = dyn Fn(usize) -> Pin<Box<dyn Future<Output = usize> + 'w>> + 'w;

enum ByHand {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

struct Product {
    users: Arc<dyn ResourceStore>,
    groups: Arc<dyn ResourceStore>,
    by_hand: ByHand,
    cx: RequestContext,
    size: usize,
}

pub(crate) async fn measure() {
    let size =
        env::var("SCIMWIRE_BENCH_ACCOUNTS").map_or(250_000, |text| text.parse().expect("a number"));
    let folder = tempfile::tempdir().expect("a folder");
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("app.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    let connect = async || {
        let pool = SqlitePoolOptions::new().max_connections(2).connect_with(options.clone()).await;
        pool.expect("a database")
    };
    let pool = connect().await;
    sqlx::raw_sql(&ddl(Dialect::Sqlite)).execute(&pool).await.expect("tables");
    sqlx::raw_sql(&rows(Dialect::Sqlite, size)).execute(&pool).await.expect("rows");
    // SQLite reads statistics when it connects.
    pool.close().await;
    let pool = connect().await;
    let tables = SqlTables::open(pool.clone(), described()).await.expect("they fit");
    Product::new(&tables, ByHand::Sqlite(pool), size).run("SQLite").await;
    let Some(bin) = bin_folder() else {
        println!("PostgreSQL is not installed: it is not measured");
        return;
    };
    let cluster = Cluster::start(&bin, &["shared_buffers=1GB", "synchronous_commit=off"]);
    let pool = PgPoolOptions::new().max_connections(4).connect(&cluster.new_database().await).await;
    let pool = pool.expect("a database");
    sqlx::raw_sql(&ddl(Dialect::Postgres)).execute(&pool).await.expect("tables");
    sqlx::raw_sql(&rows(Dialect::Postgres, size)).execute(&pool).await.expect("rows");
    let tables = SqlTables::open(pool.clone(), described()).await.expect("they fit");
    Product::new(&tables, ByHand::Postgres(pool), size).run("PostgreSQL").await;
}

fn ddl(dialect: Dialect) -> String {
    let (integer, lower) = match dialect {
        Dialect::Sqlite => ("INTEGER", "lower(NAME)"),
        Dialect::Postgres => ("bigint", "lower(NAME COLLATE \"C\")"),
    };
    let lower = |name: &str| lower.replace("NAME", name);
    format!(
        "CREATE TABLE accounts (id {integer} PRIMARY KEY, org {integer} NOT NULL, login TEXT NOT NULL, ext TEXT, email TEXT,
            given TEXT, enabled BOOLEAN NOT NULL, created {integer} NOT NULL, updated {integer} NOT NULL);
        CREATE UNIQUE INDEX accounts_login ON accounts (org, {});
        CREATE INDEX accounts_email ON accounts (org, {});
        CREATE INDEX accounts_ext ON accounts (org, ext);
        CREATE INDEX accounts_pages ON accounts (org, id);
        CREATE TABLE teams (id {integer} PRIMARY KEY, org {integer} NOT NULL, name TEXT NOT NULL, ext TEXT,
            created {integer} NOT NULL, updated {integer} NOT NULL, version {integer} NOT NULL);
        CREATE INDEX teams_ext ON teams (org, ext);
        CREATE TABLE team_members (team_id {integer} NOT NULL, account_id {integer} NOT NULL, PRIMARY KEY (team_id, account_id));
        CREATE INDEX team_members_account ON team_members (account_id);",
        lower("login"),
        lower("email")
    )
}

fn rows(dialect: Dialect, size: usize) -> String {
    let (numbers, truth) = match dialect {
        Dialect::Sqlite => (
            format!(
                "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {size})"
            ),
            "1",
        ),
        Dialect::Postgres => {
            (format!("WITH n(n) AS (SELECT * FROM generate_series(1, {size}))"), "TRUE")
        }
    };
    let large = size * 2 / 5;
    format!(
        "INSERT INTO accounts {numbers} SELECT n, 1 + n % 10 / 9, 'Name' || n || '@example.com', 'ext-' || n,
            'Name' || n || '@mail.example', 'Änne', {truth}, 0, 0 FROM n;
        INSERT INTO teams {numbers} SELECT n, 1, 'Team ' || n, NULL, 0, 0, 1 FROM n WHERE n <= 1000;
        INSERT INTO team_members {numbers} SELECT 1, n FROM n WHERE n <= {large};
        INSERT INTO team_members {numbers} SELECT 2 + n % 499, n FROM n;
        INSERT INTO team_members {numbers} SELECT 502 + n % 499, n FROM n;
        ANALYZE;"
    )
}

fn described() -> [SqlTable; 2] {
    let time = |name| SqlColumn::instant(name, TimestampFormat::UnixMicros);
    let accounts = SqlTable::new(ResourceType::user(), "accounts")
        .tenant(SqlColumn::integer("org"))
        .key(Key::integer("id").from_sequence())
        .column("userName", SqlColumn::ascii("login"))
        .column("externalId", "ext")
        .column("name.givenName", "given")
        .column("active", SqlColumn::boolean("enabled").with_default(true))
        .element("emails", Element::new("work", SqlColumn::ascii("email")).primary())
        .column("meta.created", time("created"))
        .column("meta.lastModified", time("updated"));
    let teams = SqlTable::new(ResourceType::group(), "teams")
        .tenant(SqlColumn::integer("org"))
        .key(Key::integer("id").from_sequence())
        .column("displayName", "name")
        .column("externalId", "ext")
        .column("meta.created", time("created"))
        .column("meta.lastModified", time("updated"))
        .version("version")
        .members(MemberRows::new("team_members", "team_id", "account_id"));
    [accounts, teams]
}

impl Product {
    fn new<D: Database>(tables: &SqlTables<D>, by_hand: ByHand, size: usize) -> Self {
        Self {
            users: Arc::new(tables.users().expect("users")),
            groups: Arc::new(tables.groups().expect("groups")),
            by_hand,
            cx: RequestContext::new("1"),
            size,
        }
    }

    async fn run(&self, name: &str) {
        println!(
            "| {name}, {} accounts | store, us | by hand, us | ratio |\n|---|---|---|---|",
            self.size
        );
        let of = |filter: &'static str| {
            move |number: usize| filter.replace('#', &(number * 10 + 10).to_string())
        };
        let lower = "WHERE org = $1 AND lower(COLUMN) = lower($2)";
        let collated = match self.by_hand {
            ByHand::Sqlite(_) => lower.to_owned(),
            ByHand::Postgres(_) => lower.replace("lower(COLUMN)", "lower(COLUMN COLLATE \"C\")"),
        };
        let by = |column: &str| collated.replace("COLUMN", column);
        for (row, filter, value, condition) in [
            (
                "`userName eq`",
                r#"userName eq "name#@example.com""#,
                "name#@example.com",
                by("login"),
            ),
            (
                "`externalId eq`",
                r#"externalId eq "ext-#""#,
                "ext-#",
                "WHERE org = $1 AND ext = $2".to_owned(),
            ),
            (
                "`emails.value eq`",
                r#"emails.value eq "name#@mail.example""#,
                "name#@mail.example",
                by("email"),
            ),
        ] {
            let (filter, value) = (of(filter), of(value));
            self.row(row, &|number| Box::pin(self.select(Some(filter(number)), 1)), &|number| {
                Box::pin(self.look_up(condition.clone(), value(number)))
            })
            .await;
        }
        let last = self.size * 9 / 10 - PAGE;
        for (row, start) in [("page 1", 1), ("last page", last)] {
            self.row(row, &|_| Box::pin(self.select(None, start)), &|_| Box::pin(self.list(start)))
                .await;
        }
        let unlisted = self.size * 2 / 5;
        self.row(
            "add one member to the large group",
            &|number| Box::pin(self.add_member(unlisted + 10 * (number + 1))),
            &|number| Box::pin(self.add_member_by_hand(unlisted + 10 * (number + 1) + 1)),
        )
        .await;
    }

    async fn row(&self, name: &str, ours: &Work<'_>, by_hand: &Work<'_>) {
        let (mut one, mut other) = (Vec::new(), Vec::new());
        // Statements are prepared, and pages of the database are read.
        ours(TIMES + 1).await;
        by_hand(TIMES + 1).await;
        for number in 0..TIMES {
            let begin = Instant::now();
            let found = ours(number).await;
            one.push(begin.elapsed());
            let begin = Instant::now();
            assert_eq!(by_hand(number).await, found, "{name}");
            other.push(begin.elapsed());
        }
        let (one, other) = (median(one).as_secs_f64() * 1e6, median(other).as_secs_f64() * 1e6);
        println!("| {name} | {one:.0} | {other:.0} | {:.2} |", one / other);
    }

    async fn select(&self, filter: Option<String>, start: usize) -> usize {
        let resource_type = self.users.resource_type();
        let filter = filter.map(|filter| {
            let filter = filter.parse().expect("a filter");
            FilterBinder::new(resource_type).bind(&filter).expect("it fits")
        });
        let page = Page::Index { start, count: PAGE };
        let mut query = Query::new(page);
        query.filter = filter;
        let budget = EvalBudget::unlimited();
        let found = execute::select(&*self.users, &query, &budget, &self.cx).await;
        found.expect("an answer").resources.len()
    }

    /// The columns of accounts, and the teams of each.
    async fn look_up(&self, condition: String, value: String) -> usize {
        let sql = format!(
            "SELECT id, login, ext, email, given, enabled, created, updated FROM accounts {condition}"
        );
        self.with_teams(&sql, Some(value)).await
    }

    async fn list(&self, start: usize) -> usize {
        let (skipped, count) = (start - 1, "SELECT count(*) FROM accounts WHERE org = 1");
        match &self.by_hand {
            ByHand::Sqlite(pool) => {
                sqlx::query_scalar::<_, i64>(count).fetch_one(pool).await.expect("a count")
            }
            ByHand::Postgres(pool) => {
                sqlx::query_scalar::<_, i64>(count).fetch_one(pool).await.expect("a count")
            }
        };
        let sql = format!(
            "SELECT id, login, ext, email, given, enabled, created, updated FROM accounts WHERE org = 1 ORDER BY id \
             LIMIT {PAGE} OFFSET {skipped}"
        );
        self.with_teams(&sql, None).await
    }

    async fn with_teams(&self, sql: &str, value: Option<String>) -> usize {
        match &self.by_hand {
            ByHand::Sqlite(pool) => {
                let query = sqlx::query(sql);
                let query = match &value {
                    Some(value) => query.bind(1_i64).bind(value),
                    None => query,
                };
                let found = query.fetch_all(pool).await.expect("rows");
                let ids: Vec<i64> = found.iter().map(|row| row.get(0)).collect();
                let teams = "SELECT m.account_id, t.id, t.name FROM team_members m JOIN teams t ON t.id = m.team_id \
                     WHERE m.account_id IN (SELECT value FROM json_each($1))";
                let teams = sqlx::query(teams).bind(json!(ids).to_string()).fetch_all(pool).await;
                assert!(!teams.expect("rows").is_empty());
                found.iter().map(account).count()
            }
            ByHand::Postgres(pool) => {
                let query = sqlx::query(sql);
                let query = match &value {
                    Some(value) => query.bind(1_i64).bind(value),
                    None => query,
                };
                let found = query.fetch_all(pool).await.expect("rows");
                let ids: Vec<i64> = found.iter().map(|row| row.get(0)).collect();
                let teams = "SELECT m.account_id, t.id, t.name FROM team_members m JOIN teams t ON t.id = m.team_id \
                     WHERE m.account_id = ANY($1)";
                let teams = sqlx::query(teams).bind(ids).fetch_all(pool).await;
                assert!(!teams.expect("rows").is_empty());
                found.iter().map(account).count()
            }
        }
    }

    async fn add_member(&self, account: usize) -> usize {
        let resource_type = Arc::clone(self.groups.resource_type());
        let member = json!([{ "value": account.to_string() }]);
        let operation = PatchOperation::new("add", Some("members".to_owned()), Some(member.into()));
        let plan = PatchBinder::new(Arc::clone(&resource_type))
            .bind(PatchOp::new([operation]))
            .expect("it binds");
        let now = chrono::DateTime::UNIX_EPOCH;
        let update = Update::patch(resource_type, self.cx.tenant().clone(), plan, now);
        let change = self.groups.update("1", &update, &self.cx).await.expect("it is there");
        change.members.added.len()
    }

    /// Locks the team, looks whether the account is of the tenant, adds it and counts the version.
    async fn add_member_by_hand(&self, account: usize) -> usize {
        let account = i64::try_from(account).expect("a number");
        let known = "SELECT id FROM accounts WHERE org = 1 AND id = $1";
        let insert =
            "INSERT INTO team_members (team_id, account_id) VALUES (1, $1) ON CONFLICT DO NOTHING";
        let touch = "UPDATE teams SET updated = updated + 1, version = version + 1 WHERE id = 1";
        match &self.by_hand {
            ByHand::Sqlite(pool) => {
                let mut tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("a transaction");
                let run: &mut SqliteConnection = &mut tx;
                let team = "SELECT id, name, ext, created, updated, version FROM teams WHERE org = 1 AND id = 1";
                sqlx::query(team).fetch_one(&mut *run).await.expect("a team");
                sqlx::query(known)
                    .bind(account)
                    .fetch_optional(&mut *run)
                    .await
                    .expect("an answer");
                let added =
                    sqlx::query(insert).bind(account).execute(&mut *run).await.expect("a row");
                sqlx::query(touch).execute(&mut *run).await.expect("a team");
                tx.commit().await.expect("it is kept");
                usize::try_from(added.rows_affected()).expect("a number")
            }
            ByHand::Postgres(pool) => {
                let mut tx = pool.begin().await.expect("a transaction");
                let team = "SELECT id, name, ext, created, updated, version FROM teams WHERE org = 1 AND id = 1 FOR UPDATE";
                sqlx::query(team).fetch_one(&mut *tx).await.expect("a team");
                sqlx::query(known).bind(account).fetch_optional(&mut *tx).await.expect("an answer");
                let added =
                    sqlx::query(insert).bind(account).execute(&mut *tx).await.expect("a row");
                sqlx::query(touch).execute(&mut *tx).await.expect("a team");
                tx.commit().await.expect("it is kept");
                usize::try_from(added.rows_affected()).expect("a number")
            }
        }
    }
}

/// A row as JSON, which the store makes, too.
fn account<R: Row>(row: &R) -> Value
where
    usize: sqlx::ColumnIndex<R>,
    i64: for<'r> sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    bool: for<'r> sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    Option<String>: for<'r> sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    let text = |at| row.get::<Option<String>, _>(at);
    json!({
        "id": row.get::<i64, _>(0).to_string(), "userName": text(1), "externalId": text(2),
        "emails": [{ "value": text(3), "type": "work", "primary": true }], "name": { "givenName": text(4) },
        "active": row.get::<bool, _>(5), "meta": { "created": row.get::<i64, _>(6), "lastModified": row.get::<i64, _>(7) },
    })
}
