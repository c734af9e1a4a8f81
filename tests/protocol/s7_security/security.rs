//! What stands in URLs, logs and headers (RFC 7644, Section 7).

use http::Request;
use scimwire::dispatch::{BuildError, RequestReport};
use scimwire::schema::ENTERPRISE_USER;
use scimwire::{Dispatcher, MemoryStore, Quirks, ResourceType};
use serde_json::{Value, json};

use support::reads::provider::{BASE, Provider, escaped, id};
use support::reads::samples::{DEVICE, ENTERPRISE, USER, device, user};

/// A service provider of users with these attributes sensitive.
fn with_sensitive(attributes: &[&'static str]) -> Result<Dispatcher, BuildError> {
    let users = ResourceType::user().with_extension(ENTERPRISE_USER);
    let store = MemoryStore::new(users);
    let builder = Dispatcher::builder(BASE).store(store).unauthenticated();
    builder.sensitive_attributes(attributes.iter().copied()).build()
}

async fn answer(scim: &Dispatcher, request: Request<String>) -> (u16, Value) {
    let response = scim.dispatch(request).await;
    (response.status().as_u16(), serde_json::from_slice(response.body()).expect("JSON"))
}

#[tokio::test]
async fn filters_on_sensitive_attributes_do_not_belong_into_urls() {
    // P-7.5.2-01, P-3.12-13, A-76
    let employee_number = format!("{ENTERPRISE}:employeeNumber");
    let attributes = [
        "EMAILS",
        "name.familyName",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
    ];
    let scim = with_sensitive(&attributes).expect("users have them");
    let refused = [
        "emails pr",
        "emails.value eq \"x\"",
        "emails[type eq \"work\" and value co \"x\"]",
        "title pr and not (emails.type eq \"x\")",
        "name.familyName sw \"x\" or userName eq \"x\"",
        "NAME.FAMILYNAME pr",
        &format!("{employee_number} eq \"7\""),
        &format!("{USER}:emails pr"),
    ];
    let taken = [
        "userName eq \"emails\"",
        "name.givenName pr",
        "phoneNumbers pr",
        &format!("{ENTERPRISE}:department pr"),
    ];
    for (filters, status) in [(&refused[..], 403), (&taken[..], 200)] {
        for filter in filters {
            for path in ["/Users", "/"] {
                let get = Request::get(format!("{path}?filter={}", escaped(filter)))
                    .body(String::new())
                    .expect("a request");
                let (given, body) = answer(&scim, get).await;
                assert_eq!(given, status, "{filter}: {body}");
                if status == 403 {
                    assert_eq!(
                        (&body["scimType"], &body["status"]),
                        (&json!("sensitive"), &json!("403")),
                        "{filter}"
                    );
                    assert!(
                        body["detail"]
                            .as_str()
                            .is_some_and(|detail| detail.contains("POST to `.search`")),
                        "{body}"
                    );
                }
                let head = Request::head(format!("{path}?filter={}", escaped(filter)))
                    .body(String::new())
                    .expect("a request");
                assert_eq!(scim.dispatch(head).await.status(), status, "HEAD {filter}");
                let search = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": filter });
                let post = Request::post(format!("{}/.search", path.trim_end_matches('/')))
                    .header("content-type", "application/scim+json");
                assert_eq!(
                    answer(&scim, post.body(search.to_string()).expect("a request")).await.0,
                    200,
                    "{filter}"
                );
            }
        }
    }
}

#[test]
fn sensitive_attributes_that_nobody_has_are_a_mistake() {
    //
    assert!(with_sensitive(&[]).is_ok());
    for name in ["mail", "name.familyname.x", "", "emails[type eq \"work\"]"] {
        let leaked: &'static str = name;
        assert_eq!(
            with_sensitive(&[leaked]).expect_err("nobody has it"),
            BuildError::UnknownAttribute(name.to_owned())
        );
    }
}

#[tokio::test]
async fn a_deviation_shows_no_values() {
    // S-9.3-01, P-7.5.2-02: deviations go into logs.
    let users = ResourceType::user().with_extension(ENTERPRISE_USER);
    let store = MemoryStore::new(users.clone());
    let mut quirks = Quirks::LENIENT;
    quirks.ignore_unknown_paths = true;
    let scim = Dispatcher::builder(BASE)
        .store(store)
        .unauthenticated()
        .quirks(quirks)
        .build()
        .expect("all is there");
    let send = async |method: &str, path: &str, body: Value| {
        let request =
            Request::builder().method(method).uri(path).header("content-type", "application/json");
        scim.dispatch(request.body(body.to_string()).expect("a request")).await
    };
    let made = send("POST", "/Users", user("bjensen")).await;
    let made: Value = serde_json::from_slice(made.body()).expect("JSON");
    let path = format!("/Users/{}", id(&made));
    let operations = [
        json!({ "op": "Add", "value": { "emails[type eq \"s3cret\"].value": "s3cret@example.com" } }),
        json!({ "op": "Add", "value": { "nothing[type eq \"s3cret\"].value": "s3cret" } }),
        json!({ "op": "Add", "value": { "name.givenName": "s3cret" } }),
        json!({ "op": "Add", "path": "nothing[value eq \"s3cret\"]", "value": "s3cret" }),
        json!({ "op": "Add", "path": "nothing[value eq \"s3cret\" and a pr].value", "value": "s3cret" }),
        json!({ "op": "Add", "path": "emails[type eq \"s3cret\"].primary", "value": "True" }),
        json!({ "op": "Add", "path": "department", "value": "s3cret" }),
        json!({ "op": "Add", "path": "active", "value": "False" }),
        json!({ "op": "Add", "path": "manager", "value": "s3cret" }),
        json!({ "op": "Remove", "path": "emails", "value": [{ "value": "s3cret@example.com" }] }),
        json!({ "op": "Remove", "path": "nothing eq \"s3cret\"" }),
    ];
    let mut seen = 0;
    for operation in operations {
        let message = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation] });
        let response = send("PATCH", &path, message).await;
        let report = response.extensions().get::<RequestReport>().expect("a report");
        let said: Vec<String> =
            report.deviations.iter().map(|one| format!("{one} {one:?}")).collect();
        assert!(
            !said.is_empty() && !said.iter().any(|text| text.contains("s3cret")),
            "{operation}: {said:?}"
        );
        seen += said.len();
    }
    assert!(seen > 20, "each operation is a departure in some way besides its case: {seen}");
    let queries = [
        "?FILTER=userName+eq+%22s3cret%22",
        "?filter=userName+eq+%22s3cret+x%22",
        "?filter=active+eq+%22True%22+or+userName+eq+%22s3cret%22",
        "?filter=emails%5Btype+eq+%22s3cret%22%5D.value+eq+%22s3cret%22",
        "?filter=manager+eq+%22s3cret%22",
        "?access_token=s3cret&count=-1",
    ];
    for query in queries {
        let response = send("GET", &format!("/Users{query}"), Value::Null).await;
        let report = response.extensions().get::<RequestReport>().expect("a report");
        let said: Vec<String> =
            report.deviations.iter().map(|one| format!("{one} {one:?}")).collect();
        assert!(
            !said.is_empty() && !said.iter().any(|text| text.contains("s3cret")),
            "{query}: {said:?}"
        );
    }
}

