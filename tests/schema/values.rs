//! Values of attributes: types, the parts of several values, no value (RFC 7643, Section 2).

use chrono::DateTime;
use serde_json::{Value, json};

use support::reads::provider::{Provider, id};
use support::reads::samples::{ENTERPRISE, GROUP, USER, device, user};

#[tokio::test]
async fn everything_that_comes_and_goes_says_what_it_is() {
    // S-2.1-01, S-3-01
    let provider = Provider::strict();
    let made = provider.create("/Users", user("bjensen")).await;
    let way = format!("/Users/{}", id(&made));
    let patched =
        provider.patch(&way, json!([{ "op": "add", "path": "title", "value": "x" }])).await.ok();
    for resource in [
        &made,
        &patched,
        &provider.put(&way, user("bjensen")).await.ok(),
        &provider.get(&way).await.ok(),
    ] {
        assert_eq!(resource["schemas"], json!([USER]));
    }
    let message = |name: &str| json!([format!("urn:ietf:params:scim:api:messages:2.0:{name}")]);
    let list = provider.get("/Users?attributes=userName").await.ok();
    assert_eq!(
        (&list["schemas"], &list["Resources"][0]["schemas"]),
        (&message("ListResponse"), &json!([USER]))
    );
    assert_eq!(provider.search("/Users", json!({})).await.ok()["schemas"], message("ListResponse"));
    assert_eq!(provider.get("/Users/none").await.body["schemas"], message("Error"));
    for path in [
        "/ServiceProviderConfig",
        "/ResourceTypes/User",
        "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User",
    ] {
        assert!(provider.get(path).await.ok()["schemas"][0].is_string(), "{path}");
    }
    // What comes in has to be an object that says so, too.
    for body in [
        json!([]),
        json!("x"),
        Value::Null,
        json!({ "userName": "x" }),
        json!({ "schemas": [], "userName": "x" }),
    ] {
        provider.post("/Users", body.clone()).await.refused("invalidSyntax");
        provider.put(&way, body).await.refused("invalidSyntax");
    }
    for body in [json!({}), json!({ "schemas": [USER] }), json!([])] {
        provider.post("/Users/.search", body.clone()).await.refused("invalidSyntax");
        provider.send("PATCH", &way, Some(body)).await.refused("invalidSyntax");
    }
}

#[tokio::test]
async fn instants_of_ours_are_in_a_zone() {
    // S-2.3.5-03
    let provider = Provider::strict();
    let made = provider.create("/Users", user("bjensen")).await;
    for name in ["created", "lastModified"] {
        let text = made["meta"][name].as_str().expect("an instant");
        assert!(text.ends_with('Z') && DateTime::parse_from_rfc3339(text).is_ok(), "{text}");
    }
    let bought =
        provider.create("/Devices", device("1", json!({ "bought": "2011-05-13T04:42:34" }))).await;
    assert_eq!(
        bought["bought"], "2011-05-13T04:42:34Z",
        "what came without a zone says which it was read in (A-17)"
    );
}

#[tokio::test]
async fn references_are_relative_to_the_base_url() {
    // S-2.3.7-02, S-2.4-08, S-2.4-09
    let provider = Provider::strict();
    let made = provider.create("/Users", user("bjensen")).await;
    let group =
        json!({ "schemas": [GROUP], "displayName": "Guides", "members": [{ "value": id(&made) }] });
    provider.create("/Groups", group).await;
    for url in [
        format!("https://example.com/scim/v2/Users/{}", id(&made)),
        format!("HTTPS://Example.COM/scim/v2/Users/{}", id(&made)),
        format!("https://example.com/scim/Users/{}", id(&made)),
        format!("../Users/{}", id(&made)),
        format!("Users/{}", id(&made)),
    ] {
        assert_eq!(
            provider.filter("/Groups", &format!("members.$ref eq \"{url}\"")).await.names(),
            ["Guides"],
            "{url}"
        );
    }
    for url in [
        format!("https://other.example/scim/v2/Users/{}", id(&made)),
        format!("../Groups/{}", id(&made)),
        id(&made).to_owned(),
    ] {
        assert!(
            provider
                .filter("/Groups", &format!("members.$ref eq \"{url}\""))
                .await
                .names()
                .is_empty(),
            "{url}"
        );
    }
}

