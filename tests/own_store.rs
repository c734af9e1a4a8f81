//! The store of `examples/own_store.rs`, over tables that were there before, behind a dispatcher.

#[path = "../examples/own_store.rs"]
mod own_store;

use http::{Method, Request};
use own_store::{MAPPING, SELECT, TABLES, Users, pool_options, user};
use scimwire::Dispatcher;
use scimwire::auth::RequestContext;
use scimwire::filter::FilterBinder;
use scimwire::sql::{Dialect, Parameter, Sql, order_by, translate};
use serde_json::{Value, json};
use sqlx::Row;

struct Provider(Dispatcher);

impl Provider {
    async fn new() -> Self {
        let pool =
            pool_options().max_connections(1).connect("sqlite::memory:").await.expect("memory");
        sqlx::raw_sql(TABLES).execute(&pool).await.expect("the tables are well-formed");
        let rows = "INSERT INTO users VALUES
            ('u1', 'one', 'Ann@Example.com', 'Änne', 'O''Hara', 1, 'x-1', 1000000, 2000000, 3),
            ('u2', 'one', 'bob@example.com', 'Bob', NULL, 0, NULL, 1000001, 1000001, 1),
            ('u3', 'one', 'c%d_@example.com', 'änne', 'Zed', 1, NULL, 1000002, 3000000, 1),
            ('u4', 'two', 'ann@example.com', 'Ann', NULL, 1, NULL, 0, 0, 1);
            INSERT INTO user_email VALUES ('u1', 'work', 'Ann@work.example'), ('u1', 'home', 'ann@home.example'),
            ('u2', 'home', 'bob@work.example'), ('u3', NULL, 'c@work.example');";
        sqlx::raw_sql(rows).execute(&pool).await.expect("the rows fit");
        let scim = Dispatcher::builder("https://example.com/scim/v2").store(Users(pool));
        Self(scim.unauthenticated().build().expect("a provider"))
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let request = Request::builder()
            .method(method)
            .uri(format!("/scim/v2{path}"))
            .extension(RequestContext::new("one"));
        let response = self.0.dispatch(request.body(body).expect("a request")).await;
        (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
    }

    async fn found(&self, parameters: Value) -> Vec<String> {
        let mut body = parameters;
        body["schemas"] = json!(["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]);
        let (status, list) = self.send(Method::POST, "/Users/.search", &body).await;
        assert_eq!(status, 200, "{list}");
        let resources = list["Resources"].as_array().cloned().unwrap_or_default();
        resources.iter().map(|user| user["id"].as_str().expect("an id").to_owned()).collect()
    }
}

#[test]
fn the_mapping_fits() {
    MAPPING.clone().check(&user()).expect("each entry is of an attribute that the tables keep");
}

#[tokio::test]
async fn filters_reach_the_tables() {
    let provider = Provider::new().await;
    for (filter, expected) in [
        (r#"userName eq "ANN@example.com""#, vec!["u1"]),
        (r#"userName sw "c%""#, vec!["u3"]),
        (r#"userName co "d_@""#, vec!["u3"]),
        (r#"userName co "_""#, vec!["u3"]),
        (r#"name.givenName eq "ÄNNE""#, vec!["u1", "u3"]),
        (r#"not (name.givenName eq "ÄNNE")"#, vec!["u2"]),
        (r#"name.familyName pr and active eq true"#, vec!["u1", "u3"]),
        (r#"name.familyName eq "o'hara""#, vec!["u1"]),
        (r#"not (name.familyName eq "Zed")"#, vec!["u1", "u2"]),
        (r#"emails[type eq "work" and value co "ann"]"#, vec!["u1"]),
        (r#"emails[type eq "home" and value co "work"]"#, vec!["u2"]),
        (r#"emails[not (type eq "home")]"#, vec!["u1", "u3"]),
        (r#"emails.value ew "work.example""#, vec!["u1", "u2", "u3"]),
        (r#"meta.lastModified gt "1970-01-01T00:00:02Z""#, vec!["u3"]),
        (r#"meta.lastModified ge "1970-01-01T00:00:02Z""#, vec!["u1", "u3"]),
        (r#"meta.created lt "1970-01-01T00:00:01.0000015Z""#, vec!["u1", "u2"]),
        // The tables have no such columns; the crate answers these.
        (r#"meta.resourceType eq "Group""#, vec![]),
        (r#"meta.resourceType ne "User" or id eq "u2""#, vec!["u2"]),
        (r#"externalId eq "X-1""#, vec![]),
        (r#"externalId eq "x-1""#, vec!["u1"]),
    ] {
        assert_eq!(provider.found(json!({ "filter": filter })).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn orders_and_pages_reach_the_tables() {
    let provider = Provider::new().await;
    for (by, order, expected) in [
        ("userName", "ascending", ["u1", "u2", "u3"]),
        ("userName", "descending", ["u3", "u2", "u1"]),
        ("meta.lastModified", "ascending", ["u2", "u1", "u3"]),
        ("name.familyName", "ascending", ["u1", "u3", "u2"]),
        ("active", "descending", ["u1", "u3", "u2"]),
    ] {
        let search = json!({ "sortBy": by, "sortOrder": order });
        assert_eq!(provider.found(search.clone()).await, expected, "{by}");
        for start in 1..=3 {
            let mut page = search.clone();
            (page["startIndex"], page["count"]) = (json!(start), json!(1));
            assert_eq!(provider.found(page).await, [expected[start - 1]], "{by} {start}");
        }
        let (mut cursor, mut walked) = (String::new(), Vec::new());
        for _ in 0..3 {
            let path = format!("/Users?cursor={cursor}&count=1&sortBy={by}&sortOrder={order}");
            let (_, page) = provider.send(Method::GET, &path, &Value::Null).await;
            walked.push(page["Resources"][0]["id"].clone());
            cursor = page["nextCursor"].as_str().unwrap_or_default().to_owned();
        }
        assert_eq!(walked, expected, "{by} by cursor");
        assert_eq!(cursor, "");
    }
}

#[tokio::test]
async fn a_cursor_is_short_whatever_the_tables_keep() {
    let provider = Provider::new().await;
    let common = "n".repeat(100_000);
    for (number, end) in ["2", "1", "", "1"].into_iter().enumerate() {
        let user = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": format!("{common}{number}@example.com"),
            "name": { "givenName": "Ann", "familyName": format!("{common}{end}") },
        });
        let (status, created) = provider.send(Method::POST, "/Users", &user).await;
        assert_eq!(status, 201, "{created}");
    }
    for (by, order) in [
        ("userName", "ascending"),
        ("name.familyName", "ascending"),
        ("name.familyName", "descending"),
    ] {
        let expected = provider.found(json!({ "sortBy": by, "sortOrder": order })).await;
        let (mut cursor, mut walked) = (String::new(), Vec::new());
        for _ in 0..expected.len() {
            let path = format!("/Users?cursor={cursor}&count=1&sortBy={by}&sortOrder={order}");
            let (_, page) = provider.send(Method::GET, &path, &Value::Null).await;
            walked.push(page["Resources"][0]["id"].clone());
            cursor = page["nextCursor"].as_str().unwrap_or_default().to_owned();
            assert!(cursor.len() <= 2_000, "{}", cursor.len());
        }
        assert_eq!(
            (walked, cursor),
            (expected.into_iter().map(Value::from).collect(), String::new()),
            "{by} {order}"
        );
    }
}

#[tokio::test]
async fn what_has_no_column_is_no_attribute() {
    let provider = Provider::new().await;
    let (_, schema) = provider
        .send(Method::GET, "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", &Value::Null)
        .await;
    let attributes = schema["attributes"].as_array().cloned().unwrap_or_default();
    let names: Vec<&str> =
        attributes.iter().filter_map(|attribute| attribute["name"].as_str()).collect();
    assert_eq!(names, ["userName", "name", "active", "emails"]);
    let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "eve", "title": "Dr" });
    let (status, made) = provider.send(Method::POST, "/Users", &body).await;
    assert_eq!((status, &made["title"]), (201, &Value::Null), "{made}");
}

#[tokio::test]
async fn a_life_leaves_its_traces_in_the_tables() {
    let provider = Provider::new().await;
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "dee@example.com", "externalId": "d",
        "name": { "givenName": "Dee" }, "emails": [{ "type": "work", "value": "dee@work.example" }],
    });
    let (status, made) = provider.send(Method::POST, "/Users", &body).await;
    assert_eq!((status, &made["meta"]["version"]), (201, &json!("W/\"1\"")), "{made}");
    let path = format!("/Users/{}", made["id"].as_str().expect("an id"));
    let (status, conflict) = provider.send(Method::POST, "/Users", &body).await;
    assert_eq!((status, &conflict["scimType"]), (409, &json!("uniqueness")));
    let operations = json!([
        { "op": "replace", "path": "active", "value": false },
        { "op": "add", "path": "emails", "value": [{ "type": "home", "value": "dee@home.example" }] },
    ]);
    let patch = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
    assert_eq!(provider.send(Method::PATCH, &path, &patch).await.0, 200);
    let (_, user) = provider.send(Method::GET, &path, &Value::Null).await;
    assert_eq!(
        (&user["active"], &user["meta"]["version"], &user["name"]),
        (&json!(false), &json!("W/\"2\""), &body["name"])
    );
    assert_eq!(user["emails"].as_array().map(Vec::len), Some(2));
    assert_eq!(provider.send(Method::DELETE, &path, &Value::Null).await.0, 204);
    assert_eq!(provider.send(Method::GET, &path, &Value::Null).await.0, 404);
    assert_eq!(
        provider.send(Method::GET, "/Users/u4", &Value::Null).await.0,
        404,
        "another account's"
    );
}

/// With statistics, each look-up goes by an index, however large the tables are.
#[tokio::test]
async fn look_ups_use_indexes() {
    let pool = pool_options().max_connections(1).connect("sqlite::memory:").await.expect("memory");
    let rows = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
        INSERT INTO users SELECT 'u' || n, CASE WHEN n % 10 = 0 THEN 'two' ELSE 'one' END, 'User' || n || '@example.com', 'F', 'L', 1,
            'x-' || n, 0, 0, 1 FROM numbers;
        INSERT INTO user_email SELECT id, 'work', 'Work' || email FROM users;
        INSERT INTO user_email SELECT id, 'home', 'Home' || email FROM users;
        ANALYZE;";
    sqlx::raw_sql(&format!("{TABLES} {rows}")).execute(&pool).await.expect("the rows fit");
    for filter in [
        r#"id eq "u77""#,
        r#"userName eq "USER77@example.com""#,
        r#"userName sw "user77@""#,
        r#"externalId eq "x-77""#,
        r#"emails.value eq "workUSER77@example.com""#,
        r#"emails[type eq "work" and value eq "workuser77@example.com"]"#,
        r#"emails.value sw "homeuser77@""#,
    ] {
        let condition = translate(
            &FilterBinder::new(&user()).bind(&filter.parse().expect(filter)).expect(filter),
            &*MAPPING,
        );
        let order = order_by(None, &*MAPPING).expect("there is an id");
        let sql = Sql::new(SELECT)
            .push_bind_text("one")
            .push(" AND ")
            .push_sql(condition.expect(filter).sql)
            .push(" ORDER BY ")
            .push_sql(order);
        let text = format!("EXPLAIN QUERY PLAN {} LIMIT 101", sql.render(Dialect::Sqlite, 1));
        let bound = sql.parameters().fold(sqlx::query(&text), |query, parameter| match parameter {
            Parameter::Text(text) => query.bind(text),
            other => panic!("all here are texts: {other:?}"),
        });
        let plan: Vec<String> = bound
            .fetch_all(&pool)
            .await
            .expect(&text)
            .iter()
            .map(|row| row.get("detail"))
            .collect();
        assert!(!plan.iter().any(|step| step.starts_with("SCAN")), "{filter}: {plan:#?}");
    }
}
