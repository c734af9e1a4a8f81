//! Paths, and what is hidden in them (RFC 7644, Sections 1.3, 3.2 and 3.13).

use serde_json::json;

use support::reads::provider::{Provider, Setup, id};
use support::reads::samples::{people, user};

fn at(base_url: &'static str) -> Provider {
    Provider::new(Setup { base_url, ..Setup::default() })
}

#[tokio::test]
async fn the_root_is_under_any_prefix() {
    // P-1.3-01
    for (base_url, path) in [
        ("https://example.com", "/Users"),
        ("https://example.com/", "/Users"),
        ("https://example.com/scim", "/scim/Users"),
        ("https://example.com/a/b/c/scim/v2/", "/a/b/c/scim/v2/Users"),
        ("https://example.com:8443/scim/v2", "/scim/v2/Users"),
        ("https://example.com/scim/v2", "/Users"),
    ] {
        let provider = at(base_url);
        let made = provider.raw("POST", path, &[], user("bjensen").to_string()).await;
        let location = format!("{}/Users/{}", base_url.trim_end_matches('/'), id(&made.body));
        assert_eq!(
            (made.status, made.body["meta"]["location"].as_str()),
            (201, Some(location.as_str())),
            "{base_url}"
        );
        assert_eq!(made.headers["location"], location);
        assert_eq!(provider.raw("GET", path, &[], "").await.ok()["totalResults"], 1, "{base_url}");
    }
}

#[tokio::test]
async fn a_version_stands_before_the_endpoint() {
    // P-3.13-01, P-3.13-02
    for (base_url, paths) in [
        ("https://example.com/scim/v2", "/scim/v2/Users /Users /v2/Users /scim/Users //v2/Users"),
        ("https://example.com/scim", "/scim/v2/Users /scim/Users /Users /v2/Users"),
        ("https://example.com", "/Users /v2/Users //v2//Users"),
    ] {
        let provider = at(base_url);
        provider.raw("POST", "/Users", &[], user("bjensen").to_string()).await;
        for path in paths.split(' ') {
            assert_eq!(
                provider.raw("GET", path, &[], "").await.ok()["totalResults"],
                1,
                "{path} below {base_url}"
            );
        }
    }
}

#[tokio::test]
async fn another_version_is_refused() {
    // P-3.12-12, P-3.13-01
    for (base_url, paths) in [
        (
            "https://example.com/scim/v2",
            "/scim/v1/Users /v1/Users /scim/v3/Users /scim/v20/Users /scim/v1.1/Users /scim/v1",
        ),
        (
            "https://example.com/scim",
            "/scim/v1/Users /scim/v1/ServiceProviderConfig /v1/Users /scim/v99999999999999999999/Users",
        ),
        ("https://example.com", "/v1/Users /v1/Bulk /v0/Nothing"),
    ] {
        let provider = at(base_url);
        for path in paths.split(' ') {
            for method in ["GET", "POST", "DELETE"] {
                let detail = provider
                    .raw(method, path, &[], user("bjensen").to_string())
                    .await
                    .refused("invalidVers");
                assert!(detail.contains("v2"), "{path}: {detail}");
            }
        }
    }
    for path in [
        "/scim/v2/v2/Users",
        "/scim/v2/v1/Users",
        "/Users/v1/x",
        "/scim/v/Users",
        "/scim/vx/Users",
        "/scim/v2x/Users",
    ] {
        assert_eq!(
            at("https://example.com/scim/v2").raw("GET", path, &[], "").await.status,
            404,
            "{path}"
        );
    }
}

