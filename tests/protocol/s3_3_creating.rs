//! POST to a resource type's endpoint (RFC 7644, Section 3.3).

use std::collections::BTreeSet;

use scimwire::Quirks;
use scimwire::quirks::UnknownAttributes;
use serde_json::{Value, json};

use support::writes::provider::{BASE, PATCH_OP, Provider, Setup, id};
use support::writes::samples::{
    ASSET, ENTERPRISE, GROUP, LOCKER, PLACE, USER, WARRANTY, asset, asset_with, bjensen, group,
    locker, user,
};

#[tokio::test]
async fn a_new_resource_is_answered_whole() {
    // P-3.3-01, P-3.3-02, P-3.3-03, P-3.3-13, P-3.3.1-01, P-3.3-14, P-3.14-02, P-3.14-03
    let provider = Provider::strict();
    let all = [
        ("User", bjensen()),
        ("Group", group("Tour Guides", &[])),
        ("Asset", asset("A1")),
        ("Locker", locker(1)),
    ];
    for (name, resource) in all {
        let answer = provider.post(&format!("/{name}s"), &resource).await;
        assert_eq!(answer.status, 201);
        let body = &answer.body;
        let location = format!("{BASE}/{name}s/{}", id(body));
        assert_eq!(answer.headers["location"], location);
        assert_eq!(answer.headers["etag"], body["meta"]["version"].as_str().expect("a version"));
        let meta = json!({
            "resourceType": name,
            "created": "2011-08-01T21:32:44.000000Z",
            "lastModified": "2011-08-01T21:32:44.000000Z",
            "location": location,
            "version": body["meta"]["version"],
        });
        assert_eq!(body["meta"], meta);
        assert_eq!(&provider.read(&format!("/{name}s/{}", id(body))).await, body);
        for (attribute, value) in resource.as_object().expect("an object") {
            let made = attribute == "members" || attribute == ENTERPRISE;
            assert!(made || &body[attribute] == value, "{attribute}: {body}");
        }
    }
}

