//! How the values of each data type compare (RFC 7643, Section 2.3; RFC 7644, Section 7.8).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use precis_profiles::precis_core::profile::PrecisFastInvocation;
use precis_profiles::{OpaqueString, UsernameCaseMapped};
use unicase::UniCase;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::Attribute;

/// Base64 with the padding that is optional on input (RFC 7643, Section 2.3.6).
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Folds text for a comparison without regard to case: Unicode default case folding after
/// normalisation form C.
///
/// ```
/// use scimwire::schema::fold;
///
/// assert_eq!(fold("STRASSE"), fold("straße"));
/// ```
#[must_use]
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Cow::Owned(text.to_ascii_lowercase());
        }
        return Cow::Borrowed(text);
    }
    let folded = if is_composed(text) {
        UniCase::unicode(text).to_folded_case()
    } else {
        UniCase::unicode(text.nfc().collect::<String>()).to_folded_case()
    };
    Cow::Owned(if is_composed(&folded) { folded } else { folded.nfc().collect() })
}

/// What it costs to fold or prepare text, in looks at a value: most scripts need no look at how
/// marks combine.
pub(crate) fn folding(text: &str) -> u64 {
    let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
    8 + if text.chars().all(is_plain) { bytes / 4 } else { bytes.saturating_mul(2) }
}

/// Whether text is in normalisation form C.
fn is_composed(text: &str) -> bool {
    text.chars().all(is_plain) || is_nfc(text)
}

/// Whether a character neither decomposes nor combines with any other: that of Latin script, or an
/// ideograph.
fn is_plain(character: char) -> bool {
    character < '\u{300}' || ('\u{3400}'..='\u{9fff}').contains(&character)
}

/// The longest text that is prepared, in bytes. Preparing takes many times as long as folding, and
/// nobody has a name or a password like that.
const LONGEST_PREPARED: usize = 8_000;

/// Prepares an identifier, such as a user name, for a comparison (RFC 7644, Section 5; RFC 8265,
/// UsernameCaseMapped). Text that cannot be prepared, such as a name with a space, is folded
/// instead, and so is text of more than 8,000 bytes: nobody is refused for that.
///
/// ```
/// use scimwire::schema::prepare;
///
/// assert_eq!(prepare("ＢＪｅｎｓｅｎ"), prepare("bjensen"));
/// assert_eq!(prepare("B. Jensen"), "b. jensen");
/// ```
#[must_use]
pub fn prepare(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || text.len() > LONGEST_PREPARED {
        return fold(text);
    }
    match <UsernameCaseMapped as PrecisFastInvocation>::enforce(text) {
        Ok(prepared) => prepared,
        Err(_) => fold(text),
    }
}

/// The text that a value of an attribute is compared by.
pub(crate) fn compared<'t>(attribute: &Attribute, text: &'t str) -> Cow<'t, str> {
    if attribute.case_exact() {
        Cow::Borrowed(text)
    } else if attribute.is_identifier() {
        prepare(text)
    } else {
        fold(text)
    }
}

/// Prepares a password, to be hashed or to be compared with a hash (RFC 7644, Section 5; RFC 8265,
/// OpaqueString): the same characters are the same password, however the keyboard makes them, and
/// case counts. Text that cannot be prepared, such as one with control characters, stays as it is,
/// and so does text of more than 8,000 bytes.
///
/// ```
/// use scimwire::schema::prepare_password;
///
/// assert_eq!(prepare_password("pa\u{73}\u{301}s"), prepare_password("pa\u{15b}s"));
/// assert_ne!(prepare_password("T1me"), prepare_password("t1me"));
/// ```
#[must_use]
pub fn prepare_password(text: &str) -> Cow<'_, str> {
    if text.len() > LONGEST_PREPARED {
        return Cow::Borrowed(text);
    }
    <OpaqueString as PrecisFastInvocation>::enforce(text).unwrap_or(Cow::Borrowed(text))
}

/// Whether `text` is `folded` once it is folded itself.
pub(crate) fn folds_equal(text: &str, folded: &str) -> bool {
    if text.is_ascii() { text.eq_ignore_ascii_case(folded) } else { fold(text) == folded }
}

/// Up to this length a part is looked for place by place; beyond, in linear time.
pub(crate) const SHORT: usize = 256;

/// Whether `text` contains `folded` once it is folded itself.
pub(crate) fn fold_contains(text: &str, folded: &str) -> bool {
    if !text.is_ascii() || text.len() > SHORT {
        return fold(text).contains(folded);
    }
    let Some(first) = folded.bytes().next() else {
        return true;
    };
    let begins_here = |place: &[u8]| {
        place.first().is_some_and(|byte| byte.to_ascii_lowercase() == first)
            && place.eq_ignore_ascii_case(folded.as_bytes())
    };
    text.as_bytes().windows(folded.len()).any(begins_here)
}

/// Whether `text` starts with `folded` once it is folded itself.
pub(crate) fn fold_starts_with(text: &str, folded: &str) -> bool {
    if !text.is_ascii() {
        return fold(text).starts_with(folded);
    }
    text.as_bytes()
        .get(..folded.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(folded.as_bytes()))
}

/// Whether `text` ends with `folded` once it is folded itself.
pub(crate) fn fold_ends_with(text: &str, folded: &str) -> bool {
    if !text.is_ascii() {
        return fold(text).ends_with(folded);
    }
    let start = text.len().checked_sub(folded.len());
    start
        .and_then(|start| text.as_bytes().get(start..))
        .is_some_and(|end| end.eq_ignore_ascii_case(folded.as_bytes()))
}