#[tokio::test]
async fn hostile_text_is_text() {
    // P-7.7-01: what looks like SQL, markup, a header or a path is kept and found as it is, or
    // refused.
    let provider = Provider::strict();
    let texts = [
        "'; DROP TABLE users; --",
        "\" or \"1\" eq \"1",
        "x\r\nSet-Cookie: a=b",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "%00 %2e%2e/",
        "${jndi:ldap://example.com}",
        "{{7*7}} \\u0000",
        "\u{202e}desrever",
        "*)(uid=*",
    ];
    for (index, text) in texts.iter().enumerate() {
        let mut body = user(&format!("user{index}"));
        body["title"] = json!(text);
        body["externalId"] = json!(text);
        let made = provider.create("/Users", body).await;
        assert_eq!(made["title"], *text);
        let literal = serde_json::to_string(text).expect("a JSON string");
        for filter in [
            format!("title eq {literal}"),
            format!("externalId eq {literal}"),
            format!("title co {literal}"),
        ] {
            let found = provider.search("/Users", json!({ "filter": filter })).await;
            assert_eq!(found.names(), [format!("user{index}")], "{filter}");
        }
        let answers = [
            provider.get(&format!("/Users/{}", escaped(text))).await,
            provider.put(&format!("/Users/{}", escaped(text)), user("x")).await,
            provider.delete(&format!("/Users/{}", escaped(text))).await,
            provider.get(&format!("/Schemas/{}", escaped(text))).await,
        ];
        for answer in answers {
            assert_eq!((answer.status, answer.headers.get("set-cookie")), (404, None), "{text}");
        }
        assert_eq!(provider.get("/Users").await.body["totalResults"], index + 1);
    }
    // A bare filter of that kind is refused.
    for text in texts {
        assert_eq!(provider.filter("/Users", text).await.status, 400, "{text}");
    }
    // Keys are looked up in the schema, and in nothing else.
    let hostile = json!({ "__proto__": { "admin": true }, "constructor": 1, "$where": "1", "": 2 });
    let mut keyed = device("A1", json!({}));
    keyed
        .as_object_mut()
        .expect("an object")
        .extend(hostile.as_object().expect("an object").clone());
    let made = provider.create("/Devices", keyed).await;
    let keys: Vec<&String> = made.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["id", "meta", "schemas", "serial"], "{DEVICE}");
}

