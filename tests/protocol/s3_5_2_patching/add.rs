//! The operation `add` (RFC 7644, Section 3.5.2.1).

use serde_json::{Value, json};

use support::writes::provider::{Kept, Provider, Setup, add, version};
use support::writes::samples::{ENTERPRISE, asset_with, bjensen, group, user};
use support::writes::whole_store::WholeStore;

#[tokio::test]
async fn add_needs_a_value() {
    // P-3.5.2.1-01
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    for operation in [
        json!({ "op": "add", "path": "title" }),
        json!({ "op": "add" }),
        json!({ "op": "add", "path": "emails" }),
    ] {
        let detail = provider.refuses(&path, json!([operation]), "invalidValue").await;
        assert!(detail.starts_with("operation 0: "), "{detail}");
    }
}

#[tokio::test]
async fn without_a_path_each_member_is_added() {
    // P-3.5.2-06, P-3.5.2.1-02, P-3.5.2.1-10
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let value = json!({
        "nickName": "Babs",
        "title": "Guide",
        "name": { "givenName": "Babs" },
        "emails": [{ "value": "b@example.org", "type": "other" }],
        ENTERPRISE: { "costCenter": "4130" },
    });
    let patched = provider.patched(&path, json!([{ "op": "add", "value": value }])).await;
    assert_eq!((&patched["nickName"], &patched["title"]), (&json!("Babs"), &json!("Guide")));
    assert_eq!(
        (&patched["name"]["givenName"], &patched["name"]["familyName"]),
        (&json!("Babs"), &json!("Jensen"))
    );
    assert_eq!(patched["emails"].as_array().map(Vec::len), Some(3));
    assert_eq!(
        (&patched[ENTERPRISE]["costCenter"], &patched[ENTERPRISE]["department"]),
        (&json!("4130"), &json!("Tour Operations"))
    );
    for value in
        [json!("x"), json!(5), json!(true), json!([]), json!([{ "title": "x" }]), json!(null)]
    {
        provider.refuses(&path, json!([{ "op": "add", "value": value }]), "invalidValue").await;
    }
}

#[tokio::test]
async fn what_was_not_there_comes() {
    // P-3.5.2.1-03, P-3.5.2.1-04, P-3.5.2.1-05, P-3.5.2.1-10
    let provider = Provider::strict();
    let path = provider.made("/Users", &user("bjensen")).await;
    let added = [
        ("title", json!("Guide"), "/title", json!("Guide")),
        ("name", json!({ "givenName": "Barbara" }), "/name", json!({ "givenName": "Barbara" })),
        ("name.familyName", json!("Jensen"), "/name/familyName", json!("Jensen")),
        (
            "emails",
            json!([{ "value": "a@example.com" }]),
            "/emails",
            json!([{ "value": "a@example.com" }]),
        ),
        (
            &format!("{ENTERPRISE}:manager.value"),
            json!("26118915"),
            &format!("/{ENTERPRISE}/manager/value"),
            json!("26118915"),
        ),
        (
            ENTERPRISE,
            json!({ "division": "Theme Park" }),
            &format!("/{ENTERPRISE}/division"),
            json!("Theme Park"),
        ),
    ];
    for (name, value, pointer, expected) in added {
        let patched = provider.patched(&path, add(name, value)).await;
        assert_eq!(patched.pointer(pointer), Some(&expected), "{name}");
    }
}

#[tokio::test]
async fn parts_of_a_complex_value_are_merged() {
    // P-3.5.2.1-04
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let patched = provider
        .patched(&path, add("name", json!({ "middleName": "Janet", "honorificPrefix": "Ms." })))
        .await;
    let mut expected = bjensen()["name"].clone();
    expected["middleName"] = json!("Janet");
    expected["honorificPrefix"] = json!("Ms.");
    assert_eq!(patched["name"], expected);
    let manager = add(&format!("{ENTERPRISE}:manager"), json!({ "value": "17" }));
    let patched = provider.patched(&path, manager).await;
    assert_eq!(
        (&patched[ENTERPRISE]["manager"]["value"], &patched[ENTERPRISE]["employeeNumber"]),
        (&json!("17"), &json!("701984"))
    );
}

#[tokio::test]
async fn values_are_appended() {
    // P-3.5.2.1-05, P-3.5.2.1-06
    let provider = Provider::strict();
    let asset = asset_with(
        "A1",
        json!({ "tags": ["a"], "counts": [1], "ports": [{ "kind": "ssh", "value": 22 }] }),
    );
    let path = provider.made("/Assets", &asset).await;
    let steps = [
        ("tags", json!(["b", "c"]), json!(["a", "b", "c"])),
        ("tags", json!("d"), json!(["a", "b", "c", "d"])),
        ("counts", json!([2, 3]), json!([1, 2, 3])),
        ("counts", json!(4), json!([1, 2, 3, 4])),
        (
            "ports",
            json!([{ "kind": "http" }]),
            json!([{ "kind": "ssh", "value": 22 }, { "kind": "http" }]),
        ),
        (
            "ports",
            json!({ "kind": "ftp" }),
            json!([{ "kind": "ssh", "value": 22 }, { "kind": "http" }, { "kind": "ftp" }]),
        ),
    ];
    for (name, value, expected) in steps {
        assert_eq!(provider.patched(&path, add(name, value)).await[name], expected);
    }
}

#[tokio::test]
async fn a_single_value_is_replaced() {
    // P-3.5.2.1-07
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    for (name, value) in [
        ("title", json!("Guide")),
        ("active", json!(false)),
        ("userName", json!("jensen")),
        ("externalId", json!("1")),
    ] {
        assert_eq!(provider.patched(&path, add(name, value.clone())).await[name], value);
    }
}

