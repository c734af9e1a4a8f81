//! The operation `remove` (RFC 7644, Section 3.5.2.2).

use serde_json::{Value, json};

use support::writes::provider::{Provider, remove, replace};
use support::writes::samples::{
    ENTERPRISE, PLACE, USER, WARRANTY, asset_with, bjensen, locker, user,
};

const UNTIL: &str = "2012-08-01T21:32:44Z";

#[tokio::test]
async fn remove_needs_a_path() {
    // P-3.5.2-06, P-3.5.2.2-01, P-3.12-10
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let pathless = [
        json!({ "op": "remove" }),
        json!({ "op": "remove", "path": null }),
        json!({ "op": "remove", "value": { "title": "x" } }),
    ];
    for operation in pathless {
        let detail = provider.refuses(&path, json!([operation]), "noTarget").await;
        assert!(detail.starts_with("operation 0: "), "{detail}");
    }
}

#[tokio::test]
async fn what_is_removed_is_unassigned() {
    // P-3.5.2.2-02, P-3.5.2.2-03, P-3.5.2.2-09
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    for name in ["title", "externalId", "emails", "addresses"] {
        assert_eq!(provider.patched(&path, remove(name)).await.get(name), None, "{name}");
    }
    let without = provider.patched(&path, remove("name.middleName")).await;
    assert_eq!(
        without["name"],
        json!({ "formatted": "Ms. Barbara J Jensen III", "familyName": "Jensen", "givenName": "Barbara" })
    );
    let department = provider.patched(&path, remove(&format!("{ENTERPRISE}:department"))).await;
    assert_eq!(
        department[ENTERPRISE],
        json!({ "employeeNumber": "701984", "manager": department[ENTERPRISE]["manager"] })
    );
    // The last part takes the whole with it.
    let names = ["familyName", "givenName", "formatted"]
        .map(|part| remove(&format!("name.{part}"))[0].clone());
    assert_eq!(provider.patched(&path, json!(names)).await.get("name"), None);
}

#[tokio::test]
async fn a_filter_chooses_what_goes() {
    // P-3.5.2.2-04, P-3.5.2.2-05
    let provider = Provider::strict();
    let ports = json!([
        { "kind": "ssh", "value": 22, "open": true },
        { "kind": "http", "value": 80, "open": true },
        { "kind": "http", "value": 8080, "open": false },
    ]);
    let cases: [(&str, Value); 6] = [
        ("ports[value eq 22]", json!([ports[1], ports[2]])),
        ("ports[kind eq \"http\"]", json!([ports[0]])),
        ("ports[open eq true and value gt 22]", json!([ports[0], ports[2]])),
        ("ports[kind pr]", Value::Null),
        (
            "ports[kind eq \"http\"].value",
            json!([ports[0], { "kind": "http", "open": true }, { "kind": "http", "open": false }]),
        ),
        (
            "ports[value lt 100].open",
            json!([{ "kind": "ssh", "value": 22 }, { "kind": "http", "value": 80 }, ports[2]]),
        ),
    ];
    for (index, (target, expected)) in cases.into_iter().enumerate() {
        let path = provider
            .made("/Assets", &asset_with(&format!("A{index}"), json!({ "ports": ports })))
            .await;
        let patched = provider.patched(&path, remove(target)).await;
        assert_eq!(patched["ports"], expected, "{target}");
        assert_eq!(patched.get("ports").is_none(), expected.is_null());
    }
}

#[tokio::test]
async fn a_filter_chooses_simple_values() {
    // P-3.5.2.2-04, A-07
    let provider = Provider::strict();
    let path = provider
        .made("/Assets", &asset_with("A1", json!({ "tags": ["a", "b", "c"], "counts": [1, 2, 3] })))
        .await;
    let steps = [
        ("tags[value eq \"B\"]", "tags", json!(["a", "c"])),
        ("counts[value gt 1]", "counts", json!([1])),
        ("tags eq \"a\"", "tags", json!(["c"])),
        ("tags[value pr]", "tags", Value::Null),
    ];
    for (target, name, expected) in steps {
        assert_eq!(provider.patched(&path, remove(target)).await[name], expected, "{target}");
    }
}

