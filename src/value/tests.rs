use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::name::Table;
use super::*;

type Json = serde_json::Value;

fn number(text: &str) -> Number {
    text.parse().unwrap_or_else(|_| panic!("{text} is a number"))
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn a_value_takes_three_words() {
    assert_eq!(size_of::<Value>(), 24);
    assert_eq!(size_of::<(Name, Value)>(), 40);
    assert_eq!((size_of::<Object>(), size_of::<List>()), (8, 8));
}

#[test]
fn numbers_keep_their_digits() {
    for text in [
        "0",
        "-0",
        "1.50",
        "1e2",
        "-1.0E+2",
        "0.1000000000000000055511151231257827",
        "18446744073709551616",
    ] {
        assert_eq!(number(text).to_string(), text);
    }
    for text in ["9223372036854775807", "-9223372036854775808", "9223372036854775808"] {
        assert_eq!(Json::from(Value::from(number(text))).to_string(), text);
    }
    let large = number("18446744073709551615");
    assert_eq!((large.as_i64(), large.as_u64()), (None, Some(u64::MAX)));
    assert_eq!((number("-1").as_i64(), number("-1").as_u64()), (Some(-1), None));
    assert_eq!((number("1.0").as_i64(), number("1.0").as_f64()), (None, Some(1.0)));
    assert_eq!(Value::from(f64::NAN), Value::Null);
    assert_eq!(Value::from(1e300), Value::from(number("1e300")));
    assert_eq!(Value::from(json!(0.1)).to_string(), "0.1");
}

#[test]
fn numbers_compare_exactly() {
    // P-3.4.2.2-10
    let ascending = [
        "-1e400",
        "-10",
        "-9.5",
        "-0.1",
        "0",
        "1e-400",
        "0.1",
        "0.10000000000000001",
        "1",
        "9007199254740992",
        "9007199254740993",
    ];
    let readable: Vec<Number> = ascending.iter().filter_map(|text| text.parse().ok()).collect();
    assert_eq!(readable.len(), ascending.len() - 1, "what no number can hold is refused");
    assert!(readable.is_sorted_by(|one, other| one < other));
    for (one, other) in
        [("1", "1.0"), ("100", "1e2"), ("-0", "0"), ("0.5", "5e-1"), ("12.30", "1.23e+1")]
    {
        assert_eq!(number(one), number(other));
    }
    assert!(Value::from(number("9007199254740993")) != json!(9_007_199_254_740_992_u64));
    assert_eq!(Value::from(number("0.1")), json!(0.1));
    for text in ["", "-", "01", "1.", ".5", "1e", "+1", "0x1", "1e99999999999999999999"] {
        assert!(text.parse::<Number>().is_err(), "{text}");
    }
}

#[test]
fn equal_is_what_says_the_same() {
    let value = |json: Json| Value::from(json);
    for (one, other) in [
        (json!(1), json!(1.0)),
        (json!(u64::MAX), json!(u64::MAX)),
        (json!({ "a": 1, "b": [2] }), json!({ "b": [2.0], "a": 1 })),
    ] {
        assert_eq!(value(one.clone()), value(other.clone()));
        assert_eq!(hash(&value(one)), hash(&value(other)));
    }
    for (one, other) in [
        (json!(1), json!("1")),
        (json!(u64::MAX), json!(i64::MAX)),
        (json!([1, 2]), json!([2, 1])),
        (json!({ "a": 1 }), json!({ "a": 1, "b": null })),
        (json!({ "a": 1 }), json!({ "b": 1 })),
        (json!(null), json!(false)),
    ] {
        assert_ne!(value(one.clone()), value(other.clone()));
        assert_ne!(value(one), other);
    }
    assert_eq!(value(json!("a")), "a");
    assert_eq!(value(json!(true)), true);
    assert_eq!(value(json!(7)), 7_i64);
}

#[test]
fn members_stand_in_the_order_of_their_names() {
    let object: Object = [("b", 1), ("a", 2), ("c", 3), ("a", 4)]
        .into_iter()
        .map(|(name, value)| (name, Value::from(value)))
        .collect();
    assert_eq!(object.to_string(), r#"{"a":4,"b":1,"c":3}"#);
    let mut other = Object::new();
    for name in ["c", "a", "b"] {
        assert_eq!(other.insert(name, Value::Null), None);
    }
    assert_eq!(other.insert("a", 1.into()), Some(Value::Null));
    assert_eq!(other.keys().map(Name::as_str).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(*other.entry("a").or_insert(9.into()), 1);
    assert_eq!(*other.entry("aa").or_insert(9.into()), 9);
    assert_eq!(other.remove("b"), Some(Value::Null));
    assert_eq!(other.remove("b"), None);
    assert_eq!(other.to_string(), r#"{"a":1,"aa":9,"c":null}"#);
}

#[test]
fn a_large_object_is_like_a_small_one() {
    let names: Vec<String> = (0..1_000).rev().map(|number| format!("n{number}")).collect();
    let object: Object = names.iter().map(|name| (name, Value::from(name))).collect();
    assert!(names.iter().all(|name| object.get(name).is_some_and(|value| value == name)));
    assert_eq!(object.get("n1000"), None);
    assert!(object.keys().is_sorted());
}

#[test]
fn a_name_is_the_same_however_it_came() {
    let own = Name::from("aNameThatNobodyKnowsYet");
    let known = Name::known("aNameThatNobodyKnowsYet");
    let found = Name::from("aNameThatNobodyKnowsYet");
    assert!(std::ptr::eq(known.as_str(), found.as_str()), "it is kept once");
    assert!(!std::ptr::eq(known.as_str(), own.as_str()));
    assert_eq!(own, known);
    assert_eq!(hash(&own), hash(&known));
    assert_eq!(own.cmp(&known), std::cmp::Ordering::Equal);
    let mut object = Object::from([(own, Value::Null)]);
    assert_eq!(object.insert(known, Value::from(1)), Some(Value::Null));
    let too_long = "n".repeat(1_000);
    assert_eq!(Name::known(&too_long), Name::from(too_long.as_str()));
}

#[test]
fn names_without_end_take_no_memory_without_end() {
    let table: &Table = Box::leak(Box::new(Table::new()));
    let names: Vec<String> = (0..20_000).map(|number| format!("crowd{number}")).collect();
    let kept = |text: &String| {
        let (one, other) = (table.keep(text), table.find(text));
        assert_eq!(one, other);
        assert_eq!(one, *text);
        std::ptr::eq(one.as_str(), other.as_str())
    };
    assert!(names.iter().filter(|name| kept(name)).count() <= 4_096);
}

#[test]
fn read_by_types_of_the_host() {
    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "camelCase")]
    enum Kind {
        Work,
        Other(String),
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Wrapped(u8);
    #[derive(Debug, Deserialize, PartialEq)]
    struct Host {
        kinds: Vec<Kind>,
        none: Option<String>,
        some: Option<Wrapped>,
        pair: (i64, f64),
        #[serde(default)]
        missing: bool,
        rest: HashMap<String, Json>,
    }
    let value = Value::from(json!({
        "kinds": ["work", { "other": "boat" }],
        "none": null,
        "some": 7,
        "pair": [-1, 0.5],
        "rest": { "a": [null, true] },
    }));
    let expected = Host {
        kinds: vec![Kind::Work, Kind::Other("boat".to_owned())],
        none: None,
        some: Some(Wrapped(7)),
        pair: (-1, 0.5),
        missing: false,
        rest: [("a".to_owned(), json!([null, true]))].into(),
    };
    assert_eq!(Host::deserialize(&value).expect("it fits"), expected);
    for misfit in [json!(7), json!({ "kinds": [] }), json!({ "kinds": ["boat"] })] {
        assert!(Host::deserialize(&Value::from(misfit)).is_err());
    }
    assert!(<(i64, i64)>::deserialize(&Value::from(json!([1, 2, 3]))).is_err(), "all are read");
}

fn any_json() -> impl Strategy<Value = Json> {
    let name = || prop_oneof!["[ab/~]{0,2}", "\\PC{0,30}", Just("userName".to_owned())];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[\\x00-\\x7f]{0,30}".prop_map(Json::from),
        name().prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 40, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec((name(), inner), 0..30)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn there_and_back(json in any_json()) {
        let value = Value::from(&json);
        prop_assert_eq!(&Json::from(&value), &json);
        prop_assert_eq!(&value, &json);
        // In the order of the members, which is that of schemas.
        let text = value.to_string();
        prop_assert_eq!(serde_json::to_string(&value).ok(), Some(text));
        prop_assert_eq!(serde_json::to_value(&value).ok(), Some(json.clone()));
        // What is nearest is not always what `serde_json` reads.
        let read = serde_json::from_str::<Json>(&json.to_string()).ok();
        prop_assert_eq!(serde_json::from_str::<Value>(&json.to_string()).ok(), read.map(Value::from));
        prop_assert_eq!(Json::deserialize(&value).ok(), Some(json));
    }

    #[test]
    fn equal_as_json_is(one in any_json(), other in any_json()) {
        let (value, compared) = (Value::from(&one), Value::from(&other));
        prop_assert_eq!(value == compared, one == other);
        prop_assert_eq!(value == other, one == other);
    }

    #[test]
    fn pointers_point_as_in_json(json in any_json(), pointer in "(/([ab]|~0|~1|[0-3]|-|\\+1|00)?){0,4}x?") {
        let value = Value::from(&json);
        prop_assert_eq!(value.pointer(&pointer).map(Json::from), json.pointer(&pointer).cloned());
    }

    #[test]
    fn found_as_in_json(json in any_json(), name in "[ab]{0,2}", place in 0_usize..3) {
        let value = Value::from(&json);
        prop_assert_eq!(&value[name.as_str()], &json[name.as_str()]);
        prop_assert_eq!(value.get(&name).map(Json::from), json.get(&name).cloned());
        prop_assert_eq!(Json::from(&value[place]), json.get(place).cloned().unwrap_or_default());
    }
}
