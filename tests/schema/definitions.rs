//! Schemas and resource types of the host's own, as JSON and call by call: what is read, and what
//! is refused, with the place (RFC 7643, Sections 1.2, 2, 3.3, 6 and 7).

use scimwire::schema::{
    Attribute, AttributeType, ENTERPRISE_USER, Mutability, ResourceType, Returned, Schema,
    SchemaDocument, SchemaError, SchemaErrorKind, SchemaRegistry, Uniqueness,
};
use serde_json::{Value, json};

use support::reads::samples::{ENTERPRISE, USER};

const PLACE: &str = "urn:example:schemas:Place";

/// A document with one schema, one extension and one resource type.
fn document() -> Value {
    json!({
        "schemas": [
            { "id": "urn:example:schemas:Device", "name": "Device", "attributes": [
                { "name": "serial", "type": "string", "required": true },
                { "name": "ports", "type": "complex", "multiValued": true, "subAttributes": [
                    { "name": "value", "type": "integer" },
                    { "name": "kind", "type": "string" }
                ] }
            ] },
            { "id": PLACE, "attributes": [{ "name": "room" }] }
        ],
        "resourceTypes": [{
            "name": "Device", "endpoint": "/Devices", "schema": "urn:example:schemas:Device",
            "schemaExtensions": [{ "schema": PLACE, "required": true }]
        }]
    })
}

fn usual() -> [ResourceType; 2] {
    [ResourceType::user().with_extension(ENTERPRISE_USER), ResourceType::group()]
}

fn apply(document: Value) -> Result<Vec<ResourceType>, SchemaError> {
    SchemaDocument::try_from(document)?.merge_into(usual())
}

/// Sets what is at this pointer; it may be new.
fn changed(pointer: &str, value: Value) -> Value {
    let mut document = document();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    match document.pointer_mut(parent).expect("the parent is there") {
        Value::Object(object) => {
            object.insert(name.to_owned(), value);
        }
        Value::Array(values) => match name.parse::<usize>() {
            Ok(index) => values[index] = value,
            Err(_) => values.push(value),
        },
        _ => panic!("{pointer} is no place to put something"),
    }
    document
}

/// How errors write what a JSON pointer points to.
fn place_of(pointer: &str) -> String {
    let indexed = |part: &str| match part.parse::<usize>() {
        Ok(index) => format!("[{index}]"),
        Err(_) => format!(".{part}"),
    };
    let place: String = pointer.split('/').skip(1).map(indexed).collect();
    place.trim_start_matches('.').to_owned()
}

#[track_caller]
fn refused(document: Value, place: &str, message: &str) {
    let error = apply(document).expect_err(place);
    assert_eq!(error.path(), place, "{error}");
    assert!(error.to_string().contains(message), "expected `{message}`: {error}");
}

#[test]
fn a_sound_document_is_taken() {
    // S-3.2-01
    let types = apply(document()).expect("it is sound");
    assert_eq!(
        types.iter().map(ResourceType::name).collect::<Vec<_>>(),
        ["User", "Group", "Device"]
    );
    assert!(types[2].extension(PLACE).is_some_and(|extension| extension.required));
    let types = SchemaRegistry::new(types.into_iter().map(Into::into)).expect("they go together");
    assert_eq!(types.endpoint_of("Device"), Some("/Devices"));
}

