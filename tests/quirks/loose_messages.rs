//! Messages, paths and bodies that are not quite what they should be: read in `LENIENT`, refused in
//! `STRICT` (RFC 7644, Sections 3.2, 3.4.3, 3.5.2 and 3.7; A-63).

use scimwire::Quirks;
use scimwire::dispatch::Features;
use serde_json::{Value, json};

use support::writes::provider::{Answer, PATCH_OP, Provider, Setup, at, id};
use support::writes::samples::{ENTERPRISE, USER, bjensen, user};
use support::writes::ways::{self, BULK_REQUEST, Way, each_way};

const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// What `schemas` can be where they should name the message; none is a message without.
fn other_schemas(message: &str) -> [Option<Value>; 7] {
    let (other, of_none) =
        (json!([USER]), json!(["urn:example:none", SEARCH_REQUEST.replace("Search", "Other")]));
    [
        None,
        Some(json!(null)),
        Some(json!([])),
        Some(json!("")),
        Some(json!(message)),
        Some(other),
        Some(of_none),
    ]
}

/// What they cannot be.
fn no_schemas(message: &str) -> [Value; 4] {
    [json!(5), json!([5]), json!({ "0": message }), json!(true)]
}

fn with_schemas(mut message: Value, schemas: Option<Value>) -> Value {
    if let Some(schemas) = schemas {
        message["schemas"] = schemas;
    }
    message
}

/// Each message, without `schemas`, and where it is sent.
fn messages(user: &str) -> [(&'static str, String, &'static str, Value); 4] {
    let operation = json!({ "op": "replace", "path": "title", "value": "Guide" });
    let patch = json!({ "Operations": [operation] });
    [
        ("PATCH", user.to_owned(), PATCH_OP, patch),
        (
            "POST",
            "/Bulk".to_owned(),
            BULK_REQUEST,
            json!({ "Operations": [{ "method": "DELETE", "path": "/Users/none" }] }),
        ),
        (
            "POST",
            "/Users/.search".to_owned(),
            SEARCH_REQUEST,
            json!({ "filter": "userName eq \"bjensen\"" }),
        ),
        (
            "POST",
            "/.search".to_owned(),
            SEARCH_REQUEST,
            json!({ "filter": "userName eq \"bjensen\"" }),
        ),
    ]
}

#[track_caller]
fn reports(answer: &Answer, rule: &str) {
    assert!(answer.rules.contains(&rule), "{rule}: {:?}", answer.rules);
}

#[tokio::test]
async fn messages_are_what_their_endpoint_takes() {
    let (lenient, strict) = (Provider::lenient(), Provider::strict());
    for provider in [&lenient, &strict] {
        let path = provider.made("/Users", &bjensen()).await;
        for (method, path, schema, message) in messages(&path) {
            let right = with_schemas(message.clone(), Some(json!([schema.to_uppercase(), USER])));
            let answer = provider.send(method, &path, &[], right.to_string()).await;
            assert_eq!(
                (answer.status, answer.rules.contains(&"accept_unknown_schemas")),
                (200, false),
                "{path}: {}",
                answer.body
            );
            for schemas in other_schemas(schema) {
                let body = with_schemas(message.clone(), schemas).to_string();
                let answer = provider.send(method, &path, &[], &body).await;
                if std::ptr::eq(provider, &lenient) {
                    assert_eq!(answer.status, 200, "{body}: {}", answer.body);
                    reports(&answer, "accept_unknown_schemas");
                } else {
                    let detail = answer.refused("invalidSyntax");
                    assert!(detail.contains(schema), "{detail}");
                }
            }
            for schemas in no_schemas(schema) {
                let body = with_schemas(message.clone(), Some(schemas)).to_string();
                provider.send(method, &path, &[], body).await.refused("invalidSyntax");
            }
        }
    }
}

