//! What is sent and accepted: media types, and the encoding of text (RFC 7644, Section 3.8).

use serde_json::{Value, json};

use support::reads::provider::{Provider, id};
use support::reads::samples::{people, user};

const USERS: &str = "/scim/v2/Users";

#[tokio::test]
async fn who_accepts_json_gets_scims() {
    let provider = Provider::of_people().await;
    for accept in [
        // P-3.8-02
        "application/scim+json",
        "application/scim+json; charset=utf-8",
        "Application/SCIM+JSON",
        "application/scim+json;q=0.1, text/html",
        "text/html, application/scim+json",
        // P-3.8-03
        "application/json",
        "application/json;charset=UTF-8",
        "application/json, text/plain, */*",
        "text/html;q=0.9,application/json;q=0.1",
        // P-3.8-04
        "*/*",
        "*/*;q=0.8",
        "*",
        "application/*",
        "",
        "text/html, image/gif, *; q=.2, */*; q=.2",
        "application/json;q=0, */*",
        "application/json;q=0, application/scim+json",
        "application/scim+json, */*;q=0",
        "application/json;q=nonsense",
        "application/json;version=2;q=0.5",
    ] {
        let answer = provider.raw("GET", USERS, &[("accept", accept)], "").await;
        assert_eq!(answer.status, 200, "{accept}");
        assert_eq!(answer.headers["content-type"], "application/scim+json", "{accept}");
    }
    let several = provider
        .raw("GET", USERS, &[("accept", "text/html"), ("accept", "application/json")], "")
        .await;
    assert_eq!(several.status, 200);
    // P-3.8-04
    let answer = provider.raw("GET", USERS, &[], "").await;
    assert_eq!(
        (answer.status, &answer.headers["content-type"]),
        (200, &"application/scim+json".parse().expect("a value"))
    );
}

#[tokio::test]
async fn who_accepts_no_json_is_told() {
    // A-74
    let provider = Provider::strict();
    let made = provider.create("/Users", people().remove(0)).await;
    let one = format!("{USERS}/{}", id(&made));
    for accept in [
        "text/html",
        "application/xml",
        "image/*",
        "text/*, image/png",
        "application/scim+json;q=0",
        "application/scim+json;q=0, */*",
        "application/json; q=0.000",
        "*/*;q=0",
        "application/json, application/*;Q=0, application/scim+json;q=0.0",
        "application/jsonp",
    ] {
        let headers = [("accept", accept), ("content-type", "application/scim+json")];
        for (method, path) in [
            ("GET", USERS),
            ("GET", &one),
            ("PUT", &one),
            ("POST", USERS),
            ("GET", "/scim/v2/Schemas"),
        ] {
            provider.raw(method, path, &headers, user("other").to_string()).await.failed(406, None);
        }
    }
    assert_eq!(
        provider.get("/Users").await.resources(),
        [made],
        "nothing was changed by who cannot read the answer"
    );
}

#[tokio::test]
async fn bodies_come_as_json_of_either_name() {
    let provider = Provider::strict();
    for (number, kind) in [
        // P-3.8-05
        "application/scim+json",
        "application/scim+json;charset=utf-8",
        "APPLICATION/SCIM+JSON",
        // P-3.8-06
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
        "application/json; charset=ISO-8859-1",
        " application/json ; x=y",
        "",
    ]
    .iter()
    .enumerate()
    {
        let body = user(&format!("user{number}")).to_string();
        assert_eq!(
            provider.raw("POST", USERS, &[("content-type", kind)], &body).await.status,
            201,
            "{kind}"
        );
    }
    assert_eq!(
        provider.raw("POST", USERS, &[], user("none").to_string()).await.status,
        201,
        "without a media type"
    );
}

#[tokio::test]
async fn bodies_of_another_kind_are_refused() {
    // P-3.8-06
    let provider = Provider::strict();
    let made = provider.create("/Users", people().remove(0)).await;
    let one = format!("{USERS}/{}", id(&made));
    for kind in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "json",
        "text/json;x=application/json",
    ] {
        for (method, path) in
            [("POST", USERS), ("PUT", &one), ("PATCH", &one), ("POST", "/scim/v2/Users/.search")]
        {
            let refused = provider
                .raw(method, path, &[("content-type", kind)], user("other").to_string())
                .await;
            let (detail, came) =
                (refused.failed(415, None), kind.split(';').next().unwrap_or_default());
            assert_eq!(
                detail,
                format!("unsupported media type `{came}`: send `application/scim+json`")
            );
        }
        for method in ["GET", "DELETE"] {
            let answer = provider.raw(method, &one, &[("content-type", kind)], "").await;
            assert!(matches!(answer.status, 200 | 204 | 404), "{method} has no body to refuse");
        }
    }
    for (coding, status) in [("gzip", 415), ("br, gzip", 415), ("identity", 201)] {
        let answer = provider
            .raw("POST", USERS, &[("content-encoding", coding)], user(coding).to_string())
            .await;
        assert_eq!(answer.status, status, "{coding}");
    }
}

#[tokio::test]
async fn text_is_utf8_both_ways() {
    // P-3.8-01
    let provider = Provider::strict();
    let mut resource = user("ólafur\u{1F600}");
    resource["displayName"] = json!("Ólafur \u{4E2D}\u{6587}");
    let made = provider.create("/Users", resource.clone()).await;
    assert_eq!(
        (&made["userName"], &made["displayName"]),
        (&resource["userName"], &resource["displayName"])
    );
    let found = provider.filter("/Users", "userName eq \"ólafur\u{1F600}\"").await;
    assert_eq!(found.resources(), [made]);
    // The same as escapes, and as bytes that are no UTF-8.
    let escaped = br#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"\u00f3l\ud83d\ude00"}"#;
    let answer = provider.raw("POST", USERS, &[], escaped).await;
    assert_eq!((answer.status, &answer.body["userName"]), (201, &json!("ól\u{1F600}")));
    let latin1 = b"{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"\xf3lafur\"}";
    provider.raw("POST", USERS, &[], latin1).await.refused("invalidSyntax");
}

#[tokio::test]
async fn values_are_encoded_as_what_they_are() {
    // P-3.8-07
    let provider = Provider::strict();
    let made = provider.create("/Users", people().remove(0)).await;
    assert!(made["userName"].is_string() && made["active"].is_boolean());
    assert!(made["emails"].as_array().is_some_and(|emails| emails.iter().all(Value::is_object)));
    assert!(made["name"].is_object());
    assert!(made["schemas"].as_array().is_some_and(|schemas| schemas.iter().all(Value::is_string)));
}
