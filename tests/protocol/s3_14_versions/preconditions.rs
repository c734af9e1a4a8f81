//! Preconditions (RFC 7644, Section 3.14; RFC 9110, Section 13; RFC 6585, Section 3).

use serde_json::{Value, json};

use support::reads::provider::{Answer, Provider, id};
use support::reads::samples::{people, user};

const SCIM: (&str, &str) = ("content-type", "application/scim+json");

async fn put(provider: &Provider, path: &str, headers: &[(&str, &str)]) -> Answer {
    provider.raw("PUT", path, &[&[SCIM], headers].concat(), user("changed").to_string()).await
}

async fn patch(provider: &Provider, path: &str, headers: &[(&str, &str)]) -> Answer {
    let message = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "title", "value": "changed" }]
    });
    provider.raw("PATCH", path, &[&[SCIM], headers].concat(), message.to_string()).await
}

async fn delete(provider: &Provider, path: &str, headers: &[(&str, &str)]) -> Answer {
    provider.raw("DELETE", path, headers, "").await
}

/// The path below the host, and the entity tag.
async fn made(provider: &Provider) -> (String, String) {
    let made = provider.create("/Users", people().remove(0)).await;
    (
        format!("/scim/v2/Users/{}", id(&made)),
        made["meta"]["version"].as_str().expect("a version").to_owned(),
    )
}

#[tokio::test]
async fn a_read_may_expect_a_version_too() {
    // P-3.14-05, P-3.14-06
    let provider = Provider::strict();
    let (path, tag) = made(&provider).await;
    for method in ["GET", "HEAD"] {
        for (name, value, status) in [
            ("if-match", tag.as_str(), 200),
            ("if-match", "*", 200),
            ("if-match", "\"x\", \"1\"", 200),
            ("if-match", "\"x\"", 412),
            ("if-match", "", 412),
            ("if-none-match", tag.as_str(), 304),
            ("if-none-match", "\"x\", W/\"1\"", 304),
            ("if-none-match", "\"x\"", 200),
        ] {
            let answer = provider.raw(method, &path, &[(name, value)], "").await;
            assert_eq!(answer.status, status, "{method} {name}: {value}");
            if status == 304 {
                assert_eq!(
                    (&answer.headers["etag"], &answer.body),
                    (&tag.parse().expect("a value"), &Value::Null)
                );
            }
        }
        let both = provider
            .raw(method, &path, &[("if-match", "\"x\""), ("if-none-match", &tag)], "")
            .await;
        assert_eq!(both.status, 412, "RFC 9110, Section 13.2.2: `If-Match` comes first");
    }
}

#[tokio::test]
async fn what_must_not_be_there_is_not_written_over() {
    // P-3.14-05; RFC 9110, Section 13.1.2
    let provider = Provider::strict();
    let (path, tag) = made(&provider).await;
    let before = provider.raw("GET", &path, &[], "").await.ok();
    for value in ["*", &tag, "\"x\", \"1\""] {
        let headers = [("if-none-match", value)];
        put(&provider, &path, &headers).await.failed(412, None);
        patch(&provider, &path, &headers).await.failed(412, None);
        delete(&provider, &path, &headers).await.failed(412, None);
    }
    assert_eq!(provider.raw("GET", &path, &[], "").await.ok(), before);
    assert_eq!(put(&provider, &path, &[("if-none-match", "\"x\"")]).await.status, 200);
}

#[tokio::test]
async fn a_host_may_demand_the_version() {
    // P-3.14-10
    let provider = Provider::with_features(|features| features.if_match_required = true);
    let (path, tag) = made(&provider).await;
    let before = provider.raw("GET", &path, &[], "").await.ok();
    for headers in [
        &[][..],
        &[("if-none-match", "\"x\"")],
        &[("if-unmodified-since", "Sat, 29 Oct 1994 19:43:31 GMT")],
    ] {
        for answer in [
            put(&provider, &path, headers).await,
            patch(&provider, &path, headers).await,
            delete(&provider, &path, headers).await,
        ] {
            assert!(answer.failed(428, None).contains("If-Match"));
        }
    }
    assert_eq!(
        provider.raw("GET", &path, &[], "").await.ok(),
        before,
        "reads need none, and nothing has changed"
    );
    let stale = [("if-match", "\"x\"")];
    put(&provider, &path, &stale).await.failed(412, None);
    let patched = patch(&provider, &path, &[("if-match", &tag)]).await.ok();
    let tag = patched["meta"]["version"].as_str().expect("a version");
    assert_eq!(put(&provider, &path, &[("if-match", tag)]).await.status, 200);
    assert_eq!(delete(&provider, &path, &[("if-match", "*")]).await.status, 204);
}

#[tokio::test]
async fn a_host_need_not_demand_it() {
    // P-3.14-10
    let provider = Provider::strict();
    let (path, _) = made(&provider).await;
    assert_eq!(patch(&provider, &path, &[]).await.status, 200);
    assert_eq!(delete(&provider, &path, &[]).await.status, 204);
}

#[tokio::test]
async fn lists_have_no_version() {
    let provider = Provider::strict();
    made(&provider).await;
    for path in ["/scim/v2/Users", "/scim/v2/Schemas"] {
        for header in [("if-none-match", "*"), ("if-match", "\"x\"")] {
            let answer = provider.raw("GET", path, &[header], "").await;
            assert_eq!((answer.status, answer.headers.get("etag")), (200, None), "{path}");
        }
    }
}