#[test]
fn members_of_documents_have_a_type() {
    // S-7-03
    for (pointer, value, element, message) in [
        ("/schemas", json!({}), "", "an array"),
        ("/resourceTypes", json!("Device"), "", "an array"),
        ("/resources", json!([]), "", "unknown member"),
        ("/schemas/0", json!("urn:example:schemas:Device"), "", "an object"),
        ("/schemas/0/id", Value::Null, "", "missing"),
        ("/schemas/0/id", json!(1), "", "a string"),
        ("/schemas/0/name", json!(["Device"]), "", "a string"),
        ("/schemas/0/attributes", Value::Null, "", "missing"),
        ("/schemas/0/attributes", json!({}), "", "an array"),
        ("/schemas/0/attributes/0", json!("serial"), "", "an object"),
        ("/schemas/0/attributes/0/name", json!(1), "", "a string"),
        ("/schemas/0/attributes/0/name", Value::Null, "", "missing"),
        ("/schemas/0/attributes/0/required", json!("true"), "", "`true` or `false`"),
        ("/schemas/0/attributes/0/multiValued", json!(1), "", "`true` or `false`"),
        ("/schemas/0/attributes/0/caseExact", json!("no"), "", "`true` or `false`"),
        ("/schemas/0/attributes/0/description", json!({}), "", "a string"),
        ("/schemas/0/attributes/0/canonicalValues", json!("a"), "", "an array"),
        ("/schemas/0/attributes/0/canonicalValues", json!(["a", 1]), "[1]", "a string"),
        ("/schemas/0/attributes/0/referenceTypes", json!([true]), "[0]", "a string"),
        ("/schemas/0/attributes/1/subAttributes", json!({}), "", "an array"),
        ("/schemas/0/attributes/0/mutable", json!(true), "", "unknown member"),
        ("/schemas/0/attributes/1/subAttributes/0/Type", json!("string"), "", "unknown member"),
        ("/resourceTypes/0", json!([]), "", "an object"),
        ("/resourceTypes/0/name", Value::Null, "", "missing"),
        ("/resourceTypes/0/endpoint", json!(1), "", "a string"),
        ("/resourceTypes/0/endpoint", Value::Null, "", "missing"),
        ("/resourceTypes/0/schema", Value::Null, "", "missing"),
        ("/resourceTypes/0/schemaExtensions", json!({}), "", "an array"),
        ("/resourceTypes/0/schemaExtensions/0", json!(PLACE), "", "an object"),
        ("/resourceTypes/0/schemaExtensions/0/schema", Value::Null, "", "missing"),
        ("/resourceTypes/0/schemaExtensions/0/required", json!("yes"), "", "`true`"),
        ("/resourceTypes/0/canonicalValuesOnly", json!("ports.kind"), "", "an array"),
        ("/resourceTypes/0/extensions", json!([]), "", "unknown member"),
    ] {
        refused(changed(pointer, value), &format!("{}{element}", place_of(pointer)), message);
    }
    refused(json!([]), "", "an object");
}

#[test]
fn words_are_those_of_the_rfc() {
    // S-2.3-01, S-7-04, S-7-05
    for (name, wrong, known) in [
        (
            "type",
            "text",
            "`string`, `boolean`, `decimal`, `integer`, `dateTime`, `binary`, `reference`, `complex`",
        ),
        ("type", "String", "`string`"),
        ("type", "datetime", "`dateTime`"),
        ("mutability", "readwrite", "`readOnly`, `readWrite`, `immutable`, `writeOnly`"),
        ("mutability", "", "`readOnly`"),
        ("returned", "sometimes", "`always`, `never`, `default`, `request`"),
        ("uniqueness", "tenant", "`none`, `server`, `global`"),
    ] {
        for attribute in [
            "/schemas/0/attributes/0",
            "/schemas/0/attributes/1/subAttributes/1",
            "/schemas/1/attributes/0",
        ] {
            let place = attribute[1..].replace("/0", "[0]").replace("/1", "[1]").replace('/', ".");
            refused(
                changed(&format!("{attribute}/{name}"), json!(wrong)),
                &format!("{place}.{name}"),
                known,
            );
        }
    }
    // All that there are, in an attribute and in a sub-attribute; `complex` in attributes only.
    for word in ["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference"] {
        apply(changed("/schemas/0/attributes/0/type", json!(word))).expect(word);
        apply(changed("/schemas/0/attributes/1/subAttributes/0/type", json!(word))).expect(word);
    }
}

