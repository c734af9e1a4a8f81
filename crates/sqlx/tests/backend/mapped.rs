//! Tables of a host, with columns of every form: what SQL answers holds for whatever evaluation
//! answers, and for nothing else where it says that it is exact.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::select;
use scimwire::filter::{BoundFilter, Filter, FilterBinder};
use scimwire::resource::Resource;
use scimwire::sql::{
    Column, ColumnFormat, ColumnMapping, Condition, Dialect, ElementTable, Parameter, Sql,
    TimestampFormat, lookup_key, sort_key, translate,
};
use scimwire::value::Value;
use serde_json::json;
use sqlx::{Arguments, Connection, Executor, PgConnection, Row, SqliteConnection};
use tokio::runtime::Runtime;

use super::answers::{people, run};
use crate::databases::CLUSTER;
use crate::properties::samples::{BADGE, ENTERPRISE, USERS};
use crate::properties::typed;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

const TABLES: &str = "
    CREATE TABLE users (id TEXT PRIMARY KEY, external_id TEXT, name_folded TEXT, name_prepared TEXT, display TEXT, title TEXT,
        title_folded TEXT, active BOOLEAN, family TEXT, given TEXT, number NUMERIC, issued TEXT, emails JSON_TYPE, tags JSON_TYPE,
        manager TEXT, serial TEXT);
    CREATE TABLE address (user_id TEXT, country TEXT, type_key TEXT);";

fn mapping(dialect: Dialect) -> ColumnMapping {
    let badge = |name: &str| format!("{BADGE}:{name}");
    ColumnMapping::new(dialect)
        .column("id", Column::text("users.id"))
        .column("externalId", Column::text("users.external_id"))
        .column(
            "userName",
            Column::folded("users.name_folded").with_prepared("users.name_prepared"),
        )
        .column("displayName", Column::text("users.display"))
        .column("title", Column::folded("users.title_folded"))
        .column("active", Column::boolean("users.active"))
        .column("name.familyName", Column::text("users.family"))
        .column("name.givenName", Column::text("users.given"))
        .column(&format!("{ENTERPRISE}:manager.value"), Column::text("users.manager"))
        .column(&badge("number"), Column::number("users.number"))
        .column(&badge("issued"), Column::key("users.issued"))
        .column(&badge("serial"), Column::text("users.serial"))
        .elements(
            "emails",
            ElementTable::json(dialect, "users.emails")
                .member("value", ColumnFormat::Text)
                .member("type", ColumnFormat::Ascii)
                .member("primary", ColumnFormat::Boolean),
        )
        .elements(
            &badge("tags"),
            ElementTable::json(dialect, "users.tags").texts(ColumnFormat::Text),
        )
        .elements(
            "addresses",
            ElementTable::table("address", "user_id", "users.id")
                .column("country", Column::text("address.country"))
                .column("type", Column::key("address.type_key")),
        )
}

/// A database with the users in it.
enum Tables {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Tables {
    async fn all() -> Vec<Self> {
        let mut all =
            vec![Self::Sqlite(SqliteConnection::connect("sqlite::memory:").await.expect("memory"))];
        if let Some(cluster) = CLUSTER.as_ref() {
            let url = cluster.new_database().await;
            all.push(Self::Postgres(PgConnection::connect(&url).await.expect("a new database")));
        }
        all
    }

    fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    async fn fill(&mut self, users: &[Resource]) {
        match self {
            Self::Sqlite(connection) => {
                connection.execute(TABLES.replace("JSON_TYPE", "TEXT").as_str()).await.map(drop)
            }
            Self::Postgres(connection) => {
                connection.execute(TABLES.replace("JSON_TYPE", "JSONB").as_str()).await.map(drop)
            }
        }
        .expect("the tables are well-formed");
        for user in users {
            self.insert(user).await;
        }
    }

    async fn insert(&mut self, user: &Resource) {
        let attribute =
            |path: &str| USERS.resolve(&path.parse().expect("a path")).expect("an attribute");
        let at = |path: &str| user.value(&attribute(path)).cloned();
        let text = |value: Option<Value>| {
            Parameter::OptionalText(value.and_then(|value| Some(value.as_str()?.to_owned())))
        };
        let keyed = |path: &str| {
            Parameter::OptionalText(
                at(path).and_then(|value| sort_key(attribute(path).leaf(), &value)),
            )
        };
        let prepared =
            at("userName").and_then(|value| lookup_key(attribute("userName").leaf(), &value));
        let json =
            |value: Option<Value>| Parameter::OptionalText(value.map(|value| value.to_string()));
        let number = at(&format!("{BADGE}:number")).map(|number| number.to_string());
        let (as_number, as_json) = match self.dialect() {
            Dialect::Postgres => (" AS numeric)", " AS jsonb)"),
            Dialect::Sqlite => (" AS numeric)", " AS text)"),
        };
        let active =
            at("active").map_or("NULL", |active| if active == true { "TRUE" } else { "FALSE" });
        let sql = Sql::new("INSERT INTO users VALUES (").push_bind_text(user.id());
        let columns = [
            text(at("externalId")),
            keyed("userName"),
            Parameter::OptionalText(prepared),
            text(at("displayName")),
        ];
        let sql = columns.into_iter().fold(sql, |sql, value| sql.push(", ").push_bind(value));
        let sql = sql
            .push(", ")
            .push_bind(text(at("title")))
            .push(", ")
            .push_bind(keyed("title"))
            .push(format!(", {active}, "));
        let sql = sql
            .push_bind(text(at("name.familyName")))
            .push(", ")
            .push_bind(text(at("name.givenName")));
        let sql = sql
            .push(", CAST(")
            .push_bind(Parameter::OptionalText(number))
            .push(as_number)
            .push(", ");
        let sql = sql
            .push_bind(keyed(&format!("{BADGE}:issued")))
            .push(", CAST(")
            .push_bind(json(at("emails")))
            .push(as_json);
        let sql = sql
            .push(", CAST(")
            .push_bind(json(at(&format!("{BADGE}:tags"))))
            .push(as_json)
            .push(", ");
        let sql = sql.push_bind(text(at(&format!("{ENTERPRISE}:manager.value")))).push(", ");
        self.ids(&sql.push_bind(text(at(&format!("{BADGE}:serial")))).push(")")).await;
        self.insert_addresses(user).await;
    }

