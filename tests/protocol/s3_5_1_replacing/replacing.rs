//! PUT (RFC 7644, Section 3.5.1).

use scimwire::Quirks;
use scimwire::quirks::OmittedAttributes;
use serde_json::{Value, json};

use support::writes::provider::{Kept, Provider, Setup, at, id, members, version};
use support::writes::samples::{
    ENTERPRISE, USER, WARRANTY, asset, asset_with, bjensen, group, locker, numbered, user,
};
use support::writes::whole_store::WholeStore;

#[tokio::test]
async fn every_type_can_be_replaced() {
    // P-3.5-01, P-3.5.1-09, P-3.14-02, P-3.14-03, A-30
    let provider = Provider::strict();
    let all = [
        ("/Users", bjensen(), user("jensen"), "userName"),
        ("/Groups", group("Tour Guides", &["2819c223"]), group("Guides", &[]), "displayName"),
        ("/Assets", asset_with("A1", json!({ "slots": 4, "tags": ["a"] })), asset("A2"), "name"),
        ("/Lockers", locker(1), locker(2), "number"),
    ];
    for (endpoint, before, after, name) in all {
        let made = provider.create(endpoint, &before).await;
        let answer = provider.put(&at(&made), &after).await;
        assert_eq!(
            answer.headers["etag"],
            answer.body["meta"]["version"].as_str().expect("a version")
        );
        assert_eq!(
            answer.headers["location"],
            made["meta"]["location"].as_str().expect("a location")
        );
        let replaced = answer.ok();
        assert_eq!(replaced, provider.read(&at(&made)).await);
        assert_eq!((&replaced[name], &replaced["id"]), (&after[name], &made["id"]));
        assert_eq!(replaced["meta"]["created"], made["meta"]["created"]);
        assert_ne!(version(&replaced), version(&made));
        for gone in ["title", "name.givenName", "emails", "members", "slots", "tags", ENTERPRISE] {
            assert_eq!(replaced.get(gone), None, "{replaced}");
        }
    }
}

#[tokio::test]
async fn the_answer_is_projected() {
    // P-3.5.1-09, A-27
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let only = provider.put(&format!("{path}?attributes=userName"), &user("jensen")).await.ok();
    assert_eq!((&only["userName"], only.get("meta")), (&json!("jensen"), None));
    let without =
        provider.put(&format!("{path}?excludedAttributes=userName"), &user("jensen")).await.ok();
    assert_eq!((without.get("userName"), without.get("meta").is_some()), (None, true));
}

#[tokio::test]
async fn nothing_is_created_by_put() {
    // P-3.5.1-01
    let provider = Provider::strict();
    for (endpoint, body) in
        [("/Users", user("bjensen")), ("/Groups", group("G", &[])), ("/Assets", asset("A1"))]
    {
        provider.put(&format!("{endpoint}/2819c223"), &body).await.failed(404, None);
        assert_eq!(provider.total(endpoint).await, 0);
    }
}

#[tokio::test]
async fn values_take_the_place_of_stored_ones() {
    // P-3.5.1-02
    let (provider, store) = Provider::with_secrets();
    let before = json!({ "pin": "1", "code": "1", "label": "a", "tags": ["a"], "slots": 1, "badge": { "number": 1, "secret": "1" } });
    let after = json!({ "pin": "2", "code": "2", "label": "b", "tags": ["b"], "slots": 2, "badge": { "number": 2, "secret": "2" } });
    let made = provider.create("/Assets", &asset_with("A1", before)).await;
    provider.put(&at(&made), &asset_with("A1", after.clone())).await.ok();
    let kept = store.kept(id(&made));
    for (name, value) in after.as_object().expect("an object") {
        assert_eq!(&kept[name], value, "{kept}");
    }
}

#[tokio::test]
async fn as_many_others_take_the_place_of_stored_ones() {
    // P-3.5.1-02: few are compared each with each, more of them by another way.
    let provider = Provider::strict();
    for count in [1, 16, 17, 40] {
        let asset = |first| asset_with(&format!("A{count}"), numbered(first, count));
        let path = provider.made("/Assets", &asset(0)).await;
        for first in [1, 100, 0] {
            let replaced = provider.put(&path, &asset(first)).await.ok();
            for (name, values) in numbered(first, count).as_object().expect("an object") {
                assert_eq!(&replaced[name], values, "{count} from {first}");
            }
            assert_eq!(provider.read(&path).await, replaced);
        }
    }
}

