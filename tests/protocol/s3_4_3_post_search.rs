//! Queries by POST (RFC 7644, Section 3.4.3).

use serde_json::{Value, json};

use support::reads::provider::{Provider, Setup, escaped};
use support::reads::samples::{device, group};

/// A query string, and the same in a body.
fn equivalents() -> Vec<(String, Value)> {
    let filter = "userName co \"e\" or emails[type eq \"work\"]";
    vec![
        (String::new(), json!({})),
        (format!("filter={}", escaped(filter)), json!({ "filter": filter })),
        (
            "sortBy=userName&sortOrder=descending".into(),
            json!({ "sortBy": "userName", "sortOrder": "descending" }),
        ),
        ("startIndex=2&count=2".into(), json!({ "startIndex": 2, "count": 2 })),
        ("startIndex=-5&count=-1".into(), json!({ "startIndex": -5, "count": -1 })),
        (
            "attributes=userName,name.familyName".into(),
            json!({ "attributes": ["userName", "name.familyName"] }),
        ),
        (
            "excludedAttributes=emails,meta".into(),
            json!({ "excludedAttributes": ["emails", "meta"] }),
        ),
        (
            "cursor&count=2&sortBy=title".into(),
            json!({ "cursor": "", "count": 2, "sortBy": "title" }),
        ),
        ("filter=nope".into(), json!({ "filter": "nope" })),
        ("filter=password+pr".into(), json!({ "filter": "password pr" })),
        ("sortBy=name".into(), json!({ "sortBy": "name" })),
        ("startIndex=1&cursor".into(), json!({ "startIndex": 1, "cursor": "" })),
    ]
}

#[tokio::test]
async fn a_search_answers_as_the_same_query() {
    // P-3.4.3-01, P-3.4.3-04
    let provider =
        Provider::of_people().await.with_all("/Groups", vec![group("Guides", &[])]).await;
    for endpoint in ["/Users", "", "/Groups"] {
        for (query, body) in equivalents() {
            let by_get = provider.get(&format!("{endpoint}/?{query}")).await;
            let by_post = provider.search(endpoint, body).await;
            assert_eq!(
                (by_post.status, &by_post.body),
                (by_get.status, &by_get.body),
                "{endpoint} {query}"
            );
            assert_eq!(by_post.headers["content-type"], "application/scim+json");
            assert!(by_post.status == 200 || by_post.status == 400, "{query}");
        }
    }
}

#[tokio::test]
async fn the_body_says_what_it_is() {
    // P-3.4.3-02
    let provider = Provider::of_people().await;
    for body in [
        json!({ "filter": "title pr" }),
        json!({ "schemas": [], "filter": "title pr" }),
        json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"] }),
        json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"] }),
        json!({ "schemas": "urn:ietf:params:scim:api:messages:2.0:SearchRequest" }),
        json!({ "schemas": [5] }),
        json!([]),
        json!("x"),
    ] {
        for path in ["/Users/.search", "/.search"] {
            provider.post(path, body.clone()).await.refused("invalidSyntax");
        }
    }
}

#[tokio::test]
async fn lists_of_attributes_are_arrays() {
    // P-3.4.3-03
    let provider = Provider::of_people().await;
    let found = provider.search("/Users", json!({ "attributes": ["userName"], "count": 1 })).await;
    assert_eq!(found.resources()[0].as_object().expect("an object").len(), 3);
    for name in ["attributes", "excludedAttributes"] {
        for value in [json!("userName"), json!([5]), json!([["userName"]]), json!({}), json!(true)]
        {
            provider.search("/Users", json!({ name: value })).await.refused("invalidValue");
        }
    }
    for name in ["filter", "sortBy", "sortOrder", "cursor"] {
        provider.search("/Users", json!({ name: 5 })).await.refused("invalidValue");
    }
}

#[tokio::test]
async fn a_search_is_of_one_type_or_of_all() {
    // P-3.4.3-05
    let provider =
        Provider::of_people().await.with_all("/Groups", vec![group("bjensen", &[])]).await;
    provider.create("/Devices", device("bjensen", json!({}))).await;
    let filter = "userName eq \"bjensen\" or displayName eq \"bjensen\" or serial eq \"bjensen\"";
    let of_type =
        |name: &str| json!({ "filter": format!("meta.resourceType eq \"{name}\""), "count": 1 });
    for (path, name) in [("/Users", "User"), ("/Groups", "Group"), ("/Devices", "Device")] {
        assert_eq!(
            provider.search(path, of_type(name)).await.resources()[0]["meta"]["resourceType"],
            name
        );
        assert_eq!(provider.search(path, of_type("Other")).await.names().len(), 0);
    }
    assert_eq!(provider.search("/", json!({ "filter": filter })).await.names(), ["bjensen"; 3]);
    provider.search("/Users", json!({ "filter": filter })).await.refused("invalidFilter");
}

#[tokio::test]
async fn a_search_over_all_types_can_be_off() {
    // P-3.4.3-05, P-3.4.2.1-01
    let mut setup = Setup::default();
    setup.features.root_query = false;
    let provider = Provider::new(setup).with_all("/Groups", vec![group("Guides", &[])]).await;
    for answer in [provider.get("/").await, provider.search("/", json!({})).await] {
        assert_eq!((answer.status, &answer.body["status"]), (501, &json!("501")));
    }
    assert_eq!(provider.search("/Groups", json!({})).await.names(), ["Guides"]);
}

#[tokio::test]
async fn a_search_is_a_post_and_nothing_else() {
    // P-3.4.3-01
    let provider = Provider::of_people().await;
    for answer in [provider.get("/Users/.search").await, provider.put("/.search", json!({})).await]
    {
        assert_eq!(
            (answer.status, &answer.headers["allow"]),
            (405, &"POST, OPTIONS".parse().expect("a header"))
        );
    }
}