#[tokio::test]
async fn no_trick_leads_out_of_a_path() {
    // P-7.7-01
    let provider = Provider::strict();
    let made = provider.create("/Users", people().remove(0)).await;
    let user = id(&made);
    for path in [
        "/Users/..",
        "/Users/.",
        "/Users/../Groups",
        "/%2e%2e/Users",
        "/Users/%2e%2e",
        "/Users/%2E%2E%2FGroups",
        "/Users%2F",
        "/Users%2f.search",
        "/Users/%00",
        "/Users/x%00",
        "/Users/%0d%0aSet-Cookie:%20a=b",
        "/Users/%7f",
        "/Users/%C2%85",
        "/Users/%FF",
        "/Users/%C0%AF",
        "/Users/%ED%A0%80",
        "/Users/..;/Groups",
        "/Users/..%5c",
        "/Users/%252e%252e",
        "/users",
        "/USERS/x",
        "/Users/x/y",
        "/ServiceProviderConfig/x",
        "/Schemas/x/y",
        &format!("/Users%2F{user}"),
        &format!("/Users/..%2FUsers%2F{user}"),
        &format!("/Groups/../Users/{user}"),
        &format!("/Groups/{user}"),
        &format!("/Users/{user}/emails"),
        &format!("/Users/{user}%00"),
        &format!("/Users/{user}%20"),
        &format!("/Users/{}", user.to_uppercase()),
    ] {
        for method in ["GET", "DELETE"] {
            let answer = provider.raw(method, &format!("/scim/v2{path}"), &[], "").await;
            answer.failed(404, None);
            assert!(
                answer.headers.iter().all(|(name, _)| name == "content-type"),
                "{path}: {:?}",
                answer.headers
            );
        }
    }
    assert_eq!(provider.get("/Users").await.resources(), [made]);
}

#[tokio::test]
async fn empty_segments_do_not_count() {
    let provider = Provider::of_people().await;
    for path in ["/scim/v2//Users", "/scim/v2/Users/", "/scim/v2///Users//", "//Users"] {
        assert_eq!(provider.raw("GET", path, &[], "").await.ok()["totalResults"], 4, "{path}");
    }
}

#[tokio::test]
async fn escapes_that_need_not_be_are_read() {
    // P-3.2-01, P-4-05
    let provider = Provider::strict();
    let made = provider.create("/Users", people().remove(0)).await;
    let escaped: String = id(&made).bytes().map(|byte| format!("%{byte:02x}")).collect();
    for path in [format!("/%55sers/{escaped}"), format!("/Users/{escaped}")] {
        assert_eq!(provider.get(&path).await.ok(), made);
    }
    for uri in [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn%3Aietf%3Aparams%3Ascim%3Aschemas%3Acore%3A2.0%3Auser",
    ] {
        assert_eq!(provider.get(&format!("/Schemas/{uri}")).await.ok()["name"], "User");
    }
}

#[tokio::test]
async fn locations_never_follow_the_request() {
    // P-7.7-01
    let provider = Provider::strict();
    let spoofed = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "gopher"),
        ("x-forwarded-prefix", "/evil"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-original-url", "/Groups"),
        ("x-http-method-override", "DELETE"),
    ];
    let made = provider.raw("POST", "/scim/v2/Users", &spoofed, people()[0].to_string()).await;
    assert_eq!(made.status, 201);
    let path = format!("/scim/v2/Users/{}", id(&made.body));
    let location = format!("https://example.com{path}");
    assert_eq!(
        (&made.body["meta"]["location"], &made.headers["location"]),
        (&json!(location), &location.parse().expect("a value"))
    );
    for absolute in [path.clone(), format!("http://evil.example{path}")] {
        let read = provider.raw("GET", &absolute, &spoofed, "").await;
        assert_eq!(
            (&read.body["meta"]["location"], &read.headers["location"]),
            (&json!(location), &location.parse().expect("a value"))
        );
    }
    for path in [
        "/scim/v2/Schemas",
        "/scim/v2/ResourceTypes",
        "/scim/v2/ServiceProviderConfig",
        "/scim/v2/Nothing",
    ] {
        let answer = provider.raw("GET", path, &spoofed, "").await;
        assert!(
            !answer.body.to_string().contains("evil")
                && !format!("{:?}", answer.headers).contains("evil"),
            "{path}"
        );
    }
}