#[tokio::test]
async fn what_is_asked_about_a_secret_is_not_said_again() {
    // P-7.5.2-02, S-9.2-01
    let ask = |path: &str, value: &str| {
        [
            format!("password {path} \"{value}\""),
            format!("password[value {path} \"{value}\"]"),
            format!("password {path} \"{value}"),
            format!("password {path} '{value}'"),
            format!("(userName pr and password {path} \"{value}\""),
            format!("{USER}:password {path} \"{value}\" and"),
        ]
    };
    for provider in [Provider::strict(), Provider::lenient()] {
        let bjensen = id(&provider.create("/Users", user("bjensen")).await).to_owned();
        for text in ["eq", "zz", "sw"].iter().flat_map(|operator| ask(operator, "t1ger")) {
            let search = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": text, "sortBy": text });
            let operation = |op: &str| json!({ "op": op, "path": text, "value": "x" });
            let patch = |op: &str| json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation(op)] });
            let key = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [{ "op": "add", "value": { (text.clone()): "x" } }] });
            let one = format!("/Users/{bjensen}");
            let requests = [
                ("GET", format!("/Users?filter={}", escaped(&text)), Value::Null),
                ("GET", format!("/Users?sortBy={}", escaped(&text)), Value::Null),
                ("GET", format!("/Users?attributes={}", escaped(&text)), Value::Null),
                ("POST", "/Users/.search".to_owned(), search),
                ("PATCH", one.clone(), patch("replace")),
                ("PATCH", one.clone(), patch("remove")),
                ("PATCH", one.clone(), key),
                (
                    "PUT",
                    one,
                    json!({ "schemas": [USER], "userName": "bjensen", (text.clone()): 1 }),
                ),
            ];
            for (method, path, body) in requests {
                let answer = provider.send(method, &path, (!body.is_null()).then_some(body)).await;
                let noticed: Vec<String> =
                    answer.report.deviations.iter().map(ToString::to_string).collect();
                let said = answer.body.to_string();
                assert!(
                    !said.contains("t1ger") && !noticed.concat().contains("t1ger"),
                    "{method} {path}: {said} {noticed:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn no_store_takes_a_nul() {
    let provider = Provider::strict();
    let bjensen = id(&provider.create("/Users", user("bjensen")).await).to_owned();
    let group = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Guides" });
    let group = id(&provider.create("/Groups", group).await).to_owned();
    let (one, group) = (format!("/Users/{bjensen}"), format!("/Groups/{group}"));
    for (name, value) in [
        ("title", json!("a\u{0}")),
        ("name", json!({ "familyName": "\u{0}" })),
        ("emails", json!([{ "value": "a\u{0}b" }])),
    ] {
        let mut body = user("ann");
        body[name] = value.clone();
        provider.post("/Users", body.clone()).await.refused("invalidValue");
        body["userName"] = json!("bjensen");
        provider.put(&one, body).await.refused("invalidValue");
        provider
            .patch(&one, json!([{ "op": "replace", "path": name, "value": value }]))
            .await
            .refused("invalidValue");
    }
    let member = json!([{ "value": bjensen, "display": "\u{0}" }]);
    provider
        .patch(
            &group,
            json!([{ "op": "add", "path": "members", "value": [{ "value": "a\u{0}" }] }]),
        )
        .await
        .refused("invalidValue");
    provider
        .patch(&group, json!([{ "op": "add", "path": "members", "value": member }]))
        .await
        .refused("invalidValue");
    assert_eq!(provider.get(&group).await.ok()["members"], Value::Null, "nothing was kept");
    assert_eq!(provider.get(&one).await.ok()["title"], Value::Null);
}
