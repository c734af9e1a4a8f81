//! The length of a resource as JSON, without writing it.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Resource;
use crate::budget::weight_of;
use crate::schema::ResourceType;
use crate::value::{Name, Object, Value};

/// Whatever a unit of weight stands for, it is written in no more bytes: at most 63 of a name and
/// 64 of its value, each of them escaped, and what is around them.
const UNIT: u64 = 1024;

/// A cached count of a resource, which does not take part in comparisons. Zero is unknown.
#[derive(Default)]
pub(super) struct Counted(AtomicU64);

impl Counted {
    pub(super) fn get(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|counted| *counted != 0)
    }

    pub(super) fn set(&self, counted: u64) {
        self.0.store(counted, Ordering::Relaxed);
    }
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        Self(self.0.load(Ordering::Relaxed).into())
    }
}

impl PartialEq for Counted {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Resource {
    /// Returns the cost of reading all of it; the result is cached.
    pub(crate) fn weight(&self) -> u64 {
        self.known_weight().unwrap_or_else(|| {
            let weight = weight_of(self.attributes());
            self.assume_weight(weight);
            weight
        })
    }

    pub(super) fn known_weight(&self) -> Option<u64> {
        self.weight.get()
    }

    pub(super) fn assume_weight(&self, weight: u64) {
        self.weight.set(weight);
    }

    /// Returns `true` if what clients say of it takes more than so many bytes. That is counted only
    /// where its weight lets it be so.
    pub(crate) fn is_longer_than(&self, most: usize, resource_type: &ResourceType) -> bool {
        let limit = u64::try_from(most).unwrap_or(u64::MAX);
        most != usize::MAX
            && self.weight().saturating_mul(UNIT) > limit
            && self.size(resource_type) > most
    }

    /// Returns the length in bytes of the JSON of its client-writable attributes: without `id`,
    /// `meta`, `schemas` and groups.
    pub(crate) fn size(&self, resource_type: &ResourceType) -> usize {
        let view = resource_type.membership().groups().map(|view| view.name());
        let is_counted =
            |name: &str| !matches!(name, "id" | "meta" | "schemas") && Some(name) != view;
        2 + parted(self.attributes().iter().filter(|(name, _)| is_counted(name)).map(member))
    }
}

/// Returns the length of a value as JSON, in bytes.
pub(crate) fn json_length(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Number(number) => number.to_string().len(),
        Value::String(text) => of_text(text),
        Value::Array(values) => 2 + parted(values.iter().map(json_length)),
        Value::Object(object) => of_object(object),
    }
}

fn of_object(object: &Object) -> usize {
    2 + parted(object.iter().map(member))
}

fn member((name, value): (&Name, &Value)) -> usize {
    of_text(name) + 1 + json_length(value)
}

/// Parts, and the commas between them.
fn parted(lengths: impl Iterator<Item = usize>) -> usize {
    lengths.map(|length| length + 1).sum::<usize>().saturating_sub(1)
}

/// RFC 8259, Section 7.
fn of_text(text: &str) -> usize {
    let escaped = |byte| match byte {
        b'"' | b'\\' | 0x08 | b'\t' | b'\n' | 0x0c | b'\r' => 2,
        0..0x20 => 6,
        _ => 1,
    };
    2 + text.bytes().map(escaped).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource::Difference;

    #[test]
    fn as_long_as_it_is_written() {
        let every: String = (0..300).filter_map(char::from_u32).collect();
        for value in [
            json!({}),
            json!([]),
            json!([[], {}, [{}]]),
            json!({ "a": null, "b": true, "c": false, "d": [1, -2.5, 1e300, u64::MAX], "é\"": "Ünï\u{1}\n日本" }),
            json!({ "name": { "formatted": every, "n": [every, { "x": every }] } }),
        ] {
            assert_eq!(json_length(&Value::from(&value)), value.to_string().len(), "{value}");
        }
    }

    #[test]
    fn no_weight_is_longer_than_it_is_taken_for() {
        let longest = "\u{1}".repeat(63);
        for value in [
            json!({ &longest: longest }),
            json!({ &longest: [longest, longest, -f64::MAX, {}, [], null] }),
            json!({ &longest: { &longest: f64::MIN_POSITIVE } }),
            json!({ "\u{1}".repeat(127): "\u{1}".repeat(127) }),
            json!({ "": "" }),
        ] {
            let resource = Resource::from_object(value.as_object().expect("an object").clone());
            assert!(value.to_string().len() as u64 <= resource.weight() * UNIT, "{value}");
        }
    }

    #[test]
    fn a_weight_that_is_kept_is_that_of_the_resource() {
        let weighed =
            |resource: &Resource| Resource::from_object(resource.attributes().clone()).weight();
        let users = ResourceType::user();
        let set = |resource: &mut Resource, name: &str, value: serde_json::Value| {
            resource.object_mut().insert(name, value.into())
        };
        let long = "x".repeat(1_000);
        let changes: [&dyn Fn(&mut Resource); 8] = [
            &|resource| drop(set(resource, "title", json!(long))),
            &|resource| {
                drop(set(
                    resource,
                    "emails",
                    json!([{ "value": "a", "display": long }, { "value": "b" }]),
                ))
            },
            &|resource| drop(set(resource, "emails", json!([{ "value": "b" }]))),
            &|resource| resource.set(long.clone(), json!({ "a": [1, 2, 3] })),
            &|resource| drop(resource.remove(&long)),
            &|resource| resource.set_meta(&crate::resource::Meta::new("User", Default::default())),
            &|resource| drop(resource.touch(&users, Default::default())),
            &|resource| resource.set_id(long.clone()),
        ];
        let mut resource = Resource::default();
        resource.set("userName", "bjensen");
        for (number, change) in changes.iter().enumerate() {
            assert_eq!(resource.weight(), weighed(&resource), "before change {number}");
            let mut after = resource.clone();
            change(&mut after);
            Difference::between(&resource, &after).carry_weight();
            assert_eq!(after.known_weight(), Some(weighed(&after)), "change {number}");
            change(&mut after);
            assert_eq!(after.weight(), weighed(&after), "change {number} again");
            resource = after;
        }
    }

    #[test]
    fn memory_that_is_kept_is_that_of_the_resource() {
        let counted =
            |resource: &Resource| Resource::from_object(resource.attributes().clone()).memory();
        let mut resource = Resource::default();
        for (number, length) in [10, 100, 1_000, 30].into_iter().enumerate() {
            resource.set("title", "x".repeat(length));
            assert_eq!(resource.memory(), counted(&resource), "change {number}");
            assert_eq!(resource.clone().memory(), counted(&resource), "copy {number}");
            resource.touch(&ResourceType::user(), Default::default());
            assert_eq!(resource.memory(), counted(&resource), "version {number}");
        }
    }

    #[test]
    fn what_clients_do_not_say_is_not_counted() {
        let said = json!({ "userName": "bjensen", "active": true });
        let mut stored = said.clone();
        stored["schemas"] = json!(["x"]);
        stored["id"] = json!("2819c223");
        stored["meta"] = json!({ "resourceType": "User" });
        stored["groups"] = json!([{ "value": "e9e30dba" }]);
        let stored = Resource::from_object(stored.as_object().expect("an object").clone());
        assert_eq!(stored.size(&ResourceType::user()), said.to_string().len());
    }
}
