//! Tables of a host, with the indexes that a host would give them: what a filter can be found by is
//! found by an index, and pages come in the order of one.

use scimwire::filter::{BoundFilter, Filter, FilterBinder};
use scimwire::query::{Page, Position, Query};
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::sql::{
    Column, ColumnMapping, Dialect, ElementTable, Parameter, Sql, keyset_condition, order_by,
    translate,
};
use scimwire::store::Pushdown;
use sqlx::{Connection, Executor, PgConnection, Row, SqliteConnection};

use crate::databases::CLUSTER;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// `{c}` stands for the collation in which PostgreSQL folds and orders as this crate does.
const TABLES: &str = r"
    CREATE TABLE users (id {key}, account TEXT NOT NULL, email TEXT NOT NULL, external_id TEXT, manager_id BIGINT, department TEXT);
    CREATE TABLE user_email (user_id BIGINT NOT NULL, type TEXT, value TEXT NOT NULL);
    CREATE TABLE teams (id {key}, account TEXT NOT NULL, name TEXT NOT NULL);
    CREATE TABLE team_members (team_id BIGINT NOT NULL, user_id BIGINT NOT NULL, PRIMARY KEY (team_id, user_id));
    CREATE INDEX users_account ON users (account, id);
    CREATE INDEX users_email ON users (account, lower(email {c}));
    CREATE INDEX users_external_id ON users (account, external_id);
    CREATE INDEX users_manager ON users (account, manager_id);
    CREATE INDEX users_department ON users (account, lower(department {c}));
    CREATE INDEX user_email_user ON user_email (user_id);
    CREATE INDEX user_email_value ON user_email (lower(value {c}));
    CREATE INDEX teams_account ON teams (account, id);
    CREATE INDEX teams_name ON teams (account, lower(name {c}));
    CREATE INDEX team_members_user ON team_members (user_id);";

/// Users of two accounts, one of them large, with two addresses each, in teams of thousands.
const ROWS: &str = "
    INSERT INTO users SELECT n, CASE WHEN n % 10 = 0 THEN 'two' ELSE 'one' END, 'User' || n || '@example.com', 'x-' || n, n / 10,
        'Department ' || (n / 20) FROM numbers WHERE n <= 20000;
    INSERT INTO user_email SELECT id, 'work', 'User' || id || '@work.example' FROM users;
    INSERT INTO user_email SELECT id, 'home', 'Home' || id || '@home.example' FROM users;
    INSERT INTO teams SELECT n, 'one', 'Team ' || n FROM numbers WHERE n <= 3000;
    INSERT INTO team_members SELECT n % 7 + 1, n FROM numbers WHERE n <= 20000;
    INSERT INTO team_members SELECT n % 3000 + 8, n FROM numbers WHERE n <= 20000;
    ANALYZE;";

