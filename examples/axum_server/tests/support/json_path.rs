//! The part of JSONPath (RFC 9535) that transcripts use: `.name`, `['name']`, `[n]`, `[*]`,
//! `[?@.key=='text']` and `[?@.key==true]`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A path to nodes of a JSON document.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(try_from = "String")]
pub(crate) struct JsonPath {
    text: String,
    steps: Vec<Step>,
}

/// A path that is not in the part of JSONPath we read; holds the rest from where it is not.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("not understood in a JSONPath: `{0}`")]
pub(crate) struct JsonPathError(String);

impl JsonPath {
    /// The nodes that it selects, in the document's order.
    pub(crate) fn select<'d>(&self, document: &'d Value) -> Vec<&'d Value> {
        self.steps.iter().fold(vec![document], |nodes, step| {
            nodes.into_iter().flat_map(|node| step.select(node)).collect()
        })
    }
}

impl FromStr for JsonPath {
    type Err = JsonPathError;

    fn from_str(text: &str) -> Result<Self, JsonPathError> {
        let unknown = |rest: &str| JsonPathError(rest.to_owned());
        let mut rest = text.strip_prefix('$').ok_or_else(|| unknown(text))?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, after) = Step::parse(rest).ok_or_else(|| unknown(rest))?;
            steps.push(step);
            rest = after;
        }
        let text = text.to_owned();
        Ok(Self { text, steps })
    }
}

impl TryFrom<String> for JsonPath {
    type Error = JsonPathError;

    fn try_from(text: String) -> Result<Self, JsonPathError> {
        text.parse()
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// What a JSON value is; null is none of these.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::Bool(_) => Some(Self::Boolean),
            Value::Number(_) => Some(Self::Number),
            Value::String(_) => Some(Self::String),
            Value::Array(_) => Some(Self::Array),
            Value::Object(_) => Some(Self::Object),
        }
    }
}

/// Equal, type included: `true` is not `"True"`, `1` is not `"1"`. But `1` is `1.0`, which JSON
/// does not tell apart.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || left.as_f64() == right.as_f64()
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Name(String),
    Index(usize),
    Every,
    Filter { key: String, value: Value },
}

impl Step {
    fn parse(text: &str) -> Option<(Self, &str)> {
        if let Some(rest) = text.strip_prefix("[*]") {
            Some((Self::Every, rest))
        } else if let Some(rest) = text.strip_prefix("[?@.") {
            filter(rest)
        } else if let Some(rest) = text.strip_prefix("['") {
            let (name, rest) = quoted(rest)?;
            Some((Self::Name(name), rest.strip_prefix(']')?))
        } else if let Some(rest) = text.strip_prefix('[') {
            let (digits, rest) = rest.split_once(']')?;
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            Some((Self::Index(digits.parse().ok().filter(|_| plain)?), rest))
        } else {
            let (name, rest) = identifier(text.strip_prefix('.')?)?;
            Some((Self::Name(name.to_owned()), rest))
        }
    }

    fn select<'d>(&self, node: &'d Value) -> Vec<&'d Value> {
        match self {
            Self::Name(name) => {
                node.as_object().and_then(|members| members.get(name)).into_iter().collect()
            }
            Self::Index(index) => {
                node.as_array().and_then(|elements| elements.get(*index)).into_iter().collect()
            }
            Self::Every => children(node),
            Self::Filter { key, value } => {
                let mut chosen = children(node);
                chosen.retain(|child| {
                    let member = child.as_object().and_then(|members| members.get(key));
                    member.is_some_and(|member| same(member, value))
                });
                chosen
            }
        }
    }
}

