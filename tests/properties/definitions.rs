//! Schema documents with a mistake: they are refused with a place, or can be served as
//! they are.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use scimwire::schema::{ResourceType, Schema, SchemaDocument};
use scimwire::{Dispatcher, MemoryStore};
use serde_json::{Value, json};

use super::samples::config;

/// What stands in definitions, and what does not.
const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-1.5",
    "\"\"",
    "\"a\"",
    "\"A\"",
    "\"serial\"",
    "\"value\"",
    "\"primary\"",
    "\"$ref\"",
    "\"id\"",
    "\"meta\"",
    "\"schemas\"",
    "\"type\"",
    "\"string\"",
    "\"boolean\"",
    "\"integer\"",
    "\"decimal\"",
    "\"dateTime\"",
    "\"binary\"",
    "\"reference\"",
    "\"complex\"",
    "\"readOnly\"",
    "\"writeOnly\"",
    "\"immutable\"",
    "\"always\"",
    "\"never\"",
    "\"request\"",
    "\"server\"",
    "\"global\"",
    "\"/Users\"",
    "\"/Boxes\"",
    "\"/Schemas\"",
    "\"User\"",
    "\"Group\"",
    "\"Gadget\"",
    "\"external\"",
    "\"urn:example:schemas:Box\"",
    "\"urn:example:schemas:Gadget\"",
    "\"urn:ietf:params:scim:schemas:core:2.0:User\"",
    "\"urn:ietf:params:scim:schemas:core:2.0:Schema\"",
    "\"ports.type\"",
    "\"a b\"",
    "[]",
    "[1]",
    "[\"red\"]",
    "{}",
    "[{ \"name\": \"b\" }]",
    "{ \"name\": \"b\", \"type\": \"complex\" }",
    "[[[[{}]]]]",
];

/// The names of members, known and not.
const NAMES: &[&str] = &[
    "name",
    "type",
    "multiValued",
    "required",
    "canonicalValues",
    "caseExact",
    "mutability",
    "returned",
    "uniqueness",
    "referenceTypes",
    "subAttributes",
    "id",
    "description",
    "attributes",
    "endpoint",
    "schema",
    "schemaExtensions",
    "canonicalValuesOnly",
    "schemas",
    "meta",
    "nope",
];

/// One change: at which place of the document, the member to set there, and to what.
type Change = (Index, &'static str, &'static str, bool);

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = (any::<Index>(), select(NAMES), select(VALUES), any::<bool>());
    proptest::collection::vec(change, 1..4)
}

/// The pointers to everything in the document.
fn pointers(value: &Value, above: &str, found: &mut Vec<String>) {
    found.push(above.to_owned());
    match value {
        Value::Object(object) => object
            .iter()
            .for_each(|(name, value)| pointers(value, &format!("{above}/{name}"), found)),
        Value::Array(values) => {
            values
                .iter()
                .enumerate()
                .for_each(|(index, value)| pointers(value, &format!("{above}/{index}"), found));
        }
        _ => {}
    }
}

fn change(document: &mut Value, (place, name, value, replaces): &Change) {
    let mut found = Vec::new();
    pointers(document, "", &mut found);
    let pointer: &String = place.get(&found);
    let slot = document.pointer_mut(pointer).expect("the pointer is of this document");
    let value: Value = serde_json::from_str(value).expect("JSON");
    match slot {
        Value::Object(object) if !replaces => {
            object.insert((*name).to_owned(), value);
        }
        Value::Array(values) if !replaces => values.push(value),
        slot => *slot = value,
    }
}

fn document() -> Value {
    serde_json::from_str(include_str!("../schema/documents/gadgets.json")).expect("JSON")
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn definitions_are_refused_or_can_be_served(changes in changes()) {
        let mut document = document();
        changes.iter().for_each(|each| change(&mut document, each));
        let text = document.to_string();
        match SchemaDocument::from_slice(text.as_bytes()).and_then(|parsed| parsed.merge_into([ResourceType::user(), ResourceType::group()])) {
            // The place leads into the document: what is missing is missing from something that is
            // there.
            Err(error) => {
                let pointer = error.path().replace(['.', '['], "/").replace(']', "");
                let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
                let parent = if parent.is_empty() { String::new() } else { format!("/{parent}") };
                prop_assert!(document.pointer(&parent).is_some(), "{error}: {document}");
            }
            Ok(types) => {
                for resource_type in &types {
                    let schemas = resource_type.extensions().iter().map(|extension| &extension.schema);
                    for schema in schemas.chain([resource_type.schema()]) {
                        let again = Schema::try_from(schema.to_json());
                        prop_assert_eq!(again.map(|again| again.to_json()), Ok(schema.to_json()));
                    }
                }
                let builder = Dispatcher::builder("https://example.com/scim/v2").unauthenticated();
                let builder = types.into_iter().fold(builder, |builder, known| builder.store(MemoryStore::new(known)));
                prop_assert!(builder.build().is_ok(), "{document}");
            }
        }
    }
}

#[test]
fn the_document_is_sound_before_it_is_changed() {
    let mut found = Vec::new();
    pointers(&document(), "", &mut found);
    assert!(found.len() > 100 && document() != json!({}));
    assert!(
        SchemaDocument::try_from(document())
            .and_then(|parsed| parsed.merge_into([ResourceType::user()]))
            .is_ok()
    );
}
