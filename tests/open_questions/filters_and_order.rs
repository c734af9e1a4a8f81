//! How open questions about filters and order are settled: one test for each (RFC 7644, Sections
//! 3.4.2.2 and 3.4.2.3).

use serde_json::json;

use support::reads::provider::Provider;
use support::reads::samples::{ENTERPRISE, USER, device, user};

#[tokio::test]
async fn a01_parentheses_then_operators_then_not_then_and_then_or() {
    //
    let table: &[(&str, &[&str])] = &[
        ("userName eq \"root\" or not (title pr) and userType eq \"Intern\"", &["jsmith", "Root"]),
        ("(userName eq \"root\" or not (title pr)) and userType eq \"Intern\"", &["jsmith"]),
    ];
    Provider::of_people().await.finds("/Users", table).await;
}

#[tokio::test]
async fn a02_a03_not_stands_before_parentheses() {
    //
    let table: &[(&str, &[&str])] = &[
        ("not(title pr)", &["jsmith", "omalley", "Root"]),
        ("not    (title pr)", &["jsmith", "omalley", "Root"]),
    ];
    let provider = Provider::of_people().await;
    provider.finds("/Users", table).await;
    //
    provider
        .refuses("/Users", &["not title pr", "not not (title pr)", "userType pr and not title pr"])
        .await;
}

#[tokio::test]
async fn a04_brackets_hold_no_brackets() {
    //
    let provider = Provider::of_people().await;
    let nested = [
        "emails[type[value eq \"x\"]]",
        "emails[(type eq \"work\" and value[x pr])]",
        "emails[emails[type pr]]",
    ];
    provider.refuses("/Users", &nested).await;
    let all_words = "emails[(type eq \"work\" or type eq \"home\") and not (value ew \".com\" or value co \"jim\")]";
    provider.finds("/Users", &[(all_words, &["bjensen"])]).await;
}

#[tokio::test]
async fn a05_names_may_have_a_dollar_sign() {
    //
    let provider = Provider::of_people().await;
    provider.create("/Groups", support::reads::samples::group("Guides", &["26118915"])).await;
    provider
        .finds("/Groups", &[("members.value eq \"26118915\" or members.$ref pr", &["Guides"])])
        .await;
    provider.filter("/Groups", "members[$ref co \"x\"]").await.ok();
    let detail = provider.filter("/Users", "$a$b eq \"x\"").await.refused("invalidFilter");
    assert!(detail.contains("`$a$b`"), "{detail}");
}

#[tokio::test]
async fn a06_the_name_begins_after_the_last_colon() {
    //
    let provider = Provider::of_people().await;
    let upper = format!("{}:NAME.FAMILYNAME eq \"jensen\"", USER.to_uppercase());
    let manager = format!("{ENTERPRISE}:manager.value eq \"26118915\"");
    provider.finds("/Users", &[(&upper, &["bjensen"]), (&manager, &["bjensen"])]).await;
    provider
        .refuses(
            "/Users",
            &[
                "urn:ietf:params:scim:schemas:core:2.0:Nobody:userName pr",
                "core:2.0:User:userName pr",
            ],
        )
        .await;
    let list = provider.get(&format!("/Users?attributes={ENTERPRISE}&filter=title pr")).await;
    assert_eq!(list.resources()[0][ENTERPRISE]["department"], "Tour Operations");
    let path = format!("/Users/{}", support::reads::provider::id(&list.resources()[0]));
    let operations = json!([{ "op": "remove", "path": ENTERPRISE.to_uppercase() }]);
    assert_eq!(provider.patch(&path, operations).await.ok().get(ENTERPRISE), None);
}

#[tokio::test]
async fn a07_values_of_simple_attributes_are_chosen_by_value() {
    //
    let provider = Provider::of_devices().await;
    let table: &[(&str, &[&str])] =
        &[("tags[value eq \"rack\"]", &["A1", "a1"]), ("tags[not (value sw \"r\")]", &["A1"])];
    provider.finds("/Devices", table).await;
    provider.refuses("/Devices", &["tags[display eq \"rack\"]", "label[value eq \"x\"]"]).await;
    let path = format!(
        "/Devices/{}",
        support::reads::provider::id(&provider.get("/Devices").await.resources()[0])
    );
    let removed = provider
        .patch(&path, json!([{ "op": "remove", "path": "tags[value eq \"SPARE\"]" }]))
        .await
        .ok();
    assert_eq!(removed["tags"], json!(["Rack"]));
    let by_condition =
        provider.patch(&path, json!([{ "op": "remove", "path": "tags eq \"rack\"" }])).await.ok();
    assert_eq!(by_condition.get("tags"), None);
}

