//! The open questions of the RFC about changes, each as it was answered, with its switch.

use scimwire::Quirks;
use scimwire::quirks::{RemoveWithValue, UnknownAttributes};
use serde_json::{Value, json};

use support::writes::provider::{Provider, Setup, add, members, remove, replace};
use support::writes::samples::{ENTERPRISE, USER, bjensen, user};

fn with(change: impl FnOnce(&mut Quirks)) -> Provider {
    let mut quirks = Quirks::STRICT;
    change(&mut quirks);
    Provider::new(Setup { quirks, ..Setup::default() })
}

#[tokio::test]
async fn read_only_attributes_may_be_echoed() {
    //
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    for op in ["add", "replace"] {
        let read = provider.read(&path).await;
        provider.unchanged(&path, json!([{ "op": op, "value": read }])).await;
        let echo = json!({ "id": read["id"], "meta": read["meta"], "schemas": read["schemas"], "title": op });
        assert_eq!(
            provider.patched(&path, json!([{ "op": op, "value": echo }])).await["title"],
            op
        );
        let others = [
            json!({ "id": "2819c223" }),
            json!({ "meta": { "resourceType": "Group" } }),
            json!({ "meta": { "created": "1970-01-01T00:00:00Z" } }),
            json!({ "groups": [{ "value": "e9e30dba" }] }),
            json!({ "meta.resourceType": "Group" }),
        ];
        for other in others {
            let mut value = other.clone();
            value["nickName"] = json!("x");
            let detail =
                provider.refuses(&path, json!([{ "op": op, "value": value }]), "mutability").await;
            assert!(detail.starts_with("operation 0: "), "{detail}");
        }
    }
    let lenient = Provider::lenient();
    let path = lenient.made("/Users", &user("bjensen")).await;
    let value = json!({ "meta": { "resourceType": "Group" }, "groups": [], "title": "x" });
    let answer = lenient.patch(&path, &json!([{ "op": "replace", "value": value }])).await;
    assert_eq!((answer.status, &answer.body["title"]), (200, &json!("x")));
    assert!(answer.rules.contains(&"ignore_read_only"), "{:?}", answer.rules);
    lenient.unchanged(&path, json!([{ "op": "replace", "value": { "id": "2819c223" } }])).await;
}

#[tokio::test]
async fn groups_may_be_echoed() {
    //
    let provider = Provider::strict();
    let id = provider.user("bjensen").await;
    provider.group("Tour Guides", &[&id]).await;
    let path = format!("/Users/{id}");
    let read = provider.read(&path).await;
    assert_eq!(read["groups"].as_array().map(Vec::len), Some(1));
    provider
        .unchanged(&path, json!([{ "op": "replace", "value": { "groups": read["groups"] } }]))
        .await;
    provider
        .refuses(&path, json!([{ "op": "replace", "value": { "groups": [] } }]), "mutability")
        .await;
    // What is echoed is kept nowhere: it is what the groups say.
    let echo = json!([{ "op": "replace", "value": { "groups": read["groups"], "title": "x" } }]);
    assert_eq!(provider.patched(&path, echo).await["groups"], read["groups"]);
    let group = read["groups"][0]["value"].as_str().expect("an id");
    assert_eq!(provider.delete(&format!("/Groups/{group}")).await.status, 204);
    assert_eq!(provider.read(&path).await.get("groups"), None);
}

#[tokio::test]
async fn read_only_parts_may_be_echoed() {
    //
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let manager = |name: Value| json!([{ "op": "replace", "value": { ENTERPRISE: { "manager": { "value": "26118915", "displayName": name } } } }]);
    provider.unchanged(&path, manager(json!(null))).await;
    provider.refuses(&path, manager(json!("John Smith")), "mutability").await;
}

#[tokio::test]
async fn a_filter_without_a_match() {
    //
    let strict = Provider::strict();
    let path = strict.made("/Users", &user("bjensen")).await;
    strict.unchanged(&path, remove("emails[type eq \"work\"]")).await;
    strict.refuses(&path, replace("emails[type eq \"work\"].value", json!("a")), "noTarget").await;
    let added = strict.patched(&path, add("emails[type eq \"work\"].value", json!("a"))).await;
    assert_eq!(added["emails"], json!([{ "type": "work", "value": "a" }]));
    let lenient = Provider::lenient();
    let path = lenient.made("/Users", &user("bjensen")).await;
    let answer = lenient.patch(&path, &replace("emails[type eq \"work\"].value", json!("a"))).await;
    assert_eq!(
        (answer.status, &answer.body["emails"]),
        (200, &json!([{ "type": "work", "value": "a" }]))
    );
    assert_eq!(answer.rules, ["create_on_no_match"]);
    lenient.refuses(&path, replace("emails[type ne \"work\"].value", json!("a")), "noTarget").await;
}

