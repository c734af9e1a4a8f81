//! Numbers, exactly as JSON writes them.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use super::Text;

/// A number as JSON writes it, kept exactly: `0.1` is a tenth, and no digit is lost however many
/// there are. Numbers that say the same are equal, however they are written.
///
/// ```
/// use scimwire::value::Number;
///
/// let large: Number = "9007199254740993".parse()?;
/// assert!(large > "9007199254740992".parse()?);
/// assert_eq!("1.50e1".parse::<Number>()?, "15".parse()?);
/// assert_eq!("1.50".parse::<Number>()?.to_string(), "1.50");
/// # Ok::<(), scimwire::value::NumberError>(())
/// ```
#[derive(Clone)]
pub struct Number(Kept);

#[derive(Clone)]
enum Kept {
    Whole(i64),
    /// A whole number beyond those of `i64`.
    Large(u64),
    /// A number in another notation.
    Written(Box<Text>),
}

/// The text is not a JSON number, or it is out of range.
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
    /// The nearest decimal, written as short as may be; none for what is no number, or infinite.
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        serde_json::Number::from_f64(value).map(|number| Self::from(&number))
    }

    /// The number, if it is written as a whole one that fits.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        if let Kept::Whole(value) = self.0 { Some(value) } else { None }
    }

    /// The number, if it is written as a whole one that fits.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match self.0 {
            Kept::Whole(value) => value.try_into().ok(),
            Kept::Large(value) => Some(value),
            Kept::Written(_) => None,
        }
    }

    /// Returns `true` if it is written as a whole number of 64 bits.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.as_written().is_none()
    }

    /// The number, as near as may be.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.to_string().parse().ok()
    }

    /// Its text, where it is not written as a whole number of 64 bits.
    pub(crate) fn as_written(&self) -> Option<&str> {
        if let Kept::Written(text) = &self.0 { Some(text) } else { None }
    }

    /// Text that compares byte by byte as numbers do.
    #[cfg(feature = "sql")]
    pub(crate) fn sortable(&self) -> String {
        self.digits().sortable()
    }

    fn digits(&self) -> Digits {
        match &self.0 {
            Kept::Written(text) => Digits::read(text),
            Kept::Whole(_) | Kept::Large(_) => Digits::read(&self.to_string()),
        }
    }
}

impl From<&Self> for Number {
    fn from(number: &Self) -> Self {
        number.clone()
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Kept::Whole(value))
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self(value.try_into().map_or(Kept::Large(value), Kept::Whole))
    }
}

impl From<&serde_json::Number> for Number {
    fn from(number: &serde_json::Number) -> Self {
        match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => value.into(),
            (None, Some(value)) => value.into(),
            (None, None) => Self(Kept::Written(Box::new(number.to_string().into()))),
        }
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        if !is_json_number(text) {
            return Err(NumberError(()));
        }
        if let Ok(value) = text.parse::<i64>()
            && text != "-0"
        {
            return Ok(value.into());
        }
        if let Ok(value) = text.parse::<u64>() {
            return Ok(value.into());
        }
        let finite = text.parse::<f64>().is_ok_and(f64::is_finite);
        if finite && Digits::exponent(text).is_some() {
            Ok(Self(Kept::Written(Box::new(text.into()))))
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
        match (&self.0, &other.0) {
            (Kept::Whole(ours), Kept::Whole(theirs)) => ours.cmp(theirs),
            _ => self.digits().compare(&other.digits()),
        }
    }
}

/// As JSON has it.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kept::Whole(value) => fmt::Display::fmt(value, f),
            Kept::Large(value) => fmt::Display::fmt(value, f),
            Kept::Written(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({self})")
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
