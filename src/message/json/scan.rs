//! The tokens of a JSON text (RFC 8259).

use std::borrow::Cow;

use super::Trouble;
use crate::value::{Number, plain_length};

/// The longest number, in bytes; a longer one is refused (RFC 8259, Section 6, allows limits).
const LONGEST_NUMBER: usize = 1_000;

/// Reads a JSON text from left to right. What it cannot read, it leaves its place at.
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

/// The text of a string, without the escapes.
pub(super) type Scanned<'t> = Result<Cow<'t, str>, Trouble>;

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// Returns the number of bytes that were read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Returns the next byte that is not white space, without consuming it.
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.here() {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                here => return here,
            }
        }
    }

    /// Consumes the next byte that is not white space, if it is `byte`.
    pub(super) fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Consumes the next byte that is not white space, which has to be `byte`.
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), Trouble> {
        if self.takes(byte) { Ok(()) } else { Err(Trouble::Syntax) }
    }

    /// A word such as `true`.
    pub(super) fn word(&mut self, word: &str) -> Result<(), Trouble> {
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(Trouble::Syntax);
        }
        self.at += word.len();
        Ok(())
    }

    /// A number, with all its digits.
    pub(super) fn number(&mut self) -> Result<Number, Trouble> {
        let is_part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let length = self.rest().iter().take_while(is_part).count();
        let text = self.text.get(self.at..self.at + length).unwrap_or_default();
        let number = if length > LONGEST_NUMBER { None } else { text.parse().ok() };
        let number = number.ok_or(Trouble::Syntax)?;
        self.at += length;
        Ok(number)
    }

    /// A string, from its opening quotation mark on.
    pub(super) fn string(&mut self) -> Scanned<'t> {
        self.expect(b'"')?;
        let from = self.at;
        self.skip_plain();
        let plain = self.text.get(from..self.at).unwrap_or_default();
        if self.here() == Some(b'"') {
            self.at += 1;
            return Ok(plain.into());
        }
        self.escaped(plain).map(Cow::Owned)
    }

    /// The rest of a string, behind what needs no escape.
    fn escaped(&mut self, plain: &str) -> Result<String, Trouble> {
        let mut text = plain.to_owned();
        loop {
            match self.here() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escape()?);
                }
                // RFC 8259, Section 7: control characters are escaped.
                Some(_) | None => return Err(Trouble::Syntax),
            }
            let from = self.at;
            self.skip_plain();
            text.push_str(self.text.get(from..self.at).unwrap_or_default());
        }
    }

    /// Skips the part of a string that needs no escape.
    fn skip_plain(&mut self) {
        self.at += plain_length(self.rest());
    }

    fn escape(&mut self) -> Result<char, Trouble> {
        let escaped = match self.here() {
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(_) | None => return Err(Trouble::Syntax),
        };
        self.at += 1;
        Ok(escaped)
    }

    /// One code point, which two escapes make where it is beyond the basic plane. A surrogate by
    /// itself is none.
    fn unicode(&mut self) -> Result<char, Trouble> {
        let unit = self.unit()?;
        if !matches!(unit, 0xd800..=0xdbff) {
            return char::from_u32(unit).ok_or(Trouble::Syntax);
        }
        self.word("\\u")?;
        let low = self.unit()?;
        let offset = low.checked_sub(0xdc00).filter(|offset| *offset < 0x400);
        let offset = offset.ok_or(Trouble::Syntax)?;
        char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + offset).ok_or(Trouble::Syntax)
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u32, Trouble> {
        let digits = self.rest().first_chunk::<4>().ok_or(Trouble::Syntax)?;
        let digit = |unit: u32, byte: &u8| Some(unit << 4 | char::from(*byte).to_digit(16)?);
        let unit = digits.iter().try_fold(0, digit).ok_or(Trouble::Syntax)?;
        self.at += digits.len();
        Ok(unit)
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn here(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}
