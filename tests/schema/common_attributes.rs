//! What every resource has: `schemas`, `id`, `externalId`, `meta` (RFC 7643, Section 3).

use std::collections::BTreeSet;

use scimwire::ResourceType;
use scimwire::auth::RequestContext;
use scimwire::schema::Schema;
use serde_json::{Value, json};

use support::reads::provider::{Provider, Setup, id};
use support::reads::samples::{DEVICE, ENTERPRISE, GROUP, USER, device, group, user};

#[tokio::test]
async fn schemas_name_what_the_type_has() {
    // S-3-02, S-3-03, S-3-04, S-3.3-01, S-3.3-03, S-3.3-04
    let provider = Provider::strict();
    let with = |name: &str, schemas: Value| json!({ "schemas": schemas, "userName": name, ENTERPRISE: { "department": "Sales" } });
    let both = json!([USER, ENTERPRISE]);
    for (number, schemas) in [
        both.clone(),
        json!([ENTERPRISE, USER]),
        json!([USER, ENTERPRISE, USER, ENTERPRISE]),
        json!([USER.to_uppercase().replace("URN", "urn"), ENTERPRISE]),
    ]
    .into_iter()
    .enumerate()
    {
        let made = provider.create("/Users", with(&number.to_string(), schemas.clone())).await;
        assert_eq!(
            (&made["schemas"], &made[ENTERPRISE]["department"]),
            (&both, &json!("Sales")),
            "{schemas}"
        );
        assert_eq!(provider.get(&format!("/Users/{}", id(&made))).await.ok()["schemas"], both);
    }
    // One that is named and has no value is not in use.
    let made = provider
        .create("/Users", json!({ "schemas": [USER, ENTERPRISE], "userName": "none" }))
        .await;
    assert_eq!(made["schemas"], json!([USER]));
    let way = format!("/Users/{}", id(&made));
    for wrong in [
        json!([USER, "urn:example:none"]),
        json!([USER, GROUP]),
        json!([ENTERPRISE]),
        json!([]),
        json!([USER, 1]),
        json!(USER),
        json!({ "a": USER }),
        json!([USER, "urn:ietf:params:scim:schemas:core:2.0:ResourceType"]),
    ] {
        provider.post("/Users", with("wrong", wrong.clone())).await.refused("invalidSyntax");
        provider.put(&way, with("none", wrong)).await.refused("invalidSyntax");
    }
    assert_eq!(provider.get(&way).await.ok()["schemas"], json!([USER]));
}

#[tokio::test]
async fn attributes_stand_where_their_schema_says() {
    // S-3-05, S-3-06
    let provider = Provider::strict();
    let user = json!({ "schemas": [USER, ENTERPRISE], "userName": "bjensen", "externalId": "701984", "department": "x", ENTERPRISE: { "department": "Sales", "userName": "y" } });
    let made = provider.create("/Users", user).await;
    assert_eq!((&made["userName"], made.get("department")), (&json!("bjensen"), None));
    assert_eq!(made[ENTERPRISE], json!({ "department": "Sales" }));
    // No schema of devices says a word of these.
    let made = provider.create("/Devices", device("1", json!({ "externalId": "701984" }))).await;
    assert!(made["id"].is_string() && made["meta"].is_object(), "{made}");
    assert_eq!(
        provider
            .filter("/Devices", "externalId eq \"701984\" and meta.created pr and id pr")
            .await
            .names(),
        ["1"]
    );
    assert_eq!(
        provider.get("/Devices?sortBy=meta.created&attributes=meta.resourceType").await.resources()
            [0]["meta"],
        json!({ "resourceType": "Device" })
    );
}

