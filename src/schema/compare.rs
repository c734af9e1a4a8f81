//! Comparison of values by data type (RFC 7643, Section 2.3; RFC 7644, Section 7.8).

use std::borrow::Cow;

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
/// use scimwire::schema::case_fold;
///
/// assert_eq!(case_fold("STRASSE"), case_fold("straße"));
/// ```
#[must_use]
pub fn case_fold(text: &str) -> Cow<'_, str> {
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

/// Returns the cost of folding or preparing text, in units of the budget. Most scripts need no
/// combining of marks.
pub(crate) fn folding(text: &str) -> u64 {
    let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
    8 + if text.chars().all(is_plain) { bytes / 4 } else { bytes.saturating_mul(2) }
}

/// Returns `true` if text is in normalisation form C.
fn is_composed(text: &str) -> bool {
    text.chars().all(is_plain) || is_nfc(text)
}

/// Returns `true` if a character neither decomposes nor combines with any other: that of Latin
/// script, or an ideograph.
fn is_plain(character: char) -> bool {
    character < '\u{300}' || ('\u{3400}'..='\u{9fff}').contains(&character)
}

/// The longest text that is prepared, in bytes. Preparing takes many times as long as folding, and
/// nobody has a name or a password like that.
const LONGEST_PREPARED: usize = 8_000;

/// Prepares an identifier, such as a user name, for a comparison (RFC 7644, Section 5; RFC 8265,
/// `UsernameCaseMapped`). Text that cannot be prepared, such as a name with a space, is folded
/// instead, and so is text of more than 8,000 bytes: nobody is refused for that.
///
/// ```
/// use scimwire::schema::prepare_username;
///
/// assert_eq!(prepare_username("ＢＪｅｎｓｅｎ"), prepare_username("bjensen"));
/// assert_eq!(prepare_username("B. Jensen"), "b. jensen");
/// ```
#[must_use]
pub fn prepare_username(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || text.len() > LONGEST_PREPARED {
        return case_fold(text);
    }
    match <UsernameCaseMapped as PrecisFastInvocation>::enforce(text) {
        Ok(prepared) => prepared,
        Err(_) => case_fold(text),
    }
}

/// The text that a value of an attribute is compared by.
pub(crate) fn compared<'t>(attribute: &Attribute, text: &'t str) -> Cow<'t, str> {
    if attribute.is_case_exact() {
        Cow::Borrowed(text)
    } else if attribute.is_identifier() {
        prepare_username(text)
    } else {
        case_fold(text)
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

/// Returns `true` if `text` is `folded` once it is folded itself.
pub(crate) fn folds_equal(text: &str, folded: &str) -> bool {
    if text.is_ascii() { text.eq_ignore_ascii_case(folded) } else { case_fold(text) == folded }
}

/// Up to this length a part is looked for place by place; beyond, in linear time.
pub(crate) const SHORT: usize = 256;

/// Returns `true` if `text` contains `folded` once it is folded itself.
pub(crate) fn fold_contains(text: &str, folded: &str) -> bool {
    if !text.is_ascii() || text.len() > SHORT {
        return case_fold(text).contains(folded);
    }
    let Some(first) = folded.bytes().next() else {
        return true;
    };
    // What makes a letter of upper case one of lower case.
    let case = u8::from(first.is_ascii_lowercase()) << 5;
    let begins_here = |place: &[u8]| {
        place.first().is_some_and(|byte| byte | case == first)
            && place.eq_ignore_ascii_case(folded.as_bytes())
    };
    text.as_bytes().windows(folded.len()).any(begins_here)
}

/// Returns `true` if `text` starts with `folded` once it is folded itself.
pub(crate) fn fold_starts_with(text: &str, folded: &str) -> bool {
    if !text.is_ascii() {
        return case_fold(text).starts_with(folded);
    }
    text.as_bytes()
        .get(..folded.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(folded.as_bytes()))
}

/// Returns `true` if `text` ends with `folded` once it is folded itself.
pub(crate) fn fold_ends_with(text: &str, folded: &str) -> bool {
    if !text.is_ascii() {
        return case_fold(text).ends_with(folded);
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
