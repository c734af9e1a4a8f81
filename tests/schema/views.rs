//! Resources as Rust types: those of the RFC have all attributes that the RFC has.

use scimwire::resource::{
    Address, Email, EnterpriseUser, Group, Manager, Member, MultiValued, Name, PhoneNumber, Role,
    User, ValueErrorKind,
};
use scimwire::schema::{AttributeType, BuiltinSchema, ENTERPRISE_USER, GROUP_SCHEMA, USER_SCHEMA};
use scimwire::{Resource, ResourceType};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::published::value_of;
use support::reads::samples::ENTERPRISE;

/// A resource with a value for each attribute of a schema.
fn whole(schema: BuiltinSchema) -> Map<String, Value> {
    let document = schema.schema().to_json();
    let attributes = document["attributes"].as_array().expect("attributes").iter();
    attributes
        .map(|attribute| {
            (attribute["name"].as_str().expect("a name").to_owned(), value_of(attribute))
        })
        .collect()
}

/// What a view makes of a resource, as JSON again, is the resource.
#[track_caller]
fn keeps_all<T: DeserializeOwned + Serialize>(object: Map<String, Value>) {
    let view: T = Resource::from_object(object.clone()).deserialize().expect("a view");
    let shown = serde_json::to_value(view).expect("JSON");
    for (name, value) in object {
        assert_eq!(shown[&name], value, "{name}");
    }
}

#[test]
fn views_have_all_attributes_of_the_rfc() {
    let meta = json!({
        "resourceType": "User", "created": "2011-08-01T21:32:44.000000Z", "lastModified": "2011-08-01T21:32:44.000001Z",
        "version": "W/\"2\""
    });
    let common = [("id", json!("1")), ("externalId", json!("x")), ("meta", meta)];
    let with_common = |mut object: Map<String, Value>| {
        object.extend(common.clone().map(|(name, value)| (name.to_owned(), value)));
        object
    };
    let mut user = with_common(whole(BuiltinSchema::User));
    assert!(user.remove("password").is_some(), "that one is taken, and not viewed");
    user.insert(ENTERPRISE.to_owned(), Value::Object(whole(BuiltinSchema::EnterpriseUser)));
    // A value of `groups` has no `primary`, and one that is left out is false.
    keeps_all::<User>(user.clone());
    keeps_all::<Group>(with_common(whole(BuiltinSchema::Group)));
    keeps_all::<EnterpriseUser>(whole(BuiltinSchema::EnterpriseUser));
    let user = Resource::from_object(user);
    let extension: Option<EnterpriseUser> = user.extension(ENTERPRISE).expect("a view");
    assert_eq!(user.deserialize::<User>().expect("a view").enterprise, extension);
    assert_eq!(user.extension::<EnterpriseUser>("urn:example:none").expect("nothing"), None);
    assert_eq!(user.deserialize::<User>().expect("a view").meta, user.meta());
}

#[test]
fn a_view_that_does_not_fit_is_an_error() {
    for wrong in [
        json!({ "userName": 1 }),
        json!({ "emails": "x" }),
        json!({ "meta": { "created": "yesterday" } }),
    ] {
        let object = wrong.as_object().cloned().expect("an object");
        assert!(Resource::from_object(object).deserialize::<User>().is_err(), "{wrong}");
    }
    let mut user = Resource::default();
    user.set(ENTERPRISE, json!({ "manager": "26118915" }));
    assert!(user.extension::<EnterpriseUser>(ENTERPRISE).is_err());
}

fn whole_user() -> User {
    User::new("bjensen")
        .with_id("2819c223")
        .with_external_id("701984")
        .with_name(Name::default().with_given_name("Barbara").with_family_name("Jensen"))
        .with_display_name("Babs")
        .with_profile_url("https://example.com/bjensen")
        .with_title("Tour guide")
        .with_active(false)
        .with_emails([
            Email::new("b@example.com").with_type("work").with_primary(true).with_display("b"),
            Email::new("babs@example.com"),
        ])
        .with_phone_numbers([PhoneNumber::new("tel:+1-201-555-0123")])
        .with_addresses([Address::default().with_locality("Hollywood").with_country("US")])
        .with_groups([Member::new("e9e30dba").with_display("Guides").with_type("direct")])
        .with_roles([Role::new("guide")])
        .with_enterprise(
            EnterpriseUser::default()
                .with_department("Tours")
                .with_manager(Manager::new("26118915").with_display_name("John Smith")),
        )
}

#[test]
fn unassigned_attributes_are_not_serialized() {
    let empty = [
        serde_json::to_value(User::default()),
        serde_json::to_value(Group::default()),
        serde_json::to_value(EnterpriseUser::default()),
        serde_json::to_value(Name::default()),
        serde_json::to_value(MultiValued::default()),
        serde_json::to_value(Address::default()),
        serde_json::to_value(Member::default()),
        serde_json::to_value(Manager::default()),
    ];
    for (index, value) in empty.into_iter().enumerate() {
        assert_eq!(value.expect("JSON"), json!({}), "{index}");
    }
}