#[tokio::test]
async fn an_element_is_swapped_or_merged() {
    // P-3.5.2.3-05, P-3.5.2.3-06
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let replaced = provider
        .patched(
            &path,
            replace("addresses[type eq \"work\"]", json!({ "type": "work", "country": "US" })),
        )
        .await;
    assert_eq!(replaced["addresses"][0], json!({ "type": "work", "country": "US" }));
    let added = provider
        .patched(&path, add("addresses[type eq \"home\"]", json!({ "country": "US" })))
        .await;
    assert_eq!(added["addresses"][1]["streetAddress"], "456 Hollywood Blvd");
    assert_eq!(added["addresses"][1]["country"], "US");
    // Into every value that matches.
    let both = provider.patched(&path, add("addresses[type pr]", json!({ "region": "CA" }))).await;
    assert_eq!(
        (&both["addresses"][0]["region"], &both["addresses"][1]["region"]),
        (&json!("CA"), &json!("CA"))
    );
    provider
        .refuses(
            &path,
            add("addresses[type ne \"work\" and type ne \"home\"]", json!({ "region": "CA" })),
            "noTarget",
        )
        .await;
}

#[tokio::test]
async fn several_matches_are_all_changed() {
    // A-96, P-3.5.2.3-07
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    for (op, value) in [("add", "one"), ("replace", "two")] {
        let operations = json!([{ "op": op, "path": "emails[value pr].display", "value": value }]);
        let patched = provider.patched(&path, operations).await;
        assert_eq!(
            (&patched["emails"][0]["display"], &patched["emails"][1]["display"]),
            (&json!(value), &json!(value))
        );
    }
}

#[tokio::test]
async fn a_part_of_every_value() {
    //
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    for (op, value) in [("add", "one"), ("replace", "two")] {
        let patched = provider
            .patched(&path, json!([{ "op": op, "path": "emails.display", "value": value }]))
            .await;
        assert_eq!(
            (&patched["emails"][0]["display"], &patched["emails"][1]["display"]),
            (&json!(value), &json!(value))
        );
    }
    let patched = provider.patched(&path, remove("emails.display")).await;
    assert_eq!(patched["emails"], bjensen()["emails"]);
    provider.refuses(&path, add("photos.display", json!("x")), "noTarget").await;
    provider.unchanged(&path, remove("photos.display")).await;
}

#[tokio::test]
async fn op_is_read_in_any_case() {
    // A-39, P-3.5.2-05
    let provider = Provider::strict();
    let path = provider.made("/Users", &user("bjensen")).await;
    for (op, title) in [("Add", "a"), ("ADD", "b"), ("Replace", "c"), ("rEPLACE", "d")] {
        let answer =
            provider.patch(&path, &json!([{ "op": op, "path": "title", "value": title }])).await;
        assert_eq!(
            (answer.rules.as_slice(), &answer.body["title"]),
            (["op_case"].as_slice(), &json!(title))
        );
    }
    assert_eq!(
        provider.patched(&path, json!([{ "op": "Remove", "path": "title" }])).await.get("title"),
        None
    );
}

#[tokio::test]
async fn a_list_of_nobody_removes_nobody() {
    // T6, T7
    let listed = |value: Value| json!([{ "op": "remove", "path": "members", "value": value }]);
    let nobody = [
        json!([]),
        json!([{}]),
        json!([null]),
        json!({ "members": [] }),
        json!([{ "value": null, "display": null }]),
    ];
    for (provider, texts_are_read) in [(Provider::strict(), false), (Provider::lenient(), true)] {
        let path = provider.group("Tour Guides", &["a", "b"]).await;
        for value in &nobody {
            provider.unchanged(&path, listed(value.clone())).await;
        }
        for text in [json!(""), json!([""]), json!({ "members": "" })] {
            if texts_are_read {
                provider.unchanged(&path, listed(text)).await;
            } else {
                provider.refuses(&path, listed(text), "invalidValue").await;
            }
        }
        assert_eq!(
            provider.patched(&path, listed(Value::Null)).await.get("members"),
            None,
            "null is as if it were not there"
        );
    }
}

