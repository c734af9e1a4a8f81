//! Resources that tests change: users, groups, assets with attributes of every kind, and lockers.

use scimwire::ResourceType;
use scimwire::schema::{ENTERPRISE_USER, Schema, SchemaExtension};
use serde_json::{Value, json};

pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub const ASSET: &str = "urn:example:schemas:Asset";
pub const WARRANTY: &str = "urn:example:schemas:Warranty";
pub const LOCKER: &str = "urn:example:schemas:Locker";
pub const PLACE: &str = "urn:example:schemas:Place";

pub fn user(name: &str) -> Value {
    json!({ "schemas": [USER], "userName": name })
}

pub fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({ "schemas": [GROUP], "displayName": name, "members": members })
}

/// `bjensen`, with something in most attributes.
pub fn bjensen() -> Value {
    json!({
        "schemas": [USER, ENTERPRISE],
        "userName": "bjensen",
        "externalId": "701984",
        "name": { "formatted": "Ms. Barbara J Jensen III", "familyName": "Jensen", "givenName": "Barbara", "middleName": "Jane" },
        "title": "Tour Guide",
        "active": true,
        "emails": [
            { "value": "bjensen@example.com", "type": "work", "primary": true },
            { "value": "babs@jensen.org", "type": "home" }
        ],
        "addresses": [
            { "type": "work", "streetAddress": "100 Universal City Plaza", "locality": "Hollywood" },
            { "type": "home", "streetAddress": "456 Hollywood Blvd", "locality": "Hollywood" }
        ],
        ENTERPRISE: { "employeeNumber": "701984", "department": "Tour Operations", "manager": { "value": "26118915" } }
    })
}

/// An asset with what every asset has.
pub fn asset(name: &str) -> Value {
    json!({ "schemas": [ASSET], "name": name, "sites": ["Berlin"] })
}

/// An asset with these attributes besides.
pub fn asset_with(name: &str, attributes: Value) -> Value {
    let mut asset = asset(name);
    let Value::Object(attributes) = attributes else { panic!("attributes are an object") };
    if attributes.contains_key(WARRANTY) {
        asset["schemas"] = json!([ASSET, WARRANTY]);
    }
    for (name, value) in attributes {
        asset[name] = value;
    }
    asset
}

/// So many values of each multi-valued attribute of an asset; the first is of that number.
pub fn numbered(first: usize, count: usize) -> Value {
    let each =
        |value: fn(usize) -> Value| (first..first + count).map(value).collect::<Vec<Value>>();
    json!({
        "tags": each(|number| json!(format!("t{number}"))),
        "counts": each(|number| json!(number)),
        "ports": each(|number| json!({ "value": number, "kind": "ssh" })),
    })
}

/// A locker, with the extension that every locker has.
pub fn locker(number: i64) -> Value {
    json!({ "schemas": [LOCKER, PLACE], "number": number, PLACE: { "room": "12" } })
}

/// All types that are served.
pub fn types() -> [ResourceType; 4] {
    let read = |document| Schema::try_from(document).expect("a schema");
    let place = json!({
        "id": PLACE,
        "attributes": [{ "name": "room", "type": "string" }, { "name": "floor", "type": "integer" }]
    });
    let place = SchemaExtension::new(read(place)).with_required(true);
    let number =
        json!({ "name": "number", "type": "integer", "required": true, "uniqueness": "server" });
    [
        ResourceType::user().with_extension(ENTERPRISE_USER),
        ResourceType::group().with_unique("displayName"),
        ResourceType::new("Asset", read(asset_schema())).with_extension(read(warranty_schema())),
        ResourceType::new("Locker", read(json!({ "id": LOCKER, "attributes": [number] })))
            .with_extension(place),
    ]
}

fn asset_schema() -> Value {
    json!({
        "id": ASSET,
        "attributes": [
            { "name": "name", "type": "string", "required": true, "uniqueness": "server" },
            { "name": "sites", "type": "string", "multiValued": true, "required": true },
            { "name": "serial", "type": "string", "caseExact": true, "mutability": "immutable" },
            { "name": "makers", "type": "string", "multiValued": true, "mutability": "immutable" },
            { "name": "pin", "type": "string", "mutability": "writeOnly", "returned": "never" },
            { "name": "code", "type": "string", "mutability": "writeOnly" },
            { "name": "state", "type": "string", "mutability": "readOnly" },
            { "name": "note", "type": "string", "returned": "request" },
            { "name": "label", "type": "string" },
            { "name": "tags", "type": "string", "multiValued": true },
            { "name": "counts", "type": "integer", "multiValued": true },
            { "name": "slots", "type": "integer" },
            { "name": "weight", "type": "decimal" },
            { "name": "bought", "type": "dateTime" },
            { "name": "key", "type": "binary" },
            { "name": "manual", "type": "reference", "referenceTypes": ["external"] },
            { "name": "active", "type": "boolean" },
            { "name": "lent", "type": "boolean" },
            { "name": "badge", "type": "complex", "subAttributes": [
                { "name": "number", "type": "integer" },
                { "name": "holder", "type": "string" },
                { "name": "chip", "type": "string", "mutability": "immutable" },
                { "name": "secret", "type": "string", "mutability": "writeOnly", "returned": "never" },
                { "name": "issuer", "type": "string", "mutability": "readOnly" }
            ] },
            { "name": "ports", "type": "complex", "multiValued": true, "subAttributes": [
                { "name": "value", "type": "integer" },
                { "name": "kind", "type": "string", "required": true },
                { "name": "open", "type": "boolean" },
                { "name": "since", "type": "dateTime" },
                { "name": "mac", "type": "string", "mutability": "immutable" },
                { "name": "primary", "type": "boolean" }
            ] }
        ]
    })
}

fn warranty_schema() -> Value {
    json!({
        "id": WARRANTY,
        "attributes": [
            { "name": "until", "type": "dateTime", "required": true },
            { "name": "terms", "type": "string" },
            { "name": "contract", "type": "string", "mutability": "immutable" },
            { "name": "pin", "type": "string", "mutability": "writeOnly", "returned": "never" }
        ]
    })
}
