//! The reader reads what `serde_json` reads, and nothing else.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;

fn read(text: &[u8]) -> Result<Object, JsonError> {
    parse_object(text, JsonLimits::unlimited())
}

/// Parses a text with `serde_json`.
fn expected(text: &[u8]) -> Option<Json> {
    serde_json::from_slice::<Json>(text).ok()
}

/// Texts near JSON: pieces of it in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\n",
        "\"a\"",
        "\"b\"",
        "\"c\"",
        "\"\"",
        "\"\\n\"",
        "\"\\u0041\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\x\"",
        "\"é\"",
        "\"\t\"",
        "\"open",
        "true",
        "false",
        "null",
        "nul",
        "0",
        "-0",
        "01",
        "1",
        "-1",
        "1.5",
        "1.",
        ".5",
        "1e3",
        "1E-2",
        "1e",
        "-",
        "+1",
        "1e999",
    ]);
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// JSON, written with blanks, and spoilt at one place or not at all.
fn spoilt() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        // What every reader rounds to the same.
        any::<i32>().prop_map(|eighths| Json::from(f64::from(eighths) / 8.0)),
        any::<String>().prop_map(Json::from),
    ];
    let json = leaf.prop_recursive(4, 24, 4, |inner| {
        let names = "[a-f]{1,2}";
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(names, inner, 0..4)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    });
    let change = prop::option::of((any::<prop::sample::Index>(), any::<u8>()));
    (json, any::<bool>(), change).prop_map(|(json, pretty, change)| {
        let text =
            if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) };
        let mut text = text.expect("it is JSON").into_bytes();
        if let Some((place, byte)) = change {
            let place = place.index(text.len());
            text[place] = byte;
        }
        text
    })
}

/// `serde_json` rounds a decimal now and then to the second nearest.
fn rounded(json: Json) -> Json {
    match json {
        Json::Number(number) if number.is_f64() => {
            number.as_f64().map(|value| format!("{value:.9e}")).into()
        }
        Json::Array(values) => values.into_iter().map(rounded).collect(),
        Json::Object(members) => {
            members.into_iter().map(|(name, value)| (name, rounded(value))).collect()
        }
        json => json,
    }
}

/// Names that differ in case only are not JSON's affair, and the last of two is not taken.
fn check(text: &[u8]) -> Result<(), TestCaseError> {
    match (read(text), expected(text)) {
        (Ok(object), Some(json)) => {
            let read = serde_json::to_value(Value::Object(object)).expect("it is JSON");
            prop_assert_eq!(rounded(read), rounded(json));
        }
        (Err(JsonError::Duplicate { .. }), _) | (Err(JsonError::Syntax { .. }), None) => {}
        (Err(JsonError::NotObject), Some(json)) => prop_assert!(!json.is_object()),
        (read, expected) => prop_assert!(false, "{read:?}, but {expected:?}"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn near_json_is_read_as_it_is_elsewhere(text in pieces()) {
        check(text.as_bytes())?;
        check(format!("{{\"x\":{text}}}").as_bytes())?;
    }

    #[test]
    fn json_is_read_as_it_is_elsewhere(text in spoilt()) {
        check(&text)?;
        check(&[b"{\"x\":", &text[..], b"}"].concat())?;
    }
}

#[test]
fn decimals_keep_their_digits() {
    let object = read(br#"{"a":0.10,"b":1e2,"c":12345678901234567890.123456789,"d":-0}"#);
    let text = r#"{"a":0.10,"b":1e2,"c":12345678901234567890.123456789,"d":-0}"#;
    assert_eq!(object.map(|object| object.to_string()).as_deref(), Ok(text));
    let digits = "1".repeat(1_000);
    assert!(read(format!("{{\"a\":{digits}}}").as_bytes()).is_err(), "beyond those of a double");
    let long = |digits: usize| format!("{{\"a\":0.{}}}", "1".repeat(digits));
    assert!(read(long(998).as_bytes()).is_ok());
    assert!(read(long(999).as_bytes()).is_err());
}

#[test]
fn errors_say_where() {
    for (text, line, column) in [
        ("{", 1, 2),
        ("{\"a\":tru}", 1, 6),
        ("{\n  \"a\": 1,\n  \"b\" 2\n}", 3, 7),
        ("{\"a\":1}x", 1, 8),
        ("{\"a\":\"b\n\"}", 1, 8),
    ] {
        assert_eq!(read(text.as_bytes()), Err(JsonError::Syntax { line, column }), "{text}");
    }
    let read = read(b"{\"a\":\n\"\xff\"}");
    assert_eq!(read, Err(JsonError::Syntax { line: 2, column: 2 }));
}

#[test]
fn nesting_ends() {
    let deep = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    assert!(read(deep(126).as_bytes()).is_ok());
    assert_eq!(read(deep(127).as_bytes()), Err(JsonError::TooDeep));
    assert_eq!(read(deep(1_000_000).as_bytes()), Err(JsonError::TooDeep));
    let is_known = |_: &Name| false;
    let passed =
        parse_known(deep(1_000_000).as_bytes(), JsonLimits::unlimited(), Known::members(&is_known));
    assert_eq!(passed.map(|(object, _)| object), Err(JsonError::TooDeep));
}
