//! Keys of bodies that are paths, as PATCH reads them without a path: what stands there is put
//! where they lead, in POST and PUT too (RFC 7644, Section 3.10).

use scimwire::Quirks;
use scimwire::dispatch::Limits;
use scimwire::quirks::UnknownAttributes;
use serde_json::{Value, json};

use support::writes::provider::{Provider, Setup, at, id, members};
use support::writes::samples::{ENTERPRISE, USER, bjensen, group};
use support::writes::ways::{self, Way, each_way};

/// Those whose body is a resource.
const WHOLE: [Way; 2] = [Way::Post, Way::Put];

/// Those whose value has no path, besides.
const WITHOUT_PATH: [Way; 4] = [Way::Post, Way::Put, Way::AddWithoutPath, Way::ReplaceWithoutPath];

fn base() -> Value {
    json!({ "schemas": [USER, ENTERPRISE], "userName": "ann" })
}

/// What whoever is changed has before.
fn stored() -> Value {
    json!({ "title": "Guide", ENTERPRISE: { "department": "Tours", "manager": { "value": "1" } } })
}

fn in_extension(name: &str) -> String {
    format!("{ENTERPRISE}:{name}")
}

fn in_core(name: &str) -> String {
    format!("{USER}:{name}")
}

/// Returns `true` if `actual` has all that `expected` says.
fn holds(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => expected
            .iter()
            .all(|(name, value)| holds(actual.get(name).unwrap_or(&Value::Null), value)),
        (Value::Null, Value::Object(expected)) => expected.values().all(Value::is_null),
        (actual, expected) => actual == expected,
    }
}

/// What is read in both modes: what is sent, and what a user has then.
fn always() -> Vec<(Value, Value)> {
    let barbara = json!({ "name": { "givenName": "Barbara" } });
    let sales = json!({ ENTERPRISE: { "department": "Sales" } });
    let managed = json!({ ENTERPRISE: { "manager": { "value": "26118915" } } });
    vec![
        (json!({ "name.givenName": "Barbara" }), barbara.clone()),
        (json!({ "NAME.GivenName": "Barbara" }), barbara.clone()),
        (json!({ in_core("name.givenName"): "Barbara" }), barbara.clone()),
        (json!({ in_core("name"): { "givenName": "Barbara" } }), barbara.clone()),
        (
            json!({ USER: { "name": { "givenName": "Barbara" }, "displayName": "Babs" } }),
            json!({ "name": { "givenName": "Barbara" }, "displayName": "Babs" }),
        ),
        (json!({ USER: { "name.givenName": "Barbara" } }), barbara),
        (
            json!({ "name": { "familyName": "Jensen" }, "name.givenName": "Barbara" }),
            json!({ "name": { "familyName": "Jensen", "givenName": "Barbara" } }),
        ),
        (
            json!({ "name.familyName": "Jensen", in_core("name.givenName"): "Barbara" }),
            json!({ "name": { "familyName": "Jensen", "givenName": "Barbara" } }),
        ),
        (json!({ in_extension("department"): "Sales" }), sales.clone()),
        (json!({ in_extension("DEPARTMENT").to_uppercase(): "Sales" }), sales),
        (
            json!({ in_extension("department"): "Sales", ENTERPRISE: { "costCenter": "4130" } }),
            json!({ ENTERPRISE: { "department": "Sales", "costCenter": "4130" } }),
        ),
        (json!({ in_extension("manager.value"): "26118915" }), managed.clone()),
        (json!({ in_extension("manager"): { "value": "26118915" } }), managed.clone()),
        (json!({ ENTERPRISE: { "manager.value": "26118915" } }), managed),
        (
            json!({ in_core("title"): null, in_extension("department"): null }),
            json!({ "title": null, ENTERPRISE: { "department": null } }),
        ),
    ]
}

/// What only `LENIENT` reads.
fn bare() -> Vec<(Value, Value)> {
    let sales = json!({ ENTERPRISE: { "department": "Sales" } });
    let managed = json!({ ENTERPRISE: { "manager": { "value": "26118915" } } });
    vec![
        (json!({ "department": "Sales" }), sales),
        (
            json!({ "Department": "Sales", "COSTCENTER": "4130" }),
            json!({ ENTERPRISE: { "department": "Sales", "costCenter": "4130" } }),
        ),
        (
            json!({ "department": "Sales", ENTERPRISE: { "costCenter": "4130" } }),
            json!({ ENTERPRISE: { "department": "Sales", "costCenter": "4130" } }),
        ),
        (json!({ "manager": { "value": "26118915" } }), managed.clone()),
        (json!({ "manager": "26118915" }), managed.clone()),
        (json!({ "manager.value": "26118915" }), managed),
    ]
}