#[tokio::test]
async fn ids_are_the_service_providers() {
    // S-3.1-01, S-3.1-02, S-3.1-03, S-3.1-04, S-3.1-05, S-3.1-06
    let provider = Provider::strict();
    let mut seen = BTreeSet::new();
    for number in 0..20 {
        let mut own = user(&format!("user-{number}"));
        own["id"] = json!("mine");
        let bodies = [
            ("/Users", own),
            ("/Groups", group(&format!("group-{number}"), &[])),
            ("/Devices", device(&number.to_string(), json!({}))),
        ];
        for (endpoint, body) in bodies {
            let made = provider.create(endpoint, body).await;
            let id = id(&made).to_owned();
            assert!(
                !id.is_empty() && id != "mine" && !id.to_ascii_lowercase().contains("bulkid"),
                "{id}"
            );
            assert!(seen.insert(id.clone()), "{id} is given twice");
            // Nor is that of a deleted resource given again.
            if number % 2 == 0 {
                assert_eq!(provider.delete(&format!("{endpoint}/{id}")).await.status, 204);
            }
        }
    }
    let made = provider.create("/Users", user("bjensen")).await;
    let (own, way) = (id(&made), format!("/Users/{}", id(&made)));
    let put = json!({ "schemas": [USER], "userName": "bjensen", "id": "other", "title": "x" });
    let mut answers = vec![provider.put(&way, put).await.ok()];
    answers.push(
        provider
            .patch(&way, json!([{ "op": "replace", "path": "title", "value": "y" }]))
            .await
            .ok(),
    );
    answers.push(provider.get(&format!("{way}?attributes=title")).await.ok());
    answers.push(provider.get(&format!("{way}?excludedAttributes=id")).await.ok());
    answers.push(
        provider.filter("/Users", "userName eq \"bjensen\"").await.ok()["Resources"][0].clone(),
    );
    for answer in answers {
        assert_eq!(answer["id"], own);
    }
    for operation in [
        json!({ "op": "replace", "path": "id", "value": "other" }),
        json!({ "op": "add", "path": "ID", "value": own }),
        json!({ "op": "remove", "path": "id" }),
        json!({ "op": "replace", "value": { "id": "other" } }),
    ] {
        provider.patch(&way, json!([operation])).await.refused("mutability");
    }
    assert_ne!(own.to_uppercase(), own);
    provider.get(&format!("/Users/{}", own.to_uppercase())).await.failed(404, None);
}

#[tokio::test]
async fn external_ids_are_the_clients() {
    // S-3.1-07, S-3.1-08, S-3.1-09, S-9.3-02
    let provider = Provider::strict();
    let with = |name: &str, external: &str| json!({ "schemas": [USER], "userName": name, "externalId": external });
    let made = provider.create("/Users", user("without")).await;
    assert_eq!(made.get("externalId"), None);
    let way = format!("/Users/{}", id(&made));
    assert_eq!(
        provider
            .patch(&way, json!([{ "op": "add", "path": "title", "value": "x" }]))
            .await
            .ok()
            .get("externalId"),
        None
    );
    let set = provider
        .patch(&way, json!([{ "op": "add", "path": "externalId", "value": "AbC" }]))
        .await
        .ok();
    assert_eq!(set["externalId"], "AbC");
    // Two may share one, and case counts.
    provider.create("/Users", with("again", "AbC")).await;
    provider.create("/Users", with("other", "abc")).await;
    provider
        .finds(
            "/Users",
            &[
                ("externalId eq \"AbC\"", &["without", "again"]),
                ("externalId eq \"abc\"", &["other"]),
            ],
        )
        .await;
    // Another tenant has its own.
    let tenant = provider.asked_by(RequestContext::new("other"));
    assert!(tenant.filter("/Users", "externalId eq \"AbC\"").await.names().is_empty());
    let there = tenant.create("/Users", with("again", "AbC")).await;
    let here = provider.filter("/Users", "userName eq \"again\"").await.resources()[0].clone();
    assert_ne!(there["id"], here["id"], "nobody can tell by the id that it is the same person");
    tenant.get(&format!("/Users/{}", id(&here))).await.failed(404, None);
    tenant.finds("/Users", &[("externalId eq \"AbC\"", &["again"])]).await;
}

#[tokio::test]
async fn metadata_is_the_service_providers() {
    // S-3.1-10, S-3.1-11, S-3.1-12, S-3.1-13, S-3.1-14, S-3.1-15, S-3.1-16, S-3.1-17, S-3.1-18
    let provider = Provider::strict();
    provider.clock.set("2011-08-01T21:32:44Z");
    let mine = json!({ "resourceType": "Group", "created": "1999-01-01T00:00:00Z", "version": "mine", "location": "x" });
    let body = json!({ "schemas": [USER], "userName": "bjensen", "meta": mine });
    let answer = provider.post("/Users", body.clone()).await;
    let (made, etag) = (answer.body.clone(), answer.headers["etag"].clone());
    let meta = &made["meta"];
    let way = format!("/Users/{}", id(&made));
    assert_eq!(
        (&meta["resourceType"], &meta["created"]),
        (&json!("User"), &json!("2011-08-01T21:32:44.000000Z"))
    );
    assert_eq!(meta["created"], meta["lastModified"]);
    assert_eq!(
        (&meta["location"], &meta["version"]),
        (&json!(format!("https://example.com/scim/v2{way}")), &json!(etag.to_str().expect("text")))
    );
    assert_eq!(answer.headers["location"], meta["location"].as_str().expect("a URL"));
    assert!(meta["version"].as_str().is_some_and(|version| version.starts_with("W/\"")));
    provider.clock.advance(60);
    // What changes nothing leaves it as it is.
    assert_eq!(provider.put(&way, body).await.ok()["meta"], *meta);
    let changed =
        provider.patch(&way, json!([{ "op": "add", "path": "title", "value": "x" }])).await;
    let (after, etag) = (&changed.body["meta"], &changed.headers["etag"]);
    assert_eq!(
        (&after["created"], &after["lastModified"]),
        (&meta["created"], &json!("2011-08-01T21:33:44.000000Z"))
    );
    assert!(
        after["version"] != meta["version"] && after["version"] == etag.to_str().expect("text")
    );
    let read = provider.get(&way).await;
    assert_eq!((&read.body["meta"], &read.headers["etag"]), (after, etag));
    // They are returned by default: not where others are asked for.
    assert_eq!(provider.get(&format!("{way}?attributes=userName")).await.ok().get("meta"), None);
    assert_eq!(
        provider.get(&format!("{way}?excludedAttributes=meta.created")).await.ok()["meta"]
            .get("created"),
        None
    );
    assert_eq!(
        provider.get(&format!("{way}?attributes=meta.version")).await.ok()["meta"],
        json!({ "version": after["version"] })
    );
    provider
        .finds(
            "/Users",
            &[
                ("meta.resourceType eq \"User\"", &["bjensen"]),
                ("meta.resourceType eq \"user\"", &[]),
            ],
        )
        .await;
    provider
        .patch(
            &way,
            json!([{ "op": "replace", "path": "meta.created", "value": "1999-01-01T00:00:00Z" }]),
        )
        .await
        .refused("mutability");
}

