//! Attribute notation: names, schema URIs and the paths made of them (RFC 7644, Section 3.10).
//!
//! Nobody else splits text at `.` or `:`.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// Text of a certain form that compares without regard to ASCII case, and keeps the spelling it was
/// given.
macro_rules! caseless {
    ($name:ident) => {
        impl $name {
            /// The text as it was written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether `text` is the same, in any case.
            #[must_use]
            pub fn is(&self, text: &str) -> bool {
                self.0.eq_ignore_ascii_case(text)
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.is(&other.0)
            }
        }

        impl Eq for $name {}

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.0.bytes().for_each(|byte| state.write_u8(byte.to_ascii_lowercase()));
            }
        }

        impl FromStr for $name {
            type Err = AttrPathError;

            fn from_str(text: &str) -> Result<Self, AttrPathError> {
                if Self::is_valid(text) { Ok(Self(text.into())) } else { Err(AttrPathError(())) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// An attribute name, such as `userName`. Compares without regard to ASCII case (RFC 7643, Section
/// 2.1).
///
/// It keeps the spelling it was given, for messages.
#[derive(Clone, Debug)]
pub struct AttrName(Box<str>);

impl AttrName {
    /// Whether `text` follows `ATTRNAME`, with `$` anywhere (RFC 7643, Section 2.1; `$ref`).
    #[must_use]
    pub fn is_valid(text: &str) -> bool {
        !text.is_empty() && Self::length_in(text) == text.len()
    }

    /// Reads the name that `input` begins with, and what stands behind it.
    pub(crate) fn read(input: &str) -> Option<(Self, &str)> {
        match input.split_at(Self::length_in(input)) {
            ("", _) => None,
            (name, rest) => Some((Self(name.into()), rest)),
        }
    }

    /// How many bytes at the start of `input` are a name.
    fn length_in(input: &str) -> usize {
        let bytes = input.as_bytes();
        match bytes.first() {
            Some(first) if first.is_ascii_alphabetic() || *first == b'$' => {
                bytes.iter().position(|byte| !is_name_byte(*byte)).unwrap_or(bytes.len())
            }
            _ => 0,
        }
    }
}

caseless!(AttrName);

/// The URI of a schema, such as `urn:ietf:params:scim:schemas:core:2.0:User`. Compares without
/// regard to ASCII case.
#[derive(Clone, Debug)]
pub struct SchemaUri(Box<str>);

impl SchemaUri {
    /// Whether `text` can be the URI of a schema: `urn:` and at least one further segment.
    #[must_use]
    pub fn is_valid(text: &str) -> bool {
        starts_with_urn(text)
            && text.bytes().all(is_urn_byte)
            && text.split(':').all(|segment| !segment.is_empty())
            && text.split(':').count() >= 2
    }
}

caseless!(SchemaUri);

impl SchemaUri {
    /// Whether `text` begins with the URI, a dot and a name: clients write that for the URI, a
    /// colon and a name.
    pub(crate) fn is_before_dot(&self, text: &str) -> bool {
        let parts = text.split_at_checked(self.0.len());
        let name =
            parts.filter(|(start, _)| self.is(start)).and_then(|(_, rest)| rest.strip_prefix('.'));
        name.is_some_and(|name| AttrName::length_in(name) > 0)
    }
}

/// Names an attribute: `[URI ":"] ATTRNAME ["." ATTRNAME]` (RFC 7644, Section 3.10).
///
/// ```
/// use scimwire::attr::AttrPath;
///
/// let path: AttrPath =
///     "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName".parse()?;
/// assert_eq!(
///     path.schema.as_ref().map(|uri| uri.as_str()),
///     Some("urn:ietf:params:scim:schemas:core:2.0:User")
/// );
/// assert_eq!(
///     (path.name.as_str(), path.sub.as_ref().map(|sub| sub.as_str())),
///     ("name", Some("givenName"))
/// );
/// # Ok::<(), scimwire::attr::AttrPathError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AttrPath {
    /// The schema that defines the attribute, where the text names one.
    pub schema: Option<SchemaUri>,
    /// The attribute.
    pub name: AttrName,
    /// The sub-attribute of a complex attribute.
    pub sub: Option<AttrName>,
}

impl AttrPath {
    /// Reads the path that `input` begins with, and what stands behind it; none where that is no
    /// path.
    pub(crate) fn read(input: &str) -> Option<(Self, &str)> {
        if starts_with_urn(input) {
            let length = input.bytes().position(|byte| !is_urn_byte(byte)).unwrap_or(input.len());
            let (text, rest) = input.split_at(length);
            // Dots are split behind the last `:` only, since every URN has some (`core:2.0:User`).
            let colon = text.rfind(':')?;
            let schema = text.get(..colon)?.parse().ok()?;
            let (path, behind) = Self::read_names(text.get(colon + 1..)?)?;
            return behind.is_empty().then_some((Self { schema: Some(schema), ..path }, rest));
        }
        Self::read_names(input)
    }

    fn read_names(input: &str) -> Option<(Self, &str)> {
        let (name, rest) = AttrName::read(input)?;
        let (sub, rest) = match rest.strip_prefix('.') {
            None => (None, rest),
            Some(rest) => {
                let (sub, rest) = AttrName::read(rest)?;
                (Some(sub), rest)
            }
        };
        // Nothing that could belong to a path may follow it: there is one sub-attribute, and the
        // schema comes first.
        let ends = !rest.starts_with(['.', ':']);
        ends.then_some((Self { schema: None, name, sub }, rest))
    }
}

impl FromStr for AttrPath {
    type Err = AttrPathError;

    fn from_str(text: &str) -> Result<Self, AttrPathError> {
        match Self::read(text) {
            Some((path, "")) => Ok(path),
            _ => Err(AttrPathError(())),
        }
    }
}

impl fmt::Display for AttrPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}:")?;
        }
        write!(f, "{}", self.name)?;
        match &self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

