//! Descriptions that use each option, and the tables that they describe.

use std::sync::Arc;

use scimwire::ResourceStore;
use scimwire::ResourceType;
use scimwire::schema::{ENTERPRISE_USER, Schema};
use scimwire::sql::{Dialect, TimestampFormat};
use scimwire_sqlx::table::{
    Element, ElementRows, Key, MemberRows, SqlColumn, SqlTable, SqlTables, UnknownMembers,
};
use scimwire_sqlx::{Postgres, Sqlite};
use serde_json::json;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{PgPool, SqlitePool};
use tempfile::TempDir;

use crate::databases::CLUSTER;

/// A product with tables of its own.
#[derive(Clone, Copy)]
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) ddl: fn(Dialect) -> String,
    pub(super) tables: fn(Dialect) -> Vec<SqlTable>,
    pub(super) tenants: &'static [&'static str],
}

/// Tables of a case in a new database.
pub(super) enum Opened {
    Sqlite { tables: SqlTables<Sqlite>, pool: SqlitePool, _folder: Arc<TempDir> },
    Postgres { tables: SqlTables<Postgres>, pool: PgPool },
}

impl Case {
    pub(super) async fn open(&self, dialect: Dialect) -> Opened {
        let tables = (self.tables)(dialect);
        let ddl = (self.ddl)(dialect);
        match dialect {
            Dialect::Sqlite => {
                let folder = Arc::new(tempfile::tempdir().expect("a folder"));
                let pool = sqlite(&folder).await;
                sqlx::raw_sql(&ddl).execute(&pool).await.expect(self.name);
                let opened = SqlTables::open(pool.clone(), tables).await;
                let tables = opened.unwrap_or_else(|err| panic!("{}: {err}", self.name));
                Opened::Sqlite { tables, pool, _folder: folder }
            }
            Dialect::Postgres => {
                let pool = postgres().await;
                sqlx::raw_sql(&ddl).execute(&pool).await.expect(self.name);
                let opened = SqlTables::open(pool.clone(), tables).await;
                let tables = opened.unwrap_or_else(|err| panic!("{}: {err}", self.name));
                Opened::Postgres { tables, pool }
            }
        }
    }
}

pub(super) async fn sqlite(folder: &TempDir) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("app.db"))
        .create_if_missing(true)
        .pragma("synchronous", "off");
    SqlitePoolOptions::new().max_connections(4).connect_with(options).await.expect("a database")
}

pub(super) async fn postgres() -> PgPool {
    let cluster = CLUSTER.as_ref().expect("a cluster");
    let url = cluster.new_database().await;
    PgPoolOptions::new().max_connections(6).connect(&url).await.expect("a database")
}

impl Opened {
    pub(super) fn store(&self, resource_type: &str) -> Arc<dyn ResourceStore> {
        match self {
            Self::Sqlite { tables, .. } => Arc::new(tables.store(resource_type).expect("a table")),
            Self::Postgres { tables, .. } => {
                Arc::new(tables.store(resource_type).expect("a table"))
            }
        }
    }

    pub(super) async fn run(&self, sql: &str) {
        match self {
            Self::Sqlite { pool, .. } => drop(sqlx::raw_sql(sql).execute(pool).await.expect(sql)),
            Self::Postgres { pool, .. } => drop(sqlx::raw_sql(sql).execute(pool).await.expect(sql)),
        }
    }

    pub(super) fn triggers(&self) -> Vec<String> {
        match self {
            Self::Sqlite { tables, .. } => tables.triggers(),
            Self::Postgres { tables, .. } => tables.triggers(),
        }
    }

    /// The text of the first column of the first row.
    pub(super) async fn text(&self, sql: &str) -> Option<String> {
        match self {
            Self::Sqlite { pool, .. } => sqlx::query_scalar(sql).fetch_one(pool).await.expect(sql),
            Self::Postgres { pool, .. } => {
                sqlx::query_scalar(sql).fetch_one(pool).await.expect(sql)
            }
        }
    }
}

