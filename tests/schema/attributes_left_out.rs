//! Resource types with no more attributes than the host keeps (RFC 7643, Sections 4 and 7).

use scimwire::message::{BULK_REQUEST, PATCH_OP};
use scimwire::quirks::{Deviation, UnknownAttributes};
use scimwire::schema::{ENTERPRISE_USER, SchemaErrorKind};
use scimwire::{Dispatcher, MemoryDirectory, Quirks, ResourceType};
use serde_json::{Value, json};

use support::reads::provider::{Provider, Setup, id};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const BADGE: &str = "urn:example:schemas:Badge";

pub(crate) fn types() -> [ResourceType; 2] {
    let users = ResourceType::user().with_extension(ENTERPRISE_USER).retain_attributes([
        "username",
        "active",
        "name.givenName",
        "emails.value",
        &format!("{USER}:groups"),
        &format!("{ENTERPRISE}:department"),
        &format!("{ENTERPRISE}:manager.value"),
    ]);
    [users, ResourceType::group().retain_attributes(["displayName", "members.value"])]
}

fn serving(quirks: Quirks) -> Provider {
    Provider::serving(types(), Setup { quirks, ..Setup::default() })
}

fn refusing() -> Quirks {
    let mut quirks = Quirks::STRICT;
    quirks.unknown_attributes = UnknownAttributes::Reject;
    quirks
}

/// What is reported of an attribute that is not kept.
fn noted(quirks: Quirks) -> fn(String) -> Deviation {
    if quirks.left_out_attributes { Deviation::LeftOut } else { Deviation::UnknownAttribute }
}

/// A user with more than the host keeps.
fn bjensen() -> Value {
    json!({
        "schemas": [USER, ENTERPRISE],
        "userName": "bjensen",
        "externalId": "701984",
        "nickName": "Babs",
        "name": { "givenName": "Barbara", "familyName": "Jensen" },
        "emails": [{ "value": "bjensen@example.com", "type": "work" }],
        "photos": [{ "value": "https://example.com/babs.jpg" }],
        ENTERPRISE: { "department": "Tour", "costCenter": "4130", "manager": { "value": "26", "displayName": "Ann" } }
    })
}

/// That user as the host keeps it.
fn kept() -> Value {
    json!({
        "schemas": [USER, ENTERPRISE],
        "userName": "bjensen",
        "externalId": "701984",
        "name": { "givenName": "Barbara" },
        "emails": [{ "value": "bjensen@example.com" }],
        ENTERPRISE: {
            "department": "Tour",
            "manager": { "value": "26", "$ref": "https://example.com/scim/v2/Users/26" }
        }
    })
}

/// What a client wrote of a resource.
fn written(mut resource: Value) -> Value {
    let object = resource.as_object_mut().expect("a resource");
    for name in ["id", "meta", "active"] {
        object.remove(name);
    }
    resource
}

fn names(attributes: &Value) -> Vec<&str> {
    attributes
        .as_array()
        .expect("attributes")
        .iter()
        .map(|attribute| attribute["name"].as_str().expect("a name"))
        .collect()
}

#[tokio::test]
async fn schemas_list_what_is_kept_and_no_more() {
    // P-4-11
    let provider = serving(Quirks::STRICT);
    for (uri, expected) in [
        (USER, vec!["userName", "name", "active", "emails", "groups"]),
        (ENTERPRISE, vec!["department", "manager"]),
        (GROUP, vec!["displayName", "members"]),
    ] {
        let schema = provider.get(&format!("/Schemas/{uri}")).await.ok();
        assert_eq!(names(&schema["attributes"]), expected, "{uri}");
        for (name, subs) in [
            ("name", vec!["givenName"]),
            ("emails", vec!["value"]),
            ("members", vec!["value", "$ref"]),
            ("manager", vec!["value", "$ref"]),
        ] {
            let attributes = schema["attributes"].as_array().expect("attributes");
            for attribute in attributes.iter().filter(|attribute| attribute["name"] == name) {
                assert_eq!(names(&attribute["subAttributes"]), subs, "{uri}:{name}");
            }
        }
    }
    let nothing_of_it =
        ResourceType::user().with_extension(ENTERPRISE_USER).retain_attributes(["userName"]);
    let provider = Provider::serving([nothing_of_it], Setup::default());
    assert_eq!(provider.get("/ResourceTypes/User").await.ok().get("schemaExtensions"), None);
    provider.get(&format!("/Schemas/{ENTERPRISE}")).await.failed(404, None);
}

