//! What holds for every PATCH (RFC 7644, Section 3.5.2).

use scimwire::dispatch::Features;
use serde_json::{Value, json};

use support::writes::provider::{Provider, Setup, add, at, remove, replace, version};
use support::writes::samples::{
    ENTERPRISE, USER, WARRANTY, asset, asset_with, bjensen, group, locker, user,
};

const UNTIL: &str = "2012-08-01T21:32:44Z";

#[tokio::test]
async fn patch_is_there_or_said_not_to_be() {
    // P-3.5-02, P-3.5.2-01
    let provider = Provider::strict();
    assert_eq!(
        provider.read("/ServiceProviderConfig").await["patch"],
        json!({ "supported": true })
    );
    let mut features = Features::default();
    features.patch = false;
    let without = Provider::new(Setup { features, ..Setup::default() });
    assert_eq!(
        without.read("/ServiceProviderConfig").await["patch"],
        json!({ "supported": false })
    );
    let made = without.create("/Users", &user("bjensen")).await;
    without.patch(&at(&made), &replace("title", json!("x"))).await.failed(501, None);
    without.patch("/Users/2819c223", &replace("title", json!("x"))).await.failed(501, None);
    assert_eq!(without.read(&at(&made)).await, made);
}

#[tokio::test]
async fn every_type_can_be_patched() {
    // P-3.5-02, P-3.5.2-19, P-3.14-02, P-3.14-03
    let provider = Provider::strict();
    let all = [
        ("/Users", user("bjensen"), "title", json!("Tour Guide")),
        ("/Groups", group("Tour Guides", &[]), "externalId", json!("17")),
        ("/Assets", asset("A1"), "slots", json!(4)),
        ("/Lockers", locker(1), "number", json!(2)),
    ];
    for (endpoint, resource, name, value) in all {
        let made = provider.create(endpoint, &resource).await;
        let patched = provider.patched(&at(&made), replace(name, value.clone())).await;
        assert_eq!(patched[name], value);
        assert_ne!(version(&patched), version(&made));
        assert!(patched["meta"]["lastModified"].as_str() > made["meta"]["lastModified"].as_str());
        assert_eq!(patched["meta"]["created"], made["meta"]["created"]);
    }
}

#[tokio::test]
async fn an_unknown_id_is_not_found() {
    // P-3.5.2-23
    let provider = Provider::strict();
    for endpoint in ["/Users", "/Groups", "/Assets"] {
        provider
            .patch(&format!("{endpoint}/2819c223"), &replace("externalId", json!("x")))
            .await
            .failed(404, None);
        assert_eq!(provider.total(endpoint).await, 0);
    }
}

#[tokio::test]
async fn read_only_attributes_cannot_be_changed() {
    // P-3.5.2-10, P-3.5.2.2-06, A-32, P-3.12-07
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let paths = [
        "id",
        "meta",
        "meta.created",
        "meta.version",
        "groups",
        "groups.value",
        r#"groups[value eq "x"]"#,
        "GROUPS.display",
    ];
    for name in paths {
        for op in ["add", "replace", "remove"] {
            let operations =
                json!([add("title", json!("x"))[0], { "op": op, "path": name, "value": "x" }]);
            let detail = provider.refuses(&path, operations, "mutability").await;
            assert!(detail.starts_with("operation 1: "), "{detail}");
        }
    }
    let manager = format!("{ENTERPRISE}:manager.displayName");
    provider.refuses(&path, replace(&manager, json!("Jim")), "mutability").await;
    let path =
        provider.made("/Assets", &asset_with("A1", json!({ "badge": { "number": 1 } }))).await;
    for name in ["state", "badge.issuer"] {
        provider.refuses(&path, add(name, json!("x")), "mutability").await;
        provider.refuses(&path, remove(name), "mutability").await;
    }
}

