//! What clients send, and whom it is about: the same for every bench.
#![allow(dead_code, reason = "each bench uses a part of it")]

use serde_json::{Value, json};

/// The question of every identity provider before it creates a user; 33 bytes.
pub(crate) const BY_USER_NAME: &str = r#"userName eq "bjensen@example.com""#;

/// A condition on one e-mail address beside another one (RFC 7644, Figure 2); 77 bytes.
pub(crate) const VALUE_PATH: &str =
    r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#;

/// Three comparisons.
pub(crate) const THREE_TERMS: &str =
    r#"userName eq "bjensen@example.com" and active eq true and title sw "Tour""#;

/// One address, by its type and a part of it.
pub(crate) const WORK_ADDRESS: &str = r#"emails[type eq "work" and value co "@example.com"]"#;

/// What an administrator asks for a report, piece by piece.
const CONDITIONS: &[&str] = &[
    r#"(userName sw "b" and name.familyName co "ens" and active eq true)"#,
    r#"(title pr and userType eq "Employee" and meta.lastModified gt "2011-05-13T04:42:34Z")"#,
    r#"(emails.value co "@example.com" and not (emails.type eq "home"))"#,
    r#"(displayName ne "Babs Jensen" or nickName eq "Babs")"#,
    r#"(externalId eq "701984" and preferredLanguage sw "en")"#,
    r#"(locale eq "en-US" and timezone eq "America/Los_Angeles")"#,
    r#"(name.givenName eq "Barbara" and name.middleName pr)"#,
    r#"(phoneNumbers.value sw "tel:+1-201" or ims.value eq "someaimhandle")"#,
    r#"(meta.created ge "2010-01-23T04:56:22Z" and meta.created lt "2020-01-01T00:00:00Z")"#,
    r#"(addresses.locality eq "Hollywood" and addresses.postalCode sw "91")"#,
    r#"(profileUrl sw "https://login.example.com/" and not (title co "intern"))"#,
    r#"(entitlements.value eq "sales" or roles.value co "admin" or roles.primary eq true)"#,
    r#"(userName ew "@example.org" and active eq false)"#,
    r#"(name.formatted co "Ms." and displayName pr)"#,
    r#"(userType ne "Contractor" and title eq "Tour Guide")"#,
];

/// Conditions on one value of several.
const VALUE_PATHS: &[&str] = &[
    r#"emails[type eq "work" and value ew "@example.com"]"#,
    r#"addresses[country eq "US" and (region eq "CA" or region eq "NV")]"#,
    r#"phoneNumbers[type eq "mobile" and value pr]"#,
    r#"ims[type eq "xmpp" and not (value ew "@example.net")]"#,
];

/// A report of an administrator: a bit of everything; 1 KB.
pub(crate) fn mixed() -> String {
    let conditions = &CONDITIONS[..CONDITIONS.len() - VALUE_PATHS.len()];
    format!("{} or {}", conditions.join(" or "), VALUE_PATHS.join(" or "))
}

/// The same without value paths; 1 KB.
pub(crate) fn mixed_without_value_paths() -> String {
    CONDITIONS.join(" or ")
}

/// As deep as a generator of filters nests: 30 pairs of parentheses.
pub(crate) fn nested() -> String {
    format!("{}{}{}", "(".repeat(30), r#"userName eq "bjensen""#, ")".repeat(30))
}

/// The body of a POST; as JSON without spaces it has 1.1 KB.
pub(crate) fn user() -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "externalId": "701984",
        "userName": "bjensen@example.com",
        "name": {
            "formatted": "Ms. Barbara J Jensen, III",
            "familyName": "Jensen",
            "givenName": "Barbara",
            "middleName": "Jane",
            "honorificPrefix": "Ms.",
        },
        "displayName": "Babs Jensen",
        "profileUrl": "https://login.example.com/bjensen",
        "emails": [
            { "value": "bjensen@example.com", "type": "work", "primary": true },
            { "value": "babs@jensen.example.org", "type": "home" },
        ],
        "addresses": [
            { "type": "work", "streetAddress": "100 Universal City Plaza", "locality": "Hollywood", "region": "CA",
              "postalCode": "91608", "country": "US", "primary": true },
        ],
        "phoneNumbers": [{ "value": "tel:+1-201-555-0123", "type": "work" }, { "value": "tel:+1-201-555-0124", "type": "mobile" }],
        "userType": "Employee",
        "title": "Tour Guide",
        "preferredLanguage": "en-US",
        "locale": "en-US",
        "timezone": "America/Los_Angeles",
        "active": true,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": "701984",
            "costCenter": "4130",
            "department": "Tour Operations",
            "manager": { "value": "26118915-6090-4610-87e4-49d8ca9f808d" },
        },
    })
}