/// `URI-reference = URI / relative-ref` (RFC 3986, Section 4.1), with letters of all scripts. Only
/// what cannot stand in one is looked at: parts of a URI need not make sense.
pub(crate) fn is_uri_reference(text: &str) -> bool {
    let plain = |character: char| {
        !character.is_whitespace()
            && !character.is_control()
            && !matches!(character, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
    };
    let is_hexadecimal =
        |part: &str| part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    let first = text.split(['/', '?', '#']).next().unwrap_or_default();
    text.chars().all(plain)
        && text.split('%').skip(1).all(is_hexadecimal)
        && first.split_once(':').is_none_or(|(scheme, _)| is_scheme(scheme))
}

/// `scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )` (RFC 3986, Section 3.1)
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// Decodes a binary value.
pub(crate) fn bytes(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}

/// A number as JSON writes it, kept exactly: `0.1` is a tenth, and no digit is lost however many
/// there are.
///
/// ```
/// use scimwire::schema::Number;
///
/// let large: Number = "9007199254740993".parse()?;
/// assert!(large > "9007199254740992".parse()?);
/// assert_eq!("1.50e1".parse::<Number>()?, "15".parse()?);
/// # Ok::<(), scimwire::schema::NumberError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Number(Box<str>);

/// The text is no JSON number, or one too large for any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a number")]
pub struct NumberError(());

/// A number as sign, position of the first digit, and digits without zeros at either end.
#[derive(PartialEq, Eq, Hash)]
struct Digits {
    negative: bool,
    position: i64,
    digits: Vec<u8>,
}

impl Number {
    /// How it compares with a number of a resource.
    #[must_use]
    pub fn compare(&self, other: &serde_json::Number) -> Ordering {
        match (self.whole(), other.as_i64()) {
            (Some(ours), Some(theirs)) => ours.cmp(&theirs),
            _ => self.digits().compare(&Digits::read(&other.to_string())),
        }
    }

    /// The number as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Text that compares byte by byte as numbers do.
    #[cfg(feature = "sql")]
    pub(crate) fn sortable(&self) -> String {
        self.digits().sortable()
    }

    /// The value, where it is a whole number of that size: the usual case, compared without a look
    /// at the digits.
    fn whole(&self) -> Option<i64> {
        self.0.parse().ok()
    }

    fn digits(&self) -> Digits {
        Digits::read(&self.0)
    }
}

impl From<&serde_json::Number> for Number {
    fn from(number: &serde_json::Number) -> Self {
        Self(number.to_string().into())
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let finite = text.parse::<f64>().is_ok_and(f64::is_finite);
        let exponent_fits = Digits::exponent(text).is_some();
        if is_json_number(text) && finite && exponent_fits {
            Ok(Self(text.into()))
        } else {
            Err(NumberError(()))
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.digits().hash(state);
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.whole(), other.whole()) {
            (Some(ours), Some(theirs)) => ours.cmp(&theirs),
            _ => self.digits().compare(&other.digits()),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Digits {
    /// Reads a JSON number; the caller has seen that it is one.
    fn read(text: &str) -> Self {
        let exponent = Self::exponent(text).unwrap_or_default();
        let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
        let unsigned = mantissa.trim_start_matches('-');
        let whole = unsigned.split('.').next().unwrap_or_default();
        let all: Vec<u8> = unsigned.bytes().filter(u8::is_ascii_digit).collect();
        let leading = all.iter().take_while(|digit| **digit == b'0').count();
        let trailing = all.iter().rev().take_while(|digit| **digit == b'0').count();
        if leading == all.len() {
            return Self { negative: false, position: 0, digits: Vec::new() };
        }
        let length = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        Self {
            negative: mantissa.starts_with('-'),
            position: length(whole.len()).saturating_sub(length(leading)).saturating_add(exponent),
            digits: all.get(leading..all.len() - trailing).unwrap_or_default().to_vec(),
        }
    }

    fn exponent(text: &str) -> Option<i64> {
        match text.split_once(['e', 'E']) {
            Some((_, exponent)) => exponent.parse().ok(),
            None => Some(0),
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self.signum(), other.signum()) {
            (ours, theirs) if ours != theirs => ours.cmp(&theirs),
            (-1, _) => other.magnitude().cmp(&self.magnitude()),
            _ => self.magnitude().cmp(&other.magnitude()),
        }
    }

    /// The sign, the position moved so far that it is never negative, the digits. Of a negative
    /// number all that is turned around, and a sign that is greater than any digit makes the
    /// shorter one the greater one.
    #[cfg(feature = "sql")]
    fn sortable(&self) -> String {
        let position = i128::from(self.position) - i128::from(i64::MIN);
        let magnitude = format!("{position:020}{}", String::from_utf8_lossy(&self.digits));
        let turned = |byte: u8| char::from(b'0' + b'9' - byte);
        match self.signum() {
            0 => "1".to_owned(),
            1 => format!("2{magnitude}"),
            _ => format!("0{}~", magnitude.bytes().map(turned).collect::<String>()),
        }
    }

    fn signum(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    fn magnitude(&self) -> (i64, &[u8]) {
        (self.position, &self.digits)
    }
}

/// `number = [ "-" ] int [ frac ] [ exp ]` (RFC 8259, Section 6)
fn is_json_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
        }
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let all_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(all_digits)
        && exponent.is_none_or(all_digits)
}
