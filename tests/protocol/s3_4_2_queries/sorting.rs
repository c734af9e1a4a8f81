//! The order of results (RFC 7644, Section 3.4.2.3).

use serde_json::{Value, json};

use support::reads::provider::{Provider, Setup};
use support::reads::samples::{ENTERPRISE, PLACE, USER, device, user};

/// The order that `sortBy` makes, ascending and descending.
async fn orders(
    provider: &Provider,
    endpoint: &str,
    by: &str,
    ascending: &[&str],
    descending: &[&str],
) {
    let list = provider.get(&format!("{endpoint}?sortBy={by}")).await;
    assert_eq!(list.names(), ascending, "{by}");
    let list = provider.get(&format!("{endpoint}?sortBy={by}&sortOrder=descending")).await;
    assert_eq!(list.names(), descending, "{by} descending");
}

#[tokio::test]
async fn sorting_is_advertised_and_can_be_off() {
    // P-3.4.2.3-01
    let provider = Provider::of_people().await;
    assert_eq!(provider.get("/ServiceProviderConfig").await.ok()["sort"]["supported"], true);
    let mut setup = Setup::default();
    setup.features.sort = false;
    let off = Provider::new(setup).with_all("/Users", vec![user("b"), user("a")]).await;
    assert_eq!(off.get("/ServiceProviderConfig").await.ok()["sort"]["supported"], false);
    for parameters in ["sortBy=userName", "sortBy=userName&sortOrder=upwards", "sortBy=nobodyKnows"]
    {
        assert_eq!(
            off.get(&format!("/Users?{parameters}")).await.names(),
            ["b", "a"],
            "{parameters}"
        );
    }
}

#[tokio::test]
async fn the_attribute_is_named_as_everywhere() {
    // P-3.4.2.3-02, P-3.10-01
    let provider = Provider::of_people().await;
    let qualified = format!("{USER}:NAME.familyname");
    for by in ["name.familyName", "NAME.FAMILYNAME", &qualified] {
        orders(
            &provider,
            "/Users",
            by,
            &["bjensen", "omalley", "jsmith", "Root"],
            &["Root", "jsmith", "omalley", "bjensen"],
        )
        .await;
    }
    let extension = format!("{ENTERPRISE}:department");
    let last = ["jsmith", "omalley", "Root", "bjensen"];
    orders(&provider, "/Users", &extension, &["bjensen", "jsmith", "omalley", "Root"], &last).await;
    for by in ["name", "nobodyKnows", "department", "password", "name.x", "", "urn:x:userName"] {
        provider.get(&format!("/Users?sortBy={by}")).await.refused("invalidValue");
    }
}

#[tokio::test]
async fn of_several_values_the_primary_one_counts_or_else_the_first() {
    // P-3.4.2.3-03
    let provider = Provider::strict();
    let emails = |name: &str, emails: Value| json!({ "schemas": [USER], "userName": name, "emails": emails });
    provider
        .create(
            "/Users",
            emails("m", json!([{ "value": "a@x" }, { "value": "m@x", "primary": true }])),
        )
        .await;
    provider.create("/Users", emails("b", json!([{ "value": "b@x" }, { "value": "z@x" }]))).await;
    provider
        .create(
            "/Users",
            emails("z", json!([{ "value": "z@x", "primary": true }, { "value": "a@x" }])),
        )
        .await;
    for by in ["emails", "emails.value"] {
        orders(&provider, "/Users", by, &["b", "m", "z"], &["z", "m", "b"]).await;
    }
    let devices = Provider::of_devices().await;
    orders(&devices, "/Devices", "ports", &["A1", "a1", "B2", "C3"], &["B2", "C3", "a1", "A1"])
        .await;
    orders(&devices, "/Devices", "tags", &["A1", "a1", "B2", "C3"], &["B2", "C3", "A1", "a1"])
        .await;
}

#[tokio::test]
async fn resources_without_a_value_stand_at_the_end_of_the_ascending_order() {
    // P-3.4.2.3-04
    let provider = Provider::of_people().await;
    let names = ["jsmith", "bjensen", "omalley", "Root"];
    orders(&provider, "/Users", "displayName", &names, &["bjensen", "omalley", "Root", "jsmith"])
        .await;
    orders(
        &provider,
        "/Users",
        "nickName",
        &["bjensen", "jsmith", "omalley", "Root"],
        &["bjensen", "jsmith", "omalley", "Root"],
    )
    .await;
}