#[test]
fn names_and_uris_have_a_form() {
    // S-2.1-03
    for name in ["", "1a", "a b", "a.b", "a:b", "_a", "-a", "ä", "a\u{0}", "a/b", "members[0]"] {
        refused(
            changed("/schemas/0/attributes/0/name", json!(name)),
            "schemas[0].attributes[0].name",
            "invalid name",
        );
        let place = "schemas[0].attributes[1].subAttributes[1].name";
        refused(
            changed("/schemas/0/attributes/1/subAttributes/1/name", json!(name)),
            place,
            "invalid name",
        );
        refused(
            changed("/resourceTypes/0/name", json!(name)),
            "resourceTypes[0].name",
            "invalid name",
        );
    }
    for name in ["a", "A1", "a-b", "a_b", "a$b", "$a"] {
        apply(changed("/schemas/0/attributes/0/name", json!(name))).expect(name);
    }
    for uri in [
        "",
        "Device",
        "https://example.com/Device",
        "urn:",
        "urn::a",
        "urn:example: Device",
        "urn:example:ä",
    ] {
        refused(changed("/schemas/0/id", json!(uri)), "schemas[0].id", "URN");
    }
    let document = changed("/schemas/0/attributes/0/referenceTypes", json!(["a b"]));
    let mut document = document;
    document["schemas"][0]["attributes"][0]["type"] = json!("reference");
    refused(document, "schemas[0].attributes[0].referenceTypes[0]", "invalid name");
}

#[test]
fn only_complex_attributes_have_sub_attributes_and_no_complex_ones() {
    // S-1.2-01, S-1.2-02, S-2.3.8-03, S-7-05, S-7-06
    let sub = json!([{ "name": "a" }]);
    refused(
        changed("/schemas/0/attributes/0/subAttributes", sub.clone()),
        "schemas[0].attributes[0].type",
        "only complex attributes",
    );
    let nested = json!({ "name": "inner", "type": "complex", "subAttributes": sub });
    for nested in [nested, json!({ "name": "inner", "type": "complex" })] {
        let place = "schemas[0].attributes[1].subAttributes[2].type";
        refused(
            changed("/schemas/0/attributes/1/subAttributes/-", nested),
            place,
            "cannot contain another",
        );
    }
    refused(
        changed("/schemas/0/attributes/1/subAttributes", json!([])),
        "schemas[0].attributes[1].subAttributes",
        "requires sub-attributes",
    );
    let mut deep = json!({ "name": "a", "type": "complex" });
    for _ in 0..50 {
        deep = json!({ "name": "a", "type": "complex", "subAttributes": [deep] });
    }
    refused(
        changed("/schemas/0/attributes/0", deep),
        "schemas[0].attributes[0].subAttributes[0].type",
        "cannot contain another",
    );
    apply(changed("/schemas/0/attributes/1/subAttributes/1/multiValued", json!(true)))
        .expect("several simple values");
    let empty = json!({ "name": "serial", "subAttributes": [], "canonicalValues": [], "referenceTypes": null });
    apply(changed("/schemas/0/attributes/0", empty)).expect("nothing said is nothing wrong");
}

#[test]
fn characteristics_go_with_types() {
    // S-7-19
    for kind in ["string", "boolean", "integer", "complex"] {
        let mut attribute = json!({ "name": "a", "type": kind, "referenceTypes": ["User"] });
        if kind == "complex" {
            attribute["subAttributes"] = json!([{ "name": "b" }]);
        }
        refused(
            changed("/schemas/0/attributes/0", attribute),
            "schemas[0].attributes[0].referenceTypes",
            "only references",
        );
    }
    for kind in ["boolean", "integer", "decimal", "dateTime", "binary"] {
        let attribute = json!({ "name": "a", "type": kind, "canonicalValues": ["1"] });
        refused(
            changed("/schemas/0/attributes/0", attribute),
            "schemas[0].attributes[0].canonicalValues",
            "only strings and references",
        );
    }
    let open = changed("/resourceTypes/0/canonicalValuesOnly", json!(["serial"]));
    refused(open, "resourceTypes[0].canonicalValuesOnly[0]", "no canonical values");
    for path in ["nope", "serial.nope", "ports.nope", "a b", "", "urn:example:none:serial"] {
        refused(
            changed("/resourceTypes/0/canonicalValuesOnly", json!([path])),
            "resourceTypes[0].canonicalValuesOnly[0]",
            "is not defined",
        );
    }
}

