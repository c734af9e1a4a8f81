//! Elements in columns of the resource's own row, and UUIDs as keys: SQL finds and orders what
//! evaluation does, and an index on the column serves.

use std::sync::Arc;

use scimwire::filter::{BoundFilter, FilterBinder};
use scimwire::query::{Page, Sort};
use scimwire::resource::Resource;
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::sql::{
    Column, ColumnFormat, ColumnMapping, Dialect, ElementTable, Sql, keyset_condition, order_by,
    translate,
};
use scimwire::store::execute;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection, Row, SqliteConnection};

use super::plans::written_out;
use crate::databases::CLUSTER;

const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

/// The last digits of the id, the address, the phones, the last digits of the manager's id.
type Account =
    (&'static str, &'static str, Option<&'static str>, Option<&'static str>, &'static str);

const ACCOUNTS: &[Account] = &[
    ("0a", "Ann@example.com", Some("1"), Some("2"), "ff"),
    ("0b", "bob@example.com", Some("2"), None, "0a"),
    ("10", "", None, Some("1"), ""),
    ("f0", "ann@Example.com", None, None, "0a"),
    ("ff", "zoe@example.com", Some(""), Some("3"), "10"),
];

fn uuid(end: &str) -> String {
    format!("0191d5b4-7a3c-7000-8000-0000000000{end}")
}

fn users() -> ResourceType {
    ResourceType::user().with_extension(ENTERPRISE_USER)
}

fn mapping(dialect: Dialect) -> ColumnMapping {
    let phone = |column: &str, kind: &str, primary: Column| {
        ElementTable::of_row(format!("{} <> ''", Dialect::quote(column)))
            .column("value", Column::ascii(column))
            .column("type", Column::constant(kind))
            .column("primary", primary)
    };
    let is_primary = || Column::expression("TRUE", ColumnFormat::Boolean);
    let never = || Column::null(ColumnFormat::Boolean);
    let email = ElementTable::of_row(r#""a"."email" <> ''"#)
        .column("value", Column::ascii("a.email"))
        .column("type", Column::constant("work"))
        .column("primary", is_primary())
        .column("display", Column::null(ColumnFormat::Text));
    let phones = ElementTable::any_of([
        phone("a.work_phone", "work", never()),
        phone("a.mobile_phone", "mobile", is_primary()),
    ]);
    let mapping = ColumnMapping::new(dialect)
        .column("id", Column::uuid("a.id"))
        .column(&format!("{MANAGER}.value"), Column::uuid("a.manager"))
        .elements("emails", email)
        .elements("phoneNumbers", phones.column("display", Column::null(ColumnFormat::Text)));
    mapping.check(&users()).expect("it fits")
}

fn resource((id, email, work, mobile, manager): &Account) -> Resource {
    let mut user = Resource::default();
    user.set_id(uuid(id));
    if !email.is_empty() {
        user.set("emails", json!([{ "value": email, "type": "work", "primary": true }]));
    }
    let work = work.filter(|number| !number.is_empty());
    let work = work.map(|number| json!({ "value": number, "type": "work" }));
    let mobile = mobile.map(|number| json!({ "value": number, "type": "mobile", "primary": true }));
    let phones: Vec<Value> = work.into_iter().chain(mobile).collect();
    if !phones.is_empty() {
        user.set("phoneNumbers", phones);
    }
    if !manager.is_empty() {
        let uri = MANAGER.trim_end_matches(":manager");
        user.set(uri, json!({ "manager": { "value": uuid(manager) } }));
    }
    user
}

fn tables(dialect: Dialect) -> String {
    let text = |value: Option<&str>| value.map_or("NULL".to_owned(), Dialect::literal);
    let row = |(id, email, work, mobile, manager): &Account| {
        let manager = (!manager.is_empty()).then(|| uuid(manager));
        let (id, manager) = (Dialect::literal(&uuid(id)), text(manager.as_deref()));
        let (email, work, mobile) = (Dialect::literal(email), text(*work), text(*mobile));
        format!("({id}, {email}, {work}, {mobile}, {manager})")
    };
    let rows: Vec<String> = ACCOUNTS.iter().map(row).collect();
    let (key, collation) = match dialect {
        Dialect::Sqlite => ("TEXT", ""),
        Dialect::Postgres => ("UUID", r#"COLLATE "C""#),
    };
    format!(
        "CREATE TABLE a (id {key} PRIMARY KEY, email TEXT NOT NULL, work_phone TEXT, mobile_phone TEXT, manager {key});
        CREATE INDEX a_email ON a (lower(email {collation}));
        CREATE INDEX a_work ON a (lower(work_phone {collation}));
        CREATE INDEX a_mobile ON a (lower(mobile_phone {collation}));
        CREATE INDEX a_manager ON a (manager);
        INSERT INTO a VALUES {};",
        rows.join(", ")
    )
}

enum Database {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Database {
    async fn all() -> Vec<Self> {
        let mut sqlite = SqliteConnection::connect("sqlite::memory:").await.expect("memory");
        sqlite.execute(tables(Dialect::Sqlite).as_str()).await.expect("it is SQL");
        let mut all = vec![Self::Sqlite(sqlite)];
        if let Some(cluster) = CLUSTER.as_ref() {
            let url = cluster.new_database().await;
            let mut postgres = PgConnection::connect(&url).await.expect("a new database");
            postgres.execute(tables(Dialect::Postgres).as_str()).await.expect("it is SQL");
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

    /// A column of each row.
    async fn texts(&mut self, sql: &str, column: usize) -> Vec<String> {
        match self {
            Self::Sqlite(connection) => {
                let rows = sqlx::query(sql).fetch_all(connection).await.expect(sql);
                rows.iter().map(|row| row.get(column)).collect()
            }
            Self::Postgres(connection) => {
                let rows = sqlx::query(sql).fetch_all(connection).await.expect(sql);
                rows.iter().map(|row| row.get(column)).collect()
            }
        }
    }

    async fn ids(&mut self, rest: Sql) -> Vec<String> {
        let sql = Sql::new("SELECT CAST(a.id AS TEXT) FROM a").push_sql(rest);
        self.texts(&written_out(&sql, self.dialect()), 0).await
    }
}

fn bound(filter: &str) -> BoundFilter {
    let filter = filter.parse().unwrap_or_else(|err| panic!("{filter}: {err}"));
    FilterBinder::new(&users()).bind(&filter).unwrap_or_else(|err| panic!("{filter}: {err}"))
}

const FILTERS: &[&str] = &[
    r#"emails.value eq "ANN@example.com""#,
    r#"emails eq "bob@example.com""#,
    r#"emails co "ann""#,
    r#"emails.type eq "WORK""#,
    r#"emails.type ne "work""#,
    "emails.primary eq false",
    "emails.primary eq true",
    "emails pr",
    "emails.type pr",
    r#"emails[type eq "work" and value sw "z"]"#,
    r#"emails[not (value eq "bob@example.com")]"#,
    r#"emails[not (type eq "home")]"#,
    r#"phoneNumbers.value eq "1""#,
    r#"phoneNumbers[type eq "mobile" and value eq "1"]"#,
    r#"phoneNumbers[type eq "work" or value eq "3"]"#,
    "phoneNumbers[primary eq false]",
    "phoneNumbers.primary eq false",
    "phoneNumbers.primary eq true",
    r#"phoneNumbers[not (value eq "2") and not (display pr)]"#,
    "phoneNumbers pr",
    "phoneNumbers.display pr",
    r#"phoneNumbers.type ew "e""#,
    r#"id eq "0191d5b4-7a3c-7000-8000-00000000000a""#,
    r#"id eq "0191D5B4-7A3C-7000-8000-00000000000A""#,
    r#"id eq "0a""#,
    r#"id ne "0191d5b4-7a3c-7000-8000-00000000000a""#,
    r#"id gt "0191d5b4-7a3c-7000-8000-000000000010""#,
    r#"id le "0191d5b4-7a3c-7000-8000-0000000000e""#,
    r#"id co "0f""#,
    r#"id ew "f0""#,
    r#"id sw "0191D5""#,
    "id pr",
];

/// Each filter, negated, and each two of them together.
#[tokio::test]
async fn columns_of_the_row_are_elements() {
    let by_manager = [
        format!("{MANAGER}.value pr"),
        format!(r#"{MANAGER}.value eq "{}""#, uuid("0a")),
        format!(r#"{MANAGER}.value sw "0191D5B4""#),
    ];
    let filters: Vec<&str> =
        FILTERS.iter().copied().chain(by_manager.iter().map(String::as_str)).collect();
    for mut database in Database::all().await {
        let mapping = mapping(database.dialect());
        for (index, one) in filters.iter().enumerate() {
            let both = filters[index..].iter().flat_map(|other| {
                [format!("{one} or {other}"), format!("not ({one} or not ({other}))")]
            });
            let cases = [(*one).to_owned(), format!("not ({one})")].into_iter().chain(both);
            for filter in cases {
                let bound = bound(&filter);
                let condition = translate(&bound, &mapping).expect("it is mapped");
                assert!(condition.exact, "{filter}");
                let sql = Sql::new(" WHERE ").push_sql(condition.sql).push(" ORDER BY a.id");
                let found = database.ids(sql).await;
                let users = ACCOUNTS.iter().map(resource);
                let expected = users.filter(|user| bound.matches(user));
                let expected: Vec<String> = expected.map(|user| user.id().to_owned()).collect();
                assert_eq!(found, expected, "{:?}: {filter}", database.dialect());
            }
        }
    }
}

/// Orders, and what is behind each resource in them.
#[tokio::test]
async fn columns_of_the_row_are_sorted_by() {
    let manager = format!("{MANAGER}.value");
    let paths = [
        "id",
        "emails",
        "emails.type",
        "phoneNumbers",
        "phoneNumbers.type",
        "phoneNumbers.primary",
        &manager,
    ];
    let all: Vec<Arc<Resource>> = ACCOUNTS.iter().rev().map(resource).map(Arc::new).collect();
    for mut database in Database::all().await {
        let mapping = mapping(database.dialect());
        let orders = paths.iter().flat_map(|by| {
            ["ascending", "descending"]
                .map(|order| Sort::bind(by, Some(order), &users()).expect("an order"))
        });
        for sort in orders.map(Some).chain([None]) {
            let order = order_by(sort.as_ref(), &mapping).expect("SQL says the order");
            let order = Sql::new(" ORDER BY ").push_sql(order);
            let page = Page::Index { start: 1, count: 100 };
            let expected = execute::sort_and_page(all.clone(), sort.as_ref(), &page).resources;
            let ids = |users: &[Arc<Resource>]| -> Vec<String> {
                users.iter().map(|user| user.id().to_owned()).collect()
            };
            assert_eq!(database.ids(order.clone()).await, ids(&expected), "{sort:?}");
            for (index, user) in expected.iter().enumerate() {
                let position = execute::position(user, sort.as_ref());
                let behind = keyset_condition(sort.as_ref(), &position, &mapping);
                let behind = behind.expect("it is mapped").unwrap_or_else(|| Sql::new("TRUE"));
                let sql = Sql::new(" WHERE ").push_sql(behind).push_sql(order.clone());
                assert_eq!(database.ids(sql).await, ids(&expected[index + 1..]), "{sort:?}");
            }
        }
    }
}

#[tokio::test]
async fn columns_of_the_row_are_found_by_index() {
    let manager = format!(r#"{MANAGER}.value eq "{}""#, uuid("0a"));
    let filters = [
        r#"emails.value eq "ann@example.com""#,
        r#"emails[type eq "work" and value eq "ann@example.com"]"#,
        r#"emails.value eq "ann@example.com" or emails.value eq "bob@example.com""#,
        r#"phoneNumbers.value eq "1""#,
        r#"phoneNumbers.value eq "1" or phoneNumbers[value eq "3"]"#,
        r#"phoneNumbers[type eq "work" and value eq "1"]"#,
        r#"id eq "0191d5b4-7a3c-7000-8000-00000000000a""#,
        &manager,
    ];
    for mut database in Database::all().await {
        let dialect = database.dialect();
        let (explain, column) = match dialect {
            Dialect::Sqlite => ("EXPLAIN QUERY PLAN ", 3),
            Dialect::Postgres => {
                database.texts("SET enable_seqscan = off", 0).await;
                ("EXPLAIN (COSTS FALSE) ", 0)
            }
        };
        for filter in filters {
            let condition = translate(&bound(filter), &mapping(dialect)).expect("it is mapped");
            let sql = Sql::new(format!("{explain}SELECT * FROM a WHERE ")).push_sql(condition.sql);
            let plan = database.texts(&written_out(&sql, dialect), column).await;
            let scans = |step: &String| step.starts_with("SCAN") || step.contains("Seq Scan");
            assert!(!plan.iter().any(scans), "{dialect:?}: {filter}: {plan:#?}");
        }
    }
}