#[tokio::test]
async fn a_patch_in_a_bulk_request_needs_no_schemas_and_no_message() {
    let operations = json!([{ "op": "replace", "path": "title", "value": "Guide" }]);
    let wholes = other_schemas(PATCH_OP)
        .into_iter()
        .map(|schemas| with_schemas(json!({ "Operations": operations }), schemas));
    let data = wholes
        .map(|data| (data, "accept_unknown_schemas"))
        .chain([(operations.clone(), "bare_operations")]);
    let (lenient, strict) = (Provider::lenient(), Provider::strict());
    let paths = [lenient.made("/Users", &bjensen()).await, strict.made("/Users", &bjensen()).await];
    for (data, rule) in data {
        let answer =
            ways::bulk(&lenient, &json!([{ "method": "PATCH", "path": paths[0], "data": data }]))
                .await;
        assert_eq!(answer.body["Operations"][0]["status"], "200", "{data}: {}", answer.body);
        reports(&answer, rule);
        let answer =
            ways::bulk(&strict, &json!([{ "method": "PATCH", "path": paths[1], "data": data }]))
                .await;
        let result = &answer.body["Operations"][0];
        assert_eq!(
            (&result["status"], &result["response"]["scimType"]),
            (&json!("400"), &json!("invalidSyntax")),
            "{data}"
        );
        assert_eq!(answer.rules, [] as [&str; 0]);
    }
    assert_eq!(lenient.read(&paths[0]).await["title"], "Guide");
    assert_eq!(strict.read(&paths[1]).await["title"], "Tour Guide");
}

#[tokio::test]
async fn bare_operations_are_those_of_a_patch() {
    let provider = Provider::lenient();
    let path = provider.made("/Users", &bjensen()).await;
    let made =
        json!({ "method": "POST", "path": "/Users", "bulkId": "boss", "data": user("boss") });
    let manager = json!([{ "op": "add", "path": "manager", "value": "bulkId:boss" }]);
    let answer =
        ways::bulk(&provider, &json!([{ "method": "patch", "path": path, "data": manager }, made]))
            .await;
    let boss = at(&json!({ "meta": answer.body["Operations"][1] }));
    assert_eq!(
        answer.rules.iter().filter(|rule| **rule == "bare_operations").count(),
        1,
        "{:?}",
        answer.rules
    );
    let manager = &provider.read(&path).await[ENTERPRISE]["manager"];
    assert_eq!(manager["value"].as_str(), Some(boss.trim_start_matches("/Users/")));
    for (method, path) in [("PUT", &*path), ("POST", "/Users")] {
        let operation =
            json!({ "method": method, "path": path, "bulkId": "a", "data": [{ "op": "add" }] });
        let answer = ways::bulk(&provider, &json!([operation])).await;
        assert_eq!(
            answer.body["Operations"][0]["response"]["scimType"], "invalidSyntax",
            "{method}"
        );
    }
    // What is in the list is read as in any other message.
    for data in [
        json!([]),
        json!(["add"]),
        json!([[{ "op": "add" }]]),
        json!([{ "op": "move", "path": "title" }]),
    ] {
        let answer =
            ways::bulk(&provider, &json!([{ "method": "PATCH", "path": path, "data": data }]))
                .await;
        assert_eq!(answer.body["Operations"][0]["response"]["scimType"], "invalidSyntax", "{data}");
    }
}

#[tokio::test]
async fn names_in_a_search_are_one_text() {
    let (lenient, strict) = (Provider::lenient(), Provider::strict());
    let cases = [
        (json!({ "attributes": "userName, title" }), "title", "externalId"),
        (json!({ "ATTRIBUTES": "title" }), "title", "userName"),
        (json!({ "excludedAttributes": "externalId,emails," }), "title", "externalId"),
    ];
    for provider in [&lenient, &strict] {
        provider.create("/Users", &bjensen()).await;
        for (parameters, shown, hidden) in &cases {
            let message = with_schemas(parameters.clone(), Some(json!([SEARCH_REQUEST])));
            let answer = provider.post("/Users/.search", &message).await;
            if std::ptr::eq(provider, &strict) {
                answer.refused("invalidValue");
                continue;
            }
            let found = &answer.body["Resources"][0];
            assert!(
                found.get(shown).is_some() && found.get(hidden).is_none(),
                "{parameters}: {}",
                answer.body
            );
            reports(&answer, "wrap_single_values");
        }
        let nothing = with_schemas(json!({ "attributes": 5 }), Some(json!([SEARCH_REQUEST])));
        provider.post("/Users/.search", &nothing).await.refused("invalidValue");
    }
    let all = with_schemas(json!({ "attributes": "" }), Some(json!([SEARCH_REQUEST])));
    let answer = lenient.post("/Users/.search", &all).await;
    assert_eq!(answer.body["Resources"][0]["title"], "Tour Guide");
}