    async fn insert_addresses(&mut self, user: &Resource) {
        let kind = USERS.resolve(&"addresses.type".parse().expect("a path")).expect("an attribute");
        let text = |value: Option<&str>| Parameter::OptionalText(value.map(str::to_owned));
        for address in user.get("addresses").iter().filter_map(|list| list.as_array()).flatten() {
            let type_key = sort_key(kind.leaf(), &address["type"]);
            let country = address.get("country").and_then(Value::as_str);
            let sql = Sql::new("INSERT INTO address VALUES (").push_bind_text(user.id()).push(", ");
            let sql = sql.push_bind(text(country)).push(", ");
            self.ids(&sql.push_bind(Parameter::OptionalText(type_key)).push(")")).await;
        }
    }

    /// The first column of all rows.
    async fn ids(&mut self, sql: &Sql) -> BTreeSet<String> {
        fn add<'q, A: Arguments<'q>>(arguments: &mut A, parameter: Parameter)
        where
            String: sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
            Option<String>: sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
            i64: sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
            f64: sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
            bool: sqlx::Encode<'q, A::Database> + sqlx::Type<A::Database>,
        {
            let added = match parameter {
                Parameter::Text(text) => arguments.add(text),
                Parameter::OptionalText(text) => arguments.add(text),
                Parameter::Integer(number) => arguments.add(number),
                Parameter::Real(number) => arguments.add(number),
                Parameter::Boolean(value) => arguments.add(value),
                Parameter::Bytes(_) => panic!("no column is of bytes"),
            };
            added.expect("it can be bound");
        }
        let text = sql.render(self.dialect(), 1);
        match self {
            Self::Sqlite(connection) => {
                let mut arguments = sqlx::sqlite::SqliteArguments::default();
                sql.parameters().for_each(|parameter| add(&mut arguments, parameter.clone()));
                let rows = sqlx::query_with(&text, arguments).fetch_all(connection).await;
                rows.unwrap_or_else(|err| panic!("{err}: {text}"))
                    .iter()
                    .map(|row| row.get(0))
                    .collect()
            }
            Self::Postgres(connection) => {
                let mut arguments = sqlx::postgres::PgArguments::default();
                sql.parameters().for_each(|parameter| add(&mut arguments, parameter.clone()));
                let rows = sqlx::query_with(&text, arguments).fetch_all(connection).await;
                rows.unwrap_or_else(|err| panic!("{err}: {text}"))
                    .iter()
                    .map(|row| row.get(0))
                    .collect()
            }
        }
    }
}

/// A filter on attributes that have columns, and some that have none.
fn filter() -> BoxedStrategy<Filter> {
    let fixed = vec![
        r#"name pr"#,
        r#"not (name pr)"#,
        r#"addresses pr"#,
        r#"emails pr and not (emails[primary eq false])"#,
        r#"not (displayName sw "s" or name.familyName co "E")"#,
        r#"not (emails[not (value eq "ab")])"#,
    ];
    let fixed = select(fixed).prop_map(|text| text.parse().expect("a filter"));
    prop_oneof![1 => fixed, 4 => typed::leaf(), 4 => typed::filter()].boxed()
}

#[test]
fn conditions_hold_for_what_matches() {
    let users: Vec<Resource> = people()
        .into_iter()
        .enumerate()
        .map(|(number, mut user)| {
            user.set_id(format!("u{number}"));
            user
        })
        .collect();
    for mut tables in RUNTIME.block_on(Tables::all()) {
        RUNTIME.block_on(tables.fill(&users));
        let mapping = mapping(tables.dialect());
        let (tables, said) = (std::cell::RefCell::new(tables), std::cell::Cell::new((0, 0)));
        run(&filter(), |filter| {
            let bound = FilterBinder::new(&USERS).bind(&filter).expect("it binds");
            let Ok(condition) = translate(&bound, &mapping) else {
                return Ok(());
            };
            let sql = Sql::new("SELECT id FROM users WHERE ").push_sql(condition.sql.clone());
            let found = RUNTIME.block_on(tables.borrow_mut().ids(&sql));
            said.set((said.get().0 + usize::from(condition.exact), said.get().1 + 1));
            holds(&users, &bound, &condition, &found)
                .map_err(|err| TestCaseError::fail(format!("{err}: {filter}")))
        });
        let (exact, all) = said.into_inner();
        assert!(
            all > 200 && exact > 100 && exact < all,
            "{exact} of {all}: there is something to compare"
        );
    }
}

fn holds(
    users: &[Resource],
    filter: &BoundFilter,
    condition: &Condition,
    found: &BTreeSet<String>,
) -> Result<(), String> {
    for user in users {
        match (filter.matches(user), found.contains(user.id())) {
            (true, false) => return Err(format!("{} is missing", user.id())),
            (false, true) if condition.exact => return Err(format!("{} is too much", user.id())),
            _ => {}
        }
    }
    Ok(())
}

const INSTANTS: [&str; 4] = [
    "2011-05-13T04:42:33.999999Z",
    "2011-05-13T04:42:34Z",
    "2011-05-13T04:42:34.000001Z",
    "2011-05-13T04:42:35Z",
];

fn micros(text: &str) -> i64 {
    scimwire::schema::parse_date_time(text).expect("an instant").timestamp_micros()
}

/// Makes a table with all instants, a column for each form.
fn keep_instants(tables: &mut Tables) {
    let (stamp, local) = match tables.dialect() {
        Dialect::Postgres => ("TIMESTAMPTZ", "TIMESTAMP"),
        Dialect::Sqlite => ("TEXT", "TEXT"),
    };
    let sql = format!(
        "CREATE TABLE events (id TEXT, micros BIGINT, millis BIGINT, seconds BIGINT, text TEXT, stamp {stamp}, local {local}, sql TEXT)"
    );
    RUNTIME.block_on(tables.ids(&Sql::new(sql)));
    for instant in INSTANTS {
        let micros = micros(instant);
        let parsed = scimwire::schema::parse_date_time(instant).expect("an instant");
        let text = parsed.format("%Y-%m-%dT%H:%M:%S%.6fZ");
        let (local, whole) =
            (parsed.format("%Y-%m-%d %H:%M:%S%.6f"), parsed.format("%Y-%m-%d %H:%M:%S"));
        let (millis, seconds) = (micros.div_euclid(1_000), micros.div_euclid(1_000_000));
        let sql = format!(
            "INSERT INTO events VALUES ('{instant}', {micros}, {millis}, {seconds}, '{text}', '{text}', '{local}', '{whole}')"
        );
        RUNTIME.block_on(tables.ids(&Sql::new(sql)));
    }
}

#[test]
fn instants_of_every_form_compare() {
    let operands = [
        "2011-05-13T04:42:34Z",
        "2011-05-13T04:42:34.0000005Z",
        "2011-05-13T04:42:34.5Z",
        "1960-01-01T00:00:00.5Z",
    ];
    for mut tables in RUNTIME.block_on(Tables::all()) {
        let dialect = tables.dialect();
        let mut forms = vec![
            ("micros", TimestampFormat::UnixMicros, 1),
            ("millis", TimestampFormat::UnixMillis, 1_000),
            ("seconds", TimestampFormat::UnixSeconds, 1_000_000),
            ("text", TimestampFormat::Rfc3339Micros, 1),
            ("sql", TimestampFormat::SqlText, 1_000_000),
        ];
        if dialect == Dialect::Postgres {
            forms.push(("stamp", TimestampFormat::Timestamptz, 1));
            forms.push(("local", TimestampFormat::Timestamp, 1));
        }
        keep_instants(&mut tables);
        for (column, form, grain) in forms {
            let mapping =
                ColumnMapping::new(dialect).column("meta.created", Column::instant(column, form));
            for operand in operands {
                for op in ["eq", "ne", "gt", "ge", "lt", "le"] {
                    let filter: Filter =
                        format!(r#"meta.created {op} "{operand}""#).parse().expect("a filter");
                    let bound = FilterBinder::new(&USERS).bind(&filter).expect("it binds");
                    let condition = translate(&bound, &mapping).expect("it is mapped");
                    let found = RUNTIME
                        .block_on(tables.ids(
                            &Sql::new("SELECT id FROM events WHERE ").push_sql(condition.sql),
                        ));
                    let expected = INSTANTS.iter().filter(|instant| {
                        // A column has what its grain leaves of an instant.
                        let kept = micros(instant).div_euclid(grain) * grain;
                        let kept =
                            chrono::DateTime::from_timestamp_micros(kept).expect("an instant");
                        let mut user = Resource::default();
                        user.set("meta", json!({ "created": kept.to_rfc3339() }));
                        bound.matches(&user)
                    });
                    let expected: BTreeSet<String> =
                        expected.map(|instant| (*instant).to_owned()).collect();
                    assert_eq!(found, expected, "{column} {op} {operand}");
                }
            }
        }
    }
}