/// The databases that there are.
pub(super) fn dialects() -> Vec<Dialect> {
    let postgres = CLUSTER.is_some().then_some(Dialect::Postgres);
    std::iter::once(Dialect::Sqlite).chain(postgres).collect()
}

pub(super) const CASES: &[Case] = &[
    Case { name: "a product", ddl: product_ddl, tables: product, tenants: &["1", "2"] },
    Case { name: "uuid keys", ddl: uuid_ddl, tables: uuid, tenants: &["acme", "other"] },
    Case { name: "text keys", ddl: text_ddl, tables: text, tenants: &["acme", "other"] },
    Case { name: "one tenant", ddl: alone_ddl, tables: alone, tenants: &["default"] },
    super::names::ODD,
];

fn users(table: &str) -> SqlTable {
    SqlTable::new(ResourceType::user().with_extension(ENTERPRISE_USER), table)
}

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn enterprise(name: &str) -> String {
    format!("{ENTERPRISE}:{name}")
}

/// Integer keys, an integer tenant, `NOT NULL` columns, one e-mail address; nothing of SCIM.
fn product_ddl(dialect: Dialect) -> String {
    let (key, lower) = match dialect {
        Dialect::Sqlite => ("INTEGER PRIMARY KEY", "lower(NAME)"),
        Dialect::Postgres => ("bigint PRIMARY KEY", "lower(NAME COLLATE \"C\")"),
    };
    let lower = |name: &str| lower.replace("NAME", name);
    format!(
        "CREATE TABLE accounts (id {key}, org_id INTEGER NOT NULL, login TEXT NOT NULL, email TEXT NOT NULL, first_name TEXT,
            last_name TEXT, phone TEXT, is_enabled BOOLEAN NOT NULL, department TEXT, manager_id {}, employee_no TEXT,
            created_at TEXT, updated_at TEXT);
        CREATE UNIQUE INDEX accounts_login ON accounts (org_id, {});
        CREATE INDEX accounts_email ON accounts (org_id, {});
        CREATE INDEX accounts_manager ON accounts (manager_id);
        CREATE TABLE teams (id {key}, org_id INTEGER NOT NULL, name TEXT NOT NULL, created_at TEXT, updated_at TEXT);
        CREATE TABLE team_members (team_id {} NOT NULL REFERENCES teams, account_id {} NOT NULL REFERENCES accounts,
            PRIMARY KEY (team_id, account_id));
        CREATE INDEX team_members_account ON team_members (account_id);",
        integer(dialect),
        lower("login"),
        lower("email"),
        integer(dialect),
        integer(dialect),
    )
}

fn integer(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "INTEGER",
        Dialect::Postgres => "bigint",
    }
}

fn product(_: Dialect) -> Vec<SqlTable> {
    let instant = |name| SqlColumn::instant(name, TimestampFormat::Rfc3339Micros);
    let users = users("accounts")
        .tenant(SqlColumn::integer("org_id"))
        .key(Key::integer("id").from_sequence())
        .column("userName", "login")
        .column("name.givenName", "first_name")
        .column("name.familyName", "last_name")
        .column("active", SqlColumn::boolean("is_enabled").with_default(true))
        .element("emails", Element::new("work", SqlColumn::text("email").not_null()).primary())
        .element("phoneNumbers", Element::new("work", "phone"))
        .column(&enterprise("department"), "department")
        .column(&enterprise("employeeNumber"), "employee_no")
        .column("meta.created", instant("created_at"))
        .column("meta.lastModified", instant("updated_at"));
    let groups = SqlTable::new(ResourceType::group(), "teams")
        .tenant(SqlColumn::integer("org_id"))
        .key(Key::integer("id").from_sequence())
        .column("displayName", "name")
        .column("meta.created", instant("created_at"))
        .column("meta.lastModified", instant("updated_at"))
        .members(MemberRows::new("team_members", "team_id", "account_id"));
    vec![users, groups]
}

/// Adds the manager, which the test kit has no values for.
pub(super) fn product_with_manager(dialect: Dialect) -> Vec<SqlTable> {
    let mut tables = product(dialect);
    let users = tables.remove(0).reference(&enterprise("manager"), "manager_id");
    tables.insert(0, users);
    tables
}

