//! What a client looks at in an answer: status apart, its headers and body.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::variables::{Unbound, Variables};
use super::{Expect, Miss, clip};
use crate::support::http::Response;
use crate::support::json_path::{JsonPath, Kind, same};

#[cfg(test)]
mod tests;

const NO_CONTENT: u16 = 204;

/// What is not as expected in an answer whose status is.
pub(super) fn judge(
    expect: &Expect,
    response: &Response,
    variables: &Variables,
) -> Result<Vec<Miss>, Unbound> {
    let mut misses = Vec::new();
    for (name, wanted) in &expect.headers {
        misses.extend(header_miss(name, wanted, response, variables)?);
    }
    let text = response.text();
    for part in &expect.body_contains {
        let part = variables.text(part)?;
        if !text.contains(&part) {
            misses.push(Miss::new(format!("`{part}` in the body"), "none"));
        }
    }
    if response.status == NO_CONTENT || expect.json.is_empty() {
        return Ok(misses);
    }
    let Some(document) = response.json() else {
        misses.push(Miss::new("a JSON body", "none"));
        return Ok(misses);
    };
    for check in &expect.json {
        misses.extend(check.filled(variables)?.miss(&document));
    }
    Ok(misses)
}

fn header_miss(
    name: &str,
    wanted: &str,
    response: &Response,
    variables: &Variables,
) -> Result<Option<Miss>, Unbound> {
    let value = response.header(name);
    let value = value.as_deref();
    let wants = [variables.text(wanted)?, variables.url(wanted)?];
    let holds = match name.to_ascii_lowercase().as_str() {
        "content-type" => {
            response.status == NO_CONTENT || media_type(value).eq_ignore_ascii_case(wanted)
        }
        "location" => wants.iter().any(|want| value.is_some_and(|value| value.ends_with(want))),
        _ => wants.iter().any(|want| value.is_some_and(|value| matches(value, want))),
    };
    let [want, _] = wants;
    Ok((!holds).then(|| Miss::new(format!("{name} {want}"), value.unwrap_or("none"))))
}

/// The media type without its parameters, which are free.
fn media_type(value: Option<&str>) -> &str {
    value.unwrap_or_default().split(';').next().unwrap_or_default().trim()
}

fn matches(value: &str, wanted: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(prefix) => value.starts_with(prefix),
        None => value == wanted,
    }
}

/// A rule about the nodes that a path selects.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Map<String, Value>")]
pub(super) struct Check {
    path: String,
    rule: Rule,
}

impl TryFrom<Map<String, Value>> for Check {
    type Error = String;

    fn try_from(mut members: Map<String, Value>) -> Result<Self, String> {
        let shown = Value::Object(members.clone());
        let Some(Value::String(path)) = members.remove("path") else {
            return Err(format!("a check without a path: {shown}"));
        };
        path.parse::<JsonPath>().map_err(|error| error.to_string())?;
        let rule = serde_json::from_value(Value::Object(members))
            .map_err(|error| format!("not a check: {shown}: {error}"))?;
        Ok(Self { path, rule })
    }
}

impl Check {
    fn filled(&self, variables: &Variables) -> Result<Self, Unbound> {
        let path = variables.json_path(&self.path)?;
        let rule = variables.value(&self.rule.to_json())?;
        let rule = serde_json::from_value(rule).expect("a rule with values is a rule");
        Ok(Self { path, rule })
    }

    fn miss(&self, document: &Value) -> Option<Miss> {
        let path: JsonPath = self.path.parse().expect("values are escaped in a path");
        let nodes = path.select(document);
        if self.rule.holds(&nodes) {
            return None;
        }
        let got = match nodes.as_slice() {
            [] => "nothing there".to_owned(),
            [node] => clip(&node.to_string()),
            several => format!("{} nodes", several.len()),
        };
        let expected = format!("{} {}", self.path, clip(&self.rule.to_json().to_string()));
        Some(Miss::new(expected, got))
    }
}

/// What must hold of the nodes.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Rule {
    /// There is one node, and it equals this.
    Eq(Value),
    /// There is one node, and it differs from this.
    Ne(Value),
    /// `true` if any node is not null.
    Exists(bool),
    /// `true` if there is any node, be it null or empty.
    Present(bool),
    /// `true` if all nodes are null or the empty string.
    Empty(bool),
    /// There is one node, of this kind.
    Type(Kind),
    /// There is one node, an array of this length.
    Len(usize),
    /// There are so many nodes.
    Nodes(usize),
    /// There is one node, an array that holds this.
    Has(Value),
    /// There is one node, a number at least this large.
    Gte(f64),
}

impl Rule {
    fn holds(&self, nodes: &[&Value]) -> bool {
        let only = match nodes {
            [node] => Some(*node),
            _ => None,
        };
        let elements = only.and_then(Value::as_array);
        match self {
            Self::Eq(wanted) => only.is_some_and(|node| same(node, wanted)),
            Self::Ne(unwanted) => only.is_some_and(|node| !same(node, unwanted)),
            Self::Exists(wanted) => nodes.iter().any(|node| !node.is_null()) == *wanted,
            Self::Present(wanted) => nodes.is_empty() != *wanted,
            Self::Empty(wanted) => nodes.iter().all(|node| is_blank(node)) == *wanted,
            Self::Type(kind) => only.is_some_and(|node| Kind::of(node) == Some(*kind)),
            Self::Len(length) => elements.is_some_and(|elements| elements.len() == *length),
            Self::Nodes(count) => nodes.len() == *count,
            Self::Has(wanted) => elements
                .is_some_and(|elements| elements.iter().any(|element| same(element, wanted))),
            Self::Gte(least) => only.and_then(Value::as_f64).is_some_and(|number| number >= *least),
        }
    }

    fn to_json(&self) -> Value {
        serde_json::to_value(self).expect("rules are JSON")
    }
}

fn is_blank(node: &Value) -> bool {
    node.is_null() || node == ""
}
