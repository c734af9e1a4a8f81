//! Filters on attributes with several values, and on one value at a time (RFC 7644, Section
//! 3.4.2.2).

use serde_json::json;

use support::reads::provider::{Provider, id};
use support::reads::samples::{device, group, people, user};

#[tokio::test]
async fn any_value_will_do() {
    // P-3.4.2.2-16
    let table: &[(&str, &[&str])] = &[
        ("emails.value eq \"jim@example.org\"", &["jsmith"]),
        ("emails.value co \"example\"", &["bjensen", "jsmith"]),
        ("emails.type eq \"work\" and emails.value co \"jensen.org\"", &["bjensen"]),
        ("emails.primary eq true", &["bjensen"]),
        ("emails.type ne \"work\"", &["omalley", "Root"]),
        ("schemas co \"enterprise\"", &["bjensen"]),
    ];
    Provider::of_people().await.finds("/Users", table).await;
}

#[tokio::test]
async fn brackets_ask_about_one_element() {
    // P-3.4.2.2-18, P-3.4.2.2-20
    let table: &[(&str, &[&str])] = &[
        ("emails[type eq \"work\" and value co \"jensen.org\"]", &[]),
        ("emails[type eq \"home\" and value co \"jensen.org\"]", &["bjensen"]),
        ("emails[type eq \"work\" and value ew \"example.com\"]", &["bjensen"]),
        ("emails[type eq \"work\" or value co \"x\"]", &["bjensen", "jsmith"]),
        ("emails[not (type eq \"work\")]", &["bjensen", "jsmith"]),
        ("emails[type ne \"work\" and value ew \".org\"]", &["bjensen"]),
        ("not (emails[type eq \"work\"])", &["omalley", "Root"]),
        ("emails[primary eq true and type eq \"home\"]", &[]),
        ("emails[type pr]", &["bjensen", "jsmith"]),
        ("emails[display pr]", &[]),
        (
            "userType eq \"Employee\" and emails[value sw \"babs\"] or userName eq \"root\"",
            &["bjensen", "Root"],
        ),
    ];
    Provider::of_people().await.finds("/Users", table).await;
}

#[tokio::test]
async fn names_in_brackets_are_those_of_sub_attributes() {
    // P-3.4.2.2-19
    let wrong = [
        "emails[emails.type eq \"work\"]",
        "emails[userName eq \"bjensen\"]",
        "emails[urn:ietf:params:scim:schemas:core:2.0:User:type eq \"work\"]",
        "emails[street eq \"x\"]",
        "userName[value eq \"bjensen\"]",
        "name[familyName eq \"Jensen\"]",
        "emails.value[type eq \"work\"]",
        "emails[type.value eq \"work\"]",
        "emails[type.nothing pr]",
    ];
    Provider::of_people().await.refuses("/Users", &wrong).await;
}

#[tokio::test]
async fn what_only_this_provider_knows_can_be_asked_for() {
    // P-3.4.2.2-16, P-3.4.2.2-18
    let provider = Provider::strict();
    let user = provider.create("/Users", people().remove(0)).await;
    let other = provider.create("/Users", support::reads::samples::user("other")).await;
    provider.create("/Groups", group("Guides", &[id(&user)])).await;
    provider.create("/Groups", group("All", &[id(&user), id(&other)])).await;
    provider.create("/Groups", group("None", &[])).await;
    let member = format!("members eq \"{}\"", id(&other));
    let reference =
        format!("members[$ref eq \"https://example.com/scim/v2/Users/{}\"]", id(&other));
    let location = format!("members.$ref ew \"/Users/{}\"", id(&user));
    let typed = format!("members[value eq \"{}\" and type eq \"User\"]", id(&user));
    let table: &[(&str, &[&str])] = &[
        (&member, &["All"]),
        (&reference, &["All"]),
        (&location, &["Guides", "All"]),
        (&typed, &["Guides", "All"]),
        ("members pr", &["Guides", "All"]),
        ("members.$ref pr", &["Guides", "All"]),
        ("not (members[value pr])", &["None"]),
    ];
    provider.finds("/Groups", table).await;
    let own = format!("meta.location eq \"https://example.com/scim/v2/Users/{}\"", id(&other));
    let table: &[(&str, &[&str])] = &[
        (&own, &["other"]),
        ("groups.display eq \"guides\"", &["bjensen"]),
        ("groups pr", &["bjensen", "other"]),
    ];
    provider.finds("/Users", table).await;
}

#[tokio::test]
async fn an_element_without_primary_is_not_the_primary_one() {
    // P-3.4.2.2-18, P-3.4.2.2-21
    let provider = Provider::of_people().await;
    provider.create("/Users", user("last")).await;
    let table: &[(&str, &[&str])] = &[
        ("emails[type eq \"work\" and primary eq false]", &["jsmith"]),
        ("emails[type eq \"home\" and primary ne true]", &["bjensen", "jsmith"]),
        ("emails.primary eq false", &["bjensen", "jsmith"]),
    ];
    provider.finds("/Users", table).await;
    let answer = provider.search("/Users", json!({ "filter": "emails[primary eq true]" })).await;
    assert_eq!(answer.names(), ["bjensen"]);
}

#[tokio::test]
async fn only_primary_is_false_where_it_is_not_said() {
    // P-3.4.2.2-16, S-2.4-03
    let provider = Provider::strict();
    let ports = json!([{ "value": 22 }, { "value": 80, "open": true, "primary": true }]);
    provider.create("/Devices", device("A1", json!({ "ports": ports }))).await;
    provider
        .create(
            "/Devices",
            device("A2", json!({ "ports": [{ "value": 23, "open": false, "primary": true }] })),
        )
        .await;
    let table: &[(&str, &[&str])] = &[
        ("ports.open eq false", &["A2"]),
        ("ports[open eq false]", &["A2"]),
        ("ports[value eq 22 and open eq false]", &[]),
        ("ports[not (open eq true)]", &["A1", "A2"]),
        ("ports.primary eq false", &["A1"]),
        ("ports[value eq 22 and primary eq false]", &["A1"]),
        ("active eq false", &[]),
    ];
    provider.finds("/Devices", table).await;
}
