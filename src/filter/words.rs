//! Words of a filter, and what stands between them.

use super::ast::CompareOp;

/// Reads what opens a group, a parenthesis or `not` before one: whether it is negated, and the text
/// from the parenthesis on.
#[inline]
pub(super) fn opening(input: &str) -> Option<(bool, &str)> {
    if input.starts_with('(') {
        return Some((false, input));
    }
    let rest = not_keyword(input)?;
    rest.starts_with('(').then_some((true, rest))
}

/// Reads `not` and the spaces behind it.
pub(super) fn not_keyword(input: &str) -> Option<&str> {
    word_at(input, b"not").map(skip_spaces)
}

/// Returns `true` if an operator comes next, so that the word before it was an attribute called
/// `not`.
pub(super) fn operator_follows(input: &str) -> bool {
    let word = input.split([' ', '"']).next().unwrap_or_default();
    word.eq_ignore_ascii_case("pr") || CompareOp::read(word).is_some()
}

/// Returns the input behind `word`, which is in lower case, if it begins with that in any case.
#[inline]
pub(super) fn word_at<'i, const N: usize>(input: &'i str, word: &[u8; N]) -> Option<&'i str> {
    // What makes a letter of upper case one of lower case, and no letter of anything else.
    const CASE: u8 = 0x20;
    let start: &[u8; N] = input.as_bytes().first_chunk()?;
    let same = start.iter().zip(word).all(|(byte, letter)| byte | CASE == *letter);
    if same { input.get(N..) } else { None }
}

#[inline]
pub(crate) fn skip_spaces(mut input: &str) -> &str {
    while let Some(rest) = input.strip_prefix(' ') {
        input = rest;
    }
    input
}

pub(super) fn is_delimiter(character: char) -> bool {
    matches!(character, ' ' | ')' | ']')
}

pub(super) fn ends_word(rest: &str) -> bool {
    matches!(rest.as_bytes().first(), None | Some(b' ' | b')' | b']'))
}