#[tokio::test]
async fn what_stands_under_a_path_is_put_where_it_leads() {
    for (provider, cases) in
        [(Provider::strict(), always()), (Provider::lenient(), [always(), bare()].concat())]
    {
        for (sent, expected) in cases {
            for outcome in
                each_way(&provider, &WITHOUT_PATH, ("/Users", &base(), &stored()), &sent).await
            {
                assert!(matches!(outcome.status, 200 | 201), "{sent}: {outcome:?}");
                assert!(holds(&outcome.resource, &expected), "{sent}: {outcome:?}");
                let is_reported =
                    |rule| matches!(rule, &"key_as_path" | &"unqualified_extension_attributes");
                let is_plain = matches!(outcome.way, Way::AddWithoutPath | Way::ReplaceWithoutPath);
                assert!(is_plain || outcome.rules.iter().any(is_reported), "{sent}: {outcome:?}");
                assert!(!outcome.rules.contains(&"unknown_attributes"), "{sent}: {outcome:?}");
            }
        }
    }
}

/// As PATCH does not read them there either.
#[tokio::test]
async fn extensions_are_named_where_nothing_is_put_right() {
    let provider = Provider::strict();
    for (sent, _) in bare() {
        for outcome in
            each_way(&provider, &WITHOUT_PATH, ("/Users", &base(), &stored()), &sent).await
        {
            assert!(matches!(outcome.status, 200 | 201), "{sent}: {outcome:?}");
            assert!(outcome.rules.contains(&"unknown_attributes"), "{sent}: {outcome:?}");
            assert_ne!(outcome.resource[ENTERPRISE]["department"], "Sales", "{sent}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn what_is_required_can_stand_under_a_path() {
    for provider in [Provider::lenient(), Provider::strict()] {
        let made = provider
            .create("/Users", &json!({ "schemas": [USER], in_core("userName"): "ann" }))
            .await;
        assert_eq!((&made["userName"], &made["schemas"]), (&json!("ann"), &json!([USER])));
        let body = json!({ "schemas": [USER, ENTERPRISE], in_core("userName"): "bob", in_extension("department"): "Sales" });
        let replaced = provider.put(&at(&made), &body).await.ok();
        assert_eq!(
            (&replaced["userName"], &replaced["schemas"]),
            (&json!("bob"), &json!([USER, ENTERPRISE]))
        );
    }
}

#[tokio::test]
async fn no_attribute_stands_twice_by_two_spellings() {
    let always = [
        json!({ "title": "a", in_core("title"): "b" }),
        json!({ "title": null, in_core("title"): "b" }),
        json!({ in_core("name.givenName"): "a", "name.givenName": "b" }),
        json!({ "title": "a", USER: { "title": "b" } }),
        json!({ "name": { "givenName": "a" }, "name.givenName": "b" }),
        json!({ "name": { "GIVENNAME": "a" }, in_core("name.givenName"): "b" }),
        json!({ "name": "a", "name.givenName": "b" }),
        json!({ in_core("name"): { "familyName": "a" }, "name": { "givenName": "b" } }),
        json!({ in_extension("department"): "a", ENTERPRISE: { "department": "b" } }),
        json!({ in_extension("manager.value"): "a", ENTERPRISE: { "manager": "b" } }),
        json!({ ENTERPRISE: { "manager": { "value": "a" }, "manager.value": "b" } }),
    ];
    let lenient = [
        json!({ "department": "a", ENTERPRISE: { "department": "b" } }),
        json!({ "department": "a", in_extension("department"): "b" }),
        json!({ "emails": [{ "value": "a" }], "emails.value": "b" }),
        json!({ "emails.value": "a", in_core("emails.value"): "b" }),
        json!({ "emails[type eq \"work\"].value": "a", "emails[ type eq \"work\" ].value": "b" }),
        json!({ "emails[type eq \"work\"].value": "a", "emails[type eq \"work\"].type": "home" }),
    ];
    for (provider, cases) in [
        (Provider::strict(), always.to_vec()),
        (Provider::lenient(), [always.to_vec(), lenient.to_vec()].concat()),
    ] {
        for sent in cases {
            for outcome in each_way(&provider, &WHOLE, ("/Users", &base(), &stored()), &sent).await
            {
                assert_eq!(
                    (outcome.status, &outcome.scim_type),
                    (400, &json!("invalidSyntax")),
                    "{sent}: {outcome:?}"
                );
                let changed = outcome.way == Way::Put;
                assert!(!changed || holds(&outcome.resource, &stored()), "{sent}: {outcome:?}");
            }
        }
    }
}

#[tokio::test]
async fn values_of_lists_are_made_as_they_are_described() {
    let work = json!({ "value": "a@example.com", "type": "work" });
    let home = json!({ "value": "b@example.com", "type": "home" });
    let cases = [
        (json!({ "emails.value": "a@example.com", "emails.type": "work" }), vec![work.clone()]),
        (json!({ "emails[type eq \"work\"].value": "a@example.com" }), vec![work.clone()]),
        (json!({ "emails[type eq \"work\"]": { "VALUE": "a@example.com" } }), vec![work.clone()]),
        (
            json!({ "emails[type eq \"work\"].value": "a@example.com", "emails[type eq \"home\"].value": "b@example.com" }),
            vec![work.clone(), home],
        ),
        // What kind of value it is says nothing where there is no value.
        (json!({ "emails[type eq \"work\"].value": null }), vec![]),
        (json!({ "emails[type eq \"work\"]": { "value": null, "display": [] } }), vec![]),
        (
            json!({ "emails[type eq \"work\"].value": "a@example.com", "emails[type eq \"home\"].value": null }),
            vec![work],
        ),
    ];
    let (lenient, strict) = (Provider::lenient(), Provider::strict());
    for (sent, expected) in cases {
        for outcome in each_way(&lenient, &WHOLE, ("/Users", &base(), &stored()), &sent).await {
            let emails = outcome.resource["emails"].as_array().cloned().unwrap_or_default();
            assert_eq!(emails.len(), expected.len(), "{sent}: {outcome:?}");
            assert!(expected.iter().all(|email| emails.contains(email)), "{sent}: {outcome:?}");
        }
        for outcome in each_way(&strict, &WHOLE, ("/Users", &base(), &stored()), &sent).await {
            assert_eq!(
                (outcome.status, &outcome.scim_type),
                (400, &json!("noTarget")),
                "{sent}: {outcome:?}"
            );
        }
    }
}

/// Neither is what nothing describes, and nobody becomes a member so.
#[tokio::test]
async fn no_identities_are_made() {
    let users = [
        json!({ "emails.type": "work" }),
        json!({ "emails[value eq \"gone@example.com\"].type": "work" }),
        json!({ "emails[type sw \"work\"].value": "a@example.com" }),
        json!({ "emails[type eq \"work\" or primary eq true].value": "a@example.com" }),
    ];
    for provider in [Provider::lenient(), Provider::strict()] {
        for sent in &users {
            for outcome in each_way(&provider, &WHOLE, ("/Users", &base(), &stored()), sent).await {
                assert_eq!(
                    (outcome.status, &outcome.scim_type),
                    (400, &json!("noTarget")),
                    "{sent}: {outcome:?}"
                );
            }
        }
        let one = provider.user("one").await;
        let stranger = format!("members[value eq \"{one}\"].display");
        for sent in [
            json!({ "members.value": one }),
            json!({ "members.display": "One" }),
            json!({ stranger: "One" }),
        ] {
            let member = json!({ "members": [{ "value": one }] });
            for outcome in
                each_way(&provider, &WHOLE, ("/Groups", &group("Tour Guides", &[]), &member), &sent)
                    .await
            {
                // Members stand in the group already, and once more under a path.
                assert_eq!(outcome.status, 400, "{sent}: {outcome:?}");
                assert!(
                    outcome.resource.is_null() || members(&outcome.resource) == [&*one],
                    "{sent}: {outcome:?}"
                );
            }
        }
        let sent = json!({ "name[type eq \"work\"].givenName": "Barbara" });
        for outcome in each_way(&provider, &WHOLE, ("/Users", &base(), &stored()), &sent).await {
            assert_eq!(
                (outcome.status, &outcome.scim_type),
                (400, &json!("invalidPath")),
                "{outcome:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_clients_may_not_set_is_left_out_under_a_path_too() {
    let sent = json!({ "meta.version": "W/\"7\"", "groups.value": "1", in_core("id"): "2", in_extension("manager.displayName"): "M", "displayName": "Ann" });
    for provider in [Provider::lenient(), Provider::strict()] {
        for outcome in each_way(&provider, &WHOLE, ("/Users", &base(), &json!({})), &sent).await {
            assert_eq!(outcome.resource["displayName"], "Ann", "{outcome:?}");
            let extension = outcome.resource.get(ENTERPRISE);
            assert_eq!((outcome.resource.get("groups"), extension), (None, None), "{outcome:?}");
            assert_ne!(id(&outcome.resource), "2");
        }
    }
}

#[tokio::test]
async fn what_leads_nowhere_is_unknown() {
    let sent = [
        json!({ "shoe.size": 42 }),
        json!({ "my key!": 1 }),
        json!({ "name.nick": "Babs" }),
        json!({ "urn:example:none:title": "x" }),
        json!({ in_extension("shoeSize"): 42 }),
        json!({ ENTERPRISE: { "manager.shoeSize": 42 } }),
        json!({ "": "x" }),
        json!({ "emails[": "x" }),
        json!({ USER: "x" }),
    ];
    let mut quirks = Quirks::STRICT;
    quirks.unknown_attributes = UnknownAttributes::Reject;
    let refusing = Provider::new(Setup { quirks, ..Setup::default() });
    let (lenient, strict) = (Provider::lenient(), Provider::strict());
    for sent in &sent {
        for provider in [&lenient, &strict] {
            for outcome in each_way(provider, &WHOLE, ("/Users", &base(), &stored()), sent).await {
                assert!(matches!(outcome.status, 200 | 201), "{sent}: {outcome:?}");
                assert!(outcome.rules.contains(&"unknown_attributes"), "{sent}: {outcome:?}");
            }
        }
        for outcome in each_way(&refusing, &WHOLE, ("/Users", &base(), &stored()), sent).await {
            assert_eq!(
                (outcome.status, &outcome.scim_type),
                (400, &json!("invalidSyntax")),
                "{sent}: {outcome:?}"
            );
        }
    }
}

#[tokio::test]
async fn references_to_new_resources_are_found_under_paths() {
    let boss = json!({ "method": "POST", "bulkId": "boss", "path": "/Users", "data": bjensen() });
    let keys = [
        in_extension("manager"),
        in_extension("manager.value"),
        "manager".to_owned(),
        "manager.value".to_owned(),
    ];
    let provider = Provider::lenient();
    for key in keys {
        let data =
            json!({ "schemas": [USER, ENTERPRISE], "userName": "ann", key.clone(): "bulkId:boss" });
        let made = json!({ "method": "POST", "bulkId": "ann", "path": "/Users", "data": data });
        let answer = ways::bulk(&provider, &json!([made, boss])).await;
        let paths: Vec<String> = answer.body["Operations"]
            .as_array()
            .expect("results")
            .iter()
            .map(|result| at(&json!({ "meta": result })))
            .collect();
        let ann = provider.read(&paths[0]).await;
        let manager = ann[ENTERPRISE]["manager"]["value"].as_str();
        assert_eq!(manager, Some(paths[1].trim_start_matches("/Users/")), "{key}: {ann}");
        for path in paths {
            assert_eq!(provider.delete(&path).await.status, 204);
        }
    }
}

/// As many as a body has room for: each is read once.
#[tokio::test]
async fn many_keys_are_read() {
    let mut limits = Limits::default();
    limits.json.max_members = 50_000;
    let provider = Provider::new(Setup { quirks: Quirks::LENIENT, limits, ..Setup::default() });
    let mut body = base();
    for number in 0..20_000 {
        body[format!("emails[type eq \"t{number}\"].value")] =
            json!(format!("a{number}@example.com"));
        body[format!("unknown.key{number}")] = json!(number);
    }
    let made = provider.create("/Users", &body).await;
    assert_eq!(made["emails"].as_array().map(Vec::len), Some(20_000));
}
