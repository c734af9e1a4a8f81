//! Masks secrets in recorded requests.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use percent_encoding::percent_decode_str;
use scimwire::schema::{Attribute, Registry};
use serde_json::Value;

const HIDDEN: &str = "••••••••";

/// The most bytes of a body that are recorded.
const BODY_BYTES: usize = 8 << 10;

/// How long a body can be that is read for what to hide in it, in bytes: what is read takes far
/// more memory than its text.
const READ_BYTES: usize = 256 << 10;

/// How much of a body is looked at: enough to see that it is too long to be read.
pub(super) const NEEDED_BYTES: usize = READ_BYTES + 1;

/// The headers whose values are shown.
const SHOWN_HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "allow",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-location",
    "content-type",
    "date",
    "etag",
    "expect",
    "host",
    "if-match",
    "if-none-match",
    "location",
    "retry-after",
    "transfer-encoding",
    "user-agent",
    "vary",
    "via",
    "www-authenticate",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-request-id",
];

/// How much is kept of a header or path, in characters, and of how many headers.
const WORD_CHARACTERS: usize = 500;
const HEADERS: usize = 40;

/// Knows which attributes are secret.
#[derive(Clone)]
pub(crate) struct Mask {
    /// Their names, in lower case.
    names: Arc<BTreeSet<String>>,
}

impl Mask {
    /// Hides the attributes that are never returned.
    pub(crate) fn new(registry: &Registry) -> Self {
        let mut names = BTreeSet::from(["password".to_owned()]);
        registry
            .schemas()
            .iter()
            .flat_map(|schema| schema.attributes())
            .for_each(|attribute| collect(attribute, &mut names));
        Self { names: Arc::new(names) }
    }

    /// The path and query, without a query that speaks of secrets.
    pub(super) fn path(&self, path: &str, query: Option<&str>) -> String {
        let path = if self.quotes_secret(path) { HIDDEN } else { path };
        let Some(query) = query else {
            return shortened(path);
        };
        let plain = decoded(query).to_lowercase();
        let secret =
            plain.contains("token") || plain.contains("secret") || self.speaks_of_secrets(&plain);
        shortened(&format!("{path}?{}", if secret { HIDDEN } else { query }))
    }

