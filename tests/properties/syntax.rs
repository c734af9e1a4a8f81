//! Syntax trees: printing is the inverse of parsing, and no text makes a parser panic.

use std::thread;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use scimwire::attr::{AttrName, AttrPath, SchemaUri};
use scimwire::filter::{
    CompValue, CompareOp, Filter, FilterBinder, ParseOptions, UnknownAttribute,
};
use scimwire::patch::Path;
use scimwire::quirks::{Deviations, Quirks};
use scimwire::resource::Resource;

use super::samples::{USERS, config};

/// The stack that a thread of most servers has.
const STACK: usize = 2 * 1024 * 1024;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn names_read_what_they_print(name in name(), uri in uri(), path in attr_path(true, true)) {
        prop_assert_eq!(name.to_string().parse::<AttrName>().ok(), Some(name));
        prop_assert_eq!(uri.to_string().parse::<SchemaUri>().ok(), Some(uri));
        prop_assert_eq!(path.to_string().parse::<AttrPath>().ok(), Some(path));
    }

    #[test]
    fn filters_read_what_they_print(filter in filter()) {
        let text = filter.to_string();
        prop_assert_eq!(text.parse::<Filter>(), Ok(filter), "{}", text);
    }

    #[test]
    fn paths_read_what_they_print(path in path()) {
        let text = path.to_string();
        prop_assert_eq!(text.parse::<Path>(), Ok(path), "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        read_or_refuse(text)?;
    }

    #[test]
    fn any_tokens_are_read_or_refused(tokens in vec(token(), 0..60)) {
        read_or_refuse(tokens.concat())?;
    }

    #[test]
    fn any_nesting_is_read_or_refused(layers in vec(select(LAYERS), 0..60), times in 1_usize..500) {
        let repeated: Vec<(&str, &str)> = layers.iter().copied().cycle().take(layers.len() * times).collect();
        let open: String = repeated.iter().map(|(open, _)| *open).collect();
        let close: String = repeated.iter().rev().map(|(_, close)| *close).collect();
        read_or_refuse(format!("{open}a pr{close}"))?;
        read_or_refuse(open)?;
    }

    #[test]
    fn any_filter_binds_or_is_refused(filter in filter()) {
        for unknown in [UnknownAttribute::Reject, UnknownAttribute::NoValue] {
            if let Ok(bound) = FilterBinder::new(&USERS).with_unknown(unknown).bind(&filter) {
                prop_assert_eq!(bound.matches(&Resource::default()), bound.matches(&Resource::default()));
            }
        }
    }
}

/// What may stand around a condition.
const LAYERS: &[(&str, &str)] = &[
    ("(", ")"),
    ("not (", ")"),
    ("not ", ""),
    ("a pr and (", ")"),
    ("(a pr or b pr) and ", ""),
    ("a[", "]"),
    ("(((", ")))"),
];

/// Reads a text in every way, on a small stack.
fn read_or_refuse(text: String) -> Result<(), TestCaseError> {
    let read = move || {
        for quirks in [Quirks::STRICT, tolerant()] {
            let options = ParseOptions::default().with_quirks(quirks);
            match Filter::parse_with(&text, &options, &mut Deviations::default()) {
                Ok(filter) => drop((
                    filter.clone(),
                    filter.to_string(),
                    FilterBinder::new(&USERS).with_unknown(UnknownAttribute::NoValue).bind(&filter),
                )),
                Err(err) => assert!(text.get(err.span()).is_some(), "{err}"),
            }
            match Path::parse_with(&text, &options, &mut Deviations::default()) {
                Ok(path) => drop((path.clone(), path.to_string())),
                Err(err) => drop(err.to_string()),
            }
        }
        drop(text.parse::<AttrPath>());
    };
    let thread = thread::Builder::new().stack_size(STACK).spawn(read).expect("a thread starts");
    thread.join().map_err(|_| TestCaseError::fail("it panics"))
}

fn tolerant() -> Quirks {
    let all_on = |quirks: Quirks, name: &&str| quirks.with_switch(name, true).expect("a switch");
    Quirks::SWITCHES.iter().fold(Quirks::LENIENT, all_on)
}