#[test]
fn predefined_sub_attributes_keep_their_meaning() {
    // S-2.4-02
    for (name, kind, message) in [
        ("primary", "string", "single-valued boolean"),
        ("PRIMARY", "integer", "single-valued boolean"),
        ("type", "integer", "single-valued string"),
        ("display", "reference", "single-valued string"),
        ("$ref", "string", "single-valued reference"),
    ] {
        let sub = json!({ "name": name, "type": kind });
        let place = "schemas[0].attributes[1].subAttributes[0].type";
        refused(changed("/schemas/0/attributes/1/subAttributes/0", sub.clone()), place, message);
        // They mean that where there can be several values.
        let single = json!({ "name": "single", "type": "complex", "subAttributes": [sub] });
        apply(changed("/schemas/0/attributes/0", single)).expect(name);
    }
}

#[test]
fn nothing_is_defined_twice() {
    // S-2.1-02, S-6-02, A-70
    let twice = json!({ "name": "SERIAL", "type": "integer" });
    refused(
        changed("/schemas/0/attributes/-", twice),
        "schemas[0].attributes[2].name",
        "`SERIAL` is defined twice",
    );
    let twice = json!({ "name": "Kind" });
    let place = "schemas[0].attributes[1].subAttributes[2].name";
    refused(
        changed("/schemas/0/attributes/1/subAttributes/-", twice),
        place,
        "`Kind` is defined twice",
    );
    let twice = json!({ "id": "URN:example:SCHEMAS:place", "attributes": [] });
    refused(changed("/schemas/-", twice), "schemas[2].id", "is defined twice");
    let twice = document()["resourceTypes"][0].clone();
    refused(
        changed("/resourceTypes/-", twice),
        "resourceTypes[1].name",
        "`Device` is defined twice",
    );
    let other = json!({ "name": "Thing", "endpoint": "/Devices", "schema": PLACE });
    refused(
        changed("/resourceTypes/-", other),
        "resourceTypes[1].endpoint",
        "`/Devices` is defined twice",
    );
    let twice = json!({ "schema": "urn:EXAMPLE:schemas:Place" });
    let place = "resourceTypes[0].schemaExtensions[1].schema";
    refused(changed("/resourceTypes/0/schemaExtensions/-", twice), place, "is defined twice");
    let base = json!({ "schema": "urn:example:schemas:Device" });
    refused(changed("/resourceTypes/0/schemaExtensions/-", base), place, "is defined twice");
    refused(changed("/schemas/0/id", json!(USER)), "schemas[0].id", "is defined twice");
}

