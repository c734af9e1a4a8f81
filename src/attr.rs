//! Attribute notation: names, schema URIs and the paths made of them (RFC 7644, Section 3.10).

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use compact_str::CompactString;

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

            /// Returns `true` if `text` is the same, in any case.
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

        impl TryFrom<String> for $name {
            type Error = AttrPathError;

            fn try_from(text: String) -> Result<Self, AttrPathError> {
                if Self::is_valid(&text) { Ok(Self(text.into())) } else { Err(AttrPathError(())) }
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
pub struct AttrName(CompactString);

impl AttrName {
    /// Returns `true` if `text` follows `ATTRNAME`, with `$` anywhere (RFC 7643, Section 2.1;
    /// `$ref`).
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

    /// Returns a few bytes that are the same for all spellings of a name, and differ for most
    /// names, so that names are told apart before their text is compared.
    pub(crate) fn mark(name: &str) -> u32 {
        const LOWER_CASE: u32 = 0x0020_2020;
        let bytes = name.as_bytes();
        let byte = |place: usize| u32::from(bytes.get(place).copied().unwrap_or_default());
        let last = bytes.len().wrapping_sub(1);
        let length = u32::try_from(bytes.len()).unwrap_or_default();
        (byte(0) | byte(last) << 8 | byte(last / 2) << 16 | LOWER_CASE) ^ length << 24
    }

    /// Returns the length of the name at the start of `input`, in bytes.
    pub(crate) fn length_in(input: &str) -> usize {
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
    /// Returns `true` if `text` can be the URI of a schema: `urn:` and at least one further
    /// segment.
    #[must_use]
    pub fn is_valid(text: &str) -> bool {
        text.len() > URN.len()
            && !text.ends_with(':')
            && Urn::read(text).is_some_and(|urn| urn.end == text.len())
    }
}

caseless!(SchemaUri);

impl SchemaUri {
    /// Returns `true` if `text` begins with the URI, a dot and a name: clients write that for the
    /// URI, a colon and a name.
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
#[non_exhaustive]
pub struct AttrPath {
    /// The schema that defines the attribute, where the text names one.
    pub schema: Option<SchemaUri>,
    /// The attribute.
    pub name: AttrName,
    /// The sub-attribute of a complex attribute.
    pub sub: Option<AttrName>,
}

impl AttrPath {
    /// Returns the path of an attribute, without schema and sub-attribute.
    #[must_use]
    pub fn new(name: AttrName) -> Self {
        Self { schema: None, name, sub: None }
    }

    /// Sets the schema that defines the attribute, or removes it with `None`.
    #[must_use]
    pub fn with_schema(self, schema: impl Into<Option<SchemaUri>>) -> Self {
        Self { schema: schema.into(), ..self }
    }

    /// Sets the sub-attribute, or removes it with `None`.
    #[must_use]
    pub fn with_sub(self, sub: impl Into<Option<AttrName>>) -> Self {
        Self { sub: sub.into(), ..self }
    }

    /// Reads the path that `input` begins with, and what stands behind it; none where that is no
    /// path.
    pub(crate) fn read(input: &str) -> Option<(Self, &str)> {
        if !starts_with_urn(input) {
            return Self::read_names(input);
        }
        let urn = Urn::read(input)?;
        let (text, rest) = input.split_at_checked(urn.end)?;
        // Dots are split behind the last `:` only, since every URN has some (`core:2.0:User`).
        let (schema, names) = text.split_at_checked(urn.last_colon)?;
        if urn.last_colon < URN.len() {
            return None;
        }
        let (path, behind) = Self::read_names(names.get(1..)?)?;
        let schema = Some(SchemaUri(schema.into()));
        behind.is_empty().then_some((Self { schema, ..path }, rest))
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
#[error("not a valid attribute path")]
pub struct AttrPathError(());

/// The prefix of every URN, in any case.
const URN: &[u8] = b"urn:";

/// Returns `true` if `text` begins as every URN does, in any case.
pub(crate) fn starts_with_urn(text: &str) -> bool {
    text.as_bytes().get(..URN.len()).is_some_and(|start| start.eq_ignore_ascii_case(URN))
}

/// The positions of the last colon and the end of a URN.
struct Urn {
    last_colon: usize,
    end: usize,
}

impl Urn {
    /// Reads as much as can be a URN, of which no segment before the last is empty.
    fn read(input: &str) -> Option<Self> {
        if !starts_with_urn(input) {
            return None;
        }
        let mut urn = Self { last_colon: URN.len() - 1, end: input.len() };
        for (place, byte) in input.bytes().enumerate().skip(URN.len()) {
            if byte == b':' {
                if urn.last_colon + 1 == place {
                    return None;
                }
                urn.last_colon = place;
            } else if !is(byte, IN_URN) {
                urn.end = place;
                break;
            }
        }
        Some(urn)
    }
}

const IN_NAME: u8 = 1;
const IN_URN: u8 = 2;

/// In what each byte may stand.
#[expect(clippy::indexing_slicing, reason = "a byte is less than 256, and a constant panics early")]
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let ascii = byte as u8;
        if byte < 128 && (ascii.is_ascii_alphanumeric() || matches!(ascii, b'-' | b'_' | b'$')) {
            classes[byte] = IN_NAME | IN_URN;
        }
        byte += 1;
    }
    let mut rest: &[u8] = OTHERS_IN_URN;
    while let [byte, others @ ..] = rest {
        classes[*byte as usize] = IN_URN;
        rest = others;
    }
    classes
};

/// Characters of a URN that are not allowed in a name (RFC 8141, Section 2).
const OTHERS_IN_URN: &[u8] = b":.+,=@;!*'%/~";

fn is(byte: u8, class: u8) -> bool {
    CLASSES.get(usize::from(byte)).is_some_and(|classes| classes & class != 0)
}

fn is_name_byte(byte: u8) -> bool {
    is(byte, IN_NAME)
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
    fn uris_have_segments() {
        for (text, valid) in [
            ("urn:a", true),
            ("URN:a:2.0", true),
            ("urn:a/b+c,d=e@f;g!h*i'j%k~l", true),
            ("urn:", false),
            ("urn", false),
            ("urn:a:", false),
            ("urn::a", false),
            ("urn:a::b", false),
            ("urn:a b", false),
            ("urn:ä", false),
            ("url:a", false),
        ] {
            assert_eq!(SchemaUri::is_valid(text), valid, "{text}");
            let named = format!("{text}:name");
            assert_eq!(named.parse::<AttrPath>().is_ok(), valid, "{named}");
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
