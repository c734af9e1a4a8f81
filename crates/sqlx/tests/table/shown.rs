//! Values as clients send and see them, and as filters find them.

use http::Method;
use scimwire::ResourceType;
use scimwire::schema::ENTERPRISE_USER;
use scimwire::sql::{Dialect, TimestampFormat};
use scimwire_sqlx::table::{Element, Key, MemberRows, SqlColumn, SqlTable};
use serde_json::{Value, json};

use super::cases::{Case, dialects};
use super::changes::{Product, case, group, user};

/// Two elements without a type, names of groups that functions convert, groups that the application
/// deletes.
const SHOWN: Case = Case { name: "shown", ddl, tables, tenants: &["1"] };

fn ddl(dialect: Dialect) -> String {
    let lower = |name: &str| match dialect {
        Dialect::Sqlite => format!("lower({name})"),
        Dialect::Postgres => format!("lower({name} COLLATE \"C\")"),
    };
    format!(
        "CREATE TABLE users (id TEXT PRIMARY KEY NOT NULL, org TEXT NOT NULL, login TEXT NOT NULL, mail TEXT, mail_2 TEXT);
        CREATE UNIQUE INDEX users_login ON users (org, {});
        CREATE INDEX users_mail ON users (org, {});
        CREATE INDEX users_mail_2 ON users (org, {});
        CREATE TABLE teams (id TEXT PRIMARY KEY NOT NULL, org TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, gone TEXT);
        CREATE TABLE in_team (team TEXT NOT NULL, member TEXT NOT NULL, PRIMARY KEY (team, member));
        CREATE INDEX in_team_member ON in_team (member);",
        lower("login"),
        lower("mail"),
        lower("mail_2"),
    )
}

fn tables(_: Dialect) -> Vec<SqlTable> {
    let name = SqlColumn::custom(
        "name",
        |text| Some(text.strip_prefix("is:")?.into()),
        |value| Some(format!("is:{}", value.as_str()?)),
    );
    let users = SqlTable::new(ResourceType::user().with_extension(ENTERPRISE_USER), "users")
        .tenant("org")
        .key(Key::text("id"))
        .column("userName", "login")
        .element("emails", Element::untyped("mail"))
        .element("emails", Element::untyped("mail_2"));
    let teams = SqlTable::new(ResourceType::group(), "teams")
        .tenant("org")
        .key(Key::text("id"))
        .column("displayName", name.not_null())
        .constant("kind", "scim")
        .soft_delete("gone", TimestampFormat::Rfc3339Micros)
        .members(MemberRows::new("in_team", "team", "member"));
    vec![users, teams]
}

#[tokio::test]
async fn elements_without_a_type_are_several() {
    for dialect in dialects() {
        let product = Product::of(&SHOWN, dialect).await;
        let mut body = user("bjensen");
        body["emails"] = json!([{ "value": "a@example.com" }, { "value": "b@example.com" }]);
        let created = product.create("1", "/Users", body.clone()).await;
        assert_eq!(created["emails"], body["emails"], "{dialect:?}");
        let path = format!("/Users/{}", created["id"].as_str().expect("an id"));
        let operations = json!([{ "op": "remove", "path": "emails[value eq \"a@example.com\"]" }]);
        assert_eq!(product.patch("1", &path, operations).await.0 / 100, 2);
        let (_, seen) = product.get("1", &path).await;
        assert_eq!(seen["emails"], json!([{ "value": "b@example.com" }]), "{dialect:?}");
    }
}

#[tokio::test]
async fn groups_are_shown_and_found_alike() {
    for dialect in dialects() {
        let product = Product::of(&SHOWN, dialect).await;
        let member = product.create("1", "/Users", user("bjensen")).await;
        let made = product.create("1", "/Groups", group("Tours", &[&member])).await;
        product.opened.run(
            "INSERT INTO teams VALUES ('other', '2', 'is:other', 'scim', NULL), ('bots', '1', 'is:bots', 'bot', NULL),
                ('gone', '1', 'is:gone', 'scim', '2024-01-01T00:00:00Z')",
        ).await;
        product.opened.run(
            "INSERT INTO in_team SELECT t.id, u.id FROM teams t, users u WHERE t.id IN ('other', 'bots', 'gone')",
        ).await;
        let path = format!("/Users/{}", member["id"].as_str().expect("an id"));
        let (_, seen) = product.get("1", &path).await;
        let groups: Vec<&Value> =
            seen["groups"].as_array().into_iter().flatten().map(|it| &it["display"]).collect();
        assert_eq!(groups, ["Tours"], "{dialect:?}");
        let own = made["id"].as_str().expect("an id");
        for (filter, expected) in [
            (format!("groups.value eq \"{own}\""), 1),
            ("groups.value eq \"other\"".to_owned(), 0),
            ("groups.value eq \"bots\"".to_owned(), 0),
            ("groups.value eq \"gone\"".to_owned(), 0),
            ("groups.display eq \"Tours\"".to_owned(), 1),
            ("groups.display eq \"is:Tours\"".to_owned(), 0),
            ("groups.display sw \"o\"".to_owned(), 0),
        ] {
            let encoded = filter.replace(' ', "%20").replace('"', "%22");
            let (_, found) = product.get("1", &format!("/Users?filter={encoded}")).await;
            assert_eq!(found["totalResults"], json!(expected), "{dialect:?} {filter}: {found}");
        }
        let gone = product.send("1", Method::DELETE, &path, Value::Null).await;
        assert_eq!(gone.0, 204);
    }
}

#[tokio::test]
async fn whole_numbers_of_sqlite_have_64_bits() {
    let ddl = |dialect| (case("uuid keys").ddl)(dialect).replace("BIGINT", "INTEGER");
    let product = Product::of(&Case { ddl, ..case("uuid keys") }, Dialect::Sqlite).await;
    let mut body = user("bjensen");
    body["urn:example:badge"] = json!({ "number": 3_000_000_000_i64 });
    let created = product.create("acme", "/Users", body.clone()).await;
    assert_eq!(created["urn:example:badge"]["number"], body["urn:example:badge"]["number"]);
}