#[test]
fn values_become_resources() {
    let users = ResourceType::user().with_extension(ENTERPRISE_USER);
    let resource = users.encode(&whole_user()).expect("a user");
    assert_eq!(resource.deserialize::<User>().expect("a view"), whole_user());
    assert_eq!(
        serde_json::to_value(&resource).expect("JSON"),
        json!({
            "id": "2819c223",
            "externalId": "701984",
            "userName": "bjensen",
            "name": { "givenName": "Barbara", "familyName": "Jensen" },
            "displayName": "Babs",
            "profileUrl": "https://example.com/bjensen",
            "title": "Tour guide",
            "active": false,
            "emails": [
                { "value": "b@example.com", "type": "work", "primary": true, "display": "b" },
                { "value": "babs@example.com" }
            ],
            "phoneNumbers": [{ "value": "tel:+1-201-555-0123" }],
            "addresses": [{ "locality": "Hollywood", "country": "US" }],
            "groups": [{ "value": "e9e30dba", "display": "Guides", "type": "direct" }],
            "roles": [{ "value": "guide" }],
            ENTERPRISE: {
                "department": "Tours",
                "manager": { "value": "26118915", "displayName": "John Smith" }
            }
        })
    );
    let group = Group::new("Guides").with_members([Member::new("2819c223").with_type("User")]);
    let resource = ResourceType::group().encode(&group).expect("a group");
    assert_eq!(resource.deserialize::<Group>().expect("a view"), group);
    assert_eq!(resource.members(), group.members);
}

#[test]
fn values_are_made_canonical() {
    let users = ResourceType::user().with_extension(ENTERPRISE_USER);
    for (value, expected) in [
        (json!({ "userName": "b", "title": null, "id": "" }), json!({ "userName": "b" })),
        (json!({ "USERNAME": "b", "schemas": [], "Schemas": 1 }), json!({ "userName": "b" })),
        (
            json!({ "emails": [{ "value": "b", "type": null }, null], "name": { "formatted": null } }),
            json!({ "emails": [{ "value": "b" }] }),
        ),
        (json!({ "password": "t1meMa$heen" }), json!({ "password": "t1meMa$heen" })),
        (
            json!({ ENTERPRISE.to_uppercase(): { "DEPARTMENT": "Tours" } }),
            json!({ ENTERPRISE: { "department": "Tours" } }),
        ),
    ] {
        let resource = users.encode(&value).expect("a user");
        assert_eq!(serde_json::to_value(resource).expect("JSON"), expected, "{value}");
    }
}

#[test]
fn values_that_do_not_fit_are_errors() {
    let users = ResourceType::user().with_extension(ENTERPRISE_USER);
    let badge = format!("{ENTERPRISE}:badge");
    for (value, path, kind) in [
        (json!("bjensen"), "User", ValueErrorKind::NotObject),
        (json!([{ "userName": "bjensen" }]), "User", ValueErrorKind::NotObject),
        (json!({ "user_name": "b" }), "user_name", ValueErrorKind::Unknown),
        (json!({ ENTERPRISE: { "badge": 7 } }), badge.as_str(), ValueErrorKind::Unknown),
        (json!({ "active": "true" }), "active", ValueErrorKind::Type(AttributeType::Boolean)),
        (json!({ "emails": { "value": "b" } }), "emails", ValueErrorKind::NotArray),
        (json!({ "title": ["b"] }), "title", ValueErrorKind::Array),
        (json!({ "userName": "b", "username": "c" }), "userName", ValueErrorKind::Duplicate),
    ] {
        let err = users.encode(&value).expect_err("it does not fit");
        assert_eq!((err.path(), err.kind()), (path, kind), "{value}");
    }
    let kept = users.retain_attributes(["userName"]);
    assert!(kept.encode(&json!({ "userName": "b", "title": "x" })).is_err(), "it is not kept");
}

#[test]
fn accessors_return_typed_attributes() {
    let users = ResourceType::user().with_extension(ENTERPRISE_USER);
    let (user, expected) = (users.encode(&whole_user()).expect("a user"), whole_user());
    assert_eq!(
        (user.user_name(), user.display_name()),
        (Some("bjensen"), expected.display_name.as_deref())
    );
    assert_eq!((user.name(), user.enterprise()), (expected.name, expected.enterprise));
    assert_eq!((user.emails(), user.phone_numbers()), (expected.emails, expected.phone_numbers));
    assert_eq!(user.groups(), expected.groups);
    let nothing = Resource::default();
    assert_eq!((nothing.user_name(), nothing.name(), nothing.enterprise()), (None, None, None));
    assert_eq!((nothing.emails(), nothing.members()), (Vec::new(), Vec::new()));
    for (emails, expected) in [
        (json!([{ "value": "a" }, { "value": "b", "primary": true }]), Some("b")),
        (json!([{ "value": "a" }, { "value": "b", "primary": false }]), Some("a")),
        (json!([{ "type": "work" }]), None),
        (json!("a"), None),
    ] {
        let mut user = Resource::default();
        user.set("emails", emails.clone());
        assert_eq!(user.primary_email(), expected, "{emails}");
    }
}

#[test]
fn uris_of_schemas_are_constants() {
    for schema in BuiltinSchema::ALL {
        assert_eq!(schema.uri(), schema.schema().uri().as_str());
    }
    assert_eq!(
        (USER_SCHEMA, GROUP_SCHEMA),
        (BuiltinSchema::User.uri(), BuiltinSchema::Group.uri())
    );
}