#[tokio::test]
async fn a08_a_sub_attribute_may_follow_the_brackets() {
    //
    let table: &[(&str, &[&str])] = &[
        ("emails[type eq \"work\"].value eq \"bjensen@example.com\"", &["bjensen"]),
        ("emails[type eq \"work\"].value eq \"babs@jensen.org\"", &[]),
        ("emails[type eq \"home\"].value pr and userType eq \"Intern\"", &["jsmith"]),
        ("emails[type eq \"home\" or primary eq true].value co \"jensen.org\"", &["bjensen"]),
    ];
    Provider::of_people().await.finds("/Users", table).await;
    Provider::of_people()
        .await
        .refuses(
            "/Users",
            &["emails[type eq \"work\"].street eq \"x\"", "emails[type pr]. eq \"x\""],
        )
        .await;
}

#[tokio::test]
async fn a09_operands_are_json() {
    //
    let bare = [
        "meta.resourceType eq User",
        "displayName sw 'Group'",
        "userName sw J",
        "userName eq bjensen",
        "title eq “x”",
    ];
    Provider::of_people().await.refuses("/Users", &bare).await;
    Provider::lenient().refuses("/Users", &bare).await;
}

#[tokio::test]
async fn a10_a_complex_attribute_means_its_value() {
    //
    let provider = Provider::of_people().await;
    let table: &[(&str, &[&str])] = &[
        ("emails co \"jensen.org\"", &["bjensen"]),
        ("emails eq \"jim@example.org\"", &["jsmith"]),
        ("name pr", &["bjensen", "jsmith", "omalley"]),
    ];
    provider.finds("/Users", table).await;
    provider
        .refuses(
            "/Users",
            &["name eq \"Jensen\"", "name co \"J\"", "addresses eq \"x\"", "meta gt \"x\""],
        )
        .await;
}

#[tokio::test]
async fn a11_a12_not_equal_means_that_no_value_is() {
    //
    let table: &[(&str, &[&str])] = &[
        ("emails.type ne \"home\"", &["omalley", "Root"]),
        ("emails ne \"babs@jensen.org\"", &["jsmith", "omalley", "Root"]),
        ("emails[type ne \"home\"]", &["bjensen", "jsmith"]),
        ("displayName ne \"x\"", &["bjensen", "jsmith", "omalley", "Root"]),
    ];
    let provider = Provider::of_people().await;
    provider.finds("/Users", table).await;
    assert_eq!(provider.filter("/", "serial ne \"x\"").await.ok()["totalResults"], 4);
}

#[tokio::test]
async fn a13_null_asks_for_presence() {
    //
    let table: &[(&str, &[&str])] = &[
        ("title eq null", &["jsmith", "omalley", "Root"]),
        ("title ne null", &["bjensen"]),
        ("emails eq null", &["omalley", "Root"]),
        ("name ne null", &["bjensen", "jsmith", "omalley"]),
        ("emails[display eq null]", &["bjensen", "jsmith"]),
        ("emails[primary ne null]", &["bjensen"]),
    ];
    let provider = Provider::of_people().await;
    provider.finds("/Users", table).await;
    for operator in ["co", "sw", "ew", "gt", "ge", "lt", "le"] {
        provider.refuses("/Users", &[&format!("title {operator} null")]).await;
    }
}

#[tokio::test]
async fn a14_the_empty_string_is_stored_and_not_present() {
    //
    let table: &[(&str, &[&str])] = &[
        ("title pr", &["bjensen"]),
        ("title eq \"\"", &["omalley"]),
        ("title ne \"\"", &["bjensen", "jsmith", "Root"]),
    ];
    Provider::of_people().await.finds("/Users", table).await;
}