#[tokio::test]
async fn a_new_resource_is_answered_in_part() {
    // P-3.3-03
    let provider = Provider::strict();
    let only = provider.post("/Users?attributes=title", &bjensen()).await;
    let names: BTreeSet<&str> =
        only.body.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!((only.status, names), (201, BTreeSet::from(["id", "schemas", "title"])));
    assert!(only.headers.contains_key("etag") && only.headers.contains_key("location"));
    let without = provider.post("/Users?excludedAttributes=meta,userName", &user("jsmith")).await;
    assert_eq!(
        (without.status, &without.body["meta"], &without.body["userName"]),
        (201, &Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn what_clients_cannot_set_is_ignored() {
    // P-3.3-04, P-3.3-13, P-3.3.1-01
    let provider = Provider::strict();
    let mut body = user("bjensen");
    body["id"] = json!("2819c223");
    body["meta"] = json!({ "resourceType": "Group", "created": "1970-01-01T00:00:00Z", "version": "W/\"99\"", "location": "x" });
    body["groups"] = json!([{ "value": "e9e30dba" }]);
    let made = provider.create("/Users", &body).await;
    assert_ne!(made["id"], "2819c223");
    assert_eq!((&made["meta"]["resourceType"], &made["groups"]), (&json!("User"), &Value::Null));
    assert_eq!(made["meta"]["created"], "2011-08-01T21:32:44.000000Z");
    assert_ne!(made["meta"]["version"], "W/\"99\"");
    let state = provider
        .create(
            "/Assets",
            &asset_with("A1", json!({ "state": "lost", "badge": { "issuer": "me", "number": 7 } })),
        )
        .await;
    assert_eq!((&state["state"], &state["badge"]), (&Value::Null, &json!({ "number": 7 })));
    // Whatever stands there, even what is of another type.
    for (name, value) in [("id", json!(17)), ("meta", json!("x")), ("groups", json!(false))] {
        let mut body = user(&format!("with {name}"));
        body[name] = value;
        provider.create("/Users", &body).await;
    }
}

#[tokio::test]
async fn new_users_are_active_unless_it_is_said() {
    // P-3.3-05: of null as of nothing, since a user either may come in or may not.
    for (provider, assumed) in
        [(Provider::lenient(), vec!["active_by_default"]), (Provider::strict(), vec![])]
    {
        let mut body = user("bjensen");
        let made = provider.post("/Users", &body).await;
        assert_eq!(
            (made.status, &made.body["active"], made.rules),
            (201, &json!(true), assumed.clone())
        );
        for (name, unassigned) in [("a", json!(null)), ("b", json!([]))] {
            body["userName"] = json!(name);
            body["active"] = unassigned;
            let made = provider.post("/Users", &body).await;
            assert_eq!(
                (made.status, &made.body["active"], made.rules),
                (201, &json!(true), assumed.clone()),
                "{body}"
            );
        }
        for (name, given) in [("c", true), ("d", false)] {
            body["userName"] = json!(name);
            body["active"] = json!(given);
            assert_eq!(provider.create("/Users", &body).await["active"], given);
        }
    }
}

#[tokio::test]
async fn a_taken_value_is_a_conflict() {
    // P-3.3-06
    let provider = Provider::strict();
    provider.create("/Users", &user("bjensen")).await;
    provider.create("/Groups", &group("Tour Guides", &[])).await;
    provider.create("/Lockers", &locker(1)).await;
    let taken = [
        ("/Users", user("BJENSEN")),
        ("/Groups", group("tour guides", &[])),
        ("/Lockers", locker(1)),
    ];
    for (endpoint, body) in taken {
        provider.post(endpoint, &body).await.failed(409, Some("uniqueness"));
        assert_eq!(provider.total(endpoint).await, 1);
    }
    // Another type has its own names.
    provider.create("/Groups", &group("bjensen", &[])).await;
}

#[tokio::test]
async fn what_is_required_has_to_be_there() {
    // P-3.3-07
    let provider = Provider::strict();
    let refused = [
        ("/Users", json!({ "schemas": [USER] }), "userName"),
        ("/Users", json!({ "schemas": [USER], "userName": null }), "userName"),
        ("/Users", json!({ "schemas": [USER], "userName": "" }), "userName"),
        ("/Groups", json!({ "schemas": [GROUP] }), "displayName"),
        ("/Assets", json!({ "schemas": [ASSET], "sites": ["Berlin"] }), "name"),
        ("/Assets", json!({ "schemas": [ASSET], "name": "A1" }), "sites"),
        ("/Assets", json!({ "schemas": [ASSET], "name": "A1", "sites": [] }), "sites"),
        (
            "/Assets",
            asset_with("A1", json!({ "ports": [{ "kind": "ssh" }, { "value": 80 }] })),
            "ports.kind",
        ),
        ("/Assets", asset_with("A1", json!({ WARRANTY: { "terms": "none" } })), "until"),
        ("/Lockers", json!({ "schemas": [LOCKER], "number": 1 }), PLACE),
        ("/Lockers", json!({ "schemas": [LOCKER, PLACE], "number": 1, PLACE: {} }), PLACE),
    ];
    for (endpoint, body, name) in refused {
        let detail = provider.post(endpoint, &body).await.refused("invalidValue");
        assert!(detail.contains(name), "{body}: {detail}");
        assert_eq!(provider.total(endpoint).await, 0);
    }
}

#[tokio::test]
async fn a_malformed_body_is_refused() {
    // P-3.3-08, A-63
    let provider = Provider::strict();
    let bodies: [&[u8]; 18] = [
        b"",
        b"{",
        b"nope",
        b"[]",
        b"null",
        b"17",
        b"\"bjensen\"",
        b"{\"userName\": \"\xff\"}",
        b"{'userName': 'bjensen'}",
        b"[{\"userName\": \"bjensen\"}]",
        br#"{"userName": "bjensen"}"#,
        br#"{"schemas": null, "userName": "bjensen"}"#,
        br#"{"schemas": [], "userName": "bjensen"}"#,
        br#"{"schemas": "urn:ietf:params:scim:schemas:core:2.0:User", "userName": "bjensen"}"#,
        br#"{"schemas": [5], "userName": "bjensen"}"#,
        br#"{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "userName": "bjensen"}"#,
        br#"{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:example:other"], "userName": "bjensen"}"#,
        br#"{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "bjensen"} {}"#,
    ];
    for body in bodies {
        let answer = provider.send("POST", "/Users", &[], body).await;
        assert_eq!(
            answer.body["scimType"],
            "invalidSyntax",
            "{}: {}",
            String::from_utf8_lossy(body),
            answer.body
        );
        answer.refused("invalidSyntax");
        assert_eq!(provider.total("/Users").await, 0);
    }
}

#[tokio::test]
async fn schemas_are_assumed_where_the_switch_says_so() {
    // A-63
    let provider = Provider::lenient();
    let answer = provider.post("/Users", &json!({ "userName": "bjensen" })).await;
    assert_eq!((answer.status, &answer.body["schemas"]), (201, &json!([USER])));
    assert!(answer.rules.contains(&"accept_unknown_schemas"), "{:?}", answer.rules);
    // Messages have to name theirs where the switch is off, and only there.
    let path = format!("/Users/{}", id(&answer.body));
    let body = json!({ "Operations": [{ "op": "replace", "path": "title", "value": "x" }] });
    assert_eq!(provider.send("PATCH", &path, &[], body.to_string()).await.ok()["title"], "x");
    let mut quirks = Quirks::LENIENT;
    quirks.accept_unknown_schemas = false;
    let provider = Provider::new(Setup { quirks, ..Setup::default() });
    let path = provider.made("/Users", &bjensen()).await;
    provider.refuses_body(&path, body.to_string(), "invalidSyntax").await;
}

#[tokio::test]
async fn unknown_attributes_are_ignored_or_refused() {
    // P-3.3-11, A-64
    let mut body = bjensen();
    body["shoeSize"] = json!(44);
    body["name"]["nick"] = json!("Babs");
    body[ENTERPRISE]["floor"] = json!(3);
    let answer = Provider::strict().post("/Users", &body).await;
    assert_eq!(
        (answer.status, answer.body.get("shoeSize"), answer.body["name"].get("nick")),
        (201, None, None)
    );
    assert_eq!(answer.rules, ["unknown_attributes"; 3]);
    let mut quirks = Quirks::STRICT;
    quirks.unknown_attributes = UnknownAttributes::Reject;
    let provider = Provider::new(Setup { quirks, ..Setup::default() });
    for pointer in ["", "/name", "/emails/0", &format!("/{ENTERPRISE}")] {
        let mut body = bjensen();
        body.pointer_mut(pointer).expect("an object")["shoeSize"] = json!(44);
        provider.post("/Users", &body).await.refused("invalidSyntax");
    }
    assert_eq!(provider.total("/Users").await, 0);
}

#[tokio::test]
async fn immutable_attributes_are_set_at_creation() {
    // P-3.3-12
    let provider = Provider::strict();
    let attributes = json!({
        "serial": "S-1",
        "makers": ["Acme", "Umbrella"],
        "badge": { "chip": "c1" },
        "ports": [{ "kind": "ssh", "mac": "00:00:5e:00:53:01" }],
        WARRANTY: { "until": "2012-08-01T21:32:44Z", "contract": "K-1" },
    });
    let made = provider.create("/Assets", &asset_with("A1", attributes.clone())).await;
    for (name, value) in attributes.as_object().expect("an object") {
        assert_eq!(&made[name], value);
    }
    assert_eq!(made["schemas"], json!([ASSET, WARRANTY]));
}

#[tokio::test]
async fn names_stand_once() {
    // P-3.3-15, A-62
    let provider = Provider::strict();
    let base = format!(r#""schemas": ["{USER}"]"#);
    let bodies = [
        format!(r#"{{{base}, "userName": "a", "userName": "b"}}"#),
        format!(r#"{{{base}, "userName": "a", "USERNAME": "b"}}"#),
        format!(r#"{{{base}, "userName": "a", "username": null}}"#),
        format!(r#"{{{base}, "Schemas": ["{USER}"], "userName": "a"}}"#),
        format!(r#"{{{base}, "userName": "a", "id": "1", "ID": "2"}}"#),
        format!(r#"{{{base}, "userName": "a", "externalId": "1", "externalid": "2"}}"#),
        format!(r#"{{{base}, "userName": "a", "name": {{"givenName": "b", "GIVENNAME": "c"}}}}"#),
        format!(r#"{{{base}, "userName": "a", "name": {{"givenName": "b", "givenName": "c"}}}}"#),
        format!(r#"{{{base}, "userName": "a", "emails": [{{"value": "b", "Value": "c"}}]}}"#),
        format!(
            r#"{{{base}, "userName": "a", "{ENTERPRISE}": {{"department": "b", "Department": "c"}}}}"#
        ),
        format!(
            r#"{{{base}, "userName": "a", "{ENTERPRISE}": {{}}, "{}": {{}}}}"#,
            ENTERPRISE.to_uppercase()
        ),
    ];
    for body in bodies {
        let answer = provider.send("POST", "/Users", &[], &body).await;
        assert_eq!(answer.body["scimType"], "invalidSyntax", "{body}: {}", answer.body);
        answer.refused("invalidSyntax");
    }
    assert_eq!(provider.total("/Users").await, 0);
}

#[tokio::test]
async fn unknown_names_stand_once() {
    // P-3.3-15, A-62
    let provider = Provider::strict();
    for body in [
        format!(r#"{{"schemas": ["{USER}"], "userName": "a", "size": 1, "SIZE": 2}}"#),
        format!(r#"{{"schemas": ["{USER}"], "userName": "a", "name": {{"nick": 1, "Nick": 2}}}}"#),
        format!(
            r#"{{"schemas": ["{USER}"], "userName": "a", "groups": [{{"value": 1, "Value": 2}}]}}"#
        ),
    ] {
        let answer = provider.send("POST", "/Users", &[], &body).await;
        assert_eq!(
            (answer.status, &answer.body["scimType"]),
            (400, &json!("invalidSyntax")),
            "{body}: {}",
            answer.body
        );
    }
}

#[tokio::test]
async fn names_stand_once_among_many() {
    // P-3.3-15, A-62: few are compared each with each, more of them by another way.
    let provider = Provider::strict();
    let path = provider.made("/Users", &user("bjensen")).await;
    for others in [1, 12, 13, 40] {
        let others: String =
            (0..others).map(|number| format!(r#""x{number}": {number}, "#)).collect();
        for object in [
            format!(r#"{{{others}"schemas": ["{USER}"], "userName": "a", "size": 1, "SIZE": 2}}"#),
            format!(r#"{{"SIZE": 2, {others}"size": 1, "schemas": ["{USER}"], "userName": "a"}}"#),
            format!(
                r#"{{"schemas": ["{USER}"], "userName": "a", "name": {{{others}"nick": 1, "Nick": 2}}}}"#
            ),
            format!(
                r#"{{"schemas": ["{USER}"], "userName": "a", "emails": [{{{others}"size": 1, "siZe": 2}}]}}"#
            ),
        ] {
            let operations = format!(r#"[{{"op": "add", "value": {object}}}]"#);
            let patch = format!(r#"{{"schemas": ["{PATCH_OP}"], "Operations": {operations}}}"#);
            for (method, path, body) in
                [("POST", "/Users", &object), ("PUT", &path, &object), ("PATCH", &path, &patch)]
            {
                let answer = provider.send(method, path, &[], body).await;
                let detail = answer.refused("invalidSyntax");
                assert!(detail.contains("duplicate member"), "{method} {body}: {detail}");
            }
            let once = object
                .replacen("SIZE", "length", 1)
                .replacen("Nick", "length", 1)
                .replacen("siZe", "length", 1);
            provider.send("PUT", &path, &[], once).await.ok();
        }
    }
}

#[tokio::test]
async fn names_are_read_in_any_case() {
    // A-62
    let provider = Provider::strict();
    let body = json!({ "SCHEMAS": [USER.to_uppercase(), ENTERPRISE.to_uppercase()], "USERNAME": "bjensen", "Name": { "GIVENNAME": "Barbara" },
        "EXTERNALID": "701984", ENTERPRISE.to_uppercase(): { "DEPARTMENT": "Sales" } });
    let made = provider.create("/Users", &body).await;
    assert_eq!((&made["userName"], &made["externalId"]), (&json!("bjensen"), &json!("701984")));
    assert_eq!(
        (&made["name"], &made[ENTERPRISE]),
        (&json!({ "givenName": "Barbara" }), &json!({ "department": "Sales" }))
    );
    assert_eq!(made["schemas"], json!([USER, ENTERPRISE]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_one_gets_the_name() {
    // P-3.3-10
    let provider = Provider::strict();
    for round in 0..20 {
        let name = format!("bjensen{round}");
        let tasks = (0..8).map(|_| {
            let (provider, body) = (provider.clone(), user(&name));
            tokio::spawn(async move { provider.post("/Users", &body).await.status })
        });
        let mut statuses = Vec::new();
        for task in tasks.collect::<Vec<_>>() {
            statuses.push(task.await.expect("the task ends well"));
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    }
}