#[tokio::test]
async fn what_is_there_already_stays_alone() {
    // P-3.5.2.1-08, P-3.5.2.1-09, A-43
    let provider = Provider::strict();
    let attributes = json!({ "tags": ["a", "b"], "counts": [1], "ports": [{ "kind": "ssh", "value": 22, "primary": true }, { "kind": "http" }] });
    let path = provider.made("/Assets", &asset_with("A1", attributes)).await;
    let present = [
        ("tags", json!(["b"])),
        ("tags", json!("a")),
        ("tags", json!(["b", "a", "b"])),
        ("counts", json!([1, 1])),
        ("ports", json!([{ "value": 22, "kind": "ssh", "primary": true }])),
        ("ports", json!([{ "KIND": "http", "primary": false }])),
        ("ports", json!({ "kind": "http", "value": null })),
    ];
    for (name, value) in present {
        provider.unchanged(&path, add(name, value)).await;
    }
    // Some are there, and some are not.
    assert_eq!(
        provider.patched(&path, add("tags", json!(["a", "c", "c"]))).await["tags"],
        json!(["a", "b", "c"])
    );
    // One that differs in any part is another one.
    let patched =
        provider.patched(&path, add("ports", json!([{ "kind": "http", "value": 80 }]))).await;
    assert_eq!(patched["ports"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn members_are_known_by_their_value() {
    // P-3.5.2.1-08, P-3.5.2.1-09, A-43
    let provider = Provider::strict();
    let path = provider.group("Tour Guides", &["a"]).await;
    for value in [
        json!([{ "value": "a" }]),
        json!([{ "value": "a", "display": "Ann" }]),
        json!({ "value": "a", "type": "User" }),
    ] {
        provider.unchanged(&path, add("members", value)).await;
    }
    let patched = provider.patched(&path, add("members", json!([{ "value": "A" }]))).await;
    assert_eq!(patched["members"], json!([{ "value": "a" }, { "value": "A" }]));
}

#[tokio::test]
async fn a_value_filter_that_chooses_nothing_describes_a_value() {
    // P-3.5.2.1-11, A-37
    let provider = Provider::strict();
    let made: [(&str, Value, Value); 3] = [
        (
            r#"emails[type eq "work"].value"#,
            json!("b@example.com"),
            json!({ "type": "work", "value": "b@example.com" }),
        ),
        (
            r#"emails[type eq "work" and primary eq true].value"#,
            json!("b"),
            json!({ "type": "work", "primary": true, "value": "b" }),
        ),
        (
            r#"emails[type eq "work"]"#,
            json!({ "value": "b" }),
            json!({ "type": "work", "value": "b" }),
        ),
    ];
    for (index, (target, value, expected)) in made.into_iter().enumerate() {
        let path = provider.made("/Users", &user(&format!("user{index}"))).await;
        assert_eq!(
            provider.patched(&path, add(target, value)).await["emails"],
            json!([expected]),
            "{target}"
        );
    }
    let path = provider.made("/Users", &user("jsmith")).await;
    let filters = [
        "type ne \"work\"",
        "type sw \"w\"",
        "type eq \"a\" or type eq \"b\"",
        "not (type eq \"a\")",
        "type pr",
        "type eq \"a\" and value co \"b\"",
        "type eq \"a\" and type eq \"b\"",
        "value eq \"x\"",
        "value eq \"x\" and type eq \"a\"",
    ];
    for filter in filters {
        let detail = provider
            .refuses(&path, add(&format!("emails[{filter}].value"), json!("x")), "noTarget")
            .await;
        assert!(detail.starts_with("operation 0: "), "{detail}");
    }
}

#[tokio::test]
async fn an_added_value_is_a_change() {
    // P-3.14-08
    let provider = Provider::strict();
    let path = provider.made("/Users", &user("bjensen")).await;
    let mut seen = vec![version(&provider.read(&path).await).to_owned()];
    for number in 0..5 {
        let value = json!([{ "value": format!("{number}@example.com") }]);
        let patched = provider.patched(&path, add("emails", value)).await;
        assert!(!seen.iter().any(|known| known == version(&patched)));
        seen.push(version(&patched).to_owned());
    }
}

#[tokio::test]
async fn members_that_are_there_stay_as_they_are() {
    // P-3.5.2.1-07, A-65: few are compared each with each, more of them by another way.
    for kept in [Kept::Apart, Kept::Whole(WholeStore::default())] {
        let provider = Provider::new(Setup { kept, ..Setup::default() });
        for count in [2, 16, 17, 40] {
            let mut there = group(&format!("G{count}"), &[]);
            there["members"] = json!([{ "value": "m0", "display": "old" }, { "value": "other" }]);
            let path = provider.made("/Groups", &there).await;
            let coming: Vec<Value> = (0..count)
                .map(|number| json!({ "value": format!("m{number}"), "display": "new" }))
                .collect();
            // One that is chosen by what it is called is looked for among all.
            let add = json!([add("members", json!(coming))[0], { "op": "remove", "path": "members[display eq \"nobody\"]" }]);
            let patched = provider.patched(&path, add).await;
            let members = patched["members"].as_array().expect("members");
            assert_eq!(members.len(), count + 1, "{count}");
            let display = |id: &str| {
                members.iter().find(|one| one["value"] == id).map(|one| one["display"].clone())
            };
            assert_eq!(
                (display("m0"), display("m1")),
                (Some(json!("old")), Some(json!("new"))),
                "{count}"
            );
        }
    }
}