/// UUID keys, JSON, soft deletion, two telephones, a version column, a member table with a tenant.
fn uuid_ddl(dialect: Dialect) -> String {
    let (uuid, json, time, number, lower) = match dialect {
        Dialect::Sqlite => ("TEXT", "TEXT", "TEXT", "REAL", "lower(NAME)"),
        Dialect::Postgres => {
            ("uuid", "jsonb", "timestamptz", "numeric", "lower(NAME COLLATE \"C\")")
        }
    };
    let lower = |name: &str| lower.replace("NAME", name);
    format!(
        "CREATE TABLE people (id {uuid} PRIMARY KEY, org TEXT NOT NULL, kind TEXT NOT NULL, login VARCHAR(200) NOT NULL, ext TEXT,
            full_name VARCHAR(100), active BOOLEAN, work_phone TEXT, mobile_phone TEXT, addresses {json}, title TEXT NOT NULL,
            created {time} NOT NULL, updated {time} NOT NULL, version INTEGER NOT NULL, deleted_at {time},
            badge_number BIGINT, weight {number}, issued {time}, remote BOOLEAN, tags {json});
        CREATE UNIQUE INDEX people_login ON people (org, {}) WHERE deleted_at IS NULL;
        CREATE INDEX people_ext ON people (org, ext);
        CREATE TABLE squads (id {uuid} PRIMARY KEY, org TEXT NOT NULL, name TEXT NOT NULL, ext TEXT,
            created {time} NOT NULL, updated {time} NOT NULL, version INTEGER NOT NULL);
        CREATE INDEX squads_ext ON squads (org, ext);
        CREATE TABLE squad_people (org TEXT NOT NULL, squad {uuid} NOT NULL, person {uuid} NOT NULL, PRIMARY KEY (squad, person));
        CREATE INDEX squad_people_person ON squad_people (person);",
        lower("login"),
    )
}

/// An extension with attributes of each kind.
fn badge() -> Schema {
    let kinds = json!({
        "id": BADGE, "name": "Badge", "attributes": [
            { "name": "number", "type": "integer" }, { "name": "weight", "type": "decimal" },
            { "name": "issued", "type": "dateTime" }, { "name": "remote", "type": "boolean" },
            { "name": "tags", "type": "string", "multiValued": true },
        ],
    });
    Schema::try_from(kinds).expect("it is consistent")
}

const BADGE: &str = "urn:example:badge";

fn uuid(dialect: Dialect) -> Vec<SqlTable> {
    let format = match dialect {
        Dialect::Sqlite => TimestampFormat::Rfc3339Micros,
        Dialect::Postgres => TimestampFormat::Timestamptz,
    };
    let badge_of = |name: &str| format!("{BADGE}:{name}");
    let users = SqlTable::new(ResourceType::user().with_extension(badge()), "people")
        .column(&badge_of("number"), SqlColumn::integer("badge_number"))
        .column(&badge_of("weight"), SqlColumn::decimal("weight"))
        .column(&badge_of("issued"), SqlColumn::instant("issued", format))
        .column(&badge_of("remote"), SqlColumn::boolean("remote"))
        .column(&badge_of("tags"), SqlColumn::json("tags"))
        .tenant("org")
        .key(Key::uuid("id"))
        .constant("kind", "human")
        .column("userName", "login")
        .column("externalId", "ext")
        .column("displayName", "full_name")
        .column("active", SqlColumn::boolean("active"))
        .element("phoneNumbers", Element::new("work", "work_phone"))
        .element("phoneNumbers", Element::new("mobile", "mobile_phone"))
        .column("addresses", SqlColumn::json("addresses"))
        .column("title", SqlColumn::text("title").not_null())
        .column("meta.created", SqlColumn::instant("created", format))
        .column("meta.lastModified", SqlColumn::instant("updated", format))
        .version("version")
        .soft_delete("deleted_at", format);
    let groups = SqlTable::new(ResourceType::group(), "squads")
        .tenant("org")
        .key(Key::uuid("id"))
        .column("displayName", "name")
        .column("externalId", "ext")
        .column("meta.created", SqlColumn::instant("created", format))
        .column("meta.lastModified", SqlColumn::instant("updated", format))
        .version("version")
        .members(MemberRows::new("squad_people", "squad", "person").tenant("org"));
    vec![users, groups]
}