#[tokio::test]
async fn as_many_other_members_take_the_place_of_stored_ones() {
    // P-3.5.1-02
    for kept in [Kept::Apart, Kept::Whole(WholeStore::default())] {
        let provider = Provider::new(Setup { kept, ..Setup::default() });
        for count in [1, 16, 17, 40] {
            let ids: Vec<String> = (0..2 * count).map(|number| format!("m{number}")).collect();
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let name = format!("G{count}");
            let path = provider.group(&name, &ids[..count]).await;
            for others in [&ids[1..=count], &ids[count..]] {
                let replaced = provider.put(&path, &group(&name, others)).await.ok();
                assert_eq!(members(&replaced).len(), count);
                assert!(
                    others.iter().all(|id| members(&replaced).contains(id)),
                    "{count}: {replaced}"
                );
                assert_eq!(provider.read(&path).await, replaced);
            }
        }
    }
}

#[tokio::test]
async fn omitted_values_are_cleared_or_kept() {
    // P-3.5.1-03, A-30
    let path_of = |omitted| {
        let mut quirks = Quirks::STRICT;
        quirks.put_omitted = omitted;
        Provider::new(Setup { quirks, ..Setup::default() })
    };
    // What says who may come in stays in any case.
    let cleared = [false, false, false, true, false];
    for (omitted, expected) in [
        (OmittedAttributes::Clear, cleared),
        (OmittedAttributes::KeepBooleans, cleared),
        (OmittedAttributes::Keep, [true; 5]),
    ] {
        let provider = path_of(omitted);
        let path = provider.made("/Users", &bjensen()).await;
        let replaced = provider.put(&path, &user("bjensen")).await.ok();
        let kept = ["title", "externalId", "emails", "active", ENTERPRISE]
            .map(|name| replaced.get(name).is_some());
        assert_eq!(kept, expected, "{omitted:?}");
    }
}

#[tokio::test]
async fn omitted_members_are_cleared_or_kept() {
    // P-3.5.1-03, A-30
    for (omitted, expected) in [(OmittedAttributes::Clear, 0), (OmittedAttributes::Keep, 2)] {
        let mut quirks = Quirks::STRICT;
        quirks.put_omitted = omitted;
        let provider = Provider::new(Setup { quirks, ..Setup::default() });
        let path = provider.group("Tour Guides", &["a", "b"]).await;
        let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Guides" });
        let replaced = provider.put(&path, &body).await.ok();
        assert_eq!(replaced["members"].as_array().map_or(0, Vec::len), expected, "{replaced}");
        assert_eq!(replaced, provider.read(&path).await);
        // Null and the empty array are not omitted.
        for empty in [json!(null), json!([])] {
            provider.put(&path, &group("Guides", &["a", "b"])).await.ok();
            let mut body = body.clone();
            body["members"] = empty;
            assert_eq!(provider.put(&path, &body).await.ok().get("members"), None, "{body}");
            assert_eq!(provider.read(&path).await.get("members"), None, "{body}");
        }
    }
}

#[tokio::test]
async fn null_and_the_empty_array_clear() {
    // P-3.5.1-04
    for empty in [json!(null), json!([])] {
        let provider = Provider::strict();
        let path = provider.made("/Users", &bjensen()).await;
        for name in ["title", "externalId", "emails", "name"] {
            let mut body = bjensen();
            body[name] = empty.clone();
            assert_eq!(provider.put(&path, &body).await.ok().get(name), None, "{name}: {empty}");
            assert_eq!(provider.read(&path).await.get(name), None, "{name}: {empty}");
        }
    }
}

#[tokio::test]
async fn null_clears_where_omission_keeps() {
    // P-3.5.1-04, A-30
    let mut quirks = Quirks::STRICT;
    quirks.put_omitted = OmittedAttributes::Keep;
    let provider = Provider::new(Setup { quirks, ..Setup::default() });
    let path = provider.made("/Users", &bjensen()).await;
    for (name, empty) in
        [("title", json!(null)), ("externalId", json!(null)), ("emails", json!([]))]
    {
        let mut body = user("bjensen");
        body[name] = empty;
        assert_eq!(provider.put(&path, &body).await.ok().get(name), None, "{body}");
    }
}

#[tokio::test]
async fn null_clears_a_boolean_in_lenient_mode() {
    // P-3.5.1-04: any but that which says who may come in.
    let provider = Provider::lenient();
    let path = provider.made("/Assets", &asset_with("A1", json!({ "lent": true }))).await;
    assert_eq!(provider.put(&path, &asset("A1")).await.ok()["lent"], true);
    assert_eq!(
        provider.put(&path, &asset_with("A1", json!({ "lent": null }))).await.ok().get("lent"),
        None
    );
}

