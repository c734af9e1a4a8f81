use serde_json::json;

use super::*;
use crate::schema::Schema;

/// Values that say the same in other words, and some that do not.
fn values() -> Vec<Value> {
    let work = json!({ "type": "work", "value": "BJensen@example.com" });
    let also_work = json!({ "value": "bjensen@EXAMPLE.com", "primary": false, "type": "Work" });
    let home = json!({ "type": "home", "value": "babs@example.com", "primary": true });
    let (odd, also_odd) = (json!({ "other": 1.0 }), json!({ "other": 1, "display": null }));
    let many =
        |first: i32| (first..first + 20).map(|number| json!({ "value": number.to_string() }));
    let (mut up, down) = (many(0).collect::<Vec<_>>(), many(0).rev().collect::<Vec<_>>());
    let values =
        [json!(null), json!(true), json!(false), json!(1), json!(1.0), json!([]), json!({})];
    let texts = ["", "Straße", "STRASSE", "\u{212a}", "k", "K", "2010-01-23T04:56:22Z"];
    let others = ["2010-01-23T05:56:22+01:00", "2010-01-23T04:56:22z", "YQ==", "YQ=="];
    let texts = texts.into_iter().chain(others).map(|text| json!(text));
    let mut lists = vec![
        json!([work, home]),
        json!([home, also_work]),
        json!([work, work, home]),
        json!([home, home, work]),
        json!([work]),
        json!([{ "primary": false }]),
        json!([{}]),
        json!([odd]),
        json!([also_odd]),
        json!(up),
        json!(down),
    ];
    up.pop();
    lists.push(json!(up));
    let single = [work, also_work, home, odd, also_odd].into_iter();
    values.into_iter().chain(texts).chain(lists).chain(single).map(Value::from).collect()
}

#[test]
fn values_are_the_same_if_their_meaning_is() {
    let user = Schema::user();
    let attribute = |name: &str| user.attribute(name).expect("an attribute of users");
    let emails = attribute("emails");
    let mut attributes = vec![emails, attribute("userName"), attribute("password")];
    attributes.extend([attribute("x509Certificates"), attribute("active"), attribute("name")]);
    let meta = Schema::common().attribute("meta").expect("a common attribute");
    attributes.extend(meta.sub_attributes());
    attributes.extend(attribute("x509Certificates").sub_attributes());
    let mut found = [0; 2];
    for attribute in attributes {
        for one in &values() {
            for other in &values() {
                let expected = Said::of(attribute, one) == Said::of(attribute, other);
                let name = attribute.name();
                assert_eq!(same(attribute, one, other), expected, "{name}: {one} {other}");
                found[usize::from(expected)] += 1;
            }
        }
    }
    assert!(found.iter().all(|count| *count > 100), "{found:?}");
}
