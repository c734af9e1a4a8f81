//! `{{name}}` in transcripts, and the values that settings and captures give to the names.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What stands in a URL as it is (RFC 3986, Section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Names and their values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables(BTreeMap<String, String>);

/// A name that has no value.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("nothing gave `{0}` a value")]
pub(crate) struct Unbound(pub(crate) String);

impl Variables {
    pub(crate) fn set(&mut self, name: &str, value: String) {
        self.0.insert(name.to_owned(), value);
    }

    /// The text with each `{{name}}` replaced.
    pub(crate) fn text(&self, template: &str) -> Result<String, Unbound> {
        self.fill(template, str::to_owned)
    }

    /// The same in a URL, where values are percent-encoded.
    pub(crate) fn url(&self, template: &str) -> Result<String, Unbound> {
        self.fill(template, url_text)
    }

    /// The same in a JSONPath, where values stand between quotation marks.
    pub(crate) fn json_path(&self, template: &str) -> Result<String, Unbound> {
        self.fill(template, |value| value.replace('\\', r"\\").replace('\'', r"\'"))
    }

    /// The same in each string of a JSON value.
    pub(crate) fn value(&self, template: &Value) -> Result<Value, Unbound> {
        Ok(match template {
            Value::String(text) => Value::String(self.text(text)?),
            Value::Array(elements) => {
                elements.iter().map(|element| self.value(element)).collect::<Result<_, _>>()?
            }
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| Ok((key.clone(), self.value(value)?)))
                .collect::<Result<_, _>>()?,
            Value::Null | Value::Bool(_) | Value::Number(_) => template.clone(),
        })
    }

    fn fill(&self, template: &str, escape: impl Fn(&str) -> String) -> Result<String, Unbound> {
        let mut filled = String::new();
        let mut rest = template;
        while let Some(brace) = rest.find('{') {
            let (before, braces) = rest.split_at(brace);
            filled.push_str(before);
            if let Some((name, after)) = leading_name(braces) {
                let value = self.0.get(name).ok_or_else(|| Unbound(name.to_owned()))?;
                filled.push_str(&escape(value));
                rest = after;
            } else {
                filled.push('{');
                rest = &braces[1..];
            }
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

/// The text as one segment of a URL's path.
pub(crate) fn url_text(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The name between the double braces that the text begins with, and what follows them.
fn leading_name(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix("{{")?;
    let (name, after) = inside.split_at(inside.find(['{', '}'])?);
    let after = after.strip_prefix("}}")?;
    (!name.is_empty()).then_some((name, after))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn variables() -> Variables {
        let mut variables = Variables::default();
        variables.set("user1.id", r"a/b 'c\".to_owned());
        variables
    }

    #[test]
    fn names_are_replaced_and_other_braces_stay() {
        for (template, expected) in [
            ("", ""),
            ("{{user1.id}}", r"a/b 'c\"),
            ("<{{user1.id}}{{user1.id}}>", r"<a/b 'c\a/b 'c\>"),
            ("{{{user1.id}}}", r"{a/b 'c\}"),
            (r#"{"a":{"b":1}}"#, r#"{"a":{"b":1}}"#),
            ("{{}} {{user1", "{{}} {{user1"),
        ] {
            assert_eq!(variables().text(template), Ok(expected.to_owned()), "{template}");
        }
    }

    #[test]
    fn values_are_escaped_for_where_they_stand() {
        let variables = variables();
        assert_eq!(variables.url("/Users/{{user1.id}}?").as_deref(), Ok("/Users/a%2Fb%20%27c%5C?"));
        assert_eq!(
            variables.json_path("$[?@.value=='{{user1.id}}']").as_deref(),
            Ok(r"$[?@.value=='a/b \'c\\']")
        );
        assert_eq!(
            variables.value(&json!({"a": ["{{user1.id}}", 1, null]})),
            Ok(json!({"a": [r"a/b 'c\", 1, null]}))
        );
    }

    #[test]
    fn a_name_without_a_value_is_told() {
        let unbound = Unbound("user2.id".to_owned());
        assert_eq!(variables().text("{{user2.id}}"), Err(unbound.clone()));
        assert_eq!(variables().value(&json!([{"a": "{{user2.id}}"}])), Err(unbound));
    }
}
