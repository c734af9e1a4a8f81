//! Words of the RFCs, and text of a form: what is printed is read, and nothing else is.

use std::collections::HashSet;
use std::fmt::{Debug, Display};
use std::str::FromStr;

use scimwire::ScimType;
use scimwire::attr::{AttrName, SchemaUri};
use scimwire::filter::CompareOp;
use scimwire::query::SortOrder;
use scimwire::resource::Version;
use scimwire::schema::{AttributeType, Mutability, Returned, Uniqueness};

/// Each text is read, and printed as it was; none of the others is read.
fn reads<T>(texts: &[&str], others: &[&str])
where
    T: FromStr<Err: Debug> + TryFrom<String, Error: Debug> + Display + Debug + PartialEq,
{
    for text in texts {
        let value = text.parse::<T>().expect(text);
        assert_eq!(
            (value.to_string().as_str(), T::try_from((*text).to_owned()).ok()),
            (*text, Some(value))
        );
    }
    for other in others {
        assert!(other.parse::<T>().is_err(), "{other:?}");
        assert!(T::try_from((*other).to_owned()).is_err(), "{other:?}");
    }
}

/// Words that are read in any case, and printed as the RFC writes them.
fn reads_any_case<T>(texts: &[&str], others: &[&str])
where
    T: FromStr<Err: Debug> + TryFrom<String, Error: Debug> + Display + Debug + PartialEq,
{
    reads::<T>(texts, others);
    for text in texts {
        let value = text.to_uppercase().parse::<T>().expect(text);
        assert_eq!(value.to_string(), *text);
    }
}

#[test]
fn operators_and_orders_are_read_in_any_case() {
    reads_any_case::<CompareOp>(
        &["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"],
        &["", "e", "eqq", "pr", "and", " eq"],
    );
    reads_any_case::<SortOrder>(&["ascending", "descending"], &["", "asc", "descending "]);
}

#[test]
fn characteristics_are_the_words_of_the_rfc() {
    reads::<AttributeType>(
        &["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"],
        &["", "String", "datetime", "date", " string"],
    );
    reads::<Mutability>(
        &["readOnly", "readWrite", "immutable", "writeOnly"],
        &["", "readonly", "ReadOnly", "mutable"],
    );
    reads::<Returned>(&["always", "never", "default", "request"], &["", "Always", "requested"]);
    reads::<Uniqueness>(&["none", "server", "global"], &["", "None", "client"]);
    let err = "readonly".parse::<Mutability>().expect_err("another case");
    assert_eq!(
        err.to_string(),
        "expected one of `readOnly`, `readWrite`, `immutable`, `writeOnly`"
    );
}

#[test]
fn types_of_errors_are_the_words_of_the_rfcs() {
    reads::<ScimType>(
        &[
            "invalidFilter",
            "tooMany",
            "uniqueness",
            "mutability",
            "invalidSyntax",
            "invalidPath",
            "noTarget",
            "invalidValue",
            "invalidVers",
            "sensitive",
            "invalidCursor",
            "expiredCursor",
            "invalidCount",
        ],
        &["", "InvalidFilter", "toomany", "notFound"],
    );
}

#[test]
fn versions_from_outside_are_entity_tags() {
    reads::<Version>(
        &["W/\"3\"", "\"3\"", "\"\"", "W/\"a-b+\"", "\"é\""],
        &["", "3", "*", "\"", "W/", "w/\"3\"", "\"a", "a\"", "\"a\"b\"", "\"a b\"", "\"a\r\n\""],
    );
}

#[test]
fn equal_versions_are_one_key() {
    let weak: Version = "W/\"3\"".parse().expect("an entity tag");
    assert!(HashSet::from([weak]).contains(&Version::unchecked("\"3\"")));
}

#[test]
fn names_and_uris_take_over_text() {
    let name = AttrName::try_from("userName".to_owned()).expect("a name");
    assert_eq!(name.as_str(), "userName");
    assert!(AttrName::try_from("user name".to_owned()).is_err());
    let uri = SchemaUri::try_from("urn:example:Badge".to_owned()).expect("a URI");
    assert_eq!(uri.as_str(), "urn:example:Badge");
    assert!(SchemaUri::try_from("Badge".to_owned()).is_err());
}