#[tokio::test]
async fn what_clients_cannot_set_is_ignored() {
    // P-3.5.1-07
    let provider = Provider::strict();
    let made = provider.create("/Users", &bjensen()).await;
    let path = at(&made);
    let values = [
        json!("x"),
        json!(17),
        json!(null),
        json!([]),
        json!({ "value": "x" }),
        json!([{ "value": "e9e30dba" }]),
    ];
    for value in values {
        let mut body = bjensen();
        for name in ["id", "meta", "groups"] {
            body[name] = value.clone();
        }
        assert_eq!(provider.put(&path, &body).await.ok(), made, "{value}");
    }
}

#[tokio::test]
async fn what_is_required_has_to_be_there() {
    // P-3.5.1-08, P-3.5.1-13
    let provider = Provider::strict();
    let path = provider.made("/Assets", &asset_with("A1", json!({ "slots": 1 }))).await;
    let before = provider.read(&path).await;
    let bodies = [
        json!({ "schemas": asset("x")["schemas"], "sites": ["Berlin"] }),
        json!({ "schemas": asset("x")["schemas"], "name": "A2" }),
        asset_with("A2", json!({ "name": null })),
        asset_with("A2", json!({ "name": "" })),
        asset_with("A2", json!({ "sites": [] })),
        asset_with("A2", json!({ "ports": [{ "value": 22 }] })),
        asset_with("A2", json!({ WARRANTY: { "terms": "none" } })),
    ];
    for body in bodies {
        let answer = provider.put(&path, &body).await;
        assert_eq!(answer.body["scimType"], "invalidValue", "{body}: {}", answer.body);
        answer.refused("invalidValue");
        assert_eq!(provider.read(&path).await, before);
    }
}

#[tokio::test]
async fn a_taken_value_is_a_conflict() {
    // P-3.5.1-10, P-3.5.1-13
    let provider = Provider::strict();
    provider.create("/Users", &user("jsmith")).await;
    let made = provider.create("/Users", &user("bjensen")).await;
    let mut taken = user("JSMITH");
    taken["title"] = json!("Tour Guide");
    provider.put(&at(&made), &taken).await.failed(409, Some("uniqueness"));
    assert_eq!(provider.read(&at(&made)).await, made);
    // One's own name is no conflict, in whatever case.
    assert_eq!(provider.put(&at(&made), &user("bjensen")).await.ok(), made);
    assert_eq!(provider.put(&at(&made), &user("BJensen")).await.ok(), made);
    let mut other = user("BJensen");
    other["title"] = json!("Tour Guide");
    assert_eq!(provider.put(&at(&made), &other).await.ok()["userName"], "BJensen");
}

#[tokio::test]
async fn extensions_that_are_left_out_are_cleared() {
    // P-3.5.1-12, A-31
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let replaced = provider.put(&path, &user("bjensen")).await.ok();
    assert_eq!((replaced.get(ENTERPRISE), &replaced["schemas"]), (None, &json!([USER])));
    // What it holds that is kept when it is omitted is kept here, too.
    let warranty = json!({ WARRANTY: { "until": "2012-08-01T21:32:44Z", "terms": "none" } });
    let path = provider.made("/Assets", &asset_with("A1", warranty)).await;
    assert_eq!(provider.put(&path, &asset("A1")).await.ok().get(WARRANTY), None);
}

#[tokio::test]
async fn nothing_changes_on_an_error() {
    // P-3.5.1-13
    let provider = Provider::strict();
    let path =
        provider.made("/Assets", &asset_with("A1", json!({ "serial": "S-1", "slots": 1 }))).await;
    let before = provider.read(&path).await;
    let bodies: [(Value, &str); 5] = [
        (asset_with("A2", json!({ "slots": "2" })), "invalidValue"),
        (asset_with("A2", json!({ "serial": "S-2" })), "mutability"),
        (asset_with("A2", json!({ "tags": "x" })), "invalidValue"),
        (
            asset_with(
                "A2",
                json!({ "ports": [{ "kind": "a", "primary": true }, { "kind": "b", "primary": true }] }),
            ),
            "invalidValue",
        ),
        (asset_with("A2", json!({ "schemas": [] })), "invalidSyntax"),
    ];
    for (body, scim_type) in bodies {
        provider.put(&path, &body).await.refused(scim_type);
        assert_eq!(provider.read(&path).await, before, "{body}");
    }
    for body in [
        "",
        "{",
        "[]",
        "null",
        r#"{"schemas": ["urn:example:schemas:Asset"], "name": "A2", "NAME": "A3"}"#,
    ] {
        provider.send("PUT", &path, &[], body).await.refused("invalidSyntax");
        assert_eq!(provider.read(&path).await, before, "{body}");
    }
}
