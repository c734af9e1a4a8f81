//! `Content-Location`, the same as `meta.location` wherever one resource is answered (RFC 7643,
//! Section 3.1).

use scimwire::auth::RequestContext;
use serde_json::{Value, json};

use support::reads::provider::{Answer, BASE, Provider, id};
use support::reads::samples::{group, user};

fn content_location(answer: &Answer) -> Option<&str> {
    answer.headers.get("content-location").map(|location| location.to_str().expect("a URL"))
}

#[track_caller]
fn is_of(answer: &Answer, status: u16, location: &str) {
    assert_eq!(
        (answer.status, content_location(answer)),
        (status, Some(location)),
        "{}",
        answer.body
    );
    // A projection may leave the location out of the body; it is no other for that.
    if let Some(shown) = answer.body["meta"]["location"].as_str() {
        assert_eq!(shown, location);
    }
}

#[tokio::test]
async fn one_resource_says_where_it_is() {
    // S-3.1-16, A-49
    let provider = Provider::with_features(|features| features.me = true);
    let made = provider.post("/Users", user("bjensen")).await;
    let location = made.body["meta"]["location"].as_str().expect("a location").to_owned();
    is_of(&made, 201, &location);
    assert_eq!(made.headers["location"], location.as_str());
    let path = format!("/Users/{}", id(&made.body));
    for query in [
        "",
        "?attributes=userName",
        "?attributes=meta.location",
        "?excludedAttributes=meta",
        "?excludedAttributes=meta.location",
    ] {
        is_of(&provider.get(&format!("{path}{query}")).await, 200, &location);
        is_of(
            &provider.raw("HEAD", &format!("/scim/v2{path}{query}"), &[], "").await,
            200,
            &location,
        );
    }
    is_of(&provider.put(&path, user("bjensen")).await, 200, &location);
    let title = |title: &str| json!([{ "op": "replace", "path": "title", "value": title }]);
    is_of(&provider.patch(&path, title("a")).await, 200, &location);
    is_of(&provider.patch(&format!("{path}?attributes=title"), title("b")).await, 200, &location);
    // RFC 9110, Section 15.4.5.
    let version = provider.get(&path).await.headers["etag"].to_str().expect("a tag").to_owned();
    is_of(
        &provider.raw("GET", &format!("/scim/v2{path}"), &[("if-none-match", &version)], "").await,
        304,
        &location,
    );
    let me = provider.asked_by(RequestContext::new("example").with_me("User", id(&made.body)));
    is_of(&me.get("/Me").await, 200, &location);
    is_of(&me.put("/Me", user("bjensen")).await, 200, &location);
    let made = provider.post("/Groups", group("Guides", &[])).await;
    is_of(&made, 201, &format!("{BASE}/Groups/{}", id(&made.body)));
}

#[tokio::test]
async fn so_do_the_definitions() {
    let provider = Provider::strict();
    for path in [
        "/ServiceProviderConfig",
        "/ResourceTypes/User",
        "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
    ] {
        let answer = provider.get(path).await;
        let location = answer.body["meta"]["location"].as_str().expect("a location").to_owned();
        assert_eq!(location, format!("{BASE}{path}"));
        is_of(&answer, 200, &location);
    }
}

#[tokio::test]
async fn what_is_not_one_resource_does_not() {
    let provider = Provider::with_features(|features| features.me = true);
    let made = provider.create("/Users", user("bjensen")).await;
    let path = format!("/Users/{}", id(&made));
    let minimal = provider
        .raw(
            "PATCH",
            &format!("/scim/v2{path}"),
            &[("prefer", "return=minimal")],
            &patch().to_string(),
        )
        .await;
    assert_eq!(minimal.status, 204);
    for (answer, status) in [
        (minimal, 204),
        (provider.get("/Users").await, 200),
        (provider.get("/Users?filter=userName%20eq%20%22bjensen%22").await, 200),
        (provider.search("/Users", json!({ "count": 1 })).await, 200),
        (provider.get("/Schemas").await, 200),
        (provider.get("/ResourceTypes").await, 200),
        (provider.get("/Users/nobody").await, 404),
        (provider.post("/Users", user("bjensen")).await, 409),
        (provider.delete(&path).await, 204),
    ] {
        assert_eq!((answer.status, content_location(&answer)), (status, None), "{}", answer.body);
    }
}

fn patch() -> Value {
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
    json!({ "schemas": schemas, "Operations": [{ "op": "replace", "path": "title", "value": "x" }] })
}
