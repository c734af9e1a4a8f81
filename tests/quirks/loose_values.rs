//! Text for an object, one value for many, and lists of texts, together and in each way to send
//! them: read in `LENIENT`, refused in `STRICT` (RFC 7643, Section 2.4).

use serde_json::{Value, json};

use support::writes::provider::{BASE, Provider, at, members, message};
use support::writes::samples::{ENTERPRISE, group, types, user};
use support::writes::ways::{Way, bulk, each_way};

/// What a user is sent, and what it has afterwards.
fn texts() -> Vec<(Value, Value)> {
    let a = json!({ "value": "a@example.com" });
    let b = json!({ "value": "b@example.com" });
    let manager = json!({ "value": "26118915", "$ref": format!("{BASE}/Users/26118915") });
    vec![
        (json!({ "roles": ["ADMIN"] }), json!({ "roles": [{ "value": "ADMIN" }] })),
        (json!({ "roles": "ADMIN" }), json!({ "roles": [{ "value": "ADMIN" }] })),
        (json!({ "emails": "a@example.com" }), json!({ "emails": [a] })),
        (json!({ "emails": ["a@example.com"] }), json!({ "emails": [a] })),
        (
            json!({ "emails": ["a@example.com", { "value": "b@example.com" }] }),
            json!({ "emails": [a, b] }),
        ),
        (
            json!({ "emails": [{ "value": "a@example.com" }, "b@example.com", "a@example.com"] }),
            json!({ "emails": [a, b] }),
        ),
        (json!({ "emails": ["", "a@example.com", null] }), json!({ "emails": [a] })),
        (
            json!({ "entitlements": ["x", "y"] }),
            json!({ "entitlements": [{ "value": "x" }, { "value": "y" }] }),
        ),
        (
            json!({ "EMAILS": "a@example.com", "Roles": ["ADMIN"] }),
            json!({ "emails": [a], "roles": [{ "value": "ADMIN" }] }),
        ),
        (
            json!({ ENTERPRISE: { "manager": ["26118915"] } }),
            json!({ ENTERPRISE: { "manager": manager } }),
        ),
    ]
}

#[tokio::test]
async fn texts_are_values_in_each_way() {
    let provider = Provider::lenient();
    for (sent, expected) in texts() {
        for outcome in
            each_way(&provider, &Way::ALL, ("/Users", &user("bjensen"), &json!({})), &sent).await
        {
            assert!(matches!(outcome.status, 200 | 201), "{sent}: {outcome:?}");
            assert!(outcome.rules.contains(&"scalar_as_complex_value"), "{sent}: {outcome:?}");
            for (name, value) in expected.as_object().expect("an object") {
                assert_eq!(&outcome.resource[name], value, "{sent}: {outcome:?}");
            }
        }
    }
}

#[tokio::test]
async fn texts_are_refused_where_nothing_is_put_right() {
    let provider = Provider::strict();
    for (sent, _) in texts() {
        for outcome in
            each_way(&provider, &Way::ALL, ("/Users", &user("bjensen"), &json!({})), &sent).await
        {
            assert_eq!(
                (outcome.status, &outcome.scim_type),
                (400, &json!("invalidValue")),
                "{sent}: {outcome:?}"
            );
            assert!(
                outcome.resource.get("emails").or(outcome.resource.get("roles")).is_none(),
                "{sent}: {outcome:?}"
            );
        }
    }
}

