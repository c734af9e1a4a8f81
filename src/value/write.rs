//! Values as JSON text.

use std::fmt;

use super::{List, Name, Object, Value};

/// A destination of JSON text.
pub(crate) trait Out {
    /// Adds text.
    fn text(&mut self, text: &str) -> fmt::Result;

    /// Adds text in quotation marks, of which no byte needs an escape.
    fn quoted(&mut self, text: &str) -> fmt::Result {
        self.text("\"")?;
        self.text(text)?;
        self.text("\"")
    }
}

impl Out for fmt::Formatter<'_> {
    fn text(&mut self, text: &str) -> fmt::Result {
        fmt::Write::write_str(self, text)
    }
}

/// Text that grows to a length, and no further.
pub(crate) struct Room<'t> {
    text: &'t mut Vec<u8>,
    most: usize,
}

impl<'t> Room<'t> {
    /// Room at the end of `text`, until it has `most` bytes.
    pub(crate) fn new(text: &'t mut Vec<u8>, most: usize) -> Self {
        Self { text, most }
    }

    /// Adds what was written before.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> fmt::Result {
        self.check(bytes.len())?;
        self.text.extend_from_slice(bytes);
        Ok(())
    }

    fn check(&self, bytes: usize) -> fmt::Result {
        if self.text.len().saturating_add(bytes) > self.most { Err(fmt::Error) } else { Ok(()) }
    }
}

impl Out for Room<'_> {
    fn text(&mut self, text: &str) -> fmt::Result {
        self.push(text.as_bytes())
    }

    fn quoted(&mut self, text: &str) -> fmt::Result {
        self.check(text.len() + 2)?;
        self.text.reserve(text.len() + 2);
        self.text.push(b'"');
        self.text.extend_from_slice(text.as_bytes());
        self.text.push(b'"');
        Ok(())
    }
}

/// Writes a value.
pub(crate) fn write(out: &mut impl Out, value: &Value) -> fmt::Result {
    match value {
        Value::Null => out.text("null"),
        Value::Bool(true) => out.text("true"),
        Value::Bool(false) => out.text("false"),
        Value::Number(number) => out.text(&number.to_string()),
        Value::String(text) => quote(out, text),
        Value::Array(values) => write_array(out, values),
        Value::Object(object) => write_object(out, object),
    }
}

fn write_array(out: &mut impl Out, values: &List) -> fmt::Result {
    out.text("[")?;
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            out.text(",")?;
        }
        write(out, value)?;
    }
    out.text("]")
}

fn write_object(out: &mut impl Out, object: &Object) -> fmt::Result {
    out.text("{")?;
    for (place, (name, value)) in object.iter().enumerate() {
        write_name(out, name, place == 0)?;
        write(out, value)?;
    }
    out.text("}")
}

/// Writes the name of a member and what is around it.
pub(crate) fn write_name(out: &mut impl Out, name: &Name, is_first: bool) -> fmt::Result {
    let Some(prepared) = name.prepared() else {
        out.text(if is_first { "" } else { "," })?;
        quote(out, name)?;
        return out.text(":");
    };
    out.text(if is_first { prepared.strip_prefix(',').unwrap_or(prepared) } else { prepared })
}

/// The name of a member as it stands behind another one: `,"name":`.
pub(super) fn prepare_name(name: &str) -> String {
    let mut prepared = vec![b','];
    // There is room without end.
    let _ = quote(&mut Room::new(&mut prepared, usize::MAX), name);
    prepared.push(b':');
    String::from_utf8(prepared).unwrap_or_default()
}

/// As JSON, without blanks.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, self)
    }
}

/// As JSON, without blanks.
impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_array(f, self)
    }
}

/// As JSON, without blanks.
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_object(f, self)
    }
}

/// As JSON.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// As JSON.
impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// As JSON.
impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `string = quotation-mark *char quotation-mark` (RFC 8259, Section 7)
pub(crate) fn quote(out: &mut impl Out, text: &str) -> fmt::Result {
    let (plain, mut found) = text.split_at(plain_length(text.as_bytes()));
    if found.is_empty() {
        return out.quoted(plain);
    }
    out.text("\"")?;
    out.text(plain)?;
    while let Some(escaped) = found.bytes().next() {
        escape(out, escaped)?;
        let rest = found.split_at(1).1;
        let (plain, next) = rest.split_at(plain_length(rest.as_bytes()));
        out.text(plain)?;
        found = next;
    }
    out.text("\"")
}

/// Returns the number of leading bytes that need no escape in a string.
pub(crate) fn plain_length(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            return place * 8 + special.trailing_zeros() as usize / 8;
        }
    }
    let is_plain = |byte: &&u8| **byte >= 0x20 && !matches!(byte, b'"' | b'\\');
    text.len() - rest.len() + rest.iter().take_while(is_plain).count()
}

/// The highest bit of each byte in a word that does not stand for itself: of the first such byte
/// for certain, of bytes behind it perhaps also where they do.
fn special(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let below = |limit: u64, word: u64| word.wrapping_sub(ONES * limit) & !word;
    let equal = |byte: u8| below(1, word ^ (ONES * u64::from(byte)));
    (below(0x20, word) | equal(b'"') | equal(b'\\')) & HIGH
}

fn escape(out: &mut impl Out, byte: u8) -> fmt::Result {
    match byte {
        0x08 => out.text("\\b"),
        b'\t' => out.text("\\t"),
        b'\n' => out.text("\\n"),
        0x0c => out.text("\\f"),
        b'\r' => out.text("\\r"),
        b'"' => out.text("\\\""),
        b'\\' => out.text("\\\\"),
        _ => out.text(&format!("\\u{byte:04x}")),
    }
}