#[tokio::test]
async fn what_is_left_out_is_unknown_in_a_body() {
    // P-4-11
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let provider = serving(quirks);
        let made = provider.post("/Users", bjensen()).await;
        assert_eq!((made.status, written(made.body.clone())), (201, kept()));
        let path = format!("/Users/{}", id(&made.body));
        assert_eq!(provider.get(&path).await.ok(), made.body);
        for unknown in
            ["nickName", "name.familyName", "emails.type", &format!("{ENTERPRISE}:costCenter")]
        {
            let left_out = noted(quirks)(unknown.to_owned());
            assert!(
                made.report.deviations.contains(&left_out),
                "{unknown}: {:?}",
                made.report.deviations
            );
        }
        let put = provider.put(&path, bjensen()).await;
        assert_eq!(put.body, made.body, "what is left out is no change");
    }
    let provider = serving(refusing());
    let detail = provider.post("/Users", bjensen()).await.refused("invalidSyntax");
    assert!(detail.contains("is not defined"), "{detail}");
    provider
        .create("/Users", {
            let mut user = kept();
            user[ENTERPRISE]["manager"] = json!({ "value": "26" });
            user
        })
        .await;
}

#[tokio::test]
async fn a_patch_of_what_is_left_out_changes_nothing() {
    // P-3.12-09
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let provider = serving(quirks);
        let made = provider.create("/Users", bjensen()).await;
        let path = format!("/Users/{}", id(&made));
        let in_a_value = json!([{ "op": "replace", "value": { "nickName": "x", "name": { "familyName": "y" } } }]);
        let patched = provider.patch(&path, in_a_value).await;
        assert_eq!(patched.body, made);
        assert!(
            patched.report.deviations.contains(&Deviation::NoOp),
            "{:?}",
            patched.report.deviations
        );
        let change = json!([{ "op": "replace", "value": { "nickName": "x", "name": { "givenName": "Babs" } } }]);
        assert_eq!(
            provider.patch(&path, change).await.ok()["name"],
            json!({ "givenName": "Babs" })
        );
    }
    let mut quirks = Quirks::STRICT;
    quirks.ignore_unknown_paths = true;
    let provider = serving(quirks);
    let made = provider.create("/Users", bjensen()).await;
    let operations = json!([{ "op": "replace", "path": "nickName", "value": "x" }]);
    assert_eq!(provider.patch(&format!("/Users/{}", id(&made)), operations).await.ok(), made);
}

/// Paths of what is left out, and of parts of it.
fn left_out_paths() -> Vec<String> {
    let paths = [
        "nickName",
        "NICKNAME",
        "name.familyName",
        "emails.type",
        "emails[value pr].display",
        "photos",
        "photos[type eq \"photo\" and primary eq true].value",
        "costCenter",
        "manager.displayName",
    ];
    let urns = [
        format!("{USER}:nickName"),
        format!("{ENTERPRISE}:costCenter"),
        format!("{ENTERPRISE}:manager.displayName"),
    ];
    paths.into_iter().map(str::to_owned).chain(urns).collect()
}

#[tokio::test]
async fn a_path_of_what_is_left_out_changes_nothing_of_the_rest() {
    let (strict, lenient) = (serving(Quirks::STRICT), serving(Quirks::LENIENT));
    let (of_strict, of_lenient) =
        (strict.create("/Users", bjensen()).await, lenient.create("/Users", bjensen()).await);
    let (in_strict, in_lenient) =
        (format!("/Users/{}", id(&of_strict)), format!("/Users/{}", id(&of_lenient)));
    let mut number = 0;
    for path in left_out_paths() {
        for op in ["add", "replace", "remove"] {
            number += 1;
            let name = format!("Barbara {number}");
            let mut left_out = json!({ "op": op, "path": path });
            if op != "remove" {
                left_out["value"] = json!("x");
            }
            let operations =
                json!([left_out, { "op": "replace", "path": "name.givenName", "value": name }]);
            let patched = lenient.patch(&in_lenient, operations.clone()).await;
            if path.ends_with("manager.displayName") {
                patched.refused("mutability");
            } else {
                assert_eq!(
                    (patched.status, &patched.body["name"]["givenName"]),
                    (200, &json!(name)),
                    "{op} {path}"
                );
                let rules: Vec<&str> =
                    patched.report.deviations.iter().map(Deviation::rule).collect();
                assert!(rules.contains(&"left_out_attributes"), "{op} {path}: {rules:?}");
                let bulk = json!({ "schemas": [BULK_REQUEST], "Operations": [
                    { "method": "PATCH", "path": in_lenient, "data": { "schemas": [PATCH_OP], "Operations": operations } }
                ] });
                let answer = lenient.post("/Bulk", bulk).await;
                assert_eq!(
                    answer.body["Operations"][0]["status"], "200",
                    "{op} {path}: {}",
                    answer.body
                );
            }
            strict.patch(&in_strict, operations).await.refused("invalidPath");
        }
        lenient.patch(&in_lenient, json!([{ "op": "replace", "value": { path: "x" } }])).await.ok();
    }
    let mut left = lenient.get(&in_lenient).await.ok();
    left["name"] = of_lenient["name"].clone();
    assert_eq!(written(left), kept());
    assert_eq!(strict.get(&in_strict).await.ok(), of_strict);
    for unknown in [
        "nope",
        "name.nope",
        "emails[value pr].nope",
        "photos.nope",
        &format!("{ENTERPRISE}:nope"),
        "urn:example:Nope",
    ] {
        let operations = json!([{ "op": "replace", "path": unknown, "value": "x" }]);
        lenient.patch(&in_lenient, operations).await.refused("invalidPath");
    }
    let senseless = json!([{ "op": "replace", "path": "photos[nope eq 1].value", "value": "x" }]);
    lenient.patch(&in_lenient, senseless).await.refused("invalidFilter");
}

