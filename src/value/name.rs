//! Names of members of objects.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::ptr;
use std::sync::{LazyLock, OnceLock};

use super::Text;

/// The name of a member of an object. That of an attribute or schema is kept once for the whole
/// process: it costs nothing to copy, and two of them are told apart without a look at their text.
#[derive(Clone)]
pub struct Name(Kept);

#[derive(Clone)]
enum Kept {
    /// One of [`KNOWN`]; no two of these have the same text.
    Known(&'static Text),
    Own(Box<Text>),
}

static KNOWN: LazyLock<Table> = LazyLock::new(Table::new);

/// The names of attributes and schemas. It only ever grows, up to a limit, so that whoever defines
/// attributes without end takes no memory without end.
pub(super) struct Table(Vec<OnceLock<Text>>);

const BITS: u32 = 12;

/// How many places a name is looked for in; one that finds them taken is kept by each object.
const REACH: usize = 16;

/// The longest name that is kept for good, in bytes.
const LONGEST: usize = 256;

impl Name {
    /// The name of an attribute or schema: kept for good, if there is room.
    pub(crate) fn known(text: &str) -> Self {
        KNOWN.keep(text)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text()
    }

    /// Returns `true` if it takes no memory of its own.
    pub(crate) fn is_known(&self) -> bool {
        matches!(self.0, Kept::Known(_))
    }

    fn text(&self) -> &Text {
        match &self.0 {
            Kept::Known(text) => text,
            Kept::Own(text) => text,
        }
    }
}

impl Table {
    pub(super) fn new() -> Self {
        Self(std::iter::repeat_with(OnceLock::new).take(1 << BITS).collect())
    }

    pub(super) fn keep(&'static self, text: &str) -> Name {
        if text.len() > LONGEST {
            return self.find(text);
        }
        named(self.places(text).map(|place| place.get_or_init(|| text.into())), text)
    }

    pub(super) fn find(&'static self, text: &str) -> Name {
        named(self.places(text).map_while(OnceLock::get), text)
    }

    /// Where a name may stand, in the order in which the places are filled.
    fn places(&'static self, text: &str) -> impl Iterator<Item = &'static OnceLock<Text>> {
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        let word = |bytes: &[u8]| bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        let hash = text
            .as_bytes()
            .chunks(8)
            .fold(0_u64, |hash, bytes| (hash.rotate_left(23) ^ word(bytes)).wrapping_mul(FACTOR));
        let first = usize::try_from(hash >> (u64::BITS - BITS)).unwrap_or_default();
        let (before, from) = self.0.split_at(first);
        from.iter().chain(before).take(REACH)
    }
}

fn named(mut kept: impl Iterator<Item = &'static Text>, text: &str) -> Name {
    Name(match kept.find(|kept| *kept == text) {
        Some(kept) => Kept::Known(kept),
        None => Kept::Own(Box::new(text.into())),
    })
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        self.text()
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self.text()
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        self.text()
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        KNOWN.find(text)
    }
}

impl From<&String> for Name {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&Self> for Name {
    fn from(name: &Self) -> Self {
        name.clone()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.as_str().to_owned()
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Kept::Known(one), Kept::Known(other)) => ptr::eq(*one, *other),
            _ => self.text() == other.text(),
        }
    }
}

impl Eq for Name {}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for Name {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        if ptr::eq(self.text(), other.text()) {
            return Ordering::Equal;
        }
        self.as_str().cmp(other.as_str())
    }
}

/// That of the text, as `Borrow` demands.
impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
