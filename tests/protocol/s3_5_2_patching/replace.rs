//! The operation `replace` (RFC 7644, Section 3.5.2.3).

use serde_json::{Value, json};

use support::writes::provider::{Kept, Provider, Setup, members, replace};
use support::writes::samples::{ENTERPRISE, asset_with, bjensen, numbered, user};
use support::writes::whole_store::WholeStore;

#[tokio::test]
async fn replace_needs_a_value() {
    // P-3.5.2-06
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    for operation in [json!({ "op": "replace", "path": "title" }), json!({ "op": "replace" })] {
        let detail = provider.refuses(&path, json!([operation]), "invalidValue").await;
        assert!(detail.starts_with("operation 0: "), "{detail}");
    }
}

#[tokio::test]
async fn without_a_path_each_member_is_replaced() {
    // P-3.5.2-06, P-3.5.2.3-01
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let value = json!({
        "title": "Guide",
        "nickName": "Babs",
        "name": { "givenName": "Babs" },
        "emails": [{ "value": "b@example.org" }],
        ENTERPRISE: { "department": "Sales" },
    });
    let patched = provider.patched(&path, json!([{ "op": "replace", "value": value }])).await;
    let mut expected = bjensen();
    expected["title"] = json!("Guide");
    expected["nickName"] = json!("Babs");
    expected["name"]["givenName"] = json!("Babs");
    expected["emails"] = json!([{ "value": "b@example.org" }]);
    for name in
        ["title", "nickName", "name", "emails", "addresses", "active", "userName", "externalId"]
    {
        assert_eq!(patched[name], expected[name]);
    }
    assert_eq!(
        (&patched[ENTERPRISE]["department"], &patched[ENTERPRISE]["employeeNumber"]),
        (&json!("Sales"), &json!("701984"))
    );
    for value in [json!("x"), json!(5), json!([]), json!([{ "title": "x" }]), json!(null)] {
        provider.refuses(&path, json!([{ "op": "replace", "value": value }]), "invalidValue").await;
    }
}

#[tokio::test]
async fn values_are_replaced() {
    // P-3.5.2.3-02, P-3.5.2.3-03, P-3.5.2.3-04
    let provider = Provider::strict();
    for (name, resource) in [("bjensen", bjensen()), ("jensen", user("jensen"))] {
        let path = provider.made("/Users", &resource).await;
        let values = [
            ("title", json!("Guide")),
            ("active", json!(false)),
            ("emails", json!([{ "value": "x@example.org" }])),
            (
                "name",
                json!({ "familyName": "J", "givenName": "B", "formatted": "B J", "middleName": "-" }),
            ),
        ];
        for (attribute, value) in values {
            assert_eq!(
                provider.patched(&path, replace(attribute, value.clone())).await[attribute],
                value,
                "{name}"
            );
        }
        let patched = provider.patched(&path, replace("name.familyName", json!("Smith"))).await;
        assert_eq!(
            patched["name"],
            json!({ "familyName": "Smith", "givenName": "B", "formatted": "B J", "middleName": "-" })
        );
        let patched = provider
            .patched(&path, replace(&format!("{ENTERPRISE}:department"), json!("Sales")))
            .await;
        assert_eq!(patched[ENTERPRISE]["department"], "Sales");
    }
}

#[tokio::test]
async fn values_are_replaced_by_as_many_others() {
    // P-3.5.2.3-03: few are compared each with each, more of them by another way.
    let provider = Provider::strict();
    for count in [1, 16, 17, 40] {
        let path =
            provider.made("/Assets", &asset_with(&format!("A{count}"), numbered(0, count))).await;
        for first in [1, 100, 0] {
            for (name, values) in numbered(first, count).as_object().expect("an object") {
                let patched = provider.patched(&path, replace(name, values.clone())).await;
                assert_eq!(&patched[name], values, "{count} from {first}");
            }
        }
    }
}

#[tokio::test]
async fn members_are_replaced_by_as_many_others() {
    // P-3.5.2.3-03
    for kept in [Kept::Apart, Kept::Whole(WholeStore::default())] {
        let provider = Provider::new(Setup { kept, ..Setup::default() });
        for count in [1, 16, 17, 40] {
            let ids: Vec<String> = (0..2 * count).map(|number| format!("m{number}")).collect();
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let path = provider.group(&format!("G{count}"), &ids[..count]).await;
            for others in [&ids[1..=count], &ids[count..]] {
                let value: Vec<Value> = others.iter().map(|id| json!({ "value": id })).collect();
                let patched = provider.patched(&path, replace("members", json!(value))).await;
                assert_eq!(members(&patched).len(), count);
                assert!(
                    others.iter().all(|id| members(&patched).contains(id)),
                    "{count}: {patched}"
                );
            }
        }
    }
}

