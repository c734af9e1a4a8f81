//! Resources that fit a resource type, as it says of itself which attributes there are.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::field::Field;
use super::harness::Subject;
use super::random::Random;
use crate::resource::Resource;
use crate::schema::{
    Attribute, AttributeType, Mutability, ResolvedPath, case_fold, parse_date_time,
};
use crate::value::{List, Object, Value};

/// Texts that are equal, or parts of each other, once case and form do not count; and such as trip
/// a careless statement.
pub(super) const TEXTS: &[&str] = &[
    "",
    "a",
    "AB",
    "ab",
    "work",
    "bjensen",
    "BJensen@example.com",
    "100%",
    "100 percent",
    "a_b",
    "aXb",
    "O'Brien",
    "'; DROP TABLE users; --",
    "say \"hi\" \\",
    "C:\\new",
    " padded ",
    "two\nlines",
    "Straße",
    "STRASSE",
    "\u{e9}te",
    "E\u{301}te",
    "İstanbul",
    "ＢＪｅｎｓｅｎ",
    "ǅ",
    "\u{1f600}",
    "null",
    "true",
    "0",
];

pub(super) const URLS: &[&str] = &[
    "https://example.com/a",
    "https://example.com/A",
    "https://example.com/v2/a?b=%25",
    "urn:example:a",
];

pub(super) const INSTANTS: &[&str] = &[
    "2010-01-23T04:56:22Z",
    "2011-05-13T04:42:34Z",
    "2011-05-13T06:42:34+02:00",
    "2011-05-13T04:42:34.000001Z",
    "2011-05-13T04:42:34.5Z",
    "2012-02-29T23:59:59Z",
];

pub(super) const BYTES: &[&str] = &["AAE=", "AAEC", "aaec", "/+8="];

pub(super) const WHOLE: &[&str] =
    &["-1", "0", "1", "7", "10", "100", "2147483648", "9007199254740993"];

pub(super) const DECIMAL: &[&str] = &["0.1", "-2.25", "1.5", "7.0", "10.5", "100.0"];

/// Makes samples, each other than those before where values are unique.
pub(super) struct Samples {
    pub(super) random: Random,
    count: usize,
    /// The ids of resources that others may refer to.
    ids: Vec<String>,
}

impl Samples {
    /// Samples from a seed; their unique values are numbered from `first`.
    pub(super) fn new(seed: u64, first: usize) -> Self {
        Self { random: Random::new(seed), count: first, ids: Vec::new() }
    }

    /// Returns samples that refer to these ids.
    pub(super) fn referring_to(self, ids: Vec<String>) -> Self {
        Self { ids, ..self }
    }

    /// A resource with some of the attributes.
    pub(super) fn resource(&mut self, subject: &Subject) -> Resource {
        self.make(subject, &subject.fields, |random, field| field.demanded || random.once_in(2))
    }

    /// A resource with some of the attributes that clients may write, whether the store keeps them
    /// or not.
    pub(super) fn whole_resource(&mut self, subject: &Subject) -> Resource {
        self.make(subject, &subject.all_fields, |random, field| field.demanded || random.once_in(2))
    }

    /// A resource with no more than it has to have.
    pub(super) fn plain_resource(&mut self, subject: &Subject) -> Resource {
        self.make(subject, &subject.fields, |_, field| field.demanded)
    }

    /// A text that no other resource has.
    pub(super) fn fresh_text(&mut self) -> String {
        self.count += 1;
        format!("text {}", self.count)
    }

    /// Members, each an id with perhaps a name.
    pub(super) fn members(&mut self, subject: &Subject, ids: &[String]) -> List {
        let shows_names = subject.fields.iter().any(|field| {
            subject.membership() == Some(&field.attribute)
                && field.subs.iter().any(|sub| sub.name() == "display")
        });
        let chosen: Vec<String> = self.random.some(ids).into_iter().cloned().collect();
        let member = |id: String| {
            if shows_names && self.random.once_in(2) {
                Value::from(json!({ "value": id, "display": "Babs" }))
            } else {
                Value::from(json!({ "value": id }))
            }
        };
        chosen.into_iter().map(member).collect()
    }

    /// A text like those in resources.
    pub(super) fn text(&mut self) -> String {
        self.random.pick(TEXTS).copied().unwrap_or_default().to_owned()
    }

    fn make(
        &mut self,
        subject: &Subject,
        fields: &[Field],
        mut has: impl FnMut(&mut Random, &Field) -> bool,
    ) -> Resource {
        self.count += 1;
        let mut body = Object::new();
        body.insert("schemas".to_owned(), [subject.resource_type.schema().uri().as_str()].into());
        for field in fields {
            if !has(&mut self.random, field) {
                continue;
            }
            let Some(value) = self.value_of(subject, field) else { continue };
            let container = match &field.extension {
                Some(schema) => body
                    .entry(schema.uri().as_str())
                    .or_insert_with(|| Object::new().into())
                    .as_object_mut(),
                None => Some(&mut body),
            };
            if let Some(container) = container {
                container.insert(field.attribute.name().to_owned(), value);
            }
        }
        let created = self.instant();
        subject.decoded(body, created)
    }

