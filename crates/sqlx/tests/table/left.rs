//! Effects of a change on other rows and tables.

use http::Method;
use scimwire::sql::{Dialect, TimestampFormat};
use scimwire_sqlx::table::SqlTable;
use serde_json::{Value, json};

use super::cases::{Case, dialects, product_with_manager};
use super::changes::{Product, case, group, user, version};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn path(kind: &str, resource: &Value) -> String {
    format!("/{kind}/{}", resource["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn a_group_of_the_application_gets_another_version() {
    for dialect in dialects() {
        let product = Product::of(&case("text keys"), dialect).await;
        let member = product.create("acme", "/Users", user("bjensen")).await;
        product.opened.run("INSERT INTO circle VALUES ('own', 'acme', 'Own')").await;
        product.opened.run("INSERT INTO circle_member SELECT 'acme', 'own', id FROM member").await;
        let (_, before) = product.get("acme", "/Groups/own").await;
        assert_eq!(before["members"].as_array().map(Vec::len), Some(1), "{before}");
        let gone = product.send("acme", Method::DELETE, &path("Users", &member), Value::Null).await;
        assert_eq!(gone.0, 204);
        let (_, after) = product.get("acme", "/Groups/own").await;
        assert_eq!(after["members"], Value::Null);
        assert_ne!(version(&after), version(&before), "{dialect:?}");
        assert_eq!(after["meta"]["created"], before["meta"]["created"]);
    }
}

#[tokio::test]
async fn a_time_of_creation_does_not_change() {
    for dialect in dialects() {
        let product = Product::of(&case("text keys"), dialect).await;
        product.opened.run("INSERT INTO circle VALUES ('own', 'acme', 'Own')").await;
        let (_, before) = product.get("acme", "/Groups/own").await;
        let operations = json!([{ "op": "replace", "path": "displayName", "value": "New" }]);
        assert_eq!(product.patch("acme", "/Groups/own", operations).await.0 / 100, 2);
        let (_, after) = product.get("acme", "/Groups/own").await;
        assert_eq!(after["displayName"], json!("New"));
        assert_eq!(after["meta"]["created"], before["meta"]["created"], "{dialect:?}");
    }
}

fn managed_ddl(dialect: Dialect) -> String {
    let ddl = (case("a product").ddl)(dialect);
    let more = ["deleted_at TEXT", "version INTEGER NOT NULL DEFAULT 1"];
    let more = more.map(|column| format!("ALTER TABLE accounts ADD {column};"));
    format!("{ddl} {}", more.concat())
}

fn managed(dialect: Dialect) -> Vec<SqlTable> {
    let mut tables = product_with_manager(dialect);
    let users = tables.remove(0).version("version");
    tables.insert(0, users.soft_delete("deleted_at", TimestampFormat::Rfc3339Micros));
    tables
}

#[tokio::test]
async fn a_deleted_manager_is_none_any_more() {
    for dialect in dialects() {
        let case = Case { ddl: managed_ddl, tables: managed, ..case("a product") };
        let product = Product::of(&case, dialect).await;
        let boss = product.create("1", "/Users", user("boss")).await;
        let mut body = user("worker");
        body[ENTERPRISE] = json!({ "manager": { "value": boss["id"] } });
        let worker = product.create("1", "/Users", body).await;
        assert_eq!(worker[ENTERPRISE]["manager"]["value"], boss["id"]);
        let gone = product.send("1", Method::DELETE, &path("Users", &boss), Value::Null).await;
        assert_eq!(gone.0, 204);
        let (_, left) = product.get("1", &path("Users", &worker)).await;
        assert_eq!(left[ENTERPRISE]["manager"], Value::Null, "{dialect:?}: {left}");
        assert_ne!(version(&left), version(&worker), "{dialect:?}");
        assert_ne!(left["meta"]["lastModified"], worker["meta"]["lastModified"], "{dialect:?}");
    }
}

#[tokio::test]
async fn triggers_see_a_member_that_becomes_another() {
    for dialect in dialects() {
        let product = Product::of(&case("a product"), dialect).await;
        for trigger in product.opened.triggers() {
            product.opened.run(&trigger).await;
        }
        let one = product.create("1", "/Users", user("one")).await;
        let two = product.create("1", "/Users", user("two")).await;
        let made = product.create("1", "/Groups", group("Tours", &[&one])).await;
        let other = product.create("1", "/Groups", group("Other", &[])).await;
        let mut last = [version(&made), version(&other)];
        let moved = |column: &str, to: &Value| {
            let id = to["id"].as_str().expect("an id");
            format!("UPDATE team_members SET {column} = {id}")
        };
        for (sql, changed) in
            [(moved("account_id", &two), [true, false]), (moved("team_id", &other), [true, true])]
        {
            product.opened.run(&sql).await;
            for (group, (last, changed)) in
                [&made, &other].into_iter().zip(last.iter_mut().zip(changed))
            {
                let seen = version(&product.get("1", &path("Groups", group)).await.1);
                assert_eq!(seen != *last, changed, "{dialect:?}: {sql}");
                *last = seen;
            }
        }
    }
}
