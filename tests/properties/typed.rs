//! Filters that fit the schema of users: each attribute with the operators and operands that go
//! with its type.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use scimwire::filter::{CompValue, CompareOp, Filter};

use super::samples::{BYTES, INSTANTS, TEXTS, URLS};

/// How values of an attribute compare: a row of the table in RFC 7644, Section 3.4.2.2, with what
/// RFC 7643 adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A string where case does not count.
    Text,
    /// The same, prepared as an identifier for `eq`.
    Identifier,
    /// A string or reference where case counts.
    Exact,
    Boolean,
    Number,
    Instant,
    Binary,
    /// A complex attribute without a `value`.
    Complex,
}

/// An attribute: the schema that holds it, its name, the kind of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub(crate) extension: Option<&'static str>,
    pub(crate) path: &'static str,
    pub(crate) kind: Kind,
}

const fn core(path: &'static str, kind: Kind) -> Known {
    Known { extension: None, path, kind }
}

const fn enterprise(path: &'static str, kind: Kind) -> Known {
    Known { extension: Some(super::samples::ENTERPRISE), path, kind }
}

const fn badge(path: &'static str, kind: Kind) -> Known {
    Known { extension: Some(super::samples::BADGE), path, kind }
}

/// The attributes that filters are about. `emails`, `photos`, `x509Certificates` and `locks`
/// compare by their `value`.
pub(crate) const ATTRIBUTES: &[Known] = &[
    core("id", Kind::Exact),
    core("externalId", Kind::Exact),
    core("schemas", Kind::Text),
    core("meta", Kind::Complex),
    core("meta.created", Kind::Instant),
    core("meta.resourceType", Kind::Exact),
    core("meta.version", Kind::Exact),
    core("userName", Kind::Identifier),
    core("displayName", Kind::Text),
    core("title", Kind::Text),
    core("profileUrl", Kind::Exact),
    core("active", Kind::Boolean),
    core("name", Kind::Complex),
    core("name.familyName", Kind::Text),
    core("emails", Kind::Text),
    core("emails.value", Kind::Text),
    core("emails.type", Kind::Text),
    core("emails.primary", Kind::Boolean),
    core("addresses", Kind::Complex),
    core("addresses.country", Kind::Text),
    core("photos", Kind::Exact),
    core("x509Certificates", Kind::Binary),
    core("x509Certificates.value", Kind::Binary),
    core("x509Certificates.primary", Kind::Boolean),
    enterprise("employeeNumber", Kind::Text),
    enterprise("manager", Kind::Complex),
    enterprise("manager.value", Kind::Exact),
    badge("number", Kind::Number),
    badge("weight", Kind::Number),
    badge("issued", Kind::Instant),
    badge("image", Kind::Binary),
    badge("serial", Kind::Exact),
    badge("tags", Kind::Text),
    badge("codes", Kind::Number),
    badge("locks", Kind::Text),
    badge("locks.level", Kind::Number),
];

/// Multi-valued attributes, with the names inside brackets.
const ELEMENTS: &[(Known, &[(&str, Kind)])] = &[
    (
        core("emails", Kind::Text),
        &[("value", Kind::Text), ("type", Kind::Text), ("primary", Kind::Boolean)],
    ),
    (
        core("addresses", Kind::Complex),
        &[("country", Kind::Text), ("locality", Kind::Text), ("type", Kind::Text)],
    ),
    (
        core("x509Certificates", Kind::Binary),
        &[("value", Kind::Binary), ("primary", Kind::Boolean)],
    ),
    (core("photos", Kind::Exact), &[("value", Kind::Exact), ("type", Kind::Text)]),
    (badge("tags", Kind::Text), &[("value", Kind::Text)]),
    (badge("codes", Kind::Number), &[("value", Kind::Number)]),
    (badge("locks", Kind::Text), &[("value", Kind::Text), ("level", Kind::Number)]),
];

impl Known {
    /// The path as text, with the URN of an extension.
    pub(crate) fn text(&self) -> String {
        match self.extension {
            Some(extension) => format!("{extension}:{}", self.path),
            None => self.path.to_owned(),
        }
    }
}

/// How an attribute is compared that is named in any case.
pub(crate) fn known(text: &str) -> Known {
    *ATTRIBUTES
        .iter()
        .find(|known| known.text().eq_ignore_ascii_case(text))
        .expect("filters are made of these attributes")
}

