//! Resources that fit what the application can store: defaults, and one element for each slot.

use scimwire::auth::RequestContext;
use scimwire::quirks::Deviation;
use scimwire::resource::Resource;
use scimwire::schema::{ENTERPRISE_USER, ElementSlot, Schema};
use scimwire::service::Resources;
use scimwire::{Dispatcher, MemoryStore, Quirks, ResourceType};
use serde_json::{Value, json};

use support::reads::provider::{Provider, Setup, id};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const BADGE: &str = "urn:example:Badge";

/// Users with one address, two phones, two tags, and columns that are never empty.
fn users() -> ResourceType {
    let badge = Schema::try_from(json!({ "id": BADGE, "name": "Badge", "attributes": [
        { "name": "tags", "type": "string", "multiValued": true },
    ]}));
    ResourceType::user()
        .with_default("title", "none")
        .with_default("name.familyName", "-")
        .with_default(&format!("{ENTERPRISE}:costCenter"), "0")
        .with_extension(ENTERPRISE_USER)
        .with_extension(badge.expect("a schema"))
        .with_default("active", true)
        .with_elements("emails", [ElementSlot::new("work").primary()])
        .with_elements("phoneNumbers", [ElementSlot::new("work"), ElementSlot::new("mobile")])
        .with_elements(&format!("{BADGE}:tags"), [ElementSlot::untyped(), ElementSlot::untyped()])
        .with_elements("photos", [ElementSlot::untyped()])
}