    fn instant(&mut self) -> DateTime<Utc> {
        let text = self.random.pick(INSTANTS).copied().unwrap_or_default();
        parse_date_time(text).unwrap_or_default()
    }

    fn value_of(&mut self, subject: &Subject, field: &Field) -> Option<Value> {
        if subject.membership() == Some(&field.attribute) && field.extension.is_none() {
            let ids = self.ids.clone();
            return Some(Value::Array(self.members(subject, &ids)));
        }
        if !field.attribute.is_multi_valued() {
            return self.element(field);
        }
        let several = 1 + self.random.below(3);
        let mut elements = List::new();
        for _ in 0..several {
            let Some(element) = self.element(field) else { continue };
            // What a client sends twice may be kept once.
            if !elements.iter().any(|other| identity(other) == identity(&element)) {
                elements.push(element);
            }
        }
        let primary = elements
            .iter_mut()
            .filter_map(|element| element.get_mut("primary"))
            .filter(|primary| **primary == true)
            .skip(1);
        primary.for_each(|primary| *primary = false.into());
        Some(Value::Array(elements))
    }

    /// One value of an attribute.
    fn element(&mut self, field: &Field) -> Option<Value> {
        let attribute = &field.attribute;
        if attribute.attribute_type() != AttributeType::Complex {
            return Some(self.scalar(attribute));
        }
        let mut object = Object::new();
        for sub in &field.subs {
            if sub.mutability() == Mutability::ReadOnly {
                continue;
            }
            let identifies = sub.name() == "value" || sub.is_unique() || sub.is_required();
            if !identifies && !self.random.once_in(2) {
                continue;
            }
            if sub.name() == "value" && attribute.is_resource_reference() {
                object.insert("value".to_owned(), self.random.pick(&self.ids)?.as_str().into());
            } else if sub.is_multi_valued() {
                object.insert(sub.name().to_owned(), [self.scalar(sub)].into());
            } else {
                object.insert(sub.name().to_owned(), self.scalar(sub));
            }
        }
        (!object.is_empty()).then_some(Value::Object(object))
    }

    fn scalar(&mut self, attribute: &Attribute) -> Value {
        if attribute.is_unique() {
            return self.unique_value(attribute);
        }
        let canonical = attribute.canonical_values();
        if !canonical.is_empty() && (attribute.is_closed() || self.random.once_in(2)) {
            return self.random.pick(canonical).cloned().unwrap_or_default().into();
        }
        let read = |text: &str| serde_json::from_str(text).unwrap_or_default();
        match attribute.attribute_type() {
            AttributeType::Boolean => self.random.once_in(2).into(),
            AttributeType::Integer => {
                self.random.pick(WHOLE).map_or(Value::Null, |text| read(text))
            }
            AttributeType::Decimal => {
                self.random.pick(DECIMAL).map_or(Value::Null, |text| read(text))
            }
            AttributeType::DateTime => self.random.pick(INSTANTS).copied().into(),
            AttributeType::Binary => self.random.pick(BYTES).copied().into(),
            AttributeType::Reference => self.random.pick(URLS).copied().into(),
            AttributeType::String | AttributeType::Complex => match self.text() {
                text if text.is_empty() && attribute.is_required() => "a".into(),
                text => text.into(),
            },
        }
    }

    /// A value that no resource has had; of different spelling, so that orders and parts of texts
    /// have something to tell.
    pub(super) fn unique_value(&mut self, attribute: &Attribute) -> Value {
        self.count += 1;
        let count = self.count;
        match attribute.attribute_type() {
            AttributeType::Integer | AttributeType::Decimal => count.into(),
            AttributeType::DateTime => format!("2011-05-13T04:42:34.{count:06}Z").into(),
            AttributeType::Reference => format!("https://example.com/{count}").into(),
            _ => {
                let word = self
                    .random
                    .pick(&["ann", "Bob", "bjensen", "BJ", "zoe", "Éva", "é"])
                    .copied()
                    .unwrap_or_default();
                format!("{word}{count}@example.com").into()
            }
        }
    }
}

/// Returns the value in another case; `None` if case matters.
pub(super) fn respelled(path: &ResolvedPath, value: &Value) -> Option<Value> {
    let text = value.as_str().filter(|_| {
        path.leaf().attribute_type() == AttributeType::String && !path.leaf().is_case_exact()
    })?;
    let upper = text.to_ascii_uppercase();
    Some(if upper == text { text.to_ascii_lowercase() } else { upper }.into())
}

/// Returns the identity of a value among others of an attribute.
fn identity(element: &Value) -> String {
    let value = element.get("value").unwrap_or(element);
    value.as_str().map_or_else(|| value.to_string(), |text| case_fold(text).into_owned())
}
