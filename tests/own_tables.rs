//! The product of `examples/own_tables.rs`, as an identity provider uses it.

#[path = "../examples/own_tables.rs"]
mod own_tables;

use http::{Method, Request};
use own_tables::{INDEXES, TABLES, hash, scim};
use scimwire::Dispatcher;
use serde_json::{Value, json};
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};

struct Product {
    scim: Dispatcher,
    pool: SqlitePool,
}

impl Product {
    async fn new() -> Self {
        let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await;
        let pool = pool.expect("memory");
        let keys =
            format!("INSERT INTO api_keys VALUES (1, '{}'), (2, '{}')", hash("one"), hash("two"));
        let tables = format!("{TABLES} {INDEXES} {keys}");
        sqlx::raw_sql(&tables).execute(&pool).await.expect("the tables are well-formed");
        Self { scim: scim(pool.clone()).await.expect("the tables fit"), pool }
    }

    async fn send(&self, key: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder()
            .method(method)
            .uri(format!("/scim/v2{path}"))
            .header("authorization", format!("Bearer {key}"));
        let response = self.scim.dispatch(request.body(body).expect("a request")).await;
        let status = response.status().as_u16();
        (status, serde_json::from_slice(response.body()).unwrap_or_default())
    }
}

fn user(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "externalId": "00u1",
        "name": { "givenName": "Barbara", "familyName": "Jensen" },
        "emails": [{ "primary": true, "value": name, "type": "work" }], "active": true,
    })
}

#[tokio::test]
async fn an_identity_provider_runs_a_life_through_the_tables() {
    let product = Product::new().await;
    let name = "bjensen@example.com";
    let filter = "/Users?filter=userName%20eq%20%22bjensen%40example.com%22&startIndex=1&count=100";
    let (_, found) = product.send("one", Method::GET, filter, Value::Null).await;
    assert_eq!(found["totalResults"], json!(0));
    let (status, made) = product.send("one", Method::POST, "/Users", user(name)).await;
    assert_eq!((status, &made["id"]), (201, &json!("1")), "{made}");
    let (_, found) = product.send("one", Method::GET, filter, Value::Null).await;
    assert_eq!(found["Resources"][0]["externalId"], json!("00u1"));
    let team = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Tours",
        "members": [{ "value": "1", "display": name }],
    });
    let (status, made) = product.send("one", Method::POST, "/Groups", team).await;
    assert_eq!(status, 201, "{made}");
    let members: i64 = sqlx::query_scalar("SELECT count(*) FROM team_members")
        .fetch_one(&product.pool)
        .await
        .expect("a count");
    assert_eq!(members, 1);
    let off = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "value": { "active": false } }],
    });
    assert_eq!(product.send("one", Method::PATCH, "/Users/1", off).await.0, 200);
    let (enabled, login): (bool, String) = sqlx::query_as("SELECT is_enabled, login FROM accounts")
        .fetch_one(&product.pool)
        .await
        .expect("a row");
    assert_eq!((enabled, login.as_str()), (false, name));
    assert_eq!(product.send("one", Method::DELETE, "/Users/1", Value::Null).await.0, 204);
    let (status, again) = product.send("one", Method::POST, "/Users", user(name)).await;
    assert_eq!((status, &again["id"]), (201, &json!("3")), "the team is 2: {again}");
}

#[tokio::test]
async fn the_rules_of_the_product_hold() {
    let product = Product::new().await;
    let mut without = user("bjensen");
    without["emails"] = json!([]);
    let (status, error) = product.send("one", Method::POST, "/Users", without).await;
    assert_eq!((status, &error["scimType"]), (400, &json!("invalidValue")), "{error}");
}

#[tokio::test]
async fn a_key_opens_one_organization() {
    let product = Product::new().await;
    let (status, _) = product.send("one", Method::POST, "/Users", user("bjensen")).await;
    assert_eq!(status, 201);
    assert_eq!(product.send("two", Method::GET, "/Users/1", Value::Null).await.0, 404);
    assert_eq!(product.send("three", Method::GET, "/Users/1", Value::Null).await.0, 401);
}

#[test]
fn the_example_is_short() {
    let example = include_str!("../examples/own_tables.rs");
    assert!(example.lines().count() <= 120);
    let describing = example.lines().skip_while(|line| !line.starts_with("fn tables()"));
    assert!(describing.take_while(|line| *line != "}").count() < 40);
}