fn token() -> BoxedStrategy<String> {
    let fixed = vec![
        " ",
        "  ",
        "(",
        ")",
        "[",
        "]",
        ".",
        ":",
        "\"",
        "'",
        "\\",
        "eq",
        "NE",
        "co",
        "pr",
        "and",
        "OR",
        "not",
        "not (",
        "true",
        "null",
        "userName",
        "emails",
        "value",
        "urn:",
        "urn:a:b:c",
        "-1.5e3",
        "1e999",
        "\"x\"",
        "\"\\ud800\"",
        "\u{e9}",
        "\t",
        "\0",
        " eq \"x\"",
        " and ",
        "$ref",
        "a.b.c",
    ];
    prop_oneof![6 => select(fixed).prop_map(str::to_owned), 1 => name().prop_map(|name| name.to_string()), 1 => any::<String>()]
        .boxed()
}

/// A filter of any shape, at most some levels deep.
pub(crate) fn filter() -> BoxedStrategy<Filter> {
    tree(prop_oneof![6 => condition(true), 1 => value_path()].boxed())
}

fn tree(leaf: BoxedStrategy<Filter>) -> BoxedStrategy<Filter> {
    leaf.prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..5).prop_map(Filter::And),
            vec(inner.clone(), 2..5).prop_map(Filter::Or),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
    .boxed()
}

fn value_path() -> BoxedStrategy<Filter> {
    let parts = (attr_path(true, false), tree(condition(false)));
    parts.prop_map(|(path, filter)| Filter::ValuePath { path, filter: Box::new(filter) }).boxed()
}

fn condition(urns: bool) -> BoxedStrategy<Filter> {
    let comparison = (attr_path(urns, true), select(CompareOp::ALL), comp_value());
    prop_oneof![
        1 => attr_path(urns, true).prop_map(Filter::Present),
        4 => comparison.prop_map(|(path, op, value)| Filter::Compare { path, op, value }),
    ]
    .boxed()
}

fn path() -> BoxedStrategy<Path> {
    let whole = attr_path(true, true).prop_map(Path::new);
    let chosen = (attr_path(true, false), tree(condition(false)), option::of(name()));
    let chosen = chosen.prop_map(|(attribute, filter, sub)| {
        Path::new(attribute).with_filter(filter).with_sub(sub)
    });
    prop_oneof![whole, chosen].boxed()
}

fn comp_value() -> BoxedStrategy<CompValue> {
    let number = "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?";
    prop_oneof![
        Just(CompValue::Null),
        any::<bool>().prop_map(CompValue::Boolean),
        number.prop_map(|text| CompValue::Number(text.parse().expect("a JSON number"))),
        any::<String>().prop_map(|text| CompValue::String(text.into())),
    ]
    .boxed()
}

fn attr_path(urns: bool, subs: bool) -> BoxedStrategy<AttrPath> {
    let schema = if urns { option::weighted(0.2, uri()).boxed() } else { Just(None).boxed() };
    let sub = if subs { option::weighted(0.3, name()).boxed() } else { Just(None).boxed() };
    (schema, name(), sub)
        .prop_map(|(schema, name, sub)| AttrPath::new(name).with_schema(schema).with_sub(sub))
        .boxed()
}

/// Any name, or one that is also a keyword, or one of a user's.
fn name() -> BoxedStrategy<AttrName> {
    let known = vec![
        "not", "and", "or", "pr", "eq", "true", "null", "$ref", "userName", "emails", "value",
        "type", "active", "name", "urn",
    ];
    prop_oneof![select(known).prop_map(str::to_owned), "[A-Za-z$][A-Za-z0-9_$-]{0,8}"]
        .prop_map(|text| text.parse().expect("an attribute name"))
        .boxed()
}

fn uri() -> BoxedStrategy<SchemaUri> {
    let known = vec![
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "URN:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    ];
    prop_oneof![1 => select(known).prop_map(str::to_owned), 2 => "[uU]rn(:[A-Za-z0-9.+,=@;!*'%/~_$-]{1,6}){1,4}"]
        .prop_map(|text| text.parse().expect("a schema URI"))
        .boxed()
}
