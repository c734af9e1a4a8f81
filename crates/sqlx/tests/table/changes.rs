//! Changes of clients and of the application, as the other side sees them.

use http::{Method, Request};
use scimwire::Dispatcher;
use scimwire::auth::RequestContext;
use scimwire::sql::Dialect;
use serde_json::{Value, json};

use super::cases::{CASES, Case, Opened, dialects, product_with_manager};

/// A product behind a dispatcher.
pub(super) struct Product {
    pub(super) opened: Opened,
    scim: Dispatcher,
}

impl Product {
    pub(super) async fn of(case: &Case, dialect: Dialect) -> Self {
        let opened = case.open(dialect).await;
        let mut scim = Dispatcher::builder("https://example.com/scim/v2");
        for table in (case.tables)(dialect) {
            scim = scim.store(opened.store(table.resource_type_name()));
        }
        Self { opened, scim: scim.unauthenticated().build().expect("a provider") }
    }

    pub(super) async fn send(
        &self,
        tenant: &str,
        method: Method,
        path: &str,
        body: Value,
    ) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder()
            .method(method)
            .uri(format!("/scim/v2{path}"))
            .extension(RequestContext::new(tenant));
        let response = self.scim.dispatch(request.body(body).expect("a request")).await;
        let status = response.status().as_u16();
        (status, serde_json::from_slice(response.body()).unwrap_or_default())
    }

    pub(super) async fn get(&self, tenant: &str, path: &str) -> (u16, Value) {
        self.send(tenant, Method::GET, path, Value::Null).await
    }

    pub(super) async fn create(&self, tenant: &str, path: &str, body: Value) -> Value {
        let (status, created) = self.send(tenant, Method::POST, path, body).await;
        assert_eq!(status, 201, "{created}");
        created
    }

    pub(super) async fn patch(&self, tenant: &str, path: &str, operations: Value) -> (u16, Value) {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations,
        });
        self.send(tenant, Method::PATCH, path, body).await
    }
}

pub(super) fn case(name: &str) -> Case {
    *CASES.iter().find(|case| case.name == name).expect(name)
}

pub(super) fn user(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name,
        "emails": [{ "type": "work", "value": format!("{name}@example.com"), "primary": true }],
    })
}

pub(super) fn group(name: &str, members: &[&Value]) -> Value {
    let members: Vec<Value> = members.iter().map(|it| json!({ "value": it["id"] })).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name,
        "members": members,
    })
}

pub(super) fn version(resource: &Value) -> String {
    resource["meta"]["version"].as_str().expect("a version").to_owned()
}