#[test]
fn reserved_names_and_endpoints_are_taken() {
    // S-3.3-02
    for (name, kind) in [
        ("id", "integer"),
        ("ID", "complex"),
        ("externalId", "boolean"),
        ("Meta", "string"),
        ("schemas", "string"),
    ] {
        let attribute = json!({ "name": name, "type": kind, "subAttributes": if kind == "complex" { json!([{ "name": "a" }]) } else { json!([]) } });
        refused(
            changed("/schemas/0/attributes/0", attribute),
            "schemas[0].attributes[0].name",
            "is reserved",
        );
    }
    let several = json!({ "name": "id", "multiValued": true });
    refused(
        changed("/schemas/0/attributes/0", several),
        "schemas[0].attributes[0].name",
        "is reserved",
    );
    // In an extension there is no older definition of a common attribute to be.
    for name in ["id", "externalId"] {
        let place = "resourceTypes[0].schemaExtensions[0].schema";
        refused(changed("/schemas/1/attributes/0/name", json!(name)), place, "is reserved");
    }
    for endpoint in [
        "/Schemas",
        "/schemas",
        "/ResourceTypes",
        "/ServiceProviderConfig",
        "/ServiceProviderConfigs",
        "/Bulk",
        "/Me",
    ] {
        refused(
            changed("/resourceTypes/0/endpoint", json!(endpoint)),
            "resourceTypes[0].endpoint",
            "is reserved",
        );
    }
    for endpoint in [
        "Devices",
        "/",
        "",
        "/Devices/",
        "/A/B",
        "//Devices",
        "/.search",
        "/De vices",
        "/Devices?a",
        "/%41",
    ] {
        refused(
            changed("/resourceTypes/0/endpoint", json!(endpoint)),
            "resourceTypes[0].endpoint",
            "`/` followed by a name",
        );
    }
    for endpoint in ["/Users", "/Groups"] {
        refused(
            changed("/resourceTypes/0/endpoint", json!(endpoint)),
            "resourceTypes[0].endpoint",
            "is defined twice",
        );
    }
    for name in ["Schema", "ResourceType", "ServiceProviderConfig"] {
        refused(
            changed("/resourceTypes/0/name", json!(name)),
            "resourceTypes[0].name",
            "is reserved",
        );
    }
    for uri in ["ServiceProviderConfig", "ResourceType", "Schema"] {
        let uri = json!(format!("urn:ietf:params:scim:schemas:core:2.0:{uri}"));
        refused(changed("/schemas/0/id", uri.clone()), "schemas[0].id", "is reserved");
        refused(
            changed("/resourceTypes/0/schema", uri.clone()),
            "resourceTypes[0].schema",
            "unknown schema",
        );
        let place = "resourceTypes[0].schemaExtensions[1].schema";
        refused(
            changed("/resourceTypes/0/schemaExtensions/-", json!({ "schema": uri })),
            place,
            "unknown schema",
        );
    }
    refused(changed("/resourceTypes/0/id", json!("other")), "resourceTypes[0].id", "its name");
}

#[test]
fn schemas_are_there_and_in_use() {
    // S-6-04, S-6-05, S-7-01
    let missing = changed("/resourceTypes/0/schema", json!("urn:example:none"));
    refused(missing, "resourceTypes[0].schema", "unknown schema `urn:example:none`");
    let extension = json!({ "schema": "urn:example:none", "required": true });
    let place = "resourceTypes[0].schemaExtensions[1].schema";
    refused(
        changed("/resourceTypes/0/schemaExtensions/-", extension),
        place,
        "unknown schema `urn:example:none`",
    );
    refused(
        changed("/resourceTypes/0/schemaExtensions", json!([])),
        "schemas[1]",
        "no resource type uses this schema",
    );
    // Those of the RFC are there without being written down, whatever the case of their URIs.
    let people = json!({ "resourceTypes": [{ "name": "Person", "endpoint": "/People", "schema": USER.to_uppercase().replace("URN", "urn"),
        "schemaExtensions": [{ "schema": ENTERPRISE, "required": false }] }] });
    assert_eq!(apply(people).expect("people are users").len(), 3);
}

#[test]
fn what_is_no_document_is_refused_before_it_is_looked_at() {
    let parse = |text: &[u8]| SchemaDocument::from_slice(text).expect_err("it is refused");
    assert!(parse(b"{\"schemas\": [").to_string().contains("line 1 column 13"));
    for text in [&b""[..], b"\xff", b"{} {}", b"[1,]", b"nul"] {
        assert!(matches!(parse(text).kind(), SchemaErrorKind::Json(_)), "{text:?}");
    }
    let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    assert!(matches!(parse(&deep).kind(), SchemaErrorKind::Json(_)));
    let huge = b" ".repeat(SchemaDocument::MAX_BYTES + 1);
    assert_eq!(parse(&huge).kind(), &SchemaErrorKind::TooLarge(SchemaDocument::MAX_BYTES));
    // As many attributes as fit take no longer than reading them.
    let many: Vec<String> =
        (0..40_000).map(|number| format!("{{\"name\":\"a{number}\"}}")).collect();
    let many = format!(
        "{{\"schemas\":[{{\"id\":\"urn:a:b\",\"attributes\":[{}]}}],\"resourceTypes\":[{{\"name\":\"A\",\"endpoint\":\"/As\",\"schema\":\"urn:a:b\"}}]}}",
        many.join(",")
    );
    assert!(SchemaDocument::from_slice(many.as_bytes()).is_ok());
}