/// The text is no attribute path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an attribute path")]
pub struct AttrPathError(());

/// Whether `text` begins as every URN does, in any case.
pub(crate) fn starts_with_urn(text: &str) -> bool {
    text.as_bytes().get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"urn:"))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'$')
}

fn is_urn_byte(byte: u8) -> bool {
    is_name_byte(byte)
        || matches!(
            byte,
            b':' | b'.'
                | b'+'
                | b','
                | b'='
                | b'@'
                | b';'
                | b'!'
                | b'*'
                | b'\''
                | b'%'
                | b'/'
                | b'~'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Option<(Option<String>, String, Option<String>)> {
        let path: AttrPath = text.parse().ok()?;
        Some((
            path.schema.map(|uri| uri.to_string()),
            path.name.to_string(),
            path.sub.map(|sub| sub.to_string()),
        ))
    }

    #[test]
    fn splits_after_the_last_colon() {
        // P-3.10-01
        let urn = "urn:ietf:params:scim:schemas:core:2.0:User";
        assert_eq!(path("userName"), Some((None, "userName".into(), None)));
        assert_eq!(
            path(&format!("{urn}:name.givenName")),
            Some((Some(urn.into()), "name".into(), Some("givenName".into())))
        );
    }

    #[test]
    fn refuses_what_is_no_path() {
        for text in [
            "",
            ".",
            "a.",
            ".a",
            "a.b.c",
            "1a",
            "_a",
            "a b",
            "urn:",
            "urn:a",
            "x:a",
            "urn:a:b:",
            "urn:a:b:1c",
        ] {
            assert_eq!(path(text), None, "{text}");
        }
    }

    #[test]
    fn names_and_uris_ignore_case() {
        // S-2.1-02
        assert_eq!("userName".parse::<AttrName>(), "USERNAME".parse::<AttrName>());
        assert_eq!("urn:a:b".parse::<SchemaUri>(), "URN:A:B".parse::<SchemaUri>());
        assert_ne!("a".parse::<AttrName>(), "b".parse::<AttrName>());
    }

    #[test]
    fn displays_as_written() {
        for text in ["$ref", "members.$ref", "urn:a:b:c.d", "x-y_z"] {
            assert_eq!(text.parse::<AttrPath>().map(|path| path.to_string()), Ok(text.to_owned()));
        }
    }
}
