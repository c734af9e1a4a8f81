//! Filters on every data type, through a schema of the host's own (RFC 7643, Section 2.3; RFC 7644,
//! Section 3.4.2.2).

use serde_json::{Value, json};

use support::reads::provider::Provider;
use support::reads::samples::{PLACE, device};

#[tokio::test]
async fn integers_compare_exactly() {
    // P-3.4.2.2-06, P-3.4.2.2-07, P-3.4.2.2-10
    let table: &[(&str, &[&str])] = &[
        ("slots eq 9007199254740993", &["A1"]),
        ("slots eq 9007199254740992", &["a1"]),
        ("slots gt 9007199254740992", &["A1"]),
        ("slots ge 9007199254740992", &["A1", "a1"]),
        ("slots lt 9007199254740993", &["a1", "B2"]),
        ("slots le -5", &["B2"]),
        ("slots lt -5", &[]),
        ("slots eq -5.0", &["B2"]),
        ("slots eq 9007199254740993.0", &["A1"]),
        ("slots eq 9.007199254740993e15", &["A1"]),
        ("slots gt 9007199254740992.5", &["A1"]),
        ("slots ne 9007199254740993", &["a1", "B2", "C3"]),
        ("slots lt 99999999999999999999999", &["A1", "a1", "B2"]),
        ("slots pr", &["A1", "a1", "B2"]),
    ];
    Provider::of_devices().await.finds("/Devices", table).await;
}

#[tokio::test]
async fn decimals_compare_exactly() {
    // P-3.4.2.2-06, P-3.4.2.2-10
    let table: &[(&str, &[&str])] = &[
        ("weight eq 0.1", &["A1"]),
        ("weight eq 0.10", &["A1"]),
        ("weight eq 1e-1", &["A1"]),
        ("weight eq 0.1000000000000000055511151231257827", &[]),
        ("weight lt 0.1000000000000000055511151231257827", &["A1", "B2"]),
        ("weight gt 0.1", &["a1"]),
        ("weight eq 1E2", &["a1"]),
        ("weight gt -0.5", &["A1", "a1"]),
        ("weight ge -5e-1", &["A1", "a1", "B2"]),
        ("weight lt 0", &["B2"]),
        ("weight lt -0", &["B2"]),
        ("weight gt 1e-400", &["A1", "a1"]),
    ];
    Provider::of_devices().await.finds("/Devices", table).await;
}

#[tokio::test]
async fn numbers_beyond_all_bounds_are_refused() {
    // P-3.4.2.2-05, P-3.4.2.2-12
    let wrong = [
        "weight eq 1e400",
        "slots gt -1e999",
        "weight eq .5",
        "weight eq 1.",
        "weight eq +1",
        "weight eq 0x10",
        "slots eq NaN",
    ];
    Provider::of_devices().await.refuses("/Devices", &wrong).await;
}

#[tokio::test]
async fn what_is_stored_is_what_was_sent() {
    // P-3.4.2.2-06
    let provider = Provider::of_devices().await;
    let list = provider.get("/Devices").await;
    assert_eq!(list.resources()[0]["slots"].to_string(), "9007199254740993");
    assert_eq!(list.resources()[0]["weight"].to_string(), "0.1");
    let beyond: Value = serde_json::from_str("18446744073709551616").expect("a number");
    provider
        .post("/Devices", device("D4", json!({ "slots": beyond })))
        .await
        .refused("invalidValue");
    provider.post("/Devices", device("D5", json!({ "slots": 1.5 }))).await.refused("invalidValue");
}

#[tokio::test]
async fn digits_beyond_those_of_a_double_are_kept() {
    // P-3.4.2.2-06
    const WEIGHT: &str = "12345678901234567890.123456789";
    let provider = Provider::of_devices().await;
    let device = device("D6", json!({ "weight": 0 })).to_string();
    let sent = device.replace("\"weight\":0", &format!("\"weight\":{WEIGHT}"));
    assert_ne!(sent, device);
    let headers = [("content-type", "application/scim+json")];
    let made = provider.raw("POST", "/scim/v2/Devices", &headers, sent).await.body;
    let id = support::reads::provider::id(&made);
    let found = format!("weight eq {WEIGHT}");
    let table: &[(&str, &[&str])] = &[(&found, &["D6"]), ("weight eq 12345678901234567890", &[])];
    provider.finds("/Devices", table).await;
    let change = format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[
            {{"op":"replace","path":"weight","value":{WEIGHT}1}}]}}"#
    );
    provider.raw("PATCH", &format!("/scim/v2/Devices/{id}"), &headers, change).await;
    let changed = format!("weight eq {WEIGHT}1");
    let table: &[(&str, &[&str])] = &[(&changed, &["D6"]), (&found, &[])];
    provider.finds("/Devices", table).await;
}

