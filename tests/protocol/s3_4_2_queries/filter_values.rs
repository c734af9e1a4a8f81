//! How operators compare (RFC 7644, Tables 3 and 4), on attributes of the core schemas.

use std::sync::Arc;

use async_trait::async_trait;
use scimwire::Error;
use scimwire::hooks::{CreateDecision, CreateEvent, Hooks};
use serde_json::json;

use support::reads::provider::{Provider, Setup, id};
use support::reads::samples::{USER, people, user};

#[tokio::test]
async fn equality_is_of_type_and_case_rule() {
    let table: &[(&str, &[&str])] = &[
        // P-3.4.2.2-06
        ("userName eq \"BJENSEN\"", &["bjensen"]),
        ("userName eq \"bjense\"", &[]),
        ("active eq true", &["bjensen", "omalley", "Root"]),
        ("active eq false", &["jsmith"]),
        ("externalId eq \"701984\"", &["bjensen"]),
        (
            "meta.created eq \"2011-08-01T23:32:44+02:00\"",
            &["bjensen", "jsmith", "omalley", "Root"],
        ),
        // P-3.4.2.2-07
        ("userName ne \"BJENSEN\"", &["jsmith", "omalley", "Root"]),
        ("active ne true", &["jsmith"]),
        ("userType ne \"Employee\"", &["jsmith", "Root"]),
        ("not (userType eq \"Employee\")", &["jsmith", "Root"]),
        ("emails ne \"jim@example.org\"", &["bjensen", "omalley", "Root"]),
    ];
    Provider::of_people().await.finds("/Users", table).await;
}

#[tokio::test]
async fn parts_of_strings_compare() {
    // P-3.4.2.2-08
    let table: &[(&str, &[&str])] = &[
        ("userName co \"SM\"", &["jsmith"]),
        ("userName co \"bjensen\"", &["bjensen"]),
        ("userName sw \"bj\"", &["bjensen"]),
        ("userName sw \"bjensen\"", &["bjensen"]),
        ("userName sw \"bjensenn\"", &[]),
        ("userName ew \"EN\"", &["bjensen"]),
        ("userName ew \"root\"", &["Root"]),
        ("userName ew \"j\"", &[]),
        ("profileUrl co \"login\"", &["bjensen"]),
        ("profileUrl sw \"https://login\"", &["bjensen"]),
        ("profileUrl ew \"Bjensen\"", &[]),
        ("externalId sw \"7019\"", &["bjensen"]),
        ("title co \"tour g\"", &["bjensen"]),
        ("userName co \"\"", &["bjensen", "jsmith", "omalley", "Root"]),
    ];
    Provider::of_people().await.finds("/Users", table).await;
}

#[tokio::test]
async fn presence_wants_a_value_that_is_not_empty() {
    // P-3.4.2.2-09
    let table: &[(&str, &[&str])] = &[
        ("title pr", &["bjensen"]),
        ("active pr", &["bjensen", "jsmith", "omalley", "Root"]),
        ("name pr", &["bjensen", "jsmith", "omalley"]),
        ("name.givenName pr", &["bjensen", "jsmith"]),
        ("emails pr", &["bjensen", "jsmith"]),
        ("emails.primary pr", &["bjensen"]),
        ("emails.display pr", &[]),
        ("phoneNumbers pr", &[]),
        ("id pr and meta pr and meta.location pr", &["bjensen", "jsmith", "omalley", "Root"]),
        ("groups pr", &[]),
    ];
    Provider::of_people().await.finds("/Users", table).await;
}

#[tokio::test]
async fn values_that_were_taken_away_are_not_present() {
    // P-3.4.2.2-09
    let provider = Provider::strict();
    for (name, emails) in [
        ("none", json!(null)),
        ("empty", json!([])),
        ("blank", json!([{ "value": "" }])),
        ("hollow", json!([{}])),
    ] {
        provider
            .create("/Users", json!({ "schemas": [USER], "userName": name, "emails": emails }))
            .await;
    }
    provider
        .finds(
            "/Users",
            &[
                ("emails pr", &[]),
                ("emails.value pr", &[]),
                ("not (emails pr)", &["none", "empty", "blank", "hollow"]),
            ],
        )
        .await;
}

