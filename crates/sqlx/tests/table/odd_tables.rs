//! Tables that would fail later are refused when they are opened.

use scimwire::ResourceType;
use scimwire::sql::{Dialect, TimestampFormat};
use scimwire_sqlx::table::{ElementRows, Key, MemberRows, SqlColumn, SqlTable};

use super::cases::dialects;
use super::refused::assert_refused;

const DDL: &str = "
    CREATE TABLE users (id TEXT PRIMARY KEY NOT NULL, login TEXT NOT NULL, changed TEXT, kind KIND,
        shout TEXT GENERATED ALWAYS AS (upper(login)) STORED);
    CREATE UNIQUE INDEX users_login ON users (LOWER_login);
    CREATE TABLE mails (user_id TEXT NOT NULL, value TEXT, source TEXT NOT NULL);
    CREATE INDEX mails_user ON mails (user_id);
    CREATE INDEX mails_value ON mails (LOWER_value);
    CREATE TABLE teams (id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL);
    CREATE TABLE loose (team TEXT NOT NULL, member TEXT NOT NULL);
    CREATE INDEX loose_team ON loose (team);
    CREATE INDEX loose_member ON loose (member);
    CREATE TABLE roles (team TEXT NOT NULL, member TEXT NOT NULL, role TEXT NOT NULL, PRIMARY KEY (team, member));
    CREATE INDEX roles_member ON roles (member);
    CREATE TABLE shared (org TEXT NOT NULL, id TEXT NOT NULL, login TEXT NOT NULL, PRIMARY KEY (org, id));
    CREATE UNIQUE INDEX shared_login ON shared (org, LOWER_login);
    CREATE TABLE counted (id IDENTITY, login TEXT NOT NULL);
    CREATE UNIQUE INDEX counted_login ON counted (LOWER_login);";

fn ddl(dialect: Dialect) -> String {
    let (lower, kind, before) = match dialect {
        Dialect::Sqlite => ("lower(NAME)", "TEXT", ""),
        Dialect::Postgres => {
            ("lower(NAME COLLATE \"C\")", "kind", "CREATE TYPE kind AS ENUM ('human', 'bot');")
        }
    };
    let identity = match dialect {
        Dialect::Sqlite => "INTEGER PRIMARY KEY AUTOINCREMENT",
        Dialect::Postgres => "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    };
    let ddl = DDL.replace("KIND", kind).replace("IDENTITY", identity);
    let ddl = ddl.replace("LOWER_login", &lower.replace("NAME", "login"));
    format!("{before}{}", ddl.replace("LOWER_value", &lower.replace("NAME", "value")))
}

fn users() -> SqlTable {
    SqlTable::new(ResourceType::user(), "users")
        .single_tenant("default")
        .key(Key::text("id"))
        .column("userName", "login")
}

/// Ids are unique in a tenant alone.
fn shared() -> SqlTable {
    SqlTable::new(ResourceType::user(), "shared")
        .tenant("org")
        .key(Key::text("id"))
        .column("userName", "login")
}

fn counted() -> SqlTable {
    SqlTable::new(ResourceType::user(), "counted")
        .single_tenant("default")
        .key(Key::integer("id").from_sequence())
        .column("userName", "login")
}

fn teams(rows: &str) -> Vec<SqlTable> {
    let teams = SqlTable::new(ResourceType::group(), "teams")
        .single_tenant("default")
        .key(Key::text("id"))
        .column("displayName", "name")
        .members(MemberRows::new(rows, "team", "member"));
    vec![users(), teams]
}

/// Descriptions, and parts of the refusal of each; some of PostgreSQL alone.
fn cases() -> Vec<(&'static str, Vec<SqlTable>, &'static [&'static str])> {
    let any = "";
    let mails = || ElementRows::new("mails", "user_id").column("value", "value");
    let custom = SqlColumn::custom("changed", |text| Some(text.into()), |_| None);
    let one = |table| vec![table];
    vec![
        (any, one(users().constant("nope", "x")), &["`nope`", "does not exist"]),
        (any, one(users().initial("nope", "x")), &["`nope`", "does not exist"]),
        (
            any,
            one(users().soft_delete("nope", TimestampFormat::Rfc3339Micros)),
            &["`nope`", "does not exist"],
        ),
        (
            any,
            one(users().soft_delete("changed", TimestampFormat::UnixMicros)),
            &["`changed`", "type is `text`"],
        ),
        ("postgres", one(users().constant("kind", "human")), &["`kind`", "type is `kind`"]),
        (any, one(users().column("title", "shout")), &["title", "`shout`", "generated"]),
        (
            any,
            one(users().column("meta.lastModified", custom)),
            &["meta.lastModified", "`changed`"],
        ),
        (
            any,
            one(users().column("meta.lastModified", SqlColumn::json("changed"))),
            &["meta.lastModified", "`changed`"],
        ),
        (any, one(users().elements("emails", mails())), &["`mails`", "`source`", "NOT NULL"]),
        (
            any,
            one(users().elements("emails", mails().column("type", "source").ordered_by("nope"))),
            &["`mails`", "`nope`", "does not exist"],
        ),
        (
            any,
            one(shared().elements("emails", mails().column("type", "source"))),
            &["`shared`", "two tenants", "CREATE UNIQUE INDEX shared_id ON shared (id)"],
        ),
        ("postgres", one(counted()), &["`counted`", "generated", ".from_sequence()"]),
        (any, teams("roles"), &["`roles`", "`role`", "NOT NULL"]),
        (any, teams("loose"), &["`loose`", "members", "UNIQUE INDEX", "(team, member)"]),
    ]
}

#[tokio::test]
async fn what_would_fail_later_is_refused() {
    for dialect in dialects() {
        let is_here = |only: &str| only != "postgres" || dialect == Dialect::Postgres;
        let cases = cases().into_iter().filter(|(only, _, _)| is_here(only));
        let cases = cases.map(|(_, tables, expected)| (tables, expected)).collect();
        assert_refused(dialect, &ddl(dialect), cases).await;
    }
}
