//! Users as they may come, of a resource type that has every data type.

use std::sync::{Arc, LazyLock};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;
use scimwire::resource::{Meta, Resource, ResourceDecoder, Version};
use scimwire::schema::{ENTERPRISE_USER, ResourceType, Schema, parse_date_time};
use serde_json::{Map, Value, json};

pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub(crate) const BADGE: &str = "urn:example:schemas:2.0:Badge";

/// Text in what may never be seen.
pub(crate) const SECRET: &str = "t1meMa$heen";

/// Texts that are equal, or parts of each other, once case and form do not count.
pub(crate) const TEXTS: &[&str] = &[
    "",
    "a",
    "AB",
    "ab",
    "work",
    "Work",
    "home",
    "bjensen",
    "BJensen@example.com",
    "Straße",
    "STRASSE",
    "\u{e9}te",
    "E\u{301}te",
    "İstanbul",
    "i\u{307}stanbul",
    "ＢＪｅｎｓｅｎ",
    "ǅ",
    "say \"hi\" \\",
    "a\u{1}b",
    "\u{1f600}",
];

pub(crate) const URLS: &[&str] = &[
    "https://example.com/a",
    "https://example.com/A",
    "https://example.com/v2/a",
    "urn:example:a",
];

pub(crate) const INSTANTS: &[&str] = &[
    "2010-01-23T04:56:22Z",
    "2011-05-13T04:42:34Z",
    "2011-05-13T06:42:34+02:00",
    "2011-05-13T04:42:34",
    "2011-05-13T04:42:34.000000001Z",
    "2011-05-13T04:42:34.5Z",
];

pub(crate) const BYTES: &[&str] = &["AAE=", "AAE", "AAEC", "aaec"];

/// A user with an extension that has what the RFC's schemas lack, and attributes that are never
/// returned.
pub(crate) static USERS: LazyLock<Arc<ResourceType>> = LazyLock::new(|| {
    let badge = Schema::try_from(json!({
        "id": BADGE,
        "name": "Badge",
        "attributes": [
            { "name": "number", "type": "integer" },
            { "name": "weight", "type": "decimal" },
            { "name": "issued", "type": "dateTime" },
            { "name": "image", "type": "binary" },
            { "name": "serial", "type": "string", "caseExact": true },
            { "name": "tags", "type": "string", "multiValued": true },
            { "name": "codes", "type": "integer", "multiValued": true },
            { "name": "hint", "type": "string", "returned": "request" },
            { "name": "pin", "type": "string", "returned": "never", "mutability": "writeOnly" },
            { "name": "locks", "type": "complex", "multiValued": true, "subAttributes": [
                { "name": "value", "type": "string" },
                { "name": "level", "type": "integer" },
                { "name": "secret", "type": "string", "returned": "never", "mutability": "writeOnly" },
            ]},
        ],
    }));
    let badge = badge.expect("the schema is consistent");
    Arc::new(
        ResourceType::user()
            .with_extension(ENTERPRISE_USER)
            .with_extension(badge)
            .with_index("nickName"),
    )
});

/// The default number of cases; a case that fails is printed, not kept in a file.
pub(crate) fn config() -> Config {
    Config { failure_persistence: None, ..Config::default() }
}

/// The body of a POST, without `userName`.
pub(crate) fn body() -> BoxedStrategy<Map<String, Value>> {
    let core = fields(vec![
        ("externalId", texts()),
        ("displayName", texts()),
        ("title", texts()),
        ("profileUrl", of(URLS)),
        ("active", any::<bool>().prop_map(Value::Bool).boxed()),
        ("name", object(vec![("familyName", texts()), ("givenName", texts())])),
        ("emails", elements(values(texts()))),
        (
            "addresses",
            elements(vec![
                ("country", texts()),
                ("locality", texts()),
                ("type", of(&["work", "home"])),
            ]),
        ),
        ("photos", elements(values(of(URLS)))),
        ("x509Certificates", elements(values(of(BYTES)))),
        (
            ENTERPRISE,
            object(vec![
                ("employeeNumber", texts()),
                ("manager", object(vec![("value", texts())])),
            ]),
        ),
        (BADGE, badge()),
    ]);
    core.prop_map(|mut body| {
        body.insert("schemas".to_owned(), json!([USER, ENTERPRISE, BADGE]));
        body
    })
    .boxed()
}

