//! Which attributes are returned when the client says which (RFC 7644, Sections 3.4.2.5, 3.9 and
//! 3.10).

use serde_json::{Value, json};

use support::reads::provider::{Provider, id};
use support::reads::samples::{ENTERPRISE, USER, people};

/// What a resource shows, as `name` or `name.sub`; of several values what any of them has.
fn shown(resource: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for (key, value) in resource.as_object().expect("a resource") {
        let key = key.replace(ENTERPRISE, "E");
        let mut subs: Vec<&String> = match value {
            Value::Object(object) => object.keys().collect(),
            Value::Array(elements) => elements
                .iter()
                .filter_map(Value::as_object)
                .flat_map(|element| element.keys())
                .collect(),
            _ => Vec::new(),
        };
        subs.sort();
        subs.dedup();
        if subs.is_empty() {
            names.push(key);
        } else {
            names.extend(subs.into_iter().map(|sub| format!("{key}.{sub}")));
        }
    }
    names.sort();
    names
}

/// What is shown with these parameters, besides `id` and `schemas`, which always are.
async fn with(provider: &Provider, parameters: &str) -> Vec<String> {
    let list = provider.get(&format!("/Users?filter=userName eq \"bjensen\"&{parameters}")).await;
    let mut names = shown(&list.resources()[0]);
    for always in ["id", "schemas"] {
        assert!(names.iter().any(|name| name == always), "{parameters}");
    }
    names.retain(|name| name != "id" && name != "schemas");
    names
}

#[tokio::test]
async fn named_attributes_are_returned_and_no_others() {
    let provider = Provider::of_people().await;
    for (parameters, expected) in [
        // P-3.9-01, P-3.4.2.5-01
        ("attributes=userName", &["userName"][..]),
        ("attributes=userName,title", &["title", "userName"]),
        ("attributes=userName&attributes=title", &["title", "userName"]),
        ("attributes=id", &[]),
        // P-3.9-03
        ("attributes= userName , title ", &["title", "userName"]),
        ("attributes=userName,,title,", &["title", "userName"]),
        ("attributes=%20userName%2C+title", &["title", "userName"]),
        // P-3.9-05
        ("attributes=name", &["name.familyName", "name.formatted", "name.givenName"]),
        ("attributes=name.givenName", &["name.givenName"]),
        ("attributes=name.givenName,name.familyName", &["name.familyName", "name.givenName"]),
        (
            "attributes=name.givenName,name",
            &["name.familyName", "name.formatted", "name.givenName"],
        ),
        ("attributes=meta.version", &["meta.version"]),
        ("attributes=meta.location", &["meta.location"]),
        (
            "attributes=meta",
            &[
                "meta.created",
                "meta.lastModified",
                "meta.location",
                "meta.resourceType",
                "meta.version",
            ],
        ),
        // P-3.9-06
        ("attributes=emails.value", &["emails.value"]),
        ("attributes=emails.type", &["emails.type"]),
        ("attributes=emails", &["emails.primary", "emails.type", "emails.value"]),
        ("attributes=emails.display", &[]),
        // P-3.10-01
        ("attributes=USERNAME,Name.GIVENNAME", &["name.givenName", "userName"]),
        ("attributes=urn:ietf:params:scim:schemas:core:2.0:User:userName", &["userName"]),
        (
            "attributes=URN:ietf:params:scim:schemas:core:2.0:USER:NAME.givenname",
            &["name.givenName"],
        ),
        // P-3.9-10
        ("attributes=nobodyKnows,userName", &["userName"]),
        ("attributes=nobodyKnows", &[]),
        ("attributes=userName.x,name.x,1x,urn:x:y,urn:,.", &[]),
        // P-3.9-08
        ("attributes=password,userName", &["userName"]),
        ("attributes=password", &[]),
    ] {
        assert_eq!(with(&provider, parameters).await, expected, "{parameters}");
    }
}