#[tokio::test]
async fn simple_values_are_replaced() {
    // P-3.5.2.3-03, P-3.5.2.3-06, A-07
    let provider = Provider::strict();
    let path = provider
        .made("/Assets", &asset_with("A1", json!({ "tags": ["a", "b"], "counts": [1, 2] })))
        .await;
    assert_eq!(provider.patched(&path, replace("counts", json!([3]))).await["counts"], json!([3]));
    assert_eq!(
        provider.patched(&path, replace("tags[value eq \"a\"]", json!("c"))).await["tags"],
        json!(["c", "b"])
    );
}

#[tokio::test]
async fn parts_that_are_not_given_stay() {
    // P-3.5.2.3-05, A-38
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let patched = provider
        .patched(&path, replace("name", json!({ "givenName": "Babs", "honorificSuffix": "III" })))
        .await;
    let mut expected = bjensen()["name"].clone();
    expected["givenName"] = json!("Babs");
    expected["honorificSuffix"] = json!("III");
    assert_eq!(patched["name"], expected);
}

#[tokio::test]
async fn all_chosen_values_are_replaced() {
    // P-3.5.2.3-06, P-3.5.2.3-07, A-36, A-96
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let record =
        json!({ "type": "work", "streetAddress": "911 Universal City Plaza", "country": "US" });
    let patched =
        provider.patched(&path, replace("addresses[type eq \"work\"]", record.clone())).await;
    assert_eq!(patched["addresses"], json!([record, bjensen()["addresses"][1]]));
    let patched = provider
        .patched(&path, replace("addresses[streetAddress pr].locality", json!("Los Angeles")))
        .await;
    let localities: Vec<&Value> = patched["addresses"]
        .as_array()
        .expect("addresses")
        .iter()
        .map(|one| &one["locality"])
        .collect();
    assert_eq!(localities, ["Los Angeles", "Los Angeles"]);
    let ports = json!([{ "kind": "a", "value": 1 }, { "kind": "a", "value": 2 }, { "kind": "b", "value": 3 }]);
    let path = provider.made("/Assets", &asset_with("A1", json!({ "ports": ports }))).await;
    let patched = provider.patched(&path, replace("ports[kind eq \"a\"].open", json!(true))).await;
    assert_eq!(
        patched["ports"],
        json!([{ "kind": "a", "value": 1, "open": true }, { "kind": "a", "value": 2, "open": true }, ports[2]])
    );
}

#[tokio::test]
async fn a_filter_that_chooses_nothing_has_no_target() {
    // P-3.5.2.3-08, A-35, P-3.12-10
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let nothing = [
        ("emails[type eq \"other\"].value", json!("x")),
        ("emails[type eq \"other\"]", json!({ "value": "x" })),
        ("photos[type eq \"photo\"].value", json!("https://example.com/x")),
        ("emails[type eq \"other\"].value", json!(null)),
        ("emails[type eq \"other\"]", json!(null)),
    ];
    for (target, value) in nothing {
        let operations = json!([replace("title", json!("x"))[0], replace(target, value)[0]]);
        let detail = provider.refuses(&path, operations, "noTarget").await;
        assert!(detail.starts_with("operation 1: "), "{detail}");
    }
}

#[tokio::test]
async fn null_and_the_empty_array_unassign() {
    // P-3.5.2.3-09
    let provider = Provider::strict();
    for (index, empty) in [json!(null), json!([])].into_iter().enumerate() {
        let mut resource = bjensen();
        resource["userName"] = json!(format!("bjensen{index}"));
        let path = provider.made("/Users", &resource).await;
        for name in ["title", "emails", "addresses", "externalId"] {
            assert_eq!(
                provider.patched(&path, replace(name, empty.clone())).await.get(name),
                None,
                "{name}: {empty}"
            );
        }
        assert_eq!(
            provider.patched(&path, replace("name.middleName", empty.clone())).await["name"]
                .get("middleName"),
            None
        );
        let department = format!("{ENTERPRISE}:department");
        assert_eq!(
            provider.patched(&path, replace(&department, empty.clone())).await[ENTERPRISE]
                .get("department"),
            None
        );
        assert_eq!(provider.patched(&path, replace("name", empty.clone())).await.get("name"), None);
        provider.unchanged(&path, replace("title", empty.clone())).await;
    }
    let path = provider.made("/Users", &bjensen()).await;
    let without = json!([{ "op": "replace", "value": { "title": null, "emails": [], "name": { "middleName": null } } }]);
    let patched = provider.patched(&path, without).await;
    assert_eq!(
        (patched.get("title"), patched.get("emails"), patched["name"].get("middleName")),
        (None, None, None)
    );
    assert_eq!(patched["name"]["givenName"], "Barbara");
    let patched =
        provider.patched(&path, replace("addresses[type eq \"work\"]", json!(null))).await;
    assert_eq!(patched["addresses"], json!([bjensen()["addresses"][1]]));
    let patched =
        provider.patched(&path, replace("addresses[type eq \"home\"].locality", json!(null))).await;
    assert_eq!(
        patched["addresses"],
        json!([{ "type": "home", "streetAddress": "456 Hollywood Blvd" }])
    );
}
