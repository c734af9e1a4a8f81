//! Names that SQL has to quote.

use scimwire::ResourceType;
use scimwire::schema::ENTERPRISE_USER;
use scimwire::sql::Dialect;
use scimwire_sqlx::table::{Element, ElementRows, Key, MemberRows, SqlColumn, SqlTable};

use super::cases::{Case, Opened, dialects};

/// Reserved words, upper case, spaces and quotes as names; in PostgreSQL in a schema.
pub(super) const ODD: Case = Case { name: "odd names", ddl, tables, tenants: &["1", "o'hara"] };

fn ddl(dialect: Dialect) -> String {
    let (schema, prefix) = match dialect {
        Dialect::Sqlite => ("", ""),
        Dialect::Postgres => ("CREATE SCHEMA \"App\";", "\"App\"."),
    };
    let lower = |name: &str| match dialect {
        Dialect::Sqlite => format!("lower({name})"),
        Dialect::Postgres => format!("lower({name} COLLATE \"C\")"),
    };
    format!(
        "{schema}
        CREATE TABLE {prefix}\"User\" (\"Key\" TEXT PRIMARY KEY, \"Table\" TEXT NOT NULL, \"Select\" TEXT NOT NULL,
            \"say \"\"hi\"\"\" TEXT, \"order\" TEXT, \"E-mail\" TEXT);
        CREATE UNIQUE INDEX first_select ON {prefix}\"User\" (\"Table\", {});
        CREATE INDEX first_mail ON {prefix}\"User\" (\"Table\", {});
        CREATE INDEX first_order ON {prefix}\"User\" (\"order\");
        CREATE TABLE {prefix}\"Group\" (\"Key\" TEXT PRIMARY KEY, \"Table\" TEXT NOT NULL, \"Name\" TEXT NOT NULL);
        CREATE TABLE {prefix}\"In\" (\"group\" TEXT NOT NULL REFERENCES {prefix}\"Group\", \"User\" TEXT NOT NULL REFERENCES {prefix}\"User\",
            PRIMARY KEY (\"group\", \"User\"));
        CREATE INDEX first_in ON {prefix}\"In\" (\"User\");
        CREATE TABLE {prefix}\"Phone\" (\"Of\" TEXT NOT NULL REFERENCES {prefix}\"User\", \"Value\" TEXT);
        CREATE INDEX first_phone ON {prefix}\"Phone\" (\"Of\");",
        lower("\"Select\""),
        lower("\"E-mail\""),
    )
}

fn tables(dialect: Dialect) -> Vec<SqlTable> {
    let name = |table: &str| match dialect {
        Dialect::Sqlite => table.to_owned(),
        Dialect::Postgres => format!("App.{table}"),
    };
    let users = SqlTable::new(ResourceType::user().with_extension(ENTERPRISE_USER), &name("User"))
        .tenant("Table")
        .key(Key::text("Key"))
        .column("userName", "Select")
        .column("nickName", SqlColumn::text("say \"hi\""))
        .element("emails", Element::new("work", "E-mail").primary())
        .elements("phoneNumbers", ElementRows::new(&name("Phone"), "Of").column("value", "Value"));
    let groups = SqlTable::new(ResourceType::group(), &name("Group"))
        .tenant("Table")
        .key(Key::text("Key"))
        .column("displayName", "Name")
        .members(MemberRows::new(&name("In"), "group", "User"));
    vec![users, groups]
}

#[tokio::test]
async fn statements_for_people_run_as_they_are() {
    for dialect in dialects() {
        let opened = ODD.open(dialect).await;
        let indexes = match &opened {
            Opened::Sqlite { tables, .. } => tables.indexes(),
            Opened::Postgres { tables, .. } => tables.indexes(),
        };
        for statement in indexes.into_iter().chain(opened.triggers()) {
            opened.run(&statement).await;
        }
    }
}