    /// The headers. A host may be told secrets in any of them: those that are not known to have
    /// none are named only.
    #[expect(clippy::unused_self, reason = "what is hidden is asked of one thing")]
    pub(super) fn headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        let shown = headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            let shown = match value.split_once(' ') {
                _ if SHOWN_HEADERS.contains(&name.as_str()) => shortened(&value),
                Some((scheme @ ("Bearer" | "bearer" | "Basic"), _)) if name == AUTHORIZATION => {
                    format!("{scheme} {HIDDEN}")
                }
                _ => HIDDEN.to_owned(),
            };
            (name.to_string(), shown)
        });
        shown.take(HEADERS).collect()
    }

    /// The body without secrets, no longer than is kept, and whether there was more. What is no
    /// JSON is shown only where it cannot have any.
    pub(super) fn body(&self, body: &[u8]) -> (String, bool) {
        if body.is_empty() {
            return (String::new(), false);
        }
        if body.len() <= READ_BYTES
            && let Ok(mut value) = serde_json::from_slice(body)
        {
            self.hide(&mut value);
            return cut(&value.to_string());
        }
        let text = String::from_utf8_lossy(body);
        if text.contains('\\') || self.speaks_of_secrets(&text.to_lowercase()) {
            return (
                "(not shown: it is long or no JSON, and there may be a secret in it)".to_owned(),
                false,
            );
        }
        cut(&text)
    }

    /// An answer, which has no secrets to begin with.
    pub(super) fn answer(body: &[u8]) -> (String, bool) {
        // Three bytes more, so that a character at the end is whole, or seen to be cut.
        let (text, was_cut) =
            cut(&String::from_utf8_lossy(&body[..body.len().min(BODY_BYTES + 3)]));
        (text, was_cut || body.len() > BODY_BYTES)
    }

    fn hide(&self, value: &mut Value) {
        match value {
            Value::Array(values) => values.iter_mut().for_each(|value| self.hide(value)),
            Value::Object(object) => {
                // An operation of a PATCH names the attribute beside the value.
                let path = object.iter().find(|(key, _)| key.eq_ignore_ascii_case("path"));
                let about_secret = path
                    .and_then(|(_, path)| path.as_str())
                    .is_some_and(|path| self.names_secret(path));
                for (key, value) in &mut *object {
                    let is_filter = key.eq_ignore_ascii_case("filter");
                    let names =
                        is_filter && value.as_str().is_some_and(|text| self.names_secret(text));
                    if names
                        || self.names_secret(key)
                        || about_secret && key.eq_ignore_ascii_case("value")
                    {
                        *value = HIDDEN.into();
                    } else {
                        self.hide(value);
                    }
                }
                if object.keys().any(|key| self.quotes_secret(key)) {
                    let hidden = |key: String| {
                        if self.quotes_secret(&key) { HIDDEN.to_owned() } else { key }
                    };
                    let shown = std::mem::take(object).into_iter();
                    *object = shown.map(|(key, value)| (hidden(key), value)).collect();
                }
            }
            Value::String(text) if self.quotes_secret(text) => *value = HIDDEN.into(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Returns `true` if something in quotation marks or brackets stands beside the name of a
    /// secret, as in a filter: in a path, an operation or wherever a client may have put it.
    fn quotes_secret(&self, text: &str) -> bool {
        let text = decoded(text);
        text.contains(['"', '\'', '[']) && self.names_secret(&text)
    }

    /// A key, a path or a filter, in any case and with or without the URI of a schema.
    fn names_secret(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        text.split(|character: char| {
            !character.is_alphanumeric() && !matches!(character, '_' | '-' | '$')
        })
        .any(|word| self.names.contains(word))
    }

    fn speaks_of_secrets(&self, lower: &str) -> bool {
        self.names.iter().any(|name| lower.contains(name.as_str()))
    }
}

fn collect(attribute: &Arc<Attribute>, names: &mut BTreeSet<String>) {
    // A complex attribute with a secret part is shown but for that part.
    if attribute.holds_secrets() && attribute.sub_attributes().is_empty() {
        names.insert(attribute.name().to_lowercase());
    }
    attribute.sub_attributes().iter().for_each(|sub| collect(sub, names));
}

/// The text of a URL, also where it was encoded twice.
fn decoded(text: &str) -> String {
    let once = percent_decode_str(text).decode_utf8_lossy();
    percent_decode_str(&once).decode_utf8_lossy().into_owned()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(WORD_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn cut(text: &str) -> (String, bool) {
    let end = (0..=BODY_BYTES.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or_default();
    (text[..end].to_owned(), end < text.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mask() -> Mask {
        Mask { names: Arc::new(BTreeSet::from(["password".to_owned(), "pin".to_owned()])) }
    }

    #[test]
    fn secrets_are_hidden_wherever_they_stand() {
        for (body, shown) in [
            (
                json!({ "userName": "ann", "Password": "t1ger" }),
                json!({ "userName": "ann", "Password": HIDDEN }),
            ),
            (
                json!({ "Operations": [{ "op": "replace", "value": "t1ger", "path": "urn:x:User:PASSWORD" }] }),
                json!({ "Operations": [{ "op": "replace", "value": HIDDEN, "path": "urn:x:User:PASSWORD" }] }),
            ),
            (
                json!({ "a": [{ "data": { "urn:x:pin": 1 } }] }),
                json!({ "a": [{ "data": { "urn:x:pin": HIDDEN } }] }),
            ),
            (json!({ "filter": "password eq \"t1ger\"" }), json!({ "filter": HIDDEN })),
            (
                json!({ "Operations": [{ "op": "remove", "path": "password[value eq \"t1ger\"]" }] }),
                json!({ "Operations": [{ "op": "remove", "path": HIDDEN }] }),
            ),
            (json!({ "op": "pin eq \"t1ger\"" }), json!({ "op": HIDDEN })),
            (json!({ "sortBy": "emails[pin eq 't1ger']" }), json!({ "sortBy": HIDDEN })),
            (
                json!({ "attributes": ["title", "pin eq \"t1ger\""] }),
                json!({ "attributes": ["title", HIDDEN] }),
            ),
            (
                json!({ "value": { "password[type eq \"t1ger\"]": 1 } }),
                json!({ "value": { HIDDEN: HIDDEN } }),
            ),
            (
                json!({ "path": "/Users?filter=pin%2520eq%2520%2522t1ger%2522" }),
                json!({ "path": HIDDEN }),
            ),
            (json!({ "spinning": 1, "value": "pin" }), json!({ "spinning": 1, "value": "pin" })),
        ] {
            let (text, cut) = mask().body(body.to_string().as_bytes());
            assert_eq!(
                (serde_json::from_str::<Value>(&text).ok(), cut),
                (Some(shown), false),
                "{body}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_shown_where_a_secret_may_be_in_it() {
        for (body, is_shown) in [
            ("{\"userName\": ", true),
            ("{\"password\": \"t1ger\"", false),
            ("{\"PassWord\": \"t1ger\"", false),
            (r#"{"pass\u0077ord": "t1ger""#, false),
        ] {
            assert_eq!(mask().body(body.as_bytes()).0 == body, is_shown, "{body}");
        }
    }

    #[test]
    fn long_bodies_are_not_taken_apart() {
        let long = |key: &str| format!("{{\"{key}\":\"{}\"}}", "t1ger".repeat(READ_BYTES / 5));
        let (text, was_cut) = mask().body(long("title").as_bytes());
        assert!(was_cut && text.starts_with("{\"title\":\"t1ger"), "{}", shortened(&text));
        for key in ["password", "PASSWORD", "pass\\u0077ord"] {
            let (text, _) = mask().body(long(key).as_bytes());
            assert!(!text.contains("t1ger"), "{key}");
        }
    }

    #[test]
    fn large_bodies_are_cut_between_characters() {
        let body = json!({ "displayName": "ß".repeat(BODY_BYTES) }).to_string();
        let (text, was_cut) = mask().body(body.as_bytes());
        assert!(was_cut && text.len() <= BODY_BYTES && text.ends_with('ß'));
    }

    #[test]
    fn queries_and_headers_keep_no_secret() {
        assert_eq!(
            mask().path("/Users", Some("filter=pass%77ord%20eq%20%22t1ger%22")),
            format!("/Users?{HIDDEN}")
        );
        assert_eq!(mask().path("/Users", Some("count=2")), "/Users?count=2");
        assert_eq!(
            mask().path("/Users", Some("filter=pass%2577ord%20eq%20%22t1ger%22")),
            format!("/Users?{HIDDEN}")
        );
        assert_eq!(mask().path("/Users/pin%20eq%20%22t1ger%22", None), HIDDEN);
        assert_eq!(mask().path("/Users/pin", None), "/Users/pin");
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, "Bearer t1ger".parse().expect("a header"));
        headers.insert("x-api-key", "t1ger".parse().expect("a header"));
        headers.insert("x-of-ours", "t1ger".parse().expect("a header"));
        headers.insert("accept", "*/*".parse().expect("a header"));
        let shown: BTreeSet<_> =
            mask().headers(&headers).into_iter().map(|(_, value)| value).collect();
        assert_eq!(
            shown,
            BTreeSet::from([format!("Bearer {HIDDEN}"), HIDDEN.to_owned(), "*/*".to_owned()])
        );
    }
}