#[test]
fn a_document_extends_what_is_there() {
    // S-3.3-02
    let badge = |required: bool| {
        json!({
            "schemas": [{ "id": "urn:example:schemas:Badge", "attributes": [{ "name": "number", "type": "integer" }] }],
            "resourceTypes": [{ "name": "User", "schemaExtensions": [{ "schema": "urn:example:schemas:Badge", "required": required }] }]
        })
    };
    let users = |types: Vec<ResourceType>| types.into_iter().next().expect("users");
    let extended = users(apply(badge(false)).expect("users can be extended"));
    assert!(
        extended.extension(ENTERPRISE).is_some()
            && extended.extension("urn:example:schemas:Badge").is_some()
    );
    // What the type has already may be named: as it is, or to ask every resource for it.
    let mut whole = badge(true);
    whole["resourceTypes"][0]["endpoint"] = json!("/Users");
    whole["resourceTypes"][0]["schema"] = json!(USER);
    whole["resourceTypes"][0]["description"] = json!("People");
    whole["resourceTypes"][0]["canonicalValuesOnly"] = json!(["emails.type"]);
    let extensions =
        whole["resourceTypes"][0]["schemaExtensions"].as_array_mut().expect("an array");
    extensions.push(json!({ "schema": ENTERPRISE, "required": true }));
    let again = SchemaDocument::try_from(whole)
        .and_then(|whole| whole.merge_into([extended]))
        .expect("the same again");
    let again = users(again);
    assert_eq!((again.description(), again.extensions().len()), ("People", 2));
    assert!(again.extensions().iter().all(|extension| extension.required));
    let emails = again.schema().attribute("emails").expect("users have them");
    assert!(emails.sub_attribute("type").is_some_and(|kind| kind.is_closed()));
    // What would make another type of it is refused.
    for (member, other) in [("endpoint", "/People"), ("schema", ENTERPRISE)] {
        let mut document = badge(false);
        document["resourceTypes"][0][member] = json!(other);
        refused(document, &format!("resourceTypes[0].{member}"), "already exists, with");
    }
}

#[test]
fn two_documents_may_share_a_schema() {
    let types = apply(document()).expect("the first");
    let again = |schema: Value| {
        json!({ "schemas": [schema],
            "resourceTypes": [{ "name": "Room", "endpoint": "/Rooms", "schema": PLACE }] })
    };
    let same =
        SchemaDocument::try_from(again(document()["schemas"][1].clone())).expect("it is sound");
    assert_eq!(same.merge_into(types.clone()).expect("it is the same").len(), 4);
    let other = SchemaDocument::try_from(again(
        json!({ "id": PLACE, "attributes": [{ "name": "level" }] }),
    ))
    .expect("it is sound");
    let error = other.merge_into(types).expect_err("it is another");
    assert_eq!(
        (error.path(), error.kind()),
        ("schemas[0].id", &SchemaErrorKind::Duplicate(PLACE.to_owned()))
    );
}

#[test]
fn what_the_guide_shows_is_taken() {
    let guide = include_str!("../../src/docs/resource_types.md");
    let (_, rest) = guide.split_once("```json").expect("the guide shows a document");
    let (document, _) = rest.split_once("```").expect("it has an end");
    let types = SchemaDocument::from_slice(document.as_bytes())
        .and_then(|document| document.merge_into(usual()))
        .expect("it is sound");
    assert_eq!(
        types.iter().map(ResourceType::name).collect::<Vec<_>>(),
        ["User", "Group", "Device"]
    );
    assert_eq!(types[0].extensions().len(), 2);
}

#[test]
fn what_the_rfc_published_is_read() {
    // S-7-04
    let text = include_str!("documents/as-published.json");
    let documents: Vec<Value> = serde_json::from_str(text).expect("JSON");
    assert_eq!(documents.len(), 6);
    for document in documents {
        let id = document["id"].clone();
        let schema = Schema::try_from(document).unwrap_or_else(|err| panic!("{id}: {err}"));
        assert_eq!(id, schema.uri().as_str());
    }
}