#[tokio::test]
async fn what_is_required_stays() {
    // P-3.5.2.2-06, A-33
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    for name in ["userName", "USERNAME", "urn:ietf:params:scim:schemas:core:2.0:User:userName"] {
        let detail = provider
            .refuses(&path, json!([remove("title")[0], remove(name)[0]]), "mutability")
            .await;
        assert!(detail.starts_with("operation 1: "), "{detail}");
    }
    let attributes = json!({ "ports": [{ "kind": "ssh" }], WARRANTY: { "until": UNTIL } });
    let path = provider.made("/Assets", &asset_with("A1", attributes)).await;
    for name in
        ["name", "sites", "ports[kind eq \"ssh\"].kind", "ports.kind", &format!("{WARRANTY}:until")]
    {
        provider.refuses(&path, remove(name), "mutability").await;
    }
}

#[tokio::test]
async fn the_last_required_value_stays() {
    // P-3.5.2.2-06, A-33
    let provider = Provider::strict();
    let path =
        provider.made("/Assets", &asset_with("A1", json!({ "sites": ["Berlin", "Bonn"] }))).await;
    assert_eq!(
        provider.patched(&path, remove("sites[value eq \"Bonn\"]")).await["sites"],
        json!(["Berlin"])
    );
    for operations in [
        remove("sites[value eq \"Berlin\"]"),
        json!([{ "op": "remove", "path": "sites", "value": ["Berlin"] }]),
    ] {
        provider.refuses(&path, operations, "mutability").await;
    }
}

#[tokio::test]
async fn a_null_beside_a_removal_says_nothing() {
    // P-3.5.2.2-06
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let operation = |name: &str| json!([{ "op": "remove", "path": name, "value": null }]);
    assert_eq!(provider.patched(&path, operation("title")).await.get("title"), None);
    assert_eq!(provider.patched(&path, operation("emails")).await.get("emails"), None);
    provider.refuses(&path, operation("userName"), "mutability").await;
}

#[tokio::test]
async fn what_is_not_there_is_removed_already() {
    // P-3.5.2.2-07, P-3.5.2.2-08, A-34
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let absent = [
        "nickName",
        "photos",
        "name.honorificSuffix",
        "emails[type eq \"other\"]",
        "emails[type eq \"other\"].value",
        "photos.value",
        "photos[type eq \"x\"]",
        "emails[type eq \"home\"].display",
    ];
    for name in absent {
        provider.unchanged(&path, remove(name)).await;
    }
    provider.unchanged(&path, remove(&format!("{ENTERPRISE}:division"))).await;
    let path = provider.group("Tour Guides", &["a"]).await;
    provider.unchanged(&path, remove("members[value eq \"b\"]")).await;
    provider
        .unchanged(
            &path,
            json!([{ "op": "remove", "path": "members", "value": [{ "value": "b" }] }]),
        )
        .await;
    let path = provider.group("Nobody", &[]).await;
    provider.unchanged(&path, remove("members")).await;
}

#[tokio::test]
async fn an_extension_goes_as_a_whole() {
    // P-3.5.2.2-10, P-3.5.2-17
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let without = provider.patched(&path, remove(ENTERPRISE)).await;
    assert_eq!((without.get(ENTERPRISE), &without["schemas"]), (None, &json!([USER])));
    provider.unchanged(&path, remove(&ENTERPRISE.to_uppercase())).await;
    // One that holds a required attribute is no required extension.
    let path =
        provider.made("/Assets", &asset_with("A1", json!({ WARRANTY: { "until": UNTIL } }))).await;
    assert_eq!(provider.patched(&path, remove(WARRANTY)).await.get(WARRANTY), None);
    let path = provider.made("/Lockers", &locker(1)).await;
    let detail = provider.refuses(&path, remove(PLACE), "mutability").await;
    assert!(detail.contains(PLACE), "{detail}");
    provider.refuses(&path, remove(&format!("{PLACE}:room")), "invalidValue").await;
}