#[tokio::test]
async fn a_life_leaves_its_traces_in_the_tables() {
    for dialect in dialects() {
        let product = Product::of(&case("a product"), dialect).await;
        let mut body = user("bjensen");
        body["externalId"] = json!("x-1");
        body["emails"] = json!([
            { "type": "home", "value": "home@example.com" },
            { "type": "work", "value": "work@example.com", "primary": true },
        ]);
        body["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] =
            json!({ "department": "Tours", "employeeNumber": "7" });
        let created = product.create("1", "/Users", body).await;
        assert_eq!(created["active"], json!(true), "the default");
        assert_eq!(
            created["emails"],
            json!([{ "type": "work", "value": "work@example.com", "primary": true }])
        );
        let row = product.opened.text(
            "SELECT login || ' ' || email || ' ' || department || ' ' || employee_no FROM accounts WHERE org_id = 1",
        );
        assert_eq!(row.await.as_deref(), Some("bjensen work@example.com Tours 7"));
        let (_, found) = product.get("1", "/Users?filter=externalId%20eq%20%22x-1%22").await;
        assert_eq!(found["totalResults"], json!(1));
        let (_, found) =
            product.get("1", "/Users?filter=emails.value%20eq%20%22WORK@example.com%22").await;
        assert_eq!(found["totalResults"], json!(1));
        assert_eq!(
            product.get("2", &format!("/Users/{}", created["id"].as_str().expect("id"))).await.0,
            404
        );
    }
}

#[tokio::test]
async fn the_application_changes_a_row_and_clients_see_another_version() {
    for dialect in dialects() {
        let product = Product::of(&case("a product"), dialect).await;
        let created = product.create("1", "/Users", user("bjensen")).await;
        let path = format!("/Users/{}", created["id"].as_str().expect("an id"));
        product.opened.run("UPDATE accounts SET first_name = 'Barbara'").await;
        let (_, seen) = product.get("1", &path).await;
        assert_eq!(seen["name"]["givenName"], json!("Barbara"));
        assert_ne!(version(&seen), version(&created));
        let (_, list) = product.get("1", "/Users?filter=name.givenName%20eq%20%22barbara%22").await;
        assert_eq!(list["totalResults"], json!(1));
        product.opened.run(
            "INSERT INTO accounts (id, org_id, login, email, is_enabled) VALUES (77, 1, 'new', 'new@example.com', TRUE)",
        ).await;
        let (status, seen) = product.get("1", "/Users/77").await;
        assert_eq!((status, &seen["userName"]), (200, &json!("new")));
        let next = product.create("1", "/Users", user("next")).await;
        assert_eq!(next["id"], json!("78"), "one more than any before");
    }
}

#[tokio::test]
async fn triggers_give_groups_another_version() {
    for dialect in dialects() {
        for (name, tenant, leave, grow) in [
            ("a product", "1", "DELETE FROM team_members", "UPDATE teams SET name = 'x'"),
            ("uuid keys", "acme", "DELETE FROM squad_people", "UPDATE squads SET name = 'x'"),
        ] {
            let product = Product::of(&case(name), dialect).await;
            for trigger in product.opened.triggers() {
                product.opened.run(&trigger).await;
            }
            let member = product.create(tenant, "/Users", user("bjensen")).await;
            let made = product.create(tenant, "/Groups", group("Tours", &[&member])).await;
            let path = format!("/Groups/{}", made["id"].as_str().expect("an id"));
            let mut last = version(&product.get(tenant, &path).await.1);
            for sql in [leave, grow] {
                product.opened.run(sql).await;
                let (_, seen) = product.get(tenant, &path).await;
                assert_ne!(version(&seen), last, "{sql}");
                last = version(&seen);
            }
        }
    }
}

#[tokio::test]
async fn a_key_is_not_given_again() {
    for dialect in dialects() {
        let product = Product::of(&case("a product"), dialect).await;
        for name in ["a", "b"] {
            let created = product.create("1", "/Users", user(name)).await;
            let path = format!("/Users/{}", created["id"].as_str().expect("an id"));
            assert_eq!(product.send("1", Method::DELETE, &path, Value::Null).await.0, 204);
        }
        let last = product.create("1", "/Users", user("c")).await;
        assert_eq!(last["id"], json!("3"));
    }
}

#[tokio::test]
async fn what_a_column_cannot_hold_is_the_clients_error() {
    for dialect in dialects() {
        let product = Product::of(&case("uuid keys"), dialect).await;
        let mut long = user("bjensen");
        long["displayName"] = json!("é".repeat(101));
        let mut nul = user("bjensen");
        nul["displayName"] = json!("a\0b");
        // SQLite knows no length.
        let long = (dialect == Dialect::Postgres).then_some((long, "displayName"));
        for (body, expected) in [(nul, "U+0000")].into_iter().chain(long) {
            let (status, error) = product.send("acme", Method::POST, "/Users", body).await;
            assert_eq!((status, &error["scimType"]), (400, &json!("invalidValue")), "{error}");
            let detail = error["detail"].as_str().expect("a detail");
            assert!(detail.contains(expected), "{detail}");
        }
    }
}

#[tokio::test]
async fn members_are_users_of_the_tenant() {
    for dialect in dialects() {
        let product = Product::of(&case("a product"), dialect).await;
        let (own, other) = (
            product.create("1", "/Users", user("own")).await,
            product.create("2", "/Users", user("other")).await,
        );
        let (status, error) =
            product.send("1", Method::POST, "/Groups", group("Tours", &[&own, &other])).await;
        assert_eq!((status, &error["scimType"]), (400, &json!("invalidValue")), "{error}");
        let made = product.create("1", "/Groups", group("Tours", &[&own])).await;
        assert!([&own, &other].iter().all(|user| user["id"] != made["id"]), "{made}");
        let path = format!("/Groups/{}", made["id"].as_str().expect("an id"));
        for id in [other["id"].clone(), json!("99"), json!("x"), json!("007")] {
            let operations =
                json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]);
            let (status, error) = product.patch("1", &path, operations).await;
            assert_eq!((status, &error["scimType"]), (400, &json!("invalidValue")), "{error}");
        }
        let (_, seen) = product.get("1", &path).await;
        assert_eq!(seen["members"].as_array().map(Vec::len), Some(1), "{seen}");
        assert_eq!(version(&seen), version(&made));
        let path = format!("/Users/{}", own["id"].as_str().expect("an id"));
        let (_, seen) = product.get("1", &path).await;
        assert_eq!(seen["groups"][0]["display"], json!("Tours"), "{seen}");
        assert_eq!(product.send("1", Method::DELETE, &path, Value::Null).await.0, 204);
        let (_, left) =
            product.get("1", &format!("/Groups/{}", made["id"].as_str().expect("id"))).await;
        assert_eq!(left["members"], Value::Null, "{left}");
        assert_ne!(version(&left), version(&made));
    }
}

