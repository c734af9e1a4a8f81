use http::{HeaderMap, HeaderName, HeaderValue};
use hyper::body::Bytes;
use serde_json::json;

use super::*;

/// A check, a document it holds for, and one it does not hold for.
const CHECKS: &[(&str, &str, &str)] = &[
    (r#"{"path": "$.a", "eq": "x"}"#, r#"{"a": "x"}"#, r#"{"a": "y"}"#),
    (r#"{"path": "$.a", "eq": "1"}"#, r#"{"a": "1"}"#, r#"{"a": 1}"#),
    (r#"{"path": "$.a", "eq": true}"#, r#"{"a": true}"#, r#"{"a": "True"}"#),
    (r#"{"path": "$.a", "eq": null}"#, r#"{"a": null}"#, "{}"),
    (r#"{"path": "$[*]", "eq": 1}"#, "[1]", "[1, 1]"),
    (r#"{"path": "$.a", "ne": "x"}"#, r#"{"a": "y"}"#, r#"{"a": "x"}"#),
    (r#"{"path": "$.a", "ne": "x"}"#, r#"{"a": null}"#, "{}"),
    (r#"{"path": "$.a", "exists": true}"#, r#"{"a": ""}"#, r#"{"a": null}"#),
    (r#"{"path": "$.a", "exists": false}"#, r#"{"a": null}"#, r#"{"a": []}"#),
    (r#"{"path": "$.a", "present": false}"#, "{}", r#"{"a": null}"#),
    (r#"{"path": "$.a", "present": true}"#, r#"{"a": null}"#, "{}"),
    (r#"{"path": "$.a", "empty": true}"#, r#"{"a": ""}"#, r#"{"a": "x"}"#),
    (r#"{"path": "$[*]", "empty": true}"#, r#"[null, ""]"#, r#"["", []]"#),
    (r#"{"path": "$.a", "type": "string"}"#, r#"{"a": "1"}"#, r#"{"a": 1}"#),
    (r#"{"path": "$.a", "type": "number"}"#, r#"{"a": 1}"#, r#"{"a": true}"#),
    (r#"{"path": "$.a", "type": "boolean"}"#, r#"{"a": true}"#, r#"{"a": "true"}"#),
    (r#"{"path": "$.a", "type": "array"}"#, r#"{"a": []}"#, r#"{"a": {}}"#),
    (r#"{"path": "$.a", "type": "object"}"#, r#"{"a": {}}"#, r#"{"a": null}"#),
    (r#"{"path": "$.a", "len": 1}"#, r#"{"a": [1]}"#, r#"{"a": [1, 2]}"#),
    (r#"{"path": "$.a", "len": 1}"#, r#"{"a": [[]]}"#, r#"{"a": "x"}"#),
    (r#"{"path": "$[*]", "nodes": 2}"#, "[1, 1]", "[1]"),
    (r#"{"path": "$.a", "nodes": 0}"#, "{}", r#"{"a": null}"#),
    (r#"{"path": "$.a", "has": 1}"#, r#"{"a": [2, 1]}"#, r#"{"a": ["1"]}"#),
    (r#"{"path": "$.a", "has": "x"}"#, r#"{"a": ["x"]}"#, r#"{"a": "x"}"#),
    (r#"{"path": "$.a", "gte": 2}"#, r#"{"a": 2}"#, r#"{"a": 1.5}"#),
    (r#"{"path": "$.a", "gte": 2}"#, r#"{"a": 3}"#, r#"{"a": "3"}"#),
    (r#"{"path": "$.a", "eq": "{{id}}"}"#, r#"{"a": "o'b"}"#, r#"{"a": "{{id}}"}"#),
    (
        r#"{"path": "$[?@.a=='{{id}}'].b", "eq": 1}"#,
        r#"[{"a": "o'b", "b": 1}]"#,
        r#"[{"a": "o", "b": 1}]"#,
    ),
];

/// A rule about a header, a value that it holds for, and one (or none) that it does not hold for.
const HEADERS: &[(&str, &str, &str, Option<&str>)] = &[
    (
        "Content-Type",
        "application/scim+json",
        "Application/SCIM+JSON; charset=utf-8",
        Some("application/json"),
    ),
    ("Content-Type", "application/scim+json", "application/scim+json", None),
    ("Location", "/Users/{{id}}", "http://a/Users/o%27b", Some("http://a/Users/")),
    ("Location", "/Users/{{id}}", "http://a/Users/o'b", None),
    ("WWW-Authenticate", "Bearer*", "Bearer realm=\"a\"", Some("Basic")),
    ("WWW-Authenticate", "Bearer*", "Bearer", None),
    ("Retry-After", "1", "1", Some("10")),
];

#[track_caller]
fn misses(expect: &Value, response: &Response) -> usize {
    let mut variables = Variables::default();
    variables.set("id", "o'b".to_owned());
    let expect = serde_json::from_value(expect.clone()).expect("an expectation");
    judge(&expect, response, &variables).expect("no unknown variable").len()
}

fn answer(status: u16, header: Option<(&str, &str)>, body: &str) -> Response {
    let mut headers = HeaderMap::new();
    if let Some((name, value)) = header {
        let name: HeaderName = name.parse().expect("a header's name");
        headers.insert(name, HeaderValue::from_str(value).expect("a header's value"));
    }
    Response { status, headers, body: Bytes::copy_from_slice(body.as_bytes()) }
}

#[test]
fn every_check_can_hold_and_can_fail() {
    for (check, holds, fails) in CHECKS {
        let check: Value = serde_json::from_str(check).expect("JSON");
        let expect = json!({"status": 200, "json": [check]});
        assert_eq!(misses(&expect, &answer(200, None, holds)), 0, "{check} {holds}");
        assert_eq!(misses(&expect, &answer(200, None, fails)), 1, "{check} {fails}");
    }
}

#[test]
fn every_rule_about_headers_can_hold_and_can_fail() {
    for (name, wanted, holds, fails) in HEADERS {
        let expect = json!({"status": 200, "headers": {*name: wanted}});
        let holding = answer(200, Some((*name, *holds)), "");
        assert_eq!(misses(&expect, &holding), 0, "{name} {holds}");
        let failing = answer(200, fails.map(|value| (*name, value)), "");
        assert_eq!(misses(&expect, &failing), 1, "{name} {fails:?}");
    }
}

#[test]
fn parts_of_the_body_are_looked_for() {
    let expect = json!({"status": 200, "body_contains": ["{{id}}", "c"]});
    assert_eq!(misses(&expect, &answer(200, None, "o'b c")), 0);
    assert_eq!(misses(&expect, &answer(200, None, "o'b")), 1);
}

#[test]
fn checks_want_a_json_body_unless_there_is_no_content() {
    let expect = json!({
        "status": [200, 204],
        "headers": {"Content-Type": "application/scim+json"},
        "json": [{"path": "$.a", "exists": true}],
    });
    let header = Some(("Content-Type", "application/scim+json"));
    assert_eq!(misses(&expect, &answer(200, header, r#"{"a": 1}"#)), 0);
    assert_eq!(misses(&expect, &answer(200, header, "{}")), 1);
    assert_eq!(misses(&expect, &answer(200, header, "<p>")), 1);
    assert_eq!(misses(&expect, &answer(204, None, "")), 0);
}

#[test]
fn other_checks_are_refused() {
    for check in [
        r#"{"path": "$.a"}"#,
        r#"{"eq": 1}"#,
        r#"{"path": "$.a", "equals": 1}"#,
        r#"{"path": "$.a", "eq": 1, "ne": 2}"#,
        r#"{"path": "$.a", "type": "text"}"#,
        r#"{"path": "$.a", "len": "1"}"#,
        r#"{"path": "$..a", "eq": 1}"#,
    ] {
        assert!(serde_json::from_str::<Check>(check).is_err(), "{check}");
    }
}
