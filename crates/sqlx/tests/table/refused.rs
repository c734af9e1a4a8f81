//! Descriptions that cannot work are refused, with the attribute, the column and the remedy.

use scimwire::ResourceType;
use scimwire::sql::{Dialect, TimestampFormat};
use scimwire_sqlx::table::{
    Element, ElementRows, Key, MemberRows, OpenTablesError, SqlColumn, SqlTable, SqlTables,
    UnknownMembers,
};

use super::cases::{dialects, postgres, sqlite};

/// Descriptions, and parts of their refusal.
pub(super) type Refused = (Vec<SqlTable>, &'static [&'static str]);

/// A table that a description has to fit.
const DDL: &str = "
    CREATE TABLE accounts (id KEY, org TEXT NOT NULL, login TEXT NOT NULL, email TEXT, nick TEXT, is_enabled BOOLEAN NOT NULL,
        number INTEGER, made TEXT, changed TEXT, source TEXT);
    CREATE UNIQUE INDEX accounts_login ON accounts (org, LOWER_login);
    CREATE TABLE teams (id KEY, org TEXT NOT NULL, name TEXT NOT NULL);
    CREATE TABLE team_members (team_id INTEGER NOT NULL, account_id INTEGER NOT NULL, PRIMARY KEY (team_id, account_id));
    CREATE TABLE plain (id KEY, org TEXT NOT NULL, login TEXT NOT NULL, secret TEXT NOT NULL);
    CREATE UNIQUE INDEX plain_login ON plain (org, login);
    CREATE TABLE named (id KEY, org TEXT NOT NULL, login TEXT NOT NULL, nick TEXT, UNIQUE (org, nick));
    CREATE UNIQUE INDEX named_login ON named (org, LOWER_login);
    CREATE TABLE mails (account_id INTEGER NOT NULL, value TEXT);";

