//! Names of members of objects.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering as AtomicOrdering};
use std::sync::{LazyLock, OnceLock};

use super::Text;
use super::write::prepare_name;

/// The name of a member of an object. That of an attribute or schema is kept once for the whole
/// process: it costs nothing to copy, and two of them are told apart without a look at their text.
#[derive(Clone)]
pub struct Name(Kept);

#[derive(Clone)]
enum Kept {
    /// One of [`KNOWN`]; no two of these have the same text.
    Known(&'static Known),
    Own(Box<Text>),
}

/// A name of an attribute or schema. Its number is its place among those that were defined: names
/// are in the order of the schemas that have them.
struct Known {
    text: Box<str>,
    number: usize,
    /// The number of the name that is the same in lower case.
    folded: usize,
    /// The name as JSON behind another member: `,"name":`.
    prepared: Box<str>,
}

static KNOWN: LazyLock<Table> = LazyLock::new(Table::new);

/// The names of attributes and schemas. The table only grows, up to a limit, so that endless new
/// attributes do not take endless memory.
pub(super) struct Table {
    places: Vec<OnceLock<Known>>,
    /// The number of names.
    count: AtomicUsize,
}

const BITS: u32 = 12;

/// The number of places in which a name is searched; a name without a free place is kept by each
/// object.
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

    /// Returns the same name, interned if a schema has it by now.
    pub(super) fn known_by_now(self) -> Self {
        match self.0 {
            Kept::Known(_) => self,
            Kept::Own(text) => KNOWN.find(&text),
        }
    }

    /// The order of members in an object: that of their schema, and at the end those of none, by
    /// their text.
    pub(super) fn in_order(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Kept::Known(one), Kept::Known(other)) => one.number.cmp(&other.number),
            (Kept::Known(_), Kept::Own(_)) => Ordering::Less,
            (Kept::Own(_), Kept::Known(_)) => Ordering::Greater,
            (Kept::Own(one), Kept::Own(other)) => one.cmp(other),
        }
    }

    /// Returns the same number for names that differ only in case; `None` if the name is not
    /// interned.
    pub(crate) fn folded(&self) -> Option<usize> {
        if let Kept::Known(known) = &self.0 { Some(known.folded) } else { None }
    }

    /// Returns the name as JSON behind another member, `,"name":`, if it is interned.
    pub(crate) fn prepared(&self) -> Option<&'static str> {
        if let Kept::Known(known) = &self.0 { Some(&known.prepared) } else { None }
    }

    /// Its place among all names that are kept for good.
    pub(crate) fn number(&self) -> Option<usize> {
        if let Kept::Known(known) = &self.0 { Some(known.number) } else { None }
    }

    fn text(&self) -> &str {
        match &self.0 {
            Kept::Known(known) => &known.text,
            Kept::Own(text) => text,
        }
    }
}

/// The first names of all, so that they come first in every resource: the common attributes (RFC
/// 7643, Section 3.1), and the members of messages.
const FIRST: [&str; 11] = [
    "schemas",
    "id",
    "externalId",
    "meta",
    "Operations",
    "op",
    "path",
    "value",
    "method",
    "bulkId",
    "data",
];

impl Table {
    pub(super) fn new() -> Self {
        let places = std::iter::repeat_with(OnceLock::new).take(1 << BITS).collect();
        let table = Self { places, count: AtomicUsize::new(0) };
        for name in FIRST {
            table.fill(name);
        }
        table
    }

    pub(super) fn keep(&'static self, text: &str) -> Name {
        self.fill(text).map_or_else(|| self.find(text), |known| Name(Kept::Known(known)))
    }

    /// Keeps a name, if there is room for it.
    fn fill(&self, text: &str) -> Option<&Known> {
        if text.len() > LONGEST {
            return None;
        }
        // In lower case first: what is being kept has to be there already.
        let lower = text.to_ascii_lowercase();
        let folded = if lower == text { None } else { Some(self.fill(&lower)?.number) };
        let known = || {
            let number = self.count.fetch_add(1, AtomicOrdering::Relaxed);
            let prepared = prepare_name(text).into();
            Known { text: text.into(), number, folded: folded.unwrap_or(number), prepared }
        };
        let mut places = self.places(text).map(|place| place.get_or_init(known));
        places.find(|known| *known.text == *text)
    }

    pub(super) fn find(&'static self, text: &str) -> Name {
        let mut places = self.places(text).map_while(OnceLock::get);
        Name(match places.find(|known| *known.text == *text) {
            Some(known) => Kept::Known(known),
            None => Kept::Own(Box::new(text.into())),
        })
    }

    /// Returns the places in which a name may stand, in the order in which they are filled.
    fn places(&self, text: &str) -> impl Iterator<Item = &OnceLock<Known>> {
        let first = usize::try_from(hash(text.as_bytes()) >> (u64::BITS - BITS));
        let first = first.unwrap_or_default();
        let last = self.places.len() - 1;
        (first..first + REACH).filter_map(move |place| self.places.get(place & last))
    }
}

fn hash(text: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: u64| (hash.rotate_left(23) ^ word).wrapping_mul(FACTOR);
    let (words, rest) = text.as_chunks::<8>();
    let whole = words.iter().fold(0, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    // The last eight bytes, some of them a second time, or all there are.
    let last = match (text.last_chunk::<8>(), rest) {
        (_, []) => return whole,
        (Some(last), _) => u64::from_le_bytes(*last),
        (None, rest) => rest.iter().fold(1, |word, byte| word << 8 | u64::from(*byte)),
    };
    mix(whole, last)
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