#[tokio::test]
async fn immutable_attributes_cannot_be_changed() {
    // P-3.5.2-11
    let provider = Provider::strict();
    let attributes = json!({
        "serial": "S-1",
        "makers": ["Acme"],
        "badge": { "number": 1, "chip": "c1" },
        "ports": [{ "kind": "ssh", "mac": "a" }, { "kind": "http" }],
        WARRANTY: { "until": UNTIL, "contract": "K-1" },
    });
    let path = provider.made("/Assets", &asset_with("A1", attributes)).await;
    let contract = format!("{WARRANTY}:contract");
    let changes = [
        ("serial", json!("S-2")),
        ("makers", json!(["Umbrella"])),
        ("badge.chip", json!("c2")),
        ("badge", json!({ "number": 2, "chip": "c2" })),
        (r#"ports[kind eq "ssh"].mac"#, json!("b")),
        (r#"ports[kind eq "ssh"]"#, json!({ "kind": "ssh", "mac": "b" })),
        (contract.as_str(), json!("K-2")),
    ];
    for (name, value) in changes {
        for op in ["add", "replace"] {
            let operations = json!([replace("label", json!("x"))[0], { "op": op, "path": name, "value": value }]);
            let detail = provider.refuses(&path, operations, "mutability").await;
            assert!(detail.starts_with("operation 1: "), "{detail}");
        }
    }
    for name in
        ["serial", "makers", "badge.chip", r#"ports[kind eq "ssh"].mac"#, &contract, WARRANTY]
    {
        provider.refuses(&path, remove(name), "mutability").await;
    }
    for name in ["serial", "makers", "badge.chip"] {
        provider.refuses(&path, replace(name, json!(null)), "mutability").await;
    }
    // What says the same is no change.
    for (name, value) in
        [("serial", json!("S-1")), ("makers", json!(["Acme"])), ("badge.chip", json!("c1"))]
    {
        provider.unchanged(&path, add(name, value.clone())).await;
        provider.unchanged(&path, replace(name, value)).await;
    }
}

#[tokio::test]
async fn an_immutable_part_goes_with_nothing() {
    // P-3.5.2-11
    let provider = Provider::strict();
    let path = provider
        .made("/Assets", &asset_with("A1", json!({ "badge": { "number": 1, "chip": "c1" } })))
        .await;
    for operations in [remove("badge"), replace("badge", json!(null))] {
        provider.refuses(&path, operations, "mutability").await;
    }
}

#[tokio::test]
async fn an_immutable_part_that_a_whole_element_leaves_out_stays() {
    // P-3.5.2-11, P-3.5.2.3-06, A-31, A-36
    let ports = json!([{ "kind": "ssh", "value": 22, "mac": "a" }, { "kind": "http", "value": 80 }, { "kind": "x", "mac": "b" }]);
    for (provider, name) in [(Provider::strict(), "strict"), (Provider::lenient(), "lenient")] {
        for (index, (path_of, value, expected)) in [
            (r#"ports[kind eq "ssh"]"#, json!({ "kind": "ssh" }), json!([{ "kind": "ssh", "mac": "a" }, ports[1], ports[2]])),
            (
                r#"ports[value eq 22]"#,
                json!({ "kind": "sftp", "value": 22, "open": true }),
                json!([{ "kind": "sftp", "value": 22, "open": true, "mac": "a" }, ports[1], ports[2]]),
            ),
            (
                "ports[mac pr]",
                json!({ "kind": "y" }),
                json!([{ "kind": "y", "mac": "a" }, ports[1], { "kind": "y", "mac": "b" }]),
            ),
            (
                r#"ports[mac eq "a"]"#,
                json!({ "kind": "z", "mac": "a" }),
                json!([{ "kind": "z", "mac": "a" }, ports[1], ports[2]]),
            ),
        ]
        .into_iter()
        .enumerate()
        {
            let path = provider.made("/Assets", &asset_with(&format!("A{index}"), json!({ "ports": ports }))).await;
            let patched = provider.patched(&path, replace(path_of, value)).await;
            assert_eq!(patched["ports"], expected, "{name}: {path_of}");
            provider.refuses(&path, replace("ports[mac eq \"a\"]", json!({ "kind": "z", "mac": "c" })), "mutability").await;
        }
    }
}

#[tokio::test]
async fn an_immutable_attribute_without_a_value_gets_one() {
    // P-3.5.2-11
    let provider = Provider::strict();
    let contract = format!("{WARRANTY}:contract");
    let values = [
        ("serial", json!("S-1")),
        ("makers", json!(["Acme", "Umbrella"])),
        ("badge.chip", json!("c1")),
        (contract.as_str(), json!("K-1")),
    ];
    for op in ["add", "replace"] {
        let until = json!({ WARRANTY: { "until": UNTIL } });
        let path = provider.made("/Assets", &asset_with(op, until)).await;
        for (name, value) in &values {
            provider.patched(&path, json!([{ "op": op, "path": name, "value": value }])).await;
        }
        let asset = provider.read(&path).await;
        assert_eq!(
            (&asset["serial"], &asset["makers"]),
            (&json!("S-1"), &json!(["Acme", "Umbrella"]))
        );
        assert_eq!(
            (&asset["badge"], &asset[WARRANTY]["contract"]),
            (&json!({ "chip": "c1" }), &json!("K-1"))
        );
    }
}

#[tokio::test]
async fn operations_apply_in_their_order() {
    // P-3.5.2-13
    let provider = Provider::strict();
    let path = provider.made("/Users", &user("bjensen")).await;
    let operations = json!([
        { "op": "add", "path": "emails", "value": [{ "value": "a@example.com", "type": "work" }] },
        { "op": "replace", "path": "emails[type eq \"work\"].type", "value": "home" },
        { "op": "add", "path": "emails", "value": [{ "value": "b@example.com", "type": "work" }] },
        { "op": "remove", "path": "emails[type eq \"home\"]" },
        { "op": "replace", "path": "title", "value": "one" },
        { "op": "replace", "path": "title", "value": "two" },
    ]);
    let patched = provider.patched(&path, operations).await;
    assert_eq!(patched["emails"], json!([{ "value": "b@example.com", "type": "work" }]));
    assert_eq!(patched["title"], "two");
}

#[tokio::test]
async fn all_operations_apply_or_none() {
    // P-3.5.2-14
    let provider = Provider::strict();
    provider.create("/Users", &user("jsmith")).await;
    let path = provider.made("/Users", &bjensen()).await;
    let good = [
        replace("title", json!("x")),
        remove("emails"),
        add("name.givenName", json!("y")),
        remove(ENTERPRISE),
    ];
    let bad = [
        (replace("emails[type eq \"other\"].value", json!("x")), "noTarget"),
        (remove("userName"), "mutability"),
        (replace("active", json!("x")), "invalidValue"),
        (replace("nope", json!("x")), "invalidPath"),
    ];
    for (bad, scim_type) in &bad {
        let mut operations: Vec<Value> =
            good.iter().map(|operation| operation[0].clone()).collect();
        operations.push(bad[0].clone());
        let detail = provider.refuses(&path, json!(operations), scim_type).await;
        assert!(detail.starts_with("operation 4: "), "{detail}");
        operations.rotate_right(1);
        provider.refuses(&path, json!(operations), scim_type).await;
    }
}

#[tokio::test]
async fn a_group_and_its_members_change_together() {
    // P-3.5.2-14, P-3.5.2-21
    let provider = Provider::strict();
    provider.group("Taken", &[]).await;
    let path = provider.group("Tour Guides", &["a", "b"]).await;
    let before = provider.read(&path).await;
    let operations = json!([
        { "op": "add", "path": "members", "value": [{ "value": "c" }] },
        { "op": "remove", "path": "members[value eq \"a\"]" },
        { "op": "replace", "path": "displayName", "value": "taken" },
    ]);
    provider.patch(&path, &operations).await.failed(409, Some("uniqueness"));
    assert_eq!(provider.read(&path).await, before);
    let operations = json!([{ "op": "remove", "path": "members" }, { "op": "replace", "path": "displayName", "value": null }]);
    provider.refuses(&path, operations, "invalidValue").await;
}

#[tokio::test]
async fn a_change_of_schemas_is_seen_by_the_next_operation() {
    // P-3.5.2-15, A-07
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let department = format!("{ENTERPRISE}:department");
    for gone in
        [format!(r#"schemas[value eq "{ENTERPRISE}"]"#), format!(r#"schemas eq "{ENTERPRISE}""#)]
    {
        let operations = json!([
            { "op": "remove", "path": gone },
            { "op": "add", "path": department, "value": "Sales" },
        ]);
        let patched = provider.patched(&path, operations).await;
        assert_eq!(patched[ENTERPRISE], json!({ "department": "Sales" }));
        assert_eq!(patched["schemas"], json!([USER, ENTERPRISE]));
    }
    // A message says nothing of the schemas of the resource, nor need it.
    provider.unchanged(&path, json!([{ "op": "add", "value": { "schemas": [USER] } }])).await;
    provider.refuses(&path, remove("schemas"), "mutability").await;
}

#[tokio::test]
async fn schemas_follow_the_attributes_of_extensions() {
    // P-3.5.2-16, P-3.5.2-17, P-3.5.2.1-10
    let provider = Provider::strict();
    let department = format!("{ENTERPRISE}:department");
    for op in ["add", "replace"] {
        let path = provider.made("/Users", &user(op)).await;
        let values = [
            json!([{ "op": op, "path": department, "value": "Sales" }]),
            json!([{ "op": op, "value": { ENTERPRISE: { "department": "Sales" } } }]),
            json!([{ "op": op, "value": { department.as_str(): "Sales" } }]),
            json!([{ "op": op, "path": ENTERPRISE, "value": { "department": "Sales" } }]),
            json!([{ "op": op, "path": department.to_uppercase(), "value": "Sales" }]),
        ];
        for operations in values {
            let patched = provider.patched(&path, operations).await;
            assert_eq!(patched["schemas"], json!([USER, ENTERPRISE]));
            assert_eq!(patched[ENTERPRISE], json!({ "department": "Sales" }));
            let without = provider.patched(&path, remove(&department)).await;
            assert_eq!((&without["schemas"], without.get(ENTERPRISE)), (&json!([USER]), None));
        }
    }
}

#[tokio::test]
async fn the_final_state_is_checked() {
    // P-3.5.2-21, P-3.12-06
    let provider = Provider::strict();
    provider.create("/Users", &user("jsmith")).await;
    let path = provider.made("/Users", &user("bjensen")).await;
    let before = provider.read(&path).await;
    provider
        .patch(&path, &replace("userName", json!("JSMITH")))
        .await
        .failed(409, Some("uniqueness"));
    assert_eq!(provider.read(&path).await, before);
    provider.refuses(&path, replace("userName", json!("")), "invalidValue").await;
    let path = provider.made("/Assets", &asset("A1")).await;
    // An extension that is there has what it requires.
    provider.refuses(&path, add(&format!("{WARRANTY}:terms"), json!("none")), "invalidValue").await;
    let both = json!([
        { "op": "add", "path": format!("{WARRANTY}:terms"), "value": "none" },
        { "op": "add", "path": format!("{WARRANTY}:until"), "value": UNTIL },
    ]);
    assert_eq!(
        provider.patched(&path, both).await[WARRANTY],
        json!({ "terms": "none", "until": UNTIL })
    );
    provider.refuses(&path, add("ports", json!([{ "value": 80 }])), "invalidValue").await;
}

#[tokio::test]
async fn what_changes_nothing_leaves_no_trace() {
    // P-3.5.2-22, P-3.5.2.1-09, P-3.14-08
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let nothing = [
        replace("title", json!("Tour Guide")),
        replace("userName", json!("bjensen")),
        add("active", json!(true)),
        replace("emails", bjensen()["emails"].clone()),
        add("emails", json!([{ "type": "home", "value": "babs@jensen.org" }])),
        add("name", json!({ "givenName": "Barbara" })),
        remove("nickName"),
        remove("emails[type eq \"other\"]"),
        json!([{ "op": "replace", "path": "title", "value": "x" }, { "op": "replace", "path": "title", "value": "Tour Guide" }]),
        json!([{ "op": "add", "path": "nickName", "value": "x" }, { "op": "remove", "path": "nickName" }]),
        json!([{ "op": "replace", "value": {} }]),
        json!([{ "op": "add", "value": { "title": "Tour Guide", "emails": bjensen()["emails"] } }]),
    ];
    for operations in nothing {
        provider.unchanged(&path, operations).await;
    }
}
