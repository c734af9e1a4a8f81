//! Resources that tests look for: people, and devices of a schema that has every data type.

use scimwire::ResourceType;
use scimwire::schema::Schema;
use serde_json::{Value, json};

pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
pub const DEVICE: &str = "urn:example:schemas:Device";
pub const PLACE: &str = "urn:example:schemas:Place";
pub const LEASE: &str = "urn:example:schemas:Lease";

pub fn user(name: &str) -> Value {
    json!({ "schemas": [USER], "userName": name })
}

pub fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({ "schemas": [GROUP], "displayName": name, "members": members })
}

/// A device with these attributes besides its serial number.
pub fn device(serial: &str, mut attributes: Value) -> Value {
    let has_place = attributes.get(PLACE).is_some();
    attributes["schemas"] = if has_place { json!([DEVICE, PLACE]) } else { json!([DEVICE]) };
    attributes["serial"] = json!(serial);
    attributes
}

/// `bjensen`, `jsmith`, `omalley` and `Root`, in this order.
pub fn people() -> Vec<Value> {
    let bjensen = json!({
        "schemas": [USER, ENTERPRISE],
        "userName": "bjensen",
        "externalId": "701984",
        "name": { "formatted": "Ms. Barbara J Jensen III", "familyName": "Jensen", "givenName": "Barbara" },
        "profileUrl": "https://login.example.com/bjensen",
        "title": "Tour Guide",
        "userType": "Employee",
        "active": true,
        "password": "t1meMa$heen",
        "emails": [
            { "value": "bjensen@example.com", "type": "work", "primary": true },
            { "value": "babs@jensen.org", "type": "home" }
        ],
        ENTERPRISE: { "employeeNumber": "701984", "department": "Tour Operations", "manager": { "value": "26118915" } }
    });
    let jsmith = json!({
        "schemas": [USER],
        "userName": "jsmith",
        "displayName": "Smith, James",
        "name": { "familyName": "Smith", "givenName": "James" },
        "userType": "Intern",
        "active": false,
        "emails": [
            { "value": "jsmith@example.com", "type": "home" },
            { "value": "jim@example.org", "type": "work" }
        ],
    });
    let omalley = json!({
        "schemas": [USER],
        "userName": "omalley",
        "name": { "familyName": "O'Malley" },
        "title": "",
        "userType": "Employee",
        "active": true,
    });
    vec![bjensen, jsmith, omalley, user("Root")]
}

/// `A1`, `a1`, `B2` and `C3`, in this order.
pub fn devices() -> Vec<Value> {
    let one = json!({
        "label": "Router",
        "slots": 9_007_199_254_740_993_u64,
        "weight": 0.1,
        "bought": "2011-05-13T04:42:34Z",
        "key": "AQID",
        "manual": "https://example.com/Manual",
        "active": true,
        "tags": ["Rack", "spare"],
        "hosts": ["Alpha", "beta"],
        "ports": [
            { "value": 22, "kind": "ssh", "open": false },
            { "value": 80, "kind": "http", "open": true, "primary": true }
        ],
        PLACE: { "room": "12", "floor": 3 }
    });
    let other = json!({
        "label": "router 2",
        "slots": 9_007_199_254_740_992_u64,
        "weight": 100,
        "bought": "2011-05-13T06:42:34+02:00",
        "key": "AQI=",
        "manual": "https://example.com/manual",
        "active": false,
        "tags": ["RACK"],
        "hosts": ["gamma"],
        "ports": [{ "value": 443, "kind": "http", "open": false }],
        PLACE: { "room": "7", "floor": 10 }
    });
    let third = json!({ "label": "Ärmel", "slots": -5, "weight": -0.5, "bought": "2012-01-01T00:00:00.5Z" });
    vec![device("A1", one), device("a1", other), device("B2", third), device("C3", json!({}))]
}

/// Devices, with the extensions `Place` and `Lease`.
pub fn device_type() -> ResourceType {
    let schema = json!({
        "id": DEVICE,
        "name": "Device",
        "attributes": [
            { "name": "serial", "type": "string", "required": true, "caseExact": true, "uniqueness": "server" },
            { "name": "label", "type": "string" },
            { "name": "slots", "type": "integer" },
            { "name": "weight", "type": "decimal" },
            { "name": "bought", "type": "dateTime" },
            { "name": "key", "type": "binary" },
            { "name": "manual", "type": "reference", "referenceTypes": ["external"] },
            { "name": "active", "type": "boolean" },
            { "name": "tags", "type": "string", "multiValued": true },
            { "name": "hosts", "type": "string", "multiValued": true, "caseExact": true, "uniqueness": "server" },
            { "name": "ports", "type": "complex", "multiValued": true, "subAttributes": [
                { "name": "value", "type": "integer" },
                { "name": "kind", "type": "string", "caseExact": true },
                { "name": "open", "type": "boolean" },
                { "name": "primary", "type": "boolean" }
            ] },
            { "name": "asset", "type": "string", "returned": "always" },
            { "name": "note", "type": "string", "returned": "request" },
            { "name": "pin", "type": "string", "returned": "never", "mutability": "writeOnly" },
            { "name": "badge", "type": "complex", "subAttributes": [
                { "name": "number", "type": "integer" },
                { "name": "place", "type": "string" },
                { "name": "color", "type": "string", "returned": "always" },
                { "name": "note", "type": "string", "returned": "request" },
                { "name": "pin", "type": "string", "returned": "never", "mutability": "writeOnly" }
            ] }
        ]
    });
    let place = json!({
        "id": PLACE,
        "attributes": [
            { "name": "room", "type": "string" },
            { "name": "floor", "type": "integer" },
            { "name": "until", "type": "dateTime" },
            { "name": "hint", "type": "string", "returned": "request" }
        ]
    });
    let lease = json!({
        "id": LEASE,
        "attributes": [{ "name": "until", "type": "dateTime" }, { "name": "label", "type": "string" }]
    });
    let read = |document| Schema::try_from(document).expect("a schema");
    ResourceType::new("Device", read(schema))
        .with_extension(read(place))
        .with_extension(read(lease))
}