#[tokio::test]
async fn a_filter_of_what_is_left_out_chooses_nothing_and_makes_nothing() {
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let provider = serving(quirks);
        let made = provider.create("/Users", bjensen()).await;
        let path = format!("/Users/{}", id(&made));
        let change = |path: &str| json!([{ "op": "replace", "path": path, "value": "b@example.com" }, { "op": "add", "path": "active", "value": true }]);
        for nobody in [
            "emails[type eq \"work\"].value",
            "emails[type eq \"work\" and value pr].value",
            "emails[primary eq true].value",
        ] {
            let patched = provider.patch(&path, change(nobody)).await;
            match quirks.left_out_attributes {
                true => assert_eq!(
                    (patched.status, &patched.body["emails"]),
                    (200, &kept()["emails"]),
                    "{nobody}"
                ),
                false => drop(patched.refused("invalidFilter")),
            }
        }
        if quirks.left_out_attributes {
            let every = "emails[not (type eq \"home\") and primary eq false].value";
            assert_eq!(
                provider.patch(&path, change(every)).await.ok()["emails"],
                json!([{ "value": "b@example.com" }])
            );
            provider
                .patch(&path, change("emails[nope eq \"work\"].value"))
                .await
                .refused("invalidFilter");
        }
    }
}

#[tokio::test]
async fn what_a_key_says_of_a_value_is_kept_as_far_as_there_is_a_place_for_it() {
    let provider = serving(Quirks::LENIENT);
    let body = json!({
        "schemas": [USER], "userName": "bjensen", "nickName": "Babs", "name.familyName": "Jensen",
        "emails[type eq \"work\"].value": "bjensen@example.com"
    });
    let made = provider.post("/Users", body.clone()).await;
    assert_eq!(
        (made.status, &made.body["emails"]),
        (201, &json!([{ "value": "bjensen@example.com" }])),
        "{}",
        made.body
    );
    for name in ["nickName", "name.familyName", "emails.type"] {
        let left_out = Deviation::LeftOut(name.to_owned());
        assert!(made.report.deviations.contains(&left_out), "{name}: {:?}", made.report.deviations);
    }
    let put = provider.put(&format!("/Users/{}", id(&made.body)), body).await;
    assert_eq!((put.status, &put.body), (200, &made.body));
}

#[tokio::test]
async fn an_extension_that_is_left_out_has_no_value() {
    let users = || {
        ResourceType::user()
            .with_extension(ENTERPRISE_USER)
            .retain_attributes(["userName", "title"])
    };
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let provider = Provider::serving([users()], Setup { quirks, ..Setup::default() });
        let made = provider.create("/Users", kept_plain("bjensen")).await;
        let path = format!("/Users/{}", id(&made));
        for left_out in [ENTERPRISE.to_owned(), format!("{ENTERPRISE}:department")] {
            let value =
                if left_out == ENTERPRISE { json!({ "department": "x" }) } else { json!("x") };
            let operations = json!([{ "op": "add", "path": left_out, "value": value }, { "op": "add", "value": { "title": "y", &left_out: value } }]);
            let patched = provider.patch(&path, operations).await;
            if quirks.left_out_attributes {
                assert_eq!(
                    (patched.status, &patched.body["title"]),
                    (200, &json!("y")),
                    "{left_out}"
                );
            } else {
                patched.refused("invalidPath");
            }
        }
    }
}