#[tokio::test]
async fn texts_say_nothing_where_no_value_is_defined() {
    for provider in [Provider::lenient(), Provider::strict()] {
        for sent in [
            json!({ "addresses": "Hollywood" }),
            json!({ "addresses": ["Hollywood"] }),
            json!({ "name": "Jensen" }),
            json!({ "emails": 5 }),
        ] {
            for outcome in
                each_way(&provider, &Way::ALL, ("/Users", &user("bjensen"), &json!({})), &sent)
                    .await
            {
                assert_eq!(
                    (outcome.status, &outcome.scim_type),
                    (400, &json!("invalidValue")),
                    "{sent}: {outcome:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn one_simple_value_is_a_list_of_one() {
    let base = json!({ "schemas": [types()[2].schema().uri().as_str()], "name": "A1", "sites": ["Berlin"] });
    let sent = [
        (json!({ "tags": "x" }), json!(["x"])),
        (json!({ "counts": 5 }), json!([5])),
        (json!({ "tags": ["x"] }), json!(["x"])),
    ];
    let (lenient, strict) = (Provider::lenient(), Provider::strict());
    for (sent, expected) in &sent {
        let (name, value) =
            sent.as_object().and_then(|sent| sent.iter().next()).expect("one attribute");
        for outcome in each_way(&lenient, &Way::ALL, ("/Assets", &base, &json!({})), sent).await {
            assert_eq!(&outcome.resource[name], expected, "{sent}: {outcome:?}");
        }
        for outcome in each_way(&strict, &Way::ALL, ("/Assets", &base, &json!({})), sent).await {
            // `add` speaks of "a value".
            let is_added = matches!(outcome.way, Way::Add | Way::AddWithoutPath);
            let is_refused = outcome.status == 400 && outcome.scim_type == "invalidValue";
            assert_eq!(is_refused, !value.is_array() && !is_added, "{sent}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn members_are_listed_by_id_alone() {
    let provider = Provider::lenient();
    let (one, other) = (provider.user("one").await, provider.user("other").await);
    let both =
        [json!([one, other]), json!([one, { "value": other }]), json!([one, other, one, ""])];
    let first = [
        json!([one]),
        json!(one),
        json!(["", one]),
        json!({ "value": one }),
        json!([{ "value": one }]),
    ];
    let lists = both
        .iter()
        .map(|list| (list, vec![&*one, &*other]))
        .chain(first.iter().map(|list| (list, vec![&*one])));
    for (list, expected) in lists {
        for outcome in each_way(
            &provider,
            &Way::ALL,
            ("/Groups", &group("Tour Guides", &[]), &json!({})),
            &json!({ "members": list }),
        )
        .await
        {
            assert!(matches!(outcome.status, 200 | 201), "{list}: {outcome:?}");
            assert_eq!(members(&outcome.resource), expected, "{list}: {outcome:?}");
        }
    }
}

/// No tolerance makes a member of nobody.
#[tokio::test]
async fn nobody_is_added_who_is_not_named() {
    for provider in [Provider::lenient(), Provider::strict()] {
        let one = provider.user("one").await;
        for nobody in [
            json!(""),
            json!([""]),
            json!({ "value": "" }),
            json!([{ "value": "" }]),
            json!(["", { "value": "" }]),
            json!([null]),
        ] {
            let base = (
                ("/Groups"),
                &group("Tour Guides", &[]),
                &json!({ "members": [{ "value": one }] }),
            );
            for outcome in each_way(&provider, &Way::ALL, base, &json!({ "members": nobody })).await
            {
                let left = if outcome.resource.is_null() {
                    Vec::new()
                } else {
                    members(&outcome.resource)
                };
                assert!(left.is_empty() || left == [&*one], "{nobody}: {outcome:?}");
                let added = matches!(outcome.way, Way::Add | Way::AddWithoutPath);
                assert!(!added || left == [&*one], "{nobody}: {outcome:?}");
            }
        }
    }
}

#[tokio::test]
async fn listed_texts_are_removed() {
    let provider = Provider::lenient();
    let (one, other) = (provider.user("one").await, provider.user("other").await);
    for list in [
        json!([one]),
        json!(one),
        json!([{ "value": one }]),
        json!([one, ""]),
        json!({ "members": [one] }),
        json!({ "members": one }),
    ] {
        let operations = json!([{ "op": "remove", "path": "members", "value": list }]);
        let path = provider.group("Tour Guides", &[&one, &other]).await;
        let patched = provider.patched(&path, operations.clone()).await;
        assert_eq!(members(&patched), [&*other], "{list}");
        let bulk_path = provider.group("Employees", &[&one, &other]).await;
        let data: Value = serde_json::from_str(&message(&operations)).expect("JSON");
        let answer =
            bulk(&provider, &json!([{ "method": "PATCH", "path": bulk_path, "data": data }])).await;
        assert_eq!(answer.body["Operations"][0]["status"], "200", "{list}: {}", answer.body);
        assert_eq!(members(&provider.read(&bulk_path).await), [&*other], "{list}");
        for path in [path, bulk_path] {
            assert_eq!(provider.delete(&path).await.status, 204);
        }
    }
    let emails = json!({ "emails": [{ "value": "a@example.com", "type": "work" }, { "value": "b@example.com" }] });
    let mut resource = user("bjensen");
    resource["emails"] = emails["emails"].clone();
    let path = provider.made("/Users", &resource).await;
    let patched = provider
        .patched(&path, json!([{ "op": "remove", "path": "emails", "value": "A@example.com" }]))
        .await;
    assert_eq!(patched["emails"], json!([{ "value": "b@example.com" }]));
    let strict = Provider::strict();
    let path = strict.made("/Users", &resource).await;
    strict
        .refuses(
            &path,
            json!([{ "op": "remove", "path": "emails", "value": "a@example.com" }]),
            "invalidValue",
        )
        .await;
}

#[tokio::test]
async fn many_listed_texts_are_one_deviation() {
    let provider = Provider::lenient();
    let path = provider.group("Tour Guides", &[]).await;
    let ids: Vec<String> = (0..1000).map(|number| format!("{number}")).collect();
    for op in ["add", "remove"] {
        let answer =
            provider.patch(&path, &json!([{ "op": op, "path": "members", "value": ids }])).await;
        assert!(matches!(answer.status, 200 | 204), "{op}: {}", answer.body);
        let times = answer.rules.iter().filter(|rule| **rule == "scalar_as_complex_value").count();
        assert_eq!(times, 1, "{op}");
    }
}

#[tokio::test]
async fn names_of_new_resources_stand_in_lists_of_texts() {
    let provider = Provider::lenient();
    let made = json!({ "method": "POST", "bulkId": "one", "path": "/Users", "data": user("one") });
    for list in [json!(["bulkId:one"]), json!("bulkId:one")] {
        let mut body = group("Tour Guides", &[]);
        body["members"] = list.clone();
        let grouped =
            json!({ "method": "POST", "bulkId": "group", "path": "/Groups", "data": body });
        let answer = bulk(&provider, &json!([grouped, made])).await;
        let results = answer.body["Operations"].as_array().expect("results");
        let paths: Vec<String> =
            results.iter().map(|result| at(&json!({ "meta": result }))).collect();
        let group = provider.read(&paths[0]).await;
        assert_eq!(members(&group), [paths[1].trim_start_matches("/Users/")], "{list}");
        for path in paths {
            assert_eq!(provider.delete(&path).await.status, 204);
        }
    }
}

#[tokio::test]
async fn a_filter_chooses_where_a_text_goes() {
    let emails = json!([{ "value": "a@example.com", "type": "work" }, { "value": "b@example.com", "type": "home" }]);
    let mut resource = user("bjensen");
    resource["emails"] = emails;
    let operation = |op: &str| json!([{ "op": op, "path": "emails[type eq \"work\"]", "value": "c@example.com" }]);
    let (lenient, strict) = (Provider::lenient(), Provider::strict());
    let path = lenient.made("/Users", &resource).await;
    let patched = lenient.patched(&path, operation("add")).await;
    assert_eq!(patched["emails"][0], json!({ "value": "c@example.com", "type": "work" }));
    let path = strict.made("/Users", &resource).await;
    strict.refuses(&path, operation("add"), "invalidValue").await;
}