#[tokio::test]
async fn a_deleted_row_may_stay_in_the_table() {
    for dialect in dialects() {
        let product = Product::of(&case("uuid keys"), dialect).await;
        let created = product.create("acme", "/Users", user("bjensen")).await;
        let path = format!("/Users/{}", created["id"].as_str().expect("an id"));
        assert_eq!(product.send("acme", Method::DELETE, &path, Value::Null).await.0, 204);
        assert_eq!(product.get("acme", &path).await.0, 404);
        assert_eq!(product.get("acme", "/Users").await.1["totalResults"], json!(0));
        let left = "SELECT login FROM people WHERE deleted_at IS NOT NULL";
        assert_eq!(product.opened.text(left).await.as_deref(), Some("bjensen"));
        product.create("acme", "/Users", user("bjensen")).await;
    }
}

#[tokio::test]
async fn a_manager_is_another_row() {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    for dialect in dialects() {
        let with_manager = Case { tables: product_with_manager, ..case("a product") };
        let product = Product::of(&with_manager, dialect).await;
        let boss = product.create("1", "/Users", user("boss")).await;
        let stranger = product.create("2", "/Users", user("stranger")).await;
        let managed = |by: &Value| {
            let mut body = user("worker");
            body[enterprise] = json!({ "manager": { "value": by["id"] } });
            body
        };
        let (status, error) = product.send("1", Method::POST, "/Users", managed(&stranger)).await;
        assert_eq!((status, &error["scimType"]), (400, &json!("invalidValue")), "{error}");
        let worker = product.create("1", "/Users", managed(&boss)).await;
        assert_eq!(worker[enterprise]["manager"]["value"], boss["id"]);
        let filter = format!("/Users?filter={enterprise}:manager.value%20eq%20%221%22");
        assert_eq!(product.get("1", &filter).await.1["totalResults"], json!(1));
        let path = |user: &Value| format!("/Users/{}", user["id"].as_str().expect("an id"));
        assert_eq!(product.send("1", Method::DELETE, &path(&boss), Value::Null).await.0, 204);
        let (_, left) = product.get("1", &path(&worker)).await;
        assert_eq!(left[enterprise]["manager"], Value::Null, "{left}");
        assert_ne!(version(&left), version(&worker));
    }
}