#[tokio::test]
async fn references_of_ours_can_be_followed() {
    // S-2.3.7-04, S-4.1.2-07, S-4.2-03, S-4.3-03
    let provider = Provider::strict();
    let boss = provider.create("/Users", user("boss")).await;
    let mut bjensen = user("bjensen");
    bjensen["schemas"] = json!([support::reads::samples::USER, ENTERPRISE]);
    bjensen[ENTERPRISE] = json!({ "manager": { "value": id(&boss) } });
    let bjensen = provider.create("/Users", bjensen).await;
    let inner =
        provider.create("/Groups", json!({ "schemas": [GROUP], "displayName": "inner" })).await;
    let members = json!([{ "value": id(&bjensen) }, { "value": id(&inner) }]);
    let outer = provider
        .create(
            "/Groups",
            json!({ "schemas": [GROUP], "displayName": "outer", "members": members }),
        )
        .await;
    let bjensen = provider.get(&format!("/Users/{}", id(&bjensen))).await.ok();
    for (resource, pointer, of) in [
        (&outer, "/members/0/$ref", &bjensen),
        (&outer, "/members/1/$ref", &inner),
        (&bjensen, "/groups/0/$ref", &outer),
        (
            &bjensen,
            "/urn:ietf:params:scim:schemas:extension:enterprise:2.0:User/manager/$ref",
            &boss,
        ),
        (&bjensen, "/meta/location", &bjensen),
        (&inner, "/meta/location", &inner),
    ] {
        let url = resource
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("{pointer} of {resource}"));
        let path =
            url.strip_prefix("https://example.com/scim/v2").expect("an absolute URL of ours");
        assert_eq!(provider.get(path).await.ok()["id"], of["id"], "{url}");
    }
    // Once the target is gone, the URL says so.
    assert_eq!(provider.delete(&format!("/Users/{}", id(&boss))).await.status, 204);
    provider.get(&format!("/Users/{}", id(&boss))).await.failed(404, None);
}

#[tokio::test]
async fn the_order_of_parts_does_not_count() {
    // S-2.3.8-01
    let provider = Provider::strict();
    let bodies = [
        r#"{ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "a", "name": { "givenName": "B", "familyName": "J" } }"#,
        r#"{ "name": { "familyName": "J", "givenName": "B" }, "userName": "b", "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"] }"#,
    ];
    let mut made = Vec::new();
    for body in bodies {
        made.push(
            provider
                .raw("POST", "/scim/v2/Users", &[("content-type", "application/scim+json")], body)
                .await
                .body,
        );
    }
    assert_eq!(made[0]["name"], made[1]["name"]);
    // So is the same in another order no change.
    let way = format!("/scim/v2/Users/{}", id(&made[0]));
    let again = r#"{ "Operations": [{ "value": { "givenName": "B", "familyName": "J" }, "path": "name", "op": "replace" }], "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"] }"#;
    let patched =
        provider.raw("PATCH", &way, &[("content-type", "application/scim+json")], again).await.ok();
    assert_eq!(patched["meta"]["version"], made[0]["meta"]["version"]);
}

#[tokio::test]
async fn no_primary_is_none() {
    // S-2.4-02, S-2.4-03, S-2.4-04
    let provider = Provider::strict();
    let with = |name: &str, emails: Value| json!({ "schemas": [USER], "userName": name, "emails": emails });
    provider.create("/Users", with("unsaid", json!([{ "value": "a@example.com" }]))).await;
    provider
        .create("/Users", with("no", json!([{ "value": "b@example.com", "primary": false }])))
        .await;
    provider
        .create("/Users", with("yes", json!([{ "value": "z@example.com" }, { "value": "c@example.com", "primary": true }])))
        .await;
    let table: &[(&str, &[&str])] = &[
        ("emails[primary eq false]", &["unsaid", "no", "yes"]),
        ("emails[primary ne true]", &["unsaid", "no", "yes"]),
        ("emails[primary eq true]", &["yes"]),
        ("emails[value eq \"a@example.com\" and primary eq false]", &["unsaid"]),
        ("emails.primary eq true", &["yes"]),
    ];
    provider.finds("/Users", table).await;
    let sorted = provider.get("/Users?sortBy=emails&sortOrder=descending").await;
    assert_eq!(
        sorted.names(),
        ["yes", "no", "unsaid"],
        "the primary value sorts, else the first (RFC 7644, Section 3.4.2.3)"
    );
    for primaries in [json!([true, true]), json!([true, null, true])] {
        let emails = primaries.as_array().expect("values").iter().enumerate();
        let emails = emails
            .map(|(number, primary)| json!({ "value": number.to_string(), "primary": primary }))
            .collect();
        provider.post("/Users", with("two", emails)).await.refused("invalidValue");
    }
    provider
        .create(
            "/Users",
            with("one", json!([{ "value": "1", "primary": true }, { "value": "2", "primary": false }, { "value": "3" }])),
        )
        .await;
}
