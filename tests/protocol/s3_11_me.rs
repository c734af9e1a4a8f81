//! `/Me`: the resource of who asks (RFC 7644, Section 3.11).

use scimwire::auth::RequestContext;
use serde_json::{Value, json};

use support::reads::provider::{Answer, BASE, Provider, id};
use support::reads::samples::{group, people, user};

const ME: &str = "/scim/v2/Me";

/// A service provider with people, asked by the first of them; who that is, as it was made.
async fn bjensen() -> (Provider, Value) {
    let provider =
        Provider::with_features(|features| features.me = true).with_all("/Users", people()).await;
    let own = provider.get("/Users?count=1").await.resources()[0].clone();
    let cx = RequestContext::new("example").with_me("User", id(&own));
    (provider.asked_by(cx), own)
}

fn location(own: &Value) -> String {
    format!("{BASE}/Users/{}", id(own))
}

#[tokio::test]
async fn without_the_feature_there_is_no_me() {
    // P-3.11-01, A-61
    let provider =
        Provider::strict().asked_by(RequestContext::new("example").with_me("User", "2819c223"));
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        provider.raw(method, ME, &[], "{}").await.failed(501, None);
    }
}

#[tokio::test]
async fn me_is_the_resource_itself() {
    // P-3.11-02, P-3.11-03, P-3.11-04: the request is processed, not redirected.
    let (provider, own) = bjensen().await;
    let is_own = |answer: &Answer| {
        assert_eq!((answer.status, &answer.body["id"]), (200, &own["id"]), "{}", answer.body);
        assert_eq!(answer.headers["location"], location(&own));
        assert_eq!(answer.body["meta"]["location"], location(&own));
        assert_eq!(
            answer.headers["etag"],
            answer.body["meta"]["version"].as_str().expect("a version")
        );
    };
    let read = provider.get("/Me").await;
    is_own(&read);
    assert_eq!(read.body, own);
    let mut wanted = people().remove(0);
    wanted["title"] = json!("Guide");
    let replaced = provider.put("/Me", wanted).await;
    is_own(&replaced);
    assert_eq!(replaced.body["title"], "Guide");
    let patched = provider
        .patch("/Me", json!([{ "op": "replace", "path": "title", "value": "Tour Guide" }]))
        .await;
    is_own(&patched);
    assert_eq!(provider.get(&format!("/Users/{}", id(&own))).await.ok(), patched.body);
    let deleted = provider.delete("/Me").await;
    assert_eq!((deleted.status, &deleted.body), (204, &Value::Null));
    assert_eq!(deleted.headers["location"], location(&own));
    for method in ["GET", "PUT", "DELETE"] {
        provider.raw(method, ME, &[], user("bjensen").to_string()).await.failed(404, None);
    }
    assert_eq!(provider.get("/Users").await.ok()["totalResults"], 3, "the others are still there");
}

#[tokio::test]
async fn answers_without_a_body_name_the_permanent_uri_too() {
    // P-3.11-03
    let (provider, own) = bjensen().await;
    let message = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "title", "value": "Guide" }]
    });
    let minimal =
        provider.raw("PATCH", ME, &[("prefer", "return=minimal")], message.to_string()).await;
    assert_eq!(
        (minimal.status, &minimal.headers["location"].to_str().expect("text")),
        (204, &location(&own).as_str())
    );
    let tag = minimal.headers["etag"].to_str().expect("a tag");
    let known = provider.raw("GET", ME, &[("if-none-match", tag)], "").await;
    assert_eq!(
        (known.status, &known.headers["location"].to_str().expect("text")),
        (304, &location(&own).as_str())
    );
    let head = provider.raw("HEAD", ME, &[], "").await;
    assert_eq!(
        (head.status, &head.headers["location"].to_str().expect("text")),
        (200, &location(&own).as_str())
    );
}

#[tokio::test]
async fn what_goes_for_a_resource_goes_for_me() {
    // P-3.11-03
    let (provider, own) = bjensen().await;
    assert_eq!(
        provider.get("/Me?attributes=userName").await.ok(),
        json!({ "schemas": own["schemas"], "id": own["id"], "userName": "bjensen" })
    );
    assert_eq!(provider.get("/Me?excludedAttributes=emails,name").await.ok().get("emails"), None);
    for (method, body) in [("GET", json!({})), ("PUT", people().remove(0)), ("DELETE", json!({}))] {
        let stale = provider.raw(method, ME, &[("if-match", "\"x\"")], body.to_string()).await;
        stale.failed(412, None);
    }
    assert_eq!(provider.get("/Me").await.ok(), own);
    let mut taken = people().remove(0);
    taken["userName"] = json!("jsmith");
    provider.put("/Me", taken).await.failed(409, Some("uniqueness"));
}

#[tokio::test]
async fn who_has_no_resource_has_no_me() {
    // P-3.11-06
    let (provider, own) = bjensen().await;
    let group = provider.create("/Groups", group("Guides", &[])).await;
    for cx in [
        RequestContext::new("example"),
        RequestContext::new("example").with_me("User", "2819c223"),
        RequestContext::new("other").with_me("User", id(&own)),
        RequestContext::new("example").with_me("User", id(&group)),
        RequestContext::new("example").with_me("Nothing", id(&own)),
        RequestContext::new("example").with_me("User", id(&own)).hide_resource_type("User"),
    ] {
        let provider = provider.asked_by(cx);
        for method in ["GET", "PUT", "DELETE"] {
            provider.raw(method, ME, &[], user("bjensen").to_string()).await.failed(404, None);
        }
    }
    let as_group = provider.asked_by(RequestContext::new("example").with_me("Group", id(&group)));
    assert_eq!(as_group.get("/Me").await.ok()["displayName"], "Guides", "of whatever type it is");
}

#[tokio::test]
async fn nobody_is_made_at_me() {
    // P-3.11-05: clients are known before they ask, so that there is nothing to make.
    let (provider, own) = bjensen().await;
    let answer = provider.post("/Me", user("other")).await;
    answer.failed(405, None);
    assert_eq!(answer.headers["allow"], "GET, HEAD, PUT, PATCH, DELETE, OPTIONS");
    assert_eq!(
        provider.raw("OPTIONS", ME, &[], "").await.headers["allow"],
        answer.headers["allow"]
    );
    for path in ["/Me/emails", "/Me/.search", "/me"] {
        provider.get(path).await.failed(404, None);
    }
    assert_eq!(provider.get("/Me").await.ok(), own);
}