#[tokio::test]
async fn instants_binary_values_references_and_booleans_compare() {
    // P-3.4.2.2-06, P-3.4.2.2-08, P-3.4.2.2-10, P-3.4.2.2-23
    let table: &[(&str, &[&str])] = &[
        ("bought eq \"2011-05-13T04:42:34Z\"", &["A1", "a1"]),
        ("bought eq \"2011-05-13T04:42:34.000Z\"", &["A1", "a1"]),
        ("bought gt \"2011-12-31T23:59:59.999-00:00\"", &["B2"]),
        ("bought le \"2012-01-01T00:00:00.4Z\"", &["A1", "a1"]),
        ("bought ne \"2011-05-13T04:42:34Z\"", &["B2", "C3"]),
        ("key eq \"AQID\"", &["A1"]),
        ("key eq \"AQI=\"", &["a1"]),
        ("key eq \"AQI\"", &["a1"]),
        ("key eq \"aqid\"", &[]),
        ("key ne \"AQID\"", &["a1", "B2", "C3"]),
        ("manual eq \"https://example.com/Manual\"", &["A1"]),
        ("manual co \"Man\"", &["A1"]),
        ("manual ew \"anual\"", &["A1", "a1"]),
        ("manual gt \"https://example.com/Manual\"", &["a1"]),
        ("active eq false", &["a1"]),
        ("active ne false", &["A1", "B2", "C3"]),
    ];
    Provider::of_devices().await.finds("/Devices", table).await;
}

#[tokio::test]
async fn strings_compare_with_and_without_case() {
    // P-3.4.2.2-08, P-3.4.2.2-10, P-3.4.2.2-23
    let table: &[(&str, &[&str])] = &[
        ("serial eq \"A1\"", &["A1"]),
        ("serial eq \"a1\"", &["a1"]),
        ("serial eq \"b2\"", &[]),
        ("serial sw \"A\"", &["A1"]),
        ("serial lt \"a\"", &["A1", "B2", "C3"]),
        ("label eq \"ROUTER\"", &["A1"]),
        ("label sw \"router\"", &["A1", "a1"]),
        ("label eq \"ärmel\"", &["B2"]),
        ("label gt \"ROUTER\"", &["a1", "B2"]),
        ("tags eq \"rack\"", &["A1", "a1"]),
        ("tags co \"PAR\"", &["A1"]),
        ("tags ne \"spare\"", &["a1", "B2", "C3"]),
    ];
    Provider::of_devices().await.finds("/Devices", table).await;
}

#[tokio::test]
async fn a_unique_attribute_with_several_values_is_found_by_each_of_them() {
    // P-3.4.2.2-16, P-3.4.2.2-23
    let table: &[(&str, &[&str])] = &[
        ("hosts co \"lph\"", &["A1"]),
        ("hosts eq \"Alpha\"", &["A1"]),
        ("hosts eq \"alpha\"", &[]),
        ("hosts eq \"beta\"", &["A1"]),
        ("hosts sw \"be\"", &["A1"]),
        ("hosts eq \"gamma\" or hosts eq \"beta\"", &["A1", "a1"]),
        ("hosts ne \"beta\"", &["a1", "B2", "C3"]),
    ];
    Provider::of_devices().await.finds("/Devices", table).await;
}

#[tokio::test]
async fn elements_and_extensions_have_types_too() {
    // P-3.4.2.2-10, P-3.4.2.2-12, P-3.4.2.2-18, P-3.4.2.2-25
    let provider = Provider::of_devices().await;
    let floor = format!("{PLACE}:floor gt 3");
    let room = format!("{PLACE}:ROOM eq \"12\"");
    let table: &[(&str, &[&str])] = &[
        ("ports eq 443", &["a1"]),
        ("ports gt 22", &["A1", "a1"]),
        ("ports.value lt 80", &["A1"]),
        ("ports[value ge 80 and open eq true]", &["A1"]),
        ("ports[value lt 80 and open eq true]", &[]),
        ("ports[kind eq \"HTTP\"]", &[]),
        ("ports[kind sw \"ht\" and not (open eq true)]", &["a1"]),
        (&floor, &["a1"]),
        (&room, &["A1"]),
    ];
    provider.finds("/Devices", table).await;
    let text = format!("{PLACE}:floor eq \"3\"");
    provider.refuses("/Devices", &["ports[value eq \"80\"]", "ports.open gt true", &text]).await;
}

#[tokio::test]
async fn parts_of_anything_but_strings_are_refused() {
    // P-3.4.2.2-12
    let provider = Provider::of_devices().await;
    for operator in ["co", "sw", "ew"] {
        for (attribute, operand) in [
            ("slots", "9"),
            ("weight", "0.1"),
            ("bought", "\"2011-05-13T04:42:34Z\""),
            ("key", "\"AQID\""),
            ("active", "true"),
        ] {
            provider.refuses("/Devices", &[&format!("{attribute} {operator} {operand}")]).await;
            provider.refuses("/Devices", &[&format!("{attribute} {operator} \"2011\"")]).await;
        }
    }
}