#[test]
fn call_by_call_is_as_good_as_json() {
    // S-2.2-01, S-2.2-02
    let attribute = Attribute::builder;
    let built = Schema::builder("urn:example:schemas:Badge")
        .name("Badge")
        .description("Badges")
        .attribute(
            attribute("number", AttributeType::Integer)
                .required()
                .uniqueness(Uniqueness::Server)
                .description("Which"),
        )
        .attribute(
            attribute("color", AttributeType::String)
                .canonical_values(["red", "green"])
                .case_exact(),
        )
        .attribute(
            attribute("owner", AttributeType::Reference)
                .reference_types(["User"])
                .mutability(Mutability::Immutable),
        )
        .attribute(
            attribute("doors", AttributeType::Complex)
                .multi_valued()
                .sub_attribute(attribute("value", AttributeType::String).required())
                .sub_attribute(
                    attribute("pin", AttributeType::String)
                        .mutability(Mutability::WriteOnly)
                        .returned(Returned::Never),
                ),
        )
        .build()
        .expect("a schema");
    let read = Schema::try_from(json!({
        "id": "urn:example:schemas:Badge",
        "name": "Badge",
        "description": "Badges",
        "attributes": [
            { "name": "number", "type": "integer", "required": true, "uniqueness": "server", "description": "Which" },
            { "name": "color", "canonicalValues": ["red", "green"], "caseExact": true },
            { "name": "owner", "type": "reference", "referenceTypes": ["User"], "mutability": "immutable" },
            { "name": "doors", "type": "complex", "multiValued": true, "subAttributes": [
                { "name": "value", "required": true },
                { "name": "pin", "mutability": "writeOnly", "returned": "never" }
            ] }
        ]
    }));
    assert_eq!(read.as_ref(), Ok(&built));
    assert_eq!(Schema::try_from(built.to_json()), Ok(built));
    let wrong = Schema::builder("urn:example:schemas:Badge")
        .attribute(attribute("a", AttributeType::Boolean))
        .attribute(attribute("A", AttributeType::String));
    assert_eq!(wrong.build().expect_err("two of one name").path(), "attributes[1].name");
    assert_eq!(Schema::builder("Badge").build().expect_err("no URN").path(), "id");
}

#[test]
fn rules_of_resource_types_are_checked_when_they_are_served() {
    // S-6-02
    let types: [(ResourceType, &str); 9] = [
        (ResourceType::user().with_unique("nope"), "`nope` is not defined"),
        (ResourceType::user().with_unique("name"), "cannot be unique"),
        (ResourceType::user().with_unique("active"), "cannot be unique"),
        (ResourceType::user().enforce_canonical_values("userName"), "no canonical values"),
        (ResourceType::user().enforce_canonical_values("emails.nope"), "`nope` is not defined"),
        (
            ResourceType::user().with_canonical_values("active", ["yes"]),
            "only strings and references",
        ),
        (ResourceType::user().with_endpoint("Users"), "`/` followed by a name"),
        (ResourceType::new("Schema", Schema::user()), "is reserved"),
        (ResourceType::new("Person", Schema::user()).with_endpoint("/Schemas"), "is reserved"),
    ];
    for (resource_type, message) in types {
        let error = SchemaRegistry::new([resource_type.into()]).expect_err(message);
        assert!(error.to_string().contains(message), "{error}");
    }
    let whole = ResourceType::user()
        .with_extension(ENTERPRISE_USER)
        .with_unique("emails.value")
        .with_unique(&format!("{ENTERPRISE}:employeeNumber"))
        .with_canonical_values("userType", ["Employee"])
        .enforce_canonical_values("userType");
    let paths: Vec<String> = whole.unique_paths().iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["userName", "emails.value", &format!("{ENTERPRISE}:employeeNumber")]);
    assert!(SchemaRegistry::new([whole.into()]).is_ok());
}
