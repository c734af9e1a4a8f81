//! Which methods go with which paths (RFC 7644, Section 3.2; RFC 9110, Section 9).

use serde_json::{Value, json};

use support::reads::provider::{Answer, Provider, id};
use support::reads::samples::{group, people, user};

const METHODS: &[&str] =
    &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW"];

const OF_ONE: &str = "GET, HEAD, PUT, PATCH, DELETE, OPTIONS";

async fn ask(provider: &Provider, method: &str, path: &str) -> Answer {
    provider
        .raw(method, &format!("/scim/v2{path}"), &[("content-type", "application/scim+json")], "{}")
        .await
}

/// Each method that is not allowed gets 405 and is told which are; OPTIONS is told the same.
async fn only_allows(provider: &Provider, path: &str, allowed: &str) {
    for method in METHODS {
        let answer = ask(provider, method, path).await;
        if allowed.split(", ").any(|name| name == *method) {
            assert_ne!(answer.status, 405, "{method} {path}");
        } else {
            assert_eq!(answer.status, 405, "{method} {path}");
            if *method != "HEAD" {
                assert!(answer.failed(405, None).contains(allowed), "{method} {path}");
            }
            assert_eq!(answer.headers["allow"], allowed, "{method} {path}");
        }
    }
    let options = ask(provider, "OPTIONS", path).await;
    assert_eq!((options.status, &options.body), (204, &Value::Null), "{path}");
    assert_eq!(options.headers["allow"], allowed, "{path}");
    assert_eq!(options.headers.get("content-type"), None);
}

#[tokio::test]
async fn other_methods_are_told_which_are_allowed() {
    // P-3.2-04
    let provider = Provider::strict();
    for (path, allowed) in [
        ("/Users", "GET, HEAD, POST, OPTIONS"),
        ("/Devices/", "GET, HEAD, POST, OPTIONS"),
        ("/Users/2819c223", OF_ONE),
        ("/.search", "POST, OPTIONS"),
        ("/Groups/.search", "POST, OPTIONS"),
        ("", "GET, HEAD, OPTIONS"),
        // P-4-08
        ("/ServiceProviderConfig", "GET, HEAD, OPTIONS"),
        ("/ResourceTypes", "GET, HEAD, OPTIONS"),
        ("/ResourceTypes/User", "GET, HEAD, OPTIONS"),
        ("/Schemas", "GET, HEAD, OPTIONS"),
        ("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", "GET, HEAD, OPTIONS"),
    ] {
        only_allows(&provider, path, allowed).await;
    }
}

#[tokio::test]
async fn what_is_switched_off_is_not_among_the_allowed() {
    // P-3.2-04, A-75
    let provider = Provider::with_features(|features| {
        features.patch = false;
        features.root_query = false;
    });
    for path in ["", "/.search", "/Me"] {
        for method in ["GET", "POST", "DELETE"] {
            ask(&provider, method, path).await.failed(501, None);
        }
    }
    ask(&provider, "PATCH", "/Users/2819c223").await.failed(501, None);
    let answer = ask(&provider, "POST", "/Users/2819c223").await;
    assert_eq!(answer.headers["allow"], "GET, HEAD, PUT, DELETE, OPTIONS");
}

#[tokio::test]
async fn each_verb_does_what_it_is_for() {
    // P-3.2-01, P-3.2-03
    let provider = Provider::strict();
    for (endpoint, resource) in [
        ("/Users", user("bjensen")),
        ("/Groups", group("Guides", &[])),
        ("/Devices", json!({ "schemas": ["urn:example:schemas:Device"], "serial": "A1" })),
    ] {
        let made = provider.create(endpoint, resource.clone()).await;
        let path = format!("{endpoint}/{}", id(&made));
        assert_eq!(provider.get(&path).await.ok(), made);
        assert_eq!(
            provider.search(endpoint, json!({})).await.resources(),
            std::slice::from_ref(&made)
        );
        let mut changed = resource;
        changed["externalId"] = json!("1");
        assert_eq!(provider.put(&path, changed).await.ok()["externalId"], "1");
        let operations = json!([{ "op": "replace", "path": "externalId", "value": "2" }]);
        assert_eq!(provider.patch(&path, operations).await.ok()["externalId"], "2");
        assert_eq!(provider.delete(&path).await.status, 204);
        assert_eq!(provider.get(&path).await.status, 404);
    }
    let types = provider.get("/ResourceTypes").await;
    let endpoints: Vec<&Value> = types.resources().iter().map(|known| &known["endpoint"]).collect();
    assert_eq!(endpoints, ["/Users", "/Groups", "/Devices"]);
}

#[tokio::test]
async fn put_makes_nothing() {
    // P-3.2-05
    let provider = Provider::strict();
    for headers in [&[][..], &[("if-none-match", "*")]] {
        let mut sent = vec![("content-type", "application/scim+json")];
        sent.extend(headers);
        let answer = provider
            .raw("PUT", "/scim/v2/Users/2819c223", &sent, user("bjensen").to_string())
            .await;
        answer.failed(404, None);
    }
    assert_eq!(provider.get("/Users").await.ok()["totalResults"], 0);
}

#[tokio::test]
async fn what_has_a_body_is_json_and_says_so() {
    // P-3.2-06, P-3.2-07
    let provider = Provider::of_people().await;
    let first = format!("/Users/{}", id(&provider.get("/Users").await.resources()[0]));
    for (method, path) in [
        ("GET", "/Users"),
        ("GET", first.as_str()),
        ("GET", "/Schemas"),
        ("POST", "/Users"),
        ("PUT", &first),
        ("PATCH", &first),
        ("DELETE", "/Users"),
        ("GET", "/Nothing"),
        ("POST", "/Bulk/x"),
    ] {
        // `raw` reads each body as JSON.
        let answer = ask(&provider, method, path).await;
        assert!(!answer.body.is_null(), "{method} {path}");
        assert_eq!(answer.headers["content-type"], "application/scim+json", "{method} {path}");
        if answer.status >= 400 {
            assert_eq!(answer.body["status"], answer.status.to_string(), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let provider = Provider::strict();
    let made = provider.create("/Users", people().remove(0)).await;
    let path = format!("/scim/v2/Users/{}", id(&made));
    for path in [
        path.as_str(),
        "/scim/v2/Users",
        "/scim/v2",
        "/scim/v2/Schemas",
        "/scim/v2/Users/2819c223",
        "/scim/v2/Nothing",
    ] {
        let get = provider.raw("GET", path, &[], "").await;
        let head = provider.raw("HEAD", path, &[], "").await;
        assert_eq!((head.status, &head.body), (get.status, &Value::Null), "{path}");
        let mut headers = head.headers.clone();
        let length = headers.remove("content-length").expect("the length that GET has");
        assert_eq!(
            length.to_str().expect("digits"),
            get.body.to_string().len().to_string(),
            "{path}"
        );
        assert_eq!(headers, get.headers, "{path}");
    }
    let tag = made["meta"]["version"].as_str().expect("a version");
    let known = provider.raw("HEAD", &path, &[("if-none-match", tag)], "").await;
    assert_eq!(
        (known.status, known.headers.get("content-length")),
        (304, None),
        "no length where GET has no body"
    );
}
