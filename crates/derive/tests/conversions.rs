//! Structs to resources and back.

use chrono::{DateTime, Utc};
use scimwire::resource::{Email, Member, ValueErrorKind};
use scimwire::typed::{FieldKind, FieldValue, StringAttribute};
use scimwire::value::Value;
use scimwire::{Resource, ResourceType, ScimResource};
use serde_json::json;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[derive(Clone, Debug, PartialEq, ScimResource)]
#[scim(user)]
struct Account {
    #[scim(id)]
    id: i64,
    #[scim(skip)]
    org_id: i64,
    #[scim("userName", unique)]
    login: String,
    #[scim("externalId", unique)]
    external_id: Option<String>,
    #[scim("emails", type = "work", primary, column = "e_mail")]
    email: String,
    #[scim("name.givenName")]
    first_name: Option<String>,
    #[scim("name.familyName", default = "")]
    last_name: String,
    #[scim("phoneNumbers", type = "work")]
    work_phone: Option<String>,
    #[scim("phoneNumbers", type = "mobile")]
    mobile_phone: Option<String>,
    #[scim("addresses.streetAddress", type = "work")]
    street: Option<String>,
    #[scim("addresses.locality", type = "work")]
    city: Option<String>,
    #[scim("active")]
    is_enabled: bool,
    #[scim("password")]
    password_hash: Option<String>,
    #[scim(extension = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", "department")]
    department: Option<String>,
    #[scim(enterprise, "manager")]
    manager_id: Option<i64>,
    #[scim("meta.created")]
    created_at: DateTime<Utc>,
    #[scim("meta.lastModified")]
    updated_at: DateTime<Utc>,
    #[scim("meta.version")]
    version: i64,
}

fn account() -> Account {
    Account {
        id: 7,
        org_id: 3,
        login: "bjensen".into(),
        external_id: None,
        email: "bjensen@example.com".into(),
        first_name: Some("Barbara".into()),
        last_name: String::new(),
        work_phone: None,
        mobile_phone: Some("555-1".into()),
        street: Some("100 Universal City Plaza".into()),
        city: Some("Hollywood".into()),
        is_enabled: true,
        password_hash: Some("$argon2".into()),
        department: None,
        manager_id: Some(26),
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        version: 4,
    }
}

#[test]
fn a_struct_becomes_a_resource_without_secrets_and_nulls() {
    let expected = json!({
        "id": "7",
        "userName": "bjensen",
        "emails": [{ "type": "work", "primary": true, "value": "bjensen@example.com" }],
        "name": { "givenName": "Barbara" },
        "phoneNumbers": [{ "type": "mobile", "value": "555-1" }],
        "addresses": [{
            "type": "work",
            "streetAddress": "100 Universal City Plaza",
            "locality": "Hollywood",
        }],
        "active": true,
        ENTERPRISE: { "manager": { "value": "26" } },
        "meta": {
            "resourceType": "User",
            "created": "1970-01-01T00:00:00.000000Z",
            "lastModified": "1970-01-01T00:00:00.000000Z",
            "version": "W/\"4\"",
        },
    });
    let resource = account().to_resource();
    assert_eq!(Value::Object(resource.attributes().clone()), Value::from(expected));
}

#[test]
fn a_resource_becomes_the_struct_again() {
    let read = Account::from_resource(&account().to_resource()).expect("it fits");
    assert_eq!(read, Account { org_id: 0, password_hash: None, ..account() });
    let mut kept = Account { login: "other".into(), ..account() };
    kept.apply(&account().to_resource()).expect("it fits");
    assert_eq!(kept, account(), "what is skipped, and the password, stay");
}

#[test]
fn what_a_field_cannot_hold_names_the_attribute() {
    let change = |name: &str, value: serde_json::Value| {
        let mut resource = account().to_resource();
        resource.set(name, value);
        resource
    };
    for (resource, path, kind) in [
        (change("emails", json!(null)), "emails", ValueErrorKind::Required),
        (change("active", json!(null)), "active", ValueErrorKind::Required),
        (
            change(ENTERPRISE, json!({ "manager": { "value": "abc" } })),
            &*format!("{ENTERPRISE}:manager"),
            ValueErrorKind::Unsupported,
        ),
        (
            change(ENTERPRISE, json!({ "manager": { "value": "007" } })),
            &*format!("{ENTERPRISE}:manager"),
            ValueErrorKind::Unsupported,
        ),
        (change("id", json!("a")), "id", ValueErrorKind::Unsupported),
    ] {
        let err = Account::from_resource(&resource).expect_err(path);
        assert_eq!((err.path(), err.kind()), (path, kind));
    }
    let mut kept = account();
    kept.apply(&change("emails", json!(null))).expect_err("there is no email");
    assert_eq!(kept, account(), "nothing is changed");
}