#[tokio::test]
async fn every_element_keeps_the_sub_attribute_that_was_named() {
    // P-3.9-06
    let provider = Provider::of_people().await;
    let list = provider.get("/Users?attributes=emails.value&filter=emails pr&count=1").await;
    assert_eq!(
        list.resources()[0]["emails"],
        json!([{ "value": "bjensen@example.com" }, { "value": "babs@jensen.org" }])
    );
    let list = provider.get("/Users?excludedAttributes=emails.type&filter=emails pr&count=1").await;
    let emails = json!([{ "value": "bjensen@example.com", "primary": true }, { "value": "babs@jensen.org" }]);
    assert_eq!(list.resources()[0]["emails"], emails);
}

#[tokio::test]
async fn excluded_attributes_are_left_out_and_no_others() {
    let provider = Provider::of_people().await;
    let all = with(&provider, "").await;
    for (parameters, left_out) in [
        // P-3.9-02, P-3.4.2.5-01
        ("excludedAttributes=userName", &["userName"][..]),
        ("excludedAttributes=userName,TITLE", &["userName", "title"]),
        ("excludedAttributes=emails", &["emails.value", "emails.type", "emails.primary"]),
        ("excludedAttributes=name.givenName", &["name.givenName"]),
        ("excludedAttributes=emails.type,emails.primary", &["emails.type", "emails.primary"]),
        ("excludedAttributes=meta.location", &["meta.location"]),
        // P-3.4.2.5-02
        ("excludedAttributes=id,schemas", &[]),
        ("excludedAttributes=ID,userName", &["userName"]),
        // P-3.9-10
        ("excludedAttributes=nobodyKnows", &[]),
        ("excludedAttributes=password", &[]),
    ] {
        let expected: Vec<&String> =
            all.iter().filter(|name| !left_out.contains(&name.as_str())).collect();
        assert_eq!(
            with(&provider, parameters).await.iter().collect::<Vec<_>>(),
            expected,
            "{parameters}"
        );
    }
}

#[tokio::test]
async fn the_two_lists_exclude_each_other() {
    // P-3.9-04
    let provider = Provider::strict();
    let created = provider.create("/Users", people().remove(0)).await;
    let path = format!("/Users/{}", id(&created));
    let both = "attributes=userName&excludedAttributes=title";
    for path in [format!("/Users?{both}"), format!("{path}?{both}"), format!("/?{both}")] {
        provider.get(&path).await.refused("invalidValue");
    }
    provider.post(&format!("/Users?{both}"), people().remove(1)).await.refused("invalidValue");
    provider.put(&format!("{path}?{both}"), people().remove(0)).await.refused("invalidValue");
    let operations = json!([{ "op": "replace", "path": "title", "value": "x" }]);
    provider.patch(&format!("{path}?{both}"), operations).await.refused("invalidValue");
    let body = json!({ "attributes": ["userName"], "excludedAttributes": ["title"] });
    provider.search("/Users", body).await.refused("invalidValue");
    assert_eq!(provider.get("/Users").await.resources(), [created]);
}

#[tokio::test]
async fn an_extension_is_named_by_its_urn() {
    // P-3.9-07
    let provider = Provider::of_people().await;
    let whole = ["E.department", "E.employeeNumber", "E.manager"];
    for (parameters, expected) in [
        (format!("attributes={ENTERPRISE}"), &whole[..]),
        (format!("attributes={}", ENTERPRISE.to_uppercase()), &whole),
        (format!("attributes={ENTERPRISE}:department"), &["E.department"]),
        (
            format!("attributes={ENTERPRISE}:Department,{ENTERPRISE}:manager.value"),
            &["E.department", "E.manager"],
        ),
        (format!("attributes={ENTERPRISE}:costCenter"), &[]),
    ] {
        assert_eq!(with(&provider, &parameters).await, expected, "{parameters}");
    }
    let all = with(&provider, "").await;
    for (parameters, left_out) in [
        (format!("excludedAttributes={ENTERPRISE}"), &whole[..]),
        (format!("excludedAttributes={ENTERPRISE}:department"), &["E.department"]),
    ] {
        let expected: Vec<&String> =
            all.iter().filter(|name| !left_out.contains(&name.as_str())).collect();
        assert_eq!(
            with(&provider, &parameters).await.iter().collect::<Vec<_>>(),
            expected,
            "{parameters}"
        );
    }
}

