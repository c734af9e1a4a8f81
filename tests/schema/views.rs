//! Resources as Rust types: those of the RFC have all attributes that the RFC has.

use scimwire::Resource;
use scimwire::resource::{EnterpriseUser, Group, User};
use scimwire::schema::BuiltinSchema;
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