#[tokio::test]
async fn strings_have_an_order() {
    // P-3.4.2.2-10
    let table: &[(&str, &[&str])] = &[
        ("userName gt \"jsmith\"", &["omalley", "Root"]),
        ("userName ge \"JSMITH\"", &["jsmith", "omalley", "Root"]),
        ("userName lt \"c\"", &["bjensen"]),
        ("userName le \"bjensen\"", &["bjensen"]),
        ("userName lt \"bjensen\"", &[]),
        ("name.familyName ge \"O\"", &["jsmith", "omalley"]),
        ("externalId gt \"70\"", &["bjensen"]),
    ];
    Provider::of_people().await.finds("/Users", table).await;
}

#[tokio::test]
async fn instants_have_an_order_whatever_their_zone() {
    // P-3.4.2.2-10
    let provider = Provider::strict();
    for (name, time) in [
        ("old", "2011-05-13T04:42:33Z"),
        ("exact", "2011-05-13T04:42:34Z"),
        ("new", "2011-05-13T04:42:35Z"),
    ] {
        provider.clock.set(time);
        provider.create("/Users", user(name)).await;
    }
    let table: &[(&str, &[&str])] = &[
        ("meta.lastModified gt \"2011-05-13T04:42:34Z\"", &["new"]),
        ("meta.lastModified ge \"2011-05-13T04:42:34Z\"", &["exact", "new"]),
        ("meta.lastModified lt \"2011-05-13T04:42:34Z\"", &["old"]),
        ("meta.lastModified le \"2011-05-13T04:42:34Z\"", &["old", "exact"]),
        ("meta.lastModified eq \"2011-05-12T20:42:34-08:00\"", &["exact"]),
        ("meta.lastModified gt \"2011-05-13T06:42:34.000+02:00\"", &["new"]),
        ("meta.lastModified lt \"2011-05-13T04:42:34.5Z\"", &["old", "exact"]),
    ];
    provider.finds("/Users", table).await;
}

#[tokio::test]
async fn booleans_and_binary_values_have_no_order() {
    // P-3.4.2.2-11
    let provider = Provider::of_people().await;
    for operator in ["gt", "ge", "lt", "le"] {
        let boolean = format!("active {operator} true");
        let element = format!("emails.primary {operator} false");
        let certificate = format!("x509Certificates.value {operator} \"AQID\"");
        provider.refuses("/Users", &[&boolean, &element, &certificate]).await;
    }
}

#[tokio::test]
async fn operands_have_to_be_of_the_attributes_type() {
    // P-3.4.2.2-12
    let wrong = [
        "userName eq 5",
        "userName eq true",
        "title co 1.5",
        "active eq 1",
        "active eq \"yes\"",
        "active eq \"true\"",
        "meta.created gt \"yesterday\"",
        "meta.created eq 2011",
        "meta.created eq \"2011-05-13\"",
        "profileUrl eq false",
        "x509Certificates.value eq \"%%\"",
        "emails.primary eq \"true\"",
        "emails[primary eq 1]",
        "schemas eq 1",
    ];
    Provider::of_people().await.refuses("/Users", &wrong).await;
    Provider::of_devices()
        .await
        .refuses("/Devices", &["slots eq \"x\"", "weight eq true", "slots gt \"5\"", "key eq 5"])
        .await;
}

#[tokio::test]
async fn case_counts_where_the_attribute_says_so() {
    // P-3.4.2.2-23
    let provider = Provider::of_people().await;
    let first = provider.get("/Users?count=1").await;
    let upper = id(&first.resources()[0]).to_uppercase();
    let id_in_upper_case = format!("id eq \"{upper}\"");
    let exact_id = format!("id eq \"{}\"", id(&first.resources()[0]));
    let table: &[(&str, &[&str])] = &[
        (&exact_id, &["bjensen"]),
        (&id_in_upper_case, &[]),
        ("meta.resourceType eq \"user\"", &[]),
        ("profileUrl eq \"https://login.example.com/bjensen\"", &["bjensen"]),
        ("profileUrl eq \"https://LOGIN.example.com/bjensen\"", &[]),
        ("emails.value eq \"BABS@jensen.ORG\"", &["bjensen"]),
        ("emails.type eq \"WORK\"", &["bjensen", "jsmith"]),
    ];
    provider.finds("/Users", table).await;
}

