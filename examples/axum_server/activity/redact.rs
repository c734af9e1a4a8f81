//! Masks secrets in recorded requests.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use percent_encoding::percent_decode_str;
use scimwire::schema::{Attribute, SchemaRegistry};
use serde_json::Value;

const HIDDEN: &str = "••••••••";

/// The most bytes of a body that are recorded.
pub(super) const BODY_BYTES: usize = 8 << 10;

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
    pub(crate) fn new(registry: &SchemaRegistry) -> Self {
        let mut names = BTreeSet::from(["password".to_owned()]);
        registry
            .schemas()
            .iter()
            .flat_map(|schema| schema.attributes())
            .for_each(|attribute| collect(attribute, &mut names));
        Self { names: Arc::new(names) }
    }

    /// Writes the path and query, without a query that speaks of secrets.
    pub(super) fn write_path(&self, path: &str, query: Option<&str>, text: &mut Vec<u8>) {
        let path = if self.quotes_secret(path) { HIDDEN } else { path };
        let Some(query) = query else {
            return write_shortened(path, text);
        };
        let plain = decoded(query).to_lowercase();
        let secret =
            plain.contains("token") || plain.contains("secret") || self.speaks_of_secrets(&plain);
        let query = if secret { HIDDEN } else { query };
        if path.len() + query.len() < WORD_CHARACTERS {
            for part in [path, "?", query] {
                text.extend_from_slice(part.as_bytes());
            }
        } else {
            write_shortened(&format!("{path}?{query}"), text);
        }
    }

    /// Writes the headers, a line each. A host may be told secrets in any of them: those that are
    /// not known to have none are named only.
    pub(super) fn write_headers(headers: &HeaderMap, text: &mut Vec<u8>) {
        for (name, value) in headers.iter().take(HEADERS) {
            text.extend_from_slice(name.as_str().as_bytes());
            text.extend_from_slice(b": ");
            let value = value.as_bytes();
            let scheme = value.split(|byte| *byte == b' ').next().unwrap_or_default();
            if SHOWN_HEADERS.binary_search(&name.as_str()).is_ok() {
                // A character has four bytes at most; one more says that there is more.
                text.extend_from_slice(&value[..value.len().min(4 * (WORD_CHARACTERS + 1))]);
            } else if name == AUTHORIZATION
                && scheme.len() < value.len()
                && matches!(scheme, b"Bearer" | b"bearer" | b"Basic")
            {
                text.extend_from_slice(scheme);
                text.push(b' ');
                text.extend_from_slice(HIDDEN.as_bytes());
            } else {
                text.extend_from_slice(HIDDEN.as_bytes());
            }
            text.push(b'\n');
        }
    }

    /// Returns `true` if a body is short, and has no secret: it can be kept as it is, and be given
    /// its form by [`Mask::body`] later.
    pub(super) fn may_be_kept(&self, body: &[u8]) -> bool {
        body.len() <= BODY_BYTES
            && body.is_ascii()
            && !body.contains(&b'\\')
            && !self.names.iter().any(|name| contains(body, name.as_bytes()))
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
        let lower = text.to_lowercase();
        // The path of an operation may stand behind its value, beyond what is looked at.
        let is_change = body.len() > READ_BYTES && lower.contains("operations");
        if is_change || text.contains('\\') || self.speaks_of_secrets(&lower) {
            return (
                "(hidden: it is too long or not JSON, and may contain a secret)".to_owned(),
                false,
            );
        }
        cut(&text)
    }

    /// Returns `true` if an error may quote a secret: what a filter or a path says of one.
    pub(super) fn may_quote(request: [&[u8]; 2], status: StatusCode, answer: &[u8]) -> bool {
        status == StatusCode::BAD_REQUEST
            && request.iter().any(|part| contains(part, HIDDEN.as_bytes()))
            && [&b"invalidFilter"[..], b"invalidPath"].iter().any(|kind| contains(answer, kind))
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
        if !text.bytes().any(|byte| matches!(byte, b'%' | b'"' | b'\'' | b'[')) {
            return false;
        }
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
    if attribute.is_sensitive() && attribute.sub_attributes().is_empty() {
        names.insert(attribute.name().to_lowercase());
    }
    attribute.sub_attributes().iter().for_each(|sub| collect(sub, names));
}