fn badge() -> BoxedStrategy<Value> {
    object(vec![
        ("number", whole()),
        ("weight", decimal()),
        ("issued", of(INSTANTS)),
        ("image", of(BYTES)),
        ("serial", texts()),
        ("tags", vec(texts(), 0..3).prop_map(Value::Array).boxed()),
        ("codes", vec(whole(), 0..3).prop_map(Value::Array).boxed()),
        ("locks", elements(vec![("value", texts()), ("level", whole())])),
    ])
}

/// A user as it is stored.
pub(crate) fn user() -> BoxedStrategy<Resource> {
    let stored = (select(TEXTS), select(INSTANTS), 1..4, 1..4);
    (body(), stored)
        .prop_map(|(body, (name, created, version, id))| {
            stored_as(body, name, created, version, id)
        })
        .boxed()
}

fn stored_as(
    mut body: Map<String, Value>,
    name: &str,
    created: &str,
    version: i32,
    id: i32,
) -> Resource {
    body.insert("userName".to_owned(), name.into());
    let mut user = decoded(body);
    user.set_id(format!("a{id}"));
    let created = parse_date_time(created).expect("an instant");
    let mut meta = Meta::new("User", created);
    meta.version = Version::unchecked(format!("W/\"{version}\""));
    user.set_meta(&meta);
    user
}

/// The body in canonical form, with what is secret.
pub(crate) fn decoded(body: Map<String, Value>) -> Resource {
    ResourceDecoder::new(&USERS).with_secrets(true).resource(body).expect("a body of a user")
}

pub(crate) fn texts() -> BoxedStrategy<Value> {
    of(TEXTS)
}

pub(crate) fn of(pool: &'static [&'static str]) -> BoxedStrategy<Value> {
    select(pool).prop_map(Value::from).boxed()
}

fn whole() -> BoxedStrategy<Value> {
    select(vec![
        json!(-1),
        json!(0),
        json!(1),
        json!(7),
        json!(100),
        json!(9_007_199_254_740_993_i64),
        json!(u64::MAX),
    ])
    .boxed()
}

fn decimal() -> BoxedStrategy<Value> {
    select(vec![json!(0.1), json!(-0.0), json!(1.5), json!(7), json!(100.0), json!(1e22)]).boxed()
}

/// The sub-attributes of a usual multi-valued attribute.
fn values(value: BoxedStrategy<Value>) -> Vec<(&'static str, BoxedStrategy<Value>)> {
    vec![
        ("value", value),
        ("type", of(&["work", "Work", "home"])),
        ("primary", any::<bool>().prop_map(Value::Bool).boxed()),
    ]
}

/// Values of a complex attribute, of which one may be the primary one.
fn elements(subs: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    vec(object(subs), 0..4)
        .prop_map(|mut elements| {
            let mut primary = elements
                .iter_mut()
                .filter(|element| element.get("primary") == Some(&json!(true)))
                .skip(1);
            primary.by_ref().for_each(|element| element["primary"] = json!(false));
            Value::Array(elements)
        })
        .boxed()
}

/// An object with some of the members.
fn object(members: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    fields(members).prop_map(Value::Object).boxed()
}

fn fields(members: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Map<String, Value>> {
    let members = members
        .into_iter()
        .map(|(name, value)| option::of(value.prop_map(move |value| (name.to_owned(), value))));
    let members: Vec<_> = members.collect();
    members.prop_map(|members| members.into_iter().flatten().collect()).boxed()
}