#[tokio::test]
async fn remove_may_list_values() {
    //
    let listed = |value: Value| json!([{ "op": "remove", "path": "members", "value": value }]);
    let provider = Provider::strict();
    let path = provider.group("Tour Guides", &["a", "b", "c", "d", "e"]).await;
    for (value, left) in [
        (json!([]), "abcde"),
        (json!([{ "value": "a" }]), "bcde"),
        (json!({ "value": "b", "display": "whoever" }), "cde"),
        (json!({ "members": [{ "value": "c" }, { "value": "x" }] }), "de"),
    ] {
        let patched = provider.patched(&path, listed(value.clone())).await;
        assert_eq!(members(&patched).concat(), left, "{value}");
    }
    let refusing = with(|quirks| quirks.remove_with_value = RemoveWithValue::Reject);
    let path = refusing.group("Tour Guides", &["a"]).await;
    refusing.refuses(&path, listed(json!([{ "value": "a" }])), "invalidValue").await;
    refusing.patched(&path, remove("members")).await;
}

#[tokio::test]
async fn listed_values_match_on_all_that_is_given() {
    //
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let listed = |value: Value| json!([{ "op": "remove", "path": "emails", "value": value }]);
    provider
        .unchanged(&path, listed(json!([{ "type": "work", "value": "babs@jensen.org" }])))
        .await;
    provider.unchanged(&path, listed(json!([]))).await;
    provider.unchanged(&path, listed(json!([{ "type": "other" }]))).await;
    let patched = provider.patched(&path, listed(json!([{ "type": "home" }]))).await;
    assert_eq!(patched["emails"], json!([bjensen()["emails"][0]]));
    let patched = provider
        .patched(&path, listed(json!([{ "value": "bjensen@example.com", "type": "work" }])))
        .await;
    assert_eq!(patched.get("emails"), None);
}

#[tokio::test]
async fn keys_may_be_paths() {
    //
    let department = format!("{ENTERPRISE}:department");
    let value = json!({
        "name.givenName": "Babs",
        department.as_str(): "Sales",
        "emails[type eq \"home\"].display": "home",
        "urn:ietf:params:scim:schemas:core:2.0:User:title": "Guide",
    });
    for op in ["add", "replace"] {
        let provider = Provider::strict();
        let path = provider.made("/Users", &bjensen()).await;
        let answer = provider.patch(&path, &json!([{ "op": op, "value": value }])).await;
        assert_eq!(answer.rules, ["key_as_path"; 4]);
        let patched = answer.ok();
        assert_eq!(
            (&patched["name"]["givenName"], &patched["name"]["familyName"]),
            (&json!("Babs"), &json!("Jensen"))
        );
        assert_eq!(
            (&patched[ENTERPRISE]["department"], &patched["emails"][1]["display"]),
            (&json!("Sales"), &json!("home"))
        );
        assert_eq!(patched["title"], "Guide");
    }
}

#[tokio::test]
async fn booleans_may_be_text_in_lenient_mode() {
    //
    let strict = Provider::strict();
    let path = strict.made("/Users", &bjensen()).await;
    for text in ["true", "True", "False", "yes", ""] {
        strict.refuses(&path, replace("active", json!(text)), "invalidValue").await;
        strict
            .refuses(&path, json!([{ "op": "add", "value": { "active": text } }]), "invalidValue")
            .await;
        let mut body = bjensen();
        body["active"] = json!(text);
        strict.put(&path, &body).await.refused("invalidValue");
        strict.post("/Users", &body).await.refused("invalidValue");
    }
    let lenient = Provider::lenient();
    let path = lenient.made("/Users", &bjensen()).await;
    for (text, value) in [("False", false), ("TRUE", true), ("false", false)] {
        assert_eq!(lenient.patched(&path, replace("active", json!(text))).await["active"], value);
    }
    lenient.refuses(&path, replace("active", json!("yes")), "invalidValue").await;
}

#[tokio::test]
async fn names_of_paths_are_read_in_any_case() {
    //
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    for (name, pointer) in [
        ("nickname", "/nickName"),
        ("NAME.GIVENNAME", "/name/givenName"),
        ("Emails[TYPE eq \"home\"].DISPLAY", "/emails/1/display"),
        (
            &format!("{}:Department", ENTERPRISE.to_uppercase()),
            &format!("/{ENTERPRISE}/department"),
        ),
    ] {
        assert_eq!(
            provider.patched(&path, add(name, json!(name))).await.pointer(pointer),
            Some(&json!(name))
        );
    }
    let patched =
        provider.patched(&path, json!([{ "op": "add", "value": { "NICKNAME": "Babs" } }])).await;
    assert_eq!((&patched["nickName"], patched.get("NICKNAME")), (&json!("Babs"), None));
    let group = provider.group("Tour Guides", &["a"]).await;
    for op in ["add", "replace", "remove"] {
        let operations =
            json!([{ "op": op, "path": "members[value eq \"a\"].displayName", "value": "x" }]);
        provider.refuses(&group, operations, "invalidPath").await;
    }
}