/// The text of a URL, also where it was encoded twice.
fn decoded(text: &str) -> String {
    let once = percent_decode_str(text).decode_utf8_lossy();
    if once.contains('%') {
        percent_decode_str(&once).decode_utf8_lossy().into_owned()
    } else {
        once.into_owned()
    }
}

/// Returns `true` if a word, in lower case, stands in a text in whatever case.
fn contains(text: &[u8], word: &[u8]) -> bool {
    let Some(first) = word.first() else { return true };
    let mut rest = text;
    while let Some(place) = rest.iter().position(|byte| byte.to_ascii_lowercase() == *first) {
        rest = &rest[place..];
        if rest.get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word)) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(WORD_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn write_shortened(text: &str, to: &mut Vec<u8>) {
    if text.len() <= WORD_CHARACTERS {
        to.extend_from_slice(text.as_bytes());
    } else {
        to.extend_from_slice(shortened(text).as_bytes());
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
    fn an_error_may_quote_a_secret_of_its_request() {
        let (bad, masked) = (StatusCode::BAD_REQUEST, HIDDEN.as_bytes());
        let filter = br#"{"scimType":"invalidFilter","detail":"found `t1ger`"}"#;
        let value = br#"{"scimType":"invalidValue"}"#;
        assert!(Mask::may_quote([masked, b""], bad, filter));
        assert!(Mask::may_quote([b"", masked], bad, br#"{"scimType":"invalidPath"}"#));
        assert!(!Mask::may_quote([b"/Users?filter=x", b""], bad, filter));
        assert!(!Mask::may_quote([b"", masked], bad, value), "errors of values quote none");
        assert!(!Mask::may_quote([b"", masked], StatusCode::CONFLICT, filter));
    }

    #[test]
    fn the_path_of_an_operation_may_stand_beyond_what_is_read() {
        let long = |text: &str| format!("{text}{}", " ".repeat(READ_BYTES));
        let shown = |text: &str| mask().body(long(text).as_bytes()).0.contains("t1ger");
        assert!(!shown(r#"{"Operations":[{"op":"replace","value":"t1ger""#));
        assert!(shown(r#"{"displayName":"t1ger","members":["#));
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
    fn bodies_with_secrets_are_not_kept_as_they_are() {
        for (body, may_be_kept) in [
            ("", true),
            (r#"{"userName":"ann"}"#, true),
            (r#"{"userName":"ann","PassWord":1}"#, false),
            (r#"{"pass\u0077ord":1}"#, false),
            (r#"{"userName":"änn"}"#, false),
            ("pppassword", false),
            ("passwor", true),
        ] {
            assert_eq!(mask().may_be_kept(body.as_bytes()), may_be_kept, "{body}");
        }
        assert!(!mask().may_be_kept(&[b' '; BODY_BYTES + 1]));
    }

    fn path(path: &str, query: Option<&str>) -> String {
        let mut text = Vec::new();
        mask().write_path(path, query, &mut text);
        String::from_utf8(text).expect("text")
    }

    #[test]
    fn queries_and_headers_keep_no_secret() {
        assert_eq!(
            path("/Users", Some("filter=pass%77ord%20eq%20%22t1ger%22")),
            format!("/Users?{HIDDEN}")
        );
        assert_eq!(path("/Users", Some("count=2")), "/Users?count=2");
        assert_eq!(
            path("/Users", Some("filter=pass%2577ord%20eq%20%22t1ger%22")),
            format!("/Users?{HIDDEN}")
        );
        assert_eq!(path("/Users/pin%20eq%20%22t1ger%22", None), HIDDEN);
        assert_eq!(path("/Users/pin", None), "/Users/pin");
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, "Bearer t1ger".parse().expect("a header"));
        headers.insert("x-api-key", "t1ger".parse().expect("a header"));
        headers.insert("x-of-ours", "t1ger".parse().expect("a header"));
        headers.insert("accept", "*/*".parse().expect("a header"));
        let mut text = Vec::new();
        Mask::write_headers(&headers, &mut text);
        let text = String::from_utf8(text).expect("text");
        let lines: BTreeSet<_> = text.lines().collect();
        let [bearer, key, other] = [
            format!("authorization: Bearer {HIDDEN}"),
            format!("x-api-key: {HIDDEN}"),
            format!("x-of-ours: {HIDDEN}"),
        ];
        assert_eq!(lines, BTreeSet::from([&*bearer, &key, &other, "accept: */*"]));
        assert!(SHOWN_HEADERS.is_sorted());
    }
}