#[tokio::test]
async fn what_is_left_out_has_no_value_in_filters_orders_and_projections() {
    let provider = serving(Quirks::LENIENT);
    provider.create("/Users", bjensen()).await;
    provider.create("/Users", kept_plain("ann")).await;
    let cost = format!("{ENTERPRISE}:costCenter");
    let (of_cost, not_of_cost) = (
        format!("{cost} eq \"4130\""),
        format!("not ({cost} eq \"4130\") and userName eq \"ann\""),
    );
    for (filter, found) in [
        ("nickName pr", vec![]),
        ("nickName eq \"Babs\"", vec![]),
        ("nickName ne \"Babs\"", vec!["ann", "bjensen"]),
        ("nickName eq null", vec!["ann", "bjensen"]),
        ("nickName ne null", vec![]),
        ("not (nickName pr) and userName sw \"b\"", vec!["bjensen"]),
        ("name.familyName co \"e\" or name.givenName eq \"Barbara\"", vec!["bjensen"]),
        ("emails.type eq \"work\"", vec![]),
        ("emails[type eq \"work\"]", vec![]),
        ("emails[not (type eq \"work\") and value pr]", vec!["bjensen"]),
        ("emails[type ne \"work\"]", vec!["bjensen"]),
        ("emails.primary eq true", vec![]),
        ("emails.primary eq false", vec!["bjensen"]),
        ("emails[primary eq false]", vec!["bjensen"]),
        ("photos pr", vec![]),
        ("photos[type eq \"photo\"]", vec![]),
        ("photos.primary eq false", vec![]),
        ("costCenter eq \"4130\"", vec![]),
        (&of_cost, vec![]),
        (&not_of_cost, vec!["ann"]),
    ] {
        let answer = provider.filter("/Users", filter).await;
        let mut names = answer.names();
        names.sort_unstable();
        assert_eq!(names, found, "{filter}");
        let rules: Vec<&str> = answer.report.deviations.iter().map(Deviation::rule).collect();
        assert!(rules.contains(&"left_out_attributes"), "{filter}: {rules:?}");
    }
    // What makes no sense where the attribute is kept makes none here.
    let senseless = [
        "nope pr",
        "nickName gt true",
        "photos[nope pr]",
        "emails[nope pr]",
        "emails.primary gt true",
        "password eq \"x\"",
    ];
    provider.refuses("/Users", &senseless).await;
    for (order, names) in [
        ("nickName", ["bjensen", "ann"]),
        ("name.familyName", ["bjensen", "ann"]),
        (&cost, ["bjensen", "ann"]),
    ] {
        for direction in ["ascending", "descending"] {
            let answer =
                provider.get(&format!("/Users?sortBy={order}&sortOrder={direction}")).await;
            assert_eq!(answer.names(), names, "{order}: by id, since nobody has a value");
            assert!(
                answer
                    .report
                    .deviations
                    .iter()
                    .any(|deviation| deviation.rule() == "left_out_attributes"),
                "{order}"
            );
        }
    }
    for unsortable in ["nope", "password", "addresses"] {
        provider.get(&format!("/Users?sortBy={unsortable}")).await.refused("invalidValue");
    }
    let shown = provider
        .get("/Users?attributes=userName,nickName,name.familyName&filter=name.givenName%20pr")
        .await;
    let noted = |name: &str| Deviation::LeftOut(name.to_owned());
    assert_eq!(shown.report.deviations, [noted("nickName"), noted("name.familyName")]);
    assert_eq!(
        written(shown.body["Resources"][0].clone()),
        json!({ "schemas": [USER, ENTERPRISE], "userName": "bjensen" })
    );
}

#[tokio::test]
async fn what_is_left_out_is_unknown_in_filters_orders_and_projections() {
    // P-3.12-04
    let provider = serving(Quirks::STRICT);
    provider.create("/Users", bjensen()).await;
    let by_cost = format!("{ENTERPRISE}:costCenter eq \"4130\"");
    provider
        .refuses(
            "/Users",
            &["nickName pr", "name.familyName pr", "emails[type eq \"work\"]", &by_cost],
        )
        .await;
    let by_department = format!("{ENTERPRISE}:department eq \"tour\"");
    for found in [
        "name.givenName sw \"b\"",
        "emails eq \"bjensen@example.com\"",
        "externalId pr",
        &by_department,
    ] {
        assert_eq!(provider.filter("/Users", found).await.names(), ["bjensen"], "{found}");
    }
    for order in ["nickName", "name.familyName"] {
        provider.get(&format!("/Users?sortBy={order}")).await.refused("invalidValue");
    }
    let shown = provider.get("/Users?attributes=userName,nickName,name").await.ok();
    assert_eq!(shown["Resources"][0]["name"], json!({ "givenName": "Barbara" }));
    assert_eq!(shown["Resources"][0].get("nickName"), None);
}