/// The kind of a name inside the brackets of an attribute.
pub(crate) fn known_inside(parent: &Known, name: &str) -> Kind {
    let (_, names) = ELEMENTS
        .iter()
        .find(|(known, _)| known.text() == parent.text())
        .expect("it has several values");
    names
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .expect("filters are made of these names")
        .1
}

/// A filter that binds.
pub(crate) fn filter() -> BoxedStrategy<Filter> {
    let inside = select(ELEMENTS).prop_flat_map(|(known, names)| {
        let leaf =
            select(names).prop_flat_map(|(name, kind)| condition(name.to_owned(), kind)).boxed();
        (cased(known.text()), tree(leaf, 6)).prop_map(|(path, filter)| Filter::ValuePath {
            path: parsed(&path),
            filter: Box::new(filter),
        })
    });
    tree(prop_oneof![5 => leaf(), 2 => inside].boxed(), 12)
}

/// One condition on an attribute.
pub(crate) fn leaf() -> BoxedStrategy<Filter> {
    select(ATTRIBUTES).prop_flat_map(|known| condition(known.text(), known.kind)).boxed()
}

fn tree(leaf: BoxedStrategy<Filter>, size: u32) -> BoxedStrategy<Filter> {
    leaf.prop_recursive(3, size, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 2..4).prop_map(Filter::And),
            vec(inner.clone(), 2..4).prop_map(Filter::Or),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
    .boxed()
}

fn condition(path: String, kind: Kind) -> BoxedStrategy<Filter> {
    let present = cased(path.clone()).prop_map(|path| Filter::Present(parsed(&path)));
    if kind == Kind::Complex {
        return present.boxed();
    }
    let compared = (cased(path.clone()), select(operators(kind)), operand(kind));
    let compared =
        compared.prop_map(|(path, op, value)| Filter::Compare { path: parsed(&path), op, value });
    let with_null = (cased(path), select(vec![CompareOp::Eq, CompareOp::Ne]));
    let with_null = with_null.prop_map(|(path, op)| Filter::Compare {
        path: parsed(&path),
        op,
        value: CompValue::Null,
    });
    prop_oneof![1 => present, 8 => compared, 1 => with_null].boxed()
}

fn operators(kind: Kind) -> &'static [CompareOp] {
    match kind {
        Kind::Text | Kind::Identifier | Kind::Exact => CompareOp::ALL,
        Kind::Number | Kind::Instant => &[
            CompareOp::Eq,
            CompareOp::Ne,
            CompareOp::Gt,
            CompareOp::Ge,
            CompareOp::Lt,
            CompareOp::Le,
        ],
        Kind::Boolean | Kind::Binary | Kind::Complex => &[CompareOp::Eq, CompareOp::Ne],
    }
}

fn operand(kind: Kind) -> BoxedStrategy<CompValue> {
    let texts = |pool: &'static [&'static str]| {
        select(pool).prop_map(|text| CompValue::String(text.into())).boxed()
    };
    match kind {
        Kind::Text | Kind::Identifier | Kind::Complex => texts(TEXTS),
        Kind::Exact => prop_oneof![
            texts(TEXTS),
            texts(URLS),
            texts(&["User", "W/\"1\"", "W/\"2\"", "a1", "A1"])
        ]
        .boxed(),
        Kind::Instant => texts(INSTANTS),
        Kind::Binary => texts(BYTES),
        Kind::Boolean => any::<bool>().prop_map(CompValue::Boolean).boxed(),
        Kind::Number => {
            let numbers = vec![
                "-1",
                "0",
                "-0",
                "1",
                "1.0",
                "7",
                "0.1",
                "1e-1",
                "1.5",
                "1e2",
                "100",
                "9007199254740993",
                "9007199254740992",
                "1e22",
            ];
            select(numbers)
                .prop_map(|text| CompValue::Number(text.parse().expect("a JSON number")))
                .boxed()
        }
    }
}

/// A name as it is, or in another case.
fn cased(text: String) -> BoxedStrategy<String> {
    let upper = text.to_ascii_uppercase();
    prop_oneof![3 => Just(text), 1 => Just(upper)].boxed()
}

fn parsed(path: &str) -> scimwire::attr::AttrPath {
    path.parse().expect("an attribute path")
}