#[tokio::test]
async fn a15_only_strings_and_references_have_parts() {
    //
    let provider = Provider::of_devices().await;
    for filter in [
        "active co \"r\"",
        "slots sw \"9\"",
        "weight ew \"1\"",
        "bought sw \"2011\"",
        "key co \"Q\"",
        "meta.created co \"2011\"",
    ] {
        let detail = provider.filter("/Devices", filter).await.refused("invalidFilter");
        assert!(detail.contains(filter.split(' ').next().expect("a name")), "{detail}");
    }
    provider.finds("/Devices", &[("manual sw \"https://\"", &["A1", "a1"])]).await;
}

#[tokio::test]
async fn a16_booleans_as_text_are_a_quirk() {
    //
    let filters = ["active eq \"True\"", "active eq \"true\"", "emails[primary eq \"TRUE\"]"];
    Provider::of_people().await.refuses("/Users", &filters).await;
    let lenient = Provider::lenient().with_all("/Users", support::reads::samples::people()).await;
    lenient
        .finds("/Users", &[(filters[2], &["bjensen"]), ("active eq \"False\"", &["jsmith"])])
        .await;
    lenient.refuses("/Users", &["active eq \"yes\""]).await;
}

#[tokio::test]
async fn a17_a_time_without_a_zone_is_in_utc() {
    //
    let provider = Provider::strict();
    let created =
        provider.create("/Devices", device("A1", json!({ "bought": "2011-05-13T04:42:34" }))).await;
    provider
        .finds(
            "/Devices",
            &[
                ("bought eq \"2011-05-13T04:42:34Z\"", &["A1"]),
                ("bought eq \"2011-05-13T06:42:34+02:00\"", &["A1"]),
            ],
        )
        .await;
    provider.finds("/Devices", &[("bought eq \"2011-05-13T04:42:34\"", &["A1"])]).await;
    let emitted = created["bought"].as_str().expect("a time");
    assert!(emitted.ends_with('Z'), "{emitted}");
}

#[tokio::test]
async fn a18_case_folds_fully_after_composition() {
    //
    let provider = Provider::strict();
    for (serial, label) in
        [("1", "Straße"), ("2", "CAFE\u{301}"), ("3", "ΣΊΣΥΦΟΣ"), ("4", "İstanbul")]
    {
        provider.create("/Devices", device(serial, json!({ "label": label }))).await;
    }
    let table: &[(&str, &[&str])] = &[
        ("label eq \"STRASSE\"", &["1"]),
        ("label co \"ASS\"", &["1"]),
        ("label eq \"caf\u{e9}\"", &["2"]),
        ("label ew \"\u{c9}\"", &["2"]),
        ("label eq \"σίσυφος\"", &["3"]),
        ("label eq \"istanbul\"", &[]),
        ("label eq \"i\u{307}stanbul\"", &["4"]),
    ];
    provider.finds("/Devices", table).await;
}

#[tokio::test]
async fn a19_no_user_name_is_refused_for_its_characters() {
    //
    let provider = Provider::strict();
    let names = [
        "Barbara Jensen",
        "b+jensen@example.com",
        "日本太郎",
        "😀",
        "a\u{200d}b",
        "domain\\bjensen",
        "ΒΆΡΒΑΡΑ",
    ];
    for name in names {
        provider.create("/Users", user(name)).await;
        let found = provider.filter("/Users", &format!("userName eq {}", json!(name))).await;
        assert_eq!(found.names(), [name]);
    }
    provider.finds("/Users", &[("userName eq \"βάρβαρα\"", &["ΒΆΡΒΑΡΑ"])]).await;
}

#[tokio::test]
async fn a19_user_names_that_the_profile_takes_compare_by_it() {
    // UsernameCaseMapped maps full-width characters to their usual width, and small letters
    // stay what they are.
    let provider = Provider::strict();
    provider.create("/Users", user("bjensen")).await;
    provider.finds("/Users", &[("userName eq \"ＢＪｅｎｓｅｎ\"", &["bjensen"])]).await;
    assert_eq!(provider.post("/Users", user("ｂｊｅｎｓｅｎ")).await.status, 409);
}

#[tokio::test]
async fn a20_what_cannot_be_sorted_by() {
    //
    let provider = Provider::of_people().await;
    for by in ["nobodyKnows", "name", "addresses", "meta", "password"] {
        provider.get(&format!("/Users?sortBy={by}")).await.refused("invalidValue");
    }
    assert_eq!(
        provider.get("/Users?sortBy=emails").await.names(),
        provider.get("/Users?sortBy=emails.value").await.names()
    );
}