fn children(node: &Value) -> Vec<&Value> {
    match node {
        Value::Array(elements) => elements.iter().collect(),
        Value::Object(members) => members.values().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// What follows `[?@.`: a key, which may begin with `$`, and what it must equal.
fn filter(text: &str) -> Option<(Step, &str)> {
    let (_, after) = identifier(text.strip_prefix('$').unwrap_or(text))?;
    let key = text[..text.len() - after.len()].to_owned();
    let literal = after.strip_prefix("==")?;
    let (value, rest) = if let Some(rest) = literal.strip_prefix('\'') {
        let (wanted, rest) = quoted(rest)?;
        (Value::String(wanted), rest)
    } else if let Some(rest) = literal.strip_prefix("true") {
        (Value::Bool(true), rest)
    } else {
        (Value::Bool(false), literal.strip_prefix("false")?)
    };
    Some((Step::Filter { key, value }, rest.strip_prefix(']')?))
}

fn identifier(text: &str) -> Option<(&str, &str)> {
    let starts = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let end = text
        .find(|other: char| !other.is_ascii_alphanumeric() && other != '_')
        .unwrap_or(text.len());
    starts.then(|| text.split_at(end))
}

/// What follows a quotation mark: the text up to the next that is not escaped, and the rest after
/// it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut unescaped = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\'' => return Some((unescaped, &text[at + 1..])),
            '\\' => unescaped.push(characters.next()?.1),
            _ => unescaped.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn select(path: &str) -> Vec<Value> {
        let document = json!({
            "userName": "bjensen",
            "urn:x:2.0:User": {"department": "Tours"},
            "it's": 1,
            "emails": [
                {"type": "work", "primary": true, "value": "w@example.com", "$ref": "a'b"},
                {"type": "home", "primary": false, "value": "h@example.com"},
            ],
        });
        let path: JsonPath = path.parse().expect("a path");
        path.select(&document).into_iter().cloned().collect()
    }

    #[test]
    fn paths_select_the_nodes_they_name() {
        let work = json!("w@example.com");
        let home = json!("h@example.com");
        let both = vec![work.clone(), home.clone()];
        for (path, expected) in [
            ("$.userName", vec![json!("bjensen")]),
            ("$.username", vec![]),
            ("$.userName.value", vec![]),
            ("$['urn:x:2.0:User'].department", vec![json!("Tours")]),
            (r"$['it\'s']", vec![json!(1)]),
            ("$.emails[0].value", vec![work.clone()]),
            ("$.emails[2]", vec![]),
            ("$.userName[0]", vec![]),
            ("$.emails[*].value", both),
            ("$.userName[*]", vec![]),
            ("$['urn:x:2.0:User'][*]", vec![json!("Tours")]),
            ("$.emails[?@.type=='work'].value", vec![work.clone()]),
            ("$.emails[?@.type=='other']", vec![]),
            ("$.emails[?@.primary==true].value", vec![work.clone()]),
            ("$.emails[?@.primary==false].value", vec![home]),
            ("$.emails[?@.primary=='true']", vec![]),
            (r"$.emails[?@.$ref=='a\'b'].value", vec![work]),
        ] {
            assert_eq!(select(path), expected, "{path}");
        }
        assert_eq!(select("$").len(), 1);
    }

    #[test]
    fn other_paths_are_refused() {
        for (path, rest) in [
            ("userName", "userName"),
            ("$..userName", "..userName"),
            ("$.a[-1]", "[-1]"),
            ("$.a[+1]", "[+1]"),
            ("$.a[]", "[]"),
            ("$.a['b]", "['b]"),
            ("$.a[?@.b=='c]", "[?@.b=='c]"),
            ("$.a[?@.b>1]", "[?@.b>1]"),
            ("$.a[?@.=='c']", "[?@.=='c']"),
            ("$.1", ".1"),
        ] {
            let refused = path.parse::<JsonPath>();
            assert_eq!(refused, Err(JsonPathError(rest.to_owned())), "{path}");
        }
    }

    #[test]
    fn equality_includes_the_type() {
        for (left, right, expected) in [
            (json!(1), json!(1.0), true),
            (json!(1), json!("1"), false),
            (json!(true), json!("True"), false),
            (json!(1), json!(true), false),
            (json!({"a": [1]}), json!({"a": [1.0]}), true),
            (json!({"a": 1}), json!({"a": 1, "b": 2}), false),
            (json!({"a": 1}), json!({"b": 1}), false),
            (json!([1, 2]), json!([2, 1]), false),
            (json!([1]), json!([1, 2]), false),
            (json!(null), json!(null), true),
        ] {
            assert_eq!(same(&left, &right), expected, "{left} {right}");
        }
    }
}