/// Text keys, a table of addresses, whole seconds, an attribute of another spelling.
fn text_ddl(dialect: Dialect) -> String {
    let (serial, lower) = match dialect {
        Dialect::Sqlite => ("INTEGER PRIMARY KEY", "lower(NAME)"),
        Dialect::Postgres => ("bigserial PRIMARY KEY", "lower(NAME COLLATE \"C\")"),
    };
    let lower = |name: &str| lower.replace("NAME", name);
    format!(
        "CREATE TABLE member (id TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, kind TEXT, created INTEGER NOT NULL,
            updated INTEGER NOT NULL);
        CREATE UNIQUE INDEX member_name ON member (account, {});
        CREATE TABLE member_email (n {serial}, member_id TEXT NOT NULL REFERENCES member, address TEXT, kind TEXT,
            is_main BOOLEAN);
        CREATE INDEX member_email_member ON member_email (member_id);
        CREATE INDEX member_email_address ON member_email ({});
        CREATE TABLE circle (id TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL);
        CREATE TABLE circle_member (account TEXT NOT NULL, circle TEXT NOT NULL, member TEXT NOT NULL, PRIMARY KEY (circle, member));
        CREATE INDEX circle_member_member ON circle_member (member);",
        lower("name"),
        lower("address"),
    )
}

fn text(_: Dialect) -> Vec<SqlTable> {
    let kind = SqlColumn::custom(
        "kind",
        |text| Some(text.strip_prefix("is:")?.into()),
        |value| Some(format!("is:{}", value.as_str()?)),
    );
    let emails = ElementRows::new("member_email", "member_id")
        .column("value", "address")
        .column("type", "kind")
        .column("primary", SqlColumn::boolean("is_main"))
        .ordered_by("n");
    let users = users("member")
        .tenant("account")
        .key(Key::text("id"))
        .column("userName", "name")
        .column("userType", kind)
        .elements("emails", emails)
        .column("meta.created", SqlColumn::instant("created", TimestampFormat::UnixSeconds))
        .column("meta.lastModified", SqlColumn::instant("updated", TimestampFormat::UnixSeconds));
    let groups = SqlTable::new(ResourceType::group(), "circle")
        .tenant("account")
        .key(Key::text("id"))
        .column("displayName", "name")
        .members(
            MemberRows::new("circle_member", "circle", "member")
                .tenant("account")
                .unknown_members(UnknownMembers::Keep),
        );
    vec![users, groups]
}

/// Keys of the database, one tenant, no groups.
fn alone_ddl(dialect: Dialect) -> String {
    let (key, lower, time) = match dialect {
        Dialect::Sqlite => ("INTEGER PRIMARY KEY AUTOINCREMENT", "lower(login)", "TEXT"),
        Dialect::Postgres => (
            "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            "lower(login COLLATE \"C\")",
            "timestamp",
        ),
    };
    format!(
        "CREATE TABLE login (id {key}, login TEXT NOT NULL, source TEXT NOT NULL, nick TEXT, made {time}, changed {time});
        CREATE UNIQUE INDEX login_login ON login ({lower});"
    )
}

fn alone(dialect: Dialect) -> Vec<SqlTable> {
    let format = match dialect {
        Dialect::Sqlite => TimestampFormat::SqlText,
        Dialect::Postgres => TimestampFormat::Timestamp,
    };
    let users = users("login")
        .single_tenant("default")
        .key(Key::integer("id"))
        .initial("source", "scim")
        .column("userName", "login")
        .column("nickName", "nick")
        .fixed("userType", "Employee")
        .column("meta.created", SqlColumn::instant("made", format))
        .column("meta.lastModified", SqlColumn::instant("changed", format));
    vec![users]
}