#[tokio::test]
async fn the_order_is_ascending_unless_said_otherwise() {
    // P-3.4.2.3-05
    let provider = Provider::of_people().await;
    let ascending = ["bjensen", "jsmith", "omalley", "Root"];
    assert_eq!(provider.get("/Users?sortBy=userName").await.names(), ascending);
    assert_eq!(provider.get("/Users?sortBy=userName&sortOrder=ascending").await.names(), ascending);
    let descending = provider.get("/Users?sortBy=userName&sortOrder=descending").await;
    assert_eq!(descending.names(), ["Root", "omalley", "jsmith", "bjensen"]);
    for order in ["upwards", "asc", "desc", "", "1"] {
        provider
            .get(&format!("/Users?sortBy=userName&sortOrder={order}"))
            .await
            .refused("invalidValue");
        let body = json!({ "sortBy": "userName", "sortOrder": order });
        provider.search("/Users", body).await.refused("invalidValue");
    }
}

#[tokio::test]
async fn each_type_has_its_order() {
    // P-3.4.2.3-06
    let provider = Provider::of_devices().await;
    let floor = format!("{PLACE}:floor");
    for (by, ascending, descending) in [
        ("slots", ["B2", "a1", "A1", "C3"], ["C3", "A1", "a1", "B2"]),
        ("weight", ["B2", "A1", "a1", "C3"], ["C3", "a1", "A1", "B2"]),
        ("bought", ["A1", "a1", "B2", "C3"], ["C3", "B2", "A1", "a1"]),
        ("active", ["a1", "A1", "B2", "C3"], ["B2", "C3", "A1", "a1"]),
        ("serial", ["A1", "B2", "C3", "a1"], ["a1", "C3", "B2", "A1"]),
        ("label", ["A1", "a1", "B2", "C3"], ["C3", "B2", "a1", "A1"]),
        ("manual", ["A1", "a1", "B2", "C3"], ["B2", "C3", "a1", "A1"]),
        (&floor, ["A1", "a1", "B2", "C3"], ["B2", "C3", "a1", "A1"]),
    ] {
        orders(&provider, "/Devices", by, &ascending, &descending).await;
    }
}

#[tokio::test]
async fn case_folds_by_unicode_and_no_locale_has_a_say() {
    // P-3.4.2.3-06
    let provider = Provider::strict();
    for (serial, label) in
        [("1", "Z"), ("2", "ä"), ("3", "a"), ("4", "É"), ("5", "straße"), ("6", "STRASSE1")]
    {
        provider.create("/Devices", device(serial, json!({ "label": label }))).await;
    }
    orders(
        &provider,
        "/Devices",
        "label",
        &["3", "5", "6", "1", "2", "4"],
        &["4", "2", "1", "6", "5", "3"],
    )
    .await;
}

#[tokio::test]
async fn the_url_of_a_resource_can_be_sorted_by() {
    // P-3.4.2.3-02, P-3.4.2.3-05
    let provider = Provider::of_people().await;
    let (first, last) =
        (["bjensen", "jsmith", "omalley", "Root"], ["Root", "omalley", "jsmith", "bjensen"]);
    orders(&provider, "/Users", "id", &first, &last).await;
    orders(&provider, "/Users", "meta.location", &first, &last).await;
}

#[tokio::test]
async fn equal_keys_are_ordered_by_id() {
    // P-3.4.2.3-07
    let provider = Provider::strict();
    for number in 0..30 {
        let mut user = user(&format!("user{number:02}"));
        user["title"] = json!(["Chief", "chief", "CHIEF"][number % 3]);
        provider.create("/Users", user).await;
    }
    for order in ["ascending", "descending"] {
        let mut seen = Vec::new();
        for start in [1, 8, 15, 22, 29] {
            let page = provider
                .get(&format!("/Users?sortBy=title&sortOrder={order}&startIndex={start}&count=7"))
                .await;
            seen.extend(page.resources().iter().map(|user| user["id"].to_string()));
        }
        let mut ordered = seen.clone();
        ordered.sort();
        ordered.dedup();
        assert_eq!((seen.len(), &seen), (30, &ordered), "{order}");
    }
}