#[tokio::test]
async fn unknown_keys_are_ignored_in_lenient_mode() {
    //
    let lenient = Provider::lenient();
    let path = lenient.made("/Users", &user("bjensen")).await;
    let value = json!({ "shoeSize": 44, "title": "x", "name": { "nick": "y" }, "urn:example:none": {}, "name.nick": "z" });
    let answer = lenient.patch(&path, &json!([{ "op": "replace", "value": value }])).await;
    assert_eq!(answer.rules, ["unknown_attributes"; 4]);
    let patched = answer.ok();
    assert_eq!(
        (&patched["title"], patched.get("shoeSize"), patched.get("name")),
        (&json!("x"), None, None)
    );
}

#[tokio::test]
async fn unknown_keys_are_refused_where_the_switch_says_so() {
    //
    let refusing = with(|quirks| quirks.unknown_attributes = UnknownAttributes::Reject);
    let path = refusing.made("/Users", &user("bjensen")).await;
    for key in ["shoeSize", "name.nick", "urn:example:none", &format!("{ENTERPRISE}:floor")] {
        for op in ["add", "replace"] {
            refusing
                .refuses(&path, json!([{ "op": op, "value": { key: 44 } }]), "invalidPath")
                .await;
        }
    }
}

#[tokio::test]
async fn one_value_for_many() {
    // A-99, P-3.5.2.1-06
    let email = json!({ "value": "b@example.org", "type": "other" });
    let strict = Provider::strict();
    let path = strict.made("/Users", &bjensen()).await;
    strict.refuses(&path, replace("emails", email.clone()), "invalidValue").await;
    strict
        .refuses(&path, json!([{ "op": "replace", "value": { "emails": email } }]), "invalidValue")
        .await;
    let mut body = bjensen();
    body["emails"] = email.clone();
    strict.put(&path, &body).await.refused("invalidValue");
    let lenient = Provider::lenient();
    let path = lenient.made("/Users", &bjensen()).await;
    let answer = lenient.patch(&path, &replace("emails", email.clone())).await;
    assert_eq!(
        (answer.rules.as_slice(), &answer.body["emails"]),
        (["wrap_single_values"].as_slice(), &json!([email]))
    );
    assert_eq!(lenient.put(&path, &body).await.ok()["emails"], json!([email]));
}

#[tokio::test]
async fn an_extension_is_no_attribute() {
    //
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    for operations in [
        replace(ENTERPRISE, json!({ "department": "Sales" })),
        json!([{ "op": "replace", "value": { ENTERPRISE: { "department": "Sales" } } }]),
        add(ENTERPRISE, json!({ "department": "Sales" })),
    ] {
        let patched = provider.patched(&path, operations).await;
        assert_eq!(
            (&patched[ENTERPRISE]["department"], &patched[ENTERPRISE]["employeeNumber"]),
            (&json!("Sales"), &json!("701984"))
        );
        provider.patched(&path, replace(&format!("{ENTERPRISE}:department"), json!("Tours"))).await;
    }
    let gone = provider.patched(&path, replace(ENTERPRISE, json!(null))).await;
    assert_eq!((gone.get(ENTERPRISE), &gone["schemas"]), (None, &json!([USER])));
}

#[tokio::test]
async fn arrays_of_one_and_empty_text() {
    //
    let manager = format!("{ENTERPRISE}:manager");
    let strict = Provider::strict();
    let path = strict.made("/Users", &bjensen()).await;
    for (name, value) in [
        ("title", json!(["x"])),
        (&manager, json!([{ "value": "1" }])),
        (&manager, json!("")),
        (&manager, json!("1")),
    ] {
        strict.refuses(&path, replace(name, value.clone()), "invalidValue").await;
        strict.refuses(&path, add(name, value), "invalidValue").await;
    }
    let lenient = Provider::lenient();
    let path = lenient.made("/Users", &bjensen()).await;
    assert_eq!(lenient.patched(&path, replace("title", json!(["x"]))).await["title"], "x");
    let patched = lenient.patched(&path, replace(&manager, json!([{ "value": "1" }]))).await;
    assert_eq!(patched[ENTERPRISE]["manager"]["value"], "1");
    assert_eq!(
        lenient.patched(&path, replace(&manager, json!(""))).await[ENTERPRISE].get("manager"),
        None
    );
    assert_eq!(lenient.patched(&path, replace("title", json!(""))).await.get("title"), None);
    lenient.refuses(&path, replace("title", json!(["x", "y"])), "invalidValue").await;
}
