//! How long a resource is, without writing it.

use serde_json::{Map, Value};

use super::Resource;
use crate::schema::ResourceType;

impl Resource {
    /// How many bytes of JSON what clients say of it takes: all but `id`, `meta`, and in which
    /// groups it is.
    pub(crate) fn size(&self, resource_type: &ResourceType) -> usize {
        let view = resource_type.membership_view().map(|view| view.name());
        let is_counted = |name: &str| name != "id" && name != "meta" && Some(name) != view;
        2 + parted(self.attributes().iter().filter(|(name, _)| is_counted(name)).map(member))
    }
}

fn of_value(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Number(number) => number.to_string().len(),
        Value::String(text) => of_text(text),
        Value::Array(values) => 2 + parted(values.iter().map(of_value)),
        Value::Object(object) => of_object(object),
    }
}

fn of_object(object: &Map<String, Value>) -> usize {
    2 + parted(object.iter().map(member))
}

fn member((name, value): (&String, &Value)) -> usize {
    of_text(name) + 1 + of_value(value)
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
            assert_eq!(of_value(&value), value.to_string().len(), "{value}");
        }
    }

    #[test]
    fn what_clients_do_not_say_is_not_counted() {
        let said = json!({ "schemas": ["x"], "userName": "bjensen", "active": true });
        let mut stored = said.clone();
        stored["id"] = json!("2819c223");
        stored["meta"] = json!({ "resourceType": "User" });
        stored["groups"] = json!([{ "value": "e9e30dba" }]);
        let stored = Resource::from_stored(stored.as_object().expect("an object").clone());
        assert_eq!(stored.size(&ResourceType::user()), said.to_string().len());
    }
}
