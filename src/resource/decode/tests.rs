//! Properties of values that arrive in stored form: a conversion would not change them.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::schema::ENTERPRISE_USER;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn types() -> [ResourceType; 2] {
    [ResourceType::user().with_extension(ENTERPRISE_USER), ResourceType::group()]
}

fn object(body: Json) -> Object {
    match Value::from(body) {
        Value::Object(object) => object,
        other => panic!("{other} is not an object"),
    }
}

fn is_plain(body: Json) -> bool {
    let [users, _] = types();
    ResourceDecoder::new(&users).with_quirks(Quirks::LENIENT).is_plain(&object(body))
}

#[test]
fn what_is_spelled_as_the_schema_has_it_is_plain() {
    assert!(is_plain(json!({
        "schemas": [ENTERPRISE],
        "userName": "bjensen",
        "active": true,
        "name": { "givenName": "Barbara" },
        "profileUrl": "https://example.com/~b",
        "emails": [{ "value": "b@example.com", "type": "work", "primary": true }, { "value": "b" }],
        "x509Certificates": [{ "value": "YWJj" }],
        ENTERPRISE: { "department": "Tours", "manager": { "value": "26118915" } },
    })));
    for body in [
        json!({ "username": "bjensen" }),
        json!({ "userName": "" }),
        json!({ "userName": null }),
        json!({ "userName": ["bjensen"] }),
        json!({ "id": "1" }),
        json!({ "password": "t1meMa$heen" }),
        json!({ "other": "x" }),
        json!({ "active": "true" }),
        json!({ "profileUrl": "not a reference" }),
        json!({ "name": {} }),
        json!({ "name": { "givenname": "Barbara" } }),
        json!({ "emails": [] }),
        json!({ "emails": { "value": "b" } }),
        json!({ "emails": [{ "value": "b", "type": "Work" }] }),
        json!({ "emails": [{ "value": "b" }, { "value": "b", "primary": false }] }),
        json!({ "emails": [{ "value": "b", "primary": true }, { "value": "c", "primary": true }] }),
        json!({ "groups": [{ "value": "1" }] }),
        json!({ ENTERPRISE: {} }),
        json!({ ENTERPRISE: { "manager": { "displayName": "John" } } }),
        json!({ ENTERPRISE: { "manager": { "value": "1", "$ref": "../Users/1" } } }),
    ] {
        assert!(!is_plain(body.clone()), "{body}");
    }
}

/// Values that fit, or nearly.
fn value() -> impl Strategy<Value = Json> {
    prop_oneof![any_value(), elements()]
}

/// Those of a multi-valued attribute.
fn elements() -> impl Strategy<Value = Json> {
    let value = prop::sample::select(vec!["a", "b", "YWJj"]);
    let kind = prop::sample::select(vec!["work", "Work", "home", "other", "mobile", ""]);
    let element = (value, prop::option::of(kind), prop::option::of(any::<bool>())).prop_map(
        |(value, kind, primary)| {
            let mut element = json!({ "value": value });
            if let Some(kind) = kind {
                element["type"] = json!(kind);
            }
            if let Some(primary) = primary {
                element["primary"] = json!(primary);
            }
            element
        },
    );
    prop::collection::vec(element, 1..4).prop_map(Json::from)
}

fn any_value() -> impl Strategy<Value = Json> {
    let text = prop::sample::select(vec![
        "work",
        "Work",
        "",
        "a b",
        "b",
        "https://example.com/~b",
        "true",
        "YWJj",
        "US",
        "2011-05-13T04:42:34Z",
        "2011-05-13T04:42:34",
    ]);
    let leaf = prop_oneof![
        1 => Just(Json::Null),
        1 => any::<bool>().prop_map(Json::from),
        1 => (0_i64..3).prop_map(Json::from),
        4 => text.prop_map(Json::from),
    ];
    let names = prop::sample::select(vec![
        "value",
        "type",
        "primary",
        "display",
        "$ref",
        "givenName",
        "country",
        "Value",
        "other",
    ]);
    leaf.prop_recursive(3, 12, 3, move |inner| {
        let members = prop::collection::btree_map(names.clone(), inner.clone(), 0..3);
        prop_oneof![
            prop::collection::vec(inner, 0..3).prop_map(Json::from),
            members.prop_map(|members| json!(members)),
        ]
    })
}

/// All attributes of users and groups.
fn attributes() -> Vec<Arc<Attribute>> {
    let types = types();
    let extensions = types.iter().flat_map(ResourceType::extensions);
    let schemas = types.iter().map(ResourceType::schema).chain(extensions.map(|it| &it.schema));
    schemas.flat_map(|schema| schema.attributes()).cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 1_000_000, ..ProptestConfig::with_cases(4_000) })]

    #[test]
    fn what_is_plain_is_canonical(
        attribute in prop::sample::select(attributes()),
        value in value(),
        lenient: bool,
        of_host: bool,
    ) {
        let [users, _] = types();
        let value = Value::from(value);
        let decoder = ResourceDecoder::new(&users)
            .with_quirks(if lenient { Quirks::LENIENT } else { Quirks::STRICT })
            .with_secrets(of_host)
            .with_read_only(of_host);
        prop_assume!(decoder.is_plain_value(&attribute, &value));
        let mut deviations = Deviations::default();
        let made = decoder.read(&mut deviations, |decoding| {
            decoding.canonical_value(None, &attribute, value.clone())
        });
        prop_assert_eq!(made, Ok(Some(value)));
        prop_assert!(deviations.into_vec().is_empty());
    }
}