#[test]
fn the_element_is_found_by_its_type_or_stands_alone() {
    let work = "work@example.com";
    for (emails, expected) in [
        (json!([{ "type": "home", "value": "h" }, { "type": "Work", "value": work }]), work),
        (json!([{ "value": "first" }, { "value": "main", "primary": true }]), "main"),
        (json!([{ "type": "home", "value": "h" }]), "h"),
    ] {
        let mut resource = account().to_resource();
        resource.set("emails", emails.clone());
        assert_eq!(Account::from_resource(&resource).expect("it fits").email, expected, "{emails}");
    }
    // With two phones, each is found by its type only.
    let mut resource = account().to_resource();
    resource.set("phoneNumbers", json!([{ "type": "fax", "value": "1" }]));
    let read = Account::from_resource(&resource).expect("it fits");
    assert_eq!((read.work_phone, read.mobile_phone), (None, None));
}

#[test]
fn the_resource_type_has_what_the_struct_has() {
    let users = Account::resource_type();
    users.validate().expect("it is consistent");
    let names: Vec<&str> = users.schema().attributes().iter().map(|it| it.name()).collect();
    assert_eq!(
        names,
        ["userName", "name", "active", "password", "emails", "phoneNumbers", "addresses"]
    );
    let required = |name: &str| users.schema().attribute(name).expect(name).is_required();
    assert!(required("emails") && required("active") && !required("name"));
    let subs = |name: &str| -> Vec<&str> {
        let attribute = users.schema().attribute(name).expect(name);
        attribute.sub_attributes().iter().map(|sub| sub.name()).collect()
    };
    assert_eq!(subs("emails"), ["value", "type", "primary"]);
    assert_eq!(subs("phoneNumbers"), ["value", "type"]);
    assert_eq!(subs("addresses"), ["streetAddress", "locality", "type"]);
    let [extension] = users.extensions() else { panic!("one extension") };
    assert!(!extension.required);
    assert_eq!(extension.schema.attributes().len(), 2);
    // It is what the hand-written one is.
    let mut sent = account().to_resource();
    sent.set("phoneNumbers", json!([{ "value": "1" }, { "type": "fax", "value": "2" }]));
    let left_out: Vec<String> = users.conform(&mut sent).iter().map(ToString::to_string).collect();
    assert_eq!(left_out, ["phoneNumbers"], "there are two columns");
    assert!(!users.schema().attribute("name").expect("name").sub_attributes()[0].is_required());
    let unique: Vec<String> = users.unique_paths().iter().map(ToString::to_string).collect();
    assert_eq!(unique, ["userName"]);
}

#[test]
fn the_fields_describe_columns() {
    let shown: Vec<String> = Account::FIELDS
        .iter()
        .map(|field| {
            let flags = [
                (field.id, "id"),
                (field.required, "required"),
                (field.unique, "unique"),
                (field.primary, "primary"),
            ];
            let flags = flags.iter().filter(|(is, _)| *is).map(|(_, name)| *name);
            let words: Vec<&str> = flags.chain(field.element_type).collect();
            format!("{} {} {:?} {}", field.path, field.column, field.kind, words.join(" "))
        })
        .collect();
    let manager = format!("{ENTERPRISE}:manager manager_id Integer ");
    let department = format!("{ENTERPRISE}:department department Text ");
    assert_eq!(
        shown,
        [
            "id id Integer id required unique",
            "userName login Text required unique",
            "externalId external_id Text unique",
            "emails e_mail Text required primary work",
            "name.givenName first_name Text ",
            "name.familyName last_name Text required",
            "phoneNumbers work_phone Text work",
            "phoneNumbers mobile_phone Text mobile",
            "addresses.streetAddress street Text work",
            "addresses.locality city Text work",
            "active is_enabled Boolean required",
            "password password_hash Text ",
            &department,
            &manager,
            "meta.created created_at Instant required",
            "meta.lastModified updated_at Instant required",
            "meta.version version Integer required",
        ]
    );
}

