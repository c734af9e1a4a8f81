//! Columns of text in each form, with what a client may make of case, width and accents in them:
//! SQL finds all that evaluation finds, and nothing else where it says that it is exact.

use scimwire::filter::{Filter, FilterBinder};
use scimwire::resource::Resource;
use scimwire::schema::{ResourceType, case_fold, prepare_username};
use scimwire::sql::{Column, ColumnMapping, Dialect, ElementTable, Sql, translate};
use serde_json::json;
use sqlx::{Connection, Executor, PgConnection, Row, SqliteConnection};

use super::plans::written_out;
use crate::databases::CLUSTER;

const NAMES: &[&str] = &[
    "",
    "a",
    "kelvin",
    "\u{212a}ELVIN",
    "strasse",
    "Straße",
    "STRA\u{1e9e}E",
    "\u{17f}trasse",
    "étè",
    "E\u{301}te\u{300}",
    "ete",
    "\u{fb01}n",
    "fin",
    "ＢＪｅｎｓｅｎ",
    "bjensen",
    "bjenＳen",
    "bj\u{e9}nsen",
    "İstanbul",
    "istanbul",
    "i\u{307}stanbul",
    "Ω",
    "ω",
    "a b ſ",
    "j\u{30c}",
    "\u{1f0}",
];

fn mappings(dialect: Dialect) -> Vec<ColumnMapping> {
    let ids = || ColumnMapping::new(dialect).column("id", Column::text("t.id"));
    let names = [
        Column::text("t.name"),
        Column::folded("t.folded"),
        Column::key("t.folded"),
        Column::folded("t.folded").with_prepared("t.prepared"),
        Column::key("t.folded").with_prepared("t.prepared"),
        Column::expression("coalesce(t.name, NULL)", scimwire::sql::ColumnFormat::Text),
    ];
    let elements =
        ElementTable::table("e", "user_id", "t.id").column("value", Column::text("e.name"));
    let with =
        |column: Column| ids().column("userName", column).column("title", Column::text("t.name"));
    names.into_iter().map(|column| with(column).elements("emails", elements.clone())).collect()
}

async fn found(
    sql: &str,
    sqlite: &mut SqliteConnection,
    postgres: Option<&mut PgConnection>,
) -> Vec<String> {
    match postgres {
        Some(postgres) => sqlx::query(sql)
            .fetch_all(postgres)
            .await
            .expect(sql)
            .iter()
            .map(|row| row.get(0))
            .collect(),
        None => sqlx::query(sql)
            .fetch_all(sqlite)
            .await
            .expect(sql)
            .iter()
            .map(|row| row.get(0))
            .collect(),
    }
}

/// The statements that make tables with all names.
fn tables() -> String {
    let row = |(number, name): (usize, &&str)| {
        let [name, folded, prepared] =
            [*name, &*case_fold(name), &*prepare_username(name)].map(Dialect::literal);
        format!("('{number}', {name}, {folded}, {prepared})")
    };
    let rows: Vec<String> = NAMES.iter().enumerate().map(row).collect();
    format!(
        "CREATE TABLE t (id TEXT PRIMARY KEY, name TEXT, folded TEXT, prepared TEXT); INSERT INTO t VALUES {};
        CREATE TABLE e AS SELECT id AS user_id, name FROM t;",
        rows.join(", ")
    )
}

/// The same names as resources.
fn resources() -> Vec<Resource> {
    let user = |(number, name): (usize, &&str)| {
        let mut user = Resource::default();
        user.set_id(number.to_string());
        user.set("userName", *name);
        user.set("title", *name);
        user.set("emails", json!([{ "value": name }]));
        user
    };
    NAMES.iter().enumerate().map(user).collect()
}

#[tokio::test]
async fn text_of_every_form_is_found() {
    let (users, tables, resources) = (ResourceType::user(), tables(), resources());
    let mut sqlite = SqliteConnection::connect("sqlite::memory:").await.expect("memory");
    sqlite.execute(tables.as_str()).await.expect("it is SQL");
    let mut postgres = None;
    if let Some(cluster) = CLUSTER.as_ref() {
        let mut connection =
            PgConnection::connect(&cluster.new_database().await).await.expect("a new database");
        connection.execute(tables.as_str()).await.expect("it is SQL");
        postgres = Some(connection);
    }
    for dialect in
        [Some(Dialect::Sqlite), postgres.as_ref().map(|_| Dialect::Postgres)].into_iter().flatten()
    {
        for mapping in mappings(dialect) {
            for name in NAMES {
                let start: String = name.chars().take(2).collect();
                let (name, start) = (json!(name), json!(start));
                for filter in [
                    format!("userName eq {name}"),
                    format!("not (userName eq {name})"),
                    format!("userName sw {start}"),
                    format!("title eq {name} or title sw {start}"),
                    format!("not (title sw {start})"),
                    format!("emails.value eq {name}"),
                    format!("not (emails[value eq {name} and value sw {start}])"),
                ] {
                    let parsed: Filter = filter.parse().expect("a filter");
                    let bound = FilterBinder::new(&users).bind(&parsed).expect("it binds");
                    let condition = translate(&bound, &mapping).expect("it is mapped");
                    let sql = written_out(
                        &Sql::new("SELECT t.id FROM t WHERE ").push_sql(condition.sql),
                        dialect,
                    );
                    let found = found(
                        &sql,
                        &mut sqlite,
                        postgres.as_mut().filter(|_| dialect == Dialect::Postgres),
                    )
                    .await;
                    for user in &resources {
                        let (matches, is_found) =
                            (bound.matches(user), found.iter().any(|id| id == user.id()));
                        let is_right = matches == is_found || (is_found && !condition.exact);
                        assert!(
                            is_right,
                            "{filter}: {:?} is found: {is_found}; {sql}",
                            user.get_str("userName")
                        );
                    }
                }
            }
        }
    }
}
