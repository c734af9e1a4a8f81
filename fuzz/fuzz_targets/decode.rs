//! A body means the same to both readers: that of this crate, and `serde_json`
//! with a conversion. So does the resource that is made of it; and what is written of that reads
//! back as it was.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use scimwire::Quirks;
use scimwire::message::{JsonError, JsonLimits, parse_object};
use scimwire::quirks::Deviations;
use scimwire::resource::{Decoded, ResourceDecoder, ValueError};
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use scimwire::value::Object;
use serde_json::Value as Json;

static USERS: LazyLock<ResourceType> =
    LazyLock::new(|| ResourceType::user().with_extension(ENTERPRISE_USER));

/// More nesting than either reader takes is refused by both.
const DEEPEST: usize = 127;

fuzz_target!(|input: &[u8]| {
    let mut limits = JsonLimits::unlimited();
    limits.max_depth = DEEPEST;
    let ours = parse_object(input, limits);
    let theirs = serde_json::from_slice::<serde_json::Map<String, Json>>(input);
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert_same(&Json::from(ours.clone()), &Json::Object(theirs.clone()));
            for quirks in [Quirks::STRICT, Quirks::LENIENT] {
                assert_same_resource(&ours, &theirs.clone().into(), quirks);
            }
        }
        (Ok(ours), Err(err)) => panic!("read as {}: {err}", Json::from(ours)),
        // `serde_json` fails only for text that is not JSON, or too deep.
        (Err(JsonError::Syntax { .. } | JsonError::NotObject), Ok(theirs)) => {
            assert!(has_long_exponent(input), "not read: {}", Json::Object(theirs));
        }
        (Err(_), _) => {}
    }
});

/// Returns `true` if a number may have an exponent beyond any that is kept: it is refused, and
/// `serde_json` reads zero, of `1e-99999` as of `0e99999`.
fn has_long_exponent(input: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let exponents = input.split(|byte| byte.eq_ignore_ascii_case(&b'e')).skip(1);
    let unsigned =
        |text| <[u8]>::strip_prefix(text, b"-").or(text.strip_prefix(b"+")).unwrap_or(text);
    exponents.map(unsigned).any(|text| digits(text) > 3)
}

fn assert_same_resource(ours: &Object, theirs: &Object, quirks: Quirks) {
    let (one, other) = (decode(ours, quirks), decode(theirs, quirks));
    match (one, other) {
        (Ok((one, noted)), Ok((other, also_noted))) => {
            let written = Json::from(one.resource.attributes().clone());
            assert_same(&written, &Json::from(other.resource.attributes().clone()));
            assert_eq!(one.cleared, other.cleared);
            assert_eq!(noted.into_vec(), also_noted.into_vec());
            let text = written.to_string();
            let again = parse_object(text.as_bytes(), JsonLimits::unlimited()).expect("JSON");
            assert_same(&Json::from(again), &written);
        }
        (Err(one), Err(other)) => assert_eq!(one.to_string(), other.to_string()),
        (one, other) => panic!("{:?} {:?}", one.err(), other.err()),
    }
}

fn decode(body: &Object, quirks: Quirks) -> Result<(Decoded, Deviations), ValueError> {
    let mut deviations = Deviations::default();
    let decoder = ResourceDecoder::new(&USERS).with_quirks(quirks).with_secrets(true);
    let decoded = decoder.decode(body.clone(), &mut deviations)?;
    Ok((decoded, deviations))
}

/// The most that `serde_json` is off the nearest double, in parts of the number.
const ROUNDING: f64 = 1e-14;

/// Numbers are the same if they are about the same double: `serde_json` keeps no other, and does
/// not always take the nearest one.
fn assert_same(ours: &Json, theirs: &Json) {
    match (ours, theirs) {
        (Json::Object(ours), Json::Object(theirs)) => {
            assert!(ours.keys().eq(theirs.keys()), "{ours:?} {theirs:?}");
            ours.values().zip(theirs.values()).for_each(|(ours, theirs)| assert_same(ours, theirs));
        }
        (Json::Array(ours), Json::Array(theirs)) => {
            assert_eq!(ours.len(), theirs.len());
            ours.iter().zip(theirs).for_each(|(ours, theirs)| assert_same(ours, theirs));
        }
        (Json::Number(ours), Json::Number(theirs)) => {
            let [one, other] = [ours, theirs].map(|number| number.as_f64().expect("a double"));
            assert!((one - other).abs() <= ROUNDING * one.abs(), "{ours} {theirs}");
        }
        (ours, theirs) => assert_eq!(ours, theirs),
    }
}