#[derive(Clone, Debug, PartialEq)]
enum Employment {
    Staff,
}

impl FieldValue<StringAttribute> for Employment {
    const KIND: FieldKind = FieldKind::Other;

    fn to_value(&self) -> Value {
        "Staff".into()
    }

    fn from_value(value: &Value) -> Option<Self> {
        (value.as_str() == Some("Staff")).then_some(Self::Staff)
    }
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Language {
    De,
}

#[derive(Clone, Debug, PartialEq, ScimResource)]
#[scim(user)]
struct Person {
    #[scim(id)]
    id: String,
    #[scim("urn:ietf:params:scim:schemas:core:2.0:User:userName")]
    user_name: String,
    #[scim("name")]
    name: Option<scimwire::resource::Name>,
    #[scim("emails")]
    emails: Vec<Email>,
    #[scim("phoneNumbers")]
    phones: Vec<String>,
    #[scim("userType")]
    employment: Option<Employment>,
    #[scim("preferredLanguage", serde)]
    language: Option<Language>,
    #[scim("groups")]
    groups: Vec<Member>,
}

#[test]
fn lists_complex_values_and_own_types_are_converted() {
    let resource = ResourceType::user()
        .encode(&json!({
            "id": "ann",
            "userName": "ann",
            "name": { "familyName": "Lee" },
            "emails": [{ "value": "a@example.com", "type": "home" }, { "value": "b@example.com" }],
            "phoneNumbers": [{ "value": "555-1" }, { "value": "555-2" }],
            "userType": "Staff",
            "preferredLanguage": "de",
            "groups": [{ "value": "1" }],
        }))
        .expect("it fits");
    let person = Person::from_resource(&resource).expect("it fits");
    assert_eq!(person.emails.len(), 2);
    assert_eq!(person.phones, ["555-1", "555-2"]);
    assert_eq!(
        (person.employment.clone(), person.language.clone()),
        (Some(Employment::Staff), Some(Language::De))
    );
    assert!(person.groups.is_empty(), "read-only attributes are the store's");
    let again = person.to_resource();
    for name in ["name", "emails", "phoneNumbers", "userType", "preferredLanguage"] {
        assert_eq!(again.get(name), resource.get(name), "{name}");
    }
    assert!(again.version().is_some(), "the version follows from the content");
    let renamed = Person { user_name: "eve".into(), ..person };
    assert_ne!(renamed.to_resource().version(), again.version());
    let mut other = again;
    other.set("userType", "Robot");
    assert_eq!(Person::from_resource(&other).expect_err("no such type").path(), "userType");
}

#[derive(Clone, Debug, PartialEq, ScimResource)]
#[scim(group)]
struct Team {
    #[scim(id)]
    id: u32,
    #[scim("displayName", unique)]
    name: String,
    #[scim("members")]
    members: Vec<i64>,
    #[scim("meta.lastModified")]
    updated_at: Option<String>,
}

#[test]
fn a_group_has_members_by_id() {
    let team = Team {
        id: 1,
        name: "Guides".into(),
        members: vec![4, 5],
        updated_at: Some("2011-05-13T04:42:34.000001Z".into()),
    };
    let resource = team.to_resource();
    assert_eq!(resource.get("members"), Some(&json!([{ "value": "4" }, { "value": "5" }]).into()));
    assert_eq!(
        resource.version().map(|it| it.opaque_tag().to_owned()).as_deref(),
        Some("1305261754000001")
    );
    assert_eq!(Team::from_resource(&resource).expect("it fits"), team);
    let groups = Team::resource_type();
    groups.validate().expect("it is consistent");
    assert_eq!(groups.unique_paths().len(), 1);
    let members = groups.schema().attribute("members").expect("members").sub_attributes();
    assert_eq!(members.iter().map(|sub| sub.name()).collect::<Vec<_>>(), ["value", "$ref"]);
    assert_eq!(Team::FIELDS[2].kind, FieldKind::References);
    let mut strange = Resource::clone(&resource);
    strange.set("members", json!([{ "value": "x" }]));
    assert_eq!(Team::from_resource(&strange).expect_err("no such id").path(), "members");
}
