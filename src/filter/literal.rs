//! Operands of comparisons: JSON literals, and what clients send for them.

use super::ast::CompValue;
use super::error::ParseErrorKind;
use super::words::is_delimiter;
use crate::quirks::{Deviation, Deviations, Mark, Quirks};

/// The rest of the input and the literal in front of it; or the error, from its first character on.
type Read<'i> = Result<(&'i str, CompValue), ParseErrorKind>;

/// `compValue = false / null / true / number / string`
pub(super) fn comp_value<'i>(
    quirks: &Quirks,
    deviations: &mut Deviations,
    input: &'i str,
) -> Read<'i> {
    match input.as_bytes().first() {
        Some(b'"') => string(input),
        Some(b'\'') if quirks.single_quotes => {
            deviations.push_once(Mark::default(), Deviation::SingleQuotes);
            single_quoted(input)
        }
        Some(b'-' | b'0'..=b'9') if !quirks.unquoted_strings => number(input),
        _ => word(quirks, deviations, input),
    }
}

/// `string`, as in JSON (RFC 8259, Section 7)
fn string(input: &str) -> Read<'_> {
    let bytes = input.as_bytes();
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    let plain = bytes.iter().skip(1).position(special).ok_or(ParseErrorKind::BadString)?;
    let mut end = 1 + plain;
    loop {
        match bytes.get(end) {
            Some(b'"') => break,
            Some(b'\\') => end += 2,
            Some(0..=0x1f) | None => return Err(ParseErrorKind::BadString),
            Some(_) => end += 1,
        }
    }
    let (quoted, rest) = input.split_at(end + 1);
    if end == 1 + plain {
        return Ok((rest, CompValue::String(input.get(1..end).unwrap_or_default().into())));
    }
    match serde_json::from_str::<String>(quoted) {
        Ok(text) => Ok((rest, CompValue::String(text.into()))),
        Err(_) => Err(ParseErrorKind::BadString),
    }
}

/// `"'" *char "'"`, beyond the grammar.
fn single_quoted(input: &str) -> Read<'_> {
    let inside = input.get(1..).unwrap_or_default();
    match inside.split_once('\'') {
        Some((text, rest)) => Ok((rest, CompValue::String(text.into()))),
        None => Err(ParseErrorKind::BadString),
    }
}

/// `number`, as in JSON (RFC 8259, Section 6)
fn number(input: &str) -> Read<'_> {
    let (text, rest) = undelimited(input);
    match text.parse() {
        Ok(number) => Ok((rest, CompValue::Number(number))),
        Err(_) => Err(ParseErrorKind::BadNumber),
    }
}

/// `true / false / null`, and words beyond the grammar.
fn word<'i>(quirks: &Quirks, deviations: &mut Deviations, input: &'i str) -> Read<'i> {
    use CompValue::{Boolean, Null};
    let (text, rest) = undelimited(input);
    let literals = [("true", Boolean(true)), ("false", Boolean(false)), ("null", Null)];
    let meant = literals.into_iter().find(|(literal, _)| text.eq_ignore_ascii_case(literal));
    let (value, departs) = match meant {
        Some((literal, value)) if text == literal => (value, None),
        Some((_, value)) if quirks.case_insensitive_literals => {
            (value, Some(Deviation::CaseInsensitiveLiteral))
        }
        _ if text.is_empty() || !quirks.unquoted_strings => {
            return Err(ParseErrorKind::ExpectedValue);
        }
        _ => match text.parse() {
            Ok(number) => (CompValue::Number(number), None),
            Err(_) => (CompValue::String(text.into()), Some(Deviation::UnquotedString)),
        },
    };
    if let Some(deviation) = departs {
        deviations.push_once(Mark::default(), deviation);
    }
    Ok((rest, value))
}

/// The text up to where a literal without quotes ends, and the rest.
fn undelimited(input: &str) -> (&str, &str) {
    input.split_at(input.find(is_delimiter).unwrap_or(input.len()))
}