#[tokio::test]
async fn filter_and_order_see_what_is_not_returned() {
    // P-3.9-09
    let provider = Provider::of_people().await;
    let list = provider
        .get("/Users?attributes=id&sortBy=userName&sortOrder=descending&filter=userType pr")
        .await;
    let order: Vec<&str> = list.resources().iter().map(id).collect();
    let full = provider.get("/Users?sortBy=userName&sortOrder=descending&filter=userType pr").await;
    assert_eq!(order, full.resources().iter().map(id).collect::<Vec<_>>());
    assert_eq!(full.names(), ["omalley", "jsmith", "bjensen"]);
    let without = provider
        .get("/Users?excludedAttributes=emails&filter=emails[type eq \"work\"]&sortBy=emails")
        .await;
    assert_eq!(without.names(), ["bjensen", "jsmith"]);
}

#[tokio::test]
async fn every_operation_that_returns_a_resource_projects_it() {
    // P-3.9-11, P-3.4.2.5-01
    let provider = Provider::strict();
    let person = people().remove(0);
    for (parameters, expected) in [
        ("attributes=userName,emails.type", &["emails.type", "id", "schemas", "userName"][..]),
        (
            "excludedAttributes=meta,name,emails,profileUrl,title,userType,active,externalId",
            &["E.department", "E.employeeNumber", "E.manager", "id", "schemas", "userName"],
        ),
    ] {
        let created = provider.post(&format!("/Users?{parameters}"), person.clone()).await;
        assert_eq!(
            (created.status, shown(&created.body)),
            (201, expected.iter().map(|name| (*name).to_owned()).collect())
        );
        let path = format!("/Users/{}?{parameters}", id(&created.body));
        let mut answers =
            vec![provider.get(&path).await, provider.put(&path, person.clone()).await];
        answers.push(
            provider
                .patch(&path, json!([{ "op": "replace", "path": "title", "value": "Chief" }]))
                .await,
        );
        for answer in answers {
            assert_eq!(shown(&answer.ok()), expected, "{parameters}");
        }
        let (name, list) = parameters.split_once('=').expect("a parameter");
        let body = json!({ name: list.split(',').collect::<Vec<_>>() });
        let found = provider.search("/Users", body).await;
        assert_eq!(shown(&found.resources()[0]), expected, "{parameters}");
        assert_eq!(
            shown(&provider.get(&format!("/Users?{parameters}")).await.resources()[0]),
            expected
        );
        assert_eq!(provider.delete(&path).await.status, 204);
    }
}

#[tokio::test]
async fn an_attribute_of_an_extension_needs_its_urn() {
    // P-3.10-02
    let provider = Provider::of_people().await;
    provider.refuses("/Users", &["department eq \"Tour Operations\"", "manager.value pr"]).await;
    provider.get("/Users?sortBy=employeeNumber").await.refused("invalidValue");
    assert!(with(&provider, "attributes=department").await.is_empty());
    provider
        .finds("/Users", &[(&format!("{USER}:title pr"), &["bjensen"]), ("title pr", &["bjensen"])])
        .await;
    // Two extensions of devices have an `until`, and one a `label` as the core schema does.
    let devices = Provider::of_devices().await;
    devices.refuses("/Devices", &["until pr", "room pr"]).await;
    devices.finds("/Devices", &[("label sw \"router\"", &["A1", "a1"])]).await;
    let label = "urn:example:schemas:Lease:label pr";
    devices.finds("/Devices", &[(label, &[])]).await;
}