enum Tables {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Tables {
    async fn all() -> Vec<Self> {
        let numbers = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000) SELECT n FROM numbers";
        let script = |key: &str, collation: &str| {
            let tables = TABLES.replace("{key}", key).replace("{c}", collation);
            format!("{tables} CREATE TABLE numbers AS {numbers}; {ROWS}")
        };
        let mut sqlite = SqliteConnection::connect("sqlite::memory:").await.expect("memory");
        sqlite
            .execute(script("INTEGER PRIMARY KEY", "").as_str())
            .await
            .expect("the tables are well-formed");
        let mut all = vec![Self::Sqlite(sqlite)];
        if let Some(cluster) = CLUSTER.as_ref() {
            let mut postgres =
                PgConnection::connect(&cluster.new_database().await).await.expect("a new database");
            postgres
                .execute(script("BIGINT PRIMARY KEY", r#"COLLATE "C""#).as_str())
                .await
                .expect("the tables are well-formed");
            all.push(Self::Postgres(postgres));
        }
        all
    }

    fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// How the database goes about a statement, and how many rows it finds.
    async fn plan(&mut self, sql: &Sql) -> (Vec<String>, usize) {
        let text = written_out(sql, self.dialect());
        match self {
            Self::Sqlite(connection) => {
                let plan = sqlx::query(&format!("EXPLAIN QUERY PLAN {text}"))
                    .fetch_all(&mut *connection)
                    .await;
                let rows = sqlx::query(&text).fetch_all(connection).await.expect(&text);
                (plan.expect(&text).iter().map(|row| row.get("detail")).collect(), rows.len())
            }
            Self::Postgres(connection) => {
                let plan = sqlx::query(&format!("EXPLAIN (COSTS FALSE) {text}"))
                    .fetch_all(&mut *connection)
                    .await;
                let rows = sqlx::query(&text).fetch_all(connection).await.expect(&text);
                (plan.expect(&text).iter().map(|row| row.get(0)).collect(), rows.len())
            }
        }
    }
}

/// A statement with its parameters in it: what a database plans for these values.
pub(super) fn written_out(sql: &Sql, dialect: Dialect) -> String {
    let parameters: Vec<&Parameter> = sql.parameters().collect();
    let numbered = parameters.iter().enumerate().rev();
    numbered.fold(sql.render(dialect, 1), |text, (index, parameter)| {
        let value = match parameter {
            Parameter::Text(text) => Dialect::literal(text),
            Parameter::Integer(number) => number.to_string(),
            Parameter::Boolean(value) => value.to_string(),
            other => panic!("no column is of the type of {other:?}"),
        };
        text.replace(&dialect.placeholder(index + 1), &value)
    })
}

fn users() -> ResourceType {
    ResourceType::user().with_extension(ENTERPRISE_USER)
}

fn user_columns(dialect: Dialect) -> ColumnMapping {
    ColumnMapping::new(dialect)
        .column("id", Column::integer_key("users.id"))
        .column("userName", Column::text("users.email").not_null())
        .column("externalId", Column::text("users.external_id"))
        .column(&format!("{ENTERPRISE}:manager.value"), Column::integer_key("users.manager_id"))
        .column(&format!("{ENTERPRISE}:department"), Column::text("users.department"))
        .elements(
            "emails",
            ElementTable::table("user_email", "user_id", "users.id")
                .column("value", Column::text("user_email.value"))
                .column("type", Column::text("user_email.type")),
        )
        .elements(
            "groups",
            ElementTable::table("team_members", "user_id", "users.id")
                .column("value", Column::integer_key("team_members.team_id")),
        )
        .check(&users())
        .expect("it fits")
}

fn team_columns(dialect: Dialect) -> ColumnMapping {
    ColumnMapping::new(dialect)
        .column("id", Column::integer_key("teams.id"))
        .column("displayName", Column::text("teams.name").not_null())
        .elements(
            "members",
            ElementTable::table("team_members", "team_id", "teams.id")
                .column("value", Column::integer_key("team_members.user_id")),
        )
        .check(&ResourceType::group())
        .expect("it fits")
}

fn bound(filter: &str, resource_type: &ResourceType) -> BoundFilter {
    let filter: Filter = filter.parse().unwrap_or_else(|err| panic!("{filter}: {err}"));
    FilterBinder::new(resource_type).bind(&filter).unwrap_or_else(|err| panic!("{filter}: {err}"))
}

fn assert_no_scan(plan: &[String], of: &str) {
    let scan = plan.iter().find(|step| step.starts_with("SCAN ") || step.contains("Seq Scan"));
    assert!(scan.is_none(), "{of}: {plan:#?}");
}

#[tokio::test]
async fn look_ups_use_indexes() {
    let of_users = [
        (r#"id eq "77""#, 1),
        (r#"id eq "x""#, 0),
        (r#"userName eq "USER77@example.com""#, 1),
        (r#"userName sw "User1234""#, 10),
        (r#"externalId eq "x-77""#, 1),
        (r#"emails.value eq "user77@WORK.example""#, 1),
        (r#"emails.value sw "home1234""#, 10),
        (r#"emails eq "home77@home.example""#, 1),
        (r#"emails[value eq "user77@work.example" and type eq "work"]"#, 1),
        (r#"emails[type eq "home" and value eq "user77@work.example"]"#, 0),
        (r#"emails[value eq "user77@work.example" or value eq "home78@home.example"]"#, 2),
        (r#"emails.value eq "user77@work.example" and not (emails.value eq "x@work.example")"#, 1),
        (r#"userName eq "user77@example.com" or userName eq "user78@example.com""#, 2),
        (r#"groups.value eq "1500""#, 7),
        (&format!(r#"{ENTERPRISE}:manager.value eq "77""#), 9),
        (&format!(r#"{ENTERPRISE}:manager eq "77""#), 9),
        (&format!(r#"{ENTERPRISE}:department eq "department 77""#), 18),
    ];
    let of_teams = [
        (r#"members.value eq "77""#, 2),
        (r#"members[value eq "77"]"#, 2),
        (r#"members.value eq "nobody""#, 0),
        (r#"displayName eq "TEAM 77""#, 1),
    ];
    for mut tables in Tables::all().await {
        let dialect = tables.dialect();
        let users = of_users.iter().map(|case| ("users", user_columns(dialect), users(), case));
        let teams = of_teams
            .iter()
            .map(|case| ("teams", team_columns(dialect), ResourceType::group(), case));
        for (table, columns, resource_type, (filter, expected)) in users.chain(teams) {
            let condition =
                translate(&bound(filter, &resource_type), &columns).expect("it is mapped").sql;
            let order = order_by(None, &columns).expect("there is an id");
            let from = Sql::new(format!("SELECT {table}.* FROM {table} WHERE {table}.account = "))
                .push_bind_text("one")
                .push(" AND ");
            let page = from
                .push_sql(condition.clone())
                .push(" ORDER BY ")
                .push_sql(order)
                .push(" LIMIT 101");
            let (plan, found) = tables.plan(&page).await;
            assert_eq!(found, *expected, "{dialect:?}: {filter}");
            // Where nothing can match, no plan is followed.
            if found == 0 {
                continue;
            }
            assert_no_scan(&plan, filter);
            let count = Sql::new(format!(
                "SELECT count(*) FROM {table} WHERE {table}.account = 'one' AND "
            ))
            .push_sql(condition);
            assert_no_scan(&tables.plan(&count).await.0, filter);
        }
    }
}

#[tokio::test]
async fn pages_come_in_the_order_of_an_integer_key() {
    for mut tables in Tables::all().await {
        let columns = user_columns(tables.dialect());
        let order = order_by(None, &columns).expect("there is an id");
        let position = Position::new(None, "9900");
        let behind =
            keyset_condition(None, &position, &columns).expect("there is an id").expect("not all");
        for condition in [Sql::new("TRUE"), behind] {
            let page = Sql::new("SELECT users.id FROM users WHERE users.account = 'one' AND ")
                .push_sql(condition);
            let (plan, found) = tables
                .plan(&page.push(" ORDER BY ").push_sql(order.clone()).push(" LIMIT 101"))
                .await;
            assert_no_scan(&plan, "a page");
            let sort =
                plan.iter().find(|step| step.contains("TEMP B-TREE") || step.contains("Sort"));
            assert!(sort.is_none() && found == 101, "{plan:#?}");
        }
    }
}

#[test]
fn integer_keys_take_over_whole_queries() {
    let query = |filter: &str, page| Query::new(page).with_filter(bound(filter, &users()));
    let behind = Page::Cursor { after: Some(Position::new(None, "no number")), count: 10 };
    for dialect in [Dialect::Sqlite, Dialect::Postgres] {
        for page in [Page::Index { start: 1, count: 10 }, behind.clone()] {
            for filter in [r#"id eq "7""#, r#"id gt "7" or groups.value eq "x""#] {
                assert_eq!(
                    scimwire::sql::pushdown(&query(filter, page.clone()), &user_columns(dialect)),
                    Pushdown::Full,
                    "{filter}"
                );
            }
        }
    }
}