#[tokio::test]
async fn a_row_that_is_no_resource_is_left_out() {
    for dialect in dialects() {
        let product = Product::of(&case("a product"), dialect).await;
        product.create("1", "/Users", user("bjensen")).await;
        product.opened.run(
            "INSERT INTO accounts (id, org_id, login, email, is_enabled, created_at) VALUES (8, 1, 'x', 'x@example.com', TRUE, 'soon')",
        ).await;
        let (status, list) = product.get("1", "/Users").await;
        assert_eq!(status, 200, "{list}");
        assert_eq!(list["Resources"].as_array().map(Vec::len), Some(1), "{list}");
        assert_eq!(product.get("1", "/Users/8").await.0, 500);
    }
}

#[tokio::test]
async fn a_conflict_names_the_attribute() {
    for dialect in dialects() {
        let product = Product::of(&case("a product"), dialect).await;
        product.create("1", "/Users", user("Änne")).await;
        for name in ["Änne", "änne", "ÄNNE"] {
            let (status, error) = product.send("1", Method::POST, "/Users", user(name)).await;
            assert_eq!((status, &error["scimType"]), (409, &json!("uniqueness")), "{error}");
            assert!(error["detail"].as_str().is_some_and(|it| it.contains("userName")), "{error}");
        }
        product.create("2", "/Users", user("änne")).await;
    }
}

#[tokio::test]
async fn a_fixed_attribute_is_the_same_in_all_rows() {
    for dialect in dialects() {
        let product = Product::of(&case("one tenant"), dialect).await;
        let mut body = user("bjensen");
        body["userType"] = json!("Contractor");
        let (status, error) = product.send("default", Method::POST, "/Users", body.clone()).await;
        assert_eq!((status, &error["scimType"]), (400, &json!("invalidValue")), "{error}");
        body["userType"] = Value::Null;
        let created = product.create("default", "/Users", body).await;
        assert_eq!(created["userType"], json!("Employee"));
        let filter = "/Users?filter=userType%20eq%20%22employee%22";
        assert_eq!(product.get("default", filter).await.1["totalResults"], json!(1));
    }
}

/// Clients send the enterprise extension whether there are columns for it or not.
#[tokio::test]
async fn an_extension_without_columns_is_ignored() {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    for dialect in dialects() {
        let product = Product::of(&case("uuid keys"), dialect).await;
        let created = product.create("acme", "/Users", user("bjensen")).await;
        let path = format!("/Users/{}", created["id"].as_str().expect("an id"));
        let operations = json!([
            { "op": "replace", "path": "displayName", "value": "New" },
            { "op": "add", "path": format!("{enterprise}:department"), "value": "Tours" },
        ]);
        let (status, changed) = product.patch("acme", &path, operations).await;
        assert_eq!((status, &changed["displayName"]), (200, &json!("New")), "{changed}");
        assert_eq!(changed[enterprise], Value::Null);
    }
}

#[tokio::test]
async fn json_that_breaks_the_schema_is_not_shown() {
    for dialect in dialects() {
        let product = Product::of(&case("uuid keys"), dialect).await;
        let created = product.create("acme", "/Users", user("bjensen")).await;
        let path = format!("/Users/{}", created["id"].as_str().expect("an id"));
        for (json, status) in [
            ("[1]", 500),
            (r#"{"foo":1}"#, 500),
            (r#"[{"primary":"yes"}]"#, 500),
            ("[]", 200),
            (r#"[{"locality":"Oslo"}]"#, 200),
        ] {
            product.opened.run(&format!("UPDATE people SET addresses = '{json}'")).await;
            assert_eq!(product.get("acme", &path).await.0, status, "{json}");
            let (_, list) = product.get("acme", "/Users").await;
            let shown = list["Resources"].as_array().map_or(0, Vec::len);
            assert_eq!(shown, usize::from(status == 200), "{json}");
        }
    }
}