/// An attribute, its value before and after, and the paths of what was left out.
type Case = (&'static str, Value, Value, &'static [&'static str]);

fn cases() -> Vec<Case> {
    let work = json!([{ "type": "work", "value": "a", "primary": true }]);
    let phones = json!([{ "type": "work", "value": "1" }, { "type": "mobile", "value": "2" }]);
    vec![
        ("emails", work.clone(), work.clone(), &[]),
        ("emails", json!([{ "value": "a" }]), work.clone(), &[]),
        ("emails", json!([{ "type": "WORK", "value": "a", "primary": false }]), work.clone(), &[]),
        ("emails", json!([{ "type": "home", "value": "a" }]), work.clone(), &["emails.type"]),
        (
            "emails",
            json!([{ "type": "home", "value": "b", "primary": true }, { "type": "work", "value": "a" }]),
            work.clone(),
            &["emails"],
        ),
        (
            "emails",
            json!([{ "type": "home", "value": "b" }, { "type": "x", "value": "a", "primary": true }]),
            work.clone(),
            &["emails.type", "emails"],
        ),
        // A client adds a new primary address before it removes the old one.
        (
            "emails",
            json!([{ "type": "work", "value": "b" }, { "type": "work", "value": "a", "primary": true }]),
            work.clone(),
            &["emails"],
        ),
        ("emails", json!([{ "type": "work" }, { "value": "a" }]), work, &["emails"]),
        ("emails", json!([{ "type": "work", "primary": true }]), Value::Null, &["emails"]),
        (
            "emails",
            json!([{ "value": "a", "primary": true }, { "value": "b", "primary": true }]),
            json!([{ "value": "a", "primary": true }, { "value": "b", "primary": true }]),
            &[],
        ),
        (
            "phoneNumbers",
            json!([{ "type": "Mobile", "value": "2" }, { "type": "work", "value": "1" }]),
            phones.clone(),
            &[],
        ),
        (
            "phoneNumbers",
            json!([{ "type": "mobile", "value": "2" }, { "value": "1" }]),
            phones,
            &[],
        ),
        (
            "phoneNumbers",
            json!([{ "value": "1", "primary": true }, { "type": "fax", "value": "2" }]),
            json!([{ "type": "work", "value": "1" }]),
            &["phoneNumbers.primary", "phoneNumbers"],
        ),
        ("phoneNumbers", json!([{ "type": "fax", "value": "2" }]), Value::Null, &["phoneNumbers"]),
        (
            "photos",
            json!([{ "type": "photo", "value": "a" }]),
            json!([{ "value": "a" }]),
            &["photos.type"],
        ),
        (BADGE, json!({ "tags": ["a", "b"] }), json!({ "tags": ["a", "b"] }), &[]),
        (
            BADGE,
            json!({ "tags": ["a", "b", "c"] }),
            json!({ "tags": ["a", "b"] }),
            &["urn:example:Badge:tags"],
        ),
    ]
}

#[test]
fn each_slot_takes_one_element() {
    let users = users();
    users.validate().expect("it is consistent");
    for (name, before, after, expected) in cases() {
        let mut user = Resource::default();
        user.set(name, before.clone());
        let left_out = users.conform(&mut user);
        assert_eq!(
            user.get(name),
            Some(after).filter(|it| !it.is_null()).map(Into::into).as_ref(),
            "{before}"
        );
        let paths: Vec<String> = left_out.iter().map(ToString::to_string).collect();
        assert_eq!(paths, expected, "{before}");
        let once = user.clone();
        assert!(users.conform(&mut user).is_empty(), "{before}");
        assert_eq!(user, once, "{before}");
    }
}

#[test]
fn a_default_is_for_what_has_no_value() {
    let mut user = Resource::default();
    assert!(users().conform(&mut user).is_empty());
    let expected = json!({
        "title": "none",
        "name": { "familyName": "-" },
        "active": true,
        ENTERPRISE: { "costCenter": "0" },
    });
    assert_eq!(Value::from(user.attributes().clone()), expected);
    let mut user = Resource::default();
    user.set("title", "Tour Guide");
    user.set("active", false);
    user.set("name", json!({ "givenName": "Barbara" }));
    user.set(ENTERPRISE, json!({ "costCenter": "4130", "department": "Tour" }));
    users().conform(&mut user);
    let expected = json!({
        "title": "Tour Guide",
        "name": { "familyName": "-", "givenName": "Barbara" },
        "active": false,
        ENTERPRISE: { "costCenter": "4130", "department": "Tour" },
    });
    assert_eq!(Value::from(user.attributes().clone()), expected);
    // The last one counts.
    let mut user = Resource::default();
    ResourceType::user().with_default("title", "a").with_default("TITLE", "b").conform(&mut user);
    assert_eq!(user.get_str("title"), Some("b"));
}

#[test]
fn what_the_type_cannot_have_is_refused() {
    let users = ResourceType::user;
    let slots =
        |path: &str, slots: &[ElementSlot]| users().with_elements(path, slots.iter().cloned());
    let (work, untyped) = (ElementSlot::new("work"), ElementSlot::untyped());
    let writable = "name a multi-valued attribute that clients can write";
    let of_default = "cannot have this default: use a value of its type, and a single-valued attribute that is writable, readable and not unique";
    for (users, expected) in [
        (users().with_default("badge", "x"), "`badge` is not defined".to_owned()),
        (users().with_default("active", "true"), format!("`active` {of_default}")),
        (users().with_default("name", json!({})), format!("`name` {of_default}")),
        (users().with_default("emails.value", "x"), format!("`emails.value` {of_default}")),
        (users().with_default("password", "x"), format!("`password` {of_default}")),
        (users().with_default("userName", "x"), format!("`userName` {of_default}")),
        (users().with_default("meta.version", "x"), format!("`meta.version` {of_default}")),
        (users().with_default("profileUrl", "no uri"), format!("`profileUrl` {of_default}")),
        (slots("badges", std::slice::from_ref(&work)), "`badges` is not defined".to_owned()),
        (slots("title", std::slice::from_ref(&untyped)), format!("`title` cannot have these elements: {writable}")),
        (slots("emails.value", &[untyped]), format!("`emails.value` cannot have these elements: {writable}")),
        (slots("groups", std::slice::from_ref(&work)), format!("`groups` cannot have these elements: {writable}")),
        (slots("emails", &[]), "`emails` cannot have these elements: name at least one slot".to_owned()),
        (
            slots("emails", &[work.clone(), ElementSlot::new("WORK")]),
            "`emails` cannot have these elements: use each `type` once".to_owned(),
        ),
        (
            slots("emails", &[work.clone().primary(), ElementSlot::new("home").primary()]),
            "`emails` cannot have these elements: only one slot can be primary".to_owned(),
        ),
        (
            slots("emails", &[work]).retain_attributes(["userName", "emails.value"]),
            "`emails` cannot have these elements: use `ElementSlot::untyped`, since the attribute has no `type`".to_owned(),
        ),
    ] {
        let err = users.validate().expect_err(&expected);
        assert_eq!(err.to_string(), format!("`User`: {expected}"));
        assert!(Dispatcher::builder("/scim").store(MemoryStore::new(users)).build().is_err());
    }
    let members = ResourceType::group().with_elements("members", [ElementSlot::untyped()]);
    assert!(members.validate().is_err());
}

fn serving(quirks: Quirks) -> Provider {
    Provider::serving([users()], Setup { quirks, ..Setup::default() })
}

fn body(attributes: &Value) -> Value {
    let mut body = json!({ "schemas": [USER, ENTERPRISE], "userName": "bjensen" });
    let attributes = attributes.as_object().expect("an object").clone();
    body.as_object_mut().expect("an object").extend(attributes);
    body
}

#[tokio::test]
async fn what_clients_write_is_made_to_fit() {
    let left_out = |path: &str| Deviation::NoSlot(path.to_owned());
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let provider = serving(quirks);
        let emails = json!([{ "type": "home", "value": "b" }, { "type": "work", "value": "a" }]);
        let made = provider.post("/Users", body(&json!({ "emails": emails }))).await;
        assert_eq!(made.status, 201, "{}", made.body);
        assert!(
            made.report.deviations.contains(&left_out("emails")),
            "{:?}",
            made.report.deviations
        );
        let kept = json!([{ "type": "work", "value": "a", "primary": true }]);
        assert_eq!((&made.body["emails"], &made.body["title"]), (&kept, &json!("none")));
        let path = format!("/Users/{}", id(&made.body));
        assert_eq!(provider.get(&path).await.ok(), made.body);
        // A change that conforming undoes makes no new version.
        let home = json!({ "type": "home", "value": "c" });
        for operations in [
            json!([{ "op": "add", "path": "emails", "value": [home] }]),
            json!([{ "op": "remove", "path": "title" }]),
            json!([{ "op": "replace", "path": "emails[type eq \"work\"].primary", "value": false }]),
        ] {
            let patched = provider.patch(&path, operations.clone()).await;
            assert_eq!(patched.body, made.body, "{operations}");
            assert!(patched.report.deviations.contains(&Deviation::NoOp), "{operations}");
        }
        let put = provider.put(&path, body(&json!({ "emails": emails, "active": true }))).await;
        assert_eq!(put.body, made.body);
        assert!(put.report.deviations.contains(&left_out("emails")));
        let operations = json!([{ "op": "add", "path": "emails", "value": [{ "type": "work", "value": "d", "primary": true }] }]);
        let moved = provider.patch(&path, operations).await.ok();
        assert_eq!(moved["emails"], json!([{ "type": "work", "value": "d", "primary": true }]));
        assert_ne!(moved["meta"]["version"], made.body["meta"]["version"]);
    }
}

#[tokio::test]
async fn a_default_activates_nobody() {
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        for users in [users(), users().with_required("active")] {
            let provider = Provider::serving([users], Setup { quirks, ..Setup::default() });
            let made = provider.create("/Users", body(&json!({ "active": false }))).await;
            let path = format!("/Users/{}", id(&made));
            let put = provider.put(&path, body(&json!({}))).await;
            assert_eq!((put.status, &put.body["active"]), (200, &json!(false)), "{}", put.body);
            let shown = provider.get(&path).await.ok();
            assert_eq!(shown, made, "nothing changed");
        }
    }
    let provider =
        Provider::serving([ResourceType::user().with_default("active", false)], Setup::default());
    let made = provider.create("/Users", body(&json!({ "schemas": [USER] }))).await;
    assert_eq!(made["active"], false, "a new user gets the default of the type");
}

#[tokio::test]
async fn what_the_application_writes_is_made_to_fit() {
    let (users, cx) = (Resources::new(MemoryStore::new(users())), RequestContext::new("example"));
    let mut user = Resource::default();
    user.set("userName", "bjensen");
    user.set("phoneNumbers", json!([{ "value": "1" }, { "type": "fax", "value": "2" }]));
    let made = users.create(user, &cx).await.expect("a user");
    let after = made.after.expect("the store returns it");
    assert_eq!(after.get("phoneNumbers"), Some(&json!([{ "type": "work", "value": "1" }]).into()));
    assert_eq!(after.get_str("title"), Some("none"));
    let photos = json!([{ "type": "photo", "value": "https://example.com/a.png" }]);
    users.set_attribute(&made.id, "photos", photos, &cx).await.expect("it is there");
    let user = users.get(&made.id, &cx).await.expect("it is there");
    assert_eq!(user.get("photos"), Some(&json!([{ "value": "https://example.com/a.png" }]).into()));
}
