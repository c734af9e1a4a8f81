//! Published schemas are those of the RFC, and state exactly what is enforced (RFC 7643, Sections 7
//! and 8.7; RFC 7644, Section 4).

use std::collections::BTreeMap;

use scimwire::Quirks;
use scimwire::quirks::UnknownAttributes;
use scimwire::schema::{ENTERPRISE_USER, ResourceType, Schema};
use serde_json::{Value, json};

use super::{attributes_left_out as kept, custom_types};
use support::reads::provider::{Provider, Setup};
use support::reads::samples::{ENTERPRISE, GROUP, USER};

fn plain() -> Provider {
    Provider::serving(
        [ResourceType::user().with_extension(ENTERPRISE_USER), ResourceType::group()],
        Setup::default(),
    )
}

/// Each attribute and sub-attribute of a schema by its path, with its characteristics.
fn attributes(schema: &Value) -> BTreeMap<String, BTreeMap<String, Value>> {
    fn walk(list: &Value, above: &str, found: &mut BTreeMap<String, BTreeMap<String, Value>>) {
        for attribute in list.as_array().expect("attributes") {
            let path = format!("{above}{}", attribute["name"].as_str().expect("a name"));
            let own = attribute
                .as_object()
                .expect("an attribute")
                .iter()
                .filter(|(name, _)| *name != "subAttributes");
            let own = own.map(|(name, value)| (name.clone(), value.clone())).collect();
            assert!(found.insert(path.clone(), own).is_none(), "{path} is listed once");
            if let Some(subs) = attribute.get("subAttributes") {
                walk(subs, &format!("{path}."), found);
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(&schema["attributes"], "", &mut found);
    found
}

#[tokio::test]
async fn the_tables_of_the_rfc_are_what_is_published() {
    // S-2.2-02, S-4.1.1-01, S-4.2-01, S-4.3-01, S-7-03, S-7-04, S-7-05, S-7-06
    let provider = plain();
    let effective: Vec<Value> =
        serde_json::from_str(include_str!("documents/effective.json")).expect("JSON");
    assert_eq!(provider.get("/Schemas").await.ok()["totalResults"], effective.len());
    for expected in effective {
        let uri = expected["id"].as_str().expect("an id");
        let shown = provider.get(&format!("/Schemas/{uri}")).await.ok();
        assert_eq!(
            (&shown["name"], &shown["description"]),
            (&expected["name"], &expected["description"])
        );
        let (shown, expected) = (attributes(&shown), attributes(&expected));
        assert_eq!(shown.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{uri}");
        for (path, expected) in expected {
            let mut stated = shown[&path].clone();
            for (name, value) in &expected {
                assert_eq!(stated.remove(name).as_ref(), Some(value), "{uri}: {name} of {path}");
            }
            // What the table leaves to a default is stated.
            for (name, value) in stated {
                let default = match name.as_str() {
                    "uniqueness" => json!("none"),
                    "caseExact" => json!(false),
                    _ => panic!("{uri}: {name} of {path}"),
                };
                assert_eq!(value, default, "{uri}: {name} of {path}");
            }
        }
    }
}

#[test]
fn common_attributes_have_the_characteristics_of_the_rfc() {
    // S-2.2-01, S-3-06, S-3.1-06, S-3.1-09, S-3.1-10
    let table = "schemas reference true true false readWrite always none
        id string false true true readOnly always server
        externalId string false false true readWrite default none
        meta complex false true false readOnly default none
        meta.resourceType string false true true readOnly default none
        meta.created dateTime false true false readOnly default none
        meta.lastModified dateTime false true false readOnly default none
        meta.location reference false true true readOnly default none
        meta.version string false true true readOnly default none";
    let mut found = Vec::new();
    for attribute in Schema::common().attributes() {
        let subs = attribute
            .sub_attributes()
            .iter()
            .map(|sub| (format!("{}.{}", attribute.name(), sub.name()), sub));
        for (path, known) in std::iter::once((attribute.name().to_owned(), attribute)).chain(subs) {
            found.push(format!(
                "{path} {} {} {} {} {} {} {}",
                known.attribute_type(),
                known.is_multi_valued(),
                known.is_required(),
                known.is_case_exact(),
                known.mutability(),
                known.returned(),
                known.uniqueness()
            ));
        }
    }
    assert_eq!(found, table.lines().map(str::trim).collect::<Vec<_>>());
}

/// A value for an attribute as it is published.
pub(crate) fn value_of(attribute: &Value) -> Value {
    let single = match attribute["type"].as_str().expect("a type") {
        "string" => attribute["canonicalValues"].get(0).cloned().unwrap_or_else(|| json!("text")),
        "boolean" => json!(true),
        "decimal" => json!(1.5),
        "integer" => json!(7),
        "dateTime" => json!("2011-05-13T04:42:34Z"),
        "binary" => json!("AQID"),
        "reference" => json!("https://example.com/x"),
        "complex" => {
            let subs = attribute["subAttributes"].as_array().expect("sub-attributes");
            subs.iter()
                .map(|sub| (sub["name"].as_str().expect("a name").to_owned(), value_of(sub)))
                .collect()
        }
        other => panic!("{other}"),
    };
    if attribute["multiValued"] == true { json!([single]) } else { single }
}

/// What of a value is shown after it was sent, by what is published; none where nothing is.
fn shown_of(attribute: &Value, value: &Value) -> Option<Value> {
    let by_client = attribute["mutability"] != "readOnly";
    let readable = attribute["returned"] != "never" && attribute["mutability"] != "writeOnly";
    if !by_client || !readable {
        return None;
    }
    match value {
        Value::Array(values) => {
            let shown: Vec<Value> =
                values.iter().filter_map(|value| shown_of(attribute, value)).collect();
            (!shown.is_empty()).then_some(Value::Array(shown))
        }
        Value::Object(object) => {
            let subs = attribute["subAttributes"].as_array().expect("sub-attributes");
            let shown = subs.iter().filter_map(|sub| {
                let name = sub["name"].as_str().expect("a name");
                Some((name.to_owned(), shown_of(sub, object.get(name)?)?))
            });
            Some(shown.collect())
        }
        value => Some(value.clone()),
    }
}

/// Whether all of `expected` is shown. A `$ref` beside a `value` is the service provider's.
#[track_caller]
fn shows(shown: &Value, expected: &Value, label: &str) {
    match expected {
        Value::Object(object) => {
            for (name, value) in object.iter().filter(|(name, _)| *name != "$ref") {
                shows(&shown[name.as_str()], value, &format!("{label}.{name}"));
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                shows(&shown[index], value, &format!("{label}[{index}]"));
            }
        }
        value => assert_eq!(shown, value, "{label}"),
    }
}

/// The smallest resource that has the required attributes of a schema.
fn smallest(schema: &Value, required_extensions: &[Value], number: usize) -> Value {
    let mut resource = required_of(schema, number);
    let mut schemas = vec![schema["id"].clone()];
    for extension in required_extensions {
        schemas.push(extension["id"].clone());
        resource[extension["id"].as_str().expect("an id")] = required_of(extension, number);
    }
    resource["schemas"] = json!(schemas);
    resource
}

fn required_of(schema: &Value, number: usize) -> Value {
    let required = schema["attributes"]
        .as_array()
        .expect("attributes")
        .iter()
        .filter(|attribute| attribute["required"] == true);
    let value = |attribute: &Value| match attribute["uniqueness"].as_str() {
        Some("server") => json!(format!("unique-{number}")),
        _ => value_of(attribute),
    };
    required
        .map(|attribute| (attribute["name"].as_str().expect("a name").to_owned(), value(attribute)))
        .collect()
}

/// Goes through each attribute that a service provider publishes: what it says of it has to be so.
async fn everything_published_is_so(provider: &Provider) -> usize {
    let mut number = 0;
    for resource_type in
        provider.get("/ResourceTypes").await.ok()["Resources"].as_array().expect("a list")
    {
        let endpoint = resource_type["endpoint"].as_str().expect("an endpoint");
        let schema_of = async |uri: &Value| {
            provider.get(&format!("/Schemas/{}", uri.as_str().expect("a URI"))).await.ok()
        };
        let base = schema_of(&resource_type["schema"]).await;
        let (mut schemas, mut required) = (vec![(base.clone(), None)], Vec::new());
        for extension in resource_type["schemaExtensions"].as_array().into_iter().flatten() {
            let schema = schema_of(&extension["schema"]).await;
            if extension["required"] == true {
                required.push(schema.clone());
            }
            schemas.push((schema, extension["schema"].as_str().map(str::to_owned)));
        }
        for (schema, container) in schemas {
            for attribute in schema["attributes"].as_array().expect("attributes") {
                number += 1;
                let (name, value) =
                    (attribute["name"].as_str().expect("a name"), value_of(attribute));
                let mut resource = smallest(&base, &required, number);
                let object = match &container {
                    None => &mut resource,
                    Some(uri) => {
                        if resource.get(uri).is_none() {
                            resource[uri.as_str()] = required_of(&schema, number);
                            let schemas = resource["schemas"].as_array_mut().expect("schemas");
                            if !schemas.contains(&json!(uri)) {
                                schemas.push(json!(uri));
                            }
                        }
                        &mut resource[uri.as_str()]
                    }
                };
                object[name] = if attribute["uniqueness"] == "server" {
                    object[name].clone()
                } else {
                    value.clone()
                };
                if object[name].is_null() {
                    object[name] = json!(format!("unique-{number}"));
                }
                let value = object[name].clone();
                let label =
                    format!("{endpoint} {} {name}", container.as_deref().unwrap_or_default());
                // With every unknown attribute refused, what is listed is accepted.
                let created = provider.post(endpoint, resource).await;
                assert_eq!(created.status, 201, "{label}: {}", created.body);
                // Each part is named, since some are returned on request only.
                let subs = attribute["subAttributes"].as_array().into_iter().flatten();
                let subs =
                    subs.map(|sub| format!("{name}.{}", sub["name"].as_str().expect("a name")));
                let named: Vec<String> = [name.to_owned()]
                    .into_iter()
                    .chain(subs)
                    .map(|name| prefix(&container) + &name)
                    .collect();
                let id = created.body["id"].as_str().expect("an id");
                let path = format!("{endpoint}/{id}?attributes={}", named.join(","));
                let mut read = provider.get(&path).await.ok();
                if let Some(uri) = &container {
                    read = read.get(uri).cloned().unwrap_or_default();
                }
                match shown_of(attribute, &value) {
                    Some(expected) => shows(&read[name], &expected, &label),
                    None => assert_eq!(read.get(name), None, "{label}"),
                }
            }
        }
    }
    number
}

fn prefix(container: &Option<String>) -> String {
    container.as_ref().map(|uri| format!("{uri}:")).unwrap_or_default()
}

fn exact() -> Setup {
    let mut quirks = Quirks::STRICT;
    quirks.unknown_attributes = UnknownAttributes::Reject;
    Setup { quirks, ..Setup::default() }
}

#[tokio::test]
async fn what_is_listed_is_accepted() {
    // P-4-11, S-7-09, S-7-13
    let usual = [ResourceType::user().with_extension(ENTERPRISE_USER), ResourceType::group()];
    for (types, attributes) in
        [(usual.to_vec(), 29), (custom_types::types(), 29), (kept::types().to_vec(), 9)]
    {
        let number = everything_published_is_so(&Provider::serving(types, exact())).await;
        assert!(number >= attributes, "{number} attributes");
    }
}

#[tokio::test]
async fn what_is_not_listed_is_not_accepted() {
    // P-4-11
    let types = || [ResourceType::user().with_extension(ENTERPRISE_USER), ResourceType::group()];
    let refusing = Provider::serving(types(), exact());
    let ignoring = Provider::serving(types(), Setup::default());
    for (number, unknown) in [
        json!({ "nope": 1 }),
        json!({ "department": "Sales" }),
        json!({ "members": [] }),
        json!({ "name": { "nope": "x" } }),
        json!({ "emails": [{ "value": "a", "nope": "x" }] }),
        json!({ ENTERPRISE: { "nope": "x" } }),
        json!({ "urn:example:none": { "a": 1 } }),
    ]
    .into_iter()
    .enumerate()
    {
        let mut user = unknown.clone();
        user["schemas"] = json!([USER]);
        user["userName"] = json!(format!("user-{number}"));
        refusing.post("/Users", user.clone()).await.refused("invalidSyntax");
        let made = ignoring.create("/Users", user).await.to_string();
        assert!(
            !made.contains("nope") && !made.contains("urn:example:none") && !made.contains("Sales"),
            "{made}"
        );
    }
    let group = json!({ "schemas": [GROUP], "displayName": "a", "userName": "x" });
    refusing.post("/Groups", group).await.refused("invalidSyntax");
}