#[tokio::test]
async fn what_the_rfc_says_of_common_attributes_takes_precedence() {
    // S-3.1-19
    let older = json!({
        "id": DEVICE,
        "attributes": [
            { "name": "ID", "type": "string", "mutability": "readWrite", "returned": "request", "required": true },
            { "name": "externalId", "type": "string", "caseExact": false, "uniqueness": "server", "required": true, "mutability": "immutable" },
            { "name": "meta", "type": "complex", "returned": "never", "subAttributes": [{ "name": "note" }] },
            { "name": "serial", "type": "string", "required": true }
        ]
    });
    let older = Schema::try_from(older).expect("older definitions are read");
    let provider = Provider::serving([ResourceType::new("Device", older)], Setup::default());
    let with = |serial: &str, external: &str| {
        device(serial, json!({ "externalId": external, "id": "mine", "meta": { "note": "x" } }))
    };
    let made = provider.create("/Devices", with("1", "A")).await;
    assert!(
        made["id"] != "mine"
            && made["meta"]["resourceType"] == "Device"
            && made["meta"].get("note").is_none(),
        "{made}"
    );
    // Neither unique, nor without case, nor required, nor immutable.
    provider.create("/Devices", with("2", "A")).await;
    provider.create("/Devices", device("3", json!({}))).await;
    provider
        .finds("/Devices", &[("externalId eq \"a\"", &[]), ("externalId eq \"A\"", &["1", "2"])])
        .await;
    let way = format!("/Devices/{}", id(&made));
    let changed = provider
        .patch(&way, json!([{ "op": "replace", "path": "externalId", "value": "B" }]))
        .await
        .ok();
    assert_eq!(changed["externalId"], "B");
    // What is published is what holds.
    let shown = provider.get(&format!("/Schemas/{DEVICE}")).await.ok();
    assert_eq!(shown["attributes"].as_array().map(Vec::len), Some(1), "{shown}");
}

#[tokio::test]
async fn extensions_add_and_redefine_nothing() {
    // S-3.3-02
    let badge = Schema::try_from(json!({
        "id": "urn:example:schemas:Badge",
        "attributes": [{ "name": "userName", "type": "integer", "uniqueness": "server" }, { "name": "title", "returned": "never" }]
    }));
    let users = ResourceType::user().with_extension(badge.expect("a schema"));
    let provider = Provider::serving([users], Setup::default());
    let body = json!({ "schemas": [USER, "urn:example:schemas:Badge"], "userName": "bjensen", "title": "Guide", "urn:example:schemas:Badge": { "userName": 7, "title": "secret" } });
    let made = provider.create("/Users", body).await;
    assert_eq!((&made["userName"], &made["title"]), (&json!("bjensen"), &json!("Guide")));
    assert_eq!(made["urn:example:schemas:Badge"], json!({ "userName": 7 }));
    let table: &[(&str, &[&str])] = &[
        ("userName eq \"BJENSEN\"", &["bjensen"]),
        ("urn:example:schemas:Badge:userName eq 7", &["bjensen"]),
        ("title eq \"guide\"", &["bjensen"]),
    ];
    provider.finds("/Users", table).await;
    provider
        .post("/Users", json!({ "schemas": [USER, "urn:example:schemas:Badge"], "urn:example:schemas:Badge": { "userName": 8 } }))
        .await
        .refused("invalidValue");
}
