//! Values as JSON text.

use std::fmt::{self, Write};

use super::{List, Object, Value};

/// As JSON, without blanks.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => fmt::Display::fmt(value, f),
            Self::Number(number) => fmt::Display::fmt(number, f),
            Self::String(text) => quote(f, text),
            Self::Array(values) => fmt::Display::fmt(values, f),
            Self::Object(object) => fmt::Display::fmt(object, f),
        }
    }
}

/// As JSON, without blanks.
impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('[')?;
        for (place, value) in self.iter().enumerate() {
            if place > 0 {
                f.write_char(',')?;
            }
            fmt::Display::fmt(value, f)?;
        }
        f.write_char(']')
    }
}

/// As JSON, without blanks.
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('{')?;
        for (place, (name, value)) in self.iter().enumerate() {
            if place > 0 {
                f.write_char(',')?;
            }
            quote(f, name)?;
            f.write_char(':')?;
            fmt::Display::fmt(value, f)?;
        }
        f.write_char('}')
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
fn quote(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    let mut rest = text;
    while let Some(place) = rest.bytes().position(is_escaped) {
        let (plain, found) = rest.split_at(place);
        out.write_str(plain)?;
        let (found, after) = found.split_at(1);
        escape(out, found.bytes().next().unwrap_or_default())?;
        rest = after;
    }
    out.write_str(rest)?;
    out.write_char('"')
}

fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, b'"' | b'\\')
}

fn escape(out: &mut impl Write, byte: u8) -> fmt::Result {
    match byte {
        0x08 => out.write_str("\\b"),
        b'\t' => out.write_str("\\t"),
        b'\n' => out.write_str("\\n"),
        0x0c => out.write_str("\\f"),
        b'\r' => out.write_str("\\r"),
        b'"' => out.write_str("\\\""),
        b'\\' => out.write_str("\\\\"),
        _ => write!(out, "\\u{byte:04x}"),
    }
}