#[tokio::test]
async fn defaults_are_filtered_as_they_are_returned() {
    // P-3.4.2.2-21
    let lenient = Provider::lenient().with_all("/Users", vec![user("bjensen")]).await;
    assert_eq!(lenient.get("/Users").await.resources()[0]["active"], true);
    lenient.finds("/Users", &[("active eq true", &["bjensen"]), ("active pr", &["bjensen"])]).await;

    let filled = Provider::new(Setup { hooks: Some(Arc::new(FillsIn)), ..Setup::default() });
    let filled = filled.with_all("/Users", people()).await;
    let returned = filled.get("/Users").await;
    assert!(returned.resources().iter().all(|user| user["locale"] == "en-US"));
    filled
        .finds("/Users", &[("locale ne \"en-US\"", &[]), ("locale pr and title pr", &["bjensen"])])
        .await;
}

#[tokio::test]
async fn operands_are_values_and_never_text_of_a_query() {
    // P-3.4.2.2-26
    let provider = Provider::strict();
    let odd =
        ["100%", "a_b", "axb", "x' or '1'='1", "\"quoted\"", "back\\slash", "*", "a;--", "(]"];
    for title in odd {
        provider
            .create(
                "/Users",
                json!({ "schemas": [USER], "userName": format!("u {title}"), "title": title }),
            )
            .await;
    }
    for title in odd {
        for operator in ["eq", "co", "sw", "ew"] {
            let filter = format!("title {operator} {}", json!(title));
            let found = provider.filter("/Users", &filter).await;
            let found: Vec<_> =
                found.resources().iter().map(|user| user["title"].clone()).collect();
            assert_eq!(found, [json!(title)], "{filter}");
        }
    }
}

#[tokio::test]
async fn an_operand_may_hold_a_character_that_a_store_cannot() {
    // P-3.4.2.2-10, P-3.4.2.2-26: U+0000 is less than all others, and no database keeps it.
    let provider = Provider::strict();
    for title in ["ab", "abc", "abc!", "abcd", "abd", "b"] {
        let names = json!({ "schemas": [USER], "userName": title, "externalId": title, "title": title, "emails": [{ "value": title }] });
        provider.create("/Users", names).await;
    }
    for name in ["title", "externalId", "userName", "emails.value", "emails"] {
        for (condition, found) in [
            (r#"lt "abc\u0000""#, &["ab", "abc"][..]),
            (r#"le "abc\u0000""#, &["ab", "abc"]),
            (r#"gt "abc\u0000""#, &["abc!", "abcd", "abd", "b"]),
            (r#"ge "abc\u0000""#, &["abc!", "abcd", "abd", "b"]),
            (r#"lt "abc\u0000z""#, &["ab", "abc"]),
            (r#"gt "abc\u0000z""#, &["abc!", "abcd", "abd", "b"]),
            (r#"lt "\u0000""#, &[]),
            (r#"gt "\u0000""#, &["ab", "abc", "abc!", "abcd", "abd", "b"]),
            (r#"eq "abc\u0000""#, &[]),
            (r#"sw "abc\u0000""#, &[]),
            (r#"co "\u0000""#, &[]),
            (r#"ew "\u0000""#, &[]),
        ] {
            let filter = format!("{name} {condition}");
            assert_eq!(provider.filter("/Users", &filter).await.names(), found, "{filter}");
            // The others have a value too, so that they are the rest.
            let others = provider.filter("/Users", &format!("not ({filter})")).await;
            assert_eq!(others.names().len(), 6 - found.len(), "{filter}");
        }
        let others = provider.filter("/Users", &format!(r#"{name} ne "abc\u0000""#)).await;
        assert_eq!(others.names().len(), 6, "{name}");
    }
}

/// Gives every user a locale.
struct FillsIn;

#[async_trait]
impl Hooks for FillsIn {
    async fn before_create(&self, event: &mut CreateEvent<'_>) -> Result<CreateDecision, Error> {
        let CreateEvent { resource, .. } = event;
        resource.set("locale", "en-US");
        Ok(CreateDecision::Create)
    }
}