#[tokio::test]
async fn members_stay_members() {
    let provider = serving(Quirks::STRICT);
    let user = provider.create("/Users", kept_plain("ann")).await;
    let member = |value: &str| json!({ "value": value, "display": "Ann", "type": "User" });
    let group = json!({ "schemas": [GROUP], "displayName": "Tour Guides", "members": [member(id(&user)), member("26")] });
    let made = provider.post("/Groups", group).await;
    assert_eq!(made.body["members"], json!([{ "value": id(&user) }, { "value": "26" }]));
    let once = ["members.display", "members.type"]
        .map(|name| Deviation::UnknownAttribute(name.to_owned()));
    assert_eq!(made.report.deviations, once);
    let made = made.body;
    let seen = provider.get(&format!("/Users/{}", id(&user))).await.ok();
    assert_eq!(seen["groups"][0]["value"], made["id"]);
    let removal =
        json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", id(&user)) }]);
    let left = provider.patch(&format!("/Groups/{}", id(&made)), removal).await.ok();
    assert_eq!(left["members"], json!([{ "value": "26" }]));
}

fn kept_plain(name: &str) -> Value {
    json!({ "schemas": [USER], "userName": name })
}

#[test]
fn what_every_resource_has_cannot_be_left_out() {
    let badge = json!({ "id": BADGE, "attributes": [
        { "name": "number", "type": "integer", "required": true }, { "name": "color" },
        { "name": "place", "type": "complex", "subAttributes": [{ "name": "room", "required": true }, { "name": "floor" }] }
    ]});
    let badge = scimwire::schema::Schema::try_from(badge).expect("it is sound");
    let users = || ResourceType::user().with_extension(badge.clone());
    let in_badge = |name: &str| format!("{BADGE}:{name}");
    let needed = |name: &str| SchemaErrorKind::Required(name.to_owned());
    for (refused, kind, text) in [
        (
            users().retain_attributes(["active"]),
            needed("userName"),
            "`User`: `userName` is required: name it in `retain_attributes`",
        ),
        (
            users().retain_attributes(["userName", "nick"]),
            SchemaErrorKind::Unknown("nick".into()),
            "`User`: `nick` is not defined",
        ),
        (
            users().retain_attributes(["userName", "title"]).with_unique("nickName"),
            SchemaErrorKind::Unknown("nickName".into()),
            "`User`: `nickName` is not defined",
        ),
        (
            users().retain_attributes(["userName", "groups.display"]),
            needed("groups.value"),
            "`User`: `groups.value` is required: name it in `retain_attributes`",
        ),
        (
            users().retain_attributes(["userName", &in_badge("color")]),
            needed(&in_badge("number")),
            "`User`: `urn:example:schemas:Badge:number` is required: name it in `retain_attributes`",
        ),
        (
            users().retain_attributes(["userName", &in_badge("number"), &in_badge("place.floor")]),
            needed(&in_badge("place.room")),
            "`User`: `urn:example:schemas:Badge:place.room` is required: name it in `retain_attributes`",
        ),
    ] {
        let err = Dispatcher::builder("https://example.com")
            .unauthenticated()
            .store(MemoryDirectory::new().store(refused))
            .build()
            .expect_err(text);
        assert_eq!(err.to_string(), text);
        let scimwire::dispatch::BuildError::Schema(err) = err else { panic!("{err}") };
        assert_eq!((err.path(), err.kind()), ("User", &kind));
    }
    let whole = users().retain_attributes(["userName", "id", "externalId", "meta.created", BADGE]);
    assert_eq!(whole.extensions()[0].schema.attributes().len(), 3);
    assert_eq!(users().retain_attributes(["userName"]).extensions().len(), 0);
}

#[test]
fn one_schema_is_the_same_for_all_types() {
    let people =
        ResourceType::new("Person", scimwire::schema::Schema::user()).with_endpoint("/People");
    let directory = MemoryDirectory::new();
    let kept = ResourceType::user().retain_attributes(["userName"]);
    let refused = Dispatcher::builder("https://example.com")
        .unauthenticated()
        .store(directory.store(kept))
        .store(directory.store(people))
        .build()
        .expect_err("two schemas of one URI");
    let text =
        format!("`{USER}`: two different schemas have this URI, one in `User` and one in `Person`");
    assert_eq!(refused.to_string(), text);
}