#[tokio::test]
async fn no_errors_are_no_limit() {
    let failing = json!({ "method": "DELETE", "path": "/Users/none" });
    let message = |errors: Value| json!({ "schemas": [BULK_REQUEST], "failOnErrors": errors, "Operations": [failing, failing, failing] });
    let (lenient, strict) = (Provider::lenient(), Provider::strict());
    let answer = lenient.post("/Bulk", &message(json!(0))).await;
    assert_eq!((answer.status, answer.body["Operations"].as_array().map(Vec::len)), (200, Some(3)));
    reports(&answer, "zero_fail_on_errors");
    for none in [json!(0), json!(0.0), json!(-0.0)] {
        let answer = lenient.post("/Bulk", &message(none.clone())).await;
        assert_eq!(answer.status, 200, "{none}: {}", answer.body);
        reports(&answer, "zero_fail_on_errors");
        strict.post("/Bulk", &message(none)).await.refused("invalidValue");
    }
    for provider in [&lenient, &strict] {
        for two in [json!(2), json!(2.0)] {
            let answer = provider.post("/Bulk", &message(two)).await;
            assert_eq!(
                (answer.body["Operations"].as_array().map(Vec::len), answer.rules.as_slice()),
                (Some(2), [].as_slice())
            );
        }
        for errors in [json!(-1), json!("0"), json!(0.5), json!(-1.0), json!([0])] {
            provider.post("/Bulk", &message(errors)).await.refused("invalidValue");
        }
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_a_body() {
    let (lenient, strict) = (Provider::lenient(), Provider::strict());
    for provider in [&lenient, &strict] {
        let path = provider.made("/Users", &bjensen()).await;
        let search = json!({ "schemas": [SEARCH_REQUEST], "count": 1 });
        let bulk = json!({ "schemas": [BULK_REQUEST], "Operations": [] });
        let patch =
            json!({ "schemas": [PATCH_OP], "Operations": [{ "op": "remove", "path": "title" }] });
        let requests = [
            ("POST", "/Users", user("ann")),
            ("PUT", &*path, bjensen()),
            ("PATCH", &*path, patch),
            ("POST", "/Users/.search", search),
            ("POST", "/Bulk", bulk),
        ];
        for (method, path, body) in requests {
            let marked = format!("\u{feff}{body}");
            let answer = provider.send(method, path, &[], marked).await;
            if std::ptr::eq(provider, &lenient) {
                assert!(matches!(answer.status, 200 | 201), "{method} {path}: {}", answer.body);
                reports(&answer, "byte_order_mark");
            } else {
                answer.refused("invalidSyntax");
            }
            for broken in [
                format!("\u{feff}\u{feff}{body}"),
                format!("{body}\u{feff}"),
                format!(" \u{feff}{body}"),
                "\u{feff}".to_owned(),
            ] {
                provider.send(method, path, &[], broken).await.refused("invalidSyntax");
            }
        }
    }
}

#[tokio::test]
async fn endpoints_are_found_in_any_case() {
    let (lenient, strict) = (Provider::lenient(), Provider::strict());
    let paths = [
        "/users",
        "/USERS?count=1",
        "/groups",
        "/assets",
        "/serviceproviderconfig",
        "/ServiceproviderConfigs",
        "/resourcetypes",
        "/resourceTypes/User",
        "/schemas",
        "/SCHEMAS/urn:ietf:params:scim:schemas:core:2.0:User",
    ];
    for path in paths {
        let answer = lenient.get(path).await;
        assert_eq!(
            (answer.status, answer.rules.as_slice()),
            (200, ["endpoint_case"].as_slice()),
            "{path}: {}",
            answer.body
        );
        strict.get(path).await.failed(404, None);
    }
    let searched = json!({ "schemas": [SEARCH_REQUEST] });
    for (path, body) in [
        ("/users/.search", &searched),
        ("/bulk", &json!({ "schemas": [BULK_REQUEST], "Operations": [] })),
    ] {
        let answer = lenient.post(path, body).await;
        assert_eq!(
            (answer.status, answer.rules.as_slice()),
            (200, ["endpoint_case"].as_slice()),
            "{path}"
        );
        strict.post(path, body).await.failed(404, None);
    }
    for provider in [&lenient, &strict] {
        provider
            .get("/me")
            .await
            .failed(if std::ptr::eq(provider, &lenient) { 501 } else { 404 }, None);
        provider.get("/Me").await.failed(501, None);
        for nowhere in ["/user", "/Users2", "/\u{17f}chemas"] {
            provider.get(nowhere).await.failed(404, None);
        }
    }
}

#[tokio::test]
async fn one_resource_is_found_below_an_endpoint_in_any_case() {
    let (lenient, strict) = (Provider::lenient(), Provider::strict());
    for provider in [&lenient, &strict] {
        let is_lenient = std::ptr::eq(provider, &lenient);
        let answer = provider.post("/users", &bjensen()).await;
        assert_eq!(answer.status, if is_lenient { 201 } else { 404 });
        let made =
            if is_lenient { answer.body } else { provider.create("/Users", &bjensen()).await };
        let path = format!("/users/{}", id(&made));
        let operations = json!([{ "op": "replace", "path": "title", "value": "Guide" }]);
        let patch = json!({ "schemas": [PATCH_OP], "Operations": operations });
        for (method, body) in [("PUT", bjensen()), ("PATCH", patch), ("DELETE", json!({}))] {
            let answer =
                ways::bulk(provider, &json!([{ "method": method, "path": path, "data": body }]))
                    .await;
            let expected = match (is_lenient, method) {
                (false, _) => "404",
                (true, "DELETE") => "204",
                (true, _) => "200",
            };
            assert_eq!(
                answer.body["Operations"][0]["status"], expected,
                "{method}: {}",
                answer.body
            );
            assert_eq!(answer.rules.contains(&"endpoint_case"), is_lenient, "{method}");
            if is_lenient && method != "DELETE" {
                let location =
                    answer.body["Operations"][0]["location"].as_str().expect("a location");
                assert!(location.ends_with(&format!("/Users/{}", id(&made))), "{location}");
                assert_eq!(provider.send(method, &path, &[], body.to_string()).await.status, 200);
            }
        }
    }
}

#[tokio::test]
async fn an_object_with_a_value_is_that_value() {
    let (lenient, strict) = (Provider::lenient(), Provider::strict());
    let cases = [
        (json!({ "displayName": [{ "value": "Babs" }] }), "displayName", json!("Babs")),
        (json!({ "displayName": { "value": "Babs" } }), "displayName", json!("Babs")),
        (json!({ "title": [{ "VALUE": "Guide" }] }), "title", json!("Guide")),
        (json!({ "active": { "value": "False" } }), "active", json!(false)),
        (json!({ "nickName": [{ "value": "" }] }), "nickName", Value::Null),
        (
            json!({ "name": { "givenName": [{ "value": "Barbara" }] } }),
            "name",
            json!({ "givenName": "Barbara" }),
        ),
        (
            json!({ "emails": [{ "value": { "value": "a@example.com" } }] }),
            "emails",
            json!([{ "value": "a@example.com" }]),
        ),
    ];
    for (sent, name, expected) in &cases {
        for outcome in
            each_way(&lenient, &Way::ALL, ("/Users", &user("bjensen"), &json!({})), sent).await
        {
            assert_eq!(&outcome.resource[name], expected, "{sent}: {outcome:?}");
            assert!(outcome.rules.contains(&"complex_value_as_scalar"), "{sent}: {outcome:?}");
        }
        for outcome in
            each_way(&strict, &Way::ALL, ("/Users", &user("bjensen"), &json!({})), sent).await
        {
            assert_eq!(
                (outcome.status, &outcome.scim_type),
                (400, &json!("invalidValue")),
                "{sent}: {outcome:?}"
            );
        }
    }
    let wrong = [
        json!({ "displayName": [{ "value": "Babs", "type": "work" }] }),
        json!({ "displayName": [{ "value": "Babs" }, { "value": "Barbara" }] }),
        json!({ "displayName": { "value": { "value": "Babs" } } }),
        json!({ "displayName": { "value": ["Babs"] } }),
        json!({ "displayName": { "display": "Babs" } }),
        json!({ "displayName": {} }),
        json!({ "displayName": { "value": 5 } }),
    ];
    for provider in [&lenient, &strict] {
        for sent in &wrong {
            for outcome in
                each_way(provider, &Way::ALL, ("/Users", &user("bjensen"), &json!({})), sent).await
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
async fn a_password_is_a_text_and_nothing_else() {
    let mut features = Features::default();
    features.change_password = true;
    let setup = Setup { quirks: Quirks::LENIENT, features, ..Setup::default() };
    let provider = Provider::new(setup);
    let sent = json!({ "password": { "value": "t1meMa$heen" } });
    for outcome in
        each_way(&provider, &Way::ALL, ("/Users", &user("bjensen"), &json!({})), &sent).await
    {
        assert_eq!(
            (outcome.status, &outcome.scim_type),
            (400, &json!("invalidValue")),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn schemas_of_a_resource_are_one_text() {
    let (lenient, strict) = (Provider::lenient(), Provider::strict());
    let path = lenient.made("/Users", &user("bjensen")).await;
    let made = strict.made("/Users", &user("bjensen")).await;
    for (schemas, rules) in [
        (json!(USER), ["wrap_single_values"].as_slice()),
        (json!(""), &["accept_unknown_schemas"]),
        (json!("urn:example:none"), &["wrap_single_values", "accept_unknown_schemas"]),
    ] {
        let mut body = user("bjensen");
        body["schemas"] = schemas.clone();
        let operations = json!([
            { "method": "PUT", "path": path, "data": body },
            { "method": "POST", "path": "/Users", "bulkId": "ann", "data": { "schemas": schemas, "userName": "ann" } }
        ]);
        let answer = lenient.put(&path, &body).await;
        assert_eq!(answer.ok()["schemas"], json!([USER]));
        let answer = ways::bulk(&lenient, &operations).await;
        assert_eq!(answer.body["Operations"][1]["status"], "201", "{}", answer.body);
        for rule in rules {
            reports(&answer, rule);
        }
        lenient.delete(&at(&json!({ "meta": answer.body["Operations"][1] }))).await;
        strict.put(&made, &body).await.refused("invalidSyntax");
        body["userName"] = json!("ann");
        strict.post("/Users", &body).await.refused("invalidSyntax");
    }
}

/// `2` and `2.0` are one number (RFC 8259, Section 6).
#[tokio::test]
async fn whole_numbers_are_written_with_a_fraction_of_nothing() {
    let search = |parameters: Value| with_schemas(parameters, Some(json!([SEARCH_REQUEST])));
    for provider in [Provider::lenient(), Provider::strict()] {
        for name in ["ann", "bob", "cid"] {
            provider.create("/Users", &user(name)).await;
        }
        for (parameters, start, names) in [
            (json!({ "startIndex": 2.0, "count": 1.0 }), 2, vec!["bob"]),
            (json!({ "startIndex": 2e0, "count": 1e3 }), 2, vec!["bob", "cid"]),
            (json!({ "count": -0.0 }), 1, vec![]),
        ] {
            let page = provider.post("/Users/.search", &search(parameters.clone())).await.ok();
            let found = page["Resources"].as_array().map(Vec::as_slice).unwrap_or_default();
            let found: Vec<&str> =
                found.iter().filter_map(|user| user["userName"].as_str()).collect();
            let counted = (&page["totalResults"], &page["startIndex"]);
            assert_eq!((counted, found), ((&json!(3), &json!(start)), names), "{parameters}");
        }
        for wrong in [
            json!({ "count": 1.5 }),
            json!({ "startIndex": 0.1 }),
            json!({ "count": "1.0" }),
            json!({ "count": 1e30 }),
            json!({ "startIndex": -1e300 }),
        ] {
            provider.post("/Users/.search", &search(wrong)).await.refused("invalidValue");
        }
    }
}

/// Each tolerance by the switch of that name, and by no other.
#[tokio::test]
async fn each_switch_is_by_itself() {
    let operation = json!({ "op": "replace", "path": "title", "value": "Guide" });
    let deletion = json!({ "method": "DELETE", "path": "/Users/none" });
    type Off = fn(&mut Quirks);
    let posts: [(Off, &str, Value); 11] = [
        (
            |quirks| quirks.complex_value_as_scalar = false,
            "/Users",
            json!({ "schemas": [USER], "userName": "a", "title": { "value": "x" } }),
        ),
        (
            |quirks| quirks.unwrap_singleton_arrays = false,
            "/Users",
            json!({ "schemas": [USER], "userName": "b", "title": [{ "value": "x" }] }),
        ),
        (
            |quirks| quirks.wrap_single_values = false,
            "/Users",
            json!({ "schemas": [USER], "userName": "c", "emails": "a@example.com" }),
        ),
        (
            |quirks| quirks.scalar_as_complex_value = false,
            "/Users",
            json!({ "schemas": [USER], "userName": "d", "emails": "a@example.com" }),
        ),
        (
            |quirks| quirks.scalar_as_complex_value = false,
            "/Users",
            json!({ "schemas": [USER], "userName": "e", "roles": ["ADMIN"] }),
        ),
        (
            |quirks| quirks.wrap_single_values = false,
            "/Users",
            json!({ "schemas": USER, "userName": "f" }),
        ),
        (
            |quirks| quirks.wrap_single_values = false,
            "/Users/.search",
            json!({ "schemas": [SEARCH_REQUEST], "attributes": "title" }),
        ),
        (
            |quirks| quirks.accept_unknown_schemas = false,
            "/Users/.search",
            json!({ "attributes": ["title"] }),
        ),
        (
            |quirks| quirks.accept_unknown_schemas = false,
            "/Bulk",
            json!({ "Operations": [deletion] }),
        ),
        (
            |quirks| quirks.zero_fail_on_errors = false,
            "/Bulk",
            json!({ "schemas": [BULK_REQUEST], "failOnErrors": 0, "Operations": [deletion] }),
        ),
        (
            |quirks| quirks.endpoint_case = false,
            "/users",
            json!({ "schemas": [USER], "userName": "g" }),
        ),
    ];
    let lenient = Provider::lenient();
    for (off, path, body) in posts {
        let mut quirks = Quirks::LENIENT;
        off(&mut quirks);
        let without = Provider::new(Setup { quirks, ..Setup::default() });
        assert!(matches!(lenient.post(path, &body).await.status, 200 | 201), "{path}: {body}");
        let answer = without.post(path, &body).await;
        assert_eq!(answer.status, if path == "/users" { 404 } else { 400 }, "{path}: {body}");
    }
    let mut quirks = Quirks::LENIENT;
    quirks.bare_operations = false;
    quirks.byte_order_mark = false;
    let without = Provider::new(Setup { quirks, ..Setup::default() });
    let path = without.made("/Users", &bjensen()).await;
    let answer =
        ways::bulk(&without, &json!([{ "method": "PATCH", "path": path, "data": [operation] }]))
            .await;
    assert_eq!(answer.body["Operations"][0]["response"]["scimType"], "invalidSyntax");
    without
        .send("POST", "/Users", &[], format!("\u{feff}{}", user("ann")))
        .await
        .refused("invalidSyntax");
}