fn ddl(dialect: Dialect) -> String {
    let (key, lower) = match dialect {
        Dialect::Sqlite => ("INTEGER PRIMARY KEY AUTOINCREMENT", "lower(login)"),
        Dialect::Postgres => {
            ("integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "lower(login COLLATE \"C\")")
        }
    };
    DDL.replace("KEY,", &format!("{key},")).replace("LOWER_login", lower)
}

fn users(table: &str) -> SqlTable {
    SqlTable::new(ResourceType::user(), table)
        .tenant("org")
        .key(Key::integer("id"))
        .column("userName", "login")
}

fn account() -> SqlTable {
    users("accounts").column("active", SqlColumn::boolean("is_enabled").with_default(true))
}

fn groups() -> SqlTable {
    SqlTable::new(ResourceType::group(), "teams")
        .tenant("org")
        .key(Key::integer("id"))
        .column("displayName", "name")
}

fn members() -> MemberRows {
    MemberRows::new("team_members", "team_id", "account_id")
}

/// Descriptions, and parts of the refusal of each.
fn cases() -> Vec<Refused> {
    let whole = SqlTable::new(ResourceType::user(), "accounts");
    let one = |table| vec![table];
    vec![
        (one(whole.clone().tenant("org")), &["no primary key", ".key("]),
        (one(whole.clone().key(Key::integer("id"))), &["no tenant", ".tenant("]),
        (one(whole.tenant("org").key(Key::integer("id"))), &["userName"]),
        (one(account().column("nickname_", "nick")), &["nickname_", "no such attribute"]),
        (one(account().column("nickName", "login")), &["`login`", "two meanings"]),
        (one(account().column("userName", "nick")), &["userName", "mapped twice"]),
        (
            one(account().column("title", SqlColumn::boolean("nick"))),
            &["title", "nick", "cannot hold"],
        ),
        (one(account().column("emails", "email")), &["emails", "multi-valued", ".element("]),
        (one(account().element("title", Element::new("work", "nick"))), &["title", "single value"]),
        (
            one(account().element("emails", Element::new("work", "email")).elements(
                "emails",
                ElementRows::new("mails", "account_id").column("value", "value"),
            )),
            &["emails", "mapped twice"],
        ),
        (vec![account(), groups()], &["members", "no membership table", ".members("]),
        (one(groups().members(members())), &["members", "no table of `User`"]),
        (
            vec![account(), groups().members(members().unknown_members(UnknownMembers::Keep))],
            &["members", "unknown ids"],
        ),
        (vec![account(), account()], &["`User` has two tables"]),
    ]
}

/// Descriptions that do not fit the database, and parts of the refusal of each.
fn misfits() -> Vec<Refused> {
    let one = |table| vec![table];
    vec![
        (one(users("accounts")), &["`is_enabled`", "NOT NULL", ".initial("]),
        (
            one(users("accounts").column("active", SqlColumn::boolean("is_enabled"))),
            &["active", "`is_enabled`", "NOT NULL", ".with_default("],
        ),
        (
            one(account().column("nickName", "nope")),
            &["nickName", "`nope`", "does not exist", "`nick`"],
        ),
        (one(account().column("title", "number")), &["title", "`number`", "type is `integer`"]),
        (
            one(account()
                .column("meta.created", SqlColumn::instant("number", TimestampFormat::SqlText))),
            &["meta.created", "`number`"],
        ),
        (one(account().version("number")), &["meta.version", "`number`"]),
        (one(users("nowhere")), &["table `nowhere`", "does not exist"]),
        (
            one(users("named").column("nickName", "nick")),
            &["nickName", "`nick`", "is unique", ".with_unique(\"nickName\")"],
        ),
        (one(account().key(Key::text("nick"))), &["id", "`nick`", "may be NULL", "primary key"]),
        (
            one(users("plain").initial("secret", "none")),
            &[
                "userName",
                "no unique index",
                "ignores case",
                "CREATE UNIQUE INDEX scim_plain_login ON plain (org, lower(login",
            ],
        ),
        (
            one(account().column("externalId", "source")),
            &["externalId", "CREATE INDEX scim_accounts_source ON accounts (org, source)"],
        ),
        (
            one(account().element("emails", Element::new("work", "email"))),
            &["emails.value", "CREATE INDEX scim_accounts_email ON accounts (org, lower(email"],
        ),
        (
            vec![account(), groups().members(members())],
            &["members", "CREATE INDEX scim_team_members_account_id ON team_members (account_id)"],
        ),
        (
            one(account().elements(
                "emails",
                ElementRows::new("mails", "account_id").column("value", "value"),
            )),
            &[
                "emails",
                "CREATE INDEX scim_mails_account_id ON mails (account_id)",
                "CREATE INDEX scim_mails_value ON mails (lower(value",
            ],
        ),
    ]
}

#[tokio::test]
async fn what_cannot_work_is_refused_with_the_remedy() {
    for dialect in dialects() {
        let cases = cases().into_iter().chain(misfits()).collect();
        assert_refused(dialect, &ddl(dialect), cases).await;
    }
}

/// Opens each description over these tables, and compares its refusal with what is expected of it.
pub(super) async fn assert_refused(dialect: Dialect, ddl: &str, cases: Vec<Refused>) {
    let folder = tempfile::tempdir().expect("a folder");
    let sqlite = sqlite(&folder).await;
    let postgres = match dialect {
        Dialect::Sqlite => None,
        Dialect::Postgres => Some(postgres().await),
    };
    match &postgres {
        None => drop(sqlx::raw_sql(ddl).execute(&sqlite).await.expect("tables")),
        Some(pool) => drop(sqlx::raw_sql(ddl).execute(pool).await.expect("tables")),
    }
    for (tables, expected) in cases {
        let refused = match &postgres {
            None => SqlTables::open(sqlite.clone(), tables).await.err(),
            Some(pool) => SqlTables::open(pool.clone(), tables).await.err(),
        };
        let Some(OpenTablesError::Tables(refused)) = refused else {
            panic!("{dialect:?}: {expected:?} is accepted, or something else fails: {refused:?}");
        };
        let text = refused.to_string();
        for part in expected {
            assert!(text.contains(part), "{dialect:?}: {part} is missing in: {text}");
        }
        assert!(refused.problems().iter().all(|problem| !problem.remedy.is_empty()), "{text}");
    }
}

#[tokio::test]
async fn sqlite_must_not_give_a_key_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = sqlite(&folder).await;
    let ddl = "CREATE TABLE t (id INTEGER PRIMARY KEY, login TEXT NOT NULL); CREATE UNIQUE INDEX t_login ON t (lower(login));";
    sqlx::raw_sql(ddl).execute(&pool).await.expect("a table");
    let table = |key| {
        SqlTable::new(ResourceType::user(), "t")
            .single_tenant("default")
            .key(key)
            .column("userName", "login")
    };
    let refused = SqlTables::open(pool.clone(), [table(Key::integer("id"))]).await;
    let told = refused.expect_err("keys are given again").to_string();
    assert!(told.contains("AUTOINCREMENT") && told.contains(".from_sequence()"), "{told}");
    SqlTables::open(pool, [table(Key::integer("id").from_sequence())]).await.expect("it counts");
}

/// Statistics say that an index is of no use so far, since no row has a value.
#[tokio::test]
async fn an_index_counts_before_there_are_values() {
    let folder = tempfile::tempdir().expect("a folder");
    let pool = sqlite(&folder).await;
    let rows = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000)
        INSERT INTO accounts (org, login, is_enabled) SELECT 'one', 'user' || n, 1 FROM n; ANALYZE;";
    let index = "CREATE INDEX scim_accounts_source ON accounts (org, source);";
    let ddl = ddl(Dialect::Sqlite);
    sqlx::raw_sql(&format!("{ddl} {index} {rows}")).execute(&pool).await.expect("tables");
    let described = account().column("externalId", "source");
    SqlTables::open(pool, [described]).await.expect("the index is there");
}