#[tokio::test]
async fn a_required_extension_stays_by_whatever_name() {
    // P-3.5.2.2-06, P-3.5.2.2-10, A-07, A-33
    let provider = Provider::strict();
    let path = provider.made("/Lockers", &locker(1)).await;
    for name in [
        PLACE.to_owned(),
        format!(r#"schemas[value eq "{PLACE}"]"#),
        format!(r#"schemas eq "{PLACE}""#),
    ] {
        provider.refuses(&path, remove(&name), "mutability").await;
    }
}

#[tokio::test]
async fn parts_of_those_that_are_listed_go() {
    // A-40, A-100
    let emails = json!([
        { "value": "a@x", "type": "work" },
        { "value": "b@x", "type": "work", "primary": true },
        { "value": "c@x", "type": "home" },
    ]);
    let listed =
        |path: &str, value: Value| json!([{ "op": "remove", "path": path, "value": value }]);
    for (provider, is_lenient) in [(Provider::strict(), false), (Provider::lenient(), true)] {
        let mut ann = user("ann");
        ann["emails"] = emails.clone();
        let path = provider.made("/Users", &ann).await;
        for (sub, value, gone) in [
            ("value", json!("A@X"), [true, false, false]),
            ("value", json!(["c@x", "a@x", "d@x"]), [true, false, true]),
            ("value", json!({ "value": "b@x" }), [false, true, false]),
            ("type", json!("work"), [true, true, false]),
            ("primary", json!(true), [false, true, false]),
            ("value", json!("d@x"), [false; 3]),
            ("value", json!([]), [false; 3]),
            ("primary", json!(false), [false; 3]),
        ] {
            let mut expected = emails.as_array().expect("a list").clone();
            for (email, _) in expected.iter_mut().zip(gone).filter(|(_, gone)| *gone) {
                email.as_object_mut().expect("an object").remove(sub);
            }
            let answer =
                provider.patch(&path, &listed(&format!("emails.{sub}"), value.clone())).await;
            assert_eq!(answer.rules.first(), Some(&"remove_with_value"), "{sub} {value}");
            assert_eq!(answer.ok()["emails"], json!(expected), "{sub} {value}");
            provider.patched(&path, replace("emails", emails.clone())).await;
        }
        // Objects are read as their values where texts are, too.
        let objects = listed("emails.value", json!([{ "value": "a@x" }]));
        if is_lenient {
            provider.unchanged(&path, listed("emails.value", json!(""))).await;
            let left = provider.patched(&path, objects).await;
            assert_eq!(left["emails"][0], json!({ "type": "work" }));
        } else {
            provider.refuses(&path, objects, "invalidValue").await;
        }
        provider.refuses(&path, listed("emails.value", json!(5)), "invalidValue").await;
        // Nothing is listed: all go.
        let left = provider.patched(&path, listed("emails.type", Value::Null)).await;
        assert!(
            left["emails"]
                .as_array()
                .expect("a list")
                .iter()
                .all(|email| email.get("type").is_none())
        );
        // Who is a member is set once; what is required stays, and nobody is a member less.
        let group = provider.group("Tours", &["ann", "bob"]).await;
        provider.refuses(&group, listed("members.value", json!("ann")), "mutability").await;
        provider.unchanged(&group, listed("members.value", json!("cid"))).await;
        let ports = json!({ "ports": [{ "kind": "ssh", "value": 22 }, { "kind": "http" }] });
        let asset = provider.made("/Assets", &asset_with("A1", ports)).await;
        provider.refuses(&asset, listed("ports.kind", json!("ssh")), "mutability").await;
        provider.unchanged(&asset, listed("ports.kind", json!("ftp"))).await;
        let left = provider.patched(&asset, listed("ports.value", json!(22))).await;
        assert_eq!(left["ports"], json!([{ "kind": "ssh" }, { "kind": "http" }]));
    }
}
